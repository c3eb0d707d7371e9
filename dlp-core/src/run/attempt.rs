//! Iterations that fail, in loops that go on all the same: tried again, and then left out or taken as they are.
//!
//! Nothing that a failed attempt has recorded stays. What is said of an iteration that is left out takes the place of its
//! record. Knows one iteration at a time; not how the loop is shared out.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crate::exit::Told;
use crate::failure::{self, Failure};
use crate::observe::Observer;
use crate::record::{Flow, PANIC, Reader, Record};
use crate::report;
use crate::session::{self, Aborted};
use crate::site::{Exits, Loop, OnError};

/// In place of the number of a way out: the iteration has failed and is left out; why, follows.
pub(super) const FAILED: u32 = PANIC - 1;

/// The same, of an iteration of another loop inside this one.
pub(super) const NOTED: u32 = PANIC - 2;

/// How many failures a rank reports as they happen, in one visit to a loop.
const REPORTED: u64 = 10;

/// What is asked of the code of a loop whose iterations may be undone.
#[derive(Debug)]
pub enum Ask<'a, T> {
    /// The item once more, for another attempt.
    Again(&'a T),
    /// Undo what this iteration has done to its item.
    Undo(u64),
    /// Record what the error says with which an iteration has taken a way out, if that counts as a failure.
    Say(u32, &'a Record),
}

/// What the code answers.
#[derive(Debug)]
pub enum Answer<T> {
    /// No, or nothing.
    No,
    /// Done.
    Yes,
    /// The item.
    Item(T),
}

/// The answer of a loop whose iterations are never undone.
pub fn never<T>(_: Ask<'_, T>) -> Answer<T> {
    Answer::No
}

/// What the compiler asks of the items of a loop whose iterations are tried again.
#[diagnostic::on_unimplemented(
    message = "`retry` needs an item once more for each attempt, and `{Self}` is not `Clone`",
    label = "these items cannot be had again",
    note = "iterate over references (`for x in &xs`) or over indices, or make the items `Clone`"
)]
pub trait Repeatable {
    /// The item once more.
    #[must_use]
    fn dlp_repeat(&self) -> Self;
}

impl<T: Clone> Repeatable for T {
    fn dlp_repeat(&self) -> T {
        self.clone()
    }
}

/// How an attempt went wrong.
enum Wrong {
    Panic(Box<dyn Any + Send>),
    /// By this way out.
    Error(u32),
}

/// What went wrong in one visit to a loop, on one rank.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    /// Iterations that were left out.
    pub(super) failed: Cell<u64>,
    /// Attempts beyond the first.
    pub(super) again: Cell<u64>,
    /// Whether a panic is reported only by what is said of the attempt.
    quiet: Cell<bool>,
}

impl Attempts {
    /// The visit to the loop begins. What is said of an attempt that fails has its panic in it, but no backtrace.
    pub(super) fn begin(&self, at: &Loop) {
        if cfg!(panic = "abort") {
            session::current().fail(&format!(
                "{at} has `on_error` or `retry`, which need panics that unwind: leave `panic = \"abort\"` out of the profile"
            ));
        }
        session::current().watch_panics();
        self.quiet.set(!report::has_backtraces());
    }

    /// The visit to the loop is over.
    pub(super) fn end(&self, observer: &mut impl Observer) {
        observer.attempts(self.failed.get(), self.again.get());
    }

    /// What fails meanwhile is neither counted nor reported.
    pub(super) fn uncounted<R>(&self, run: impl FnOnce() -> R) -> R {
        let (failed, again) = (self.failed.replace(REPORTED + 1), self.again.get());
        let quiet = self.quiet.replace(true);
        let result = run();
        self.failed.set(failed);
        self.again.set(again);
        self.quiet.set(quiet);
        result
    }

    /// What is done about an attempt that failed, said at once.
    fn report(&self, at: &Loop, index: u64, said: &str, what: &str) {
        let count = self.failed.get() + self.again.get();
        let who = session::current().who();
        if count < REPORTED {
            report::say(&format!("dlp: {who}: iteration {index} of {at} failed, and is {what}: {said}"));
        } else if count == REPORTED {
            report::say(&format!(
                "dlp: {who}: more iterations of {at} fail, and are reported no more; `dlp::failures()` has those that are \
                 left out"
            ));
        }
        if count >= REPORTED {
            self.quiet.set(true);
        }
    }
}

/// One iteration to attempt, with the pieces of the loop's code that it takes.
pub(super) struct Attempt<'a, B, W, K> {
    pub(super) at: &'static Loop,
    pub(super) body: &'a B,
    pub(super) tell: &'a W,
    pub(super) ask: &'a K,
    pub(super) attempts: &'a Attempts,
    /// No other rank is in the loop.
    pub(super) alone: bool,
}

impl<B, W, K> Attempt<'_, B, W, K> {
    /// Runs the iteration until it succeeds, or may not be tried again.
    pub(super) fn run<T>(&self, index: u64, mut item: T, record: &Record) -> Flow
    where
        B: Fn(T, &Record) -> Flow,
        W: Fn(u32, &Record),
        K: Fn(Ask<'_, T>) -> Answer<T>,
    {
        let start = record.len();
        let mut left = self.at.options.retry;
        loop {
            let again = match left {
                0 => Answer::No,
                _ => (self.ask)(Ask::Again(&item)),
            };
            let wrong = match self.once(item, record) {
                Ok(flow) => return flow,
                Err(wrong) => wrong,
            };
            let said = || self.said::<T>(&wrong, index);
            match again {
                Answer::Item(again) => {
                    item = again;
                    let said = said();
                    self.attempts.report(self.at, index, &said, "tried again");
                    self.attempts.again.set(self.attempts.again.get() + 1);
                    left -= 1;
                    self.undo::<T>(index, start, record);
                }
                _ if self.at.options.on_error == OnError::Skip => {
                    let said = said();
                    self.attempts.report(self.at, index, &said, "left out");
                    self.attempts.failed.set(self.attempts.failed.get() + 1);
                    self.undo::<T>(index, start, record);
                    record.leave(FAILED);
                    let place = self.at.to_string();
                    record.append(|bytes| Failure { index, rank: 0, message: said, place }.write(bytes));
                    return Flow::Next;
                }
                _ => return self.give_in(wrong, record),
            }
        }
    }

    fn once<T>(&self, item: T, record: &Record) -> Result<Flow, Wrong>
    where
        B: Fn(T, &Record) -> Flow,
        W: Fn(u32, &Record),
        K: Fn(Ask<'_, T>) -> Answer<T>,
    {
        let iterate = || {
            let flow = (self.body)(item, record);
            record_noted(record);
            if let Flow::Leave(exit) = flow {
                if let Answer::Yes = (self.ask)(Ask::Say(exit, &Record::default())) {
                    return Err(Wrong::Error(exit));
                }
                record.leave(exit);
                (self.tell)(exit, record);
            }
            Ok(flow)
        };
        let hushed = report::hush(self.attempts.quiet.get());
        let attempt = catch_unwind(AssertUnwindSafe(iterate));
        report::hush(hushed);
        match attempt {
            Ok(result) => result,
            Err(panic) if panic.is::<Aborted>() => resume_unwind(panic),
            Err(panic) => Err(Wrong::Panic(panic)),
        }
    }

    fn said<T>(&self, wrong: &Wrong, index: u64) -> String
    where
        K: Fn(Ask<'_, T>) -> Answer<T>,
    {
        match wrong {
            Wrong::Panic(panic) => report::message(&**panic),
            Wrong::Error(exit) => {
                let record = Record::default();
                record.begin(index);
                (self.ask)(Ask::Say(*exit, &record));
                Told::all_in_a_line(&record.take())
            }
        }
    }

    /// Nothing of the attempt stays.
    fn undo<T>(&self, index: u64, start: usize, record: &Record)
    where
        K: Fn(Ask<'_, T>) -> Answer<T>,
    {
        record.rewind(start);
        drop(failure::noted());
        (self.ask)(Ask::Undo(index));
    }

    /// The last attempt counts, as the only one does in other loops.
    fn give_in(&self, wrong: Wrong, record: &Record) -> Flow
    where
        W: Fn(u32, &Record),
    {
        if self.attempts.quiet.get() && matches!(wrong, Wrong::Panic(_)) {
            report::say_last_panic();
        }
        let exit = match wrong {
            Wrong::Panic(panic) if self.alone || self.at.exits == Exits::Never => resume_unwind(panic),
            Wrong::Panic(_) => PANIC,
            Wrong::Error(exit) => exit,
        };
        record.leave(exit);
        if exit != PANIC {
            (self.tell)(exit, record);
        }
        Flow::Leave(exit)
    }
}

/// Records what has failed in loops inside the iteration that has just run.
#[inline]
pub(super) fn record_noted(record: &Record) {
    if failure::any_noted() {
        record_each(record);
    }
}

#[cold]
fn record_each(record: &Record) {
    for failure in failure::noted() {
        record.leave(NOTED);
        record.append(|bytes| failure.write(bytes));
    }
}

/// Lists a failure that `rank` has recorded.
///
/// # Errors
/// If it is not one.
pub(super) fn list_failure(rank: usize, from: &mut Reader<'_>) -> Result<(), String> {
    let failure = from.read(|bytes| Failure::read(rank, bytes));
    failure.map(Failure::list).map_err(|why| format!("a failure that cannot be read: {why}"))
}
