//! Judges a function and its loop: what cannot be split is reported, with the reason and what to write instead.
//!
//! Never writes code.

mod message;

use syn::visit::Visit;
use syn::{Attribute, Expr, Item, ItemFn};

use crate::args::{Args, Gather, OnError};
use crate::diagnostics::Diagnostics;
use crate::find::{Loop, Other, Stray};
use crate::model::{Kind, Leaving, Split};

/// Reports a function of which it is not clear what to split.
pub(crate) fn loops(
    function: &ItemFn,
    loops: &[Loop],
    others: &[Other],
    stray: &[(Attribute, Stray)],
    marked: bool,
    diagnostics: &mut Diagnostics,
) {
    let name = &function.sig.ident;
    for (mark, why) in stray {
        diagnostics.over(mark, message::stray(*why));
    }
    match loops {
        _ if marked => {}
        [_] => {}
        [] => {
            let why = match others.first() {
                None => String::new(),
                Some(Other::Unbounded) => {
                    ": `while` and `loop` are not split, because nobody knows their iterations \
                     beforehand; write `for item in items`"
                        .to_owned()
                }
                Some(Other::Inner) => {
                    ": only an outermost `for` is split without a mark, and the ones here are inside another loop, a \
                     closure or an `async` block; mark the one to split with `#[parallel]`, or move it into a function of \
                     its own"
                        .to_owned()
                }
            };
            diagnostics.at(name.span(), &format!("`{name}` has no `for` loop to split{why}"));
        }
        [first, rest @ ..] => {
            let lines: Vec<String> =
                loops.iter().map(|each| each.written.for_token.span.start().line.to_string()).collect();
            let message = format!(
                "`{name}` has several loops, in lines {}, and which of them to split is for you to say: write `#[parallel]` \
                 before each of those",
                lines.join(", ")
            );
            diagnostics.at(first.written.for_token.span, &message);
            for other in rest {
                diagnostics.at(other.written.for_token.span, "this is another one of the loops");
            }
        }
    }
}

/// The name of the mark that an attribute is.
pub(crate) fn mark(attribute: &Attribute) -> Option<&'static str> {
    let path = attribute.path();
    let last = path.segments.last()?;
    let ours = path.segments.len() == 1 || (path.segments.len() == 2 && path.segments[0].ident == "dlp");
    ["parallel", "serial"].into_iter().find(|name| ours && last.ident == name)
}

/// Reports what keeps the loop from being split.
pub(crate) fn split(split: &Split, args: &Args, diagnostics: &mut Diagnostics) {
    for finding in &split.findings {
        diagnostics.over(&finding.tokens, &message::finding(&finding.what));
    }
    Conditions(diagnostics).visit_block(&split.original.body);
    exits(split, args, diagnostics);
    if let Some(retry) = args.retry.as_ref().filter(|_| split.written_items.is_some()) {
        diagnostics.over(
            retry,
            "`retry` has no item to begin with again where the items are changed in place: iterate over `&` items and collect \
             the new values, or leave `retry` out (`on_error = \"skip\"` leaves the items of failed iterations as they were)",
        );
    }
    for effect in &split.effects {
        for place in effect.written() {
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
            || split.effects.iter().flat_map(|effect| effect.written().map(move |place| (effect, place)));
        let written = || writes().filter(|(_, place)| place.overlaps(&read.place));
        if let Some((effect, place)) = written().next() {
            let buffer =
                written().find(|(effect, _)| effect.clears()).map(|(_, buffer)| message::buffer(buffer));
            let assigned = || matches!(&effect.kind, Kind::Statement { template, .. } if matches!(**template, Expr::Assign(_)));
            let message = buffer.unwrap_or_else(|| message::reading(read, place, assigned()));
            diagnostics.pair(
                &read.tokens,
                &message,
                &place.expr,
                &format!("`{}` is written here", place.name()),
            );
        }
    }
}

/// Reports ways out that do not go with who has the result.
fn exits(split: &Split, args: &Args, diagnostics: &mut Diagnostics) {
    for exit in &split.exits {
        let is_error = |value: &Expr| matches!(value, Expr::Call(call) if is_variant(&call.func, "Err"));
        match (args.gather, &exit.kind) {
            _ if args.on_error == OnError::Skip && exit.fails() => {}
            (Gather::None, _) => diagnostics.at(
                exit.span,
                "with `gather = \"none\"` each rank goes its own way through its own iterations, and none knows when \
                 another one leaves: record what was found, and leave after the loop",
            ),
            (Gather::Root, Leaving::Return(Some(value))) if is_error(value) => {
                if let Some(place) = exit.places.iter().find(|place| {
                    split.effects.iter().any(|effect| effect.written().any(|written| written.overlaps(place)))
                }) {
                    let message = format!(
                        "with `gather = \"root\"` this error is returned on every rank, and `{}` has its value on the root \
                         only: leave it out of the error, or write `gather = \"all\"`",
                        place.name()
                    );
                    diagnostics.over(&place.expr, &message);
                }
            }
            _ => {}
        }
    }
}

/// Whether a path ends with this name.
pub(crate) fn is_variant(path: &Expr, name: &str) -> bool {
    matches!(path, Expr::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == name))
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
