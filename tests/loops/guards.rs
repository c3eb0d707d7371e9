//! Accumulators that decide: how long the loop goes on, whether an item counts, which of their elements change.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::work;

invariant! {
    until_there_are_enough(40);
    each_once(40);
    left_in_every_way(40);
    left_in_every_way(400);
    a_panic_behind_a_guard(20);
    elements_that_change(12);
    elements_of_several(12);
    found_or_made(30);
    with_bail(9);
    with_bail(40);
    with_ensure(9);
    with_ensure(40);
    with_let_else_bail(9);
    with_let_else_bail(40);
    bail_in_order(40);
}

#[dlp::parallel]
fn until_there_are_enough(n: u64) -> Vec<u64> {
    let mut hits = vec![];
    for x in 0..n {
        if hits.len() >= 7 {
            break;
        }
        let y = work(x);
        if y % 3 == 0 {
            hits.push(y);
        }
    }
    hits
}

#[dlp::parallel]
fn each_once(n: u64) -> (Vec<u64>, usize) {
    let (mut seen, mut sums) = (HashSet::new(), vec![]);
    for x in 0..n {
        let key = work(x) % 11;
        if seen.contains(&key) {
            continue;
        }
        seen.insert(key);
        let sum = (0..x).map(work).fold(0, u64::wrapping_add);
        sums.push(sum);
    }
    (sums, seen.len())
}

#[dlp::parallel]
fn left_in_every_way(n: u64) -> Option<Vec<u64>> {
    let mut out = vec![];
    for x in 0..n {
        let square = work(x) % 97;
        if out.contains(&square) {
            continue;
        }
        if out.len() > 60 {
            break;
        }
        match out.last() {
            Some(last) if *last == square + 1 => return Some(out),
            Some(_) if square == 1 => {
                out.first()?;
            }
            _ => {}
        }
        out.push(square);
    }
    Some(out)
}

#[dlp::parallel]
fn a_panic_behind_a_guard(n: usize) -> usize {
    let mut left = 5;
    for x in 0..n {
        if left == 0 {
            break;
        }
        left -= 1;
        // Where the serial loop does not come, it panics.
        assert!(x < 5, "too far");
    }
    left
}

#[dlp::parallel]
fn elements_that_change(n: u64) -> (Vec<f64>, BTreeMap<u64, u64>, Vec<u64>) {
    let (mut sums, mut counts) = (vec![0.0; 5], (0..4).map(|key| (key, 0)).collect::<BTreeMap<u64, u64>>());
    let mut decayed = vec![1, 2, 3];
    for x in 0..n {
        let row: Vec<f64> = (0..5).map(|y| (work(x + y) % 100) as f64 / 7.0).collect();
        for (sum, value) in sums.iter_mut().zip(&row) {
            *sum += value;
        }
        for count in counts.values_mut() {
            *count += x;
        }
        for value in &mut decayed {
            *value = *value * 3 % 101 + x;
        }
    }
    (sums, counts, decayed)
}

#[dlp::parallel]
fn elements_of_several(n: usize) -> (Vec<Vec<f64>>, f64) {
    let (mut grid, mut largest) = (vec![vec![0.0_f64; 3]; 4], f64::MIN);
    for x in 0..n {
        let step = work(x as u64) as f64 / 1e19;
        for row in &mut grid {
            for (at, cell) in row.iter_mut().enumerate() {
                *cell += step / (at + x + 1) as f64;
                if *cell > largest {
                    largest = *cell;
                }
            }
        }
    }
    (grid, largest)
}

#[dlp::parallel]
fn found_or_made(n: u64) -> (BTreeMap<u64, Vec<u64>>, u64) {
    let (mut lists, mut longest): (HashMap<u64, Vec<u64>>, _) = (HashMap::new(), 0);
    for x in 0..n {
        let (key, value) = (work(x) % 5, x * x);
        match lists.get_mut(&key) {
            Some(list) => list.push(value),
            None => {
                lists.insert(key, vec![value]);
            }
        }
        if let Some(list) = lists.get_mut(&0) {
            list.truncate(6);
            longest = longest.max(list.len() as u64);
        }
    }
    (lists.into_iter().collect(), longest)
}

fn text<T, E: std::fmt::Display>(result: Result<T, E>) -> Result<T, String> {
    result.map_err(|error| format!("{error:#}"))
}

fn with_bail(n: u64) -> Result<u64, String> {
    #[dlp::parallel]
    fn sum(n: u64) -> anyhow::Result<u64> {
        let mut total = 0_u64;
        for x in 0..n {
            let y = work(x) % 1000;
            if y > 990 || x == 33 {
                anyhow::bail!("{x} makes {y}, after {}", x.saturating_sub(1));
            }
            total += y;
        }
        Ok(total)
    }
    text(sum(n))
}

fn with_ensure(n: u64) -> Result<Vec<u64>, String> {
    use anyhow::{Context, ensure};
    #[dlp::parallel]
    fn all(n: u64) -> anyhow::Result<Vec<u64>> {
        let mut all = vec![];
        for x in 0..n {
            ensure!(x != 31, "{x} is too large");
            let y: u64 = format!("{}", work(x) % 50).parse().context("no number")?;
            all.push(y);
        }
        Ok(all)
    }
    text(all(n))
}

fn with_let_else_bail(n: u64) -> Result<u64, String> {
    use anyhow::bail;
    #[dlp::parallel]
    fn found(n: u64) -> anyhow::Result<u64> {
        let mut total = 0;
        for x in 0..n {
            let Some(y) = 30_u64.checked_sub(x) else { bail!("{x} is beyond") };
            let z = match y {
                7 if n > 20 => bail!("seven"),
                y => work(y) % 10,
            };
            total += z;
        }
        Ok(total)
    }
    text(found(n))
}

fn bail_in_order(n: u64) -> Result<u64, String> {
    #[dlp::parallel]
    fn sum(n: u64) -> anyhow::Result<u64> {
        let mut total = 0_u64;
        for x in 0..n {
            let y = work(x) % 100;
            total += y;
            #[serial]
            if total > 1000 {
                anyhow::bail!("{total} at {x}");
            }
        }
        Ok(total)
    }
    text(sum(n))
}
