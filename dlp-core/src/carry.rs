//! How a computed value gets from the rank that computed it to every rank that replays, chosen by its type.
//!
//! A [`Field`] stands for one carried value. `(&&&&&&field).dlp_put(&value, effect)` and `(&&&&&&field).dlp_get(op.reader())` find
//! by method resolution (autoref specialization, after D. Tolnay's case study) the first of these ways that fits:
//! 0. a part of the loop's item, where every rank has the item: it does not travel, and nothing is asked of its type;
//! 1. a number or the like, or a small group of them: as its bytes ([`Plain`]);
//! 2. a reference, or something that holds references: it travels as what it owns ([`Borrowed`]);
//! 3. anything that is `Serialize` and `DeserializeOwned`: as postcard;
//! 4. anything else: a compile error on the value that says what to derive, unless the value is a part of the
//!    loop's item and every rank has the item anyway ([`Travels`]).
//!
//! Knows types, and the effect that the bytes go to; no loop, rank or message.

mod borrowed;
mod plain;

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use self::borrowed::Borrowed;
use self::borrowed::kept;
pub use self::plain::Plain;
use crate::again::Forked;
use crate::encoding::{decoded, encode};
use crate::record::{Effect, Reader};

/// One carried value of type `T`; `A` says whether the loop's items can be had again on every rank, and is
/// [`Always`] for values that have nothing to do with the item.
pub struct Field<T, A = Always> {
    kind: PhantomData<fn() -> (T, A)>,
    /// How many values of it this rank has seen ([`prove`](crate::prove)).
    seen: Cell<u32>,
}

/// The value has to travel, whatever the source of the loop.
#[derive(Debug)]
pub struct Always;

impl<T> Field<T> {
    /// A value that has to travel.
    pub const fn new() -> Self {
        Self { kind: PhantomData, seen: Cell::new(0) }
    }
}

impl<T> Default for Field<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, A> Field<T, A> {
    /// A value that is a part of the loop's item: it travels only where the item cannot be had again.
    pub const fn of_item(_again: &A) -> Self {
        Self { kind: PhantomData, seen: Cell::new(0) }
    }

    /// Whether the value that comes now is looked at: each of them in a build with debug assertions, else the first and
    /// ever fewer later ones, the 2nd, 4th, 8th.
    #[inline]
    pub(crate) fn proves(&self) -> bool {
        let seen = self.seen.get().wrapping_add(1);
        self.seen.set(seen);
        cfg!(debug_assertions) || seen.is_power_of_two()
    }

    /// Settles the type of the value.
    #[inline]
    pub fn is(&self, _value: &T) {}
}

impl<T, A> fmt::Debug for Field<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field<{}>", std::any::type_name::<T>())
    }
}

/// Before the other ways to carry a value: a part of the item does not travel where every
/// rank has the item, and so nothing at all is asked of its type.
pub trait CarryItem {
    /// The type of the value.
    type Value;
    /// Never reached.
    fn dlp_put(&self, value: &Self::Value, effect: &mut Effect<'_>);
    /// Never reached.
    fn dlp_get(&self, op: &mut Reader<'_>) -> Self::Value;
}

impl<T> CarryItem for &&&&Field<T, Forked> {
    type Value = T;

    fn dlp_put(&self, _value: &T, _effect: &mut Effect<'_>) {
        unreachable!("the item is at hand on every rank")
    }

    fn dlp_get(&self, _op: &mut Reader<'_>) -> T {
        unreachable!("the item is at hand on every rank")
    }
}

/// Before all others: a reference to a reference travels as what that points to.
pub trait CarryTwice<'a> {
    /// What the value refers to.
    type Target: ?Sized;
    /// Records the value.
    fn dlp_put(&self, value: &&'a &'a Self::Target, effect: &mut Effect<'_>);
    /// Reads the value back.
    fn dlp_get(&self, op: &mut Reader<'_>) -> &'a &'a Self::Target;
}

impl<'a, T> CarryTwice<'a> for &&&&&Field<&'a &'a T>
where
    T: ?Sized + ToOwned + 'static,
    T::Owned: Serialize + DeserializeOwned + 'static,
{
    type Target = T;

    fn dlp_put(&self, value: &&'a &'a T, effect: &mut Effect<'_>) {
        effect.append(|bytes| (**value).put(bytes));
    }

    fn dlp_get(&self, op: &mut Reader<'_>) -> &'a &'a T {
        let (encoded, value) = decoded(op.read(|bytes| {
            let (value, rest) = <&'static T>::get(bytes)?;
            Ok(((&bytes[..bytes.len() - rest.len()], value), rest))
        }));
        kept(encoded, value)
    }
}

/// The first way: numbers and the like.
pub trait CarryPlain {
    /// The type of the value.
    type Value;
    /// Records the value.
    fn dlp_put(&self, value: &Self::Value, effect: &mut Effect<'_>);
    /// Reads the value back.
    fn dlp_get(&self, op: &mut Reader<'_>) -> Self::Value;
}

impl<T: Plain, A> CarryPlain for &&&Field<T, A> {
    type Value = T;

    #[inline]
    fn dlp_put(&self, value: &T, effect: &mut Effect<'_>) {
        effect.append_plain(value);
    }

    #[inline]
    fn dlp_get(&self, op: &mut Reader<'_>) -> T {
        decoded(op.read(T::read))
    }
}

/// The second way: values that hold references.
pub trait CarryBorrowed {
    /// The type of the value.
    type Value;
    /// Records the value.
    fn dlp_put(&self, value: &Self::Value, effect: &mut Effect<'_>);
    /// Reads the value back.
    fn dlp_get(&self, op: &mut Reader<'_>) -> Self::Value;
}

impl<T: Borrowed, A> CarryBorrowed for &&Field<T, A> {
    type Value = T;

    fn dlp_put(&self, value: &T, effect: &mut Effect<'_>) {
        effect.append(|bytes| value.put(bytes));
    }

    fn dlp_get(&self, op: &mut Reader<'_>) -> T {
        decoded(op.read(T::get))
    }
}

/// The third way: values that serde can write and read.
pub trait CarryOwned {
    /// The type of the value.
    type Value;
    /// Records the value.
    fn dlp_put(&self, value: &Self::Value, effect: &mut Effect<'_>);
    /// Reads the value back.
    fn dlp_get(&self, op: &mut Reader<'_>) -> Self::Value;
}

impl<T: Serialize + DeserializeOwned, A> CarryOwned for &Field<T, A> {
    type Value = T;

    fn dlp_put(&self, value: &T, effect: &mut Effect<'_>) {
        effect.append(|bytes| encode(value, bytes));
    }

    fn dlp_get(&self, op: &mut Reader<'_>) -> T {
        decoded(op.read(|bytes| postcard::take_from_bytes(bytes)))
    }
}

/// The last way: values that cannot travel.
pub trait CarryNothing {
    /// The type of the value.
    type Value;
    /// Whether it may stay where it is.
    type Again;
    /// Never reached.
    fn dlp_put(&self, value: &Self::Value, effect: &mut Effect<'_>)
    where
        Self::Value: Travels<Self::Again>;
    /// Never reached.
    fn dlp_get(&self, op: &mut Reader<'_>) -> Self::Value
    where
        Self::Value: Travels<Self::Again>;
}

impl<T, A> CarryNothing for Field<T, A> {
    type Value = T;
    type Again = A;

    fn dlp_put(&self, _value: &T, _effect: &mut Effect<'_>)
    where
        T: Travels<A>,
    {
        unreachable!("the item is at hand on every rank")
    }

    fn dlp_get(&self, _op: &mut Reader<'_>) -> T
    where
        T: Travels<A>,
    {
        unreachable!("the item is at hand on every rank")
    }
}

/// What the compiler asks of a value that neither serde nor [`Borrowed`] can carry.
#[diagnostic::on_unimplemented(
    message = "a value of type `{Self}` cannot travel between ranks",
    label = "this effect needs the value on every rank",
    note = "derive `serde::Serialize` and `serde::Deserialize` for `{Self}`, or record something smaller",
    note = "a reference travels as what it owns: that must be `Serialize` and `Deserialize` too"
)]
pub trait Travels<A> {}

/// A part of the item need not travel where every rank can have the item again.
impl<T: ?Sized> Travels<Forked> for T {}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::record::Record;

    /// What comes out at the other end of a field, and whether the bytes were used up.
    macro_rules! through {
        ($value:expr) => {{
            let (value, field, log) = ($value, Field::new(), Record::default());
            field.is(&value);
            (&&&&field).dlp_put(&value, &mut log.open(3));
            let bytes = log.take();
            let mut reader = Reader::new(&bytes);
            assert_eq!(reader.site(), Some(3));
            let out = (&&&&field).dlp_get(&mut reader);
            assert!(reader.is_empty());
            out
        }};
    }

    #[test]
    fn owned_values_and_references_come_back() {
        assert_eq!(through!(3), 3);
        assert_eq!(through!(0.1 + 0.2), 0.1 + 0.2);
        assert_eq!(through!(String::from("a")), "a");
        assert_eq!(through!("some text"), "some text");
        assert_eq!(through!(&[1.5, 2.5][..]), [1.5, 2.5]);
        assert_eq!(through!(Path::new("/a/b")), Path::new("/a/b"));
        assert_eq!(through!((3_usize, "x")), (3, "x"));
        assert_eq!(through!(Some("x")), Some("x"));
        assert_eq!(through!(vec!["x", "y"]), ["x", "y"]);
        assert_eq!(through!(&7_u8), &7);
    }
}
