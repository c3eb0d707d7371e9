//! A Part: the recorded effects of some iterations, the unit that travels, is gathered and is replayed.
//!
//! A member drafts one while it works ([`Draft`]), and whoever replays merges the Parts of all members into
//! loop order ([`Ledger`]). A Part is one buffer:
//!
//! ```text
//! effects | lengths | runs | length of effects (8 bytes) | length of lengths (8 bytes) | member (8 bytes)
//! ```
//!
//! *effects* are the records of the iterations one after another; *lengths* says where one ends and the next
//! begins, as pairs (bytes of a record, how many records of so many bytes follow one another), so that loops
//! whose records are all alike pay nothing for it; *runs* names the iterations, as pairs (distance from the
//! end of the run before, iterations in the run). All these numbers are LEB128.
//!
//! Nothing here knows what an effect means, a rank, a message or a clock.

mod cursor;
mod draft;
mod ledger;
mod sections;

pub use self::cursor::{Stretch, read_all, read_stretches};
pub use self::draft::Draft;
pub use self::ledger::Ledger;
pub use self::sections::{inspect, writer};

/// Bytes at the end of a Part that say how long its sections are.
const TRAILER: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Payload, WireError};

    fn part(iterations: &[(u64, &[u8])]) -> Payload {
        let mut draft = Draft::default();
        for (index, bytes) in iterations {
            draft.record().append(|record| record.extend_from_slice(bytes));
            draft.close(*index);
        }
        assert_eq!(draft.count(), iterations.len() as u64);
        draft.take()
    }

    fn read(part: Payload) -> Result<Vec<(u64, Vec<u8>)>, WireError> {
        let mut all = vec![];
        read_all(part, |index, bytes| all.push((index, bytes.to_vec()))).map(|()| all)
    }

    #[test]
    fn what_was_drafted_is_read() {
        let iterations: [(u64, &[u8]); 6] =
            [(3, b"ab"), (4, b"cd"), (5, b""), (9, b""), (10, b"e"), (u64::MAX - 1, b"xyz")];
        let got = read(part(&iterations)).unwrap();
        let expected: Vec<_> = iterations.iter().map(|(index, bytes)| (*index, bytes.to_vec())).collect();
        assert_eq!(got, expected);
        assert_eq!(read(Payload::default()), Ok(vec![]));
    }

    #[test]
    fn a_draft_can_be_used_again() {
        let mut draft = Draft::default();
        for index in [0, 7, 8] {
            draft.record().append(|record| record.push(index as u8));
            draft.close(index);
            assert_eq!(draft.bytes(), 1);
            assert_eq!(read(draft.take()), Ok(vec![(index, vec![index as u8])]));
            assert_eq!((draft.count(), draft.take().len()), (0, 0));
        }
    }

    #[test]
    fn records_that_are_all_alike_cost_nothing_to_delimit() {
        let mut draft = Draft::default();
        // Fewer under Miri, which is slow.
        let count: u64 = if cfg!(miri) { 1000 } else { 100_000 };
        for index in 0..count {
            draft.record().append(|record| record.extend_from_slice(&[1; 8]));
            draft.close(index);
        }
        assert!((draft.take().len() as u64) < 8 * count + 40);
    }

    #[test]
    fn a_ledger_gives_loop_order_for_any_order_of_arrival() {
        // Three members, cyclic by two, in Parts of several runs.
        let of = |member: u64, from: u64, to: u64| {
            let mine: Vec<u64> = (from..to).filter(|index| index / 2 % 3 == member).collect();
            let bytes: Vec<Vec<u8>> =
                mine.iter().map(|index| vec![*index as u8; (*index % 4) as usize]).collect();
            let iterations: Vec<_> = mine.iter().copied().zip(bytes.iter().map(Vec::as_slice)).collect();
            part(&iterations)
        };
        let parts = [of(0, 0, 20), of(1, 0, 9), of(1, 9, 20), of(2, 0, 20)];
        for order in permutations(parts.len()) {
            let (mut ledger, mut seen) = (Ledger::default(), vec![]);
            for at in order {
                ledger.add(parts[at].clone()).unwrap();
                while ledger.step(|index, bytes| seen.push((index, bytes.to_vec()))).unwrap().is_some() {}
            }
            let expected: Vec<_> =
                (0..20).map(|index| (index, vec![index as u8; (index % 4) as usize])).collect();
            assert_eq!(seen, expected);
            assert!(ledger.is_empty());
        }
    }

    #[test]
    fn an_iteration_twice_is_an_error() {
        let mut ledger = Ledger::default();
        assert!(ledger.is_empty());
        ledger.add(part(&[(0, b"a"), (1, b"b")])).unwrap();
        assert!(!ledger.is_empty());
        while ledger.step(|_, _| ()).unwrap().is_some() {}
        assert!(ledger.add(part(&[(1, b"b")])).is_err());
    }

    #[test]
    fn broken_parts_are_errors_and_never_panics() {
        let good = part(&[(3, b"ab"), (4, b"cd"), (9, b"e")]).into_vec();
        for at in 0..good.len() {
            for value in [0, 1, 2, 0x7f, 0x80, 0xff] {
                let mut broken = good.clone();
                broken[at] = value;
                let _ = read(broken.into());
            }
            assert!(at == 0 || read(good[..at].to_vec().into()).is_err());
        }
    }

    #[test]
    fn sections_that_do_not_fit_together_are_errors() {
        let of = |effects: &[u8], lengths: &[u8], runs: &[u8]| {
            let ends = [effects.len() as u64, lengths.len() as u64, 0].map(u64::to_le_bytes).concat();
            let part = Payload::from([effects, lengths, runs, &ends].concat());
            Ledger::default().add(part.clone()).and_then(|()| read(part))
        };
        assert_eq!(of(b"ab", &[2, 1], &[3, 1]), Ok(vec![(3, b"ab".to_vec())]));
        assert!(of(b"abc", &[2, 1], &[3, 1]).is_err(), "effects of no record");
        assert!(of(b"a", &[2, 1], &[3, 1]).is_err(), "a record longer than the effects");
        assert!(of(b"ab", &[2, 1], &[3, 2]).is_err(), "an iteration without a record");
        assert!(of(b"ab", &[1, 2], &[3, 1]).is_err(), "a record without an iteration");
        let empty_run = Err(WireError::Malformed("a run out of range"));
        assert_eq!(of(b"ab", &[2, 1], &[3, 0, 0, 1]), empty_run);
        assert!(of(b"ab", &[2, 0, 2, 1], &[3, 1]).is_err(), "a length of no record");
    }

    fn permutations(n: usize) -> Vec<Vec<usize>> {
        if n == 0 {
            return vec![vec![]];
        }
        let shorter = permutations(n - 1);
        shorter
            .iter()
            .flat_map(|order| {
                (0..n).map(|at| {
                    let mut longer = order.clone();
                    longer.insert(at, n - 1);
                    longer
                })
            })
            .collect()
    }
}
