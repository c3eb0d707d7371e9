//! What a member does that its manager says, if the manager can mean it: what cannot be is an error and not undefined.
//!
//! Knows the protocol's member and how far the source was stepped; no transport, no item, no effect.

use std::ops::Range;

use crate::wire::Message;
use crate::worker::Worker;

/// How far a member can step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reach {
    /// The first index that it can still step to.
    pub(crate) from: u64,
    /// The number of items, where that is known.
    pub(crate) length: Option<u64>,
}

/// Does what the manager says. What else there is, is for the caller.
///
/// # Errors
/// If it cannot be said to a member in this state.
pub(crate) fn heed(worker: &mut Worker, reach: Reach, message: Message) -> Result<Option<Message>, String> {
    let waits = worker.is_asking();
    let inside = |range: &Range<u64>| {
        range.start >= reach.from && reach.length.is_none_or(|length| range.end <= length)
    };
    match message {
        Message::Assign(range) if waits => {
            if range.is_empty() || !inside(&range) {
                return Err(format!("iterations {} to {} that cannot be run", range.start, range.end));
            }
            worker.on_assign(range);
        }
        Message::Batch(range) if worker.is_fetching() => {
            if !range.is_empty() && !inside(&range) {
                return Err(format!(
                    "a batch of iterations {} to {} that cannot be run",
                    range.start, range.end
                ));
            }
            worker.on_batch();
            return Ok(Some(Message::Batch(range)));
        }
        Message::Release if waits => worker.on_release(),
        Message::Finish(outcome) if waits => worker.on_finish(outcome),
        Message::Assign(_) | Message::Batch(_) | Message::Release | Message::Finish(_) => {
            return Err(format!("{message:?} without having asked"));
        }
        Message::Cancel(at) => worker.on_cancel(at),
        other => return Ok(Some(other)),
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Outcome;
    use crate::worker::Task;

    const REACH: Reach = Reach { from: 3, length: Some(10) };

    #[test]
    fn only_what_can_be_meant_is_heeded() {
        let mut worker = Worker::new(None);
        for wrong in [2..5, 5..5, 9..11] {
            assert!(heed(&mut worker, REACH, Message::Assign(wrong)).is_err());
        }
        assert_eq!(worker.task(), Task::Wait);
        assert_eq!(heed(&mut worker, REACH, Message::Assign(3..10)), Ok(None));
        let outcome = Outcome { end: 10, exit: None };
        for unasked in [Message::Assign(5..6), Message::Release, Message::Finish(outcome)] {
            assert!(heed(&mut worker, REACH, unasked).unwrap_err().contains("without having asked"));
        }
        assert_eq!(heed(&mut worker, REACH, Message::Cancel(7)), Ok(None));
        assert_eq!(worker.task(), Task::Run(3..7));
        assert_eq!(heed(&mut worker, REACH, Message::Seen), Ok(Some(Message::Seen)));
    }

    #[test]
    fn a_batch_is_for_who_asked_for_it() {
        let mut worker = Worker::pooled();
        let batch = |range| Message::Batch(range);
        assert!(heed(&mut worker, REACH, batch(3..5)).unwrap_err().contains("without having asked"));
        worker.on_ask();
        for wrong in [2..4, 9..11] {
            assert!(heed(&mut worker, REACH, batch(wrong)).unwrap_err().contains("cannot be run"));
        }
        assert!(heed(&mut worker, REACH, Message::Assign(3..4)).is_err());
        assert!(heed(&mut worker, REACH, Message::Release).is_err());
        assert_eq!(heed(&mut worker, REACH, batch(3..10)), Ok(Some(batch(3..10))));
        assert_eq!(worker.task(), Task::Draw);
    }
}
