//! A variable that every iteration begins by resetting: one for each rank, handed from iteration to iteration.

use std::cell::Cell;
use std::fmt;

/// Holds such a variable between iterations.
pub struct Scratch<T>(Cell<Option<T>>);

impl<T> Scratch<T> {
    /// Takes the variable for as long as the loop runs.
    pub fn new(variable: T) -> Self {
        Self(Cell::new(Some(variable)))
    }

    /// Hands it to an iteration.
    ///
    /// # Panics
    /// If an iteration before has lost it by a panic.
    pub fn lend(&self) -> T {
        self.0.take().expect("a scratch variable was lost by a panic in an earlier iteration")
    }

    /// Takes it back.
    pub fn put_back(&self, variable: T) {
        self.0.set(Some(variable));
    }

    /// The variable, after the loop.
    ///
    /// # Panics
    /// If an iteration has lost it by a panic.
    pub fn end(&self) -> T {
        self.lend()
    }
}

impl<T> fmt::Debug for Scratch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scratch<{}>", std::any::type_name::<T>())
    }
}
