//! `#[dlp::parallel]`: from the attribute's tokens to the function's, stage by stage.

use proc_macro2::TokenStream;

use crate::args::Gather;
use crate::diagnostics::Diagnostics;
use crate::{analyze, args, check, expand, fallback, find, item, returns};

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
    check::marks(&function, &mut diagnostics);
    let mut marked = function.clone();
    let mut found = find::take(&mut marked);
    check::loops(&function, &found, &mut diagnostics);
    let mut expanded = None;
    if found.loops.len() == 1 {
        let (written, position) = found.loops.remove(0);
        let split = analyze::analyze(written, position.scopes.clone());
        check::split(&split, &mut diagnostics);
        if args.gather == Gather::Root {
            returns::check(&marked, position.statement, &mut diagnostics);
        }
        if diagnostics.is_empty() {
            expanded = Some(expand::expand(marked, split, &args, &position));
        }
    }
    let errors = diagnostics.check();
    let function = match (expanded, errors) {
        (Some(expanded), None) => expanded,
        (_, Some(errors)) => fallback::expand(function, &errors),
        (None, None) => unreachable!("a function without errors has one loop, and it is expanded"),
    };
    fallback::with(&wrong_options, &function)
}
