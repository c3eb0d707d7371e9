//! Stepping a source to the indices that fall to this rank, and finding its end.

use std::collections::VecDeque;

use crate::again::nth;

/// Gives the items of a source by index.
pub(crate) struct Stepper<I: Iterator> {
    /// There, unless it panicked while it was lent.
    source: Option<I>,
    /// Items that were looked at and not given yet.
    peeked: VecDeque<I::Item>,
    /// Looking at them, the source was seen to end.
    ended: bool,
    next: u64,
    length: Option<u64>,
}

impl<I: Iterator> Stepper<I> {
    pub(crate) fn new(source: I) -> Self {
        let (least, most) = source.size_hint();
        // `usize::MAX` is what a source says that cannot count so far.
        let length = (most == Some(least) && least < usize::MAX).then_some(least as u64);
        Self { source: Some(source), peeked: VecDeque::new(), ended: false, next: 0, length }
    }

    /// The number of items, if the source is sure of it.
    pub(crate) fn length(&self) -> Option<u64> {
        self.length
    }

    /// How many items were taken or stepped over.
    pub(crate) fn stepped(&self) -> u64 {
        self.next
    }

    /// The source itself, of which nothing was taken or looked at.
    pub(crate) fn inner(&self) -> &I {
        self.source.as_ref().expect("a source that has not panicked")
    }

    fn source(&mut self) -> &mut I {
        self.source.as_mut().expect("a source that has not panicked")
    }

    /// The next `count` items, or as many as there are, without taking them.
    pub(crate) fn peek(&mut self, count: u64) -> impl Iterator<Item = &I::Item> {
        while (self.peeked.len() as u64) < count && !self.ended {
            let item = self.source().next();
            self.ended = item.is_none();
            self.peeked.extend(item);
        }
        self.peeked.iter().take(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// Steps over `skip` items and takes the next one.
    fn nth(&mut self, skip: u64) -> Option<I::Item> {
        let peeked = self.peeked.len() as u64;
        if skip >= peeked {
            self.peeked.clear();
            return if self.ended { None } else { nth(self.source(), skip - peeked) };
        }
        self.peeked.drain(..usize::try_from(skip).expect("less than the length of a queue"));
        self.peeked.pop_front()
    }

    /// The item of `index`, which is after the last one asked for; or the number of items, if there is no
    /// such item.
    pub(crate) fn item(&mut self, index: u64) -> Result<I::Item, u64> {
        match self.follows(index) {
            true => {
                let item = self.source().next().ok_or(index);
                self.took(index + u64::from(item.is_ok() || self.length.is_some()));
                item
            }
            false => self.item_ahead(index),
        }
    }

    /// Whether the item of `index` is the next that the source gives.
    pub(crate) fn follows(&self, index: u64) -> bool {
        index == self.next && self.peeked.is_empty() && !self.ended
    }

    /// Lends the source, to take items that follow, which [`Stepper::took`] is to be told of. A small one is moved to where no
    /// pointer leads, so that the compiler can keep it in registers.
    #[inline(always)]
    pub(crate) fn lend<R>(&mut self, take: impl FnOnce(&mut I) -> R) -> R {
        const SMALL: usize = 64;
        if size_of::<I>() > SMALL {
            return take(self.source());
        }
        let mut source = self.source.take().expect("a source that has not panicked");
        let result = take(&mut source);
        self.source = Some(source);
        result
    }

    /// The items before `next` were taken.
    #[inline]
    pub(crate) fn took(&mut self, next: u64) {
        self.next = next;
    }

    /// The same, where items are stepped over or were looked at.
    pub(crate) fn item_ahead(&mut self, index: u64) -> Result<I::Item, u64> {
        if self.length.is_none() {
            // Step by step, to know where the end is if it comes.
            while self.next < index {
                self.nth(0).ok_or(self.next)?;
                self.next += 1;
            }
        }
        let item = self.nth(index - self.next);
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
        match self.nth(0) {
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
        assert_eq!(Stepper::new(0..u64::MAX).length(), None, "more than can be counted");
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

    #[test]
    fn items_that_were_looked_at_are_given_all_the_same() {
        for peeked in 0..7 {
            for known in [true, false] {
                let mut source = Stepper::new((0..5).filter(|_| true));
                source.length = known.then_some(5);
                assert_eq!(source.peek(peeked).count() as u64, peeked.min(5));
                assert_eq!((source.item(1), source.item(3)), (Ok(1), Ok(3)), "{peeked} peeked");
                assert_eq!(source.finish(5), Ok(()));
            }
        }
        // Not to be asked again once it has ended.
        let mut left = [Some(0), Some(1), None, Some(2)].into_iter();
        let mut source = Stepper::new(std::iter::from_fn(|| left.next().flatten()));
        assert_eq!(source.peek(9).count(), 2);
        assert_eq!(source.item(9), Err(2));
        assert_eq!(source.finish(2), Ok(()));
    }
}
