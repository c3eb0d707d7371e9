//! How a loop was left, and with what: what the user's own function needs to leave as the loop was left. Knows nothing of how
//! it was found out, and by whom.

use serde::{Deserialize, Serialize};

use crate::exit::RemoteError;
use crate::record::{Reader, Replay};
use crate::session;
use crate::site::Loop;

/// A loop that was left before its end.
#[derive(Debug)]
pub struct Left<T> {
    at: &'static Loop,
    way: Way,
    /// How much of the values was read.
    read: usize,
    item: Option<T>,
}

/// By which way out, and with what, an iteration left the loop: the same on every rank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Way {
    /// The way out, as the body numbers them.
    pub(crate) exit: u32,
    /// The iteration that took it, the lowest that took any.
    pub(crate) index: u64,
    /// It was taken in the replay, not in the iteration itself.
    pub(crate) replayed: bool,
    /// How many statements on the world outside had come up in the iteration, the one that left among them.
    pub(crate) guards: u64,
    /// The values, as far as they travel, or what is told of them.
    pub(crate) values: Vec<u8>,
}

impl Way {
    /// The iteration that is being replayed took it when it ran, and recorded the values.
    pub(super) fn taken_in_the_iteration<T>(exit: u32, op: &mut Replay<'_, T>) -> Self {
        let values = op.reader().rest().to_vec();
        Self { exit, index: op.index(), replayed: false, guards: 0, values }
    }

    /// The iteration that is being replayed takes it just now, and has put the values in the replay's log.
    pub(super) fn taken_in_the_replay<T>(exit: u32, op: &Replay<'_, T>) -> Self {
        Self { exit, index: op.index(), replayed: true, guards: op.guards(), values: op.log().take() }
    }
}

impl<T> Left<T> {
    pub(super) fn new(at: &'static Loop, way: Way, item: Option<T>) -> Self {
        Self { at, way, read: 0, item }
    }

    /// The way out, as the body numbers them.
    pub fn exit(&self) -> u32 {
        self.way.exit
    }

    /// The iteration that took it.
    pub fn index(&self) -> u64 {
        self.way.index
    }

    /// The item of that iteration, where the items can be had again. Once.
    pub fn item(&mut self) -> T {
        self.item.take().expect("asked once, and only where items can be had again")
    }

    /// Reads the next value that travelled.
    pub fn receive<V>(&mut self, read: impl FnOnce(&mut Reader<'_>) -> Option<V>) -> Option<V> {
        let mut reader = Reader::new(&self.way.values[self.read..]);
        let value = read(&mut reader)?;
        self.read = self.way.values.len() - reader.rest().len();
        Some(value)
    }

    /// What is known of an error that could not be had here.
    pub fn remote(&mut self) -> RemoteError {
        let told = self.receive(|reader| reader.read(postcard::take_from_bytes).ok());
        RemoteError::new(self.at.to_string(), self.way.index, told.unwrap_or_default())
    }

    /// Neither the value nor anything that stands in for it can be had here: ends the job.
    pub fn lost(&self, error: &RemoteError) -> ! {
        session::current().fail(&format!(
            "the value with which {} was left cannot be had on this rank: {error}; it cannot be encoded, and running \
             the iteration again did not bring it back; derive `Serialize` and `Deserialize` for its type, or, if it is \
             an error, implement `From<dlp::RemoteError>` for the error that the function returns",
            self.at
        ))
    }
}
