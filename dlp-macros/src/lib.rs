//! The attributes of `dlp`: see the documentation of that crate.
//!
//! Stages, one file each, in the order of their work:
//!
//! ```text
//! args      what was asked for           item      the function
//! chain     iterator chains as loops
//! find      the loop in it, and the variables in scope there
//! scratch   variables that each iteration may have of its own
//! analyze   from syntax to the model     model     the loop taken apart, as data
//! check     what cannot be split         returns   what `gather = "root"` cannot do
//! expand    from the model to code       fallback  the serial function, where something is wrong
//! ```
//!
//! `parallel` puts them together. What several stages use: `scope` (which variable a name stands for), `place` (what
//! outlives the iterations), `mark` (what the analysis took out, for the expansion to replace), `diagnostics`.

mod analyze;
mod args;
mod chain;
mod check;
mod diagnostics;
mod expand;
mod fallback;
mod find;
mod guess;
mod item;
mod main_attr;
mod mark;
mod model;
mod parallel;
mod place;
mod returns;
mod scope;
mod scratch;

use proc_macro::TokenStream;

/// Splits the function's loop over the ranks of the program.
///
/// See the documentation of the crate `dlp` for what is split and how, and for the options: `strategy`, `chunk`, `gather`,
/// `manager`, `check`, `on_error`, `retry` and `reorder`; `crate = "path"` names the crate where it is not `::dlp`.
#[proc_macro_attribute]
pub fn parallel(arguments: TokenStream, item: TokenStream) -> TokenStream {
    parallel::expand(arguments.into(), &item.into()).into()
}

/// Brackets `main`, so that all ranks begin and end together.
///
/// With it, `DLP_RANKS=N` runs the program as N ranks in one process.
#[proc_macro_attribute]
pub fn main(arguments: TokenStream, item: TokenStream) -> TokenStream {
    main_attr::expand(arguments.into(), &item.into()).into()
}
