//! A transport whose other ranks say what a script has for them, whatever this rank does. Knows no message.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::pool::WORDS;
use crate::transport::{Rest, Shared, Transport};
use crate::wire::{Frame, Message};

/// One rank's end.
#[derive(Clone)]
pub(super) struct Scripted {
    rank: usize,
    size: usize,
    state: Arc<Mutex<State>>,
    words: Arc<[AtomicU64; WORDS]>,
}

#[derive(Default)]
struct State {
    script: VecDeque<(usize, Frame)>,
    /// The status of the job, once it has ended.
    ended: Option<i32>,
    sent: usize,
}

/// The job ended because nobody had anything more to say.
pub(super) const SILENCE: i32 = -1;

/// No rank has so much to say in answer to a short script.
const MOST: usize = 100_000;

impl Scripted {
    pub(super) fn new(rank: usize, size: usize) -> Self {
        Self { rank, size, state: Arc::default(), words: Arc::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins anew, with this to come.
    pub(super) fn play(&self, script: impl IntoIterator<Item = (usize, Frame)>) {
        self.words.iter().for_each(|word| word.store(0, Ordering::Relaxed));
        *self.state() = State { script: script.into_iter().collect(), ..State::default() };
    }

    /// How the job ended, if it has.
    pub(super) fn ended(&self) -> Option<i32> {
        self.state().ended
    }
}

impl Transport for Scripted {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.size
    }

    fn send(&self, to: usize, frame: Frame) {
        assert!(to < self.size && to != self.rank);
        Message::decode(frame).expect("what an honest rank sends can be read");
        self.state().sent += 1;
        assert!(self.state().sent < MOST, "too much is said");
    }

    fn poll(&self) -> Option<(usize, Frame)> {
        self.state().script.pop_front()
    }

    fn wait(&self, _rest: Rest) {
        let mut state = self.state();
        if state.script.is_empty() {
            state.ended.get_or_insert(SILENCE);
        }
    }

    fn wake(&self) {}

    fn rings(&self) -> bool {
        false
    }

    fn unsent(&self) -> usize {
        0
    }

    fn abort(&self, status: i32) {
        self.state().ended.get_or_insert(status);
    }

    fn aborted(&self) -> bool {
        self.ended().is_some()
    }

    fn shared(&self) -> Shared<'_> {
        Shared::new(&*self.words)
    }

    fn nodes(&self) -> usize {
        1
    }

    fn wake_node(&self) {}

    fn concurrent(&self) -> bool {
        false
    }

    fn close(&self) {}
}
