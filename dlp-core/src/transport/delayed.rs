//! A transport that lets messages wait, to bring about orders of arrival that seldom happen by themselves.
//!
//! The waits are drawn from a seed, so that a run that failed can be run again; how the ranks' threads take turns is
//! still the operating system's.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{Rest, Shared, Transport};
use crate::wire::Frame;

/// Another transport, with delays.
#[derive(Debug)]
pub struct Delayed<T> {
    inner: T,
    state: AtomicU64,
    /// How often a look for messages still finds none.
    deaf: AtomicU64,
}

impl<T: Transport> Delayed<T> {
    /// Delays what arrives at `inner`; each rank draws other numbers from the same seed.
    pub fn new(inner: T, seed: u64) -> Self {
        let state = seed ^ (inner.rank() as u64 + 1).wrapping_mul(0xd134_2543_de82_ef95);
        Self { inner, state: state.into(), deaf: 0.into() }
    }

    /// The next number: SplitMix64 (G. L. Steele, D. Lea, C. H. Flood: Fast splittable pseudorandom number generators,
    /// OOPSLA 2014).
    fn next(&self) -> u64 {
        let state = self.state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl<T: Transport> Transport for Delayed<T> {
    fn rank(&self) -> usize {
        self.inner.rank()
    }

    fn size(&self) -> usize {
        self.inner.size()
    }

    fn send(&self, to: usize, frame: Frame) {
        if self.next().is_multiple_of(4) {
            std::thread::yield_now();
        }
        self.inner.send(to, frame);
    }

    fn poll(&self) -> Option<(usize, Frame)> {
        if self.deaf.load(Ordering::Relaxed) > 0 {
            self.deaf.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        if self.next().is_multiple_of(3) {
            self.deaf.store(self.next() % 8, Ordering::Relaxed);
            return None;
        }
        self.inner.poll()
    }

    fn wait(&self, rest: Rest) {
        // While it is deaf, it must not sleep until something arrives: that has.
        match self.deaf.load(Ordering::Relaxed) {
            0 => self.inner.wait(rest),
            _ => std::thread::yield_now(),
        }
    }

    fn wake(&self) {
        self.inner.wake();
    }

    fn rings(&self) -> bool {
        self.inner.rings()
    }

    fn unsent(&self) -> usize {
        self.inner.unsent()
    }

    fn abort(&self, status: i32) {
        self.inner.abort(status);
    }

    fn aborted(&self) -> bool {
        self.inner.aborted()
    }

    fn shared(&self) -> Shared<'_> {
        self.inner.shared()
    }

    fn nodes(&self) -> usize {
        self.inner.nodes()
    }

    fn wake_node(&self) {
        self.inner.wake_node();
    }

    fn concurrent(&self) -> bool {
        self.inner.concurrent()
    }

    fn close(&self) {
        self.inner.close();
    }
}
