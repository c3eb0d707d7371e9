//! How `main` ended, found from the type of what it returned.
//!
//! All ranks usually end with the same error; the root says it for all. So a rank has to know its own before it is
//! printed, which `std::process::Termination` cannot tell: `(&&Ended(&result)).failure()` can, by method
//! resolution.

use std::fmt::Debug;

/// What `main` returned.
#[derive(Debug)]
pub struct Ended<'a, R>(pub &'a R);

/// It returned a `Result`.
pub trait ByError {
    /// The error, if it is one.
    fn failure(&self) -> Option<String>;
}

impl<T, E: Debug> ByError for &Ended<'_, Result<T, E>> {
    fn failure(&self) -> Option<String> {
        self.0.as_ref().err().map(|error| format!("{error:?}"))
    }
}

/// It returned something else, which prints nothing.
pub trait ByCode {
    /// None.
    fn failure(&self) -> Option<String>;
}

impl<R> ByCode for Ended<'_, R> {
    fn failure(&self) -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::ExitCode;

    #[test]
    fn only_an_error_is_a_failure_that_is_said() {
        assert_eq!((&&Ended(&Err::<(), _>("no"))).failure(), Some("\"no\"".into()));
        assert_eq!((&&Ended(&Ok::<_, String>(()))).failure(), None);
        assert_eq!((&&Ended(&())).failure(), None);
        assert_eq!((&&Ended(&ExitCode::FAILURE)).failure(), None);
    }
}
