//! Integers, and `bool`: what folding them comes to, and with which values the statement is then run.
//!
//! A serial sum overflows where one of its prefixes leaves the type, and what that does (a panic, or going around) the user's
//! own `acc += e` decides, in the user's crate. So a fold is the sum and the lowest and highest that it has been, in a wider type;
//! and the replay takes the accumulator up to the highest, down to the lowest, and to the sum: it leaves the type on this way
//! exactly if the serial loop did, and ends on the same value if it may go around.

use postcard::Error;

use super::{Folds, State, Wide, by};
use crate::carry::Plain;
use crate::encoding::encode;

/// The values with which the statement is run.
#[derive(Clone, Debug)]
pub struct Steps<T> {
    /// As a whole.
    whole: Option<T>,
    /// How far there is to go, up, down, and to the end, in values of the type.
    legs: [i128; 3],
    /// The largest of them.
    most: i128,
    /// A value of the type of some size at most the largest.
    value: fn(i128) -> T,
}

impl<T> Steps<T> {
    /// One value.
    pub(super) fn one(value: T) -> Self {
        Self { whole: Some(value), legs: [0; 3], most: 1, value: |_| unreachable!("there is nowhere to go") }
    }
}

impl<T> Iterator for Steps<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        if let Some(whole) = self.whole.take() {
            return Some(whole);
        }
        let leg = self.legs.iter_mut().find(|leg| **leg != 0)?;
        let step = (*leg).clamp(-self.most, self.most);
        *leg -= step;
        Some((self.value)(step))
    }
}

/// The way from where the sum begins to where it ends, by its extremes. `width`: how many values the type has.
fn legs(sum: i128, low: i128, high: i128, width: i128) -> [i128; 3] {
    let up = if high > sum.max(0) { high } else { 0 };
    let down = if low < sum.min(0) { low } else { up };
    [up, down - up, sum - down].map(|leg| match leg.abs() / width {
        0..4 => leg,
        // It leaves the type wherever it begins: a shorter way does so too, and ends at the same place.
        _ => leg % width + leg.signum() * 2 * width,
    })
}

/// Reads the sums of a type of so many values.
fn read_sums(bytes: &[u8], signed: bool, width: i128) -> postcard::Result<([i128; 3], &[u8])> {
    const FAR: i128 = 1 << 126;
    let ((sum, low, high), rest) = postcard::take_from_bytes::<(i128, i128, i128)>(bytes)?;
    let sound = (-FAR..=0).contains(&low) && (0..=FAR).contains(&high) && (low..=high).contains(&sum);
    if !sound || !signed && (low, high) != (0, sum) {
        return Err(Error::DeserializeBadEncoding);
    }
    Ok((legs(sum, low, high, width), rest))
}

macro_rules! sums {
    ($($number:ty, $signed:literal;)*) => {
        $(sums! { $number, $signed, Sum; $number, $signed, LooseSum; })*
    };
    // Without floats there is no order to be kept.
    ($($number:ty, $signed:literal, $by:ident;)*) => {
        $(impl Folds<by::$by> for $number {
            #[inline]
            fn start(state: &State) {
                state.wide.set(Wide::default());
            }

            #[inline]
            fn take_in(self, state: &State) {
                let value = i64::try_from(self).ok();
                let Some(sum) = value.and_then(|value| state.sum.get().checked_add(value)) else {
                    return state.add_wide(self as i128);
                };
                state.sum.set(sum);
                if $signed {
                    state.low.set(state.low.get().min(sum));
                    state.high.set(state.high.get().max(sum));
                }
            }

            fn write(state: &State, bytes: &mut Vec<u8>) {
                let Wide { sum, low, high } = state.settled();
                encode(&(sum, low, high), bytes);
            }

            fn read(bytes: &[u8]) -> postcard::Result<(Steps<Self>, &[u8])> {
                let (legs, rest) = read_sums(bytes, $signed, 1 << <$number>::BITS)?;
                let whole = (legs == [0; 3]).then_some(0);
                Ok((Steps { whole, legs, most: <$number>::MAX as i128, value: |step| step as $number }, rest))
            }
        })*
    };
}

/// There is nothing wider.
macro_rules! no_sums {
    ($($number:ty, $by:ident;)*) => {
        $(impl Folds<by::$by> for $number {
            const FOLDS: bool = false;

            fn start(_: &State) {}

            fn take_in(self, _: &State) {}

            fn write(_: &State, _: &mut Vec<u8>) {}

            fn read(_: &[u8]) -> postcard::Result<(Steps<Self>, &[u8])> {
                Err(Error::WontImplement)
            }
        })*
    };
}

no_sums! { u128, Sum; i128, Sum; u128, LooseSum; i128, LooseSum; }

sums! {
    u8, false; u16, false; u32, false; u64, false; usize, false;
    i8, true; i16, true; i32, true; i64, true; isize, true;
}

/// What is folded by an operation that has no order and cannot overflow, from a value that changes nothing.
macro_rules! free {
    ($($number:ty, $back:expr => { $($by:ident $nothing:expr, $fold:expr;)* })*) => {
        $($(impl Folds<by::$by> for $number {
            #[inline]
            fn start(state: &State) {
                let nothing: $number = $nothing;
                state.bits.set(nothing as i128);
            }

            #[inline]
            fn take_in(self, state: &State) {
                let back: fn(i128) -> $number = $back;
                let fold: fn($number, $number) -> $number = $fold;
                state.bits.set(fold(back(state.bits.get()), self) as i128);
            }

            fn write(state: &State, bytes: &mut Vec<u8>) {
                let back: fn(i128) -> $number = $back;
                back(state.bits.get()).write(bytes);
            }

            fn read(bytes: &[u8]) -> postcard::Result<(Steps<Self>, &[u8])> {
                let (value, rest) = <$number as Plain>::read(bytes)?;
                Ok((Steps::one(value), rest))
            }
        })*)*
    };
}

macro_rules! integers {
    ($($number:ty)*) => {
        free! {
            $($number, |bits| bits as $number => {
                WrappingSum 0, |a, b| a.wrapping_add(b);
                WrappingProduct 1, |a, b| a.wrapping_mul(b);
                And !0, |a, b| a & b;
                Or 0, |a, b| a | b;
                Xor 0, |a, b| a ^ b;
                Min <$number>::MAX, |a, b| a.min(b);
                Max <$number>::MIN, |a, b| a.max(b);
            })*
        }
    };
}

integers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

free! {
    bool, |bits| bits != 0 => {
        And true, |a, b| a & b;
        Or false, |a, b| a | b;
        Xor false, |a, b| a ^ b;
    }
}
