//! What it costs the ranks to meet at a loop, and to compare their input there, against a barrier: in the same job, on the same
//! ranks.
//!
//! `cargo bench --bench meeting` starts itself under `mpiexec` at 2 and 3 ranks. Only the ratios mean something: the machine
//! may be shared.

use std::time::{Duration, Instant};

use xtask::Launcher;

const VISITS: u32 = 5_000;

macro_rules! a_loop {
    ($name:ident, $check:literal) => {
        #[dlp::parallel(strategy = "round_robin", check = $check)]
        fn $name(list: &[f64], scale: f64, unit: &str) -> f64 {
            let mut sum = 0.0;
            for x in list {
                let y = x * scale + unit.len() as f64;
                sum += y;
            }
            sum
        }
    };
}

a_loop!(unchecked, "off");
a_loop!(checked, "sample");

fn main() {
    // Set by this program for the ranks it starts.
    if std::env::var_os("DLP_BENCH_RANK").is_none() {
        let launcher = Launcher::find().expect("an MPI is installed");
        let this = std::env::current_exe().expect("a bench has a path");
        println!("ranks   barrier  loop of 8 items, unchecked  checked  the check  in barriers");
        for ranks in [2, 3] {
            let outcome =
                launcher.job(ranks, &this).env("DLP_BENCH_RANK", "1").limit(Duration::from_secs(300)).run();
            assert!(outcome.success(), "{outcome}");
            print!("{}", outcome.stdout_text());
        }
        return;
    }
    let _session = dlp::init();
    let list: Vec<f64> = (0..8).map(f64::from).collect();
    let barrier = each(dlp::barrier);
    // In turns: what else the machine does falls on both.
    let (mut without, mut with) = (0.0, 0.0);
    for _ in 0..5 {
        without += each(|| {
            unchecked(&list, 0.5, "m");
        }) / 5.0;
        with += each(|| {
            checked(&list, 0.5, "m");
        }) / 5.0;
    }
    dlp::println!(
        "{:>5}  {barrier:>5.2} µs  {without:>22.2} µs  {with:>4.2} µs  {:>6.2} µs  {:>11.2}",
        dlp::size(),
        with - without,
        (with - without) / barrier
    );
}

/// Microseconds for one visit.
fn each(visit: impl Fn()) -> f64 {
    visit();
    dlp::barrier();
    let start = Instant::now();
    (0..VISITS).for_each(|_| visit());
    start.elapsed().as_secs_f64() / f64::from(VISITS) * 1e6
}
