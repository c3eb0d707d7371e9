//! The studies: which loops are forecast, and what is made of the answers.

use std::collections::BTreeMap;

use super::case::{Answer, Case, Forecaster, Setting};
use super::machine::{Machine, NODE};
use super::plot::{Line, Panel, Plot};
use crate::Failure;

const RANKS: [usize; 7] = [64, 256, 1024, 4096, 16_384, 65_536, 100_000];

/// Mean lengths of tasks, in microseconds.
const MEANS: [u64; 5] = [1_000, 10_000, 100_000, 1_000_000, 10_000_000];

/// Where nothing but tasks takes time, the efficiency is the same for all of them.
const IDEAL: u64 = 100_000;

/// Tasks for each rank; where one loop is looked at for itself, a longer one.
const EACH: u64 = 50;
const LONG: u64 = 4_000;

/// How short a batch may be, in iterations for each rank of the node, where that is looked at for itself.
const SHORTEST: [f64; 5] = [0.0625, 0.125, 1.0, 4.0, 16.0];

/// The ways of sharing out: for people, and as the program calls them. The first costs nothing.
const WAYS: [(&str, &str); 9] = [
    ("ideal", "fixed"),
    ("managed, chunk 1", "fixed"),
    ("managed, auto", "auto"),
    ("guided", "guided"),
    ("factoring", "factoring"),
    ("trapezoid", "trapezoid"),
    ("round robin", "cyclic"),
    ("block", "block"),
    ("shared", "pool"),
];

/// Those that the pictures show.
const SHOWN: [usize; 6] = [0, 2, 4, 6, 7, 8];

/// The manager for each rank, and the one for nodes.
const RIVALS: [usize; 2] = [2, 8];

/// One point: the load, the mean length of a task, the way, and how many ranks.
type Key = (&'static str, u64, usize, usize);

/// All answers.
pub(super) struct Study {
    ranks: Vec<usize>,
    answers: BTreeMap<Key, Answer>,
    /// Single loops of tasks of 100 ms on this many ranks: long ones, and pools with other batches.
    size: usize,
    long: Vec<Answer>,
    parts: Vec<Answer>,
    service: u64,
}

fn case((load, mean, way, ranks): Key, each: u64) -> Case {
    let setting = if way == 0 { Setting::Free } else { Setting::Cluster };
    Case { load, mean, ranks, length: each * ranks as u64, sharing: WAYS[way].1, setting, shortest: None }
}

/// Forecasts all of it, for up to so many ranks.
pub(super) fn run(
    forecaster: &Forecaster,
    machine: &Machine,
    up_to: Option<usize>,
) -> Result<Study, Failure> {
    let ranks: Vec<usize> =
        RANKS.into_iter().filter(|&ranks| up_to.is_none_or(|most| ranks <= most)).collect();
    let size = ranks.iter().copied().filter(|&ranks| ranks <= 65_536).max().ok_or(Failure::Usage)?;
    let points = MEANS.iter().flat_map(|&mean| (1..WAYS.len()).map(move |way| ("lognormal", mean, way)));
    let points = points.chain([("lognormal", IDEAL, 0)]).chain(SHOWN.map(|way| ("pareto", 100_000, way)));
    // The longest ones first, so that the cores have something to do to the end.
    let mut keys: Vec<Key> = points
        .flat_map(|(load, mean, way)| ranks.iter().map(move |&ranks| (load, mean, way, ranks)))
        .collect();
    keys.sort_by_key(|(.., ranks)| std::cmp::Reverse(*ranks));
    let long = [0, RIVALS[0], RIVALS[1]].map(|way| case(("lognormal", 100_000, way, size), LONG));
    let parts = SHORTEST.map(|each| Case {
        shortest: Some(shortest(each)),
        ..case(("lognormal", 10_000, RIVALS[1], size), EACH)
    });
    let cases: Vec<Case> =
        long.into_iter().chain(parts).chain(keys.iter().map(|&key| case(key, EACH))).collect();
    let mut answers = forecaster.ask(machine, &cases)?.into_iter();
    let (long, parts) = (answers.by_ref().take(3).collect(), answers.by_ref().take(SHORTEST.len()).collect());
    let answers = keys.into_iter().zip(answers).collect();
    Ok(Study { ranks, answers, size, long, parts, service: machine.get("service") })
}

/// Iterations in the shortest batch of a node.
fn shortest(each: f64) -> u64 {
    (NODE as f64 * each).max(1.0) as u64
}

fn millis(mean: u64) -> String {
    if mean < 1_000_000 { format!("{} ms", mean / 1000) } else { format!("{} s", mean / 1_000_000) }
}

impl Study {
    fn get(&self, load: &'static str, mean: u64, way: usize, ranks: usize) -> &Answer {
        let mean = if way == 0 { IDEAL } else { mean };
        &self.answers[&(load, mean, way, ranks)]
    }

    /// For the page, by the names of their places.
    pub(super) fn tables(&self) -> Vec<(&'static str, String)> {
        let mut efficiency = String::new();
        for mean in MEANS {
            efficiency += &format!("Tasks of {} on average:\n\n", millis(mean));
            efficiency += &self.table(|way, ranks| {
                format!("{:.1}", 100.0 * self.get("lognormal", mean, way, ranks).efficiency)
            });
        }
        let heavy = self.rows(&SHOWN, |way, ranks| {
            format!("{:.1}", 100.0 * self.get("pareto", 100_000, way, ranks).efficiency)
        });
        let load = self.rows(&RIVALS, |way, ranks| {
            let answer = self.get("lognormal", 100_000, way, ranks);
            format!("{:.0} ({:.0} %)", answer.served / answer.makespan, 100.0 * answer.utilisation)
        });
        vec![
            ("efficiency", efficiency),
            ("heavy tail", heavy),
            ("load", load),
            ("long", self.long_table()),
            ("batches", self.parts_table()),
            ("saturation", self.saturation()),
        ]
    }

    fn table(&self, cell: impl Fn(usize, usize) -> String) -> String {
        let ways: Vec<usize> = (0..WAYS.len()).collect();
        self.rows(&ways, cell) + "\n"
    }

    fn rows(&self, ways: &[usize], cell: impl Fn(usize, usize) -> String) -> String {
        let heads: String = self.ranks.iter().map(|ranks| format!(" {ranks} |")).collect();
        let mut text = format!("| ranks |{heads}\n|---|{}\n", "---|".repeat(self.ranks.len()));
        for &way in ways {
            let cells: String = self.ranks.iter().map(|&ranks| format!(" {} |", cell(way, ranks))).collect();
            text += &format!("| {} |{cells}\n", WAYS[way].0);
        }
        text
    }

    fn long_table(&self) -> String {
        let mut text = format!(
            "{} ranks, {LONG} tasks of 100 ms for each (log-normal):\n\n| | makespan, s | efficiency | of the ideal | messages to \
             the root, in a second | its load |\n|---|---|---|---|---|---|\n",
            self.size
        );
        for (answer, way) in self.long.iter().zip([0, RIVALS[0], RIVALS[1]]) {
            text += &format!(
                "| {} | {:.2} | {:.2} % | {:.2} % | {:.0} | {:.1} % |\n",
                WAYS[way].0,
                answer.makespan,
                100.0 * answer.efficiency,
                100.0 * self.long[0].makespan / answer.makespan,
                answer.served / answer.makespan,
                100.0 * answer.utilisation
            );
        }
        text
    }

    fn parts_table(&self) -> String {
        let mut text = format!(
            "{} ranks, {EACH} tasks of 10 ms for each (log-normal), on nodes of {NODE}:\n\n| shortest batch | makespan, s | \
             efficiency | messages to the root |\n|---|---|---|---|\n",
            self.size
        );
        for (answer, part) in self.parts.iter().zip(SHORTEST) {
            text += &format!(
                "| {} ({part} for each rank) | {:.3} | {:.1} % | {:.0} |\n",
                shortest(part),
                answer.makespan,
                100.0 * answer.efficiency,
                answer.served
            );
        }
        text
    }

    /// The largest number of ranks at which a way is not much worse than the ideal, for each length of tasks.
    fn saturation(&self) -> String {
        let ways = [1, 2, 4, 8];
        let heads: String = ways.iter().map(|&way| format!(" {} |", WAYS[way].0)).collect();
        let mut text = format!("| tasks |{heads} mean / service |\n|---|{}\n", "---|".repeat(ways.len() + 1));
        for mean in MEANS {
            let cell = |&way: &usize| {
                let good = |ranks: &&usize| {
                    let of = |way| self.get("lognormal", mean, way, **ranks).efficiency;
                    of(way) / of(0) >= 0.95
                };
                let most = self.ranks.iter().take_while(good).last();
                most.map_or(" none |".to_owned(), |ranks| format!(" {ranks} |"))
            };
            let cells: String = ways.iter().map(cell).collect();
            text += &format!("| {} |{cells} {} |\n", millis(mean), mean * 1000 / self.service);
        }
        text
    }

    /// By the names of their files.
    pub(super) fn pictures(&self) -> Vec<(&'static str, String)> {
        let panel = |load, mean, title: String| Panel {
            title,
            lines: SHOWN
                .iter()
                .enumerate()
                .map(|(colour, &way)| Line {
                    colour,
                    points: self.points(|ranks| self.get(load, mean, way, ranks).efficiency),
                })
                .collect(),
        };
        let names: Vec<&str> = SHOWN.iter().map(|&way| WAYS[way].0).collect();
        let mut panels: Vec<Panel> = MEANS
            .iter()
            .map(|&mean| panel("lognormal", mean, format!("tasks of {}, log-normal", millis(mean))))
            .collect();
        panels.push(panel("pareto", 100_000, "tasks of 100 ms, heavy tail".to_owned()));
        let efficiency = Plot { y: "efficiency", most: 1.0, names, panels, level: None };
        vec![("efficiency", efficiency.draw()), ("load", self.load_picture().draw())]
    }

    fn points(&self, value: impl Fn(usize) -> f64) -> Vec<(f64, f64)> {
        self.ranks.iter().map(|&ranks| (ranks as f64, value(ranks))).collect()
    }

    /// What the root has to take, of the rate that it could.
    fn load_picture(&self) -> Plot {
        let panels = [10_000, 100_000, 1_000_000].map(|mean| {
            let line = |(colour, &way): (usize, &usize)| Line {
                // As in the other picture.
                colour: [1, 5][colour],
                points: self.points(|ranks| self.get("lognormal", mean, way, ranks).utilisation),
            };
            let lines = RIVALS.iter().enumerate().map(line).collect();
            Panel { title: format!("tasks of {}, log-normal", millis(mean)), lines }
        });
        let mut names = vec![""; 6];
        RIVALS.iter().zip([1, 5]).for_each(|(&way, at)| names[at] = WAYS[way].0);
        Plot { y: "load of the root", most: 1.0, names, panels: panels.into(), level: Some(1.0) }
    }
}
