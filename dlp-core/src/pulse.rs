//! When, between two iterations, a rank looks for messages.

use std::time::{Duration, Instant};

/// Every iteration if they are long, every so many if they are short, so that looking costs little.
#[derive(Debug)]
pub(crate) struct Pulse {
    stride: u32,
    /// What the stride may grow to.
    most: u32,
    left: u32,
    last: Instant,
    /// When a Part was last handed over.
    told: Instant,
    late: Duration,
}

impl Pulse {
    /// Between two looks are this much time at least, unless iterations are so short that the stride is at its
    /// limit, and not much more than [`Pulse::LONG`], unless single iterations are longer.
    const SHORT: Duration = Duration::from_micros(50);
    const LONG: Duration = Duration::from_micros(200);
    const STRIDE: u32 = 1 << 16;
    /// Records that are older than this are handed over,
    const LATE: Duration = Duration::from_millis(5);
    /// and in a large job than this for each rank: to take in what they hand over costs the root a microsecond, and it has other
    /// things to do.
    const EACH: Duration = Duration::from_micros(4);

    /// Of one of so many ranks.
    pub(crate) fn new(ranks: usize) -> Self {
        let now = Instant::now();
        Self { stride: 1, most: Self::STRIDE, left: 1, last: now, told: now, late: Self::late(ranks) }
    }

    /// One that beats with each iteration.
    pub(crate) fn of_each(ranks: usize) -> Self {
        Self { most: 1, ..Self::new(ranks) }
    }

    /// How old records get, where there are so many ranks, before they are handed over in the middle of a range.
    pub(crate) fn late(ranks: usize) -> Duration {
        Self::EACH.saturating_mul(u32::try_from(ranks).unwrap_or(u32::MAX)).max(Self::LATE)
    }

    /// Another iteration has ended; whether to look now.
    #[inline]
    pub(crate) fn beat(&mut self) -> bool {
        self.beats(1)
    }

    /// After how many more iterations it is time to look, if they are as long as the last ones.
    pub(crate) fn left(&self) -> u32 {
        self.left
    }

    /// So many iterations have ended, at most as many as are left; whether to look now.
    pub(crate) fn beats(&mut self, count: u64) -> bool {
        self.left -= u32::try_from(count).expect("at most as many as are left");
        self.left == 0 && self.look()
    }

    fn look(&mut self) -> bool {
        let now = Instant::now();
        let since = now - self.last;
        if since < Self::SHORT {
            self.stride = self.stride.saturating_mul(2).min(self.most);
        } else if since > Self::LONG {
            self.stride = (self.stride / 4).max(1);
        }
        self.left = self.stride;
        let due = since >= Self::SHORT || self.stride == self.most;
        if due {
            self.last = now;
        }
        due
    }

    /// A Part was handed over.
    pub(crate) fn told(&mut self) {
        self.told = self.last;
    }

    /// Whether the last Part was handed over long ago.
    pub(crate) fn is_late(&self) -> bool {
        self.last - self.told >= self.late
    }
}
