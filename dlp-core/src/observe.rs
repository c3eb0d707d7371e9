//! What can be watched of a rank in a loop, and the watcher that every loop has: a tally of who did how much.
//!
//! [`run`](crate::run) tells an [`Observer`]; progress displays, timelines and journals are observers. An
//! observer is told things and changes nothing.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// Is told what a rank does in a loop. Every method does nothing unless it is overridden.
pub trait Observer {
    /// Iteration `index` begins.
    #[inline]
    fn item_begins(&mut self, index: u64) {
        let _ = index;
    }

    /// Iteration `index` has ended.
    #[inline]
    fn item_ends(&mut self, index: u64) {
        let _ = index;
    }

    /// The rank begins to run a range.
    fn work_begins(&mut self) {}

    /// The rank has run `count` iterations since the work began.
    fn work_ends(&mut self, count: u64) {
        let _ = count;
    }

    /// The rank waits for a message.
    fn wait_begins(&mut self) {}

    /// The rank has something to do again.
    fn wait_ends(&mut self) {}

    /// The rank has handed over a Part of so many bytes.
    fn part_sent(&mut self, bytes: usize) {
        let _ = bytes;
    }

    /// The effects of iteration `index` have been replayed here.
    #[inline]
    fn replayed(&mut self, index: u64) {
        let _ = index;
    }
}

/// What one rank did in all visits to one loop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// The loop, readable.
    pub place: String,
    /// Iterations run here.
    pub iterations: u64,
    /// Time spent in iterations.
    pub busy: Duration,
    /// Time spent waiting for messages.
    pub waiting: Duration,
    /// Bytes of recorded effects handed over.
    pub bytes: u64,
}

impl Tally {
    /// Adds another visit to the same loop.
    pub fn add(&mut self, other: &Tally) {
        self.iterations += other.iterations;
        self.busy += other.busy;
        self.waiting += other.waiting;
        self.bytes += other.bytes;
    }
}

/// Counts and times one visit to a loop.
#[derive(Debug)]
pub struct Counting {
    tally: Tally,
    since: Instant,
}

impl Counting {
    /// Begins with nothing done.
    pub fn new(place: String) -> Self {
        Self { tally: Tally { place, ..Tally::default() }, since: Instant::now() }
    }

    /// What was counted.
    pub fn finish(self) -> Tally {
        self.tally
    }
}

impl Observer for Counting {
    fn work_begins(&mut self) {
        self.since = Instant::now();
    }

    fn work_ends(&mut self, count: u64) {
        self.tally.iterations += count;
        self.tally.busy += self.since.elapsed();
    }

    fn wait_begins(&mut self) {
        self.since = Instant::now();
    }

    fn wait_ends(&mut self) {
        self.tally.waiting += self.since.elapsed();
    }

    fn part_sent(&mut self, bytes: usize) {
        self.tally.bytes += bytes as u64;
    }
}

/// The table that `DLP_SUMMARY=1` asks for: for each loop, what each rank did and its share of the work.
pub fn summary(ranks: &[Vec<Tally>]) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    let mut places: Vec<&str> = vec![];
    for tally in ranks.iter().flatten() {
        if !places.contains(&tally.place.as_str()) {
            places.push(&tally.place);
        }
    }
    for place in places {
        let nothing = Tally::default();
        let of = |rank: &'_ Vec<Tally>| rank.iter().find(|tally| tally.place == place).cloned();
        let tallies: Vec<Tally> =
            ranks.iter().map(|rank| of(rank).unwrap_or_else(|| nothing.clone())).collect();
        let total: f64 = tallies.iter().map(|tally| tally.busy.as_secs_f64()).sum();
        let _ = writeln!(text, "dlp: {place}");
        let _ = writeln!(text, "dlp:   rank  iterations     busy  waiting     sent  share of the work");
        for (rank, tally) in tallies.iter().enumerate() {
            let share = 100.0 * tally.busy.as_secs_f64() / total.max(f64::MIN_POSITIVE);
            let _ = writeln!(
                text,
                "dlp:   {rank:>4}  {:>10}  {:>6.2}s  {:>6.2}s  {:>7}  {share:>5.1} %",
                tally.iterations,
                tally.busy.as_secs_f64(),
                tally.waiting.as_secs_f64(),
                human(tally.bytes),
            );
        }
    }
    text
}

/// A number of bytes in at most seven characters.
fn human(bytes: u64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let unit = (0..units.len()).rev().find(|unit| bytes >> (10 * unit) > 0).unwrap_or(0);
    format!("{} {}", bytes >> (10 * unit), units[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_names_every_loop_and_rank() {
        let tally = |place: &str, iterations| Tally {
            place: place.into(),
            iterations,
            busy: Duration::from_secs(iterations),
            ..Tally::default()
        };
        let text = summary(&[vec![tally("a", 3), tally("b", 1)], vec![tally("a", 1)]]);
        assert_eq!(text.lines().count(), 8, "{text}");
        assert!(text.contains(" 75.0 %") && text.contains(" 25.0 %") && text.contains("100.0 %"), "{text}");
        assert!(text.lines().all(|line| line.len() <= 80), "{text}");
    }

    #[test]
    fn times_that_cannot_have_been_are_added_up_all_the_same() {
        let tally = || Tally { place: "a".into(), busy: Duration::MAX, ..Tally::default() };
        assert!(summary(&[vec![tally()], vec![tally()]]).contains(" 50.0 %"));
    }

    #[test]
    fn bytes_are_readable() {
        assert_eq!([0, 1023, 1024, 5 << 30].map(human), ["0 B", "1023 B", "1 KiB", "5 GiB"]);
    }
}
