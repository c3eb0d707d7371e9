//! The protocol under every order of delivery: managers and workers with nothing between them but queues.
//!
//! Small cases are explored exhaustively (every interleaving of every member's steps and of every message,
//! states seen before left out), large ones at random. What must hold: every index runs exactly once, or is
//! accounted for by a member that stopped or a loop that was left; everybody gets out; no message is left over;
//! every order is due to the one it goes to ([`book`]); and in no state is a message taken that cannot be meant.

mod book;
mod world;

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use self::world::{Case, World};
use crate::manager::Terms;
use crate::schedule::{Chunk, Static};

/// Every order: returns how many states there are.
///
/// A state seen before is known by its hash of 64 bits: of a million states, two are taken for one with a chance of
/// one in thirty million, and memory holds them all.
fn explore(case: &Case) -> usize {
    let mut seen = HashSet::new();
    let mut open = vec![World::new(case)];
    while let Some(world) = open.pop() {
        let mut hash = DefaultHasher::new();
        world.hash(&mut hash);
        if !seen.insert(hash.finish()) {
            continue;
        }
        world.check();
        let steps = world.steps(case);
        if steps.is_empty() {
            world.check_end(case);
        }
        for step in steps {
            let mut next = world.clone();
            next.take(case, step);
            open.push(next);
        }
    }
    seen.len()
}

/// One random order.
fn wander(case: &Case, random: &mut impl FnMut(usize) -> usize) {
    let mut world = World::new(case);
    loop {
        world.check();
        let steps = world.steps(case);
        if steps.is_empty() {
            return world.check_end(case);
        }
        world.clock += Duration::from_nanos(random(2_000_000) as u64);
        world.take(case, steps[random(steps.len())]);
    }
}

fn managed(members: usize, length: u64, chunk: Chunk) -> Case {
    let terms =
        Terms { deal: Some(chunk), length: Some(length), hold: true, may_stop: false, dedicated: false };
    Case { members, length, known: true, terms, how: None, leaves: vec![], stops: vec![], cancel: None }
}

fn fixed(members: usize, length: u64, how: Static) -> Case {
    let terms = Terms { deal: None, length: Some(length), hold: true, may_stop: false, dedicated: false };
    Case { members, length, known: true, terms, how: Some(how), leaves: vec![], stops: vec![], cancel: None }
}

fn unknown(mut case: Case) -> Case {
    case.known = false;
    case.terms.length = None;
    case
}

/// As the functions for use by hand share out: nobody waits for the outcome, and a member may leave early.
fn by_hand(mut case: Case) -> Case {
    (case.terms.hold, case.terms.may_stop) = (false, true);
    case
}

fn dedicated(mut case: Case) -> Case {
    case.terms.dedicated = true;
    case
}

/// With known and unknown length, with and without waiting for the outcome.
fn variants(case: Case) -> Vec<Case> {
    let mut all = vec![];
    for case in [case.clone(), unknown(case)] {
        for hold in [true, false] {
            let mut case = case.clone();
            case.terms.hold = hold;
            all.push(case);
        }
    }
    all
}

fn small(members: std::ops::RangeInclusive<usize>) -> impl Iterator<Item = (usize, u64)> {
    members.flat_map(|members| [0, 1, 2, 5].map(|length| (members, length)))
}

#[test]
fn every_order_of_a_managed_loop() {
    let mut states = 0;
    for (members, length) in small(1..=3) {
        for chunk in [Chunk::Fixed(1), Chunk::Fixed(2), Chunk::Auto] {
            for case in variants(managed(members, length, chunk)) {
                states += explore(&case) + explore(&dedicated(case));
            }
        }
    }
    assert!(states > 10_000, "the exploration explores: {states} states");
}

#[test]
fn every_order_of_a_managed_loop_on_four_ranks() {
    for (members, length) in small(4..=4) {
        for chunk in [Chunk::Fixed(1), Chunk::Fixed(2)] {
            explore(&managed(members, length, chunk));
        }
        explore(&unknown(managed(members, length, Chunk::Fixed(2))));
    }
}

#[test]
fn every_order_of_static_shares() {
    let all = small(1..=3).chain([(4, 1), (4, 3)]);
    for (members, length) in all {
        for how in [Static::Cyclic(1), Static::Cyclic(2), Static::Block(length), Static::First] {
            for case in variants(fixed(members, length, how)) {
                if case.known || !matches!(how, Static::Block(_)) {
                    explore(&case);
                }
            }
        }
    }
}

#[test]
fn every_order_of_a_loop_that_is_left() {
    for (members, length) in small(1..=3) {
        for leaves in [vec![0], vec![1], vec![1, 3], vec![4, 2]] {
            for case in [
                managed(members, length, Chunk::Fixed(1)),
                managed(members, length, Chunk::Fixed(2)),
                managed(members, length, Chunk::Fixed(5)),
                dedicated(managed(members, length, Chunk::Fixed(2))),
                unknown(managed(members, length, Chunk::Fixed(2))),
                fixed(members, length, Static::Cyclic(1)),
                fixed(members, length, Static::Block(length)),
                unknown(fixed(members, length, Static::Cyclic(2))),
            ] {
                for hold in [true, false] {
                    let mut case = Case { leaves: leaves.clone(), ..case.clone() };
                    case.terms.hold = hold;
                    explore(&case);
                }
            }
        }
    }
}

#[test]
fn every_order_with_members_that_stop_early() {
    for (members, length) in small(1..=3) {
        for chunk in [Chunk::Fixed(1), Chunk::Fixed(3), Chunk::Auto] {
            let last = members - 1;
            for stops in [
                vec![(last, 0)],
                vec![(last, 1)],
                vec![(0, 2)],
                vec![(0, 0), (last, 2)],
                vec![(0, 1), (last, 0)],
            ] {
                let case = by_hand(Case { stops, ..managed(members, length, chunk) });
                explore(&case);
                explore(&dedicated(case.clone()));
                explore(&unknown(case));
            }
        }
    }
}

#[test]
fn every_order_of_a_loop_that_is_cancelled() {
    for (members, length) in small(1..=3).filter(|(members, length)| members * *length as usize <= 10) {
        for at in [0, 2, 9] {
            for case in [
                managed(members, length, Chunk::Fixed(1)),
                by_hand(managed(members, length, Chunk::Fixed(1))),
                by_hand(managed(members, length, Chunk::Fixed(3))),
                by_hand(unknown(managed(members, length, Chunk::Fixed(2)))),
                dedicated(by_hand(managed(members, length, Chunk::Fixed(2)))),
                fixed(members, length, Static::Cyclic(2)),
            ] {
                let case = Case { cancel: Some(at), ..case };
                explore(&case);
                explore(&Case { leaves: vec![1], ..case });
            }
            let stops = vec![(members - 1, 1)];
            let case = by_hand(managed(members, length, Chunk::Fixed(3)));
            explore(&Case { cancel: Some(at), stops, ..case });
        }
    }
}

#[test]
fn random_orders_of_large_loops() {
    let mut seed = 2026_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below.max(1)
    };
    for round in 0..400 {
        let members = 1 + random(16);
        let length = random(600) as u64;
        let chunk = [Chunk::Auto, Chunk::Fixed(1 + random(50) as u64)][random(2)];
        let mut case = if round % 3 == 0 {
            fixed(members, length, [Static::Cyclic(1 + random(9) as u64), Static::First][random(2)])
        } else {
            managed(members, length, chunk)
        };
        if random(2) == 0 {
            case = unknown(case);
        }
        let few = 1 + random(3);
        match random(5) {
            0 => case.leaves = (0..few).map(|_| random(800) as u64).collect(),
            1 => case.cancel = Some(random(800) as u64),
            2 if case.how.is_none() => {
                case = by_hand(case);
                case.stops = (0..few).map(|_| (random(members), random(100) as u32)).collect();
            }
            _ => {}
        }
        case.terms.hold &= random(2) == 0;
        case.terms.dedicated = case.how.is_none() && random(4) == 0;
        wander(&case, &mut random);
    }
}
