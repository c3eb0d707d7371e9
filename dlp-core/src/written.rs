//! Items that a loop changes in place: `for x in xs.iter_mut()`.
//!
//! Every rank holds all the items, as the serial loop would give them out one by one. An iteration changes the one it got;
//! what it left there is recorded as one more effect, and the replay assigns it on every rank. An iteration that turns out to
//! be past the end of a loop that was left has never been: what it changed gets its old value back.
//!
//! What of an item is written to, method resolution finds by the types of the names that the pattern of the loop binds, as
//! for what effects carry ([`carry`](crate::carry)).

use std::any::type_name;
use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::carry::{Always, Travels};
use crate::encoding::{decoded, encode};
use crate::record::{Reader, Record};
use crate::session;
use crate::site::Loop;
use crate::source;

/// All items of a loop, `T`, and the names bound to them, `H`, where that was done.
pub struct Table<T, H> {
    items: RefCell<Vec<State<T, H>>>,
    /// What the items that were changed here were before.
    before: RefCell<Vec<(u64, Vec<u8>)>>,
}

enum State<T, H> {
    Whole(T),
    Bound(H),
    InUse,
}

impl<T, H> Table<T, H> {
    /// The items of `source`, all of them.
    ///
    /// # Panics
    /// If the source has no fixed order; the job ends.
    pub fn new(at: &'static Loop, source: impl Iterator<Item = T>) -> Self {
        if let Err(why) = source::refuse_order(&source) {
            session::current().fail(&format!("{at} cannot be split: {why}"));
        }
        Self { items: RefCell::new(source.map(State::Whole).collect()), before: RefCell::default() }
    }

    /// The indices of the items, which are what is shared out.
    pub fn indices(&self) -> Range<u64> {
        0..self.items.borrow().len() as u64
    }

    fn swap(&self, index: u64, state: State<T, H>) -> State<T, H> {
        let index = usize::try_from(index).expect("an index of an item that is there");
        std::mem::replace(&mut self.items.borrow_mut()[index], state)
    }

    /// Takes an item out, for its iteration.
    pub fn take(&self, index: u64) -> T {
        match self.swap(index, State::InUse) {
            State::Whole(item) => item,
            _ => unreachable!("an item is used once"),
        }
    }

    /// Notes what an item was before its iteration.
    pub fn remember(&self, index: u64, write: impl FnOnce(&Record)) {
        let record = Record::default();
        write(&record);
        self.before.borrow_mut().push((index, record.take()));
    }

    /// Holds the names that are bound to an item while its iteration runs, however that ends.
    pub fn lend(&self, index: u64, bound: H) -> Lent<'_, T, H> {
        Lent { table: self, index, bound: Some(bound) }
    }

    /// Puts back the names that were bound to an item.
    fn put_back(&self, index: u64, bound: H) {
        self.swap(index, State::Bound(bound));
    }

    /// Shows the names that are bound to an item.
    pub fn bound<R>(&self, index: u64, bind: impl FnOnce(T) -> H, show: impl FnOnce(&mut H) -> R) -> R {
        let mut bound = match self.swap(index, State::InUse) {
            State::Whole(item) => bind(item),
            State::Bound(bound) => bound,
            State::InUse => unreachable!("nothing is replayed inside an iteration"),
        };
        let result = show(&mut bound);
        self.put_back(index, bound);
        result
    }

    /// Gives an item back what it was before its iteration, which has failed.
    pub fn undo(&self, index: u64, assign: impl FnOnce(&mut H, &mut Reader<'_>)) {
        let before = self.before.borrow_mut().pop_if(|(known, _)| *known == index);
        if let Some((_, bytes)) = before {
            let whole = |_| unreachable!("it was bound in its iteration");
            self.bound(index, whole, |bound| assign(bound, &mut Reader::new(&bytes)));
        }
    }

    /// Gives the items after `last` back what they were.
    pub fn restore(&self, last: u64, assign: impl Fn(&mut H, &mut Reader<'_>)) {
        for (index, bytes) in self.before.take() {
            if index > last {
                let whole = |_| unreachable!("it was bound in its iteration");
                self.bound(index, whole, |bound| assign(bound, &mut Reader::new(&bytes)));
            }
        }
    }
}

/// The names that are bound to an item of a [`Table`], which has them back when this is dropped.
pub struct Lent<'a, T, H> {
    table: &'a Table<T, H>,
    index: u64,
    bound: Option<H>,
}

impl<T, H> Lent<'_, T, H> {
    /// The names.
    pub fn bound(&mut self) -> &mut H {
        self.bound.as_mut().expect("there until it is dropped")
    }
}

impl<T, H> Drop for Lent<'_, T, H> {
    fn drop(&mut self) {
        self.table.put_back(self.index, self.bound.take().expect("dropped once"));
    }
}

impl<T, H> fmt::Debug for Lent<'_, T, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lent({} of {:?})", self.index, self.table)
    }
}

impl<T, H> fmt::Debug for Table<T, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table of {}", type_name::<T>())
    }
}

/// A name that the pattern of the loop binds, by type.
pub struct Kept<X>(PhantomData<fn() -> X>);

impl<X> Kept<X> {
    /// Of a type that is to be inferred.
    pub const fn new() -> Self {
        Self(PhantomData)
    }

    /// Settles the type.
    pub fn is(&self, _value: &X) {}
}

impl<X> Default for Kept<X> {
    fn default() -> Self {
        Self::new()
    }
}

impl<X> fmt::Debug for Kept<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kept<{}>", type_name::<X>())
    }
}

/// Something that can be written back.
pub trait WriteBack {
    /// Appends the value.
    fn write(&self, bytes: &mut Vec<u8>);
    /// Takes the value that was appended.
    ///
    /// # Errors
    /// If the bytes are something else.
    fn assign<'a>(&mut self, bytes: &'a [u8]) -> postcard::Result<((), &'a [u8])>;
}

impl<U: Serialize + DeserializeOwned> WriteBack for U {
    fn write(&self, bytes: &mut Vec<u8>) {
        encode(self, bytes);
    }

    fn assign<'a>(&mut self, bytes: &'a [u8]) -> postcard::Result<((), &'a [u8])> {
        let (value, rest) = postcard::take_from_bytes(bytes)?;
        *self = value;
        Ok(((), rest))
    }
}

impl<U: Serialize + DeserializeOwned> WriteBack for [U] {
    fn write(&self, bytes: &mut Vec<u8>) {
        self.iter().for_each(|value| encode(value, bytes));
    }

    fn assign<'a>(&mut self, bytes: &'a [u8]) -> postcard::Result<((), &'a [u8])> {
        let mut rest = bytes;
        for value in self {
            (*value, rest) = postcard::take_from_bytes(rest)?;
        }
        Ok(((), rest))
    }
}

/// The first way: a name for something that can be written back.
pub trait KeptWritten<'a> {
    /// What the name refers to.
    type Target: ?Sized;
    /// Lends it to the iteration.
    fn dlp_lend<'b>(&self, own: &'b mut Option<&'a mut Self::Target>) -> &'b mut Self::Target;
    /// Records it.
    fn dlp_write(&self, own: &Option<&'a mut Self::Target>, log: &Record);
    /// Records it in the middle of the iteration.
    fn dlp_note(&self, lent: &Self::Target, log: &Record);
    /// Assigns what was recorded.
    fn dlp_assign(&self, own: &mut Option<&'a mut Self::Target>, from: &mut Reader<'_>);
}

impl<'a, U: WriteBack + ?Sized> KeptWritten<'a> for &&Kept<&'a mut U> {
    type Target = U;

    fn dlp_lend<'b>(&self, own: &'b mut Option<&'a mut U>) -> &'b mut U {
        own.as_mut().expect("bound just now")
    }

    fn dlp_write(&self, own: &Option<&'a mut U>, log: &Record) {
        log.append(|bytes| own.as_ref().expect("bound before").write(bytes));
    }

    fn dlp_note(&self, lent: &U, log: &Record) {
        log.append(|bytes| lent.write(bytes));
    }

    fn dlp_assign(&self, own: &mut Option<&'a mut U>, from: &mut Reader<'_>) {
        let own = own.as_mut().expect("bound before");
        decoded(from.read(|bytes| own.assign(bytes)));
    }
}

/// The second way: a name for something that is written to, and cannot be written back.
pub trait KeptNot<'a> {
    /// What the name refers to.
    type Target: ?Sized;
    /// Never compiles.
    fn dlp_lend<'b>(&self, own: &'b mut Option<&'a mut Self::Target>) -> &'b mut Self::Target
    where
        Self::Target: Travels<Always>;
    /// Never compiles.
    fn dlp_write(&self, own: &Option<&'a mut Self::Target>, log: &Record)
    where
        Self::Target: Travels<Always>;
    /// Never compiles.
    fn dlp_note(&self, lent: &Self::Target, log: &Record)
    where
        Self::Target: Travels<Always>;
    /// Never compiles.
    fn dlp_assign(&self, own: &mut Option<&'a mut Self::Target>, from: &mut Reader<'_>)
    where
        Self::Target: Travels<Always>;
}

impl<'a, U: ?Sized> KeptNot<'a> for &Kept<&'a mut U> {
    type Target = U;

    fn dlp_lend<'b>(&self, _own: &'b mut Option<&'a mut U>) -> &'b mut U
    where
        U: Travels<Always>,
    {
        unreachable!("this does not compile")
    }

    fn dlp_write(&self, _own: &Option<&'a mut U>, _log: &Record)
    where
        U: Travels<Always>,
    {
    }

    fn dlp_note(&self, _lent: &U, _log: &Record)
    where
        U: Travels<Always>,
    {
    }

    fn dlp_assign(&self, _own: &mut Option<&'a mut U>, _from: &mut Reader<'_>)
    where
        U: Travels<Always>,
    {
    }
}

/// The last way: a name for something that is only read.
pub trait KeptRead {
    /// The type of the name.
    type Value;
    /// Gives it to the iteration.
    fn dlp_lend(&self, own: &mut Option<Self::Value>) -> Self::Value;
    /// Does nothing.
    fn dlp_write(&self, own: &Option<Self::Value>, log: &Record);
    /// Does nothing.
    fn dlp_note(&self, lent: &Self::Value, log: &Record);
    /// Does nothing.
    fn dlp_assign(&self, own: &mut Option<Self::Value>, from: &mut Reader<'_>);
}

impl<X> KeptRead for Kept<X> {
    type Value = X;

    fn dlp_lend(&self, own: &mut Option<X>) -> X {
        if type_name::<X>().contains("&mut ") {
            session::current().fail(&format!(
                "an item of a loop that is split is changed in place through a `{}`: bind each part of the item to a name of \
                 its own, as in `for (i, x) in xs.iter_mut().enumerate()`",
                type_name::<X>()
            ));
        }
        own.take().expect("bound just now")
    }

    fn dlp_write(&self, _own: &Option<X>, _log: &Record) {}

    fn dlp_note(&self, _lent: &X, _log: &Record) {}

    fn dlp_assign(&self, _own: &mut Option<X>, _from: &mut Reader<'_>) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_found_by_type_and_assigned() {
        let (mut a, mut b, c) = (1_u8, [2.5, 3.5], 7_usize);
        let log = Record::default();
        let (ka, kb, kc) = (Kept::new(), Kept::new(), Kept::new());
        let (mut oa, mut ob, mut oc) = (Some(&mut a), Some(&mut b[..]), Some(c));
        ka.is(oa.as_ref().unwrap());
        kb.is(ob.as_ref().unwrap());
        kc.is(&c);
        *(&&&ka).dlp_lend(&mut oa) += 1;
        (&&&kb).dlp_lend(&mut ob)[1] = 0.25;
        assert_eq!((&&&kc).dlp_lend(&mut oc), 7);
        (&&&ka).dlp_write(&oa, &log);
        (&&&kb).dlp_write(&ob, &log);
        (&&&kc).dlp_write(&oc, &log);
        let bytes = log.take();
        assert_eq!(bytes.len(), 1 + 16);
        let (mut x, mut y) = (0_u8, [0.0, 0.0]);
        let (mut ox, mut oy) = (Some(&mut x), Some(&mut y[..]));
        let mut from = Reader::new(&bytes);
        (&&&ka).dlp_assign(&mut ox, &mut from);
        (&&&kb).dlp_assign(&mut oy, &mut from);
        assert_eq!((x, y), (2, [2.5, 0.25]));
    }
}
