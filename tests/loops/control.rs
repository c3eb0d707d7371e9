//! Effects under branches, loops, closures and blocks, and `continue`.

use std::collections::BTreeSet;

use super::{same, work};

same! {
    continue_early(20);
    continue_by_label(12);
    both_branches(9);
    arms_of_many_types(9);
    discarded_values("a b a c");
    let_underscore(&[3, 1, 3]);
    if_let_and_let_else(&["1", "x", "22"]);
    inner_while_and_loop(7);
    inner_closures(6);
    an_unsafe_block(4);
    unsafe_effects(4);
    a_loop_in_a_branch(4);
    a_loop_in_an_arm(4);
    a_loop_at_the_end();
    without_effects(4);
    questions_in_closures(&["1", "x"]);
    labels_of_blocks(9);
    shadowed_names(6);
    items_in_the_body(6);
    items_in_a_block_of_the_body(6);
    macros_of_the_standard_library(6);
    inside_another(6);
    with_a_constant_strategy(9);
}

#[dlp::parallel]
fn continue_early(n: u64) -> Vec<u64> {
    let mut kept = Vec::new();
    for x in 0..n {
        if x % 3 == 0 {
            continue;
        }
        let y = match x % 5 {
            0 => continue,
            rest => rest,
        };
        kept.push(x * y);
    }
    kept
}

#[dlp::parallel]
fn continue_by_label(n: u64) -> Vec<u64> {
    let mut primes = Vec::new();
    'candidates: for x in 2..n {
        for y in 2..x {
            if y * y > x {
                break;
            }
            if x % y == 0 {
                continue 'candidates;
            }
        }
        primes.push(x);
    }
    primes
}

#[dlp::parallel]
fn both_branches(n: u64) -> (u64, Vec<u64>, u64) {
    let (mut even, mut odd, mut third) = (0, vec![], 0);
    for x in 0..n {
        if x % 2 == 0 {
            even += work(x);
        } else if x % 3 == 0 {
            third += 1;
        } else {
            odd.push(x);
        }
    }
    (even, odd, third)
}

#[dlp::parallel]
fn arms_of_many_types(n: u64) -> (BTreeSet<u64>, u64, Option<u64>) {
    let mut seen = BTreeSet::new();
    let mut zeros = 0;
    let mut last = None;
    for x in 0..n {
        match work(x) % 4 {
            0 => zeros += 1,
            1 => last = Some(x),
            2 => {
                seen.insert(x);
            }
            _ if x == 4 => {}
            _ => {
                let y = x + 1;
                seen.insert(y);
            }
        };
    }
    (seen, zeros, last)
}

#[dlp::parallel]
fn discarded_values(text: &str) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    for word in text.split(' ') {
        if word > "a" {
            seen.insert(word.to_owned())
        } else {
            false
        };
        match word.len() {
            1 => seen.insert(format!("{word}{word}")),
            _ => true,
        };
        seen.insert(word.to_uppercase());
    }
    seen
}

#[dlp::parallel]
fn let_underscore(values: &[i32]) -> BTreeSet<i32> {
    let mut seen = BTreeSet::new();
    for &value in values {
        let _ = seen.insert(value * 2);
        let _: bool = seen.insert(value * 3);
        _ = seen.insert(value * 4);
        _ = value;
    }
    seen
}

#[dlp::parallel]
fn if_let_and_let_else(texts: &[&str]) -> (Vec<i64>, Vec<String>) {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for text in texts {
        if let Ok(value) = text.parse::<i64>() {
            good.push(value);
        }
        let Err(error) = text.parse::<i64>() else {
            good.push(-1);
            continue;
        };
        bad.push(error.to_string());
    }
    (good, bad)
}

#[dlp::parallel]
fn inner_while_and_loop(n: u64) -> (Vec<u64>, u64) {
    let (mut steps, mut total) = (Vec::new(), 0);
    for x in 1..n {
        let mut y = x;
        let mut count = 0_i32;
        while y != 1 {
            y = if y % 2 == 0 { y / 2 } else { 3 * y + 1 };
            count += 1;
            total += y;
        }
        loop {
            count -= 1;
            if count <= 0 || y > 1 {
                break;
            }
            steps.push(x * 100 + count as u64);
        }
    }
    (steps, total)
}

#[dlp::parallel]
fn inner_closures(n: u64) -> (Vec<u64>, u64) {
    let (mut all, mut total) = (Vec::new(), 0);
    for x in 0..n {
        (0..x).for_each(|y| all.push(x * y));
        (0..x).map(|y| y + 1).for_each(|y| total += y);
        Some(x).into_iter().for_each(|y| {
            if y > 2 {
                all.push(y);
            }
        });
    }
    (all, total)
}

#[dlp::parallel]
fn shadowed_names(n: u32) -> (Vec<u32>, Vec<String>) {
    let (mut x, mut all) = (vec![], vec![]);
    let y = "outer";
    for item in 0..n {
        x.push(item);
        all.push(y.to_string());
        let y = item * 2;
        all.push(y.to_string());
        {
            let mut x = vec![1];
            x.push(y);
            let all = x;
            assert_eq!(all.len(), 2);
        }
        let item = y + 1;
        x.push(item);
    }
    (x, all)
}

#[dlp::parallel]
fn items_in_the_body(n: u32) -> (Vec<u32>, String) {
    let (mut all, mut text) = (vec![], String::new());
    for x in 0..n {
        use std::fmt::Write;
        const STEP: u32 = 10;
        fn double(x: u32) -> u32 {
            x * 2
        }
        struct Wrapped(u32);
        let wrapped = Wrapped(x);
        all.push(STEP);
        all.push(double(wrapped.0));
        write!(text, "{STEP}").unwrap();
    }
    (all, text)
}

#[dlp::parallel]
fn items_in_a_block_of_the_body(n: u32) -> Vec<u32> {
    let mut all = vec![];
    for x in 0..n {
        if x % 2 == 0 {
            const STEP: u32 = 10;
            all.push(STEP);
        } else {
            const STEP: u32 = 20;
            all.push(STEP + x);
        }
    }
    all
}

#[allow(unsafe_code)]
#[dlp::parallel]
fn an_unsafe_block(n: u32) -> Vec<u32> {
    unsafe fn risky(x: u32) -> u32 {
        x + 1
    }
    let mut all = vec![];
    // SAFETY: `risky` asks for nothing.
    unsafe {
        for x in 0..n {
            all.push(risky(x));
        }
    }
    all
}

#[allow(unsafe_code)]
#[dlp::parallel]
fn unsafe_effects(n: usize) -> Vec<u64> {
    let mut all = vec![0; n];
    for x in 0..n {
        let y = work(x as u64);
        // SAFETY: `x` is below the length.
        unsafe { *all.get_unchecked_mut(x) = y };
    }
    all
}

#[dlp::parallel]
fn a_loop_in_a_branch(n: u32) -> Vec<u32> {
    let mut all = vec![];
    if let Some(last) = n.checked_sub(1) {
        for x in 0..=last {
            all.push(x + last);
        }
    } else {
        all.push(0);
    }
    all
}

#[dlp::parallel]
fn a_loop_in_an_arm(n: u32) -> Vec<u32> {
    let mut all = vec![];
    match n {
        0 => {}
        _ => {
            for x in 0..n {
                all.push(x + 1);
            }
        }
    }
    all
}

fn a_loop_at_the_end() -> u32 {
    #[dlp::parallel]
    fn into(total: &mut u32) {
        for x in 0..9 {
            *total += x;
        }
    }
    let mut total = 0;
    into(&mut total);
    total
}

#[dlp::parallel]
fn without_effects(n: u32) -> u32 {
    for x in 0..n {
        assert!(work(x.into()) < 1000);
    }
    n
}

#[dlp::parallel]
fn questions_in_closures(texts: &[&str]) -> Vec<Result<i32, String>> {
    let mut all = vec![];
    for text in texts {
        let read = || -> Result<i32, std::num::ParseIntError> {
            let value: i32 = text.parse()?;
            if value == 0 {
                return Ok(-1);
            }
            Ok(value + 1)
        };
        all.push(read().map_err(|error| error.to_string()));
    }
    all
}

#[dlp::parallel]
fn macros_of_the_standard_library(n: u32) -> (Vec<Vec<u32>>, Vec<String>) {
    let (mut lists, mut texts) = (vec![], vec![]);
    for x in 0..n {
        let list = vec![x; 2];
        lists.push(vec![match x {
            0 => continue,
            x => x + 1,
        }]);
        lists.push(list.clone());
        texts.push(format!("{x:>width$} {list:?} {:.*}", 2, 0.5, width = 4));
        if matches!(x, y if y > 2) {
            texts.push(String::from("more"));
        }
        debug_assert_eq!(list.len(), 2, "{x}");
        print!("");
    }
    (lists, texts)
}

#[dlp::parallel]
fn inside_another(n: u64) -> Vec<Vec<u64>> {
    let mut all = vec![];
    for x in 0..n {
        all.push(continue_early(x));
    }
    all
}

const CHOSEN: dlp::Strategy = dlp::Strategy::RoundRobin;

const AT_A_TIME: u64 = 2;

#[dlp::parallel(strategy = CHOSEN, chunk = AT_A_TIME + 1, gather = "all", manager = "dedicated")]
fn with_a_constant_strategy(n: u64) -> Vec<u64> {
    let mut all = vec![];
    for x in 0..n {
        all.push(work(x));
    }
    all
}

#[dlp::parallel]
fn labels_of_blocks(n: u32) -> Vec<u32> {
    let mut all = vec![];
    for x in 0..n {
        let kind = 'kind: {
            if x % 2 == 0 {
                break 'kind 0;
            }
            if x % 3 == 0 {
                break 'kind 1;
            }
            2
        };
        'effects: {
            if kind == 0 {
                break 'effects;
            }
            all.push(kind + x);
        }
    }
    all
}
