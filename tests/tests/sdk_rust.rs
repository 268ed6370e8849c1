//! The vendors' own Rust clients, unmodified but for the base URL, against the real binary.

use dragoman_tests::gateway::{Data, Gateway};
use dragoman_tests::{credentials, programs};

#[test]
fn deltadefi_trades() {
    let gateway = Gateway::start(Data::Ephemeral);
    let url = gateway.url("espresso");
    programs::rust("deltadefi", &[url, credentials::ESPRESSO_API_KEY, credentials::ESPRESSO_PASSCODE]);
}

#[test]
fn revolutx_trades() {
    let gateway = Gateway::start(Data::Ephemeral);
    let (api_key, key_file) = (credentials::revx_api_key(), credentials::revx_key_file());
    programs::rust("revolutx", &[gateway.url("revx"), &api_key, &key_file.to_string_lossy()]);
}
