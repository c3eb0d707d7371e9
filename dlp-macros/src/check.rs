//! Judges a function and its loop: what cannot be split is reported, with the reason and what to write instead.
//!
//! Never writes code.

use proc_macro2::Span;
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemFn};

use crate::diagnostics::Diagnostics;
use crate::find::{Found, Other};
use crate::model::{Finding, How, Read, Split};

/// Reports a function that has not exactly one loop to split.
pub(crate) fn loops(function: &ItemFn, found: &Found, diagnostics: &mut Diagnostics) {
    let name = &function.sig.ident;
    match &found.loops[..] {
        [_] => {}
        [] => {
            let why = match found.others.first() {
                None => String::new(),
                Some(Other::Unbounded) => ": `while` and `loop` are not split, because nobody knows their iterations \
                     beforehand; write `for item in items`"
                    .to_owned(),
                Some(Other::Inner) => ": only an outermost `for` is split, and the ones here are inside another loop, \
                     a closure or an `async` block; move one into a function of its own, and annotate that"
                    .to_owned(),
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
        report(finding, diagnostics);
    }
    for effect in &split.effects {
        for place in &effect.places {
            if let Some(variable) = place.variable().filter(|variable| !variable.initialised) {
                let name = &variable.ident;
                let message = format!(
                    "accumulator `{name}` has no value before the loop: give it one where it is declared, as in \
                     `let mut {name} = None;`"
                );
                diagnostics.pair(effect.span, &message, name.span(), "it is declared here");
            }
        }
    }
    for read in &split.reads {
        let mut writes = split.effects.iter().flat_map(|effect| effect.places.iter().map(move |place| (effect, place)));
        if let Some((effect, place)) = writes.find(|(_, place)| place.overlaps(&read.place)) {
            let written = format!("`{}` is written here", place.name());
            diagnostics.pair(read.span, &reading(read, &place.name()), effect.span, &written);
        }
    }
}

/// What to say of an accumulator that is read in the parallel part.
fn reading(read: &Read, accumulator: &str) -> String {
    let this = read.place.name();
    match &read.how {
        How::Method(method) if this == "self" => format!(
            "`self.{method}(..)` may read the accumulator `{accumulator}`, which has its value only after the loop: take \
             what the method needs out of `self` before the loop, and call a function that does not take `self`"
        ),
        How::Macro(name) => format!(
            "`{name}!` mentions the accumulator `{accumulator}`, and what it does with it is not known: bind what it is to \
             see with `let` before it, or call a function instead"
        ),
        _ => format!(
            "accumulator `{this}` is read here, in the parallel part, where earlier iterations may not be done: collect \
             what is compared or combined with it, and do that after the loop"
        ),
    }
}

fn report(finding: &Finding, diagnostics: &mut Diagnostics) {
    let mut at = |span: Span, message: String| diagnostics.at(span, &message);
    match finding {
        Finding::Break(span) => at(
            *span,
            "`break` out of a loop that is split is not supported yet: iterate over just the items that are wanted, or \
             record every result and stop reading them after the loop"
                .to_owned(),
        ),
        Finding::Return(span) => at(
            *span,
            "`return` out of a loop that is split is not supported yet: record what was found, as in \
             `found.push(value);`, and return after the loop"
                .to_owned(),
        ),
        Finding::Question(span) => at(
            *span,
            "`?` out of a loop that is split is not supported yet: record the results as they are, as in \
             `results.push(result);`, and after the loop write `let values: Vec<_> = \
             results.into_iter().collect::<Result<_, _>>()?;`"
                .to_owned(),
        ),
        Finding::Jump(label) => at(
            label.span(),
            format!(
                "`{label}` is outside the loop that is split, and an iteration on another rank cannot go there: record \
                 what was found, and jump after the loop"
            ),
        ),
        Finding::Await(span) => at(
            *span,
            "`.await` in a loop that is split: a rank runs an iteration to its end and cannot suspend it; block on the \
             future, or await before the loop"
                .to_owned(),
        ),
        Finding::ValueUsed { place, method } => at(
            method.span(),
            match place.variable() {
                Some(variable) if variable.mutable => format!(
                    "the value of `{0}.{method}(..)` is used in the parallel part, but the call changes `{0}`, and that is \
                     done later, in loop order: record what the decision needs, as in `seen.push(value);`, and decide \
                     after the loop",
                    place.name()
                ),
                _ => format!(
                    "`{0}.{method}(..)` gives access to `{0}`, which every rank has its own copy of: change it in one \
                     statement whose value is not used, as in `{0}.{method}(..)` followed by what changes it",
                    place.name()
                ),
            },
        ),
        Finding::Borrowed { place, span } => at(
            *span,
            format!(
                "`{0}` is changed here in the middle of the parallel part: compute a value with `let` first, then change \
                 `{0}` in a statement of its own",
                place.name()
            ),
        ),
        Finding::MixedAssignment(span) => at(
            *span,
            "this assigns to a variable of the iteration and to one outside the loop at once: bind the values with `let`, \
             and assign each by itself"
                .to_owned(),
        ),
        Finding::BothSides(span) => at(
            *span,
            "both sides of this assignment may do something, and which comes first depends on their types: bind one with \
             `let` first"
                .to_owned(),
        ),
        Finding::Lazy(span) => at(
            *span,
            "the right side would be evaluated in every iteration, and not only where the left side asks for it: bind it \
             with `let` first"
                .to_owned(),
        ),
        Finding::MutableArgument { span, method } => at(
            *span,
            match method {
                Some(method) if method == "append" => "`append` would empty a variable of the iteration, but it is done \
                     later, on every rank: write `extend` and give it the value itself"
                    .to_owned(),
                _ => "this statement is done later, on every rank, and cannot change a variable of the iteration: give it \
                      the value, and change the variable in a statement of its own"
                    .to_owned(),
            },
        ),
        Finding::ClosureChanges(name) => at(
            name.span(),
            format!(
                "`{name}` belongs to the iteration, and this closure, which is called later and on every rank, changes it: \
                 compute the value before this statement"
            ),
        ),
        Finding::MacroLeaves { name, span, token } => at(
            *span,
            format!(
                "`{name}!` is not known, and may leave the iteration by this `{token}`: write out what it does, or call it \
                 in a function"
            ),
        ),
        Finding::LocalMacro(span) => at(
            *span,
            "a macro that is defined in the body of a loop that is split cannot be looked into: define it before the \
             function"
                .to_owned(),
        ),
    }
}
