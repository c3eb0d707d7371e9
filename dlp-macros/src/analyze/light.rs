//! Statements that an accumulator decides on: they are run in loop order, and must hold no work to speak of, which every
//! rank would do one iteration after the other.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Expr, Ident, Pat, Token};

use super::{Analyzer, format, words};
use crate::model::What;
use crate::place::Place;
use crate::scope;

impl Analyzer {
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
    fn tokens(&mut self, tokens: TokenStream) {
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
    work: Vec<(TokenStream, String)>,
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
        let elements = Punctuated::<Expr, Token![,]>::parse_terminated;
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
