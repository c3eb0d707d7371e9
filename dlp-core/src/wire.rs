//! What travels between ranks: the messages of the protocol.
//!
//! How they become bytes is in `wire/codec.rs`, and the bytes that they carry for others are in `wire/payload.rs`.
//! Nothing here knows a transport, a clock, a thread or a user type.

mod codec;
mod payload;

use std::fmt;
use std::ops::Range;

pub use self::payload::Payload;

/// Length of an encoded header, in bytes.
pub const HEADER: usize = 56;

/// A message as a transport sees it: a fixed-size header and opaque bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The encoded header; its last eight bytes are the payload's length.
    pub header: [u8; HEADER],
    /// The payload, exactly as long as the header says.
    pub payload: Payload,
}

/// What a rank is about to do together with the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// An annotated loop, or one of the functions that hand out indices.
    Loop,
    /// `barrier`, `bcast`, `gather`, `all_gather` or `on_root`.
    Collective,
    /// The end of the program.
    End,
}

impl Op {
    const ALL: [Op; 3] = [Op::Loop, Op::Collective, Op::End];
}

/// The announcement with which a rank comes to a rendezvous.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enter {
    /// What kind of rendezvous.
    pub op: Op,
    /// Where in the program, readable: `function (file:line)`. At most 65,535 bytes.
    pub place: String,
    /// How many items the source has, where it can say.
    pub length: Option<u64>,
    /// A digest of the input, 0 where there is none. Equal input gives equal digests.
    pub digest: u64,
    /// Whether it wants a share of the loop's work, in a loop that a manager shares out.
    pub wants: bool,
    /// What this rank brings along (a gathered value, say).
    pub data: Payload,
}

/// What a member tells its manager about the range that it was working on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Completion {
    /// The iterations that ran, all of them with success.
    pub done: Range<u64>,
    /// The iterations of the range that did not run and will not (the member takes no more).
    pub undone: Range<u64>,
    /// The source's true length, where the member ran into its end.
    pub end: Option<u64>,
}

/// How a loop ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Outcome {
    /// The number of items.
    pub end: u64,
    /// The lowest index that left the loop, where one did.
    pub exit: Option<u64>,
}

/// Everything that is said between ranks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// To the root: "I have come to this rendezvous".
    Enter(Enter),
    /// From the root: "you are in the right place; these are the settings that hold".
    Go(Payload),
    /// To the manager: what was done, the Part that came of it, and whether more is wanted.
    Request {
        /// What was done since the last request.
        completion: Completion,
        /// Whether the sender now waits for an answer (`Assign` or `Release`).
        wants: bool,
        /// The recorded effects, or nothing.
        part: Payload,
    },
    /// To the manager: the iteration `index` left the loop.
    Left {
        /// The iteration.
        index: u64,
        /// Its effects up to the exit, and which way out it took.
        part: Payload,
    },
    /// From the manager: "run these".
    Assign(Range<u64>),
    /// From the manager: "there is no more for you".
    Release,
    /// From the manager: "nothing at or after this index matters any more".
    Cancel(u64),
    /// Down the tree: recorded effects of some iterations, for every rank to replay.
    Part(Payload),
    /// Down the tree: the loop is over.
    Finish(Outcome),
    /// Down the tree: what a collective came to.
    Answer(Payload),
    /// To the manager: so many iterations of a static share are done (for a progress display).
    Progress(u64),
    /// From the manager: a Part that came in the middle of a range has been taken in, and another one may follow.
    Seen,
    /// To the manager: the pool of my node is empty.
    Ask,
    /// From the manager: the next batch for the pool of your node; if it is empty, the last.
    Batch(Range<u64>),
    /// From the root: the job cannot go on, and why.
    Abort(String),
}

/// A header or payload that this protocol cannot have sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WireError {
    /// The header does not begin as a header does: another program or version, or garbage.
    Magic,
    /// No message has this number.
    Kind(u16),
    /// A field or payload does not fit the kind of message; which one.
    Malformed(&'static str),
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WireError::Magic => {
                f.write_str("a message from something that does not speak this version of dlp")
            }
            WireError::Kind(kind) => write!(f, "a message of unknown kind {kind}"),
            WireError::Malformed(what) => write!(f, "a malformed message: {what}"),
        }
    }
}

impl std::error::Error for WireError {}
