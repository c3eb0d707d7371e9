//! `print!` and `println!` in an annotated function: on one rank only.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, Item, Macro, Stmt};

/// Has every `print!` and `println!` that is no effect ask whether this rank prints. What it formats is evaluated on all.
pub(super) struct Prints<'a> {
    pub(super) dlp: &'a TokenStream,
}

impl Prints<'_> {
    fn guarded(&self, call: &Macro) -> Option<Expr> {
        let segments: Vec<String> =
            call.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        if !matches!(segments[..], ["print" | "println"] | ["std", "print" | "println"]) {
            return None;
        }
        let (dlp, arguments, allow) = (self.dlp, &call.tokens, super::allow());
        let evaluated = (!arguments.is_empty())
            .then(|| quote!(else { #allow let _ = ::core::format_args!(#arguments); }));
        Some(Expr::Verbatim(quote!(if #dlp::prints() { #call } #evaluated)))
    }
}

impl VisitMut for Prints<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Expr::Macro(call) = expr
            && let Some(guarded) = self.guarded(&call.mac)
        {
            *expr = guarded;
        } else {
            visit_mut::visit_expr_mut(self, expr);
        }
    }

    fn visit_stmt_mut(&mut self, stmt: &mut Stmt) {
        if let Stmt::Macro(call) = stmt
            && let Some(guarded) = self.guarded(&call.mac)
        {
            *stmt = Stmt::Expr(guarded, call.semi_token);
        } else {
            visit_mut::visit_stmt_mut(self, stmt);
        }
    }

    fn visit_item_mut(&mut self, _: &mut Item) {}
}

/// Whether there is one among these tokens.
pub(super) fn is_in(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "print" || word == "println",
        TokenTree::Group(group) => is_in(group.stream()),
        _ => false,
    })
}
