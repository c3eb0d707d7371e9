//! Ways out of the loop.

use std::future::ready;

#[dlp::parallel]
fn by_break(values: &[u32]) -> Vec<u32> {
    let mut found = Vec::new();
    'all: for value in values {
        for other in values {
            if other > value {
                break;
            }
            if other == value {
                break 'all;
            }
        }
        if *value > 3 {
            break;
        }
        found.push(value + 1);
    }
    found
}

#[dlp::parallel]
fn by_return(values: &[u32]) -> Option<u32> {
    for value in values {
        let square = || return value * value;
        if square() > 3 {
            return Some(*value);
        }
    }
    None
}

#[dlp::parallel]
fn by_question(texts: &[&str]) -> Result<Vec<u32>, std::num::ParseIntError> {
    use std::fmt::Write;
    let (mut values, mut text) = (Vec::new(), String::new());
    for word in texts {
        let value = word.parse()?;
        values.push(value);
        write!(text, "{value}").map_err(|_| word.parse::<u32>().unwrap_err())?;
    }
    Ok(values)
}

#[dlp::parallel]
fn by_a_label(values: &[u32]) -> u32 {
    let mut total = 0;
    'block: {
        for value in values {
            if *value > 3 {
                break 'block;
            }
            total += value;
        }
    }
    total
}

#[dlp::parallel]
fn by_await(values: &[u32]) -> u32 {
    let mut total = 0;
    for value in values {
        total += ready(*value).await;
    }
    total
}

fn main() {
    println!("{:?}", by_break(&[1]));
    println!("{:?}", by_return(&[1]));
    println!("{:?}", by_question(&["1"]));
    println!("{:?}", by_a_label(&[1]));
    println!("{:?}", by_await(&[1]));
}
