//! Loops that go on after an iteration has failed: what they return is what the serial loop returns without those iterations.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use dlp::testing::World;

use super::work;

/// The indices and messages of what was left out since the last time, without the places in the messages.
fn left_out() -> Vec<(u64, String)> {
    let told = |failure: dlp::Failure| {
        let message = failure.message.split(" (tests").next().unwrap_or_default().to_owned();
        (failure.index, message)
    };
    dlp::take_failures().into_iter().map(told).collect()
}

/// Under every world: the value and the failures are these.
#[track_caller]
fn gives<T: std::fmt::Debug>(function: impl Fn() -> T + Sync, expected: &T, failures: &[(u64, &str)]) {
    let expected = format!("{expected:?} {failures:?}");
    let run = || {
        dlp::take_failures();
        format!("{:?} {:?}", function(), left_out())
    };
    assert_eq!(World::new(1).run(run)[0], expected);
    let got = dlp::testing::assert_rank_invariant(run);
    assert_eq!(got, format!("{expected:?}"));
}

#[dlp::parallel(on_error = "skip")]
fn panics(n: u64) -> (Vec<u64>, BTreeMap<u64, u64>) {
    let (mut squares, mut counts) = (vec![], BTreeMap::new());
    for x in 0..n {
        squares.push(x * x);
        assert!(x % 4 != 1, "{x} is one of those");
        *counts.entry(work(x) % 3).or_insert(0) += 1;
    }
    (squares, counts)
}

#[test]
fn a_panic_leaves_its_iteration_out_with_all_its_effects() {
    let (mut squares, mut counts) = (vec![], BTreeMap::new());
    for x in (0..10).filter(|x| x % 4 != 1) {
        squares.push(x * x);
        *counts.entry(work(x) % 3).or_insert(0) += 1;
    }
    let failures = [(1, "1 is one of those"), (5, "5 is one of those"), (9, "9 is one of those")];
    gives(|| panics(10), &(squares, counts), &failures);
    gives(|| panics(0), &(vec![], BTreeMap::new()), &[]);
}

#[derive(Debug)]
struct TooLarge(u64);

impl std::fmt::Display for TooLarge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is too large", self.0)
    }
}

impl std::error::Error for TooLarge {}

#[dlp::parallel(on_error = "skip")]
fn errors(lines: &[&str]) -> Result<u64, Box<dyn std::error::Error>> {
    let mut sum = 0;
    for line in lines {
        let number: u64 = line.parse()?;
        if number > 100 {
            return Err(Box::new(TooLarge(number)));
        }
        if number == 99 {
            return Err("not that one".into());
        }
        sum += number;
    }
    Ok(sum)
}

#[dlp::parallel(on_error = "skip")]
fn nothing_there(words: &[&str]) -> Option<String> {
    let mut firsts = String::new();
    for word in words {
        let first = word.chars().next()?;
        firsts.push(first);
    }
    Some(firsts)
}

#[test]
fn an_error_leaves_its_iteration_out() {
    let lines = ["1", "x", "2", "300", "99", "4"];
    let failures = [(1, "invalid digit found in string"), (3, "300 is too large"), (4, "not that one")];
    gives(|| errors(&lines).unwrap(), &7, &failures);
    gives(|| nothing_there(&["a", "", "bc"]), &Some("ab".to_owned()), &[(1, "there was no value (`None`)")]);
}

#[dlp::parallel(on_error = "skip")]
fn left(n: u32, last: u32) -> Result<Vec<u32>, String> {
    let mut all = vec![];
    for x in 0..n {
        assert!(x != 3 && x != 8, "no {x}");
        if x == last {
            break;
        }
        if x == 11 {
            return Ok(vec![x]);
        }
        all.push(x);
    }
    Ok(all)
}

#[test]
fn a_way_out_that_is_no_error_leaves() {
    gives(|| left(20, 6), &Ok(vec![0, 1, 2, 4, 5]), &[(3, "no 3")]);
    gives(|| left(20, 15), &Ok(vec![11]), &[(3, "no 3"), (8, "no 8")]);
    gives(|| left(5, 99), &Ok(vec![0, 1, 2, 4]), &[(3, "no 3")]);
}

#[dlp::parallel(on_error = "skip")]
fn in_place(n: u64) -> Vec<u64> {
    let mut values: Vec<u64> = (0..n).collect();
    for (at, value) in values.iter_mut().enumerate() {
        *value += 100;
        assert!(at % 3 != 2, "half done");
        *value *= 2;
    }
    values
}

#[test]
fn items_of_failed_iterations_stay_as_they_were() {
    gives(|| in_place(7), &vec![200, 202, 2, 206, 208, 5, 212], &[(2, "half done"), (5, "half done")]);
}

#[dlp::parallel(on_error = "skip")]
fn in_order(n: u64) -> (String, Vec<u64>) {
    let (mut text, mut lengths, mut buffer) = (String::new(), vec![], String::new());
    for x in 0..n {
        buffer.clear();
        buffer.push_str(&work(x).to_string());
        assert!(x != 2, "two");
        #[serial]
        {
            text.push_str(&buffer);
            if text.len() > 12 {
                continue;
            }
        }
        assert!(x != 4, "four");
        lengths.push(buffer.len() as u64);
    }
    (text, lengths)
}

#[test]
fn pieces_in_loop_order_of_failed_iterations_do_not_happen() {
    let (mut text, mut lengths) = (String::new(), vec![]);
    for x in (0..8).filter(|x| ![2, 4].contains(x)) {
        let digits = work(x).to_string();
        text.push_str(&digits);
        if text.len() <= 12 {
            lengths.push(digits.len() as u64);
        }
    }
    gives(|| in_order(8), &(text, lengths), &[(2, "two"), (4, "four")]);
}

/// How often each iteration was attempted.
struct Tries([AtomicU32; 8]);

impl Tries {
    fn new() -> Self {
        Self(std::array::from_fn(|_| AtomicU32::new(0)))
    }

    /// Which attempt this is of an iteration, from 1 on.
    fn next(&self, x: usize) -> u32 {
        self.0[x].fetch_add(1, Ordering::Relaxed) + 1
    }
}

#[dlp::parallel(retry = 2)]
fn tried(n: usize, needs: u32, tries: &Tries) -> Vec<usize> {
    let mut all = vec![];
    for x in 0..n {
        all.push(x);
        let attempt = tries.next(x);
        assert!(x != 3 || attempt >= needs, "attempt {attempt}");
        all.push(x * 10);
    }
    all
}

#[test]
fn an_iteration_is_tried_again_and_leaves_nothing_of_the_attempts_before() {
    let expected: Vec<usize> = (0..8).flat_map(|x| [x, x * 10]).collect();
    for ranks in [1, 2, 3] {
        for needs in 1..=3 {
            let tries = Tries::new();
            let got = World::new(ranks).run(|| (tried(8, needs, &tries), dlp::failures()));
            assert!(got.iter().all(|got| *got == (expected.clone(), vec![])));
            assert_eq!(tries.0[3].load(Ordering::Relaxed), needs);
        }
    }
}

#[test]
#[should_panic(expected = "attempt 3")]
fn a_panic_in_the_last_attempt_ends_the_job() {
    World::new(2).run(|| tried(8, 4, &Tries::new()));
}

#[test]
#[should_panic(expected = "attempt 3")]
fn a_panic_in_the_last_attempt_is_the_panic_of_a_rank_that_is_alone() {
    tried(8, 4, &Tries::new());
}

const AGAIN: u32 = 1;

#[dlp::parallel(retry = AGAIN, on_error = "skip")]
fn tried_and_left_out(n: usize, tries: &Tries) -> Vec<u32> {
    let mut all = vec![];
    for x in 0..n {
        let attempt = tries.next(x);
        assert!(x % 2 == 0 || attempt > x as u32, "{x} in attempt {attempt}");
        all.push(attempt);
    }
    all
}

#[dlp::parallel(retry = 1)]
fn tried_and_given_up(lines: &[&str], tries: &Tries) -> Result<Vec<u32>, std::num::ParseIntError> {
    let mut all = vec![];
    for (at, line) in lines.iter().enumerate() {
        tries.next(at);
        all.push(line.parse()?);
    }
    Ok(all)
}

#[test]
fn the_last_attempt_decides() {
    for ranks in [1, 2, 4] {
        let tries = Tries::new();
        let got = World::new(ranks).run(|| (tried_and_left_out(5, &tries), left_out()));
        let failures = vec![(3, "3 in attempt 2".to_owned())];
        assert!(got.iter().all(|got| *got == (vec![1, 2, 1, 1], failures.clone())), "{got:?}");
        let tries = Tries::new();
        let got = World::new(ranks).run(|| tried_and_given_up(&["1", "2", "x", "4"], &tries).unwrap_err());
        assert!(got.iter().all(|error| error.to_string() == "invalid digit found in string"));
        // On other ranks it is run once more, for the true error.
        assert!(ranks > 1 || tries.0[2].load(Ordering::Relaxed) == 2);
    }
}

#[dlp::parallel(on_error = "skip", gather = "root")]
fn at_the_root(n: u64) -> Vec<u64> {
    let mut all = vec![];
    for x in 0..n {
        assert!(x != 3, "three");
        all.push(x);
    }
    all
}

#[dlp::parallel(on_error = "skip", gather = "none", strategy = "round_robin")]
fn of_each(lines: &[&str]) -> Result<Vec<u64>, std::num::ParseIntError> {
    let mut all = vec![];
    for line in lines {
        let number = line.parse()?;
        all.push(number);
    }
    Ok(all)
}

#[test]
fn who_has_the_result_has_the_failures() {
    let got = World::new(3).run(|| (at_the_root(6), left_out()));
    assert_eq!(got[0], (Some(vec![0, 1, 2, 4, 5]), vec![(3, "three".to_owned())]));
    assert_eq!(got[1..], [(None, vec![]), (None, vec![])]);
    let got = World::new(2).run(|| (of_each(&["0", "1", "2", "x", "4"]).unwrap(), left_out().len()));
    assert_eq!(got, [(vec![0, 2, 4], 0), (vec![1], 1)]);
}

#[dlp::parallel(on_error = "skip")]
fn a_chain(words: &[&str]) -> Vec<f64> {
    words.iter().map(|word| word.parse::<f64>().expect("a number")).filter(|x| *x > 1.0).collect()
}

#[dlp::parallel]
fn marked(words: &[&str]) -> (Vec<usize>, u32) {
    let mut lengths = vec![];
    for word in words.iter().filter(|word| word.len() < 9) {
        lengths.push(word.len());
    }
    let mut sum = 0;
    #[parallel(on_error = "skip", chunk = 1)]
    for word in words {
        let number: u32 = word.parse().unwrap();
        sum += number;
    }
    (lengths, sum)
}

#[dlp::parallel]
fn inside_another(n: usize) -> Vec<Vec<f64>> {
    let mut all = vec![];
    for x in 0..n {
        let numbers = a_chain(&["3", "x", "4"][..x % 4]);
        all.push(numbers);
    }
    all
}

#[test]
fn chains_marks_and_loops_inside_of_loops() {
    let invalid = "a number: ParseFloatError { kind: Invalid }";
    gives(|| a_chain(&["1", "2.5", "x", "7"]), &vec![2.5, 7.0], &[(2, invalid)]);
    let parse = "called `Result::unwrap()` on an `Err` value: ParseIntError { kind: InvalidDigit }";
    gives(|| marked(&["1", "two", "3"]), &(vec![1, 3, 1], 4), &[(1, parse)]);
    let expected = vec![vec![], vec![3.0], vec![3.0], vec![3.0, 4.0], vec![]];
    gives(|| inside_another(5), &expected, &[(1, invalid), (1, invalid)]);
}

#[test]
fn verify_mode_has_the_same_failures() {
    for ranks in [1, 2, 4] {
        let got = World::new(ranks).verify().run(|| (panics(10), left_out().len()));
        assert!(got.iter().all(|got| got.0.0.len() == 7 && got.1 == 3));
    }
}
