//! Where things are: the root of the workspace, the binary under test, tools.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The root of the workspace.
///
/// # Panics
/// When this crate is not inside one.
#[must_use]
pub fn root() -> &'static Path {
    let Some(root) = Path::new(env!("CARGO_MANIFEST_DIR")).parent() else {
        panic!("no workspace around the tests")
    };
    root
}

static BINARY: OnceLock<PathBuf> = OnceLock::new();

/// Takes this binary for the one under test, unless one was asked for already.
pub fn use_binary(path: PathBuf) {
    // The first choice stands, as the documentation says.
    let _ = BINARY.set(path);
}

/// The binary under test: what [`use_binary`] chose, else what `DRAGOMAN_BIN` names, else what cargo builds from the
/// workspace.
///
/// # Panics
/// When it cannot be built.
#[must_use]
pub fn binary() -> &'static Path {
    BINARY.get_or_init(|| match std::env::var_os("DRAGOMAN_BIN") {
        Some(path) => PathBuf::from(path),
        None => build(&["--package", "gateway", "--bin", "dragoman"], root()),
    })
}

/// Builds one binary with cargo and tells where it is.
///
/// # Panics
/// When it does not build.
#[must_use]
pub fn build(arguments: &[&str], directory: &Path) -> PathBuf {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--message-format", "json-render-diagnostics"]);
    let output = match cargo.args(arguments).current_dir(directory).output() {
        Ok(output) => output,
        Err(error) => panic!("cargo does not run: {error}"),
    };
    let built = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find_map(|message| message["executable"].as_str().map(PathBuf::from));
    match built {
        Some(path) if output.status.success() => path,
        _ => panic!(
            "cargo build {} in {} failed:\n{}",
            arguments.join(" "),
            directory.display(),
            String::from_utf8_lossy(&output.stderr)
        ),
    }
}
