//! Calls that change, through a shared reference, what the iteration may share with others: `cell.set(x)` where `cell` came
//! from outside. Names tell which calls these may be, and the types tell, in the code that is made of it.

use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprCall, ExprMethodCall, Ident, Local};

use super::{Analyzer, effect, words};
use crate::mark::Mark;
use crate::model::{Alias, What};
use crate::place::Place;
use crate::scope::{self, Origin};

impl Analyzer {
    /// The call of a method as such a call, if it may be one.
    pub(super) fn alias(&self, call: &ExprMethodCall) -> Option<Alias> {
        let (method, receiver) = (&call.method, &*call.receiver);
        // The first to come fills the cell, and who that is differs; where all would fill it alike, nobody sees that.
        if words::fills(method) && call.args.iter().any(|value| self.is_of_iteration(value)) {
            return self.alias_as(method, receiver, false);
        }
        self.alias_of(method, receiver)
    }

    /// The same of a call written `Cell::set(&cell, x)`.
    pub(super) fn alias_called(&mut self, call: &ExprCall) -> Option<Alias> {
        let Expr::Path(path) = &*call.func else { return None };
        let mut names = path.path.segments.iter().rev().map(|segment| &segment.ident);
        let method = names.next()?;
        if !names.next()?.to_string().starts_with(char::is_uppercase) {
            return None;
        }
        let receiver = match call.args.first()? {
            Expr::Reference(reference) if reference.mutability.is_none() => &*reference.expr,
            Expr::Reference(_) => return None,
            other => other,
        };
        if words::hands_out(method)
            && self.kept.is_none()
            && self.piece.is_none()
            && let Some(place) = Place::of(effect::base(receiver), &self.scopes)
        {
            self.note(method, What::HandedOut { place, method: method.clone() });
            return None;
        }
        self.alias_of(method, receiver)
    }

    /// Notes a guard of a static that is held to change what it guards, as in `let mut all = ALL.lock().unwrap();`.
    pub(super) fn check_guard(&mut self, local: &Local) {
        let Some(init) = &local.init else { return };
        let mut at = &*init.expr;
        while let Expr::MethodCall(call) = at {
            let place = Place::of(&call.receiver, &self.scopes).filter(Place::is_static);
            if let Some(place) = place
                && (words::hands_out(&call.method) || call.method == "write")
                && self.kept.is_none()
                && self.piece.is_none()
                && scope::bindings(&local.pat, true).iter().any(|binding| binding.changes)
            {
                self.note(&call.method, What::HandedOut { place, method: call.method.clone() });
            }
            at = &call.receiver;
        }
    }

    fn alias_of(&self, method: &Ident, receiver: &Expr) -> Option<Alias> {
        let sure = words::hands_out(method) || words::counts(method);
        (sure || words::exchanges(method)).then(|| self.alias_as(method, receiver, sure)).flatten()
    }

    /// Whether a value is made of something that is the iteration's own.
    fn is_of_iteration(&self, value: &Expr) -> bool {
        struct Own<'a>(&'a Analyzer, bool);
        impl<'ast> Visit<'ast> for Own<'_> {
            fn visit_ident(&mut self, name: &'ast Ident) {
                let variable = self.0.scopes.resolve(name);
                self.1 |= variable.is_some_and(|variable| variable.origin != Origin::Outer);
            }
        }
        let mut own = Own(self, false);
        own.visit_expr(value);
        own.1
    }

    fn alias_as(&self, method: &Ident, receiver: &Expr, sure: bool) -> Option<Alias> {
        if self.kept.is_some() || self.piece.is_some() {
            return None;
        }
        let place = Place::of(effect::base(receiver), &self.scopes);
        let root = root_name(receiver);
        let variable = root.and_then(|name| self.scopes.resolve(name));
        let outside = place.is_some() || root.is_some() && variable.is_none();
        let suspect = match &place {
            // What surely changes a place outside the loop is found without the types.
            Some(place) => !words::hands_out(method) && !place.is_mutable(),
            // A static. Those are looked at under a lock, more often than not.
            None if outside => !sure || words::counts(method),
            None => (sure || variable.is_none_or(|root| !root.mutable)) && self.scopes.reaches(receiver),
        };
        if !suspect || leaves(receiver) {
            return None;
        }
        let mut steps = Vec::new();
        let mut at = receiver;
        loop {
            if !calls(at) {
                steps.push(at.clone());
            }
            at = match at {
                Expr::MethodCall(call) => &call.receiver,
                other => match effect::step(other) {
                    Some(next) => next,
                    None => break,
                },
            };
        }
        let mut receiver = receiver.clone();
        Unwrapped.visit_expr_mut(&mut receiver);
        Some(Alias { method: method.clone(), receiver, steps, outside, sure })
    }

    /// Puts the mark of an alias before a call.
    pub(super) fn beside(&mut self, alias: Alias, call: &mut Expr) {
        self.aliases.push(alias);
        let mark = Mark::Alias(self.aliases.len() - 1).expr();
        // In a pair, so that temporaries live as long as they did.
        let call_itself = std::mem::replace(call, Expr::PLACEHOLDER);
        let pair = Expr::Tuple(syn::ExprTuple {
            attrs: Vec::new(),
            paren_token: syn::token::Paren::default(),
            elems: [mark, call_itself].into_iter().collect(),
        });
        *call = Expr::Field(syn::ExprField {
            attrs: Vec::new(),
            base: Box::new(pair),
            dot_token: syn::token::Dot::default(),
            member: syn::Member::Unnamed(1.into()),
        });
    }
}

/// The name that a receiver leads from.
fn root_name(receiver: &Expr) -> Option<&Ident> {
    let mut at = receiver;
    loop {
        at = match at {
            Expr::MethodCall(call) => &call.receiver,
            Expr::Path(path) => return path.path.segments.last().map(|last| &last.ident),
            other => effect::step(other)?,
        };
    }
}

/// Whether something is done in an expression, so that it should not be written twice.
fn calls(expr: &Expr) -> bool {
    struct Calls(bool);
    impl<'ast> Visit<'ast> for Calls {
        fn visit_expr(&mut self, expr: &'ast Expr) {
            self.0 |= matches!(
                expr,
                Expr::Call(_) | Expr::MethodCall(_) | Expr::Macro(_) | Expr::Try(_) | Expr::Closure(_)
            );
            visit::visit_expr(self, expr);
        }
    }
    let mut calls = Calls(false);
    calls.visit_expr(expr);
    calls.0
}

/// Whether an expression may leave the iteration, or holds what cannot be written twice.
fn leaves(expr: &Expr) -> bool {
    struct Leaves(bool);
    impl<'ast> Visit<'ast> for Leaves {
        fn visit_expr(&mut self, expr: &'ast Expr) {
            self.0 |= matches!(
                expr,
                Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) | Expr::Await(_) | Expr::Closure(_)
            ) || effect::is_assignment(expr);
            visit::visit_expr(self, expr);
        }
    }
    let mut leaves = Leaves(false);
    leaves.visit_expr(expr);
    leaves.0
}

/// Writes `?` as a call that gives what goes on: only the type matters.
struct Unwrapped;

impl VisitMut for Unwrapped {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        if let Expr::Try(question) = expr {
            let inner = &question.expr;
            *expr = syn::parse_quote!(dlp_going_on(#inner));
        }
    }
}
