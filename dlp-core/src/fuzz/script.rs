//! Frames of ranks that say anything at any time, mostly things that could be said. Knows the messages and what they carry,
//! and not what this rank makes of them.

use super::feed::Feed;
use crate::encoding::encode;
use crate::part::Draft;
use crate::record::EXITS;
use crate::run::Way;
use crate::schedule::Chunk;
use crate::settings::Settings;
use crate::site::Strategy;
use crate::wire::{Completion, Enter, Frame, HEADER, Message, Op, Outcome, Payload};

/// What the others say at the rendezvous number `epoch` of rank `me`.
pub(super) fn script(feed: &mut Feed<'_>, me: usize, size: usize, epoch: u64) -> Vec<(usize, Frame)> {
    let mut frames = vec![];
    while !feed.is_empty() && frames.len() < 64 {
        let from = match feed.choice(size) {
            from if from == me => (me + 1) % size,
            from => from,
        };
        frames.push((from, frame(feed, from, epoch)));
    }
    frames
}

fn frame(feed: &mut Feed<'_>, from: usize, epoch: u64) -> Frame {
    let epoch = match feed.byte() {
        253 => epoch.wrapping_sub(1),
        254 => epoch + 1,
        255 => feed.number(),
        _ => epoch,
    };
    match feed.choice(17) {
        16 => raw(feed),
        kind => message(feed, from, kind).encode(epoch),
    }
}

/// A header of any bytes, and a payload as long as it says or not.
fn raw(feed: &mut Feed<'_>) -> Frame {
    let header: [u8; HEADER] = feed.array();
    let length = feed.choice(32);
    Frame { header, payload: feed.bytes(length).to_vec().into() }
}

fn message(feed: &mut Feed<'_>, from: usize, kind: usize) -> Message {
    match kind {
        0 => Message::Go(settings(feed)),
        1 => Message::Request { completion: completion(feed), wants: feed.flag(), part: part(feed, from) },
        2 => Message::Left { index: feed.number(), part: part(feed, from) },
        3 => Message::Assign(range(feed)),
        4 => Message::Release,
        5 => Message::Cancel(feed.number()),
        6 => Message::Part(part(feed, from)),
        7 => Message::Finish(Outcome { end: feed.number(), exit: feed.flag().then(|| feed.number()) }),
        8 => Message::Answer(answer(feed)),
        9 => Message::Progress(feed.number()),
        10 => Message::Seen,
        11 => Message::Abort("enough".into()),
        12 => Message::Answer(part(feed, from)),
        13 => Message::Ask,
        14 => Message::Batch(range(feed)),
        _ => Message::Enter(Enter {
            op: [Op::Loop, Op::Collective, Op::End][feed.choice(3)],
            place: "elsewhere".into(),
            length: feed.flag().then(|| feed.number()),
            digest: feed.number(),
            wants: feed.flag(),
            data: short(feed),
        }),
    }
}

fn range(feed: &mut Feed<'_>) -> std::ops::Range<u64> {
    let start = feed.number();
    start..start.saturating_add(feed.number())
}

fn completion(feed: &mut Feed<'_>) -> Completion {
    let done = range(feed);
    let undone = done.end..done.end.saturating_add(feed.number());
    Completion { done, undone, end: feed.flag().then(|| feed.number()) }
}

fn short(feed: &mut Feed<'_>) -> Payload {
    let length = feed.choice(40);
    feed.bytes(length).to_vec().into()
}

fn settings(feed: &mut Feed<'_>) -> Payload {
    if feed.byte() == 255 {
        return short(feed);
    }
    let strategy = feed.flag().then(|| Strategy::NAMES[feed.choice(Strategy::NAMES.len())].1);
    let chunk = feed.flag().then(|| Chunk::Fixed(feed.number()));
    Settings { strategy, chunk, verify: feed.flag(), ..Settings::default() }.share()
}

/// A Part that some rank could have written, or not quite.
fn part(feed: &mut Feed<'_>, from: usize) -> Payload {
    let mut draft = match feed.byte() {
        255 => return short(feed),
        254 => Draft::of(feed.choice(300)),
        _ => Draft::of(from),
    };
    let mut next = 0_u64;
    for _ in 0..feed.choice(12) {
        let index = next.saturating_add(feed.number()).min(u64::MAX - 1);
        if index < next || next == u64::MAX - 1 {
            break;
        }
        let record = record(feed);
        draft.record().append(|bytes| bytes.extend_from_slice(&record));
        draft.close(index);
        next = index + 1;
    }
    let part = draft.take();
    if feed.byte() < 250 {
        return part;
    }
    // One byte of it is another one.
    let mut part = part.into_vec();
    let at = feed.choice(part.len().max(1));
    if let Some(byte) = part.get_mut(at) {
        *byte = feed.byte();
    }
    part.into()
}

fn record(feed: &mut Feed<'_>) -> Vec<u8> {
    let mut bytes = vec![];
    for _ in 0..feed.choice(3) {
        match feed.choice(6) {
            0 | 1 => {
                bytes.push(0);
                encode(&feed.number(), &mut bytes);
            }
            2 | 3 => {
                bytes.push(1);
                encode("some text", &mut bytes);
            }
            4 => crate::record::put_number(&mut bytes, u64::from(EXITS) + feed.number() % (1 << 31)),
            _ => bytes.extend_from_slice(&short(feed)),
        }
    }
    bytes
}

/// A verdict, a value, or anything.
fn answer(feed: &mut Feed<'_>) -> Payload {
    let mut bytes = vec![];
    match feed.choice(4) {
        0 => encode(&None::<Way>, &mut bytes),
        1 => encode(&Some(way(feed)), &mut bytes),
        2 => encode(&(7_u32, "some text"), &mut bytes),
        _ => return short(feed),
    }
    bytes.into()
}

fn way(feed: &mut Feed<'_>) -> Way {
    Way {
        exit: feed.number() as u32,
        index: feed.number(),
        replayed: feed.flag(),
        guards: feed.number(),
        values: short(feed).into_vec(),
    }
}
