//! The root's side of every rendezvous: where the messages of all ranks meet the managers.
//!
//! Whoever has the lock moves things along: the root's main thread when it waits, a service thread while the
//! main thread runs iterations. Rank 0 itself talks to the hub as every other rank does, only without a
//! transport in between. Knows the transport and the protocol; no user code, no user type.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::manager::{Manager, Order, Terms, Unexpected};
use crate::rendezvous::Rendezvous;
use crate::report::Farewell;
use crate::site::Gather;
use crate::transport::Transport;
use crate::wire::{Enter, Message, Op, Payload};

/// What the root wants to do together with the others.
#[derive(Clone, Debug)]
pub(crate) enum Spec {
    /// Share out a loop.
    Loop {
        /// How.
        terms: Terms,
        /// Who gets the Parts.
        gather: Gather,
        /// The root's settings, for the others.
        settings: Payload,
    },
    /// Meet, and hand out what this makes of what the ranks brought along.
    Collective(fn(&[Payload]) -> Payload),
}

/// All rendezvous that the root knows of.
#[derive(Default)]
pub(crate) struct Hub {
    state: Mutex<State>,
    /// How many messages wait for rank 0 itself: looked at between iterations without the lock.
    mail: AtomicUsize,
}

#[derive(Default)]
struct State {
    meetings: BTreeMap<u64, Meeting>,
    /// Messages for rendezvous that the root has not come to yet.
    early: Vec<(usize, u64, Message)>,
}

struct Meeting {
    ranks: Rendezvous,
    since: Instant,
    own: VecDeque<Message>,
    /// The root has left it; it goes on for the others.
    closed: bool,
    kind: Kind,
}

enum Kind {
    Loop {
        manager: Manager,
        gather: Gather,
        settings: Payload,
        /// Parts that came before every rank had: no effect is replayed before that.
        held: Vec<Payload>,
    },
    Collective {
        combine: fn(&[Payload]) -> Payload,
        brought: Vec<Payload>,
    },
}

/// The job cannot go on; why.
pub(crate) type Fatal = String;

impl Hub {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The root has come to a rendezvous.
    pub(crate) fn open(
        &self,
        transport: &dyn Transport,
        epoch: u64,
        enter: Enter,
        spec: Spec,
    ) -> Result<(), Fatal> {
        let size = transport.size();
        let kind = match spec {
            Spec::Loop { terms, gather, settings } => {
                Kind::Loop { manager: Manager::new(terms, size), gather, settings, held: vec![] }
            }
            Spec::Collective(combine) => {
                Kind::Collective { combine, brought: vec![Payload::default(); size] }
            }
        };
        let ranks = Rendezvous::new(size, enter.clone());
        let meeting = Meeting { ranks, since: Instant::now(), own: VecDeque::new(), closed: false, kind };
        let mut state = self.state();
        state.meetings.insert(epoch, meeting);
        let mut post = Post { transport, mail: &self.mail };
        state.on_message(&mut post, 0, epoch, Message::Enter(enter))?;
        let (now, later) = std::mem::take(&mut state.early).into_iter().partition(|(_, of, _)| *of == epoch);
        state.early = later;
        let now: Vec<_> = now;
        now.into_iter()
            .try_for_each(|(from, epoch, message)| state.on_message(&mut post, from, epoch, message))
    }

    /// Rank 0 says something to its manager.
    pub(crate) fn tell(&self, transport: &dyn Transport, epoch: u64, message: Message) -> Result<(), Fatal> {
        let mut post = Post { transport, mail: &self.mail };
        self.state().on_message(&mut post, 0, epoch, message)
    }

    /// Takes in what has arrived; whether anything had.
    pub(crate) fn pump(&self, transport: &dyn Transport) -> Result<bool, Fatal> {
        let mut state = self.state();
        let mut post = Post { transport, mail: &self.mail };
        let mut news = false;
        while let Some((from, frame)) = transport.poll() {
            news = true;
            let (epoch, message) = Message::decode(frame).map_err(|why| format!("rank {from} sent {why}"))?;
            state.on_message(&mut post, from, epoch, message)?;
        }
        Ok(news)
    }

    /// The next message for rank 0 in this rendezvous, of those that are here.
    pub(crate) fn hear(&self, epoch: u64) -> Option<Message> {
        if self.mail.load(Ordering::Acquire) == 0 {
            return None;
        }
        let message = self.state().meetings.get_mut(&epoch)?.own.pop_front()?;
        self.mail.fetch_sub(1, Ordering::AcqRel);
        Some(message)
    }

    /// Takes what the ranks brought along, in rank order; everybody has come.
    pub(crate) fn collect(&self, epoch: u64) -> Vec<Payload> {
        match self.state().meetings.get_mut(&epoch).map(|meeting| &mut meeting.kind) {
            Some(Kind::Collective { brought, .. }) => std::mem::take(brought),
            _ => vec![],
        }
    }

    /// The root leaves a rendezvous; it goes on for the others if they are not done.
    pub(crate) fn close(&self, epoch: u64) {
        let mut state = self.state();
        if let Some(meeting) = state.meetings.get_mut(&epoch) {
            meeting.closed = true;
            self.mail.fetch_sub(meeting.own.len(), Ordering::AcqRel);
            meeting.own.clear();
            if meeting.is_over() {
                state.meetings.remove(&epoch);
            }
        }
    }

    /// Whether all ranks are done with this rendezvous.
    pub(crate) fn is_over(&self, epoch: u64) -> bool {
        self.state().meetings.get(&epoch).is_none_or(Meeting::is_over)
    }

    /// Whether there is no rendezvous at which a message could come.
    pub(crate) fn is_idle(&self) -> bool {
        self.state().meetings.is_empty()
    }
}

/// Where messages leave the hub.
struct Post<'a> {
    transport: &'a dyn Transport,
    mail: &'a AtomicUsize,
}

impl Post<'_> {
    /// To one rank, which may be the root itself.
    fn to(&mut self, own: &mut VecDeque<Message>, to: usize, epoch: u64, message: Message) {
        if to == 0 {
            own.push_back(message);
            self.mail.fetch_add(1, Ordering::AcqRel);
        } else {
            self.transport.send(to, message.encode(epoch));
        }
    }

    /// A Part, to those who replay it, but not before every rank has come.
    fn part_in_time(
        &mut self,
        own: &mut VecDeque<Message>,
        epoch: u64,
        gather: Gather,
        part: Payload,
        all_came: bool,
        held: &mut Vec<Payload>,
    ) {
        if all_came {
            self.part(own, epoch, gather, part);
        } else {
            held.push(part);
        }
    }

    /// A Part, to those who replay it.
    fn part(&mut self, own: &mut VecDeque<Message>, epoch: u64, gather: Gather, part: Payload) {
        match gather {
            _ if part.is_empty() => {}
            Gather::None => {}
            Gather::Root => self.to(own, 0, epoch, Message::Part(part)),
            Gather::All => self.spread(own, epoch, &Message::Part(part)),
        }
    }

    /// To all ranks, by way of the tree.
    fn spread(&mut self, own: &mut VecDeque<Message>, epoch: u64, message: &Message) {
        for child in children(0, self.transport.size()) {
            self.transport.send(child, message.clone().encode(epoch));
        }
        self.to(own, 0, epoch, message.clone());
    }
}

/// The ranks to which `rank` passes on what comes down the tree: a binary one, so that what is for all
/// reaches the last of `size` ranks in `log2(size)` steps.
pub(crate) fn children(rank: usize, size: usize) -> impl Iterator<Item = usize> {
    (2 * rank + 1..2 * rank + 3).filter(move |&child| child < size)
}

impl State {
    fn on_message(
        &mut self,
        post: &mut Post<'_>,
        from: usize,
        epoch: u64,
        message: Message,
    ) -> Result<(), Fatal> {
        let Some(meeting) = self.meetings.get_mut(&epoch) else {
            self.early.push((from, epoch, message));
            return Ok(());
        };
        let over = meeting.on_message(post, from, epoch, message)?;
        if over && meeting.closed {
            self.meetings.remove(&epoch);
        }
        Ok(())
    }
}

impl Meeting {
    fn is_over(&self) -> bool {
        match &self.kind {
            Kind::Loop { manager, .. } => manager.is_over(),
            Kind::Collective { .. } => self.ranks.complete(),
        }
    }

    /// Takes in one message; whether the rendezvous is over.
    fn on_message(
        &mut self,
        post: &mut Post<'_>,
        from: usize,
        epoch: u64,
        message: Message,
    ) -> Result<bool, Fatal> {
        let orders = self.orders(post, from, epoch, message).map_err(|wrong| match wrong {
            Wrong::Fatal(why) => why,
            Wrong::Unexpected(Unexpected { member, what }) => {
                format!("rank {member} {what} at {}", self.ranks.host().place)
            }
        })?;
        for order in orders {
            let own = &mut self.own;
            match order {
                Order::Assign { to, range } => post.to(own, to, epoch, Message::Assign(range)),
                Order::Release { to } => post.to(own, to, epoch, Message::Release),
                Order::Cancel { to, at } => post.to(own, to, epoch, Message::Cancel(at)),
                Order::Finish(outcome) => post.spread(own, epoch, &Message::Finish(outcome)),
            }
        }
        Ok(self.is_over())
    }

    /// What the manager orders upon a message.
    fn orders(
        &mut self,
        post: &mut Post<'_>,
        from: usize,
        epoch: u64,
        message: Message,
    ) -> Result<Vec<Order>, Wrong> {
        let now = self.since.elapsed();
        let Self { ranks, own, kind, .. } = self;
        Ok(match (message, kind) {
            (Message::Enter(enter), kind) => {
                let all = ranks.on_enter(from, &enter).map_err(|mismatch| {
                    let said =
                        said_at_the_end(&enter).map(|said| format!("\n  rank {from} ended with: {said}"));
                    Wrong::Fatal(format!("{mismatch}{}", said.unwrap_or_default()))
                })?;
                match kind {
                    Kind::Loop { manager, gather, settings, held } => {
                        post.to(own, from, epoch, Message::Go(settings.clone()));
                        if all {
                            held.drain(..).for_each(|part| post.part(own, epoch, *gather, part));
                        }
                        manager.on_enter(now, from, enter.wants)?
                    }
                    Kind::Collective { combine, brought } => {
                        brought[from] = enter.data;
                        if all {
                            post.spread(own, epoch, &Message::Answer(combine(brought)));
                        }
                        vec![]
                    }
                }
            }
            (Message::Request { completion, wants, part }, Kind::Loop { manager, gather, held, .. }) => {
                post.part_in_time(own, epoch, *gather, part, ranks.complete(), held);
                manager.on_request(now, from, &completion, wants)?
            }
            (Message::Left { index, part }, Kind::Loop { manager, gather, held, .. }) => {
                post.part_in_time(own, epoch, *gather, part, ranks.complete(), held);
                manager.on_left(now, from, index)?
            }
            (Message::Cancel(at), Kind::Loop { manager, .. }) if from == 0 => manager.on_cancel(now, at),
            (verdict @ Message::Answer(_), Kind::Loop { .. }) if from == 0 => {
                post.spread(own, epoch, &verdict);
                vec![]
            }
            (Message::Progress(_), Kind::Loop { .. }) => vec![],
            (Message::Abort(why), _) => return Err(Wrong::Fatal(why)),
            (message, _) => {
                return Err(Wrong::Fatal(format!("rank {from} sent {message:?} where it makes no sense")));
            }
        })
    }
}

/// What can be wrong with a message.
enum Wrong {
    Unexpected(Unexpected),
    Fatal(Fatal),
}

impl From<Unexpected> for Wrong {
    fn from(unexpected: Unexpected) -> Self {
        Wrong::Unexpected(unexpected)
    }
}

/// What a rank that has come to the end of the program says about how it ended, if that was badly.
fn said_at_the_end(enter: &Enter) -> Option<String> {
    (enter.op == Op::End).then(|| Farewell::read(&enter.data).ok()?.failure).flatten()
}
