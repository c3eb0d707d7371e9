//! Taking what to run from the pool of this rank's node, and asking for more when that is empty. Knows when, and not what is run.

use std::ops::Range;
use std::time::Instant;

use super::Engine;
use crate::link::Link;
use crate::observe::Observer;
use crate::pool::{Take, Well};
use crate::schedule::Chunk;
use crate::transport::{Shared, Transport};
use crate::wire::Message;

/// What this rank takes from, and who else does.
pub(super) struct Draws<'a> {
    transport: &'a dyn Transport,
    memory: Shared<'a>,
    well: Well,
    start: Instant,
}

impl<'a> Draws<'a> {
    pub(super) fn new(link: &'a Link, chunk: Chunk, hosts: bool) -> Self {
        let transport = &*link.session().transport;
        let ranks = transport.size().div_ceil(transport.nodes()) as u64;
        let well = Well::new(link.number(), chunk, ranks, hosts && transport.size() > 1);
        Self { transport, memory: transport.shared(), well, start: Instant::now() }
    }

    #[inline]
    fn take(&mut self) -> Take {
        let Self { memory, well, start, .. } = self;
        well.take(memory.words(), || start.elapsed())
    }

    /// Here is what this rank has asked for.
    pub(super) fn refill(&mut self, range: Range<u64>) {
        if self.well.refill(self.memory.words(), range) {
            self.transport.wake_node();
        }
    }

    /// This rank takes no more, and neither need anybody of its node.
    pub(super) fn close(&self) {
        if self.well.close(self.memory.words()) {
            self.transport.wake_node();
        }
    }
}

impl Engine<'_> {
    /// Takes what to run next, or what has to be done before there is something.
    pub(super) fn draw(&mut self) {
        match self.draws.take() {
            Take::Wait => self.await_batch(),
            take => {
                self.drawn(take);
            }
        }
    }

    /// The same, if that is done at once: where the next range begins.
    #[inline]
    pub(super) fn draw_on(&mut self) -> Option<u64> {
        let take = self.draws.take();
        self.drawn(take)
    }

    fn drawn(&mut self, take: Take) -> Option<u64> {
        match take {
            Take::Run(range) => {
                let start = range.start;
                if self.worker.on_draw(range) {
                    return Some(start);
                }
                self.draws.close();
                self.dry();
            }
            Take::Ask => {
                self.worker.on_ask();
                self.link.tell(Message::Ask);
            }
            Take::Over => self.dry(),
            // `draw` comes back to it.
            Take::Wait | Take::Foreign => {}
        }
        None
    }

    fn dry(&mut self) {
        let report = self.worker.on_dry();
        self.hand_over(report);
    }

    /// Another rank of the node asks for more: waits until it is there, or a message comes.
    fn await_batch(&mut self) {
        self.observer.wait_begins();
        let pool = self.draws.well.pool(self.draws.memory.words());
        pool.begin_waiting();
        let message = self.link.await_message_while(|| pool.is_asked_for());
        pool.end_waiting();
        self.observer.wait_ends();
        if let Some(message) = message {
            self.take_in(message);
            self.replay_ready();
        }
    }
}
