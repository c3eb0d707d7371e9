//! Writes an effect out twice: as what records it in the parallel part, and as what replays it in the serial part.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{Expr, Ident, Index};

use super::print::Prints;
use crate::mark::{self, Mark};
use crate::model::{Carry, Effect, Kind, Leaf, Split};
use crate::place::Place;
use crate::scope::fresh;

/// The effects of a loop, with the names that the generated code around them uses.
pub(super) struct Effects<'a> {
    pub(super) dlp: &'a TokenStream,
    pub(super) split: &'a Split,
    pub(super) again: &'a Ident,
    pub(super) log: &'a Ident,
    pub(super) op: &'a Ident,
}

/// In which of two ways an effect is written: every rank has the items of the loop, or what is needed of them travels.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    ItemAtHand,
    Carried,
}

impl Form {
    /// Whether a value travels.
    fn carries(self, leaf: &Leaf) -> bool {
        self == Self::Carried || !leaf.carry.is_part()
    }
}

fn witness(number: usize, place: usize) -> Ident {
    fresh(&format!("witness_{number}_{place}"))
}

fn field(number: usize, leaf: usize) -> Ident {
    fresh(&format!("field_{number}_{leaf}"))
}

fn holder(at: usize) -> Ident {
    fresh(&format!("held_{at}"))
}

fn hole(leaf: usize) -> Ident {
    fresh(&format!("value_{leaf}"))
}

impl Effects<'_> {
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
        declarations
    }

    /// The variables that a replay takes the old value out of. The serial part is a closure that is called again and
    /// again, which may not move out of a variable: an `Option` holds them while the loop runs.
    fn moved(&self) -> Vec<&Place> {
        let mut moved: Vec<&Place> = Vec::new();
        for place in self.split.effects.iter().filter_map(|effect| effect.moved.as_ref()) {
            if !moved.contains(&place) {
                moved.push(place);
            }
        }
        moved
    }

    /// Before the loop: the variables that are moved go into their holders.
    pub(super) fn hold(&self) -> TokenStream {
        let held = self.moved().into_iter().enumerate().map(|(at, place)| {
            let (holder, place) = (holder(at), &place.expr);
            quote!(let mut #holder = ::core::option::Option::Some(#place);)
        });
        held.collect()
    }

    /// After the loop: the variables have their values again.
    pub(super) fn release(&self) -> TokenStream {
        let released = self.moved().into_iter().enumerate().map(|(at, place)| {
            let (holder, place) = (holder(at), &place.expr);
            quote!(#place = ::core::option::Option::unwrap(#holder);)
        });
        released.collect()
    }

    /// The statement of an effect, with the variables that are held under their own names.
    fn with_held(&self, effect: &Effect, statement: &TokenStream) -> TokenStream {
        let (mut before, mut after) = (TokenStream::new(), TokenStream::new());
        for (at, variable) in self.moved().into_iter().enumerate() {
            if effect.places.iter().any(|place| place.overlaps(variable)) {
                let (holder, name) = (holder(at), &variable.expr);
                before.extend(quote! {
                    let mut #name = ::core::option::Option::unwrap(::core::option::Option::take(&mut #holder));
                });
                after.extend(quote!(#holder = ::core::option::Option::Some(#name);));
            }
        }
        quote!(#before #statement #after)
    }

    /// The parallel part, with what records the effects in the places of their marks.
    pub(super) fn parallel(&self, tokens: TokenStream) -> TokenStream {
        let dlp = self.dlp;
        mark::fill(tokens, &mut |mark| match mark {
            Mark::Site(number) => self.record(number),
            _ => quote!(return #dlp::Flow::Next),
        })
    }

    /// Records the effect of this number.
    fn record(&self, number: usize) -> TokenStream {
        let effect = &self.split.effects[number];
        self.in_forms(effect, |form| self.record_as(number, effect, form))
    }

    /// Replays the effect of this number: an arm of a `match`.
    pub(super) fn replay(&self, number: usize) -> TokenStream {
        let effect = &self.split.effects[number];
        let replay = self.in_forms(effect, |form| self.replay_as(number, effect, form));
        let (site, items) = (u32::try_from(number).expect("few effects"), &effect.items);
        match items.is_empty() {
            true => quote!(#site => #replay),
            false => quote!(#site => { #(#items)* #replay }),
        }
    }

    fn in_forms(&self, effect: &Effect, write: impl Fn(Form) -> TokenStream) -> TokenStream {
        if !effect.has_parts() {
            let carried = write(Form::Carried);
            return quote!({ #carried });
        }
        let (again, at_hand, carried) = (self.again, write(Form::ItemAtHand), write(Form::Carried));
        quote!(if #again.yes() { #at_hand } else { #carried })
    }

    fn record_as(&self, number: usize, effect: &Effect, form: Form) -> TokenStream {
        let (log, all) = (self.log, fresh("values"));
        let site = u32::try_from(number).expect("few effects");
        let carried: Vec<(usize, &Leaf)> =
            effect.leaves.iter().enumerate().filter(|(_, leaf)| form.carries(leaf)).collect();
        let values = carried.iter().map(|(_, leaf)| self.evaluated(leaf));
        let types = self.types_only(number, effect, form, &carried);
        let Types { before: witnessed, branch } = types;
        let types = (!branch.is_empty()).then(|| quote!(if false { #branch }));
        let puts = carried.iter().enumerate().map(|(position, (at, leaf))| {
            let (field, value) = (field(number, *at), reference(&all, position, leaf));
            let put = method("put", leaf);
            quote!(#field.is(#value); (&&&&*#field).#put(#value, #log);)
        });
        // A `match`, so that temporaries among the values live as long as they are needed.
        quote! {
            #witnessed
            match (#(#values,)*) {
                #all => {
                    #types
                    #log.effect(#site);
                    #(#puts)*
                }
            }
        }
    }

    /// The user's statement where it stood, on conjured values: it is type-checked and never runs.
    fn types_only(&self, number: usize, effect: &Effect, form: Form, carried: &[(usize, &Leaf)]) -> Types {
        let (dlp, all) = (self.dlp, fresh("values"));
        let Kind::Statement { template, unit } = &effect.kind else { return Types::default() };
        let mut types = Types::default();
        for (position, (at, leaf)) in carried.iter().enumerate() {
            let (name, value) = (bound(*at, leaf), reference(&all, position, leaf));
            types.branch.extend(quote!(let #name = #dlp::like(#value);));
        }
        for (at, leaf) in effect.leaves.iter().enumerate().filter(|(_, leaf)| !form.carries(leaf)) {
            let (name, part, value) = (bound(at, leaf), fresh(&format!("part_{at}")), &leaf.value);
            types.before.extend(quote!(let #part = &#dlp::Witness::of(&(#value));));
            types.branch.extend(quote!(let #name = #part.conjure();));
        }
        for at in 0..effect.places.len() {
            let (name, witness) = (fresh(&format!("place_{at}")), witness(number, at));
            types.branch.extend(quote!(let mut #name = #witness.conjure();));
        }
        let statement = self.statement(template, *unit, &mut |mark| match mark {
            Mark::Place(at) => fresh(&format!("place_{at}")).into_token_stream(),
            Mark::Hole(at) => filled(at, &effect.leaves[at]),
            _ => unreachable!("a statement has marks for places and values only"),
        });
        types.branch.extend(statement);
        types
    }

    fn replay_as(&self, number: usize, effect: &Effect, form: Form) -> TokenStream {
        let (dlp, op) = (self.dlp, self.op);
        let item = (form == Form::ItemAtHand).then(|| {
            let pattern = super::parenthesised(self.split.pattern());
            quote!(let #pattern = #op.item();)
        });
        let parts = effect.parts.iter().filter(|_| form == Form::Carried);
        let hidden = effect.hidden.iter().chain(parts);
        let gets =
            effect.leaves.iter().enumerate().filter(|(_, leaf)| form.carries(leaf)).map(|(at, leaf)| {
                let (name, field, get) = (bound(at, leaf), field(number, at), method("get", leaf));
                quote!(let #name = (&&&&*#field).#get(#op.reader());)
            });
        let done = match &effect.kind {
            Kind::Print => {
                let text = hole(0);
                quote!(#dlp::print(&#text);)
            }
            Kind::Statement { template, unit } => {
                let statement = self.statement(template, *unit, &mut |mark| match mark {
                    Mark::Place(at) => effect.places[at].expr.to_token_stream(),
                    Mark::Hole(at) if !form.carries(&effect.leaves[at]) => {
                        effect.leaves[at].value.to_token_stream()
                    }
                    Mark::Hole(at) => filled(at, &effect.leaves[at]),
                    _ => unreachable!("a statement has marks for places and values only"),
                });
                let statement = self.with_held(effect, &statement);
                let statement = match effect.is_unsafe {
                    true => quote!(unsafe { #statement }),
                    false => statement,
                };
                let witnesses = (0..effect.places.len()).map(|at| witness(number, at));
                quote!(if #(#witnesses.replays())&&* { #statement })
            }
        };
        quote! {
            #item
            #(let #hidden = #dlp::NotCarried;)*
            #(#gets)*
            #done
        }
    }

    /// The user's statement with something for each mark.
    fn statement(
        &self,
        template: &Expr,
        unit: bool,
        fill: &mut dyn FnMut(Mark) -> TokenStream,
    ) -> TokenStream {
        let mut template = template.clone();
        Prints { dlp: self.dlp }.visit_expr_mut(&mut template);
        let template = mark::fill(template.into_token_stream(), fill);
        match unit {
            true => quote!(let () = #template;),
            false => quote!(#template;),
        }
    }

    /// A value as the iteration evaluates it.
    fn evaluated(&self, leaf: &Leaf) -> TokenStream {
        let value = self.parallel(leaf.value.to_token_stream());
        match &leaf.carry {
            Carry::Value | Carry::Part => value,
            Carry::Behind | Carry::Capture(_) | Carry::CapturePart(_) => quote!(&(#value)),
            Carry::Items => quote! {
                ::core::iter::Iterator::collect::<::std::vec::Vec<_>>(::core::iter::IntoIterator::into_iter(#value))
            },
            Carry::Text { arguments, newline } => {
                let arguments = self.parallel(arguments.clone());
                match (newline, arguments.is_empty()) {
                    (true, true) => quote!(::std::string::String::from("\n")),
                    (true, false) => quote!(::std::format!("{}\n", ::core::format_args!(#arguments))),
                    (false, true) => quote!(::std::string::String::new()),
                    (false, false) => quote!(::std::format!(#arguments)),
                }
            }
        }
    }
}

/// What type-checks a statement.
#[derive(Default)]
struct Types {
    /// Before the values are evaluated.
    before: TokenStream,
    /// In the branch that never runs.
    branch: TokenStream,
}

/// A reference to the value at `position` of what was evaluated.
fn reference(all: &Ident, position: usize, leaf: &Leaf) -> TokenStream {
    let position = Index { index: u32::try_from(position).expect("few values"), span: Span::mixed_site() };
    match leaf.carry {
        Carry::Behind | Carry::Capture(_) | Carry::CapturePart(_) => quote!(#all.#position),
        _ => quote!(&#all.#position),
    }
}

/// The name under which the statement finds a value.
fn bound(at: usize, leaf: &Leaf) -> Ident {
    match &leaf.carry {
        Carry::Capture(name) | Carry::CapturePart(name) => name.clone(),
        _ => hole(at),
    }
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
