//! Whether a value survives its own `Serialize` and `Deserialize`.
//!
//! serde need not be the identity: `#[serde(skip)]` loses a field without a word. The values that a rank records are
//! decoded where they were made (all of them in a build with debug assertions, else fewer and fewer), and compared: by
//! `PartialEq` where the type has it, else by `Debug`, else by its encoding. Which of these it is, method resolution finds, as for how a value travels ([`carry`](crate::carry)).

use std::any::type_name;
use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::carry::{Borrowed, Field, Plain};
use crate::encoding::{decode, encode};

/// A value that does not survive.
///
/// # Panics
/// Always, with the cure.
fn lost<T>(how: &str) -> ! {
    panic!(
        "a value of type `{}` does not survive its own `Serialize` and `Deserialize`: {how}; `#[serde(skip)]` or a \
         `Deserialize` of your own may lose something, and then another rank would have another value",
        type_name::<T>()
    )
}

/// The value as another rank would have it.
fn elsewhere<T: Serialize + DeserializeOwned>(value: &T) -> T {
    let mut bytes = vec![];
    encode(value, &mut bytes);
    decode(&bytes).unwrap_or_else(|why| lost::<T>(&why))
}

fn encoded<T: Serialize>(value: &T) -> Vec<u8> {
    let mut bytes = vec![];
    encode(value, &mut bytes);
    bytes
}

/// Whether two texts are the same up to the order of their bytes: a hash table has another order each time.
fn same_but_for_order(a: &[u8], b: &[u8]) -> bool {
    let sorted = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        bytes.sort_unstable();
        bytes
    };
    a == b || sorted(a) == sorted(b)
}

fn check_encoding<T: Serialize + DeserializeOwned>(value: &T) {
    if !same_but_for_order(&encoded(value), &encoded(&elsewhere(value))) {
        lost::<T>("encoded again, it is something else");
    }
}

macro_rules! levels {
    ($($(#[$doc:meta])* $name:ident for $kind:ty $([$($bound:tt)*])? { $check:expr })*) => {
        $(
            $(#[$doc])*
            pub trait $name {
                /// The type of the value.
                type Value;
                /// Makes sure that a value survives.
                fn dlp_prove(&self, value: &Self::Value);
            }

            impl<T $(: $($bound)*)?, A> $name for $kind {
                type Value = T;

                fn dlp_prove(&self, value: &T) {
                    if self.proves() {
                        let check: fn(&T) = $check;
                        check(value);
                    }
                }
            }
        )*
    };
}

/// References travel as what they own.
pub trait ProveReference<'a> {
    /// What is referred to.
    type Target: ?Sized;
    /// Nothing is asked of them.
    fn dlp_prove(&self, _value: &&'a Self::Target) {}
}

impl<'a, X: ?Sized, A> ProveReference<'a> for &&&&&Field<&'a X, A> {
    type Target = X;
}

/// Numbers and the like come back as they went.
pub trait ProvePlain {
    /// The type of the value.
    type Value;
    /// Nothing is asked of them.
    fn dlp_prove(&self, _value: &Self::Value) {}
}

impl<T: Plain, A> ProvePlain for &&&&&&Field<T, A> {
    type Value = T;
}

levels! {
    /// What holds references travels as what they own.
    ProveBorrowed for &&&&Field<T, A> [Borrowed] { |_| {} }
    /// Values that can be compared.
    ProveEqual for &&&Field<T, A> [PartialEq + Serialize + DeserializeOwned] {
        |value| {
            // What is not equal to itself, as a NaN is not, tells nothing by being unequal.
            #[expect(clippy::eq_op, reason = "whether it is equal to itself is the question")]
            if value != value {
                check_encoding(value);
            } else if elsewhere(value) != *value {
                lost::<T>("decoded, it is not equal to what it was");
            }
        }
    }
    /// Values that can be shown.
    ProveShown for &&Field<T, A> [Debug + Serialize + DeserializeOwned] {
        |value| {
            let (here, there) = (format!("{value:?}"), format!("{:?}", elsewhere(value)));
            if !same_but_for_order(here.as_bytes(), there.as_bytes()) {
                lost::<T>(&format!("here it is {here}, and decoded it is {there}"));
            }
        }
    }
    /// Values that can only be encoded.
    ProveEncoded for &Field<T, A> [Serialize + DeserializeOwned] { check_encoding }
    /// Values that do not travel.
    ProveNothing for Field<T, A> { |_| {} }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carry::Always;
    use serde::Deserialize;
    use std::collections::HashMap;

    macro_rules! prove {
        ($value:expr) => {{
            let (value, field) = ($value, Field::<_, Always>::new());
            field.is(&value);
            let again = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                (&&&&&&&field).dlp_prove(&value);
            }));
            again.is_ok()
        }};
    }

    #[derive(PartialEq, Serialize, Deserialize)]
    struct Equal {
        id: u8,
        #[serde(skip)]
        raw: Vec<u8>,
    }

    #[derive(Debug, Serialize, Deserialize)]
    #[allow(dead_code, reason = "shown")]
    struct Shown {
        id: u8,
        #[serde(skip)]
        raw: Vec<u8>,
        #[serde(default)]
        names: HashMap<String, u8>,
    }

    #[derive(Serialize)]
    struct Encoded(u8);

    impl<'de> Deserialize<'de> for Encoded {
        fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            u8::deserialize(from).map(|value| Self(value + 1))
        }
    }

    #[test]
    fn what_is_lost_is_noticed_by_the_best_means_there_is() {
        assert!(prove!(Equal { id: 1, raw: vec![] }));
        assert!(!prove!(Equal { id: 1, raw: vec![1] }));
        let names = || HashMap::from_iter((0..9).map(|n| (n.to_string(), n)));
        assert!(prove!(Shown { id: 1, raw: vec![], names: names() }));
        assert!(!prove!(Shown { id: 1, raw: vec![1], names: names() }));
        assert!(!prove!(Encoded(3)));
    }

    #[test]
    fn what_is_whole_is_let_pass() {
        assert!(prove!(f64::NAN));
        assert!(prove!((1, String::from("a"), vec![Some(0.5)])));
        assert!(prove!("text"));
        assert!(prove!(&"text"));
        assert!(prove!((1, "text")));
        assert!(prove!(HashMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)])));
        struct Opaque;
        assert!(prove!(Opaque));
    }

    #[test]
    fn ever_fewer_values_are_looked_at_or_all() {
        let field = Field::<Encoded, Always>::new();
        let looked_at: Vec<u32> = (1..=9).filter(|_| field.proves()).collect();
        let all = cfg!(debug_assertions);
        assert_eq!(looked_at, if all { (1..=9).collect() } else { vec![1, 2, 4, 8] });
    }
}
