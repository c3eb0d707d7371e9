//! What the attribute adds to building a program that has many annotated functions.

use super::functions::{Form, Functions};
use super::package::{Dependency, Package, Spent, timed};
use super::table::{Each, Row, median};
use crate::Failure;

/// How many functions there are.
const COUNT: usize = 100;

/// What is built, and by which command.
struct Way {
    name: &'static str,
    arguments: &'static [&'static str],
    incremental: bool,
}

const WAYS: &[Way] = &[
    Way { name: "cargo check after an edit", arguments: &["check"], incremental: true },
    Way { name: "cargo check of all", arguments: &["check"], incremental: false },
    Way { name: "cargo build after an edit", arguments: &["build"], incremental: true },
    Way { name: "cargo build of all", arguments: &["build"], incremental: false },
    Way { name: "cargo build --release", arguments: &["build", "--release"], incremental: false },
];

pub(super) fn measure(rounds: usize) -> Result<(Vec<Row>, Vec<String>), Failure> {
    let crates = [one(Form::Without)?, one(Form::With)?];
    let mut edits = 0;
    let mut rows = vec![];
    for way in WAYS {
        let mut taken = [vec![], vec![]];
        // The round before the first builds what the crates depend on.
        for round in 0..=rounds {
            for ((package, functions), taken) in crates.iter().zip(&mut taken) {
                edits += 1;
                eprint!("\r\x1b[K{}, {round}/{rounds}", way.name);
                let spent = build(package, functions, way, edits)?;
                if round > 0 {
                    taken.push(spent);
                }
            }
        }
        eprint!("\r\x1b[K");
        let each = Each { count: COUNT, unit: "ms a function", scale: 1000.0 };
        for (what, of) in [("wall", (|spent| spent.wall) as fn(&Spent) -> f64), ("CPU", |spent| spent.cpu)] {
            let [without, with] = taken.each_ref().map(|taken| median(taken.iter().map(of).collect()));
            let name = format!("{COUNT} functions, {}, {what}", way.name);
            rows.push(Row::new(name, "s", Some(without), with).each(each));
        }
    }
    Ok((rows, vec![]))
}

fn one(form: Form) -> Result<(Package, Functions), String> {
    let functions = Functions::new(COUNT, form);
    let main = format!("mod functions;\n\nfn main() {{\n{}}}\n", functions.kept());
    let modules = [("main", main.as_str()), ("functions", &functions.text)];
    let name = format!("cost_build_{}", form.name());
    Ok((Package::write(&name, "build", Dependency::Dlp, &modules)?, functions))
}

/// Edits the file with the functions, and builds the crate.
fn build(package: &Package, functions: &Functions, way: &Way, edits: usize) -> Result<Spent, String> {
    let text = format!("{}\npub const EDITED: usize = {edits};\n", functions.text);
    package.edit("functions", &text)?;
    let mut command = package.cargo(way.arguments);
    command.arg("--quiet").env("CARGO_INCREMENTAL", if way.incremental { "1" } else { "0" });
    let ((), spent) = timed(|| super::package::succeeds(&mut command))?;
    Ok(spent)
}
