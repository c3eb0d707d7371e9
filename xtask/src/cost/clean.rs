//! What a program's first build takes, with all that it depends on; and what that is.

use std::collections::BTreeSet;

use super::package::{Dependency, Package, timed};
use super::table::Row;
use crate::Failure;

/// A program and all that it depends on.
struct Program {
    cpu: f64,
    /// Crates that are in the program, by name and version.
    linked: BTreeSet<String>,
    /// Crates that are needed to build it only.
    tools: BTreeSet<String>,
}

/// Builds once: the time of so many crates varies little.
pub(super) fn measure(_rounds: usize) -> Result<(Vec<Row>, Vec<String>), Failure> {
    let mpi = program("mpi", Dependency::Mpi)?;
    let with = program("dlp_with_mpi", Dependency::DlpWithMpi)?;
    let alone = program("dlp", Dependency::Dlp)?;
    let count = |crates: &BTreeSet<String>| crates.len() as f64;
    let rows = vec![
        Row::new("first build, CPU: dlp beside the crate mpi alone", "s", Some(mpi.cpu), with.cpu),
        Row::new("first build, CPU: dlp without mpi", "s", None, alone.cpu),
        Row::new(
            "crates in the program: dlp beside mpi alone",
            "",
            Some(count(&mpi.linked)),
            count(&with.linked),
        ),
        Row::new("crates in the program: dlp without mpi", "", None, count(&alone.linked)),
        Row::new(
            "crates to build it with: dlp beside mpi alone",
            "",
            Some(count(&mpi.tools)),
            count(&with.tools),
        ),
        Row::new("crates to build it with: dlp without mpi", "", None, count(&alone.tools)),
    ];
    let list = |name: &str, crates: &BTreeSet<String>| {
        format!("{name}: {}", crates.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
    };
    let added = |of: &BTreeSet<String>, beside: &BTreeSet<String>| of.difference(beside).cloned().collect();
    let notes = vec![
        list("in a program with dlp, without mpi", &alone.linked),
        list("to build it with", &alone.tools),
        list("what the feature mpi adds to the program", &added(&with.linked, &alone.linked)),
        list("to build it with", &added(&with.tools, &alone.tools)),
    ];
    Ok((rows, notes))
}

fn program(name: &str, dependency: Dependency) -> Result<Program, String> {
    let main = "fn main() {}\n";
    let package = Package::write(&format!("cost_{name}"), name, dependency, &[("main", main)])?;
    package.clean()?;
    // What is downloaded is no part of the build.
    super::package::succeeds(&mut package.cargo(&["fetch", "--quiet"]))?;
    eprint!("\r\x1b[Kfirst build, {name}");
    let ((), spent) = timed(|| package.build(&["build"]))?;
    eprint!("\r\x1b[K");
    let linked = crates(&package, "normal,no-proc-macro")?;
    let all = crates(&package, "normal,build")?;
    let tools = all.difference(&linked).cloned().collect();
    Ok(Program { cpu: spent.cpu, linked, tools })
}

/// The crates behind these kinds of edges, without the program itself.
fn crates(package: &Package, edges: &str) -> Result<BTreeSet<String>, String> {
    let arguments = ["tree", "--quiet", "--edges", edges, "--prefix", "none", "--no-dedupe"];
    let output = package.cargo(&arguments).output().map_err(|error| format!("cannot run cargo: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().skip(1).filter_map(name_and_version).collect())
}

/// Of a line such as `serde v1.0.0 (proc-macro)`.
fn name_and_version(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    Some(format!("{} {}", words.next()?, words.next()?.trim_start_matches('v')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_are_read_off_the_tree() {
        assert_eq!(
            name_and_version("serde_derive v1.0.1 (proc-macro)").as_deref(),
            Some("serde_derive 1.0.1")
        );
        assert_eq!(name_and_version(""), None);
    }
}
