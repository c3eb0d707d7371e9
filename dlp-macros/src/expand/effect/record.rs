//! What an effect is in the parallel part: its values are evaluated and recorded, and its statement is type-checked.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Expr, Ident, Index};

use super::{Code, Form, Side, as_unit, bound, conjured, field, filled, method, mutable, witness};
use crate::mark::Mark;
use crate::model::{Carry, Effect, Kind, Leaf};
use crate::scope::fresh;
use crate::scratch::Reset;

impl Code<'_> {
    /// Records the effect of this number.
    pub(super) fn record(&self, number: usize) -> TokenStream {
        let effect = &self.split.effects[number];
        let record = self.in_forms(effect.has_parts(), |form| self.record_as(number, effect, form));
        match &effect.leaves[..] {
            // What is computed is folded once it is.
            [leaf] if !leaf.carry.is_part() => record,
            [leaf, ..] => self.fold_or(number, &leaf.value, record),
            [] => self.fold_or(number, &TokenStream::new(), record),
        }
    }

    fn record_as(&self, number: usize, effect: &Effect, form: Form) -> TokenStream {
        let (log, all, one) = (self.log, fresh("values"), fresh("effect"));
        let site = u32::try_from(number).expect("few effects");
        let carried: Vec<(usize, &Leaf)> =
            effect.leaves.iter().enumerate().filter(|(_, leaf)| form.carries(leaf)).collect();
        let values = carried.iter().map(|(_, leaf)| self.evaluated(leaf));
        let types = self.types_only(number, effect, form, &carried);
        let Types { before: witnessed, branch } = types;
        let types = (!branch.is_empty()).then(|| quote!(if false { #branch }));
        let puts = carried.iter().enumerate().map(|(position, (at, leaf))| {
            let (field, value) = (field(number, *at), reference(&all, position, leaf));
            let put = method("dlp_put", leaf);
            let prove = match leaf.carry {
                Carry::Text { .. } => quote!(),
                _ => quote!((&&&&&&&*#field).dlp_prove(#value);),
            };
            quote!(#field.is(#value); #prove (&&&&&&*#field).#put(#value, #one);)
        });
        let mut recorded = match carried.is_empty() {
            true => quote!(#log.effect(#site);),
            false => quote!(let #one = &mut #log.open(#site); #(#puts)* #one.end();),
        };
        if let [(_, leaf)] = carried[..]
            && !leaf.carry.is_part()
        {
            let first = Index { index: 0, span: Span::mixed_site() };
            recorded = self.fold_or(number, &quote!(#all.#first), recorded);
        }
        // A `match`, so that temporaries among the values live as long as they are needed.
        quote! {
            #witnessed
            match (#(#values,)*) {
                #all => {
                    #types
                    #recorded
                }
            }
        }
    }

    /// The user's statement where it stood, on conjured values: it is type-checked and never runs.
    fn types_only(&self, number: usize, effect: &Effect, form: Form, carried: &[(usize, &Leaf)]) -> Types {
        let (dlp, all) = (self.dlp, fresh("values"));
        if matches!(effect.kind, Kind::Print) {
            return Types::default();
        }
        let mut types = Types::default();
        for (position, (at, leaf)) in carried.iter().enumerate() {
            let (name, value, mutable) = (bound(*at, leaf), reference(&all, position, leaf), mutable(leaf));
            types.branch.extend(quote!(let #mutable #name = #dlp::like(#value);));
        }
        for (at, leaf) in effect.leaves.iter().enumerate().filter(|(_, leaf)| !form.carries(leaf)) {
            let (name, part, value) = (bound(at, leaf), fresh(&format!("part_{at}")), &leaf.value);
            types.before.extend(quote!(let #part = &#dlp::Witness::of(&(#value));));
            types.branch.extend(quote!(let #name = #part.conjure();));
        }
        match &effect.kind {
            Kind::Print => unreachable!("seen to"),
            Kind::Piece { template, .. } => {
                let piece = self
                    .user_code(template, &mut |mark, inner| self.way_of(number, mark, &inner, Side::Types));
                types.branch.extend(conjured(&effect.places, quote!(#piece;)));
            }
            Kind::Statement { template, unit } => {
                for at in 0..effect.places.len() {
                    let (name, witness) = (fresh(&format!("place_{at}")), witness(number, at));
                    types.branch.extend(quote!(let mut #name = #witness.conjure();));
                }
                let statement = self.user_code(template, &mut |mark, inner| match mark {
                    Mark::Place(at) => fresh(&format!("place_{at}")).into_token_stream(),
                    Mark::Hole(at) => filled(at, &effect.leaves[at]),
                    _ => self.way(mark, &inner, Side::Types),
                });
                types.branch.extend(as_unit(&statement, *unit));
            }
        }
        types
    }

    /// Whether a value is a variable that is handed from iteration to iteration.
    fn is_scratch(&self, value: &Expr) -> bool {
        let Expr::Path(path) = value else { return false };
        let emptied = self.split.scratch.iter().filter(|buffer| buffer.reset == Reset::Emptied);
        emptied.into_iter().any(|buffer| path.path.is_ident(&buffer.variable.ident))
    }

    /// A value as the iteration evaluates it.
    pub(in crate::expand) fn evaluated(&self, leaf: &Leaf) -> TokenStream {
        let value = self.parallel(leaf.value.to_token_stream());
        match &leaf.carry {
            // A scratch variable stays for the next iteration.
            Carry::Value if self.is_scratch(&leaf.value) => quote!(::core::clone::Clone::clone(&#value)),
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
