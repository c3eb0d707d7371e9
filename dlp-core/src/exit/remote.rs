//! The error that stands in for one that happened on another rank. Knows what was told of that one, and not how it got here.

use std::error::Error;
use std::fmt;
use std::io;

use super::Told;

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

/// How many causes of an error are told at most. Each holds the next: a chain without end could not be dropped.
const MOST_CAUSES: usize = 100;

impl RemoteError {
    pub(crate) fn new(place: String, index: u64, told: Told) -> Self {
        let Told { rank, mut said } = told;
        said.truncate(1 + MOST_CAUSES);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_of_a_million_causes_is_cut() {
        let told = Told { rank: 1, said: vec![String::new(); 1_000_000] };
        let error = RemoteError::new("f".into(), 3, told);
        let mut count = 0;
        let mut cause = error.source();
        while let Some(known) = cause {
            (count, cause) = (count + 1, known.source());
        }
        assert_eq!(count, MOST_CAUSES);
    }
}
