//! One kind of work with dlp; started by `cargo xtask bench`, which says what each is for. The same work as in `floor.c`
//! and `peers.py`.
//!
//! `ours WORK N [MEAN_US]`: the root prints a line of `name=value` pairs, times in seconds.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Length of a task: log-normal (sigma 1) with this mean in microseconds, from splitmix64.
fn task(index: u64, mean: f64) -> Duration {
    let uniform = |k: u64| {
        let mut x = (2 * index + k + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((x ^ (x >> 31)) >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
    };
    let normal = (-2.0 * uniform(0).ln()).sqrt() * (2.0 * std::f64::consts::PI * uniform(1)).cos();
    Duration::from_secs_f64(mean * (normal - 0.5).exp() * 1e-6)
}

#[inline]
fn mix<const ROUNDS: usize>(index: u64) -> u64 {
    let mut x = index;
    for _ in 0..ROUNDS {
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x ^= x >> 31;
    }
    x
}

/// About 10 ns of arithmetic, of which the compiler does not do several at a time.
#[inline]
fn body(index: u64) -> u64 {
    mix::<14>(black_box(index))
}

/// So many times 10 ns or a little more.
fn compute(rounds: u64) -> u64 {
    (0..rounds).fold(0, |sum, round| sum ^ mix::<6>(round ^ sum))
}

#[dlp::parallel(chunk = 1, manager = "dedicated", gather = "none")]
fn hand_out_dedicated(n: u64) -> u64 {
    let mut last = 0;
    for i in 0..n {
        let x = black_box(i);
        if x == n {
            last = x;
        }
    }
    last
}

#[dlp::parallel(chunk = 1, gather = "none")]
fn hand_out_working(n: u64) -> u64 {
    let mut last = 0;
    for i in 0..n {
        let x = black_box(i);
        if x == n {
            last = x;
        }
    }
    last
}

#[dlp::parallel(gather = "root")]
fn skew(n: u64, mean: f64) -> u64 {
    let mut done = 0;
    for i in 0..n {
        std::thread::sleep(task(i, mean));
        done += 1;
    }
    done
}

#[dlp::parallel(gather = "root", manager = "dedicated")]
fn skew_dedicated(n: u64, mean: f64) -> u64 {
    let mut done = 0;
    for i in 0..n {
        std::thread::sleep(task(i, mean));
        done += 1;
    }
    done
}

/// How long task `i` of `n` takes in a load of this name, with this mean in microseconds.
fn length(load: &str, i: u64, n: u64, mean: f64) -> Duration {
    let twice = 2.0 * mean * 1e-6 / n as f64;
    match load {
        "log_normal" => task(i, mean),
        "growing" => Duration::from_secs_f64((i as f64 + 0.5) * twice),
        "shrinking" => Duration::from_secs_f64(((n - i) as f64 - 0.5) * twice),
        // One in fifty takes as long as all the others between two such.
        "rare" => Duration::from_secs_f64(mean * 1e-6 * if i % 50 == 17 { 25.5 } else { 0.5 }),
        // The last eight take a tenth of it all.
        "late" => Duration::from_secs_f64(mean * 1e-6 * if i + 8 < n { 0.9 } else { n as f64 / 80.0 }),
        _ => Duration::from_secs_f64(mean * 1e-6),
    }
}

#[dlp::parallel(gather = "root")]
fn load(name: &str, n: u64, mean: f64) -> f64 {
    let mut longest = 0_f64;
    for i in 0..n {
        let length = length(name, i, n, mean);
        std::thread::sleep(length);
        longest = longest.max(length.as_secs_f64());
    }
    longest
}

/// A loop of nothing, so many times.
fn meet(n: u64) -> f64 {
    #[dlp::parallel(strategy = "round_robin", check = "off")]
    fn nothing(items: &[f64]) -> f64 {
        let mut sum = 0.0;
        for x in items {
            let y = x * 0.5;
            sum += y;
        }
        sum
    }
    let items: Vec<f64> = (0..8).map(f64::from).collect();
    (0..n).map(|_| nothing(black_box(&items))).sum()
}

/// What it adds to a task of so many microseconds that it is handed out: a task knows when the one before it ended.
fn answer(n: u64, length: f64) -> f64 {
    let (mut ended, mut added) = (None::<Instant>, vec![]);
    for _ in dlp::split_managed(0..n).dedicated() {
        added.extend(ended.map(|ended| ended.elapsed().as_secs_f64()));
        std::thread::sleep(Duration::from_secs_f64(length * 1e-6));
        ended = Some(Instant::now());
    }
    added.sort_unstable_by(f64::total_cmp);
    let median = added.get(added.len() / 2).copied().unwrap_or_default();
    dlp::gather(median).and_then(|all| all.into_iter().reduce(f64::max)).unwrap_or_default()
}

/// What the ranks burn while the last of them runs an iteration of so many microseconds: the CPU time of the busiest waiting one.
fn wait(length: f64) -> f64 {
    let before = xtask::cpu_time();
    let last = dlp::rank() + 1 == dlp::size();
    for _ in dlp::split_round_robin(0..dlp::size()) {
        if last {
            std::thread::sleep(Duration::from_secs_f64(length * 1e-6));
        }
    }
    dlp::barrier();
    let used = if last { 0.0 } else { (xtask::cpu_time() - before).as_secs_f64() };
    dlp::all_gather(used).into_iter().fold(0.0, f64::max)
}

#[dlp::parallel(gather = "root")]
fn busy(n: u64, mean: f64) -> u64 {
    let mut sum = 0_u64;
    for i in 0..n {
        let x = compute((task(i, mean).as_secs_f64() * 1e8) as u64);
        sum = sum.wrapping_add(x);
    }
    sum
}

#[dlp::parallel(gather = "root")]
fn count(n: u64) -> u64 {
    let mut sum = 0;
    for i in 0..n {
        let x = body(i) & 0xff;
        sum += x;
    }
    sum
}

#[dlp::parallel(gather = "root")]
fn sum(n: u64) -> f64 {
    let mut sum = 0.0;
    for i in 0..n {
        let x = body(i) as f64;
        sum += x;
    }
    sum
}

#[dlp::parallel(gather = "root")]
fn push(n: u64) -> Vec<f64> {
    let mut list = vec![];
    for i in 0..n {
        let x = body(i) as f64;
        list.push(x);
    }
    list
}

#[dlp::parallel(strategy = "block", gather = "root")]
fn gather(n: u64) -> Vec<f64> {
    let mut list = vec![];
    for i in 0..n {
        list.push(i as f64 * 0.5);
    }
    list
}

#[dlp::parallel(strategy = "block")]
fn gather_all(n: u64) -> Vec<f64> {
    let mut list = vec![];
    for i in 0..n {
        list.push(i as f64 * 0.5);
    }
    list
}

/// Does the work; what it came to, so that the compiler leaves none of it out.
fn run(work: &str, n: u64, mean: f64) -> f64 {
    match work {
        "hand_out" => hand_out_dedicated(n) as f64,
        "hand_out_by_hand" => dlp::split_managed(0..n).dedicated().map(black_box).count() as f64,
        "hand_out_working" => hand_out_working(n) as f64,
        "skew" => skew(n, mean).unwrap_or_default() as f64,
        "skew_dedicated" => skew_dedicated(n, mean).unwrap_or_default() as f64,
        "answer" => answer(n, mean),
        "meet" => meet(n),
        "wait" => wait(mean),
        "busy" => busy(n, mean).unwrap_or_default() as f64,
        "count" => count(n).unwrap_or_default() as f64,
        "sum" => sum(n).unwrap_or_default(),
        "push" => push(n).map_or(0.0, |list| list[list.len() / 2]),
        "gather" => gather(n / 8 * dlp::size() as u64).map_or(0.0, |list| list[list.len() / 2]),
        "gather_all" => gather_all(n / 8 * dlp::size() as u64)[1],
        _ => work.strip_prefix("load_").and_then(|name| load(name, n, mean)).unwrap_or_default(),
    }
}

#[dlp::main]
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| arguments.get(at).and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();
    let (work, n, mean) = (arguments.first().map_or("start", String::as_str), number(1) as u64, number(2));
    let lengths = |name| (0..n).map(|i| length(name, i, n, mean).as_secs_f64()).sum();
    let total: f64 = match work.strip_prefix("load_") {
        Some(name) => lengths(name),
        None if work.starts_with("skew") => lengths("log_normal"),
        None => 0.0,
    };
    // What is made at the first use (connections, threads) is no part of the work.
    run(work, (dlp::size() as u64 * 8).min(n), mean.min(1000.0));
    dlp::barrier();
    let (start, used) = (Instant::now(), xtask::cpu_time());
    let check = run(work, n, mean);
    let used = (xtask::cpu_time() - used).as_secs_f64();
    if work.starts_with("hand_out") || work.starts_with("skew") {
        dlp::barrier();
    }
    let wall = start.elapsed().as_secs_f64();
    dlp::println!("wall={wall:.9} cpu={used:.6} total={total:.6} check={check:e}");
}
