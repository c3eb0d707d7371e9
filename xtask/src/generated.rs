//! `cargo xtask generated`: random programs, run serially and split, and compared bit for bit.
//!
//! Each program is a function with a loop. It is written twice into one crate, once as it is and once with the
//! attribute, and run for several numbers of items and ranks, with random delays in what it calls. A program that fails
//! is made smaller and printed, ready to be pasted into `tests/loops/generated.rs`.
//!
//! ```text
//! cargo xtask generated                        300 programs of a random seed, which is printed
//! cargo xtask generated --minutes 60           as many as there is time for
//! cargo xtask generated --seed 7 --count 40    the first 40 programs of seed 7
//! cargo xtask generated --seed 7 --only 12     that program, which is printed
//! cargo xtask generated --plant                one constant differs in the split functions: it has to be found
//! ```

mod grammar;
mod package;
mod program;
mod scope;
mod shrink;
mod tree;
mod trial;
mod types;

use std::ffi::OsString;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use self::grammar::{Generator, LEVELS};
use self::package::{Package, Verdict};
use self::program::Program;
use self::tree::Form;
use self::trial::{Failure as Wrong, Outcome};
use crate::Failure;
use crate::random::Random;
use crate::tally::Tally;

/// How many programs go into one build.
const BATCH: usize = 300;

/// What the attribute is known not to take yet, by parts of what the compiler says and of the line. It is counted, and
/// not made smaller.
const KNOWN: &[&[&str]] = &[
    // `let all = &mut base; for .. { all.push(x); return base; }`
    &["_base` as immutable because it is also borrowed as mutable"],
    // `for x in xs.iter_mut() { #[serial] { total += *x; } }`: the item itself in a piece, or in a closure that is kept.
    &["a value of type `&mut", "cannot travel between ranks"],
    // `all.extend_from_slice(&vec![("s", String::new())]);`: a tuple of a reference and something else than that.
    &["implementation of `Deserialize` is not general enough"],
];

/// The place in [`KNOWN`] of what the compiler says.
fn known(error: &str) -> Option<usize> {
    KNOWN.iter().position(|known| known.iter().all(|part| error.contains(part)))
}

/// What was asked for.
#[derive(Debug, PartialEq)]
struct Request {
    seed: u64,
    count: usize,
    minutes: Option<u64>,
    only: Option<usize>,
    plant: bool,
    levels: Vec<String>,
    /// Failing programs are made smaller; up to so many.
    shrinks: usize,
}

impl Request {
    fn read(arguments: &[OsString]) -> Option<Self> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let seed = u64::from(now.subsec_nanos()) ^ now.as_secs();
        let mut request = Self {
            seed: seed % 1_000_000,
            count: BATCH,
            minutes: None,
            only: None,
            plant: false,
            levels: LEVELS.iter().filter(|(_, on)| *on).map(|(name, _)| (*name).to_owned()).collect(),
            shrinks: 3,
        };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let word = word.to_str()?;
            let mut number = || words.next()?.to_str()?.parse::<u64>().ok();
            match word {
                "--seed" => request.seed = number()?,
                "--count" => request.count = usize::try_from(number()?).ok()?,
                "--minutes" => request.minutes = Some(number()?),
                "--only" => request.only = Some(usize::try_from(number()?).ok()?),
                "--shrinks" => request.shrinks = usize::try_from(number()?).ok()?,
                "--levels" => {
                    let names = words.next()?.to_str()?.split(',').filter(|name| !name.is_empty());
                    request.levels = names.map(str::to_owned).collect();
                    if request.levels.iter().any(|name| LEVELS.iter().all(|(known, _)| known != name)) {
                        return None;
                    }
                }
                "--plant" => request.plant = true,
                _ => return None,
            }
        }
        Some(request)
    }
}

/// What has come of all programs so far.
#[derive(Debug, Default)]
struct Total {
    passed: usize,
    failed: usize,
    /// For each of those that are known.
    known: [usize; KNOWN.len()],
    runs: u64,
    panics: u64,
    same: u64,
    shrunk: usize,
}

/// Runs programs, and says what came of them.
pub(crate) fn run(arguments: &[OsString]) -> Result<(), Failure> {
    let request = Request::read(arguments).ok_or(Failure::Usage)?;
    let start = Instant::now();
    println!("seed {}", request.seed);
    let mut total = Total::default();
    let mut next = 0;
    loop {
        let ids: Vec<usize> = match (request.only, request.minutes) {
            (Some(id), _) => vec![id],
            (None, Some(_)) => (next..next + BATCH).collect(),
            (None, None) => (next..request.count.min(next + BATCH)).collect(),
        };
        next += ids.len();
        batch(&request, &ids, &mut total)?;
        println!(
            "{} programs, {} runs, of which {} panicked ({} with the serial run's message), {:.0} s",
            total.passed + total.failed + total.known.iter().sum::<usize>(),
            total.runs,
            total.panics,
            total.same,
            start.elapsed().as_secs_f64()
        );
        let over = match request.minutes {
            Some(minutes) => start.elapsed() > Duration::from_secs(60 * minutes),
            None => next >= request.count,
        };
        if over || request.only.is_some() {
            break;
        }
    }
    for (count, known) in total.known.iter().zip(KNOWN).filter(|(count, _)| **count > 0) {
        println!("{count} known not to build: {}", known[0]);
    }
    println!("{}", Tally::new(total.passed, total.failed, total.known.iter().sum()));
    match (total.failed, request.plant) {
        (0, false) => Ok(()),
        (0, true) => Err(Failure::Error("what was planted was not found".to_owned())),
        (_, true) => Ok(()),
        _ => Err(Failure::Reported),
    }
}

/// Writes, builds and runs the programs of these numbers.
fn batch(request: &Request, ids: &[usize], total: &mut Total) -> Result<(), Failure> {
    let mut programs: Vec<Program> =
        ids.iter().map(|&id| Generator::program(request.seed, id, &request.levels)).collect();
    if request.plant {
        let mut random = Random::new(request.seed, u64::MAX);
        programs.iter_mut().for_each(|program| program.plant(&mut random));
    }
    if request.only.is_some() {
        println!("{}", formatted(&programs[0].print(Form::Split, &format!("split_{}", ids[0]))));
    }
    let package = Package::new("generated")?;
    let verdicts = package.build(&programs)?;
    let mut built = Vec::new();
    for (program, verdict) in programs.iter().zip(&verdicts) {
        match verdict {
            Verdict::Built => built.push(program.id),
            Verdict::NoProgram(error) => {
                total.failed += 1;
                println!("\nprogram {} of seed {} is none: {error}", program.id, request.seed);
            }
            Verdict::Refused(error) => {
                if let (Some(at), None) = (known(error), request.only) {
                    total.known[at] += 1;
                    continue;
                }
                total.failed += 1;
                println!(
                    "\nprogram {} of seed {} does not build when it is split: {error}",
                    program.id, request.seed
                );
                report(request, program, &Way::Refused(error.clone()), total)?;
            }
        }
    }
    let outcomes = trial::run(&package.binary(), request.seed, &built, request.only.is_some())?;
    for program in &programs {
        match outcomes.get(&program.id) {
            None => {}
            Some(Outcome::Passed { runs, panics, same }) => {
                total.passed += 1;
                total.runs += runs;
                total.panics += panics;
                total.same += same;
            }
            Some(Outcome::Failed(wrong)) => {
                total.failed += 1;
                println!(
                    "\nprogram {} of seed {}, {} items on {} ranks: {}",
                    program.id, request.seed, wrong.items, wrong.ranks, wrong.what
                );
                report(request, program, &Way::Wrong(wrong.clone()), total)?;
            }
        }
    }
    Ok(())
}

/// In which way a program fails.
#[derive(Clone, Debug)]
enum Way {
    Refused(String),
    Wrong(Wrong),
}

impl Way {
    /// What stays the same of an error when the program gets smaller: its code, or its words without what is quoted.
    fn essence(error: &str) -> String {
        match error.split_once(']') {
            Some((code, _)) if error.starts_with("error[") => code.to_owned(),
            _ => error.split('`').step_by(2).collect(),
        }
    }
}

/// Makes a failing program smaller, and prints it.
fn report(request: &Request, program: &Program, way: &Way, total: &mut Total) -> Result<(), Failure> {
    if total.shrunk >= request.shrinks {
        println!("cargo xtask generated --seed {} --only {}", request.seed, program.id);
        return Ok(());
    }
    total.shrunk += 1;
    let package = Package::new("generated_smaller")?;
    let mut last = None;
    let judge = |candidates: &[Program]| -> Result<Vec<bool>, String> {
        eprint!(".");
        let _ = std::io::stderr().flush();
        let verdicts = package.build(candidates)?;
        if let Way::Refused(error) = way {
            let same = |verdict: &Verdict| match verdict {
                Verdict::Refused(other) => Way::essence(other) == Way::essence(error),
                _ => false,
            };
            return Ok(verdicts.iter().map(same).collect());
        }
        let Way::Wrong(wrong) = way else { unreachable!("the other way") };
        let built: Vec<usize> = candidates
            .iter()
            .zip(&verdicts)
            .filter(|(_, verdict)| **verdict == Verdict::Built)
            .map(|(candidate, _)| candidate.id)
            .collect();
        let outcomes = trial::run(&package.binary(), request.seed, &built, true)?;
        let mut first = None;
        let fails = candidates
            .iter()
            .map(|candidate| match outcomes.get(&candidate.id) {
                Some(Outcome::Failed(found)) if found.kind() == wrong.kind() => {
                    first.get_or_insert(found.clone());
                    true
                }
                _ => false,
            })
            .collect();
        last = first.or(last.take());
        Ok(fails)
    };
    let smallest = shrink::shrink(program.clone(), judge)?;
    eprintln!();
    println!("made smaller:\n");
    match (way, &last) {
        (Way::Refused(error), _) => println!("// {error}"),
        (Way::Wrong(_), Some(wrong)) => println!("// {} ranks: {}", wrong.ranks, wrong.what),
        (Way::Wrong(_), None) => println!("// only as it is, and perhaps not always"),
    }
    let name = format!("generated_{}_{}", request.seed, program.id);
    println!("same! {{ {name}(super::Input::of({})); }}\n", last.map_or(5, |wrong| wrong.items));
    println!("{}", formatted(&smallest.print(Form::Split, &name)));
    Ok(())
}

/// As rustfmt has it, if it is there.
fn formatted(text: &str) -> String {
    let format = || {
        let mut child = Command::new("rustfmt")
            .args(["--edition", "2024", "--config", "max_width=110,use_small_heuristics=Max"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        child.stdin.take()?.write_all(text.as_bytes()).ok()?;
        let output = child.wait_with_output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    format().unwrap_or_else(|| text.to_owned())
}
