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
const MEASURED: [(&str, &str); 10] = [
    ("near", "one way, inside a node"),
    ("service", "the manager takes in a request with its Part, and answers"),
    ("iteration", "recording an iteration"),
    ("replay", "replaying it on the root"),
    ("alert", "a rank without news goes to sleep after"),
    ("wake", "a rank that sleeps is rung by another of its node, and goes on after"),
    ("take", "a take from the pool of a node, where two ranks do nothing else"),
    ("overshoot", "a sleep of the operating system is longer by"),
    ("longest", "the longest sleep of a rank that may hear from another node (a constant)"),
    ("lag", "a sleeping task of 5 ms is longer by (only in the check)"),
];

/// Nanoseconds, by name.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    values: BTreeMap<String, u64>,
    /// What it was measured on, for people.
    about: String,
    far: u64,
}

/// How many jobs measure; the least of their figures is kept.
const JOBS: usize = 7;

/// Assumed: how many ranks there are on a node.
pub(super) const NODE: u64 = 64;

fn file() -> PathBuf {
    workspace().join("docs/scale/machine.json")
}

/// Measures this machine.
pub(super) fn measure() -> Result<Machine, Failure> {
    build("program_machine")?;
    let launcher = Launcher::find()?;
    let mut values: BTreeMap<String, u64> = BTreeMap::new();
    for _ in 0..JOBS {
        let outcome = launcher.job(2, example("program_machine")).limit(Duration::from_secs(300)).run();
        if !outcome.success() {
            return Err(Failure::Error(outcome.to_string()));
        }
        let text = outcome.stdout_text();
        let pairs = text.split_whitespace().filter_map(|pair| pair.split_once('='));
        for (name, value) in pairs.filter_map(|(name, value)| Some((name, value.parse::<u64>().ok()?))) {
            // Whatever else the machine does makes everything longer, and nothing shorter.
            values.entry(name.to_owned()).and_modify(|least| *least = value.min(*least)).or_insert(value);
        }
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let about = format!(
        "{launcher}, jobs of two ranks on {cores} core{} of a {} with {}",
        if cores == 1 { "" } else { "s" },
        processor(),
        system()
    );
    Ok(Machine { values, about, far: 0 })
}

/// The processor as Linux calls it, and whether it is a virtual one.
fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = text.lines().find(|line| line.split(':').next().is_some_and(|head| head.trim() == name));
        line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned())
    };
    let name = field("model name").unwrap_or_else(|| "processor of an unknown kind".to_owned());
    let is_virtual = field("flags").is_some_and(|flags| flags.split(' ').any(|flag| flag == "hypervisor"));
    if is_virtual { format!("virtual machine ({name})") } else { name }
}

/// The operating system.
fn system() -> String {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let version: String =
        release.chars().take_while(|letter| letter.is_ascii_digit() || *letter == '.').collect();
    format!("{} {version}", std::env::consts::OS).trim_end().to_owned()
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
        let about = json["machine"].as_str().unwrap_or("?").to_owned();
        Ok(Machine { values, about, far: 0 })
    }

    /// Keeps it.
    pub(super) fn write(&self) -> Result<(), Failure> {
        let json = json!({ "machine": self.about, "nanoseconds": self.values });
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
        text += &format!("| ranks on a node | {NODE} | assumed |\n");
        text + &format!("\nMeasured with {}; the least of {JOBS} jobs.\n", self.about)
    }
}
