//! Whether the ranks that meet are in the same place of the program, with the same input.
//!
//! Every loop, every collective and the end of the program is a rendezvous: each rank announces itself to
//! the root, which compares. Pure: announcements in, agreement or a report out.

use std::fmt;

use crate::wire::{Enter, Op};

/// One rendezvous, as the root sees it.
#[derive(Clone, Debug)]
pub struct Rendezvous {
    /// The announcement of the root, with which all others are compared.
    host: Enter,
    came: Vec<bool>,
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
    Input { place: String },
    Twice { place: String },
}

impl Rendezvous {
    /// A rendezvous of `size` ranks at the place that the root has come to.
    pub fn new(size: usize, host: Enter) -> Self {
        Self { host, came: vec![false; size] }
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
            Some(What::Input { place: place() })
        } else if std::mem::replace(&mut self.came[rank], true) {
            Some(What::Twice { place: place() })
        } else {
            None
        };
        match what {
            Some(what) => Err(Mismatch { rank, what }),
            None => Ok(self.complete()),
        }
    }

    /// Whether all ranks have come.
    pub fn complete(&self) -> bool {
        self.came.iter().all(|&came| came)
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
                "the ranks are in different places of the program: rank 0 is at {root}, rank {rank} at {other}; every \
                 rank must come to the same loops and collectives in the same order"
            ),
            What::Length { place, root, other } => write!(
                f,
                "the ranks have different input at {place}: rank 0 has {}, rank {rank} has {}; every rank must build \
                 the same input",
                items(*root),
                items(*other)
            ),
            What::Input { place } => write!(
                f,
                "rank 0 and rank {rank} do not agree at {place}: the program or the input differs; start the same \
                 binary on every rank and build the same input"
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
        assert!(length.contains("rank 0 has 3 items, rank 2 has 1 item;"), "{length}");
        let digest = say(&Enter { digest: 2, ..host });
        assert!(digest.contains("rank 0 and rank 2 do not agree"), "{digest}");
    }
}
