//! Iterations that failed and were left out: the list that the program can ask for.
//!
//! What counts as a failure, and what is tried again, is decided where iterations are run (`run/attempt.rs`); what is said of
//! it travels as the record of the iteration, so that every rank that replays the loop lists it in loop order.

use std::cell::{Cell, RefCell};
use std::fmt;

use crate::encoding::encode;
use crate::session::{self, Mode};

/// An iteration that failed and was left out, in a loop with `on_error = "skip"`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The iteration.
    pub index: u64,
    /// The rank that ran it.
    pub rank: usize,
    /// What the panic or the error said, and what the causes of the error did.
    pub message: String,
    /// The loop: function, file and line.
    pub place: String,
}

thread_local! {
    /// Those that are to travel with the record of the iteration in which they happened, and whether there are any.
    static NOTED: RefCell<Vec<Failure>> = const { RefCell::new(Vec::new()) };
    static ANY: Cell<bool> = const { Cell::new(false) };
}

impl Failure {
    /// Lists it, where the other ranks do too. In an iteration it is noted for that one's record.
    pub(crate) fn list(self) {
        match session::mode() {
            Mode::Iterating => {
                ANY.set(true);
                NOTED.with_borrow_mut(|noted| noted.push(self));
            }
            _ => session::current().failures().push(self),
        }
    }

    /// As what travels: without the rank, of which the receiver knows.
    pub(crate) fn write(&self, bytes: &mut Vec<u8>) {
        encode(&(self.index, &self.message, &self.place), bytes);
    }

    /// What [`Failure::write`] wrote, of what has happened on `rank`, and the bytes after it.
    pub(crate) fn read(rank: usize, bytes: &[u8]) -> postcard::Result<(Self, &[u8])> {
        let ((index, message, place), rest) = postcard::take_from_bytes(bytes)?;
        Ok((Self { index, rank, message, place }, rest))
    }
}

/// Whether failures are noted.
#[inline]
pub(crate) fn any_noted() -> bool {
    ANY.get()
}

/// Takes out those that are noted.
pub(crate) fn noted() -> Vec<Failure> {
    ANY.set(false);
    NOTED.take()
}

/// Those that no iteration has recorded: they happened in one of a loop by hand, on this rank.
pub(crate) fn settle() {
    if any_noted() && session::mode() != Mode::Iterating {
        session::current().failures().append(&mut noted());
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { index, rank, message, place } = self;
        write!(f, "iteration {index} of {place} failed on rank {rank}: {message}")
    }
}

/// The iterations that failed and were left out so far, of all loops with `on_error = "skip"`: loop by loop, each in loop order.
///
/// The same on every rank that has the loop's result: with `gather = "root"` on the root only, and with `gather = "none"` each
/// rank has its own. Those of a loop inside an iteration by hand ([`map`](crate::map::map) and the like) are on the rank that ran
/// it.
///
/// # Panics
/// On a thread that is not a rank.
pub fn failures() -> Vec<Failure> {
    settle();
    session::current().failures().clone()
}

/// The same as [`failures`], and forgets them: what is listed afterwards is new.
///
/// # Panics
/// On a thread that is not a rank.
pub fn take_failures() -> Vec<Failure> {
    settle();
    std::mem::take(&mut session::current().failures())
}
