//! Payloads of messages about the loop and the program: settings, verdicts, errors, farewells, joined answers.

use std::error::Error;

use super::feed::Feed;
use crate::collective;
use crate::encoding::{decode, encode};
use crate::exit::{RemoteError, Told};
use crate::observe::summary;
use crate::report::Farewell;
use crate::run::Way;
use crate::settings::Settings;

pub(super) fn control(bytes: &[u8]) {
    let mut feed = Feed::new(bytes);
    match feed.choice(5) {
        0 => settings(feed.rest()),
        1 => farewell(feed.rest()),
        2 => told(feed.rest()),
        3 => way(feed.rest()),
        _ => joined(feed),
    }
}

fn settings(bytes: &[u8]) {
    if let Ok(settings) = Settings::default().adopt(bytes) {
        assert_eq!(Settings::default().adopt(&settings.share()), Ok(settings));
    }
}

fn farewell(bytes: &[u8]) {
    if let Ok(farewell) = Farewell::read(bytes) {
        let again = Farewell::read(&farewell.write()).expect("just written");
        assert_eq!(again.tallies, farewell.tallies);
        let said = summary(&[farewell.tallies, again.tallies]);
        assert!(said.is_empty() || said.contains("rank"));
    }
}

fn told(bytes: &[u8]) {
    if let Ok(told) = decode::<Told>(bytes) {
        let error = RemoteError::new("a place".into(), 3, told);
        let mut cause = error.source();
        while let Some(known) = cause {
            assert!(known.to_string().len() <= bytes.len());
            cause = known.source();
        }
        assert!(error.to_string().contains("in iteration 3"));
    }
}

fn way(bytes: &[u8]) {
    if let Ok(way) = decode::<Option<Way>>(bytes) {
        let mut written = vec![];
        encode(&way, &mut written);
        assert_eq!(decode::<Option<Way>>(&written), Ok(way));
    }
}

fn joined(mut feed: Feed<'_>) {
    let ranks = feed.choice(5);
    if let Some(parts) = collective::split(feed.rest(), ranks) {
        assert_eq!(parts.len(), ranks);
        let parts: Vec<_> = parts.into_iter().map(|part| part.to_vec().into()).collect();
        let again = collective::joined(&parts);
        let read = collective::split(&again, ranks).expect("just joined");
        assert!(read.iter().zip(&parts).all(|(a, b)| **a == **b));
    }
}
