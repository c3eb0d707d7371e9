//! The way out: frames become messages in memory or through MPI; what MPI reads is kept until it has done with it.
//!
//! Knows how a frame is cut, and neither what it says nor how one comes in. A frame of at most [`SHORT`] bytes is
//! one message, through memory where there is a post to that rank. Of a longer one the header goes ahead, with the length of the pieces (eight bytes, little-endian)
//! in which the payload follows through MPI: pieces, since MPI counts in `int`, and ahead, so that the receiver knows every
//! length before it receives. It must: Open MPI 4.1 writes past the end of a receive that is too short.

#![allow(unsafe_code)]

use std::collections::VecDeque;
use std::mem::{self, ManuallyDrop};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::ffi::{Comm, Request, Tag};
use super::node::Node;
use super::post::Writer;
use crate::transport::head::{self, SHORT};
use crate::wire::{Frame, Payload};

/// How many sends that turn out not to be over are looked at in one go: each such look lets MPI work for a while.
const LOOKS: usize = 4;

/// How many buffers of short messages are kept for later ones.
const SPARE: usize = 64;

/// What this rank has sent and MPI may still read.
pub(super) struct Outbox {
    comm: Comm,
    longest_piece: usize,
    queue: Mutex<Queue>,
    /// How many bytes are in the queue, and how many sends have left it: changed under its lock, read without.
    held: AtomicUsize,
    moved: AtomicU64,
}

#[derive(Default)]
struct Queue {
    /// In no order: that of arrival was fixed when they were started, and one that waits for a busy rank must not
    /// keep the memory of all that came after it.
    under_way: Vec<Sending>,
    /// Where to look next.
    next: usize,
    /// Where the next short message is written. MPI has it only inside `send`.
    draft: Vec<u8>,
    /// Buffers of short messages that are over.
    spare: Vec<Vec<u8>>,
    /// The posts that this rank writes into, and what is to be written there as soon as there is room, for which rank.
    writers: Vec<Writer>,
    overdue: VecDeque<(usize, Vec<u8>)>,
    closed: bool,
}

/// A send under way, with the memory that MPI reads: leaked if this is dropped before the send is over.
struct Sending {
    request: Request,
    memory: ManuallyDrop<Memory>,
}

/// Bytes on the heap, which stay where they are when their owner moves, and which nobody writes.
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

impl Outbox {
    pub(super) fn new(comm: Comm, longest_piece: usize, posts: usize) -> Outbox {
        let writers = (0..posts).map(|_| Writer::default()).collect();
        let queue = Mutex::new(Queue { writers, ..Queue::default() });
        Outbox { comm, longest_piece, queue, held: AtomicUsize::new(0), moved: AtomicU64::new(0) }
    }

    /// Cuts payloads into pieces of this many bytes from now on.
    pub(super) fn set_longest_piece(&mut self, bytes: usize) {
        self.longest_piece = bytes;
    }

    /// Starts to send a frame, and rings when that is done.
    #[inline]
    pub(super) fn send(&self, node: &Node, to: usize, frame: &Frame) -> Result<(), String> {
        // Held until all is started: the pieces of two frames to one rank must not mix. Also: what is not closed under this lock
        // has the memory of the node.
        let mut queue = self.queue();
        if queue.closed {
            return Err("a frame was sent after the transport was closed".into());
        }
        let draft = &mut queue.draft;
        draft.clear();
        let is_short = head::write(frame, self.longest_piece, draft);
        let is_short = is_short.map_err(|error| format!("cannot send {error}"))?;
        let post = node.post_to(to);
        match post {
            Some(post) => self.write(&mut queue, node, post, to),
            None => self.send_head(&mut queue, to)?,
        }
        if !is_short {
            self.send_pieces(&mut queue, to, &frame.payload)?;
        }
        // SAFETY: not closed.
        unsafe { node.ring(to, post.is_none()) };
        if queue.is_empty() { Ok(()) } else { self.look(&mut queue, node) }
    }

    /// Writes the draft into a post, or keeps it until there is room.
    #[inline]
    fn write(&self, queue: &mut Queue, node: &Node, post: usize, to: usize) {
        let Queue { draft, writers, overdue, spare, .. } = queue;
        let in_turn = overdue.is_empty() || overdue.iter().all(|(other, _)| *other != to);
        // SAFETY: as above: the lock is held, and it is not closed.
        if !in_turn || !writers[post].write(unsafe { node.out(post) }, draft) {
            let fresh = spare.pop().unwrap_or_else(|| Vec::with_capacity(SHORT));
            let message = mem::replace(draft, fresh);
            self.held.fetch_add(message.len(), Ordering::Relaxed);
            overdue.push_back((to, message));
        }
    }

    fn send_head(&self, queue: &mut Queue, to: usize) -> Result<(), String> {
        let draft = &queue.draft;
        // SAFETY: the draft is not touched before the send is over, or else is kept untouched until then.
        let mut request = unsafe { self.comm.send(draft.as_ptr(), draft.len(), to, Tag::Head) }?;
        // As a rule a short message is over at once.
        let is_sent = request.is_sent();
        if !matches!(is_sent, Ok(true)) {
            let fresh = queue.spare.pop().unwrap_or_else(|| Vec::with_capacity(SHORT));
            let memory = Memory::Short(mem::replace(&mut queue.draft, fresh));
            self.keep(queue, request, ManuallyDrop::new(memory));
        }
        is_sent.map(|_| ())
    }

    fn send_pieces(&self, queue: &mut Queue, to: usize, payload: &Payload) -> Result<(), String> {
        let mut start = 0;
        while start < payload.len() {
            let end = payload.len().min(start.saturating_add(self.longest_piece));
            let memory = ManuallyDrop::new(Memory::Piece(payload.clone(), start..end));
            let bytes = memory.bytes();
            // SAFETY: shared bytes, of which `memory` is an owner that is only dropped when the send is over.
            let request = unsafe { self.comm.send(bytes.as_ptr(), bytes.len(), to, Tag::Body) }?;
            self.keep(queue, request, memory);
            start = end;
        }
        Ok(())
    }

    /// Lets MPI work on what is under way, and writes what there was no room for, unless another thread does so already.
    pub(super) fn push_along(&self, node: &Node) -> Result<(), String> {
        self.queue.try_lock().map_or(Ok(()), |mut queue| self.look(&mut queue, node))
    }

    /// How many bytes MPI may still read, or wait for room.
    pub(super) fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// How many sends were under way for a while and then over.
    pub(super) fn moved(&self) -> u64 {
        self.moved.load(Ordering::Relaxed)
    }

    /// Takes no more frames.
    pub(super) fn close(&self) {
        self.queue().closed = true;
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Nothing panics under the lock.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, queue: &mut Queue, request: Request, memory: ManuallyDrop<Memory>) {
        self.held.fetch_add(memory.bytes().len(), Ordering::Relaxed);
        queue.under_way.push(Sending { request, memory });
    }

    /// Frees what is over, until a few were looked at that are not.
    fn look(&self, queue: &mut Queue, node: &Node) -> Result<(), String> {
        if !queue.overdue.is_empty() && !queue.closed {
            self.catch_up(queue, node);
        }
        let mut looks = 0;
        while looks < LOOKS.min(queue.under_way.len()) {
            if queue.next >= queue.under_way.len() {
                queue.next = 0;
            }
            let at = queue.next;
            if !queue.under_way[at].request.is_sent()? {
                queue.next += 1;
                looks += 1;
                continue;
            }
            // It is over, so the memory is ours again.
            let memory = ManuallyDrop::into_inner(queue.under_way.swap_remove(at).memory);
            self.held.fetch_sub(memory.bytes().len(), Ordering::Relaxed);
            self.moved.fetch_add(1, Ordering::Relaxed);
            if let Memory::Short(buffer) = memory
                && queue.spare.len() < SPARE
            {
                queue.spare.push(buffer);
            }
        }
        Ok(())
    }

    /// Writes what there is room for by now: of what is for one rank, nothing before what came earlier.
    fn catch_up(&self, queue: &mut Queue, node: &Node) {
        let Queue { writers, overdue, spare, .. } = queue;
        let mut full = Vec::new();
        overdue.retain_mut(|(to, message)| {
            let Some(post) = node.post_to(*to).filter(|post| !full.contains(post)) else { return true };
            // SAFETY: the lock is held, and it is not closed.
            if !writers[post].write(unsafe { node.out(post) }, message) {
                full.push(post);
                return true;
            }
            // SAFETY: as above.
            unsafe { node.ring(*to, false) };
            self.held.fetch_sub(message.len(), Ordering::Relaxed);
            self.moved.fetch_add(1, Ordering::Relaxed);
            if spare.len() < SPARE {
                spare.push(mem::take(message));
            }
            false
        });
    }
}

impl Queue {
    fn is_empty(&self) -> bool {
        self.under_way.is_empty() && self.overdue.is_empty()
    }
}
