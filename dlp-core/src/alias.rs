//! Whether a call in the parallel part changes, through a shared reference, what others see as well: `cell.set(x)` where
//! `cell` came from outside the iteration. Each rank would change its own copy, and nobody would know.
//!
//! The attribute knows names only. Beside a call that may be one it writes a branch that never runs, which asks the types of
//! what it is called on: is one of the places that lead there a reference or the like, and is it a cell, a lock or a channel
//! (autoref specialization; the answers are types).

use std::cell::{Cell, OnceCell, RefCell, UnsafeCell};
use std::fmt;
use std::rc::{self, Rc};
use std::sync::mpsc::{Receiver, Sender, SyncSender};
use std::sync::{self, Arc, Mutex, OnceLock, RwLock, atomic};
use std::thread::LocalKey;

use crate::exit::Branch;

/// A place that leads to what is called.
pub struct Holder<'a, T: ?Sized>(pub &'a T);

/// What is called.
pub struct Changes<'a, T: ?Sized>(pub &'a T);

impl<T: ?Sized> fmt::Debug for Holder<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Holder").finish_non_exhaustive()
    }
}

impl<T: ?Sized> fmt::Debug for Changes<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changes").finish_non_exhaustive()
    }
}

/// The iteration's own.
#[derive(Clone, Copy, Debug)]
pub struct Own;

/// Shared with others.
#[derive(Clone, Copy, Debug)]
pub struct Shared;

impl Own {
    /// Shared, if `other` is.
    pub fn or<T>(self, other: T) -> T {
        other
    }

    /// Shared, if both are.
    pub fn only<T>(self, _other: T) -> Self {
        self
    }

    /// Compiles.
    pub fn dlp_check<const CALL: usize>(self) {}
}

impl Shared {
    /// Shared.
    pub fn or<T>(self, _other: T) -> Self {
        self
    }

    /// Shared, if `other` is.
    pub fn only<T>(self, other: T) -> T {
        other
    }
}

/// What the compiler asks of what an iteration changes. Each call of a function has a number, or only the first would be
/// reported.
#[diagnostic::on_unimplemented(
    message = "this changes, through a shared reference, what other iterations or the rest of the program see as well",
    label = "each rank would change its own copy of it",
    note = "put the statement under `#[serial]`, where it is run in loop order on every rank; or collect the new values, and write \
            them after the loop"
)]
pub trait NotShared<const CALL: usize> {}

/// What is shared.
pub trait Check {
    /// Never compiles.
    fn dlp_check<const CALL: usize>(&self)
    where
        Self: NotShared<CALL>,
    {
    }
}

impl Check for Shared {}

/// Places behind which others may look.
pub trait Lent {
    /// Shared.
    fn dlp_owner(&self) -> Shared {
        Shared
    }
}

/// Every other place.
pub trait Held {
    /// The iteration's own.
    fn dlp_owner(&self) -> Own {
        Own
    }
}

impl<T: ?Sized> Held for &Holder<'_, T> {}

/// What can be changed through a shared reference.
pub trait Interior {}

/// It can.
pub trait ChangesInside {
    /// Shared, if it is not the iteration's own.
    fn dlp_inside(&self) -> Shared {
        Shared
    }
}

/// Every other call.
pub trait ChangesNothing {
    /// Nothing that matters.
    fn dlp_inside(&self) -> Own {
        Own
    }
}

impl<T: Interior + ?Sized> ChangesInside for Changes<'_, T> {}
impl<T: ?Sized> ChangesNothing for &Changes<'_, T> {}

macro_rules! lent {
    ($($ty:ty),*) => {
        $(impl<T: ?Sized> Lent for Holder<'_, $ty> {})*
    };
}

lent!(&T, Rc<T>, Arc<T>, rc::Weak<T>, sync::Weak<T>);

impl<T> Lent for Holder<'_, Sender<T>> {}
impl<T> Lent for Holder<'_, SyncSender<T>> {}

macro_rules! interior {
    ($($(#[$parameter:ident])? $ty:ty),* $(,)?) => {
        $(impl$(<$parameter>)? Interior for $ty {})*
    };
}

interior!(
    #[T] OnceCell<T>, #[T] OnceLock<T>, #[T] Sender<T>, #[T] SyncSender<T>, #[T] Receiver<T>,
    atomic::AtomicBool, atomic::AtomicI8, atomic::AtomicI16, atomic::AtomicI32, atomic::AtomicI64, atomic::AtomicIsize,
    atomic::AtomicU8, atomic::AtomicU16, atomic::AtomicU32, atomic::AtomicU64, atomic::AtomicUsize,
    #[T] atomic::AtomicPtr<T>,
);

macro_rules! interior_of_unsized {
    ($($ty:ident)*) => {
        $(impl<T: ?Sized> Interior for $ty<T> {})*
    };
}

impl<T: 'static> Interior for LocalKey<T> {}

interior_of_unsized!(Cell RefCell UnsafeCell Mutex RwLock);

macro_rules! interior_behind {
    ($($ty:ty),*) => {
        $(impl<T: Interior + ?Sized> Interior for $ty {})*
    };
}

interior_behind!(&T, &mut T, Box<T>, Rc<T>, Arc<T>);

/// A variable that the parallel part looks at.
pub struct Captured<'a, T: ?Sized>(pub &'a T);

/// A variable that the serial part changes through a shared reference, and one that the parallel part looks at.
pub struct Pair<'a, A: ?Sized, B: ?Sized>(pub &'a A, pub &'a B);

impl<T: ?Sized> fmt::Debug for Captured<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Captured").finish_non_exhaustive()
    }
}

impl<A: ?Sized, B: ?Sized> fmt::Debug for Pair<'_, A, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pair").finish_non_exhaustive()
    }
}

/// What holds a cell, or leads to one.
pub trait Leads {
    /// The cell.
    type Cell: ?Sized;
}

impl<T: ?Sized> Leads for Cell<T> {
    type Cell = Self;
}

impl<T: ?Sized> Leads for RefCell<T> {
    type Cell = Self;
}

macro_rules! leads {
    ($($ty:ty),*) => {
        $(impl<T: Leads + ?Sized> Leads for $ty {
            type Cell = T::Cell;
        })*
    };
}

leads!(&T, Box<T>, Rc<T>, Arc<T>);

impl<T: Leads> Leads for Vec<T> {
    type Cell = T::Cell;
}

impl<T: Leads> Leads for [T] {
    type Cell = T::Cell;
}

impl<T: Leads, const N: usize> Leads for [T; N] {
    type Cell = T::Cell;
}

/// A cell that the parallel part has at hand.
pub trait Cells {
    /// Warns.
    #[deprecated(
        note = "the parallel part of this loop has a `Cell` or a `RefCell` at hand: what an iteration writes into it is seen by no \
                other rank. Where it only reads, or keeps what it would compute again, that is fine: say so with \
                `#[allow(deprecated)]` on the function"
    )]
    fn dlp_look(&self) {}
}

/// Every other variable.
pub trait CellsNot {
    /// Nothing to say.
    fn dlp_look(&self) {}
}

impl<T: Leads + ?Sized> Cells for &Captured<'_, T> {}
impl<T: ?Sized> CellsNot for Captured<'_, T> {}

/// What the compiler asks of a cell that is written in the loop, and of one that is read.
#[diagnostic::on_unimplemented(
    message = "this may be another name of what the loop changes through a shared reference: it is read in the parallel part, where \
               earlier iterations may not be done",
    label = "the same kind of cell is written in this loop",
    note = "put the statement that reads it under `#[serial]`, where it is run in loop order, or read it before the loop"
)]
pub trait AnotherCell {}

/// Two cells of one type.
pub trait SameCells {
    /// Never compiles.
    fn dlp_look(&self)
    where
        Self: AnotherCell,
    {
    }
}

/// Every other pair.
pub trait OtherCells {
    /// Nothing to say.
    fn dlp_look(&self) {}
}

impl<A: Leads + ?Sized, B: Leads<Cell = A::Cell> + ?Sized> SameCells for &Pair<'_, A, B> {}
impl<A: ?Sized, B: ?Sized> OtherCells for Pair<'_, A, B> {}

/// The type of what goes on after a `?`.
pub fn going_on<T: Branch>(_value: T) -> T::Output {
    unreachable!("only its type matters")
}

#[cfg(test)]
mod tests {
    use super::*;

    trait Answer {
        const SHARED: bool;
    }
    impl Answer for Own {
        const SHARED: bool = false;
    }
    impl Answer for Shared {
        const SHARED: bool = true;
    }
    fn is_shared<A: Answer>(_: A) -> bool {
        A::SHARED
    }

    macro_rules! lent {
        ($value:expr) => {
            is_shared((&Holder(&$value)).dlp_owner())
        };
    }
    macro_rules! inside {
        ($value:expr) => {
            is_shared((&Changes(&$value)).dlp_inside())
        };
    }

    #[test]
    fn references_and_shared_pointers_lead_outside() {
        let number = 1;
        assert!(lent!(&number) && lent!(Rc::new(1)) && lent!(Arc::new([1])) && lent!("text"));
        assert!(lent!(std::sync::mpsc::channel::<u8>().0));
        assert!(!lent!(number) && !lent!(Box::new(1)) && !lent!(vec![Cell::new(1)]) && !lent!(Mutex::new(1)));
    }

    #[test]
    fn cells_locks_and_channels_change_inside() {
        let cell = Cell::new(1);
        assert!(
            inside!(cell) && inside!(&cell) && inside!(Rc::new(RefCell::new(1))) && inside!(Mutex::new(1))
        );
        assert!(inside!(atomic::AtomicU64::new(1)) && inside!(OnceLock::<u8>::new()));
        assert!(!inside!("text") && !inside!(Some(1)) && !inside!(vec![Cell::new(1)]) && !inside!([1][..]));
    }

    #[test]
    fn answers_add_up() {
        assert!(is_shared(Own.or(Shared)) && is_shared(Shared.or(Own)) && !is_shared(Own.or(Own)));
        assert!(
            is_shared(Shared.only(Shared)) && !is_shared(Shared.only(Own)) && !is_shared(Own.only(Shared))
        );
    }
}
