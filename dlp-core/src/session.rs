//! Which world this process, or this thread, is in: how a session starts, who may use it, and how it ends.
//!
//! A rank is the thread that started its session. A process has one session, except that ranks may be threads
//! (`DLP_RANKS`, [`testing`](crate::testing)) and that in a process that nobody launched each thread that uses
//! dlp gets a world of its own, so that tests of annotated functions may run side by side.

use std::cell::Cell;
use std::process::{ExitCode, Termination};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread::Thread;
use std::time::Duration;

use crate::hub::{Hub, Spec};
use crate::launch::Launch;
use crate::link::Link;
use crate::observe::{Tally, summary};
use crate::report::{self, FAILED, Farewell, PANICKED, say};
use crate::settings::Settings;
use crate::sys;
use crate::transport::solo::Solo;
use crate::transport::{Idle, Transport};
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
    start(Start::Lazy)
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

/// How a session comes to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    /// By `main` or `init`.
    Explicit,
    /// By the first use.
    Lazy,
}

/// Which world the environment says this process is in.
enum World {
    Solo,
    Threads(usize),
    #[cfg(feature = "mpi")]
    Mpi(Launch),
}

fn world(settings: &Settings) -> Result<World, String> {
    let launch = Launch::detect(|name| std::env::var(name).ok());
    match (launch, settings.ranks) {
        (Some(launch), Some(_)) => Err(format!(
            "`DLP_RANKS` asks for ranks as threads, but this process was started by {launch}: use one or the other"
        )),
        (None, Some(ranks)) if ranks > 1 => Ok(World::Threads(ranks)),
        (None, _) => Ok(World::Solo),
        #[cfg(feature = "mpi")]
        (Some(launch), None) => Ok(World::Mpi(launch)),
        #[cfg(not(feature = "mpi"))]
        (Some(Launch { size: Some(1), .. }), None) => Ok(World::Solo),
        #[cfg(not(feature = "mpi"))]
        (Some(launch), None) => Err(format!(
            "this process was started by {launch}, but the program was built without dlp's feature `mpi`: build it with \
             the feature, or use `DLP_RANKS=N ./binary` for ranks as threads"
        )),
    }
}

/// Ends a process that cannot start.
fn refuse_to_start(why: &str) -> ! {
    say(&format!("dlp: error: {why}"));
    sys::exit_now(2)
}

fn settings() -> Settings {
    Settings::read(|name| std::env::var(name).ok()).unwrap_or_else(|why| refuse_to_start(&why))
}

fn start(how: Start) -> &'static Session {
    let settings = settings();
    match world(&settings) {
        Err(why) => refuse_to_start(&why),
        Ok(World::Solo) => Session::begin(Box::new(Solo::default()), settings, how == Start::Explicit),
        Ok(World::Threads(ranks)) => refuse_to_start(&format!(
            "`DLP_RANKS={ranks}` needs `#[dlp::main]` on the program's `main`: only that can run it once for each rank"
        )),
        #[cfg(feature = "mpi")]
        Ok(World::Mpi(launch)) => start_mpi(&launch, settings),
    }
}

#[cfg(feature = "mpi")]
fn start_mpi(launch: &Launch, settings: Settings) -> &'static Session {
    use crate::transport::processes::Mpi;
    let mpi = Mpi::start().unwrap_or_else(|why| refuse_to_start(&why));
    if let Some(size) = launch.size.filter(|&size| size != mpi.size()) {
        refuse_to_start(&format!(
            "{launch} started this process, but the MPI library that the program is linked with sees {} rank(s) and not \
             {size}: the program and `mpiexec` belong to different MPIs",
            mpi.size()
        ));
    }
    let session = Session::begin(Box::new(mpi), settings, true);
    sys::at_exit(at_exit);
    session
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
            said: OnceLock::new(),
            host: sys::host(),
        }));
        if exclusive {
            *PROCESS.lock().unwrap_or_else(PoisonError::into_inner) = Some(session);
        }
        if several {
            report::install_hook(|| CURRENT.get().filter(|session| session.size() > 1).map(Session::who));
        }
        CURRENT.set(Some(session));
        session
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
    fn who(&self) -> String {
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
        let enter = Enter { op, place, length, digest, wants, data };
        match &self.hub {
            Some(hub) => hub.open(&*self.transport, epoch, enter, spec).unwrap_or_else(|why| self.fail(&why)),
            None => self.transport.send(0, Message::Enter(enter).encode(epoch)),
        }
        Link::new(self, epoch)
    }

    /// Adds to what this rank did.
    pub(crate) fn count(&self, tally: Tally) {
        let mut tallies = self.tallies.lock().unwrap_or_else(PoisonError::into_inner);
        match tallies.iter_mut().find(|known| known.place == tally.place) {
            Some(known) => known.add(&tally),
            None => tallies.push(tally),
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

    /// On the root: whether this thread looks after the hub from now on, or a service thread has to because
    /// this one is busy with user code.
    pub(crate) fn attend(&'static self, attended: bool) {
        if self.hub.is_none() || !self.transport.concurrent() {
            return;
        }
        self.attended.store(attended, Ordering::Release);
        if !attended {
            // Always: the thread may have gone to rest because there was nothing to meet at, not because of `attended`.
            self.service.get_or_init(|| self.start_service()).unpark();
        }
    }

    /// Whether messages are answered while this thread is busy.
    pub(crate) fn has_service(&self) -> bool {
        self.transport.concurrent()
    }

    fn start_service(&'static self) -> Thread {
        let serve = move || {
            let hub = self.hub.as_ref().expect("only the root attends");
            let mut idle = Idle::new();
            while !self.over.load(Ordering::Acquire) && !self.transport.aborted() {
                if self.attended.load(Ordering::Acquire) || hub.is_idle() {
                    idle.reset();
                    // Woken by `attend`; the limit is for the end of the session and for meetings that go on
                    // after the root has left them.
                    std::thread::park_timeout(Duration::from_millis(100));
                    continue;
                }
                match hub.pump(&*self.transport) {
                    Ok(true) => idle.reset(),
                    Ok(false) => self.transport.wait(idle.rest()),
                    Err(why) => {
                        self.explain(&why);
                        self.transport.abort(FAILED);
                    }
                }
            }
        };
        let thread = std::thread::Builder::new().name("dlp service".into()).spawn(serve);
        thread
            .unwrap_or_else(|why| self.fail(&format!("cannot start a service thread: {why}")))
            .thread()
            .clone()
    }

    /// Comes to the end of the program together with all other ranks, waits for them asleep, and gives back
    /// what the session holds. Says what failed elsewhere. Returns whether all ranks ended well.
    fn leave(&'static self, failure: Option<&str>) -> bool {
        if self.over.load(Ordering::Acquire) {
            return failure.is_none();
        }
        let tallies = std::mem::take(&mut *self.tallies.lock().unwrap_or_else(PoisonError::into_inner));
        let mut good = failure.is_none();
        if self.size() > 1 {
            let data = Farewell { failure: failure.map(str::to_owned), tallies }.write();
            let place = "the end of the program".to_string();
            let spec = Spec::Collective(|_| Payload::default());
            let link = self.enter(Rendezvous {
                op: Op::End,
                place,
                length: None,
                digest: 0,
                wants: false,
                data,
                spec,
            });
            link.answer();
            let farewells: Vec<Farewell> =
                link.collect().iter().filter_map(|data| Farewell::read(data).ok()).collect();
            for (rank, other) in farewells.iter().enumerate() {
                if let Some(said) = other.failure.as_deref().filter(|said| Some(*said) != failure) {
                    say(&format!("dlp: rank {rank} of {} ended with: {said}", self.size()));
                    good = false;
                }
            }
            if self.settings.summary && self.is_root() {
                let tallies: Vec<Vec<Tally>> =
                    farewells.into_iter().map(|farewell| farewell.tallies).collect();
                say(&summary(&tallies));
            }
        }
        self.end();
        good
    }

    /// Gives back what the session holds.
    fn end(&'static self) {
        self.over.store(true, Ordering::Release);
        if let Some(service) = self.service.get() {
            service.unpark();
        }
        self.transport.close();
        let mut process = PROCESS.lock().unwrap_or_else(PoisonError::into_inner);
        // MPI cannot be started twice: its session stays, so that later uses are told so.
        if self.size() == 1 && process.is_some_and(|session| std::ptr::eq(session, self)) {
            *process = None;
            CURRENT.set(None);
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

/// Called when the process of a rank under MPI exits. A rank that was started by its first use comes to the end
/// of the program here; one that exits with an error, or in the middle of something, takes the job with it.
#[cfg(feature = "mpi")]
fn at_exit(status: Option<i32>) {
    let Some(session) = process().filter(|session| !session.over.load(Ordering::Acquire)) else { return };
    match status.unwrap_or(0) {
        0 if mode() != Mode::Together && mode() != Mode::Alone => {
            say(&format!("dlp: error: {} exited in the middle of a loop", session.who()));
            session.transport.abort(FAILED);
        }
        0 => {
            MODE.set(Mode::Together);
            if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| session.leave(None))).is_err() {
                session.transport.abort(FAILED);
            }
        }
        status => {
            say(&format!("dlp: {} exited with status {status}: the whole job ends", session.who()));
            session.transport.abort(status);
        }
    }
}

/// The session of a program that says itself when it begins and ends; see [`init`].
#[derive(Debug)]
#[must_use = "the session ends when this is dropped: bind it to a name, as in `let _session = dlp::init();`"]
pub struct Guard {
    _not_send: std::marker::PhantomData<*const ()>,
}

/// Starts the session of this process. It ends when the guard is dropped, which waits for the other ranks; do
/// so at the end of `main`.
///
/// # Panics
/// If the process has a session already.
#[track_caller]
pub fn init() -> Guard {
    assert!(
        CURRENT.get().is_none() && process().is_none(),
        "dlp::init() was called after the session had started"
    );
    start(Start::Explicit);
    Guard { _not_send: std::marker::PhantomData }
}

/// Joins a world that the program has initialised itself: `comm` is duplicated, and MPI is never finalized by
/// dlp. All ranks of `comm` call this together. The session ends when the guard is dropped; the program finalizes
/// MPI after that.
///
/// # Panics
/// If the process has a session already, or MPI is not initialised.
#[cfg(feature = "mpi")]
#[track_caller]
pub fn init_with(comm: &impl crate::transport::processes::Communicator) -> Guard {
    use crate::transport::processes::Mpi;
    assert!(
        CURRENT.get().is_none() && process().is_none(),
        "dlp::init_with() was called after the session had started"
    );
    let mpi = Mpi::adopt(comm).unwrap_or_else(|why| panic!("dlp::init_with(): {why}"));
    Session::begin(Box::new(mpi), settings(), true);
    sys::at_exit(at_exit);
    Guard { _not_send: std::marker::PhantomData }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let Some(session) = CURRENT.get() else { return };
        if !std::thread::panicking() {
            session.leave(None);
        } else if session.size() > 1 {
            // Before anything else that unwinding drops can wait for the other ranks.
            session.transport.abort(PANICKED);
        }
    }
}

/// Runs the body of a program whose `main` carries `#[dlp::main]`: once, or under `DLP_RANKS=N` once on each of N
/// threads. `failure` says what the body's result has to say if it is an error.
pub fn main<R: Termination + 'static>(body: fn() -> R, failure: fn(&R) -> Option<String>) -> ExitCode {
    let settings = settings();
    match world(&settings) {
        Ok(World::Threads(ranks)) => main_of_threads(ranks, &settings, body, failure),
        _ => {
            start(Start::Explicit);
            run_rank(body, failure).unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        }
    }
}

/// One rank of a program with `#[dlp::main]`, from its beginning to its end.
fn run_rank<R: Termination>(
    body: impl FnOnce() -> R,
    failure: fn(&R) -> Option<String>,
) -> std::thread::Result<ExitCode> {
    let session = current();
    let run = std::panic::AssertUnwindSafe(|| {
        let result = body();
        let said = failure(&result);
        let good = session.leave(said.as_deref());
        // The root speaks for all who have the same to say.
        match said {
            Some(_) if !session.is_root() => ExitCode::FAILURE,
            _ if good => result.report(),
            _ => {
                result.report();
                ExitCode::FAILURE
            }
        }
    });
    std::panic::catch_unwind(run).inspect_err(|_| {
        if session.size() > 1 {
            session.transport.abort(PANICKED);
        }
    })
}

fn main_of_threads<R: Termination + 'static>(
    ranks: usize,
    settings: &Settings,
    body: fn() -> R,
    failure: fn(&R) -> Option<String>,
) -> ExitCode {
    /// How long ranks that are still at work may take to notice that the job has ended.
    const GRACE: Duration = Duration::from_secs(1);
    let (done, results) = std::sync::mpsc::channel();
    for end in crate::transport::threads::Threads::world(ranks) {
        let (done, settings) = (done.clone(), settings.clone());
        let rank = end.rank();
        let run = move || {
            Session::begin(Box::new(end), settings, false);
            let _ = done.send((rank, run_rank(body, failure).map_err(|_| ())));
        };
        // As much stack as the main thread usually has: the ranks run what was written for it.
        let thread = std::thread::Builder::new().name(format!("rank {rank}")).stack_size(8 << 20);
        if let Err(why) = thread.spawn(run) {
            refuse_to_start(&format!("cannot start {ranks} ranks as threads: {why}"));
        }
    }
    let mut root = ExitCode::SUCCESS;
    for _ in 0..ranks {
        match results.recv().expect("every rank sends once") {
            (0, Ok(code)) => root = code,
            (_, Ok(code)) if code != ExitCode::SUCCESS => root = code,
            (_, Ok(_)) => {}
            (_, Err(())) => {
                // Ranks in the middle of an iteration cannot be stopped; leaving `main` ends them.
                let end = std::time::Instant::now() + GRACE;
                while results.recv_timeout(end.saturating_duration_since(std::time::Instant::now())).is_ok() {
                }
                return ExitCode::from(PANICKED as u8);
            }
        }
    }
    root
}

/// Runs `body` on `ranks` threads, each of them a rank of one world; see [`testing`](crate::testing).
///
/// # Errors
/// What the first rank that panicked said.
pub(crate) fn run_ranks<T: Send>(ranks: usize, body: impl Fn() -> T + Sync) -> Result<Vec<T>, String> {
    let results: Vec<Result<T, Option<String>>> = std::thread::scope(|scope| {
        let body = &body;
        let run = |end| {
            scope.spawn(move || {
                let session = Session::begin(Box::new(end), Settings::default(), false);
                let run = std::panic::AssertUnwindSafe(|| {
                    let value = body();
                    session.leave(None);
                    value
                });
                std::panic::catch_unwind(run).map_err(|panic| {
                    session.transport.abort(PANICKED);
                    let panicked = (!panic.is::<Aborted>()).then(|| "a rank panicked".to_string());
                    session.said.get().cloned().or_else(report::last_panic).or(panicked)
                })
            })
        };
        let threads: Vec<_> = crate::transport::threads::Threads::world(ranks).into_iter().map(run).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(Err(None))).collect()
    });
    let failed = results.iter().any(Result::is_err);
    if !failed {
        return Ok(results.into_iter().filter_map(Result::ok).collect());
    }
    let said = results.into_iter().filter_map(|result| result.err().flatten()).next();
    Err(said.unwrap_or_else(|| "the job was aborted".into()))
}
