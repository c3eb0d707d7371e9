//! Writes the function out with its loop split. Never fails: what could be wrong has been judged before.
//!
//! Every path is absolute, and every generated name is out of the user's reach, so that the expansion means the same in
//! any crate. What the user wrote keeps its place in the text, so that the compiler's errors point there.

mod alias;
mod descriptor;
mod effect;
mod exit;
mod fold;
mod gather;
mod hash;
mod hint;
mod print;
#[cfg(test)]
mod tests;
mod written;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{ItemFn, Pat};

use self::effect::Code;
use self::print::Prints;
use crate::args::{Args, Check, Gather};
use crate::fallback;
use crate::find::Position;
use crate::mark::{self, Mark};
use crate::model::{Effect, Split};
use crate::scope::fresh;

/// A loop that is split, how, and where it stands.
pub(crate) struct Each {
    pub(crate) split: Split,
    pub(crate) args: Args,
    pub(crate) position: Position,
}

/// The function, with each loop in the place of its mark.
pub(crate) fn expand(mut function: ItemFn, mut loops: Vec<Each>, args: &Args) -> TokenStream {
    let dlp = private();
    let mut prints = Prints { dlp: &dlp };
    prints.visit_block_mut(&mut function.block);
    for Each { split, .. } in &mut loops {
        prints.visit_expr_mut(&mut split.written.expr);
        prints.visit_expr_mut(&mut split.original.expr);
        prints.visit_block_mut(&mut split.original.body);
        fallback::unmark(&mut split.original);
    }
    let wrap = (args.gather == Gather::Root).then(|| gather::Wrap::new(&function.sig.output));
    for Each { split, .. } in &mut loops {
        if let Some(wrap) = &wrap {
            wrap.clone().visit_expr_for_loop_mut(&mut split.original);
        }
    }
    if args.gather == Gather::Root
        && let Some(last) = loops.last()
    {
        gather::on_root(&mut function, &dlp, last.position.statement);
    }
    // From the last one on, so that the numbers of the statements before stay what they are.
    for Each { position, .. } in loops.iter().rev().filter(|each| !each.position.repeated()) {
        if let Some(hint) = hint::hint(&function, position.statement, &position.scopes) {
            function.block.stmts.insert(position.statement, hint);
        }
    }
    let private = private_of(args);
    function.block.stmts.insert(0, syn::parse_quote!(use #private as #dlp;));
    let name = function.sig.ident.to_string();
    mark::fill(function.into_token_stream(), &mut |mark, _| match mark {
        Mark::Loop(number) => {
            let Each { split, args, .. } = &loops[number];
            parts(&name, split, args, &dlp, wrap.as_ref())
        }
        _ => unreachable!("only loops are marked outside of loops"),
    })
}

/// The name of what generated code uses. It is written hundreds of times in a function: each token costs the compiler time.
pub(crate) fn private() -> TokenStream {
    quote!(__dlp)
}

/// The path that the name stands for.
pub(crate) fn private_of(args: &Args) -> TokenStream {
    let krate = &args.krate;
    quote!(#krate::__private)
}

/// The lints that generated code is not held to. `warnings` does not cover what a crate denies by name.
pub(crate) fn allow() -> TokenStream {
    quote! {
        #[allow(
            warnings, future_incompatible, if_let_rescope, let_underscore, nonstandard_style, tail_expr_drop_order,
            trivial_casts, trivial_numeric_casts, unit_bindings, unused, unused_qualifications, unused_results,
            clippy::all, clippy::cargo, clippy::nursery, clippy::pedantic, clippy::restriction,
        )]
    }
}

/// The loop, and beside it its two parts and its ways out.
fn parts(
    name: &str,
    split: &Split,
    args: &Args,
    dlp: &TokenStream,
    wrap: Option<&gather::Wrap>,
) -> TokenStream {
    let Split { original, written, items, body, .. } = split;
    let attributes = &original.attrs;
    let original = syn::ExprForLoop { attrs: Vec::new(), ..original.clone() };
    let at = fresh("at");
    let descriptor = descriptor::descriptor(name, split, args, dlp);
    let (source, kind, again) = (fresh("source"), fresh("kind"), fresh("again"));
    let (log, site, op, left) = (fresh("log"), fresh("site"), fresh("op"), fresh("left"));
    let code = Code { dlp, split, args, again: &again, log: &log, op: &op, left: &left, wrap };
    let (roots, declarations) = (code.root_witnesses(), code.declarations());
    let (hold, release) = (code.hold(), code.release());
    // Where nothing asks for the item in the replay, the source need not be stepped twice.
    let has_parts = split.effects.iter().any(Effect::has_parts);
    let probe = match !code.writes() && (has_parts || !split.exits.is_empty()) {
        true => quote!((&&#dlp::Probe(&#source)).dlp_again()),
        false => quote!(#dlp::ByNothing::dlp_again(&#dlp::Probe(&#source))),
    };
    let pattern = parenthesised(split.pattern());
    let (iteration, replaying) = (label("iteration"), label("replay"));
    let parallel = code.parallel(body.to_token_stream());
    let mut parallel = quote! {
        #iteration: {
            #parallel
            #dlp::Flow::Next
        }
    };
    let (scratch, scratch_end) = code.scratch(&mut parallel);
    let (mut parameter, mut kind_of) = (pattern.clone(), quote!(new));
    if code.writes() {
        parallel = code.lent(&pattern, &parallel);
        (parameter, kind_of) = (quote!(_), quote!(of_written));
    }
    let (table, assign, restore) = (code.table(&at, &source), code.assign(&pattern), code.restore());
    let serial = (0..split.effects.len()).map(|number| code.replay(number));
    let (led, tell, lost, ways_out) = (code.led(), code.tell(), code.lost(), code.ways_out());
    let ask = code.ask();
    let kind_of_loop = descriptor::kind(split, args, dlp);
    let (over, allow) = (&written.expr, allow());
    let cells = alias::captured(split, dlp);
    let (items_of, look) = look(&code, &source);
    let check = syn::Ident::new("dlp_check", Span::mixed_site().located_at(over.span()));
    quote! {
        #(#attributes)*
        {
            let #at: &'static #dlp::Loop = #descriptor;
            if #dlp::serial(#at) {
                #original
            } else {
                #allow
                {
                    use #dlp::traits::*;
                    #roots
                    match ::core::iter::IntoIterator::into_iter(#over) {
                        #source => {
                            #(#items)*
                            let #kind = #dlp::Source::#kind_of(&#source);
                            #table
                            let #again = #probe;
                            #items_of
                            #declarations
                            #hold
                            #scratch
                            let #left = #dlp::run(
                                #at,
                                #kind_of_loop,
                                #source,
                                #again,
                                #led,
                                |#parameter, #log| { #parallel },
                                |#site, #op| {
                                    #replaying: {
                                        match #site {
                                            #(#serial)*
                                            #assign
                                            _ => ::core::unreachable!(),
                                        }
                                        #dlp::Flow::Next
                                    }
                                },
                                #tell,
                                #lost,
                                #ask,
                                #look,
                            );
                            #release
                            #scratch_end
                            #restore
                            // After the parts, which may be what settles the type of the items.
                            (&&&&#kind).#check();
                            #ways_out
                        }
                    }
                }
                #cells
            }
        }
    }
}

/// What is looked at before the loop, to see that all ranks have the same, and what folds: a statement, and a closure. That one
/// comes after the parts of the loop, which may be what settles the types.
fn look(code: &Code<'_>, source: &syn::Ident) -> (TokenStream, TokenStream) {
    let Code { dlp, split, args, .. } = code;
    let folds = code.all_folds();
    if args.check == Check::Off {
        let nothing = quote!(::core::option::Option::None);
        return (TokenStream::new(), quote!(|| (#dlp::Look::new(#nothing, #nothing), [], #folds)));
    }
    let items = fresh("items");
    let captured = split.captured().into_iter().map(|place| &place.expr);
    let look = quote! {
        || {
            (
                #dlp::Look::new((&&&#items).dlp_digest(), (&&#items).dlp_twice()),
                [#((&&#dlp::Capture(&#captured)).dlp_digest()),*],
                #folds,
            )
        }
    };
    (quote!(let #items = #dlp::Items::of(&#source);), look)
}

/// A label that no label of the user's can be taken for.
fn label(name: &str) -> syn::Lifetime {
    syn::Lifetime::new(&format!("'{name}"), Span::mixed_site())
}

/// A pattern as a parameter or in a `let`, where `A | B` needs parentheses.
fn parenthesised(pattern: &Pat) -> TokenStream {
    match pattern {
        Pat::Or(_) => quote!((#pattern)),
        _ => quote!(#pattern),
    }
}
