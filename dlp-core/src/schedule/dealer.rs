//! Cutting as requests come in: a manager's part of a schedule.

use core::time::Duration;
use std::ops::Range;

use super::Chunk;

/// How long the ranges are that are handed out.
///
/// Where the length of the loop is unknown there is no rest to take a share of, and the last three hand out as
/// [`Rule::Auto`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// As many iterations as keep the cost of handing out small beside the work.
    Auto,
    /// This many.
    Fixed(u64),
    /// `rest / members`, and at least this many: guided self-scheduling (C. Polychronopoulos and D. Kuck, "Guided
    /// self-scheduling: a practical scheduling scheme for parallel supercomputers", IEEE Transactions on Computers C-36,
    /// 1987).
    Guided(u64),
    /// In batches: each member gets the same share of half of the rest, and at least this many. Factoring, with the factor 2
    /// for when nothing is known of the tasks (FAC2: S. Hummel, E. Schonberg and L. Flynn, "Factoring: a method for scheduling
    /// parallel loops", Communications of the ACM 35, 1992).
    Factoring(u64),
    /// From `length / (2 members)` down to this many in equal steps: trapezoid self-scheduling (T. Tzen and L. Ni, "Trapezoid
    /// self-scheduling: a practical scheduling scheme for parallel compilers", IEEE Transactions on Parallel and Distributed
    /// Systems 4, 1993).
    Trapezoid(u64),
}

impl From<Chunk> for Rule {
    fn from(chunk: Chunk) -> Self {
        chunk.fixed().map_or(Rule::Auto, Rule::Fixed)
    }
}

/// Hands out ranges as members ask for them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Dealer {
    rule: Rule,
    next: u64,
    end: u64,
    /// For [`Rule::Auto`], what each member had last: how many, and when.
    last: Vec<Option<(u64, Duration)>>,
    /// For [`Rule::Factoring`], how many each member gets in this batch, and how many members are still to get them. For
    /// [`Rule::Trapezoid`], how many the next one gets, and by how many fewer each later one.
    step: (u64, u64),
}

impl Dealer {
    /// A chunk is made so long that a member comes back about this often. A round trip costs about a
    /// microsecond on a node and ten over a network if the manager listens, but up to a millisecond if its rank
    /// works too: it looks between two of its own iterations, or its service thread has to wake.
    const PACE: Duration = Duration::from_millis(10);
    /// A chunk grows at most by this factor from one request to the next.
    const GROWTH: u64 = 8;
    /// A chunk is never more than the rest divided by this many times the members, so that the last chunks
    /// are short and members finish together (as in [`Rule::Guided`]).
    const SPREAD: u64 = 4;

    /// A dealer of `0..length` (of all numbers where the length is unknown) to `members` members.
    pub fn new(rule: Rule, members: usize, length: Option<u64>) -> Self {
        let rule = match (rule, length) {
            (Rule::Fixed(count), _) => Rule::Fixed(count.max(1)),
            (Rule::Auto, _) | (_, None) => Rule::Auto,
            (Rule::Guided(least), _) => Rule::Guided(least.max(1)),
            (Rule::Factoring(least), _) => Rule::Factoring(least.max(1)),
            (Rule::Trapezoid(least), _) => Rule::Trapezoid(least.max(1)),
        };
        let step = match (rule, length) {
            (Rule::Trapezoid(least), Some(length)) => slope(length, members as u64, least),
            _ => (0, 0),
        };
        Self { rule, next: 0, end: length.unwrap_or(u64::MAX), last: vec![None; members], step }
    }

    /// The next range for `member`, who asks at `now` (measured from any fixed moment) after having finished
    /// what it had before; `None` when everything is handed out.
    pub fn deal(&mut self, member: usize, now: Duration) -> Option<Range<u64>> {
        let rest = self.end - self.next;
        if rest == 0 {
            return None;
        }
        let members = self.last.len() as u64;
        let count = match self.rule {
            Rule::Fixed(count) => count,
            Rule::Auto => {
                let count =
                    self.paced(member, now).min(rest / members.saturating_mul(Self::SPREAD).max(1)).max(1);
                self.last[member] = Some((count.min(rest), now));
                count
            }
            Rule::Guided(least) => rest.div_ceil(members).max(least),
            Rule::Factoring(least) => {
                let (count, left) = match self.step {
                    (_, 0) => (rest.div_ceil(members.saturating_mul(2)).max(least), members),
                    step => step,
                };
                self.step = (count, left - 1);
                count
            }
            Rule::Trapezoid(least) => {
                let (count, fewer) = self.step;
                self.step.0 = count.saturating_sub(fewer).max(least);
                count
            }
        };
        let range = self.next..self.next + count.min(rest);
        self.next = range.end;
        Some(range)
    }

    /// How many iterations take as long as a member should be busy, by what it had last.
    fn paced(&self, member: usize, now: Duration) -> u64 {
        self.last[member].map_or(1, |(count, since)| {
            let took = now.saturating_sub(since).as_nanos().max(1);
            let fits = Self::PACE.as_nanos().saturating_mul(u128::from(count)) / took;
            u64::try_from(fits).unwrap_or(u64::MAX).min(count.saturating_mul(Self::GROWTH))
        })
    }

    /// Everything before this index is handed out.
    pub fn handed_out(&self) -> u64 {
        self.next
    }

    /// The source turned out to end at `end`.
    pub fn ends_at(&mut self, end: u64) {
        self.end = self.end.min(end);
        self.next = self.next.min(self.end);
    }
}

/// The first range of a trapezoid, and by how many each later one is shorter.
fn slope(length: u64, members: u64, least: u64) -> (u64, u64) {
    let first = length.div_ceil(members.saturating_mul(2).max(1)).max(least);
    let count = (2 * u128::from(length)).div_ceil(u128::from(first) + u128::from(least));
    let fewer = u128::from(first - least) / count.saturating_sub(1).max(1);
    (first, u64::try_from(fewer).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(ranges: impl IntoIterator<Item = Range<u64>>) -> Vec<u64> {
        let mut all: Vec<u64> = ranges.into_iter().flatten().collect();
        all.sort_unstable();
        all
    }

    /// The lengths of the ranges that are dealt.
    fn lengths(rule: Rule, members: usize, length: u64) -> Vec<u64> {
        let mut dealer = Dealer::new(rule, members, Some(length));
        let ranges = std::iter::from_fn(|| dealer.deal(0, Duration::ZERO));
        ranges.map(|range| range.end - range.start).collect()
    }

    #[test]
    fn ranges_are_as_long_as_the_papers_say() {
        // 1000 iterations for 4 members, as in the tables of the papers.
        let guided = lengths(Rule::Guided(1), 4, 1000);
        assert_eq!(guided[..8], [250, 188, 141, 106, 79, 59, 45, 33]);
        assert_eq!(guided[guided.len() - 4..], [1, 1, 1, 1]);
        let factoring = lengths(Rule::Factoring(1), 4, 1000);
        assert_eq!(factoring[..12], [125, 125, 125, 125, 63, 63, 63, 63, 31, 31, 31, 31]);
        let trapezoid = lengths(Rule::Trapezoid(1), 4, 1000);
        assert_eq!(trapezoid, [125, 117, 109, 101, 93, 85, 77, 69, 61, 53, 45, 37, 28]);
    }

    #[test]
    fn the_shortest_range_is_what_was_asked_for_but_for_the_last() {
        for rule in [Rule::Guided(7), Rule::Factoring(7), Rule::Trapezoid(7)] {
            let lengths = lengths(rule, 3, 1000);
            assert!(lengths[..lengths.len() - 1].iter().all(|length| *length >= 7), "{rule:?}: {lengths:?}");
            assert_eq!(lengths.iter().sum::<u64>(), 1000);
        }
    }

    #[test]
    fn a_rest_that_nobody_knows_is_not_divided() {
        for rule in [Rule::Guided(1), Rule::Factoring(3), Rule::Trapezoid(9)] {
            assert_eq!(Dealer::new(rule, 2, None).deal(0, Duration::ZERO), Some(0..1), "{rule:?}");
        }
    }

    #[test]
    fn a_dealer_covers_every_index_once_whatever_the_times() {
        let mut seed = 1_u64;
        let mut random = move || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            seed >> 33
        };
        let rules = [
            [Rule::Fixed(0), Rule::Fixed(1), Rule::Fixed(7), Rule::Auto],
            [Rule::Guided(0), Rule::Guided(5), Rule::Factoring(0), Rule::Factoring(9)],
            [Rule::Trapezoid(0), Rule::Trapezoid(1), Rule::Trapezoid(8), Rule::Trapezoid(1 << 40)],
        ];
        for rule in rules.into_iter().flatten() {
            for length in [0, 1, 2, 5, 1000, 12_345] {
                let mut dealer = Dealer::new(rule, 3, Some(length));
                let mut now = Duration::ZERO;
                let ranges = std::iter::from_fn(|| {
                    now += Duration::from_nanos(random() % 3_000_000);
                    dealer.deal((random() % 3) as usize, now)
                });
                assert_eq!(covered(ranges), (0..length).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn automatic_chunks_stay_1_for_long_iterations_and_grow_for_short_ones() {
        let mut dealer = Dealer::new(Rule::Auto, 2, Some(1_000_000_000));
        let mut now = Duration::ZERO;
        for _ in 0..10 {
            let range = dealer.deal(0, now).unwrap();
            assert_eq!(range.end - range.start, 1, "an iteration of 10 ms is a chunk by itself");
            now += Duration::from_millis(10);
        }
        let mut count = 1;
        for round in 0..20 {
            let range = dealer.deal(1, now).unwrap();
            count = range.end - range.start;
            assert!(round > 4 || count == 8_u64.pow(round), "eightfold at most: {count} in round {round}");
            now += Duration::from_nanos(10) * count as u32;
        }
        assert_eq!(count, 1_000_000, "ten milliseconds' worth of iterations of 10 ns");
    }

    #[test]
    fn automatic_chunks_get_short_towards_the_end() {
        let mut dealer = Dealer::new(Rule::Auto, 4, Some(100_000));
        let lengths: Vec<u64> = std::iter::from_fn(|| dealer.deal(0, Duration::ZERO))
            .map(|range| range.end - range.start)
            .collect();
        assert_eq!(lengths.last(), Some(&1));
        assert!(lengths.iter().all(|&count| count <= 100_000 / 16));
    }

    #[test]
    fn an_end_found_late_stops_the_dealing() {
        let mut dealer = Dealer::new(Rule::Fixed(4), 1, None);
        assert_eq!(dealer.deal(0, Duration::ZERO), Some(0..4));
        dealer.ends_at(6);
        assert_eq!(dealer.deal(0, Duration::ZERO), Some(4..6));
        assert_eq!(dealer.deal(0, Duration::ZERO), None);
        dealer.ends_at(2);
        assert_eq!(dealer.deal(0, Duration::ZERO), None);
        dealer.ends_at(9);
        assert_eq!(dealer.deal(0, Duration::ZERO), None, "an end is never taken back");
    }
}
