//! `cargo xtask cost`: what it costs to use dlp, before any loop has run: time of builds, crates, start-up, size.
//!
//! ```text
//! cargo xtask cost                  everything, about ten minutes
//! cargo xtask cost --rounds 1       once each, for a first look
//! cargo xtask cost build            only this; also: clean, start, size
//! ```
//!
//! Each figure stands beside that of a program without dlp, or without the attribute, and is the median of several rounds in
//! which the two take turns. Only the ratios mean something elsewhere. Prints a table, and writes it as `target/cost/cost.json`.

mod build;
mod clean;
mod functions;
mod package;
mod size;
mod start;
mod table;

use std::ffi::OsString;
use std::fs;

use serde_json::json;

use self::table::Row;
use crate::cargo::workspace;
use crate::{Failure, setup};

/// What can be asked for by name: the rows, and what else there is to tell.
type Section = (&'static str, fn(usize) -> Result<(Vec<Row>, Vec<String>), Failure>);

const SECTIONS: &[Section] = &[
    ("build", build::measure),
    ("clean", clean::measure),
    ("start", start::measure),
    ("size", size::measure),
];

/// What was asked for.
struct Request {
    rounds: usize,
    names: Vec<String>,
}

fn request(arguments: &[OsString]) -> Option<Request> {
    let mut request = Request { rounds: 5, names: vec![] };
    let mut words = arguments.iter().map(|word| word.to_str());
    while let Some(word) = words.next() {
        match word? {
            "--rounds" => request.rounds = words.next()??.parse().ok().filter(|rounds| *rounds > 0)?,
            name if SECTIONS.iter().any(|(known, _)| *known == name) => request.names.push(name.to_owned()),
            _ => return None,
        }
    }
    Some(request)
}

pub(crate) fn run(arguments: &[OsString]) -> Result<(), Failure> {
    let request = request(arguments).ok_or(Failure::Usage)?;
    setup::ensure()?;
    let folder = workspace().join("target/cost");
    fs::create_dir_all(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    let mut all = vec![];
    for (name, measure) in SECTIONS {
        if !request.names.is_empty() && !request.names.iter().any(|asked| asked == name) {
            continue;
        }
        let (rows, notes) = measure(request.rounds)?;
        print!("{}", table::print(&rows));
        notes.iter().for_each(|note| println!("{note}"));
        println!();
        let rows: Vec<_> = rows.iter().map(Row::json).collect();
        all.push(json!({ "section": name, "rows": rows, "notes": notes }));
    }
    let report = json!({ "rounds": request.rounds, "sections": all });
    let text = serde_json::to_string_pretty(&report).map_err(|error| error.to_string())?;
    let path = folder.join("cost.json");
    fs::write(&path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    println!("{}", path.display());
    Ok(())
}
