//! Accumulators that are folded where the iterations run: every type and operator, at the ends of the type too.

// Both spellings are folded.
#![allow(clippy::assign_op_pattern)]

use std::fmt::Debug;
use std::num::Wrapping;
use std::panic::{AssertUnwindSafe, catch_unwind};

use dlp::testing::World;

use super::work;

/// Functions that do one thing with numbers of one type, and the test that every rank has what one has alone.
macro_rules! folds {
    ($($name:ident($acc:ident, $x:ident): $($ty:ident)*, $start:expr => $statement:expr;)*) => {
        $(mod $name {
            $(#[dlp::parallel]
            pub(super) fn $ty(n: u64) -> $ty {
                let mut $acc: $ty = $start as $ty;
                for i in 0..n {
                    let $x = super::work(i) as $ty;
                    $statement;
                }
                $acc
            })*

            #[test]
            fn every_rank_has_the_answer() {
                $(crate::invariant(concat!(stringify!($name), " of ", stringify!($ty)), || $ty(60));)*
            }
        })*
    };
}

folds! {
    sum(a, x): u16 u64 u128 usize i32 i64 i128, 3 => a += x & 15;
    difference(a, x): i16 i64 isize, 3 => a -= x & 15;
    difference_of_unsigned(a, x): u16 u64, 30_000 => a -= x & 15;
    sum_assigned(a, x): u32 i64 u128, 3 => a = a + (x & 15);
    product(a, x): u64, 1 => a *= x & 1 | 1;
    and(a, x): u8 u128 i64, !0_u64 => a &= x | 0x40;
    or(a, x): u16 usize i8, 0 => a |= x & 0x55;
    xor(a, x): u64 i32 i128, 7 => a ^= x;
    minimum(a, x): u8 i64 u128, 100 => a = a.min(x);
    maximum(a, x): i8 u64 i128, 100 => a = a.max(x);
    wrapping_sum(a, x): u8 i64 u128, 9 => a = a.wrapping_add(x);
    wrapping_difference(a, x): i8 u32 i128, 9 => a = a.wrapping_sub(x);
    wrapping_product(a, x): u8 i64 u128, 9 => a = a.wrapping_mul(x | 1);
}

/// A sum of whatever the list has.
#[dlp::parallel]
fn total(start: i8, list: &[i8]) -> i8 {
    let mut total = start;
    for &x in list {
        total += x;
    }
    total
}

#[dlp::parallel(gather = "root")]
fn rest(start: u8, list: &[u8]) -> u8 {
    let mut rest = start;
    for x in list {
        rest -= x;
    }
    rest
}

/// What comes of it under several worlds is what comes of it alone: the value, or the overflow.
#[track_caller]
fn ends_alike<T: Debug + PartialEq + Send>(overflows: bool, function: impl Fn() -> T + Sync) {
    let ends = |world: World| match catch_unwind(AssertUnwindSafe(|| world.run(&function).remove(0))) {
        Ok(value) => Ok(value),
        Err(_) => Err(()),
    };
    let alone = ends(World::new(1));
    for world in [
        World::new(2),
        World::new(3).chunk(Some(1)),
        World::new(3).strategy(dlp::Strategy::Block),
        World::new(2).verify(),
    ] {
        assert_eq!(ends(world), alone);
    }
    assert_eq!(alone.is_err(), overflows);
}

#[test]
fn a_sum_overflows_exactly_where_the_serial_one_does() {
    let checked = cfg!(debug_assertions);
    // It ends where it may be, and was above that, or below, on the way.
    ends_alike(false, || total(100, &[20, 7, -100, 1, 50]));
    ends_alike(checked, || total(100, &[20, 8, -100, 1, 50]));
    ends_alike(false, || total(-100, &[-28, 127, 20, 3]));
    ends_alike(checked, || total(-100, &[-29, 127, 20, 3]));
    ends_alike(checked, || total(0, &[127, 1, -128]));
    ends_alike(false, || total(-1, &[127, 1, -128]));
    ends_alike(false, || total(0, &[-128]));
    ends_alike(false, || rest(200, &[100, 100, 0]));
    ends_alike(checked, || rest(200, &[100, 100, 1]));
}

/// Many accumulators at a time, some of which something else looks at.
#[dlp::parallel]
fn several(items: &[u64]) -> (u64, usize, i32, Vec<u64>, Vec<usize>, u64, u64, bool) {
    let (mut sum, mut count, mut low, mut all, mut places) = (0, 0_usize, 0_i32, vec![], vec![]);
    let (mut twice, mut looked_at, mut odd) = (0_u64, 0_u64, false);
    const STEP: i32 = 2;
    for x in items {
        sum += x;
        let y = work(*x);
        if y % 3 == 0 {
            count += 1;
        }
        for _ in 0..y % 5 {
            low -= STEP;
        }
        low = low.min(1 << 20);
        all.push(y);
        // From two places, and in between.
        twice += y;
        twice ^= y << 3;
        looked_at += y;
        places.push(looked_at as usize);
        odd |= y % 2 == 1;
    }
    (sum, count, low, all, places, twice, looked_at, odd)
}

struct Counted {
    hits: u64,
    misses: u64,
    worst: i64,
    share: f64,
}

impl Counted {
    #[dlp::parallel]
    fn count(&mut self, from: &mut u32, n: u64) {
        for x in 0..n {
            let y = work(x);
            if y > 500 {
                self.hits += 1;
            } else {
                self.misses += y;
            }
            self.worst = self.worst.max(-(y as i64));
            self.share += 1.0 / (1.0 + y as f64);
            *from += y as u32;
        }
    }
}

fn counted(n: u64) -> (u64, u64, i64, f64, u32) {
    let mut counted = Counted { hits: 1, misses: 2, worst: -1000, share: 0.0 };
    let mut from = 7;
    counted.count(&mut from, n);
    (counted.hits, counted.misses, counted.worst, counted.share, from)
}

/// Types that the compiler learns only after the loop, or that only look like integers.
#[dlp::parallel]
fn learnt(n: u64) -> (u128, i8, Wrapping<u64>, String, f32) {
    let (mut wide, mut narrow, mut wrapped, mut text, mut float) =
        (0, 0, Wrapping(u64::MAX), String::new(), 0.0);
    for x in 0..n {
        wide += 5_000_000_000;
        narrow -= 1;
        wrapped += Wrapping(x);
        wrapped += 5_000_000_000;
        text += "x";
        float += 0.1;
    }
    (wide, narrow, wrapped, text, float)
}

#[dlp::parallel]
fn generic<T: Copy + std::ops::AddAssign + serde::Serialize + serde::de::DeserializeOwned>(
    mut sum: T,
    list: &[T],
) -> T {
    for x in list {
        sum += *x;
    }
    sum
}

/// A loop that may be left, or an iteration of which may be left out, folds nothing.
#[dlp::parallel]
fn left(n: u64, end: u64) -> (u64, Option<u64>) {
    let mut sum = 0;
    for x in 0..n {
        sum += work(x);
        if x == end {
            return (sum, Some(x));
        }
    }
    (sum, None)
}

#[dlp::parallel(on_error = "skip")]
fn skipped(n: u64) -> u64 {
    let mut sum = 0;
    for x in 0..n {
        sum += work(x);
        assert!(x % 7 != 3, "no");
    }
    sum
}

#[dlp::parallel]
fn in_place(list: &mut [u64]) -> u64 {
    let mut sum = 0;
    for x in list.iter_mut() {
        *x += 1;
        sum += *x;
    }
    sum
}

#[dlp::parallel(gather = "none", strategy = "block")]
fn own(n: u64) -> u64 {
    let mut sum = 0;
    for x in 0..n {
        sum += x;
    }
    sum
}

#[test]
fn whatever_else_is_in_the_loop() {
    let items: Vec<u64> = (0..70).map(|x| x * x).collect();
    crate::invariant("several", || several(&items));
    crate::invariant("counted", || counted(60));
    crate::invariant("learnt", || learnt(60));
    crate::invariant("generic", || (generic(1_u8, &[2; 60]), generic(0.5_f64, &[0.1; 60])));
    crate::invariant("left", || (left(60, 31), left(60, 99)));
    crate::invariant("in_place", || {
        let mut list = items.clone();
        (in_place(&mut list), list)
    });
    assert_eq!(World::new(3).run(|| skipped(40)).remove(1), World::new(1).run(|| skipped(40)).remove(0));
    assert_eq!(World::new(3).run(|| own(60)).into_iter().sum::<u64>(), 59 * 30);
}

/// The order of these floats does not matter, whatever else is in the loop.
#[dlp::parallel(reorder = true, strategy = "block")]
fn loose(list: &[f64]) -> (f64, f64, f32, u64, Vec<f64>) {
    let (mut sum, mut product, mut rest, mut count, mut all) = (0.5, 1.0, 1e3_f32, 0, vec![]);
    for x in list {
        sum += x;
        product *= 1.0 + x / 100.0;
        rest -= *x as f32;
        count += 1;
        all.push(x * 0.5);
    }
    (sum, product, rest, count, all)
}

#[dlp::parallel(reorder = true, strategy = "block")]
fn pairs(list: &[[f64; 2]]) -> f64 {
    let mut sum = 0.0;
    for pair in list {
        for x in pair {
            sum += x;
        }
    }
    sum
}

#[test]
fn floats_may_be_added_up_where_they_arise() {
    let list: Vec<f64> = (0..50_u32).map(|x| f64::from(x).sqrt()).collect();
    let alone = World::new(1).run(|| loose(&list)).remove(0);
    for ranks in [2, 3, 5] {
        let got = World::new(ranks).run(|| loose(&list));
        for of_rank in &got {
            assert_eq!(format!("{of_rank:?}"), format!("{:?}", got[0]), "all ranks have one answer");
        }
        let (sum, product, rest, count, all) = &got[0];
        let near = |a: f64, b: f64| (a - b).abs() <= b.abs() * 1e-6;
        assert!(
            near(*sum, alone.0) && near(*product, alone.1) && near((*rest).into(), alone.2.into()),
            "{got:?}"
        );
        assert_eq!((*count, all), (alone.3, &alone.4));
    }
    // What an iteration adds, it adds up first.
    let parts = [[1e100, 1.0], [-1e100, 1.0]];
    let two = World::new(2).run(|| pairs(&parts)).remove(0);
    assert_eq!((two, pairs(&parts)), (0.0, 1.0));
}
