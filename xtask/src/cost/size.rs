//! How large programs are, and what a loop adds.

use std::process::Command;

use super::functions::{Form, Functions};
use super::package::{Dependency, Package, size, succeeds};
use super::table::{Each, Row};
use crate::Failure;

/// How many functions the larger program has.
const COUNT: usize = 100;

/// A program's size in bytes: as it is built, and stripped.
#[derive(Clone, Copy)]
struct Size([f64; 2]);

pub(super) fn measure(_rounds: usize) -> Result<(Vec<Row>, Vec<String>), Failure> {
    let hello = program("hello", Form::Without, 0, Dependency::None)?;
    let one = program("one", Form::With, 1, Dependency::Dlp)?;
    let one_mpi = program("one_mpi", Form::With, 1, Dependency::DlpWithMpi)?;
    let [plain, many] =
        Form::BOTH.map(|form| program(&format!("many_{}", form.name()), form, COUNT, Dependency::Dlp));
    let (plain, many) = (plain?, many?);
    let loops = Functions::new(COUNT, Form::With).loops;
    let mut rows = vec![];
    for (at, what) in ["", ", stripped"].into_iter().enumerate() {
        let row = |name: String, base: Size, size: Size| {
            Row::new(format!("{name}{what}"), "KiB", Some(base.0[at] / 1024.0), size.0[at] / 1024.0)
        };
        rows.push(row("one loop beside hello, world".to_owned(), hello, one));
        rows.push(row("the same with mpi".to_owned(), hello, one_mpi));
        let each = Each { count: loops, unit: "bytes a loop", scale: 1024.0 };
        rows.push(row(format!("{COUNT} functions"), plain, many).each(each));
    }
    Ok((rows, vec![]))
}

fn program(name: &str, form: Form, count: usize, dependency: Dependency) -> Result<Size, String> {
    eprint!("\r\x1b[Ksize, {name}");
    let functions = Functions::new(count, form);
    let attribute = if form == Form::With { "#[dlp::main]\n" } else { "" };
    let main = format!(
        "mod functions;\n\n{attribute}fn main() {{\n{}    println!(\"hello\");\n}}\n",
        if count > 0 { functions.kept() } else { String::new() }
    );
    let modules = [("main", main.as_str()), ("functions", &functions.text)];
    let package = Package::write(&format!("cost_size_{name}"), "size", dependency, &modules)?;
    package.build(&["build", "--release"])?;
    let (binary, stripped) = (package.binary(), package.beside("stripped"));
    succeeds(Command::new("strip").arg("-o").arg(&stripped).arg(&binary))?;
    eprint!("\r\x1b[K");
    Ok(Size([size(&binary)? as f64, size(&stripped)? as f64]))
}
