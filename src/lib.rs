//! Data-level parallelism over MPI: one attribute on a function splits its loop over the ranks, and the answer is
//! that of the serial program, bit for bit.
//!
//! ```
//! #[dlp::parallel(strategy = "managed")]
//! fn total(examples: &[u64]) -> u64 {
//!     let mut total = 0;
//!     for example in examples {
//!         let result = example * example; // parallel: runs on one rank, the one that got this example
//!         total += result; // an effect: recorded there, replayed in loop order on every rank
//!     }
//!     total
//! }
//!
//! assert_eq!(total(&[1, 2, 3]), 14);
//! ```
//! Integers are added up where the iterations run, if nothing else can see the sum, and it overflows where the serial one does.
//! The sums of floats have the serial order; with `reorder = true`, those of `f32` and `f64` by `+=`, `-=` and `*=` have not, and
//! depend in their last bits on the ranks and on their speed.
//!
//! Start with [`parallel`], or with [`split_managed`] and [`map`] to split a loop by hand.
#![cfg_attr(doctest, doc = include_str!("../README.md"))]

pub use dlp_core::collective::{all_gather, barrier, bcast, gather, is_root, on_root, rank, size};
pub use dlp_core::exit::RemoteError;
pub use dlp_core::failure::{Failure, failures, take_failures};
pub use dlp_core::map::{Map, map, map_unordered};
#[cfg(feature = "mpi")]
pub use dlp_core::session::init_with;
pub use dlp_core::session::{Guard, init};
pub use dlp_core::site::Strategy;
pub use dlp_core::split::{SplitManaged, split_managed, split_round_robin};
pub use dlp_core::testing;
/// The crate `mpi` that dlp is built on, for programs that hand over a communicator of their own.
#[cfg(feature = "mpi")]
pub use dlp_core::transport::processes::binding as mpi;
pub use dlp_macros::{main, parallel};

pub mod prelude {
    //! What most programs use: `use dlp::prelude::*;`.
    pub use crate::Strategy;
}

/// `std::print!` on the root; elsewhere its arguments are evaluated, and nothing is printed.
#[macro_export]
macro_rules! print {
    ($($arg:tt)*) => {
        match ::std::format_args!($($arg)*) {
            text => if $crate::is_root() { ::std::print!("{text}") },
        }
    };
}

/// `std::println!` on the root; elsewhere its arguments are evaluated, and nothing is printed.
#[macro_export]
macro_rules! println {
    () => { if $crate::is_root() { ::std::println!() } };
    ($($arg:tt)*) => {
        match ::std::format_args!($($arg)*) {
            text => if $crate::is_root() { ::std::println!("{text}") },
        }
    };
}

/// `std::eprint!` on the root; elsewhere its arguments are evaluated, and nothing is printed.
#[macro_export]
macro_rules! eprint {
    ($($arg:tt)*) => {
        match ::std::format_args!($($arg)*) {
            text => if $crate::is_root() { ::std::eprint!("{text}") },
        }
    };
}

/// `std::eprintln!` on the root; elsewhere its arguments are evaluated, and nothing is printed.
#[macro_export]
macro_rules! eprintln {
    () => { if $crate::is_root() { ::std::eprintln!() } };
    ($($arg:tt)*) => {
        match ::std::format_args!($($arg)*) {
            text => if $crate::is_root() { ::std::eprintln!("{text}") },
        }
    };
}

#[doc(hidden)]
pub mod __private {
    //! For the code that the attributes emit, and for nothing else: it may change in any release.
    pub use dlp_core::again::{ByNothing, Probe};
    pub use dlp_core::alias::{Captured, Changes, Holder, Own, Pair, Shared, going_on};
    pub use dlp_core::carry::Field;
    pub use dlp_core::chain::{Done, apply, show, test};
    pub use dlp_core::digest::{Capture, Items, Look};
    pub use dlp_core::ending::{ByCode, ByError, Ended};
    pub use dlp_core::exit::{Branch, Returned, Slot, say};
    pub use dlp_core::fold::{AllFolds, Fold, by};
    pub use dlp_core::output::{print, prints, stay};
    pub use dlp_core::record::{Flow, Guard, NotCarried, Reader, Record, Replay, Witness, like};
    pub use dlp_core::row::Row;
    pub use dlp_core::run::{Answer, Ask, Kind, Left, Repeatable, alone, never, run, serial};
    pub use dlp_core::schedule::Chunk;
    pub use dlp_core::scratch::{Scratch, hold};
    pub use dlp_core::session::main;
    pub use dlp_core::site::{Check, Exits, Gather, Loop, Manager, OnError, Options, Site, Strategy};
    pub use dlp_core::source::Source;
    pub use dlp_core::written::{Kept, Table};

    pub mod traits {
        //! What method resolution chooses from, by type.
        pub use dlp_core::again::{Answer as _, ByClone as _, ByNothing as _};
        pub use dlp_core::alias::{
            Cells as _, CellsNot as _, ChangesInside as _, ChangesNothing as _, Check as _, Held as _,
            Lent as _, OtherCells as _, SameCells as _,
        };
        pub use dlp_core::carry::{
            CarryBorrowed as _, CarryItem as _, CarryNothing as _, CarryOwned as _, CarryPlain as _,
            CarryTwice as _,
        };
        pub use dlp_core::digest::{
            CaptureSeen as _, CaptureUnseen as _, DigestEncoded as _, DigestHashed as _, DigestNothing as _,
            TwiceByIndex as _, TwiceNot as _,
        };
        pub use dlp_core::exit::{
            LeaveBorrowed as _, LeaveHere as _, LeaveOwned as _, NoStandIn as _, SayBehind as _,
            SayError as _, SayText as _, SayType as _, StandIn as _,
        };
        pub use dlp_core::fold::{FoldLent as _, FoldNot as _, FoldOwned as _};
        pub use dlp_core::prove::{
            ProveBorrowed as _, ProveEncoded as _, ProveEqual as _, ProveNothing as _, ProvePlain as _,
            ProveReference as _, ProveShown as _,
        };
        pub use dlp_core::row::{PushEach as _, PushMany as _};
        pub use dlp_core::source::{
            SourceBorrowed as _, SourceFine as _, SourceMutable as _, SourceMutableFirst as _,
            SourceOfCells as _, SourceOfRoot as _, SourceUnordered as _, SourceUnsorted as _,
        };
        pub use dlp_core::written::{KeptNot as _, KeptRead as _, KeptWritten as _};
    }
}
