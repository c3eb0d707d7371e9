//! Lifts out of the statement of an effect what it needs of the iteration, and leaves marks.

use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::visit_mut::VisitMut;
use syn::{BinOp, Expr, ExprReference, Ident, UnOp};

use super::format::{self, Arguments, Known};
use super::value::acts;
use super::{Analyzer, effect, words};
use crate::mark::Mark;
use crate::model::{Carry, Leaf, What};
use crate::place::Place;

/// What has been lifted out so far.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) places: Vec<Place>,
    /// The numbers of the places that are written.
    written: Vec<usize>,
    pub(super) leaves: Vec<Leaf>,
    /// The place that is assigned to, which the new value may be made of.
    own: Option<Place>,
    /// That place, if it is a variable and the new value is made of it: the old one may be moved.
    pub(super) moved: Option<Place>,
}

impl Draft {
    /// The mark for a place that is written.
    pub(super) fn place(&mut self, place: Place) -> Expr {
        let number = self.number(place);
        self.written.push(number);
        Mark::Place(number).expr()
    }

    /// The mark for a place that is read.
    fn read(&mut self, place: Place) -> Expr {
        Mark::Place(self.number(place)).expr()
    }

    /// The numbers of the places that are only read.
    pub(super) fn read_only(&self) -> Vec<usize> {
        (0..self.places.len()).filter(|number| !self.written.contains(number)).collect()
    }

    /// The number of a place.
    pub(super) fn number(&mut self, place: Place) -> usize {
        self.places.iter().position(|known| *known == place).unwrap_or_else(|| {
            self.places.push(place);
            self.places.len() - 1
        })
    }

    fn leaf(&mut self, value: Expr, carry: Carry) -> Expr {
        self.leaves.push(Leaf { value, carry });
        Mark::Hole(self.leaves.len() - 1).expr()
    }
}

impl Analyzer {
    /// The operation that is the effect: the right side of an assignment first, as Rust has it.
    pub(super) fn operation(&mut self, expr: &mut Expr, draft: &mut Draft) {
        match expr {
            Expr::Paren(inner) => self.operation(&mut inner.expr, draft),
            Expr::Group(inner) => self.operation(&mut inner.expr, draft),
            Expr::Assign(assign) => {
                draft.own = Place::of(effect::base(&assign.left), &self.scopes);
                self.check_carried(&assign.left, &assign.right);
                self.value(&mut assign.right, draft);
                if !matches!(*assign.left, Expr::Path(_)) {
                    draft.moved = None;
                }
                self.target(&mut assign.left, draft);
            }
            Expr::Binary(binary) => {
                // Which side comes first depends on the types, so it must not matter.
                let operator = binary.op;
                draft.own = Place::of(effect::base(&binary.left), &self.scopes);
                self.check_carried(&binary.left, &binary.right);
                self.value(&mut binary.right, draft);
                let right = draft.leaves.len();
                self.target(&mut binary.left, draft);
                let (right, left) = draft.leaves.split_at(right);
                if right.iter().any(acts) && left.iter().any(acts) {
                    self.note(&operator, What::BothSides);
                }
            }
            _ => self.target(expr, draft),
        }
    }

    /// An element that is made of other elements of the same place, which other iterations write.
    fn check_carried(&mut self, left: &Expr, right: &Expr) {
        struct Others<'a> {
            analyzer: &'a Analyzer,
            left: String,
            own: &'a Place,
            found: bool,
        }
        impl<'ast> Visit<'ast> for Others<'_> {
            fn visit_expr(&mut self, expr: &'ast Expr) {
                if expr.to_token_stream().to_string() == self.left {
                    return;
                }
                match Place::of(expr, &self.analyzer.scopes) {
                    Some(place) => self.found |= place.overlaps(self.own),
                    None => visit::visit_expr(self, expr),
                }
            }
        }
        let Some(own) = Place::of(effect::base(left), &self.scopes) else { return };
        if !effect::is_element(left) {
            return;
        }
        let left = left.to_token_stream().to_string();
        let mut others = Others { analyzer: self, left, own: &own, found: false };
        others.visit_expr(right);
        if others.found {
            self.note(right, What::Carried { place: own });
        }
    }

    /// What leads to the place that changes.
    fn target(&mut self, expr: &mut Expr, draft: &mut Draft) {
        if let Some(place) = Place::of(expr, &self.scopes) {
            *expr = draft.place(place);
            return;
        }
        match expr {
            Expr::MethodCall(call) => {
                if self.chain(&call.receiver).is_some() {
                    self.target(&mut call.receiver, draft);
                } else {
                    self.receiver(&mut call.receiver, draft);
                }
                let (copies, runs) = (words::copies(&call.method), call.method == "extend");
                for argument in &mut call.args {
                    self.argument(argument, draft, &call.method, copies, runs);
                }
            }
            Expr::Field(field) => self.target(&mut field.base, draft),
            Expr::Index(index) => {
                self.target(&mut index.expr, draft);
                self.value(&mut index.index, draft);
            }
            Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => self.target(&mut unary.expr, draft),
            Expr::Paren(inner) => self.target(&mut inner.expr, draft),
            Expr::Group(inner) => self.target(&mut inner.expr, draft),
            Expr::Reference(reference) => self.target(&mut reference.expr, draft),
            Expr::Try(question) => {
                let span = question.question_token.span;
                self.target(&mut question.expr, draft);
                *expr = self.question(span, &question.expr.to_token_stream());
            }
            Expr::Tuple(tuple) => tuple.elems.iter_mut().for_each(|target| self.target(target, draft)),
            Expr::Array(array) => array.elems.iter_mut().for_each(|target| self.target(target, draft)),
            Expr::Struct(pattern) => pattern.fields.iter_mut().for_each(|field| {
                field.colon_token.get_or_insert_default();
                self.target(&mut field.expr, draft);
            }),
            Expr::Call(call) => {
                if let Some(place) = Place::of(&call.func, &self.scopes) {
                    *call.func = draft.place(place);
                }
                let pattern = words::constructs(call) && self.lends_nothing(call);
                for argument in &mut call.args {
                    if pattern {
                        self.target(argument, draft);
                    } else {
                        self.value(argument, draft);
                    }
                }
            }
            Expr::Macro(call) if format::known(&call.mac.path) == Some(Known::Write) => {
                *expr = self.write(call, draft);
            }
            Expr::Infer(_) | Expr::Range(_) => {}
            Expr::Path(_) => self.note(expr, What::MixedAssignment),
            _ => self.value(expr, draft),
        }
    }

    fn lends_nothing(&self, call: &syn::ExprCall) -> bool {
        call.args.iter().all(|argument| self.lent(argument).is_none())
    }

    /// What has a method that is lent an accumulator: it stays what it is called, so that the compiler borrows it as it
    /// did.
    fn receiver(&mut self, expr: &mut Expr, draft: &mut Draft) {
        match &*expr {
            Expr::Path(path) if !self.is_part(expr) => {
                let name = path.path.get_ident().expect("asked before").clone();
                self.used(&name);
                draft.leaves.push(Leaf { value: expr.clone(), carry: Carry::Capture(name) });
            }
            _ => self.value(expr, draft),
        }
    }

    /// `write!(place, ..)` as the method call that it stands for.
    fn write(&mut self, call: &mut syn::ExprMacro, draft: &mut Draft) -> Expr {
        let arguments = Arguments::parse(Known::Write, call.mac.tokens.clone()).expect("parsed before");
        let newline = format::name(&call.mac.path).is_some_and(|name| name == "writeln");
        let span = call.mac.path.span();
        let mut receiver = arguments.leading[0].clone();
        self.target(&mut receiver, draft);
        let mut rest = arguments;
        rest.leading.clear();
        self.visit_arguments(&mut rest);
        let text = Carry::Text { arguments: rest.into_tokens(), newline };
        let hole = draft.leaf(Expr::PLACEHOLDER, text);
        Expr::MethodCall(syn::ExprMethodCall {
            attrs: Vec::new(),
            receiver: Box::new(Expr::Paren(syn::ExprParen {
                attrs: Vec::new(),
                paren_token: syn::token::Paren(span),
                expr: Box::new(receiver),
            })),
            dot_token: syn::Token![.](span),
            method: Ident::new("write_fmt", span),
            turbofish: None,
            paren_token: syn::token::Paren(span),
            args: std::iter::once(hole).collect(),
        })
    }

    /// An argument of a method that changes its place.
    fn argument(&mut self, expr: &mut Expr, draft: &mut Draft, method: &Ident, copies: bool, runs: bool) {
        match expr {
            Expr::Reference(reference) if reference.mutability.is_some() => {
                self.lend(reference, draft, Some(method));
            }
            Expr::Reference(reference)
                if copies && matches!(*reference.expr, Expr::Field(_)) && !self.is_part(expr) =>
            {
                let Expr::Reference(reference) = expr else { unreachable!() };
                self.lift(&mut reference.expr, draft, Carry::Behind);
            }
            Expr::MethodCall(_) | Expr::Path(_) if runs && !self.is_plain(expr) && !self.is_part(expr) => {
                self.lift(expr, draft, Carry::Items);
            }
            Expr::Call(call) if runs && !words::constructs(call) => self.lift(expr, draft, Carry::Items),
            _ => self.value(expr, draft),
        }
    }

    /// `&mut` of something, as an argument.
    fn lend(&mut self, reference: &mut ExprReference, draft: &mut Draft, method: Option<&Ident>) {
        if self.chain(&reference.expr).is_some() {
            self.target(&mut reference.expr, draft);
        } else {
            self.note(reference, What::MutableArgument(method.cloned()));
        }
    }

    /// A value that the operation needs.
    fn value(&mut self, expr: &mut Expr, draft: &mut Draft) {
        if draft.own.as_ref().is_some_and(|own| self.mentions(expr, own)) {
            if self.own_value(expr, draft) {
                return;
            }
        } else if self.mentions_any(expr) {
            if self.light_value(expr, draft) {
                return;
            }
        } else if self.is_plain(expr) {
            return self.visit_expr_mut(expr);
        } else if self.is_part(expr) {
            return self.lift(expr, draft, Carry::Part);
        }
        match expr {
            Expr::Paren(inner) => self.value(&mut inner.expr, draft),
            Expr::Group(inner) => self.value(&mut inner.expr, draft),
            Expr::Cast(cast) => self.value(&mut cast.expr, draft),
            Expr::Tuple(tuple) => tuple.elems.iter_mut().for_each(|value| self.value(value, draft)),
            Expr::Array(array) => array.elems.iter_mut().for_each(|value| self.value(value, draft)),
            Expr::Repeat(repeat) => self.value(&mut repeat.expr, draft),
            Expr::Struct(literal) => {
                for field in &mut literal.fields {
                    // `Point { x }` becomes `Point { x: .. }`.
                    field.colon_token.get_or_insert_default();
                    self.value(&mut field.expr, draft);
                }
                if let Some(rest) = &mut literal.rest {
                    self.value(rest, draft);
                }
            }
            Expr::Range(range) => {
                range.start.iter_mut().chain(&mut range.end).for_each(|value| self.value(value, draft));
            }
            Expr::Call(call) if words::constructs(call) => {
                call.args.iter_mut().for_each(|value| self.value(value, draft));
            }
            Expr::Reference(reference) if reference.mutability.is_some() => {
                self.lend(reference, draft, None);
            }
            Expr::Reference(reference) => match &*reference.expr {
                Expr::Tuple(_)
                | Expr::Array(_)
                | Expr::Struct(_)
                | Expr::Reference(_)
                | Expr::Repeat(_)
                | Expr::Range(_)
                | Expr::Cast(_)
                | Expr::Closure(_) => self.value(&mut reference.expr, draft),
                Expr::Call(call) if words::constructs(call) => self.value(&mut reference.expr, draft),
                // A part of something: the iteration's own, or of what one of its references points to. In the second
                // case the accumulator may keep the reference.
                Expr::Field(_) | Expr::Index(_) | Expr::Unary(_) => self.lift(expr, draft, Carry::Value),
                // The iteration's own: the reference cannot be kept.
                _ => self.lift(&mut reference.expr, draft, Carry::Behind),
            },
            Expr::Closure(closure) => self.keep(closure, draft),
            Expr::Path(_) if self.lent(expr).is_some() => {
                let place = self.lent(expr).expect("just asked");
                *expr = draft.place(place);
            }
            _ => self.lift(expr, draft, Carry::Value),
        }
    }

    /// A value that is made of the place it is assigned to, as in `best = best.max(score);`: what is done to the place
    /// stays in the statement. Whether it is so.
    fn own_value(&mut self, expr: &mut Expr, draft: &mut Draft) -> bool {
        if let Some(place) = Place::of(expr, &self.scopes).filter(|place| draft.own.as_ref() == Some(place)) {
            draft.moved = Some(place.clone());
            *expr = draft.place(place);
            return true;
        }
        match expr {
            Expr::Binary(binary) => {
                let before = draft.leaves.len();
                self.value(&mut binary.left, draft);
                self.value(&mut binary.right, draft);
                // The right side of these is not always evaluated, but it would be.
                if matches!(binary.op, BinOp::And(_) | BinOp::Or(_))
                    && draft.leaves[before..].iter().any(acts)
                {
                    self.note(&binary.op, What::Lazy);
                }
            }
            Expr::Unary(unary) => self.value(&mut unary.expr, draft),
            Expr::Field(field) => self.value(&mut field.base, draft),
            Expr::Index(index) => {
                self.value(&mut index.expr, draft);
                self.value(&mut index.index, draft);
            }
            Expr::Reference(reference) if reference.mutability.is_none() => {
                self.value(&mut reference.expr, draft);
            }
            Expr::MethodCall(call) => {
                self.value(&mut call.receiver, draft);
                call.args.iter_mut().for_each(|argument| self.value(argument, draft));
            }
            Expr::Call(call) if matches!(&*call.func, Expr::Path(_)) && self.is_plain(&call.func) => {
                call.args.iter_mut().for_each(|argument| self.value(argument, draft));
            }
            _ => return false,
        }
        true
    }

    /// A value that is made of accumulators, by no more than reading and reckoning: that is done in loop order too, as in
    /// `out.push((id, x));`. Whether it is so.
    fn light_value(&mut self, expr: &mut Expr, draft: &mut Draft) -> bool {
        if let Some(place) = Place::of(expr, &self.scopes) {
            *expr = draft.read(place);
            return true;
        }
        match expr {
            Expr::Binary(binary) if !matches!(binary.op, BinOp::And(_) | BinOp::Or(_)) => {
                self.value(&mut binary.left, draft);
                self.value(&mut binary.right, draft);
            }
            Expr::Unary(unary) => self.value(&mut unary.expr, draft),
            Expr::Field(field) => self.value(&mut field.base, draft),
            Expr::Index(index) => {
                self.value(&mut index.expr, draft);
                self.value(&mut index.index, draft);
            }
            Expr::Reference(reference) if reference.mutability.is_none() => {
                self.value(&mut reference.expr, draft);
            }
            Expr::MethodCall(call) if words::is_light(&call.method) => {
                self.value(&mut call.receiver, draft);
                call.args.iter_mut().for_each(|argument| self.value(argument, draft));
            }
            _ => return false,
        }
        true
    }

    pub(super) fn lift(&mut self, expr: &mut Expr, draft: &mut Draft, carry: Carry) {
        let mut value = std::mem::replace(expr, Expr::PLACEHOLDER);
        self.visit_expr_mut(&mut value);
        *expr = draft.leaf(value, carry);
    }
}
