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
