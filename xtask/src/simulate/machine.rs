//! The parameters of a machine: measured by a job of two ranks, and kept in `docs/scale/machine.json`. What cannot be measured
//! on one node is assumed, and said to be.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;
use xtask::Launcher;

use super::case::{build, example};
use crate::Failure;
use crate::cargo::workspace;

/// What is measured: its name for the programs, and what it is.
const MEASURED: [(&str, &str); 8] = [
    ("near", "one way, inside a node"),
    ("service", "the manager takes in a request with its Part, and answers"),
    ("iteration", "recording an iteration"),
    ("replay", "replaying it on the root"),
    ("alert", "a rank without news goes to sleep after"),
    ("overshoot", "a sleep of the operating system is longer by"),
    ("longest", "the longest sleep of a rank that waits (a constant)"),
    ("lag", "a sleeping task of 5 ms is longer by (only in the check)"),
];

/// Nanoseconds, by name.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    values: BTreeMap<String, u64>,
    launcher: String,
    far: u64,
}

/// Assumed: how many ranks there are on a node, and what a chunk from its pool costs under contention, in nanoseconds.
pub(super) const NODE: u64 = 128;
pub(super) const TAKE: u64 = 100;

fn file() -> PathBuf {
    workspace().join("docs/scale/machine.json")
}

/// Measures this machine.
pub(super) fn measure() -> Result<Machine, Failure> {
    build("program_machine")?;
    let launcher = Launcher::find()?;
    let outcome = launcher.job(2, example("program_machine")).limit(Duration::from_secs(300)).run();
    if !outcome.success() {
        return Err(Failure::Error(outcome.to_string()));
    }
    let text = outcome.stdout_text();
    let pairs = text.split_whitespace().filter_map(|pair| pair.split_once('='));
    let values = pairs.filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?))).collect();
    Ok(Machine { values, launcher: launcher.to_string(), far: 0 })
}

impl Machine {
    pub(super) fn read() -> Result<Machine, Failure> {
        let path = file();
        let wrong = |why: String| Failure::Error(format!("{}: {why}; `--measure` makes one", path.display()));
        let text = fs::read_to_string(&path).map_err(|error| wrong(error.to_string()))?;
        let json: serde_json::Value =
            serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let value =
            |name: &str| json["nanoseconds"][name].as_u64().ok_or_else(|| wrong(format!("no `{name}`")));
        let values = MEASURED
            .iter()
            .map(|(name, _)| Ok(((*name).to_owned(), value(name)?)))
            .collect::<Result<_, Failure>>()?;
        let launcher = json["launcher"].as_str().unwrap_or("?").to_owned();
        Ok(Machine { values, launcher, far: 0 })
    }

    /// Keeps it.
    pub(super) fn write(&self) -> Result<(), Failure> {
        let json = json!({ "launcher": self.launcher, "nanoseconds": self.values });
        let text = serde_json::to_string_pretty(&json).map_err(|error| error.to_string())?;
        let path = file();
        let folder = path.parent().expect("a file is in a folder");
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, text + "\n"))
            .map_err(|error| Failure::Error(format!("cannot write {}: {error}", path.display())))
    }

    /// With so many microseconds from node to node.
    pub(super) fn with_far(self, micros: f64) -> Machine {
        Machine { far: (micros * 1000.0) as u64, ..self }
    }

    /// Nanoseconds.
    pub(super) fn get(&self, name: &str) -> u64 {
        self.values[name]
    }

    /// From node to node, in nanoseconds.
    pub(super) fn far(&self) -> u64 {
        self.far
    }

    /// For people.
    pub(super) fn table(&self) -> String {
        let micros = |nanos: u64| format!("{} µs", nanos as f64 / 1000.0);
        let mut text = String::from("| what | takes | from |\n|---|---|---|\n");
        for (name, what) in MEASURED {
            text += &format!("| {what} | {} | measured |\n", micros(self.get(name)));
        }
        text += &format!("| one way, from node to node | {} | assumed (`--far`) |\n", micros(self.far));
        text += &format!("| a chunk out of the node's pool | {} | assumed |\n", micros(TAKE));
        text += &format!("| ranks on a node | {NODE} | assumed |\n");
        text + &format!("\nMeasured with {}.\n", self.launcher)
    }
}
