//! What generated programs use, and what compares them.
//!
//! A program that was found and made smaller can be pasted into `tests/loops/generated.rs`, which uses this file too.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub x: i64,
    pub y: f64,
    pub name: String,
}

impl Point {
    pub fn new(x: i64) -> Self {
        Self { x, y: x as f64 / 7.0, name: label(x as u64) }
    }

    pub fn scaled(&self, by: f64) -> Self {
        Self { y: self.y * by, ..self.clone() }
    }
}

#[derive(Clone, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub enum Kind {
    Empty,
    Number(i64),
    Named { name: String, at: u32 },
}

impl Kind {
    pub fn of(x: i64) -> Self {
        match x.rem_euclid(3) {
            0 => Self::Empty,
            1 => Self::Number(x * 2),
            _ => Self::Named { name: label(x as u64), at: x.unsigned_abs() as u32 },
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stats {
    pub count: u64,
    pub sum: f64,
    pub names: Vec<String>,
    pub last: Option<i64>,
}

impl Stats {
    pub fn add(&mut self, value: i64) -> bool {
        self.count += 1;
        self.sum += value as f64 * 0.1;
        self.last.replace(value).is_some()
    }

    pub fn with(mut self, name: &str) -> Self {
        self.names.push(name.to_owned());
        self
    }
}

/// An error that can be sent, and others that cannot.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    Number(std::num::ParseIntError),
    Missing,
    At(u64),
}

impl From<std::num::ParseIntError> for Trouble {
    fn from(error: std::num::ParseIntError) -> Self {
        Self::Number(error)
    }
}

impl From<String> for Trouble {
    fn from(text: String) -> Self {
        Self::At(hash(&text) % 1000)
    }
}

/// What every program is given.
#[derive(Debug)]
pub struct Input {
    pub n: usize,
    pub xs: Vec<i64>,
    pub words: Vec<String>,
    pub points: Vec<Point>,
    pub kinds: Vec<Kind>,
    pub pairs: Vec<(i64, String)>,
    pub map: BTreeMap<i64, String>,
    pub text: String,
}

impl Input {
    /// One for so many items.
    pub fn of(n: usize) -> &'static Self {
        let xs: Vec<i64> = (0..n as u64).map(|i| (mix(i + 3) % 64) as i64 - 9).collect();
        let words: Vec<String> = (0..n as u64).map(label).collect();
        Box::leak(Box::new(Self {
            n,
            points: xs.iter().map(|&x| Point::new(x)).collect(),
            kinds: xs.iter().map(|&x| Kind::of(x)).collect(),
            pairs: xs.iter().copied().zip(words.iter().cloned()).collect(),
            map: xs.iter().copied().zip(words.iter().cloned()).collect(),
            text: words.join(" "),
            xs,
            words,
        }))
    }
}

pub fn mix(x: u64) -> u64 {
    let z = x.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z ^ (z >> 27)
}

/// Some of them are numbers.
pub fn label(x: u64) -> String {
    let words = ["a", "7", "bcd", "-3", "e f", "42", "", "gh", "x9", "1000"];
    let word = words[(mix(x) % 10) as usize];
    if x % 4 == 3 { format!("{word}{}", x % 9) } else { word.to_owned() }
}

pub fn hash(text: &str) -> u64 {
    text.bytes().fold(7, |hash, byte| mix(hash ^ u64::from(byte)))
}

/// Computes something, and takes a time that nobody knows.
pub fn work(x: u64) -> u64 {
    pause(x);
    mix(x) % 1000
}

pub fn weigh(x: f64) -> f64 {
    pause(x.to_bits());
    (x.abs() + 0.3).sqrt() / 3.0
}

pub fn fold(old: i64, new: i64) -> i64 {
    old.wrapping_mul(31).wrapping_add(new)
}

pub fn blend(old: f64, new: f64) -> f64 {
    old * 0.75 + new / 3.0
}

pub fn add_to(list: &mut Vec<i64>, value: i64) -> usize {
    list.push(value);
    list.insert(0, value / 2);
    list.len()
}

pub fn bump(number: &mut i64, by: i64) {
    *number = number.wrapping_add(by);
}

pub fn read(text: &str) -> Result<i64, std::num::ParseIntError> {
    pause(text.len() as u64);
    text.trim().parse()
}

pub fn find(x: i64) -> Option<i64> {
    pause(x as u64);
    (x.rem_euclid(13) != 7).then(|| x.wrapping_mul(3))
}

pub fn check(x: i64) -> Result<i64, String> {
    pause(x as u64);
    if x.rem_euclid(17) == 5 { Err(format!("{x} is not right")) } else { Ok(x.wrapping_add(2)) }
}

pub fn examine(x: i64) -> Result<i64, Trouble> {
    pause(x as u64);
    match x.rem_euclid(19) {
        3 => Err(Trouble::Missing),
        11 => Err(Trouble::At(x.unsigned_abs())),
        _ => Ok(x.wrapping_sub(1)),
    }
}

thread_local! {
    static DELAYS: Cell<Option<u64>> = const { Cell::new(None) };
}

/// From here on this thread is delayed at random.
pub fn delay_this_thread(seed: u64) {
    DELAYS.set(Some(mix(seed)));
}

/// Takes a time that nobody knows, on a thread that is to be delayed.
pub fn pause(x: u64) {
    let Some(seed) = DELAYS.get() else { return };
    DELAYS.set(Some(mix(seed ^ x).wrapping_add(1)));
    match seed % 64 {
        0 => std::thread::sleep(Duration::from_micros(seed >> 8 & 255)),
        1..4 => std::thread::sleep(Duration::from_micros(seed >> 8 & 15)),
        4..16 => std::thread::yield_now(),
        16..32 => {
            let start = Instant::now();
            while start.elapsed() < Duration::from_micros(seed >> 8 & 15) {
                std::hint::spin_loop();
            }
        }
        _ => {}
    }
}

/// What a value is, to the bit. Of what is not a number only that it is not one: Rust leaves its bits open.
pub trait Show {
    fn show(&self, to: &mut String);
}

pub fn shown(value: &impl Show) -> String {
    let mut text = String::new();
    value.show(&mut text);
    text
}

macro_rules! show_by_debug {
    ($($ty:ty)*) => {
        $(impl Show for $ty {
            fn show(&self, to: &mut String) {
                to.push_str(&format!("{self:?}"));
            }
        })*
    };
}

show_by_debug! { u8 i8 u32 i32 u64 i64 usize bool char str String Kind Trouble }

impl Show for std::num::ParseIntError {
    fn show(&self, to: &mut String) {
        to.push_str(&format!("{self:?}"));
    }
}

impl Show for () {
    fn show(&self, _: &mut String) {}
}

impl Show for f64 {
    fn show(&self, to: &mut String) {
        if self.is_nan() {
            to.push_str("NaN");
        } else {
            to.push_str(&format!("{self:?}/{:x}", self.to_bits()));
        }
    }
}

impl Show for Box<dyn std::error::Error> {
    fn show(&self, to: &mut String) {
        to.push_str(&format!("{self:?}"));
    }
}

impl<T: Show + ?Sized> Show for &T {
    fn show(&self, to: &mut String) {
        (**self).show(to);
    }
}

fn show_all<T: Show>(all: impl IntoIterator<Item = T>, to: &mut String) {
    to.push('[');
    for each in all {
        each.show(to);
        to.push_str(", ");
    }
    to.push(']');
}

impl<T: Show> Show for [T] {
    fn show(&self, to: &mut String) {
        show_all(self, to);
    }
}

impl<T: Show, const N: usize> Show for [T; N] {
    fn show(&self, to: &mut String) {
        show_all(self, to);
    }
}

impl<T: Show> Show for Vec<T> {
    fn show(&self, to: &mut String) {
        show_all(self, to);
    }
}

impl<T: Show> Show for VecDeque<T> {
    fn show(&self, to: &mut String) {
        show_all(self, to);
    }
}

impl<T: Show> Show for BTreeSet<T> {
    fn show(&self, to: &mut String) {
        show_all(self, to);
    }
}

impl<K: Show, V: Show> Show for BTreeMap<K, V> {
    fn show(&self, to: &mut String) {
        show_all(self, to);
    }
}

impl<T: Show> Show for Option<T> {
    fn show(&self, to: &mut String) {
        match self {
            None => to.push_str("None"),
            Some(value) => {
                to.push_str("Some ");
                value.show(to);
            }
        }
    }
}

impl<T: Show, E: Show> Show for Result<T, E> {
    fn show(&self, to: &mut String) {
        match self {
            Ok(value) => {
                to.push_str("Ok ");
                value.show(to);
            }
            Err(error) => {
                to.push_str("Err ");
                error.show(to);
            }
        }
    }
}

impl Show for Point {
    fn show(&self, to: &mut String) {
        (self.x, self.y, &self.name).show(to);
    }
}

impl Show for Stats {
    fn show(&self, to: &mut String) {
        (self.count, self.sum, &self.names, self.last).show(to);
    }
}

macro_rules! show_tuples {
    ($(($($name:ident $at:tt),*))*) => {
        $(impl<$($name: Show),*> Show for ($($name,)*) {
            fn show(&self, to: &mut String) {
                to.push('(');
                $(self.$at.show(to);
                to.push_str(", ");)*
                to.push(')');
            }
        })*
    };
}

show_tuples! { (A 0) (A 0, B 1) (A 0, B 1, C 2) (A 0, B 1, C 2, D 3) (A 0, B 1, C 2, D 3, E 4) (A 0, B 1, C 2, D 3, E 4, F 5) (A 0, B 1, C 2, D 3, E 4, F 5, G 6) (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7) }
