//! Effects that cannot be taken apart.

fn index(x: u32) -> usize {
    x as usize
}

fn check(x: u32) -> bool {
    x > 1
}

#[dlp::parallel]
fn both_sides(values: &[u32]) -> [u32; 9] {
    let mut table = [0; 9];
    for value in values {
        table[index(*value)] += index(value + 1) as u32;
    }
    table
}

#[dlp::parallel]
fn not_always(values: &[u32]) -> bool {
    let mut found = false;
    for value in values {
        found = found || check(*value);
    }
    found
}

#[dlp::parallel]
fn mixed(values: &[u32]) -> u32 {
    let mut last = 0;
    for value in values {
        let own;
        (own, last) = (value + 1, value + 2);
        assert!(own > 0);
    }
    last
}

#[dlp::parallel]
fn emptied(values: &[u32]) -> Vec<u32> {
    let mut all = vec![];
    for value in values {
        let mut own = vec![*value];
        all.append(&mut own);
    }
    all
}

#[dlp::parallel]
fn lent(values: &[u32]) -> Vec<u32> {
    let mut all = vec![1];
    for value in values {
        let mut own = *value;
        std::mem::swap(&mut all[0], &mut own);
        all.resize_with(9, || {
            own += 1;
            own
        });
    }
    all
}

#[allow(unused)]
#[dlp::parallel]
fn without_a_value(values: &[u32]) {
    let mut last;
    for value in values {
        last = value + 1;
    }
}

#[dlp::parallel]
fn conditional(values: &[u32]) -> Vec<u32> {
    let mut all = vec![];
    for value in values {
        #[cfg(test)]
        all.push(*value);
        #[cfg_attr(test, allow(unused))]
        let twice = value * 2;
        all.push(twice);
    }
    all
}

macro_rules! stop {
    ($($what:tt)*) => { $($what)* };
}

#[dlp::parallel]
fn unknown_macros(values: &[u32]) -> u32 {
    let mut total = 0;
    for value in values {
        macro_rules! local {
            () => {};
        }
        stop!(if *value > 3 { continue });
        stop!(assert!("1".parse::<u32>().is_ok()););
        if *value > 3 {
            static CALLS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
            CALLS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
        total += value + 1;
        local!();
    }
    total
}

fn main() {
    println!("{:?}", both_sides(&[1]));
    println!("{:?}", not_always(&[1]));
    println!("{:?}", mixed(&[1]));
    println!("{:?}", emptied(&[1]));
    println!("{:?}", lent(&[1]));
    without_a_value(&[1]);
    conditional(&[1]);
    println!("{:?}", unknown_macros(&[1]));
}
