//! Whether the ranks that meet are in the same place of the program, with the same input.
//!
//! Every loop, every collective and the end of the program is a rendezvous: each rank announces itself to
//! the root, which compares. Pure: announcements in, agreement or a report out.

use std::fmt;

use crate::digest::input::{Difference, Input};
use crate::wire::{Enter, Op};

/// One rendezvous, as the root sees it.
#[derive(Clone, Debug)]
pub struct Rendezvous {
    /// The announcement of the root, with which all others are compared.
    host: Enter,
    /// In a loop: what was looked at of its input, and what its captured values are called.
    input: Input,
    captured: &'static [&'static str],
    came: Vec<bool>,
    /// How many have not come.
    missing: usize,
}

/// Two ranks are not in the same place, or do not have the same input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    rank: usize,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Place { root: String, other: String },
    Length { place: String, root: Option<u64>, other: Option<u64> },
    Items { place: String, first: u64, last: u64 },
    Captured { place: String, name: &'static str },
    Program { place: String },
    Twice { place: String },
}

impl Rendezvous {
    /// A rendezvous of `size` ranks at the place that the root has come to.
    pub fn new(size: usize, host: Enter) -> Self {
        let input = if host.op == Op::Loop { Input::read(&host.data) } else { Input::default() };
        Self { host, input, captured: &[], came: vec![false; size], missing: size }
    }

    /// The same, at a loop that captures values of these names.
    pub(crate) fn capturing(self, captured: &'static [&'static str]) -> Self {
        Self { captured, ..self }
    }

    /// `rank` has come; whether all have now.
    ///
    /// # Errors
    /// If it has come to another place or with another input than the root.
    pub fn on_enter(&mut self, rank: usize, enter: &Enter) -> Result<bool, Mismatch> {
        let host = &self.host;
        let place = || host.place.clone();
        let what = if host.op != enter.op || host.place != enter.place {
            Some(What::Place { root: describe(host), other: describe(enter) })
        } else if host.length != enter.length {
            Some(What::Length { place: place(), root: host.length, other: enter.length })
        } else if host.digest != enter.digest {
            Some(What::Program { place: place() })
        } else if let Some(difference) = self.difference(enter) {
            Some(match difference {
                Difference::Items(range) => {
                    let end = range.end.min(host.length.unwrap_or(range.end));
                    // Of items past the end there are none: one rank has looked at more than it can have.
                    let last = end.saturating_sub(1).max(range.start);
                    What::Items { place: place(), first: range.start, last }
                }
                Difference::Captured(at) => {
                    let name = self.captured.get(at).copied().unwrap_or("a captured value");
                    What::Captured { place: place(), name }
                }
            })
        } else if std::mem::replace(&mut self.came[rank], true) {
            Some(What::Twice { place: place() })
        } else {
            None
        };
        match what {
            Some(what) => Err(Mismatch { rank, what }),
            None => {
                self.missing -= 1;
                Ok(self.complete())
            }
        }
    }

    /// Where what a rank iterates over, or captures, is not what the root does.
    fn difference(&self, enter: &Enter) -> Option<Difference> {
        let same = enter.op != Op::Loop || enter.data == self.host.data;
        if same { None } else { self.input.difference(&Input::read(&enter.data), enter.length) }
    }

    /// Whether all ranks have come.
    pub fn complete(&self) -> bool {
        self.missing == 0
    }

    /// The ranks that have not come.
    pub fn absent(&self) -> impl Iterator<Item = usize> {
        self.came.iter().enumerate().filter(|(_, came)| !**came).map(|(rank, _)| rank)
    }

    /// What the root announced.
    pub fn host(&self) -> &Enter {
        &self.host
    }
}

fn describe(enter: &Enter) -> String {
    match enter.op {
        Op::End => "the end of the program".to_string(),
        Op::Loop | Op::Collective => enter.place.clone(),
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rank = self.rank;
        match &self.what {
            What::Place { root, other } => write!(
                f,
                "the ranks are in different places of the program: rank 0 is at {root}, rank {rank} at {other}\n  \
                 every rank must come to the same loops and collectives in the same order"
            ),
            What::Length { place, root, other } => write!(
                f,
                "the ranks have different input at {place}: rank 0 has {}, rank {rank} has {}\n  \
                 every rank must build the same input",
                items(*root),
                items(*other)
            ),
            What::Items { place, first, last } => {
                let which = match first == last {
                    true => format!("item {first}"),
                    false => format!("one of the items {first} to {last}"),
                };
                write!(
                    f,
                    "the ranks have different input at {place}: {which} of rank {rank} is not that of rank 0\n  \
                     every rank must build the same input in the same order: sort what comes out of a hash table or a \
                     directory,\n  and have what only one should make made by `dlp::on_root(|| ..)`\n  \
                     `DLP_CHECK=full` compares all items, `DLP_CHECK=off` none"
                )
            }
            What::Captured { place, name } => write!(
                f,
                "the ranks have different input at {place}: `{name}`, which its iterations read, has another value on \
                 rank {rank} than on rank 0\n  \
                 have it made once for all, by `dlp::on_root(|| ..)`, or, if it is to be another one on each rank, compute \
                 it inside the loop,\n  or say `check = \"off\"` (for one run, `DLP_CHECK=off`)"
            ),
            What::Program { place } => write!(
                f,
                "rank 0 and rank {rank} do not run the same program at {place}\n  \
                 start the same binary on every rank"
            ),
            What::Twice { place } => write!(f, "rank {rank} came twice to {place}"),
        }
    }
}

fn items(length: Option<u64>) -> String {
    match length {
        Some(1) => "1 item".to_string(),
        Some(length) => format!("{length} items"),
        None => "a source that cannot say its length".to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Payload;

    fn at(op: Op, place: &str, length: u64) -> Enter {
        Enter {
            op,
            place: place.into(),
            length: Some(length),
            digest: 1,
            wants: true,
            data: Payload::default(),
        }
    }

    #[test]
    fn ranks_in_one_place_agree_when_all_have_come() {
        let enter = at(Op::Loop, "the loop of `f` (a.rs:1)", 3);
        let mut meeting = Rendezvous::new(3, enter.clone());
        assert_eq!(meeting.on_enter(0, &enter), Ok(false));
        assert_eq!(meeting.on_enter(2, &enter), Ok(false));
        assert!(!meeting.complete());
        let again = meeting.on_enter(2, &enter).unwrap_err().to_string();
        assert_eq!(again, "rank 2 came twice to the loop of `f` (a.rs:1)");
        assert_eq!(meeting.on_enter(1, &enter), Ok(true));
        assert!(meeting.complete());
    }

    #[test]
    fn items_that_the_loop_does_not_have_are_a_difference() {
        let numbers = |numbers: &[u32]| {
            let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
            Payload::from(bytes)
        };
        // No captured value, all items looked at, and none or one of them.
        for length in [0, u64::MAX - 1] {
            let host = Enter { data: numbers(&[0, 3]), ..at(Op::Loop, "the loop of `f` (a.rs:1)", length) };
            let other = Enter { data: numbers(&[0, 3, 7]), ..host.clone() };
            let said = Rendezvous::new(2, host).on_enter(1, &other).unwrap_err().to_string();
            assert!(said.contains("item") && said.contains("of rank 1 is not that of rank 0"), "{said}");
        }
    }

    #[test]
    fn every_difference_is_named_by_place_and_rank() {
        let host = at(Op::Loop, "the loop of `f` (a.rs:1)", 3);
        let mut meeting = Rendezvous::new(3, host.clone());
        let mut say = |enter: &Enter| meeting.on_enter(2, enter).unwrap_err().to_string();
        let other = say(&at(Op::Collective, "`barrier` (a.rs:9)", 3));
        assert!(
            other.contains("rank 0 is at the loop of `f` (a.rs:1), rank 2 at `barrier` (a.rs:9)"),
            "{other}"
        );
        let end = say(&at(Op::End, "", 3));
        assert!(end.contains("rank 2 at the end of the program"), "{end}");
        let other = say(&at(Op::Loop, "the loop of `g` (a.rs:8)", 3));
        assert!(other.contains("in different places"), "{other}");
        let other = say(&Enter { op: Op::Collective, ..host.clone() });
        assert!(other.contains("in different places"), "{other}");
        let length = say(&at(Op::Loop, "the loop of `f` (a.rs:1)", 1));
        assert!(length.contains("rank 0 has 3 items, rank 2 has 1 item\n"), "{length}");
        let digest = say(&Enter { digest: 2, ..host });
        assert!(digest.contains("rank 0 and rank 2 do not run the same program"), "{digest}");
    }
}
