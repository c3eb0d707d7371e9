//! `cargo xtask chaos`: many jobs in each of which one thing goes wrong, at a random place, or nothing. Each has to end as it
//! should, in time, with nothing left running.
//!
//! ```text
//! cargo xtask chaos                      500 jobs of a random seed, which is printed
//! cargo xtask chaos --seed 7 --jobs 40   the first 40 jobs of seed 7
//! ```

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use xtask::{Job, Launcher, Outcome, Signal, Whom};

use crate::Failure;
use crate::cargo::{cargo, workspace};
use crate::random::Random;
use crate::setup;

/// The program in which it goes wrong.
const PROGRAM: &str = "program_faults";

/// How many items its loop has.
const ITEMS: usize = 12;

/// Far more than a job needs that does not hang.
const LIMIT: Duration = Duration::from_secs(60);

/// What goes wrong, and how the job has to end.
struct Fault {
    name: &'static str,
    /// The exit status; `None` for one that the launcher chooses.
    status: Option<i32>,
    /// What standard error has to say; `HERE` for the index.
    says: &'static str,
}

const fn fault(name: &'static str, status: Option<i32>, says: &'static str) -> Fault {
    Fault { name, status, says }
}

const FAULTS: [Fault; 12] = [
    fault("nothing", Some(0), ""),
    fault("caught", Some(0), ""),
    fault("panic", Some(101), "broken in the middle"),
    fault("panic_in_a_drop", Some(101), "broken in a drop"),
    fault("exit_3", Some(3), "exited in iteration HERE of the loop of"),
    fault("exit_0", Some(1), "exited in iteration HERE of the loop of"),
    fault("abort", None, "dies of SIGABRT (an abort) in iteration HERE of the loop of"),
    fault("fault", None, "dies of SIGSEGV (a segmentation fault) in iteration HERE of the loop of"),
    fault("astray", None, "in different places of the program"),
    fault(KILLED, None, ""),
    fault(ENDED, None, ""),
    fault(STOPPED, Some(0), ""),
];

/// A rank is killed from outside.
const KILLED: &str = "asleep_in_the_loop";

/// The launcher is told to end.
const ENDED: &str = "asleep_in_the_loop ";

/// A rank is stopped from outside for a while.
const STOPPED: &str = "slow";

/// One job, as it was drawn.
struct Draw {
    fault: &'static Fault,
    form: &'static str,
    strategy: &'static str,
    ranks: usize,
    index: usize,
    threads: bool,
    job: Job,
}

impl Draw {
    fn new(random: &mut Random, launcher: &Launcher, program: &Path) -> Self {
        let fault = &FAULTS[random.below(FAULTS.len())];
        let form = ["loop", "loop", "going_on", "split", "map"][random.below(5)];
        let strategy = ["managed", "round_robin", "block", "guided", "factoring", "trapezoid", "shared"]
            [random.below(7)];
        let (ranks, index) = (2 + random.below(5), random.below(ITEMS));
        let from_outside = [KILLED, ENDED, STOPPED].contains(&fault.name);
        let threads = random.below(5) == 0 && !from_outside;
        let job = match threads {
            true => Job::alone(program).env("DLP_RANKS", ranks.to_string()),
            false => launcher.job(ranks, program),
        };
        let chunk = ["auto", "1", "3"][random.below(3)];
        let job =
            job.env("DLP_STRATEGY", strategy).env("DLP_CHUNK", chunk).env("RUST_BACKTRACE", "0").limit(LIMIT);
        let job = job
            .arg(fault.name.trim())
            .arg(form)
            .arg(index.to_string())
            .arg((random.next() % 1000).to_string());
        let after = Duration::from_millis(random.next() % 1500);
        let rank = Whom::Rank(random.below(ranks));
        let job = match fault.name {
            KILLED => job.signal(after, Signal::Kill, rank),
            ENDED => job.signal(after, [Signal::Terminate, Signal::Interrupt][random.below(2)], Whom::First),
            STOPPED => job.signal(after, Signal::Stop, rank).signal(
                after + Duration::from_millis(random.next() % 500),
                Signal::Continue,
                rank,
            ),
            _ => job,
        };
        Self { fault, form, strategy, ranks, index, threads, job }
    }

    /// What is wrong with how it ended.
    fn judge(&self, outcome: &Outcome) -> Result<(), String> {
        if outcome.timed_out {
            return Err("it hangs".to_owned());
        }
        if outcome.orphans > 0 {
            return Err(format!("{} processes are left", outcome.orphans));
        }
        let panics = self.fault.status == Some(101);
        let status = if panics && self.form == "going_on" { Some(0) } else { self.fault.status };
        match status {
            Some(0) if !outcome.success() || !outcome.stdout_text().ends_with("all is well\n") => {
                return Err("it does not end well".to_owned());
            }
            // Two ranks may die of it at a time, and the launcher has one of their two ways to put it.
            Some(status) if outcome.code() != Some(status) => {
                return Err(format!("its status is not {status}"));
            }
            // The launcher itself was ended, and MPICH's then says 0 at times. The program must not have said that all is well.
            None if self.fault.name == ENDED && !outcome.stdout_text().contains("all is well") => {}
            None if outcome.code() == Some(0) => return Err("it ends with status 0".to_owned()),
            _ => {}
        }
        let says = self.fault.says.replace("HERE", &self.index.to_string());
        // By hand, places are items.
        let says = match self.form {
            "going_on" if panics => format!("1 iteration failed and was left out ({})", self.index),
            "loop" | "going_on" => says,
            _ => says.split(" in iteration").next().unwrap_or_default().to_owned(),
        };
        match outcome.stderr_text().contains(&says) {
            true => Ok(()),
            false => Err(format!("it does not say `{says}`")),
        }
    }
}

/// What goes wrong, for people.
fn words(fault: &'static str) -> &'static str {
    match fault {
        KILLED => "killed",
        ENDED => "told to end",
        STOPPED => "stopped a while",
        other => other,
    }
}

/// The program, built.
fn program() -> Result<PathBuf, Failure> {
    let arguments = ["build", "--quiet", "--package", "dlp", "--example", PROGRAM];
    let built = cargo(&arguments).status().map_err(|error| format!("cannot run cargo: {error}"))?;
    if !built.success() {
        return Err(Failure::Reported);
    }
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from);
    Ok(target.join("debug/examples").join(PROGRAM))
}

/// The seed and the number of jobs.
fn request(arguments: &[OsString]) -> Option<(u64, usize)> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let (mut seed, mut jobs) = (u64::from(now.subsec_nanos()) % 1_000_000, 500);
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let number: u64 = words.next()?.to_str()?.parse().ok()?;
        match word.to_str()? {
            "--seed" => seed = number,
            "--jobs" => jobs = usize::try_from(number).ok()?,
            _ => return None,
        }
    }
    Some((seed, jobs))
}

pub(crate) fn run(arguments: &[OsString]) -> Result<(), Failure> {
    let (seed, jobs) = request(arguments).ok_or(Failure::Usage)?;
    setup::ensure()?;
    let (launcher, program) = (Launcher::find()?, program()?);
    println!("seed {seed}");
    let mut ends: BTreeMap<&str, (usize, Duration)> = BTreeMap::new();
    let mut failed = 0;
    for number in 0..jobs {
        let draw = Draw::new(&mut Random::new(seed, number as u64), &launcher, &program);
        let outcome = draw.job.run();
        let (count, longest) = ends.entry(draw.fault.name).or_default();
        (*count, *longest) = (*count + 1, outcome.elapsed.max(*longest));
        if let Err(why) = draw.judge(&outcome) {
            failed += 1;
            println!(
                "job {number} of seed {seed} ({} at {}, {}, {}, {} ranks{}): {why}: {outcome}\n",
                words(draw.fault.name),
                draw.index,
                draw.form,
                draw.strategy,
                draw.ranks,
                if draw.threads { " as threads" } else { "" }
            );
        }
    }
    for (name, (count, longest)) in ends {
        println!("{:<18} {count:>4} jobs, the longest {:.1} s", words(name), longest.as_secs_f64());
    }
    println!("{} passed, {failed} failed", jobs - failed);
    match failed {
        0 => Ok(()),
        _ => Err(Failure::Reported),
    }
}
