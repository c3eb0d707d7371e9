//! How the loop was left, where only the root finds out: it alone replays, or a statement on the world outside, which it
//! alone performs, may leave the loop. It tells the others at the end, and they replay only then.
//!
//! Knows how a loop can be left; not how that is found out.

use super::Engine;
use crate::encoding::{decode, encode};
use crate::run::left::Way;
use crate::wire::Message;

/// What this rank has to do with the root's verdict.
pub(in crate::run) enum Verdict {
    /// There is none: each rank finds out by itself how the loop was left.
    Unneeded,
    /// This rank is the root, and tells the others at the end.
    Owed,
    /// This rank waits for it before it replays.
    Awaited,
    /// The root has said how it left the loop, if it did.
    Heard(Option<Way>),
}

impl Verdict {
    pub(super) fn is_awaited(&self) -> bool {
        matches!(self, Self::Awaited)
    }

    /// How the root left the loop, where this rank has heard of it.
    pub(super) fn way_out(&self) -> Option<&Way> {
        match self {
            Self::Heard(way) => way.as_ref(),
            _ => None,
        }
    }
}

impl Engine<'_> {
    /// Tells the others how the loop was left here, if they wait for that.
    pub(super) fn tell_verdict(&self) {
        if let Verdict::Owed = self.verdict {
            let mut bytes = vec![];
            encode(&self.left, &mut bytes);
            self.link.tell(Message::Answer(bytes.into()));
        }
    }

    /// Ends as the root says that it has ended.
    pub(super) fn follow_verdict(&mut self) -> Option<Way> {
        let verdict = self.await_verdict();
        self.verdict = Verdict::Heard(verdict.clone());
        self.replay_ready();
        let agrees = match (&self.left, &verdict) {
            (Some(left), Some(verdict)) => (left.exit, left.index) == (verdict.exit, verdict.index),
            (None, None) => true,
            _ => false,
        };
        if self.replays && !agrees {
            self.fail(format_args!(
                "was left on the root as {verdict:?} and here as {:?}: an effect did something else on this rank",
                self.left
            ));
        }
        verdict
    }

    fn await_verdict(&mut self) -> Option<Way> {
        let (from, answer) = loop {
            let message = self.link.await_message();
            let from = self.link.sender(&message);
            match message {
                Message::Answer(answer) => break (from, answer),
                message => self.take_in(message),
            }
        };
        decode(&answer).unwrap_or_else(|why| {
            self.fail(format_args!("was ended by rank {from} with something else than a verdict: {why}"))
        })
    }
}
