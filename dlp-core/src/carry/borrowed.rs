//! References as values: they travel as what they own, and what a rank reads back is kept until it ends. Knows nothing of
//! loops and records, only bytes.

use std::any::{Any, TypeId};
use std::borrow::Borrow;
use std::cell::RefCell;
use std::collections::HashMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::encoding::encode;

/// A value that is, or holds, references: it travels as what they own.
///
/// What a rank reads back is kept, each distinct value once, until the rank ends: the accumulator may hold the
/// reference for as long as its own type says, which nothing shorter could promise.
pub trait Borrowed {
    /// Appends the value.
    fn put(&self, bytes: &mut Vec<u8>);
    /// Reads the value: it, and the bytes after it.
    ///
    /// # Errors
    /// If the bytes are not what [`Borrowed::put`] appended.
    fn get(bytes: &[u8]) -> postcard::Result<(Self, &[u8])>
    where
        Self: Sized;
}

impl<T> Borrowed for &T
where
    T: ?Sized + ToOwned + 'static,
    T::Owned: Serialize + DeserializeOwned + 'static,
{
    fn put(&self, bytes: &mut Vec<u8>) {
        encode(&(*self).to_owned(), bytes);
    }

    fn get(bytes: &[u8]) -> postcard::Result<(Self, &[u8])> {
        let (owned, rest) = postcard::take_from_bytes::<T::Owned>(bytes)?;
        let encoded = &bytes[..bytes.len() - rest.len()];
        Ok((kept(encoded, owned).borrow(), rest))
    }
}

impl<T: Borrowed> Borrowed for Option<T> {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.push(u8::from(self.is_some()));
        if let Some(value) = self {
            value.put(bytes);
        }
    }

    fn get(bytes: &[u8]) -> postcard::Result<(Self, &[u8])> {
        let (&some, rest) = bytes.split_first().ok_or(postcard::Error::DeserializeUnexpectedEnd)?;
        if some == 0 {
            return Ok((None, rest));
        }
        T::get(rest).map(|(value, rest)| (Some(value), rest))
    }
}

impl<T: Borrowed> Borrowed for Vec<T> {
    fn put(&self, bytes: &mut Vec<u8>) {
        encode(&self.len(), bytes);
        self.iter().for_each(|value| value.put(bytes));
    }

    fn get(bytes: &[u8]) -> postcard::Result<(Self, &[u8])> {
        let (length, mut rest) = postcard::take_from_bytes::<usize>(bytes)?;
        let mut values = Vec::new();
        for _ in 0..length {
            let (value, after) = T::get(rest)?;
            values.push(value);
            rest = after;
        }
        Ok((values, rest))
    }
}

impl<A: Serialize + DeserializeOwned, B: ?Sized> Borrowed for (A, &B)
where
    for<'b> &'b B: Borrowed,
{
    fn put(&self, bytes: &mut Vec<u8>) {
        encode(&self.0, bytes);
        self.1.put(bytes);
    }

    fn get(bytes: &[u8]) -> postcard::Result<(Self, &[u8])> {
        let (first, rest) = postcard::take_from_bytes(bytes)?;
        let (second, rest) = Borrowed::get(rest)?;
        Ok(((first, second), rest))
    }
}

/// Values that carried references point to, by type and encoding.
type Kept = HashMap<(TypeId, Box<[u8]>), &'static dyn Any>;

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::default();
}

/// A place for `value` that lives as long as the program; equal values share one.
pub(super) fn kept<T: 'static>(encoded: &[u8], value: T) -> &'static T {
    KEPT.with_borrow_mut(|kept| {
        let place = *kept
            .entry((TypeId::of::<T>(), encoded.into()))
            .or_insert_with(|| Box::leak(Box::new(value)) as &'static dyn Any);
        place.downcast_ref().expect("the key holds the type")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_references_share_one_place() {
        let elsewhere = |text: &str| {
            let mut bytes = vec![];
            text.put(&mut bytes);
            <&str>::get(&bytes).expect("just written").0
        };
        let (a, b) = (elsewhere("the same text"), elsewhere("the same text"));
        assert!(std::ptr::eq(a, b));
    }
}
