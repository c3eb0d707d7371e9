//! What all ranks do together by hand: meet, hand out one rank's value, gather the values of all.
//!
//! Each is a rendezvous at the caller's place in the program: ranks that meet at different places get an error
//! that names both, and nobody waits for ever. What the ranks bring goes to the root directly, what the root makes
//! of it comes down a binary tree. Values travel as postcard.

use std::panic::Location;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::encoding::{decode, encode};
use crate::hub::Spec;
use crate::link::Link;
use crate::record::{put_number, take_number};
use crate::session::{self, Rendezvous, Session};
use crate::wire::{Op, Payload};

/// The rank of the calling thread, from 0 to `size() - 1`.
///
/// # Panics
/// On a thread that is not a rank.
#[track_caller]
pub fn rank() -> usize {
    session::current().rank()
}

/// The number of ranks.
///
/// # Panics
/// On a thread that is not a rank.
#[track_caller]
pub fn size() -> usize {
    session::current().size()
}

/// Whether this is the root, the rank with the number 0.
///
/// # Panics
/// On a thread that is not a rank.
#[track_caller]
pub fn is_root() -> bool {
    session::current().is_root()
}

/// Waits, asleep, until all ranks have come here.
///
/// # Panics
/// If the ranks come to different places of the program, and inside an iteration.
#[track_caller]
pub fn barrier() {
    let session = session::current();
    if session.size() > 1 {
        meet(session, "barrier", Payload::default(), |_| Payload::default()).answer();
    }
}

/// Hands the root's value to all ranks: the root passes `Some(value)`; what the others pass is dropped.
///
/// ```
/// let seed = dlp_core::collective::bcast(dlp_core::collective::is_root().then_some(42));
/// assert_eq!(seed, 42);
/// ```
///
/// # Panics
/// If the root passes `None`, if the ranks come to different places of the program, inside an iteration, and if
/// the value cannot be encoded.
#[track_caller]
pub fn bcast<T: Serialize + DeserializeOwned>(value: Option<T>) -> T {
    let session = session::current();
    if !session.is_root() {
        return read(session, 0, &meet(session, "bcast", Payload::default(), first).answer());
    }
    let value = value.expect("`bcast` hands out the root's value, and the root passed `None`");
    if session.size() > 1 {
        meet(session, "bcast", encoded(&value), first).answer();
    }
    value
}

/// Calls `work` on the root only and hands its result to all ranks.
///
/// # Panics
/// If `work` does, if the ranks come to different places of the program, inside an iteration, and if the value
/// cannot be encoded.
#[track_caller]
pub fn on_root<T: Serialize + DeserializeOwned>(work: impl FnOnce() -> T) -> T {
    let session = session::current();
    if !session.is_root() {
        return read(session, 0, &meet(session, "on_root", Payload::default(), first).answer());
    }
    let value = work();
    if session.size() > 1 {
        meet(session, "on_root", encoded(&value), first).answer();
    }
    value
}

/// Collects one value of each rank on the root: there `Some` of all of them in rank order, elsewhere `None`.
///
/// # Panics
/// If the ranks come to different places of the program, inside an iteration, and if a value cannot be encoded.
#[track_caller]
pub fn gather<T: Serialize + DeserializeOwned>(value: T) -> Option<Vec<T>> {
    let session = session::current();
    if session.size() == 1 {
        return Some(vec![value]);
    }
    if !session.is_root() {
        let mine = encoded(&value);
        // It may be large, and is not needed while its bytes travel.
        drop(value);
        meet(session, "gather", mine, |_| Payload::default()).answer();
        return None;
    }
    let link = meet(session, "gather", Payload::default(), |_| Payload::default());
    link.answer();
    let others = link.collect().into_iter().enumerate().skip(1);
    Some(std::iter::once(value).chain(others.map(|(from, bytes)| read(session, from, &bytes))).collect())
}

/// Collects one value of each rank on every rank, in rank order.
///
/// # Panics
/// If the ranks come to different places of the program, inside an iteration, and if a value cannot be encoded.
#[track_caller]
pub fn all_gather<T: Serialize + DeserializeOwned>(value: T) -> Vec<T> {
    let session = session::current();
    if session.size() == 1 {
        return vec![value];
    }
    let mine = encoded(&value);
    drop(value);
    let all = meet(session, "all_gather", mine, joined).answer();
    let parts = split(&all, session.size())
        .unwrap_or_else(|| session.fail("`all_gather` got an answer that is not one value of each rank"));
    parts.into_iter().enumerate().map(|(from, bytes)| read(session, from, bytes)).collect()
}

/// Comes to a collective at the caller's place.
#[track_caller]
fn meet(session: &'static Session, name: &str, data: Payload, combine: fn(&[Payload]) -> Payload) -> Link {
    let place = place(name, Location::caller());
    let spec = Spec::Collective(combine);
    session.enter(Rendezvous { op: Op::Collective, place, length: None, digest: 0, wants: false, data, spec })
}

/// A place in the program, readable.
pub(crate) fn place(name: &str, at: &Location<'_>) -> String {
    format!("`{name}` ({}:{})", at.file(), at.line())
}

fn first(brought: &[Payload]) -> Payload {
    brought[0].clone()
}

/// The bytes of all, each after its length.
pub(crate) fn joined(brought: &[Payload]) -> Payload {
    let mut bytes = Vec::with_capacity(brought.iter().map(|part| part.len() + 10).sum());
    for part in brought {
        put_number(&mut bytes, part.len() as u64);
        bytes.extend_from_slice(part);
    }
    bytes.into()
}

/// Undoes [`joined`], for so many ranks.
pub(crate) fn split(mut bytes: &[u8], ranks: usize) -> Option<Vec<&[u8]>> {
    let mut parts = vec![];
    for _ in 0..ranks {
        let (length, rest) = take_number(bytes)?;
        let (part, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
        parts.push(part);
        bytes = rest;
    }
    bytes.is_empty().then_some(parts)
}

fn encoded<T: Serialize>(value: &T) -> Payload {
    let mut bytes = vec![];
    encode(value, &mut bytes);
    bytes.into()
}

/// The value that came from rank `from`.
fn read<T: DeserializeOwned>(session: &Session, from: usize, bytes: &[u8]) -> T {
    decode(bytes).unwrap_or_else(|why| session.fail(&format!("from rank {from}: {why}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::run;

    #[test]
    fn every_collective_on_every_small_size() {
        for ranks in 1..=5 {
            let results = run(ranks, || {
                barrier();
                let seed = bcast(is_root().then(|| vec![1.5, 2.5]));
                let made = on_root(|| format!("made by {}", rank()));
                let gathered = gather((rank(), "x".repeat(rank())));
                let all = all_gather(rank() * 10);
                barrier();
                (seed, made, gathered, all)
            });
            for (rank, (seed, made, gathered, all)) in results.into_iter().enumerate() {
                assert_eq!((seed, made.as_str()), (vec![1.5, 2.5], "made by 0"));
                assert_eq!(all, (0..ranks).map(|rank| rank * 10).collect::<Vec<_>>());
                let expected = (0..ranks).map(|rank| (rank, "x".repeat(rank))).collect::<Vec<_>>();
                assert_eq!(gathered, (rank == 0).then_some(expected));
            }
        }
    }

    #[test]
    fn unit_values_and_empty_payloads_gather() {
        let results = run(3, || (gather(()), all_gather(())));
        assert_eq!(results[0], (Some(vec![(); 3]), vec![(); 3]));
    }

    #[test]
    #[should_panic(expected = "`gather` (dlp-core/src/collective.rs")]
    fn ranks_at_different_collectives_are_told_so() {
        run(3, || if rank() == 2 { drop(gather(1)) } else { barrier() });
    }

    #[test]
    #[should_panic(expected = "the end of the program")]
    fn a_rank_that_leaves_while_others_wait_is_told_on() {
        run(2, || {
            if rank() == 1 {
                barrier();
            }
        });
    }

    #[test]
    #[should_panic(expected = "passed `None`")]
    fn a_root_without_a_value_is_told_so() {
        run(2, || bcast::<u8>(None));
    }
}
