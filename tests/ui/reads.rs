//! Accumulators that are read in the parallel part.

#[dlp::parallel]
fn in_a_condition(values: &[u32]) -> Vec<u32> {
    let mut found = Vec::new();
    for value in values {
        let room = 3 - found.len();
        if room > 0 {
            found.push(value + 1);
        }
    }
    found
}

#[dlp::parallel]
fn in_an_argument(values: &[u32]) -> (u32, Vec<u32>) {
    let (mut total, mut sums) = (0, Vec::new());
    for value in values {
        total += value;
        sums.push(u32::pow(total, 2));
        sums.push(sums.iter().sum());
    }
    (total, sums)
}

#[dlp::parallel]
fn in_text(values: &[u32]) -> u32 {
    let mut total = 0;
    for value in values {
        total += value;
        println!("{total} {}", total);
        eprintln!("{value} {total:?}");
    }
    total
}

#[dlp::parallel]
fn in_closures(values: &[u32]) -> (u32, Vec<u32>) {
    let (mut total, mut all) = (0, vec![]);
    for value in values {
        total += value;
        let close = values.iter().filter(|other| **other > total).count();
        all.push(close as u32);
        all.retain(|other| *other != total);
    }
    (total, all)
}

#[dlp::parallel]
fn under_another_name(values: &[u32]) -> u32 {
    let mut total = 0;
    for value in values {
        total += value;
        let total = total + 1;
        drop(total);
    }
    total
}

struct Model {
    weight: f64,
    total: f64,
}

impl Model {
    fn cost(&self, x: f64) -> f64 {
        self.weight * x
    }

    #[dlp::parallel]
    fn train(&mut self, values: &[f64]) {
        for value in values {
            let cost = self.cost(*value);
            self.total += cost * self.weight;
        }
    }
}

macro_rules! show {
    ($($what:tt)*) => {};
}

#[dlp::parallel]
fn in_an_unknown_macro(values: &[u32]) -> u32 {
    let mut total = 0;
    for value in values {
        total += value;
        show!("{}", total);
    }
    total
}

#[dlp::parallel]
fn a_buffer(values: &[u32]) -> usize {
    use std::fmt::Write;
    let (mut buffer, mut total) = (String::new(), 0);
    for value in values {
        buffer.clear();
        write!(buffer, "{value}").unwrap();
        total += buffer.len();
    }
    total + buffer.len()
}

fn main() {
    println!("{:?}", a_buffer(&[1]));
    println!("{:?}", in_a_condition(&[1]));
    println!("{:?}", in_an_argument(&[1]));
    println!("{:?}", in_text(&[1]));
    println!("{:?}", in_closures(&[1]));
    println!("{:?}", under_another_name(&[1]));
    println!("{:?}", in_an_unknown_macro(&[1]));
    Model { weight: 1.0, total: 0.0 }.train(&[1.0]);
}
