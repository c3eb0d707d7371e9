//! Replaying what iterations recorded, in loop order, on this rank's own variables. Knows which iteration is next, and what to
//! do when one leaves; not what an effect is.

use super::Engine;
use crate::observe::{Counting, Observer};
use crate::part::{Stretch, read_stretches};
use crate::report::{self, Place};
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
            // Whoever verifies takes one iteration at a time.
            let most = if self.verifies { 1 } else { u64::MAX };
            let Self { ledger, work, observer, verdict, .. } = self;
            let step = ledger.read(most, |stretch| replay_some(*work, observer, &stretch, verdict.way_out()));
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
        let Self { work, observer, left, .. } = self;
        let mut broken = None;
        let read = read_stretches(part, |stretch| {
            if left.is_none() && broken.is_none() {
                match replay_some(*work, observer, &stretch, None) {
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

/// Replays iterations that follow one another; the way out that one took, if it did: those after it are not replayed.
fn replay_some(
    work: &mut dyn Work,
    observer: &mut Counting,
    stretch: &Stretch<'_>,
    led: Option<&Way>,
) -> Result<Option<Way>, String> {
    if stretch.is_blank() {
        observer.replayed(stretch.indices.clone());
        return Ok(None);
    }
    work.replay(stretch, led, observer)
}
