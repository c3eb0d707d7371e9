//! A variable that every iteration begins by resetting: one for each rank, handed from iteration to iteration.

use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crate::record::Flow;

/// Holds such a variable between iterations.
pub struct Scratch<T>(Cell<Option<T>>);

impl<T> Scratch<T> {
    /// Takes the variable for as long as the loop runs.
    pub fn new(variable: T) -> Self {
        Self(Cell::new(Some(variable)))
    }

    /// Hands it to an iteration.
    pub fn lend(&self) -> T {
        self.0.take().expect("each iteration puts it back, however it ends")
    }

    /// Takes it back.
    pub fn put_back(&self, variable: T) {
        self.0.set(Some(variable));
    }

    /// The variable, after the loop.
    pub fn end(&self) -> T {
        self.lend()
    }
}

/// Runs an iteration that has scratch variables. A panic goes on when they are put back.
pub fn hold(iteration: impl FnOnce() -> Flow) -> Held {
    Held(catch_unwind(AssertUnwindSafe(iteration)))
}

/// How an iteration ended.
#[derive(Debug)]
#[must_use = "a panic goes on by `go_on`"]
pub struct Held(std::thread::Result<Flow>);

impl Held {
    /// Goes on with what the iteration said, or with its panic.
    pub fn go_on(self) -> Flow {
        self.0.unwrap_or_else(|panic| resume_unwind(panic))
    }
}

impl<T> fmt::Debug for Scratch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scratch<{}>", std::any::type_name::<T>())
    }
}
