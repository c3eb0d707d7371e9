//! How far the root can replay: what is done, and which iterations are next in loop order.

use std::ops::Range;

/// Which iterations have been told of.
#[derive(Debug)]
pub(super) struct Frontier {
    told: Vec<u64>,
    length: u64,
    /// Everything before it is told of.
    next: u64,
    count: u64,
}

impl Frontier {
    pub(super) fn new(length: u64) -> Self {
        Self { told: vec![0; length.div_ceil(64) as usize], length, next: 0, count: 0 }
    }

    /// These have been told of.
    ///
    /// # Panics
    /// If one of them had been before, or is not of this loop.
    pub(super) fn on_told(&mut self, run: Range<u64>) {
        assert!(run.end <= self.length, "{run:?} of {}", self.length);
        self.count += run.end - run.start;
        for index in run {
            let (word, bit) = (&mut self.told[(index / 64) as usize], 1 << (index % 64));
            assert!(*word & bit == 0, "iteration {index} was run twice");
            *word |= bit;
        }
    }

    /// How many iterations can be replayed that could not be the last time.
    pub(super) fn advance(&mut self) -> u64 {
        let before = self.next;
        while self.next < self.length {
            let rest = self.told[(self.next / 64) as usize] >> (self.next % 64);
            let ones = u64::from(rest.trailing_ones());
            self.next += ones;
            if ones == 0 || !self.next.is_multiple_of(64) {
                break;
            }
        }
        self.next - before
    }

    /// Whether all of the loop has been told of.
    pub(super) fn is_complete(&self) -> bool {
        self.count == self.length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_next_in_loop_order_can_be_replayed() {
        let mut frontier = Frontier::new(300);
        frontier.on_told(1..130);
        assert_eq!(frontier.advance(), 0);
        frontier.on_told(0..1);
        assert_eq!(frontier.advance(), 130);
        frontier.on_told(131..300);
        assert_eq!((frontier.advance(), frontier.is_complete()), (0, false));
        frontier.on_told(130..131);
        assert_eq!((frontier.advance(), frontier.advance(), frontier.is_complete()), (170, 0, true));
    }

    #[test]
    #[should_panic(expected = "iteration 7 was run twice")]
    fn no_iteration_is_told_of_twice() {
        let mut frontier = Frontier::new(10);
        frontier.on_told(5..8);
        frontier.on_told(7..9);
    }
}
