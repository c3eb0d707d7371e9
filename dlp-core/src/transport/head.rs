//! The first message of a frame, where messages are limited: the header with the payload behind it if that is short, else with
//! how the payload follows in pieces.
//!
//! Pure: frames in, bytes out, and back. Knows no transport; nothing that a first message says is believed that it cannot say.

use crate::wire::{Frame, HEADER, Payload};

/// A frame of at most this many bytes is one message. Every common MPI sends that much without asking first.
pub(crate) const SHORT: usize = 2048;

/// The longest piece that can be asked for: what MPI can count.
const LONGEST: u64 = i32::MAX as u64;

/// Bytes behind the header of a long frame: the length of its pieces.
const PIECE: usize = size_of::<u64>();

/// What a first message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Head {
    /// This is all of it.
    Whole(Frame),
    /// A payload of this length follows in pieces of this length, the last of which may be shorter.
    Pieces { header: [u8; HEADER], length: usize, piece: usize },
}

/// Appends the first message of a frame, the payload of which follows in pieces of `piece` bytes unless it is short: then that
/// is all, and the answer is true.
///
/// # Errors
/// If the header announces another payload.
pub(crate) fn write(frame: &Frame, piece: usize, message: &mut Vec<u8>) -> Result<bool, String> {
    let length = frame.payload.len() as u64;
    let announced = Frame::announced(&frame.header).map_err(|error| error.to_string())?;
    if length != announced {
        return Err(format!("{length} bytes under a header that announces {announced}"));
    }
    let is_short = is_short(announced);
    message.extend_from_slice(&frame.header);
    if is_short {
        message.extend_from_slice(&frame.payload);
    } else {
        message.extend_from_slice(&(piece as u64).to_le_bytes());
    }
    Ok(is_short)
}

/// Reads a first message.
///
/// # Errors
/// If it is not what [`write`] makes.
pub(crate) fn read(message: &[u8]) -> Result<Head, String> {
    let Some((header, rest)) = message.split_first_chunk::<HEADER>() else {
        return Err(format!("{} bytes, which is less than a header", message.len()));
    };
    let announced = Frame::announced(header).map_err(|error| error.to_string())?;
    let is_short = is_short(announced);
    if rest.len() as u64 != if is_short { announced } else { PIECE as u64 } {
        return Err(format!("a header that announces {announced} bytes, and {} with it", rest.len()));
    }
    if is_short {
        let payload = if rest.is_empty() { Payload::default() } else { rest.to_vec().into() };
        return Ok(Head::Whole(Frame { header: *header, payload }));
    }
    let piece = u64::from_le_bytes(rest.try_into().expect("as long as was made sure"));
    match (usize::try_from(announced), usize::try_from(piece)) {
        (Ok(length), Ok(pieces)) if (1..=LONGEST).contains(&piece) => {
            Ok(Head::Pieces { header: *header, length, piece: pieces })
        }
        _ => Err(format!("a header that announces {announced} bytes in pieces of {piece}")),
    }
}

fn is_short(announced: u64) -> bool {
    announced <= (SHORT - HEADER) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Message;

    fn first(length: usize, piece: usize) -> (Frame, Vec<u8>) {
        let frame = Message::Answer(vec![7; length].into()).encode(3);
        let mut message = vec![];
        assert_eq!(write(&frame, piece, &mut message), Ok(length <= SHORT - HEADER));
        (frame, message)
    }

    #[test]
    fn a_short_frame_is_one_message_and_of_a_long_one_all_lengths_are_known_first() {
        for length in [0, 1, SHORT - HEADER - 1, SHORT - HEADER] {
            let (frame, message) = first(length, 10);
            assert_eq!((message.len(), read(&message)), (HEADER + length, Ok(Head::Whole(frame))));
        }
        for length in [SHORT - HEADER + 1, SHORT, 100_000] {
            let (Frame { header, .. }, message) = first(length, 10);
            assert_eq!(read(&message), Ok(Head::Pieces { header, length, piece: 10 }));
        }
    }

    #[test]
    fn what_is_cut_or_hostile_is_an_error() {
        for length in [0, 5, 5000] {
            let (_, message) = first(length, 10);
            for end in 0..message.len() {
                assert!(read(&message[..end]).is_err(), "{end} of {length}");
            }
            assert!(read(&[&message[..], &[0]].concat()).is_err());
        }
        for piece in [0, LONGEST as usize + 1, usize::MAX] {
            assert!(read(&first(5000, piece).1).unwrap_err().contains("in pieces of"));
        }
        let mut frame = first(5, 10).0;
        frame.payload = Payload::default();
        assert!(write(&frame, 10, &mut vec![]).is_err());
    }
}
