//! Collects every error of one expansion, so that all of them are reported in one pass.
//!
//! Knows neither the user's code nor the messages.

use proc_macro2::Span;
use quote::ToTokens;

/// The errors found so far. Must be ended with [`Diagnostics::check`]: errors that nobody looks at would make a
/// wrong program compile.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    errors: Vec<syn::Error>,
    checked: bool,
}

impl Diagnostics {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds an error that covers `tokens`.
    pub(crate) fn over(&mut self, tokens: &dyn ToTokens, message: &str) {
        self.push(syn::Error::new_spanned(tokens.to_token_stream(), message));
    }

    /// Adds an error at one token.
    pub(crate) fn at(&mut self, span: Span, message: &str) {
        self.push(syn::Error::new(span, message));
    }

    /// Adds an error about two places: what is wrong at the first, and what it clashes with at the second.
    pub(crate) fn pair(&mut self, first: &dyn ToTokens, message: &str, second: &dyn ToTokens, also: &str) {
        let mut error = syn::Error::new_spanned(first.to_token_stream(), message);
        error.combine(syn::Error::new_spanned(second.to_token_stream(), also));
        self.push(error);
    }

    /// Adds an error of syn's own.
    pub(crate) fn push(&mut self, error: syn::Error) {
        self.errors.push(error);
    }

    /// Ends the collection: all errors in one, if there are any.
    pub(crate) fn check(mut self) -> Option<syn::Error> {
        self.checked = true;
        std::mem::take(&mut self.errors).into_iter().reduce(|mut all, next| {
            all.combine(next);
            all
        })
    }
}

impl Drop for Diagnostics {
    fn drop(&mut self) {
        debug_assert!(
            self.checked || std::thread::panicking(),
            "the errors of an expansion were never looked at"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::Token;

    #[test]
    fn all_errors_come_out_in_order() {
        let mut diagnostics = Diagnostics::new();
        diagnostics.at(Span::call_site(), "one");
        diagnostics.pair(&Token![for](Span::call_site()), "two", &Token![in](Span::call_site()), "three");
        let all = diagnostics.check().expect("there are errors");
        assert_eq!(all.into_iter().map(|e| e.to_string()).collect::<Vec<_>>(), ["one", "two", "three"]);
    }

    #[test]
    #[should_panic(expected = "never looked at")]
    #[cfg(debug_assertions)]
    fn forgotten_errors_are_noticed() {
        drop(Diagnostics::new());
    }
}
