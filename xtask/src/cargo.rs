//! Running cargo on the workspace.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

/// The workspace's directory.
pub(crate) fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("`xtask` lies in the workspace")
}

/// The cargo that runs this program, for the whole workspace, with nothing on its standard input: a test that
/// reads it ends instead of waiting for a person.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(workspace()).stdin(Stdio::null());
    command
}
