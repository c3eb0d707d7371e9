//! The way in: MPI messages become frames, delivered in the order in which each rank sent them.
//!
//! Knows how `send.rs` cuts a frame, and not what it says. Receives for heads are always posted, a ring of them;
//! a head tells how long its payload is, so that receives of just that length are posted for the pieces. No probe,
//! and nothing blocks.

#![allow(unsafe_code)]

use std::collections::VecDeque;
use std::mem::ManuallyDrop;

use super::SHORT;
use super::ffi::{Arrival, Comm, Request, Tag};
use crate::wire::{Frame, HEADER, Payload};

/// How many heads can come in between two looks with no copy inside MPI.
const RING: usize = 16;

/// How many payloads that are not yet whole are looked at in one go: each look lets MPI work for a while.
const LOOKS: usize = 4;

/// What comes in for this rank.
pub(super) struct Inbox {
    comm: Comm,
    limit: usize,
    /// Receives for heads, posted in ring order and so, by MPI's rules, matched in ring order.
    ring: Vec<Slot>,
    /// The slot that is next to be filled.
    next: usize,
    /// For each rank, what has come from it behind a payload that is not yet whole, that one first.
    behind: Vec<VecDeque<Arriving>>,
    /// The ranks from which there is such a thing, the next to be looked at first.
    busy: VecDeque<usize>,
}

/// A receive for a head, and its memory. Leaked if dropped, for MPI still writes to it.
struct Slot {
    request: Request,
    memory: ManuallyDrop<Vec<u8>>,
}

/// A frame of which at least the head has come.
struct Arriving {
    header: [u8; HEADER],
    body: Body,
}

/// A payload, whole once no piece is missing. Leaked if dropped earlier, for MPI still writes to it.
struct Body {
    /// Room for all of it, of which Rust knows nothing to be filled until it is.
    bytes: ManuallyDrop<Vec<u8>>,
    /// What is missing, in order, each with its length.
    pieces: VecDeque<(Request, usize)>,
    length: usize,
}

impl Slot {
    fn post(comm: Comm) -> Result<Slot, String> {
        let mut memory = ManuallyDrop::new(vec![0; SHORT]);
        // SAFETY: memory of that length on the heap, freed in `Inbox::close` alone, after the request is over.
        let mut request = unsafe { comm.receiver(memory.as_mut_ptr(), SHORT, Tag::Head) }?;
        unsafe { request.start() }?;
        Ok(Slot { request, memory })
    }
}

impl Body {
    fn whole(bytes: Vec<u8>) -> Body {
        Body { length: bytes.len(), bytes: ManuallyDrop::new(bytes), pieces: VecDeque::new() }
    }

    fn post(comm: Comm, from: usize, announced: u64, limit: usize) -> Result<Body, String> {
        let too_long = |_| format!("no room for the {announced} bytes that rank {from} announced");
        let length = usize::try_from(announced).map_err(|_| too_long(()))?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(length).map_err(|_| too_long(()))?;
        let (mut body, mut at) = (Body { length, ..Body::whole(bytes) }, 0);
        while at < length {
            let piece = limit.min(length - at);
            // SAFETY: within the capacity, so on the heap, and not touched before `frame`, when all pieces are there.
            let request = unsafe { comm.receive(body.bytes.as_mut_ptr().add(at), piece, Some(from), Tag::Body) }?;
            body.pieces.push_back((request, piece));
            at += piece;
        }
        Ok(body)
    }

    /// Whether all is there. Lets MPI work for a while if not.
    fn is_whole(&mut self) -> Result<bool, String> {
        while let Some((request, expected)) = self.pieces.front_mut() {
            let Some(Arrival { from, length }) = request.received()? else { return Ok(false) };
            if length != *expected {
                return Err(format!("rank {from} sent {length} bytes of a payload where {expected} were due"));
            }
            self.pieces.pop_front();
        }
        Ok(true)
    }
}

impl Arriving {
    fn frame(self) -> Frame {
        assert!(self.body.pieces.is_empty(), "a payload is handed out when it is whole");
        let mut bytes = ManuallyDrop::into_inner(self.body.bytes);
        // SAFETY: the capacity is at least the length, and each piece was checked to have filled its part.
        unsafe { bytes.set_len(self.body.length) };
        Frame { header: self.header, payload: Payload::from(bytes) }
    }
}

impl Inbox {
    pub(super) fn open(comm: Comm, size: usize, limit: usize) -> Result<Inbox, String> {
        let ring = (0..RING).map(|_| Slot::post(comm)).collect::<Result<_, _>>()?;
        let behind = (0..size).map(|_| VecDeque::new()).collect();
        Ok(Inbox { comm, limit, ring, next: 0, behind, busy: VecDeque::new() })
    }

    /// Expects long payloads in pieces of this many bytes from now on.
    pub(super) fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Whether something has come in part.
    pub(super) fn is_arriving(&self) -> bool {
        !self.busy.is_empty()
    }

    /// The next frame that is whole, and its sender.
    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<(usize, Frame)>, String> {
        // One look at a posted receive is enough: `MPI_Test` first works, then looks. (`MPI_Iprobe` often misses.)
        // Another round only for what a head has brought; not endlessly, for heads may come as fast as they are taken.
        for _ in 0..RING {
            if self.is_arriving()
                && let Some(frame) = self.finished()?
            {
                return Ok(Some(frame));
            }
            let Some(slot) = self.ring.get_mut(self.next) else { break };
            let Some(arrival) = slot.request.received()? else { break };
            let from = arrival.from;
            if let Some(frame) = self.head(&arrival)? {
                return Ok(Some((from, frame)));
            }
        }
        Ok(None)
    }

    /// Takes a head out of its slot. The frame is whole if it is short and from a rank that owes us nothing.
    #[inline]
    fn head(&mut self, &Arrival { from, length }: &Arrival) -> Result<Option<Frame>, String> {
        let slot = &mut self.ring[self.next];
        let Some((header, payload)) = slot.memory[..length].split_first_chunk::<HEADER>() else {
            return Err(format!("rank {from} sent {length} bytes, which is not even a header"));
        };
        let announced = Frame::announced(header).map_err(|error| format!("from rank {from} came {error}"))?;
        let is_short = announced <= (SHORT - HEADER) as u64;
        if payload.len() as u64 != if is_short { announced } else { 0 } {
            let came = payload.len();
            return Err(format!("rank {from} announced {announced} bytes and sent {came} with the header"));
        }
        let frame = Frame { header: *header, payload: if payload.is_empty() { Payload::default() } else { payload.to_vec().into() } };
        // SAFETY: the request is over, as the arrival tells.
        unsafe { slot.request.start() }?;
        self.next = (self.next + 1) % RING;
        if is_short && self.behind[from].is_empty() {
            return Ok(Some(frame));
        }
        self.later(from, frame, is_short, announced)
    }

    #[cold]
    fn later(&mut self, from: usize, frame: Frame, is_short: bool, announced: u64) -> Result<Option<Frame>, String> {
        let header = frame.header;
        let body =
            if is_short { Body::whole(frame.payload.into_vec()) } else { Body::post(self.comm, from, announced, self.limit)? };
        if self.behind[from].is_empty() {
            self.busy.push_back(from);
        }
        self.behind[from].push_back(Arriving { header, body });
        Ok(None)
    }

    /// The next frame that had to wait for a payload, now whole. Looks at one of each of a few ranks.
    fn finished(&mut self) -> Result<Option<(usize, Frame)>, String> {
        for _ in 0..LOOKS.min(self.busy.len()) {
            let from = self.busy[0];
            let queue = &mut self.behind[from];
            if !queue[0].body.is_whole()? {
                self.busy.rotate_left(1);
                continue;
            }
            let frame = queue.pop_front().map(Arriving::frame);
            if queue.is_empty() {
                self.busy.pop_front();
            }
            return Ok(frame.map(|frame| (from, frame)));
        }
        Ok(None)
    }

    /// Takes back the receives that are posted, and what they would have written to. Nothing comes any more.
    pub(super) fn close(&mut self) -> Result<(), String> {
        for Slot { request, memory } in self.ring.drain(..) {
            request.cancel()?;
            drop(ManuallyDrop::into_inner(memory));
        }
        Ok(())
    }
}
