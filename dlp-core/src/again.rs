//! Having the loop's items again, beside the replay, without sending them.
//!
//! The loop hands each rank an iterator over the same items. Where that iterator and its items can be cloned,
//! the replay steps a clone of it, and an effect that needs the item (or a part of it) has the real one: real
//! references, and no serde bound on the type. Which of the two it is, [`Probe`] finds by method resolution.

use std::fmt;
use std::marker::PhantomData;

/// Asks of a source whether its items can be had again: `(&&Probe(&source)).dlp_again()`.
#[derive(Debug)]
pub struct Probe<'a, I>(pub &'a I);

/// They can.
pub trait ByClone {
    /// The type-level answer.
    fn dlp_again(&self) -> Forked;
}

impl<I> ByClone for &Probe<'_, I>
where
    I: Iterator + Clone,
    I::Item: Clone,
{
    fn dlp_again(&self) -> Forked {
        Forked
    }
}

/// They cannot.
pub trait ByNothing {
    /// The type-level answer.
    fn dlp_again(&self) -> Once;
}

impl<I> ByNothing for Probe<'_, I> {
    fn dlp_again(&self) -> Once {
        Once
    }
}

/// The items can be had again, from a clone of the source.
#[derive(Clone, Copy, Debug)]
pub struct Forked;

/// The items can be had once.
#[derive(Clone, Copy, Debug)]
pub struct Once;

/// Whether and how the items of `I` can be had again.
pub trait Again<I: Iterator>: Copy {
    /// What gives them.
    type Items: Items<I::Item>;

    /// What gives the items of `source`, which has not been stepped yet.
    fn fork(self, source: &I) -> Self::Items;
}

/// The type-level answer as a value, for the code that the attribute emits.
pub trait Answer {
    /// Whether the items can be had again.
    fn dlp_at_hand(&self) -> bool;
}

impl Answer for Forked {
    fn dlp_at_hand(&self) -> bool {
        true
    }
}

impl Answer for Once {
    fn dlp_at_hand(&self) -> bool {
        false
    }
}

/// Items by index, where each index is at least the one before.
pub trait Items<T> {
    /// Whether there are any.
    const AT_HAND: bool;
    /// The item of `index`, if there is one.
    fn find(&mut self, index: u64) -> Option<T>;
    /// The item of `index`.
    ///
    /// # Panics
    /// If there is none.
    fn item(&mut self, index: u64) -> T {
        self.find(index).expect("a clone of the source ends before the source does")
    }
}

impl<I> Again<I> for Forked
where
    I: Iterator + Clone,
    I::Item: Clone,
{
    type Items = Fork<I>;

    fn fork(self, source: &I) -> Fork<I> {
        Fork { source: source.clone(), next: 0, last: None }
    }
}

impl<I: Iterator> Again<I> for Once {
    type Items = Nothing<I::Item>;

    fn fork(self, _source: &I) -> Nothing<I::Item> {
        Nothing(PhantomData)
    }
}

/// A clone of the source that is stepped beside the replay.
pub struct Fork<I: Iterator> {
    source: I,
    next: u64,
    /// The item that was given out last, for the effects of the same iteration.
    last: Option<I::Item>,
}

impl<I> Items<I::Item> for Fork<I>
where
    I: Iterator,
    I::Item: Clone,
{
    const AT_HAND: bool = true;

    fn find(&mut self, index: u64) -> Option<I::Item> {
        let next = index.checked_add(1)?;
        if self.next != next {
            // A replay never goes back.
            self.last = nth(&mut self.source, index.checked_sub(self.next)?);
            self.next = next;
        }
        self.last.clone()
    }
}

impl<I: Iterator> fmt::Debug for Fork<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fork").field("next", &self.next).finish_non_exhaustive()
    }
}

/// What stands where the items cannot be had again.
pub struct Nothing<T>(PhantomData<fn() -> T>);

impl<T> Items<T> for Nothing<T> {
    const AT_HAND: bool = false;

    fn find(&mut self, _index: u64) -> Option<T> {
        unreachable!("an item that cannot be had again was carried")
    }
}

impl<T> fmt::Debug for Nothing<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nothing")
    }
}

/// `source.nth(skip)` for counts that may exceed `usize`.
pub(crate) fn nth<I: Iterator>(source: &mut I, mut skip: u64) -> Option<I::Item> {
    while usize::try_from(skip).is_err() {
        source.nth(usize::MAX - 1)?;
        skip -= usize::MAX as u64;
    }
    source.nth(usize::try_from(skip).expect("just checked"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_gives_items_by_index_as_often_as_asked() {
        let source = vec![String::from("a"), String::from("b"), String::from("c")].into_iter();
        let again = (&&Probe(&source)).dlp_again();
        assert!(again.dlp_at_hand());
        let mut items = Again::fork(again, &source);
        assert_eq!((items.item(0), items.item(2), items.item(2)), ("a".into(), "c".into(), "c".into()));
        assert_eq!((items.find(1), items.find(3), items.find(u64::MAX)), (None, None, None));
    }

    #[test]
    fn a_source_that_is_not_clone_says_so() {
        let source = [1, 2]
            .map(Box::new)
            .into_iter()
            .map(|b| *b)
            .chain(Box::new(0..3) as Box<dyn Iterator<Item = i32>>);
        assert!(!(&&Probe(&source)).dlp_again().dlp_at_hand());
    }
}
