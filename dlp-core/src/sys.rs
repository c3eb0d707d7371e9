//! The few things that only the operating system can tell or do. One of the two places with `unsafe`.
#![allow(unsafe_code)]

#[cfg(unix)]
mod dying;

use std::ffi::{c_int, c_void};
#[cfg(feature = "mpi")]
use std::sync::atomic::AtomicU32;
#[cfg(feature = "mpi")]
use std::time::Duration;

#[cfg(unix)]
pub(crate) use self::dying::{before_death, prepare};

/// The name of this computer, for reports.
pub(crate) fn host() -> String {
    let mut name = [0_u8; 256];
    // SAFETY: the buffer is writable and its true length is given.
    let status = unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len()) };
    let end = name.iter().position(|&byte| byte == 0).unwrap_or(name.len());
    if status == 0 { String::from_utf8_lossy(&name[..end]).into_owned() } else { "an unnamed host".into() }
}

/// Calls `last` with the exit status when the process exits, by `exit` or by returning from `main`, on the
/// thread that exits.
///
/// Where the C library cannot tell the status, it is passed as `None`.
pub(crate) fn at_exit(last: fn(Option<i32>)) {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        unsafe extern "C" {
            fn on_exit(function: extern "C" fn(c_int, *mut c_void), argument: *mut c_void) -> c_int;
        }
        extern "C" fn call(status: c_int, last: *mut c_void) {
            // SAFETY: `last` is the pointer that was registered below, made from a `fn(Option<i32>)`.
            let last = unsafe { std::mem::transmute::<*mut c_void, fn(Option<i32>)>(last) };
            last(Some(status));
        }
        // SAFETY: `on_exit` keeps the two pointers, both of which are valid for ever.
        unsafe { on_exit(call, last as *mut c_void) };
    }
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    {
        static LAST: std::sync::OnceLock<fn(Option<i32>)> = std::sync::OnceLock::new();
        extern "C" fn call() {
            if let Some(last) = LAST.get() {
                last(None);
            }
        }
        let _ = LAST.set(last);
        // SAFETY: `atexit` keeps a pointer to a function, which is valid for ever.
        unsafe { libc::atexit(call) };
        let _: (c_int, *mut c_void) = (0, std::ptr::null_mut());
    }
}

/// Ends the process with `status` at once, without running exit handlers: they are what calls this.
pub(crate) fn exit_now(status: i32) -> ! {
    // SAFETY: `_exit` has no precondition.
    unsafe { libc::_exit(status) }
}

/// How many cores this computer has, whatever part of them this process may use; 1 where nobody knows.
#[cfg(feature = "mpi")]
pub(crate) fn cores() -> usize {
    // SAFETY: `sysconf` has no precondition.
    let cores = unsafe { libc::sysconf(libc::_SC_NPROCESSORS_ONLN) };
    usize::try_from(cores).unwrap_or(1).max(1)
}

/// How many threads this process has, where the system says so.
#[cfg(feature = "mpi")]
pub(crate) fn threads() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("Threads:")?.trim().parse().ok())
}

/// The files that this process has mapped, where the system says so: its libraries are among them.
#[cfg(feature = "mpi")]
pub(crate) fn loaded() -> String {
    std::fs::read_to_string("/proc/self/maps").unwrap_or_default()
}

/// Sleeps while the word is `expected`, until [`wake_at`] is called for it or this much time has passed; sometimes not so long.
/// The word may be in memory that several processes share. Where the system has no such call, sleeps for a millisecond at most.
#[cfg(feature = "mpi")]
pub(crate) fn sleep_at(word: &AtomicU32, expected: u32, longest: Duration) {
    #[cfg(target_os = "linux")]
    {
        let time = libc::timespec {
            tv_sec: libc::time_t::try_from(longest.as_secs()).unwrap_or(libc::time_t::MAX),
            tv_nsec: longest.subsec_nanos().into(),
        };
        // SAFETY: a word that lives as long as the reference, and a time that lives as long as the call.
        unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAIT, expected, &raw const time) };
    }
    #[cfg(not(target_os = "linux"))]
    if word.load(std::sync::atomic::Ordering::Acquire) == expected {
        std::thread::sleep(longest.min(Duration::from_millis(1)));
    }
}

/// Wakes everybody who sleeps at this word.
#[cfg(feature = "mpi")]
pub(crate) fn wake_at(word: &AtomicU32) {
    #[cfg(target_os = "linux")]
    // SAFETY: a word that lives as long as the reference.
    unsafe {
        libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE, c_int::MAX)
    };
    #[cfg(not(target_os = "linux"))]
    let _ = word;
}
