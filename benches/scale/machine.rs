//! What the simulator has to know of a machine, measured: two ranks under `mpiexec`, started by `cargo xtask simulate --measure`.
//!
//! The root prints a line of `name=value` pairs, in nanoseconds; each is the least of several rounds where a figure is what
//! something costs, and the median where it is how long something lasts.

use std::hint::black_box;
use std::time::{Duration, Instant};

use dlp_core::manager::{Manager, Order, Terms};
use dlp_core::part::{Draft, Ledger, inspect};
use dlp_core::pool::{Pool, Take};
use dlp_core::schedule::Rule;
use dlp_core::transport::processes::Mpi;
use dlp_core::transport::{Idle, Rest, Transport};
use dlp_core::wire::{Completion, Frame, Message, Payload};

/// Short ones, so that some find the machine with nothing else to do.
const ROUNDS: usize = 200;
const REQUESTS: u64 = 2_000;
const ITERATIONS: u64 = 50_000;
const TAKES: u64 = 500_000;
const WAKES: usize = 200;

fn main() {
    let (universe, _) =
        dlp::mpi::initialize_with_threading(dlp::mpi::Threading::Multiple).expect("MPI starts once");
    let end = Mpi::adopt(&universe.world(), None).expect("a communicator");
    let serves = end.rank() == 0;
    // One member asks at a time, and a crowd of them.
    let [alone, crowd] = [1, 32].map(|members| {
        let round = |_| if serves { serve(&end, members) } else { ask(&end) };
        least((0..ROUNDS).map(round).collect())
    });
    let awake = median((0..WAKES).map(|_| if serves { call(&end) } else { answer(&end) }).collect());
    // The median: in some rounds one has taken everything before the other begins.
    let take = median((1..=21).map(|round| takes(&end, round)).collect());
    if serves {
        let (iteration, replay) = iterations();
        let (near, service) = ((alone - crowd).max(0.0) / 2.0, crowd);
        let wake = (awake - alone).max(0.0);
        let alert = least((0..ROUNDS).map(|_| alert(&end)).collect());
        let overshoot = median((0..200).map(|_| oversleep(Duration::from_micros(1))).collect());
        let lag = median((0..20).map(|_| oversleep(Duration::from_millis(5))).collect());
        let longest = Idle::NAP.as_nanos();
        println!(
            "near={near:.0} service={service:.0} iteration={iteration:.0} replay={replay:.0} alert={alert:.0} \
             wake={wake:.0} take={take:.0} overshoot={overshoot:.0} longest={longest} lag={lag:.0}"
        );
    }
    end.close();
}

fn least(values: Vec<f64>) -> f64 {
    values.into_iter().fold(f64::INFINITY, f64::min)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

fn receive(end: &dyn Transport) -> Frame {
    let mut idle = Idle::new(end.rings());
    loop {
        match end.poll() {
            Some((_, frame)) => return frame,
            None => end.wait(idle.rest()),
        }
    }
}

/// The root answers as many requests as there are tasks, for a manager with so many members, who are all played by rank 1:
/// nanoseconds for each. The number of the member travels where else that of the rendezvous does.
fn serve(end: &dyn Transport, members: usize) -> f64 {
    let terms = Terms {
        deal: Some(Rule::Fixed(1)),
        batches: None,
        length: Some(REQUESTS),
        hold: false,
        may_stop: false,
        dedicated: false,
    };
    let mut manager = Manager::new(terms, members);
    let start = Instant::now();
    let carry_out = |orders: Vec<Order>| {
        for order in orders {
            match order {
                Order::Assign { to, range } => end.send(1, Message::Assign(range).encode(to as u64)),
                Order::Release { to } => end.send(1, Message::Release.encode(to as u64)),
                Order::Batch { .. } | Order::Cancel { .. } | Order::Finish(_) => {
                    unreachable!("there are no pools, nobody leaves")
                }
            }
        }
    };
    end.send(1, Message::Progress(members as u64).encode(0));
    for member in 0..members {
        carry_out(manager.on_enter(Duration::ZERO, member, true).expect("it comes once"));
    }
    while !manager.is_over() {
        let (member, message) = Message::decode(receive(end)).expect("a message");
        let Message::Request { completion, wants, part } = message else { unreachable!("a request") };
        black_box(inspect(&part, |_| true)).expect("a Part");
        let now = start.elapsed();
        carry_out(manager.on_request(now, member as usize, &completion, wants).expect("a good request"));
    }
    start.elapsed().as_nanos() as f64 / REQUESTS as f64
}

/// Rank 1 asks for all members, and runs nothing.
fn ask(end: &dyn Transport) -> f64 {
    let (_, Message::Progress(mut members)) = Message::decode(receive(end)).expect("a message") else {
        unreachable!("how many there are")
    };
    while members > 0 {
        match Message::decode(receive(end)).expect("a message") {
            (member, Message::Assign(done)) => {
                let mut draft = Draft::of(member as usize);
                done.clone().for_each(|index| record(&mut draft, index));
                let completion = Completion { undone: done.end..done.end, done, end: None };
                let request = Message::Request { completion, wants: true, part: draft.take() };
                end.send(0, request.encode(member));
            }
            _ => members -= 1,
        }
    }
    0.0
}

fn record(draft: &mut Draft, index: u64) {
    draft.record().effect(black_box(index as u32 & 0x7f));
    draft.close(index);
}

/// What an iteration costs where it is recorded, and where it is replayed.
fn iterations() -> (f64, f64) {
    let each = |start: Instant| start.elapsed().as_nanos() as f64 / ITERATIONS as f64;
    let (mut recorded, mut replayed) = (vec![], vec![]);
    for _ in 0..ROUNDS {
        let mut draft = Draft::of(1);
        let start = Instant::now();
        (0..ITERATIONS).for_each(|index| record(&mut draft, index));
        let part: Payload = draft.take();
        recorded.push(each(start));
        let mut ledger = Ledger::default();
        let start = Instant::now();
        ledger.add(part).expect("a Part");
        while ledger.step(|index, bytes| black_box((index, bytes.len()))).expect("a good Part").is_some() {}
        replayed.push(each(start));
    }
    (least(recorded), least(replayed))
}

/// How long somebody waits until the first sleep.
fn alert(end: &dyn Transport) -> f64 {
    // Where a frame ends no sleep, as from node to node, it is alert for as long.
    let (mut idle, start) = (Idle::new(end.rings()), Instant::now());
    loop {
        let rest = idle.rest();
        if matches!(rest, Rest::Sleep(_)) {
            return start.elapsed().as_nanos() as f64;
        }
        assert!(end.poll().is_none(), "nobody sends any more");
        end.wait(rest);
    }
}

/// The root says something to one who is asleep, and waits for the answer without a rest.
fn call(end: &dyn Transport) -> f64 {
    std::thread::sleep(Duration::from_millis(3));
    let start = Instant::now();
    end.send(1, Message::Progress(0).encode(0));
    while end.poll().is_none() {}
    start.elapsed().as_nanos() as f64
}

/// Rank 1 answers what it has waited for.
fn answer(end: &dyn Transport) -> f64 {
    let frame = receive(end);
    end.send(0, frame);
    0.0
}

/// Both take from the pool of the node, one iteration at a time, until it is empty: what each take costs those who come after.
fn takes(end: &dyn Transport, round: u64) -> f64 {
    let memory = end.shared();
    let pool = Pool::new(memory.words(), round);
    if end.rank() == 0 {
        assert_eq!(pool.take(|_| 1), Take::Ask);
        pool.fill(&(0..TAKES));
        end.send(1, Message::Progress(0).encode(0));
    } else {
        receive(end);
    }
    let start = Instant::now();
    loop {
        match pool.take(|_| 1) {
            Take::Ask => drop(pool.close(true)),
            Take::Over => break,
            Take::Run(_) | Take::Wait => {}
            Take::Foreign => unreachable!("both are in one round"),
        }
    }
    let each = start.elapsed().as_nanos() as f64 / TAKES as f64;
    // The pool is for the next round when both have left it.
    if end.rank() == 0 {
        drop(receive(end));
    } else {
        end.send(0, Message::Progress(0).encode(0));
    }
    each
}

/// By how much a sleep is longer than asked for.
fn oversleep(time: Duration) -> f64 {
    let start = Instant::now();
    std::thread::sleep(time);
    (start.elapsed() - time).as_nanos() as f64
}
