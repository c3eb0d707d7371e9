//! The function that an attribute stands on: whether it is one that can be split at all.

use proc_macro2::TokenStream;
use syn::spanned::Spanned;
use syn::{Ident, ItemFn, Signature};

use crate::diagnostics::Diagnostics;

/// Reads the annotated function.
///
/// # Errors
/// If it is none, or has no body.
pub(crate) fn parse(attribute: &str, tokens: TokenStream) -> syn::Result<ItemFn> {
    match syn::parse2::<ItemFn>(tokens.clone()) {
        Ok(function) => Ok(function),
        Err(error) => Err(match syn::parse2::<syn::TraitItemFn>(tokens.clone()) {
            Ok(declared) if declared.default.is_none() => {
                let message = format!(
                    "`#[dlp::{attribute}]` needs a body, and `{0}` is only declared here: put it on the functions that \
                     implement `{0}`",
                    declared.sig.ident
                );
                syn::Error::new(declared.sig.ident.span(), message)
            }
            _ => match syn::parse2::<syn::Item>(tokens) {
                Ok(other) => {
                    let message = format!("`#[dlp::{attribute}]` goes on a function");
                    syn::Error::new(first_word(&other).unwrap_or_else(|| other.span()), message)
                }
                Err(_) => error,
            },
        }),
    }
}

fn first_word(item: &syn::Item) -> Option<proc_macro2::Span> {
    use quote::ToTokens;
    let mut tokens = item.to_token_stream().into_iter().skip_while(|token| !is_word(token));
    tokens.next().map(|token| token.span())
}

fn is_word(token: &proc_macro2::TokenTree) -> bool {
    matches!(token, proc_macro2::TokenTree::Ident(_))
}

/// Reports what keeps a function from being split.
pub(crate) fn check(signature: &Signature, diagnostics: &mut Diagnostics) {
    if let Some(token) = &signature.asyncness {
        diagnostics.at(
            token.span,
            "an `async` function cannot be split: its loop may be suspended, and a rank must run its iterations to \
             the end; call the annotated function from a blocking task instead",
        );
    }
    if let Some(token) = &signature.constness {
        diagnostics.at(
            token.span,
            "a `const` function cannot be split: it may run in the compiler, where there are no ranks",
        );
    }
    if let Some(abi) = &signature.abi {
        diagnostics.over(
            abi,
            "an `extern` function cannot be split: its caller does not know of ranks; have it call an annotated function",
        );
    }
}

/// Reports what keeps a function from being the program's `main`.
pub(crate) fn check_main(signature: &Signature, diagnostics: &mut Diagnostics) {
    if let Some(token) = &signature.asyncness {
        diagnostics.at(
            token.span,
            "`#[dlp::main]` goes on a `fn main` that is not `async`: start the runtime inside it",
        );
    }
    let is = |name: &Ident, expected: &str| *name == expected;
    if !is(&signature.ident, "main") {
        let message = format!(
            "`#[dlp::main]` goes on `fn main`, and this is `{}`: the loop of another function is split by \
             `#[dlp::parallel]`",
            signature.ident
        );
        diagnostics.at(signature.ident.span(), &message);
    }
    if !signature.inputs.is_empty() {
        diagnostics
            .over(&signature.inputs, "`fn main` takes no arguments: `std::env::args()` has the program's");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    fn errors(tokens: TokenStream) -> Vec<String> {
        let mut diagnostics = Diagnostics::new();
        match parse("parallel", tokens) {
            Ok(function) => check(&function.sig, &mut diagnostics),
            Err(error) => diagnostics.push(error),
        }
        diagnostics.check().into_iter().flatten().map(|error| error.to_string()).collect()
    }

    #[test]
    fn functions_and_methods_are_read() {
        assert!(
            errors(quote!(
                fn f() {}
            ))
            .is_empty()
        );
        assert!(
            errors(quote!(
                #[inline]
                pub(crate) unsafe fn f<T>(mut self: Box<Self>, (a, b): T) {}
            ))
            .is_empty()
        );
    }

    #[test]
    fn what_cannot_be_split_is_named() {
        assert_eq!(
            errors(quote!(
                const extern "C" fn f() {}
            ))
            .len(),
            2
        );
        assert!(
            errors(quote!(
                async fn f() {}
            ))[0]
                .contains("`async`")
        );
        assert!(
            errors(quote!(
                fn f(&self);
            ))[0]
                .contains("`f` is only declared")
        );
        assert_eq!(
            errors(quote!(
                struct S;
            )),
            ["`#[dlp::parallel]` goes on a function"]
        );
    }
}
