//! Ways out of a split loop: how the value of a `return`, a `?` or a `break` gets from the rank that took it to every
//! rank, where the user's own function performs it after the loop.
//!
//! Here is what tells that something leaves: what `?` is applied to, and what then leaves. A [`Slot`] stands for one value of
//! one way out. On the rank that took it, it holds the value itself. Elsewhere the value is decoded, where serde can write and
//! read it; else the iteration is run again, if its item can be had again; where that does not bring it back, [`RemoteError`]
//! stands in for it, if the function's error type takes one. Which of these it is, method resolution finds by the value's
//! type, as for what effects carry ([`carry`](crate::carry)).
//!
//! Knows records and types; no loop, no message, and not which way out is taken.

mod remote;
mod say;
mod slot;
mod stand_in;

use std::convert::Infallible;
use std::ops::ControlFlow;
use std::task::Poll;

use crate::carry::Borrowed;

pub use self::remote::RemoteError;
pub(crate) use self::say::Told;
pub use self::say::{AsError, SayBehind, SayError, SayText, SayType, say};
pub use self::slot::{LeaveBorrowed, LeaveHere, LeaveOwned, Slot};
pub use self::stand_in::{NoStandIn, Returned, StandIn};

/// What `?` can be applied to: either the value that goes on, or what leaves.
pub trait Branch {
    /// What goes on.
    type Output;
    /// What leaves.
    type Exit;
    /// Which of the two it is.
    ///
    /// # Errors
    /// What leaves.
    fn branch(self) -> Result<Self::Output, Self::Exit>;
}

/// The error of a `Result` that leaves.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Failed<E>(pub E);

/// A `None` that leaves.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Absent;

/// A `ControlFlow::Break` that leaves.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Broken<B>(pub B);

impl<T, E> Branch for Result<T, E> {
    type Output = T;
    type Exit = Failed<E>;

    fn branch(self) -> Result<T, Failed<E>> {
        self.map_err(Failed)
    }
}

impl<T> Branch for Option<T> {
    type Output = T;
    type Exit = Absent;

    fn branch(self) -> Result<T, Absent> {
        self.ok_or(Absent)
    }
}

impl<B, C> Branch for ControlFlow<B, C> {
    type Output = C;
    type Exit = Broken<B>;

    fn branch(self) -> Result<C, Broken<B>> {
        match self {
            Self::Continue(value) => Ok(value),
            Self::Break(value) => Err(Broken(value)),
        }
    }
}

impl<T, E> Branch for Poll<Result<T, E>> {
    type Output = Poll<T>;
    type Exit = Failed<E>;

    fn branch(self) -> Result<Poll<T>, Failed<E>> {
        match self {
            Self::Ready(Ok(value)) => Ok(Poll::Ready(value)),
            Self::Ready(Err(error)) => Err(Failed(error)),
            Self::Pending => Ok(Poll::Pending),
        }
    }
}

impl<E> Failed<E> {
    /// What to apply `?` to, in the function that is left.
    ///
    /// # Errors
    /// Always: it is the error.
    pub fn residual(self) -> Result<Infallible, E> {
        Err(self.0)
    }
}

impl Absent {
    /// What to apply `?` to, in the function that is left.
    pub fn residual(self) -> Option<Infallible> {
        None
    }
}

impl<B> Broken<B> {
    /// What to apply `?` to, in the function that is left.
    pub fn residual(self) -> ControlFlow<B, Infallible> {
        ControlFlow::Break(self.0)
    }
}

impl<E: Borrowed> Borrowed for Failed<E> {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.0.put(bytes);
    }

    fn get(bytes: &[u8]) -> postcard::Result<(Self, &[u8])> {
        E::get(bytes).map(|(error, rest)| (Self(error), rest))
    }
}

impl<B: Borrowed> Borrowed for Broken<B> {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.0.put(bytes);
    }

    fn get(bytes: &[u8]) -> postcard::Result<(Self, &[u8])> {
        B::get(bytes).map(|(value, rest)| (Self(value), rest))
    }
}
