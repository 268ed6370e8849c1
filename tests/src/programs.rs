//! Scenarios that are programs of their own: the vendors' clients in Python and in Rust.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::workspace;

/// Runs a Python scenario, which must end with status 0.
///
/// # Panics
/// When it fails, or there is no Python environment to run it in.
pub fn python(scenario: &str, arguments: &[&str]) {
    python_of(&interpreter(), scenario, arguments);
}

/// Runs a Python scenario with an interpreter of its own, which must end with status 0.
///
/// # Panics
/// When it fails.
pub fn python_of(interpreter: &Path, scenario: &str, arguments: &[&str]) {
    let mut command = Command::new(interpreter);
    command.arg(workspace::root().join("tests/python").join(scenario)).args(arguments);
    // The scenarios speak to this machine only, whatever proxy its user has.
    command.env("NO_PROXY", "*").env("PYTHONDONTWRITEBYTECODE", "1");
    run(scenario, &mut command);
}

/// Builds and runs the program of a Rust client, which must end with status 0.
///
/// # Panics
/// When it fails.
pub fn rust(package: &str, arguments: &[&str]) {
    let directory = workspace::root().join("tests/sdk").join(package);
    let target = workspace::root().join("target/sdk");
    let target = target.to_string_lossy();
    let mut build = vec!["--locked", "--target-dir", &target];
    if package == "deltadefi" && !openssl_is_installed() {
        build.extend(["--features", "vendored-openssl"]);
    }
    let program = workspace::build(&build, &directory);
    run(package, Command::new(program).args(arguments).env("NO_PROXY", "*"));
}

fn run(name: &str, command: &mut Command) {
    let output = match command.stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(error) => panic!("{name} does not start: {error}"),
    };
    assert!(
        output.status.success(),
        "{name} failed:\n{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The interpreter that has the vendors' clients: what `DRAGOMAN_PYTHON` names, else the environment that `make test`
/// makes.
fn interpreter() -> PathBuf {
    let path = std::env::var_os("DRAGOMAN_PYTHON")
        .map_or_else(|| workspace::root().join(".venv/bin/python"), PathBuf::from);
    assert!(
        path.exists(),
        "{} is not there. `make test` makes it; by hand:\n  \
         python3 -m venv .venv && .venv/bin/pip install -r tests/python/requirements.txt",
        path.display()
    );
    path
}

/// Whether the system has the headers of OpenSSL, which one of the clients builds against.
fn openssl_is_installed() -> bool {
    let found = Command::new("pkg-config").args(["--exists", "openssl"]).status();
    found.is_ok_and(|status| status.success())
}
