//! Values of a fixed length that no code of the user's writes or reads: numbers and the like, and small groups of them.
//! Knows nothing of loops and records, only bytes.

use postcard::Error;

/// A value of a fixed length, whatever it is. Only types that come back as they went, bit for bit, so that nothing has to be
/// proved of one.
pub trait Plain: Copy {
    /// Some value, in the place of one that has not been read yet.
    #[doc(hidden)]
    const BLANK: Self;

    /// How many bytes it is written as.
    const SIZE: usize;

    /// Appends the value.
    fn write(&self, bytes: &mut Vec<u8>);

    /// Appends a byte, and then the value.
    #[inline]
    fn write_after(&self, byte: u8, bytes: &mut Vec<u8>) {
        bytes.push(byte);
        self.write(bytes);
    }

    /// Reads the value: it, and the bytes after it.
    ///
    /// # Errors
    /// If the bytes are not what [`Plain::write`] appended.
    fn read(bytes: &[u8]) -> postcard::Result<(Self, &[u8])>;
}

macro_rules! numbers {
    ($($number:ty)*) => {
        $(impl Plain for $number {
            const BLANK: Self = 0 as $number;
            const SIZE: usize = size_of::<$number>();

            #[inline]
            fn write(&self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }

            #[inline]
            fn write_after(&self, byte: u8, bytes: &mut Vec<u8>) {
                let mut both = [byte; 1 + size_of::<$number>()];
                both[1..].copy_from_slice(&self.to_le_bytes());
                bytes.extend_from_slice(&both);
            }

            #[inline]
            fn read(bytes: &[u8]) -> postcard::Result<(Self, &[u8])> {
                let (number, rest) = bytes.split_first_chunk().ok_or(Error::DeserializeUnexpectedEnd)?;
                Ok((Self::from_le_bytes(*number), rest))
            }
        })*
    };
}

numbers!(u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 f32 f64);

macro_rules! through {
    ($($kind:ty as $number:ty, $blank:expr, $of:expr, $back:expr;)*) => {
        $(impl Plain for $kind {
            const BLANK: Self = $blank;
            const SIZE: usize = <$number>::SIZE;

            #[inline]
            fn write(&self, bytes: &mut Vec<u8>) {
                let of: fn($kind) -> $number = $of;
                of(*self).write(bytes);
            }

            #[inline]
            fn write_after(&self, byte: u8, bytes: &mut Vec<u8>) {
                let of: fn($kind) -> $number = $of;
                of(*self).write_after(byte, bytes);
            }

            #[inline]
            fn read(bytes: &[u8]) -> postcard::Result<(Self, &[u8])> {
                let back: fn($number) -> postcard::Result<$kind> = $back;
                let (number, rest) = <$number>::read(bytes)?;
                Ok((back(number)?, rest))
            }
        })*
    };
}

through! {
    // Ranks may be of unlike machines, as far as the numbers fit.
    usize as u64, 0, |size| size as u64, |size| usize::try_from(size).map_err(|_| Error::DeserializeBadVarint);
    isize as i64, 0, |size| size as i64, |size| isize::try_from(size).map_err(|_| Error::DeserializeBadVarint);
    char as u32, '\0', u32::from, |letter| char::from_u32(letter).ok_or(Error::DeserializeBadChar);
    bool as u8, false, u8::from, |byte| match byte {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Error::DeserializeBadBool),
    };
}

macro_rules! tuples {
    ($(($($part:ident $at:tt),+))*) => {
        $(impl<$($part: Plain),+> Plain for ($($part,)+) {
            const BLANK: Self = ($($part::BLANK,)+);
            const SIZE: usize = 0 $(+ $part::SIZE)+;

            #[inline]
            fn write(&self, bytes: &mut Vec<u8>) {
                $(self.$at.write(bytes);)+
            }

            #[inline]
            fn read(bytes: &[u8]) -> postcard::Result<(Self, &[u8])> {
                let (mut all, mut rest) = (Self::BLANK, bytes);
                $((all.$at, rest) = $part::read(rest)?;)+
                Ok((all, rest))
            }
        })*
    };
}

tuples! { (A 0) (A 0, B 1) (A 0, B 1, C 2) (A 0, B 1, C 2, D 3) }

impl<T: Plain, const N: usize> Plain for [T; N] {
    const BLANK: Self = [T::BLANK; N];
    const SIZE: usize = N * T::SIZE;

    #[inline]
    fn write(&self, bytes: &mut Vec<u8>) {
        self.iter().for_each(|value| value.write(bytes));
    }

    #[inline]
    fn read(bytes: &[u8]) -> postcard::Result<(Self, &[u8])> {
        let (mut all, mut rest) = (Self::BLANK, bytes);
        for value in &mut all {
            (*value, rest) = T::read(rest)?;
        }
        Ok((all, rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Debug;

    #[track_caller]
    fn survives<T: Plain + PartialEq + Debug>(value: T, length: usize) {
        let mut bytes = vec![];
        value.write(&mut bytes);
        assert_eq!((bytes.len(), T::SIZE), (length, length));
        for cut in 0..length {
            assert!(T::read(&bytes[..cut]).is_err(), "{cut} of {length} bytes");
        }
        bytes.push(7);
        assert_eq!(T::read(&bytes), Ok((value, &[7][..])));
    }

    #[test]
    fn values_survive_and_cut_ones_are_errors() {
        survives(u8::MAX, 1);
        survives((i16::MIN, u32::MAX, i64::MIN), 14);
        survives([(usize::MAX, isize::MIN); 2], 32);
        survives((i128::MIN, u128::MAX, -0.0_f32, 1e300), 44);
        survives(('\u{10ffff}', true), 5);
        survives([0_u8; 0], 0);
    }

    #[test]
    fn the_bits_of_a_nan_survive() {
        let odd = f64::from_bits(0x7ff4_dead_beef_0001);
        let mut bytes = vec![];
        odd.write(&mut bytes);
        assert_eq!(f64::read(&bytes).unwrap().0.to_bits(), odd.to_bits());
    }

    #[test]
    fn what_no_value_is_written_as_is_an_error() {
        assert!(bool::read(&[2]).is_err());
        assert!(char::read(&0xd800_u32.to_le_bytes()).is_err());
    }
}
