//! Loops as users write them: under any number of ranks each function returns what it returns under one, where its own
//! loop runs as it was written.

// What users may write, and clippy would write otherwise.
#![allow(
    clippy::explicit_iter_loop,
    clippy::explicit_write,
    clippy::redundant_closure,
    clippy::manual_is_multiple_of,
    clippy::manual_inspect,
    clippy::needless_question_mark,
    clippy::needless_range_loop,
    clippy::semicolon_if_nothing_returned,
    clippy::type_complexity,
    clippy::useless_format
)]

use std::fmt::Debug;

/// One test for each function, called with these arguments.
macro_rules! same {
    ($($name:ident($($argument:expr),*);)*) => {
        mod tests {
            $(#[test]
            fn $name() {
                super::same(|| super::$name($($argument),*));
            })*
        }
    };
}

/// One test for each call, under every world of `dlp::testing`.
macro_rules! invariant {
    ($($path:ident $(:: $method:ident)? ($($argument:expr),*);)*) => {
        #[test]
        fn every_rank_has_the_answer() {
            $(crate::invariant(
                concat!(stringify!($path) $(, "::", stringify!($method))?, stringify!(($($argument),*))),
                || $path $(:: $method)? ($($argument),*),
            );)*
        }
    };
}

mod chains;
mod collections;
mod control;
mod exits;
mod failing;
mod folds;
mod generated;
mod guards;
mod hygiene;
mod items;
mod own;
mod places;
mod pushes;
mod root;
mod serial;
mod several;
mod strategies;
mod text;
mod verify;
mod written;

const RANKS: [usize; 3] = [2, 3, 5];

/// Every rank of every world has what one rank alone has.
#[track_caller]
fn same<T: Debug>(function: impl Fn() -> T + Sync) -> String {
    let run = |ranks| dlp::testing::run(ranks, || format!("{:?}", function()));
    let alone = run(1).remove(0);
    for ranks in RANKS {
        for (rank, result) in run(ranks).into_iter().enumerate() {
            assert_eq!(result, alone, "rank {rank} of {ranks}");
        }
    }
    alone
}

/// The same, under every strategy, chunk and order of arrival.
#[track_caller]
fn invariant<T: Debug>(name: &str, function: impl Fn() -> T + Sync) {
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        dlp::testing::assert_rank_invariant(function)
    }));
    assert!(result.is_ok(), "{name} depends on the ranks");
}

fn work(x: u64) -> u64 {
    x.wrapping_mul(2_654_435_761) % 1000
}
