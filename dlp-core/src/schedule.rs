//! How the indices of a loop are cut into ranges, as pure arithmetic.
//!
//! [`shares`] cuts without a manager: every rank computes its own ranges. A [`Dealer`] cuts as requests
//! come in, by a [`Rule`]. Neither knows messages, ranks of a transport, or a clock: time comes in as a number.

mod dealer;

use std::ops::Range;

pub use self::dealer::{Dealer, Rule};

/// How many iterations are handed out at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Chunk {
    /// As many as keep the cost of handing out small beside the work.
    #[default]
    Auto,
    /// This many; at least 1.
    Fixed(u64),
}

impl Chunk {
    /// The number, where one was given.
    pub fn fixed(self) -> Option<u64> {
        match self {
            Chunk::Auto => None,
            Chunk::Fixed(count) => Some(count.max(1)),
        }
    }
}

/// A way of sharing out that needs no manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Static {
    /// Blocks of this many iterations in turn: block-cyclic, or cyclic with 1.
    Cyclic(u64),
    /// One contiguous share each of so many iterations; the first shares are the longer ones by one.
    Block(u64),
    /// Everything to member 0.
    First,
}

/// Who cuts a loop into ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cut {
    /// A manager, as members ask.
    Dealt,
    /// Every member for itself.
    Own(Static),
    /// Members, from the batch that the manager gave to their node.
    Pool,
}

impl Static {
    /// Whether all of `run`, iterations that follow one another, fall to this one of several members.
    pub fn owns(self, member: u64, members: u64, run: &Range<u64>) -> bool {
        match self {
            // One member's blocks follow one another.
            _ if members == 1 => true,
            Static::Cyclic(chunk) => {
                let block = run.start / chunk.max(1);
                let in_one = !run.is_empty() && (run.end - 1) / chunk.max(1) == block;
                in_one && block % members == member
            }
            how => shares(how, member, members, None)
                .next()
                .is_some_and(|share| share.start <= run.start && run.end <= share.end),
        }
    }
}

/// The ranges of one member of a static schedule, in increasing order.
///
/// Where the length is unknown, the ranges of [`Static::Cyclic`] and [`Static::First`] go on for ever.
///
/// ```
/// use dlp_core::schedule::{Static, shares};
/// let of = |member| shares(Static::Cyclic(2), member, 3, Some(11)).collect::<Vec<_>>();
/// assert_eq!(of(0), [0..2, 6..8]);
/// assert_eq!(of(1), [2..4, 8..10]);
/// assert_eq!(of(2), [4..6, 10..11]);
/// ```
pub fn shares(how: Static, member: u64, members: u64, length: Option<u64>) -> Shares {
    let end = length.unwrap_or(u64::MAX);
    let (first, width, stride) = match how {
        Static::Cyclic(chunk) => {
            let chunk = chunk.max(1);
            (chunk.saturating_mul(member), chunk, chunk.saturating_mul(members))
        }
        Static::Block(length) => {
            let (each, longer) = (length / members, length % members);
            (each * member + member.min(longer), each + u64::from(member < longer), u64::MAX)
        }
        Static::First => (if member == 0 { 0 } else { end }, end, u64::MAX),
    };
    Shares { next: Some(first), width, stride, end }
}

/// The ranges of one member; see [`shares`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Shares {
    next: Option<u64>,
    width: u64,
    stride: u64,
    end: u64,
}

impl Iterator for Shares {
    type Item = Range<u64>;

    fn next(&mut self) -> Option<Range<u64>> {
        let start = self.next?;
        let range = start.min(self.end)..start.saturating_add(self.width).min(self.end);
        self.next = start.checked_add(self.stride);
        (!range.is_empty()).then_some(range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(ranges: impl IntoIterator<Item = Range<u64>>) -> Vec<u64> {
        let mut all: Vec<u64> = ranges.into_iter().flatten().collect();
        all.sort_unstable();
        all
    }

    #[test]
    fn static_shares_cover_every_index_once() {
        for length in 0..40 {
            for members in 1..7 {
                let hows = [Static::Cyclic(1), Static::Cyclic(3), Static::Block(length), Static::First];
                for how in hows {
                    let all = (0..members).flat_map(|member| shares(how, member, members, Some(length)));
                    assert_eq!(covered(all), (0..length).collect::<Vec<_>>(), "{how:?} {length} {members}");
                }
            }
        }
    }

    #[test]
    fn who_owns_a_run_is_who_has_it_in_a_share() {
        assert!(Static::Cyclic(2).owns(0, 1, &(0..9)));
        for (members, length) in [(2, 13), (3, 20), (4, 3)] {
            for how in [Static::Cyclic(1), Static::Cyclic(3), Static::Block(length), Static::First] {
                for member in 0..members {
                    let mine: Vec<Range<u64>> = shares(how, member, members, Some(length)).collect();
                    let runs = (0..length).flat_map(|a| (a + 1..=length).map(move |b| a..b));
                    for run in runs {
                        let inside =
                            mine.iter().any(|share| share.start <= run.start && run.end <= share.end);
                        // A share past the end of the loop is nobody's, and is not asked for.
                        assert_eq!(how.owns(member, members, &run), inside, "{how:?} {member} {run:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn block_shares_differ_by_at_most_one() {
        for (length, members) in [(10, 3), (2, 5), (u64::MAX - 1, 7), (0, 2)] {
            let lengths = (0..members)
                .map(|member| shares(Static::Block(length), member, members, Some(length)).next())
                .map(|share| share.map_or(0, |range| range.end - range.start));
            let (least, most) = lengths.fold((u64::MAX, 0), |(a, b), n| (a.min(n), b.max(n)));
            assert!(most - least <= 1, "{length} over {members}: {least} to {most}");
        }
    }

    #[test]
    fn cyclic_shares_of_unknown_length_go_on() {
        let first: Vec<_> = shares(Static::Cyclic(2), 1, 3, None).take(3).collect();
        assert_eq!(first, [2..4, 8..10, 14..16]);
        assert_eq!(shares(Static::First, 1, 3, None).next(), None);
        assert_eq!(shares(Static::First, 0, 3, None).next(), Some(0..u64::MAX));
        assert_eq!(shares(Static::Cyclic(0), 1, 3, Some(9)).next(), Some(1..2), "a chunk is at least 1");
        let mut huge = shares(Static::Cyclic(u64::MAX), 0, 2, Some(5));
        assert_eq!((huge.next(), huge.next()), (Some(0..5), None));
    }
}
