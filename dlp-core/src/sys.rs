//! The few things that only the operating system can tell or do. One of the two places with `unsafe`.
#![allow(unsafe_code)]

use std::ffi::{c_int, c_void};

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

/// A line that can be written where nothing may be allocated. What does not fit is left out.
pub(crate) struct Line {
    bytes: [u8; 1024],
    length: usize,
}

impl std::fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let room = &mut self.bytes[self.length..];
        let fits = text.len().min(room.len());
        room[..fits].copy_from_slice(&text.as_bytes()[..fits]);
        self.length += fits;
        Ok(())
    }
}

/// The signals by which the operating system ends a process that has done something wrong, and what they mean.
#[cfg(unix)]
const DEADLY: [(i32, &str); 5] = [
    (libc::SIGSEGV, "SIGSEGV (a segmentation fault)"),
    (libc::SIGBUS, "SIGBUS (a bus error)"),
    (libc::SIGILL, "SIGILL (an illegal instruction)"),
    (libc::SIGFPE, "SIGFPE (an arithmetic error)"),
    (libc::SIGABRT, "SIGABRT (an abort)"),
];

/// Writes what `words` says, on standard error, when a signal is about to end the process. What was there to handle the
/// signal before does so after that.
#[cfg(unix)]
pub(crate) fn before_death(words: fn(&str, &mut Line)) {
    use std::mem::MaybeUninit;
    use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
    use std::sync::{Mutex, OnceLock};

    static WORDS: OnceLock<fn(&str, &mut Line)> = OnceLock::new();
    static SPOKEN: AtomicBool = AtomicBool::new(false);
    static BEFORE: [AtomicPtr<libc::sigaction>; DEADLY.len()] =
        [const { AtomicPtr::new(std::ptr::null_mut()) }; DEADLY.len()];
    static INSTALLING: Mutex<()> = Mutex::new(());

    extern "C" fn dying(signal: i32) {
        let Some(at) = DEADLY.iter().position(|(known, _)| *known == signal) else { return };
        if let Some(words) = WORDS.get()
            && !SPOKEN.swap(true, Ordering::AcqRel)
        {
            let mut line = Line { bytes: [0; 1024], length: 0 };
            words(DEADLY[at].1, &mut line);
            // SAFETY: the buffer holds `length` bytes; `write` may be called in a signal handler.
            unsafe { libc::write(2, line.bytes.as_ptr().cast(), line.length) };
        }
        let before = BEFORE[at].load(Ordering::Acquire);
        if !before.is_null() {
            // SAFETY: what was there before was read from the system, and is never freed. Returning brings the fault about
            // again, or lets `abort` go on, for what was there before to handle; `sigaction` may be called here.
            unsafe { libc::sigaction(signal, before, std::ptr::null_mut()) };
        }
    }

    let _installing = INSTALLING.lock();
    if WORDS.set(words).is_err() {
        return;
    }
    for (at, (signal, _)) in DEADLY.iter().enumerate() {
        // SAFETY: both structures are valid, and zero is a valid value of their fields; the handler does only what a
        // handler may. It runs on the alternate stack where the thread has one, as Rust's threads do.
        unsafe {
            let mut before = MaybeUninit::<libc::sigaction>::zeroed();
            let mut action = MaybeUninit::<libc::sigaction>::zeroed().assume_init();
            action.sa_sigaction = dying as extern "C" fn(i32) as usize;
            action.sa_flags = libc::SA_ONSTACK;
            libc::sigemptyset(&mut action.sa_mask);
            if libc::sigaction(*signal, std::ptr::null(), before.as_mut_ptr()) == 0 {
                let kept = Box::leak(Box::new(before.assume_init()));
                BEFORE[at].store(kept, Ordering::Release);
                libc::sigaction(*signal, &action, std::ptr::null_mut());
            }
        }
    }
}
