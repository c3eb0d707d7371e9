//! Recording an iteration's effects as bytes, and reading them back in loop order.
//!
//! The attribute turns each effect into two pieces of code: one in the parallel part that appends what the
//! effect needs to a [`Record`], and one in the serial part that reads it from a [`Replay`] and runs the user's
//! own statement. What ties the two together by type is in [`carry`](crate::carry).
//!
//! An effect is the number of its site, then each carried value in the order of evaluation. Nothing here knows
//! ranks or messages.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

/// What the effects of iterations leave behind, in the order in which they happened.
///
/// Shared and not `&mut`, so that several closures of one loop body may hold effects at the same time. It is
/// not `Sync`: an effect on another thread than the iteration's is a compile error.
#[derive(Default)]
pub struct Record {
    bytes: Cell<Vec<u8>>,
}

impl Record {
    /// An empty record with room for `capacity` bytes.
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self { bytes: Cell::new(Vec::with_capacity(capacity)) }
    }

    /// Begins the effect of site number `site`.
    pub fn effect(&self, site: u32) {
        self.append(|bytes| put_number(bytes, u64::from(site)));
    }

    /// Appends to the bytes. A panic in `write` (a user's `Serialize`) loses the record, and the iteration with it.
    pub(crate) fn append<R>(&self, write: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        let mut bytes = self.bytes.take();
        let result = write(&mut bytes);
        self.bytes.set(bytes);
        result
    }

    /// The number of bytes recorded so far.
    pub(crate) fn len(&self) -> usize {
        self.append(|bytes| bytes.len())
    }

    /// Takes all bytes out.
    pub(crate) fn take(&self) -> Vec<u8> {
        self.bytes.take()
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({} bytes)", self.len())
    }
}

/// What an iteration, or the replay of an effect, says about how the loop goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// To the next iteration.
    Next,
    /// Out of the loop, by the way out of this number.
    Leave(u32),
}

/// The recorded bytes of one iteration while they are read.
#[derive(Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The number of the next effect's site.
    pub(crate) fn site(&mut self) -> Option<u32> {
        let (site, rest) = take_number(self.rest)?;
        self.rest = rest;
        u32::try_from(site).ok()
    }

    pub(crate) fn read<T>(
        &mut self,
        decode: impl FnOnce(&'a [u8]) -> postcard::Result<(T, &'a [u8])>,
    ) -> postcard::Result<T> {
        let (value, rest) = decode(self.rest)?;
        self.rest = rest;
        Ok(value)
    }
}

/// One iteration being replayed: its record, and the loop's own item where that can be had again.
pub struct Replay<'a, Item> {
    index: u64,
    reader: Reader<'a>,
    item: &'a mut dyn FnMut(u64) -> Item,
}

impl<'a, Item> Replay<'a, Item> {
    pub(crate) fn new(index: u64, bytes: &'a [u8], item: &'a mut dyn FnMut(u64) -> Item) -> Self {
        Self { index, reader: Reader::new(bytes), item }
    }

    /// What was recorded, for [`carry`](crate::carry) to read.
    pub fn reader(&mut self) -> &mut Reader<'a> {
        &mut self.reader
    }

    /// The item of this iteration, from this rank's own copy of the source: it did not travel. May be asked
    /// for any number of times.
    pub fn item(&mut self) -> Item {
        (self.item)(self.index)
    }

    /// The index of this iteration.
    pub fn index(&self) -> u64 {
        self.index
    }
}

impl<Item> fmt::Debug for Replay<'_, Item> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay").field("index", &self.index).field("reader", &self.reader).finish()
    }
}

/// The type of a place outside the loop, without a borrow of it.
///
/// The parallel part type-checks the user's statement where it stood, on a conjured accumulator in a branch that
/// never runs, so that inference is as good as in the serial program.
pub struct Witness<T>(PhantomData<fn() -> T>);

impl<T> Witness<T> {
    /// A witness of the type of `place`.
    pub fn of(_place: &T) -> Self {
        Self(PhantomData)
    }

    /// A value of the type, for type checking only.
    ///
    /// # Panics
    /// Always: the code that calls it is never reached.
    pub fn conjure(&self) -> T {
        unreachable!("a conjured accumulator is only ever type-checked")
    }
}

impl<T> fmt::Debug for Witness<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Witness<{}>", std::any::type_name::<T>())
    }
}

/// A value of the type of `_sample`, for type checking only; nothing is moved.
///
/// # Panics
/// Always: the code that calls it is never reached.
pub fn like<T>(_sample: &T) -> T {
    unreachable!("a conjured value is only ever type-checked")
}

/// Shadows, in the replayed piece, a name of the loop's body whose value was not carried, so that a mistake of
/// the attribute is a compile error and never an answer.
#[derive(Debug)]
pub struct NotCarried;

/// Appends a number in as few bytes as it needs: seven bits a byte, the lowest first (LEB128).
pub(crate) fn put_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Reads what [`put_number`] wrote: the number, and the bytes after it. `None` where there is none.
pub(crate) fn take_number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0_u64;
    for (at, &byte) in bytes.iter().enumerate().take(10) {
        let bits = u64::from(byte & 0x7f);
        if at == 9 && bits > 1 {
            return None;
        }
        number |= bits << (7 * at);
        if byte & 0x80 == 0 {
            return Some((number, &bytes[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_survive() {
        for number in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX - 1, u64::MAX] {
            let mut bytes = vec![];
            put_number(&mut bytes, number);
            bytes.push(7);
            assert_eq!(take_number(&bytes), Some((number, &[7][..])));
        }
        assert_eq!(take_number(&[]), None);
        assert_eq!(take_number(&[0x80; 9]), None);
        assert_eq!(take_number(&[0xff; 11]), None);
    }
}
