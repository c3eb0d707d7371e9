//! A test program: what can go wrong while ranks are in a loop, named by the first argument; the second says in which
//! form the loop is written: `loop`, `split`, `map`, or `going_on` after failures. It happens at the index that the third names, or 5. With a fourth,
//! which seeds them, iterations are of random length.

use std::process::ExitCode;
use std::time::Duration;

use serde::{Deserialize, Serialize, Serializer};

/// How many items the loops have.
const ITEMS: u64 = 12;

fn way() -> String {
    std::env::args().nth(1).unwrap_or_default()
}

/// The number that an argument is.
fn number(argument: usize) -> Option<u64> {
    std::env::args().nth(argument)?.parse().ok()
}

/// Where it happens.
fn at() -> u64 {
    number(3).unwrap_or(5)
}

fn work(index: u64) -> u64 {
    // The finalizer of MurmurHash3, to make a length of each index.
    let mixed = number(4).map(|seed| (seed ^ index).wrapping_mul(0xff51_afd7_ed55_8ccd) >> 51);
    std::thread::sleep(Duration::from_micros(mixed.unwrap_or(5000)));
    index * index
}

/// Dereferences a null pointer.
fn fault() {
    // SAFETY: none: that is what is tested.
    #[allow(unsafe_code, deref_nullptr, reason = "a segmentation fault is wanted")]
    unsafe {
        std::ptr::null_mut::<u8>().write_volatile(1);
    }
}

/// Never comes back, and needs ever more stack.
#[allow(unconditional_recursion, reason = "that is what is wanted")]
fn overflow(depth: u64) -> u64 {
    let stack = std::hint::black_box([depth; 512]);
    overflow(depth + 1) + stack[(depth % 512) as usize]
}

struct Breaks(bool);

impl Drop for Breaks {
    fn drop(&mut self) {
        assert!(!self.0, "broken in a drop");
    }
}

/// What an iteration gives: it may refuse to be sent.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Square(u64);

impl Serialize for Square {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        assert!(way() != "panic_in_serialize" || self.0 != at() * at(), "broken in a Serialize");
        serializer.serialize_newtype_struct("Square", &self.0)
    }
}

/// Where the items come from.
#[derive(Clone)]
struct Indices(std::ops::Range<u64>);

impl Iterator for Indices {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        let index = self.0.next();
        assert!(way() != "panic_in_the_source" || index != Some(at()), "broken in the source");
        index
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

fn trouble(index: u64) -> Square {
    let square = Square(work(index));
    if way() == "slow" {
        std::thread::sleep(Duration::from_millis(400));
    }
    if index != at() {
        return square;
    }
    match &*way() {
        "panic" => panic!("broken in the middle"),
        "panic_in_a_drop" => drop(Breaks(true)),
        "caught" => {
            let caught = std::panic::catch_unwind(|| panic!("of no consequence"));
            assert!(caught.is_err());
        }
        "exit_3" => std::process::exit(3),
        "exit_0" => std::process::exit(0),
        "abort" => std::process::abort(),
        "fault" => fault(),
        "overflow" => assert!(overflow(0) > 0),
        _ => {}
    }
    square
}

#[dlp::parallel]
fn annotated() -> Vec<u64> {
    let mut squares = vec![];
    for index in Indices(0..ITEMS) {
        let all = way() == "panic_on_all";
        assert!(!all, "broken on rank {}", index % 100);
        let square = trouble(index);
        squares.push(square);
        #[serial]
        {
            assert!(way() != "panic_in_order" || index != at(), "broken in loop order");
        }
    }
    squares.into_iter().map(|square| square.0).collect()
}

#[dlp::parallel(on_error = "skip", retry = 1)]
fn going_on() -> Vec<u64> {
    let mut squares = vec![];
    for index in Indices(0..ITEMS) {
        println!("square of {index}");
        let square = trouble(index);
        squares.push(square);
    }
    squares.into_iter().map(|square| square.0).collect()
}

fn by_splitting() -> Vec<u64> {
    let mut squares = vec![];
    for index in dlp::split_managed(Indices(0..ITEMS)) {
        assert!(way() != "panic_on_all", "broken on rank {}", dlp::rank());
        squares.push(trouble(index));
    }
    let all = dlp::gather(squares).unwrap_or_default();
    let mut all: Vec<u64> = all.into_iter().flatten().map(|square| square.0).collect();
    all.sort_unstable();
    all
}

fn by_mapping() -> Vec<u64> {
    let squares = dlp::map(Indices(0..ITEMS), |index| {
        assert!(way() != "panic_on_all", "broken on rank {}", dlp::rank());
        trouble(index)
    });
    squares.map(|square| square.0).collect()
}

fn run() -> Vec<u64> {
    match std::env::args().nth(2).as_deref() {
        Some("split") => by_splitting(),
        Some("map") => by_mapping(),
        Some("going_on") => going_on(),
        _ => annotated(),
    }
}

#[dlp::main]
fn main() -> ExitCode {
    let last = dlp::rank() + 1 == dlp::size();
    match &*way() {
        "panic_on_the_root" if dlp::is_root() => panic!("broken before the loop"),
        "early_end" if last => return ExitCode::SUCCESS,
        "asleep" if last => std::thread::sleep(Duration::from_secs(3600)),
        "root_asleep" if dlp::is_root() => std::thread::sleep(Duration::from_secs(3600)),
        "asleep_in_the_loop" => {
            let slept = dlp::map(0..4_u64, |index| {
                std::thread::sleep(Duration::from_secs(if index == 3 { 3600 } else { 0 }));
            });
            slept.count();
        }
        "astray" if last => dlp::barrier(),
        _ => {}
    }
    let squares = run();
    if dlp::is_root() {
        let failed: Vec<u64> = dlp::failures().iter().map(|failure| failure.index).collect();
        for failure in dlp::failures() {
            println!("{}: {}", failure.index, failure.message);
        }
        let indices = (0..ITEMS).filter(|index| !failed.contains(index));
        assert_eq!(squares, indices.map(|index| index * index).collect::<Vec<u64>>());
        println!("all is well");
    }
    ExitCode::SUCCESS
}
