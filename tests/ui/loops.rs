//! Functions of which it is not clear what to split.

#[dlp::parallel]
fn no_loop(values: &[u32]) -> u32 {
    values[0]
}

#[dlp::parallel]
fn only_while(mut x: u32) -> u32 {
    while x > 3 {
        x /= 2;
    }
    x
}

#[dlp::parallel]
fn only_inside(values: &[u32]) -> u32 {
    let add = || {
        let mut total = 0;
        for value in values {
            total += value;
        }
        total
    };
    add()
}

#[dlp::parallel]
fn several(values: &[u32]) -> u32 {
    let mut total = 0;
    for value in values {
        total += value;
    }
    for value in values {
        total += value * 2;
    }
    if total > 3 {
        for value in values {
            total += value * 3;
        }
    }
    total
}

fn main() {
    println!("{}", no_loop(&[1]) + only_while(9) + only_inside(&[1]) + several(&[1]));
}
