//! Runs every pair of functions, and says on standard output what came of it, one line for each event.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use dlp::testing::World;

use crate::support::{Input, delay_this_thread, mix};

/// A function in both forms.
pub struct Pair {
    pub id: usize,
    pub serial: fn(&'static Input) -> String,
    pub split: fn(&'static Input) -> String,
    /// The root alone has the result.
    pub root: bool,
}

/// How long one run may take.
const LIMIT: Duration = Duration::from_secs(30);

/// What runs, and since when.
static NOW: Mutex<Option<(String, Instant)>> = Mutex::new(None);

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// The result, or the message of the panic.
fn attempt<T>(body: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(body)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|text| text.to_string())).unwrap_or_default()
    })
}

/// What is wrong with the run of `split`, if something is.
fn differ(
    ranks: usize,
    root: bool,
    serial: &Result<String, String>,
    split: &Result<Vec<String>, String>,
) -> Option<String> {
    match (serial, split) {
        (Ok(expected), Ok(got)) => {
            let expected = |rank| if root { elsewhere(expected, rank) } else { expected.clone() };
            let (rank, got) = got.iter().enumerate().find(|(rank, got)| **got != expected(*rank))?;
            let expected = expected(rank);
            Some(format!("mismatch rank {rank} expected {expected:?} got {got:?}"))
        }
        (Ok(_), Err(said)) => Some(format!("panics {said:?}")),
        (Err(said), Ok(got)) => Some(format!("runs expected the panic {said:?} got {:?}", got[0])),
        // Which of several iterations that panic does so first is open, so the messages may differ; but it has to be a
        // panic of the program.
        (Err(_), Err(said)) if said.starts_with("dlp: rank ") && said.contains("panicked") => None,
        // With one rank dlp leaves the message to the hook that was there.
        (Err(_), Err(said)) if said == "a rank panicked" && ranks == 1 => None,
        (Err(expected), Err(said)) => Some(format!("fails expected the panic {expected:?} got {said:?}")),
    }
}

/// What `rank` has, where only the root has the result: it is in an `Option`, inside of a `Result`.
fn elsewhere(result: &str, rank: usize) -> String {
    match result.strip_prefix("Ok ") {
        _ if result.starts_with("Err ") => result.to_owned(),
        Some(value) if rank == 0 => format!("Ok Some {value}"),
        Some(_) => "Ok None".to_owned(),
        None if rank == 0 => format!("Some {result}"),
        None => "None".to_owned(),
    }
}

/// Whether both panicked, and said the same.
fn same_panic(serial: &Result<String, String>, split: &Result<Vec<String>, String>) -> bool {
    match (serial, split) {
        (Err(serial), Err(split)) => split.ends_with(&serial.replace('\n', "\n  ")),
        _ => false,
    }
}

/// Arguments: the seed, the place of the first pair to run, and `quick` (a few runs of each) or `thorough` (many, the
/// smallest first, up to the first that fails).
pub fn main(pairs: &[Pair]) {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let seed: u64 = arguments[0].parse().expect("a seed");
    let first: usize = arguments[1].parse().expect("a place");
    let thorough = arguments[2] == "thorough";
    std::panic::set_hook(Box::new(|_| {}));
    std::thread::spawn(|| {
        loop {
            std::thread::sleep(Duration::from_millis(200));
            let now = NOW.lock().unwrap();
            if let Some((what, _)) = now.as_ref().filter(|(_, since)| since.elapsed() > LIMIT) {
                say(&format!("{what} hangs"));
                std::process::exit(3);
            }
        }
    });
    let mut inputs: Vec<(usize, &'static Input)> = Vec::new();
    for (place, pair) in pairs.iter().enumerate().skip(first) {
        say(&format!("begin {place}"));
        let (mut runs, mut panics, mut same) = (0, 0, 0);
        for (n, ranks, chance) in plan(mix(seed ^ pair.id as u64), thorough) {
            let input = match inputs.iter().find(|(known, _)| *known == n) {
                Some((_, input)) => *input,
                None => {
                    inputs.push((n, Input::of(n)));
                    inputs[inputs.len() - 1].1
                }
            };
            *NOW.lock().unwrap() = Some((format!("fail {} {n} {ranks}", pair.id), Instant::now()));
            let serial = attempt(|| (pair.serial)(input));
            let split = attempt(|| {
                world(ranks, chance).run(|| {
                    delay_this_thread(mix(chance ^ dlp::rank() as u64));
                    (pair.split)(input)
                })
            });
            *NOW.lock().unwrap() = None;
            runs += 1;
            panics += usize::from(serial.is_err());
            same += usize::from(same_panic(&serial, &split));
            if let Some(what) = differ(ranks, pair.root, &serial, &split) {
                say(&format!("fail {} {n} {ranks} {what} under {:?}", pair.id, world(ranks, chance)));
                break;
            }
        }
        say(&format!("end {place} {runs} {panics} {same}"));
    }
    say("done");
}

/// So many ranks; now and then with another strategy than the loop's own, another chunk, or late messages.
fn world(ranks: usize, chance: u64) -> World {
    use dlp::Strategy::{Block, Managed, RoundRobin, Serial};
    let mut world = World::new(ranks);
    if chance % 2 == 0 {
        world = world
            .strategy([Managed, RoundRobin, Block, Managed, RoundRobin, Serial][(chance >> 8) as usize % 6]);
    }
    if chance >> 16 & 1 == 0 {
        world = world.chunk([Some(1), Some(3), None][(chance >> 17) as usize % 3]);
    }
    if chance >> 24 & 3 == 0 {
        world = world.delays(chance);
    }
    world
}

/// How many items, how many ranks, and a seed for the delays, for each run.
fn plan(seed: u64, thorough: bool) -> Vec<(usize, usize, u64)> {
    let mut chance = seed;
    let mut next = move || {
        chance = mix(chance.wrapping_add(1));
        chance >> 7
    };
    if thorough {
        let sizes = [0, 1, 2, 3, 4, 5, 7, 10, 14, 20, 30, 60, 200];
        let ranks = [2, 3, 5, 2, 4, 1];
        return sizes
            .iter()
            .flat_map(|&n| ranks.iter().map(move |&ranks| (n, ranks)))
            .map(|(n, ranks)| (n, ranks, next()))
            .collect();
    }
    let mut all = Vec::new();
    for choice in 0..6 {
        let n = match choice {
            0 => next() % 3,
            1..3 => 2 + next() % 6,
            3..5 => 5 + next() % 26,
            _ if next() % 4 == 0 => 100 + next() % 101,
            _ => next() % 31,
        };
        let ranks = if choice == 0 { 1 + next() % 5 } else { 2 + next() % 4 };
        all.push((n as usize, ranks as usize, next()));
    }
    all
}
