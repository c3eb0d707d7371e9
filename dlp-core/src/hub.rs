//! The root's side of every rendezvous: where the messages of all ranks meet the managers.
//!
//! Whoever has the lock moves things along: the root's main thread when it waits and between iterations, a service
//! thread while the main thread runs one. Rank 0 itself talks to the hub as every other rank does, only without a
//! transport in between. Knows the transport and the protocol; no user code, no user type.

mod outlet;
mod parts;

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use self::outlet::{Outlet, Post};
pub(crate) use self::outlet::{children, parent};
use self::parts::Parts;
use crate::manager::{Manager, Order, Terms, Unexpected};
use crate::rendezvous::Rendezvous;
use crate::report::Farewell;
use crate::schedule::Cut;
use crate::site::Gather;
use crate::transport::Transport;
use crate::wire::{Enter, Message, Op, Payload, WireError};

/// What the root wants to do together with the others.
#[derive(Clone, Debug)]
pub(crate) enum Spec {
    /// Share out a loop.
    Loop {
        /// How.
        terms: Terms,
        /// Who cuts it.
        how: Cut,
        /// Who gets the Parts.
        gather: Gather,
        /// The root's settings, for the others.
        settings: Payload,
        /// What the values are called that its iterations capture.
        captured: &'static [&'static str],
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
    /// What came for rendezvous that the root has not come to yet.
    early: Vec<Letter>,
    /// The last rendezvous that the root has come to.
    last: u64,
}

/// A message, who sent it, and for which rendezvous.
struct Letter {
    from: usize,
    epoch: u64,
    message: Message,
}

struct Meeting {
    ranks: Rendezvous,
    since: Instant,
    /// When the last message came, and how often the silence since then was spoken of.
    heard: Instant,
    told: u32,
    own: VecDeque<Message>,
    /// The root has left it; it goes on for the others.
    closed: bool,
    kind: Kind,
}

enum Kind {
    Loop { manager: Box<Manager>, settings: Payload, parts: Box<Parts> },
    Collective { combine: fn(&[Payload]) -> Payload, brought: Vec<Payload> },
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
        let ranks = Rendezvous::new(size, enter.clone());
        let (ranks, kind) = match spec {
            Spec::Loop { terms, how, gather, settings, captured } => {
                let parts = Box::new(Parts::new(gather, how, terms.length, size));
                let manager = Box::new(Manager::new(terms, size));
                (ranks.capturing(captured), Kind::Loop { manager, settings, parts })
            }
            Spec::Collective(combine) => {
                (ranks, Kind::Collective { combine, brought: vec![Payload::default(); size] })
            }
        };
        let now = Instant::now();
        let meeting =
            Meeting { ranks, since: now, heard: now, told: 0, own: VecDeque::new(), closed: false, kind };
        let mut state = self.state();
        state.meetings.insert(epoch, meeting);
        state.last = epoch;
        let post = Post { transport, mail: &self.mail };
        state.on_letter(post, Letter { from: 0, epoch, message: Message::Enter(enter) })?;
        let now: Vec<Letter> = state.early.extract_if(.., |letter| letter.epoch == epoch).collect();
        now.into_iter().try_for_each(|letter| state.on_letter(post, letter))
    }

    /// Rank 0 says something to its manager.
    pub(crate) fn tell(&self, transport: &dyn Transport, epoch: u64, message: Message) -> Result<(), Fatal> {
        let post = Post { transport, mail: &self.mail };
        self.state().on_letter(post, Letter { from: 0, epoch, message })
    }

    /// Takes in what has arrived, unless another thread is about it; whether anything had.
    pub(crate) fn pump(&self, transport: &dyn Transport) -> Result<bool, Fatal> {
        let mut state = match self.state.try_lock() {
            Ok(state) => state,
            Err(TryLockError::Poisoned(state)) => state.into_inner(),
            Err(TryLockError::WouldBlock) => return Ok(false),
        };
        let post = Post { transport, mail: &self.mail };
        let mut news = false;
        while let Some((from, frame)) = transport.poll() {
            news = true;
            let (epoch, message) = Message::decode(frame).map_err(|why| format!("rank {from} sent {why}"))?;
            state.on_letter(post, Letter { from, epoch, message })?;
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

    /// Who waits for whom, if nothing has come for longer than `limit`; the next time after twice as long.
    pub(crate) fn silence(&self, limit: Duration) -> Option<String> {
        let Ok(mut state) = self.state.try_lock() else { return None };
        let meeting = state.meetings.values_mut().next()?;
        let silent = meeting.heard.elapsed();
        if silent < limit.saturating_mul(1 << meeting.told.min(20)) {
            return None;
        }
        meeting.told += 1;
        Some(meeting.waiting(silent))
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

    /// Begins anew.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn forget(&self) {
        *self.state() = State::default();
        self.mail.store(0, Ordering::Release);
    }

    /// Whether there is no rendezvous at which a message could come.
    pub(crate) fn is_idle(&self) -> bool {
        self.state().meetings.is_empty()
    }
}

impl State {
    fn on_letter(&mut self, post: Post<'_>, letter: Letter) -> Result<(), Fatal> {
        let epoch = letter.epoch;
        let Some(meeting) = self.meetings.get_mut(&epoch) else {
            if epoch <= self.last {
                let Letter { from, message, .. } = letter;
                return Err(format!("rank {from} sent {message:?} of an earlier rendezvous"));
            }
            self.early.push(letter);
            return Ok(());
        };
        meeting.on_letter(post, letter)?;
        if meeting.closed && meeting.is_over() {
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

    /// Who waits for whom, after a silence.
    fn waiting(&self, silent: Duration) -> String {
        let place = &self.ranks.host().place;
        let absent: Vec<usize> = self.ranks.absent().collect();
        if !absent.is_empty() {
            let has = if absent.len() == 1 { "has" } else { "have" };
            return format!(
                "nothing was heard for {silent:.0?}: {} {has} not come to {place}, where the others wait",
                ranks(&absent)
            );
        }
        let Kind::Loop { manager, .. } = &self.kind else {
            return format!("nothing was heard for {silent:.0?} at {place}");
        };
        let busy = manager.at_work().map(|(rank, range)| match range.end.saturating_sub(range.start) {
            0 => format!("rank {rank} is at work"),
            1 => format!("rank {rank} is at iteration {}", range.start),
            _ => format!("rank {rank} is at iterations {} to {}", range.start, range.end - 1),
        });
        let busy: Vec<String> = busy.take(8).collect();
        format!("nothing was heard for {silent:.0?} at {place}: {}", busy.join(", "))
    }

    fn on_letter(&mut self, post: Post<'_>, Letter { from, epoch, message }: Letter) -> Result<(), Fatal> {
        let now = self.since.elapsed();
        (self.heard, self.told) = (self.since + now, 0);
        let Self { ranks, own, kind, .. } = self;
        let mut out = Outlet { post, epoch, own };
        let orders = orders(ranks, kind, &mut out, now, from, message).map_err(|wrong| match wrong {
            Wrong::Fatal(why) => why,
            Wrong::Unexpected(Unexpected { member, what }) => {
                format!("rank {member} {what} at {}", ranks.host().place)
            }
            Wrong::Part(why) => format!("rank {from} sent {why} at {}", ranks.host().place),
        })?;
        for order in orders {
            match order {
                Order::Assign { to, range } => out.to(to, Message::Assign(range)),
                Order::Batch { to, range } => out.to(to, Message::Batch(range)),
                Order::Release { to } => out.to(to, Message::Release),
                Order::Cancel { to, at } => out.to(to, Message::Cancel(at)),
                Order::Finish(outcome) => out.spread(Message::Finish(outcome)),
            }
        }
        Ok(())
    }
}

/// What the manager of a rendezvous orders upon a message.
fn orders(
    ranks: &mut Rendezvous,
    kind: &mut Kind,
    out: &mut Outlet<'_>,
    now: Duration,
    from: usize,
    message: Message,
) -> Result<Vec<Order>, Wrong> {
    Ok(match (message, kind) {
        (Message::Enter(enter), kind) => {
            let all = ranks.on_enter(from, &enter).map_err(|mismatch| {
                let said = said_at_the_end(&enter).map(|said| format!("\n  rank {from} ended with: {said}"));
                Wrong::Fatal(format!("{mismatch}{}", said.unwrap_or_default()))
            })?;
            match kind {
                Kind::Loop { manager, settings, parts } => {
                    out.to(from, Message::Go(settings.clone()));
                    if all {
                        parts.release(out);
                    }
                    manager.on_enter(now, from, enter.wants)?
                }
                Kind::Collective { combine, brought } => {
                    brought[from] = enter.data;
                    if all {
                        out.spread(Message::Answer(combine(brought)));
                    }
                    vec![]
                }
            }
        }
        (Message::Request { completion, wants, part }, Kind::Loop { manager, parts, .. }) => {
            // The Part of a message that is refused is not replayed by anybody.
            let orders = manager.on_request(now, from, &completion, wants)?;
            parts.check(from, &part, &completion.done, manager.batched())?;
            if !wants && !part.is_empty() {
                out.to(from, Message::Seen);
            }
            parts.on_part(out, part);
            orders
        }
        (Message::Ask, Kind::Loop { manager, .. }) => manager.on_ask(now, from)?,
        (Message::Left { index, part }, Kind::Loop { manager, parts, .. }) => {
            let given =
                manager.at_work().find(|(member, _)| *member == from).map_or(0, |(_, range)| range.start);
            let orders = manager.on_left(now, from, index)?;
            parts.check(from, &part, &(given..index + 1), manager.batched())?;
            parts.on_part(out, part);
            orders
        }
        (Message::Cancel(at), Kind::Loop { manager, .. }) if from == 0 => manager.on_cancel(now, at),
        (verdict @ Message::Answer(_), Kind::Loop { .. }) if from == 0 => {
            out.spread(verdict);
            vec![]
        }
        (Message::Progress(_), Kind::Loop { .. }) => vec![],
        (Message::Abort(why), _) => return Err(Wrong::Fatal(format!("rank {from} ended the job: {why}"))),
        (message, _) => {
            return Err(Wrong::Fatal(format!("rank {from} sent {message:?} where it makes no sense")));
        }
    })
}

/// Some ranks, for people.
fn ranks(of: &[usize]) -> String {
    let listed: Vec<String> = of.iter().take(8).map(usize::to_string).collect();
    let more = if of.len() > 8 { format!(" and {} more", of.len() - 8) } else { String::new() };
    format!("{} {}{more}", if of.len() == 1 { "rank" } else { "ranks" }, listed.join(", "))
}

/// What can be wrong with a message.
enum Wrong {
    Unexpected(Unexpected),
    Part(WireError),
    Fatal(Fatal),
}

impl From<Unexpected> for Wrong {
    fn from(unexpected: Unexpected) -> Self {
        Wrong::Unexpected(unexpected)
    }
}

impl From<WireError> for Wrong {
    fn from(why: WireError) -> Self {
        Wrong::Part(why)
    }
}

/// What a rank that has come to the end of the program says about how it ended, if that was badly.
fn said_at_the_end(enter: &Enter) -> Option<String> {
    (enter.op == Op::End).then(|| Farewell::read(&enter.data).ok()?.failure).flatten()
}
