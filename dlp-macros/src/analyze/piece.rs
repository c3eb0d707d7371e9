//! Pieces of the body that are run in loop order as they stand: what is under `#[serial]`, and statements that an
//! accumulator decides on.

use proc_macro2::TokenTree;
use quote::ToTokens;
use syn::parse::Parser;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::visit_mut::VisitMut;
use syn::{Expr, ExprMethodCall, Ident, Pat, Stmt};

use super::format;
use super::lift::Draft;
use super::{Analyzer, Unused, effect, words};
use crate::mark::Mark;
use crate::model::{Carry, Kind, Leaf, What};
use crate::place::Place;
use crate::scope::{self, Origin};

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

    /// Whether an accumulator decides what a statement does.
    pub(super) fn decided(&self, expr: &Expr) -> Option<Place> {
        match expr {
            Expr::If(branch) => self.mentioned(&branch.cond),
            Expr::While(each) => self.mentioned(&each.cond),
            // `for (sum, x) in sums.iter_mut().zip(&xs) { *sum += x; }`
            Expr::ForLoop(each) => self.elements_of(&each.expr),
            Expr::Match(choice) => self.mentioned(&choice.expr).or_else(|| {
                choice.arms.iter().find_map(|arm| match &arm.pat {
                    Pat::Guard(guarded) => self.mentioned(&guarded.guard),
                    _ => None,
                })
            }),
            // `longest = if word.len() > longest.len() { word } else { longest };`
            Expr::Assign(assign) if matches!(*assign.right, Expr::If(_) | Expr::Match(_)) => {
                self.decided(&assign.right)
            }
            _ => None,
        }
    }

    /// The accumulator whose elements a loop changes, by what it goes through.
    fn elements_of(&self, source: &Expr) -> Option<Place> {
        let accumulator = |expr: &Expr| {
            let place = self.chain(expr)?.place;
            self.accumulators.iter().any(|known| known.overlaps(&place)).then_some(place)
        };
        match source {
            Expr::Reference(reference) if reference.mutability.is_some() => accumulator(&reference.expr),
            Expr::MethodCall(call) if words::lends_elements(&call.method) => accumulator(&call.receiver),
            Expr::MethodCall(call) => self
                .elements_of(&call.receiver)
                .or_else(|| call.args.iter().find_map(|argument| self.elements_of(argument))),
            Expr::Paren(inner) => self.elements_of(&inner.expr),
            Expr::Group(inner) => self.elements_of(&inner.expr),
            _ => None,
        }
    }

    /// Whether an accumulator is seen anywhere in an expression.
    pub(super) fn mentions_any(&self, expr: &Expr) -> bool {
        self.mentioned(expr).is_some()
    }

    /// The first accumulator that is seen in an expression.
    pub(super) fn mentioned(&self, expr: &Expr) -> Option<Place> {
        let mut mentions = Mentions { analyzer: self, found: None, declared: Vec::new() };
        mentions.visit_expr(expr);
        mentions.found
    }

    /// Notes what a statement on whose way an accumulator decides must not hold: it would be done by every rank.
    pub(super) fn check_light(&mut self, accumulator: &Place, expr: &Expr) {
        let mut heavy = Heavy { analyzer: self, work: Vec::new() };
        match expr {
            // Through the elements of an accumulator.
            Expr::ForLoop(each) => visit::visit_expr_for_loop(&mut heavy, each),
            _ => heavy.visit_expr(expr),
        }
        for (tokens, what) in heavy.work {
            self.note(&tokens, What::Work { accumulator: accumulator.clone(), what });
        }
    }
}

struct Mentions<'a> {
    analyzer: &'a Analyzer,
    found: Option<Place>,
    /// The names that are declared inside the expression.
    declared: Vec<Ident>,
}

impl Mentions<'_> {
    fn declare(&mut self, pattern: &Pat) {
        self.declared.extend(scope::bindings(pattern, false).into_iter().map(|binding| binding.ident));
    }
}

impl Mentions<'_> {
    fn tokens(&mut self, tokens: proc_macro2::TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Ident(name) => {
                    if let Ok(expr) = syn::parse2::<Expr>(name.to_token_stream()) {
                        self.visit_expr(&expr);
                    }
                }
                TokenTree::Literal(literal) => {
                    if let Ok(text) = syn::parse2::<syn::LitStr>(literal.to_token_stream()) {
                        for name in format::captures(&text.value()) {
                            if let Ok(expr) = syn::parse_str::<Expr>(&name) {
                                self.visit_expr(&expr);
                            }
                        }
                    }
                }
                TokenTree::Punct(_) => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Mentions<'_> {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        match Place::of(expr, &self.analyzer.scopes) {
            Some(place)
                if place.variable().is_some_and(|variable| self.declared.contains(&variable.ident)) => {}
            Some(place) => {
                if self.analyzer.accumulators.iter().any(|known| known.overlaps(&place)) {
                    self.found.get_or_insert(place);
                }
            }
            None => visit::visit_expr(self, expr),
        }
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        let declared = self.declared.len();
        visit::visit_block(self, block);
        self.declared.truncate(declared);
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        visit::visit_local(self, local);
        self.declare(&local.pat);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        let declared = self.declared.len();
        self.declare(&arm.pat);
        visit::visit_arm(self, arm);
        self.declared.truncate(declared);
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        let declared = self.declared.len();
        closure.inputs.iter().for_each(|input| self.declare(input));
        visit::visit_expr_closure(self, closure);
        self.declared.truncate(declared);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.tokens(call.tokens.clone());
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

/// Whether a loop goes through elements to change them.
fn goes_through_elements(source: &Expr) -> bool {
    match source {
        Expr::Reference(reference) => reference.mutability.is_some(),
        Expr::MethodCall(call) => {
            words::lends_elements(&call.method) || goes_through_elements(&call.receiver)
        }
        Expr::Paren(inner) => goes_through_elements(&inner.expr),
        Expr::Group(inner) => goes_through_elements(&inner.expr),
        _ => false,
    }
}

/// Finds what is more than comparing, adding and putting together.
struct Heavy<'a> {
    analyzer: &'a Analyzer,
    work: Vec<(proc_macro2::TokenStream, String)>,
}

impl Heavy<'_> {
    fn is_of_accumulator(&self, expr: &Expr) -> bool {
        let chain = self.analyzer.chain(expr);
        chain.is_some_and(|chain| self.analyzer.accumulators.iter().any(|known| known.overlaps(&chain.place)))
    }
}

impl<'ast> Visit<'ast> for Heavy<'_> {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            Expr::Call(call) => {
                let lends = call.args.iter().any(|argument| self.analyzer.lent(argument).is_some());
                let known = words::constructs(call) || words::is_empty(call) || words::swaps(call) || lends;
                if !known && !self.is_of_accumulator(&call.func) {
                    self.work.push((call.to_token_stream(), call.func.to_token_stream().to_string()));
                }
            }
            Expr::MethodCall(call) => {
                let light = words::is_light(&call.method)
                    || words::mutates_lightly(&call.method)
                    || goes_through_elements(&call.receiver)
                    || self.is_of_accumulator(&call.receiver);
                if !light {
                    self.work.push((call.method.to_token_stream(), format!(".{}", call.method)));
                }
            }
            Expr::ForLoop(each) if goes_through_elements(&each.expr) => {}
            Expr::ForLoop(each) => self.work.push((each.for_token.to_token_stream(), "for".to_owned())),
            Expr::Loop(each) => self.work.push((each.loop_token.to_token_stream(), "loop".to_owned())),
            _ => {}
        }
        visit::visit_expr(self, expr);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let name = format::name(&call.path).unwrap_or_default();
        let elements = syn::punctuated::Punctuated::<Expr, syn::Token![,]>::parse_terminated;
        let light = match format::known(&call.path) {
            Some(format::Known::List) => match elements.parse2(call.tokens.clone()) {
                Ok(elements) => {
                    elements.iter().for_each(|element| self.visit_expr(element));
                    true
                }
                Err(_) => false,
            },
            known => known.is_some() && name != "format",
        };
        if !light {
            self.work.push((call.path.to_token_stream(), format!("{}!", call.path.to_token_stream())));
        }
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
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
