//! A session: one rank of one world, and what the thread that is this rank is doing.
//!
//! A rank is the thread that started its session. A process has one session, except that ranks may be threads
//! (`DLP_RANKS`, [`testing`](crate::testing)) and that in a process that nobody launched each thread that uses
//! dlp gets a world of its own, so that tests of annotated functions may run side by side.
//!
//! Below: how a session starts, how it ends, who answers the others meanwhile, and programs and tests as ranks. Knows
//! the protocol's rendezvous and nothing of loops.

mod end;
mod program;
mod service;
mod start;

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::Thread;

pub use self::program::main;
pub(crate) use self::program::run_ranks;
#[cfg(feature = "mpi")]
pub use self::start::init_with;
pub use self::start::{Guard, init};
use crate::failure::Failure;
use crate::hub::{Hub, Spec};
use crate::link::Link;
use crate::observe::Tally;
use crate::report::{self, FAILED, say};
use crate::settings::Settings;
use crate::sys;
use crate::transport::{Rest, Transport};
use crate::wire::{Enter, Message, Op, Payload};

/// One rank of one world.
pub(crate) struct Session {
    pub(crate) transport: Box<dyn Transport>,
    /// On the root.
    pub(crate) hub: Option<Hub>,
    pub(crate) settings: Settings,
    /// How many rendezvous this rank has come to.
    epoch: AtomicU64,
    /// Messages for rendezvous that this rank, not the root, has not come to yet.
    pub(crate) early: Mutex<Vec<(u64, Message)>>,
    over: AtomicBool,
    /// The root's main thread looks after the hub itself, or there is nothing to look after.
    attended: AtomicBool,
    service: OnceLock<Thread>,
    tallies: Mutex<Vec<Tally>>,
    failures: Mutex<Vec<Failure>>,
    /// On the root of several processes, until it has looked for more threads than cores: how many threads MPI has started.
    #[cfg(feature = "mpi")]
    threads: Mutex<Option<usize>>,
    /// Why this rank ended the job, if it did.
    said: OnceLock<String>,
    host: String,
}

/// What a rank's thread is doing, as far as others may matter to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The same as all other ranks.
    Together,
    /// In an iteration, of an annotated loop or by hand.
    Iterating,
    /// Replaying the effects of all ranks.
    Replaying,
    /// Replaying the effects of this rank only, which nobody else does.
    ReplayingOwn,
    /// On the root, after a loop with `gather = "root"`.
    Alone,
}

thread_local! {
    static CURRENT: Cell<Option<&'static Session>> = const { Cell::new(None) };
    static MODE: Cell<Mode> = const { Cell::new(Mode::Together) };
}

/// The session of this process, if it has one that only the thread that started it may use.
static PROCESS: Mutex<Option<&'static Session>> = Mutex::new(None);

fn process() -> Option<&'static Session> {
    *PROCESS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The session of the calling thread; starts one if there is none and nobody else has one.
///
/// # Panics
/// On a thread that is not a rank.
#[track_caller]
pub(crate) fn current() -> &'static Session {
    if let Some(session) = CURRENT.get() {
        return session;
    }
    assert!(
        process().is_none(),
        "dlp was used from a thread that is not a rank: only the thread that started the session is one (take what \
         you need, such as `dlp::rank()`, before you start threads)"
    );
    start::start(start::Start::Lazy)
}

/// What the calling thread is doing.
pub(crate) fn mode() -> Mode {
    MODE.get()
}

/// Sets the mode of this thread until it is dropped.
#[derive(Debug)]
pub(crate) struct Within {
    before: Mode,
}

impl Within {
    pub(crate) fn new(mode: Mode) -> Self {
        Self { before: MODE.replace(mode) }
    }
}

impl Drop for Within {
    fn drop(&mut self) {
        MODE.set(self.before);
    }
}

impl Session {
    /// Makes the calling thread a rank. `exclusive`: no other thread of the process may be one.
    pub(crate) fn begin(
        transport: Box<dyn Transport>,
        settings: Settings,
        exclusive: bool,
    ) -> &'static Session {
        let several = transport.size() > 1;
        let session: &'static Session = Box::leak(Box::new(Session {
            hub: (transport.rank() == 0).then(Hub::default),
            transport,
            settings,
            epoch: AtomicU64::new(0),
            early: Mutex::default(),
            over: AtomicBool::new(false),
            attended: AtomicBool::new(true),
            service: OnceLock::new(),
            tallies: Mutex::default(),
            failures: Mutex::default(),
            #[cfg(feature = "mpi")]
            threads: Mutex::default(),
            said: OnceLock::new(),
            host: sys::host(),
        }));
        if exclusive {
            *PROCESS.lock().unwrap_or_else(PoisonError::into_inner) = Some(session);
        }
        if several {
            report::is_rank(Box::leak(session.who().into_boxed_str()));
            session.watch_panics();
        }
        CURRENT.set(Some(session));
        session
    }

    /// Has panics reported with the rank and the loop that they happen in, where there are several ranks, and noted.
    pub(crate) fn watch_panics(&self) {
        report::install_hook(|| CURRENT.get().filter(|session| session.size() > 1).map(Session::who));
    }

    pub(crate) fn rank(&self) -> usize {
        self.transport.rank()
    }

    pub(crate) fn size(&self) -> usize {
        self.transport.size()
    }

    pub(crate) fn is_root(&self) -> bool {
        self.rank() == 0
    }

    /// This rank, for reports.
    pub(crate) fn who(&self) -> String {
        format!("rank {} of {} on {}", self.rank(), self.size(), self.host)
    }

    /// Comes to a rendezvous.
    ///
    /// # Panics
    /// In an iteration and wherever else the other ranks will not come.
    pub(crate) fn enter(&'static self, what: Rendezvous) -> Link {
        let Rendezvous { op, place, length, digest, wants, data, spec } = what;
        let stray = match mode() {
            Mode::Together => None,
            Mode::Iterating => Some("inside an iteration of a loop that is split"),
            Mode::Replaying | Mode::ReplayingOwn => Some("inside an effect that is replayed"),
            Mode::Alone => Some("after a loop with `gather = \"root\"`, where only the root is"),
        };
        if let Some(stray) = stray {
            panic!("{place} was reached {stray}: the other ranks will not come there");
        }
        assert!(!self.over.load(Ordering::Acquire), "{place} was reached after the end of the session");
        let epoch = self.epoch.fetch_add(1, Ordering::Relaxed) + 1;
        let enter = Enter { op, place: place.clone(), length, digest, wants, data };
        match &self.hub {
            Some(hub) => hub.open(&*self.transport, epoch, enter, spec).unwrap_or_else(|why| self.fail(&why)),
            None => self.transport.send(0, Message::Enter(enter).encode(epoch)),
        }
        Link::new(self, epoch, place)
    }

    /// The number of the rendezvous that it comes to next.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn next_epoch(&self) -> u64 {
        self.epoch.load(Ordering::Relaxed) + 1
    }

    /// Forgets everything that was said so far.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn forget(&self) {
        self.early.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.hub.iter().for_each(Hub::forget);
    }

    /// Adds to what this rank did.
    pub(crate) fn count(&self, tally: Tally) {
        #[cfg(feature = "mpi")]
        self.count_threads();
        let mut tallies = self.tallies.lock().unwrap_or_else(PoisonError::into_inner);
        match tallies.iter_mut().find(|known| known.place == tally.place) {
            Some(known) => known.add(&tally),
            None => tallies.push(tally),
        }
    }

    /// The iterations that failed and were left out so far.
    pub(crate) fn failures(&self) -> MutexGuard<'_, Vec<Failure>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// On the root, while it waits: says who waits for whom, if nothing has been heard for long.
    pub(crate) fn mind_silence(&self, rest: &Rest) {
        let (Some(hub), Some(limit), Rest::Sleep(_)) = (&self.hub, self.settings.stall.after, rest) else {
            return;
        };
        if let Some(silence) = hub.silence(limit) {
            self.stalled(&silence);
        }
    }

    /// Nothing has gone on for long: says so, and ends the job if that is asked for.
    pub(crate) fn stalled(&self, what: &str) {
        if self.settings.stall.abort {
            self.explain(what);
            self.transport.abort(FAILED);
        } else {
            say(&format!(
                "dlp: {what}\n  (said by {}; `DLP_STALL=60s,abort` ends such a job, `DLP_STALL=off` says nothing)",
                self.who()
            ));
        }
    }

    /// The job cannot go on: says so and ends it.
    pub(crate) fn fail(&self, why: &str) -> ! {
        self.explain(why);
        self.abort(FAILED)
    }

    /// Says why the job cannot go on, unless it has ended already.
    fn explain(&self, why: &str) {
        if !self.transport.aborted() {
            say(&format!("dlp: error: {why}\n  (said by {})", self.who()));
            let _ = self.said.set(why.to_owned());
        }
    }

    /// Ends the job. Under MPI all processes are gone after this; of ranks that are threads, this one unwinds
    /// and the others find out.
    pub(crate) fn abort(&self, status: i32) -> ! {
        self.transport.abort(status);
        std::panic::resume_unwind(Box::new(Aborted))
    }

    /// Unwinds if another rank has ended the job.
    pub(crate) fn check(&self) {
        if self.transport.aborted() {
            std::panic::resume_unwind(Box::new(Aborted));
        }
    }
}

/// What a rank brings to a rendezvous.
pub(crate) struct Rendezvous {
    pub(crate) op: Op,
    pub(crate) place: String,
    pub(crate) length: Option<u64>,
    pub(crate) digest: u64,
    pub(crate) wants: bool,
    pub(crate) data: Payload,
    /// What the root makes of it.
    pub(crate) spec: Spec,
}

/// What a rank unwinds with when another rank has ended the job.
#[derive(Debug)]
pub(crate) struct Aborted;
