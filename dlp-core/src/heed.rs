//! What a member does that its manager says, if the manager can mean it: what cannot be is an error and not undefined.
//!
//! Knows the protocol's member and how far the source was stepped; no transport, no item, no effect.

use crate::wire::Message;
use crate::worker::{Task, Worker};

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
    let waits = worker.task() == Task::Wait;
    match message {
        Message::Assign(range) if waits => {
            let inside = reach.length.is_none_or(|length| range.end <= length);
            if range.is_empty() || range.start < reach.from || !inside {
                return Err(format!("iterations {} to {} that cannot be run", range.start, range.end));
            }
            worker.on_assign(range);
        }
        Message::Release if waits => worker.on_release(),
        Message::Finish(outcome) if waits => worker.on_finish(outcome),
        Message::Assign(_) | Message::Release | Message::Finish(_) => {
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
}
