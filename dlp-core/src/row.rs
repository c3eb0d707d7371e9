//! Replaying `list.push(value)` for many iterations at a time, where they did nothing else and the value is a number or the like:
//! what was recorded is read into the vector in one go.
//!
//! The attribute knows the statement; whether the types are such that nobody can tell, method resolution finds (autoref
//! specialization, as in [`carry`](crate::carry)). Knows types and records; no loop, rank or message.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use crate::carry::{Field, Plain};
use crate::encoding::decoded;
use crate::record::Replay;

/// A list that values are pushed onto, and the [`Field`] that carries them.
pub struct Row<'l, L, F> {
    list: Cell<Option<&'l mut L>>,
    field: PhantomData<fn() -> F>,
}

impl<'l, L, F> Row<'l, L, F> {
    /// What `field` carries is pushed onto `list`.
    pub fn of(list: &'l mut L, _field: &F) -> Self {
        Self { list: Cell::new(Some(list)), field: PhantomData }
    }
}

impl<L, F> fmt::Debug for Row<'_, L, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row<{}>", std::any::type_name::<L>())
    }
}

/// A vector of such values.
pub trait PushMany {
    /// Replays effect number `site` of the iterations that come next, as long as they did nothing else.
    fn dlp_push_many<I>(&self, site: u32, op: &mut Replay<'_, I>);
}

impl<T: Plain, A> PushMany for &Row<'_, Vec<T>, Field<T, A>> {
    #[inline]
    fn dlp_push_many<I>(&self, site: u32, op: &mut Replay<'_, I>) {
        let Some(list) = self.list.take() else { return };
        let mut row = op.row(site, T::SIZE);
        let wide = 1 + T::SIZE;
        while !row.is_empty() {
            // It grows when, and as, it does for a push.
            let count = row.len() / wide;
            let room = (list.capacity() - list.len()).min(count);
            let (now, later) = row.split_at(room * wide);
            list.extend(now.chunks_exact(wide).map(|record| decoded(T::read(&record[1..])).0));
            row = later;
            if let Some((record, later)) = row.split_at_checked(wide) {
                list.push(decoded(T::read(&record[1..])).0);
                row = later;
            }
        }
    }
}

/// Anything else is pushed one by one.
pub trait PushEach {
    /// Does nothing.
    fn dlp_push_many<I>(&self, _site: u32, _op: &mut Replay<'_, I>) {}
}

impl<L, F> PushEach for Row<'_, L, F> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Record;

    /// What is in the vector after a push of each of `values` and then what else there was; and how often there was something else.
    fn pushed<T: Plain>(values: &[T], others: &[usize]) -> (Vec<T>, usize) {
        let record = Record::default();
        for (at, value) in values.iter().enumerate() {
            record.open(if others.contains(&at) { 8 } else { 7 }).append_plain(value);
        }
        let bytes = record.take();
        let (log, mut item) = (Record::default(), |index| index);
        let mut op = Replay::new(&mut item, &log, (&bytes, 1 + T::SIZE), true);
        let (mut list, mut other) = (vec![], 0);
        let mut next = 0;
        while op.turn_to(next) {
            let site = op.reader().site().expect("a site");
            let value = op.reader().read(T::read).expect("a value");
            if site == 7 {
                list.push(value);
                let field = Field::<T>::new();
                (&&Row::of(&mut list, &field)).dlp_push_many(7, &mut op);
            } else {
                other += 1;
            }
            next = op.index() + 1;
        }
        assert_eq!(next, values.len() as u64);
        (list, other)
    }

    #[test]
    fn many_are_pushed_as_one_by_one() {
        for count in [0, 1, 2, 3, 4, 5, 8, 9, 100, 1000] {
            let values: Vec<f64> = (0..count).map(|x| f64::from(x) * 0.1).collect();
            let (list, other) = pushed(&values, &[]);
            let mut serial = vec![];
            values.iter().for_each(|value| serial.push(*value));
            assert_eq!((&list, list.capacity(), other), (&serial, serial.capacity(), 0));
        }
        let pairs: Vec<(u8, [i16; 2])> = (0..50).map(|x| (x, [i16::from(x); 2])).collect();
        let (list, other) = pushed(&pairs, &[0, 7, 8, 49]);
        let rest = pairs.iter().enumerate().filter(|(at, _)| ![0, 7, 8, 49].contains(at));
        assert_eq!((list, other), (rest.map(|(_, pair)| *pair).collect(), 4));
    }

    #[test]
    fn what_is_no_vector_of_such_values_is_left_alone() {
        let (log, mut item) = (Record::default(), |index| index);
        let mut op = Replay::new(&mut item, &log, (&[7, 1, 7, 2], 2), true);
        assert!(op.turn_to(0) && op.reader().site() == Some(7) && op.reader().read(u8::read).is_ok());
        let (mut text, mut words) = (String::new(), vec![String::new()]);
        (&&Row::of(&mut text, &Field::<char>::new())).dlp_push_many(7, &mut op);
        (&&Row::of(&mut words, &Field::<String>::new())).dlp_push_many(7, &mut op);
        assert_eq!((op.index(), text.len(), words.len()), (0, 0, 1));
    }
}
