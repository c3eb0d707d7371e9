//! What the other ranks are told of a value that cannot travel: what it says, if it says anything.
//!
//! `(&&&&slot).dlp_say(&value, log)` finds by method resolution the first of these that fits: errors, what points to an error,
//! what can be displayed, and everything else, of which only its type is told. What becomes of it elsewhere is in
//! [`RemoteError`](super::RemoteError).

use std::error::Error;
use std::fmt;
use std::ops::Deref;

use super::{Absent, Failed, Slot};
use crate::encoding::encode;
use crate::record::Record;
use crate::session;

/// What is known elsewhere of a value that cannot travel.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Told {
    /// The rank that has it.
    pub(super) rank: usize,
    /// What it says, and if it is an error, its causes after it.
    pub(super) said: Vec<String>,
}

impl Told {
    /// What is said in these bytes, one after the other; errors with their causes.
    pub(crate) fn all_in_a_line(mut bytes: &[u8]) -> String {
        let mut said = vec![];
        while let Ok((told, rest)) = postcard::take_from_bytes::<Told>(bytes) {
            said.push(told.said.join(": "));
            bytes = rest;
        }
        if said.is_empty() { "an error".to_owned() } else { said.join(", ") }
    }
}

/// Records what a value says on this rank.
fn tell(log: &Record, said: Vec<String>) {
    let told = Told { rank: session::current().rank(), said };
    log.append(|bytes| encode(&told, bytes));
}

/// Records the text of what leaves, where that has no value of its own.
pub fn say(log: &Record, text: &str) {
    tell(log, vec![text.to_owned()]);
}

/// What an error says: itself, then its causes.
fn with_causes(error: &dyn Error) -> Vec<String> {
    let mut said = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        said.push(error.to_string());
        cause = error.source();
    }
    said
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
        tell(log, with_causes(&value.0));
    }
}

impl<E: Error> SayError for &&&Slot<E> {
    type Value = E;

    fn dlp_say(&self, value: &E, log: &Record) {
        tell(log, with_causes(value));
    }
}

/// What points to an error, as `Box<dyn Error>` and `anyhow::Error` do.
pub trait SayBehind {
    /// The type of the value.
    type Value;
    /// Records what the value says.
    fn dlp_say(&self, value: &Self::Value, log: &Record);
}

/// What is behind a pointer and is an error, sized or not.
pub trait AsError {
    /// What it says, its causes after it.
    fn told(&self) -> Vec<String>;
}

impl<E: Error> AsError for E {
    fn told(&self) -> Vec<String> {
        with_causes(self)
    }
}

impl AsError for dyn Error {
    fn told(&self) -> Vec<String> {
        with_causes(self)
    }
}

impl AsError for dyn Error + Send {
    fn told(&self) -> Vec<String> {
        with_causes(self)
    }
}

impl AsError for dyn Error + Send + Sync {
    fn told(&self) -> Vec<String> {
        with_causes(self)
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

impl<E: fmt::Display> SayText for &Slot<E> {
    type Value = E;

    fn dlp_say(&self, value: &E, log: &Record) {
        tell(log, vec![value.to_string()]);
    }
}

impl SayText for &Slot<Absent> {
    type Value = Absent;

    fn dlp_say(&self, _value: &Absent, log: &Record) {
        tell(log, vec!["there was no value (`None`)".to_owned()]);
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

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::exit::RemoteError;

    fn said(record: &Record) -> Vec<String> {
        crate::encoding::decode::<Told>(&record.take()).unwrap().said
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
        let told = Told { rank: 2, said: ["a", "b", "c"].map(str::to_owned).into() };
        assert_eq!(says!(RemoteError::new("f".into(), 3, told))[1..], ["b", "c"]);
        assert_eq!(says!(())[0], "a value of type `dlp_core::exit::Failed<()>`");
        let plain = Slot::new();
        plain.is(&number());
        (&&&&plain).dlp_say(&number(), &log);
        assert_eq!(said(&log), ["invalid digit found in string"]);
        let text = Slot::new();
        text.is(&String::new());
        (&&&&text).dlp_say(&"x".to_owned(), &log);
        assert_eq!(said(&log), ["x"]);
    }
}
