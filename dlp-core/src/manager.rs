//! The manager of one loop: who runs which indices, and when the loop is over.
//!
//! A pure state machine. What a member says goes in by the `on_` methods; what is to be told to whom comes out
//! as [`Order`]s. It numbers the members of its group from 0 and knows neither their ranks nor a transport, a
//! clock (time comes in with each request) or the effects that travel beside its messages; so a manager can
//! stand above other managers, and a simulator or a model checker can drive it.

use core::time::Duration;
use std::ops::Range;

use crate::schedule::{Dealer, Rule};
use crate::wire::{Completion, Outcome};

/// How a manager shares out, and what it does at the end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Terms {
    /// `None` where members compute their own shares and the manager only keeps count.
    pub deal: Option<Rule>,
    /// How batches are cut for the pools of the nodes, where members take their ranges from those; `deal` is `None` then.
    pub batches: Option<Batches>,
    /// The number of items, where it is known.
    pub length: Option<u64>,
    /// Whether members that have nothing more to do wait for the loop's outcome. Otherwise each is
    /// released as soon as there is nothing more for it.
    pub hold: bool,
    /// Whether a member may stop in the middle of its range and hand back the rest.
    pub may_stop: bool,
    /// Whether member 0 only hosts the manager and runs nothing, where there are others.
    pub dedicated: bool,
}

/// How batches are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Batches {
    /// How long they are.
    pub rule: Rule,
    /// How many pools there are to fill.
    pub nodes: usize,
}

/// What the manager wants told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// `to` is to run these.
    Assign {
        /// The member.
        to: usize,
        /// What it is to run.
        range: Range<u64>,
    },
    /// `to` is to fill the pool of its node with these; if there are none, there is no more.
    Batch {
        /// The member.
        to: usize,
        /// What its node is to run.
        range: Range<u64>,
    },
    /// There is no more for `to`, who need not wait for the outcome.
    Release {
        /// The member.
        to: usize,
    },
    /// `to` is to run nothing at or after `at`.
    Cancel {
        /// The member.
        to: usize,
        /// The first index that does not matter any more.
        at: u64,
    },
    /// The loop is over: to be told to everybody who has not been released.
    Finish(Outcome),
}

/// A message that cannot come from a member in the state that this one is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unexpected {
    /// The member.
    pub member: usize,
    /// What was wrong with it.
    pub what: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Member {
    /// Has not come yet.
    Absent,
    /// Runs these; of what it computes itself or takes from a pool, the manager does not know them.
    Working(Range<u64>),
    /// Has nothing to do, and waits.
    Waiting,
    /// Has been released, or has left.
    Gone,
}

/// The manager of one loop of one group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Manager {
    terms: Terms,
    dealer: Dealer,
    /// Everything before this index was in a batch.
    batched: u64,
    members: Vec<Member>,
    /// Handed out, and handed back by members that left early.
    returned: Vec<Range<u64>>,
    /// The number of items, as soon as anybody knows it.
    end: Option<u64>,
    /// The lowest index that left the loop, or at which it was cancelled.
    exit: Option<u64>,
    /// How many iterations are known to be done.
    done: u64,
    over: bool,
}

impl Manager {
    /// The manager of a loop of `members` members.
    pub fn new(mut terms: Terms, members: usize) -> Self {
        terms.dedicated &= members > 1;
        let workers = members - usize::from(terms.dedicated);
        let dealer = match terms.batches {
            Some(Batches { rule, nodes }) => Dealer::new(rule, nodes, terms.length),
            None => Dealer::new(terms.deal.unwrap_or(Rule::Auto), workers, terms.length),
        };
        let end = terms.length;
        let members = vec![Member::Absent; members];
        Self { terms, dealer, batched: 0, members, returned: vec![], end, exit: None, done: 0, over: false }
    }

    /// Who is at work, and on what: nothing for those who compute their own shares.
    pub fn at_work(&self) -> impl Iterator<Item = (usize, Range<u64>)> {
        self.members.iter().enumerate().filter_map(|(member, state)| match state {
            Member::Working(range) => Some((member, range.clone())),
            _ => None,
        })
    }

    /// A member has come to the loop. One that does not want work of a loop that is dealt out is gone at once.
    ///
    /// # Errors
    /// If it had come before.
    pub fn on_enter(&mut self, now: Duration, member: usize, wants: bool) -> Result<Vec<Order>, Unexpected> {
        if self.members[member] != Member::Absent {
            return Err(Unexpected { member, what: "came twice to one loop" });
        }
        self.members[member] = match self.terms.deal {
            None => Member::Working(0..0),
            Some(_) if wants => Member::Waiting,
            Some(_) => Member::Gone,
        };
        // Who cuts its own share may come after an exit of which the others were told.
        let late = self.exit.filter(|_| self.terms.deal.is_none());
        let mut orders: Vec<Order> = late.map(|at| Order::Cancel { to: member, at }).into_iter().collect();
        orders.extend(self.serve(now, member));
        Ok(orders)
    }

    /// A member says what it has done, and perhaps wants more. One that wants no more and has nothing left
    /// to run is gone.
    ///
    /// # Errors
    /// If it was not working, or on something else.
    pub fn on_request(
        &mut self,
        now: Duration,
        member: usize,
        completion: &Completion,
        wants: bool,
    ) -> Result<Vec<Order>, Unexpected> {
        let Completion { done, undone, end } = completion;
        let Member::Working(range) = &self.members[member] else {
            return Err(Unexpected { member, what: "has finished what it was not given" });
        };
        let share = self.terms.deal.is_none();
        let rest = if share { 0..0 } else { done.end..range.end };
        let follows = share || done.start == range.start;
        if !follows || done.end < done.start || rest.end < rest.start {
            return Err(Unexpected { member, what: "has finished what it was not given" });
        }
        let may_return = self.terms.may_stop || self.bound().is_some_and(|bound| bound <= undone.start);
        if !undone.is_empty() && (*undone != rest || !may_return) {
            return Err(Unexpected { member, what: "hands back what is not for others" });
        }
        let contradicts =
            |end| self.end.is_some_and(|known| known != end) || end < done.end && !done.is_empty() && !share;
        if end.is_some_and(contradicts) {
            return Err(Unexpected { member, what: "found another end of the source than the others" });
        }
        let idle = share || rest.is_empty() || !undone.is_empty() || end.is_some();
        if wants && !idle {
            return Err(Unexpected { member, what: "wants more before it is done" });
        }
        if wants && end.is_none() && self.has_batches() && !(self.terms.dedicated && member == 0) {
            return Err(Unexpected { member, what: "takes no more while there is more" });
        }
        let bound = self.end.unwrap_or(u64::MAX);
        let sum = self.done.checked_add(done.end - done.start).filter(|&sum| sum <= bound);
        self.done = sum.ok_or(Unexpected { member, what: "has finished more than there is" })?;
        if let Some(end) = *end {
            self.end = Some(end);
            self.dealer.ends_at(end);
        }
        if !undone.is_empty() {
            self.returned.push(undone.clone());
        }
        self.members[member] = match (wants, idle) {
            (true, _) => Member::Waiting,
            (false, true) if !share => Member::Gone,
            (false, _) => Member::Working(rest),
        };
        Ok(self.serve(now, member))
    }

    /// A member asks for a batch for the pool of its node.
    ///
    /// # Errors
    /// If there are no such pools in this loop, or it is done.
    pub fn on_ask(&mut self, now: Duration, member: usize) -> Result<Vec<Order>, Unexpected> {
        if self.terms.batches.is_none() || !matches!(self.members[member], Member::Working(_)) {
            return Err(Unexpected { member, what: "asks for what it cannot run" });
        }
        let end = self.dealer.handed_out();
        // One for all: what is paced is how often anybody asks.
        let range = self.dealer.deal(0, now).unwrap_or(end..end);
        self.batched = self.batched.max(range.end);
        Ok(vec![Order::Batch { to: member, range }])
    }

    /// Iteration `index`, the last that `member` ran of its range, left the loop: nothing after it matters.
    /// The member has nothing left to run and waits.
    ///
    /// # Errors
    /// If the member was not working.
    pub fn on_left(&mut self, now: Duration, member: usize, index: u64) -> Result<Vec<Order>, Unexpected> {
        let given = match &self.members[member] {
            Member::Working(range) if self.terms.deal.is_some() => {
                range.contains(&index).then_some(range.start)
            }
            Member::Working(_) => (index < self.end.unwrap_or(u64::MAX)).then_some(index),
            _ => None,
        };
        let start = given.ok_or(Unexpected { member, what: "left an iteration that it was not given" })?;
        self.done += index + 1 - start;
        self.members[member] = Member::Waiting;
        let mut orders = self.end_before(index);
        orders.extend(self.serve(now, member));
        Ok(orders)
    }

    /// Nothing at or after `at` is wanted any more: who started the loop has lost interest.
    pub fn on_cancel(&mut self, now: Duration, at: u64) -> Vec<Order> {
        let mut orders = self.end_before(at);
        orders.extend(self.serve(now, 0));
        orders
    }

    /// Nothing at or after `at` matters any more: tells those who work, unless they know.
    fn end_before(&mut self, at: u64) -> Vec<Order> {
        if self.exit.is_some_and(|exit| exit <= at) {
            return vec![];
        }
        self.exit = Some(at);
        self.dealer.ends_at(at);
        let working = (0..self.members.len()).filter(|&to| matches!(self.members[to], Member::Working(_)));
        working.map(|to| Order::Cancel { to, at }).collect()
    }

    /// Whether the loop is over: nobody works, nobody will come, and nothing is left to be handed out.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// The lowest index that left the loop so far, or at which it was cancelled.
    pub fn exit(&self) -> Option<u64> {
        self.exit
    }

    /// How many iterations are known to be done; of a member's own share that was left, only the last told.
    pub fn done(&self) -> u64 {
        self.done
    }

    /// Gives work to whoever waits for it, beginning with `first`, and ends the loop if there is none.
    fn serve(&mut self, now: Duration, first: usize) -> Vec<Order> {
        let mut orders = vec![];
        let dealing = self.terms.deal.is_some();
        if dealing {
            // Others wait only if there was nothing for them; what was returned since may now be something.
            let others = !self.returned.is_empty();
            let count = if others { self.members.len() } else { 1 };
            for step in 0..count {
                let to = (first + step) % self.members.len();
                let host = self.terms.dedicated && to == 0;
                if self.members[to] == Member::Waiting
                    && !host
                    && let Some(range) = self.next_range(now, to)
                {
                    self.members[to] = Member::Working(range.clone());
                    orders.push(Order::Assign { to, range });
                }
            }
        }
        let working = |member: &Member| matches!(member, Member::Absent | Member::Working(_));
        let resting = !self.members.iter().any(working);
        // Nothing can come back any more that somebody would have to run.
        let settled = resting || !self.terms.hold && self.nothing_can_return();
        if settled && !self.terms.hold {
            for (to, member) in self.members.iter_mut().enumerate() {
                if *member == Member::Waiting {
                    *member = Member::Gone;
                    orders.push(Order::Release { to });
                }
            }
        }
        if resting && !self.over {
            self.over = true;
            if self.terms.hold {
                let end = self.end.unwrap_or(self.exit.map_or(0, |exit| exit + 1));
                orders.push(Order::Finish(Outcome { end, exit: self.exit }));
            }
        }
        orders
    }

    /// Everything before this index was in a batch, whether it still matters or not.
    pub fn batched(&self) -> u64 {
        self.batched
    }

    /// Whether there is for sure another batch.
    fn has_batches(&self) -> bool {
        let rest = |length| self.bound().is_some_and(|bound| self.dealer.handed_out() < bound.min(length));
        self.terms.batches.is_some() && self.terms.length.is_some_and(rest)
    }

    /// Whether everything is handed out, and nobody can hand a part of it back.
    fn nothing_can_return(&self) -> bool {
        if self.terms.deal.is_none() {
            return true;
        }
        !self.terms.may_stop && self.bound().is_some_and(|bound| self.dealer.handed_out() >= bound)
    }

    /// Where the loop ends, as far as is known: nothing at or after this index is to be run.
    fn bound(&self) -> Option<u64> {
        self.exit.into_iter().chain(self.end).min()
    }

    fn next_range(&mut self, now: Duration, member: usize) -> Option<Range<u64>> {
        let bound = self.bound().unwrap_or(u64::MAX);
        while let Some(range) = self.returned.pop() {
            let range = range.start..range.end.min(bound);
            if !range.is_empty() {
                return Some(range);
            }
        }
        self.dealer.deal(member - usize::from(self.terms.dedicated), now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A manager of two members that have both come, with `0..2` and `2..4` of six in chunks of two.
    fn two_at_work(may_stop: bool) -> Manager {
        let deal = Some(Rule::Fixed(2));
        let terms = Terms { deal, batches: None, length: Some(6), hold: true, may_stop, dedicated: false };
        let mut manager = Manager::new(terms, 2);
        for (member, range) in [(0, 0..2), (1, 2..4)] {
            let orders = manager.on_enter(Duration::ZERO, member, true);
            assert_eq!(orders, Ok(vec![Order::Assign { to: member, range }]));
        }
        manager
    }

    fn ask(manager: &Manager, done: Range<u64>, undone: Range<u64>, end: Option<u64>, wants: bool) -> String {
        let answer = manager.clone().on_request(Duration::ZERO, 1, &Completion { done, undone, end }, wants);
        answer.map_or_else(|unexpected| unexpected.what.to_string(), |orders| format!("{orders:?}"))
    }

    #[test]
    fn what_no_member_can_mean_is_refused_by_name() {
        let mut manager = two_at_work(false);
        assert_eq!(manager.on_enter(Duration::ZERO, 1, true).unwrap_err().what, "came twice to one loop");
        assert_eq!(
            manager.on_left(Duration::ZERO, 1, 4).unwrap_err().what,
            "left an iteration that it was not given"
        );
        let not_given = "has finished what it was not given";
        assert_eq!(ask(&manager, 0..2, 2..2, None, true), not_given);
        assert_eq!(ask(&manager, 2..5, 5..5, None, true), not_given);
        assert_eq!(ask(&manager, 4..4, 4..4, None, true), not_given);
        assert_eq!(ask(&manager, 2..3, 3..3, None, true), "wants more before it is done");
        assert_eq!(ask(&manager, 2..3, 3..4, None, false), "hands back what is not for others");
        assert_eq!(ask(&two_at_work(true), 2..3, 3..4, None, false), "[]");
        assert_eq!(ask(&two_at_work(true), 2..2, 3..4, None, false), "hands back what is not for others");
        let end = "found another end of the source than the others";
        assert_eq!(ask(&manager, 2..2, 2..2, Some(3), true), end);
        // Nothing of it has changed the manager.
        assert_eq!(ask(&manager, 2..4, 4..4, None, true), "[Assign { to: 1, range: 4..6 }]");
    }

    #[test]
    fn a_share_is_not_more_than_the_loop() {
        for length in [Some(6), None] {
            let terms =
                Terms { deal: None, batches: None, length, hold: true, may_stop: false, dedicated: false };
            let mut manager = Manager::new(terms, 2);
            for member in 0..2 {
                assert_eq!(manager.on_enter(Duration::ZERO, member, true), Ok(vec![]));
            }
            let most = length.unwrap_or(u64::MAX);
            assert_eq!(ask(&manager, 0..most, most..most, None, false), "[]");
            let done = Completion { done: 0..1, undone: 1..1, end: None };
            assert_eq!(manager.on_request(Duration::ZERO, 0, &done, false), Ok(vec![]));
            assert_eq!(ask(&manager, 0..most, most..most, None, false), "has finished more than there is");
            let left = manager.on_left(Duration::ZERO, 1, most).unwrap_err();
            assert_eq!(left.what, "left an iteration that it was not given");
        }
    }

    #[test]
    fn who_comes_after_an_exit_is_told_of_it() {
        let terms =
            Terms { deal: None, batches: None, length: None, hold: true, may_stop: false, dedicated: false };
        let mut manager = Manager::new(terms, 2);
        assert_eq!(manager.on_enter(Duration::ZERO, 0, true), Ok(vec![]));
        assert_eq!(manager.on_left(Duration::ZERO, 0, 4), Ok(vec![]));
        assert_eq!(manager.on_enter(Duration::ZERO, 1, true), Ok(vec![Order::Cancel { to: 1, at: 4 }]));
    }

    #[test]
    fn a_cancel_goes_to_those_who_work_and_only_if_it_is_news() {
        let mut manager = two_at_work(true);
        let done = Completion { done: 2..3, undone: 3..4, end: None };
        assert_eq!(manager.on_request(Duration::ZERO, 1, &done, false), Ok(vec![]));
        assert_eq!(manager.on_cancel(Duration::ZERO, 1), [Order::Cancel { to: 0, at: 1 }]);
        assert_eq!(manager.on_cancel(Duration::ZERO, 1), []);
        assert_eq!(manager.on_cancel(Duration::ZERO, 5), []);
        assert_eq!(manager.exit(), Some(1));
        let done = Completion { done: 0..1, undone: 1..2, end: None };
        let outcome = Outcome { end: 6, exit: Some(1) };
        assert_eq!(manager.on_request(Duration::ZERO, 0, &done, true), Ok(vec![Order::Finish(outcome)]));
        assert_eq!(manager.done(), 2);
    }

    #[test]
    fn batches_go_to_who_asks_until_there_are_none() {
        let batches = Some(Batches { rule: Rule::Factoring(1), nodes: 2 });
        let terms =
            Terms { deal: None, batches, length: Some(8), hold: false, may_stop: false, dedicated: false };
        let mut manager = Manager::new(terms, 3);
        for member in 0..3 {
            assert_eq!(manager.on_enter(Duration::ZERO, member, true), Ok(vec![]));
        }
        let mut ask = |member| match manager.on_ask(Duration::ZERO, member).as_deref() {
            Ok([Order::Batch { to, range }]) if *to == member => range.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!([0, 2, 2].map(&mut ask), [0..2, 2..4, 4..5]);
        let done = |count| Completion { done: 0..count, undone: count..count, end: None };
        let early = manager.clone().on_request(Duration::ZERO, 1, &done(1), true);
        assert_eq!(early.unwrap_err().what, "takes no more while there is more");
        let mut ask = |member| manager.on_ask(Duration::ZERO, member).unwrap();
        for range in [5..6, 6..7, 7..8, 8..8, 8..8] {
            assert_eq!(ask(0), [Order::Batch { to: 0, range }]);
        }
        assert_eq!(manager.on_request(Duration::ZERO, 1, &done(5), true), Ok(vec![Order::Release { to: 1 }]));
        assert!(manager.on_ask(Duration::ZERO, 1).is_err());
        assert_eq!(manager.on_request(Duration::ZERO, 0, &done(3), true), Ok(vec![Order::Release { to: 0 }]));
        assert_eq!((manager.is_over(), manager.done()), (false, 8));
        manager.on_request(Duration::ZERO, 2, &done(0), true).unwrap();
        assert!(manager.is_over());
    }
}
