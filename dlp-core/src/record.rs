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
use crate::report;

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

    /// Begins the effect of site number `site`, whose values follow one by one.
    #[inline]
    pub fn open(&self, site: u32) -> Effect<'_> {
        Effect { log: self, site, start: self.len(), begun: false }
    }

    /// Records the effect of site number `site`, or its beginning.
    #[inline]
    pub fn effect(&self, site: u32) {
        let bytes = &mut *self.bytes.borrow_mut();
        self.start.set(bytes.len());
        self.put_site(bytes, site);
        self.length.set(bytes.len());
    }

    fn put_site(&self, bytes: &mut Vec<u8>, site: u32) {
        if self.trace.is_some() {
            self.trace(bytes.len(), site);
        }
        put_number(bytes, u64::from(site));
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

/// An effect that is being recorded. Its number is written with its first value, which is less work than one after the other.
#[derive(Debug)]
pub struct Effect<'a> {
    log: &'a Record,
    site: u32,
    /// Where it begins.
    start: usize,
    /// Its number is written.
    begun: bool,
}

impl Effect<'_> {
    /// Appends to the bytes; see [`Record::append`].
    pub(crate) fn append<R>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        self.begin();
        self.log.start.set(self.start);
        self.log.append(write)
    }

    /// Appends a value that no code of the user's writes.
    #[inline(always)]
    pub(crate) fn append_plain(&mut self, value: &impl Plain) {
        let first = !std::mem::replace(&mut self.begun, true);
        let bytes = &mut *self.log.bytes.borrow_mut();
        match u8::try_from(self.site) {
            Ok(site @ 0..0x80) if first => {
                if self.log.trace.is_some() {
                    self.log.trace(self.start, self.site);
                }
                value.write_after(site, bytes);
            }
            _ => {
                if first {
                    self.log.put_site(bytes, self.site);
                }
                value.write(bytes);
            }
        }
        self.log.length.set(bytes.len());
    }

    #[inline]
    fn begin(&mut self) {
        if !std::mem::replace(&mut self.begun, true) {
            self.log.effect(self.site);
        }
    }

    /// Nothing more follows.
    #[inline]
    pub fn end(&mut self) {
        self.begin();
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
    /// The records of the iterations after this one, all of one length.
    after: &'a [u8],
    length: usize,
    /// Whether the next iteration can be gone on to in the midst of the serial part.
    in_a_row: bool,
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
    /// Before iteration `first`, the first of those that have recorded these bytes, so many each. `in_a_row`: whether
    /// [`Replay::again`] may go on from one to the next.
    #[inline]
    pub(crate) fn new(
        item: &'a mut dyn FnMut(u64) -> Item,
        log: &'a Record,
        (records, length): (&'a [u8], usize),
        in_a_row: bool,
    ) -> Self {
        let reader = Reader::new(&[]);
        Self { reader, after: records, length, in_a_row, item, log, guards: 0, led: None }
    }

    /// The next iteration is number `index`; `false` if there is none.
    #[inline]
    pub(crate) fn turn_to(&mut self, index: u64) -> bool {
        let Some((record, after)) =
            self.after.split_at_checked(self.length).filter(|(record, _)| !record.is_empty())
        else {
            return false;
        };
        self.after = after;
        self.reader = Reader::new(record);
        self.log.begin(index);
        report::at_index(index);
        true
    }

    /// Whether the effect of the next iteration is the one of this number too, and nothing else comes before it: then that is
    /// the iteration being replayed from here on.
    #[inline]
    pub fn again(&mut self, site: u32) -> bool {
        let is_next = self.in_a_row
            && self.reader.is_empty()
            && self.after.len() >= self.length
            && self.after.first().is_some_and(|next| site < 0x80 && u32::from(*next) == site);
        is_next && self.turn_to(self.log.index() + 1) && self.reader.site().is_some()
    }

    /// The records of the iterations that come next, as long as they are the effect of this number with `size` bytes of values, and
    /// nothing else; the last of these is the iteration being replayed from here on, and has been read.
    pub(crate) fn row(&mut self, site: u32, size: usize) -> &'a [u8] {
        let fits = self.in_a_row && self.reader.is_empty() && self.length == 1 + size && site < 0x80;
        let like = |record: &&[u8]| u32::from(record[0]) == site;
        let count = if fits { self.after.chunks_exact(self.length).take_while(like).count() } else { 0 };
        let (row, after) = self.after.split_at(count * self.length);
        if count > 0 {
            self.after = after;
            let last = self.log.index() + count as u64;
            self.log.begin(last);
            report::at_index(last);
        }
        row
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
    fn the_number_of_an_effect_goes_with_its_first_value_or_alone() {
        for (record, traced) in [(Record::default(), false), (Record::traced(), true)] {
            let mut effect = record.open(5);
            effect.append_plain(&0x0102_u16);
            effect.append_plain(&true);
            effect.append(|bytes| bytes.push(9));
            effect.end();
            record.open(300).append_plain(&7_u8);
            record.open(6).end();
            assert_eq!(record.len(), 9);
            assert_eq!(record.site_at(4), traced.then_some(5));
            assert_eq!(record.site_at(8), traced.then_some(6));
            assert_eq!(record.take(), [5, 2, 1, 1, 9, 0xac, 2, 7, 6]);
        }
    }

    #[test]
    fn a_panic_within_an_effect_takes_all_of_it_back_and_no_more() {
        let record = Record::default();
        record.open(1).append_plain(&8_u8);
        let mut effect = record.open(2);
        effect.append_plain(&9_u8);
        let write = |_: &mut Vec<u8>| panic!("in a `Serialize`");
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| effect.append(write))).is_err());
        assert_eq!((record.len(), record.take()), (2, vec![1, 8]));
    }

    #[test]
    fn a_replay_stays_with_an_effect_while_it_is_all_that_iterations_did() {
        let (log, mut item) = (Record::default(), |index| index);
        let bytes = [0, 7, 0, 8, 1, 9, 0, 6];
        let mut op = Replay::new(&mut item, &log, (&bytes, 2), true);
        let mut seen = vec![];
        let mut next = 40;
        while op.turn_to(next) {
            let site = op.reader().site().unwrap();
            loop {
                let value = op.reader().read(u8::read).unwrap();
                seen.push((site, op.index(), value));
                if !op.again(site) {
                    break;
                }
            }
            next = op.index() + 1;
        }
        assert_eq!(seen, [(0, 40, 7), (0, 41, 8), (1, 42, 9), (0, 43, 6)]);
        // With something left of an iteration, or where each has to be begun for itself, it does not.
        for (length, in_a_row) in [(4, true), (2, false)] {
            let mut op = Replay::new(&mut item, &log, (&bytes, length), in_a_row);
            assert!(op.turn_to(0) && op.reader().site() == Some(0));
            op.reader().read(u8::read).unwrap();
            assert!(!op.again(0));
            assert_eq!(op.index(), 0);
        }
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
