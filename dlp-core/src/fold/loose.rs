//! Floats, in loops whose user has said that their order does not matter: sums and products of a run of iterations, in the order
//! of the run. The result then depends on where the runs were cut.

use super::{Folds, State, Steps, by};
use crate::carry::Plain;

macro_rules! loose {
    ($($float:ident as $bits:ident => { $($by:ident $nothing:expr, $fold:expr;)* })*) => {
        $($(impl Folds<by::$by> for $float {
            #[inline]
            fn start(state: &State) {
                let nothing: $float = $nothing;
                state.bits.set(i128::from(nothing.to_bits()));
            }

            #[inline]
            fn take_in(self, state: &State) {
                let fold: fn($float, $float) -> $float = $fold;
                let before = <$float>::from_bits(state.bits.get() as $bits);
                state.bits.set(i128::from(fold(before, self).to_bits()));
            }

            fn write(state: &State, bytes: &mut Vec<u8>) {
                <$float>::from_bits(state.bits.get() as $bits).write(bytes);
            }

            fn read(bytes: &[u8]) -> postcard::Result<(Steps<Self>, &[u8])> {
                let (value, rest) = <$float as Plain>::read(bytes)?;
                Ok((Steps::one(value), rest))
            }
        })*)*
    };
}

// Adding -0.0 changes nothing, not even a -0.0.
loose! {
    f32 as u32 => { LooseSum -0.0, |a, b| a + b; LooseProduct 1.0, |a, b| a * b; }
    f64 as u64 => { LooseSum -0.0, |a, b| a + b; LooseProduct 1.0, |a, b| a * b; }
}
