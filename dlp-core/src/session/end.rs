//! How a session ends: together with all other ranks, whichever way this one comes to its end.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use super::{CURRENT, Guard, MODE, Mode, PROCESS, Rendezvous, Session, mode, process};
use crate::hub::Spec;
use crate::observe::{Tally, left_out, summary};
use crate::report::{self, FAILED, Farewell, PANICKED, say};
use crate::sys;
use crate::wire::{Op, Payload};

impl Session {
    /// Comes to the end of the program together with all other ranks, waits for them asleep, and gives back
    /// what the session holds. Says what failed elsewhere. Returns whether all ranks ended well.
    pub(super) fn leave(&'static self, failure: Option<&str>) -> bool {
        if self.over.load(Ordering::Acquire) {
            return failure.is_none();
        }
        let tallies = std::mem::take(&mut *self.tallies.lock().unwrap_or_else(PoisonError::into_inner));
        let mut good = failure.is_none();
        if self.size() > 1 {
            let data = Farewell { failure: failure.map(str::to_owned), tallies }.write();
            let place = "the end of the program".to_string();
            let spec = Spec::Collective(|_| Payload::default());
            let link = self.enter(Rendezvous {
                op: Op::End,
                place,
                length: None,
                digest: 0,
                wants: false,
                data,
                spec,
            });
            link.answer();
            let brought = link.collect();
            let read = |(rank, data): (usize, &Payload)| {
                let unread =
                    |why| self.fail(&format!("rank {rank} came to the end of the program with {why}"));
                Farewell::read(data).unwrap_or_else(unread)
            };
            let farewells: Vec<Farewell> = brought.iter().enumerate().map(read).collect();
            for (rank, other) in farewells.iter().enumerate() {
                if let Some(said) = other.failure.as_deref().filter(|said| Some(*said) != failure) {
                    say(&format!("dlp: rank {rank} of {} ended with: {said}", self.size()));
                    good = false;
                }
            }
            if self.is_root() {
                let tallies: Vec<Vec<Tally>> =
                    farewells.into_iter().map(|farewell| farewell.tallies).collect();
                self.sum_up(&tallies);
            }
        } else {
            self.sum_up(&[tallies]);
        }
        self.end();
        good
    }

    /// On the root: says what each rank did, if that is asked for, and in any case what was left out.
    fn sum_up(&self, tallies: &[Vec<Tally>]) {
        if self.settings.summary && self.size() > 1 {
            say(&summary(tallies));
        }
        if let Some(told) = left_out(tallies, &self.failures()) {
            say(&told);
        }
    }

    /// Gives back what the session holds.
    fn end(&'static self) {
        self.over.store(true, Ordering::Release);
        if let Some(service) = self.service.get() {
            service.unpark();
        }
        self.transport.close();
        let mut process = PROCESS.lock().unwrap_or_else(PoisonError::into_inner);
        // MPI cannot be started twice: its session stays, so that later uses are told so.
        if self.size() == 1 && process.is_some_and(|session| std::ptr::eq(session, self)) {
            *process = None;
            CURRENT.set(None);
        }
    }
}

/// Called when the process of a rank exits. A rank that was started by its first use comes to the end
/// of the program here; one that exits with an error, or in the middle of something, takes the job with it.
pub(super) fn at_exit(status: Option<i32>) {
    let rank = process().or(CURRENT.get());
    let Some(session) = rank.filter(|session| !session.over.load(Ordering::Acquire)) else { return };
    // Of ranks that are threads, no other can end the process for this one.
    let end = |status| {
        session.transport.abort(status);
        sys::exit_now(status)
    };
    match status.unwrap_or(0) {
        0 if mode() != Mode::Together && mode() != Mode::Alone => {
            let place = report::whereabouts();
            let place = if place.is_empty() { " in the middle of a loop" } else { &*place };
            say(&format!("dlp: error: {} exited{place}, with status 0: the whole job ends", session.who()));
            end(FAILED);
        }
        0 => {
            MODE.set(Mode::Together);
            if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| session.leave(None))).is_err() {
                end(FAILED);
            }
        }
        status => {
            let place = report::whereabouts();
            let comma = if place.is_empty() { "" } else { "," };
            say(&format!(
                "dlp: {} exited{place}{comma} with status {status}: the whole job ends",
                session.who()
            ));
            end(status);
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let Some(session) = CURRENT.get() else { return };
        if !std::thread::panicking() {
            session.leave(None);
        } else if session.size() > 1 {
            // Before anything else that unwinding drops can wait for the other ranks.
            session.transport.abort(PANICKED);
        }
    }
}
