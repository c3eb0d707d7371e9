//! What must hold whatever bytes another rank sends: an error, or nothing, but no panic, no endless loop, and no memory for
//! bytes that are not there.
//!
//! Each of [`TARGETS`] is handed arbitrary bytes. `fuzz/` of the repository runs them under libFuzzer (`cargo xtask fuzz`);
//! the tests here run each on a few thousand inputs from a fixed seed, with the compiler that everything else uses.
//! Nothing here is part of the library.

mod control;
mod feed;
mod message;
mod part;
mod script;
mod scripted;
mod values;
mod world;

/// A target with its name.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 8] = [
    ("message", message::message),
    ("input", message::input),
    ("part", part::part),
    ("record", values::record),
    ("values", values::values),
    ("control", control::control),
    ("member", world::member),
    ("root", world::root),
];

/// Runs one target.
///
/// # Panics
/// If there is none of this name, or if what must hold does not.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|(known, _)| *known == name);
    let (_, target) = target.unwrap_or_else(|| panic!("there is no target `{name}`"));
    target(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Short inputs of all kinds: numbers of the generator of Knuth's MMIX, every other byte of them small.
    fn inputs(count: u64) -> impl Iterator<Item = Vec<u8>> {
        (0..count).map(|seed| {
            let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mut next = move || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) as u32
            };
            let length = next() % 200;
            (0..length).map(|_| if next() % 2 == 0 { next() as u8 } else { next() as u8 % 8 }).collect()
        })
    }

    #[test]
    fn every_target_holds_on_random_bytes() {
        for (name, target) in TARGETS {
            let thread = std::thread::Builder::new().name(name.to_owned());
            let run = thread.spawn(move || inputs(3000).for_each(|bytes| target(&bytes)));
            assert!(run.expect("a thread starts").join().is_ok(), "{name}");
        }
    }
}
