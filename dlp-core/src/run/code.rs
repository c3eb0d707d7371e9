//! The user's code of one loop, as the attribute took it apart: runs an iteration, replays what one recorded, and brings back
//! what one left with.
//!
//! Knows items and single iterations; no rank, no message, no Part, and not which iteration is next.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::attempt::{Answer, Ask, Attempt, Attempts, FAILED, NOTED, list_failure, record_noted};
use super::left::{Left, Way};
use crate::again::Items;
use crate::observe::Observer;
use crate::part::Stretch;
use crate::record::{EXITS, Flow, PANIC, Reader, Record, Replay};
use crate::report::{self, Place};
use crate::session::{Aborted, Mode, Within};
use crate::site::{Exits, Loop};

/// What is asked of a loop's code, whatever that is made of.
pub(super) trait Code<T> {
    /// Runs iteration `index` on its item.
    fn iterate(&self, index: u64, item: T, record: &Record) -> Flow;

    /// Replays iterations from what they recorded: the way out that one took, if it did, and those after it are not replayed.
    /// `led`: how the root left the loop, if it did so by a statement on the world outside.
    ///
    /// # Errors
    /// If a record is not one.
    fn replay(
        &mut self,
        of: &Stretch<'_>,
        led: Option<&Way>,
        observer: &mut impl Observer,
    ) -> Result<Option<Way>, String>;

    /// What the function needs to leave as the loop was left; `None` where there is no such iteration.
    fn arrive(&mut self, way: Way) -> Option<Left<T>>;
}

/// The code of one loop, piece by piece as the attribute emits it: [`run`](super::run) says what each does, and
/// [`Kind`](super::Kind) what `LEAVES` and `UNDOES` are.
pub(super) struct Emitted<'a, M, B, S, W, L, K, const LEAVES: bool, const UNDOES: bool> {
    pub(super) at: &'static Loop,
    /// The items, where they can be had again.
    pub(super) items: M,
    pub(super) body: B,
    pub(super) replay: S,
    pub(super) tell: W,
    pub(super) lost: L,
    pub(super) ask: K,
    pub(super) attempts: &'a Attempts,
    /// No other rank is in the loop.
    pub(super) alone: bool,
}

impl<T, M, B, S, W, L, K, const LEAVES: bool, const UNDOES: bool> Code<T>
    for Emitted<'_, M, B, S, W, L, K, LEAVES, UNDOES>
where
    M: Items<T>,
    B: Fn(T, &Record) -> Flow,
    S: FnMut(u32, &mut Replay<'_, T>) -> Flow,
    W: Fn(u32, &Record),
    L: Fn(u32, u64) -> bool,
    K: Fn(Ask<'_, T>) -> Answer<T>,
{
    #[inline]
    fn iterate(&self, index: u64, item: T, record: &Record) -> Flow {
        record.begin(index);
        if UNDOES && self.at.options.undoes() {
            let Self { at, body, tell, ask, attempts, alone, .. } = self;
            return Attempt { at, body, tell, ask, attempts, alone: *alone }.run(index, item, record);
        }
        if !LEAVES || self.at.exits == Exits::Never {
            let flow = (self.body)(item, record);
            record_noted(record);
            return flow;
        }
        // An earlier iteration may leave the loop, and then there is no panic.
        let iterate = || {
            let flow = (self.body)(item, record);
            record_noted(record);
            if let Flow::Leave(exit) = flow {
                record.leave(exit);
                (self.tell)(exit, record);
            }
            flow
        };
        match catch_unwind(AssertUnwindSafe(iterate)) {
            Ok(flow) => flow,
            Err(panic) if panic.is::<Aborted>() => resume_unwind(panic),
            Err(_) => {
                record.leave(PANIC);
                Flow::Leave(PANIC)
            }
        }
    }

    fn replay(
        &mut self,
        of: &Stretch<'_>,
        led: Option<&Way>,
        observer: &mut impl Observer,
    ) -> Result<Option<Way>, String> {
        let Self { at, items, replay, tell, .. } = self;
        let (by, sites, Range { start, end }) = (of.member, at.sites.len(), of.indices.clone());
        report::at(Place::Replay(at, start, by));
        let mut item = |index| items.item(index);
        let log = Record::default();
        let mut op = Replay::new(&mut item, &log, of.records(), !LEAVES);
        let mut next = start;
        while op.turn_to(next) {
            if LEAVES {
                let led = led.filter(|led| led.index == next);
                op.led_by(led.map(|led| (led.guards, led.exit)));
            }
            while !op.reader().is_empty() {
                let site = op.reader().site();
                let Some(site) = site else { return Err(unknown(op.index(), by, None)) };
                if site as usize >= sites {
                    let index = op.index();
                    match beyond_sites(at, index, by, site, op.reader())? {
                        None => continue,
                        Some(exit) => {
                            observer.replayed(start..index);
                            return Ok(Some(Way::taken_in_the_iteration(exit, &mut op)));
                        }
                    }
                }
                match replay(site, &mut op) {
                    Flow::Next => {}
                    Flow::Skip => break,
                    Flow::Leave(exit) if !LEAVES || !at.has(exit) => {
                        return Err(unknown(op.index(), by, Some(EXITS + exit)));
                    }
                    Flow::Leave(exit) => {
                        observer.replayed(start..op.index());
                        tell(exit, op.log());
                        return Ok(Some(Way::taken_in_the_replay(exit, &op)));
                    }
                }
            }
            next = op.index() + 1;
        }
        debug_assert!(of.is_blank() || next == end, "every iteration has a record");
        observer.replayed(start..end);
        Ok(None)
    }

    fn arrive(&mut self, way: Way) -> Option<Left<T>> {
        if !LEAVES {
            return None;
        }
        if !M::AT_HAND {
            return Some(Left::new(self.at, way, None));
        }
        let item = self.items.find(way.index)?;
        if !way.replayed && (self.lost)(way.exit, way.index) {
            self.iterate_once_more(way.index);
        }
        Some(Left::new(self.at, way, Some(item)))
    }
}

/// Reads what an iteration recorded in place of an effect: the way out that it took; or what failed in it, which is listed.
#[cold]
fn beyond_sites(
    at: &Loop,
    index: u64,
    by: usize,
    site: u32,
    reader: &mut Reader<'_>,
) -> Result<Option<u32>, String> {
    if [EXITS + FAILED, EXITS + NOTED].contains(&site) {
        return list_failure(by, reader).map(|()| None);
    }
    match site.checked_sub(EXITS).filter(|exit| at.has(*exit)) {
        Some(exit) => Ok(Some(exit)),
        None => Err(unknown(index, by, Some(site))),
    }
}

/// What is wrong with a record that has `site` where the number of an effect or way out belongs, or nothing that is a number.
#[cold]
fn unknown(index: u64, by: usize, site: Option<u32>) -> String {
    match site.map(|site| (site, site.checked_sub(EXITS))) {
        None => format!("what rank {by} recorded of iteration {index} is cut short"),
        Some((_, Some(exit))) => {
            format!(
                "iteration {index}, which rank {by} ran, left by a way out number {exit} that the loop does not have"
            )
        }
        Some((site, None)) => {
            format!(
                "rank {by} recorded in iteration {index} an effect number {site} that the loop does not have"
            )
        }
    }
}

impl<M, B, S, W, L, K, const LEAVES: bool, const UNDOES: bool> Emitted<'_, M, B, S, W, L, K, LEAVES, UNDOES> {
    /// Runs an iteration that left on another rank, for the values with which it leaves.
    fn iterate_once_more<T>(&mut self, index: u64)
    where
        M: Items<T>,
        B: Fn(T, &Record) -> Flow,
    {
        let _within = Within::new(Mode::Iterating);
        report::at(Place::Iteration(self.at, index));
        let record = Record::default();
        record.begin(index);
        (self.body)(self.items.item(index), &record);
    }
}
