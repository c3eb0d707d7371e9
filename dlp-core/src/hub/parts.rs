//! The Parts of one loop at the root: looked at as they come, kept until every rank has come, and passed on to those who
//! replay them.
//!
//! A Part that is let pass can be read to its end by everybody, and holds iterations that its sender was to run and no
//! others; so what is wrong with one is told by the name of the rank that sent it. Knows how a loop is shared out and a
//! Part's frame, and not what is recorded in it.

use std::ops::Range;

use super::Outlet;
use crate::part::inspect;
use crate::schedule::Cut;
use crate::site::Gather;
use crate::wire::{Message, Payload, WireError};

/// The Parts of one loop, on their way to those who replay them.
pub(super) struct Parts {
    gather: Gather,
    how: Cut,
    length: Option<u64>,
    members: u64,
    /// Those that came before every rank had, while that is so: no effect is replayed before.
    held: Option<Vec<Payload>>,
}

impl Parts {
    pub(super) fn new(gather: Gather, how: Cut, length: Option<u64>, members: usize) -> Self {
        Self { gather, how, length, members: members as u64, held: Some(vec![]) }
    }

    /// Makes sure that a Part is one, and of iterations that `from` was to run: these, where they were handed out to it.
    /// Everything before `batched` was in a batch.
    pub(super) fn check(
        &self,
        from: usize,
        part: &Payload,
        handed_out: &Range<u64>,
        batched: u64,
    ) -> Result<(), WireError> {
        if self.gather == Gather::None || part.is_empty() {
            return Ok(());
        }
        let mut count = 0;
        let writer = inspect(part, |run| {
            count += run.end - run.start;
            match self.how {
                Cut::Dealt => handed_out.start <= run.start && run.end <= handed_out.end,
                Cut::Pool => run.end <= batched,
                Cut::Own(how) => {
                    let inside = self.length.is_none_or(|length| run.end <= length);
                    inside && how.owns(from as u64, self.members, &run)
                }
            }
        })?;
        if writer != Some(from) {
            return Err(WireError::Malformed("a Part that says to be of another rank"));
        }
        if self.how == Cut::Dealt && count != handed_out.end - handed_out.start {
            return Err(WireError::Malformed("a Part without some of the iterations that it is sent for"));
        }
        Ok(())
    }

    pub(super) fn on_part(&mut self, out: &mut Outlet<'_>, part: Payload) {
        match (&mut self.held, self.gather) {
            _ if part.is_empty() => {}
            (_, Gather::None) => {}
            (Some(held), _) => held.push(part),
            (None, Gather::Root) => out.to(0, Message::Part(part)),
            (None, Gather::All) => out.spread(Message::Part(part)),
        }
    }

    /// Every rank has come.
    pub(super) fn release(&mut self, out: &mut Outlet<'_>) {
        self.held.take().into_iter().flatten().for_each(|part| self.on_part(out, part));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::part::Draft;
    use crate::schedule::Static;

    fn part(member: usize, indices: impl IntoIterator<Item = u64>) -> Payload {
        let mut draft = Draft::of(member);
        indices.into_iter().for_each(|index| draft.close(index));
        draft.take()
    }

    #[test]
    fn a_part_is_of_what_was_handed_out() {
        let parts = Parts::new(Gather::All, Cut::Dealt, None, 3);
        assert_eq!(parts.check(1, &part(1, 4..9), &(4..9), 0), Ok(()));
        assert_eq!(
            parts.check(1, &Payload::default(), &(4..9), 0),
            Ok(()),
            "not every loop has effects to gather"
        );
        for wrong in [part(1, 4..10), part(1, 3..9), part(1, 4..8), part(1, [4, 6, 7, 8]), part(2, 4..9)] {
            assert!(parts.check(1, &wrong, &(4..9), 0).is_err());
        }
        let cut = part(1, 4..9).into_vec();
        assert!(parts.check(1, &cut[1..].to_vec().into(), &(4..9), 0).is_err());
    }

    #[test]
    fn a_part_of_a_share_is_of_its_sender_and_inside_the_loop() {
        let parts = Parts::new(Gather::Root, Cut::Own(Static::Cyclic(2)), Some(11), 3);
        assert_eq!(parts.check(1, &part(1, [2, 3, 8, 9]), &(0..4), 0), Ok(()));
        assert_eq!(parts.check(1, &part(1, [3, 9]), &(0..2), 0), Ok(()));
        for wrong in [part(1, [2, 3, 4]), part(1, [0]), part(1, 2..9), part(0, [2])] {
            assert!(parts.check(1, &wrong, &(0..3), 0).is_err());
        }
        assert_eq!(parts.check(2, &part(2, [4, 5, 10]), &(0..3), 0), Ok(()));
        assert!(parts.check(1, &part(1, [2, 14]), &(0..3), 0).is_err(), "the loop has 11 iterations");
    }

    #[test]
    fn a_part_from_a_pool_is_of_what_was_given_to_somebody() {
        let parts = Parts::new(Gather::All, Cut::Pool, Some(20), 3);
        assert_eq!(parts.check(1, &part(1, [2, 3, 9]), &(0..3), 10), Ok(()));
        assert!(parts.check(1, &part(1, [2, 10]), &(0..2), 10).is_err());
        assert!(parts.check(1, &part(2, [2]), &(0..1), 10).is_err());
    }
}
