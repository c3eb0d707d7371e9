//! How a computed value gets from the rank that computed it to every rank that replays, chosen by its type.
//!
//! A [`Field`] stands for one carried value. `(&&&&field).dlp_put(&value, log)` and `(&&&&field).dlp_get(op.reader())` find
//! by method resolution (autoref specialization, after D. Tolnay's case study) the first of these ways that fits:
//! 0. a part of the loop's item, where every rank has the item: it does not travel, and nothing is asked of its type;
//! 1. a reference, or something that holds references: it travels as what it owns ([`Borrowed`]);
//! 2. anything that is `Serialize` and `DeserializeOwned`: as postcard;
//! 3. anything else: a compile error on the value that says what to derive, unless the value is a part of the
//!    loop's item and every rank has the item anyway ([`Travels`]).

use std::any::{Any, TypeId};
use std::borrow::Borrow;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

use postcard::ser_flavors::Flavor;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::again::Forked;
use crate::record::{Reader, Record};
use crate::strict::Whole;

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
    fn dlp_put(&self, value: &Self::Value, log: &Record);
    /// Never reached.
    fn dlp_get(&self, op: &mut Reader<'_>) -> Self::Value;
}

impl<T> CarryItem for &&&Field<T, Forked> {
    type Value = T;

    fn dlp_put(&self, _value: &T, _log: &Record) {
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
    fn dlp_put(&self, value: &&'a &'a Self::Target, log: &Record);
    /// Reads the value back.
    fn dlp_get(&self, op: &mut Reader<'_>) -> &'a &'a Self::Target;
}

impl<'a, T> CarryTwice<'a> for &&&&Field<&'a &'a T>
where
    T: ?Sized + ToOwned + 'static,
    T::Owned: Serialize + DeserializeOwned + 'static,
{
    type Target = T;

    fn dlp_put(&self, value: &&'a &'a T, log: &Record) {
        log.append(|bytes| (**value).put(bytes));
    }

    fn dlp_get(&self, op: &mut Reader<'_>) -> &'a &'a T {
        let (encoded, value) = decoded(op.read(|bytes| {
            let (value, rest) = <&'static T>::get(bytes)?;
            Ok(((&bytes[..bytes.len() - rest.len()], value), rest))
        }));
        kept(encoded, value)
    }
}

/// The first way: values that hold references.
pub trait CarryBorrowed {
    /// The type of the value.
    type Value;
    /// Records the value.
    fn dlp_put(&self, value: &Self::Value, log: &Record);
    /// Reads the value back.
    fn dlp_get(&self, op: &mut Reader<'_>) -> Self::Value;
}

impl<T: Borrowed, A> CarryBorrowed for &&Field<T, A> {
    type Value = T;

    fn dlp_put(&self, value: &T, log: &Record) {
        log.append(|bytes| value.put(bytes));
    }

    fn dlp_get(&self, op: &mut Reader<'_>) -> T {
        decoded(op.read(T::get))
    }
}

/// The second way: values that serde can write and read.
pub trait CarryOwned {
    /// The type of the value.
    type Value;
    /// Records the value.
    fn dlp_put(&self, value: &Self::Value, log: &Record);
    /// Reads the value back.
    fn dlp_get(&self, op: &mut Reader<'_>) -> Self::Value;
}

impl<T: Serialize + DeserializeOwned, A> CarryOwned for &Field<T, A> {
    type Value = T;

    fn dlp_put(&self, value: &T, log: &Record) {
        log.append(|bytes| encode(value, bytes));
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
    fn dlp_put(&self, value: &Self::Value, log: &Record)
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

    fn dlp_put(&self, _value: &T, _log: &Record)
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
fn kept<T: 'static>(encoded: &[u8], value: T) -> &'static T {
    KEPT.with_borrow_mut(|kept| {
        let place = *kept
            .entry((TypeId::of::<T>(), encoded.into()))
            .or_insert_with(|| Box::leak(Box::new(value)) as &'static dyn Any);
        place.downcast_ref().expect("the key holds the type")
    })
}

/// Appends a value as postcard.
///
/// # Panics
/// Where serde or postcard cannot write the type, with the reason and the cure.
pub(crate) fn encode<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) {
    if let Err(why) = postcard::serialize_with_flavor(&Whole(value), Append(bytes)) {
        panic!(
            "a value of type `{}` cannot be encoded: {why}; postcard needs a `Serialize` that says the length of its \
             sequences and does without `skip_serializing_if`, `flatten` and untagged enums",
            std::any::type_name::<T>()
        )
    }
}

/// Reads a value that [`encode`] made and that fills `bytes`.
///
/// # Errors
/// If the bytes are something else.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        Ok((_, rest)) => Err(unreadable::<T>(&format!("{} bytes are left over", rest.len()))),
        Err(why) => Err(unreadable::<T>(&why)),
    }
}

/// The value of a successful read.
///
/// # Panics
/// If the type does not read back what it wrote: a mistake in its `Serialize` or `Deserialize`.
pub(crate) fn decoded<T>(result: postcard::Result<T>) -> T {
    result.unwrap_or_else(|why| panic!("{}", unreadable::<T>(&why)))
}

fn unreadable<T>(why: &dyn fmt::Display) -> String {
    format!(
        "a value of type `{}` was not read back as it was written: {why}; its `Serialize` and `Deserialize` must \
         agree in a format without field names (`skip_serializing_if`, `flatten` and untagged enums do not)",
        std::any::type_name::<T>()
    )
}

/// Lets postcard append to a vector in slices.
struct Append<'a>(&'a mut Vec<u8>);

impl Flavor for Append<'_> {
    type Output = ();

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// What comes out at the other end of a field, and whether the bytes were used up.
    macro_rules! through {
        ($value:expr) => {{
            let (value, field, log) = ($value, Field::new(), Record::default());
            field.is(&value);
            (&&&field).dlp_put(&value, &log);
            let bytes = log.take();
            let mut reader = Reader::new(&bytes);
            let out = (&&&field).dlp_get(&mut reader);
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

    #[test]
    fn equal_references_share_one_place() {
        let (a, b) = (through!("the same text"), through!("the same text"));
        assert!(std::ptr::eq(a, b));
    }

    #[test]
    fn a_cut_encoding_is_an_error() {
        let mut bytes = vec![];
        encode(&(1_u32, String::from("abc")), &mut bytes);
        assert!(decode::<(u32, String)>(&bytes).is_ok());
        assert!(decode::<(u32, String)>(&bytes[..bytes.len() - 1]).is_err());
        bytes.push(0);
        assert!(decode::<(u32, String)>(&bytes).unwrap_err().contains("left over"));
    }
}
