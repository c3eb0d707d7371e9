//! One honest rank among others that say anything: what it does in a loop, a map, a split or a collective ends, with a result
//! or with a report.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::OnceLock;

use super::feed::Feed;
use super::script::script;
use super::scripted::{SILENCE, Scripted};
use crate::again::{ByClone, Probe};
use crate::collective::{self, place};
use crate::digest::Look;
use crate::fold::AllFolds;
use crate::map;
use crate::record::{Flow, Record, Replay};
use crate::report::{self, FAILED, PANICKED};
use crate::run::{Kind, never, run};
use crate::schedule::Chunk;
use crate::session::{Aborted, Session};
use crate::settings::Settings;
use crate::site::{Exits, Gather, Loop, Manager, Options, Site, Strategy};
use crate::split;
use crate::wire::{Enter, Frame, Message, Op, Payload};

/// Rank 1 of 4, which passes on to the last one, among others that say anything.
pub(super) fn member(bytes: &[u8]) {
    thread_local!(static WORLD: World = World::new(1, 4));
    WORLD.with(|world| world.play(Feed::new(bytes)));
}

/// The root of 3 ranks, the others of which say anything.
pub(super) fn root(bytes: &[u8]) {
    thread_local!(static WORLD: World = World::new(0, 3));
    WORLD.with(|world| world.play(Feed::new(bytes)));
}

/// A rank that meets many times, each time in a world of its own.
struct World {
    end: Scripted,
    session: &'static Session,
    /// What is to be said at the next rendezvous, once it is known where that is.
    lines: RefCell<Vec<(usize, Frame)>>,
}

impl World {
    fn new(rank: usize, size: usize) -> Self {
        let end = Scripted::new(rank, size);
        let session = Session::begin(Box::new(end.clone()), Settings::default(), false);
        Self { end, session, lines: RefCell::default() }
    }

    fn play(&self, mut feed: Feed<'_>) {
        self.session.forget();
        let what = feed.choice(8);
        let (options, length) = ([feed.byte(), feed.byte(), feed.byte()], u64::from(feed.byte() % 16));
        let come = feed.byte();
        let (rank, size) = (self.session.rank(), self.session.size());
        let mut lines: Vec<(usize, Frame)> = vec![];
        // Most of the time the others come where they should, else hardly anything would happen.
        for other in (0..size).filter(|&other| other != rank && come & 1 << other == 0) {
            let greeting = match rank {
                0 => Message::Enter(Enter {
                    op: Op::Loop,
                    place: String::new(),
                    length: None,
                    digest: 0,
                    wants: come < 128,
                    data: Payload::default(),
                }),
                _ if other == 0 && what < 7 => Message::Go(Settings::default().share()),
                _ => continue,
            };
            lines.push((other, greeting.encode(GREETING)));
        }
        lines.extend(script(&mut feed, rank, size, self.session.next_epoch()));
        self.lines.replace(lines);
        let act = AssertUnwindSafe(|| self.act(what, options, length));
        let unwound = catch_unwind(act).err();
        let panicked = report::last_panic();
        if unwound.as_ref().is_some_and(|panic| !panic.is::<Aborted>()) || panicked.is_some() {
            // What libFuzzer takes note of: the session has a panic hook of its own.
            eprintln!("{}", panicked.as_deref().unwrap_or("a panic of this target"));
            std::process::abort();
        }
        let ended = self.end.ended();
        assert!(matches!(ended, None | Some(SILENCE | FAILED | PANICKED)), "{ended:?}");
        assert_eq!(ended.is_some(), unwound.is_some());
    }

    fn act(&self, what: usize, options: [u8; 3], length: u64) {
        match what {
            0..4 => self.in_a_loop(options, length),
            4 => self.in_a_map(options, length),
            5 => self.in_a_split(options, length),
            _ => self.in_a_collective(options),
        }
    }

    /// The others are to come here.
    fn expect(&self, op: Op, place: &str, length: Option<u64>, digest: u64) {
        let epoch = self.session.next_epoch();
        let lines = self.lines.take().into_iter().map(|(from, frame)| match Message::decode(frame.clone()) {
            Ok((GREETING, Message::Enter(enter))) => {
                let data = if op == Op::Collective { vec![5].into() } else { Payload::default() };
                let enter = Enter { op, place: place.to_owned(), length, digest, data, ..enter };
                (from, Message::Enter(enter).encode(epoch))
            }
            Ok((GREETING, greeting)) => (from, greeting.encode(epoch)),
            _ => (from, frame),
        });
        self.end.play(lines.collect::<Vec<_>>());
    }

    fn in_a_loop(&self, options: [u8; 3], length: u64) {
        let known = options[2].is_multiple_of(2);
        let at = a_loop(options);
        let source = Source { next: 0, end: length, known };
        self.expect(Op::Loop, &at.to_string(), known.then_some(length), at.digest());
        looped(at, source);
    }

    #[track_caller]
    fn in_a_map(&self, [order, chunk, known]: [u8; 3], length: u64) {
        let source = Source { next: 0, end: length, known: known.is_multiple_of(2) };
        let name = if order.is_multiple_of(2) { "map" } else { "map_unordered" };
        self.expect(
            Op::Loop,
            &place(name, Location::caller()),
            source.size_hint().1.map(|most| most as u64),
            0,
        );
        let results = match name {
            "map" => map::map(source, own as fn(u64) -> Vec<u64>),
            _ => map::map_unordered(source, own as fn(u64) -> Vec<u64>),
        };
        let results =
            if chunk.is_multiple_of(3) { results.auto_chunk() } else { results.chunk(u64::from(chunk)) };
        let results = if chunk > 200 { results.dedicated() } else { results };
        results.take(usize::from(order)).for_each(drop);
    }

    #[track_caller]
    fn in_a_split(&self, [stop, chunk, known]: [u8; 3], length: u64) {
        let source = Source { next: 0, end: length, known: known.is_multiple_of(2) };
        let length = source.size_hint().1.map(|most| most as u64);
        self.expect(Op::Loop, &place("split_managed", Location::caller()), length, 0);
        let items = split::split_managed(source);
        let items = match chunk % 3 {
            0 => items,
            1 => items.auto_chunk(),
            _ => items.chunk(u64::from(chunk)),
        };
        let items = if chunk > 200 { items.dedicated() } else { items };
        items.take(usize::from(stop)).for_each(drop);
    }

    #[track_caller]
    fn in_a_collective(&self, [which, ..]: [u8; 3]) {
        let names = ["barrier", "bcast", "on_root", "gather", "all_gather"];
        let name = names[usize::from(which) % names.len()];
        self.expect(Op::Collective, &place(name, Location::caller()), None, 0);
        match name {
            "barrier" => collective::barrier(),
            "bcast" => drop(collective::bcast(self.session.is_root().then(|| "some text".to_owned()))),
            "on_root" => drop(collective::on_root(|| (7_u32, "some text".to_owned()))),
            "gather" => drop(collective::gather(7_u32)),
            _ => drop(collective::all_gather(7_u32)),
        }
    }
}

/// What a map makes of an item.
fn own(item: u64) -> Vec<u64> {
    vec![item]
}

/// Marks what is said first, before it is known at which rendezvous.
const GREETING: u64 = u64::MAX - 7;

/// A loop of two effects and two ways out: `if x == 9 { break } a += x; if .. { b.push(text) }`.
fn looped<I: Iterator<Item = u64> + Clone>(at: &'static Loop, source: I) {
    let (mut a, mut b) = (0_u64, vec![]);
    let again = (&&Probe(&source)).dlp_again();
    let left = run(
        at,
        Kind::<true, false>,
        source,
        again,
        false,
        |x, record: &Record| {
            if x == 9 && at.exits != Exits::Never {
                return Flow::Leave(0);
            }
            record.effect(0);
            record.append(|bytes| crate::encoding::encode(&x, bytes));
            Flow::Next
        },
        |site, op: &mut Replay<'_, u64>| {
            let read = match site {
                0 => op.reader().read(postcard::take_from_bytes).map(|x| a = a.wrapping_add(x)),
                _ => op.reader().read(postcard::take_from_bytes::<String>).map(|text| b.push(text)),
            };
            match read {
                Ok(()) if a % 64 == 63 && at.exits == Exits::Tentative => Flow::Leave(1),
                Ok(()) => Flow::Next,
                Err(_) => Flow::Skip,
            }
        },
        |_, _| {},
        |_, index| index % 2 == 0,
        never,
        || (Look::new(None, None), [], AllFolds::none()),
    );
    if let Some(mut left) = left {
        let _ = (left.exit(), left.index(), left.remote().to_string());
    }
}

/// The loop with these options, made once.
fn a_loop([strategy, gather, exits]: [u8; 3]) -> &'static Loop {
    static LOOPS: OnceLock<Vec<&'static Loop>> = OnceLock::new();
    let loops = LOOPS.get_or_init(|| {
        let mut loops = vec![];
        for number in 0..8 * 3 * 2 * 3 * 3 {
            let options = Options {
                strategy: Strategy::NAMES[number % 8].1,
                gather: [Gather::All, Gather::Root, Gather::None][number / 8 % 3],
                manager: [Manager::Working, Manager::Dedicated][number / 24 % 2],
                chunk: [Chunk::Auto, Chunk::Fixed(1), Chunk::Fixed(4)][number / 48 % 3],
                ..Options::default()
            };
            let exits = [Exits::Never, Exits::Final, Exits::Tentative][number / 144 % 3];
            loops.push(&*Box::leak(Box::new(Loop {
                function: "f",
                file: "f.rs",
                line: 1,
                hash: number as u64,
                sites: &[Site { line: 1, target: "a" }, Site { line: 2, target: "b" }],
                captured: &[],
                exits,
                ways_out: if exits == Exits::Never { &[] } else { &[0, 1] },
                options,
            })));
        }
        loops
    });
    let number = usize::from(strategy % 24) + 24 * usize::from(gather % 6) + 144 * usize::from(exits / 4 % 3);
    loops[number]
}

/// `0..end`, which says so or not.
#[derive(Clone)]
struct Source {
    next: u64,
    end: u64,
    known: bool,
}

impl Iterator for Source {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        let item = (self.next < self.end).then_some(self.next)?;
        self.next += 1;
        Some(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let rest = (self.end - self.next) as usize;
        if self.known { (rest, Some(rest)) } else { (0, None) }
    }
}
