//! Writes out what asks the types whether a call changes what the iteration shares with others. None of it ever runs.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Ident;

use super::effect::Code;
use crate::model::{Alias, Effect, Split};
use crate::place::Place;
use crate::scope::fresh;

/// After the loop: a warning, or an error, for each variable that the parallel part looks at and that types say is a cell.
/// Outside of what silences warnings.
pub(super) fn captured(split: &Split, dlp: &TokenStream) -> TokenStream {
    let written: Vec<&Place> = split.effects.iter().flat_map(Effect::written).collect();
    let (mut seen, mut looks) = (Vec::new(), TokenStream::new());
    for read in &split.reads {
        let Some(variable) = read.place.variable() else { continue };
        let writes = written.iter().any(|place| place.overlaps(&read.place));
        if seen.contains(&variable.id) || writes || variable.ident == "self" {
            continue;
        }
        seen.push(variable.id);
        let span = read.tokens.clone().into_iter().next().map_or_else(Span::call_site, |token| token.span());
        let (name, look) = (&variable.ident, Ident::new("dlp_look", Span::mixed_site().located_at(span)));
        looks.extend(quote!((&&#dlp::Captured(&#name)).#look();));
        let shared =
            written.iter().filter(|place| place.variable().is_some_and(|variable| !variable.mutable));
        looks.extend(shared.map(|place| {
            let place = &place.expr;
            quote!((&&#dlp::Pair(&#place, &#name)).#look();)
        }));
    }
    match looks.is_empty() {
        true => looks,
        false => quote!({
            use #dlp::traits::*;
            #looks
        }),
    }
}

impl Code<'_> {
    /// A compile error, if the call of this number does.
    pub(super) fn alias(&self, number: usize) -> TokenStream {
        let dlp = self.dlp;
        let Alias { method, receiver, steps, outside, sure } = &self.split.aliases[number];
        let check = Ident::new("dlp_check", Span::mixed_site().located_at(method.span()));
        let owner = match outside {
            true => quote!(#dlp::Shared),
            false => quote!(#dlp::Own),
        };
        let steps = steps.iter().map(|step| quote!(.or((&#dlp::Holder(&(#step))).dlp_owner())));
        let owner = quote!(#owner #(#steps)*);
        let receiver = receiver.to_token_stream();
        let question = match sure {
            true => quote!(#owner.or((&#dlp::Holder(&(#receiver))).dlp_owner()).#check::<#number>();),
            false => {
                let value = fresh("receiver");
                quote! {
                    let #value = &(#receiver);
                    #owner.or((&#dlp::Holder(#value)).dlp_owner()).only((&#dlp::Changes(#value)).dlp_inside()).#check::<#number>();
                }
            }
        };
        quote! {
            if false {
                use #dlp::going_on as dlp_going_on;
                #question
                loop {}
            }
        }
    }
}
