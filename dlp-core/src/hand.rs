//! A loop that the program splits by hand: how it is shared out, and one rank's place in it.
//!
//! What [`split`](crate::split) and [`map`](crate::map) have in common: an item is asked for whenever the program comes
//! back, nobody waits for the outcome, and a rank may leave early. Knows no item and no result.

use std::panic::Location;

use crate::collective::place;
use crate::heed::{Reach, heed};
use crate::hub::Spec;
use crate::link::Link;
use crate::manager::Terms;
use crate::observe::{Counting, Observer};
use crate::schedule::{Chunk, Cut};
use crate::session::{self, Rendezvous};
use crate::site::{Gather, Manager};
use crate::wire::{Message, Op, Payload};
use crate::worker::{Report, Worker};

/// Where such a loop stands, and how it is to be shared out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) name: &'static str,
    pub(crate) at: &'static Location<'static>,
    pub(crate) chunk: Chunk,
    pub(crate) manager: Manager,
    /// Who gets the results.
    pub(crate) gather: Gather,
}

impl Plan {
    /// One item at a time, and the root works too.
    pub(crate) fn new(name: &'static str, at: &'static Location<'static>, gather: Gather) -> Self {
        Self { name, at, chunk: Chunk::Fixed(1), manager: Manager::default(), gather }
    }

    /// The place in the program, readable.
    pub(crate) fn place(&self) -> String {
        place(self.name, self.at)
    }

    /// Comes to the loop and is let in; `wants` no work if it is to be left at once. `None` on the only rank, which
    /// has nobody to meet.
    pub(crate) fn enter(&self, length: Option<u64>, wants: bool) -> Option<Member> {
        let session = session::current();
        if session.size() == 1 {
            return None;
        }
        let dedicated = self.manager == Manager::Dedicated;
        let terms = Terms {
            deal: Some(self.chunk.into()),
            batches: None,
            length,
            hold: false,
            may_stop: true,
            dedicated,
        };
        let link = session.enter(Rendezvous {
            op: Op::Loop,
            place: self.place(),
            length,
            digest: 0,
            wants,
            data: Payload::default(),
            spec: Spec::Loop {
                terms,
                how: Cut::Dealt,
                gather: self.gather,
                settings: session.settings.share(),
                captured: &[],
            },
        });
        link.admission();
        let mut worker = Worker::new(None);
        if !wants {
            worker.on_release();
        }
        Some(Member { plan: *self, length, link, worker, counting: Counting::new(self.place()) })
    }
}

/// One of several ranks in such a loop.
pub(crate) struct Member {
    plan: Plan,
    length: Option<u64>,
    pub(crate) link: Link,
    pub(crate) worker: Worker,
    pub(crate) counting: Counting,
}

impl Member {
    /// The next message, waited for asleep.
    pub(crate) fn await_message(&mut self) -> Message {
        self.counting.wait_begins();
        let message = self.link.await_message();
        self.counting.wait_ends();
        message
    }

    /// Does what the manager says, where items from `from` on can still be had. What else there is, is for the caller.
    pub(crate) fn on_message(&mut self, from: u64, message: Message) -> Option<Message> {
        let reach = Reach { from, length: self.length };
        match heed(&mut self.worker, reach, message) {
            // What is handed over in the middle of a range is not held back here.
            Ok(Some(Message::Seen)) => None,
            Ok(other) => other,
            Err(why) => self.fail(&format!("got {why} from rank 0")),
        }
    }

    /// Tells the manager what was done, and hands over what came of it.
    pub(crate) fn tell(&mut self, Report { completion, wants }: Report, part: Payload) {
        self.counting.part_sent(part.len());
        self.link.tell(Message::Request { completion, wants, part });
    }

    /// The items have ended: wrong, if they had said another number.
    pub(crate) fn check_end(&self, end: u64) {
        if let Some(length) = self.length {
            self.fail(&format!(
                "the items announced their number by `size_hint` as {length} and ended after {end}"
            ));
        }
    }

    /// Ends the job because of something that cannot be in this loop.
    pub(crate) fn fail(&self, why: &str) -> ! {
        self.link.session().fail(&format!("{}: {why}", self.plan.place()))
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let counting = std::mem::replace(&mut self.counting, Counting::new(String::new()));
        self.link.session().count(counting.finish());
    }
}
