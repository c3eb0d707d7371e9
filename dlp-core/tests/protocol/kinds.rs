//! The kinds of loops that are proved, for one number of ranks and of items each.
//!
//! Knows what can be asked of a loop; not how much of it can be explored in what time.

use std::collections::BTreeSet;

use dlp_core::schedule::{Chunk, Rule, Static};

use crate::case::Case;

/// For one number of members and one length, the loops of a kind.
pub(crate) type Kind = fn(usize, u64) -> Vec<Case>;

/// Where members wait for the outcome and where they do not, with and without a rank for the manager alone.
fn all_terms(cases: impl IntoIterator<Item = Case>) -> Vec<Case> {
    let held = cases.into_iter().flat_map(|case| [case.clone(), case.released()]);
    held.flat_map(|case| [case.clone(), case.dedicated()]).collect()
}

/// A manager shares out.
pub(crate) fn managed(members: usize, length: u64) -> Vec<Case> {
    all_terms([1, 2].map(|chunk| Case::managed(members, length, Chunk::Fixed(chunk))))
}

/// A manager shares out, and nobody knows the length.
pub(crate) fn endless(members: usize, length: u64) -> Vec<Case> {
    let chunks = [Chunk::Fixed(1), Chunk::Fixed(2), Chunk::Auto];
    all_terms(chunks.map(|chunk| Case::managed(members, length, chunk).unknown()))
}

/// Chunks that grow, and stay short where iterations take long: both at any time.
pub(crate) fn growing(members: usize, length: u64) -> Vec<Case> {
    vec![Case::managed(members, length, Chunk::Auto).slow()]
}

/// Chunks that shrink.
pub(crate) fn shrinking(members: usize, length: u64) -> Vec<Case> {
    all_terms(
        [Rule::Guided(1), Rule::Factoring(1), Rule::Trapezoid(1)]
            .map(|rule| Case::managed(members, length, rule)),
    )
}

/// Members compute their own shares.
pub(crate) fn shared(members: usize, length: u64) -> Vec<Case> {
    let known = [Static::Cyclic(1), Static::Cyclic(2), Static::Block(length), Static::First];
    let known = known.map(|how| Case::shared(members, length, how));
    let unknown = [Static::Cyclic(1), Static::Cyclic(2), Static::First];
    let unknown = unknown.map(|how| Case::shared(members, length, how).unknown());
    let host = Case::shared(members, length, Static::Cyclic(1)).dedicated();
    let all = known.into_iter().chain(unknown).chain([host]);
    all.flat_map(|case| [case.clone(), case.released()]).collect()
}

/// Members of a node take from its pool, which the manager fills: all of them on one node, two on each, or one.
pub(crate) fn pooled(members: usize, length: u64) -> Vec<Case> {
    let on_a_node = [1, 2, members].into_iter().filter(|&count| count <= members).collect::<BTreeSet<_>>();
    let of = |chunk| on_a_node.iter().map(move |&count| Case::pooled(members, length, chunk, count));
    let unknown = of(1).map(Case::unknown);
    all_terms(of(1).chain(of(2)).chain(unknown)).into_iter().chain(of(1).map(Case::occupied)).collect()
}

/// The same, and iterations leave the loop, the root loses interest, everybody replays, or a rank dies.
pub(crate) fn pooled_and_left(members: usize, length: u64) -> Vec<Case> {
    let of = |chunk, on_a_node: usize| Case::pooled(members, length, chunk, on_a_node.min(members));
    vec![
        of(1, 2).with_exits(2),
        of(2, 2).with_exits(1).with_failures(1),
        of(1, 2).unknown().with_exits(1),
        of(1, 2).dedicated().with_exits(1).cancelled_at(1),
        of(1, 2).released().cancelled_at(1),
        of(1, 2).occupied().with_exits(1),
        of(1, members).with_exits(1).replayed(),
        of(1, 2).with_exits(1).with_deaths(),
    ]
}

/// One of each way of sharing out.
fn each_way(members: usize, length: u64) -> Vec<Case> {
    vec![
        Case::managed(members, length, Chunk::Fixed(1)),
        Case::managed(members, length, Chunk::Fixed(2)),
        Case::managed(members, length, Chunk::Fixed(2)).unknown(),
        Case::managed(members, length, Chunk::Fixed(2)).dedicated(),
        Case::managed(members, length, Chunk::Fixed(2)).released(),
        Case::shared(members, length, Static::Cyclic(1)),
        Case::shared(members, length, Static::Cyclic(2)).unknown().released(),
        Case::shared(members, length, Static::Block(length)),
    ]
}

/// Iterations leave the loop, and others fail: any of them.
pub(crate) fn left(members: usize, length: u64) -> Vec<Case> {
    let cases = each_way(members, length).into_iter();
    cases.flat_map(|case| [case.clone().with_exits(2), case.with_exits(1).with_failures(1)]).collect()
}

/// The root loses interest.
pub(crate) fn cancelled(members: usize, length: u64) -> Vec<Case> {
    let by_hand = Case::managed(members, length, Chunk::Fixed(3)).by_hand(0);
    let host = Case::managed(members, length, Chunk::Fixed(2)).dedicated().released();
    let cases = each_way(members, length).into_iter().chain([by_hand, host]);
    cases.flat_map(|case| [case.clone().cancelled_at(0), case.with_exits(1).cancelled_at(2)]).collect()
}

/// Members take no more before the end, or nothing at all, and hand back what they were given.
pub(crate) fn by_hand(members: usize, length: u64) -> Vec<Case> {
    let of = |chunk| Case::managed(members, length, Chunk::Fixed(chunk));
    vec![
        of(1).by_hand(1),
        of(2).by_hand(members as u32),
        of(3).by_hand(2).dedicated(),
        of(2).by_hand(1).unknown(),
        of(3).by_hand(1).cancelled_at(1),
        of(2).by_hand(1).with_failures(1),
    ]
}

/// A rank dies.
pub(crate) fn bereft(members: usize, length: u64) -> Vec<Case> {
    let cases = each_way(members, length).into_iter();
    let cases = cases.flat_map(|case| [case.clone(), case.with_exits(1)]).map(Case::with_deaths);
    let by_hand = Case::managed(members, length, Chunk::Fixed(2)).by_hand(1).with_deaths();
    cases.chain([by_hand]).collect()
}

/// Everybody replays what all have done.
pub(crate) fn replayed(members: usize, length: u64) -> Vec<Case> {
    let managed = Case::managed(members, length, Chunk::Fixed(2)).replayed();
    let shared = Case::shared(members, length, Static::Cyclic(1)).replayed();
    [managed, shared].into_iter().flat_map(|case| [case.clone(), case.with_exits(1)]).collect()
}

/// All of it at once.
pub(crate) fn everything(members: usize, length: u64) -> Vec<Case> {
    let all = |case: Case| case.with_exits(1).with_failures(1).cancelled_at(1).with_deaths();
    vec![
        all(Case::managed(members, length, Chunk::Fixed(2))).replayed(),
        all(Case::managed(members, length, Chunk::Fixed(2)).by_hand(1)),
        all(Case::managed(members, length, Chunk::Fixed(2)).unknown()),
        all(Case::shared(members, length, Static::Cyclic(1))).replayed(),
    ]
}
