//! What must hold of every forecast, and forecasts that can be computed otherwise.

use super::*;
use crate::pool::batches;
use crate::schedule::shares;

const MILLI: Duration = Duration::from_millis(1);

/// A number between 0 and 1 for each index.
fn uniform(index: u64) -> f64 {
    let mut x = index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// A task of about a millisecond, some of them much longer.
fn skewed(index: u64) -> Duration {
    MILLI.mul_f64(0.1 / (1.0 - 0.999 * uniform(index)))
}

fn cluster() -> Machine {
    let micros = Duration::from_micros;
    Machine {
        near: micros(1),
        far: micros(3),
        node: 4,
        service: micros(1),
        iteration: Duration::from_nanos(20),
        replay: Duration::from_nanos(30),
        take: Duration::from_nanos(100),
        polling: Polling { alert: micros(100), wake: micros(10), overshoot: micros(50), longest: MILLI },
    }
}

fn sharings(length: u64) -> Vec<Sharing> {
    let rules =
        [Rule::Auto, Rule::Fixed(1), Rule::Fixed(7), Rule::Guided(1), Rule::Factoring(2), Rule::Trapezoid(1)];
    let managed = rules
        .into_iter()
        .flat_map(|rule| [false, true].map(|dedicated| Sharing::Managed { rule, dedicated }));
    let hows = [Static::Cyclic(1), Static::Cyclic(3), Static::Block(length), Static::First];
    let pooled =
        [Chunk::Auto, Chunk::Fixed(3)].map(|chunk| Sharing::Pooled { chunk, batches: batches(chunk, 4) });
    managed.chain(hows.map(Sharing::Static)).chain(pooled).collect()
}

#[test]
fn nothing_is_lost_and_nothing_beats_the_bound() {
    for machine in [Machine::free(), Machine { node: 3, ..Machine::free() }, cluster()] {
        for (ranks, length) in [(1, 5), (2, 0), (3, 1), (7, 400), (13, 100)] {
            for sharing in sharings(length) {
                let forecast = forecast(&machine, ranks, length, sharing, skewed);
                let context = format!("{sharing:?}, {length} on {ranks}: {forecast:?}");
                // That each index ran once is asserted inside.
                assert_eq!(forecast.total, (0..length).map(skewed).sum(), "{context}");
                assert_eq!(forecast.busy.iter().sum::<Duration>(), forecast.total, "{context}");
                assert!(forecast.makespan >= forecast.bound(), "{context}");
                assert!(forecast.waiting().all(|waited| waited <= forecast.makespan), "{context}");
                assert!((0.0..=1.0).contains(&forecast.efficiency()), "{context}");
            }
        }
    }
}

#[test]
fn a_forecast_is_the_same_each_time() {
    for sharing in sharings(300) {
        let again = || forecast(&cluster(), 9, 300, sharing, skewed);
        assert_eq!(again(), again());
    }
}

#[test]
fn static_shares_take_as_long_as_the_longest_share() {
    for how in [Static::Cyclic(1), Static::Cyclic(5), Static::Block(777), Static::First] {
        let share = |member| shares(how, member, 8, Some(777)).flatten().map(skewed).sum::<Duration>();
        let longest = (0..8).map(share).max().unwrap();
        let forecast = forecast(&Machine::free(), 8, 777, Sharing::Static(how), skewed);
        assert_eq!(forecast.makespan, longest, "{how:?}");
        assert_eq!(forecast.busy, (0..8).map(share).collect::<Vec<_>>(), "{how:?}");
    }
}

#[test]
fn equal_tasks_that_come_for_free_end_together() {
    for sharing in sharings(60) {
        let dedicated = matches!(sharing, Sharing::Managed { dedicated: true, .. });
        let serial = sharing == Sharing::Static(Static::First);
        let even = matches!(
            sharing,
            Sharing::Managed { rule: Rule::Fixed(1) | Rule::Auto, .. }
                | Sharing::Pooled { .. }
                | Sharing::Static(Static::Cyclic(_) | Static::Block(_))
        );
        let forecast = forecast(&Machine::free(), 5, 60, sharing, |_| MILLI);
        let expected = match (dedicated, serial) {
            (_, true) => 60,
            (true, _) => 15,
            _ => 12,
        };
        if even || serial {
            assert_eq!(forecast.makespan, MILLI * expected, "{sharing:?}");
        }
        assert_eq!(forecast.manager.busy, Duration::ZERO);
    }
}

#[test]
fn a_manager_is_not_quicker_than_its_service() {
    // 40 ranks that come, and ask 1000 times; tasks too short for one manager.
    let service = Duration::from_micros(10);
    let machine = Machine { service, ..Machine::free() };
    let managed = Sharing::Managed { rule: Rule::Fixed(1), dedicated: true };
    let forecast = forecast(&machine, 41, 1000, managed, |_| Duration::from_micros(50));
    assert_eq!(forecast.manager.messages, 41 + 1000);
    assert_eq!(forecast.manager.busy, service * 1041);
    assert_eq!(forecast.makespan, forecast.manager.busy);
    assert!((30..=41).contains(&forecast.manager.longest_queue), "{}", forecast.manager.longest_queue);
    // Each is let in, gets what it asked for, and is sent away once.
    assert_eq!(forecast.messages, 1041 + 41 + 1000 + 41);
}

#[test]
fn latency_is_paid_for_each_round_trip() {
    let machine = Machine { near: Duration::from_micros(30), ..Machine::free() };
    let managed = Sharing::Managed { rule: Rule::Fixed(1), dedicated: true };
    let forecast = forecast(&machine, 2, 10, managed, |_| MILLI);
    // To be let in, and after each of ten tasks.
    assert_eq!(forecast.makespan, MILLI * 10 + Duration::from_micros(2 * 30 * 11));
}
