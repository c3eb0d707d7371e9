//! Forecasts of loops, one for each line of standard input; started by `cargo xtask simulate`.
//!
//! A line is `name=value` pairs that say what the loop is and what the machine costs, in nanoseconds; the answer is a line of
//! them, in seconds, in the same order. As many lines as there are cores are worked on at a time.

use std::collections::HashMap;
use std::io::Read;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dlp_core::pool::batches;
use dlp_core::schedule::{Chunk, Rule, Static};
use dlp_core::simulate::{Forecast, Machine, Polling, Sharing, forecast};

/// The pairs of one line.
struct Case<'a>(HashMap<&'a str, &'a str>);

impl<'a> Case<'a> {
    fn read(line: &'a str) -> Self {
        Self(line.split_whitespace().filter_map(|pair| pair.split_once('=')).collect())
    }

    fn word(&self, name: &str) -> &'a str {
        self.0.get(name).unwrap_or_else(|| panic!("no `{name}` in {:?}", self.0))
    }

    fn number(&self, name: &str) -> u64 {
        self.word(name).parse().unwrap_or_else(|why| panic!("`{name}` is {}: {why}", self.word(name)))
    }

    fn time(&self, name: &str) -> Duration {
        Duration::from_nanos(self.number(name))
    }

    fn machine(&self) -> Machine {
        let [near, far, service, iteration, replay, take] =
            ["near", "far", "service", "iteration", "replay", "take"].map(|name| self.time(name));
        let [alert, wake, overshoot, longest] =
            ["alert", "wake", "overshoot", "longest"].map(|name| self.time(name));
        Machine {
            near,
            far,
            node: self.number("node") as usize,
            service,
            iteration,
            replay,
            take,
            polling: Polling { alert, wake, overshoot, longest },
        }
    }

    /// `auto`, `fixed:1`, `cyclic:1`, `pool` or the like; `dedicated:` before it.
    fn sharing(&self) -> Sharing {
        let name = self.word("sharing");
        let (dedicated, name) = name.strip_prefix("dedicated:").map_or((false, name), |name| (true, name));
        let (name, detail) = name.split_once(':').unwrap_or((name, "1"));
        let rule = detail.parse().unwrap_or(1);
        let managed = |rule| Sharing::Managed { rule, dedicated };
        match name {
            "auto" => managed(Rule::Auto),
            "fixed" => managed(Rule::Fixed(rule)),
            "guided" => managed(Rule::Guided(rule)),
            "factoring" => managed(Rule::Factoring(rule)),
            "trapezoid" => managed(Rule::Trapezoid(rule)),
            "cyclic" => Sharing::Static(Static::Cyclic(rule)),
            "block" => Sharing::Static(Static::Block(self.number("length"))),
            "pool" => {
                let shortest = self.0.get("shortest").map(|_| Rule::Factoring(self.number("shortest")));
                let ranks = self.number("node").min(self.number("ranks"));
                Sharing::Pooled {
                    chunk: Chunk::Auto,
                    batches: shortest.unwrap_or_else(|| batches(Chunk::Auto, ranks)),
                }
            }
            other => panic!("no way of sharing out is called `{other}`"),
        }
    }

    /// How long task `index` takes: the same for every way of sharing out.
    fn task(&self) -> impl Fn(u64) -> Duration + use<> {
        let (mean, lag, seed) = (self.number("mean") as f64 * 1e-9, self.time("lag"), self.number("seed"));
        let uniform = move |index: u64, k: u64| {
            let mut x = (2 * index + k + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            x ^= seed.wrapping_mul(0xd1b5_4a32_d192_ed03);
            x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (((x ^ (x >> 31)) >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
        };
        let heavy = self.word("load") == "pareto";
        move |index| {
            let factor = if heavy {
                pareto(uniform(index, 0))
            } else {
                let normal = (-2.0 * uniform(index, 0).ln()).sqrt()
                    * (2.0 * std::f64::consts::PI * uniform(index, 1)).cos();
                (normal - 0.5).exp()
            };
            Duration::from_secs_f64(mean * factor) + lag
        }
    }

    fn forecast(&self) -> Forecast {
        let (ranks, length) = (self.number("ranks") as usize, self.number("length"));
        forecast(&self.machine(), ranks, length, self.sharing(), self.task())
    }
}

/// Pareto with alpha 1.5 and mean 1, cut off at a thousand times its least.
fn pareto(uniform: f64) -> f64 {
    const ALPHA: f64 = 1.5;
    const MOST: f64 = 1000.0;
    let cut = MOST.powf(-ALPHA);
    let mean = ALPHA / (ALPHA - 1.0) * (1.0 - MOST.powf(1.0 - ALPHA)) / (1.0 - cut);
    (1.0 - uniform * (1.0 - cut)).powf(-1.0 / ALPHA) / mean
}

fn say(forecast: &Forecast) -> String {
    let seconds = |time: Duration| time.as_secs_f64();
    format!(
        "makespan={:.9} efficiency={:.6} bound={:.9} utilisation={:.6} served={} queue={} messages={}",
        seconds(forecast.makespan),
        forecast.efficiency(),
        seconds(forecast.bound()),
        forecast.utilisation(),
        forecast.manager.messages,
        forecast.manager.longest_queue,
        forecast.messages
    )
}

fn main() {
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input).expect("text");
    let lines: Vec<&str> = input.lines().collect();
    let (next, answers) = (AtomicUsize::new(0), Mutex::new(vec![String::new(); lines.len()]));
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(line) = lines.get(at) else { break };
            let said = say(&Case::read(line).forecast());
            answers.lock().expect("nobody panics")[at] = said;
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    answers.into_inner().expect("nobody panics").iter().for_each(|answer| println!("{answer}"));
}
