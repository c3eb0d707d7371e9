//! Replaying what iterations recorded, in loop order, on this rank's own variables. Knows which iteration is next, and what to
//! do when one leaves; not what an effect is.

use super::Engine;
use crate::observe::Observer;
use crate::part::read_all;
use crate::report::{self, Place};
use crate::run::code::Recorded;
use crate::run::left::Way;
use crate::run::work::Work;
use crate::session::{Mode, Within};
use crate::wire::{Message, Payload};

impl Engine<'_> {
    /// Replays every iteration that is next in loop order.
    pub(super) fn replay_ready(&mut self) {
        if !self.replays || self.left.is_some() || self.verdict.is_awaited() {
            return;
        }
        let _within = Within::new(Mode::Replaying);
        let replayed = self.replay_in_order();
        report::at(Place::Outside);
        if let Err(why) = replayed {
            self.fail(format_args!("cannot be replayed: {why}"));
        }
        if let Some(way) = self.left.as_ref().filter(|_| self.link.session().is_root()) {
            self.link.tell(Message::Cancel(way.index + 1));
        }
    }

    /// Replays until the loop is left, or the Part that is next in loop order is not here.
    fn replay_in_order(&mut self) -> Result<(), String> {
        while self.left.is_none() {
            if self.verifies {
                self.verify();
            }
            let Self { ledger, work, observer, verdict, .. } = self;
            let Some((by, _)) = ledger.peek() else { break };
            let step = ledger.step(|index, bytes| {
                replay_one(*work, *observer, Recorded { index, by, bytes, led: verdict.way_out_in(index) })
            });
            match step.map_err(|why| why.to_string())? {
                Some(way_out) => self.left = way_out?,
                None => break,
            }
        }
        Ok(())
    }

    /// Replays a Part of this rank's own, where nobody else's effects are wanted.
    pub(super) fn replay_own(&mut self, part: Payload) {
        let _within = Within::new(Mode::ReplayingOwn);
        let by = self.link.session().rank();
        let Self { work, observer, left, .. } = self;
        let mut broken = None;
        let read = read_all(part, |index, bytes| {
            if left.is_none() && broken.is_none() {
                match replay_one(*work, *observer, Recorded { index, by, bytes, led: None }) {
                    Ok(way_out) => *left = way_out,
                    Err(why) => broken = Some(why),
                }
            }
        });
        report::at(Place::Outside);
        if let Some(why) = read.err().map(|why| why.to_string()).or(broken) {
            self.fail(format_args!("cannot be replayed: {why}"));
        }
    }
}

/// Replays one iteration that ran on `rank`; the way out that it took, if it did.
fn replay_one(
    work: &mut dyn Work,
    observer: &mut impl Observer,
    of: Recorded<'_>,
) -> Result<Option<Way>, String> {
    let way_out = work.replay(of)?;
    if way_out.is_none() {
        observer.replayed(of.index);
    }
    Ok(way_out)
}
