//! Ranks as processes of an MPI job.
//!
//! This file and its folder are the only place that names `mpi`. [`Mpi`] opens, closes and ends the job; how
//! frames go out is in `send.rs`, how they come in in `receive.rs`, how a rank rests in `rest.rs`, and the calls
//! themselves are in `ffi.rs`; who shares memory with whom, and who wakes whom in it, in `node.rs`, and short messages through that
//! memory in `post.rs`.

#![allow(unsafe_code)]

/// The binding that this back end is built on, for programs that initialise MPI themselves.
pub use mpi as binding;
pub use mpi::traits::Communicator;

mod ffi;
mod node;
mod post;
mod receive;
mod rest;
mod send;

use std::io::Write as _;
use std::mem::{self, ManuallyDrop};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mpi::environment::Universe;
use mpi::traits::AsRaw;

use self::ffi::Comm;
use self::node::Node;
use self::receive::Inbox;
use self::rest::Pace;
use self::send::Outbox;
use super::{Idle, Rest, Shared, Transport};
use crate::settings::LONGEST_MESSAGE;
use crate::wire::Frame;

/// The longest piece of a payload. Far below what MPI can count (2 GiB), which costs nothing, and a piece that is
/// over is the only sign that a long payload moves.
const PIECE: usize = 2 << 20;

/// The longest sleep.
const LONGEST: Duration = Duration::from_millis(100);

/// How long `close` waits for others to receive what was sent before.
const PATIENCE: Duration = Duration::from_secs(60);

/// One rank of an MPI job.
///
/// A drop without [`close`](Transport::close) finalizes nothing, because after a panic that would wait for the
/// other ranks for ever, and leaks the memory that MPI may still use.
pub struct Mpi {
    comm: Comm,
    rank: usize,
    size: usize,
    concurrent: bool,
    /// The thread that opened it.
    opener: usize,
    outbox: Outbox,
    inbox: Mutex<Inbox>,
    node: Node,
    pace: Mutex<Pace>,
    owner: Mutex<Owner>,
}

/// Who ends MPI.
enum Owner {
    /// We do, in `close`.
    Us(ManuallyDrop<Universe>),
    /// The program does, after `close`.
    Program,
    /// It was closed.
    Nobody,
}

impl Mpi {
    /// Initialises MPI, for several threads if the library supports them, and becomes a rank of its world. All
    /// ranks of the job call this together; the thread that does is the one that calls `close`.
    ///
    /// With `ranks_per_node`, so many ranks that share memory are a node, and not all of them: for tests.
    ///
    /// # Errors
    /// If MPI is initialised already, where [`adopt`](Mpi::adopt) is the thing to call, or reports an error.
    pub fn start(ranks_per_node: Option<usize>) -> Result<Mpi, String> {
        let Some((universe, _)) = mpi::initialize_with_threading(mpi::Threading::Multiple) else {
            return Err("this program has initialised MPI itself: hand over its communicator instead".into());
        };
        let owner = Owner::Us(ManuallyDrop::new(universe));
        // SAFETY: MPI has just been initialised, so the world is a communicator.
        unsafe { Self::open(ffi::world(), owner, ranks_per_node) }
    }

    /// Becomes a rank of a communicator of a program that has initialised MPI itself. All ranks of the communicator
    /// call this together. It is duplicated, so that the program's messages and ours never meet. MPI is not
    /// finalized by [`close`](Transport::close), which must come before the program does so.
    ///
    /// # Errors
    /// If MPI is not initialised, or is finalized already; if the communicator is null, or one between two
    /// groups; or if MPI reports an error.
    pub fn adopt(
        comm: &impl AsRaw<Raw = mpi::ffi::MPI_Comm>,
        ranks_per_node: Option<usize>,
    ) -> Result<Mpi, String> {
        if !mpi::is_initialized() {
            return Err("MPI is not initialised: initialise it first, or leave that to dlp".into());
        }
        if mpi::is_finalized() {
            return Err("MPI is finalized already, and cannot be started a second time".into());
        }
        // SAFETY: MPI runs, and who implements `AsRaw` vouches for the handle.
        unsafe { Self::open(comm.as_raw(), Owner::Program, ranks_per_node) }
    }

    /// # Safety
    /// MPI runs, and `raw` is a communicator, or null.
    unsafe fn open(raw: ffi::RawComm, owner: Owner, ranks_per_node: Option<usize>) -> Result<Mpi, String> {
        // SAFETY: as promised by the caller.
        let comm = unsafe { Comm::duplicate(raw) }?;
        let (rank, size) = (comm.rank()?, comm.size()?);
        let node = Node::open(comm, ranks_per_node)?;
        Ok(Mpi {
            comm,
            rank,
            size,
            concurrent: ffi::is_concurrent(),
            opener: this_thread(),
            outbox: Outbox::new(comm, PIECE, node.posts()),
            inbox: Mutex::new(Inbox::open(comm, size, node.posts())?),
            node,
            pace: Mutex::new(Pace::new()),
            owner: Mutex::new(owner),
        })
    }

    /// Cuts payloads into messages of at most this many bytes (by default 2 MiB, and never more than 1 GiB).
    #[must_use]
    pub fn with_longest_message(mut self, bytes: usize) -> Mpi {
        self.outbox.set_longest_piece(bytes.clamp(1, LONGEST_MESSAGE));
        self
    }

    /// Lets payloads of so many bytes come in at the same time (by default 256 MiB), or a longer one alone. For tests.
    #[must_use]
    pub fn with_room(self, bytes: usize) -> Mpi {
        self.inbox().set_room(bytes);
        self
    }

    /// What the MPI library calls itself, for messages.
    pub fn library() -> String {
        let name = mpi::environment::library_version().unwrap_or_default();
        let first = name.split(['\0', '\n', ',']).next().unwrap_or_default();
        first.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        // Nothing panics under the lock.
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where MPI allows only one thread, makes sure that it is the one.
    #[inline]
    fn enter(&self) {
        assert!(
            self.concurrent || this_thread() == self.opener,
            "this MPI library allows one thread only, and a second one has called it"
        );
    }

    /// Says what went wrong between MPI and us, and ends the job.
    #[cold]
    fn fail(&self, error: &str) -> ! {
        // In one piece, so that what other ranks say is not mixed in.
        let report = format!("dlp: rank {} of {}: {error}\n", self.rank, self.size);
        let _ = std::io::stderr().write_all(report.as_bytes());
        ffi::abort(1)
    }

    fn try_close(&self) -> Result<(), String> {
        let (mut idle, start) = (Idle::new(self.rings()), Instant::now());
        // Others may be here too, with a long payload for this rank that nobody will look at: let it come.
        while self.outbox.held() > 0 || self.inbox().is_arriving() {
            self.poll();
            self.wait(idle.rest());
            if start.elapsed() > PATIENCE {
                let held = self.outbox.held();
                return Err(format!("could not close: {held} bytes sent by this rank were not received"));
            }
        }
        self.outbox.close();
        self.inbox().close()?;
        self.node.close()?;
        self.comm.free()
    }
}

/// A number that no other living thread has. (Unlike `ThreadId` there is one even while the process exits.)
fn this_thread() -> usize {
    thread_local!(static PLACE: u8 = const { 0 });
    PLACE.with(|place| std::ptr::from_ref(place).addr())
}

impl Transport for Mpi {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.size
    }

    fn send(&self, to: usize, frame: Frame) {
        assert!(to < self.size, "there is no rank {to} among {}", self.size);
        self.enter();
        if let Err(error) = self.outbox.send(&self.node, to, &frame) {
            self.fail(&error);
        }
    }

    fn poll(&self) -> Option<(usize, Frame)> {
        self.enter();
        if self.outbox.held() > 0
            && let Err(error) = self.outbox.push_along(&self.node)
        {
            self.fail(&error);
        }
        match self.inbox().next(&self.node) {
            Ok(news) => news,
            Err(error) => self.fail(&error),
        }
    }

    /// As asked for, but not asleep while a long payload is on its way: MPI moves bytes only when it is called.
    fn wait(&self, rest: Rest) {
        let longest = match rest {
            // A look at the inbox takes as long as a pause between two looks would.
            Rest::Spin => return,
            Rest::Yield => return rest.in_place(),
            Rest::Sleep(longest) => longest,
        };
        let inbox = self.inbox();
        let (is_arriving, came) = (inbox.is_arriving(), inbox.moved());
        drop(inbox);
        let under_way = is_arriving || self.outbox.held() > 0;
        let is_moving = under_way && {
            let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
            pace.is_moving(came + self.outbox.moved(), Instant::now())
        };
        if is_moving {
            return Rest::Yield.in_place();
        }
        // Who sent what was begun rang for its beginning only.
        let longest = longest.min(if under_way { Idle::NAP } else { LONGEST });
        self.node
            .sleep(longest, || self.inbox().is_ready(&self.node).unwrap_or_else(|error| self.fail(&error)));
    }

    fn wake(&self) {
        self.node.wake();
    }

    /// Where all ranks share memory. MPI has no call that sleeps until a frame comes: those from other nodes end no sleep.
    fn rings(&self) -> bool {
        self.node.is_all()
    }

    fn unsent(&self) -> usize {
        self.outbox.held()
    }

    fn abort(&self, status: i32) {
        // Of a status the system keeps the last eight bits, and if those are 0 that is success.
        ffi::abort(if status & 0xff == 0 { 1 } else { status })
    }

    fn aborted(&self) -> bool {
        false
    }

    fn shared(&self) -> Shared<'_> {
        self.node.shared()
    }

    fn nodes(&self) -> usize {
        self.node.nodes()
    }

    fn wake_node(&self) {
        self.node.wake_others();
    }

    fn concurrent(&self) -> bool {
        self.concurrent
    }

    /// Also waits until everything sent is received, for a minute at most. May be called twice.
    fn close(&self) {
        self.enter();
        let mut owner = self.owner.lock().unwrap_or_else(PoisonError::into_inner);
        // If the program has finalized its MPI already, there is nothing left to give back.
        if !matches!(*owner, Owner::Nobody)
            && ffi::is_running()
            && let Err(error) = self.try_close()
        {
            self.fail(&error);
        }
        if let Owner::Us(universe) = mem::replace(&mut *owner, Owner::Nobody) {
            drop(ManuallyDrop::into_inner(universe));
        }
    }
}
