//! The digests of one rank's input: made of what is looked at, sent to the root, and compared there.
//!
//! Knows the source of a loop and which of its items to look at; no rank, and not what is done about a difference.

use std::ops::Range;

use super::{Look, mixed, short};
use crate::site::{Check, Exits};
use crate::stepper::Stepper;
use crate::wire::Payload;

/// How many items are looked at, unless all are asked for.
const SAMPLE: u64 = 8;

/// How many digests travel at most: each is of as many items as that takes. Of a source that cannot say its length, no
/// more items are looked at.
const MOST: u64 = 1 << 20;

/// Which items were looked at. Others cannot be compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Which {
    #[default]
    None,
    /// The first ones.
    First,
    /// Some of all the source.
    Spread,
    /// All of them.
    All,
}

impl Which {
    const NUMBERED: [Self; 4] = [Self::None, Self::First, Self::Spread, Self::All];
}

/// The digests of one rank's input, as they travel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Input {
    /// Of the captured values, in the order of the loop's descriptor.
    captured: Vec<u32>,
    which: Which,
    /// Of the items.
    items: Vec<u32>,
}

/// Where two ranks' inputs differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    /// In the captured value of this number.
    Captured(usize),
    /// In these items.
    Items(Range<u64>),
}

/// How many items have one digest together.
fn together(which: Which, length: Option<u64>) -> u64 {
    match (which, length) {
        (Which::All, Some(length)) => length.div_ceil(MOST).max(1),
        _ => 1,
    }
}

/// Some indices of all the source: the first ones, and from there to the last.
fn spread(length: u64) -> Vec<u64> {
    if length <= SAMPLE {
        return (0..length).collect();
    }
    let half = SAMPLE / 2;
    let along = |at| (u128::from(length - 1) * u128::from(at) / u128::from(half)) as u64;
    let mut indices: Vec<u64> = (0..half).chain((1..=half).map(along)).collect();
    indices.sort_unstable();
    indices.dedup();
    indices
}

impl Input {
    /// Looks at what `check` asks for. `source` is as if it had not been touched.
    pub(crate) fn of<I: Iterator>(
        source: &mut Stepper<I>,
        look: &Look<I>,
        captured: &[u32],
        check: Check,
        exits: Exits,
    ) -> Self {
        if check == Check::Off {
            return Self::default();
        }
        let captured = captured.to_vec();
        let Some(digest) = look.digest else { return Self { captured, ..Self::default() } };
        let length = source.length();
        let (which, items): (_, Vec<u32>) = match (check, look.again, length) {
            (Check::Full, Some(again), Some(length)) => {
                (Which::All, grouped(again(source.inner()).map(|item| digest(&item)), length))
            }
            (Check::Full, _, length) => {
                let items = source.peek(length.unwrap_or(MOST));
                (Which::All, grouped(items.map(digest), length.unwrap_or(0)))
            }
            (_, Some(again), Some(length)) => {
                let (mut source, mut next) = (again(source.inner()), 0);
                let items = spread(length).into_iter().map_while(|index| {
                    let skip = usize::try_from(index - std::mem::replace(&mut next, index + 1)).ok()?;
                    Some(short(digest(&source.nth(skip)?)))
                });
                (Which::Spread, items.collect())
            }
            _ => {
                // A loop that is left early may never ask its source for another item, which may never come.
                let count = if exits == Exits::Never { SAMPLE } else { 1 };
                (Which::First, source.peek(count).map(|item| short(digest(item))).collect())
            }
        };
        Self { captured, which, items }
    }

    pub(crate) fn write(&self) -> Payload {
        if *self == Self::default() {
            return Payload::default();
        }
        let numbers = [self.captured.len() as u32, self.which as u32];
        let all = numbers.iter().chain(&self.captured).chain(&self.items);
        all.flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>().into()
    }

    /// What [`Input::write`] wrote; nothing of it where that cannot be.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let mut numbers =
            bytes.chunks_exact(4).map(|four| u32::from_le_bytes(four.try_into().expect("four bytes")));
        let captured = numbers.next().unwrap_or(0) as usize;
        let which = numbers.next().unwrap_or(0) as usize;
        Self {
            captured: numbers.by_ref().take(captured).collect(),
            which: Which::NUMBERED.get(which).copied().unwrap_or_default(),
            items: numbers.collect(),
        }
    }

    /// Where it differs first from another, as far as both have looked. Both are of so many items.
    pub(crate) fn difference(&self, other: &Self, length: Option<u64>) -> Option<Difference> {
        let differs = |a: &[u32], b: &[u32]| a.iter().zip(b).position(|(a, b)| a != b);
        if let Some(at) = differs(&self.captured, &other.captured) {
            return Some(Difference::Captured(at));
        }
        if self.which != other.which {
            return None;
        }
        let at = match differs(&self.items, &other.items) {
            Some(at) => at,
            None if self.items.len() == other.items.len() => return None,
            // A source that could not say its length has ended, and the other has not.
            None => self.items.len().min(other.items.len()),
        };
        let first = match (self.which, length) {
            (Which::Spread, Some(length)) => *spread(length).get(at)?,
            _ => (at as u64).saturating_mul(together(self.which, length)),
        };
        Some(Difference::Items(first..first.saturating_add(together(self.which, length))))
    }
}

/// The digests of all of `length` items, no more than [`MOST`].
fn grouped(digests: impl Iterator<Item = u64>, length: u64) -> Vec<u32> {
    let each = together(Which::All, Some(length));
    let mut groups: Vec<u64> = vec![];
    for (at, digest) in digests.enumerate() {
        match groups.last_mut() {
            Some(last) if !(at as u64).is_multiple_of(each) => *last = mixed(*last ^ digest),
            _ => groups.push(digest),
        }
    }
    groups.into_iter().map(short).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{DigestEncoded, Items, TwiceByIndex, TwiceNot};
    use super::*;

    macro_rules! input {
        ($source:expr, $check:expr, $exits:expr) => {{
            let source = $source.into_iter();
            let of = Items::of(&source);
            let look = Look::new((&&&of).dlp_digest(), (&&of).dlp_twice());
            Input::of(&mut Stepper::new(source), &look, &[7, 8], $check, $exits)
        }};
        ($source:expr, $check:expr) => {
            input!($source, $check, Exits::Never)
        };
    }

    fn items(mine: &Input, other: &Input, length: Option<u64>) -> Option<Range<u64>> {
        match mine.difference(other, length)? {
            Difference::Items(range) => Some(range),
            Difference::Captured(_) => panic!("equal values differ"),
        }
    }

    #[test]
    fn the_sample_of_a_slice_reaches_from_end_to_end() {
        let list: Vec<u32> = (0..1000).collect();
        let mine = input!(&list, Check::Sample);
        for at in 0..1000 {
            let mut other = list.clone();
            other[at] = 5000;
            let found = items(&mine, &input!(&other, Check::Sample), Some(1000));
            let looked_at = [0, 1, 2, 3, 249, 499, 749, 999].contains(&at);
            assert_eq!(found, looked_at.then(|| at as u64..at as u64 + 1));
            let full = items(&input!(&list, Check::Full), &input!(&other, Check::Full), Some(1000));
            assert_eq!(full, Some(at as u64..at as u64 + 1));
        }
    }

    #[test]
    fn short_sources_are_looked_at_as_a_whole() {
        for length in 0..=8 {
            assert_eq!(spread(length), (0..length).collect::<Vec<u64>>());
        }
        assert_eq!(spread(9), [0, 1, 2, 3, 4, 6, 8]);
        assert_eq!(spread(u64::MAX).last(), Some(&(u64::MAX - 1)));
    }

    #[test]
    fn other_sources_are_looked_at_from_the_start_and_lose_nothing() {
        let mut source = Stepper::new((0..20).map(|x| x * x));
        let of = Items::of(source.inner());
        let look = Look::new((&&&of).dlp_digest(), (&&of).dlp_twice());
        let sample = Input::of(&mut source, &look, &[], Check::Sample, Exits::Never);
        assert_eq!((sample.which, sample.items.len()), (Which::First, 8));
        assert_eq!((source.item(0), source.item(5), source.item(12)), (Ok(0), Ok(25), Ok(144)));
        assert_eq!(source.finish(20), Ok(()));
        let unknown = || (0..20).filter(|x| x % 2 == 0);
        assert_eq!(input!(unknown(), Check::Sample, Exits::Final).items.len(), 1);
        assert_eq!(input!(unknown(), Check::Full).items.len(), 10);
        let shorter = input!(unknown().take(7), Check::Full);
        assert_eq!(items(&input!(unknown(), Check::Full), &shorter, None), Some(7..8));
    }

    #[test]
    fn what_travels_is_read_back_and_what_is_no_input_is_none() {
        let mine = input!([1, 2, 3], Check::Sample);
        assert_eq!(Input::read(&mine.write()), mine);
        let other = Input { captured: vec![7, 9], ..mine.clone() };
        assert_eq!(mine.difference(&other, Some(3)), Some(Difference::Captured(1)));
        assert_eq!(input!([1, 2, 3], Check::Off), Input::read(&[]));
        assert_eq!(mine.difference(&Input::read(&[]), Some(3)), None);
        let full = input!([1, 5, 3], Check::Full);
        assert_eq!(mine.difference(&full, Some(3)), None, "they have not looked at the same");
        for hostile in [&[1, 2, 3][..], &[255; 40], &[0, 0, 0, 0, 9, 0, 0, 0, 1]] {
            let _ = mine.difference(&Input::read(hostile), None);
        }
    }

    #[test]
    fn many_items_share_their_digests() {
        let length = MOST + 2;
        let digests = |changed| grouped((0..length).map(|at| mixed(at) ^ u64::from(at == changed)), length);
        let mine = Input { which: Which::All, items: digests(length), ..Input::default() };
        let other = Input { items: digests(5), ..mine.clone() };
        assert_eq!(items(&mine, &other, Some(length)), Some(4..6));
    }
}
