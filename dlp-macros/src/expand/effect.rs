//! Writes the effects out, each twice: what records it in the parallel part, and what replays it in the serial part. Here is
//! what the two have in common.

mod record;
mod replay;

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{Expr, Ident, Token};

use super::gather::Wrap;
use super::print::Prints;
use crate::args::Args;
use crate::mark::{self, Mark};
use crate::model::{Carry, Kind, Leaf, Split};
use crate::place::Place;
use crate::scope::fresh;

/// The code of a loop's two parts, with the names that the generated code around them uses.
pub(super) struct Code<'a> {
    pub(super) dlp: &'a TokenStream,
    pub(super) split: &'a Split,
    pub(super) args: &'a Args,
    pub(super) again: &'a Ident,
    pub(super) log: &'a Ident,
    pub(super) op: &'a Ident,
    pub(super) left: &'a Ident,
    /// With `gather = "root"`: how what is returned is wrapped.
    pub(super) wrap: Option<&'a Wrap>,
}

/// Where a piece of the user's code is written out, which decides what its ways out become.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Side {
    /// In the parallel part.
    Iteration,
    /// In the parallel part, where it is type-checked and never runs.
    Types,
    /// In the serial part.
    Replay,
}

/// In which of two ways an effect is written: every rank has the items of the loop, or what is needed of them travels.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Form {
    ItemAtHand,
    Carried,
}

impl Form {
    /// Whether a value travels.
    pub(super) fn carries(self, leaf: &Leaf) -> bool {
        self == Self::Carried || !leaf.carry.is_part()
    }
}

pub(super) fn witness(number: usize, place: usize) -> Ident {
    fresh(&format!("witness_{number}_{place}"))
}

fn field(number: usize, leaf: usize) -> Ident {
    fresh(&format!("field_{number}_{leaf}"))
}

pub(super) fn hole(leaf: usize) -> Ident {
    fresh(&format!("value_{leaf}"))
}

/// The variables at the roots of places, each once, with the names of their witnesses.
pub(super) fn roots(places: &[Place]) -> Vec<(Ident, Ident)> {
    let mut roots: Vec<(Ident, Ident)> = Vec::new();
    for variable in places.iter().filter_map(Place::variable) {
        let witness = fresh(&format!("root_{}", variable.id));
        if !roots.iter().any(|(_, known)| *known == witness) {
            roots.push((variable.ident.clone(), witness));
        }
    }
    roots
}

/// Conjures variables under their own names, around code that is only type-checked; `self` gets another one.
pub(super) fn conjured(places: &[Place], code: TokenStream) -> TokenStream {
    let this = fresh("this");
    let (mut names, mut code) = (TokenStream::new(), code);
    for (name, witness) in roots(places) {
        if name == "self" {
            code = renamed(code, &this);
            names.extend(quote!(let mut #this = #witness.conjure();));
        } else {
            names.extend(quote!(let mut #name = #witness.conjure();));
        }
    }
    quote!(#names #code)
}

/// `self` by another name.
fn renamed(tokens: TokenStream, name: &Ident) -> TokenStream {
    let renamed = tokens.into_iter().map(|token| match token {
        TokenTree::Ident(word) if word == "self" => {
            let mut name = name.clone();
            name.set_span(name.span().located_at(word.span()));
            TokenTree::Ident(name)
        }
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), self::renamed(group.stream(), name));
            inner.set_span(group.span());
            TokenTree::Group(inner)
        }
        other => other,
    });
    renamed.collect()
}

impl Code<'_> {
    /// What ties the two parts together by type: a witness for each accumulator, a field for each value.
    pub(super) fn declarations(&self) -> TokenStream {
        let (dlp, again) = (self.dlp, self.again);
        let mut declarations = TokenStream::new();
        for (number, effect) in self.split.effects.iter().enumerate() {
            for (at, place) in effect.places.iter().enumerate() {
                let (name, place) = (witness(number, at), &place.expr);
                declarations.extend(quote!(let #name = &#dlp::Witness::of(&#place);));
            }
            for (at, leaf) in effect.leaves.iter().enumerate() {
                let name = field(number, at);
                let field = match leaf.carry.is_part() {
                    true => quote!(#dlp::Field::of_item(&#again)),
                    false => quote!(#dlp::Field::new()),
                };
                declarations.extend(quote!(let #name = &#field;));
            }
        }
        declarations.extend(self.folds());
        declarations.extend(self.slots());
        declarations.extend(self.demands());
        declarations
    }

    /// The types of the variables that pieces and ways out mention.
    pub(super) fn root_witnesses(&self) -> TokenStream {
        let pieces = self.split.effects.iter().filter(|effect| matches!(effect.kind, Kind::Piece { .. }));
        let places =
            pieces.map(|effect| &effect.places).chain(self.split.exits.iter().map(|exit| &exit.places));
        let places: Vec<Place> = places.flatten().cloned().collect();
        let dlp = self.dlp;
        let witnesses = roots(&places)
            .into_iter()
            .map(|(name, witness)| quote!(let #witness = &#dlp::Witness::of(&#name);));
        witnesses.collect()
    }

    /// What a piece changes otherwise than by statements of its own cannot be left to the root.
    fn demands(&self) -> TokenStream {
        let mut demands = TokenStream::new();
        for (number, effect) in self.split.effects.iter().enumerate() {
            let Kind::Piece { guarded, .. } = &effect.kind else { continue };
            for at in (0..effect.places.len()).filter(|at| !guarded.contains(at)) {
                let (name, witness) = (effect.places[at].name(), witness(number, at));
                demands.extend(quote!(#witness.stays_inside(#name);));
            }
        }
        demands
    }

    /// Whether the replay may leave by a statement that only the root performs.
    pub(super) fn led(&self) -> TokenStream {
        let mut witnesses = Vec::new();
        for (number, effect) in self.split.effects.iter().enumerate() {
            match &effect.kind {
                Kind::Statement { template, .. } if leaves(template) => {
                    witnesses.extend((0..effect.places.len()).map(|at| witness(number, at)));
                }
                Kind::Piece { template, guarded } if leaves(template) => {
                    witnesses.extend(guarded.iter().map(|&at| witness(number, at)));
                }
                _ => {}
            }
        }
        match witnesses.is_empty() {
            true => quote!(false),
            false => quote!(#(#witnesses.is_outside())||*),
        }
    }

    /// The parallel part, with what records the effects in the places of their marks.
    pub(super) fn parallel(&self, tokens: TokenStream) -> TokenStream {
        mark::fill(tokens, &mut |mark, inner| match mark {
            Mark::Site(number) => {
                let note = self.note(&self.split.effects[number]);
                let record = self.record(number);
                match note.is_empty() {
                    true => record,
                    false => quote!({ #note #record }),
                }
            }
            _ => self.way(mark, &inner, Side::Iteration),
        })
    }

    pub(super) fn in_forms(&self, has_parts: bool, write: impl Fn(Form) -> TokenStream) -> TokenStream {
        if !has_parts {
            let carried = write(Form::Carried);
            return quote!({ #carried });
        }
        let (again, at_hand, carried) = (self.again, write(Form::ItemAtHand), write(Form::Carried));
        quote!(if #again.dlp_at_hand() { #at_hand } else { #carried })
    }

    /// The user's code with something for each mark.
    pub(super) fn user_code(
        &self,
        template: &Expr,
        fill: &mut dyn FnMut(Mark, TokenStream) -> TokenStream,
    ) -> TokenStream {
        let mut template = template.clone();
        Prints { dlp: self.dlp }.visit_expr_mut(&mut template);
        mark::fill(template.into_token_stream(), fill)
    }
}

/// Whether a piece of the serial part may leave the loop, or the iteration.
pub(super) fn leaves_anyhow(template: &Expr) -> bool {
    let mut found = false;
    mark::fill(template.to_token_stream(), &mut |mark, _| {
        found |= matches!(mark, Mark::Try(_) | Mark::Leave(_) | Mark::Next);
        TokenStream::new()
    });
    found
}

/// Whether a statement of the serial part may leave the loop by `?`.
fn leaves(template: &Expr) -> bool {
    let mut found = false;
    mark::fill(template.to_token_stream(), &mut |mark, _| {
        found |= matches!(mark, Mark::Try(_));
        TokenStream::new()
    });
    found
}

/// A statement, whose value must be `()` where that is asked for.
fn as_unit(statement: &TokenStream, unit: bool) -> TokenStream {
    match unit {
        true => quote!(let () = #statement;),
        false => quote!(#statement;),
    }
}

/// The name under which the statement finds a value.
fn bound(at: usize, leaf: &Leaf) -> Ident {
    match &leaf.carry {
        Carry::Capture(name) | Carry::CapturePart(name) => name.clone(),
        _ => hole(at),
    }
}

/// What is captured by name may be changed, where the user's own variable may.
fn mutable(leaf: &Leaf) -> Option<Token![mut]> {
    matches!(leaf.carry, Carry::Capture(_)).then(|| Token![mut](Span::mixed_site()))
}

/// What stands in the statement for a value.
fn filled(at: usize, leaf: &Leaf) -> TokenStream {
    let name = hole(at);
    match leaf.carry {
        Carry::Text { .. } => quote!(::core::format_args!("{}", #name)),
        _ => quote!(#name),
    }
}

/// A method of the field of a value: what the compiler has to say of it, it says where the value stands.
fn method(name: &str, leaf: &Leaf) -> Ident {
    let span = match leaf.carry {
        Carry::Text { .. } => Span::mixed_site(),
        _ => leaf.value.span(),
    };
    Ident::new(name, Span::mixed_site().located_at(span))
}
