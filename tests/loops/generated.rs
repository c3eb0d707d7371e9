//! Programs that `cargo xtask generated` found and made smaller, as it prints them.

// They are as nobody would write them.
#![allow(warnings, clippy::all, clippy::undocumented_unsafe_blocks)]

#[path = "../../xtask/src/generated/harness/support.rs"]
mod support;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;

use self::support::*;
use super::same;

same! {
    generated_21_83(super::Input::of(5));
    generated_21_187(super::Input::of(5));
    generated_1_144(super::Input::of(5));
}

#[dlp::parallel]
pub fn generated_21_83<'a>(from: &'a Input) -> Option<()> {
    let xs: &'a [i64] = &from.xs;
    let mut out0: Vec<bool> = Vec::with_capacity(9);
    for item2 in xs.to_vec() {
        out0.pop()?;
    }
    Some(())
}

#[dlp::parallel]
pub fn generated_21_187<'a>(from: &'a Input) -> Option<()> {
    let n = from.n;
    let out1: Mutex<Vec<u32>> = Mutex::new(Vec::with_capacity(9));
    for (x1, _) in (0..=n as u8).into_iter().enumerate() {
        out1.lock().unwrap().pop()?;
    }
    Some(())
}

#[dlp::parallel]
pub fn generated_1_144<'a>(from: &'a Input) -> Result<(), Box<dyn std::error::Error>> {
    let xs: &'a [i64] = &from.xs;
    let mut all3: u64 = 63_u64;

    #[parallel]
    for count4 in (xs.iter()).into_iter() {
        if ((work(all3) > 500) || (!(*count4 as i64 % 2 == 0))) && all3 % 3 == 1 {
            continue;
        }
        pause((0..3_usize).map(|b16| (all3).rotate_left(3)).fold(1_u64, |a, b| a.wrapping_add(b)));
    }
    Ok(())
}
