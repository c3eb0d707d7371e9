//! The proofs: each kind of loop in the sizes that take seconds, and, on demand, in those that take minutes.

use crate::kinds::Kind;
use crate::model::prove;

/// Proves the loops of one kind for so many ranks and items each, and says how many states they have.
fn prove_all(name: &str, kind: Kind, sizes: impl IntoIterator<Item = (usize, u64)>) {
    let (mut loops, mut states) = (0, 0);
    for (members, length) in sizes {
        for case in kind(members, length) {
            loops += 1;
            states += prove(&case);
        }
    }
    println!("{name}: {loops} loops, {states} states");
}

/// So many ranks, and none to five items; of the larger numbers, up to so many.
fn sizes(most: &[(usize, u64)]) -> impl Iterator<Item = (usize, u64)> {
    let lengths = |most: u64| [0, 1, 2, 3, 5, 16].into_iter().filter(move |&length| length <= most);
    most.iter().flat_map(move |&(members, most)| lengths(most).map(move |length| (members, length)))
}

/// A kind, the sizes of every test run, and the large ones.
macro_rules! proofs {
    ($($kind:ident: $small:expr, $large:expr;)*) => {
        mod small {
            $(#[test]
            fn $kind() {
                super::prove_all(stringify!($kind), crate::kinds::$kind, super::sizes(&$small));
            })*
        }

        mod large {
            $(#[test]
            #[ignore = "takes minutes"]
            fn $kind() {
                super::prove_all(stringify!($kind), crate::kinds::$kind, $large);
            })*
        }
    };
}

proofs! {
    managed: [(1, 5), (2, 5), (3, 5), (4, 3)], [(4, 5), (5, 3)];
    endless: [(1, 5), (2, 5), (3, 3)], [(3, 5), (4, 1), (4, 3)];
    growing: [(1, 16)], [(1, 32), (2, 16)];
    shrinking: [(1, 16), (2, 5), (3, 3)], [(2, 16), (3, 5), (4, 3)];
    shared: [(1, 5), (2, 5), (3, 5), (4, 2)], [(3, 9), (4, 5), (5, 3)];
    pooled: [(1, 5), (2, 3), (3, 1)], [(2, 5), (3, 2)];
    pooled_and_left: [(1, 5), (2, 3)], [(2, 5), (3, 1)];
    left: [(1, 5), (2, 5), (3, 3)], [(3, 5), (4, 2), (4, 3)];
    cancelled: [(1, 5), (2, 3), (3, 2)], [(3, 3), (3, 5), (4, 2)];
    by_hand: [(1, 5), (2, 5), (3, 3)], [(3, 5), (4, 2), (4, 3)];
    bereft: [(1, 5), (2, 3), (3, 2)], [(3, 3), (3, 5), (4, 2)];
    replayed: [(1, 5), (2, 3), (3, 3), (4, 1)], [(3, 5), (4, 2), (5, 1)];
    everything: [(1, 3), (2, 2)], [(2, 3), (3, 2)];
}
