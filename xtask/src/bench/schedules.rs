//! `cargo xtask schedules`: which strategy does best with which load, on this machine and in one go.
//!
//! ```text
//! cargo xtask schedules              every load, some minutes
//! cargo xtask schedules late rare    only these
//! ```
//!
//! Tasks sleep, so that more ranks than cores are as good as with a core each. A figure is an efficiency: the least time that any
//! schedule can take, which is `max(total / ranks, longest task)`, over the time that the job took; the median of several rounds.
//! Prints a table as it stands in `docs/schedules.md`.

use std::ffi::OsString;

use super::measure::{Bench, Measured, Program, Sample, Spec};
use super::{folder, request};
use crate::Failure;

/// The columns: a strategy, and a chunk if one is asked for.
const WAYS: [&str; 8] =
    ["managed", "managed/1", "guided", "factoring", "trapezoid", "shared", "round_robin", "block"];

/// The rows: what a load is called, and how it is described. How long its tasks are is in `benches/peers/ours.rs`.
const LOADS: [(&str, &str); 6] = [
    ("load_equal", "all alike"),
    ("load_log_normal", "log-normal (sigma 1)"),
    ("load_growing", "longer and longer"),
    ("load_shrinking", "shorter and shorter"),
    ("load_rare", "one in 50 is 50 times as long"),
    ("load_late", "the last 8 take a tenth of it all"),
];

/// How many tasks, and their mean length in microseconds.
const TASKS: [(u64, u64); 2] = [(400, 10_000), (4_000, 1_000)];

const RANKS: usize = 8;

pub(crate) fn run(arguments: &[OsString]) -> Result<(), Failure> {
    let request = request(arguments).filter(|request| !request.writes).ok_or(Failure::Usage)?;
    let wanted = |name: &str| {
        request.names.is_empty() || request.names.iter().any(|asked| name == format!("load_{asked}"))
    };
    let loads: Vec<_> = LOADS.into_iter().filter(|(name, _)| wanted(name)).collect();
    if loads.is_empty() {
        return Err(Failure::Error(format!(
            "no such load; there are {}",
            LOADS.map(|(name, _)| &name[5..]).join(", ")
        )));
    }
    let bench = Bench::prepare(&folder()?)?;
    let specs = loads
        .iter()
        .flat_map(|(name, _)| TASKS.into_iter().flat_map(|tasks| WAYS.map(|way| spec(name, tasks, way))));
    let measured = bench.measure(specs, request.rounds)?;
    println!(
        "| {RANKS} ranks; tasks | {} |",
        WAYS.map(|way| format!("`{}`", way.replace("/1", ", chunk 1"))).join(" | ")
    );
    println!("|---|{}", "---|".repeat(WAYS.len()));
    for (name, described) in loads {
        for tasks in TASKS {
            let cells = WAYS.map(|way| cell(&measured, &spec(name, tasks, way)));
            println!("| {} of {} ms, {described} | {} |", tasks.0, tasks.1 / 1000, cells.join(" | "));
        }
    }
    Ok(())
}

fn spec(work: &'static str, (n, mean): (u64, u64), way: &'static str) -> Spec {
    Spec { program: Program::OursBy(way), work, ranks: RANKS, n, mean }
}

fn cell(measured: &Measured, spec: &Spec) -> String {
    let bound = |sample: &Sample| (sample.total / spec.ranks as f64).max(sample.check);
    let efficiency = measured.median(spec, |sample| bound(sample) / sample.wall);
    efficiency.map_or_else(String::new, |efficiency| format!("{efficiency:.2}"))
}
