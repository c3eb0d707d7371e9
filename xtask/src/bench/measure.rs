//! Building the programs, running each in turns, and keeping what they print.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;
use xtask::{Job, Launcher, Outcome};

use crate::Failure;
use crate::cargo::{cargo, workspace};

/// Many times what a job needs.
const LIMIT: Duration = Duration::from_secs(300);

/// What does the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Program {
    /// Plain C over MPI; with `MPI_THREAD_MULTIPLE`.
    Floor,
    /// dlp.
    Ours,
    /// dlp, with a strategy, and a chunk behind a slash.
    OursBy(&'static str),
    /// dlp, each rank as if on a node of its own.
    OursFar,
    /// A peer in Python.
    Peer(&'static str),
}

/// One job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spec {
    pub(super) program: Program,
    pub(super) work: &'static str,
    pub(super) ranks: usize,
    pub(super) n: u64,
    /// Microseconds.
    pub(super) mean: u64,
}

/// What a job printed, in seconds, and how long it took from start to end.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sample {
    pub(super) wall: f64,
    pub(super) cpu: f64,
    pub(super) total: f64,
    pub(super) check: f64,
    pub(super) elapsed: f64,
}

impl Sample {
    fn of(outcome: &Outcome) -> Option<Self> {
        let text = outcome.stdout_text();
        let line = text.lines().find(|line| line.starts_with("wall="))?;
        let mut sample = Self { elapsed: outcome.elapsed.as_secs_f64(), ..Self::default() };
        for pair in line.split_whitespace() {
            let (name, value) = pair.split_once('=')?;
            let value = value.parse().ok()?;
            match name {
                "wall" => sample.wall = value,
                "cpu" => sample.cpu = value,
                "total" => sample.total = value,
                _ => sample.check = value,
            }
        }
        Some(sample)
    }
}

/// What is there to be run.
pub(super) struct Bench {
    launcher: Launcher,
    floor: PathBuf,
    ours: PathBuf,
    python: Option<PathBuf>,
}

/// How many cores this process may use.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn succeeds(command: &mut Command) -> Result<(), String> {
    let shown = format!("{command:?}");
    match command.stdin(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{shown}: {status}")),
        Err(error) => Err(format!("{shown}: {error}")),
    }
}

impl Bench {
    pub(super) fn prepare(folder: &Path) -> Result<Bench, Failure> {
        let launcher = Launcher::find()?;
        let sources = workspace().join("benches/peers");
        let floor = folder.join("floor");
        let mpicc = std::env::var_os("MPICC").unwrap_or_else(|| "mpicc".into());
        succeeds(
            Command::new(mpicc).args(["-O2", "-o"]).arg(&floor).arg(sources.join("floor.c")).arg("-lm"),
        )?;
        succeeds(&mut cargo(&[
            "build",
            "--quiet",
            "--release",
            "--package",
            "dlp",
            "--example",
            "program_bench",
        ]))?;
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from);
        let ours = target.join("release/examples/program_bench");
        Ok(Bench { launcher, floor, ours, python: None })
    }

    /// Beside the peers, if they can be had.
    pub(super) fn with_peers(mut self, folder: &Path) -> Bench {
        self.python = python(folder).inspect_err(|why| eprintln!("without the peers in Python: {why}")).ok();
        self
    }

    /// What it is run with.
    pub(super) fn launcher(&self) -> String {
        self.launcher.to_string()
    }

    /// Runs each job as often as there are rounds, in turns.
    pub(super) fn measure(
        &self,
        specs: impl Iterator<Item = Spec>,
        rounds: usize,
    ) -> Result<Measured, Failure> {
        let mut measured = Measured(specs.map(|spec| (spec, vec![])).collect());
        for round in 1..=rounds {
            for (spec, samples) in &mut measured.0 {
                let Some(job) = self.job(spec) else { continue };
                eprint!("\r\x1b[K{round}/{rounds} {:?} {} on {} ranks", spec.program, spec.work, spec.ranks);
                let outcome = job.limit(LIMIT).run();
                match Sample::of(&outcome).filter(|_| outcome.success()) {
                    Some(sample) => samples.push(sample),
                    // A peer may be broken on this machine; we may not.
                    None if matches!(spec.program, Program::Peer(_)) => {
                        eprintln!("\r\x1b[K{spec:?} failed: {outcome}");
                    }
                    None => return Err(Failure::Error(format!("{spec:?}: {outcome}"))),
                }
            }
        }
        eprint!("\r\x1b[K");
        Ok(measured)
    }

    /// A job of two ranks in which callgrind counts instructions, and writes them into `out` with the rank behind.
    pub(super) fn counted(&self, work: &str, n: u64, out: &Path) -> Job {
        // A rank is known by what its launcher tells it: that of Open MPI, or that of MPICH.
        const START: &str = r#"exec valgrind --tool=callgrind --callgrind-out-file="$1.${OMPI_COMM_WORLD_RANK:-$PMI_RANK}" "$2" "$3" "$4""#;
        let job = self.launcher.job(2, Path::new("sh")).args(["-c", START, "sh"]).arg(out).arg(&self.ours);
        job.env("DLP_STRATEGY", "block").args([work.to_owned(), n.to_string()])
    }

    fn job(&self, spec: &Spec) -> Option<Job> {
        let arguments = [spec.work.to_owned(), spec.n.to_string(), spec.mean.to_string()];
        let start = |program: &Path| match spec.ranks {
            1 => Job::alone(program),
            ranks => self.launcher.job(ranks, program),
        };
        Some(match spec.program {
            Program::Floor => start(&self.floor).env("FLOOR_THREADS", "1").args(arguments),
            Program::Ours => start(&self.ours).args(arguments),
            Program::OursFar => start(&self.ours).env("DLP_RANKS_PER_NODE", "1").args(arguments),
            Program::OursBy(how) => {
                let (strategy, chunk) = how.split_once('/').unwrap_or((how, ""));
                let job = start(&self.ours).env("DLP_STRATEGY", strategy).args(arguments);
                if chunk.is_empty() { job } else { job.env("DLP_CHUNK", chunk) }
            }
            Program::Peer(name) => {
                let job = start(self.python.as_deref()?);
                let job = if name == "mpi4py.futures" { job.args(["-m", name]) } else { job };
                // dlp_mpi insists.
                let job = ["OMP_NUM_THREADS", "MKL_NUM_THREADS"]
                    .into_iter()
                    .fold(job, |job, name| job.env(name, "1"));
                job.arg(workspace().join("benches/peers/peers.py")).arg(name).args(arguments)
            }
        })
    }
}

/// A Python with the peers, in an environment of its own.
fn python(folder: &Path) -> Result<PathBuf, String> {
    let environment = folder.join("venv");
    let (python, ready) = (environment.join("bin/python"), environment.join("ready"));
    if !ready.is_file() {
        succeeds(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
        let peers = ["mpi4py==4.1.2", "dlp_mpi==0.0.4", "schwimmbad==0.4.2", "tqdm", "numpy"];
        succeeds(Command::new(&python).args(["-m", "pip", "--quiet", "install"]).args(peers))?;
        fs::write(&ready, "").map_err(|error| error.to_string())?;
    }
    Ok(python)
}

/// Every job that was run, with what it printed in each round.
pub(super) struct Measured(BTreeMap<Spec, Vec<Sample>>);

impl Measured {
    /// The median of what `value` makes of each round.
    pub(super) fn median(&self, spec: &Spec, value: impl Fn(&Sample) -> f64) -> Option<f64> {
        let mut values: Vec<f64> = self.0.get(spec)?.iter().map(value).collect();
        values.sort_unstable_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    }

    /// All of it, for the file.
    pub(super) fn samples(&self) -> impl Iterator<Item = serde_json::Value> {
        self.0.iter().map(|(spec, samples)| {
            let samples: Vec<_> = samples
                .iter()
                .map(|sample| {
                    json!({ "wall": sample.wall, "cpu": sample.cpu, "total": sample.total,
                        "check": sample.check, "elapsed": sample.elapsed })
                })
                .collect();
            json!({ "program": format!("{:?}", spec.program), "work": spec.work, "ranks": spec.ranks, "n": spec.n,
                "mean_us": spec.mean, "rounds": samples })
        })
    }
}
