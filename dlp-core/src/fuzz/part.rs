//! Parts, alone and merged with others.

use super::feed::Feed;
use crate::part::{Draft, Ledger, inspect, read_all};
use crate::wire::Payload;

/// How many iterations the loop has.
const LENGTH: u64 = 1000;

/// Any bytes as a Part: either refused, or read to its end, and written again the same iterations come of it.
pub(super) fn part(bytes: &[u8]) {
    let mut feed = Feed::new(bytes);
    let sections = feed.flag().then(|| [feed.byte(), feed.byte()]);
    let mut part = feed.rest().to_vec();
    if let Some([effects, lengths]) = sections {
        // A trailer that fits, so that what is before it is looked at.
        let effects = u64::from(effects).min(part.len() as u64);
        let lengths = u64::from(lengths).min(part.len() as u64 - effects);
        part.extend([effects, lengths, 1].map(u64::to_le_bytes).concat());
    }
    let part = Payload::from(part);
    let mut count = 0;
    let inspected = inspect(&part, |run| {
        count += run.end.min(LENGTH) - run.start.min(LENGTH);
        run.end <= LENGTH
    });
    let mut first = None;
    if inspected.is_ok() {
        let mut all = vec![];
        let read = read_all(part.clone(), |index, record| all.push((index, record.to_vec())));
        assert_eq!((read, all.len() as u64), (Ok(()), count), "what was let pass is read to its end");
        assert!(all.is_sorted_by_key(|(index, _)| *index));
        assert_eq!(again(&all), all);
        first = all.first().map(|(index, _)| *index);
    }
    merged(part, first);
}

/// The iterations of a Part that is made of these.
fn again(iterations: &[(u64, Vec<u8>)]) -> Vec<(u64, Vec<u8>)> {
    let (mut draft, mut all) = (Draft::of(1), vec![]);
    for (index, record) in iterations {
        draft.record().append(|bytes| bytes.extend_from_slice(record));
        draft.close(*index);
    }
    read_all(draft.take(), |index, record| all.push((index, record.to_vec()))).expect("just written");
    all
}

/// Takes a Part in after the iterations before `first`, refused or not.
fn merged(part: Payload, first: Option<u64>) {
    let (mut ledger, mut draft) = (Ledger::default(), Draft::of(0));
    (0..first.unwrap_or(0)).for_each(|index| draft.close(index));
    ledger.add(draft.take()).expect("just written");
    if ledger.add(part).is_err() {
        return;
    }
    for _ in 0..2 * LENGTH {
        match ledger.step(|_, _| ()) {
            Ok(Some(())) => assert!(ledger.peek().is_none_or(|(_, record)| record.len() < usize::MAX)),
            Ok(None) | Err(_) => break,
        }
    }
}
