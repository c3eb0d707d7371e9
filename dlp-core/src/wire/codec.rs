//! Messages as bytes, and back.
//!
//! Every message is a header of [`HEADER`] bytes and as many payload bytes as the header announces, so that a
//! receiver knows every length before it receives. All numbers are little-endian.

use super::{Completion, Enter, Frame, HEADER, Message, Op, Outcome, Payload, WireError};

/// First bytes of every header: the protocol and its version.
const MAGIC: [u8; 4] = *b"dlp1";

/// Stands for "none" in a header field that holds an optional number.
const NONE: u64 = u64::MAX;

impl Frame {
    /// The length of the payload that a header announces, in bytes.
    pub fn announced(header: &[u8; HEADER]) -> Result<u64, WireError> {
        if header[..4] != MAGIC {
            return Err(WireError::Magic);
        }
        Ok(number(header, 5))
    }
}

/// What goes into a frame: the kind, and a small and four large numbers whose meaning the kind decides.
struct Fields {
    kind: u16,
    small: u16,
    numbers: [u64; 4],
    payload: Payload,
}

impl Message {
    /// The message as a transport carries it; `epoch` counts the rendezvous that the sender has come to.
    pub fn encode(self, epoch: u64) -> Frame {
        let plain = |kind, numbers, payload| Fields { kind, small: 0, numbers, payload };
        let fields = match self {
            Message::Enter(enter) => {
                let place = clip(&enter.place);
                let mut bytes = enter.data.into_vec();
                bytes.extend_from_slice(place.as_bytes());
                Fields {
                    kind: 1,
                    small: u16::try_from(place.len()).expect("clipped"),
                    numbers: [
                        enter.op as u64,
                        enter.length.unwrap_or(NONE),
                        enter.digest,
                        u64::from(enter.wants),
                    ],
                    payload: bytes.into(),
                }
            }
            Message::Go(settings) => plain(2, [0; 4], settings),
            Message::Request { completion: Completion { done, undone, end }, wants, part } => Fields {
                kind: 3,
                small: u16::from(wants),
                // `undone` always ends the range that `done` begins, so its start need not travel.
                numbers: [done.start, done.end, undone.end.max(done.end), end.unwrap_or(NONE)],
                payload: part,
            },
            Message::Left { index, part } => plain(4, [index, 0, 0, 0], part),
            Message::Assign(range) => plain(5, [range.start, range.end, 0, 0], Payload::default()),
            Message::Release => plain(6, [0; 4], Payload::default()),
            Message::Cancel(at) => plain(7, [at, 0, 0, 0], Payload::default()),
            Message::Part(part) => plain(8, [0; 4], part),
            Message::Finish(Outcome { end, exit }) => {
                plain(9, [end, exit.unwrap_or(NONE), 0, 0], Payload::default())
            }
            Message::Answer(answer) => plain(10, [0; 4], answer),
            Message::Progress(count) => plain(11, [count, 0, 0, 0], Payload::default()),
            Message::Seen => plain(13, [0; 4], Payload::default()),
            Message::Ask => plain(14, [0; 4], Payload::default()),
            Message::Batch(range) => plain(15, [range.start, range.end, 0, 0], Payload::default()),
            Message::Abort(why) => plain(12, [0; 4], why.into_bytes().into()),
        };
        let mut header = [0; HEADER];
        header[..4].copy_from_slice(&MAGIC);
        header[4..6].copy_from_slice(&fields.kind.to_le_bytes());
        header[6..8].copy_from_slice(&fields.small.to_le_bytes());
        let [a, b, c, d] = fields.numbers;
        let length = fields.payload.len() as u64;
        for (slot, value) in [epoch, a, b, c, d, length].into_iter().enumerate() {
            header[8 + slot * 8..16 + slot * 8].copy_from_slice(&value.to_le_bytes());
        }
        Frame { header, payload: fields.payload }
    }
}

/// What a kind of message makes use of; the rest of its header is 0.
struct Shape {
    /// How many of the large numbers.
    numbers: usize,
    /// The largest small number.
    small: u16,
    payload: bool,
}

impl Shape {
    fn of(kind: u16) -> Option<Self> {
        let (numbers, small, payload) = match kind {
            1 => (4, u16::MAX, true),
            3 => (4, 1, true),
            4 => (1, 0, true),
            5 | 9 | 15 => (2, 0, false),
            7 | 11 => (1, 0, false),
            6 | 13 | 14 => (0, 0, false),
            2 | 8 | 10 | 12 => (0, 0, true),
            _ => return None,
        };
        Some(Self { numbers, small, payload })
    }
}

impl Message {
    /// Reads a frame: the epoch of its sender, and the message.
    ///
    /// # Errors
    /// A [`WireError`] if the bytes are not what [`Message::encode`] makes; never a panic.
    pub fn decode(frame: Frame) -> Result<(u64, Message), WireError> {
        let Frame { header, payload } = frame;
        if Frame::announced(&header)? != payload.len() as u64 {
            return Err(WireError::Malformed("the payload is not as long as announced"));
        }
        let (kind, small) = (short(&header, 4), short(&header, 6));
        let numbers = [1, 2, 3, 4].map(|slot| number(&header, slot));
        let [a, b, c, d] = numbers;
        let shape = Shape::of(kind).ok_or(WireError::Kind(kind))?;
        if small > shape.small || numbers[shape.numbers..].iter().any(|&number| number != 0) {
            return Err(WireError::Malformed("a field that its kind does not have"));
        }
        if !shape.payload && !payload.is_empty() {
            return Err(WireError::Malformed("a payload that its kind does not have"));
        }
        let message = match kind {
            1 => {
                let op = usize::try_from(a).ok().and_then(|op| Op::ALL.get(op).copied());
                let op = op.ok_or(WireError::Malformed("an unknown kind of rendezvous"))?;
                if d > 1 {
                    return Err(WireError::Malformed("neither yes nor no"));
                }
                let mut data = payload.into_vec();
                let cut = data.len().checked_sub(usize::from(small));
                let place = data.split_off(cut.ok_or(WireError::Malformed("a place that is not there"))?);
                let place =
                    String::from_utf8(place).map_err(|_| WireError::Malformed("a place that is not text"))?;
                Message::Enter(Enter {
                    op,
                    place,
                    length: optional(b),
                    digest: c,
                    wants: d == 1,
                    data: data.into(),
                })
            }
            2 => Message::Go(payload),
            3 => {
                if a > b || b > c {
                    return Err(WireError::Malformed("a range that ends before it begins"));
                }
                let completion = Completion { done: a..b, undone: b..c, end: optional(d) };
                Message::Request { completion, wants: small == 1, part: payload }
            }
            4 => Message::Left { index: a, part: payload },
            5 | 15 if a > b => return Err(WireError::Malformed("a range that ends before it begins")),
            5 => Message::Assign(a..b),
            6 => Message::Release,
            7 => Message::Cancel(a),
            8 => Message::Part(payload),
            9 => Message::Finish(Outcome { end: a, exit: optional(b) }),
            10 => Message::Answer(payload),
            11 => Message::Progress(a),
            13 => Message::Seen,
            14 => Message::Ask,
            15 => Message::Batch(a..b),
            12 => {
                let why = String::from_utf8(payload.into_vec());
                Message::Abort(why.map_err(|_| WireError::Malformed("a reason that is not text"))?)
            }
            unknown => return Err(WireError::Kind(unknown)),
        };
        Ok((number(&header, 0), message))
    }
}

/// The `slot`th of the six large numbers of a header: the epoch, four numbers, and the payload's length.
fn number(header: &[u8; HEADER], slot: usize) -> u64 {
    let at = 8 + slot * 8;
    u64::from_le_bytes(header[at..at + 8].try_into().expect("eight bytes"))
}

fn short(header: &[u8; HEADER], at: usize) -> u16 {
    u16::from_le_bytes([header[at], header[at + 1]])
}

fn optional(number: u64) -> Option<u64> {
    (number != NONE).then_some(number)
}

/// The longest beginning of `text` that fits the header's small number.
fn clip(text: &str) -> &str {
    let mut end = text.len().min(usize::from(u16::MAX));
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> Vec<Message> {
        let data = Payload::from(vec![1, 2, 3]);
        let completion = Completion { done: 3..7, undone: 7..9, end: Some(12) };
        vec![
            Message::Enter(Enter {
                op: Op::End,
                place: "main (src/main.rs:3)".into(),
                length: Some(10),
                digest: 77,
                wants: false,
                data: data.clone(),
            }),
            Message::Enter(Enter {
                op: Op::Loop,
                place: String::new(),
                length: None,
                digest: 0,
                wants: true,
                data: Payload::default(),
            }),
            Message::Go(data.clone()),
            Message::Request { completion, wants: true, part: data.clone() },
            Message::Request { completion: Completion::default(), wants: false, part: Payload::default() },
            Message::Left { index: 4, part: data.clone() },
            Message::Assign(5..u64::MAX - 1),
            Message::Release,
            Message::Cancel(9),
            Message::Part(data.clone()),
            Message::Finish(Outcome { end: 5, exit: Some(0) }),
            Message::Finish(Outcome { end: 0, exit: None }),
            Message::Answer(data),
            Message::Progress(8),
            Message::Seen,
            Message::Ask,
            Message::Batch(7..9),
            Message::Abort("because".into()),
        ]
    }

    #[test]
    fn every_message_survives_the_wire() {
        for (epoch, message) in samples().into_iter().enumerate() {
            assert_eq!(Message::decode(message.clone().encode(epoch as u64)), Ok((epoch as u64, message)));
        }
    }

    #[test]
    fn any_flipped_or_missing_byte_is_an_error_or_another_message_but_never_a_panic() {
        for message in samples() {
            let frame = message.encode(1);
            for at in 0..HEADER {
                for value in [0, 1, 0x7f, 0xff] {
                    let mut broken = frame.clone();
                    broken.header[at] = value;
                    let _ = Message::decode(broken);
                }
            }
            if !frame.payload.is_empty() {
                let short = Frame { payload: frame.payload[1..].to_vec().into(), ..frame };
                assert_eq!(
                    Message::decode(short),
                    Err(WireError::Malformed("the payload is not as long as announced"))
                );
            }
        }
    }

    #[test]
    fn garbage_is_told_from_a_message() {
        let frame = Frame { header: [7; HEADER], payload: Payload::default() };
        assert_eq!(Message::decode(frame), Err(WireError::Magic));
        let mut frame = Message::Release.encode(0);
        frame.header[4] = 99;
        assert_eq!(Message::decode(frame), Err(WireError::Kind(99)));
        let broken = |message: Message, at: usize| {
            let mut frame = message.encode(0);
            frame.header[at] = 2;
            Message::decode(frame)
        };
        let field = Err(WireError::Malformed("a field that its kind does not have"));
        assert_eq!(broken(Message::Cancel(7), 24), field);
        assert_eq!(broken(Message::Part(vec![1].into()), 6), field);
        let completion = Completion::default();
        assert_eq!(broken(Message::Request { completion, wants: true, part: Payload::default() }, 6), field);
        let mut frame = Message::Release.encode(0);
        frame.header[HEADER - 8] = 1;
        frame.payload = vec![1].into();
        assert_eq!(
            Message::decode(frame),
            Err(WireError::Malformed("a payload that its kind does not have"))
        );
    }

    #[test]
    fn a_long_place_is_clipped_and_data_comes_back_whole() {
        let data = Payload::from(vec![9; 10]);
        let enter = Enter {
            op: Op::Loop,
            place: "ä".repeat(40_000),
            length: None,
            digest: 0,
            wants: true,
            data: data.clone(),
        };
        let Ok((0, Message::Enter(got))) = Message::decode(Message::Enter(enter).encode(0)) else {
            panic!("not an Enter")
        };
        assert_eq!(got.data, data);
        assert_eq!(got.place, "ä".repeat(32_767));
    }
}
