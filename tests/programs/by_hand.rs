//! A test program: every function for use by hand, checked on every rank.

use std::collections::BTreeMap;

use dlp::{all_gather, barrier, bcast, gather, is_root, map, map_unordered, on_root, rank, size};
use dlp::{split_managed, split_round_robin};

#[dlp::main]
fn main() {
    collectives();
    splits();
    maps();
    many_rounds();
    dlp::println!("all of it works on {} ranks", size());
}

fn collectives() {
    barrier();
    let table: BTreeMap<String, Vec<f64>> =
        bcast(is_root().then(|| BTreeMap::from([("a".into(), vec![0.1; 1000])])));
    assert_eq!(table["a"], [0.1; 1000]);
    let made = on_root(|| rank());
    assert_eq!(made, 0);
    let gathered = gather(vec![rank() as u64; 10_000 * rank()]);
    assert_eq!(gathered.is_some(), is_root());
    for (rank, values) in gathered.into_iter().flatten().enumerate() {
        assert_eq!(values, vec![rank as u64; 10_000 * rank]);
    }
    assert_eq!(all_gather(rank()), (0..size()).collect::<Vec<_>>());
    // Longer than anything that is sent in one piece.
    let long = bcast(is_root().then(|| vec![7_u8; 3_000_000]));
    assert!(long == [7; 3_000_000]);
}

fn sorted(mine: Vec<u64>) -> Vec<u64> {
    let mut all: Vec<u64> = all_gather(mine).into_iter().flatten().collect();
    all.sort_unstable();
    all
}

fn splits() {
    for length in [0, 1, 2, 100] {
        let whole: Vec<u64> = (0..length).collect();
        let unsized_items = || (0..length).filter(|_| true);
        assert_eq!(sorted(split_round_robin(0..length).collect()), whole);
        assert_eq!(sorted(split_managed(0..length).collect()), whole);
        assert_eq!(sorted(split_managed(unsized_items()).collect()), whole);
        assert_eq!(sorted(split_managed(0..length).chunk(7).collect()), whole);
        assert_eq!(sorted(split_managed(unsized_items()).auto_chunk().collect()), whole);
        let mine: Vec<u64> = split_managed(0..length).dedicated().collect();
        assert!(!is_root() || size() == 1 || mine.is_empty());
        assert_eq!(sorted(mine), whole);
        // This rank takes no more and the others finish; alone it leaves the rest undone.
        let mut mine = vec![];
        for item in split_managed(0..length).chunk(3) {
            mine.push(item);
            if rank() == size() - 1 {
                break;
            }
        }
        let all = sorted(mine);
        assert!(all == whole || size() == 1);
    }
}

fn maps() {
    for length in [0, 1, 2, 100] {
        let squares: Vec<u64> = (0..length).map(|x| x * x).collect();
        let on_the_root = if is_root() { squares } else { vec![] };
        assert_eq!(map(0..length, |x| x * x).collect::<Vec<_>>(), on_the_root);
        assert_eq!(map(0..length, |x| x * x).chunk(9).collect::<Vec<_>>(), on_the_root);
        assert_eq!(map((0..length).filter(|_| true), |x| x * x).dedicated().collect::<Vec<_>>(), on_the_root);
        let mut unordered: Vec<u64> = map_unordered(0..length, |x| x * x).collect();
        unordered.sort_unstable();
        assert_eq!(unordered, on_the_root);
    }
    // The root loses interest; everybody goes on.
    map_unordered(0..1000, |x| x).take(3).for_each(drop);
    barrier();
}

/// One loop after another, with nothing in between: no message may reach the wrong one.
fn many_rounds() {
    for round in 0..200_u64 {
        let mine = split_managed(0..5).map(|item| item + round).sum::<u64>();
        let sum: u64 = all_gather(mine).into_iter().sum();
        assert_eq!(sum, 10 + 5 * round);
    }
}
