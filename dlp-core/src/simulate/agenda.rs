//! What is to happen when. What happens at the same time happens in the order in which it was written down.
//!
//! A radix heap (R. Ahuja, K. Mehlhorn, J. Orlin and R. Tarjan, "Faster algorithms for the shortest path problem", Journal of the
//! ACM 37, 1990): time only goes on, so that an entry need not be compared with others. Measured, it is several times as fast as
//! a binary heap when a hundred thousand entries wait, which are moved one after another in memory and not across all of it.

use super::Time;

/// One list for each number of low bits in which a time can differ from the present.
const LISTS: usize = Time::BITS as usize + 1;

/// Everything that is still to happen.
#[derive(Debug)]
pub(super) struct Agenda<E> {
    now: Time,
    /// What happens now, in reverse order.
    present: Vec<E>,
    /// What happens later: in list `n`, what differs from `now` in the `n` lowest bits and no higher one.
    lists: [Vec<(Time, E)>; LISTS],
    /// Bit `n`: list `n` is not empty.
    filled: u128,
}

impl<E: Copy> Agenda<E> {
    pub(super) fn new() -> Self {
        Self { now: 0, present: vec![], lists: [const { Vec::new() }; LISTS], filled: 0 }
    }

    /// Something happens at a time that is not past.
    pub(super) fn at(&mut self, at: Time, event: E) {
        debug_assert!(at >= self.now, "{at} is past at {}", self.now);
        let list = (Time::BITS - (at ^ self.now).leading_zeros()) as usize;
        self.lists[list].push((at, event));
        self.filled |= 1 << list;
    }

    /// What happens next, and when.
    pub(super) fn next(&mut self) -> Option<(Time, E)> {
        if self.present.is_empty() {
            self.go_on()?;
        }
        self.present.pop().map(|event| (self.now, event))
    }

    /// Goes on to the next moment at which something happens.
    fn go_on(&mut self) -> Option<()> {
        let first = (self.filled != 0).then(|| self.filled.trailing_zeros() as usize)?;
        if first > 0 {
            let mut list = std::mem::take(&mut self.lists[first]);
            self.filled &= !(1 << first);
            self.now = list.iter().map(|(at, _)| *at).min()?;
            list.drain(..).for_each(|(at, event)| self.at(at, event));
            // Its memory is used again.
            self.lists[first] = list;
        }
        self.present.extend(self.lists[0].drain(..).rev().map(|(_, event)| event));
        self.filled &= !1;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_down_happens_in_order() {
        let mut seed = 1_u64;
        let mut random = move |below| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) % below
        };
        let (mut agenda, mut written, mut happened) = (Agenda::new(), vec![], vec![]);
        let mut write = |agenda: &mut Agenda<usize>, at| {
            agenda.at(at, written.len());
            written.push((at, written.len()));
        };
        (0..100).for_each(|_| write(&mut agenda, random(50)));
        while let Some((now, number)) = agenda.next() {
            happened.push((now, number));
            if happened.len() < 2000 {
                let later = [0, random(3), random(1000), random(1 << 40)][random(4) as usize];
                write(&mut agenda, now + later);
            }
        }
        written.sort_unstable();
        assert_eq!(happened, written);
    }
}
