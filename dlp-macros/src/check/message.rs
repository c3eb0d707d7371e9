//! What to say of a loop that cannot be split: what is wrong, why it matters here, and what to write instead.

use crate::model::{Call, How, Read, What};
use crate::place::Place;

/// What to say of an accumulator that is read in the parallel part.
pub(super) fn reading(read: &Read, accumulator: &Place) -> String {
    let (this, accumulator) = (read.place.name(), accumulator.name());
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

/// What to say of a place that is emptied, filled and read again.
pub(super) fn buffer(place: &Place) -> String {
    let name = place.name();
    format!(
        "`{name}` is emptied, filled and read in the loop, and one for all iterations cannot be split: declare it inside the \
         loop, so that each iteration has its own"
    )
}

/// What to say of a finding.
pub(super) fn finding(what: &What) -> String {
    match what {
        What::Break => "`break` out of a loop that is split is not supported yet: iterate over just the items that are \
             wanted, or record every result and stop reading them after the loop"
            .to_owned(),
        What::Return => "`return` out of a loop that is split is not supported yet: record what was found, as in \
             `found.push(value);`, and return after the loop"
            .to_owned(),
        What::Question => "`?` out of a loop that is split is not supported yet: record the results as they are, as in \
             `results.push(result);`, and after the loop write `let values: Vec<_> = \
             results.into_iter().collect::<Result<_, _>>()?;`"
            .to_owned(),
        What::Jump(label) => format!(
            "`{label}` is outside the loop that is split, and an iteration on another rank cannot go there: record what \
             was found, and jump after the loop"
        ),
        What::Await => "`.await` in a loop that is split: a rank runs an iteration to its end and cannot suspend it; block \
             on the future, or await before the loop"
            .to_owned(),
        What::ValueUsed { place, call } => {
            let name = place.name();
            let call = match call {
                Call::Method(method) => format!("{name}.{method}(..)"),
                Call::Macro(word) => format!("{word}!({name}, ..)"),
            };
            format!(
                "the value of `{call}` is used in the parallel part, but the call changes `{name}`, and that is done after \
                 the iteration, in loop order: collect what it is called with, as in `calls.push(value);`, and call it \
                 after the loop"
            )
        }
        What::HandedOut { place, method } => {
            let name = place.name();
            format!(
                "`{name}.{method}(..)` hands out a way to change `{name}` in the middle of the parallel part, where every \
                 rank would change its own: write the change as one statement that begins so and has no value, or take \
                 what is to be read out of `{name}` before the loop"
            )
        }
        What::Borrowed(place) => {
            let name = place.name();
            format!(
                "`{name}` may be changed here, in the middle of the parallel part: compute a value with `let`, then change \
                 `{name}` in a statement of its own"
            )
        }
        What::MixedAssignment => "this assigns to a variable of the iteration and to one outside the loop at once: bind the \
             values with `let`, and assign each by itself"
            .to_owned(),
        What::BothSides => "both sides of this assignment may do something, and which comes first depends on their types: \
             bind one with `let` first"
            .to_owned(),
        What::Lazy => "the right side would be evaluated in every iteration, and not only where the left side asks for \
             it: bind it with `let` first"
            .to_owned(),
        What::MutableArgument(Some(method)) if method == "append" => "`append` would empty a variable of the iteration, \
             but it is done later, on every rank: write `extend` and give it the value itself"
            .to_owned(),
        What::MutableArgument(_) => "this statement is done later, on every rank, and cannot change a variable of the \
             iteration: give it the value, and change the variable in a statement of its own"
            .to_owned(),
        What::ClosureChanges(name) => format!(
            "`{name}` belongs to the iteration, and this closure, which is called later and on every rank, changes it: \
             compute the value before this statement"
        ),
        What::MacroLeaves { name, token } => format!(
            "`{name}!` is not known, and may leave the iteration by this `{token}`: write out what it does, or call it in \
             a function"
        ),
        What::LocalMacro => "a macro that is defined in the body of a loop that is split cannot be looked into: define it \
             before the function"
            .to_owned(),
        What::LocalStatic => "a `static` in an inner block of a loop that is split: define it before the loop, so that \
             there is one of it"
            .to_owned(),
    }
}
