//! What another rank cannot have sent, on its way between ranks that are threads: the job ends with a report that names the
//! rank that sent it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::{a_loop, in_order};
use crate::collective::{all_gather, gather, rank};
use crate::map::map;
use crate::part::Draft;
use crate::record::Record;
use crate::session::{self, run_ranks};
use crate::settings::Settings;
use crate::site::{Gather, Options, Strategy};
use crate::split::split_managed;
use crate::transport::threads::Threads;
use crate::transport::{Rest, Shared, Transport};
use crate::wire::{Completion, Frame, Message, Payload};

/// What becomes of a frame, if it is one that is to be changed.
type Change = fn(usize, &Message, &Frame) -> Option<Vec<Frame>>;

/// A rank's end at which one frame that it sends becomes something else.
struct Tampering {
    inner: Threads,
    change: Option<Change>,
    done: AtomicBool,
}

impl Transport for Tampering {
    fn rank(&self) -> usize {
        self.inner.rank()
    }

    fn size(&self) -> usize {
        self.inner.size()
    }

    fn send(&self, to: usize, frame: Frame) {
        let (_, message) = Message::decode(frame.clone()).expect("dlp's own");
        let change = self.change.filter(|_| !self.done.load(Ordering::Relaxed));
        match change.and_then(|change| change(to, &message, &frame)) {
            None => self.inner.send(to, frame),
            Some(frames) => {
                self.done.store(true, Ordering::Relaxed);
                frames.into_iter().for_each(|frame| self.inner.send(to, frame));
            }
        }
    }

    fn poll(&self) -> Option<(usize, Frame)> {
        self.inner.poll()
    }

    fn wait(&self, rest: Rest) {
        self.inner.wait(rest);
    }

    fn wake(&self) {
        self.inner.wake();
    }

    fn rings(&self) -> bool {
        self.inner.rings()
    }

    fn unsent(&self) -> usize {
        self.inner.unsent()
    }

    fn abort(&self, status: i32) {
        self.inner.abort(status);
    }

    fn aborted(&self) -> bool {
        self.inner.aborted()
    }

    fn shared(&self) -> Shared<'_> {
        self.inner.shared()
    }

    fn nodes(&self) -> usize {
        self.inner.nodes()
    }

    fn wake_node(&self) {
        self.inner.wake_node();
    }

    fn concurrent(&self) -> bool {
        self.inner.concurrent()
    }

    fn close(&self) {
        self.inner.close();
    }
}

/// What is said when `from` of four ranks sends the first frame that `change` changes in another form.
fn said(from: usize, change: Change, body: impl Fn() + Sync) -> String {
    let tampering = |inner: Threads| {
        let change = Some(change).filter(|_| inner.rank() == from);
        Tampering { inner, change, done: AtomicBool::new(false) }
    };
    let world: Vec<Tampering> = Threads::world(4).into_iter().map(tampering).collect();
    run_ranks(world, &Settings::default(), body).expect_err("the job cannot go on")
}

fn a_shared_loop() {
    let strategy = Strategy::RoundRobin;
    in_order(a_loop(Options { strategy, ..Options::default() }), 0..40);
}

fn a_loop_on_the_root() {
    let (strategy, gather) = (Strategy::RoundRobin, Gather::Root);
    in_order(a_loop(Options { strategy, gather, ..Options::default() }), 0..40);
}

/// Lets nobody pass until rank 2 has been here a few times, so that a manager has given it some.
#[derive(Default)]
struct Gate(AtomicUsize);

impl Gate {
    fn pass(&self) {
        if rank() == 2 {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
        while rank() != 2 && self.0.load(Ordering::Relaxed) < 5 {
            session::current().check();
            std::thread::yield_now();
        }
    }
}

/// What is said if that happens in a loop that a manager shares out.
fn said_in_a_map(from: usize, change: Change) -> String {
    let gate = Gate::default();
    said(from, change, || {
        let mapped = map(0..400_u64, |x| {
            gate.pass();
            x.to_string()
        });
        mapped.for_each(drop);
    })
}

/// The same message with another payload.
fn with(frame: &Frame, message: Message) -> Option<Vec<Frame>> {
    let epoch = u64::from_le_bytes(frame.header[8..16].try_into().expect("eight bytes"));
    Some(vec![message.encode(epoch)])
}

fn cut(payload: &Payload) -> Payload {
    payload[..payload.len() - 1].to_vec().into()
}

fn holds(said: &str, parts: &[&str]) {
    parts.iter().for_each(|part| assert!(said.contains(part), "`{part}` is not in `{said}`"));
}

#[test]
fn frames_that_are_none_are_told_by_their_sender() {
    let garbage: Change = |_, _, frame| Some(vec![Frame { header: [7; _], ..frame.clone() }]);
    holds(&said(2, garbage, a_shared_loop), &["rank 2 sent a message from something that does not speak"]);
    let short: Change = |_, message, frame| {
        let long = matches!(message, Message::Request { part, .. } if !part.is_empty());
        long.then(|| vec![Frame { payload: cut(&frame.payload), ..frame.clone() }])
    };
    let why = "rank 2 sent a malformed message: the payload is not as long as announced";
    holds(&said(2, short, a_shared_loop), &[why]);
    // From the root to one that waits, and down the tree to one that has no rank 0 above it.
    holds(&said(0, garbage, a_shared_loop), &["rank 0 sent a message from something"]);
    let down: Change = |to, message, frame| {
        let down = to == 3 && matches!(message, Message::Part(_));
        down.then(|| vec![Frame { payload: cut(&frame.payload), ..frame.clone() }])
    };
    holds(&said(1, down, a_shared_loop), &["rank 1 sent a malformed message: the payload is not"]);
}

#[test]
fn parts_that_are_none_are_told_by_their_sender() {
    let broken: Change = |_, message, frame| match message {
        Message::Request { completion, wants, part } if !part.is_empty() => {
            with(frame, Message::Request { completion: completion.clone(), wants: *wants, part: cut(part) })
        }
        _ => None,
    };
    holds(&said_in_a_map(2, broken), &["rank 2 sent a malformed message: ", " at `map` ("]);
    for body in [a_shared_loop, a_loop_on_the_root] {
        holds(&said(2, broken, body), &["rank 2 sent a malformed message: ", " at the loop of `tests::f`"]);
    }
    let anothers: Change = |_, message, frame| match message {
        Message::Request { completion, wants, part } if !part.is_empty() => {
            let mut draft = Draft::of(2);
            draft.close(0);
            let part = draft.take();
            with(frame, Message::Request { completion: completion.clone(), wants: *wants, part })
        }
        _ => None,
    };
    holds(&said(2, anothers, a_shared_loop), &["rank 2 sent", "iterations that are not its sender's"]);
    let down: Change = |to, message, frame| match message {
        Message::Part(part) if to == 3 => with(frame, Message::Part(cut(part))),
        _ => None,
    };
    holds(
        &said(1, down, a_shared_loop),
        &["the loop of `tests::f`", "got a malformed message", "from rank 1"],
    );
}

#[test]
fn records_that_no_iteration_makes_are_told_by_who_made_them() {
    fn recorded(message: &Message, frame: &Frame, record: fn(&Record)) -> Option<Vec<Frame>> {
        match message {
            Message::Request { completion, wants, part } if !part.is_empty() => {
                let mut draft = Draft::of(2);
                record(draft.record());
                draft.close(2);
                let part = draft.take();
                with(frame, Message::Request { completion: completion.clone(), wants: *wants, part })
            }
            _ => None,
        }
    }
    let effect: Change = |_, message, frame| recorded(message, frame, |record| record.effect(9));
    let told = said(2, effect, a_shared_loop);
    holds(&told, &["rank 2 recorded in iteration 2", "an effect number 9 that the loop does not have"]);
    let exit: Change = |_, message, frame| recorded(message, frame, |record| record.leave(9));
    let told = said(2, exit, a_shared_loop);
    holds(&told, &["iteration 2, which rank 2 ran", "a way out number 9 that the loop does not have"]);
}

#[test]
fn messages_out_of_place_are_told_by_their_sender() {
    let twice: Change = |_, message, frame| {
        let done = matches!(message, Message::Request { completion: Completion { done, .. }, .. } if !done.is_empty());
        done.then(|| vec![frame.clone(), frame.clone()])
    };
    holds(&said_in_a_map(2, twice), &["rank 2 has finished what it was not given at `map` ("]);
    let backwards: Change = |_, message, frame| match message {
        Message::Request { .. } => with(frame, Message::Assign(3..4)),
        _ => None,
    };
    holds(&said(2, backwards, a_shared_loop), &["rank 2 sent Assign(3..4) where it makes no sense"]);
    let twice_assigned: Change =
        |_, message, frame| matches!(message, Message::Assign(_)).then(|| vec![frame.clone(), frame.clone()]);
    holds(&said_in_a_map(0, twice_assigned), &["got ", " from rank 0"]);
    let usurped: Change = |to, message, frame| {
        let down = to == 3 && matches!(message, Message::Part(_));
        if down { with(frame, Message::Release) } else { None }
    };
    holds(&said(1, usurped, a_shared_loop), &["rank 1 sent Release, which is not for it to say"]);
}

#[test]
fn values_that_are_none_are_told_by_their_sender() {
    let brought: Change = |_, message, frame| match message {
        Message::Enter(enter) if !enter.data.is_empty() => {
            let mut enter = enter.clone();
            enter.data = cut(&enter.data);
            with(frame, Message::Enter(enter))
        }
        _ => None,
    };
    holds(&said(2, brought, || drop(gather("text".to_owned()))), &["from rank 2: a value of type"]);
    holds(&said(2, brought, || drop(all_gather("text".to_owned()))), &["from rank 2: a value of type"]);
    let end = ["rank 2 came to the end of the program with a value of type"];
    holds(&said(2, brought, || ()), &end);
    let settings: Change = |_, message, frame| match message {
        Message::Go(settings) => with(frame, Message::Go(cut(settings))),
        _ => None,
    };
    holds(&said(0, settings, a_shared_loop), &["rank 0 sent settings to the loop of `tests::f`"]);
    let result: Change = |_, message, frame| match message {
        Message::Request { completion, wants, part } if !part.is_empty() => {
            let mut draft = Draft::of(2);
            completion.done.clone().for_each(|index| draft.close(index));
            let part = draft.take();
            with(frame, Message::Request { completion: completion.clone(), wants: *wants, part })
        }
        _ => None,
    };
    holds(&said_in_a_map(2, result), &["`map` (", "from rank 2: a value of type"]);
}

#[test]
fn ranges_that_cannot_be_run_by_hand_are_told_by_their_sender() {
    // The first indices go to each rank once, and then rank 2 gets all of them for a while.
    let back: Change = |to, message, frame| match message {
        Message::Assign(range) if to == 2 && range.start > 3 => with(frame, Message::Assign(0..1)),
        _ => None,
    };
    let gate = Gate::default();
    let told = said(0, back, || split_managed(0..400).for_each(|_| gate.pass()));
    holds(&told, &["`split_managed` (", "got iterations 0 to 1 that cannot be run from rank 0"]);
}
