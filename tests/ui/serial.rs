//! What cannot be under `#[serial]`, and what has to be.

use std::collections::HashSet;

#[dlp::parallel]
fn a_let(values: &[u32]) -> Vec<u32> {
    let (mut count, mut out) = (0, vec![]);
    for value in values {
        #[serial]
        let number = {
            count += 1;
            count
        };
        out.push(number + value);
    }
    out
}

#[dlp::parallel]
fn a_value(values: &[u32]) -> Vec<u32> {
    let (mut count, mut out) = (0, vec![]);
    for value in values {
        let number = #[serial]
        {
            count += 1;
            count
        };
        out.push(number + value);
    }
    out
}

#[dlp::parallel]
fn a_change(values: &[u32]) -> Vec<u32> {
    let (mut count, mut out) = (0, vec![]);
    for value in values {
        let mut number = value * 2;
        #[serial]
        {
            count += 1;
            number += count;
        }
        out.push(number);
    }
    out
}

#[dlp::parallel]
fn a_change_in_rounds(values: &[u32]) -> Vec<u32> {
    let mut out = vec![];
    for value in values {
        let mut number = *value;
        for _ in 0..3 {
            #[serial]
            {
                number += out.len() as u32;
                out.push(number);
            }
        }
    }
    out
}

fn expensive(x: u32) -> u32 {
    x * x
}

#[dlp::parallel]
fn work_under_a_condition(values: &[u32]) -> (u32, Vec<String>, u32) {
    let (mut best, mut names, mut sum) = (0, vec![], 0);
    for value in values {
        let score = expensive(*value);
        if score > best {
            best = score;
            names.push(format!("{value}"));
            sum += expensive(score);
            for x in 0..score {
                sum += x;
            }
        }
    }
    (best, names, sum)
}

#[dlp::parallel]
fn work_after_a_look(words: &[&str]) -> Vec<String> {
    let (mut seen, mut out) = (HashSet::new(), vec![]);
    for word in words {
        if seen.insert(word.len()) {
            out.push(word.repeat(3).chars().rev().collect());
        }
    }
    out
}

#[dlp::parallel]
fn prefix_sums(values: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; values.len()];
    for at in 1..values.len() {
        sums[at] = sums[at - 1] + values[at].sqrt();
    }
    sums
}

#[dlp::parallel]
fn in_place(grid: &mut [Vec<f64>]) {
    for row in 1..grid.len() {
        grid[row][0] += grid[row - 1][1];
    }
}

#[dlp::parallel]
fn carried(values: &[f64]) -> Vec<f64> {
    let (mut previous, mut out) = (0.0, vec![]);
    for value in values {
        let step = (value - previous).sqrt();
        out.push(step);
        previous = *value;
    }
    out
}

fn main() {
    println!("{:?}", a_let(&[1]));
    println!("{:?}", a_value(&[1]));
    println!("{:?}", a_change(&[1]));
    println!("{:?}", a_change_in_rounds(&[1]));
    println!("{:?}", work_under_a_condition(&[1]));
    println!("{:?}", work_after_a_look(&["a"]));
    println!("{:?}", leaving_by_an_accumulator(&[1]));
    println!("{:?}", prefix_sums(&[1.0]));
    in_place(&mut []);
    println!("{:?}", carried(&[1.0]));
}
