//! What is proved of a loop, as `stateright` is asked to prove it.
//!
//! `stateright` visits every state that can be reached and looks at each property in each. Its `eventually` is not
//! used, because it forgets what it has to watch where two ways to one state meet. That everybody gets out, from every state,
//! follows from two properties that hold in each: no state counts more steps than a bound, so that whatever happens ends;
//! and where nothing can happen any more, it is a good end.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use stateright::{Checker, HasDiscoveries, Model, Property};

use crate::case::Case;
use crate::step::Step;
use crate::world::World;

/// A state, or what was wrong with the step that led here.
#[derive(Clone, Debug, PartialEq, Hash)]
pub(crate) struct State {
    world: Arc<World>,
    wrong: Option<String>,
}

/// A loop, as a model checker sees it.
#[derive(Clone, Debug)]
pub(crate) struct Loop(Case);

impl Model for Loop {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State { world: Arc::new(World::new(&self.0)), wrong: None }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        if state.wrong.is_none() {
            state.world.steps(&self.0, steps);
        }
    }

    fn next_state(&self, state: &State, step: Step) -> Option<State> {
        let mut world = World::clone(&state.world);
        // So that a failure comes with the way to it.
        let taken = catch_unwind(AssertUnwindSafe(|| world.take(&self.0, step)));
        let wrong = taken.err().map(|panic| {
            panic.downcast::<String>().map_or_else(|_| "a panic".to_owned(), |message| *message)
        });
        Some(State { world: Arc::new(world), wrong })
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let always = ALWAYS.iter().map(|(name, holds)| Property::always(name, *holds));
        let sometimes = SOMETIMES.iter().map(|(name, holds)| Property::sometimes(name, *holds));
        always.chain(sometimes).collect()
    }
}

type Holds = fn(&Loop, &State) -> bool;

/// What holds in every state.
const ALWAYS: [(&str, Holds); 11] = [
    ("every message and order is due", |_, state| state.wrong.is_none()),
    ("no index runs twice", |_, State { world, .. }| world.twice == 0),
    ("the manager remembers what it was told", |_, State { world, .. }| world.is_in_the_book()),
    ("no member forgets what not to run", |_, State { world, .. }| world.bounds_are_kept()),
    ("done means handed over", |Loop(case), State { world, .. }| world.done_means_handed_over(case)),
    ("over means handed over", |Loop(case), State { world, .. }| world.over_means_handed_over(case)),
    ("no effect before all have come", |_, State { world, .. }| world.nothing_is_replayed_early()),
    ("outcomes are true", |Loop(case), State { world, .. }| world.outcomes_are_true(case)),
    ("what no member can mean is refused", |_, State { world, .. }| {
        world.book.refuses_what_is_wrong(&world.manager)
    }),
    ("nothing goes on for ever", |Loop(case), State { world, .. }| world.steps <= case.patience()),
    ("every end is a good one", |Loop(case), state| {
        state.wrong.is_some() || state.world.is_good_end(case) || state.world.goes_on(case)
    }),
];

/// What is to be seen at an end at least once, lest nothing was looked at: that all that may happen does.
const SOMETIMES: [(&str, Holds); 6] = [
    ("the loop comes to its end", |Loop(case), State { world, .. }| {
        !world.aborted && world.is_good_end(case)
    }),
    ("an iteration leaves", |Loop(case), State { world, .. }| {
        world.is_good_end(case) && (case.exits.min(case.length as u32) == 0 || world.left != 0)
    }),
    ("an iteration fails", |Loop(case), State { world, .. }| {
        world.is_good_end(case) && (case.failures.min(case.length as u32) == 0 || world.failed != 0)
    }),
    ("a member stops", |Loop(case), State { world, .. }| {
        world.is_good_end(case) && (case.stops == 0 || world.stopped != 0)
    }),
    ("the root loses interest", |Loop(case), State { world, .. }| {
        world.is_good_end(case) && (case.cancel.is_none() || !world.may_cancel)
    }),
    ("a rank dies", |Loop(case), State { world, .. }| {
        world.is_good_end(case) && (!case.deaths || world.dead.is_some())
    }),
];

/// Visits all states of a loop: how many there are.
///
/// A state is known by its hash of 64 bits: of a million states, two are taken for one with a chance of one in thirty
/// million.
pub(crate) fn prove(case: &Case) -> usize {
    let checker = Loop(case.clone()).checker().finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let mut found = checker.discoveries();
    let seen = SOMETIMES.map(|(name, _)| (name, found.remove(name).is_some()));
    if let Some((name, path)) = found.into_iter().next() {
        let State { world, wrong } = path.last_state().clone();
        let steps = path.into_actions();
        panic!("not so: {name}, in {case:?}: {wrong:?}\n after {steps:?}\n in {world:?}");
    }
    seen.iter().for_each(|(name, seen)| assert!(seen, "never seen: {name}, in {case:?}"));
    checker.unique_state_count()
}
