//! Whether forecasts come true: the skewed sleeping load of `cargo xtask bench`, run for real on this machine, against what is
//! forecast for it.

use std::time::Duration;

use xtask::Launcher;

use super::case::{Case, Forecaster, Setting, build, example};
use super::machine::Machine;
use crate::Failure;

const RANKS: [usize; 5] = [2, 3, 4, 6, 9];
const TASKS: u64 = 400;
/// Microseconds.
const MEAN: u64 = 10_000;
const ROUNDS: usize = 5;

/// The work of `benches/peers/ours.rs`, its strategy where that is not its own, and what the simulator calls it.
const WAYS: [(&str, &str, Option<&str>, &str); 8] = [
    ("managed", "skew", None, "auto"),
    ("managed, dedicated", "skew_dedicated", None, "dedicated:auto"),
    ("guided", "skew", Some("guided"), "guided"),
    ("factoring", "skew", Some("factoring"), "factoring"),
    ("trapezoid", "skew", Some("trapezoid"), "trapezoid"),
    ("shared", "skew", Some("shared"), "pool"),
    ("round robin", "skew", Some("round_robin"), "cyclic"),
    ("block", "skew", Some("block"), "block"),
];

/// Runs all of it, and says by how much the forecasts were wrong.
pub(super) fn run(forecaster: &Forecaster, machine: &Machine) -> Result<String, Failure> {
    build("program_bench")?;
    let launcher = Launcher::find()?;
    let pairs: Vec<_> = WAYS.iter().flat_map(|way| RANKS.map(|ranks| (way, ranks))).collect();
    let cases: Vec<Case> = pairs
        .iter()
        .map(|((.., sharing), ranks)| Case {
            load: "lognormal",
            mean: MEAN,
            ranks: *ranks,
            length: TASKS,
            sharing,
            setting: Setting::Here,
            shortest: None,
        })
        .collect();
    let forecasts = forecaster.ask(machine, &cases)?;
    let mut walls: Vec<Vec<f64>> = vec![vec![]; pairs.len()];
    for round in 1..=ROUNDS {
        for (((name, work, strategy, _), ranks), walls) in pairs.iter().zip(&mut walls) {
            eprint!("\r\x1b[K{round}/{ROUNDS} {name} on {ranks} ranks");
            let job = launcher.job(*ranks, example("program_bench")).limit(Duration::from_secs(120));
            let job = job.args([(*work).to_owned(), TASKS.to_string(), MEAN.to_string()]);
            let outcome = strategy.iter().fold(job, |job, name| job.env("DLP_STRATEGY", name)).run();
            let wall = outcome
                .stdout_text()
                .split_whitespace()
                .find_map(|pair| pair.strip_prefix("wall=")?.parse::<f64>().ok());
            walls.push(wall.filter(|_| outcome.success()).ok_or_else(|| outcome.to_string())?);
        }
    }
    eprint!("\r\x1b[K");
    let mut text =
        String::from("| strategy | ranks | real, s | forecast, s | error |\n|---|---|---|---|---|\n");
    let mut worst = 0.0_f64;
    let mut sum = 0.0;
    for ((((name, ..), ranks), walls), forecast) in pairs.iter().zip(&walls).zip(&forecasts) {
        // Whatever else the machine does makes a run longer, and none shorter.
        let real = walls.iter().copied().fold(f64::INFINITY, f64::min);
        let error = 100.0 * (forecast.makespan / real - 1.0);
        worst = worst.max(error.abs());
        sum += error.abs();
        text += &format!("| {name} | {ranks} | {real:.3} | {:.3} | {error:+.1} % |\n", forecast.makespan);
    }
    let mean = sum / pairs.len() as f64;
    let summary = format!(
        "\nReal is the shortest of {ROUNDS} runs. Errors are {mean:.1} % on average, {worst:.1} % at most.\n"
    );
    Ok(text + &summary)
}
