//! Pieces of the body that are run in loop order as they stand: what is under `#[serial]`, and statements that an
//! accumulator decides on ([`light`](super::light)).

use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{Expr, ExprMethodCall, Ident, Stmt};

use super::format;
use super::lift::Draft;
use super::{Analyzer, Unused, effect, words};
use crate::mark::Mark;
use crate::model::{Carry, Kind, Leaf, What};
use crate::place::Place;
use crate::scope::Origin;

/// What is known inside such a piece.
#[derive(Default)]
pub(super) struct Piece {
    /// Variables of a smaller id are captured.
    captured: usize,
    /// The number of uses where it begins.
    uses: usize,
    /// The places outside the loop that it mentions.
    pub(super) draft: Draft,
    /// Those that it changes.
    pub(super) written: Vec<Place>,
    /// The numbers of those that it changes only in statements that may be left to the root.
    guarded: Vec<usize>,
    /// The numbers of those that it may change otherwise.
    unguarded: Vec<usize>,
    /// What it needs of the iteration.
    pub(super) captures: Vec<Leaf>,
}

/// A variable of the iteration's own that a piece changes.
pub(super) struct Change {
    ident: Ident,
    id: usize,
    /// The number of uses before the piece, and after it.
    uses: (usize, usize),
    /// The number of uses where the outermost inner loop begins that the variable outlives.
    round: Option<usize>,
    /// It is changed through a shared reference, so that other pieces see it.
    shared: bool,
}

impl Analyzer {
    /// Takes out a piece, and leaves a mark.
    pub(super) fn piece(&mut self, expr: &mut Expr) {
        let span = expr.span();
        let mut template = std::mem::replace(expr, Expr::PLACEHOLDER);
        let outer = self.begin_piece();
        self.unused(&mut template, Unused::Discarded);
        let mut piece = self.end_piece(outer);
        piece.guarded.retain(|number| !piece.unguarded.contains(number));
        let written = |place: &Place| piece.written.iter().any(|written| written.overlaps(place));
        let places = piece.draft.places.iter().enumerate();
        let read_only = places.filter(|(_, place)| !written(place)).map(|(number, _)| number).collect();
        let mut draft = std::mem::take(&mut piece.draft);
        draft.leaves = piece.captures;
        let kind = Kind::Piece { template: Box::new(template), guarded: piece.guarded };
        *expr = self.record(span, kind, draft);
        self.effects.last_mut().expect("just recorded").read_only = read_only;
    }

    pub(super) fn begin_piece(&mut self) -> Option<Piece> {
        let piece = Piece { captured: self.scopes.next(), uses: self.uses.len(), ..Piece::default() };
        self.piece.replace(piece)
    }

    pub(super) fn end_piece(&mut self, outer: Option<Piece>) -> Piece {
        let mut piece = std::mem::replace(&mut self.piece, outer).expect("begun before");
        let mut seen = Vec::new();
        for used in &self.uses[piece.uses..] {
            if used.id < piece.captured && !seen.contains(&used.id) {
                seen.push(used.id);
                let value = syn::ExprPath { attrs: Vec::new(), qself: None, path: used.ident.clone().into() };
                let carry = match used.origin {
                    Origin::Item => Carry::CapturePart(used.ident.clone()),
                    _ => Carry::Capture(used.ident.clone()),
                };
                piece.captures.push(Leaf { value: Expr::Path(value), carry });
            }
        }
        piece
    }

    /// A statement in a piece that changes nothing but a place, so that it may be left to the root.
    pub(super) fn guard(&mut self, expr: &mut Expr) -> bool {
        let candidate = match &*expr {
            Expr::Try(question) => &question.expr,
            other => other,
        };
        let writes = match candidate {
            Expr::Macro(call) => format::known(&call.mac.path) == Some(format::Known::Write),
            Expr::MethodCall(call) => effect::writes_out(call),
            Expr::Call(call) => call.args.iter().any(|argument| self.lent(argument).is_some()),
            _ => false,
        };
        let Some(place) =
            writes.then(|| self.changed_by(expr)).flatten().filter(|place| place.variable().is_some())
        else {
            return false;
        };
        let piece = self.piece.as_mut().expect("in a piece");
        let number = piece.draft.number(place.clone());
        let before = piece.unguarded.len();
        self.visit_expr_mut(expr);
        let piece = self.piece.as_mut().expect("in a piece");
        piece.unguarded.truncate(before);
        piece.guarded.push(number);
        piece.written.push(place);
        *expr = Mark::Guard(number).around(expr);
        true
    }

    /// A method call in a piece.
    pub(super) fn method_in_piece(&mut self, call: &mut ExprMethodCall) {
        let base = effect::base(&call.receiver);
        let mutates = words::mutates(&call.method) || words::changes_shared(&call.method);
        match Place::of(base, &self.scopes) {
            Some(place) => {
                let piece = self.piece.as_mut().expect("in a piece");
                let number = piece.draft.number(place.clone());
                if !words::reads(&call.method) {
                    piece.unguarded.push(number);
                }
                if mutates && (place.is_mutable() || words::changes_shared(&call.method)) {
                    piece.written.push(place);
                }
            }
            None if mutates => self.changed_in_piece(&base.clone(), words::changes_shared(&call.method)),
            None => {}
        }
        self.visit_expr_mut(&mut call.receiver);
        let method = call.method.clone();
        self.arguments(&method, &mut call.args);
    }

    /// What `base` stands for is changed in a piece.
    pub(super) fn changed_in_piece(&mut self, base: &Expr, shared: bool) {
        let Some(piece) = &mut self.piece else { return };
        if let Some(place) = Place::of(base, &self.scopes) {
            piece.draft.number(place.clone());
            piece.written.push(place);
            return;
        }
        let Some(variable) = effect::root(base).and_then(|name| self.scopes.resolve(name)) else { return };
        if variable.id < piece.captured && variable.origin != Origin::Outer {
            let round = self.rounds.iter().find(|(next, _)| variable.id < *next).map(|(_, uses)| *uses);
            let (ident, id) = (variable.ident.clone(), variable.id);
            let shared = shared && variable.origin == Origin::Item;
            self.changed.push(Change { ident, id, uses: (piece.uses, usize::MAX), round, shared });
        }
    }

    /// Where the variables that were changed in the piece that has just ended are used later, they are not changed.
    pub(super) fn close_changes(&mut self, from: usize) {
        let end = self.uses.len();
        self.changed[from..].iter_mut().for_each(|change| change.uses.1 = end);
    }

    /// A variable of the iteration that a piece changes must not be used after that: the change is made later.
    pub(super) fn check_changes(&mut self) {
        for change in std::mem::take(&mut self.changed) {
            let later = self.uses.iter().enumerate().any(|(at, used)| {
                let sees = used.id == change.id && !(change.shared && used.in_order);
                sees && (at >= change.uses.1 || change.round.is_some_and(|round| at >= round))
            });
            if later {
                self.note(&change.ident, What::SerialChanges(change.ident.clone()));
            }
        }
    }

    /// Takes `#[serial]` from a statement's expression, if it is there.
    pub(super) fn take_serial(expr: &mut Expr) -> Option<syn::Attribute> {
        let attributes = match expr {
            // An attribute before a statement that begins with a place stands on that place.
            Expr::Assign(assign) => return Self::take_serial(&mut assign.left),
            Expr::Binary(binary) => return Self::take_serial(&mut binary.left),
            Expr::Cast(cast) => return Self::take_serial(&mut cast.expr),
            other => attributes(other)?,
        };
        let at = attributes.iter().position(|attribute| crate::check::mark(attribute) == Some("serial"))?;
        Some(attributes.remove(at))
    }
}

/// The attributes of an expression.
pub(crate) fn attributes(expr: &mut Expr) -> Option<&mut Vec<syn::Attribute>> {
    macro_rules! attributes {
        ($($kind:ident)*) => {
            match expr {
                $(Expr::$kind(expr) => Some(&mut expr.attrs),)*
                _ => None,
            }
        };
    }
    attributes! {
        Array Assign Async Await Binary Block Break Call Cast Closure Const Continue Field ForLoop Group If Index Infer Let
        Lit Loop Macro Match MethodCall Paren Path Range Reference Repeat Return Struct Try Tuple Unary Unsafe While
    }
}

impl Analyzer {
    /// Takes a statement under `#[serial]` out, whole.
    pub(super) fn serial_statement(&mut self, stmt: &mut Stmt) -> bool {
        match stmt {
            Stmt::Local(local) => {
                let marked =
                    local.attrs.iter().position(|attribute| crate::check::mark(attribute) == Some("serial"));
                let Some(at) = marked else { return false };
                let attribute = local.attrs.remove(at);
                self.note(&attribute, What::SerialLet);
                if let Some(init) = &mut local.init {
                    self.pass_over(&mut init.expr);
                    init.expr = syn::parse_quote!(());
                }
                false
            }
            Stmt::Expr(expr, semi) => {
                if Self::take_serial(expr).is_none() {
                    return false;
                }
                if self.piece.is_some() {
                    // One piece is as good as two.
                    return false;
                }
                self.take_piece(expr);
                semi.get_or_insert_default();
                true
            }
            Stmt::Macro(call) => {
                let marked =
                    call.attrs.iter().position(|attribute| crate::check::mark(attribute) == Some("serial"));
                let Some(at) = marked else { return false };
                call.attrs.remove(at);
                if self.piece.is_some() {
                    return false;
                }
                let mut expr = Expr::Macro(syn::ExprMacro { attrs: Vec::new(), mac: call.mac.clone() });
                self.take_piece(&mut expr);
                *stmt = Stmt::Expr(expr, Some(syn::Token![;](call.span())));
                true
            }
            Stmt::Item(_) => false,
        }
    }

    /// Looks through an expression that has been found fault with, without finding more.
    pub(super) fn pass_over(&mut self, expr: &mut Expr) {
        let (exits, findings) = (self.exits.len(), self.findings.len());
        let outer = self.begin_piece();
        self.visit_expr_mut(expr);
        let piece = self.end_piece(outer);
        self.exits.truncate(exits);
        self.findings.truncate(findings);
        drop(piece);
    }

    /// Takes a piece out, and sees to what it changes.
    pub(super) fn take_piece(&mut self, expr: &mut Expr) {
        let changes = self.changed.len();
        self.piece(expr);
        self.close_changes(changes);
    }
}
