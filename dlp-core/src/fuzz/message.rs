//! Headers and payloads as messages, and announcements compared with the root's.

use super::feed::Feed;
use crate::rendezvous::Rendezvous;
use crate::transport::head::{self, Head};
use crate::wire::{Enter, Frame, HEADER, Message, Op};

/// Any header with any payload; what is read is written as it was.
pub(super) fn message(bytes: &[u8]) {
    let mut feed = Feed::new(bytes);
    let well_announced = feed.flag();
    let mut header: [u8; HEADER] = feed.array();
    let payload = feed.rest();
    if well_announced {
        header[..4].copy_from_slice(b"dlp1");
        header[HEADER - 8..].copy_from_slice(&(payload.len() as u64).to_le_bytes());
    }
    let frame = Frame { header, payload: payload.to_vec().into() };
    let _ = Frame::announced(&frame.header);
    first_of(&frame);
    if let Ok(head) = head::read(bytes) {
        assert!(matches!(head, Head::Pieces { piece: 1.., .. } | Head::Whole(_)), "{head:?}");
    }
    if let Ok((epoch, message)) = Message::decode(frame.clone()) {
        assert!(!format!("{message:?}").is_empty());
        let again = message.clone().encode(epoch);
        assert_eq!(again, frame, "{message:?} is written in another way");
        assert_eq!(Message::decode(again), Ok((epoch, message)));
    }
}

/// What goes first of a frame tells how long it is.
fn first_of(frame: &Frame) {
    let mut first = vec![];
    if head::write(frame, 100, &mut first).is_ok() {
        let length = match head::read(&first).expect("just written") {
            Head::Whole(whole) => whole.payload.len(),
            Head::Pieces { length, .. } => length,
        };
        assert_eq!(length, frame.payload.len());
    }
}

/// An announcement from another rank, at a loop of which the root has looked at its own input.
pub(super) fn input(bytes: &[u8]) {
    let mut feed = Feed::new(bytes);
    let length = Some(feed.number()).filter(|&length| length != u64::MAX);
    let op = [Op::Loop, Op::Collective, Op::End][feed.choice(3)];
    let (own, same) = (feed.choice(64), feed.choice(64));
    let own = feed.bytes(own);
    // What another rank has is mostly what the root has, but for the end.
    let mut data = own[..same.min(own.len())].to_vec();
    data.extend_from_slice(feed.rest());
    let host =
        Enter { op, place: "a place".into(), length, digest: 1, wants: true, data: own.to_vec().into() };
    let other = Enter { data: data.into(), ..host.clone() };
    let mut meeting = Rendezvous::new(2, host.clone()).capturing(&["x"]);
    assert_eq!(meeting.on_enter(0, &host), Ok(false), "no rank differs from itself");
    match meeting.on_enter(1, &other) {
        Ok(all) => assert!(all),
        Err(mismatch) => assert!(mismatch.to_string().contains("rank 1"), "{mismatch}"),
    }
}
