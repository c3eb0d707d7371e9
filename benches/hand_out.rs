//! What it costs to hand out one index, against the floor: a bare request and answer of the same transport, in the same
//! job, on the same ranks.
//!
//! `cargo bench --bench hand_out` starts itself under `mpiexec` at 2 and 3 ranks. Only the ratios mean something: the
//! machine may be shared.

use std::time::Instant;

use dlp::mpi::topology::Communicator;
use dlp_core::transport::processes::Mpi;
use dlp_core::transport::{Idle, Transport};
use dlp_core::wire::{Message, Payload};
use xtask::Launcher;

const INDICES: u64 = 200_000;

fn main() {
    // Set by this program for the ranks it starts.
    if std::env::var_os("DLP_BENCH_RANK").is_none() {
        let launcher = Launcher::find().expect("an MPI is installed");
        let this = std::env::current_exe().expect("a bench has a path");
        println!(
            "ranks  floor, one round trip  managed, chunk 1, dedicated  ratio  working  automatic chunk"
        );
        for ranks in [2, 3] {
            let outcome = launcher.job(ranks, &this).env("DLP_BENCH_RANK", "1").run();
            assert!(outcome.success(), "{outcome}");
            print!("{}", outcome.stdout_text());
        }
        return;
    }
    let (universe, _) =
        dlp::mpi::initialize_with_threading(dlp::mpi::Threading::Multiple).expect("MPI starts once");
    let world = universe.world();
    let floor = {
        let end = Mpi::adopt(&world, None).expect("a communicator");
        bare(&end);
        let time = bare(&end);
        end.close();
        time
    };
    let session = dlp::init_with(&world);
    let each = |run: &dyn Fn()| {
        run();
        dlp::barrier();
        let start = Instant::now();
        run();
        dlp::barrier();
        start.elapsed().as_secs_f64() / INDICES as f64 * 1e6
    };
    let dedicated = each(&|| dlp::split_managed(0..INDICES).dedicated().for_each(drop));
    let working = each(&|| dlp::split_managed(0..INDICES).for_each(drop));
    let automatic = each(&|| dlp::split_managed(0..INDICES).auto_chunk().for_each(drop));
    if world.rank() == 0 {
        println!(
            "{:>5}  {floor:>18.3} µs  {dedicated:>24.3} µs  {:>5.2}  {working:>4.3} µs  {automatic:>12.4} µs",
            world.size(),
            dedicated / floor
        );
    }
    drop(session);
}

/// The root answers as many requests as there are indices, and nothing else; microseconds for each.
fn bare(end: &dyn Transport) -> f64 {
    let ask = || Message::Answer(Payload::default()).encode(0);
    let receive = || {
        let mut idle = Idle::new(end.rings());
        loop {
            match end.poll() {
                Some((from, frame)) => return (from, Message::decode(frame).expect("a message").0),
                None => end.wait(idle.rest()),
            }
        }
    };
    let start = Instant::now();
    if end.rank() == 0 {
        let (mut left, mut working) = (INDICES, end.size() - 1);
        while working > 0 {
            let (from, _) = receive();
            working -= usize::from(left == 0);
            end.send(from, Message::Answer(Payload::default()).encode(u64::from(left > 0)));
            left = left.saturating_sub(1);
        }
    } else {
        loop {
            end.send(0, ask());
            if receive().1 == 0 {
                break;
            }
        }
    }
    start.elapsed().as_secs_f64() / INDICES as f64 * 1e6
}
