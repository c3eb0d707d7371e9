//! What is known of a loop at compile time: where it stands and what was asked for it.
//!
//! The attribute emits one static [`Loop`] for each loop it splits. Nothing here knows Rust's syntax or
//! anything that happens at run time.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::record::PANIC;
use crate::schedule::Chunk;

/// How the iterations of a loop are shared out among the ranks.
///
/// ```
/// use dlp_core::site::Strategy;
/// const STRATEGY: Strategy = Strategy::RoundRobin;
/// assert_eq!("round_robin".parse(), Ok(STRATEGY));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Strategy {
    /// `"managed"`: a manager on the root hands out chunks to whoever is free (self-scheduling). For
    /// iterations of unequal or unknown length.
    #[default]
    Managed,
    /// `"round_robin"`: iteration `i` runs on rank `i mod size` (block-cyclic with a chunk of more than
    /// one). No messages are needed to share out the work.
    RoundRobin,
    /// `"block"`: each rank runs one contiguous share; shares differ by at most one iteration. Where the
    /// length is unknown, becomes managed.
    Block,
    /// `"serial"`: the root runs every iteration and the others receive the results.
    Serial,
    /// `"guided"`: a manager hands out ever shorter chunks, the rest divided by the ranks each time
    /// ([`Rule::Guided`](crate::schedule::Rule::Guided)). This and the next two are for iterations that cost little beside handing
    /// them out; `chunk` is the length of the shortest one. Where the length is unknown, they become managed.
    Guided,
    /// `"factoring"`: the same, where each rank in turn gets an equal share of half of the rest
    /// ([`Rule::Factoring`](crate::schedule::Rule::Factoring)).
    Factoring,
    /// `"trapezoid"`: the same, in equal steps ([`Rule::Trapezoid`](crate::schedule::Rule::Trapezoid)).
    Trapezoid,
    /// `"shared"`: the ranks of a node take chunks from a batch in memory that they share ([`Pool`](crate::pool::Pool)), and only
    /// when that is empty one of them asks the manager for the next batch: half of what is left, over the nodes. For very
    /// many iterations, or very many ranks.
    Shared,
}

impl Strategy {
    /// Every strategy with its name.
    pub const NAMES: [(&'static str, Strategy); 8] = [
        ("managed", Strategy::Managed),
        ("round_robin", Strategy::RoundRobin),
        ("block", Strategy::Block),
        ("serial", Strategy::Serial),
        ("guided", Strategy::Guided),
        ("factoring", Strategy::Factoring),
        ("trapezoid", Strategy::Trapezoid),
        ("shared", Strategy::Shared),
    ];
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name =
            Self::NAMES.iter().find(|(_, strategy)| strategy == self).expect("every strategy is named");
        f.write_str(name.0)
    }
}

impl std::str::FromStr for Strategy {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, strategy)| *strategy).ok_or_else(|| {
            let known: Vec<String> = Self::NAMES.iter().map(|(name, _)| format!("`{name}`")).collect();
            format!("unknown strategy `{name}`, expected one of {}", known.join(", "))
        })
    }
}

/// Who has the result of a loop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Gather {
    /// Every rank replays every effect.
    #[default]
    All,
    /// The root replays; the other ranks leave the function after the loop.
    Root,
    /// Each rank replays its own iterations only.
    None,
}

/// What the rank does that hosts the manager.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Manager {
    /// It runs iterations too, while a service thread of its process answers.
    #[default]
    Working,
    /// It does nothing else.
    Dedicated,
}

/// Whether the ranks compare their input before a loop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Check {
    /// Of the items a few, and the captured values.
    #[default]
    Sample,
    /// All items, and the captured values.
    Full,
    /// Nothing but the number of items.
    Off,
}

impl Check {
    /// Every value with its name.
    pub const NAMES: [(&'static str, Check); 3] =
        [("sample", Check::Sample), ("full", Check::Full), ("off", Check::Off)];
}

/// What becomes of a loop in which an iteration fails: by a panic, by `?`, or by `return Err(..)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OnError {
    /// A panic ends the job, and an error leaves the loop.
    #[default]
    Stop,
    /// The iteration is left out, and listed among the failures.
    Skip,
}

/// What was asked for a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Options {
    /// How the iterations are shared out.
    pub strategy: Strategy,
    /// How many iterations are handed out at a time.
    pub chunk: Chunk,
    /// Who has the result.
    pub gather: Gather,
    /// What the manager's rank does.
    pub manager: Manager,
    /// Whether the ranks compare their input first.
    pub check: Check,
    /// What becomes of the loop when an iteration has failed.
    pub on_error: OnError,
    /// How often an iteration that fails is tried again before that.
    pub retry: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Options {
    /// What a loop has where nothing else was asked for.
    pub const DEFAULT: Self = Self {
        strategy: Strategy::Managed,
        chunk: Chunk::Auto,
        gather: Gather::All,
        manager: Manager::Working,
        check: Check::Sample,
        on_error: OnError::Stop,
        retry: 0,
    };

    /// Whether a failing iteration may be undone.
    pub(crate) fn undoes(&self) -> bool {
        self.on_error == OnError::Skip || self.retry > 0
    }
}

/// A statement of the loop's body whose effect is recorded and replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Site {
    /// The line of the statement.
    pub line: u32,
    /// The accumulator it writes, as the user spelled it.
    pub target: &'static str,
}

/// Whether an iteration may leave the loop, by `break`, `return` or `?`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Exits {
    /// No way out.
    #[default]
    Never,
    /// An iteration that takes a way out in the parallel part leaves the loop, whatever the replay finds.
    Final,
    /// The replay may skip what an iteration did: only there it turns out whether a way out is taken.
    Tentative,
}

/// A loop as the attribute saw it.
#[derive(Debug)]
pub struct Loop {
    /// The function's path, as in `module::function`.
    pub function: &'static str,
    /// The source file.
    pub file: &'static str,
    /// The line of the `for`.
    pub line: u32,
    /// A hash of the loop's tokens: another program text has another hash.
    pub hash: u64,
    /// The effects, in the order of the text; their position is their number.
    pub sites: &'static [Site],
    /// The values that its iterations capture and that are compared between the ranks, as the user spelled them.
    pub captured: &'static [&'static str],
    /// Whether and when an iteration may leave the loop.
    pub exits: Exits,
    /// The numbers of the ways out by which it can be left.
    pub ways_out: &'static [u32],
    /// What was asked for the loop.
    pub options: Options,
}

impl Loop {
    /// Whether it can be left by this way out.
    pub(crate) fn has(&self, exit: u32) -> bool {
        exit == PANIC && self.exits != Exits::Never || self.ways_out.contains(&exit)
    }

    /// A digest of what must be the same program text on all ranks.
    pub(crate) fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.hash, self.sites.len(), self.options).hash(&mut hasher);
        hasher.finish()
    }
}

impl fmt::Display for Loop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the loop of `{}` ({}:{})", self.function, self.file, self.line)
    }
}
