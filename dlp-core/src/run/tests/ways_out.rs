//! Loops that are left, or skip, in the replay, and what the ranks then have.

use super::{a_loop, a_loop_with, unseen, ways};
use crate::again::{ByClone, Probe};
use crate::carry::{CarryOwned, Field};
use crate::collective::is_root;
use crate::exit::{Failed, LeaveOwned, Slot};
use crate::record::{Flow, Guard};
use crate::run::{Kind, never, run};
use crate::site::{Exits, Gather, Loop, Options};
use crate::testing;

/// How a loop was left: by which way out, where, and with what.
type LeftWith<T> = Option<(u32, u64, T)>;

/// `for x in items { log.push(x); if x > limit { leave } if x % 3 == 1 { skip } .. }`, where what is after the first effect
/// may leave too: `if x == wrong { leave }`, and `panics` at some items.
fn in_the_replay(
    at: &'static Loop,
    limit: u32,
    skips: bool,
    wrong: u32,
    panics: &[u32],
) -> (Vec<u32>, LeftWith<Option<u32>>) {
    let mut log = Vec::new();
    let (f0, here) = (Field::new(), Slot::new());
    let items = 0..50_u32;
    let again = (&&Probe(&items)).dlp_again();
    let left = run(
        at,
        Kind::<true, false>,
        items,
        again,
        false,
        |x, record| {
            let effect = &mut record.open(0);
            f0.is(&x);
            (&f0).dlp_put(&x, effect);
            assert!(!panics.contains(&x), "at {x}");
            if x == wrong {
                here.keep(record.index(), x + 100);
                return Flow::Leave(8);
            }
            record.effect(1);
            Flow::Next
        },
        |site, op| {
            match site {
                0 => {
                    let x = (&f0).dlp_get(op.reader());
                    log.push(x);
                    if x > limit {
                        return Flow::Leave(7);
                    }
                    if skips && x % 3 == 1 {
                        return Flow::Skip;
                    }
                }
                _ => *log.last_mut().unwrap() *= 10,
            }
            Flow::Next
        },
        |_, _| {},
        |exit, index| exit == 8 && !here.has(index),
        never,
        unseen,
    );
    (log, left.map(|left| (left.exit(), left.index(), here.take(left.index()))))
}

#[test]
fn a_replay_leaves_and_skips_as_the_serial_loop_does() {
    for gather in [Gather::All, Gather::Root] {
        for options in ways().into_iter().map(|options| Options { gather, ..options }) {
            let at = a_loop_with(Exits::Final, options);
            for (rank, (log, left)) in
                testing::run(3, || in_the_replay(at, 9, false, 99, &[11, 30])).into_iter().enumerate()
            {
                let mut expected: Vec<u32> = (0..=9).map(|x| x * 10).collect();
                expected.push(10);
                let expected = if rank == 0 || gather == Gather::All { expected } else { vec![] };
                assert_eq!((log, left), (expected, Some((7, 10, None))), "{options:?}");
            }
            let at = a_loop_with(Exits::Tentative, options);
            // What leaves or panics after it was skipped does not count: 7 and 13 are skipped, 12 is not.
            for (rank, (log, left)) in
                testing::run(3, || in_the_replay(at, 99, true, 12, &[7, 13])).into_iter().enumerate()
            {
                let mut expected: Vec<u32> = (0..12).map(|x| if x % 3 == 1 { x } else { x * 10 }).collect();
                expected.push(12);
                let expected = if rank == 0 || gather == Gather::All { expected } else { vec![] };
                assert_eq!((log, left), (expected, Some((8, 12, Some(112)))), "{options:?}");
            }
        }
    }
}

#[test]
#[should_panic(expected = "at 11")]
fn a_panic_before_the_loop_is_left_counts() {
    testing::run(3, || in_the_replay(a_loop(Options::default()), 12, false, 99, &[11]));
}

/// A loop that writes to the world outside in its replay, which fails on the root at `fails`.
fn led(at: &'static Loop, fails: u64) -> (Vec<u64>, LeftWith<String>) {
    let mut log = Vec::new();
    let error = Slot::new();
    let items = 0..40_u64;
    let again = (&&Probe(&items)).dlp_again();
    let left = run(
        at,
        Kind::<true, false>,
        items,
        again,
        true,
        |_, record| {
            record.effect(0);
            Flow::Next
        },
        |_, op| {
            log.push(op.index());
            match op.guard(is_root()) {
                Guard::Act if op.index() == fails => {
                    error.keep(op.index(), Failed("disk full".to_owned()));
                    return Flow::Leave(3);
                }
                Guard::Leave(exit) => return Flow::Leave(exit),
                Guard::Act | Guard::Pass => {}
            }
            log.push(1000);
            Flow::Next
        },
        |_, log| error.told(log.index(), |value| (&&error).dlp_send(value, log)),
        |_, _| false,
        never,
        unseen,
    );
    let left = left.map(|mut left| {
        let value = error.take(left.index()).or_else(|| left.receive(|from| (&&error).dlp_receive(from)));
        (left.exit(), left.index(), value.expect("a text travels").0)
    });
    (log, left)
}

#[test]
fn what_the_world_outside_says_to_the_root_all_ranks_hear() {
    for options in ways() {
        let at = a_loop(options);
        let expected = |end| (0..end).flat_map(|x| [x, 1000]);
        for (log, left) in testing::run(3, || led(at, 17)) {
            assert_eq!(log, expected(17).chain([17]).collect::<Vec<_>>());
            assert_eq!(left, Some((3, 17, "disk full".into())));
        }
        for (log, left) in testing::run(3, || led(at, 99)) {
            assert_eq!((log, left), (expected(40).collect(), None));
        }
    }
}
