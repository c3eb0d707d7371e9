//! The protocol at 1,000 ranks: whole loops in a simulated world, where how long everything takes is drawn at random.
//!
//! The machines are the real ones: `Manager`, `Worker`, `Rendezvous`, `Draft` and `Ledger`, with every message in the bytes in
//! which it travels. Knows the public interface of `dlp-core`, and neither threads nor the real time: a seed is the whole of
//! a run. A failure names its seed, and
//! `SEED=17 cargo test -p dlp-core --no-default-features --test simulation` repeats it. For hours:
//! `SEEDS=10000 cargo test --release -p dlp-core --no-default-features --test simulation -- --ignored --nocapture`

mod end;
mod plan;
mod post;
mod random;
mod rank;
mod root;
mod world;

use std::env;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use plan::{KINDS, Plan};
use world::World;

/// A number from the environment.
fn number(name: &str) -> Option<u64> {
    env::var(name)
        .ok()
        .map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is not a number: {value}")))
}

fn simulate(seeds: Range<u64>) {
    for seed in seeds {
        let plan = Plan::new(seed);
        let summary = plan.to_string();
        let ran = catch_unwind(AssertUnwindSafe(|| World::run(plan)));
        match ran {
            Ok(messages) => println!("seed {seed}: {summary}: {messages} messages"),
            Err(panic) => {
                eprintln!("SEED={seed}: {summary}");
                resume_unwind(panic);
            }
        }
    }
}

/// One loop of each kind, or the one of `SEED`.
#[test]
fn a_thousand_ranks() {
    simulate(number("SEED").map_or(0..KINDS, |seed| seed..seed + 1));
}

#[test]
#[ignore = "takes as long as one likes"]
fn soak() {
    simulate(KINDS..KINDS + number("SEEDS").unwrap_or(100));
}
