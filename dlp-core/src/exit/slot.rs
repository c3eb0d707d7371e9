//! One value of one way out: where it is on the rank that took it, and how it travels to the others, chosen by its type.
//!
//! `(&&&slot).dlp_send(&value, log)` and `(&&&slot).dlp_receive(from)` find by method resolution the first of these ways that
//! fits: values that hold references, values that serde can write and read, and values that stay where they are. Knows
//! nothing of what is said of a value that stays.

use std::cell::RefCell;
use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::carry::Borrowed;
use crate::encoding::encode;
use crate::record::{Reader, Record};

/// One value of one way out, on the rank that took it.
pub struct Slot<T>(RefCell<Option<(u64, T)>>);

impl<T> Slot<T> {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self(RefCell::new(None))
    }

    /// Settles the type of the value.
    pub fn is(&self, _value: &T) {}

    /// Iteration `index` leaves with `value`. What was kept before is gone: another iteration that turns out to be the one
    /// that left is run again, where its value did not travel.
    pub fn keep(&self, index: u64, value: T) {
        self.0.replace(Some((index, value)));
    }

    /// Whether iteration `index` left with this value on this rank.
    pub fn has(&self, index: u64) -> bool {
        self.0.borrow().as_ref().is_some_and(|(kept, _)| *kept == index)
    }

    /// Shows the value with which iteration `index` has left on this rank, if it has.
    pub fn told(&self, index: u64, show: impl FnOnce(&T)) {
        if let Some((_, value)) = self.0.borrow().as_ref().filter(|(kept, _)| *kept == index) {
            show(value);
        }
    }

    /// The value with which iteration `index` left on this rank.
    pub fn take(&self, index: u64) -> Option<T> {
        self.0.take().filter(|(kept, _)| *kept == index).map(|(_, value)| value)
    }
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for Slot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Slot<{}>", std::any::type_name::<T>())
    }
}

/// The first way: values that hold references.
pub trait LeaveBorrowed {
    /// The type of the value.
    type Value;
    /// Records the value, if it travels.
    fn dlp_send(&self, value: &Self::Value, log: &Record);
    /// Reads it back, if it travels.
    fn dlp_receive(&self, from: &mut Reader<'_>) -> Option<Self::Value>;
    /// Whether it travels.
    fn dlp_travels(&self) -> bool {
        true
    }
}

impl<T: Borrowed> LeaveBorrowed for &&Slot<T> {
    type Value = T;

    fn dlp_send(&self, value: &T, log: &Record) {
        log.append(|bytes| value.put(bytes));
    }

    fn dlp_receive(&self, from: &mut Reader<'_>) -> Option<T> {
        from.read(T::get).ok()
    }
}

/// The second way: values that serde can write and read.
pub trait LeaveOwned {
    /// The type of the value.
    type Value;
    /// Records the value, if it travels.
    fn dlp_send(&self, value: &Self::Value, log: &Record);
    /// Reads it back, if it travels.
    fn dlp_receive(&self, from: &mut Reader<'_>) -> Option<Self::Value>;
    /// Whether it travels.
    fn dlp_travels(&self) -> bool {
        true
    }
}

impl<T: Serialize + DeserializeOwned> LeaveOwned for &Slot<T> {
    type Value = T;

    fn dlp_send(&self, value: &T, log: &Record) {
        log.append(|bytes| encode(value, bytes));
    }

    fn dlp_receive(&self, from: &mut Reader<'_>) -> Option<T> {
        from.read(|bytes| postcard::take_from_bytes(bytes)).ok()
    }
}

/// The last way: values that stay where they are.
pub trait LeaveHere {
    /// The type of the value.
    type Value;
    /// Does nothing.
    fn dlp_send(&self, value: &Self::Value, log: &Record);
    /// Gives nothing.
    fn dlp_receive(&self, from: &mut Reader<'_>) -> Option<Self::Value>;
    /// Whether it travels.
    fn dlp_travels(&self) -> bool {
        false
    }
}

impl<T> LeaveHere for Slot<T> {
    type Value = T;

    fn dlp_send(&self, _value: &T, _log: &Record) {}

    fn dlp_receive(&self, _from: &mut Reader<'_>) -> Option<T> {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;
    use crate::exit::{Absent, Failed};

    #[test]
    fn a_slot_has_the_value_of_one_iteration() {
        let slot = Slot::new();
        slot.keep(7, 'a');
        slot.keep(3, 'b');
        assert!(slot.has(3) && !slot.has(7));
        slot.told(7, |_| panic!("that one is gone"));
        assert_eq!((slot.take(3), slot.take(3)), (Some('b'), None));
    }

    #[test]
    fn values_travel_where_they_can() {
        let log = Record::default();
        macro_rules! through {
            ($value:expr) => {{
                let (slot, value) = (Slot::new(), $value);
                slot.is(&value);
                (&&&slot).dlp_send(&value, &log);
                let bytes = log.take();
                ((&&&slot).dlp_travels(), (&&&slot).dlp_receive(&mut Reader::new(&bytes)))
            }};
        }
        assert!(matches!(through!(Failed("x".to_owned())), (true, Some(Failed(text))) if text == "x"));
        assert!(matches!(through!(Absent), (true, Some(Absent))));
        assert_eq!(through!("text"), (true, Some("text")));
        assert!(matches!(through!(Failed(Box::<dyn Error>::from("x"))), (false, None)));
    }
}
