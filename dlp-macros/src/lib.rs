//! The attributes of `dlp`: see the documentation of that crate.
//!
//! ```text
//! args     options          ┐
//! item     function         ├> find -> analyze -> check -> expand
//! find     the loop         ┘                       └─ on errors: fallback
//! ```

mod analyze;
mod args;
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

use proc_macro::TokenStream;

/// Splits the function's loop over the ranks of the program.
///
/// See the documentation of the crate `dlp` for what is split and how, and for the options: `strategy`, `chunk`, `gather`
/// and `manager`; `crate = "path"` names the crate where it is not `::dlp`.
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
