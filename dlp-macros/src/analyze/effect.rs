//! Tells whether an expression is an effect: something done to a place outside the loop, with no value used.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{BinOp, Expr, Ident, UnOp};

use super::format::{self, Arguments, Known};
use super::lift::Draft;
use super::{Analyzer, Unused, words};
use crate::mark::Mark;
use crate::model::{Carry, Effect, Kind, Leaf};
use crate::place::Place;
use crate::scope::{Origin, Variable};

/// A chain of operations that starts at a place outside the loop.
pub(super) struct Chain {
    pub(super) place: Place,
    /// The methods in the order of the calls.
    methods: Vec<Ident>,
    /// The place is lent out by `&mut`, or called, or written to by a macro: it changes.
    changes: bool,
}

impl Analyzer {
    /// Takes the effect out of `expr`, if it is one, and leaves a mark.
    pub(super) fn effect(&mut self, expr: &mut Expr, unused: Unused) -> bool {
        if self.print(expr) {
            return true;
        }
        if self.kept.is_some() || self.piece.is_some() || !self.is_effect(expr, unused) {
            return false;
        }
        let span = expr.span();
        let mut template = std::mem::replace(expr, Expr::PLACEHOLDER);
        let mut draft = Draft::default();
        self.operation(&mut template, &mut draft);
        let unit = matches!(unused, Unused::Unit { .. }) && !is_assignment(&template);
        *expr = self.record(span, Kind::Statement { template: Box::new(template), unit }, draft);
        true
    }

    /// Takes a `print!` or `println!` out of `expr`, if it is one, and leaves a mark.
    pub(super) fn print(&mut self, expr: &mut Expr) -> bool {
        let Expr::Macro(call) = expr else { return false };
        let newline = match format::name(&call.mac.path).as_deref() {
            Some("print") => false,
            Some("println") => true,
            _ => return false,
        };
        if self.kept.is_some() || self.piece.is_some() {
            return false;
        }
        let Some(arguments) = self.text(call.mac.tokens.clone()) else { return false };
        let span = call.mac.path.span();
        let mut draft = Draft::default();
        draft.leaves.push(Leaf { value: Expr::PLACEHOLDER, carry: Carry::Text { arguments, newline } });
        *expr = self.record(span, Kind::Print, draft);
        true
    }

    /// Adds an effect, and gives the mark for it.
    pub(super) fn record(&mut self, span: Span, kind: Kind, draft: Draft) -> Expr {
        let is_compound =
            !matches!(&kind, Kind::Statement { template, .. } if matches!(**template, Expr::Assign(_)));
        let (hidden, parts) = self.own_names();
        let items = self.blocks.iter().flatten().cloned().collect();
        let read_only = draft.read_only();
        let Draft { places, leaves, moved, .. } = draft;
        // Through a reference nothing can be moved.
        let moved = moved.filter(|place| !place.is_behind() && !is_compound);
        let is_unsafe = self.unsafe_blocks > 0;
        self.effects.push(Effect {
            span,
            kind,
            places,
            read_only,
            leaves,
            hidden,
            parts,
            items,
            is_unsafe,
            moved,
        });
        Mark::Site(self.effects.len() - 1).expr()
    }

    /// The names in scope that are the iteration's own, and those that the pattern of the loop binds.
    pub(super) fn own_names(&self) -> (Vec<Ident>, Vec<Ident>) {
        let names = |origin| {
            let of = move |variable: &&&Variable| variable.origin == origin;
            self.scopes.visible().iter().filter(of).map(|variable| variable.ident.clone()).collect()
        };
        (names(Origin::Local), names(Origin::Item))
    }

    /// The place that a statement changes.
    pub(super) fn changed_by(&self, expr: &Expr) -> Option<Place> {
        self.chain(expr).filter(|chain| chain.is_effect(Unused::Discarded)).map(|chain| chain.place)
    }

    fn is_effect(&self, expr: &Expr, unused: Unused) -> bool {
        match expr {
            Expr::Paren(inner) => self.is_effect(&inner.expr, unused),
            Expr::Group(inner) => self.is_effect(&inner.expr, unused),
            Expr::Assign(assign) => self.assigns_outside(&assign.left),
            Expr::Binary(binary) if is_assignment(expr) => self.chain(&binary.left).is_some(),
            Expr::Try(_) if self.in_function() => false,
            Expr::MethodCall(_) | Expr::Call(_) | Expr::Macro(_) | Expr::Try(_) => {
                self.chain(expr).is_some_and(|chain| chain.is_effect(unused))
            }
            _ => false,
        }
    }

    /// Whether a target of an assignment is a place outside the loop, or a pattern with one in it.
    fn assigns_outside(&self, target: &Expr) -> bool {
        match target {
            Expr::Tuple(tuple) => tuple.elems.iter().any(|target| self.assigns_outside(target)),
            Expr::Array(array) => array.elems.iter().any(|target| self.assigns_outside(target)),
            Expr::Paren(inner) => self.assigns_outside(&inner.expr),
            Expr::Group(inner) => self.assigns_outside(&inner.expr),
            Expr::Struct(pattern) => pattern.fields.iter().any(|field| self.assigns_outside(&field.expr)),
            Expr::Call(call) if words::constructs(call) => {
                call.args.iter().any(|target| self.assigns_outside(target))
            }
            _ => self.chain(target).is_some(),
        }
    }

    /// The chain that `expr` is.
    pub(super) fn chain(&self, expr: &Expr) -> Option<Chain> {
        if let Some(place) = Place::of(expr, &self.scopes) {
            return Some(Chain { place, methods: Vec::new(), changes: false });
        }
        match expr {
            Expr::MethodCall(call) => {
                if let Some(mut chain) = self.chain(&call.receiver) {
                    chain.methods.push(call.method.clone());
                    return Some(chain);
                }
                let lent = || call.args.iter().find_map(|argument| self.lent(argument));
                let place = self.is_unchanging(&call.receiver).then(lent).flatten()?;
                Some(Chain { place, methods: Vec::new(), changes: true })
            }
            Expr::Call(call) => {
                let called = Place::of(&call.func, &self.scopes);
                let called = called.filter(Place::is_mutable);
                let place = called.or_else(|| {
                    let global = matches!(&*call.func, Expr::Path(path)
                        if path.path.get_ident().is_none_or(|name| self.scopes.resolve(name).is_none()));
                    let lent = || call.args.iter().find_map(|argument| self.lent(argument));
                    global.then(lent).flatten()
                })?;
                Some(Chain { place, methods: Vec::new(), changes: true })
            }
            Expr::Macro(call) if format::known(&call.mac.path) == Some(Known::Write) => {
                let arguments = Arguments::parse(Known::Write, call.mac.tokens.clone()).ok()?;
                let chain = self.chain(&arguments.leading[0])?;
                Some(Chain { changes: true, ..chain })
            }
            _ => self.chain(step(expr)?),
        }
    }

    /// The place outside the loop that an argument lends out to be changed.
    pub(super) fn lent(&self, argument: &Expr) -> Option<Place> {
        match argument {
            Expr::Reference(reference) if reference.mutability.is_some() => {
                self.chain(&reference.expr).map(|chain| chain.place)
            }
            Expr::Path(_) => {
                let place = Place::of(argument, &self.scopes)?;
                place.variable().is_some_and(|variable| variable.exclusive).then_some(place)
            }
            Expr::Group(inner) => self.lent(&inner.expr),
            _ => None,
        }
    }
}

impl Chain {
    /// Whether it changes its place, given why its value is not used.
    fn is_effect(&self, unused: Unused) -> bool {
        let shared = self.methods.iter().any(words::changes_shared);
        let changes = match self.methods.first() {
            _ if self.changes || shared => true,
            Some(first) => self.place.is_mutable() && !words::reads(first),
            None => false,
        };
        changes
            && match unused {
                Unused::Discarded => true,
                Unused::Unit { expected: true } => {
                    self.changes || shared || self.methods.iter().any(words::mutates)
                }
                Unused::Unit { expected: false } => self.methods.last().is_some_and(words::mutates_to_unit),
            }
    }
}

/// `=`, or `+=` and its like.
pub(super) fn is_assignment(expr: &Expr) -> bool {
    match expr {
        Expr::Assign(_) => true,
        Expr::Binary(binary) => matches!(
            binary.op,
            BinOp::AddAssign(_)
                | BinOp::SubAssign(_)
                | BinOp::MulAssign(_)
                | BinOp::DivAssign(_)
                | BinOp::RemAssign(_)
                | BinOp::BitXorAssign(_)
                | BinOp::BitAndAssign(_)
                | BinOp::BitOrAssign(_)
                | BinOp::ShlAssign(_)
                | BinOp::ShrAssign(_)
        ),
        _ => false,
    }
}

/// Whether a call is one that files, sockets and the like have.
pub(super) fn writes_out(call: &syn::ExprMethodCall) -> bool {
    match &*call.receiver {
        _ if words::writes_out(&call.method) => true,
        // What is done with the result.
        Expr::MethodCall(inner) => writes_out(inner),
        Expr::Macro(inner) => format::known(&inner.mac.path) == Some(Known::Write),
        _ => false,
    }
}

/// What a place expression that is no variable leads from, by one step.
pub(super) fn step(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::Field(field) => Some(&field.base),
        Expr::Index(index) => Some(&index.expr),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => Some(&unary.expr),
        Expr::Paren(inner) => Some(&inner.expr),
        Expr::Group(inner) => Some(&inner.expr),
        Expr::Reference(reference) => Some(&reference.expr),
        Expr::Try(question) => Some(&question.expr),
        _ => None,
    }
}

/// The variable with its fields that a place expression leads from: `a.b` of `(*a.b)[i].c`.
pub(super) fn base(expr: &Expr) -> &Expr {
    let mut longest = expr;
    let mut at = expr;
    while let Some(next) = step(at) {
        if !matches!(at, Expr::Field(_) | Expr::Paren(_) | Expr::Group(_)) {
            longest = next;
        }
        at = next;
    }
    longest
}

/// Whether a place expression is an element of something, or in one.
pub(super) fn is_element(expr: &Expr) -> bool {
    matches!(expr, Expr::Index(_)) || step(expr).is_some_and(is_element)
}

/// The name that a place expression leads from.
pub(super) fn root(expr: &Expr) -> Option<&Ident> {
    let mut at = expr;
    while let Some(next) = step(at) {
        at = next;
    }
    match at {
        Expr::Path(path) => path.path.get_ident(),
        _ => None,
    }
}
