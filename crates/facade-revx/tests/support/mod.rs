//! What all tests of the facade share: a facade on a test's engine, and signatures.
#![expect(clippy::expect_used, reason = "keys of the repository that cannot be read fail the test")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::pkcs8::DecodePrivateKey;
use ed25519_dalek::{Signer, SigningKey};
use facade_kit::{IdSource, Mount, MountPoint};
use facade_revx::Config;
use testkit::TestEngine;
use testkit::http::Request;

pub(crate) const DEMO_KEY: &str = "demodemodemodemodemodemodemodemodemodemodemodemodemodemodemodemo";
const DEMO_PEM: &str = include_str!("../../../../config/dev/revx-demo.pem");
const MAKER_PEM: &str = include_str!("../../../../config/dev/revx-maker.pem");

/// The facade with the development profile, at the root.
pub(crate) fn facade(engine: &TestEngine) -> Mount {
    facade_revx::mount(Config::development(), engine.handle(), IdSource::counted(), MountPoint::root())
}

/// Signs a request with the private key of the API key that it carries. Nothing happens to one that carries none, and a
/// timestamp or a signature that is there already stays.
pub(crate) fn sign(request: &mut Request, engine: &TestEngine) {
    let Some(api_key) = request.header("X-Revx-API-Key") else { return };
    let pem = if api_key == DEMO_KEY { DEMO_PEM } else { MAKER_PEM };
    let key = SigningKey::from_pkcs8_pem(pem).expect("a development key is PKCS#8");
    let now = engine.handle().now().as_millis().to_string();
    let timestamp = request.header("X-Revx-Timestamp").unwrap_or(&now).to_owned();
    let parts = [
        timestamp.as_bytes(),
        request.method.as_bytes(),
        request.path().as_bytes(),
        request.query().as_bytes(),
    ];
    let message = [parts.concat(), request.body.clone()].concat();
    let signature = STANDARD.encode(key.sign(&message).to_bytes());
    request.set_header("X-Revx-Timestamp", &timestamp);
    if request.header("X-Revx-Signature").is_none() {
        request.set_header("X-Revx-Signature", &signature);
    }
}
