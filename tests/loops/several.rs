//! Several loops in one function, marked ones, and loops inside loops that are not split.

use super::work;

invariant! {
    one_after_another(12);
    one_of_several(9);
    epochs(4, 7);
    k_means(&[1.0, 1.5, 9.0, 8.0, 1.2], 2);
    in_a_while_loop(30);
    in_branches(&[3, 8], true);
    in_branches(&[3, 8], false);
    in_a_block(5);
    each_with_its_options(15);
    left_one_by_one(40);
    left_in_an_epoch(10);
    returned_from_the_second(20);
    deep(3);
    nobody_comes(0);
}

#[dlp::parallel]
fn one_after_another(n: u64) -> (Vec<u64>, f64) {
    let mut squares = Vec::new();
    #[parallel]
    for x in 0..n {
        squares.push(work(x));
    }
    squares.reverse();
    let mean = squares.iter().sum::<u64>() as f64 / n as f64;
    let mut variance = 0.0;
    #[parallel(strategy = "round_robin", chunk = 2)]
    for &square in &squares {
        variance += (square as f64 - mean).powi(2);
    }
    (squares, variance)
}

#[dlp::parallel]
fn one_of_several(n: u64) -> (Vec<u64>, u64) {
    let mut table = vec![];
    for x in 0..n {
        table.push(x * x);
    }
    let mut total = 0;
    #[dlp::parallel(strategy = "block")]
    for x in 0..n {
        total += work(x) * table[x as usize];
    }
    for entry in &mut table {
        *entry += total;
    }
    (table, total)
}

#[dlp::parallel(strategy = "round_robin")]
fn epochs(epochs: u32, n: u32) -> (f64, Vec<f64>) {
    let (mut weight, mut losses) = (0.5, Vec::new());
    for epoch in 0..epochs {
        let mut gradient = 0.0;
        #[parallel]
        for x in 0..n {
            let error = weight * f64::from(x) - 1.0 / f64::from(x + epoch + 1);
            gradient += error * f64::from(x);
        }
        weight -= 0.01 * gradient;
        losses.push(gradient);
    }
    (weight, losses)
}

#[dlp::parallel]
fn k_means(points: &[f64], k: usize) -> (Vec<f64>, usize) {
    let mut centres: Vec<f64> = points[..k].to_vec();
    let mut rounds = 0;
    loop {
        rounds += 1;
        let mut sums = vec![(0.0, 0_u32); k];
        #[parallel]
        for &point in points {
            let near =
                |a: &usize, b: &usize| (centres[*a] - point).abs().total_cmp(&(centres[*b] - point).abs());
            let nearest = (0..k).min_by(near).unwrap();
            sums[nearest].0 += point;
            sums[nearest].1 += 1;
        }
        let before = centres.clone();
        for (centre, (sum, count)) in centres.iter_mut().zip(sums) {
            *centre = sum / f64::from(count.max(1));
        }
        if centres == before {
            return (centres, rounds);
        }
    }
}

#[dlp::parallel]
fn in_a_while_loop(limit: u64) -> Vec<u64> {
    let mut all = vec![1];
    while all.len() < limit as usize {
        let start = all.len() as u64;
        #[parallel(chunk = 1)]
        for x in start..start + 4 {
            all.push(work(x));
        }
    }
    all
}

#[dlp::parallel]
fn in_branches(values: &[u32], forward: bool) -> Vec<u32> {
    let mut out = vec![];
    if forward {
        #[parallel]
        for value in values {
            out.push(value * 2);
        }
    } else {
        #[parallel]
        for value in values.iter().rev() {
            out.push(value * 3);
        }
    }
    out
}

#[dlp::parallel]
fn in_a_block(n: u32) -> u32 {
    let mut total = 0;
    {
        let offset = n;
        #[parallel]
        for x in 0..n {
            total += x + offset;
        }
    }
    total
}

#[dlp::parallel(strategy = "block")]
fn each_with_its_options(n: u64) -> (u64, u64, u64) {
    let (mut a, mut b, mut c) = (0, 0, 0);
    #[parallel(strategy = "managed", chunk = 4)]
    for x in 0..n {
        a += work(x);
    }
    #[parallel(strategy = "serial")]
    for x in 0..n {
        b ^= work(x + a);
    }
    #[parallel]
    for x in 0..n {
        c = (c + work(x)) % (b + 1);
    }
    (a, b, c)
}

#[dlp::parallel]
fn left_one_by_one(n: u64) -> (Vec<u64>, Vec<u64>) {
    let (mut first, mut second) = (vec![], vec![]);
    #[parallel]
    for x in 0..n {
        if work(x) > 700 {
            break;
        }
        first.push(x);
    }
    #[parallel]
    for x in first.len() as u64..n {
        let y = work(x);
        if y > 900 {
            continue;
        }
        #[serial]
        if second.len() > 5 {
            break;
        }
        second.push(y);
    }
    (first, second)
}

#[dlp::parallel]
fn left_in_an_epoch(n: u64) -> Result<Vec<u64>, String> {
    let mut all = vec![];
    for epoch in 0..n {
        #[parallel]
        for x in 0..n {
            let y = work(x + epoch);
            if y % 50 == 49 {
                break;
            }
            if epoch == 7 && x == 3 {
                return Err(format!("{y} after {}", all.len()));
            }
            all.push(y);
        }
    }
    Ok(all)
}

#[dlp::parallel]
fn returned_from_the_second(n: u64) -> Option<(u64, usize)> {
    let mut seen = vec![];
    #[parallel]
    for x in 0..n {
        seen.push(work(x));
    }
    #[parallel]
    for &y in &seen {
        if y > 600 {
            return Some((y, seen.len()));
        }
    }
    None
}

#[dlp::parallel]
fn deep(n: u32) -> Vec<(u32, u32, u32)> {
    let mut all = vec![];
    for a in 0..n {
        for b in a..n {
            #[parallel]
            for c in b..n {
                all.push((a, b, c));
            }
        }
    }
    all
}

#[dlp::parallel]
fn nobody_comes(n: u32) -> u32 {
    let mut total = 0;
    for _ in 0..n {
        #[parallel]
        for x in 0..n {
            total += x;
        }
    }
    total
}
