//! `#[dlp::main]`: brackets the program, so that all ranks begin and end together.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::Nothing;
use syn::{ItemFn, ReturnType};

use crate::args::Args;
use crate::diagnostics::Diagnostics;
use crate::expand::{allow, private_of};
use crate::{fallback, item};

pub(crate) fn expand(arguments: TokenStream, tokens: &TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    if let Err(error) = syn::parse2::<Nothing>(arguments) {
        let message = "`#[dlp::main]` takes no options: those of a loop go on `#[dlp::parallel(..)]`";
        diagnostics.at(error.span(), message);
    }
    let function = match item::parse("main", tokens.clone()) {
        Ok(function) => function,
        Err(error) => {
            diagnostics.push(error);
            let errors = diagnostics.check().expect("just found one");
            return fallback::with(&errors.to_compile_error(), tokens);
        }
    };
    item::check_main(&function.sig, &mut diagnostics);
    match diagnostics.check() {
        Some(errors) => fallback::with(&errors.to_compile_error(), &function),
        None => bracket(&function),
    }
}

/// The user's function inside one that the program starts with. Other attributes go with the inner one.
fn bracket(function: &ItemFn) -> TokenStream {
    let dlp = private_of(&Args::default());
    let outer =
        syn::Signature { output: ReturnType::Default, generics: Default::default(), ..function.sig.clone() };
    let visibility = &function.vis;
    let allow = allow();
    let name = &function.sig.ident;
    let inner = ItemFn { vis: syn::Visibility::Inherited, ..function.clone() }.into_token_stream();
    quote! {
        #visibility #outer -> ::std::process::ExitCode {
            #inner
            #allow
            let code = {
                use #dlp::{ByCode as _, ByError as _};
                #dlp::main(#name, |result| (&&#dlp::Ended(result)).failure())
            };
            code
        }
    }
}
