//! What a manager may order: kept by a reader of every message between it and its members, in the plainest way.
//!
//! It knows the messages and nothing of how the manager remembers them, so that a mistake has to be made twice
//! to go unseen.

use std::ops::Range;
use std::time::Duration;

use dlp_core::manager::{Manager, Order, Terms};
use dlp_core::schedule::Rule;
use dlp_core::wire::Completion;

/// What is known of a member.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Known {
    Absent,
    /// Of a share that it computes itself, these are not known.
    Works(Range<u64>),
    Waits,
    Gone,
}

/// The book of one loop.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Book {
    terms: Terms,
    pub(crate) members: Vec<Known>,
    /// Of the indices that there really are: handed out, and not handed back.
    given: Vec<bool>,
    /// Everything before this was handed out at some time.
    reached: u64,
    end: Option<u64>,
    /// The lowest index that left the loop, or at which it was cancelled.
    pub(crate) exit: Option<u64>,
    pub(crate) done: u64,
    over: bool,
    /// Who is to be told of `exit`, by the orders that come next.
    untold: Vec<usize>,
    /// Who has asked for a batch, and is to get it by the orders that come next.
    asked: Option<usize>,
}

impl Book {
    pub(crate) fn new(terms: Terms, members: usize, length: u64) -> Self {
        Self {
            members: vec![Known::Absent; members],
            given: vec![false; length as usize],
            reached: 0,
            end: terms.length,
            exit: None,
            done: 0,
            over: false,
            untold: vec![],
            asked: None,
            terms,
        }
    }

    pub(crate) fn on_enter(&mut self, member: usize, wants: bool) {
        self.members[member] = match (&self.terms.deal, wants) {
            (None, _) => Known::Works(0..0),
            (Some(_), true) => Known::Waits,
            (Some(_), false) => Known::Gone,
        };
        if self.terms.deal.is_none() && self.exit.is_some() {
            self.untold = vec![member];
        }
    }

    pub(crate) fn on_ask(&mut self, member: usize) {
        assert!(self.works(member), "member {member} asks for more and takes none");
        self.asked = Some(member);
    }

    pub(crate) fn on_request(&mut self, member: usize, completion: &Completion, wants: bool) {
        let Known::Works(range) = &mut self.members[member] else { panic!("member {member} had no work") };
        self.done += completion.done.end - completion.done.start;
        range.start = completion.done.end.min(range.end);
        let rests = range.is_empty() || !completion.undone.is_empty();
        self.given_of(&completion.undone).fill(false);
        self.end = completion.end.or(self.end);
        if wants {
            self.members[member] = Known::Waits;
        } else if rests && self.terms.deal.is_some() {
            self.members[member] = Known::Gone;
        }
    }

    pub(crate) fn on_left(&mut self, member: usize, index: u64) {
        if let Known::Works(range) = &self.members[member] {
            self.done += if range.is_empty() { 1 } else { index + 1 - range.start };
        }
        self.members[member] = Known::Waits;
        self.on_cancel(index);
    }

    pub(crate) fn on_cancel(&mut self, at: u64) {
        if self.exit.is_none_or(|exit| at < exit) {
            self.exit = Some(at);
            self.untold = (0..self.members.len()).filter(|&to| self.works(to)).collect();
        }
    }

    fn given_of(&mut self, range: &Range<u64>) -> &mut [bool] {
        let length = self.given.len() as u64;
        &mut self.given[range.start.min(length) as usize..range.end.min(length) as usize]
    }

    fn is_host(&self, member: usize) -> bool {
        self.terms.dedicated && self.members.len() > 1 && member == 0
    }

    fn works(&self, member: usize) -> bool {
        matches!(self.members[member], Known::Works(_))
    }

    /// Nobody works, and nobody will come.
    fn rests(&self) -> bool {
        self.members.iter().all(|member| matches!(member, Known::Waits | Known::Gone))
    }

    /// Nothing at or after this is to be run, as far as anybody has told.
    fn bound(&self) -> u64 {
        self.exit.unwrap_or(u64::MAX).min(self.end.unwrap_or(u64::MAX))
    }

    /// Whether there is something to be handed out.
    fn has_more(&self) -> bool {
        let bound = self.bound();
        let here = self.given.iter().zip(0..).any(|(&given, index)| index < bound && !given);
        (self.terms.deal.is_some() || self.terms.batches.is_some())
            && (here || self.reached.max(self.given.len() as u64) < bound)
    }

    /// What the manager orders upon the event that was noted last.
    pub(crate) fn on_orders(&mut self, orders: &[Order], is_over: bool) {
        let told = orders.iter().filter_map(|order| match order {
            Order::Cancel { to, at } => Some((*to, Some(*at))),
            _ => None,
        });
        let untold = std::mem::take(&mut self.untold);
        assert!(
            told.eq(untold.iter().map(|&to| (to, self.exit))),
            "exactly {untold:?} are to be told of {:?}: {orders:?}",
            self.exit
        );
        for order in orders {
            self.on_order(order);
        }
        assert_eq!(self.asked, None, "nothing comes for who has asked: {orders:?}");
        let rests = self.rests();
        let finishes = orders.iter().filter(|order| matches!(order, Order::Finish(_))).count();
        let ends_now = rests && !self.over && self.terms.hold;
        assert_eq!(finishes, usize::from(ends_now), "the outcome is told once, when nobody works: {self:?}");
        self.over = rests;
        assert_eq!(is_over, rests, "over when nobody works: {self:?}");
        let more = self.has_more();
        let may_return = self.terms.deal.is_some() && self.terms.may_stop && !self.rests();
        for (member, _) in self.members.iter().enumerate().filter(|(_, known)| **known == Known::Waits) {
            assert!(!more || self.is_host(member), "member {member} waits in vain: {self:?}");
            assert!(
                self.terms.hold || more || may_return,
                "member {member} waits and nothing can come: {self:?}"
            );
        }
    }

    fn on_order(&mut self, order: &Order) {
        match order {
            Order::Cancel { .. } => {}
            Order::Batch { to, range } => {
                assert_eq!(self.asked.take(), Some(*to), "member {to} did not ask: {order:?}");
                assert!(range.end <= self.bound(), "{order:?} in {self:?}");
                assert!(!range.is_empty() || !self.has_more(), "there is more: {self:?}");
                self.give(range, order);
            }
            Order::Assign { to, range } => {
                assert_eq!(self.members[*to], Known::Waits, "member {to} did not ask: {order:?}");
                assert!(!self.is_host(*to), "the host runs nothing: {order:?}");
                assert!(!range.is_empty() && range.end <= self.bound(), "{order:?} in {self:?}");
                if let Some(Rule::Fixed(count)) = self.terms.deal {
                    assert!(range.end - range.start <= count, "more than a chunk: {order:?}");
                }
                self.give(range, order);
                self.members[*to] = Known::Works(range.clone());
            }
            Order::Release { to } => {
                assert_eq!(self.members[*to], Known::Waits, "member {to} did not ask: {order:?}");
                assert!(!self.terms.hold, "members were to wait for the outcome");
                let may_return = self.terms.deal.is_some() && self.terms.may_stop && !self.rests();
                // The host runs nothing, but may have to hand out what comes back.
                let spared = self.is_host(*to) && (self.rests() || self.terms.batches.is_some());
                let for_it = self.has_more() && !spared;
                assert!(!for_it && !may_return, "member {to} is sent away too early: {self:?}");
                self.members[*to] = Known::Gone;
            }
            Order::Finish(outcome) => {
                assert!(self.terms.hold && self.rests() && !self.over, "{order:?} in {self:?}");
                assert_eq!(outcome.exit, self.exit);
                let least = self.exit.map(|exit| exit + 1);
                assert_eq!(Some(outcome.end), self.end.or(least).or(Some(0)), "{order:?} in {self:?}");
            }
        }
    }

    fn give(&mut self, range: &Range<u64>, order: &Order) {
        let given = self.given_of(range);
        assert!(!given.contains(&true), "handed out twice: {order:?}");
        given.fill(true);
        self.reached = self.reached.max(range.end);
    }

    /// Whether each message that no member can send in this state is refused, by copies of the manager.
    pub(crate) fn refuses_what_is_wrong(&self, manager: &Manager) -> bool {
        self.members.iter().enumerate().all(|(member, known)| {
            let came = [true, false].map(|wants| manager.clone().on_enter(Duration::ZERO, member, wants));
            let twice_is_refused = *known == Known::Absent || came.iter().all(Result::is_err);
            twice_is_refused && self.lies_of(member).iter().all(|lie| lie.is_refused(manager, member))
        })
    }

    /// What a member cannot mean.
    fn lies_of(&self, member: usize) -> Vec<Lie> {
        let asks = |done, undone, end, wants| Lie::Request(Completion { done, undone, end }, wants);
        let Known::Works(Range { start, end }) = self.members[member] else {
            return vec![asks(0..0, 0..0, None, true), asks(0..0, 0..0, None, false), Lie::Left(0), Lie::Ask];
        };
        let mut lies = vec![];
        if self.terms.batches.is_none() {
            lies.push(Lie::Ask);
        }
        if let Some(known) = self.end {
            lies.push(asks(start..start, start..start, Some(known + 1), true));
        }
        if self.terms.deal.is_none() {
            let all_is_known = self.terms.length.is_some() && !self.is_host(member);
            if self.terms.batches.is_some() && all_is_known && self.has_more() {
                lies.push(asks(0..0, 0..0, None, true));
            }
            return lies;
        }
        lies.extend(start.checked_sub(1).map(Lie::Left));
        lies.extend([
            Lie::Left(end),
            asks(start..end + 1, end + 1..end + 1, None, true),
            asks(start + 1..end + 1, end + 1..end + 1, None, false),
            asks(end..end, end..end, None, true),
            asks(end + 1..end + 1, end + 1..end + 1, None, true),
            asks(start..start, start..start, None, true),
            asks(start..start, start..end + 1, None, false),
            asks(start..start, start + 1..end + 1, None, false),
            asks(start..end, end..end, Some(end - 1), true),
        ]);
        if !self.terms.may_stop && start < self.bound() {
            lies.push(asks(start..start, start..end, None, false));
        }
        lies
    }
}

/// A message that no member can mean in the state that it is in.
enum Lie {
    Request(Completion, bool),
    Left(u64),
    Ask,
}

impl Lie {
    fn is_refused(&self, manager: &Manager, member: usize) -> bool {
        let mut manager = manager.clone();
        match self {
            Lie::Request(completion, wants) => {
                manager.on_request(Duration::ZERO, member, completion, *wants).is_err()
            }
            Lie::Left(index) => manager.on_left(Duration::ZERO, member, *index).is_err(),
            Lie::Ask => manager.on_ask(Duration::ZERO, member).is_err(),
        }
    }
}
