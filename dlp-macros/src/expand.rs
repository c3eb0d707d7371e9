//! Writes the function out with its loop split. Never fails: what could be wrong has been judged before.
//!
//! Every path is absolute, and every generated name is out of the user's reach, so that the expansion means the same in
//! any crate. What the user wrote keeps its place in the text, so that the compiler's errors point there.

mod effect;
mod gather;
mod hash;
mod hint;
mod print;
#[cfg(test)]
mod tests;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{ItemFn, Pat};

use self::effect::Effects;
use self::print::Prints;
use crate::args::{Args, Chunk, Gather, Manager, Strategy};
use crate::find::Position;
use crate::mark;
use crate::model::{Effect, Split};
use crate::scope::fresh;

/// The function, with `split` in the place of its mark, which is at `position`.
pub(crate) fn expand(
    mut function: ItemFn,
    mut split: Split,
    args: &Args,
    position: &Position,
) -> TokenStream {
    let dlp = private(args);
    let mut prints = Prints { dlp: &dlp };
    prints.visit_block_mut(&mut function.block);
    prints.visit_expr_mut(&mut split.written.expr);
    prints.visit_block_mut(&mut split.written.body);
    if args.gather == Gather::Root {
        gather::on_root(&mut function, &dlp, position.statement);
    }
    if let Some(hint) = hint::hint(&function, position.statement, &position.scopes) {
        function.block.stmts.insert(position.statement, hint);
    }
    let name = function.sig.ident.to_string();
    mark::fill(function.into_token_stream(), &mut |_| parts(&name, &split, args, &dlp))
}

/// The path of what generated code uses.
pub(crate) fn private(args: &Args) -> TokenStream {
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

/// The loop, and beside it its two parts.
fn parts(name: &str, split: &Split, args: &Args, dlp: &TokenStream) -> TokenStream {
    let Split { written, items, body, .. } = split;
    let attributes = &written.attrs;
    let written = syn::ExprForLoop { attrs: Vec::new(), ..written.clone() };
    let at = fresh("at");
    let descriptor = descriptor(name, split, args, dlp);
    let (source, kind, again) = (fresh("source"), fresh("kind"), fresh("again"));
    let (log, site, op) = (fresh("log"), fresh("site"), fresh("op"));
    let effects = Effects { dlp, split, again: &again, log: &log, op: &op };
    let (declarations, hold, release) = (effects.declarations(), effects.hold(), effects.release());
    // Where nothing asks for the item in the replay, the source need not be stepped twice.
    let probe = match split.effects.iter().any(Effect::has_parts) {
        true => quote!((&&#dlp::Probe(&#source)).again()),
        false => quote!(#dlp::ByNothing::again(&#dlp::Probe(&#source))),
    };
    let pattern = parenthesised(split.pattern());
    let parallel = effects.parallel(body.to_token_stream());
    let serial = (0..split.effects.len()).map(|number| effects.replay(number));
    let (over, allow) = (&written.expr, allow());
    let check = syn::Ident::new("check", Span::mixed_site().located_at(over.span()));
    quote! {
        #(#attributes)*
        {
            let #at: &'static #dlp::Loop = #descriptor;
            if #dlp::serial(#at) {
                #written
            } else {
                #allow
                {
                    use #dlp::{
                        Answer as _, ByClone as _, ByNothing as _, CarryBorrowed as _, CarryItem as _, CarryNothing as _,
                        CarryOwned as _, SourceBorrowed as _, SourceFine as _, SourceMutable as _, SourceMutableFirst as _, SourceOfRoot as _,
                        SourceUnordered as _, SourceUnsorted as _,
                    };
                    match ::core::iter::IntoIterator::into_iter(#over) {
                        #source => {
                            #(#items)*
                            let #kind = #dlp::Source::new(&#source);
                            let #again = #probe;
                            #declarations
                            #hold
                            match #dlp::run(
                                #at,
                                #source,
                                #again,
                                |#pattern, #log| {
                                    #parallel
                                    #dlp::Flow::Next
                                },
                                |#site, #op| {
                                    match #site {
                                        #(#serial)*
                                        _ => ::core::unreachable!(),
                                    }
                                    #dlp::Flow::Next
                                },
                            ) {
                                ::core::option::Option::None => {}
                                ::core::option::Option::Some(_) => ::core::unreachable!(),
                            }
                            #release
                            // After the parts, which may be what settles the type of the items.
                            (&&&&#kind).#check();
                        }
                    }
                }
            }
        }
    }
}

/// A pattern as a parameter or in a `let`, where `A | B` needs parentheses.
fn parenthesised(pattern: &Pat) -> TokenStream {
    match pattern {
        Pat::Or(_) => quote!((#pattern)),
        _ => quote!(#pattern),
    }
}

/// What is known of the loop at compile time, as a static.
fn descriptor(name: &str, split: &Split, args: &Args, dlp: &TokenStream) -> TokenStream {
    let line = line_of(split.written.for_token.span);
    let hash = hash::hash(split.written.to_token_stream());
    let sites = split.effects.iter().map(|effect| {
        let (line, target) = (line_of(effect.span), effect.target());
        quote!(#dlp::Site { line: #line, target: #target })
    });
    let strategy = match &args.strategy {
        Strategy::Managed => quote!(#dlp::Strategy::Managed),
        Strategy::RoundRobin => quote!(#dlp::Strategy::RoundRobin),
        Strategy::Block => quote!(#dlp::Strategy::Block),
        Strategy::Serial => quote!(#dlp::Strategy::Serial),
        Strategy::Const(value) => quote!(#value),
    };
    let chunk = match &args.chunk {
        Chunk::Auto => quote!(#dlp::Chunk::Auto),
        Chunk::Fixed(number) => quote!(#dlp::Chunk::Fixed(#number)),
        Chunk::Const(value) => quote!(#dlp::Chunk::Fixed(#value)),
    };
    let gather = match args.gather {
        Gather::All => quote!(#dlp::Gather::All),
        Gather::Root => quote!(#dlp::Gather::Root),
        Gather::None => quote!(#dlp::Gather::None),
    };
    let manager = match args.manager {
        Manager::Working => quote!(#dlp::Manager::Working),
        Manager::Dedicated => quote!(#dlp::Manager::Dedicated),
    };
    quote! {{
        static __DLP_LOOP: #dlp::Loop = #dlp::Loop {
            function: ::core::concat!(::core::module_path!(), "::", #name),
            file: ::core::file!(),
            line: #line,
            hash: #hash,
            sites: &[#(#sites),*],
            options: #dlp::Options { strategy: #strategy, chunk: #chunk, gather: #gather, manager: #manager },
        };
        &__DLP_LOOP
    }}
}

fn line_of(span: Span) -> u32 {
    u32::try_from(span.start().line).unwrap_or(u32::MAX)
}
