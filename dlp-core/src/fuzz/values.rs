//! What effects record: numbers of sites, and values of many types.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::PathBuf;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::feed::Feed;
use crate::carry::Borrowed;
use crate::encoding::{decode, encode};
use crate::exit::{Absent, Failed};
use crate::record::{Reader, put_number, take_number};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Unit,
    New(u8),
    Tuple(u64, String),
    Struct { a: Option<f64>, b: (i32, char), c: Vec<Shape> },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Deep {
    name: String,
    shapes: BTreeMap<u16, Vec<Shape>>,
    bytes: Vec<u8>,
    wide: (i128, u128, f32, bool),
    path: PathBuf,
    time: Duration,
}

/// Values of one type after another; what is read is written so that it is read as the same.
pub(super) fn values(bytes: &[u8]) {
    let mut feed = Feed::new(bytes);
    match feed.choice(12) {
        0 => survives::<Deep>(feed.rest()),
        1 => survives::<Vec<Shape>>(feed.rest()),
        2 => survives::<Vec<Vec<f64>>>(feed.rest()),
        3 => survives::<(String, Option<Box<str>>)>(feed.rest()),
        4 => survives::<BTreeMap<String, Vec<Option<u32>>>>(feed.rest()),
        5 => survives::<Result<[u16; 7], Failed<String>>>(feed.rest()),
        6 => survives::<(u8, i16, u32, i64, usize, char)>(feed.rest()),
        7 => borrowed::<&str>(feed.rest()),
        8 => borrowed::<Vec<(u8, &str)>>(feed.rest()),
        9 => borrowed::<Option<Failed<&[u32]>>>(feed.rest()),
        10 => survives::<Vec<Option<Absent>>>(feed.rest()),
        _ => borrowed::<Vec<Option<&[String]>>>(feed.rest()),
    }
}

fn survives<T: Serialize + DeserializeOwned + Debug>(bytes: &[u8]) {
    let Ok(value) = decode::<T>(bytes) else { return };
    let mut written = vec![];
    encode(&value, &mut written);
    let again = decode::<T>(&written).expect("just written");
    let mut twice = vec![];
    encode(&again, &mut twice);
    // Not the values: a NaN is not equal to itself.
    assert_eq!(written, twice, "{value:?}");
}

fn borrowed<T: Borrowed + Debug>(bytes: &[u8]) {
    // What is read is kept for ever, so it must not be much.
    if bytes.len() > 4 {
        return;
    }
    let Ok((value, rest)) = T::get(bytes) else { return };
    let mut written = vec![];
    value.put(&mut written);
    let (again, _) = T::get(&written).expect("just written");
    assert_eq!(format!("{value:?}"), format!("{again:?}"), "{} bytes were left", rest.len());
}

/// The record of an iteration, read as a loop of three sites reads it.
pub(super) fn record(bytes: &[u8]) {
    if let Some((number, rest)) = take_number(bytes) {
        let mut written = vec![];
        put_number(&mut written, number);
        assert!(written.len() <= bytes.len() - rest.len());
        assert_eq!(take_number(&written), Some((number, &[][..])));
    }
    let mut reader = Reader::new(bytes);
    while !reader.is_empty() {
        let before = reader.rest().len();
        let read = match reader.site() {
            Some(0) => reader.read(postcard::take_from_bytes::<u64>).is_ok(),
            Some(1) => reader.read(postcard::take_from_bytes::<(String, Vec<f32>)>).is_ok(),
            Some(2) => reader.read(postcard::take_from_bytes::<Shape>).is_ok(),
            _ => false,
        };
        assert!(reader.rest().len() < before || !read, "nothing was read");
        if !read {
            break;
        }
    }
}
