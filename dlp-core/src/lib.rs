//! The run-time half of dlp: sessions, transports, the protocol, record and replay.
//!
//! Users see this crate through the facade `dlp`. The modules are public for the code that the attribute
//! emits, for the benches and for the curious; only what `dlp` re-exports is stable.
//!
//! The map of this crate, and why it is cut so, is in `ARCHITECTURE.md` of the repository.
#![cfg_attr(
    test,
    allow(
        clippy::needless_borrow,
        clippy::needless_borrows_for_generic_args,
        reason = "autoref chooses the method"
    )
)]

pub mod again;
pub mod alias;
pub mod carry;
pub mod chain;
pub mod collective;
#[cfg(any(feature = "mpi", test))]
mod crowd;
pub mod digest;
mod encoding;
pub mod ending;
pub mod exit;
pub mod failure;
pub mod fold;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzz;
mod hand;
mod heed;
mod hub;
pub mod launch;
mod link;
pub mod manager;
pub mod map;
pub mod observe;
pub mod output;
pub mod part;
pub mod pool;
pub mod prove;
mod pulse;
pub mod record;
pub mod rendezvous;
mod report;
pub mod row;
pub mod run;
pub mod schedule;
pub mod scratch;
pub mod session;
pub mod settings;
pub mod simulate;
pub mod site;
pub mod source;
pub mod split;
mod stepper;
mod strict;
mod sys;
pub mod testing;
pub mod transport;
pub mod wire;
pub mod worker;
pub mod written;
