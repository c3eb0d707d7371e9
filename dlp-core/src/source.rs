//! What a loop may iterate over: the same items in the same order on every rank, each the iteration's own to read.
//!
//! Where the compiler can see that a source is not so, the loop is a compile error: the attribute emits
//! `(&&&&Source::new(&source)).dlp_check()`, and method resolution finds the first trait below that fits (autoref
//! specialization). In generic code the types are known at run time only: `refuse` looks at their names.

use std::any::type_name;
use std::collections::{hash_map, hash_set};
use std::fmt;
use std::fs::ReadDir;
use std::io::{Lines, StdinLock};
use std::marker::PhantomData;

use crate::alias::Interior;

/// The source of a loop, by type: `I` with items `T`.
pub struct Source<I, T>(PhantomData<fn() -> (I, T)>);

impl<I: Iterator> Source<I, I::Item> {
    /// The type of `source`, without a borrow of it.
    pub const fn new(_source: &I) -> Self {
        Self(PhantomData)
    }
}

impl<I: Iterator> Source<I, ()> {
    /// The type of `source`, of which it is known that its items are written to.
    pub const fn of_written(_source: &I) -> Self {
        Self(PhantomData)
    }
}

impl<I, T> fmt::Debug for Source<I, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source<{}>", type_name::<I>())
    }
}

/// What the compiler asks of a source that has no order.
#[diagnostic::on_unimplemented(
    message = "a loop over a `HashMap` or a `HashSet` cannot be split: its order is another one in every process",
    label = "this has no fixed order",
    note = "collect the keys into a `Vec` and sort them before the loop, or use a `BTreeMap` or a `BTreeSet`"
)]
pub trait FixedOrder {}

/// What the compiler asks of the entries of a directory.
#[diagnostic::on_unimplemented(
    message = "a loop over `read_dir` cannot be split: a directory is listed in no fixed order",
    label = "this has no fixed order",
    note = "collect the paths into a `Vec` and sort them before the loop"
)]
pub trait Sorted {}

/// What the compiler asks of the lines of standard input.
#[diagnostic::on_unimplemented(
    message = "a loop over standard input cannot be split: only one rank has it",
    label = "the other ranks have no such lines",
    note = "have the root read it and send it to all: `let lines = dlp::on_root(|| ..);`"
)]
pub trait OnEveryRank {}

/// What the compiler asks of a borrowed iterator.
#[diagnostic::on_unimplemented(
    message = "a loop over a borrowed iterator cannot be split: what is left of it afterwards differs by rank",
    label = "this iterator outlives the loop",
    note = "give the loop the iterator itself, or collect the items into a `Vec` first"
)]
pub trait Owned {}

/// What the compiler asks of items that can be written to.
#[diagnostic::on_unimplemented(
    message = "a loop over `&mut` items that does not look like one: each rank would change only its own share of them",
    label = "these items are changed in place",
    note = "write `for x in xs.iter_mut()` or the like in the loop itself, and what the body leaves in `*x` is written back on every \
            rank; or iterate over `&` items and collect the new values: `changed.push(new);`"
)]
pub trait Shared {}

/// What the compiler asks of items that are cells, locks or the like.
#[diagnostic::on_unimplemented(
    message = "a loop over items of type `{T}` cannot be split: what one rank writes into them no other rank sees",
    label = "these items change behind a shared reference",
    note = "iterate over what is inside them, and collect the new values; or over their indices, with what writes to them under \
            `#[serial]`"
)]
pub trait Unchanging<T> {}

/// Sources without an order.
pub trait SourceUnordered {
    /// Never compiles.
    fn dlp_check(&self)
    where
        Self: FixedOrder,
    {
    }
}

/// The entries of a directory.
pub trait SourceUnsorted {
    /// Never compiles.
    fn dlp_check(&self)
    where
        Self: Sorted,
    {
    }
}

/// Standard input.
pub trait SourceOfRoot {
    /// Never compiles.
    fn dlp_check(&self)
    where
        Self: OnEveryRank,
    {
    }
}

/// Iterators that are borrowed.
pub trait SourceBorrowed {
    /// Never compiles.
    fn dlp_check(&self)
    where
        Self: Owned,
    {
    }
}

/// Items that can be written to.
pub trait SourceMutable {
    /// Never compiles.
    fn dlp_check(&self)
    where
        Self: Shared,
    {
    }
}

/// Items that can be written to, first of two.
pub trait SourceMutableFirst {
    /// Never compiles.
    fn dlp_check(&self)
    where
        Self: Shared,
    {
    }
}

/// Items that are cells, locks or the like.
pub trait SourceOfCells {
    /// The type of the items.
    type Item;
    /// Never compiles.
    fn dlp_check(&self)
    where
        Self: Unchanging<Self::Item>,
    {
    }
}

/// Every other source.
pub trait SourceFine {
    /// Nothing is asked.
    fn dlp_check(&self) {}
}

impl<I, T> SourceFine for Source<I, T> {}

macro_rules! unordered {
    ($($source:ty: <$($parameter:tt),*>),* $(,)?) => {
        $(impl<$($parameter,)* T> SourceUnordered for &&&Source<$source, T> {})*
    };
}

unordered! {
    hash_map::Iter<'a, K, V>: <'a, K, V>,
    hash_map::IterMut<'a, K, V>: <'a, K, V>,
    hash_map::IntoIter<K, V>: <K, V>,
    hash_map::Keys<'a, K, V>: <'a, K, V>,
    hash_map::IntoKeys<K, V>: <K, V>,
    hash_map::Values<'a, K, V>: <'a, K, V>,
    hash_map::ValuesMut<'a, K, V>: <'a, K, V>,
    hash_map::IntoValues<K, V>: <K, V>,
    hash_map::Drain<'a, K, V>: <'a, K, V>,
    hash_set::Iter<'a, K>: <'a, K>,
    hash_set::IntoIter<K>: <K>,
    hash_set::Drain<'a, K>: <'a, K>,
    hash_set::Union<'a, K, S>: <'a, K, S>,
    hash_set::Intersection<'a, K, S>: <'a, K, S>,
    hash_set::Difference<'a, K, S>: <'a, K, S>,
    hash_set::SymmetricDifference<'a, K, S>: <'a, K, S>,
}

impl<T> SourceUnsorted for &&&Source<ReadDir, T> {}
impl<T> SourceOfRoot for &&&Source<Lines<StdinLock<'_>>, T> {}
impl<I, T> SourceBorrowed for &&&Source<&mut I, T> {}
impl<I, T: Interior> SourceOfCells for &&&Source<I, T> {
    type Item = T;
}
impl<I, T: ?Sized> SourceMutable for &&Source<I, &mut T> {}
impl<I, A, T: ?Sized> SourceMutable for &&Source<I, (A, &mut T)> {}
impl<I, B, T: ?Sized> SourceMutableFirst for &Source<I, (&mut T, B)> {}

/// Refuses at run time what the compiler could not see.
///
/// # Errors
/// If the source or its items cannot be what a split loop needs, with the reason and the cure.
pub(crate) fn refuse<I: Iterator>(_source: &I) -> Result<(), String> {
    refuse_named(type_name::<I>(), type_name::<I::Item>())
}

/// Refuses at run time a source that has no order, whatever its items are.
///
/// # Errors
/// If it has none, with the reason and the cure.
pub(crate) fn refuse_order<I: Iterator>(_source: &I) -> Result<(), String> {
    refuse_source(&without_signatures(type_name::<I>()))
}

/// [`refuse`] by the names of the types.
fn refuse_named(source: &str, item: &str) -> Result<(), String> {
    let (source, item) = (&without_signatures(source), &without_signatures(item));
    refuse_source(source)?;
    refuse_item(source, item)
}

/// [`refuse_order`] by the name of the type.
fn refuse_source(source: &str) -> Result<(), String> {
    const TABLES: [&str; 4] = [
        "std::collections::hash::map::",
        "std::collections::hash::set::",
        "hashbrown::map::",
        "hashbrown::set::",
    ];
    const TABLE_ITERATORS: [&str; 13] = [
        "Iter<",
        "IterMut<",
        "IntoIter<",
        "Keys<",
        "IntoKeys<",
        "Values<",
        "ValuesMut<",
        "IntoValues<",
        "Drain<",
        "Union<",
        "Intersection<",
        "Difference<",
        "SymmetricDifference<",
    ];
    let follows = |table: &str| {
        source.match_indices(table).any(|(at, _)| {
            let rest = &source[at + table.len()..];
            TABLE_ITERATORS.iter().any(|iterator| rest.starts_with(iterator))
        })
    };
    // What `flat_map` makes of each item is its second parameter.
    let flattened = source.contains("::FlatMap<")
        && [", std::collections::hash::", ", &std::collections::hash::"]
            .iter()
            .any(|table| source.contains(table));
    if flattened || TABLES.into_iter().any(follows) {
        return Err("it iterates over a hash table, whose order is another one in every process; collect the keys into a \
             `Vec` and sort them before the loop, or use a `BTreeMap` or a `BTreeSet`"
            .to_owned());
    }
    if source.contains("std::fs::ReadDir") {
        return Err("it iterates over a directory, which is listed in no fixed order; collect the paths into a `Vec` and \
             sort them before the loop"
            .to_owned());
    }
    if source.contains("std::io::stdio::Stdin") {
        return Err("it iterates over standard input, which only one rank has; have the root read it and send it to all: \
             `let lines = dlp::on_root(|| ..);`"
            .to_owned());
    }
    Ok(())
}

/// Refuses items that no other rank sees change.
fn refuse_item(source: &str, item: &str) -> Result<(), String> {
    const CELLS: [&str; 6] = [
        "core::cell::Cell<",
        "core::cell::RefCell<",
        "core::cell::UnsafeCell<",
        "::Mutex<",
        "::RwLock<",
        "::atomic::Atomic",
    ];
    if item.contains("&mut ") {
        return Err(format!(
            "its items are of type `{item}`, and each rank would change only its own share of them; write \
             `for x in xs.iter_mut()` or the like in the loop itself, or iterate over `&` items and collect the new values"
        ));
    }
    if source.contains("&mut ") {
        return Err("it iterates over a borrowed iterator, and what is left of that afterwards differs by rank; give the \
             loop the iterator itself, or collect the items into a `Vec` first"
            .to_owned());
    }
    if CELLS.iter().any(|cell| item.contains(cell)) {
        return Err(format!(
            "its items are of type `{item}`, and what one rank writes into them no other rank sees; iterate over what is \
             inside, and collect the new values"
        ));
    }
    Ok(())
}

/// A type's name without the parameters of functions in it: `fn(&mut T)` is not a `&mut`.
fn without_signatures(name: &str) -> String {
    let mut kept = String::new();
    let mut depth = 0_usize;
    for letter in name.chars() {
        match letter {
            '(' if depth > 0 || kept.ends_with(char::is_alphanumeric) => depth += 1,
            ')' if depth > 0 => depth -= 1,
            _ if depth == 0 => kept.push(letter),
            _ => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::{Cell, OnceCell};
    use std::collections::{BTreeMap, HashMap, HashSet};
    use std::io::BufRead;
    use std::rc::Rc;
    use std::sync::Mutex;
    use std::sync::atomic::AtomicU32;

    fn reason<I: IntoIterator>(source: I) -> Option<String> {
        refuse(&source.into_iter()).err()
    }

    #[track_caller]
    fn refused<I: IntoIterator>(source: I, word: &str) {
        let reason = reason(source).expect("it is refused");
        assert!(reason.contains(word), "{reason}");
    }

    #[test]
    fn what_the_compiler_lets_pass_compiles() {
        macro_rules! pass {
            ($($source:expr),*) => {
                $((&&&&Source::new(&IntoIterator::into_iter($source))).dlp_check();)*
            };
        }
        fn generic<I: Iterator>(source: I) {
            pass!(source);
        }
        let (map, list) = (BTreeMap::from([(1, 2)]), vec![1, 2]);
        pass!(
            0..3,
            &list,
            list.iter().enumerate(),
            &map,
            map.keys(),
            "a b".split(' '),
            [HashMap::<u8, u8>::new()]
        );
        generic(HashSet::from([1]).iter());
        generic([1].iter_mut());
    }

    #[test]
    fn sources_without_an_order_are_refused_through_adapters() {
        let (map, set) = (HashMap::from([(1, 2)]), HashSet::from([1]));
        refused(&map, "hash table");
        refused(map.keys().enumerate().map(|(at, _)| at), "hash table");
        refused(map.clone().into_values().zip(0..), "hash table");
        refused(set.union(&set), "hash table");
        refused([1].iter().flat_map(|_| &set), "hash table");
        refused(std::fs::read_dir("/").unwrap().flatten(), "directory");
        refused(std::io::stdin().lock().lines().map_while(Result::ok), "standard input");
        assert_eq!(reason(&[map][..]), None);
        assert_eq!(reason(&BTreeMap::from([(1, 2)])), None);
    }

    #[test]
    fn items_that_are_written_to_are_refused() {
        let (mut list, mut other) = ([1, 2], 0..3);
        refused(&mut list, "change");
        refused(list.iter_mut().enumerate(), "change");
        refused(list.chunks_mut(1).zip(0..), "change");
        refused(other.by_ref().take(1), "borrowed iterator");
        refused(&[Cell::new(1)], "no other rank sees");
        refused(&[Mutex::new(1)], "no other rank sees");
        refused(&[AtomicU32::new(1)], "no other rank sees");
        refused([Rc::new(Cell::new(1))], "no other rank sees");
        refused([Cell::new(1)], "no other rank sees");
    }

    #[test]
    fn items_that_only_look_so_are_not() {
        let functions: [fn(&mut u8); 0] = [];
        assert_eq!(reason(functions), None);
        assert_eq!(reason(&[OnceCell::<u8>::new()]), None);
        assert_eq!(reason([Box::new(1)].iter().map(|x| Box::new(|y: &mut u8| *y = **x))), None);
    }
}
