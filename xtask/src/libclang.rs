//! Finding libclang, which the build of the crate `mpi` loads to read `mpi.h`.
//!
//! The crate `clang-sys` does the search there; this one looks in the same places, in the same order, so that
//! what is missing is told before the build fails.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Names the library, or the only directory in which it is looked for.
const CHOICE: &str = "LIBCLANG_PATH";

/// Where systems put it; a `*` ends a name and stands for any rest of it.
const DIRECTORIES: &[&str] = if cfg!(target_os = "macos") {
    &[
        "/usr/local/opt/llvm*/lib/llvm*/lib",
        "/Library/Developer/CommandLineTools/usr/lib",
        "/Applications/Xcode.app/Contents/Developer/Toolchains/XcodeDefault.xctoolchain/usr/lib",
        "/usr/local/opt/llvm*/lib",
    ]
} else {
    &[
        "/usr/local/llvm*/lib*",
        "/usr/local/lib*/*/*",
        "/usr/local/lib*/*",
        "/usr/local/lib*",
        "/usr/lib*/*/*",
        "/usr/lib*/*",
        "/usr/lib*",
    ]
};

/// Whether there is a libclang.
///
/// # Errors
/// If `LIBCLANG_PATH` is set and there is none: then installing one elsewhere would not help.
pub(crate) fn is_there() -> Result<bool, String> {
    if let Some(choice) = env::var_os(CHOICE) {
        let path = Path::new(&choice);
        let found = holds_libclang(path) || path.is_file() && path.file_name().is_some_and(is_libclang);
        let error = || format!("`{CHOICE}` is {}, and there is no libclang", path.display());
        return if found { Ok(true) } else { Err(error()) };
    }
    Ok(beside_llvm_config().iter().any(|directory| holds_libclang(directory))
        || listed("LD_LIBRARY_PATH").iter().any(|directory| holds_libclang(directory))
        || listed("LIBRARY_PATH").iter().any(|directory| holds_libclang(directory))
        || DIRECTORIES.iter().flat_map(|pattern| expand(pattern)).any(|directory| holds_libclang(&directory)))
}

/// The directories of the LLVM whose `llvm-config` is called.
fn beside_llvm_config() -> Vec<PathBuf> {
    let program = env::var_os("LLVM_CONFIG_PATH").unwrap_or_else(|| "llvm-config".into());
    let Ok(output) = Command::new(program).arg("--prefix").output() else { return Vec::new() };
    let text = String::from_utf8_lossy(&output.stdout);
    let prefix = Path::new(text.trim());
    if !output.status.success() || !prefix.is_absolute() {
        return Vec::new();
    }
    ["bin", "lib", "lib64"].iter().map(|directory| prefix.join(directory)).collect()
}

/// The directories that an environment variable lists.
fn listed(variable: &str) -> Vec<PathBuf> {
    env::var_os(variable).map(|paths| env::split_paths(&paths).collect()).unwrap_or_default()
}

/// The directories that a pattern stands for.
fn expand(pattern: &str) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::from("/")];
    for name in pattern.split('/').filter(|name| !name.is_empty()) {
        found = match name.strip_suffix('*') {
            None => found.iter().map(|directory| directory.join(name)).collect(),
            Some(start) => found.iter().flat_map(|directory| directories_named(directory, start)).collect(),
        };
    }
    found
}

/// The directories in `parent` whose names begin with `start`.
fn directories_named(parent: &Path, start: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(parent) else { return Vec::new() };
    entries
        .flatten()
        .filter(|entry| entry.file_name().as_encoded_bytes().starts_with(start.as_bytes()))
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect()
}

fn holds_libclang(directory: &Path) -> bool {
    fs::read_dir(directory).is_ok_and(|entries| {
        entries.flatten().any(|entry| is_libclang(&entry.file_name()) && entry.path().exists())
    })
}

/// `libclang.so`, `libclang-14.so`, `libclang.so.1`, `libclang-14.so.14.0.6`, `libclang.dylib`; not
/// `libclang-cpp`.
fn is_libclang(name: &OsStr) -> bool {
    let Some(rest) = name.to_str().and_then(|name| name.strip_prefix("libclang")) else { return false };
    if rest.contains("-cpp.") {
        return false;
    }
    if cfg!(target_os = "macos") {
        return rest == ".dylib";
    }
    rest.starts_with(".so.")
        || rest == ".so"
        || rest.starts_with('-') && (rest.ends_with(".so") || rest.contains(".so."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn the_library_is_told_from_its_neighbours() {
        for name in ["libclang.so", "libclang-14.so", "libclang.so.1", "libclang-14.so.14.0.6"] {
            assert!(is_libclang(name.as_ref()), "{name}");
        }
        for name in
            ["libclang-cpp.so.14", "libclangAST.a", "libclang.a", "libclang", "clang.so", "libclang-14.a"]
        {
            assert!(!is_libclang(name.as_ref()), "{name}");
        }
    }

    #[test]
    fn a_star_stands_for_the_rest_of_a_name() {
        let scratch = env::temp_dir().canonicalize().expect("a directory for temporary files");
        let scratch = scratch.join(format!("xtask-expand-{}", std::process::id()));
        for directory in ["llvm-14/lib", "llvm-15/lib", "other/lib"] {
            fs::create_dir_all(scratch.join(directory)).expect("the directory can be made");
        }
        let mut found = expand(&format!("{}/llvm*/lib", scratch.display()));
        fs::remove_dir_all(&scratch).expect("the directory can be removed");
        found.sort();
        assert_eq!(found, [scratch.join("llvm-14/lib"), scratch.join("llvm-15/lib")]);
    }
}
