//! What to say of a loop that cannot be split: what is wrong, why it matters here, and what to write instead.

use crate::find::Stray;
use crate::model::{Call, How, Read, What};
use crate::place::Place;

/// What to say of a mark `#[parallel]` that stands where it cannot.
pub(super) fn stray(why: Stray) -> &'static str {
    match why {
        Stray::NoLoop => "the mark `#[parallel]` goes on a `for` loop: this is none",
        Stray::Unbounded => {
            "`while` and `loop` are not split, because nobody knows their iterations beforehand: write `for item in items`"
        }
        Stray::Closure => {
            "a loop in a closure or an `async` block is not split, because nobody knows which ranks call it: move the loop \
             into a function of its own, and annotate that"
        }
        Stray::Nested => {
            "this loop is inside one that is split already: mark one of the two, the outer one if its iterations do not \
             depend on one another"
        }
    }
}

/// What to say of an accumulator that is read in the parallel part.
pub(super) fn reading(read: &Read, accumulator: &Place, assigned: bool) -> String {
    let (this, accumulator) = (read.place.name(), accumulator.name());
    match &read.how {
        How::Method(method) if this == "self" => format!(
            "`self.{method}(..)` may read the accumulator `{accumulator}`, which has its value only after the loop: take \
             what the method needs out of `self` before the loop, and call a function that does not take `self`"
        ),
        How::Macro(name) => format!(
            "`{name}!` mentions the accumulator `{accumulator}`, and what it does with it is not known: bind what it is to \
             see with `let` before it, or put the statement under `#[serial]`, where it is run in loop order"
        ),
        How::Format => format!(
            "accumulator `{this}` is printed in the parallel part, where earlier iterations may not be done: put the \
             statement under `#[serial]`, where it is run in loop order"
        ),
        _ if assigned => format!(
            "`{this}` is carried from one iteration to the next (a loop-carried dependence): it is read here, in the parallel \
             part, where the iteration before may not be done; compute what does not need it first, and put the rest under \
             `#[serial]`, where it is run in loop order"
        ),
        _ => format!(
            "accumulator `{this}` is read here, in the parallel part, where earlier iterations may not be done: collect \
             what is compared or combined with it and do that after the loop, or put the statement under `#[serial]`, where \
             it is run in loop order"
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
        What::Jump(label) => format!(
            "`{label}` is outside the loop that is split, and an iteration on another rank cannot go there: record what \
             was found, and jump after the loop"
        ),
        What::SerialLet => "`#[serial]` on a `let`: the parallel part would have a variable whose value is there only later; \
             put the `let` and what uses it in a block, `#[serial] { .. }`"
            .to_owned(),
        What::SerialValue => "the value of what is under `#[serial]` is used, but it is there only later, when the earlier \
             iterations are done: put what uses it under `#[serial]` too"
            .to_owned(),
        What::SerialChanges(name) => format!(
            "`{name}` belongs to the iteration and is changed under `#[serial]`, which is run later, and then used outside of \
             it: put that under `#[serial]` too, or change a copy"
        ),
        What::Work { accumulator, what } => format!(
            "`{what}` stands under a condition on the accumulator `{}`, which is known in loop order only, so that every rank \
             would do this work one iteration after the other: do it before the condition, or put the statement under \
             `#[serial]` if it is little",
            accumulator.name()
        ),
        What::Carried { place } => format!(
            "an element of `{0}` is made of another element of `{0}`, which another iteration may write (a loop-carried \
             dependence): compute what does not need it first, and put this statement under `#[serial]`, where it is run in \
             loop order",
            place.name()
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
                 the iteration, in loop order: put the call and what uses its value under `#[serial]`, or collect what it is \
                 called with and call it after the loop"
            )
        }
        What::HandedOut { place, method } => {
            let name = place.name();
            format!(
                "`{name}.{method}(..)` hands out a way to change `{name}` in the middle of the parallel part, where every \
                 rank would change its own: write the change as one statement that begins so and has no value, put what \
                 needs the value under `#[serial]`, or take what is to be read out of `{name}` before the loop"
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
