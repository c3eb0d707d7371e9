//! `gather = "root"`: the root has what the serial program has, and the others leave after the loop.

use std::fmt::Debug;
use std::io;

/// The root has what one rank alone has, and every other rank has `elsewhere`.
#[track_caller]
fn on_root<T: Debug>(function: impl Fn() -> T + Sync, elsewhere: &str) {
    let run = |ranks| dlp::testing::run(ranks, || format!("{:?}", function()));
    let alone = run(1).remove(0);
    for ranks in super::RANKS {
        for (rank, result) in run(ranks).into_iter().enumerate() {
            let expected = if rank == 0 { alone.as_str() } else { elsewhere };
            assert_eq!(result, expected, "rank {rank} of {ranks}");
        }
    }
}

#[dlp::parallel(gather = "root")]
fn value(n: u32) -> Vec<u32> {
    let mut all = Vec::new();
    if n > 100 {
        return vec![0];
    }
    for x in 0..n {
        all.push(x * x);
    }
    assert_eq!(all.len(), n as usize, "only the root comes here");
    all
}

#[test]
fn a_value_becomes_an_option() {
    on_root(|| value(7), "None");
    on_root(|| value(101), "Some([0])");
}

#[dlp::parallel(gather = "root", strategy = "round_robin")]
fn result(text: &str) -> Result<(f64, Box<dyn Debug>), Box<dyn std::error::Error>> {
    let offset: f64 = text.parse()?;
    let mut total = 0.0;
    if offset > 100.0 {
        return Err("too much".into());
    }
    for x in 0..10 {
        total += offset / f64::from(x + 1);
    }
    if total < 0.0 { Err(format!("{total} is below 0").into()) } else { Ok((total, Box::new("done"))) }
}

#[test]
fn a_result_has_an_option_inside() {
    on_root(|| result("0.5"), "Ok(None)");
    on_root(|| result("x"), "Err(ParseFloatError { kind: Invalid })");
    on_root(|| result("101"), "Err(\"too much\")");
    on_root(|| result("-1"), "Ok(None)");
}

#[dlp::parallel(gather = "root")]
fn computed_result(n: u32) -> io::Result<Vec<u32>> {
    let mut all = Vec::new();
    for x in 0..n {
        all.push(x + 1);
    }
    let check = |value: u32| if value > 5 { Err(io::Error::other("too much")) } else { Ok(value) };
    all.into_iter().map(check).collect()
}

#[test]
fn a_result_that_is_computed_is_wrapped_too() {
    on_root(|| computed_result(3), "Ok(None)");
    on_root(|| computed_result(9), "Ok(None)");
}

#[dlp::parallel(gather = "root")]
fn option(texts: &[&str]) -> Option<usize> {
    let first = texts.first()?;
    let mut longest = 0;
    for text in texts {
        longest = longest.max(text.len());
    }
    (longest > first.len()).then_some(longest)
}

#[test]
fn an_option_is_inside_another() {
    on_root(|| option(&["a", "bcd"]), "None");
    on_root(|| option(&["a", "b"]), "None");
    on_root(|| option(&[]), "Some(None)");
}

#[dlp::parallel(gather = "root")]
fn opaque<'a>(words: &'a [&'a str]) -> impl Iterator<Item = usize> + use<'a> {
    let mut lengths = vec![];
    for word in words {
        lengths.push(word.len() * 2);
    }
    lengths.into_iter()
}

#[test]
fn an_opaque_type_stays_one() {
    on_root(|| opaque(&["a", "bc"]).map(Iterator::collect::<Vec<_>>), "None");
}

#[dlp::parallel(gather = "root")]
fn nothing(out: &mut Vec<u32>) {
    if out.is_empty() {
        out.push(1);
    } else {
        return;
    }
    for x in 0..5 {
        out.push(x);
    }
    out.reverse();
}

#[test]
fn without_a_value_the_others_just_leave() {
    let call = || {
        let mut out = vec![];
        nothing(&mut out);
        out
    };
    on_root(call, "[1]");
}

#[dlp::parallel(gather = "root")]
fn result_of_nothing(text: &str, out: &mut u32) -> Result<(), std::num::ParseIntError> {
    let start: u32 = text.parse()?;
    for x in 0..5 {
        *out += start * x;
    }
    *out += "7".parse::<u32>()?;
    Ok(())
}

#[test]
fn a_result_of_nothing_stays_one() {
    let call = |text| {
        let mut out = 0;
        let result = result_of_nothing(text, &mut out);
        (result, out)
    };
    on_root(|| call("2"), "(Ok(()), 0)");
    on_root(|| call("x"), "(Err(ParseIntError { kind: InvalidDigit }), 0)");
}

#[dlp::parallel(gather = "root")]
fn in_a_block(n: u32) -> u32 {
    let mut total = 0;
    if n > 2 {
        total += 1;
        for x in 0..n {
            total += x;
        }
    }
    match total {
        0 => unreachable!("{n} is more than 2"),
        total => total,
    }
}

#[test]
fn the_loop_may_end_a_block() {
    on_root(|| in_a_block(6), "None");
}

struct Table(Vec<u32>);

impl Table {
    #[dlp::parallel(gather = "root")]
    fn filled(mut self, n: usize) -> Self {
        for at in 0..n {
            self.0[at % 3] += at as u32;
        }
        self
    }
}

#[test]
fn methods_are_as_functions() {
    on_root(|| Table(vec![0; 3]).filled(9).map(|table| table.0), "None");
}

#[test]
fn the_root_goes_on_alone() {
    #[dlp::parallel(gather = "root")]
    fn twice(n: u32) -> Option<Vec<u32>> {
        let mut all = vec![];
        for x in 0..n {
            all.push(x);
        }
        // Another annotated function runs serially here.
        let more = value(n)?;
        all.extend(more);
        Some(all)
    }
    on_root(|| twice(4), "None");
}

/// Every rank has what one rank alone has.
#[track_caller]
fn everywhere<T: Debug>(function: impl Fn() -> T + Sync) {
    super::same(function);
}

#[dlp::parallel(gather = "root")]
fn left_early(n: u32) -> Result<Vec<u32>, Box<dyn std::error::Error>> {
    let mut all = vec![];
    for x in 0..n {
        if x == 8 {
            break;
        }
        if x == 5 && n == 20 {
            return Ok(all);
        }
        if x == 6 && n == 30 {
            return Err(format!("at {x}").into());
        }
        let y: u32 = if x == 7 && n == 40 { "x" } else { "1" }.parse()?;
        all.push(x + y);
        #[serial]
        if all.len() == 4 && n == 50 {
            Err("four")?;
        }
        #[serial]
        if all.len() == 4 && n == 60 {
            return Ok(vec![]);
        }
    }
    all.push(100);
    Ok(all)
}

#[test]
fn a_loop_that_is_left_ends_on_the_root_and_an_error_on_all() {
    on_root(|| left_early(4), "Ok(None)");
    on_root(|| left_early(10), "Ok(None)");
    on_root(|| left_early(20), "Ok(None)");
    everywhere(|| left_early(30).unwrap_err().to_string());
    everywhere(|| left_early(40).unwrap_err().to_string());
    everywhere(|| left_early(50).unwrap_err().to_string());
    on_root(|| left_early(60), "Ok(None)");
}

#[dlp::parallel(gather = "root")]
fn left_early_with_an_option(words: &[&str]) -> Option<Vec<char>> {
    let mut all = vec![];
    for word in words {
        let first = word.chars().next()?;
        if first == 'x' {
            return Some(all);
        }
        all.push(first);
    }
    None
}

#[test]
fn an_option_that_is_left_early() {
    on_root(|| left_early_with_an_option(&["a", "", "b"]), "None");
    on_root(|| left_early_with_an_option(&["a", "xy", "b"]), "None");
    on_root(|| left_early_with_an_option(&["a", "b"]), "None");
}

#[dlp::parallel(gather = "root")]
fn left_early_with_nothing(out: &mut Vec<u32>) {
    for x in 0..9 {
        if x * x > 20 {
            return;
        }
        out.push(x);
    }
    out.clear();
}

#[test]
fn nothing_that_is_left_early() {
    let call = || {
        let mut out = vec![];
        left_early_with_nothing(&mut out);
        out
    };
    on_root(call, "[]");
}

#[dlp::parallel(gather = "root")]
fn two_loops(n: u32) -> u32 {
    let (mut all, mut total) = (vec![], 0);
    #[parallel]
    for x in 0..n {
        all.push(x * x);
    }
    // Here every rank has what the first loop gave.
    assert_eq!(all.len(), n as usize);
    #[parallel]
    for x in &all {
        total += x + 1;
    }
    assert!(dlp::is_root());
    total
}

#[test]
fn the_ranks_part_after_the_last_loop() {
    on_root(|| two_loops(7), "None");
}

#[dlp::parallel(gather = "root")]
fn rounds(n: u32) -> Vec<u32> {
    let mut all = vec![1];
    for _ in 0..n {
        let length = all.len() as u32;
        #[parallel]
        for x in 0..length {
            all.push(x + length);
        }
    }
    all
}

#[test]
fn a_loop_in_a_loop_is_everybodys_until_the_last_round() {
    on_root(|| rounds(3), "None");
}
