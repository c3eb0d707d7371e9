//! The calls to MPI that this back end makes, each with its return code checked (rsmpi ignores them).
//!
//! Knows handles and memory, and no frame: what is sent is decided in `send.rs`, what came is understood in
//! `receive.rs`.

#![allow(unsafe_code)]

use std::ffi::{c_char, c_int};
use std::mem::MaybeUninit;
use std::time::Duration;

use mpi::ffi;

/// The handle of a communicator in the C binding.
pub(super) type RawComm = ffi::MPI_Comm;

/// The two kinds of MPI message that a frame is made of.
#[derive(Clone, Copy)]
pub(super) enum Tag {
    /// A header, with the payload behind it where that is short.
    Head = 1,
    /// A piece of a long payload.
    Body = 2,
}

/// Whether MPI can be called: it was initialised and is not yet finalized.
pub(super) fn is_running() -> bool {
    mpi::is_initialized() && !mpi::is_finalized()
}

/// Whether the library was told that two threads may call it at the same time, and agreed.
pub(super) fn is_concurrent() -> bool {
    mpi::environment::threading_support() == mpi::Threading::Multiple
}

/// The handle of the world.
pub(super) fn world() -> RawComm {
    // SAFETY: a constant of the library.
    unsafe { ffi::RSMPI_COMM_WORLD }
}

/// Ends the job on all ranks; where MPI has ended before, this process.
pub(super) fn abort(status: c_int) -> ! {
    if is_running() {
        std::thread::sleep(LAST_WORDS);
        // SAFETY: MPI is initialised and not finalized, and `MPI_Abort` may be called by any thread at any time.
        unsafe { ffi::MPI_Abort(world(), status) };
    }
    // SAFETY: always sound. Not `std::process::exit`: this may be called by what runs at exit.
    unsafe { libc::_exit(status) }
}

/// How long the job goes on after a rank has said why it ends. What was said is in a pipe to the launcher, and that of
/// MPICH, told to abort, forgets what is in its pipes: without a pause 1 message in 40 was lost.
const LAST_WORDS: Duration = Duration::from_millis(50);

/// `Ok` if an MPI call went well, else which one did not and why.
#[inline]
fn check(code: c_int, call: &str) -> Result<(), String> {
    if code == ffi::MPI_SUCCESS as c_int { Ok(()) } else { Err(explain(code, call)) }
}

#[cold]
fn explain(code: c_int, call: &str) -> String {
    let mut text = [0_u8; ffi::MPI_MAX_ERROR_STRING as usize];
    let mut length = 0;
    // SAFETY: the text has the room that the standard asks for.
    let known = unsafe { ffi::MPI_Error_string(code, text.as_mut_ptr().cast::<c_char>(), &raw mut length) };
    let text = match usize::try_from(length) {
        Ok(length) if known == ffi::MPI_SUCCESS as c_int => String::from_utf8_lossy(&text[..length]),
        _ => "an error without a text".into(),
    };
    format!("`{call}` failed: {text} (code {code})")
}

/// How many bytes a processor takes as one.
const CACHE_LINE: usize = 64;

/// A communicator of our own.
#[derive(Clone, Copy)]
pub(super) struct Comm(RawComm);

// SAFETY: a handle means the same to every thread, and is only looked into by MPI. That no two threads are in
// MPI at once where it does not allow it is seen to in `mpi.rs`.
unsafe impl Send for Comm {}
// SAFETY: as above.
unsafe impl Sync for Comm {}

impl Comm {
    /// A duplicate of `raw`, whose errors are returned. All ranks of `raw` call this together.
    ///
    /// # Safety
    /// `raw` is a communicator, or null.
    pub(super) unsafe fn duplicate(raw: RawComm) -> Result<Comm, String> {
        let (mut inter, mut own) = (0, raw);
        // SAFETY: constants of the library.
        let (null, errors) = unsafe { (ffi::RSMPI_COMM_NULL, ffi::RSMPI_ERRORS_RETURN) };
        if raw == null {
            return Err("this communicator is the null communicator: this process is not a part of it".into());
        }
        // SAFETY: a communicator, as promised, and places for the answers.
        check(unsafe { ffi::MPI_Comm_test_inter(raw, &raw mut inter) }, "MPI_Comm_test_inter")?;
        if inter != 0 {
            return Err("an inter-communicator has two sides: merge it (`MPI_Intercomm_merge`) first".into());
        }
        // SAFETY: as above.
        check(unsafe { ffi::MPI_Comm_dup(raw, &raw mut own) }, "MPI_Comm_dup")?;
        // SAFETY: `own` is a communicator now.
        check(unsafe { ffi::MPI_Comm_set_errhandler(own, errors) }, "MPI_Comm_set_errhandler")?;
        Ok(Comm(own))
    }

    /// This process's rank.
    pub(super) fn rank(self) -> Result<usize, String> {
        let mut rank = 0;
        // SAFETY: a communicator and a place for the answer.
        check(unsafe { ffi::MPI_Comm_rank(self.0, &raw mut rank) }, "MPI_Comm_rank")?;
        usize::try_from(rank).map_err(|_| format!("`MPI_Comm_rank` says {rank}"))
    }

    /// The number of ranks.
    pub(super) fn size(self) -> Result<usize, String> {
        let mut size = 0;
        // SAFETY: a communicator and a place for the answer.
        check(unsafe { ffi::MPI_Comm_size(self.0, &raw mut size) }, "MPI_Comm_size")?;
        usize::try_from(size).map_err(|_| format!("`MPI_Comm_size` says {size}"))
    }

    /// Starts to send `length` bytes.
    ///
    /// # Safety
    /// The memory can be read, and is not written by anybody, until the request is over.
    #[inline]
    pub(super) unsafe fn send(
        self,
        memory: *const u8,
        length: usize,
        to: usize,
        tag: Tag,
    ) -> Result<Request, String> {
        // SAFETY: a constant of the library.
        let mut request = Request(unsafe { ffi::RSMPI_REQUEST_NULL });
        let (memory, length, to) = (memory.cast(), count(length)?, count(to)?);
        // SAFETY: the memory is as the caller promised, the handles are MPI's own.
        let code = unsafe {
            ffi::MPI_Isend(memory, length, ffi::RSMPI_UINT8_T, to, tag as c_int, self.0, &raw mut request.0)
        };
        check(code, "MPI_Isend")?;
        Ok(request)
    }

    /// Starts to receive up to `length` bytes from one rank.
    ///
    /// # Safety
    /// The memory can be written, and nobody else reads or writes it, until the request is over.
    pub(super) unsafe fn receive(
        self,
        memory: *mut u8,
        length: usize,
        from: usize,
        tag: Tag,
    ) -> Result<Request, String> {
        // SAFETY: a constant of the library.
        let mut request = Request(unsafe { ffi::RSMPI_REQUEST_NULL });
        let (memory, length, from) = (memory.cast(), count(length)?, count(from)?);
        // SAFETY: the memory is as the caller promised, the handles are MPI's own.
        let code = unsafe {
            ffi::MPI_Irecv(memory, length, ffi::RSMPI_UINT8_T, from, tag as c_int, self.0, &raw mut request.0)
        };
        check(code, "MPI_Irecv")?;
        Ok(request)
    }

    /// A receive of up to `length` bytes from whoever comes first, to be started again and again.
    ///
    /// # Safety
    /// The memory can be written until the receiver is closed, and nobody else reads or writes it from each start
    /// to the arrival that follows.
    pub(super) unsafe fn receiver(
        self,
        memory: *mut u8,
        length: usize,
        tag: Tag,
    ) -> Result<Receiver, String> {
        // SAFETY: constants of the library.
        let (null, any) = unsafe { (ffi::RSMPI_REQUEST_NULL, ffi::RSMPI_ANY_SOURCE) };
        let mut request = Request(null);
        let (memory, length) = (memory.cast(), count(length)?);
        // SAFETY: the memory is as the caller promised, the handles are MPI's own.
        let code = unsafe {
            ffi::MPI_Recv_init(
                memory,
                length,
                ffi::RSMPI_UINT8_T,
                any,
                tag as c_int,
                self.0,
                &raw mut request.0,
            )
        };
        check(code, "MPI_Recv_init")?;
        Ok(Receiver(request))
    }

    /// The ranks that share memory with this one, or of those only such of a group of `group` ranks: a communicator
    /// of theirs, and who they are. All ranks call this together.
    pub(super) fn neighbours(self, group: Option<usize>) -> Result<(Comm, Vec<usize>), String> {
        let mut node = Comm(self.0);
        // SAFETY: constants of the library, and a place for the answer. The order of the ranks is kept.
        let code = unsafe {
            let (kind, info) = (ffi::RSMPI_COMM_TYPE_SHARED, ffi::RSMPI_INFO_NULL);
            ffi::MPI_Comm_split_type(self.0, kind, 0, info, &raw mut node.0)
        };
        check(code, "MPI_Comm_split_type")?;
        if let Some(group) = group {
            let (color, mut part) = (count(node.rank()? / group.max(1))?, Comm(self.0));
            // SAFETY: a communicator of ours, and a place for the answer.
            check(unsafe { ffi::MPI_Comm_split(node.0, color, 0, &raw mut part.0) }, "MPI_Comm_split")?;
            node.free()?;
            node = part;
        }
        let (mine, mut ranks) = (count(self.rank()?)?, vec![0 as c_int; node.size()?]);
        // SAFETY: one number here, and room for one of each rank.
        let code = unsafe {
            let (from, to) = ((&raw const mine).cast(), ranks.as_mut_ptr().cast());
            let int = ffi::RSMPI_INT32_T;
            ffi::MPI_Allgather(from, 1, int, to, 1, int, node.0)
        };
        check(code, "MPI_Allgather")?;
        let ranks = ranks.into_iter().map(|rank| usize::try_from(rank).unwrap_or(usize::MAX)).collect();
        Ok((node, ranks))
    }

    /// How many ranks say yes. All ranks call this together.
    pub(super) fn count(self, yes: bool) -> Result<usize, String> {
        let (own, mut sum) = (c_int::from(yes), 0);
        // SAFETY: one number here, and a place for one.
        let code = unsafe {
            let (from, to) = ((&raw const own).cast(), (&raw mut sum).cast());
            ffi::MPI_Allreduce(from, to, 1, ffi::RSMPI_INT32_T, ffi::RSMPI_SUM, self.0)
        };
        check(code, "MPI_Allreduce")?;
        usize::try_from(sum).map_err(|_| format!("`MPI_Allreduce` says {sum}"))
    }

    /// Memory that all ranks of this communicator share, `bytes` long, all zero, at an address that a cache line begins at. They
    /// call this together.
    pub(super) fn share(self, bytes: usize) -> Result<Window, String> {
        // All of it is in the part of the first rank.
        let with_margin = bytes + CACHE_LINE;
        let own = if self.rank()? == 0 { with_margin } else { 0 };
        let too_much = |_| format!("{own} bytes are more than MPI can share");
        let own = ffi::MPI_Aint::try_from(own).map_err(too_much)?;
        let (mut size, mut unit, mut memory) = (0, 0, std::ptr::null_mut::<u8>());
        // SAFETY: constants of the library.
        let (info, mut window) = unsafe { (ffi::RSMPI_INFO_NULL, ffi::RSMPI_WIN_NULL) };
        // SAFETY: a communicator whose ranks share memory, and places for the answers (of which this one is a pointer).
        let code = unsafe {
            let place = (&raw mut memory).cast();
            ffi::MPI_Win_allocate_shared(own, 1, info, self.0, place, &raw mut window)
        };
        check(code, "MPI_Win_allocate_shared")?;
        // SAFETY: the window that was just made, and places for the answers.
        let code = unsafe {
            let place = (&raw mut memory).cast();
            ffi::MPI_Win_shared_query(window, 0, &raw mut size, &raw mut unit, place)
        };
        check(code, "MPI_Win_shared_query")?;
        if memory.is_null() || usize::try_from(size) != Ok(with_margin) {
            return Err("`MPI_Win_shared_query` found no memory".into());
        }
        // The same place for all: it is pages that they share.
        // SAFETY: inside the margin.
        let memory = unsafe { memory.add(memory.align_offset(CACHE_LINE)) };
        let memory = std::ptr::NonNull::new(memory).ok_or("no memory")?;
        if own > 0 {
            // SAFETY: so many bytes, which nobody else looks at before all have met below.
            unsafe { memory.write_bytes(0, bytes) };
        }
        // SAFETY: a communicator of ours.
        check(unsafe { ffi::MPI_Barrier(self.0) }, "MPI_Barrier")?;
        Ok(Window { window, memory })
    }

    /// Gives the communicator back. Nobody uses it any more.
    pub(super) fn free(mut self) -> Result<(), String> {
        // SAFETY: a communicator of ours, not freed before: `Mpi::close` sees to that.
        check(unsafe { ffi::MPI_Comm_free(&raw mut self.0) }, "MPI_Comm_free")
    }
}

/// Memory that several ranks share. A drop does not give it back.
pub(super) struct Window {
    window: ffi::MPI_Win,
    /// Where it is here: for each rank at another address.
    pub(super) memory: std::ptr::NonNull<u8>,
}

// SAFETY: a handle and an address mean the same to every thread.
unsafe impl Send for Window {}
// SAFETY: as above; what is in the memory is looked at in `node.rs` alone.
unsafe impl Sync for Window {}

impl Window {
    /// Gives the memory back. Nobody here uses it any more; all its ranks call this together.
    pub(super) fn free(mut self) -> Result<(), String> {
        // SAFETY: a window of ours, not freed before, since this takes it.
        check(unsafe { ffi::MPI_Win_free(&raw mut self.window) }, "MPI_Win_free")
    }
}

/// A length or a rank as MPI takes it.
fn count(number: usize) -> Result<c_int, String> {
    c_int::try_from(number).map_err(|_| format!("{number} is more than MPI can count"))
}

/// What a finished receive got.
pub(super) struct Arrival {
    /// Who sent it.
    pub(super) from: usize,
    /// How many bytes came.
    pub(super) length: usize,
}

/// A send or a receive under way. A drop does not end it: its memory stays lent to MPI.
pub(super) struct Request(ffi::MPI_Request);

// SAFETY: a handle means the same to every thread, and who tests the request holds it exclusively.
unsafe impl Send for Request {}

impl Request {
    /// Whether a send is over.
    #[inline]
    pub(super) fn is_sent(&mut self) -> Result<bool, String> {
        let mut over = 0;
        // SAFETY: a request of ours, or null if it was over before; no status is wanted.
        let code = unsafe { ffi::MPI_Test(&raw mut self.0, &raw mut over, ffi::RSMPI_STATUS_IGNORE) };
        check(code, "MPI_Test of a send")?;
        Ok(over != 0)
    }

    /// What a receive got, if it is over. Asked once more after that, an error.
    #[inline]
    pub(super) fn received(&mut self) -> Result<Option<Arrival>, String> {
        let (mut over, mut length) = (0, 0);
        let mut status = MaybeUninit::<ffi::MPI_Status>::uninit();
        // SAFETY: a request of ours, or null if it was over before, and places for the answers.
        let code = unsafe { ffi::MPI_Test(&raw mut self.0, &raw mut over, status.as_mut_ptr()) };
        check(code, "MPI_Test of a receive")?;
        if over == 0 {
            return Ok(None);
        }
        // SAFETY: the receive is over, so MPI has written into the status from whom it was.
        let from = unsafe { (*status.as_ptr()).MPI_SOURCE };
        // SAFETY: the status of a receive that is over.
        let code = unsafe { ffi::MPI_Get_count(status.as_ptr(), ffi::RSMPI_UINT8_T, &raw mut length) };
        check(code, "MPI_Get_count")?;
        match (usize::try_from(from), usize::try_from(length)) {
            (Ok(from), Ok(length)) => Ok(Some(Arrival { from, length })),
            _ => Err(format!("a message of {length} bytes came from rank {from}")),
        }
    }
}

/// A receive that can be started again. A drop does not end it: its memory stays lent to MPI.
pub(super) struct Receiver(Request);

impl Receiver {
    /// Starts the first receive, or the next after an arrival.
    #[inline]
    pub(super) fn start(&mut self) -> Result<(), String> {
        // SAFETY: a persistent request of ours, and its memory is as was promised when it was made.
        check(unsafe { ffi::MPI_Start(&raw mut self.0.0) }, "MPI_Start")
    }

    /// What was received, if it is there.
    #[inline]
    pub(super) fn received(&mut self) -> Result<Option<Arrival>, String> {
        self.0.received()
    }

    /// Ends it, started and with nothing there. Afterwards its memory is no longer MPI's.
    pub(super) fn close(mut self) -> Result<(), String> {
        let request = &raw mut self.0.0;
        // SAFETY: a persistent request of ours that was started.
        check(unsafe { ffi::MPI_Cancel(request) }, "MPI_Cancel")?;
        // SAFETY: as above. A cancelled receive ends at once; the request itself stays.
        check(unsafe { ffi::MPI_Wait(request, ffi::RSMPI_STATUS_IGNORE) }, "MPI_Wait")?;
        // SAFETY: as above, and nobody uses it any more.
        check(unsafe { ffi::MPI_Request_free(request) }, "MPI_Request_free")
    }
}
