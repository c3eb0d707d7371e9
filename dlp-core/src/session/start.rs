//! How a session comes to be: by `init`, by `init_with`, or by the first use; and in which world, which the
//! environment says.

use std::sync::Once;
#[cfg(feature = "mpi")]
use std::sync::PoisonError;

use super::{CURRENT, Session, process};
#[cfg(feature = "mpi")]
use crate::crowd::Computer;
use crate::launch::{self, Launch};
use crate::report::say;
use crate::settings::Settings;
use crate::sys;
use crate::transport::solo::Solo;
#[cfg(feature = "mpi")]
use crate::transport::{Transport, processes::Mpi};

/// How a session comes to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// By `main` or `init`.
    Explicit,
    /// By the first use.
    Lazy,
}

/// Which world the environment says this process is in.
pub(super) enum World {
    Solo,
    Threads(usize),
    #[cfg(feature = "mpi")]
    Mpi(Launch),
}

pub(super) fn world(settings: &Settings) -> Result<World, String> {
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
pub(super) fn refuse_to_start(why: &str) -> ! {
    say(&format!("dlp: error: {why}"));
    sys::exit_now(2)
}

pub(super) fn settings() -> Settings {
    Settings::read(|name| std::env::var(name).ok()).unwrap_or_else(|why| refuse_to_start(&why))
}

pub(super) fn start(how: Start) -> &'static Session {
    let settings = settings();
    match world(&settings) {
        Err(why) => refuse_to_start(&why),
        Ok(World::Solo) => {
            static WARNED: Once = Once::new();
            WARNED.call_once(warn_of_being_alone);
            Session::begin(Box::new(Solo::default()), settings, how == Start::Explicit)
        }
        Ok(World::Threads(ranks)) => refuse_to_start(&format!(
            "`DLP_RANKS={ranks}` needs `#[dlp::main]` on the program's `main`: only that can run it once for each rank"
        )),
        #[cfg(feature = "mpi")]
        Ok(World::Mpi(launch)) => start_mpi(&launch, settings),
    }
}

/// In a batch job of several tasks, this process may be meant to be one of them.
fn warn_of_being_alone() {
    if let Some(tasks) = launch::forgotten(|name| std::env::var(name).ok()) {
        say(&format!(
            "dlp: warning: this process runs alone, in a SLURM job of {tasks} tasks: start it with `srun` if it is to run on all \
             of them"
        ));
    }
}

#[cfg(feature = "mpi")]
fn start_mpi(launch: &Launch, settings: Settings) -> &'static Session {
    let earlier = sys::threads().unwrap_or(1);
    let mut mpi = Mpi::start(settings.ranks_per_node).unwrap_or_else(|why| refuse_to_start(&why));
    if let Some(bytes) = settings.longest_message {
        mpi = mpi.with_longest_message(bytes);
    }
    if let Some(size) = launch.size.filter(|&size| size != mpi.size()) {
        refuse_to_start(&format!(
            "{launch} started this process, but the MPI library that the program is linked with sees {} rank(s) and not \
             {size}: the program and `mpiexec` belong to different MPIs",
            mpi.size()
        ));
    }
    let session = Session::begin(Box::new(mpi), settings, true);
    sys::at_exit(super::end::at_exit);
    // Those that the program had before are not MPI's.
    let of_mpi = sys::threads().map(|now| now.saturating_sub(earlier));
    session.ask_for_threads(of_mpi);
    session
}

#[cfg(feature = "mpi")]
impl Session {
    /// Warns of more threads than cores, where the environment asks for them. MPI itself has started so many.
    fn ask_for_threads(&self, of_mpi: Option<usize>) {
        let var = |name: &str| std::env::var(name).ok();
        let (Some(here), true) = (Computer::read(var, sys::cores()), self.is_root()) else { return };
        let usable = std::thread::available_parallelism().map_or(1, usize::from);
        match here.asked(var, usable, &sys::loaded()) {
            Some(crowd) => say(&format!("dlp: warning: {crowd}")),
            None => *self.threads.lock().unwrap_or_else(PoisonError::into_inner) = of_mpi,
        }
    }

    /// Warns of more threads than cores, where the program has started them in its first loop.
    pub(super) fn count_threads(&self) {
        let Some(of_mpi) = self.threads.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        let here = Computer::read(|name| std::env::var(name).ok(), sys::cores());
        // The rank's own thread, and the one that answers for it.
        let own = 1 + usize::from(self.service.get().is_some());
        let library = sys::threads().unwrap_or(0).saturating_sub(of_mpi + own);
        if let Some(crowd) = here.and_then(|here| here.counted(library)) {
            say(&format!("dlp: warning: {crowd}"));
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
    assert!(
        CURRENT.get().is_none() && process().is_none(),
        "dlp::init_with() was called after the session had started"
    );
    let settings = settings();
    let mpi =
        Mpi::adopt(comm, settings.ranks_per_node).unwrap_or_else(|why| panic!("dlp::init_with(): {why}"));
    Session::begin(Box::new(mpi), settings, true);
    sys::at_exit(super::end::at_exit);
    Guard { _not_send: std::marker::PhantomData }
}
