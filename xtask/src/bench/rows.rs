//! What is measured: a row for each thing that somebody may want to know, a column for each system.

use super::goal::Goal;
use super::measure::{Measured, Program, Sample, Spec, cores};
use crate::random::Random;

/// The columns.
pub(super) const SYSTEMS: [&str; 7] =
    ["C", "dlp", "dlp_mpi", "round_robin", "map_unordered", "schwimmbad", "mpi4py.futures"];

/// One row: for each column the job behind it, if there is one, and how its figure comes of what it printed.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) unit: &'static str,
    pub(super) ranks: usize,
    pub(super) goal: Goal,
    /// Where less is better, the picture's bars are relative to the best of these and not to the most.
    pub(super) less_is_better: bool,
    cells: Vec<Option<Spec>>,
    /// Beside the job itself: what it is compared with.
    beside: Vec<Spec>,
    value: Value,
}

/// A figure, of what the jobs printed.
type Value = fn(&Spec, &Measured, &[Spec]) -> Option<f64>;

impl Row {
    /// The jobs that are run for it.
    pub(super) fn specs(&self) -> impl Iterator<Item = Spec> + use<'_> {
        self.cells.iter().flatten().chain(&self.beside).copied()
    }

    /// Its figures, by column.
    pub(super) fn values(&self, measured: &Measured) -> Vec<Option<f64>> {
        let value = |spec: &Option<Spec>| (self.value)(spec.as_ref()?, measured, &self.beside);
        self.cells.iter().map(value).collect()
    }
}

fn spec(program: Program, work: &'static str, ranks: usize, n: u64, mean: u64) -> Spec {
    Spec { program, work, ranks, n, mean }
}

/// The columns of the peers, for a job that each of them has.
fn peers(
    work: &'static str,
    ranks: usize,
    n: fn(&str) -> u64,
    mean: u64,
) -> impl Iterator<Item = Option<Spec>> {
    SYSTEMS[2..].iter().map(move |name| Some(spec(Program::Peer(name), work, ranks, n(name), mean)))
}

/// Microseconds for each index.
fn each(of: &Spec, measured: &Measured, _: &[Spec]) -> Option<f64> {
    measured.median(of, |sample| sample.wall / of.n as f64 * 1e6)
}

/// The share of the ranks' time that was work.
fn efficiency(of: &Spec, measured: &Measured, _: &[Spec]) -> Option<f64> {
    measured.median(of, |sample| sample.total / of.ranks as f64 / sample.wall)
}

/// The time that handing out in order takes if it costs nothing, over the time that it took: no schedule that is told nothing of the
/// tasks and takes them in order can do better (R. Graham: "Bounds on multiprocessing timing anomalies", SIAM J. Appl. Math. 17, 1969).
fn in_order(of: &Spec, measured: &Measured, _: &[Spec]) -> Option<f64> {
    let mut free = vec![0.0; of.ranks];
    for index in 0..of.n {
        let first = free.iter_mut().min_by(|a: &&mut f64, b| a.total_cmp(b))?;
        *first += skewed_task(index, of.mean as f64);
    }
    let end = free.into_iter().fold(0.0, f64::max);
    measured.median(of, |sample| end / sample.wall)
}

/// Seconds, as in the programs.
fn skewed_task(index: u64, mean: f64) -> f64 {
    let uniform = |k: u64| (Random::at(2 * index + k) >> 11) as f64 + 0.5;
    let [u, v] = [0, 1].map(|k| uniform(k) / 9_007_199_254_740_992.0);
    mean * 1e-6 * ((-2.0 * u.ln()).sqrt() * (2.0 * std::f64::consts::PI * v).cos() - 0.5).exp()
}

/// The share of a core that the root used.
fn load(of: &Spec, measured: &Measured, _: &[Spec]) -> Option<f64> {
    measured.median(of, |sample| 100.0 * sample.cpu / sample.wall)
}

fn hand_out(name: &'static str, work: &'static str, ranks: usize, goal: Goal) -> Row {
    let n = |name: &str| if name == "mpi4py.futures" { 2_000 } else { 20_000 };
    let cells = [(Program::Floor, "hand_out"), (Program::Ours, work)];
    let cells = cells.map(|(program, work)| Some(spec(program, work, ranks, 200_000, 0)));
    Row {
        name,
        unit: "µs",
        ranks,
        goal,
        less_is_better: true,
        cells: cells.into_iter().chain(peers("hand_out", ranks, n, 0)).collect(),
        beside: vec![],
        value: each,
    }
}

/// So many sleeping tasks, and their mean length in microseconds.
const SKEW: (u64, u64) = (400, 10_000);

fn skewed(work: &'static str, ranks: usize) -> Vec<Option<Spec>> {
    let own = [(Program::Floor, "skew"), (Program::Ours, work)];
    let own = own.map(|(program, work)| Some(spec(program, work, ranks, SKEW.0, SKEW.1)));
    own.into_iter().chain(peers("skew", ranks, |_| SKEW.0, SKEW.1)).collect()
}

/// A loop of short iterations against what it could be at best: its serial time over the ranks that have a core, and the floor
/// of moving what it brings about and doing that in order.
fn short(name: &'static str, work: &'static str, floor: bool) -> Row {
    const N: u64 = 100_000_000;
    let ranks = 2;
    let mut beside = vec![spec(Program::Ours, work, 1, N, 0)];
    beside.extend(floor.then(|| spec(Program::Floor, work, ranks, N, 0)));
    Row {
        name,
        unit: "x bound",
        ranks,
        goal: Goal::AtMost(1.10),
        less_is_better: true,
        cells: vec![None, Some(spec(Program::Ours, work, ranks, N, 0))],
        beside,
        value: |of, measured, beside| {
            let wall = |spec| measured.median(spec, |sample: &Sample| sample.wall);
            let serial = wall(&beside[0])? / of.ranks.min(cores()) as f64;
            let floor = beside.get(1).map_or(Some(0.0), wall)?;
            Some(wall(of)? / (serial + floor))
        },
    }
}

/// Of every rank 32 MiB. `c`: what plain C does for it.
fn gathered(name: &'static str, c: &'static str, work: &'static str, ranks: usize, goal: Goal) -> Row {
    const BYTES: u64 = 32 << 20;
    let cells = [(Program::Floor, c), (Program::Ours, work), (Program::Peer("dlp_mpi"), "gather")];
    Row {
        name,
        unit: "GB/s",
        ranks,
        goal,
        less_is_better: false,
        cells: cells.map(|(program, work)| Some(spec(program, work, ranks, BYTES, 0))).into(),
        beside: vec![],
        value: |of, measured, _| {
            let bytes = of.n as f64 * (of.ranks - 1) as f64;
            measured.median(of, |sample| bytes / sample.wall / 1e9)
        },
    }
}

/// Every row.
pub(super) fn all() -> Vec<Row> {
    let mut rows = vec![];
    for ranks in [2, 3] {
        rows.push(hand_out("hand out, chunk 1, dedicated manager", "hand_out", ranks, Goal::AtMostOfC(1.15)));
        rows.push(hand_out(
            "hand out by hand, dedicated manager",
            "hand_out_by_hand",
            ranks,
            Goal::AtMostOfC(1.15),
        ));
        rows.push(hand_out("hand out, chunk 1, the root works too", "hand_out_working", ranks, Goal::None));
        let shared = spec(Program::OursBy("shared"), "hand_out_working", ranks, 2_000_000, 0);
        rows.push(Row {
            cells: vec![None, Some(shared)],
            ..hand_out(
                "hand out, chunk 1, from the node's memory",
                "hand_out_working",
                ranks,
                Goal::AtMost(0.1),
            )
        });
    }
    for (ranks, goal) in [(3, Goal::AtLeast(0.97)), (9, Goal::AtLeast(0.95))] {
        let row = |name, unit, goal, work, less_is_better, value| Row {
            name,
            unit,
            ranks,
            goal,
            less_is_better,
            cells: skewed(work, ranks),
            beside: vec![],
            value,
        };
        rows.push(row("skewed tasks, efficiency", "", goal, "skew", false, efficiency));
        rows.push(Row {
            cells: skewed("skew", ranks).into_iter().take(2).collect(),
            ..row("the same over the best in this order", "", Goal::AtLeast(0.97), "skew", false, in_order)
        });
        let by_turns = spec(Program::OursBy("round_robin"), "skew", ranks, SKEW.0, SKEW.1);
        rows.push(Row {
            cells: vec![None, Some(by_turns)],
            ..row("the same by round robin, efficiency", "", Goal::None, "skew", false, efficiency)
        });
        rows.push(row(
            "skewed tasks, dedicated manager burns",
            "% of core",
            Goal::AtMost(2.0),
            "skew_dedicated",
            true,
            load,
        ));
    }
    let waits = |name, unit, goal, spec, value| Row {
        name,
        unit,
        ranks: 2,
        goal,
        less_is_better: true,
        cells: vec![None, Some(spec)],
        beside: vec![],
        value,
    };
    for (program, burns, goal, adds, limit) in [
        (
            Program::Ours,
            "a rank that waits 2 s burns",
            Goal::AtMost(2.0),
            "waiting for an index, after tasks of 10 ms",
            Goal::AtMost(50.0),
        ),
        (
            Program::OursFar,
            "the same, for another node",
            Goal::AtMost(5.0),
            "the same, from another node",
            Goal::AtMost(2.0 * 500.0),
        ),
    ] {
        let burnt: Value = |of, measured, _| measured.median(of, |sample| 100.0 * sample.check / sample.wall);
        rows.push(waits(burns, "% of core", goal, spec(program, "wait", 2, 1, 2_000_000), burnt));
        let added: Value = |of, measured, _| measured.median(of, |sample| sample.check * 1e6);
        rows.push(waits(adds, "µs", limit, spec(program, "answer", 2, 100, 10_000), added));
    }
    rows.push(Row {
        name: "busy tasks, speed-up over serial",
        unit: "x",
        ranks: 2,
        goal: Goal::AtLeast(1.9),
        less_is_better: false,
        cells: vec![None, Some(spec(Program::Ours, "busy", 2, 400, 5_000))],
        beside: vec![spec(Program::Ours, "busy", 1, 400, 5_000)],
        value: |of, measured, beside| {
            let wall = |spec| measured.median(spec, |sample: &Sample| sample.wall);
            Some(wall(&beside[0])? / wall(of)?)
        },
    });
    rows.push(short("10^8 iterations of 10 ns, integer sum", "count", false));
    rows.push(short("10^8 iterations of 10 ns, float sum", "sum", true));
    rows.push(short("10^8 iterations of 10 ns, push", "push", true));
    for ranks in [2, 3] {
        // A program in C that has this loop pushes on every rank, and gathers into memory that nobody has touched yet.
        let pushed = "32 MiB a rank, pushed one by one and gathered";
        rows.push(gathered(pushed, "pushed", "gather", ranks, Goal::AtLeastOfC(0.8)));
        rows.push(gathered(
            "the same to all ranks; C: to one",
            "pushed",
            "gather_all",
            ranks,
            Goal::AtLeastOfC(0.8 / 2.2),
        ));
        let only = "the same; C: the gather only, into warm memory";
        rows.push(gathered(only, "gather", "gather", ranks, Goal::None));
    }
    for ranks in [2, 3] {
        let cells =
            [Program::Floor, Program::Ours].map(|program| Some(spec(program, "meet", ranks, 10_000, 0)));
        rows.push(Row {
            name: "a loop of nothing; C: a barrier",
            cells: cells.into(),
            ..hand_out("", "", ranks, Goal::None)
        });
    }
    rows.push(Row {
        name: "a job that does nothing",
        unit: "s",
        ranks: 2,
        goal: Goal::None,
        less_is_better: true,
        cells: [Program::Floor, Program::Ours].map(|program| Some(spec(program, "start", 2, 0, 0))).into(),
        beside: vec![],
        value: |of, measured, _| measured.median(of, |sample| sample.elapsed),
    });
    rows
}
