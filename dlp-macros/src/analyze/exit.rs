//! Ways out of the loop: what their values are made of.

use proc_macro2::{Span, TokenStream};
use syn::Expr;
use syn::visit::{self, Visit};
use syn::visit_mut::VisitMut;

use super::lift::Draft;
use super::{Analyzer, words};
use crate::mark::Mark;
use crate::model::{Carry, Exit, Leaf, Leaving};
use crate::place::Place;

impl Analyzer {
    /// Adds a way out, and gives the mark for taking it.
    pub(super) fn leave(&mut self, span: Span, kind: Leaving, draft: Draft) -> Expr {
        Mark::Leave(self.exit(span, kind, draft)).expr()
    }

    /// Adds the way out that a `?` on `inner` is, and gives the mark around that.
    pub(super) fn question(&mut self, span: Span, inner: &TokenStream) -> Expr {
        let mut draft = Draft::default();
        draft.leaves.push(Leaf { value: Expr::PLACEHOLDER, carry: Carry::Value });
        Mark::Try(self.exit(span, Leaving::Question, draft)).around(inner)
    }

    fn exit(&mut self, span: Span, kind: Leaving, draft: Draft) -> usize {
        let (hidden, parts) = self.own_names();
        let items = self.blocks.iter().flatten().cloned().collect();
        let Draft { places, leaves, .. } = draft;
        let replayed = self.piece.is_some();
        self.exits.push(Exit { span, kind, places, leaves, hidden, parts, items, replayed });
        self.exits.len() - 1
    }

    /// What leaves by a `return`. What is made of places outside the loop stays: it is evaluated after the loop. The rest
    /// is evaluated here.
    pub(super) fn exit_value(&mut self, expr: &mut Expr, draft: &mut Draft) {
        if let Some(place) = Place::of(expr, &self.scopes).filter(|place| place.variable().is_some()) {
            draft.number(place);
            return;
        }
        let mixed = self.mentions_any(expr) || self.uses_up(expr);
        if !mixed && matches!(expr, Expr::Lit(_)) {
            return;
        }
        if self.piece.is_none() && self.is_part(expr) {
            return self.lift(expr, draft, Carry::Part);
        }
        match expr {
            Expr::Path(path) => {
                let local = path.path.get_ident().is_some_and(|name| self.scopes.resolve(name).is_some());
                if local {
                    self.lift(expr, draft, Carry::Value);
                }
            }
            Expr::Paren(inner) => self.exit_value(&mut inner.expr, draft),
            Expr::Group(inner) => self.exit_value(&mut inner.expr, draft),
            Expr::Tuple(tuple) => tuple.elems.iter_mut().for_each(|value| self.exit_value(value, draft)),
            Expr::Array(array) => array.elems.iter_mut().for_each(|value| self.exit_value(value, draft)),
            Expr::Struct(literal) => {
                for field in &mut literal.fields {
                    // `Point { x }` becomes `Point { x: .. }`.
                    field.colon_token.get_or_insert_default();
                    self.exit_value(&mut field.expr, draft);
                }
                if let Some(rest) = &mut literal.rest {
                    self.exit_value(rest, draft);
                }
            }
            Expr::Call(call) if words::constructs(call) => {
                call.args.iter_mut().for_each(|value| self.exit_value(value, draft));
            }
            Expr::Cast(cast) if mixed => self.exit_value(&mut cast.expr, draft),
            Expr::Unary(unary) if mixed => self.exit_value(&mut unary.expr, draft),
            Expr::Binary(binary) if mixed => {
                self.exit_value(&mut binary.left, draft);
                self.exit_value(&mut binary.right, draft);
            }
            Expr::MethodCall(call) if mixed => {
                self.exit_value(&mut call.receiver, draft);
                call.args.iter_mut().for_each(|argument| self.exit_value(argument, draft));
            }
            Expr::Call(call) if mixed && matches!(&*call.func, Expr::Path(_)) => {
                call.args.iter_mut().for_each(|argument| self.exit_value(argument, draft));
            }
            Expr::Closure(_) => self.exit_capture(expr, draft),
            _ if mixed => self.exit_capture(expr, draft),
            _ => self.lift(expr, draft, Carry::Value),
        }
    }

    /// Whether a place outside the loop is used up by a method, as in `cell.into_inner()`: only after the loop can it be.
    fn uses_up(&self, expr: &Expr) -> bool {
        struct UsesUp<'a>(&'a Analyzer, bool);
        impl<'ast> Visit<'ast> for UsesUp<'_> {
            fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
                let place = Place::of(&call.receiver, &self.0.scopes);
                self.1 |= place.is_some() && call.method.to_string().starts_with("into");
                visit::visit_expr_method_call(self, call);
            }
        }
        let mut uses_up = UsesUp(self, false);
        uses_up.visit_expr(expr);
        uses_up.1
    }

    /// An expression that cannot be taken apart stays as it is, and what it has of the iteration is captured.
    fn exit_capture(&mut self, expr: &mut Expr, draft: &mut Draft) {
        let outer = self.begin_piece();
        self.visit_expr_mut(expr);
        let piece = self.end_piece(outer);
        for place in piece.draft.places {
            draft.number(place);
        }
        draft.leaves.extend(piece.captures);
    }
}
