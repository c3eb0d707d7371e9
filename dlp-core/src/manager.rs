//! The manager of one loop: who runs which indices, and when the loop is over.
//!
//! A pure state machine. What a member says goes in by the `on_` methods; what is to be told to whom comes out
//! as [`Order`]s. It numbers the members of its group from 0 and knows neither their ranks nor a transport, a
//! clock (time comes in with each request) or the effects that travel beside its messages; so a manager can
//! stand above other managers, and a simulator or a model checker can drive it.

use core::time::Duration;
use std::ops::Range;

use crate::schedule::{Chunk, Dealer};
use crate::wire::{Completion, Outcome};

/// How a manager shares out, and what it does at the end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Terms {
    /// `None` where members compute their own shares and the manager only keeps count.
    pub deal: Option<Chunk>,
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
    /// Runs these; of a share that it computes itself, the manager does not know them.
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
    members: Vec<Member>,
    /// Handed out, and handed back by members that left early.
    returned: Vec<Range<u64>>,
    /// The number of items, as soon as anybody knows it.
    end: Option<u64>,
    /// The lowest index that left the loop.
    exit: Option<u64>,
    /// How many iterations below the end (or the exit) are known to be done.
    done: u64,
    over: bool,
}

impl Manager {
    /// The manager of a loop of `members` members.
    pub fn new(mut terms: Terms, members: usize) -> Self {
        terms.dedicated &= members > 1;
        let chunk = terms.deal.unwrap_or_default();
        let workers = members - usize::from(terms.dedicated);
        let dealer = Dealer::new(chunk, workers, terms.length);
        let end = terms.length;
        let members = vec![Member::Absent; members];
        Self { terms, dealer, members, returned: vec![], end, exit: None, done: 0, over: false }
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
        Ok(self.serve(now, member))
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
        let Member::Working(range) = &mut self.members[member] else {
            return Err(Unexpected { member, what: "has finished what it was not given" });
        };
        let share = self.terms.deal.is_none();
        if !share {
            let fits = done.is_empty() || done.start == range.start && done.end <= range.end;
            let rest = done.end.max(range.start)..range.end;
            if !fits || !undone.is_empty() && *undone != rest {
                return Err(Unexpected { member, what: "has finished what it was not given" });
            }
            *range = if undone.is_empty() && end.is_none() { rest } else { 0..0 };
        }
        self.done += done.end - done.start;
        let idle = share || range.is_empty();
        if let Some(end) = *end {
            if self.end.is_some_and(|known| known != end) {
                return Err(Unexpected { member, what: "found another end of the source than the others" });
            }
            self.end = Some(end);
            self.dealer.ends_at(end);
        }
        if !undone.is_empty() {
            self.returned.push(undone.clone());
        }
        if wants && !idle {
            return Err(Unexpected { member, what: "wants more before it is done" });
        }
        if wants {
            self.members[member] = Member::Waiting;
        } else if idle && !share {
            self.members[member] = Member::Gone;
        }
        Ok(self.serve(now, member))
    }

    /// Iteration `index`, the last that `member` ran of its range, left the loop: nothing after it matters.
    /// The member has nothing left to run and waits.
    ///
    /// # Errors
    /// If the member was not working.
    pub fn on_left(&mut self, now: Duration, member: usize, index: u64) -> Result<Vec<Order>, Unexpected> {
        let Member::Working(range) = &self.members[member] else {
            return Err(Unexpected { member, what: "left an iteration that it was not given" });
        };
        self.done += if self.terms.deal.is_none() { 1 } else { (index + 1).saturating_sub(range.start) };
        self.members[member] = Member::Waiting;
        let mut orders = vec![];
        if self.exit.is_none_or(|exit| index < exit) {
            self.exit = Some(index);
            self.dealer.ends_at(index);
            let others = (0..self.members.len()).filter(|&to| matches!(self.members[to], Member::Working(_)));
            orders.extend(others.map(|to| Order::Cancel { to, at: index }));
        }
        orders.extend(self.serve(now, member));
        Ok(orders)
    }

    /// Nothing at or after `at` is wanted any more: who started the loop has lost interest.
    pub fn on_cancel(&mut self, now: Duration, at: u64) -> Vec<Order> {
        self.exit = Some(self.exit.map_or(at, |exit| exit.min(at)));
        self.dealer.ends_at(at);
        let working = (0..self.members.len()).filter(|&to| matches!(self.members[to], Member::Working(_)));
        let mut orders: Vec<Order> = working.map(|to| Order::Cancel { to, at }).collect();
        orders.extend(self.serve(now, 0));
        orders
    }

    /// Whether the loop is over: nobody works, nobody will come, and nothing is left to be handed out.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// The lowest index that left the loop so far.
    pub fn exit(&self) -> Option<u64> {
        self.exit
    }

    /// How many iterations are known to be done.
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

    /// Whether everything is handed out, and nobody can hand a part of it back.
    fn nothing_can_return(&self) -> bool {
        if self.terms.deal.is_none() {
            return true;
        }
        let end = self.exit.or(self.end);
        let all_handed_out = end.is_some_and(|end| self.dealer.handed_out() >= end);
        all_handed_out && self.returned.is_empty() && !self.terms.may_stop
    }

    fn next_range(&mut self, now: Duration, member: usize) -> Option<Range<u64>> {
        let bound = self.exit.or(self.end).unwrap_or(u64::MAX);
        while let Some(range) = self.returned.pop() {
            let range = range.start..range.end.min(bound);
            if !range.is_empty() {
                return Some(range);
            }
        }
        self.dealer.deal(member - usize::from(self.terms.dedicated), now)
    }

    /// What must hold after every event.
    ///
    /// # Panics
    /// If it does not.
    #[cfg(test)]
    pub(crate) fn check(&self) {
        let working = self.members.iter().filter_map(|member| match member {
            Member::Working(range) if !range.is_empty() => Some(range),
            _ => None,
        });
        let mut ranges: Vec<&Range<u64>> = self.returned.iter().chain(working).collect();
        ranges.sort_by_key(|range| range.start);
        assert!(
            ranges.windows(2).all(|pair| pair[0].end <= pair[1].start),
            "an index handed out twice: {ranges:?}"
        );
    }
}
