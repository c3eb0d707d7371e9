//! A crate that is written to be built, and what cargo needs to build it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use xtask::cpu_time_of_children;

use crate::cargo::{cargo, workspace};

/// What a crate depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dependency {
    None,
    /// dlp without its feature `mpi`.
    Dlp,
    DlpWithMpi,
    /// The crate `mpi`, as dlp uses it.
    Mpi,
}

impl Dependency {
    fn line(self) -> String {
        let dlp = workspace().display();
        match self {
            Dependency::None => String::new(),
            Dependency::Dlp => format!("dlp = {{ path = \"{dlp}\", default-features = false }}\n"),
            Dependency::DlpWithMpi => format!("dlp = {{ path = \"{dlp}\" }}\n"),
            Dependency::Mpi => "mpi = { version = \"0.8.2\", default-features = false }\n".to_owned(),
        }
    }
}

/// A crate under the target directory.
pub(super) struct Package {
    name: String,
    directory: PathBuf,
    target: PathBuf,
}

/// What a command took, in seconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spent {
    pub(super) wall: f64,
    pub(super) cpu: f64,
}

/// Runs something that starts processes, and says what it took.
pub(super) fn timed<T>(run: impl FnOnce() -> Result<T, String>) -> Result<(T, Spent), String> {
    let (start, used) = (Instant::now(), cpu_time_of_children());
    let result = run()?;
    let seconds = |time: Duration| time.as_secs_f64();
    Ok((result, Spent { wall: seconds(start.elapsed()), cpu: seconds(cpu_time_of_children() - used) }))
}

/// Runs a command to its end.
pub(super) fn succeeds(command: &mut Command) -> Result<(), String> {
    let shown = format!("{command:?}");
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{shown}: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!("{shown}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr))),
    }
}

impl Package {
    /// Writes the crate: its modules, by name and text. All crates with the same `target` share what they depend on.
    pub(super) fn write(
        name: &str,
        target: &str,
        dependency: Dependency,
        modules: &[(&str, &str)],
    ) -> Result<Self, String> {
        let folder = workspace().join("target/cost");
        let package = Self {
            name: name.to_owned(),
            directory: folder.join(name),
            target: folder.join("target").join(target),
        };
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
             [dependencies]\n{}\n[workspace]\n",
            dependency.line()
        );
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(package.directory.join("src"))?;
            // The versions that the workspace has; what a crate does not use, cargo takes out.
            if !package.directory.join("Cargo.lock").exists() {
                fs::copy(workspace().join("Cargo.lock"), package.directory.join("Cargo.lock"))?;
            }
            fs::write(package.directory.join("Cargo.toml"), manifest)
        };
        write().map_err(|error| format!("cannot write {}: {error}", package.directory.display()))?;
        modules.iter().try_for_each(|(module, text)| package.edit(module, text))?;
        Ok(package)
    }

    /// Writes one of its modules.
    pub(super) fn edit(&self, module: &str, text: &str) -> Result<(), String> {
        let path = self.directory.join("src").join(module).with_extension("rs");
        fs::write(&path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
    }

    /// cargo, for this crate.
    pub(super) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = cargo(arguments);
        command.arg("--manifest-path").arg(self.directory.join("Cargo.toml"));
        command.env("CARGO_TARGET_DIR", &self.target).env("CARGO_TERM_COLOR", "never");
        command
    }

    /// Builds it.
    pub(super) fn build(&self, arguments: &[&str]) -> Result<(), String> {
        succeeds(self.cargo(arguments).arg("--quiet"))
    }

    /// Takes away everything that was built.
    pub(super) fn clean(&self) -> Result<(), String> {
        match fs::remove_dir_all(&self.target) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(format!("cannot remove {}: {error}", self.target.display()))
            }
            _ => Ok(()),
        }
    }

    /// The program that was built with optimisation.
    pub(super) fn binary(&self) -> PathBuf {
        self.target.join("release").join(&self.name)
    }

    /// A place for something else that belongs to it.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }
}

/// The size of a file in bytes.
pub(super) fn size(path: &Path) -> Result<u64, String> {
    let size = fs::metadata(path).map(|metadata| metadata.len());
    size.map_err(|error| format!("cannot read {}: {error}", path.display()))
}
