//! Running programs under `mpiexec`, with a time limit that holds: what `cargo xtask` and the project's
//! integration tests share.
//!
//! ```no_run
//! use std::time::Duration;
//! use xtask::Launcher;
//!
//! let launcher = Launcher::find()?;
//! let outcome = launcher.job(4, "target/debug/examples/word_count")
//!     .arg("texts")
//!     .limit(Duration::from_secs(20))
//!     .run();
//! assert!(outcome.success(), "{outcome}");
//! # Ok::<(), String>(())
//! ```
//!
//! It knows MPI's launchers, never MPI or `dlp`: it has to build before an MPI is installed.

mod job;
mod launch;
mod pipe;
mod process;
mod sys;

pub use job::{Job, Outcome, Whom};
pub use launch::{Kind, Launcher};
pub use sys::{Signal, cpu_time, cpu_time_of_children};
