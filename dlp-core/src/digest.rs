//! What is looked at of a loop's input: the items of its source, and the values that its iterations capture.
//!
//! An item is looked at where the compiler can see that it can be encoded or hashed: the attribute emits
//! `(&&&items).dlp_digest()`, and method resolution finds how (autoref specialization). Of captured values, numbers, texts
//! and what is made of them are looked at. What is done with the digests is said below, in `input`.

pub(crate) mod input;

use std::any::type_name;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::iter::{Cloned, Copied, Enumerate, Rev, Skip, StepBy, Take, Zip};
use std::marker::PhantomData;
use std::slice;

use postcard::ser_flavors::Flavor;
use serde::Serialize;

use crate::strict::Whole;

/// Of longer ones, no more than so many elements are looked at.
const ELEMENTS: usize = 8;

/// Above this many bytes, an item is not looked at.
const LARGEST: usize = 1 << 20;

/// The digest of an item, where it has one.
type Digest<T> = Option<fn(&T) -> u64>;

/// How the items of a source are looked at.
pub struct Look<I: Iterator> {
    /// The digest of one item; `None` where there is none.
    pub(crate) digest: Digest<I::Item>,
    /// A second iterator over the same items, which reaches each in no time; `None` where there is none.
    pub(crate) again: Twice<I>,
}

impl<I: Iterator> Look<I> {
    /// With what method resolution has found.
    pub const fn new(digest: Digest<I::Item>, again: Twice<I>) -> Self {
        Self { digest, again }
    }
}

impl<I: Iterator> fmt::Debug for Look<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Look<{}>", type_name::<I>())
    }
}

/// The items of a source, by type.
pub struct Items<I>(PhantomData<fn(I)>);

impl<I> fmt::Debug for Items<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Items<{}>", type_name::<I>())
    }
}

impl<I: Iterator> Items<I> {
    /// The items of `source`, without a borrow of it.
    pub const fn of(_source: &I) -> Self {
        Self(PhantomData)
    }
}

/// Items that can be encoded.
pub trait DigestEncoded {
    /// The type of the items.
    type Item;
    /// By their bytes.
    fn dlp_digest(&self) -> Digest<Self::Item>;
}

/// Items that can be hashed.
pub trait DigestHashed {
    /// The type of the items.
    type Item;
    /// By their hash.
    fn dlp_digest(&self) -> Digest<Self::Item>;
}

/// Every other kind of items.
pub trait DigestNothing {
    /// The type of the items.
    type Item;
    /// Not at all.
    fn dlp_digest(&self) -> Digest<Self::Item>;
}

impl<I: Iterator<Item: Serialize>> DigestEncoded for &&Items<I> {
    type Item = I::Item;

    fn dlp_digest(&self) -> Digest<I::Item> {
        Some(|item| {
            let sum = Sum { sum: 0, length: 0 };
            // What cannot be encoded is not looked at.
            postcard::serialize_with_flavor(&Whole(item), sum).unwrap_or(0)
        })
    }
}

impl<I: Iterator<Item: Hash>> DigestHashed for &Items<I> {
    type Item = I::Item;

    fn dlp_digest(&self) -> Digest<I::Item> {
        // An address is another one in each process.
        let name = type_name::<I::Item>();
        let addresses = ["fn(", "*const ", "*mut ", "NonNull<"];
        if addresses.iter().any(|address| name.contains(address)) {
            return None;
        }
        Some(|item| {
            let mut hasher = DefaultHasher::new();
            item.hash(&mut hasher);
            hasher.finish()
        })
    }
}

impl<I: Iterator> DigestNothing for Items<I> {
    type Item = I::Item;

    fn dlp_digest(&self) -> Digest<I::Item> {
        None
    }
}

/// Adds up the bytes of an encoding in whatever order: that of a hash table is another one in each process.
struct Sum {
    sum: u64,
    length: usize,
}

impl Flavor for Sum {
    type Output = u64;

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.length += 1;
        if self.length > LARGEST {
            return Err(postcard::Error::SerializeBufferFull);
        }
        self.sum = self.sum.wrapping_add(mixed(u64::from(byte) + 1));
        Ok(())
    }

    fn finalize(self) -> postcard::Result<u64> {
        Ok(mixed(self.sum ^ self.length as u64))
    }
}

/// Iterators that can be had twice, and whose `nth` takes no time.
pub trait ByIndex: Iterator + Clone {}

impl<T> ByIndex for slice::Iter<'_, T> {}
impl<T> ByIndex for slice::Chunks<'_, T> {}
impl<T> ByIndex for slice::ChunksExact<'_, T> {}
impl<T> ByIndex for slice::Windows<'_, T> {}
impl<'a, T: Copy + 'a, I: ByIndex<Item = &'a T>> ByIndex for Copied<I> {}
impl<'a, T: Clone + 'a, I: ByIndex<Item = &'a T>> ByIndex for Cloned<I> {}
impl<I: ByIndex> ByIndex for Enumerate<I> {}
impl<I: ByIndex + DoubleEndedIterator> ByIndex for Rev<I> {}
impl<I: ByIndex> ByIndex for Skip<I> {}
impl<I: ByIndex> ByIndex for StepBy<I> {}
impl<I: ByIndex> ByIndex for Take<I> {}
impl<A: ByIndex, B: ByIndex> ByIndex for Zip<A, B> {}

/// How a source is had again, where it can be.
type Twice<I> = Option<fn(&I) -> I>;

/// Sources that can be had twice, and whose items are reached in no time.
pub trait TwiceByIndex {
    /// The source.
    type Source;
    /// How it is had again.
    fn dlp_twice(&self) -> Twice<Self::Source>;
}

/// Every other source.
pub trait TwiceNot {
    /// The source.
    type Source;
    /// Not at all.
    fn dlp_twice(&self) -> Twice<Self::Source>;
}

impl<I: ByIndex> TwiceByIndex for &Items<I> {
    type Source = I;

    fn dlp_twice(&self) -> Twice<I> {
        Some(I::clone)
    }
}

impl<I> TwiceNot for Items<I> {
    type Source = I;

    fn dlp_twice(&self) -> Twice<I> {
        None
    }
}

/// The finalizer of SplitMix64 (Steele, Lea and Flood 2014): one bit of the input changes half of the output.
fn mixed(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A captured value.
pub struct Capture<'a, T: ?Sized>(pub &'a T);

impl<T: ?Sized> fmt::Debug for Capture<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capture").finish_non_exhaustive()
    }
}

/// What is looked at where it is captured: numbers, texts, and what is made of a few of them.
pub trait Seen {
    /// Adds it to a digest.
    fn see(&self, hasher: &mut DefaultHasher);
}

macro_rules! seen {
    ($($ty:ty)*) => {
        $(impl Seen for $ty {
            fn see(&self, hasher: &mut DefaultHasher) {
                self.hash(hasher);
            }
        })*
    };
}

seen!(bool char u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

impl Seen for f32 {
    fn see(&self, hasher: &mut DefaultHasher) {
        self.to_bits().hash(hasher);
    }
}

impl Seen for f64 {
    fn see(&self, hasher: &mut DefaultHasher) {
        self.to_bits().hash(hasher);
    }
}

impl Seen for str {
    fn see(&self, hasher: &mut DefaultHasher) {
        let bytes = self.as_bytes();
        (bytes.len(), &bytes[..bytes.len().min(LARGEST)]).hash(hasher);
    }
}

impl Seen for String {
    fn see(&self, hasher: &mut DefaultHasher) {
        self.as_str().see(hasher);
    }
}

impl<T: Seen> Seen for [T] {
    fn see(&self, hasher: &mut DefaultHasher) {
        self.len().hash(hasher);
        self.iter().take(ELEMENTS).chain(self.last()).for_each(|item| item.see(hasher));
    }
}

impl<T: Seen> Seen for Vec<T> {
    fn see(&self, hasher: &mut DefaultHasher) {
        self.as_slice().see(hasher);
    }
}

impl<T: Seen, const N: usize> Seen for [T; N] {
    fn see(&self, hasher: &mut DefaultHasher) {
        self.as_slice().see(hasher);
    }
}

impl<T: Seen> Seen for Option<T> {
    fn see(&self, hasher: &mut DefaultHasher) {
        self.is_some().hash(hasher);
        self.iter().for_each(|item| item.see(hasher));
    }
}

impl<T: Seen + ?Sized> Seen for &T {
    fn see(&self, hasher: &mut DefaultHasher) {
        T::see(self, hasher);
    }
}

impl<A: Seen, B: Seen> Seen for (A, B) {
    fn see(&self, hasher: &mut DefaultHasher) {
        self.0.see(hasher);
        self.1.see(hasher);
    }
}

impl<A: Seen, B: Seen, C: Seen> Seen for (A, B, C) {
    fn see(&self, hasher: &mut DefaultHasher) {
        self.0.see(hasher);
        self.1.see(hasher);
        self.2.see(hasher);
    }
}

/// Captured values that are looked at.
pub trait CaptureSeen {
    /// What it is.
    fn dlp_digest(&self) -> u32;
}

/// Every other captured value.
pub trait CaptureUnseen {
    /// Nothing.
    fn dlp_digest(&self) -> u32 {
        0
    }
}

impl<T: Seen + ?Sized> CaptureSeen for &Capture<'_, T> {
    fn dlp_digest(&self) -> u32 {
        let mut hasher = DefaultHasher::new();
        self.0.see(&mut hasher);
        short(hasher.finish())
    }
}

impl<T: ?Sized> CaptureUnseen for Capture<'_, T> {}

/// As many bits as travel.
fn short(digest: u64) -> u32 {
    (digest >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use std::path::Path;

    macro_rules! digest {
        ($items:expr) => {{
            let items = $items;
            let of = Items::of(&items.iter());
            let digest = (&&&of).dlp_digest();
            digest.map(|digest| items.iter().map(|item| digest(&item)).collect::<Vec<u64>>())
        }};
    }

    #[test]
    fn items_that_can_be_encoded_or_hashed_are_told_apart() {
        let numbers = digest!([1.5, 2.5, 1.5]).unwrap();
        assert!(numbers[0] == numbers[2] && numbers[0] != numbers[1]);
        let paths = digest!([Path::new("a"), Path::new("b")]).unwrap();
        assert_ne!(paths[0], paths[1]);
        #[derive(Hash)]
        struct Hashed(u8);
        assert!(digest!([Hashed(1), Hashed(2)]).is_some());
        struct Opaque;
        assert_eq!(digest!([Opaque]), None);
        assert_eq!(digest!([f64::sin as fn(f64) -> f64]), None);
        assert_eq!(digest!([("sin", f64::sin as fn(f64) -> f64)]), None);
    }

    #[test]
    fn the_order_of_a_hash_table_does_not_matter() {
        let table = |keys: &[u8]| keys.iter().map(|&key| (key, "x")).collect::<HashMap<u8, &str>>();
        let digests = digest!([table(&[1, 2, 3, 4, 5]), table(&[5, 4, 3, 2, 1]), table(&[1, 2])]).unwrap();
        assert!(digests[0] == digests[1] && digests[0] != digests[2]);
    }

    #[test]
    fn captured_numbers_and_texts_are_told_apart() {
        macro_rules! captured {
            ($value:expr) => {
                (&&Capture(&$value)).dlp_digest()
            };
        }
        assert_ne!(captured!(1_u64), captured!(2_u64));
        assert_ne!(captured!(0.0), captured!(-0.0));
        assert_eq!(captured!("seed"), captured!(String::from("seed")));
        assert_ne!(captured!(vec![1, 2]), captured!(vec![1, 2, 3]));
        assert_ne!(captured!(Some((1, 'a', [1.0]))), captured!(None::<(u8, char, [f64; 1])>));
        struct Opaque;
        assert_eq!(captured!(Opaque), 0);
        assert_eq!(captured!(Box::new(|x: u8| x)), 0);
    }

    #[test]
    #[cfg_attr(miri, ignore = "a megabyte takes Miri minutes")]
    fn an_item_that_is_large_or_cannot_be_encoded_is_not_looked_at() {
        let digests = digest!([vec![1_u8; LARGEST], vec![2; LARGEST], vec![3]]).unwrap();
        assert!(digests[0] == 0 && digests[1] == 0 && digests[2] != 0);
        struct Refuses;
        impl Serialize for Refuses {
            fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
                Err(serde::ser::Error::custom("never"))
            }
        }
        assert_eq!(digest!([Refuses]), Some(vec![0]));
    }

    #[test]
    fn slices_are_had_twice_and_iterators_that_work_are_not() {
        macro_rules! twice {
            ($source:expr) => {{
                let of = Items::of(&$source);
                (&&of).dlp_twice().is_some()
            }};
        }
        let list = [1, 2, 3];
        assert!(twice!(list.iter()) && twice!(list.chunks(2).zip(list.windows(2)).rev().enumerate()));
        assert!(twice!(list.iter().copied().skip(1).step_by(2).take(3)));
        assert!(
            !twice!(list.iter().map(|x| x + 1)) && !twice!(list.into_iter()) && !twice!("a b".split(' '))
        );
    }
}
