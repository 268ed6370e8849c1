//! The credentials of the development profile for the account `demo`, as far as more than one place needs them.

use std::path::PathBuf;

use crate::{gateway, workspace};

/// The API key of the Espresso dialect.
pub const ESPRESSO_API_KEY: &str = "demo-espresso-key";

/// The passcode that opens the operation key of the Espresso dialect.
pub const ESPRESSO_PASSCODE: &str = "demo-passcode";

/// The API key of the Revolut X dialect.
#[must_use]
pub fn revx_api_key() -> String {
    "demo".repeat(16)
}

/// The private key of the Revolut X dialect.
#[must_use]
pub fn revx_key_file() -> PathBuf {
    workspace::root().join("config/dev/revx-demo.pem")
}

/// A token of the OMS dialect for a client, issued by the binary under test.
///
/// # Panics
/// When it issues none.
#[must_use]
pub fn oms_token(client: &str) -> String {
    let output = gateway::run(&["token", "oms", "--client", client]);
    let token = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    assert!(
        output.status.success() && token.split('.').count() == 3,
        "no token: {token}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    token
}
