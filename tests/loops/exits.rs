//! Loops that are left: by `break`, `return` and `?`, in the parallel part and in effects.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::fmt::Write;
use std::io;
use std::num::ParseIntError;
use std::ops::ControlFlow;

use super::work;

invariant! {
    broken_off(40);
    broken_off(3);
    broken_off_by_label(30);
    broken_off_in_a_match(&["a", "b", "stop", "c"]);
    first_over(&[3, 1, 9, 4, 12], 8);
    first_over(&[3, 1], 8);
    position_and_rest(20);
    returns_nothing();
    returns_the_accumulator(30);
    returns_an_opaque_type(&["1", "4", "-1", "zz"]);
    Points::sum(&["a", "b"]);
    Points::sum(&["a", "", "b", ""]);
    Points::until(&["a", "b", "", "c"]);
    parsed(&["1", "2", "3"]);
    parsed(&["1", "x", "3", "y"]);
    parsed_or_boxed(&["1", "x", "3"], 9);
    parsed_or_boxed(&["1", "5", "3"], 4);
    an_io_error(&["1", "x"]);
    an_io_error(&["1", "2"]);
    an_own_error(&["1", "x", "-4"]);
    an_own_error(&["1", "-4", "x"]);
    a_text_error(&["1", "x", "-4"]);
    with_context(&["1", "x"]);
    in_inner_loops(12);
    from_an_endless_source(50);
    from_an_endless_source_by_return(50);
    a_panic_past_the_end(&["1", "2", "", "x", "y"]);
    a_panic_past_a_return(&["1", "2", "", "x", "y"]);
    by_control_flow(9);
    effects_before_the_exit(20);
    an_effect_that_fails(5);
    an_effect_that_fails(50);
    an_element_by_reference(&[4, 8, 15], 8);
    an_item_by_value(5);
    a_generic_item(&["a", "b"], &"b");
    found_or_checked(&["1", "2", "x"]);
    index_and_value_may_fail(&["0 7", "1 x", "z 3"]);
    an_error_without_a_value(&[1, 2, 3]);
    nested_results(&["1,2", "3,x"]);
    a_reference_to_text("a b stop c");
    by_if_let(&[Some(1), None, Some(2)]);
    errors_of_several_kinds(&["1", "2", "300", "x"]);
    a_source_that_cannot_be_cloned(&["1", "x", "2"]);
}

#[dlp::parallel]
fn broken_off(n: u64) -> (Vec<u64>, f64) {
    let (mut all, mut total) = (Vec::new(), 0.0);
    for x in 0..n {
        let y = work(x);
        if x > 10 && y % 5 == 0 {
            break;
        }
        all.push(y);
        total += 0.1 * y as f64;
        if y == 999 {
            break;
        }
        all.push(x);
    }
    (all, total)
}

#[dlp::parallel(chunk = 1)]
fn broken_off_by_label(n: u64) -> Vec<u64> {
    let mut primes = Vec::new();
    'all: for x in 2..n {
        for y in 2..x {
            if x % y == 0 {
                continue 'all;
            }
            if x * y > 300 {
                break 'all;
            }
        }
        primes.push(x);
    }
    primes
}

#[dlp::parallel]
fn broken_off_in_a_match(words: &[&str]) -> String {
    let mut text = String::new();
    for word in words {
        let upper = match *word {
            "stop" => break,
            other => other.to_uppercase(),
        };
        text += &upper;
    }
    text
}

#[dlp::parallel]
fn first_over(values: &[u64], limit: u64) -> Option<(usize, u64)> {
    let mut seen = 0;
    for (at, &value) in values.iter().enumerate() {
        seen += 1;
        if value > limit {
            return Some((at, value * 2));
        }
    }
    (seen > 3).then_some((seen, 0))
}

#[dlp::parallel]
fn position_and_rest(n: usize) -> Result<usize, Vec<u64>> {
    let mut rest = vec![];
    for x in 0..n {
        let y = work(x as u64);
        if y % 97 == 0 && x > 0 {
            return Ok(x + rest.len());
        }
        rest.push(y);
    }
    Err(rest)
}

fn returns_nothing() -> Vec<u32> {
    let mut out = vec![7];
    fill(&mut out, 30);
    out
}

#[dlp::parallel]
fn fill(out: &mut Vec<u32>, n: u32) {
    for x in 0..n {
        if x * x > 50 {
            return;
        }
        out.push(x);
    }
    out.push(1000);
}

#[dlp::parallel]
fn returns_the_accumulator(n: u64) -> (Vec<u64>, BTreeMap<u64, u64>) {
    let (mut all, mut counts) = (Vec::new(), BTreeMap::new());
    for x in 0..n {
        let y = work(x) % 10;
        *counts.entry(y).or_insert(0) += 1;
        if y == 7 && x > 5 {
            return (all, counts);
        }
        all.push(x);
    }
    all.clear();
    (all, counts)
}

#[dlp::parallel]
fn opaque<'a>(texts: &'a [&'a str]) -> Result<impl Iterator<Item = f64> + use<'a>, Box<dyn Error>> {
    let mut results = Vec::new();
    for text in texts {
        let value: f64 = text.parse()?;
        if value < 0.0 {
            return Ok(results.into_iter());
        }
        results.push(value.sqrt());
    }
    Ok(results.into_iter())
}

fn returns_an_opaque_type(texts: &[&str]) -> (Vec<f64>, String) {
    let left = opaque(texts).map(Iterator::collect).unwrap_or_default();
    (left, opaque(&texts[3..]).map(|_| ()).unwrap_err().to_string())
}

#[derive(Debug, PartialEq)]
struct Points(u32);

impl Points {
    #[dlp::parallel]
    fn sum(words: &[&str]) -> Option<Self> {
        let mut points = Self(0);
        for word in words {
            let first = word.chars().next()?;
            points.0 += first as u32;
        }
        Some(points)
    }

    #[dlp::parallel]
    fn until(words: &[&str]) -> Self {
        let mut points = Self(0);
        for word in words {
            let Some(first) = word.chars().next() else { return points };
            points.0 += first as u32;
        }
        Self(0)
    }
}

#[dlp::parallel]
fn parsed(texts: &[&str]) -> Result<Vec<i64>, ParseIntError> {
    let mut values = Vec::new();
    for text in texts {
        values.push(text.parse()?);
    }
    Ok(values)
}

#[dlp::parallel]
fn boxed(texts: &[&str], limit: i64) -> Result<i64, Box<dyn Error>> {
    let mut total = 0;
    for text in texts {
        let value: i64 = text.parse()?;
        if value > limit {
            return Err(format!("{value} is over {limit}").into());
        }
        total += value;
    }
    if total == 0 {
        Err("nothing")?
    }
    Ok(total)
}

fn parsed_or_boxed(texts: &[&str], limit: i64) -> Result<i64, String> {
    boxed(texts, limit).map_err(|error| error.to_string())
}

#[dlp::parallel]
fn io(texts: &[&str]) -> io::Result<u32> {
    let mut total = 0;
    for text in texts {
        total += text.parse::<u32>().map_err(io::Error::other)?;
        std::fs::read_dir("/")?;
    }
    Ok(total)
}

fn an_io_error(texts: &[&str]) -> String {
    match io(texts) {
        Ok(total) => total.to_string(),
        // The true error, with its causes.
        Err(error) => {
            format!("{:?} {:?}", error.kind(), error.into_inner().unwrap().downcast::<ParseIntError>())
        }
    }
}

#[derive(Debug)]
#[allow(dead_code, reason = "shown")]
enum Own {
    Number(ParseIntError),
    Negative { line: usize, value: i64 },
}

impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl Error for Own {}

impl From<ParseIntError> for Own {
    fn from(error: ParseIntError) -> Self {
        Self::Number(error)
    }
}

#[dlp::parallel]
fn an_own_error(texts: &[&str]) -> Result<i64, Own> {
    let mut total = 0;
    for (line, text) in texts.iter().enumerate() {
        let value = text.parse::<i64>()?;
        if value < 0 {
            return Err(Own::Negative { line, value });
        }
        total += value;
    }
    Ok(total)
}

#[dlp::parallel]
fn a_text_error(texts: &[&str]) -> Result<i64, String> {
    let mut total = 0;
    for text in texts {
        let value: i64 = match text.parse() {
            Ok(value) => value,
            Err(error) => return Err(format!("{text}: {error}")),
        };
        if value < 0 {
            Err(format!("{value} < 0"))?;
        }
        total += value;
    }
    Ok(total)
}

#[dlp::parallel]
fn context(texts: &[&str]) -> anyhow::Result<Vec<i32>> {
    use anyhow::Context;
    let mut values = vec![];
    for text in texts {
        let value = text.parse::<i32>().with_context(|| format!("in {text:?}"))?;
        if value > 1000 {
            return Err(anyhow::anyhow!("{value} is too much"));
        }
        values.push(value);
    }
    Ok(values)
}

fn with_context(texts: &[&str]) -> String {
    let error = context(texts).unwrap_err();
    format!("{error:#} {}", error.downcast_ref::<ParseIntError>().is_some())
}

#[dlp::parallel]
fn in_inner_loops(n: u64) -> Option<(u64, u64, u64)> {
    let mut tried = 0;
    for a in 1..n {
        let mut b = a;
        while b < n {
            for c in b..n {
                tried += 1;
                if a * a + b * b == c * c && a > 3 {
                    return Some((a, b, c + tried));
                }
                if c > 11 {
                    break;
                }
            }
            b += 1;
        }
    }
    None
}

#[dlp::parallel]
fn from_an_endless_source(limit: u64) -> Vec<u64> {
    let mut squares = vec![];
    for x in 0.. {
        let square = x * x;
        if square > limit {
            break;
        }
        squares.push(square);
    }
    squares
}

#[dlp::parallel]
fn from_an_endless_source_by_return(limit: u64) -> (usize, u64) {
    let mut tried = 0;
    for (at, x) in std::iter::repeat(3_u64).enumerate() {
        let power = x.saturating_pow(at as u32);
        if power > limit {
            return (tried, power);
        }
        tried += 1;
    }
    unreachable!()
}

#[dlp::parallel(chunk = 1)]
fn a_panic_past_the_end(lines: &[&str]) -> i32 {
    let mut total = 0;
    for line in lines {
        if line.is_empty() {
            break;
        }
        total += line.parse::<i32>().unwrap();
    }
    total
}

#[dlp::parallel(chunk = 1)]
fn a_panic_past_a_return(lines: &[&str]) -> Option<i32> {
    let mut total = 0;
    for (at, line) in lines.iter().enumerate() {
        if line.is_empty() {
            // The others have come to the lines that are no numbers by then.
            std::thread::sleep(std::time::Duration::from_millis(5));
            return Some(total * at as i32);
        }
        total += line.parse::<i32>().unwrap();
    }
    None
}

#[dlp::parallel]
fn by_control_flow(n: u32) -> ControlFlow<u32, Vec<u32>> {
    let mut passed = vec![];
    for x in 0..n {
        let y = if x * x > 20 { ControlFlow::Break(x) } else { ControlFlow::Continue(x + 1) }?;
        passed.push(y);
    }
    ControlFlow::Continue(passed)
}

#[dlp::parallel]
fn effects_before_the_exit(n: u32) -> Vec<String> {
    let mut log = vec![];
    for x in 0..n {
        log.push(format!("{x} begins"));
        for y in 0..x {
            log.push(format!("{x} {y}"));
            if y == 4 {
                return log;
            }
        }
        log.push(format!("{x} ends"));
    }
    log
}

/// Takes so many bytes and no more.
#[derive(Debug)]
struct Full(String, usize);

impl Write for Full {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.0.len() + text.len() > self.1 {
            return Err(fmt::Error);
        }
        self.0.push_str(text);
        Ok(())
    }
}

#[dlp::parallel]
fn written(out: &mut Full, n: u32) -> fmt::Result {
    for x in 0..n {
        writeln!(out, "{x} {}", x * x)?;
        out.1 -= 1;
    }
    Ok(())
}

fn an_effect_that_fails(size: usize) -> (Full, fmt::Result) {
    let mut out = Full(String::new(), size);
    let result = written(&mut out, 7);
    (out, result)
}

#[dlp::parallel]
fn element(values: &[u32], wanted: u32) -> Option<&u32> {
    let mut seen = 0;
    for value in values {
        seen += 1;
        if *value == wanted {
            return Some(value);
        }
    }
    (seen > 100).then_some(&0)
}

fn an_element_by_reference(values: &[u32], wanted: u32) -> bool {
    std::ptr::eq(element(values, wanted).unwrap(), &values[1])
}

#[derive(Clone, Debug)]
struct NotSerde(String);

#[dlp::parallel]
fn an_item_by_value(n: usize) -> Result<Vec<usize>, NotSerde> {
    let names: Vec<NotSerde> = (0..n).map(|x| NotSerde("n".repeat(x))).collect();
    let mut lengths = Vec::new();
    for name in names {
        if name.0.len() > 3 {
            return Err(name);
        }
        lengths.push(name.0.len());
    }
    Ok(lengths)
}

#[dlp::parallel]
fn find<'a, T: PartialEq>(values: &'a [T], wanted: &T) -> Option<&'a T> {
    for value in values {
        if value == wanted {
            return Some(value);
        }
    }
    None
}

fn a_generic_item(values: &[&str], wanted: &&str) -> bool {
    std::ptr::eq(find(values, wanted).unwrap(), &values[1])
}

#[dlp::parallel]
fn found_or_checked(texts: &[&str]) -> Result<bool, ParseIntError> {
    let mut found = false;
    for text in texts {
        let even = text.parse::<u32>()? % 2 == 0;
        found = found || even;
    }
    Ok(found)
}

#[dlp::parallel]
fn index_and_value_may_fail(lines: &[&str]) -> Result<Vec<i32>, String> {
    let mut table = vec![0; 3];
    for line in lines {
        let (index, value) = line.split_once(' ').ok_or("no space")?;
        table[index.parse::<usize>().map_err(|e| format!("index: {e}"))?] =
            value.parse::<i32>().map_err(|e| format!("value: {e}"))?;
    }
    Ok(table)
}

#[derive(Debug)]
struct Nothing;

#[dlp::parallel]
fn an_error_without_a_value(values: &[u32]) -> Result<u32, Nothing> {
    let mut total = 0;
    for value in values {
        if *value == 2 {
            return Err(Nothing);
        }
        total += value;
    }
    Ok(total)
}

#[dlp::parallel]
fn nested_results(lines: &[&str]) -> Result<Vec<Vec<i32>>, Box<dyn Error + Send + Sync>> {
    let mut rows = vec![];
    for line in lines {
        let row = line
            .split(',')
            .map(|cell| Ok(cell.parse::<i32>()?))
            .collect::<Result<Vec<_>, ParseIntError>>()?;
        rows.push(row);
    }
    Ok(rows)
}

#[dlp::parallel]
fn a_reference_to_text(text: &str) -> Option<&str> {
    let mut longest = "";
    for word in text.split(' ') {
        if word == "stop" {
            return Some(word);
        }
        longest = if word.len() > longest.len() { word } else { longest };
    }
    Some(longest)
}

#[dlp::parallel]
fn by_if_let(values: &[Option<u32>]) -> (u32, bool) {
    let mut total = 0;
    for value in values {
        if let Some(value) = value {
            total += value;
        } else {
            return (total, true);
        }
    }
    (total, false)
}

#[dlp::parallel]
fn errors_of_several_kinds(texts: &[&str]) -> Result<Vec<u8>, String> {
    let mut bytes = vec![];
    for text in texts {
        let wide: u32 = text.parse().map_err(|e: ParseIntError| e.to_string())?;
        let byte = u8::try_from(wide).map_err(|e| e.to_string())?;
        let byte = byte.checked_add(1).ok_or_else(|| "full".to_owned())?;
        bytes.push(byte);
    }
    Ok(bytes)
}

#[dlp::parallel]
fn once(texts: &[&str]) -> Result<Vec<u32>, Box<dyn Error>> {
    let mut values = vec![];
    let source: Box<dyn Iterator<Item = &&str>> = Box::new(texts.iter());
    for text in source {
        values.push(text.parse::<u32>()?);
    }
    Ok(values)
}

fn a_source_that_cannot_be_cloned(texts: &[&str]) -> String {
    // The item is gone, so what the error says is all that the other ranks have of it.
    once(texts).unwrap_err().to_string().split(" (in").next().unwrap().to_owned()
}
