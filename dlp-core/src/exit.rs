//! Ways out of a split loop: how the value of a `return`, a `?` or a `break` gets from the rank that took it to every
//! rank, where the user's own function performs it after the loop.
//!
//! A [`Slot`] stands for one value of one way out. On the rank that took it, it holds the value itself. Elsewhere the
//! value is decoded, where serde can write and read it; else the iteration is run again, if its item can be had again;
//! where that does not bring it back, [`RemoteError`] stands in for it, if the function's error type takes one.
//! Which of these it is, method resolution finds by the value's type, as for what effects carry ([`carry`](crate::carry)).

use std::cell::RefCell;
use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::ops::{ControlFlow, Deref};
use std::task::Poll;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::carry::Borrowed;
use crate::encoding::encode;
use crate::record::{Reader, Record};
use crate::session;

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

/// One value of one way out, on the rank that took it.
pub struct Slot<T>(RefCell<Option<(u64, T)>>);

impl<T> Slot<T> {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self(RefCell::new(None))
    }

    /// Settles the type of the value.
    pub fn is(&self, _value: &T) {}

    /// Iteration `index` leaves with `value`. What was kept before is gone: another iteration that turns out to be the one
    /// that left is run again, where its value did not travel.
    pub fn keep(&self, index: u64, value: T) {
        self.0.replace(Some((index, value)));
    }

    /// Whether iteration `index` left with this value on this rank.
    pub fn has(&self, index: u64) -> bool {
        self.0.borrow().as_ref().is_some_and(|(kept, _)| *kept == index)
    }

    /// Shows the value with which iteration `index` has left on this rank, if it has.
    pub fn told(&self, index: u64, show: impl FnOnce(&T)) {
        if let Some((_, value)) = self.0.borrow().as_ref().filter(|(kept, _)| *kept == index) {
            show(value);
        }
    }

    /// The value with which iteration `index` left on this rank.
    pub fn take(&self, index: u64) -> Option<T> {
        self.0.take().filter(|(kept, _)| *kept == index).map(|(_, value)| value)
    }
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for Slot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Slot<{}>", std::any::type_name::<T>())
    }
}

/// The first way: values that hold references.
pub trait LeaveBorrowed {
    /// The type of the value.
    type Value;
    /// Records the value, if it travels.
    fn dlp_send(&self, value: &Self::Value, log: &Record);
    /// Reads it back, if it travels.
    fn dlp_receive(&self, from: &mut Reader<'_>) -> Option<Self::Value>;
    /// Whether it travels.
    fn dlp_travels(&self) -> bool {
        true
    }
}

impl<T: Borrowed> LeaveBorrowed for &&Slot<T> {
    type Value = T;

    fn dlp_send(&self, value: &T, log: &Record) {
        log.append(|bytes| value.put(bytes));
    }

    fn dlp_receive(&self, from: &mut Reader<'_>) -> Option<T> {
        from.read(T::get).ok()
    }
}

/// The second way: values that serde can write and read.
pub trait LeaveOwned {
    /// The type of the value.
    type Value;
    /// Records the value, if it travels.
    fn dlp_send(&self, value: &Self::Value, log: &Record);
    /// Reads it back, if it travels.
    fn dlp_receive(&self, from: &mut Reader<'_>) -> Option<Self::Value>;
    /// Whether it travels.
    fn dlp_travels(&self) -> bool {
        true
    }
}

impl<T: Serialize + DeserializeOwned> LeaveOwned for &Slot<T> {
    type Value = T;

    fn dlp_send(&self, value: &T, log: &Record) {
        log.append(|bytes| encode(value, bytes));
    }

    fn dlp_receive(&self, from: &mut Reader<'_>) -> Option<T> {
        from.read(|bytes| postcard::take_from_bytes(bytes)).ok()
    }
}

/// The last way: values that stay where they are.
pub trait LeaveHere {
    /// The type of the value.
    type Value;
    /// Does nothing.
    fn dlp_send(&self, value: &Self::Value, log: &Record);
    /// Gives nothing.
    fn dlp_receive(&self, from: &mut Reader<'_>) -> Option<Self::Value>;
    /// Whether it travels.
    fn dlp_travels(&self) -> bool {
        false
    }
}

impl<T> LeaveHere for Slot<T> {
    type Value = T;

    fn dlp_send(&self, _value: &T, _log: &Record) {}

    fn dlp_receive(&self, _from: &mut Reader<'_>) -> Option<T> {
        None
    }
}

/// What an error says, for the ranks that cannot have it: itself, then its causes.
fn chain(error: &dyn Error) -> Vec<String> {
    let mut said = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        said.push(error.to_string());
        cause = error.source();
    }
    said
}

fn tell(log: &Record, said: Vec<String>) {
    let told = Told { rank: session::current().rank(), said };
    log.append(|bytes| encode(&told, bytes));
}

/// What is known elsewhere of a value that cannot travel.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Told {
    rank: usize,
    said: Vec<String>,
}

/// Errors: they tell their causes too.
pub trait SayError {
    /// The type of the value.
    type Value;
    /// Records what the value says.
    fn dlp_say(&self, value: &Self::Value, log: &Record);
}

impl<E: Error> SayError for &&&Slot<Failed<E>> {
    type Value = Failed<E>;

    fn dlp_say(&self, value: &Failed<E>, log: &Record) {
        tell(log, chain(&value.0));
    }
}

/// What points to an error, as `Box<dyn Error>` and `anyhow::Error` do.
pub trait SayBehind {
    /// The type of the value.
    type Value;
    /// Records what the value says.
    fn dlp_say(&self, value: &Self::Value, log: &Record);
}

/// Converts what is behind a pointer, sized or not, to an error.
pub trait AsError {
    /// Itself, its causes after it.
    fn told(&self) -> Vec<String>;
}

impl<E: Error> AsError for E {
    fn told(&self) -> Vec<String> {
        chain(self)
    }
}

impl AsError for dyn Error {
    fn told(&self) -> Vec<String> {
        chain(self)
    }
}

impl AsError for dyn Error + Send {
    fn told(&self) -> Vec<String> {
        chain(self)
    }
}

impl AsError for dyn Error + Send + Sync {
    fn told(&self) -> Vec<String> {
        chain(self)
    }
}

impl<E: Deref<Target: AsError>> SayBehind for &&Slot<Failed<E>> {
    type Value = Failed<E>;

    fn dlp_say(&self, value: &Failed<E>, log: &Record) {
        tell(log, value.0.deref().told());
    }
}

/// What can be displayed.
pub trait SayText {
    /// The type of the value.
    type Value;
    /// Records what the value says.
    fn dlp_say(&self, value: &Self::Value, log: &Record);
}

impl<E: fmt::Display> SayText for &Slot<Failed<E>> {
    type Value = Failed<E>;

    fn dlp_say(&self, value: &Failed<E>, log: &Record) {
        tell(log, vec![value.0.to_string()]);
    }
}

/// Everything else.
pub trait SayType {
    /// The type of the value.
    type Value;
    /// Records what the value says.
    fn dlp_say(&self, value: &Self::Value, log: &Record);
}

impl<T> SayType for Slot<T> {
    type Value = T;

    fn dlp_say(&self, _value: &T, log: &Record) {
        tell(log, vec![format!("a value of type `{}`", std::any::type_name::<T>())]);
    }
}

/// Stands in for an error that happened on another rank, where it could not be had here: its own kind can neither be
/// encoded nor be brought about again.
///
/// `Box<dyn Error>`, `anyhow::Error` and the like are made of it by themselves, and so is `io::Error`; an error type of
/// your own takes it with `impl From<dlp::RemoteError>`.
#[derive(Debug)]
pub struct RemoteError {
    place: String,
    rank: usize,
    index: u64,
    said: String,
    cause: Option<Box<Cause>>,
}

#[derive(Debug)]
struct Cause {
    said: String,
    cause: Option<Box<Cause>>,
}

impl RemoteError {
    pub(crate) fn new(place: String, index: u64, told: Told) -> Self {
        let Told { rank, said } = told;
        let mut said = said.into_iter();
        let first = said.next().unwrap_or_else(|| "an error".to_owned());
        let cause = said.rev().fold(None, |cause, said| Some(Box::new(Cause { said, cause })));
        Self { place, rank, index, said: first, cause }
    }

    /// The iteration in which it happened.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The rank on which it happened.
    pub fn rank(&self) -> usize {
        self.rank
    }
}

impl fmt::Display for RemoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (in iteration {} of {}, on rank {})", self.said, self.index, self.place, self.rank)
    }
}

impl Error for RemoteError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as &dyn Error)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as &dyn Error)
    }
}

impl From<RemoteError> for io::Error {
    fn from(error: RemoteError) -> Self {
        io::Error::other(error)
    }
}

/// What the function returns, as a type without a value.
pub struct Returned<R>(PhantomData<fn() -> R>);

impl<R> Returned<R> {
    /// Of a type that is to be inferred.
    pub const fn new() -> Self {
        Self(PhantomData)
    }

    /// A value of the type, for type checking only.
    ///
    /// # Panics
    /// Always: the code that calls it is never reached.
    pub fn conjure(&self) -> R {
        unreachable!("a conjured value is only ever type-checked")
    }

    /// Type-checks a value.
    pub fn is(&self, _value: R) {}
}

impl<R> Default for Returned<R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R> fmt::Debug for Returned<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Returned<{}>", std::any::type_name::<R>())
    }
}

/// Functions whose error can be made of a [`RemoteError`].
pub trait StandIn {
    /// What the function returns.
    type Value;
    /// That error, if there can be one.
    fn dlp_stand_in(&self, error: RemoteError) -> Result<Self::Value, RemoteError>;
}

impl<T, E: From<RemoteError>> StandIn for &Returned<Result<T, E>> {
    type Value = Result<T, E>;

    fn dlp_stand_in(&self, error: RemoteError) -> Result<Result<T, E>, RemoteError> {
        Ok(Err(error.into()))
    }
}

/// Functions that have no such error.
pub trait NoStandIn {
    /// What the function returns.
    type Value;
    /// That error, if there can be one.
    fn dlp_stand_in(&self, error: RemoteError) -> Result<Self::Value, RemoteError>;
}

impl<R> NoStandIn for Returned<R> {
    type Value = R;

    fn dlp_stand_in(&self, error: RemoteError) -> Result<R, RemoteError> {
        Err(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_has_the_value_of_one_iteration() {
        let slot = Slot::new();
        slot.keep(7, 'a');
        slot.keep(3, 'b');
        assert!(slot.has(3) && !slot.has(7));
        slot.told(7, |_| panic!("that one is gone"));
        assert_eq!((slot.take(3), slot.take(3)), (Some('b'), None));
    }

    fn said(record: &Record) -> Vec<String> {
        crate::encoding::decode::<Told>(&record.take()).unwrap().said
    }

    fn remote(said: &[&str]) -> RemoteError {
        let told = Told { rank: 2, said: said.iter().map(ToString::to_string).collect() };
        RemoteError::new("f".into(), 3, told)
    }

    #[test]
    fn what_an_error_says_is_found_by_its_type() {
        #[derive(Debug)]
        struct Mine;
        impl fmt::Display for Mine {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("mine")
            }
        }
        let log = Record::default();
        macro_rules! says {
            ($error:expr) => {{
                let (slot, value) = (Slot::new(), Failed($error));
                slot.is(&value);
                (&&&&slot).dlp_say(&value, &log);
                said(&log)
            }};
        }
        let number = || "x".parse::<u8>().unwrap_err();
        assert_eq!(says!(number()), ["invalid digit found in string"]);
        assert_eq!(says!(Box::<dyn Error>::from(number())), ["invalid digit found in string"]);
        assert_eq!(says!(Box::<dyn Error + Send + Sync>::from("boxed")), ["boxed"]);
        assert_eq!(says!(Mine), ["mine"]);
        assert_eq!(says!(io::Error::other(number())), ["invalid digit found in string"]);
        assert_eq!(says!(remote(&["a", "b", "c"]))[1..], ["b", "c"]);
        assert_eq!(says!(())[0], "a value of type `dlp_core::exit::Failed<()>`");
    }

    #[test]
    fn values_travel_where_they_can() {
        let log = Record::default();
        macro_rules! through {
            ($value:expr) => {{
                let (slot, value) = (Slot::new(), $value);
                slot.is(&value);
                (&&&slot).dlp_send(&value, &log);
                let bytes = log.take();
                ((&&&slot).dlp_travels(), (&&&slot).dlp_receive(&mut Reader::new(&bytes)))
            }};
        }
        assert!(matches!(through!(Failed("x".to_owned())), (true, Some(Failed(text))) if text == "x"));
        assert!(matches!(through!(Absent), (true, Some(Absent))));
        assert_eq!(through!("text"), (true, Some("text")));
        assert!(matches!(through!(Failed(Box::<dyn Error>::from("x"))), (false, None)));
    }

    #[test]
    fn a_function_takes_a_stand_in_if_its_error_does() {
        let error = || remote(&["x"]);
        let boxed = Returned::<Result<u8, Box<dyn Error>>>::new();
        assert!(
            matches!((&&boxed).dlp_stand_in(error()), Ok(Err(error)) if error.to_string().starts_with("x (in"))
        );
        assert!((&&Returned::<Result<u8, String>>::new()).dlp_stand_in(error()).is_err());
        assert!((&&Returned::<u8>::new()).dlp_stand_in(error()).is_err());
    }
}
