//! What is said when something goes wrong: who, where in the program, and why, in one piece on standard error.

use std::any::Any;
use std::cell::Cell;
use std::fmt::{self, Write};
use std::panic::{Location, PanicHookInfo};
use std::sync::Once;

use serde::{Deserialize, Serialize};

use crate::encoding::{decode, encode};
use crate::observe::Tally;
use crate::site::Loop;
use crate::wire::Payload;

/// The exit status of a job that a panic ended; the one that Rust itself uses.
pub(crate) const PANICKED: i32 = 101;

/// The exit status of a job that could not go on, or did not start.
pub(crate) const FAILED: i32 = 1;

/// Where in the program a rank is, for reports.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// Not in a loop.
    Outside,
    /// In an iteration.
    Iteration(&'static Loop, u64),
    /// Replaying an iteration's effects, which this rank recorded.
    Replay(&'static Loop, u64, usize),
    /// At an item of a function for use by hand.
    Item(&'static str, &'static Location<'static>, u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Outside => Ok(()),
            Place::Iteration(at, index) => write!(f, " in iteration {index} of {at}"),
            Place::Item(name, at, index) => {
                write!(f, " at item {index} of `{name}` ({}:{})", at.file(), at.line())
            }
            Place::Replay(at, index, by) => {
                write!(f, " while it replayed iteration {index} of {at}, which rank {by} ran")
            }
        }
    }
}

thread_local! {
    static WHO: Cell<Option<&'static str>> = const { Cell::new(None) };
    static PLACE: Cell<Place> = const { Cell::new(Place::Outside) };
    /// The iteration, where the place has one: what changes from one to the next.
    static INDEX: Cell<u64> = const { Cell::new(0) };
    static PANIC: Cell<Option<String>> = const { Cell::new(None) };
    static PANIC_AT: Cell<Option<String>> = const { Cell::new(None) };
    static HUSHED: Cell<bool> = const { Cell::new(false) };
}

/// Says where this rank is now.
#[inline]
pub(crate) fn at(place: Place) {
    if let Place::Iteration(_, index) | Place::Replay(_, index, _) | Place::Item(_, _, index) = place {
        INDEX.set(index);
    }
    PLACE.set(place);
}

/// Says that this rank has come to another iteration at the same place.
#[inline]
pub(crate) fn at_index(index: u64) {
    INDEX.set(index);
}

/// Says which rank this thread is, for when a signal ends the process.
pub(crate) fn is_rank(who: &'static str) {
    WHO.set(Some(who));
    // A fuzzer takes note of signals itself.
    #[cfg(unix)]
    if !cfg!(fuzzing) {
        crate::sys::prepare();
        crate::sys::before_death(|signal, line| {
            let _ = match WHO.get() {
                Some(who) => writeln!(line, "dlp: {who} dies of {signal}{}", place()),
                None => writeln!(line, "dlp: this process dies of {signal}, in a thread that is no rank"),
            };
        });
    }
}

/// Where this rank is.
pub(crate) fn place() -> Place {
    let now = INDEX.get();
    match PLACE.get() {
        Place::Outside => Place::Outside,
        Place::Iteration(at, _) => Place::Iteration(at, now),
        Place::Replay(at, _, by) => Place::Replay(at, now, by),
        Place::Item(name, at, _) => Place::Item(name, at, now),
    }
}

/// Where this rank is, as part of a sentence that begins with who it is.
pub(crate) fn whereabouts() -> String {
    place().to_string()
}

/// What a rank brings along to the end of the program.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Farewell {
    /// With what error it ended, if it did.
    pub(crate) failure: Option<String>,
    /// What it did in each loop.
    pub(crate) tallies: Vec<Tally>,
}

impl Farewell {
    pub(crate) fn write(&self) -> Payload {
        let mut bytes = vec![];
        encode(self, &mut bytes);
        bytes.into()
    }

    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        decode(bytes)
    }
}

/// Says something on standard error, in one piece so that ranks do not mix their lines.
pub(crate) fn say(text: &str) {
    // A report for each of millions of inputs, each as it should be.
    if cfg!(fuzzing) {
        return;
    }
    // `eprint!` and not the handle, so that `cargo test` can show it with the test that it belongs to.
    eprint!("{}", text.trim_end().to_owned() + "\n");
}

/// Makes panics of rank threads say which rank, loop and index they happened at. `who` names the rank of
/// the calling thread, or `None` where it is no rank of several; then the hook before this one is called.
pub(crate) fn install_hook(who: fn() -> Option<String>) {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            PANIC_AT.set(info.location().map(ToString::to_string));
            match who() {
                Some(who) => {
                    let report = describe(&who, info);
                    if !HUSHED.get() {
                        say(&report);
                    }
                    PANIC.set(Some(report));
                }
                None if HUSHED.get() => PANIC.set(Some(describe("the program", info))),
                None => previous(info),
            }
        }));
    });
}

fn describe(who: &str, info: &PanicHookInfo<'_>) -> String {
    let mut text = format!("dlp: {who} panicked{}", place());
    if let Some(location) = info.location() {
        let _ = write!(text, "\n  at {location}");
    }
    let _ = write!(text, "\n  {}", said(info.payload()).replace('\n', "\n  "));
    let backtrace = std::backtrace::Backtrace::capture();
    if backtrace.status() == std::backtrace::BacktraceStatus::Captured {
        let _ = write!(text, "\n{backtrace}");
    }
    text
}

/// Whether a panic comes with a backtrace.
pub(crate) fn has_backtraces() -> bool {
    std::backtrace::Backtrace::capture().status() == std::backtrace::BacktraceStatus::Captured
}

/// Panics of this thread are not reported from now on, or are again; how it was before.
pub(crate) fn hush(hushed: bool) -> bool {
    HUSHED.replace(hushed)
}

/// What the last panic of this thread said, of which this is the payload, and where it stands.
pub(crate) fn message(payload: &(dyn Any + Send)) -> String {
    let said = said(payload);
    match PANIC_AT.take() {
        Some(place) => format!("{said} ({place})"),
        None => said.to_owned(),
    }
}

fn said(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic with a payload that is not text")
}

/// Says what was hushed of the last panic of this thread.
pub(crate) fn say_last_panic() {
    let report = PANIC.take();
    report.iter().for_each(|report| say(report));
    PANIC.set(report);
}

/// What the last panic of this thread said, if any.
pub(crate) fn last_panic() -> Option<String> {
    PANIC.take()
}
