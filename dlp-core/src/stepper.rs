//! Stepping a source to the indices that fall to this rank, and finding its end.

use crate::again::nth;

/// Gives the items of a source by index.
pub(crate) struct Stepper<I> {
    source: I,
    next: u64,
    length: Option<u64>,
}

impl<I: Iterator> Stepper<I> {
    pub(crate) fn new(source: I) -> Self {
        let (least, most) = source.size_hint();
        Self { source, next: 0, length: (most == Some(least)).then_some(least as u64) }
    }

    /// The number of items, if the source is sure of it.
    pub(crate) fn length(&self) -> Option<u64> {
        self.length
    }

    /// How many items were taken or stepped over.
    pub(crate) fn stepped(&self) -> u64 {
        self.next
    }

    /// The source itself.
    pub(crate) fn inner(&self) -> &I {
        &self.source
    }

    /// The item of `index`, which is after the last one asked for; or the number of items, if there is no
    /// such item.
    pub(crate) fn item(&mut self, index: u64) -> Result<I::Item, u64> {
        if self.length.is_none() {
            // Step by step, to know where the end is if it comes.
            while self.next < index {
                self.source.next().ok_or(self.next)?;
                self.next += 1;
            }
        }
        let item = nth(&mut self.source, index - self.next);
        if item.is_some() || self.length.is_some() {
            self.next = index + 1;
        }
        item.ok_or(index)
    }

    /// Steps to the end, as the serial loop does, whatever the source itself does on the way.
    ///
    /// # Errors
    /// If the source has fewer than `end` items, or more.
    pub(crate) fn finish(&mut self, end: u64) -> Result<(), &'static str> {
        if self.next < end {
            self.item(end - 1).map_err(|_| "fewer")?;
        }
        match self.source.next() {
            Some(_) => Err("more"),
            None if self.next > end && self.length.is_none() => Err("more"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_come_by_index_and_the_end_is_found() {
        let mut known = Stepper::new(10..20);
        assert_eq!(known.length(), Some(10));
        assert_eq!((known.item(0), known.item(7), known.item(12)), (Ok(10), Ok(17), Err(12)));
        let mut unknown = Stepper::new((0..10).filter(|x| x % 2 == 0));
        assert_eq!(unknown.length(), None);
        assert_eq!((unknown.item(1), unknown.item(3)), (Ok(2), Ok(6)));
        assert_eq!(unknown.item(9), Err(5), "the true length, wherever one looked beyond it");
    }

    #[test]
    fn finishing_steps_over_the_rest_and_counts() {
        let mut seen = 0;
        let mut source = Stepper::new((0..5).inspect(|_| seen += 1));
        assert!(source.item(1).is_ok());
        assert_eq!(source.finish(5), Ok(()));
        assert_eq!(seen, 5);
        assert_eq!(Stepper::new(0..5).finish(4), Err("more"));
        assert_eq!(Stepper::new((0..5).filter(|_| true)).finish(6), Err("fewer"));
    }
}
