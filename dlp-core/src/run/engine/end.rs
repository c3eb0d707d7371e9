//! The end of a loop on one rank: waits for what is missing, and makes sure that nothing is. Knows how many iterations there
//! are to be, and not what they did.

use super::Engine;
use crate::run::left::Way;
use crate::site::Gather;
use crate::wire::Outcome;

impl Engine<'_> {
    /// Leaves the loop, when there is nothing more to run for this rank; how the loop was left, if it was.
    pub(super) fn leave(&mut self, outcome: Option<Outcome>) -> Option<Way> {
        if self.worker.draws() {
            self.draws.close();
        }
        let released = outcome.is_none();
        if released && self.gather == Gather::Root && self.replays {
            self.see_the_others_done();
        }
        if self.verdict.is_awaited() {
            return self.follow_verdict();
        }
        self.replay_ready();
        self.tell_verdict();
        let left_in_an_iteration = outcome.is_some_and(|outcome| outcome.exit.is_some());
        if self.left.is_none() && !left_in_an_iteration {
            self.check_end(outcome.map(|outcome| outcome.end).or(self.work.length()));
        }
        self.left.take()
    }

    /// Replays what is still to come: that this rank was released does not mean that the others are done.
    fn see_the_others_done(&mut self) {
        while let Some(message) = self.link.await_message_or_end() {
            self.take_in(message);
            self.replay_ready();
        }
    }

    /// Makes sure that the loop ran to its end, which is after `length` iterations, if that is known.
    fn check_end(&mut self, length: Option<u64>) {
        if self.replays {
            self.check_replay(length);
        }
        if let Some(length) = length {
            self.check_source(length);
        }
    }

    /// Makes sure that every iteration was replayed.
    fn check_replay(&self, length: Option<u64>) {
        let replayed = self.ledger.next_index();
        if !self.ledger.is_empty() || length.is_some_and(|length| length != replayed) {
            self.fail(format_args!("ended after {replayed} of its iterations, and more were announced"));
        }
    }

    /// Steps the source to its end, and makes sure that it is where it is to be.
    fn check_source(&mut self, length: u64) {
        if let Err(found) = self.work.finish(length) {
            self.fail(format_args!(
                "cannot be split: its source has {found} or more items here, and {length} were expected; a source must \
                 give the same items on every rank and announce by `size_hint` what it gives"
            ));
        }
    }
}
