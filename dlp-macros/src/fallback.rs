//! What is emitted when a function cannot be split: the function as it was written, which is the serial program, so
//! that nothing else in the file turns red.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Expr, ExprForLoop, ItemFn, Stmt};

use crate::check::mark;

/// The function with the errors, and without the marks that only this crate understands.
pub(crate) fn expand(mut function: ItemFn, errors: &syn::Error) -> TokenStream {
    Unmark.visit_block_mut(&mut function.block);
    with(&errors.to_compile_error(), &function)
}

/// A loop as it was written, without the marks.
pub(crate) fn unmark(written: &mut ExprForLoop) {
    Unmark.visit_expr_for_loop_mut(written);
}

/// Any tokens with the errors.
pub(crate) fn with(errors: &TokenStream, tokens: &dyn ToTokens) -> TokenStream {
    quote!(#errors #tokens)
}

struct Unmark;

impl Unmark {
    fn strip(attributes: &mut Vec<Attribute>) {
        attributes.retain(|attribute| mark(attribute).is_none());
    }
}

impl VisitMut for Unmark {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        Self::strip(attributes);
    }

    fn visit_stmt_mut(&mut self, stmt: &mut Stmt) {
        if !matches!(stmt, Stmt::Item(_)) {
            visit_mut::visit_stmt_mut(self, stmt);
        }
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
    }
}
