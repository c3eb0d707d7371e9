use super::*;
use crate::collective::{barrier, is_root, rank};
use crate::testing::run;

#[test]
fn results_come_to_the_root_once_each() {
    for ranks in 1..=4 {
        for length in [0, 1, 2, 60] {
            let squares: Vec<u64> = (0..length).map(|x| x * x).collect();
            let check = |ordered: bool, got: Vec<Vec<u64>>| {
                assert!(got[1..].iter().all(Vec::is_empty));
                let mut root = got.into_iter().next().unwrap();
                if !ordered {
                    root.sort_unstable();
                }
                assert_eq!(root, squares, "{ranks} ranks, {length} items");
            };
            check(true, run(ranks, || map(0..length, |x| x * x).collect()));
            check(true, run(ranks, || map(0..length, |x| x * x).chunk(5).collect()));
            check(true, run(ranks, || map((0..length).filter(|_| true), |x| x * x).auto_chunk().collect()));
            check(false, run(ranks, || map_unordered(0..length, |x| x * x).collect()));
            check(false, run(ranks, || map_unordered(0..length, |x| x * x).dedicated().collect()));
        }
    }
}

#[test]
fn an_ordered_map_keeps_the_order_when_later_items_are_faster() {
    let got = run(3, || {
        let slow = |x: u64| {
            std::thread::sleep(std::time::Duration::from_micros(500 * (5 - x % 5)));
            x
        };
        map(0..30, slow).collect::<Vec<_>>()
    });
    assert_eq!(got[0], (0..30).collect::<Vec<_>>());
}

#[test]
fn leaving_the_results_early_ends_the_work_and_nothing_else() {
    for leaver in [0, 1] {
        let got = run(3, || {
            let mut first = None;
            for result in map_unordered(0..1000_u64, |x| x + 1) {
                first = Some(result);
                if rank() == leaver {
                    break;
                }
            }
            barrier();
            map(0..3, |x| x).count();
            first
        });
        assert!(got[0].is_some() && got[1].is_none());
    }
    // A rank that does not even look.
    let got = run(3, || {
        let results = map(0..9, |x| x);
        if rank() == 2 { 0 } else { results.count() }
    });
    assert_eq!(got, [9, 0, 0]);
}

#[test]
fn a_dedicated_root_calls_nothing() {
    let got = run(3, || map_unordered(0..20, |_| rank()).dedicated().collect::<Vec<_>>());
    assert!(got[0].len() == 20 && got[0].iter().all(|&rank| rank > 0));
}

#[test]
#[should_panic(expected = "item 7 of `map`")]
fn a_panic_in_the_work_names_the_item() {
    run(2, || map(0..10, |x| assert_ne!(x, 7)).count());
}

#[test]
#[should_panic(expected = "where only the root is")]
fn a_barrier_between_results_is_refused() {
    run(2, || {
        map(0..3, |x| x).for_each(|_| {
            if is_root() {
                barrier();
            }
        });
    });
}
