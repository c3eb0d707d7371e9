//! `#[dlp::parallel]`: from the attribute's tokens to the function's, stage by stage.

use proc_macro2::TokenStream;

use crate::args::{Args, Gather};
use crate::diagnostics::Diagnostics;
use crate::find::{Found, Loop};
use crate::{analyze, args, chain, check, expand, fallback, find, item, returns, scratch};

pub(crate) fn expand(arguments: TokenStream, tokens: &TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let args = args::parse(arguments, &mut diagnostics);
    let wrong_options = diagnostics.check().map(|errors| errors.to_compile_error()).unwrap_or_default();

    let mut diagnostics = Diagnostics::new();
    let function = match item::parse("parallel", tokens.clone()) {
        Ok(function) => function,
        Err(error) => {
            diagnostics.push(error);
            let errors = diagnostics.check().map(|errors| errors.to_compile_error());
            return fallback::with(&errors.into_iter().chain([wrong_options]).collect(), tokens);
        }
    };
    item::check(&function.sig, &mut diagnostics);
    let mut marked = function.clone();
    let dlp = expand::private();
    chain::write_out(&mut marked, &args, &dlp);
    let Found { loops, others, stray, marked: any } = find::take(&mut marked);
    check::loops(&function, &loops, &others, &stray, any, &mut diagnostics);
    let loops = each(loops, &args, &mut diagnostics);
    if args.gather == Gather::Root
        && let Some(last) = loops.last()
    {
        returns::check(&marked, last.found.position.statement, &mut diagnostics);
    }
    let mut split = Vec::new();
    for (number, Asked { found, args }) in loops.into_iter().enumerate() {
        let inside = chain::with_work_inside(&found.written, &dlp);
        let form = inside.as_ref().unwrap_or(&found.written);
        let buffers = scratch::buffers(&marked, number, &found.position, form);
        let mut taken = analyze::analyze(form, &found.position.scopes, &buffers);
        taken.original = found.written;
        taken.repeated = found.position.repeated();
        check::split(&taken, &args, &mut diagnostics);
        split.push(expand::Each { split: taken, args, position: found.position });
    }
    let function = match diagnostics.check() {
        None => expand::expand(marked, split, &args),
        Some(errors) => fallback::expand(function, &errors),
    };
    fallback::with(&wrong_options, &function)
}

/// A loop to split, and how.
struct Asked {
    found: Loop,
    args: Args,
}

/// The options of each loop: those of the function, and what its mark says otherwise. With `gather = "root"` the ranks
/// part after the last loop; until then all of them need what the loops give.
fn each(loops: Vec<Loop>, args: &Args, diagnostics: &mut Diagnostics) -> Vec<Asked> {
    let last = loops.len().saturating_sub(1);
    let asked = loops.into_iter().enumerate().map(|(at, found)| {
        let mut args = args.clone();
        if args.gather == Gather::Root && (at < last || found.position.repeated()) {
            args.gather = Gather::All;
        }
        if let Some(mark) = &found.mark {
            args.overridden(mark, diagnostics);
        }
        Asked { found, args }
    });
    asked.collect()
}
