//! Making sure of what the feature `mpi` needs: an MPI's compiler wrapper and launcher, and libclang.
//!
//! Where the system's packages may be installed without asking for a password, they are; elsewhere the error
//! says what to install.

use std::env;
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use xtask::Launcher;

use crate::libclang;

const ADVICE: &str = "\
install them and try again:
  Debian, Ubuntu  apt-get install libopenmpi-dev openmpi-bin libclang-dev
  Fedora          dnf install openmpi-devel clang-devel; module load mpi/openmpi-x86_64
  Arch            pacman -S openmpi clang
  macOS           brew install open-mpi llvm; export LIBCLANG_PATH=\"$(brew --prefix llvm)/lib\"
  a cluster       module load an MPI and an LLVM; `module avail` names them
`--no-default-features` builds and tests what needs no MPI";

/// Makes sure that everything is there, and installs what is not where that is possible.
pub(crate) fn ensure() -> Result<(), String> {
    let missing = missing()?;
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.iter().map(|need| need.name()).collect::<Vec<_>>().join(", ");
    let packages = packages(&missing);
    let Some(prefix) = rights() else {
        return Err(format!("missing: {names}\n{ADVICE}"));
    };
    eprintln!("missing: {names}; installing {}", packages.join(" "));
    apt_get(prefix, &["update"])?;
    apt_get(prefix, &[&["install", "-y"], packages.as_slice()].concat())?;
    match self::missing()?.as_slice() {
        [] => Ok(()),
        still => Err(format!("installed, and yet there is no {}\n{ADVICE}", still[0].name())),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    Mpicc,
    Mpiexec,
    Libclang,
}

impl Need {
    fn name(self) -> &'static str {
        match self {
            Need::Mpicc => "mpicc",
            Need::Mpiexec => "mpiexec",
            Need::Libclang => "libclang",
        }
    }
}

/// What is not there. What is named by a variable and is not there is an error: installing would not help.
fn missing() -> Result<Vec<Need>, String> {
    let mut missing = Vec::new();
    // The build of the crate `mpi` asks these first, and needs no `mpicc` then.
    let has_other = ["MPI_PKG_CONFIG", "CRAY_MPICH_DIR"].iter().any(|name| env::var_os(name).is_some());
    match env::var_os("MPICC") {
        _ if has_other => {}
        None if on_path("mpicc".as_ref()) => {}
        None => missing.push(Need::Mpicc),
        Some(choice) if on_path(&choice) => {}
        Some(choice) => return Err(format!("`MPICC` is {}, which is not there", choice.display())),
    }
    if env::var_os(Launcher::CHOICE).is_some() || on_path("mpiexec".as_ref()) {
        Launcher::find()?;
    } else {
        missing.push(Need::Mpiexec);
    }
    if !libclang::is_there()? {
        missing.push(Need::Libclang);
    }
    Ok(missing)
}

/// The Debian packages that bring them. The two of Open MPI belong together; who has another MPI and only
/// lacks libclang gets no second one.
fn packages(missing: &[Need]) -> Vec<&'static str> {
    let mut packages = Vec::new();
    if missing.contains(&Need::Mpicc) || missing.contains(&Need::Mpiexec) {
        packages.extend(["libopenmpi-dev", "openmpi-bin"]);
    }
    if missing.contains(&Need::Libclang) {
        packages.push("libclang-dev");
    }
    packages
}

/// Whether a program can be found: a path, or a name on the `PATH`.
pub(crate) fn on_path(program: &OsStr) -> bool {
    let path = Path::new(program);
    if path.components().count() > 1 {
        return path.is_file();
    }
    env::var_os("PATH")
        .is_some_and(|paths| env::split_paths(&paths).any(|directory| directory.join(path).is_file()))
}

/// What has to stand before a command that installs packages; `None` if this user or system cannot.
fn rights() -> Option<&'static [&'static str]> {
    let succeeds = |command: &mut Command| {
        command
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .ok()
            .filter(|output| output.status.success())
    };
    if !on_path("apt-get".as_ref()) {
        return None;
    }
    if succeeds(Command::new("id").arg("-u")).is_some_and(|output| output.stdout.trim_ascii() == b"0") {
        return Some(&["env"]);
    }
    // `-n`: fail instead of asking for a password.
    succeeds(Command::new("sudo").args(["-n", "true"])).map(|_| &["sudo", "-n", "env"][..])
}

fn apt_get(prefix: &[&str], arguments: &[&str]) -> Result<(), String> {
    // `env` and not `Command::env`: `sudo` does not pass the environment on.
    let (program, rest) = prefix.split_first().expect("a prefix has a program");
    let status = Command::new(program)
        .args(rest)
        .args(["DEBIAN_FRONTEND=noninteractive", "apt-get"])
        .args(arguments)
        .stdin(Stdio::null())
        .status();
    let command = format!("apt-get {}", arguments.join(" "));
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{command}` failed: {status}\n{ADVICE}")),
        Err(error) => Err(format!("cannot run `{command}`: {error}\n{ADVICE}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_missing_is_installed() {
        assert_eq!(packages(&[Need::Libclang]), ["libclang-dev"]);
        assert_eq!(packages(&[Need::Mpiexec]), ["libopenmpi-dev", "openmpi-bin"]);
        let all = [Need::Mpicc, Need::Mpiexec, Need::Libclang];
        assert_eq!(packages(&all), ["libopenmpi-dev", "openmpi-bin", "libclang-dev"]);
    }

    #[test]
    fn programs_are_found_by_name_and_by_path() {
        assert!(on_path("sh".as_ref()) && on_path("/bin/sh".as_ref()));
        assert!(!on_path("no-such-mpicc".as_ref()) && !on_path("/no/such/mpicc".as_ref()));
    }
}
