//! One simulated rank in a loop, apart from its messages: what it has run, recorded and replayed.
//!
//! Knows the plan and its own machines; no other rank.

use std::collections::VecDeque;

use dlp_core::part::{Draft, Ledger};
use dlp_core::schedule::shares;
use dlp_core::wire::{Message, Outcome, Payload};
use dlp_core::worker::Worker;

use crate::plan::{Fate, Plan, RANKS};

pub(crate) struct Rank {
    pub(crate) number: usize,
    pub(crate) worker: Worker,
    /// Has come and was let in.
    pub(crate) here: bool,
    /// What has come and was not looked at.
    pub(crate) inbox: VecDeque<Message>,
    /// Runs an iteration.
    pub(crate) busy: bool,
    pub(crate) dead: bool,
    /// Is done with the loop, and knows this of it.
    pub(crate) out: Option<Option<Outcome>>,
    /// A Part was handed over in the middle of a range, and not taken in yet.
    pub(crate) in_transit: bool,
    pub(crate) draft: Draft,
    /// Where this rank replays what all have done.
    ledger: Option<Ledger>,
    /// The iteration that left the loop, as the replay has found.
    pub(crate) left: Option<u64>,
    /// How many Parts have come.
    pub(crate) parts: u64,
    /// Nothing from here on is to be run, as it was told.
    pub(crate) told: u64,
}

/// A record says what became of the iteration.
fn record(plan: &Plan, index: u64) -> u32 {
    index as u32 * 4 + plan.fate(index) as u32
}

impl Rank {
    pub(crate) fn new(plan: &Plan, number: usize, replays: bool) -> Self {
        let of = |how| shares(how, number as u64, RANKS as u64, plan.terms.length);
        Self {
            number,
            worker: match plan.terms.batches {
                Some(_) => Worker::pooled(),
                None => Worker::new(plan.how.map(of)),
            },
            here: false,
            inbox: VecDeque::new(),
            busy: false,
            dead: false,
            out: None,
            in_transit: false,
            draft: Draft::of(number),
            ledger: replays.then(Ledger::default),
            left: None,
            parts: 0,
            told: u64::MAX,
        }
    }

    /// Notes what an iteration has done.
    pub(crate) fn note(&mut self, plan: &Plan, index: u64) {
        self.draft.record().effect(record(plan, index));
        self.draft.close(index);
    }

    /// Takes in a Part, and replays what is complete. Whether it has just found that the loop was left.
    pub(crate) fn on_part(&mut self, plan: &Plan, part: Payload) -> bool {
        self.parts += 1;
        let before = self.left;
        if let Some(ledger) = &mut self.ledger {
            ledger.add(part).expect("a Part");
            while self.left.is_none() {
                let step = ledger.step(|index, bytes| {
                    assert_eq!(number_of(bytes), record(plan, index), "the record of iteration {index}");
                    (plan.fate(index) == Fate::Leaves).then_some(index)
                });
                match step.expect("a good Part") {
                    Some(left) => self.left = left,
                    None => break,
                }
            }
        }
        before != self.left
    }

    /// How many iterations it has replayed, if it does.
    pub(crate) fn replayed(&self) -> Option<u64> {
        self.ledger.as_ref().map(Ledger::next_index)
    }
}

/// LEB128, as numbers are written in records.
fn number_of(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |number, byte| number << 7 | u32::from(byte & 0x7f))
}
