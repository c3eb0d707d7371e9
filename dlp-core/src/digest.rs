//! Whether the ranks have built the same input: digests of a loop's items, and of the values that its iterations capture.
//!
//! An item is looked at where the compiler can see that it can be encoded or hashed; the attribute emits
//! `(&&&Items::of(&source)).dlp_digest()`, and method resolution finds how (autoref specialization). Of captured values,
//! numbers, texts and what is made of them are looked at. Pure: what is done about a difference is said elsewhere.

use std::any::type_name;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::marker::PhantomData;

use serde::Serialize;

use crate::encoding::encode;
use crate::wire::Payload;

/// How many items are looked at unless all are asked for.
pub(crate) const SAMPLE: usize = 8;

/// Above this many bytes, an item is not looked at.
const LARGEST: usize = 1 << 20;

/// In a full check, how many digests travel at most; each is of as many items as that takes.
const MOST: usize = 1 << 20;

/// The digest of one item; `None` where there is none.
pub type Digest<T> = Option<fn(&T) -> u64>;

/// The items of a source, by type.
pub struct Items<T>(PhantomData<fn(T)>);

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Items<{}>", type_name::<T>())
    }
}

impl<T> Items<T> {
    /// The items of `source`, without a borrow of it.
    pub const fn of<I: Iterator<Item = T>>(_source: &I) -> Self {
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

impl<T: Serialize> DigestEncoded for &&Items<T> {
    type Item = T;

    fn dlp_digest(&self) -> Digest<T> {
        Some(|item| {
            let mut bytes = vec![];
            encode(item, &mut bytes);
            // In whatever order: that of a hash table is another one in each process.
            let sum = bytes.iter().fold(0_u64, |sum, byte| sum.wrapping_add(mixed(u64::from(*byte) + 1)));
            if bytes.len() > LARGEST { 0 } else { mixed(sum ^ bytes.len() as u64) }
        })
    }
}

impl<T: Hash> DigestHashed for &Items<T> {
    type Item = T;

    fn dlp_digest(&self) -> Digest<T> {
        // An address is another one in each process.
        let name = type_name::<T>();
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

impl<T> DigestNothing for Items<T> {
    type Item = T;

    fn dlp_digest(&self) -> Digest<T> {
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
pub struct Captured<'a, T: ?Sized>(pub &'a T);

impl<T: ?Sized> fmt::Debug for Captured<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Captured").finish_non_exhaustive()
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
        self.iter().take(SAMPLE).chain(self.last()).for_each(|item| item.see(hasher));
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
pub trait CapturedSeen {
    /// What it is.
    fn dlp_digest(&self) -> u32;
}

/// Every other captured value.
pub trait CapturedUnseen {
    /// Nothing.
    fn dlp_digest(&self) -> u32 {
        0
    }
}

impl<T: Seen + ?Sized> CapturedSeen for &Captured<'_, T> {
    fn dlp_digest(&self) -> u32 {
        let mut hasher = DefaultHasher::new();
        self.0.see(&mut hasher);
        short(hasher.finish())
    }
}

impl<T: ?Sized> CapturedUnseen for Captured<'_, T> {}

/// As many bits as travel.
fn short(digest: u64) -> u32 {
    (digest >> 32) as u32
}

/// The digests of one rank's input, as they travel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Input {
    /// Of the captured values, in the order of the loop's descriptor.
    pub(crate) captured: Vec<u32>,
    /// Of the items, each of so many.
    items: Vec<u32>,
    each: u64,
}

/// Where two ranks' inputs differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    /// In the captured value of this number.
    Captured(usize),
    /// In these items.
    Items(std::ops::Range<u64>),
}

impl Input {
    /// Of these captured values and items.
    pub(crate) fn new<'a, T: 'a>(
        captured: Vec<u32>,
        items: impl ExactSizeIterator<Item = &'a T>,
        digest: fn(&T) -> u64,
    ) -> Self {
        let each = items.len().div_ceil(MOST).max(1);
        let mut digests = vec![];
        for (at, item) in items.enumerate() {
            let digest = digest(item);
            match digests.last_mut() {
                Some(last) if at % each != 0 => *last = mixed(*last ^ digest),
                _ => digests.push(digest),
            }
        }
        Self { captured, items: digests.into_iter().map(short).collect(), each: each as u64 }
    }

    pub(crate) fn write(&self) -> Payload {
        let numbers = [self.captured.len() as u32, u32::try_from(self.each).unwrap_or(u32::MAX)];
        let all = numbers.iter().chain(&self.captured).chain(&self.items);
        all.flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>().into()
    }

    /// What [`Input::write`] wrote; nothing of it where that cannot be.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let numbers = || bytes.chunks_exact(4).map(|four| u32::from_le_bytes(four.try_into().expect("four")));
        let captured = numbers().next().unwrap_or(0) as usize;
        Self {
            captured: numbers().skip(2).take(captured).collect(),
            items: numbers().skip(2 + captured).collect(),
            each: u64::from(numbers().nth(1).unwrap_or(1)),
        }
    }

    /// Where it differs first from another, as far as both have looked.
    pub(crate) fn difference(&self, other: &Self) -> Option<Difference> {
        let differs = |a: &[u32], b: &[u32]| a.iter().zip(b).position(|(a, b)| a != b);
        if let Some(at) = differs(&self.captured, &other.captured) {
            return Some(Difference::Captured(at));
        }
        if self.each != other.each {
            return None;
        }
        let at = differs(&self.items, &other.items)? as u64;
        Some(Difference::Items(at * self.each..(at + 1) * self.each))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use std::path::Path;

    macro_rules! digest {
        ($items:expr) => {{
            let items = $items;
            let digest = (&&&Items::of(&items.iter())).dlp_digest();
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
                (&&Captured(&$value)).dlp_digest()
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
    fn the_first_difference_is_found_where_both_have_looked() {
        let input =
            |captured: &[u32], items: &[u64]| Input::new(captured.to_vec(), items.iter(), |&item| item << 32);
        let mine = input(&[7, 8], &[1, 2, 3, 4]);
        assert_eq!(Input::read(&mine.write()), mine);
        assert_eq!(mine.difference(&input(&[7, 8], &[1, 2, 3, 4])), None);
        assert_eq!(mine.difference(&input(&[7, 9], &[1])), Some(Difference::Captured(1)));
        assert_eq!(mine.difference(&input(&[7, 8], &[1, 2, 5, 4])), Some(Difference::Items(2..3)));
        assert_eq!(mine.difference(&input(&[7, 8], &[1, 2])), None, "as far as both have looked");
        assert_eq!(mine.difference(&Input::read(&[])), None);
        assert_eq!(Input::read(&[1, 2, 3]), Input { each: 1, ..Input::default() });
        let many: Vec<u64> = (0..(MOST as u64 + 2)).collect();
        let mut others = many.clone();
        others[5] = 0;
        assert_eq!(input(&[], &many).difference(&input(&[], &others)), Some(Difference::Items(4..6)));
    }
}
