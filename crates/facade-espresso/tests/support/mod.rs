//! What the tests of this facade share: the facade on an engine, and a client that signs.
#![allow(dead_code, reason = "every test binary uses its own part")]
#![expect(clippy::expect_used, reason = "what cannot go on fails its test")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, web};
use blake2::digest::Digest;
use blake2::digest::consts::U32;
use ed25519_dalek::hazmat::{ExpandedSecretKey, raw_sign};
use ed25519_dalek::{Sha512, VerifyingKey};
use facade_espresso::{Config, mount};
use facade_kit::{IdSource, Mount, MountPoint};
use serde_json::Value;
use testkit::TestEngine;
use testkit::http::{Reply, Request};
use uuid::Uuid;

pub(crate) const DEMO_KEY: &str = "demo-espresso-key";
pub(crate) const MAKER_KEY: &str = "maker-espresso-key";

/// The decrypted operation keys of the development profile: scalar and prefix.
const DEMO_SECRET: &str = concat!(
    "28504e6aa9bfbe0d50a7e5f06d6125f15000db651573e75a6d50e710bbc3d859",
    "8d31bd78ae8cf212883c77a39eba224fc602705e9325ff8e58faf628d4432b2e",
);
const MAKER_SECRET: &str = concat!(
    "5045b8d6e2db2d5557bcb398eded7aa567ff645b34bb9d96a58aa00637f2655f",
    "8efe1cf3a06d59f2f8ba990e0665177b2957a035b9fe58e71b38abb8115a1a91",
);

/// The development profile, with the account id that the vendor's samples show.
pub(crate) fn config() -> Config {
    let mut config = Config::development();
    config.accounts[0].account_id = Some(Uuid::from_u128(0x550e_8400_e29b_41d4_a716_4466_5544_0001));
    config
}

pub(crate) fn facade(engine: &TestEngine) -> Mount {
    facade_with(config(), engine)
}

pub(crate) fn facade_with(config: Config, engine: &TestEngine) -> Mount {
    mount(config, engine.handle(), IdSource::counted(), MountPoint::root())
}

/// Whose key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signer {
    Demo,
    Maker,
}

/// How the list of signatures is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    TaggedSet,
    PlainArray,
}

/// A transaction with a signature over its body, as clients make it from `tx_hex`.
pub(crate) fn signed(tx_hex: &str, signer: Signer, encoding: Encoding) -> String {
    let body = tx_hex
        .strip_prefix("84")
        .and_then(|rest| rest.strip_suffix("a0f5f6"))
        .expect("an unsigned transaction");
    let secret = match signer {
        Signer::Demo => DEMO_SECRET,
        Signer::Maker => MAKER_SECRET,
    };
    let mut bytes = [0; 64];
    hex::decode_to_slice(secret, &mut bytes).expect("a key");
    let secret = ExpandedSecretKey::from_bytes(&bytes);
    let public = VerifyingKey::from(&secret);
    let id = blake2::Blake2b::<U32>::digest(hex::decode(body).expect("hex"));
    let signature = hex::encode(raw_sign::<Sha512>(&secret, &id, &public).to_bytes());
    let list = match encoding {
        Encoding::TaggedSet => "d9010281",
        Encoding::PlainArray => "81",
    };
    format!("84{body}a100{list}825820{}5840{signature}f5f6", hex::encode(public.as_bytes()))
}

/// A request of the account `demo`.
pub(crate) fn ask(method: &str, target: &str) -> Request {
    Request::new(method, target).with_header("X-API-KEY", DEMO_KEY)
}

/// A refusal's code; zero for anything else.
pub(crate) fn code(reply: &Reply) -> u64 {
    serde_json::from_slice::<Value>(&reply.body)
        .ok()
        .and_then(|body| body["code"].as_u64())
        .unwrap_or_default()
}

/// Transactions that builds were answered with, by order id.
pub(crate) type Built = Arc<Mutex<BTreeMap<String, String>>>;

/// The facade, with the answers of its builds taken down.
pub(crate) fn recorded(facade: &Mount, built: &Built) -> Mount {
    let (inner, built) = (Arc::clone(&facade.configure), Arc::clone(built));
    Mount {
        configure: Arc::new(move |app| {
            let (inner, built) = (Arc::clone(&inner), Arc::clone(&built));
            let recorder = from_fn(move |request, next| record(Arc::clone(&built), request, next));
            app.service(web::scope("").wrap(recorder).configure(move |scope| inner(scope)));
        }),
        ..facade.clone()
    }
}

async fn record(
    built: Built,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let is_build = request.path().ends_with("/build");
    let response = next.call(request).await?;
    if !is_build || !response.status().is_success() {
        return Ok(response);
    }
    let (request, response) = response.into_parts();
    let (head, body) = response.into_parts();
    let bytes = to_bytes(body).await.unwrap_or_default();
    let answer: Value = serde_json::from_slice(&bytes).expect("a build answers JSON");
    let member = |name: &str| answer[name].as_str().expect("a build answers texts").to_owned();
    built.lock().expect("no test panicked").insert(member("order_id"), member("tx_hex"));
    Ok(ServiceResponse::new(request, head.set_body(BoxBody::new(bytes))))
}
