//! What kind of value an expression gives: the same whenever it is evaluated, a part of the item, or neither.

use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Expr, Token, UnOp};

use super::format;
use super::{Analyzer, effect, words};
use crate::model::{Carry, Leaf};
use crate::place::Place;
use crate::scope::Origin;

impl Analyzer {
    /// Built of literals, constants and variables outside the loop only: the same whenever it is evaluated.
    pub(super) fn is_plain(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Lit(_) => true,
            Expr::Call(call) => words::is_empty(call),
            Expr::Macro(call) => {
                let elements = Punctuated::<Expr, Token![,]>::parse_terminated;
                format::name(&call.mac.path).as_deref() == Some("vec")
                    && elements
                        .parse2(call.mac.tokens.clone())
                        .is_ok_and(|elements| elements.iter().all(|element| self.is_plain(element)))
            }
            Expr::Array(array) => array.elems.iter().all(|element| self.is_plain(element)),
            Expr::Tuple(tuple) => tuple.elems.iter().all(|element| self.is_plain(element)),
            Expr::Path(path) => {
                let variable = path.path.get_ident().and_then(|name| self.scopes.resolve(name));
                variable.is_none_or(|variable| variable.origin == Origin::Outer && !variable.exclusive)
            }
            Expr::Field(field) => Place::of(expr, &self.scopes).is_some() || self.is_plain(&field.base),
            Expr::Paren(inner) => self.is_plain(&inner.expr),
            Expr::Group(inner) => self.is_plain(&inner.expr),
            Expr::Cast(cast) => self.is_plain(&cast.expr),
            Expr::Index(index) => self.is_plain(&index.expr) && self.is_plain(&index.index),
            Expr::Reference(reference) => reference.mutability.is_none() && self.is_plain(&reference.expr),
            Expr::Unary(unary) => self.is_plain(&unary.expr),
            Expr::Binary(binary) => {
                !effect::is_assignment(expr) && self.is_plain(&binary.left) && self.is_plain(&binary.right)
            }
            _ => false,
        }
    }

    /// An index that is known where the item is, made of parts of it and what is plain; `plain` where it may be all plain.
    fn is_index(&self, expr: &Expr, plain: bool) -> bool {
        match expr {
            _ if self.is_part(expr) => true,
            _ if self.is_plain(expr) => plain,
            Expr::Cast(cast) => self.is_index(&cast.expr, plain),
            Expr::Paren(inner) => self.is_index(&inner.expr, plain),
            Expr::Group(inner) => self.is_index(&inner.expr, plain),
            Expr::Tuple(tuple) => tuple.elems.iter().all(|value| self.is_index(value, true)),
            Expr::Array(array) => array.elems.iter().all(|value| self.is_index(value, true)),
            Expr::Binary(binary) if !effect::is_assignment(expr) => {
                self.is_index(&binary.left, true) && self.is_index(&binary.right, true)
            }
            _ => false,
        }
    }

    /// A part of the loop's item, or what it leads to in a place outside the loop: the same wherever the item is.
    pub(super) fn is_part(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Path(path) => {
                let variable = path.path.get_ident().and_then(|name| self.scopes.resolve(name));
                variable.is_some_and(|variable| variable.origin == Origin::Item)
            }
            Expr::Field(field) => self.is_part(&field.base),
            Expr::Paren(inner) => self.is_part(&inner.expr),
            Expr::Group(inner) => self.is_part(&inner.expr),
            // A reference to what was just cloned is a reference to something of the statement's own.
            Expr::Reference(reference) => {
                reference.mutability.is_none() && self.is_part(&reference.expr) && !makes(&reference.expr)
            }
            Expr::Unary(unary) => matches!(unary.op, UnOp::Deref(_)) && self.is_part(&unary.expr),
            Expr::Index(index) => {
                let base = self.is_part(&index.expr);
                (base || self.is_plain(&index.expr)) && self.is_index(&index.index, base)
            }
            Expr::MethodCall(call) => {
                call.args.is_empty()
                    && call.turbofish.is_none()
                    && words::gives_part(&call.method)
                    && self.is_part(&call.receiver)
            }
            _ => false,
        }
    }

    /// Whether something of the iteration's own stays as it is, whatever method of it is called.
    pub(super) fn is_unchanging(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Path(path) => {
                let variable = path.path.get_ident().and_then(|name| self.scopes.resolve(name));
                variable.is_some_and(|variable| variable.origin != Origin::Outer && !variable.mutable)
            }
            _ => self.is_part(expr),
        }
    }

    /// Whether `place` is seen anywhere in an expression.
    pub(super) fn mentions(&self, expr: &Expr, place: &Place) -> bool {
        struct Mentions<'a>(&'a Analyzer, &'a Place, bool);
        impl<'ast> Visit<'ast> for Mentions<'_> {
            fn visit_expr(&mut self, expr: &'ast Expr) {
                match Place::of(expr, &self.0.scopes) {
                    Some(found) => self.2 |= found.overlaps(self.1),
                    None => visit::visit_expr(self, expr),
                }
            }
        }
        let mut mentions = Mentions(self, place, false);
        mentions.visit_expr(expr);
        mentions.2
    }
}

/// Whether a part of something is cloned, and not just found.
fn makes(expr: &Expr) -> bool {
    match expr {
        Expr::MethodCall(call) => {
            ["clone", "to_owned"].iter().any(|name| call.method == name) || makes(&call.receiver)
        }
        Expr::Field(field) => makes(&field.base),
        Expr::Paren(inner) => makes(&inner.expr),
        Expr::Group(inner) => makes(&inner.expr),
        Expr::Unary(unary) => makes(&unary.expr),
        Expr::Index(index) => makes(&index.expr),
        _ => false,
    }
}

/// Whether evaluating the value can do something that could be noticed.
pub(super) fn acts(leaf: &Leaf) -> bool {
    struct Acts(bool);
    impl<'ast> Visit<'ast> for Acts {
        fn visit_expr(&mut self, expr: &'ast Expr) {
            self.0 |= match expr {
                Expr::Call(call) => !words::constructs(call),
                Expr::MethodCall(call) => !words::is_harmless(&call.method),
                Expr::Macro(_) | Expr::Assign(_) | Expr::Await(_) | Expr::Verbatim(_) => true,
                _ => effect::is_assignment(expr),
            };
            visit::visit_expr(self, expr);
        }
    }
    let mut acts = Acts(matches!(leaf.carry, Carry::Items));
    acts.visit_expr(&leaf.value);
    acts.0
}
