//! What can be watched of a rank in a loop, and the watcher that every loop has: a tally of who did how much.
//!
//! [`run`](crate::run) tells an [`Observer`]; progress displays, timelines and journals are observers. An
//! observer is told things and changes nothing.

use std::ops::Range;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::failure::Failure;

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

    /// In a visit to a loop, so many iterations have failed and were left out, and so many attempts were made beyond the first.
    fn attempts(&mut self, failed: u64, again: u64) {
        let _ = (failed, again);
    }

    /// The effects of these iterations have been replayed here.
    #[inline]
    fn replayed(&mut self, indices: Range<u64>) {
        let _ = indices;
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
    /// Iterations that failed here and were left out.
    pub failed: u64,
    /// Attempts beyond the first of iterations that failed.
    pub again: u64,
}

impl Tally {
    /// Adds another visit to the same loop.
    pub fn add(&mut self, other: &Tally) {
        self.iterations += other.iterations;
        self.busy += other.busy;
        self.waiting += other.waiting;
        self.bytes += other.bytes;
        self.failed += other.failed;
        self.again += other.again;
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

    fn attempts(&mut self, failed: u64, again: u64) {
        self.tally.failed += failed;
        self.tally.again += again;
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

/// What is said at the end of iterations that failed, loop by loop; nothing if none did. `listed`: those that the root knows of.
pub(crate) fn left_out(ranks: &[Vec<Tally>], listed: &[Failure]) -> Option<String> {
    let mut sums: Vec<Tally> = vec![];
    for tally in ranks.iter().flatten().filter(|tally| tally.failed + tally.again > 0) {
        match sums.iter_mut().find(|sum| sum.place == tally.place) {
            Some(sum) => sum.add(tally),
            None => sums.push(tally.clone()),
        }
    }
    let lines = sums.iter().map(|Tally { place, failed, again, .. }| {
        let of: Vec<String> = listed
            .iter()
            .filter(|failure| failure.place == *place)
            .map(|one| one.index.to_string())
            .collect();
        let more = if of.len() > 8 { ", .." } else { "" };
        let which = match &of[..of.len().min(8)] {
            [] => String::new(),
            some => format!(" ({}{more})", some.join(", ")),
        };
        let failed = match failed {
            0 => "no iteration was left out".to_owned(),
            1 => format!("1 iteration failed and was left out{which}"),
            _ => format!("{failed} iterations failed and were left out{which}"),
        };
        let again = match again {
            0 => String::new(),
            1 => "; 1 attempt was repeated".to_owned(),
            _ => format!("; {again} attempts were repeated"),
        };
        format!("dlp: {place}: {failed}{again}")
    });
    (!sums.is_empty()).then(|| lines.collect::<Vec<String>>().join("\n"))
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
    fn what_was_left_out_is_said_loop_by_loop() {
        let tally =
            |place: &str, failed, again| Tally { place: place.into(), failed, again, ..Tally::default() };
        let failure = |index| Failure { index, rank: 1, message: "x".into(), place: "a".into() };
        assert_eq!(left_out(&[vec![tally("a", 0, 0)], vec![]], &[]), None);
        let ranks = [vec![tally("a", 1, 0), tally("b", 0, 3)], vec![tally("a", 1, 1)]];
        assert_eq!(
            left_out(&ranks, &[failure(3), failure(5)]).unwrap(),
            "dlp: a: 2 iterations failed and were left out (3, 5); 1 attempt was repeated\n\
             dlp: b: no iteration was left out; 3 attempts were repeated"
        );
        let many: Vec<Failure> = (0..20).map(failure).collect();
        let told = left_out(&[vec![tally("a", 20, 0)]], &many).unwrap();
        assert_eq!(told, "dlp: a: 20 iterations failed and were left out (0, 1, 2, 3, 4, 5, 6, 7, ..)");
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
