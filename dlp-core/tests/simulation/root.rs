//! The root of a simulated loop: where all messages meet the manager, and what it has them told. As the hub does it, in few
//! words.
//!
//! Knows the protocol; not how long anything takes, and nothing of what members do.

use std::time::Duration;

use dlp_core::manager::{Manager, Order};
use dlp_core::part::read_all;
use dlp_core::rendezvous::Rendezvous;
use dlp_core::site::Gather;
use dlp_core::wire::{Enter, Message, Op, Outcome, Payload};

use crate::plan::{Plan, RANKS};

/// To whom.
pub(crate) enum To {
    One(usize),
    /// To all, down the tree.
    All,
}

pub(crate) struct Root {
    pub(crate) manager: Manager,
    meeting: Rendezvous,
    gather: Gather,
    /// Parts that came before every rank had.
    held: Option<Vec<Payload>>,
    /// The iterations whose effects are here.
    pub(crate) handed: Vec<bool>,
    /// How many Parts were passed on.
    pub(crate) parts: u64,
    pub(crate) outcome: Option<Outcome>,
}

/// What a rank comes with.
pub(crate) fn enter(plan: &Plan, wants: bool) -> Enter {
    let (place, data) = ("the loop of `f` (a.rs:1)".to_owned(), Payload::default());
    Enter { op: Op::Loop, place, length: plan.terms.length, digest: plan.seed, wants, data }
}

impl Root {
    pub(crate) fn new(plan: &Plan) -> Self {
        Self {
            manager: Manager::new(plan.terms.clone(), RANKS),
            meeting: Rendezvous::new(RANKS, enter(plan, true)),
            gather: plan.gather,
            held: Some(vec![]),
            handed: vec![false; plan.length as usize],
            parts: 0,
            outcome: None,
        }
    }

    /// What is to be told to whom upon a message.
    pub(crate) fn on_message(&mut self, now: u64, from: usize, message: Message) -> Vec<(To, Message)> {
        let (now, mut out) = (Duration::from_nanos(now), vec![]);
        let orders = match message {
            Message::Enter(enter) => {
                let all = self.meeting.on_enter(from, &enter).expect("all come to the same place");
                out.push((To::One(from), Message::Go(Payload::default())));
                if all {
                    self.held.take().into_iter().flatten().for_each(|part| self.pass_on(part, &mut out));
                }
                self.manager.on_enter(now, from, enter.wants)
            }
            Message::Request { completion, wants, part } => {
                let orders = self.manager.on_request(now, from, &completion, wants);
                if !wants && !part.is_empty() {
                    out.push((To::One(from), Message::Seen));
                }
                self.on_part(part, &mut out);
                orders
            }
            Message::Left { index, part } => {
                let orders = self.manager.on_left(now, from, index);
                self.on_part(part, &mut out);
                orders
            }
            Message::Ask => self.manager.on_ask(now, from),
            Message::Cancel(at) => Ok(self.manager.on_cancel(now, at)),
            message => panic!("rank {from} sent {message:?}"),
        };
        let orders = orders.expect("members keep to the protocol");
        out.extend(orders.into_iter().map(|order| self.carry_out(order)));
        out
    }

    fn carry_out(&mut self, order: Order) -> (To, Message) {
        match order {
            Order::Assign { to, range } => (To::One(to), Message::Assign(range)),
            Order::Batch { to, range } => (To::One(to), Message::Batch(range)),
            Order::Release { to } => (To::One(to), Message::Release),
            Order::Cancel { to, at } => (To::One(to), Message::Cancel(at)),
            Order::Finish(outcome) => {
                assert_eq!(self.outcome.replace(outcome), None, "the loop is over once");
                (To::All, Message::Finish(outcome))
            }
        }
    }

    fn on_part(&mut self, part: Payload, out: &mut Vec<(To, Message)>) {
        let handed = &mut self.handed;
        let note = |index, _: &[u8]| {
            let before = std::mem::replace(&mut handed[index as usize], true);
            assert!(!before, "iteration {index} was handed over twice");
        };
        read_all(part.clone(), note).expect("a good Part");
        match &mut self.held {
            _ if part.is_empty() => {}
            Some(held) => held.push(part),
            None => self.pass_on(part, out),
        }
    }

    fn pass_on(&mut self, part: Payload, out: &mut Vec<(To, Message)>) {
        let to = match self.gather {
            Gather::None => return,
            Gather::Root => To::One(0),
            Gather::All => To::All,
        };
        self.parts += 1;
        out.push((to, Message::Part(part)));
    }
}
