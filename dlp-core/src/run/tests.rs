//! Loops taken apart by hand, as the attribute does it, on ranks that are threads. Below: loops that are left in the replay.

mod hostile;
mod ways_out;

use std::time::Duration;

use super::{Kind, never, run, serial};
use crate::again::{ByClone, ByNothing, Probe};
use crate::carry::{CarryOwned, Field};
use crate::collective::{all_gather, is_root, rank};
use crate::digest::Look;
use crate::fold::AllFolds;
use crate::output::{prints, stay};
use crate::record::Flow;
use crate::schedule::Chunk;
use crate::site::{Exits, Gather, Loop, Manager, Options, Site, Strategy};
use crate::testing;

fn a_loop(options: Options) -> &'static Loop {
    a_loop_with(Exits::Final, options)
}

fn a_loop_with(exits: Exits, options: Options) -> &'static Loop {
    let sites = &[Site { line: 1, target: "log" }, Site { line: 2, target: "sum" }];
    Box::leak(Box::new(Loop {
        function: "tests::f",
        file: "tests.rs",
        line: 1,
        hash: 7,
        sites,
        captured: &[],
        exits,
        ways_out: if exits == Exits::Never { &[] } else { &[3, 5, 7, 8] },
        options,
    }))
}

/// No look at the input.
fn unseen<'f, I: Iterator>() -> (Look<I>, [u32; 0], AllFolds<'f>) {
    (Look::new(None, None), [], AllFolds::none())
}

/// Every way of sharing out.
fn ways() -> Vec<Options> {
    let mut all = vec![];
    for (_, strategy) in Strategy::NAMES {
        for chunk in [Chunk::Auto, Chunk::Fixed(1), Chunk::Fixed(3)] {
            for manager in [Manager::Working, Manager::Dedicated] {
                all.push(Options { strategy, chunk, manager, ..Options::default() });
            }
        }
    }
    all
}

/// A loop whose answer depends on the order of everything:
/// `for x in items { log.push(x * 0.1); if x % 3 == 0 { continue } sum = sum * 0.5 + x; }`.
fn in_order(at: &'static Loop, items: impl Iterator<Item = u32>) -> (Vec<f64>, f64, Option<(u32, u64)>) {
    let (mut log, mut sum) = (Vec::new(), 0.0);
    let (f0, f1) = (Field::new(), Field::new());
    let again = (&&Probe(&items)).dlp_again();
    let left = run(
        at,
        Kind::<true, false>,
        items,
        again,
        false,
        |x, record| {
            let effect = &mut record.open(0);
            f0.is(&(f64::from(x) * 0.1));
            (&f0).dlp_put(&(f64::from(x) * 0.1), effect);
            if x % 3 == 0 {
                return Flow::Next;
            }
            if x == 1000 {
                return Flow::Leave(5);
            }
            let effect = &mut record.open(1);
            (&f1).dlp_put(&f64::from(x), effect);
            Flow::Next
        },
        |site, op| {
            match site {
                0 => log.push((&f0).dlp_get(op.reader())),
                1 => sum = sum * 0.5 + (&f1).dlp_get(op.reader()),
                _ => unreachable!(),
            }
            Flow::Next
        },
        |_, _| {},
        |_, _| false,
        never,
        unseen,
    );
    (log, sum, left.map(|left| (left.exit(), left.index())))
}

fn in_order_serially(items: impl Iterator<Item = u32>) -> (Vec<f64>, f64) {
    let (mut log, mut sum) = (Vec::new(), 0.0);
    for x in items {
        log.push(f64::from(x) * 0.1);
        if x % 3 == 0 {
            continue;
        }
        if x == 1000 {
            break;
        }
        sum = sum * 0.5 + f64::from(x);
    }
    (log, sum)
}

#[test]
fn every_strategy_gives_the_serial_answer_on_every_rank() {
    for ranks in 1..=5 {
        for options in ways() {
            let at = a_loop(options);
            for length in [0, 1, 4, 50] {
                let expected = in_order_serially(0..length);
                let known = testing::run(ranks, || in_order(at, 0..length));
                let unknown = testing::run(ranks, || in_order(at, (0..length).filter(|_| true)));
                for (log, sum, left) in known.into_iter().chain(unknown) {
                    assert_eq!(
                        (log, sum.to_bits()),
                        (expected.0.clone(), expected.1.to_bits()),
                        "{options:?}"
                    );
                    assert_eq!(left, None);
                }
            }
        }
    }
}

#[test]
fn a_loop_that_is_left_is_left_at_the_lowest_index() {
    let items = || (0..60).map(|x| if x == 20 || x == 22 { 1000 } else { x });
    let expected = in_order_serially(items());
    for options in ways() {
        for (log, sum, left) in testing::run(3, || in_order(a_loop(options), items())) {
            assert_eq!((log, sum), expected, "{options:?}");
            assert_eq!(left, Some((5, 20)));
        }
    }
}

#[test]
fn with_gather_root_only_the_root_has_the_result() {
    let at = a_loop(Options { gather: Gather::Root, ..Options::default() });
    for ranks in 2..=4 {
        let got = testing::run(ranks, || {
            let (log, ..) = in_order(at, 0..40);
            let stays = stay();
            (log, stays.is_some(), prints())
        });
        for (rank, (log, stays, _)) in got.into_iter().enumerate() {
            assert_eq!(stays, rank == 0);
            let expected = if rank == 0 { in_order_serially(0..40).0 } else { vec![] };
            assert_eq!(log, expected);
        }
    }
}

#[test]
fn with_gather_none_each_rank_has_its_own() {
    let at = a_loop(Options { gather: Gather::None, strategy: Strategy::RoundRobin, ..Options::default() });
    let got = testing::run(3, || in_order(at, 0..7).0);
    assert_eq!(got, [vec![0.0, 3.0 * 0.1, 6.0 * 0.1], vec![0.1, 4.0 * 0.1], vec![0.2, 0.5]]);
}

#[test]
fn a_loop_in_a_loop_runs_serially() {
    let at = a_loop(Options::default());
    let got = testing::run(3, || {
        let outside = serial(at);
        let mut inside = vec![];
        let f = Field::new();
        let items = 0..9;
        let again = (&&Probe(&items)).dlp_again();
        run(
            at,
            Kind::<true, false>,
            items,
            again,
            false,
            |_, record| {
                let effect = &mut record.open(0);
                let now = (serial(at), prints());
                f.is(&now);
                (&f).dlp_put(&now, effect);
                Flow::Next
            },
            |_, op| {
                inside.push((&f).dlp_get(op.reader()));
                assert_eq!((serial(at), prints()), (true, is_root()));
                Flow::Next
            },
            |_, _| {},
            |_, _| false,
            never,
            unseen,
        );
        (outside, inside)
    });
    assert!(got.into_iter().all(|(outside, inside)| !outside && inside == [(true, true); 9]));
}

#[test]
fn items_are_had_again_without_being_sent() {
    struct NotSerde(u64);
    let items: Vec<NotSerde> = (0..30).map(NotSerde).collect();
    let at = a_loop(Options::default());
    let got = testing::run(3, || {
        let mut out: Vec<&NotSerde> = vec![];
        let source = items.iter();
        let again = (&&Probe(&source)).dlp_again();
        run(
            at,
            Kind::<true, false>,
            source,
            again,
            false,
            |item, record| {
                if item.0 % 2 == 0 {
                    record.effect(0);
                }
                Flow::Next
            },
            |_, op| {
                out.push(op.item());
                assert_eq!(op.item().0, op.index());
                Flow::Next
            },
            |_, _| {},
            |_, _| false,
            never,
            unseen,
        );
        out.iter().map(|item| item.0).collect::<Vec<_>>()
    });
    assert!(got.into_iter().all(|got| got == (0..30).filter(|x| x % 2 == 0).collect::<Vec<_>>()));
}

#[test]
fn a_source_of_more_items_than_can_be_counted_is_left_early() {
    for options in ways() {
        let at = a_loop(options);
        let items = || (0..u64::MAX).map(|x| x as u32);
        let expected = in_order_serially(items());
        for (log, sum, left) in testing::run(3, || in_order(at, items())) {
            assert_eq!((log, sum.to_bits()), (expected.0.clone(), expected.1.to_bits()), "{options:?}");
            assert_eq!(left, Some((5, 1000)), "{options:?}");
        }
    }
}

#[test]
fn many_loops_after_one_another_stay_apart() {
    let at = a_loop(Options { chunk: Chunk::Fixed(1), ..Options::default() });
    let got = testing::run(4, || (0..100).map(|n| in_order(at, 0..n % 5).0.len()).collect::<Vec<_>>());
    assert!(got.into_iter().all(|lengths| lengths.iter().enumerate().all(|(n, &length)| n % 5 == length)));
}

#[test]
fn large_records_are_handed_over_while_the_loop_runs() {
    let at = a_loop(Options { strategy: Strategy::Block, ..Options::default() });
    let got = testing::run(3, || {
        let (mut out, f) = (vec![], Field::new());
        let items = 0..60_usize;
        let again = (&&Probe(&items)).dlp_again();
        run(
            at,
            Kind::<true, false>,
            items,
            again,
            false,
            |item, record| {
                let effect = &mut record.open(0);
                let value = vec![item as u8; 100_000];
                f.is(&value);
                (&f).dlp_put(&value, effect);
                Flow::Next
            },
            |_, op| {
                out.push((&f).dlp_get(op.reader()));
                Flow::Next
            },
            |_, _| {},
            |_, _| false,
            never,
            unseen,
        );
        out
    });
    for out in got {
        assert!(
            out.len() == 60
                && out.iter().enumerate().all(|(n, v): (_, &Vec<u8>)| v[..] == [n as u8; 100_000])
        );
    }
}

#[test]
#[should_panic(expected = "iteration 11 of the loop of `tests::f` (tests.rs:1)")]
fn a_panic_names_the_iteration() {
    let at = a_loop_with(Exits::Never, Options::default());
    testing::run(3, || {
        let items = 0..20;
        let again = (&&Probe(&items)).dlp_again();
        run(
            at,
            Kind::<true, false>,
            items,
            again,
            false,
            |x, _| if x == 11 { panic!("eleven") } else { Flow::Next },
            |_, _| Flow::Next,
            |_, _| {},
            |_, _| false,
            never,
            unseen,
        );
    });
}

#[test]
fn a_panic_in_a_replay_ends_the_wait_for_a_batch() {
    let options = Options { strategy: Strategy::Shared, ..Options::default() };
    let at = a_loop_with(Exits::Never, options);
    for round in 0..100_u64 {
        let ended = std::panic::catch_unwind(|| {
            testing::run(5, || {
                let items = 0..30_u64;
                let again = (&&Probe(&items)).dlp_again();
                run(
                    at,
                    Kind::<true, false>,
                    items,
                    again,
                    false,
                    |x, record| {
                        std::thread::sleep(std::time::Duration::from_micros(x * 20));
                        record.effect(0);
                        Flow::Next
                    },
                    |_, op| {
                        assert_ne!(op.index(), round % 8, "in round {round}");
                        Flow::Next
                    },
                    |_, _| {},
                    |_, _| false,
                    never,
                    unseen,
                );
            })
        });
        assert!(ended.is_err());
    }
}

#[test]
#[should_panic(expected = "rank 0 has 9 items, rank 1 has 10 items")]
fn ranks_with_different_input_are_told_so() {
    testing::run(2, || in_order(a_loop(Options::default()), 0..9 + rank() as u32));
}

#[test]
#[should_panic(expected = "announced 4 items by `size_hint` and ended after 3")]
fn a_source_that_ends_early_is_told_on() {
    testing::run(2, || in_order(a_loop(Options::default()), Liar { says: 4, gives: 3 }));
}

#[test]
#[should_panic(expected = "and 3 were expected")]
fn a_source_that_goes_on_is_told_on() {
    testing::run(2, || in_order(a_loop(Options::default()), Liar { says: 3, gives: 4 }));
}

struct Liar {
    says: usize,
    gives: u32,
}

impl Iterator for Liar {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        self.says = self.says.saturating_sub(1);
        self.gives = self.gives.checked_sub(1)?;
        Some(self.gives)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.says, Some(self.says))
    }
}

#[test]
fn what_the_source_does_on_the_way_it_does_on_every_rank() {
    let got = testing::run(3, || {
        let mut seen = 0;
        in_order(a_loop(Options::default()), (0..10).inspect(|_| seen += 1));
        seen
    });
    assert_eq!(got, [10; 3]);
}

#[test]
fn no_rank_waits_for_work_while_the_root_is_busy() {
    // The root's own iterations are long; the others must get theirs from the service thread meanwhile.
    let at = a_loop(Options { chunk: Chunk::Fixed(1), ..Options::default() });
    let ran = testing::run(3, || {
        let count = std::cell::Cell::new(0);
        let items = 0..60;
        let again = (&&Probe(&items)).dlp_again();
        let body = |_, _: &crate::record::Record| {
            count.set(count.get() + 1);
            std::thread::sleep(Duration::from_millis(if is_root() { 40 } else { 1 }));
            Flow::Next
        };
        run(
            at,
            Kind::<true, false>,
            items,
            again,
            false,
            body,
            |_, _| Flow::Next,
            |_, _| {},
            |_, _| false,
            never,
            unseen,
        );
        all_gather(count.get())
    });
    assert!(ran[0].iter().sum::<i32>() == 60 && ran[0][0] < 20, "the root ran {} of 60", ran[0][0]);
}
