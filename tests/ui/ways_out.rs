//! Ways out of the loop that cannot be taken.

use std::future::ready;

macro_rules! whatever {
    ($message:literal) => {
        return Err($message.to_owned())
    };
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
fn by_the_label_of_a_loop(values: &[u32]) -> u32 {
    let mut total = 0;
    'rounds: for round in 0..3 {
        #[parallel]
        for value in values {
            if *value > round {
                continue 'rounds;
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

#[dlp::parallel]
fn by_a_macro(values: &[u32]) -> Result<u32, String> {
    let mut total = 0;
    for value in values {
        if *value > 3 {
            whatever!("too much");
        }
        total += value;
    }
    Ok(total)
}

#[dlp::parallel(gather = "none")]
fn for_each_rank(values: &[u32]) -> Option<u32> {
    let mut total = 0;
    for value in values {
        if *value > 3 {
            break;
        }
        total += value.checked_mul(2)?;
        if *value == 2 {
            return None;
        }
    }
    Some(total)
}

#[dlp::parallel(gather = "root")]
fn an_error_of_the_root(values: &[u32]) -> Result<u32, String> {
    let mut total = 0;
    for value in values {
        if *value > 3 {
            return Err(format!("after {total}"));
        }
        total += value;
    }
    Ok(total)
}

fn main() {
    println!("{:?}", by_a_label(&[1]));
    println!("{:?}", by_the_label_of_a_loop(&[1]));
    println!("{:?}", by_await(&[1]));
    println!("{:?}", by_a_macro(&[1]));
    println!("{:?}", for_each_rank(&[1]));
    println!("{:?}", an_error_of_the_root(&[1]));
}
