//! A sleep that another thread of the same process can end.
//!
//! Knows nothing of MPI, which has no such thing: a message that comes in does not ring.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

const QUIET: u8 = 0;
const ASLEEP: u8 = 1;
const RUNG: u8 = 2;

/// Rung by any thread, waited for by one. A ring that comes before the wait ends it at once.
#[derive(Debug, Default)]
pub(super) struct Bell {
    state: AtomicU8,
    bed: Mutex<()>,
    news: Condvar,
}

impl Bell {
    /// Ends the present sleep, or else the next. Nearly free while nobody sleeps.
    pub(super) fn ring(&self) {
        if self.state.swap(RUNG, Ordering::AcqRel) == ASLEEP {
            // With the lock in hand the sleeper is known to be in bed, where it hears.
            drop(self.bed.lock().unwrap_or_else(PoisonError::into_inner));
            self.news.notify_all();
        }
    }

    /// Sleeps until the bell rings, but not longer than this.
    pub(super) fn sleep(&self, longest: Duration) {
        let bed = self.bed.lock().unwrap_or_else(PoisonError::into_inner);
        if self.state.compare_exchange(QUIET, ASLEEP, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            let asleep = |_: &mut ()| self.state.load(Ordering::Acquire) == ASLEEP;
            drop(self.news.wait_timeout_while(bed, longest, asleep));
        }
        self.state.store(QUIET, Ordering::Release);
    }
}
