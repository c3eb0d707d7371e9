//! The way in: messages become frames, delivered in the order in which each rank sent them.
//!
//! Knows how `send.rs` cuts a frame, and not what it says. Heads come through memory from some ranks, and for those of the others a
//! ring of receives is always posted; from one rank they come one way only, so that their order is kept. A head tells how long its payload is, and receives of just that length are posted for its pieces. No probe, and
//! nothing that blocks.

#![allow(unsafe_code)]

use std::collections::VecDeque;
use std::mem::{self, ManuallyDrop};

use super::ffi::{Arrival, Comm, Receiver, Request, Tag};
use super::node::Node;
use super::post::Reader;
use crate::transport::head::{self, Head, SHORT};
use crate::wire::{Frame, HEADER, Payload};

/// How many heads can come in between two looks without a copy inside MPI.
const RING: usize = 16;

/// How many pieces of a payload are received at the same time. Few, so that pieces come one after the other and both
/// sides see that it moves, but enough that none waits for the next receive.
const WINDOW: usize = 4;

/// How many bytes may come in at the same time, more only if it is one payload. The others stay with their senders.
const ROOM: usize = 256 << 20;

/// How many payloads that turn out not to be whole are looked at in one go: each such look lets MPI work for a while.
const LOOKS: usize = 4;

/// What comes in for this rank.
pub(super) struct Inbox {
    comm: Comm,
    /// Receives for heads, started in ring order and so, by MPI's rules, matched in ring order.
    ring: Vec<Slot>,
    /// The slot that is next to be filled.
    next: usize,
    /// How many heads have come by MPI from ranks of this node.
    letters: u32,
    /// The posts that this rank reads, which of them is to be looked at first, and what was read last.
    readers: Vec<Reader>,
    first: usize,
    message: Vec<u8>,
    /// For each rank: what has come from it since a payload that is not yet whole, that one first.
    behind: Vec<VecDeque<Arriving>>,
    /// The ranks whose first one waits for room.
    waiting: VecDeque<usize>,
    /// The ranks whose first one comes in, the next to be looked at first, and how many bytes those are.
    busy: VecDeque<usize>,
    room: usize,
    room_taken: usize,
    /// A frame that a look for news has found.
    found: Option<(usize, Frame)>,
    /// How many heads of long frames, and pieces of them, have come.
    moved: u64,
}

/// A receive for a head and the memory that MPI writes, which is leaked if this is dropped.
struct Slot {
    receiver: Receiver,
    memory: ManuallyDrop<Vec<u8>>,
}

impl Slot {
    fn open(comm: Comm) -> Result<Slot, String> {
        let mut memory = ManuallyDrop::new(vec![0; SHORT]);
        // SAFETY: that many bytes on the heap, read after an arrival and before the next start alone, and freed by
        // `close` alone.
        let mut receiver = unsafe { comm.receiver(memory.as_mut_ptr(), SHORT, Tag::Head) }?;
        receiver.start()?;
        Ok(Slot { receiver, memory })
    }

    fn close(self) -> Result<(), String> {
        self.receiver.close()?;
        drop(ManuallyDrop::into_inner(self.memory));
        Ok(())
    }
}

/// A frame whose head has come, and all or some or nothing of its payload.
struct Arriving {
    header: [u8; HEADER],
    /// Room for the payload, of which Rust knows nothing to be filled until all has come. MPI writes it, so it is
    /// leaked if this is dropped earlier.
    bytes: ManuallyDrop<Vec<u8>>,
    /// How long the payload is, and each piece of it but the last.
    length: usize,
    piece: usize,
    /// How much of it has come or is coming, and what is coming, in order, each with its length.
    begun: usize,
    coming: VecDeque<(Request, usize)>,
}

impl Arriving {
    /// A whole frame, which has to wait for another.
    fn whole(Frame { header, payload }: Frame) -> Arriving {
        let (bytes, coming) = (ManuallyDrop::new(payload.into_vec()), VecDeque::new());
        Arriving { header, length: bytes.len(), piece: 0, begun: bytes.len(), bytes, coming }
    }

    /// A frame of which only the header has come.
    fn announced(header: [u8; HEADER], length: usize, piece: usize) -> Arriving {
        let (bytes, coming) = (ManuallyDrop::default(), VecDeque::new());
        Arriving { header, bytes, length, piece, begun: 0, coming }
    }

    /// Finds room for what is to come.
    fn reserve(&mut self, from: usize) -> Result<(), String> {
        let length = self.length;
        let no_room = |_| format!("no room for the {length} bytes that rank {from} announced");
        self.bytes.try_reserve_exact(length - self.begun).map_err(no_room)
    }

    /// With room for it: the payload, if it is whole. Posts receives for the next pieces, and lets MPI work for a while
    /// if the first of them is not there.
    fn payload(&mut self, comm: Comm, from: usize, moved: &mut u64) -> Result<Option<Payload>, String> {
        loop {
            while self.begun < self.length && self.coming.len() < WINDOW {
                let piece = self.piece.min(self.length - self.begun);
                // SAFETY: within the capacity, so on the heap.
                let memory = unsafe { self.bytes.as_mut_ptr().add(self.begun) };
                // SAFETY: as above, and not touched until all has come.
                let request = unsafe { comm.receive(memory, piece, from, Tag::Body) }?;
                self.coming.push_back((request, piece));
                self.begun += piece;
            }
            let Some((request, expected)) = self.coming.front_mut() else { break };
            let Some(Arrival { length, .. }) = request.received()? else { return Ok(None) };
            if length != *expected {
                let due = *expected;
                return Err(format!("rank {from} sent {length} bytes of a payload where {due} were due"));
            }
            self.coming.pop_front();
            *moved += 1;
        }
        let mut bytes = mem::take(&mut *self.bytes);
        // SAFETY: all pieces have come, each of the length that was due, and they add up to this.
        unsafe { bytes.set_len(self.length) };
        Ok(Some(bytes.into()))
    }
}

impl Inbox {
    pub(super) fn open(comm: Comm, size: usize, posts: usize) -> Result<Inbox, String> {
        let ring = (0..RING).map(|_| Slot::open(comm)).collect::<Result<_, _>>()?;
        let behind = (0..size).map(|_| VecDeque::new()).collect();
        let (waiting, busy) = (VecDeque::new(), VecDeque::new());
        Ok(Inbox {
            comm,
            ring,
            next: 0,
            letters: 0,
            readers: (0..posts).map(|_| Reader::default()).collect(),
            first: 0,
            message: Vec::with_capacity(SHORT),
            behind,
            waiting,
            busy,
            room: ROOM,
            room_taken: 0,
            found: None,
            moved: 0,
        })
    }

    /// Lets so many bytes come in at the same time from now on.
    pub(super) fn set_room(&mut self, bytes: usize) {
        self.room = bytes;
    }

    /// Whether something has come in part.
    #[inline]
    pub(super) fn is_arriving(&self) -> bool {
        !self.busy.is_empty() || !self.waiting.is_empty()
    }

    /// How many heads of long frames, and pieces of them, have come.
    pub(super) fn moved(&self) -> u64 {
        self.moved
    }

    /// The next frame that is whole, and its sender.
    #[inline]
    pub(super) fn next(&mut self, node: &Node) -> Result<Option<(usize, Frame)>, String> {
        if let Some(found) = self.found.take() {
            return Ok(Some(found));
        }
        // After a head another round, for what it announces; not endlessly, as heads may come as fast as they go.
        for _ in 0..RING {
            if self.is_arriving()
                && let Some(news) = self.finished()?
            {
                return Ok(Some(news));
            }
            if self.ring.is_empty() {
                break;
            }
            // SAFETY: not closed, as the ring is there.
            let head = match unsafe { self.read(node) }? {
                // SAFETY: as above.
                None => unsafe { self.receive(node) }?,
                head => head,
            };
            let Some((from, head)) = head else { break };
            if let Some(frame) = self.take_in(from, head) {
                return Ok(Some((from, frame)));
            }
        }
        Ok(None)
    }

    /// Whether there is a frame that is whole.
    pub(super) fn is_ready(&mut self, node: &Node) -> Result<bool, String> {
        self.found = self.next(node)?;
        Ok(self.found.is_some())
    }

    /// The next head that came through memory.
    ///
    /// # Safety
    /// The memory of the node was not given back.
    #[inline]
    unsafe fn read(&mut self, node: &Node) -> Result<Option<(usize, Head)>, String> {
        for _ in 0..self.readers.len() {
            let post = self.first;
            self.first = if post + 1 == self.readers.len() { 0 } else { post + 1 };
            // SAFETY: as promised by the caller.
            let is_read = self.readers[post].read(unsafe { node.inward(post) }, &mut self.message);
            let from = node.writer(post);
            let wrong = |error| format!("rank {from} sent {error}");
            if is_read.map_err(wrong)? {
                return Ok(Some((from, head::read(&self.message).map_err(wrong)?)));
            }
        }
        Ok(None)
    }

    /// The next head that came by MPI, from a slot that is emptied and started again.
    ///
    /// # Safety
    /// The memory of the node was not given back.
    #[inline]
    unsafe fn receive(&mut self, node: &Node) -> Result<Option<(usize, Head)>, String> {
        // SAFETY: as promised by the caller.
        let is_due = !node.is_all() || unsafe { node.letters() } != self.letters;
        if !is_due {
            return Ok(None);
        }
        let slot = &mut self.ring[self.next];
        // One look is enough: on a posted receive MPI works first, then looks (a probe does not, and often misses).
        let Some(Arrival { from, length }) = slot.receiver.received()? else { return Ok(None) };
        let head = head::read(&slot.memory[..length]).map_err(|error| format!("rank {from} sent {error}"))?;
        slot.receiver.start()?;
        self.next = (self.next + 1) % RING;
        if node.has(from) {
            self.letters = self.letters.wrapping_add(1);
        }
        Ok(Some((from, head)))
    }

    /// The frame, if that is all of it, and its sender owes no earlier one.
    #[inline]
    fn take_in(&mut self, from: usize, head: Head) -> Option<Frame> {
        let frame = match head {
            Head::Whole(frame) if self.behind[from].is_empty() => return Some(frame),
            Head::Whole(frame) => Arriving::whole(frame),
            Head::Pieces { header, length, piece } => Arriving::announced(header, length, piece),
        };
        self.moved += 1;
        if self.behind[from].is_empty() {
            self.waiting.push_back(from);
        }
        self.behind[from].push_back(frame);
        None
    }

    /// Finds room for payloads, each only when it is the next of its sender, as long as there is some.
    fn admit(&mut self) -> Result<(), String> {
        while let Some(&from) = self.waiting.front()
            && let Some(first) = self.behind[from].front_mut()
        {
            if self.room_taken > 0 && self.room_taken.saturating_add(first.length) > self.room {
                break;
            }
            first.reserve(from)?;
            self.room_taken += first.length;
            self.waiting.pop_front();
            self.busy.push_back(from);
        }
        Ok(())
    }

    /// The next frame that had to wait for a payload and is whole now, and its sender.
    fn finished(&mut self) -> Result<Option<(usize, Frame)>, String> {
        self.admit()?;
        for _ in 0..LOOKS.min(self.busy.len()) {
            let Some(from) = self.busy.pop_front() else { break };
            let queue = &mut self.behind[from];
            let Some(first) = queue.front_mut() else { continue };
            let Some(payload) = first.payload(self.comm, from, &mut self.moved)? else {
                self.busy.push_back(from);
                continue;
            };
            let frame = Frame { header: first.header, payload };
            self.room_taken -= first.length;
            queue.pop_front();
            if !queue.is_empty() {
                self.waiting.push_back(from);
            }
            return Ok(Some((from, frame)));
        }
        Ok(None)
    }

    /// Takes back the receives that are posted, and the memory they would have written. Nothing comes any more.
    pub(super) fn close(&mut self) -> Result<(), String> {
        self.ring.drain(..).try_for_each(Slot::close)
    }
}
