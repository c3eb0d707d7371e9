//! One loop to be forecast, and the program that does it.

use std::path::PathBuf;
use std::time::Duration;

use xtask::Job;

use super::machine::{Machine, NODE};
use crate::Failure;
use crate::cargo::{cargo, workspace};

/// Builds one of the programs under `benches/`.
pub(super) fn build(name: &str) -> Result<(), Failure> {
    let arguments = ["build", "--quiet", "--release", "--package", "dlp", "--example", name];
    match cargo(&arguments).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::Error(format!("{name} does not build: {status}"))),
        Err(error) => Err(Failure::Error(error.to_string())),
    }
}

/// Where it is then.
pub(super) fn example(name: &str) -> PathBuf {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from);
    target.join("release/examples").join(name)
}

/// One loop on one machine.
#[derive(Clone, Debug)]
pub(super) struct Case {
    /// `lognormal` or `pareto`.
    pub(super) load: &'static str,
    /// Of the tasks, in microseconds.
    pub(super) mean: u64,
    pub(super) ranks: usize,
    pub(super) length: u64,
    /// As `benches/scale/forecasts.rs` calls it.
    pub(super) sharing: &'static str,
    pub(super) setting: Setting,
    /// The shortest batch, where it is not the usual one.
    pub(super) shortest: Option<u64>,
}

/// What its machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    /// Nodes of many ranks, and a network between them.
    Cluster,
    /// All ranks on this machine, running tasks that sleep.
    Here,
    /// Nothing but tasks takes time.
    Free,
}

/// What would come of it; times in seconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Answer {
    pub(super) makespan: f64,
    pub(super) efficiency: f64,
    pub(super) bound: f64,
    pub(super) utilisation: f64,
    /// Messages that came to the manager.
    pub(super) served: f64,
    pub(super) queue: f64,
}

impl Answer {
    fn read(line: &str) -> Option<Answer> {
        let mut answer = Answer::default();
        for pair in line.split_whitespace() {
            let (name, value) = pair.split_once('=')?;
            let value = value.parse().ok()?;
            match name {
                "makespan" => answer.makespan = value,
                "efficiency" => answer.efficiency = value,
                "bound" => answer.bound = value,
                "utilisation" => answer.utilisation = value,
                "served" => answer.served = value,
                "queue" => answer.queue = value,
                _ => {}
            }
        }
        (answer.makespan > 0.0).then_some(answer)
    }
}

impl Case {
    fn line(&self, machine: &Machine) -> String {
        let Case { load, mean, ranks, length, sharing, setting, shortest } = self;
        let (free, here) = (*setting == Setting::Free, *setting == Setting::Here);
        let cost = |nanos: u64| if free { 0 } else { nanos };
        let mut line = format!(
            "load={load} mean={} ranks={ranks} length={length} sharing={sharing} seed=0 lag={} node={} far={}",
            mean * 1000,
            if here { machine.get("lag") } else { 0 },
            if here { *ranks as u64 } else { NODE },
            cost(machine.far())
        );
        line += &shortest.map_or(String::new(), |shortest| format!(" shortest={shortest}"));
        for name in
            ["near", "service", "iteration", "replay", "take", "alert", "wake", "overshoot", "longest"]
        {
            line += &format!(" {name}={}", cost(machine.get(name)));
        }
        line
    }
}

/// The program that forecasts.
pub(super) struct Forecaster(PathBuf);

impl Forecaster {
    pub(super) fn build() -> Result<Forecaster, Failure> {
        build("program_forecasts")?;
        Ok(Forecaster(example("program_forecasts")))
    }

    /// What would come of each.
    pub(super) fn ask(&self, machine: &Machine, cases: &[Case]) -> Result<Vec<Answer>, Failure> {
        let lines: String = cases.iter().map(|case| case.line(machine) + "\n").collect();
        let outcome = Job::alone(&self.0).stdin(lines).limit(Duration::from_secs(7200)).run();
        let answers: Option<Vec<Answer>> = outcome.stdout_text().lines().map(Answer::read).collect();
        match answers.filter(|answers| outcome.success() && answers.len() == cases.len()) {
            Some(answers) => Ok(answers),
            None => Err(Failure::Error(outcome.to_string())),
        }
    }
}
