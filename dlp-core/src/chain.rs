//! What an iterator chain that is split calls its closures by.
//!
//! A closure that is given to a function has its parameter's type from the function's other argument, as it has in the chain;
//! called where it stands, it would not.

use std::ops::ControlFlow;

/// Calls a closure, as `map` does.
pub fn apply<T, R>(item: T, call: impl FnOnce(T) -> R) -> R {
    call(item)
}

/// Calls a closure, as `filter` does.
pub fn test<T>(item: &T, call: impl FnOnce(&T) -> bool) -> bool {
    call(item)
}

/// Calls a closure, as `inspect` does.
pub fn show<T>(item: &T, call: impl FnOnce(&T)) {
    call(item);
}

/// What `try_for_each` gives when it has come to the end.
pub trait Done {
    /// That.
    fn done() -> Self;
}

impl<E> Done for Result<(), E> {
    fn done() -> Self {
        Ok(())
    }
}

impl Done for Option<()> {
    fn done() -> Self {
        Some(())
    }
}

impl<B> Done for ControlFlow<B> {
    fn done() -> Self {
        Self::Continue(())
    }
}
