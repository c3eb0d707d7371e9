//! Tells the compiler early what the function returns, so that it knows the types that only the `return` settles.
//!
//! In `let mut all = vec![]; for line in lines { all.push(line.parse().unwrap()) } all` only the last line says what is
//! pushed. The loop as it was written is content with that, but how a value is carried has to be known in the loop.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Expr, ItemFn, Local, ReturnType, Stmt, parse_quote};

use crate::scope::{Scopes, bindings};

/// A statement for before the loop, which is the statement of this number: a `return` that is never reached. Only where
/// what is returned is put together of variables that are there already.
pub(super) fn hint(function: &ItemFn, statement: usize, scopes: &Scopes) -> Option<Stmt> {
    let ReturnType::Type(_, ty) = &function.sig.output else { return None };
    // The compiler would take a `&mut` that is returned here for borrowed in all that follows.
    if ty.to_token_stream().to_string().contains("& mut")
        || !matches!(function.block.stmts[statement], Stmt::Expr(..))
    {
        return None;
    }
    let (before, after) = function.block.stmts.split_at(statement);
    let (last, between) = after[1..].split_last()?;
    let Stmt::Expr(value, None) = last else { return None };
    let mut variables = Variables { scopes, names: Vec::new(), known: true };
    variables.visit_expr(value);
    let declared = between.iter().filter_map(|stmt| match stmt {
        Stmt::Local(local) => Some(bindings(&local.pat, true)),
        _ => None,
    });
    let shadowed = declared.flatten().any(|binding| variables.names.contains(&binding.ident.to_string()));
    // What is made of the variables may still borrow them here, and not where they are returned.
    let lent = before.iter().any(|stmt| match stmt {
        Stmt::Local(Local { init: Some(init), .. }) => {
            mentions(init.expr.to_token_stream(), &variables.names)
        }
        _ => false,
    });
    if !variables.known || shadowed || lent || variables.names.is_empty() {
        return None;
    }
    let allow = super::allow();
    Some(parse_quote! {
        #allow
        if false {
            return #value;
        }
    })
}

/// Whether one of `names` is among the tokens.
fn mentions(tokens: TokenStream, names: &[String]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(group.stream(), names),
        TokenTree::Ident(name) => names.contains(&name.to_string()),
        _ => false,
    })
}

/// The variables that a value is put together of.
struct Variables<'a> {
    scopes: &'a Scopes,
    names: Vec<String>,
    /// It is put together of variables that are in scope, and nothing is done to them.
    known: bool,
}

impl<'ast> Visit<'ast> for Variables<'_> {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            Expr::Lit(_) => {}
            Expr::Path(path) => {
                let constructor = path
                    .path
                    .segments
                    .last()
                    .is_some_and(|last| last.ident.to_string().starts_with(char::is_uppercase));
                match path.path.get_ident().filter(|name| self.scopes.resolve(name).is_some()) {
                    Some(name) => self.names.push(name.to_string()),
                    None => self.known &= constructor,
                }
            }
            Expr::Tuple(_)
            | Expr::Array(_)
            | Expr::Struct(_)
            | Expr::Call(_)
            | Expr::Paren(_)
            | Expr::Group(_) => {
                visit::visit_expr(self, expr);
            }
            Expr::Field(field) => self.visit_expr(&field.base),
            _ => self.known = false,
        }
    }
}
