//! The crate that generated programs are written into, and what the compiler says of them.
//!
//! A program a file, so that an error tells by its place whose it is, and by its line whether the serial function is at
//! fault, which would be a mistake of the grammar, or the split one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::program::Program;
use super::tree::Form;
use crate::cargo::{cargo, workspace};

const MAIN: &str = include_str!("harness/main.rs");
const SUPPORT: &str = include_str!("harness/support.rs");

const USES: &str = "\
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use crate::support::*;

";

/// A crate in the target directory.
#[derive(Debug)]
pub(super) struct Package {
    directory: PathBuf,
    target: PathBuf,
    /// Nobody else writes there meanwhile.
    _lock: fs::File,
}

/// What became of a program in the build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Built,
    /// The serial function is not right: the grammar's mistake, or a candidate that is no program.
    NoProgram(String),
    /// The serial function is right, and the split one does not build.
    Refused(String),
}

impl Package {
    /// The one of this name.
    pub(super) fn new(name: &str) -> Result<Self, String> {
        let target = target_directory()?;
        let directory = target.join(name);
        let lock = || {
            fs::create_dir_all(&directory)?;
            let file = fs::File::create(directory.join("lock"))?;
            file.lock()?;
            Ok(file)
        };
        let lock = lock()
            .map_err(|error: std::io::Error| format!("cannot lock {}: {error}", directory.display()))?;
        Ok(Self { directory, target, _lock: lock })
    }

    /// The program that was built last.
    pub(super) fn binary(&self) -> PathBuf {
        self.target.join("debug").join(self.name())
    }

    fn name(&self) -> String {
        self.directory.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Builds all of them that can be built; what became of each.
    pub(super) fn build(&self, programs: &[Program]) -> Result<Vec<Verdict>, String> {
        let mut verdicts = vec![Verdict::Built; programs.len()];
        // Each phase of the compiler says only what it sees, and comes only if the one before saw nothing.
        for _ in 0..12 {
            let starts = self
                .write(programs, &verdicts)
                .map_err(|error| format!("cannot write the crate {}: {error}", self.directory.display()))?;
            let Some(errors) = self.compile()? else { return Ok(verdicts) };
            let mut news = false;
            for (at, line, message) in places(&errors) {
                let message = format!("{message}\n  {}", self.line(at, line));
                let verdict = &mut verdicts[at];
                let (known, found) = match line >= starts[at] {
                    true => (*verdict != Verdict::Built, Verdict::Refused(message)),
                    false => (matches!(verdict, Verdict::NoProgram(_)), Verdict::NoProgram(message)),
                };
                if !known {
                    *verdict = found;
                    news = true;
                }
            }
            if !news {
                return Err(format!("the crate {} does not build:\n{errors}", self.directory.display()));
            }
        }
        Err(format!("the crate {} does not build, whatever is left out", self.directory.display()))
    }

    /// Writes the crate; the line at which the split function of each begins.
    fn write(&self, programs: &[Program], verdicts: &[Verdict]) -> std::io::Result<Vec<usize>> {
        let source = self.directory.join("src");
        fs::create_dir_all(&source)?;
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
             [dependencies]\ndlp = {{ path = \"{dlp}\", default-features = false }}\n\
             serde = {{ version = \"1\", features = [\"derive\"] }}\n\n\
             [profile.dev]\ndebug = 0\nincremental = false\n\n[profile.dev.package.dlp-core]\nopt-level = 1\n\n[workspace]\n",
            name = self.name(),
            dlp = workspace().display(),
        );
        fs::write(self.directory.join("Cargo.toml"), manifest)?;
        // The versions that the workspace has: the build needs no network where its own did not.
        if let Ok(lock) = fs::read(workspace().join("Cargo.lock")) {
            fs::write(self.directory.join("Cargo.lock"), lock)?;
        }
        fs::write(source.join("support.rs"), SUPPORT)?;
        fs::write(source.join("harness.rs"), MAIN)?;
        let mut main = String::from(
            "#![allow(warnings, arithmetic_overflow, unconditional_panic)]\nmod harness;\nmod support;\n",
        );
        let mut pairs = String::new();
        let mut starts = Vec::new();
        for (at, (program, verdict)) in programs.iter().zip(verdicts).enumerate() {
            let serial = format!("serial_{}", program.id);
            let split = format!("split_{}", program.id);
            let mut text = USES.to_owned() + &program.print(Form::Serial, &serial);
            starts.push(text.lines().count() + 1);
            if *verdict == Verdict::Built {
                text += &program.print(Form::Split, &split);
                pairs += &format!(
                    "    harness::Pair {{ id: {}, serial: |from| support::shown(&p{at}::{serial}(from)), \
                     split: |from| support::shown(&p{at}::{split}(from)), root: {root} }},\n",
                    program.id,
                    root = program.options.root,
                );
            }
            if !matches!(verdict, Verdict::NoProgram(_)) {
                main += &format!("mod p{at};\n");
                fs::write(source.join(format!("p{at}.rs")), text)?;
            }
        }
        main += &format!("\nfn main() {{\n    harness::main(&[\n{pairs}    ]);\n}}\n");
        fs::write(source.join("main.rs"), main)?;
        Ok(starts)
    }

    /// This line of the program at `at`.
    fn line(&self, at: usize, line: usize) -> String {
        let text = fs::read_to_string(self.directory.join(format!("src/p{at}.rs"))).unwrap_or_default();
        text.lines().nth(line - 1).unwrap_or_default().to_owned()
    }

    /// What the compiler has against it, if anything.
    fn compile(&self) -> Result<Option<String>, String> {
        let manifest = self.directory.join("Cargo.toml");
        let output = cargo(&["build", "--quiet", "--message-format=short"])
            .arg("--manifest-path")
            .arg(&manifest)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_TERM_COLOR", "never")
            .stdout(Stdio::null())
            .output()
            .map_err(|error| format!("cannot run cargo: {error}"))?;
        Ok((!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned()))
    }
}

/// Where cargo put this program is where everything else goes too.
fn target_directory() -> Result<PathBuf, String> {
    let own =
        std::env::current_exe().map_err(|error| format!("cannot tell where this program is: {error}"))?;
    let directory = own.parent().and_then(Path::parent).map(Path::to_path_buf);
    directory.ok_or_else(|| format!("{} is not in a target directory", own.display()))
}

/// The errors that are about programs: which one, the line, and what is said.
fn places(errors: &str) -> Vec<(usize, usize, String)> {
    let read = |line: &str| {
        let (at, rest) = line.strip_prefix("src/p")?.split_once(".rs:")?;
        let (line, rest) = rest.split_once(':')?;
        let (_, message) = rest.split_once(": ")?;
        message.starts_with("error").then_some(())?;
        Some((at.parse().ok()?, line.parse().ok()?, message.to_owned()))
    };
    errors.lines().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_read_with_their_places() {
        let text = "\
warning: unused
src/p17.rs:12:5: error[E0308]: mismatched types: expected `u8`, found `u16`
src/p3.rs:4:10: warning: unused
src/harness.rs:4:10: error: no
src/p4.rs:7:1: error: `break` out of a loop
error: could not compile `generated` (bin \"generated\") due to 2 previous errors";
        let expected = [
            (17, 12, "error[E0308]: mismatched types: expected `u8`, found `u16`".to_owned()),
            (4, 7, "error: `break` out of a loop".to_owned()),
        ];
        assert_eq!(places(text), expected);
    }
}
