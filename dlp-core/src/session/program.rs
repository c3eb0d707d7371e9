//! Running a program, or a test, as a rank from its beginning to its end: in this process, or once on each of several
//! threads.

use std::process::{ExitCode, Termination};
use std::time::Duration;

use super::start::{Start, World, refuse_to_start, settings, start, world};
use super::{Aborted, Session, current};
use crate::report::{self, PANICKED};
use crate::settings::Settings;
use crate::sys;
use crate::transport::Transport;

/// Runs the body of a program whose `main` carries `#[dlp::main]`: once, or under `DLP_RANKS=N` once on each of N
/// threads. `failure` says what the body's result has to say if it is an error.
pub fn main<R: Termination + 'static>(body: fn() -> R, failure: fn(&R) -> Option<String>) -> ExitCode {
    let settings = settings();
    match world(&settings) {
        Ok(World::Threads(ranks)) => main_of_threads(ranks, &settings, body, failure),
        _ => {
            start(Start::Explicit);
            run_rank(body, failure).unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        }
    }
}

/// One rank of a program with `#[dlp::main]`, from its beginning to its end.
fn run_rank<R: Termination>(
    body: impl FnOnce() -> R,
    failure: fn(&R) -> Option<String>,
) -> std::thread::Result<ExitCode> {
    let session = current();
    let run = std::panic::AssertUnwindSafe(|| {
        let result = body();
        let said = failure(&result);
        let good = session.leave(said.as_deref());
        // The root speaks for all who have the same to say.
        match said {
            Some(_) if !session.is_root() => ExitCode::FAILURE,
            _ if good => result.report(),
            _ => {
                result.report();
                ExitCode::FAILURE
            }
        }
    });
    std::panic::catch_unwind(run).inspect_err(|_| {
        if session.size() > 1 {
            session.transport.abort(PANICKED);
        }
    })
}

fn main_of_threads<R: Termination + 'static>(
    ranks: usize,
    settings: &Settings,
    body: fn() -> R,
    failure: fn(&R) -> Option<String>,
) -> ExitCode {
    /// How long ranks that are still at work may take to notice that the job has ended.
    const GRACE: Duration = Duration::from_secs(1);
    sys::at_exit(super::end::at_exit);
    let (done, results) = std::sync::mpsc::channel();
    let ranks_per_node = settings.ranks_per_node.unwrap_or(ranks);
    for end in crate::transport::threads::Threads::world_of_nodes(ranks, ranks_per_node) {
        let (done, settings) = (done.clone(), settings.clone());
        let rank = end.rank();
        let run = move || {
            let session = Session::begin(Box::new(end), settings, false);
            let status = |_| session.transport.status().unwrap_or(PANICKED);
            let _ = done.send((rank, run_rank(body, failure).map_err(status)));
        };
        // As much stack as the main thread usually has: the ranks run what was written for it.
        let thread = std::thread::Builder::new().name(format!("rank {rank}")).stack_size(8 << 20);
        if let Err(why) = thread.spawn(run) {
            refuse_to_start(&format!("cannot start {ranks} ranks as threads: {why}"));
        }
    }
    let mut root = ExitCode::SUCCESS;
    for _ in 0..ranks {
        match results.recv().expect("every rank sends once") {
            (0, Ok(code)) => root = code,
            (_, Ok(code)) if code != ExitCode::SUCCESS => root = code,
            (_, Ok(_)) => {}
            (_, Err(status)) => {
                // Ranks in the middle of an iteration cannot be stopped; leaving `main` ends them.
                let end = std::time::Instant::now() + GRACE;
                while results.recv_timeout(end.saturating_duration_since(std::time::Instant::now())).is_ok() {
                }
                return ExitCode::from(u8::try_from(status).unwrap_or(PANICKED as u8));
            }
        }
    }
    root
}

/// Runs `body` on threads, each of them a rank of `world`; see [`testing`](crate::testing).
///
/// # Errors
/// What the first rank that panicked said.
pub(crate) fn run_ranks<T: Send>(
    world: Vec<impl Transport + 'static>,
    settings: &Settings,
    body: impl Fn() -> T + Sync,
) -> Result<Vec<T>, String> {
    let results: Vec<Result<T, Option<String>>> = std::thread::scope(|scope| {
        let body = &body;
        let run = |end| {
            scope.spawn(move || {
                let session = Session::begin(Box::new(end), settings.clone(), false);
                let run = std::panic::AssertUnwindSafe(|| {
                    let value = body();
                    session.leave(None);
                    value
                });
                std::panic::catch_unwind(run).map_err(|panic| {
                    session.transport.abort(PANICKED);
                    let panicked = (!panic.is::<Aborted>()).then(|| "a rank panicked".to_string());
                    session.said.get().cloned().or_else(report::last_panic).or(panicked)
                })
            })
        };
        let threads: Vec<_> = world.into_iter().map(run).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(Err(None))).collect()
    });
    let failed = results.iter().any(Result::is_err);
    if !failed {
        return Ok(results.into_iter().filter_map(Result::ok).collect());
    }
    let said = results.into_iter().filter_map(|result| result.err().flatten()).next();
    Err(said.unwrap_or_else(|| "the job was aborted".into()))
}
