//! A test program: as many loops and collectives as the argument says, one after the other. Prints how much more memory each
//! rank has at the end than after the first tenth, in KiB.

use std::process::ExitCode;

#[dlp::parallel]
fn words(texts: &[String]) -> Vec<(&str, usize)> {
    let mut all = vec![];
    for text in texts {
        let last = text.rsplit(' ').next().unwrap_or_default();
        all.push((last, text.len()));
    }
    all
}

#[dlp::parallel(strategy = "round_robin", gather = "root")]
fn first_long(texts: &[String]) -> Option<String> {
    for text in texts {
        if text.len() > 12 {
            return Some(text.to_uppercase());
        }
    }
    None
}

#[dlp::parallel(on_error = "skip")]
fn numbers(texts: &mut [String]) -> Result<u64, std::num::ParseIntError> {
    let mut sum = 0;
    for text in texts.iter_mut() {
        sum += text.split(' ').next().unwrap_or_default().parse::<u64>()?;
        text.truncate(20);
    }
    Ok(sum)
}

/// One of everything.
fn round(texts: &mut [String]) {
    assert_eq!(words(texts).len(), texts.len());
    let _ = first_long(texts);
    let _ = numbers(texts);
    assert_eq!(dlp::take_failures().len(), 1);
    let results = dlp::map(0..5_u32, |x| vec![x; 100]).count();
    assert!(!dlp::is_root() || results == 5);
    let mine: Vec<u32> = dlp::split_managed(0..4).collect();
    let all = dlp::all_gather(mine);
    assert_eq!(all.iter().flatten().count(), 4);
    dlp::barrier();
    assert_eq!(dlp::bcast(dlp::is_root().then_some(7)), 7);
}

/// The memory that this process has, in KiB.
fn memory() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

#[dlp::main]
fn main() -> ExitCode {
    let rounds: usize = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(100);
    let mut texts: Vec<String> = (0..6).map(|x| format!("{x} and more of text {x}")).collect();
    texts.push("none".to_owned());
    let mut early = 0;
    for number in 0..rounds {
        if number == rounds / 10 {
            early = memory();
        }
        round(&mut texts);
    }
    let grown = dlp::gather(memory() - early);
    dlp::println!("{:?}", grown.unwrap_or_default());
    ExitCode::SUCCESS
}
