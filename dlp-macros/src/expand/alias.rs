//! Writes out what asks the types whether a call changes what the iteration shares with others. None of it ever runs.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Ident;

use super::effect::Code;
use crate::model::Alias;
use crate::scope::fresh;

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
            true => quote!(#owner.or((&#dlp::Holder(&(#receiver))).dlp_owner()).#check();),
            false => {
                let value = fresh("receiver");
                quote! {
                    let #value = &(#receiver);
                    #owner.or((&#dlp::Holder(#value)).dlp_owner()).only((&#dlp::Changes(#value)).dlp_inside()).#check();
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
