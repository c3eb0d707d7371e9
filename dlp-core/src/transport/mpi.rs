//! Ranks as processes of an MPI job.
//!
//! This file and its folder are the only place that names `mpi`. [`Mpi`] opens, closes and ends the job; how frames
//! go out is in `send.rs`, how they come in in `receive.rs`, the calls themselves are in `ffi.rs`.

#![allow(unsafe_code)]

mod bell;
mod ffi;
mod receive;
mod send;

use std::ffi::c_int;
use std::io::Write as _;
use std::mem::ManuallyDrop;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;
use std::time::{Duration, Instant};

/// The binding that this back end is built on, for programs that initialise MPI themselves.
pub use mpi as binding;
pub use mpi::traits::Communicator;

use mpi::environment::Universe;
use mpi::traits::AsRaw;

use self::bell::Bell;
use self::ffi::Comm;
use self::receive::Inbox;
use self::send::Outbox;
use super::{Idle, Rest, Transport};
use crate::wire::Frame;

/// A frame of at most this many bytes is one MPI message, which every MPI sends without asking first.
const SHORT: usize = 512;

/// The most bytes in one MPI message: MPI counts in `int`.
const LIMIT: usize = 1 << 30;

/// How long a rest may be while MPI has sends to push along, which it only does when it is called.
const WHILE_SENDING: Duration = Duration::from_micros(50);

/// How long `close` waits for others to receive what was sent before.
const PATIENCE: Duration = Duration::from_secs(60);

/// One rank of an MPI job.
pub struct Mpi {
    comm: Comm,
    rank: usize,
    size: usize,
    concurrent: bool,
    opener: ThreadId,
    outbox: Outbox,
    inbox: Mutex<Inbox>,
    bell: Bell,
    /// What is to be closed: once, and by `close` alone.
    open: Mutex<Option<Open>>,
}

/// MPI itself, if it is ours. Never finalized by a drop: after a panic that would wait for the others for ever.
struct Open {
    universe: Option<ManuallyDrop<Universe>>,
}

impl Mpi {
    /// Initialises MPI, for as many threads as the library supports, and becomes a rank of the world. All ranks
    /// of the job call this together.
    ///
    /// # Errors
    /// If MPI is initialised already: then [`adopt`](Mpi::adopt) its world. Or if MPI reports an error.
    pub fn start() -> Result<Mpi, String> {
        let Some((universe, _)) = mpi::initialize_with_threading(mpi::Threading::Multiple) else {
            return Err("this program has initialised MPI itself: hand its communicator over instead".into());
        };
        let universe = ManuallyDrop::new(universe);
        // SAFETY: MPI has just been initialised, so the world is a communicator.
        unsafe { Self::open(ffi::world(), Some(universe)) }
    }

    /// Becomes a rank of a communicator of a program that has initialised MPI itself. All ranks of the
    /// communicator call this together. It is duplicated, so that no message of the program meets one of ours,
    /// and MPI is not finalized by [`close`](Transport::close), which must come before the program does so.
    ///
    /// # Errors
    /// If MPI is not initialised, or finalized already, or the communicator is null or one between two groups.
    pub fn adopt(comm: &impl AsRaw<Raw = mpi::ffi::MPI_Comm>) -> Result<Mpi, String> {
        if !mpi::is_initialized() {
            return Err("MPI is not initialised: initialise it first, or leave that to dlp".into());
        }
        if !ffi::is_running() {
            return Err("MPI is finalized already, and cannot be started a second time".into());
        }
        // SAFETY: MPI runs, and whoever implements `AsRaw` vouches for the handle.
        unsafe { Self::open(comm.as_raw(), None) }
    }

    /// # Safety
    /// MPI runs, and `raw` is a communicator, or null.
    unsafe fn open(raw: ffi::RawComm, universe: Option<ManuallyDrop<Universe>>) -> Result<Mpi, String> {
        // SAFETY: as promised by the caller.
        let comm = unsafe { Comm::duplicate(raw) }?;
        let (rank, size) = (comm.rank()?, comm.size()?);
        Ok(Mpi {
            comm,
            rank,
            size,
            concurrent: ffi::is_concurrent(),
            opener: std::thread::current().id(),
            outbox: Outbox::new(comm, LIMIT),
            inbox: Mutex::new(Inbox::open(comm, size, LIMIT)?),
            bell: Bell::default(),
            open: Mutex::new(Some(Open { universe })),
        })
    }

    /// Cuts payloads into messages of at most this many bytes (by default 1 GiB). For tests; all ranks give the
    /// same number, before they send anything.
    #[must_use]
    pub fn with_longest_message(mut self, bytes: usize) -> Mpi {
        let limit = bytes.clamp(1, LIMIT);
        self.outbox.set_limit(limit);
        self.inbox().set_limit(limit);
        self
    }

    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        // Nothing panics under the lock.
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where MPI allows only one thread, makes sure that it is the one.
    fn enter(&self) {
        assert!(
            self.concurrent || std::thread::current().id() == self.opener,
            "this MPI library allows only one thread, and a second one has called it"
        );
    }

    /// What MPI answered; an error is reported and ends the job. Called with no lock held.
    fn sure<T>(&self, answer: Result<T, String>) -> T {
        answer.unwrap_or_else(|error| self.fail(&error))
    }

    #[cold]
    fn fail(&self, error: &str) -> ! {
            let _ = writeln!(std::io::stderr(), "dlp: rank {} of {}: {error}", self.rank, self.size);
            ffi::abort(1)
    }

    fn try_close(&self, open: Open) -> Result<(), String> {
        let (mut idle, start) = (Idle::new(), Instant::now());
        // Another rank may be here too, with a long payload for this one that nobody wants: let it come.
        while self.outbox.held() > 0 {
            self.poll();
            self.wait(idle.rest());
            if start.elapsed() > PATIENCE {
                return Err(format!("{} bytes were sent that no rank receives", self.outbox.held()));
            }
        }
        self.outbox.close();
        self.inbox().close()?;
        self.comm.free()?;
        drop(open.universe.map(ManuallyDrop::into_inner));
        Ok(())
    }
}

impl Transport for Mpi {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.size
    }

    fn send(&self, to: usize, frame: Frame) {
        assert!(to < self.size, "there is no rank {to} of {}", self.size);
        self.enter();
        self.sure(self.outbox.send(to, &frame));
    }

    fn poll(&self) -> Option<(usize, Frame)> {
        self.enter();
        if self.outbox.held() > 0 {
            self.sure(self.outbox.push_along());
        }
        match self.inbox().next() {
            Ok(frame) => frame,
            Err(error) => self.fail(&error),
        }
    }

    /// Rests, but not asleep while a payload is coming in, and only briefly while one is going out: MPI
    /// moves bytes only when it is called.
    fn wait(&self, rest: Rest) {
        self.enter();
        match rest {
            Rest::Sleep(_) if self.inbox().is_arriving() => Rest::Yield.in_place(),
            Rest::Sleep(longest) if self.outbox.held() > 0 => self.bell.sleep(longest.min({ static L: std::sync::OnceLock<u64> = std::sync::OnceLock::new(); Duration::from_micros(*L.get_or_init(|| std::env::var("WS").map_or(50, |l| l.parse().unwrap()))) })),
            Rest::Sleep(longest) => self.bell.sleep(longest),
            // A look takes longer than the pause between two would.
            Rest::Spin => (),
            Rest::Yield => rest.in_place(),
        }
    }

    /// Ends a sleep of another thread. A message that comes in does not: MPI has no call that sleeps until one does.
    fn wake(&self) {
        self.bell.ring();
    }

    fn unsent(&self) -> usize {
        self.outbox.held()
    }

    fn abort(&self, status: i32) {
        // The system keeps the last eight bits, and of those 0 would be success.
        let status: c_int = if status & 0xff == 0 { 1 } else { status };
        ffi::abort(status)
    }

    fn aborted(&self) -> bool {
        false
    }

    fn concurrent(&self) -> bool {
        self.concurrent
    }

    fn close(&self) {
        self.enter();
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(open) = open {
            if !ffi::is_running() {
                return; // The program has finalized its MPI, and there is nothing left to give back.
            }
            self.sure(self.try_close(open));
        }
    }
}
