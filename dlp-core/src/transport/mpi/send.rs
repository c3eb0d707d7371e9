//! The way out: frames become MPI messages, whose memory is kept until MPI has done with it.
//!
//! Knows how a frame is cut, and neither what it says nor how one comes in. A frame that fits [`SHORT`] bytes is
//! one message. Of a longer one the header goes alone, so that the receiver knows every length before it
//! receives; the payload follows in pieces, for MPI counts in `int`.

#![allow(unsafe_code)]

use std::mem::ManuallyDrop;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::SHORT;
use super::ffi::{Comm, Request, Tag};
use crate::wire::{Frame, Payload};

/// How many sends that are still under way are looked at in one go: each look lets MPI work for a while.
const LOOKS: usize = 4;

/// How many buffers of short messages are kept for later ones.
const SPARE: usize = 256;

/// What this rank has sent and MPI may still read.
pub(super) struct Outbox {
    comm: Comm,
    limit: usize,
    queue: Mutex<Queue>,
    /// How many bytes are in the queue; changed under its lock, read without.
    held: AtomicUsize,
}

#[derive(Default)]
struct Queue {
    /// In no order: that of arrival was fixed when they were started. One that waits for a busy rank must not keep
    /// the memory of all that came after it.
    under_way: Vec<Sending>,
    /// Where to look next.
    next: usize,
    /// Buffers of short messages that are over.
    spare: Vec<Vec<u8>>,
    closed: bool,
    scratch: Vec<u8>,
}

/// A send under way, with the memory that MPI reads. Leaked if dropped before it is over, for MPI still reads it.
struct Sending {
    request: Request,
    memory: ManuallyDrop<Memory>,
}

/// Bytes that stay where they are when their owner moves, and that nobody writes.
enum Memory {
    Short(Vec<u8>),
    Piece(Payload, Range<usize>),
}

impl Memory {
    fn bytes(&self) -> &[u8] {
        match self {
            Memory::Short(bytes) => bytes,
            Memory::Piece(payload, range) => &payload[range.clone()],
        }
    }
}

impl Sending {
    fn start(comm: Comm, memory: Memory, to: usize, tag: Tag) -> Result<Sending, String> {
        let memory = ManuallyDrop::new(memory);
        let bytes = memory.bytes();
        // SAFETY: the bytes are on the heap, owned by `memory` (a shared payload by it too), which is freed by
        // `over` alone, and never written while it is owned here.
        let request = unsafe { comm.send(bytes.as_ptr(), bytes.len(), to, tag) }?;
        Ok(Sending { request, memory })
    }

    /// Gives the memory back.
    ///
    /// # Safety
    /// The request is over.
    unsafe fn over(self) -> Memory {
        ManuallyDrop::into_inner(self.memory)
    }
}

impl Outbox {
    pub(super) fn new(comm: Comm, limit: usize) -> Outbox {
        Outbox { comm, limit, queue: Mutex::default(), held: AtomicUsize::new(0) }
    }

    /// Cuts long payloads into pieces of this many bytes from now on.
    pub(super) fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Starts to send a frame.
    pub(super) fn send(&self, to: usize, frame: &Frame) -> Result<(), String> {
        let is_short = frame.header.len() + frame.payload.len() <= SHORT;
        // Held until all is started: the bodies of two frames to one rank must not mix.
        let mut queue = self.queue();
        if queue.closed {
            return Err("a frame was sent after the transport was closed".into());
        }
        queue.scratch.clear();
        queue.scratch.extend_from_slice(&frame.header);
        if is_short {
            queue.scratch.extend_from_slice(&frame.payload);
        }
        let mut request = unsafe { self.comm.send(queue.scratch.as_ptr(), queue.scratch.len(), to, Tag::Head) }?;
        if !request.is_sent()? {
            let spare = queue.spare.pop().unwrap_or_else(|| Vec::with_capacity(SHORT));
            let memory = ManuallyDrop::new(Memory::Short(std::mem::replace(&mut queue.scratch, spare)));
            self.keep(&mut queue, Sending { request, memory });
        }
        if is_short { if queue.under_way.is_empty() { return Ok(()) } return self.look(&mut queue); }
        let mut at = 0;
        while !is_short && at < frame.payload.len() {
            let end = frame.payload.len().min(at.saturating_add(self.limit));
            let piece = Memory::Piece(frame.payload.clone(), at..end);
            self.keep(&mut queue, Sending::start(self.comm, piece, to, Tag::Body)?);
            at = end;
        }
        self.look(&mut queue)
    }

    /// Lets MPI work on what is under way, unless another thread does so already.
    pub(super) fn push_along(&self) -> Result<(), String> {
        match self.held() {
            0 => Ok(()),
            _ => self.queue.try_lock().map_or(Ok(()), |mut queue| self.look(&mut queue)),
        }
    }

    /// How many bytes MPI may still read.
    pub(super) fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// Takes no more frames.
    pub(super) fn close(&self) {
        self.queue().closed = true;
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Nothing panics under the lock.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, queue: &mut Queue, sending: Sending) {
        self.held.fetch_add(sending.memory.bytes().len(), Ordering::Relaxed);
        queue.under_way.push(sending);
    }

    /// Frees what is over, looking at a few that are not.
    fn look(&self, queue: &mut Queue) -> Result<(), String> {
        let mut looks = 0;
        while looks < LOOKS.min(queue.under_way.len()) {
            let at = if queue.next < queue.under_way.len() { queue.next } else { 0 };
            if queue.under_way[at].request.is_sent()? {
                // SAFETY: it is over.
                let memory = unsafe { queue.under_way.swap_remove(at).over() };
                self.held.fetch_sub(memory.bytes().len(), Ordering::Relaxed);
                queue.reuse(memory);
                queue.next = at;
            } else {
                queue.next = at + 1;
                looks += 1;
            }
        }
        Ok(())
    }
}

impl Queue {
    fn reuse(&mut self, memory: Memory) {
        if let Memory::Short(buffer) = memory
            && self.spare.len() < SPARE
        {
            self.spare.push(buffer);
        }
    }
}
