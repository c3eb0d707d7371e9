//! Judges a function and its loop: what cannot be split is reported, with the reason and what to write instead.
//!
//! Never writes code.

mod message;

use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemFn};

use crate::diagnostics::Diagnostics;
use crate::find::{Found, Other};
use crate::model::Split;

/// Reports a function that has not exactly one loop to split.
pub(crate) fn loops(function: &ItemFn, found: &Found, diagnostics: &mut Diagnostics) {
    let name = &function.sig.ident;
    match &found.loops[..] {
        [_] => {}
        [] => {
            let why = match found.others.first() {
                None => String::new(),
                Some(Other::Unbounded) => {
                    ": `while` and `loop` are not split, because nobody knows their iterations \
                     beforehand; write `for item in items`"
                        .to_owned()
                }
                Some(Other::Inner) => {
                    ": only an outermost `for` is split, and the ones here are inside another loop, \
                     a closure or an `async` block; move one into a function of its own, and annotate that"
                        .to_owned()
                }
            };
            diagnostics.at(name.span(), &format!("`{name}` has no `for` loop to split{why}"));
        }
        [first, rest @ ..] => {
            let lines: Vec<String> =
                found.loops.iter().map(|(each, _)| each.for_token.span.start().line.to_string()).collect();
            let message = format!(
                "`{name}` has several loops, in lines {}, and which of them to split cannot be said yet: move the one to \
                 split into a function of its own, and annotate that",
                lines.join(", ")
            );
            diagnostics.at(first.0.for_token.span, &message);
            for (other, _) in rest {
                diagnostics.at(other.for_token.span, "this is another one of the loops");
            }
        }
    }
}

/// Reports the marks `#[parallel]` and `#[serial]` inside the function.
pub(crate) fn marks(function: &ItemFn, diagnostics: &mut Diagnostics) {
    struct Marks<'a>(&'a mut Diagnostics);
    impl<'ast> Visit<'ast> for Marks<'_> {
        fn visit_attribute(&mut self, attribute: &'ast Attribute) {
            if let Some(name) = mark(attribute) {
                let message = format!(
                    "the mark `#[{name}]` inside an annotated function is not supported yet: without it, the one \
                     outermost `for` loop is split"
                );
                self.0.over(attribute, &message);
            }
        }

        fn visit_item(&mut self, _: &'ast Item) {}
    }
    visit::visit_block(&mut Marks(diagnostics), &function.block);
}

/// The name of the mark that an attribute is.
pub(crate) fn mark(attribute: &Attribute) -> Option<&'static str> {
    let path = attribute.path();
    let last = path.segments.last()?;
    let ours = path.segments.len() == 1 || (path.segments.len() == 2 && path.segments[0].ident == "dlp");
    ["parallel", "serial"].into_iter().find(|name| ours && last.ident == name)
}

/// Reports what keeps the loop from being split.
pub(crate) fn split(split: &Split, diagnostics: &mut Diagnostics) {
    for finding in &split.findings {
        diagnostics.over(&finding.tokens, &message::finding(&finding.what));
    }
    Conditions(diagnostics).visit_block(&split.written.body);
    for effect in &split.effects {
        for place in &effect.places {
            if let Some(variable) = place.variable().filter(|variable| !variable.initialised) {
                let name = &variable.ident;
                let message = format!(
                    "accumulator `{name}` has no value before the loop: give it one where it is declared, as in \
                     `let mut {name} = None;`"
                );
                diagnostics.pair(&place.expr, &message, name, "it is declared here");
            }
        }
    }
    for read in &split.reads {
        let writes =
            || split.effects.iter().flat_map(|effect| effect.places.iter().map(move |place| (effect, place)));
        let written = || writes().filter(|(_, place)| place.overlaps(&read.place));
        if let Some((_, place)) = written().next() {
            let message = match written().find(|(effect, _)| effect.clears()) {
                Some((_, buffer)) => message::buffer(buffer),
                None => message::reading(read, place),
            };
            diagnostics.pair(
                &read.tokens,
                &message,
                &place.expr,
                &format!("`{}` is written here", place.name()),
            );
        }
    }
}

/// Reports statements that are there or not, which only the compiler knows.
struct Conditions<'a>(&'a mut Diagnostics);

impl<'ast> Visit<'ast> for Conditions<'_> {
    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr") {
            self.0.over(
                attribute,
                "whether this is compiled is not known when the loop is taken apart: write `if cfg!(..) { .. }`",
            );
        }
    }

    fn visit_item(&mut self, _: &'ast Item) {}
}
