//! What a pattern binds, and what is known of it.

use syn::visit::Visit;
use syn::{Expr, Ident, Local, Pat, Type};

/// What is known of the value that a pattern takes apart.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Known<'a> {
    Nothing,
    /// Its type, and the value if there is one.
    Type(&'a Type, Option<&'a Expr>),
    Value(&'a Expr),
    /// It is taken out of this.
    Part(&'a Expr),
    /// `let x;`: there is no value yet.
    Absent,
}

impl<'a> Known<'a> {
    pub(super) fn of(local: &'a Local) -> Self {
        match (&local.pat, &local.init) {
            (_, None) => Self::Absent,
            (Pat::Type(typed), Some(init)) => Self::Type(&typed.ty, Some(&init.expr)),
            (_, Some(init)) => Self::Value(&init.expr),
        }
    }

    /// What the value is made of.
    pub(super) fn value(self) -> Option<&'a Expr> {
        match self {
            Self::Nothing | Self::Absent => None,
            Self::Type(_, value) => value,
            Self::Value(value) | Self::Part(value) => Some(value),
        }
    }

    pub(super) fn exclusive(self, pattern: &Pat) -> bool {
        is_name(pattern)
            && match self {
                Self::Type(ty, _) => is_exclusive(ty),
                Self::Value(Expr::Reference(reference)) => reference.mutability.is_some(),
                _ => false,
            }
    }

    /// A `let` or a parameter.
    pub(super) fn is_irrefutable(self) -> bool {
        !matches!(self, Self::Nothing | Self::Part(_))
    }

    pub(super) fn initialised(self) -> bool {
        !matches!(self, Self::Absent)
    }
}

/// Whether a pattern is just a name.
fn is_name(pattern: &Pat) -> bool {
    match pattern {
        Pat::Ident(name) => name.subpat.is_none(),
        Pat::Type(typed) => is_name(&typed.pat),
        _ => false,
    }
}

/// Whether a type is spelt `&mut ..`.
pub(crate) fn is_exclusive(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => reference.mutability.is_some(),
        Type::Paren(inner) => is_exclusive(&inner.elem),
        Type::Group(inner) => is_exclusive(&inner.elem),
        _ => false,
    }
}

/// A name that a pattern binds.
pub(crate) struct Binding {
    pub(crate) ident: Ident,
    /// It is declared `mut` or `ref mut`.
    pub(crate) changes: bool,
}

/// The names that `pattern` binds, each once. Where it is a name and cannot fail to match, that is no constant.
pub(crate) fn bindings(pattern: &Pat, irrefutable: bool) -> Vec<Binding> {
    struct Bindings {
        found: Vec<Binding>,
        irrefutable: bool,
    }
    impl<'ast> Visit<'ast> for Bindings {
        fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
            let plain = pattern.by_ref.is_none() && pattern.mutability.is_none() && pattern.subpat.is_none();
            // `None` or `MAX` in a pattern is a constant; nothing but its spelling tells. `X` is more often a matrix.
            let name = pattern.ident.to_string();
            let constant =
                plain && !self.irrefutable && name.len() > 1 && name.starts_with(char::is_uppercase);
            if !constant && !self.found.iter().any(|binding| binding.ident == pattern.ident) {
                self.found
                    .push(Binding { ident: pattern.ident.clone(), changes: pattern.mutability.is_some() });
            }
            syn::visit::visit_pat_ident(self, pattern);
        }

        fn visit_expr(&mut self, _: &'ast Expr) {}
    }
    let mut bindings = Bindings { found: Vec::new(), irrefutable: irrefutable && is_name(pattern) };
    bindings.visit_pat(pattern);
    bindings.found
}
