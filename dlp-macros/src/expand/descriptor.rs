//! What is known of a loop at compile time, for the run-time half: its kind, as a type, and all else, as a static.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};

use super::hash;
use crate::args::{Args, Check, Chunk, Gather, Manager, OnError, Strategy};
use crate::model::{Exit, Split};
use crate::place::Place;

/// How many options there are.
const OPTIONS: usize = 7;

/// Whether the iteration that takes this way out is left out instead.
fn stays(exit: &Exit, args: &Args) -> bool {
    args.on_error == OnError::Skip && exit.fails()
}

/// Whether the loop has a way out.
fn leaves(split: &Split, args: &Args) -> bool {
    !split.exits.iter().all(|exit| stays(exit, args))
}

/// What is known of the loop at compile time, as a type.
pub(super) fn kind(split: &Split, args: &Args, dlp: &TokenStream) -> TokenStream {
    let (leaves, undoes) = (leaves(split, args) || split.tentative, args.undoes());
    quote!(#dlp::Kind::<#leaves, #undoes>)
}

/// What is known of the loop at compile time, as a static.
pub(super) fn descriptor(name: &str, split: &Split, args: &Args, dlp: &TokenStream) -> TokenStream {
    let line = line_of(split.original.for_token.span);
    let hash = hash::hash(split.original.to_token_stream());
    let sites = split.effects.iter().map(|effect| {
        let (line, target) = (line_of(effect.span), effect.target());
        quote!(#dlp::Site { line: #line, target: #target })
    });
    let written =
        split.written_items.as_ref().map(|_| quote!(#dlp::Site { line: #line, target: "the item" }));
    let sites = sites.chain(written);
    let ways_out =
        (0_u32..).zip(&split.exits).filter(|(_, exit)| !stays(exit, args)).map(|(number, _)| number);
    let exits = match (leaves(split, args), split.tentative) {
        (_, true) => quote!(#dlp::Exits::Tentative),
        (true, false) => quote!(#dlp::Exits::Final),
        (false, false) => quote!(#dlp::Exits::Never),
    };
    let options = options(args, dlp);
    let captured = match args.check {
        Check::Off => Vec::new(),
        Check::Sample | Check::Full => split.captured().into_iter().map(Place::name).collect(),
    };
    quote! {{
        static __DLP_LOOP: #dlp::Loop = #dlp::Loop {
            function: ::core::concat!(::core::module_path!(), "::", #name),
            file: ::core::file!(),
            line: #line,
            hash: #hash,
            sites: &[#(#sites),*],
            captured: &[#(#captured),*],
            exits: #exits,
            ways_out: &[#(#ways_out),*],
            options: #options,
        };
        &__DLP_LOOP
    }}
}

/// What was asked for, where that is not what a loop has anyway.
fn options(args: &Args, dlp: &TokenStream) -> TokenStream {
    let mut asked = Vec::new();
    let mut ask = |name: &str, value: TokenStream| {
        let name = syn::Ident::new(name, Span::mixed_site());
        asked.push(quote!(#name: #value,));
    };
    match &args.strategy {
        Strategy::Managed => {}
        Strategy::RoundRobin => ask("strategy", quote!(#dlp::Strategy::RoundRobin)),
        Strategy::Block => ask("strategy", quote!(#dlp::Strategy::Block)),
        Strategy::Serial => ask("strategy", quote!(#dlp::Strategy::Serial)),
        Strategy::Guided => ask("strategy", quote!(#dlp::Strategy::Guided)),
        Strategy::Factoring => ask("strategy", quote!(#dlp::Strategy::Factoring)),
        Strategy::Trapezoid => ask("strategy", quote!(#dlp::Strategy::Trapezoid)),
        Strategy::Shared => ask("strategy", quote!(#dlp::Strategy::Shared)),
        Strategy::Const(value) => ask("strategy", quote!(#value)),
    }
    match &args.chunk {
        Chunk::Auto => {}
        Chunk::Fixed(number) => ask("chunk", quote!(#dlp::Chunk::Fixed(#number))),
        Chunk::Const(value) => ask("chunk", quote!(#dlp::Chunk::Fixed(#value))),
    }
    match args.gather {
        Gather::All => {}
        Gather::Root => ask("gather", quote!(#dlp::Gather::Root)),
        Gather::None => ask("gather", quote!(#dlp::Gather::None)),
    }
    match args.manager {
        Manager::Working => {}
        Manager::Dedicated => ask("manager", quote!(#dlp::Manager::Dedicated)),
    }
    match args.check {
        Check::Sample => {}
        Check::Full => ask("check", quote!(#dlp::Check::Full)),
        Check::Off => ask("check", quote!(#dlp::Check::Off)),
    }
    match args.on_error {
        OnError::Stop => {}
        OnError::Skip => ask("on_error", quote!(#dlp::OnError::Skip)),
    }
    if let Some(retry) = &args.retry {
        ask("retry", retry.to_token_stream());
    }
    if asked.is_empty() {
        return quote!(#dlp::Options::DEFAULT);
    }
    // Clippy has something against a rest of nothing.
    let rest = (asked.len() < OPTIONS).then(|| quote!(..#dlp::Options::DEFAULT));
    quote!(#dlp::Options { #(#asked)* #rest })
}

fn line_of(span: Span) -> u32 {
    u32::try_from(span.start().line).unwrap_or(u32::MAX)
}
