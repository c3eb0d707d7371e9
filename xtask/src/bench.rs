//! `cargo xtask bench`: what dlp costs, measured beside plain C over MPI and beside the peers, on this machine and in one go.
//!
//! ```text
//! cargo xtask bench                  everything, some minutes
//! cargo xtask bench --rounds 1       once each, for a first look
//! cargo xtask bench hand gather      only what is called so
//! cargo xtask bench --write          everything, and the table of `docs/bench.md` with its picture anew
//! ```
//!
//! Prints a table, and writes it as `target/bench/bench.json` and `target/bench/bench.svg`. Every figure is the median of
//! several rounds, and what is compared runs in turns, so that what else the machine does falls on all. Only ratios within
//! one run mean something. The peers run where Python is there, in an environment of their own under `target/bench`.

pub(crate) mod counts;
mod goal;
mod measure;
mod picture;
mod rows;
pub(crate) mod schedules;

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use serde_json::json;

use self::measure::Bench;
use self::rows::{Row, SYSTEMS};
use crate::cargo::workspace;
use crate::page::Page;
use crate::{Failure, setup};

/// What was asked for.
struct Request {
    rounds: usize,
    writes: bool,
    names: Vec<String>,
}

fn request(arguments: &[OsString]) -> Option<Request> {
    let mut request = Request { rounds: 3, writes: false, names: vec![] };
    let mut words = arguments.iter().map(|word| word.to_str());
    while let Some(word) = words.next() {
        match word? {
            "--rounds" => request.rounds = words.next()??.parse().ok().filter(|rounds| *rounds > 0)?,
            "--write" => request.writes = true,
            option if option.starts_with('-') => return None,
            name => request.names.push(name.to_owned()),
        }
    }
    Some(request)
}

/// Where the results go, made if it is not there, after what measuring needs is installed.
fn folder() -> Result<PathBuf, Failure> {
    setup::ensure()?;
    let folder = workspace().join("target/bench");
    fs::create_dir_all(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    Ok(folder)
}

pub(crate) fn run(arguments: &[OsString]) -> Result<(), Failure> {
    let request = request(arguments).ok_or(Failure::Usage)?;
    if request.writes && !request.names.is_empty() {
        return Err(Failure::Error("the page has every row: `--write` takes no names".into()));
    }
    let folder = folder()?;
    let bench = Bench::prepare(&folder)?.with_peers(&folder);
    let mut rows: Vec<Row> = rows::all();
    let names = &request.names;
    rows.retain(|row| names.is_empty() || names.iter().any(|name| row.name.contains(name.as_str())));
    if rows.is_empty() {
        return Err(Failure::Error("nothing is called so".into()));
    }
    let measured = bench.measure(rows.iter().flat_map(Row::specs), request.rounds)?;
    print!("{}", table(&rows, &measured));
    let entries: Vec<_> = rows
        .iter()
        .map(|row| {
            let values = row.values(&measured);
            let cells: serde_json::Map<_, _> = SYSTEMS
                .iter()
                .zip(&values)
                .filter_map(|(system, value)| value.map(|value| ((*system).to_owned(), json!(value))))
                .collect();
            json!({ "work": row.name, "ranks": row.ranks, "unit": row.unit, "goal": row.goal.to_string(), "values": cells })
        })
        .collect();
    let samples: Vec<_> = measured.samples().collect();
    let report = json!({ "launcher": bench.launcher(), "cores": measure::cores(), "rounds": request.rounds,
        "rows": entries, "samples": samples });
    let text = serde_json::to_string_pretty(&report).map_err(|error| error.to_string())?;
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
    };
    write("bench.json", &text)?;
    write("bench.svg", &picture::draw(&rows, &measured))?;
    println!("\n{0}/bench.json, {0}/bench.svg", folder.display());
    if request.writes {
        let page = Page::new("bench.md");
        page.write("bench.svg", &picture::draw(&rows, &measured))?;
        page.tell(&[("figures", page_table(&rows, &measured))], true)?;
    }
    Ok(())
}

/// The rows for people.
fn table(rows: &[Row], measured: &measure::Measured) -> String {
    let mut text = format!("{:<48} {:>5} {:>10}", "", "ranks", "");
    for system in SYSTEMS {
        text += &format!(" {system:>9.9}");
    }
    text += "  goal\n";
    for row in rows {
        text += &format!("{:<48} {:>5} {:>10}", row.name, row.ranks, row.unit);
        for value in row.values(measured) {
            text += &value.map_or_else(|| " ".repeat(10), |value| format!(" {value:>9.3}"));
        }
        text += &format!("  {}\n", row.goal);
    }
    text
}

/// The rows as they stand in `docs/bench.md`.
fn page_table(rows: &[Row], measured: &measure::Measured) -> String {
    let mut text = format!("| | ranks | | {} | goal |\n|---|---|---|", SYSTEMS.join(" | "));
    text += &"---|".repeat(SYSTEMS.len() + 1);
    for row in rows {
        text += &format!("\n| {} | {} | {} |", row.name, row.ranks, row.unit);
        let values = row.values(measured);
        let at = |system: usize| values.get(system).copied().flatten();
        for system in 0..SYSTEMS.len() {
            text += &at(system).map_or_else(|| " |".to_owned(), |value| format!(" {} |", figures(value)));
        }
        let reached = match at(1).and_then(|ours| row.goal.reached(ours, at(0))) {
            None => "",
            Some(true) => ", reached",
            Some(false) => ", **not reached**",
        };
        text += &format!(" {}{reached} |", row.goal);
    }
    text
}

/// Three figures of a number.
fn figures(value: f64) -> String {
    let whole = value.abs().max(1e-9).log10().floor() as i32 + 1;
    format!("{value:.*}", usize::try_from(3 - whole).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_three_figures() {
        assert_eq!(
            [0.0312, 0.9367, 1.0, 43.925, 377.8, 5527.0].map(figures),
            ["0.0312", "0.937", "1.00", "43.9", "378", "5527"]
        );
    }
}
