//! The few calls to the operating system that std does not offer: the only `unsafe` code of this package.

#![allow(unsafe_code)]

use std::process::Command;
use std::time::Duration;

/// What a process is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// End, and clear up first: a launcher passes it on to its ranks.
    Terminate,
    /// The same, as it comes from the keyboard by Ctrl-C.
    Interrupt,
    /// Do nothing until told to continue.
    Stop,
    /// Go on after a stop.
    Continue,
    /// End at once; it cannot be refused.
    Kill,
}

impl Signal {
    fn number(self) -> libc::c_int {
        match self {
            Signal::Terminate => libc::SIGTERM,
            Signal::Interrupt => libc::SIGINT,
            Signal::Stop => libc::SIGSTOP,
            Signal::Continue => libc::SIGCONT,
            Signal::Kill => libc::SIGKILL,
        }
    }
}

/// The CPU time that this process has used so far, of all its threads.
#[must_use]
pub fn cpu_time() -> Duration {
    used_by(libc::RUSAGE_SELF)
}

/// The CPU time of all processes that this one has started and seen the end of, with those that they have started and seen the
/// end of.
#[must_use]
pub fn cpu_time_of_children() -> Duration {
    used_by(libc::RUSAGE_CHILDREN)
}

fn used_by(whom: libc::c_int) -> Duration {
    let mut used = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: a valid structure, for which zero is a valid value, and which the system fills.
    let used = unsafe {
        libc::getrusage(whom, used.as_mut_ptr());
        used.assume_init()
    };
    let time = |time: libc::timeval| {
        Duration::new(
            u64::try_from(time.tv_sec).unwrap_or_default(),
            u32::try_from(time.tv_usec).unwrap_or_default() * 1000,
        )
    };
    time(used.ru_utime) + time(used.ru_stime)
}

/// Signals one process. One that is gone already is no error.
pub(crate) fn signal_process(pid: u32, signal: Signal) {
    send(checked(pid), signal);
}

/// Signals every process of the group that `leader` leads.
pub(crate) fn signal_group(leader: u32, signal: Signal) {
    send(-checked(leader), signal);
}

/// `kill` takes 0 for the caller's own group and -1 for every process of the machine: neither may come out of
/// a slip in a number.
fn checked(pid: u32) -> libc::pid_t {
    let pid = libc::pid_t::try_from(pid).expect("a process id fits in `pid_t`");
    assert!(pid > 1, "{pid} is not a process of ours");
    pid
}

fn send(target: libc::pid_t, signal: Signal) {
    // SAFETY: `kill` takes two numbers and touches no memory of ours. Its only errors are "no such process"
    // and "not permitted"; in both there is nothing left that this process could end.
    unsafe { libc::kill(target, signal.number()) };
}

/// Has the kernel end the command when the thread that starts it ends, so that Ctrl-C on the tests, or a
/// killed test run, leaves no ranks spinning behind. Only Linux can do this; elsewhere the time limit is all
/// there is.
pub(crate) fn end_with_parent(command: &mut Command) {
    #[cfg(target_os = "linux")]
    {
        use std::io;
        use std::os::unix::process::CommandExt;

        // SAFETY: between fork and exec only async-signal-safe calls are allowed; `prctl` is a plain system
        // call, and the error path allocates nothing.
        unsafe {
            command.pre_exec(|| match libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM) {
                0 => Ok(()),
                _ => Err(io::Error::last_os_error()),
            });
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = command;
}
