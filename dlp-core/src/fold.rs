//! Folding on the rank: the integers that iterations add to one accumulator are added up where they arise, and travel once for
//! a run of iterations instead of one by one.
//!
//! The attribute knows the statement (`acc += e`, `acc = acc.max(e)`) and that nothing else in the loop can see its accumulator;
//! whether the types are such that folding changes nothing, method resolution finds: `(&&&fold).dlp_add(&e)` is the first trait
//! below that fits (autoref specialization, as in [`carry`](crate::carry)). What is replayed is the user's own statement, with
//! the few values that take the accumulator through what it would have gone through (`fold/integer.rs`).
//!
//! Knows types, and the record that the bytes go to; no loop, rank or message.

mod integer;
mod loose;

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

pub use self::integer::Steps;
use crate::encoding::decoded;
use crate::part::Draft;
use crate::record::{Reader, Record};

/// What is done to the accumulator, with the values of all iterations.
pub mod by {
    macro_rules! kinds {
        ($($(#[$doc:meta])* $name:ident)*) => {
            $($(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $name;)*
        };
    }

    kinds! {
        /// They are added to it, or subtracted from it: `+=`, `-=`.
        Sum
        /// The same, around the end of the type: `wrapping_add`, `wrapping_sub`.
        WrappingSum
        /// It is multiplied with them, around the end of the type.
        WrappingProduct
        /// `&=`
        And
        /// `|=`
        Or
        /// `^=`
        Xor
        /// `min`
        Min
        /// `max`
        Max
        /// `+=` and `-=` in a loop whose user does not ask for the serial order of floats.
        LooseSum
        /// `*=` in such a loop.
        LooseProduct
    }
}

/// What a fold has come to: what that is, its type knows.
#[derive(Debug, Default)]
pub struct State {
    /// Something was folded.
    any: Cell<bool>,
    /// What is no sum.
    bits: Cell<i128>,
    /// The sum, and the lowest and the highest that it has been, since it was last put with the wide ones.
    sum: Cell<i64>,
    low: Cell<i64>,
    high: Cell<i64>,
    /// The same, from the start.
    wide: Cell<Wide>,
}

/// A sum, with the lowest and the highest that it has been.
#[derive(Clone, Copy, Debug, Default)]
struct Wide {
    sum: i128,
    low: i128,
    high: i128,
}

impl State {
    /// The sum from the start.
    fn settled(&self) -> Wide {
        let Wide { sum, low, high } = self.wide.get();
        let narrow = i128::from(self.sum.replace(0));
        // The sum itself is one of those that it has been.
        let least = i128::from(self.low.replace(0)).min(narrow);
        let most = i128::from(self.high.replace(0)).max(narrow);
        let wide = Wide { low: low.min(sum + least), high: high.max(sum + most), sum: sum + narrow };
        self.wide.set(wide);
        wide
    }

    /// Adds a value for which there is no room any more.
    #[cold]
    fn add_wide(&self, value: i128) {
        let Wide { sum, low, high } = self.settled();
        // Of 64 bits at most: more of them than there can be do not fill the 128.
        let sum = sum + value;
        self.wide.set(Wide { sum, low: low.min(sum), high: high.max(sum) });
    }
}

/// A type of which values can be folded by `O` so that nobody can tell.
pub trait Folds<O>: Copy {
    /// Not of all types that the compiler may have in mind for a number: of these, the values are recorded one by one.
    const FOLDS: bool = true;
    /// Nothing has been folded.
    fn start(state: &State);
    /// Folds one more value.
    fn take_in(self, state: &State);
    /// Appends what was folded.
    fn write(state: &State, bytes: &mut Vec<u8>);
    /// The values with which the statement is to be run: one at least, because it was run.
    ///
    /// # Errors
    /// If the bytes are not what [`Folds::write`] appended.
    fn read(bytes: &[u8]) -> postcard::Result<(Steps<Self>, &[u8])>;
}

/// The types of a fold.
type Kinds<P, V, O> = PhantomData<fn() -> (P, V, O)>;

/// The values that one statement applies to its accumulator: of type `P` the accumulator, of type `V` the values, by `O`.
pub struct Fold<P, V, O> {
    kind: Kinds<P, V, O>,
    /// The number of the effect.
    site: u32,
    on: Cell<bool>,
    state: State,
}

impl<P, V, O> Fold<P, V, O> {
    /// What effect number `site` does to `place`. Off until the loop begins.
    pub fn of(_place: &P, site: u32, _by: O) -> Self {
        Self { kind: PhantomData, site, on: Cell::new(false), state: State::default() }
    }

    /// Settles the type of the values.
    #[inline]
    pub fn is(&self, _value: &V) {}
}

impl<P, V, O> fmt::Debug for Fold<P, V, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fold").field("on", &self.on.get()).field("state", &self.state).finish()
    }
}

/// A fold, whatever its types.
pub trait Folding {
    /// From now on values are folded.
    fn start(&self);
    /// Records what was folded, if anything was, and begins anew.
    fn flush(&self, log: &Record);
}

impl<T: Folds<O>, V, O> Folding for Fold<T, V, O> {
    fn start(&self) {
        T::start(&self.state);
        self.on.set(true);
    }

    fn flush(&self, log: &Record) {
        if self.state.any.replace(false) {
            log.effect(self.site);
            log.append(|bytes| T::write(&self.state, bytes));
            T::start(&self.state);
        }
    }
}

/// The folds of one loop.
pub struct AllFolds<'f>(Vec<&'f dyn Folding>);

impl<'f> AllFolds<'f> {
    /// The loop folds nothing.
    #[must_use]
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// Those that there are. `outside`: another effect may be on the world outside the program, and would come too early or too
    /// late beside a sum that overflows.
    pub fn new<const N: usize>(all: [Option<&'f dyn Folding>; N], outside: bool) -> Self {
        Self(if outside { Vec::new() } else { all.into_iter().flatten().collect() })
    }

    /// From now on values are folded.
    pub(crate) fn start(&self) {
        self.0.iter().for_each(|fold| fold.start());
    }

    /// Puts what was folded into what the iteration has recorded that was closed last.
    #[inline]
    pub(crate) fn flush(&self, draft: &mut Draft) {
        if !self.0.is_empty() {
            self.0.iter().for_each(|fold| fold.flush(draft.record()));
            if draft.is_open() {
                draft.extend_last();
            }
        }
    }
}

impl fmt::Debug for AllFolds<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AllFolds({})", self.0.len())
    }
}

/// The first way: values of the accumulator's own type.
pub trait FoldOwned<'f> {
    /// The type of the values.
    type Value;
    /// The fold, for the loop.
    fn dlp_folding(&self) -> Option<&'f dyn Folding>;
    /// Whether values are folded.
    fn dlp_on(&self) -> bool;
    /// Folds a value.
    fn dlp_add(&self, value: &Self::Value);
    /// The values with which the statement is to be run.
    fn dlp_steps(&self, op: &mut Reader<'_>) -> Steps<Self::Value>;
    /// One of them, as the statement has it.
    fn dlp_step(&self, step: &Self::Value) -> Self::Value;
}

impl<'f, T: Folds<O>, O> FoldOwned<'f> for &&'f Fold<T, T, O> {
    type Value = T;

    fn dlp_folding(&self) -> Option<&'f dyn Folding> {
        T::FOLDS.then_some(**self as &dyn Folding)
    }

    #[inline]
    fn dlp_on(&self) -> bool {
        self.on.get()
    }

    #[inline]
    fn dlp_add(&self, value: &T) {
        self.state.any.set(true);
        value.take_in(&self.state);
    }

    fn dlp_steps(&self, op: &mut Reader<'_>) -> Steps<T> {
        decoded(op.read(T::read))
    }

    fn dlp_step(&self, step: &T) -> T {
        *step
    }
}

/// The second way: references to such values.
pub trait FoldLent<'f> {
    /// The type of what they refer to.
    type Value;
    /// The fold, for the loop.
    fn dlp_folding(&self) -> Option<&'f dyn Folding>;
    /// Whether values are folded.
    fn dlp_on(&self) -> bool;
    /// Folds a value.
    fn dlp_add(&self, value: &&Self::Value);
    /// The values with which the statement is to be run.
    fn dlp_steps(&self, op: &mut Reader<'_>) -> Steps<Self::Value>;
    /// One of them, as the statement has it.
    fn dlp_step<'s>(&self, step: &'s Self::Value) -> &'s Self::Value;
}

impl<'f, T: Folds<O>, O> FoldLent<'f> for &'f Fold<T, &T, O> {
    type Value = T;

    fn dlp_folding(&self) -> Option<&'f dyn Folding> {
        T::FOLDS.then_some(*self as &dyn Folding)
    }

    #[inline]
    fn dlp_on(&self) -> bool {
        self.on.get()
    }

    #[inline]
    fn dlp_add(&self, value: &&T) {
        self.state.any.set(true);
        value.take_in(&self.state);
    }

    fn dlp_steps(&self, op: &mut Reader<'_>) -> Steps<T> {
        decoded(op.read(T::read))
    }

    fn dlp_step<'s>(&self, step: &'s T) -> &'s T {
        step
    }
}

/// Everything else is recorded one by one.
pub trait FoldNot {
    /// The type of the values.
    type Value;
    /// There is none.
    fn dlp_folding(&self) -> Option<&'static dyn Folding>;
    /// Never.
    fn dlp_on(&self) -> bool;
    /// Never reached.
    fn dlp_add(&self, value: &Self::Value);
    /// Never reached.
    fn dlp_steps(&self, op: &mut Reader<'_>) -> std::iter::Empty<Self::Value>;
    /// Never reached.
    fn dlp_step(&self, step: &Self::Value) -> Self::Value;
}

impl<P, V, O> FoldNot for Fold<P, V, O> {
    type Value = V;

    fn dlp_folding(&self) -> Option<&'static dyn Folding> {
        None
    }

    #[inline]
    fn dlp_on(&self) -> bool {
        false
    }

    fn dlp_add(&self, _value: &V) {
        unreachable!("what cannot be folded is recorded")
    }

    fn dlp_steps(&self, _op: &mut Reader<'_>) -> std::iter::Empty<V> {
        unreachable!("what cannot be folded is recorded")
    }

    fn dlp_step(&self, _step: &V) -> V {
        unreachable!("what cannot be folded is recorded")
    }
}

#[cfg(test)]
mod tests;
