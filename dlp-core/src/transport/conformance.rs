//! What every back end must do, as a body of checks that all ranks of a world run together.
//!
//! Hidden from users; here and not under `cfg(test)` because the same body also runs as a program under
//! `mpiexec`. Each check ends with all messages received, so that checks may follow one another.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::{Idle, Transport};
use crate::wire::{HEADER, Message, Payload};

/// How long a check may wait for a message before it fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs every check, with payloads on both sides of `limit`, the longest message of a back end that has one, and many times
/// as long. Called by all ranks of a world at the same time.
///
/// # Panics
/// When the back end does not do what [`Transport`] promises, or a message does not come in time.
pub fn all(end: &dyn Transport, limit: usize) {
    assert!(end.rank() < end.size());
    assert!(!end.aborted());
    let mut rank = Rank { end, limit, phase: 0, early: VecDeque::new() };
    rank.every_pair_exchanges();
    rank.order_is_kept_for_every_size_of_payload();
    rank.many_to_one();
    rank.many_long_to_one();
    rank.a_shared_payload_goes_to_all();
    rank.everything_is_sent_in_the_end();
}

/// A rank in one of the checks; what others that are ahead have sent for a later check waits in `early`.
struct Rank<'a> {
    end: &'a dyn Transport,
    limit: usize,
    phase: u64,
    early: VecDeque<(usize, u64, u64, Payload)>,
}

impl Rank<'_> {
    fn send(&self, to: usize, number: u64, payload: impl Into<Payload>) {
        self.end.send(to, Message::Answer(payload.into()).encode(self.phase << 32 | number));
    }

    /// The next message of this check: sender, number and payload.
    fn receive(&mut self) -> (usize, u64, Payload) {
        let phase = self.phase;
        if let Some(at) = self.early.iter().position(|(_, of, ..)| *of == phase) {
            let (from, _, number, payload) = self.early.remove(at).expect("just found");
            return (from, number, payload);
        }
        let (mut idle, start) = (Idle::new(self.end.rings()), Instant::now());
        loop {
            if let Some((from, frame)) = self.end.poll() {
                let Ok((epoch, Message::Answer(payload))) = Message::decode(frame) else {
                    panic!("rank {} got another message than was sent", self.end.rank());
                };
                let (of, number) = (epoch >> 32, epoch & u64::from(u32::MAX));
                assert!(of >= phase, "a message of check {of} was left over for check {phase}");
                if of == phase {
                    return (from, number, payload);
                }
                self.early.push_back((from, of, number, payload));
                continue;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "rank {} of {} waits for ever",
                self.end.rank(),
                self.end.size()
            );
            self.end.wait(idle.rest());
        }
    }

    /// Everybody tells the root and is told by it; then the next check begins.
    fn meet(&mut self) {
        self.phase += 1;
        if self.end.rank() == 0 {
            (1..self.end.size()).for_each(|_| drop(self.receive()));
            (1..self.end.size()).for_each(|to| self.send(to, 0, vec![]));
        } else {
            self.send(0, 0, vec![]);
            self.receive();
        }
        self.phase += 1;
    }

    fn every_pair_exchanges(&mut self) {
        let (rank, size) = (self.end.rank(), self.end.size());
        for to in (0..size).filter(|&to| to != rank) {
            self.send(to, 7, vec![rank as u8, to as u8]);
        }
        let mut senders: Vec<usize> = (1..size)
            .map(|_| {
                let (from, number, payload) = self.receive();
                assert_eq!((number, &payload[..]), (7, &[from as u8, rank as u8][..]));
                from
            })
            .collect();
        senders.sort_unstable();
        assert_eq!(senders, (0..size).filter(|&from| from != rank).collect::<Vec<_>>());
        self.meet();
    }

    fn order_is_kept_for_every_size_of_payload(&mut self) {
        let next = (self.end.rank() + 1) % self.end.size();
        if next == self.end.rank() {
            return;
        }
        // Empty ones between the long ones: a short message must not overtake.
        for (count, length) in (0..).zip(lengths(self.limit)) {
            self.send(next, 2 * count, pattern(length, count));
            self.send(next, 2 * count + 1, vec![]);
        }
        for (count, length) in (0..).zip(lengths(self.limit)) {
            let (_, number, payload) = self.receive();
            assert_eq!((number, payload.len()), (2 * count, length));
            assert!(payload[..] == pattern(length, count)[..], "{length} bytes did not arrive as sent");
            let (_, number, payload) = self.receive();
            assert_eq!((number, payload.len()), (2 * count + 1, 0));
        }
        self.meet();
    }

    fn many_to_one(&mut self) {
        const EACH: u64 = 2_000;
        if self.end.rank() == 0 {
            let mut next = vec![0; self.end.size()];
            for _ in 0..EACH * (self.end.size() as u64 - 1) {
                let (from, number, payload) = self.receive();
                assert_eq!(number, next[from], "out of order from rank {from}");
                assert_eq!(payload.len() as u64, number % 700);
                next[from] += 1;
            }
        } else {
            (0..EACH).for_each(|count| self.send(0, count, vec![1; (count % 700) as usize]));
        }
        self.meet();
    }

    /// All at once, and far more of them than may come in at the same time.
    fn many_long_to_one(&mut self) {
        const EACH: u64 = 5;
        let limit = self.limit;
        let length = |from: usize, count: u64| 3 * limit + from + count as usize;
        if self.end.rank() == 0 {
            let mut next = vec![0; self.end.size()];
            for _ in 0..EACH * (self.end.size() as u64 - 1) {
                let (from, number, payload) = self.receive();
                assert_eq!((number, payload.len()), (next[from], length(from, number)), "from rank {from}");
                assert!(payload[..] == pattern(payload.len(), number)[..], "it did not arrive as sent");
                next[from] += 1;
            }
        } else {
            let rank = self.end.rank();
            (0..EACH).for_each(|count| self.send(0, count, pattern(length(rank, count), count)));
        }
        self.meet();
    }

    fn a_shared_payload_goes_to_all(&mut self) {
        let payload = Payload::from(vec![42; 300_000]);
        if self.end.rank() == 0 {
            (1..self.end.size()).for_each(|to| self.send(to, 1, payload.clone()));
        } else {
            assert_eq!(self.receive().2, payload);
        }
        self.meet();
    }

    fn everything_is_sent_in_the_end(&self) {
        let (mut idle, start) = (Idle::new(self.end.rings()), Instant::now());
        while self.end.unsent() > 0 {
            assert_eq!(self.end.poll(), None, "rank {} got a message too many", self.end.rank());
            assert!(start.elapsed() < PATIENCE, "rank {} keeps {} bytes", self.end.rank(), self.end.unsent());
            self.end.wait(idle.rest());
        }
    }
}

fn pattern(length: usize, salt: u64) -> Vec<u8> {
    (0..length as u64).map(|at| (at * 31 + salt) as u8).collect()
}

/// Lengths on both sides of every limit that a back end may have: one packet, eager and rendezvous
/// protocols, and (the tests make it small) the longest single message.
fn lengths(limit: usize) -> impl Iterator<Item = usize> {
    let around = |limit: usize| [limit - 1, limit, limit + 1];
    let limits = [2, 512 - HEADER, 512, 2048 - HEADER, 4096, 65_536, 1 << 20, limit, 2 * limit, 7 * limit];
    [0, 1].into_iter().chain(limits.into_iter().flat_map(around)).chain([5_000_000])
}
