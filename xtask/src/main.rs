//! `cargo xtask`: the project's own commands.
//!
//! One file a command; a new one is a line in [`COMMANDS`].

mod bench;
mod cargo;
mod chaos;
mod cost;
mod demo;
mod fuzz;
mod generated;
mod libclang;
mod page;
mod random;
mod setup;
mod simulate;
mod soak;
mod tally;
mod test;

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

/// A command's name, its arguments, what it does, and the function that does it.
type Command = (&'static str, &'static str, &'static str, fn(&[OsString]) -> Result<(), Failure>);

const COMMANDS: &[Command] = &[
    (
        "bench",
        "[--rounds N] [--write] [NAME..]",
        "measure beside plain C over MPI and beside the peers; a table, JSON and a picture",
        bench::run,
    ),
    (
        "chaos",
        "[--seed S] [--jobs N]",
        "run jobs in which something goes wrong at random, and see that each ends as it should",
        chaos::run,
    ),
    (
        "cost",
        "[--rounds N] [NAME..]",
        "measure what dlp adds to builds, start-up and binaries; a table and JSON",
        cost::run,
    ),
    (
        "counts",
        "[--write]",
        "count the instructions of an iteration, which must not drift",
        bench::counts::run,
    ),
    (
        "demo",
        "[DIR]",
        "count the words under DIR on 1 rank and on several, and compare answer and time",
        demo::run,
    ),
    (
        "fuzz",
        "[--minutes M] [TARGET..]",
        "hand arbitrary bytes to everything that reads what another rank sent",
        fuzz::run,
    ),
    (
        "generated",
        "[--seed S] [--count N] [--minutes M]",
        "run random programs serially and split, and compare them",
        generated::run,
    ),
    (
        "schedules",
        "[--rounds N] [LOAD..]",
        "measure which strategy does best with which load; a table",
        bench::schedules::run,
    ),
    (
        "simulate",
        "[--measure] [--check] [--far MICROS] [--up-to RANKS]",
        "forecast how loops scale to 100,000 ranks; tables and pictures in docs/",
        simulate::run,
    ),
    ("soak", "--sizes", "send values of 2 GiB and more, as far as memory allows", soak::run),
    ("test", "[--mpi NAME]", "check and test everything, as CI does; or test with mpicc.NAME", test::run),
];

/// Why a command did not succeed.
#[derive(Debug)]
enum Failure {
    /// The arguments are not the command's.
    Usage,
    /// What is to be told.
    Error(String),
    /// The command has said it already.
    Reported,
}

impl From<String> for Failure {
    fn from(message: String) -> Failure {
        Failure::Error(message)
    }
}

fn main() -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let result = match arguments.split_first() {
        Some((name, rest)) => match COMMANDS.iter().find(|command| name == command.0) {
            Some((.., run)) => run(rest),
            None => Err(Failure::Usage),
        },
        None => Err(Failure::Usage),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage) => {
            eprint!("{}", usage());
            ExitCode::from(2)
        }
        Err(Failure::Error(message)) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
        Err(Failure::Reported) => ExitCode::FAILURE,
    }
}

fn usage() -> String {
    let mut text = String::from("usage: cargo xtask COMMAND\n\n");
    for (name, arguments, purpose, _) in COMMANDS {
        text += &format!("  {:<18} {purpose}\n", format!("{name} {arguments}"));
    }
    text
}
