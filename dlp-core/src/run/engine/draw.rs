//! Taking what to run from the pool of this rank's node, and asking for more when that is empty. Knows when, and not what is run.

use std::ops::Range;
use std::time::{Duration, Instant};

use super::Engine;
use crate::link::Link;
use crate::observe::Observer;
use crate::pool::{Pool, Take};
use crate::schedule::Chunk;
use crate::transport::{Shared, Transport};
use crate::wire::Message;

/// What this rank takes from, and how much at a time.
pub(super) struct Well<'a> {
    transport: &'a dyn Transport,
    memory: Shared<'a>,
    /// The number of the loop.
    number: u64,
    chunk: Chunk,
    /// This rank only hosts the manager, and takes nothing.
    hosts: bool,
    /// What it took last, if that matters: how many, and when.
    last: Option<(u64, Instant)>,
    /// A batch for this rank alone, while another loop has the pool; `None` of it when there is no more.
    own: Option<Option<Range<u64>>>,
}

impl<'a> Well<'a> {
    /// A rank comes back to the pool about this often: a take costs a tenth of a microsecond, and more where many do it.
    const PACE: Duration = Duration::from_micros(200);
    /// A chunk grows at most by this factor from one take to the next.
    const GROWTH: u64 = 8;
    /// A chunk is at most this part of what is left in the batch, for each rank of the node.
    const SPREAD: u64 = 2;

    pub(super) fn new(link: &'a Link, chunk: Chunk, hosts: bool) -> Self {
        let transport = &*link.session().transport;
        let hosts = hosts && transport.size() > 1;
        let (memory, number) = (transport.shared(), link.number());
        Self { transport, memory, number, chunk, hosts, last: None, own: None }
    }

    fn pool(&self) -> Pool<'_> {
        Pool::new(self.memory.words(), self.number)
    }

    #[inline]
    fn take(&mut self) -> Take {
        if self.hosts {
            return Take::Over;
        }
        if self.own.is_some() {
            return self.take_own();
        }
        let take = match self.chunk.fixed() {
            Some(count) => self.pool().take(|_| count),
            None => self.take_paced(),
        };
        if take == Take::Foreign {
            self.own = Some(Some(0..0));
            return self.take_own();
        }
        take
    }

    /// As many as take about as long as is worth it.
    fn take_paced(&mut self) -> Take {
        let now = Instant::now();
        let ranks = self.transport.size().div_ceil(self.transport.nodes()) as u64;
        let paced = self.last.map_or(1, |(count, since)| {
            let took = (now - since).as_nanos().max(1);
            let fits = Self::PACE.as_nanos() * u128::from(count) / took;
            u64::try_from(fits).unwrap_or(u64::MAX).min(count.saturating_mul(Self::GROWTH))
        });
        let take = self.pool().take(|left| paced.min(left / (Self::SPREAD * ranks)));
        if let Take::Run(range) = &take {
            self.last = Some((range.end - range.start, now));
        }
        take
    }

    fn take_own(&mut self) -> Take {
        let least = self.chunk.fixed().unwrap_or(1);
        match &mut self.own {
            Some(Some(batch)) if !batch.is_empty() => {
                let next = batch.end.min(batch.start.saturating_add(least));
                Take::Run(std::mem::replace(&mut batch.start, next)..next)
            }
            Some(Some(_)) => Take::Ask,
            _ => Take::Over,
        }
    }

    /// Here is what this rank has asked for.
    pub(super) fn refill(&mut self, range: Range<u64>) {
        let more = !range.is_empty();
        if let Some(own) = &mut self.own {
            *own = more.then_some(range);
            return;
        }
        let pool = self.pool();
        if if more { pool.fill(&range) } else { pool.close(true) } {
            self.transport.wake_node();
        }
    }

    /// This rank takes no more, and neither need anybody of its node: what is still in the pool does not matter.
    pub(super) fn close(&self) {
        if self.own.is_none() && self.pool().close(false) {
            self.transport.wake_node();
        }
    }
}

impl Engine<'_> {
    /// Takes what to run next, or what has to be done before there is something.
    pub(super) fn draw(&mut self) {
        match self.well.take() {
            Take::Wait => self.await_batch(),
            take => {
                self.drawn(take);
            }
        }
    }

    /// The same, if that is done at once: where the next range begins.
    #[inline]
    pub(super) fn draw_on(&mut self) -> Option<u64> {
        let take = self.well.take();
        self.drawn(take)
    }

    fn drawn(&mut self, take: Take) -> Option<u64> {
        match take {
            Take::Run(range) => {
                let start = range.start;
                if self.worker.on_draw(range) {
                    return Some(start);
                }
                self.well.close();
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
        let pool = self.well.pool();
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
