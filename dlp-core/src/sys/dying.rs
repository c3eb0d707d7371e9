//! Last words: a line on standard error when a signal is about to end the process.
//!
//! A handler of signals may be run at any moment, and on a stack that is full: it allocates nothing, takes no lock, and runs on a
//! stack of its own.

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;
use std::ops::Range;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use std::sync::{Mutex, OnceLock};

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
const DEADLY: [(i32, &str); 5] = [
    (libc::SIGSEGV, "SIGSEGV (a segmentation fault)"),
    (libc::SIGBUS, "SIGBUS (a bus error)"),
    (libc::SIGILL, "SIGILL (an illegal instruction)"),
    (libc::SIGFPE, "SIGFPE (an arithmetic error)"),
    (libc::SIGABRT, "SIGABRT (an abort)"),
];

/// What a segmentation fault is where the stack ends.
const OVERFLOW: &str = "SIGSEGV (a segmentation fault: its stack overflowed)";

/// How long a handler's own stack is: what the system puts there of the processor's state may be 10 KiB.
const ROOM: usize = 64 << 10;

thread_local! {
    /// The addresses that are touched first where the stack of this thread is full.
    static BRINK: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

/// Makes sure that a handler can run on this thread when its stack is full.
///
/// Rust's threads have a stack for that, unless a library that was loaded before `main` handles the signal itself (UCX does,
/// which comes with MPICH): then Rust leaves it to that library.
pub(crate) fn prepare() {
    let brink = brink();
    BRINK.set((brink.start, brink.end));
    let mut stack = MaybeUninit::<libc::stack_t>::zeroed();
    // SAFETY: a valid structure, which the system fills.
    let has_none = unsafe {
        libc::sigaltstack(std::ptr::null(), stack.as_mut_ptr()) == 0
            && stack.assume_init().ss_flags & libc::SS_DISABLE != 0
    };
    if has_none {
        // Never freed: nobody knows when the thread is done with it.
        let memory = Box::leak(vec![0_u8; ROOM].into_boxed_slice());
        let stack = libc::stack_t { ss_sp: memory.as_mut_ptr().cast(), ss_flags: 0, ss_size: ROOM };
        // SAFETY: memory of that size which nothing else uses.
        unsafe { libc::sigaltstack(&stack, null_mut()) };
    }
}

/// The addresses that are touched first where the stack of this thread is full: around its lowest one, where the guard is.
#[cfg(target_os = "linux")]
fn brink() -> Range<usize> {
    /// What the system keeps free below a stack that grows by itself.
    const GAP: usize = 1 << 20;
    let mut attributes = MaybeUninit::<libc::pthread_attr_t>::zeroed();
    let (mut lowest, mut size, mut guard) = (null_mut(), 0, 0);
    // SAFETY: valid structures, which are read only after they have been filled, and given back.
    unsafe {
        if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
            return 0..0;
        }
        libc::pthread_attr_getstack(attributes.as_ptr(), &mut lowest, &mut size);
        libc::pthread_attr_getguardsize(attributes.as_ptr(), &mut guard);
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
    }
    let below = if guard > 0 { guard } else { GAP };
    lowest.addr().saturating_sub(below)..lowest.addr() + guard
}

/// Nobody says where a stack ends.
#[cfg(not(target_os = "linux"))]
fn brink() -> Range<usize> {
    0..0
}

/// Whether a fault is that of a full stack.
fn overflows(info: *mut libc::siginfo_t) -> bool {
    let (start, end) = BRINK.get();
    // SAFETY: what the system hands to a handler of `SIGSEGV` has the address.
    !info.is_null() && (start..end).contains(&unsafe { (*info).si_addr() }.addr())
}

/// Writes what `words` says, on standard error, when a signal is about to end the process. What was there to handle the
/// signal before does so after that.
pub(crate) fn before_death(words: fn(&str, &mut Line)) {
    static WORDS: OnceLock<fn(&str, &mut Line)> = OnceLock::new();
    static SPOKEN: AtomicBool = AtomicBool::new(false);
    static BEFORE: [AtomicPtr<libc::sigaction>; DEADLY.len()] =
        [const { AtomicPtr::new(std::ptr::null_mut()) }; DEADLY.len()];
    static INSTALLING: Mutex<()> = Mutex::new(());

    extern "C" fn dying(signal: c_int, info: *mut libc::siginfo_t, _context: *mut c_void) {
        let Some(at) = DEADLY.iter().position(|(known, _)| *known == signal) else { return };
        if let Some(words) = WORDS.get()
            && !SPOKEN.swap(true, Ordering::AcqRel)
        {
            let mut line = Line { bytes: [0; 1024], length: 0 };
            let meaning = if signal == libc::SIGSEGV && overflows(info) { OVERFLOW } else { DEADLY[at].1 };
            words(meaning, &mut line);
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
        // handler may. It runs on the alternate stack where the thread has one.
        unsafe {
            let mut before = MaybeUninit::<libc::sigaction>::zeroed();
            let mut action = MaybeUninit::<libc::sigaction>::zeroed().assume_init();
            action.sa_sigaction = dying as extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) as usize;
            action.sa_flags = libc::SA_ONSTACK | libc::SA_SIGINFO;
            libc::sigemptyset(&mut action.sa_mask);
            if libc::sigaction(*signal, std::ptr::null(), before.as_mut_ptr()) == 0 {
                let kept = Box::leak(Box::new(before.assume_init()));
                BEFORE[at].store(kept, Ordering::Release);
                libc::sigaction(*signal, &action, std::ptr::null_mut());
            }
        }
    }
}
