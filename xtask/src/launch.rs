//! Finding `mpiexec`, telling its kind, and building jobs for it.

use std::env;
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::job::{Job, resolved};

/// The families of launchers, as far as they have to be handled differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Open MPI 4 and older (ORTE).
    OpenMpi4,
    /// Open MPI 5 and newer (PRRTE).
    OpenMpi5,
    /// MPICH and what descends from it: Hydra.
    Mpich,
}

impl Kind {
    /// The environment that lets tests run as root, as in most containers, and with more ranks than cores. A
    /// variable that is set already is left alone.
    fn settings(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Kind::OpenMpi4 => &[
                ("OMPI_ALLOW_RUN_AS_ROOT", "1"),
                ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"),
                ("OMPI_MCA_rmaps_base_oversubscribe", "1"),
                // By default each rank is tied to a core, counted from the first: jobs that run side by side,
                // as tests do, would all share the first cores, and so would the threads of one rank.
                ("OMPI_MCA_hwloc_base_binding_policy", "none"),
                // More ranks than cores: a rank that waits must not keep off the core the one it waits for.
                ("OMPI_MCA_mpi_yield_when_idle", "1"),
                // Copying straight from another process's memory needs a right that containers often lack;
                // then every rank that is sent a large message complains on standard error ("Read -1,
                // expected ..").
                ("OMPI_MCA_btl_vader_single_copy_mechanism", "none"),
            ],
            Kind::OpenMpi5 => &[
                // The first pair is what `mpiexec` asks for, the second what its PRRTE asks for when it runs
                // by itself.
                ("OMPI_ALLOW_RUN_AS_ROOT", "1"),
                ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"),
                ("PRTE_ALLOW_RUN_AS_ROOT", "1"),
                ("PRTE_ALLOW_RUN_AS_ROOT_CONFIRM", "1"),
                ("PRTE_MCA_rmaps_default_mapping_policy", ":oversubscribe"),
                // As for Open MPI 4.
                ("PRTE_MCA_hwloc_default_binding_policy", "none"),
                ("OMPI_MCA_mpi_yield_when_idle", "1"),
            ],
            // Hydra minds neither root nor how many ranks share a core, and ties no rank to one.
            Kind::Mpich => &[],
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::OpenMpi4 | Kind::OpenMpi5 => "Open MPI",
            Kind::Mpich => "MPICH",
        })
    }
}

/// An `mpiexec`.
#[derive(Clone, Debug)]
pub struct Launcher {
    program: PathBuf,
    kind: Kind,
    version: String,
}

impl Launcher {
    /// The environment variable that names the launcher to use instead of the first `mpiexec` on the `PATH`,
    /// such as `mpiexec.mpich`. The program has to be built with the same MPI's `mpicc` (`MPICC`).
    pub const CHOICE: &str = "DLP_MPIEXEC";

    /// The launcher that `DLP_MPIEXEC` names, or else the first `mpiexec` on the `PATH`.
    ///
    /// # Errors
    /// If there is none, or it is none that is known; the message says what to do.
    pub fn find() -> Result<Launcher, String> {
        match env::var_os(Launcher::CHOICE) {
            Some(choice) => {
                Launcher::at(choice).map_err(|error| format!("{error} (`{}` names it)", Launcher::CHOICE))
            }
            None => Launcher::at("mpiexec"),
        }
    }

    /// This program, which may be a name on the `PATH`.
    fn at(program: impl AsRef<Path>) -> Result<Launcher, String> {
        let program = program.as_ref();
        let name = program.display();
        let outcome = Job::alone(program).arg("--version").limit(Duration::from_secs(20)).try_run().map_err(
            |error| match error.kind() {
                ErrorKind::NotFound => {
                    format!("there is no `{name}`: install an MPI, or put its `bin` on the `PATH`")
                }
                _ => format!("cannot run `{name}`: {error}"),
            },
        )?;
        let text = outcome.stdout_text();
        let (kind, version) = identify(&text).ok_or_else(|| {
            format!("`{name} --version` tells of no launcher that is known here: {outcome}")
        })?;
        Ok(Launcher { program: program.to_owned(), kind, version })
    }

    /// Which family it belongs to.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// A job that runs `binary` on `np` ranks of this machine. A relative path starts from the caller's
    /// directory, wherever the job runs; a name without a slash is looked up on the `PATH`.
    pub fn job(&self, np: usize, binary: impl AsRef<Path>) -> Job {
        let job = Job::alone(&self.program).arg("-n").arg(np.to_string()).arg(resolved(binary.as_ref()));
        self.kind
            .settings()
            .iter()
            .filter(|(name, _)| env::var_os(name).is_none())
            .fold(job, |job, (name, value)| job.env(name, value))
    }
}

/// Such as "Open MPI 4.1.4".
impl fmt::Display for Launcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.version)
    }
}

/// The kind and version of the launcher that says this of itself.
fn identify(text: &str) -> Option<(Kind, String)> {
    let after = |mark: &str| {
        let (_, rest) = text.split_once(mark)?;
        let rest = rest.trim_start();
        let version = rest.split(|c: char| !c.is_ascii_digit() && c != '.').next()?;
        version.starts_with(|c: char| c.is_ascii_digit()).then(|| version.to_owned())
    };
    if let Some(version) = after("(OpenRTE)").or_else(|| after("(Open MPI)")) {
        let major: u32 = version.split('.').next()?.parse().ok()?;
        let kind = if major >= 5 { Kind::OpenMpi5 } else { Kind::OpenMpi4 };
        return Some((kind, version));
    }
    if text.contains("HYDRA") || text.contains("Intel(R) MPI") {
        return after("Version:").or_else(|| after("Version")).map(|version| (Kind::Mpich, version));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_launcher_is_told_by_what_it_says() {
        let known = [
            ("mpiexec (OpenRTE) 4.1.4\n\nReport bugs to http://www.open-mpi.org/\n", Kind::OpenMpi4, "4.1.4"),
            ("mpirun (Open MPI) 4.0.3\n", Kind::OpenMpi4, "4.0.3"),
            ("mpiexec (Open MPI) 5.0.11\n", Kind::OpenMpi5, "5.0.11"),
            ("mpiexec (Open MPI) 5.1.0a1\n", Kind::OpenMpi5, "5.1.0"),
            (
                "HYDRA build details:\n    Version:                                 4.0.2\n",
                Kind::Mpich,
                "4.0.2",
            ),
            ("Intel(R) MPI Library for Linux* OS, Version 2021.8 Build 20221129\n", Kind::Mpich, "2021.8"),
        ];
        for (text, kind, version) in known {
            assert_eq!(identify(text), Some((kind, version.to_owned())), "{text}");
        }
    }

    #[test]
    fn what_is_no_launcher_is_not_taken_for_one() {
        for text in ["", "mpiexec 1.0\n", "mpiexec (Open MPI)\n", "HYDRA build details:\n"] {
            assert_eq!(identify(text), None, "{text}");
        }
    }

    #[test]
    fn ranks_program_and_arguments_are_handed_over_in_order() {
        // `echo` tells what a launcher would have been called with; the `-n` in front it heeds: no line end.
        let echo = Launcher { program: "echo".into(), kind: Kind::OpenMpi4, version: String::new() };
        let outcome = echo.job(3, "name").args(["a", "-n"]).current_dir("/").run();
        assert_eq!(outcome.stdout_text(), "3 name a -n", "{outcome}");
        let outcome = echo.job(1, "target/name").current_dir("/").run();
        let here = env::current_dir().expect("a current directory");
        assert_eq!(outcome.stdout_text(), format!("1 {}/target/name", here.display()), "{outcome}");
    }

    #[test]
    fn a_program_that_says_nothing_known_is_named_in_the_error() {
        let error = Launcher::at("true").expect_err("`true` launches nothing");
        assert!(error.contains("`true --version`"), "{error}");
        let error = Launcher::at("no-such-mpiexec").expect_err("there is none");
        assert!(error.contains("there is no `no-such-mpiexec`"), "{error}");
    }
}
