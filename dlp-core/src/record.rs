//! Recording an iteration's effects as bytes, and reading them back in loop order.
//!
//! The attribute turns each effect into two pieces of code: one in the parallel part that appends what the
//! effect needs to a [`Record`], and one in the serial part that reads it from a [`Replay`] and runs the user's
//! own statement. What ties the two together by type is in [`carry`](crate::carry).
//!
//! An effect is the number of its site, then each carried value in the order of evaluation. Nothing here knows
//! ranks or messages.

use std::cell::{Cell, RefCell, RefMut};
use std::fmt;
use std::marker::PhantomData;

use crate::carry::Plain;

/// What the effects of iterations leave behind, in the order in which they happened.
///
/// Shared and not `&mut`, so that several closures of one loop body may hold effects at the same time. It is
/// not `Sync`: an effect on another thread than the iteration's is a compile error.
#[derive(Default)]
pub struct Record {
    bytes: RefCell<Vec<u8>>,
    /// How many there are.
    length: Cell<usize>,
    index: Cell<u64>,
    /// Where the last effect, or way out, begins.
    start: Cell<usize>,
    /// Where each of them begins, if that is wanted.
    trace: Option<RefCell<Vec<(usize, u32)>>>,
}

impl Record {
    /// An empty record with room for `capacity` bytes.
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self { bytes: RefCell::new(Vec::with_capacity(capacity)), ..Self::default() }
    }

    /// An empty record that remembers where each effect begins.
    pub(crate) fn traced() -> Self {
        Self { trace: Some(RefCell::default()), ..Self::default() }
    }

    /// The site of the effect, or the way out, that holds the byte at this place of a traced record.
    pub(crate) fn site_at(&self, place: usize) -> Option<u32> {
        let trace = self.trace.as_ref()?.borrow();
        trace.iter().rev().find(|(start, _)| *start <= place).map(|(_, site)| *site)
    }

    /// Iteration `index` begins.
    #[inline]
    pub(crate) fn begin(&self, index: u64) {
        self.index.set(index);
    }

    /// The iteration that is being recorded.
    pub fn index(&self) -> u64 {
        self.index.get()
    }

    /// Begins the effect of site number `site`.
    #[inline]
    pub fn effect(&self, site: u32) {
        let bytes = &mut *self.bytes.borrow_mut();
        self.start.set(bytes.len());
        if self.trace.is_some() {
            self.trace(bytes.len(), site);
        }
        match u8::try_from(site) {
            Ok(site @ 0..0x80) => bytes.push(site),
            _ => put_number(bytes, u64::from(site)),
        }
        self.length.set(bytes.len());
    }

    #[cold]
    fn trace(&self, start: usize, site: u32) {
        if let Some(trace) = &self.trace {
            trace.borrow_mut().push((start, site));
        }
    }

    /// The iteration takes way out number `exit`; the values of the exit follow.
    pub(crate) fn leave(&self, exit: u32) {
        self.effect(EXITS + exit);
    }

    /// Appends to the bytes. A panic in `write` (a user's `Serialize`) keeps what was there before the effect.
    pub(crate) fn append<R>(&self, write: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        struct Open<'a> {
            bytes: RefMut<'a, Vec<u8>>,
            length: &'a Cell<usize>,
            start: usize,
        }
        impl Drop for Open<'_> {
            fn drop(&mut self) {
                self.bytes.truncate(self.start);
                self.length.set(self.bytes.len());
            }
        }
        let mut open = Open { bytes: self.bytes.borrow_mut(), length: &self.length, start: self.start.get() };
        let result = write(&mut open.bytes);
        // It was written: nothing is taken back.
        open.start = usize::MAX;
        result
    }

    /// Appends a value that no code of the user's writes.
    #[inline]
    pub(crate) fn append_plain(&self, value: &impl Plain) {
        let bytes = &mut *self.bytes.borrow_mut();
        value.write(bytes);
        self.length.set(bytes.len());
    }

    /// Forgets what was recorded after the first `length` bytes.
    pub(crate) fn rewind(&self, length: usize) {
        self.bytes.borrow_mut().truncate(length);
        self.length.set(self.len().min(length));
        if let Some(trace) = &self.trace {
            trace.borrow_mut().retain(|(start, _)| *start < length);
        }
    }

    /// The number of bytes recorded so far.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.length.get()
    }

    /// Takes all bytes out.
    pub(crate) fn take(&self) -> Vec<u8> {
        self.length.set(0);
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
    /// To the next iteration; in a replay, to the next effect.
    Next,
    /// In a replay: to the next iteration, whatever else this one recorded.
    Skip,
    /// Out of the loop, by the way out of this number.
    Leave(u32),
}

/// The first number that, in place of a site's, says which way out an iteration took.
pub(crate) const EXITS: u32 = 1 << 31;

/// The way out of an iteration that panics, in a loop that may be left before that.
pub(crate) const PANIC: u32 = EXITS - 1;

/// The recorded bytes of one iteration while they are read.
#[derive(Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    #[inline]
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// What has not been read.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The number of the next effect's site.
    #[inline]
    pub(crate) fn site(&mut self) -> Option<u32> {
        let (site, rest) = take_number(self.rest)?;
        self.rest = rest;
        u32::try_from(site).ok()
    }

    #[inline]
    pub(crate) fn read<T>(
        &mut self,
        decode: impl FnOnce(&'a [u8]) -> postcard::Result<(T, &'a [u8])>,
    ) -> postcard::Result<T> {
        let (value, rest) = decode(self.rest)?;
        self.rest = rest;
        Ok(value)
    }
}

/// Iterations being replayed, one at a time: the record of one, and the loop's own item where that can be had again.
pub struct Replay<'a, Item> {
    reader: Reader<'a>,
    item: &'a mut dyn FnMut(u64) -> Item,
    log: &'a Record,
    /// How many statements on the world outside came up so far.
    guards: u64,
    /// Where another rank, which performed them, left the loop by one: its count of them, and the way out.
    led: Option<(u64, u32)>,
}

/// What becomes of a statement on the world outside the program, which one rank performs for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// It is performed here.
    Act,
    /// It is performed elsewhere.
    Pass,
    /// It was performed elsewhere, and left the loop by this way out.
    Leave(u32),
}

impl<'a, Item> Replay<'a, Item> {
    /// Before the first iteration.
    #[inline]
    pub(crate) fn new(item: &'a mut dyn FnMut(u64) -> Item, log: &'a Record) -> Self {
        Self { reader: Reader::new(&[]), item, log, guards: 0, led: None }
    }

    /// Iteration `index` is next, which has recorded this.
    #[inline]
    pub(crate) fn turn_to(&mut self, index: u64, bytes: &'a [u8]) {
        self.log.begin(index);
        self.reader = Reader::new(bytes);
    }

    /// No statement on the world outside has come up in it yet. `led`: where another rank left the loop in it by one.
    #[inline]
    pub(crate) fn led_by(&mut self, led: Option<(u64, u32)>) {
        (self.guards, self.led) = (0, led);
    }

    /// How many statements on the world outside came up so far.
    pub(crate) fn guards(&self) -> u64 {
        self.guards
    }

    /// A statement comes up that may be on the world outside; `here` if it is performed on this rank.
    pub fn guard(&mut self, here: bool) -> Guard {
        self.guards += 1;
        match self.led {
            _ if here => Guard::Act,
            Some((count, exit)) if count == self.guards => Guard::Leave(exit),
            _ => Guard::Pass,
        }
    }

    /// What was recorded, for [`carry`](crate::carry) to read.
    #[inline]
    pub fn reader(&mut self) -> &mut Reader<'a> {
        &mut self.reader
    }

    /// The iteration that is being replayed.
    pub fn index(&self) -> u64 {
        self.log.index()
    }

    /// The item of this iteration, from this rank's own copy of the source: it did not travel. May be asked
    /// for any number of times.
    pub fn item(&mut self) -> Item {
        (self.item)(self.log.index())
    }

    /// Where a way out that is taken in the replay records its values.
    pub fn log(&self) -> &Record {
        self.log
    }
}

impl<Item> fmt::Debug for Replay<'_, Item> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay").field("index", &self.log.index()).field("reader", &self.reader).finish()
    }
}

/// The type of a place outside the loop, without a borrow of it.
///
/// The parallel part type-checks the user's statement where it stood, on a conjured accumulator in a branch that
/// never runs, so that inference is as good as in the serial program.
pub struct Witness<T> {
    place: PhantomData<fn() -> T>,
    /// Whether an effect on it is replayed here, once that is known ([`output`](crate::output)).
    pub(crate) replays: Cell<Option<bool>>,
}

impl<T> Witness<T> {
    /// A witness of the type of `place`.
    pub fn of(_place: &T) -> Self {
        Self { place: PhantomData, replays: Cell::new(None) }
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
#[inline]
pub(crate) fn take_number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    match bytes {
        [byte @ 0..0x80, rest @ ..] => Some((u64::from(*byte), rest)),
        _ => take_long_number(bytes),
    }
}

/// The same, of any number.
fn take_long_number(bytes: &[u8]) -> Option<(u64, &[u8])> {
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
    fn a_panic_while_recording_keeps_the_effects_before() {
        let record = Record::default();
        record.effect(3);
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            record.append(|bytes| {
                bytes.push(9);
                panic!("in a `Serialize`");
            })
        }));
        assert!(panic.is_err());
        assert_eq!(record.take(), []);
        record.effect(3);
        record.append(|bytes| bytes.push(1));
        record.effect(4);
        let write = |_: &mut Vec<u8>| panic!("in a `Serialize`");
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| record.append(write))).is_err());
        assert_eq!(record.take(), [3, 1]);
    }

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
