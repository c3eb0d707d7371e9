//! One rank's line to a rendezvous: what it tells the manager, and what it hears.
//!
//! The root's line ends in its own hub, the others' in their transport; whoever uses it need not know. What comes
//! down the tree is passed on here.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::Instant;

use crate::hub::{Hub, children, parent};
use crate::session::Session;
use crate::transport::{Idle, Rest};
use crate::wire::{Message, Payload};

/// A rank at a rendezvous.
pub(crate) struct Link {
    session: &'static Session,
    epoch: u64,
    /// Where it is, for reports.
    place: String,
    /// What came before this rank was let in: a Part takes another way than the root's answer, and may be faster.
    kept: RefCell<VecDeque<Message>>,
    /// How it waits: over all its waits here, since how long the last ones were says how long the next may be.
    idle: RefCell<Idle>,
}

impl Link {
    pub(crate) fn new(session: &'static Session, epoch: u64, place: String) -> Self {
        let idle = Idle::new(session.transport.rings()).into();
        Self { session, epoch, place, kept: RefCell::default(), idle }
    }

    pub(crate) fn session(&self) -> &'static Session {
        self.session
    }

    /// The number of the rendezvous: another one for each, and the same on every rank.
    pub(crate) fn number(&self) -> u64 {
        self.epoch
    }

    /// Waits to be let into a loop by the root: the root's settings.
    pub(crate) fn admission(&self) -> Payload {
        let mut early = VecDeque::new();
        loop {
            match self.await_answer() {
                Message::Go(settings) => {
                    self.kept.replace(early);
                    return settings;
                }
                message => early.push_back(message),
            }
        }
    }

    /// Says something to the manager.
    pub(crate) fn tell(&self, message: Message) {
        let transport = &*self.session.transport;
        match &self.session.hub {
            Some(hub) => {
                hub.tell(transport, self.epoch, message).unwrap_or_else(|why| self.session.fail(&why));
            }
            None => transport.send(0, message.encode(self.epoch)),
        }
    }

    /// The next message, if one has arrived.
    ///
    /// On the root this takes in what there is for others too, also where a service thread does: that one sleeps
    /// between two looks, and whoever waits for an answer need not wait for it to wake.
    pub(crate) fn hear(&self) -> Option<Message> {
        self.pump();
        self.next()
    }

    /// The next message, waited for asleep.
    pub(crate) fn await_message(&self) -> Message {
        self.await_with(|_| {})
    }

    /// The root's answer to this rank's coming, waited for asleep. While it is not there, the root cannot say who waits
    /// for whom, if it has not come itself.
    fn await_answer(&self) -> Message {
        let (since, session, mut told) = (Instant::now(), self.session, 0);
        self.await_with(|rest| {
            // The root is given time to speak first; two others are enough to speak for all.
            let speaks = !session.is_root() && (session.rank() == 1 || session.rank() + 1 == session.size());
            let Some(limit) = session.settings.stall.after.filter(|_| speaks && matches!(rest, Rest::Sleep(_))) else { return };
            if since.elapsed() > limit.saturating_mul(2 << told) {
                told = 20.min(told + 1);
                session.stalled(&format!(
                    "rank {} has waited {:.0?} at {} and got no answer: rank 0 has not come there, or waits for another \
                     one",
                    session.rank(),
                    since.elapsed(),
                    self.place
                ));
            }
        })
    }

    fn await_with(&self, rests: impl FnMut(&Rest)) -> Message {
        self.await_while(|| true, rests).expect("waited for until it comes")
    }

    /// The next message, waited for asleep while `waits` says so: whoever changes that has to wake this rank.
    pub(crate) fn await_message_while(&self, waits: impl Fn() -> bool) -> Option<Message> {
        self.await_while(waits, |_| {})
    }

    fn await_while(&self, waits: impl Fn() -> bool, mut rests: impl FnMut(&Rest)) -> Option<Message> {
        if let Some(message) = self.hear() {
            return Some(message);
        }
        self.session.attend(true);
        let mut idle = self.idle.borrow_mut();
        loop {
            if self.pump() {
                idle.reset();
            }
            let message = self.next();
            if message.is_some() || !waits() {
                idle.reset();
                return message;
            }
            let rest = idle.rest();
            rests(&rest);
            self.session.mind_silence(&rest);
            self.session.transport.wait(rest);
        }
    }

    /// On the root: the next message, waited for asleep; `None` when all ranks are done with this rendezvous and
    /// nothing more can come.
    pub(crate) fn await_message_or_end(&self) -> Option<Message> {
        let hub = self.session.hub.as_ref()?;
        let mut idle = self.idle.borrow_mut();
        loop {
            // In this order: what comes before the end is here when the end is seen.
            let over = hub.is_over(self.epoch);
            let news = self.pump();
            if news {
                idle.reset();
            }
            if let Some(message) = self.next() {
                return Some(message);
            }
            if over {
                return None;
            }
            self.session.attend(true);
            if !news {
                let rest = idle.rest();
                self.session.mind_silence(&rest);
                self.session.transport.wait(rest);
            }
        }
    }

    /// This rank begins to run user code, and is not listening.
    pub(crate) fn busy(&self) {
        self.session.attend(false);
    }

    /// What the collective came to.
    pub(crate) fn answer(&self) -> Payload {
        match self.await_answer() {
            Message::Answer(answer) => answer,
            message => self.session.fail(&format!(
                "rank {} sent {message:?} instead of the answer of {}",
                self.sender(&message),
                self.place
            )),
        }
    }

    /// Who sent a message that this rank has heard.
    pub(crate) fn sender(&self, message: &Message) -> usize {
        if self.session.is_root() { 0 } else { says(message, self.session.rank()).unwrap_or(0) }
    }

    /// On the root: what the ranks brought along, in rank order. Elsewhere nothing.
    pub(crate) fn collect(&self) -> Vec<Payload> {
        self.session.hub.as_ref().map_or_else(Vec::new, |hub| hub.collect(self.epoch))
    }

    /// On the root: stays until all ranks are done with this rendezvous.
    pub(crate) fn see_out(&self) {
        while self.await_message_or_end().is_some() {}
    }

    /// On the root: takes in what has arrived for anybody; whether anything had.
    fn pump(&self) -> bool {
        let pump = |hub: &Hub| hub.pump(&*self.session.transport);
        self.session.hub.as_ref().is_some_and(|hub| pump(hub).unwrap_or_else(|why| self.session.fail(&why)))
    }

    /// The next message of those that are here.
    fn next(&self) -> Option<Message> {
        self.session.check();
        let kept = self.kept.borrow_mut().pop_front();
        kept.or_else(|| match &self.session.hub {
            Some(hub) => hub.hear(self.epoch),
            None => self.hear_from_afar(),
        })
    }

    fn hear_from_afar(&self) -> Option<Message> {
        let mut early = self.session.early.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(at) = early.iter().position(|(epoch, _)| *epoch == self.epoch) {
            let (_, message) = early.remove(at);
            return Some(self.pass_on(message));
        }
        while let Some((from, frame)) = self.session.transport.poll() {
            match Message::decode(frame) {
                Ok((_, message)) if Some(from) != says(&message, self.session.rank()) => {
                    self.session.fail(&format!("rank {from} sent {message:?}, which is not for it to say"))
                }
                Ok((epoch, message)) if epoch == self.epoch => return Some(self.pass_on(message)),
                Ok((epoch, message)) if epoch > self.epoch => early.push((epoch, message)),
                // Overtaken by the end of its loop, which came another way.
                Ok((_, Message::Cancel(_) | Message::Seen)) => {}
                Ok((_, message)) => {
                    self.session.fail(&format!("rank {from} sent {message:?} of an earlier rendezvous"))
                }
                Err(why) => self.session.fail(&format!("rank {from} sent {why}")),
            }
        }
        None
    }

    /// Hands what comes down the tree to the ranks below.
    fn pass_on(&self, message: Message) -> Message {
        if matches!(message, Message::Part(_) | Message::Finish(_) | Message::Answer(_)) {
            let transport = &*self.session.transport;
            for child in children(transport.rank(), transport.size()) {
                transport.send(child, message.clone().encode(self.epoch));
            }
        }
        message
    }
}

/// Who says such a thing to `rank`, which is not the root, if anybody does.
fn says(message: &Message, rank: usize) -> Option<usize> {
    match message {
        Message::Go(_)
        | Message::Assign(_)
        | Message::Batch(_)
        | Message::Release
        | Message::Cancel(_)
        | Message::Seen => Some(0),
        Message::Part(_) | Message::Finish(_) | Message::Answer(_) => Some(parent(rank)),
        Message::Enter(_)
        | Message::Request { .. }
        | Message::Ask
        | Message::Left { .. }
        | Message::Progress(_)
        | Message::Abort(_) => None,
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if let Some(hub) = &self.session.hub {
            hub.close(self.epoch);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;
    use crate::transport::Transport;
    use crate::transport::threads::Threads;

    #[test]
    fn a_part_that_overtakes_the_admission_is_kept() {
        let mut world = Threads::world(2);
        let (member, root) = (world.remove(1), world.remove(0));
        let part = Message::Part(vec![1, 2, 3].into());
        root.send(1, part.clone().encode(1));
        root.send(1, Message::Go(vec![9].into()).encode(1));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let session = Session::begin(Box::new(member), Settings::default(), false);
                let link = Link::new(session, 1, "a place".into());
                assert_eq!(link.admission()[..], [9]);
                assert_eq!(link.hear(), Some(part));
                assert_eq!(link.hear(), None);
            });
        });
    }
}
