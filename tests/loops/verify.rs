//! `DLP_VERIFY=1`: the root runs everything too, and compares.

use std::sync::atomic::{AtomicU64, Ordering};

use dlp::testing::World;

use super::work;

#[dlp::parallel]
fn honest(n: u64) -> Result<(Vec<u64>, String), String> {
    let (mut all, mut text, mut best) = (vec![], String::new(), 0);
    for x in 0..n {
        let y = work(x);
        all.push(y);
        if y > best {
            best = y;
        }
        if x == 30 {
            return Err(format!("{y} at {x}"));
        }
        #[serial]
        {
            text.push_str(&y.to_string());
            if text.len() > 60 {
                return Ok((all, text));
            }
        }
    }
    Ok((all, text))
}

#[dlp::parallel]
fn in_place(n: u64) -> Vec<u64> {
    let mut values: Vec<u64> = (0..n).collect();
    for value in values.iter_mut() {
        *value = work(*value);
    }
    values
}

#[test]
fn an_honest_loop_is_let_pass() {
    for ranks in [1, 2, 4] {
        for n in [0, 5, 25, 40] {
            let world = World::new(ranks).verify();
            let expected = World::new(1).run(|| (honest(n), in_place(n))).remove(0);
            assert!(world.run(|| (honest(n), in_place(n))).into_iter().all(|got| got == expected));
        }
    }
}

static CALLS: AtomicU64 = AtomicU64::new(0);

fn cheat(x: u64) -> u64 {
    x + CALLS.fetch_add(1, Ordering::Relaxed)
}

#[dlp::parallel]
fn dishonest(n: u64) -> (Vec<u64>, Vec<u64>) {
    let (mut honest, mut counted) = (vec![], vec![]);
    for x in 0..n {
        honest.push(work(x));
        let y = cheat(x);
        counted.push(y);
    }
    (honest, counted)
}

#[test]
#[should_panic(expected = "that writes `counted`: it depends on more than its item")]
fn a_loop_that_counts_in_a_static_is_told_on() {
    World::new(2).verify().run(|| dishonest(5));
}

#[dlp::parallel]
fn dishonest_exit(n: u64) -> u64 {
    let mut total = 0;
    for x in 0..n {
        if dlp::rank() == 1 && x == 3 {
            break;
        }
        total += work(x);
    }
    total
}

#[test]
#[should_panic(expected = "iteration 3 of the loop")]
fn a_loop_that_leaves_on_one_rank_only_is_told_on() {
    World::new(2).verify().run(|| dishonest_exit(5));
}
