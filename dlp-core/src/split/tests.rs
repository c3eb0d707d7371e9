use super::*;
use crate::collective::{all_gather, barrier, is_root, rank, size};
use crate::testing::run;

/// All that the ranks got, sorted.
fn union(all: Vec<Vec<u64>>) -> Vec<u64> {
    let mut all: Vec<u64> = all.into_iter().flatten().collect();
    all.sort_unstable();
    all
}

#[test]
fn round_robin_gives_every_nth_item() {
    let got = run(3, || split_round_robin(10..17).collect::<Vec<_>>());
    assert_eq!(got, [vec![10, 13, 16], vec![11, 14], vec![12, 15]]);
}

#[test]
fn managed_gives_every_item_to_one_rank() {
    for ranks in 1..=4 {
        for length in [0, 1, 2, 50] {
            let whole: Vec<u64> = (0..length).collect();
            assert_eq!(union(run(ranks, || split_managed(0..length).collect())), whole);
            assert_eq!(union(run(ranks, || split_managed(0..length).chunk(4).collect())), whole);
            assert_eq!(union(run(ranks, || split_managed(0..length).auto_chunk().collect())), whole);
            let unsized_items = || split_managed((0..length).filter(|_| true)).chunk(3).collect();
            assert_eq!(union(run(ranks, unsized_items)), whole);
            let dedicated = run(ranks, || split_managed(0..length).dedicated().collect::<Vec<_>>());
            assert!(ranks == 1 || dedicated[0].is_empty(), "a dedicated manager gets no items");
            assert_eq!(union(dedicated), whole);
        }
    }
}

#[test]
fn a_rank_that_leaves_early_leaves_the_rest_to_the_others() {
    for leaver in 0..3 {
        for chunk in [1, 7] {
            let got = run(3, || {
                let mut mine = vec![];
                for item in split_managed(0..60_u64).chunk(chunk) {
                    mine.push(item);
                    if rank() == leaver {
                        break;
                    }
                    std::thread::sleep(std::time::Duration::from_micros(100));
                }
                barrier();
                mine
            });
            assert!(got[leaver].len() <= 1);
            assert_eq!(union(got), (0..60).collect::<Vec<_>>(), "rank {leaver} left, chunk {chunk}");
        }
    }
}

#[test]
fn a_rank_that_never_looks_takes_nothing() {
    let got = run(3, || {
        let share = split_managed(0..20_u64);
        if rank() == 1 {
            drop(share);
            vec![]
        } else {
            share.collect::<Vec<_>>()
        }
    });
    assert_eq!(union(got), (0..20).collect::<Vec<_>>());
}

#[test]
fn loops_one_after_another_do_not_take_each_others_items() {
    let got = run(4, || {
        let mut seen = vec![];
        for round in 0..50 {
            let mine: Vec<u64> = split_managed(0..7).map(|item| round * 7 + item).collect();
            seen.extend(mine);
        }
        all_gather(seen)
    });
    for all in got {
        assert_eq!(union(all), (0..350).collect::<Vec<_>>());
    }
}

#[test]
#[should_panic(expected = "rank 0 has 3 items, rank 1 has 4 items")]
fn different_numbers_of_items_are_told() {
    run(2, || split_managed(0..3 + rank()).count());
}

#[test]
#[should_panic(expected = "`barrier`")]
fn a_barrier_inside_the_loop_is_refused() {
    run(2, || split_managed(0..3).for_each(|_| barrier()));
}

#[test]
fn a_root_that_works_gets_items_while_it_hosts_the_manager() {
    let got = run(2, || {
        let mine = split_managed(0..40).inspect(|_| std::thread::sleep(std::time::Duration::from_millis(1)));
        (is_root(), mine.count(), size())
    });
    // Nobody is let in before the root has come, and the root asks as it comes.
    assert!(got.iter().all(|(root, count, _)| !root || *count > 0), "{got:?}");
    assert_eq!(got.iter().map(|(_, count, _)| count).sum::<usize>(), 40);
}
