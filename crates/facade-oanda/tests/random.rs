//! Random requests, good and bad, against the facade without a socket between: never a server error, never another
//! envelope, never a body that is no JSON where there should be one, and never a change where something is refused.
//!
//! `make requests REQUESTS=1000000 SEED=7` goes on for longer. A failure prints the seed and the request.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed expectation of a test is reported by panicking"
)]
#![expect(clippy::indexing_slicing, reason = "the places are those of what was picked")]

mod requests;

use std::collections::BTreeMap;
use std::io::Read as _;

use actix_web::http::Method;
use actix_web::rt::SystemRunner;
use actix_web::test as service;
use actix_web::{App, rt};
use facade_kit::{IdSource, MountPoint};
use facade_oanda::{CODES, Config, ENDPOINTS, ENDPOINTS_STREAM};
use order_engine::AccountState;
use requests::{Dice, World};
use testkit::TestEngine;

/// Requests of the short form.
const REQUESTS: u64 = 3_000;
/// After so many the engine is a new one.
const OF_A_HISTORY: u64 = 400;

fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().map_or(usual, |text| text.parse().unwrap())
}

/// What came of a request.
#[derive(Debug)]
struct Came {
    status: u16,
    content_type: Option<String>,
    encoding: Option<String>,
    body: Vec<u8>,
}

/// What is wrong with an answer; nothing when all is well.
fn judge(came: &Came) -> Result<(), String> {
    if came.status >= 500 {
        return Err("a server error".to_owned());
    }
    if matches!(came.status, 202 | 204 | 304) {
        return if came.body.is_empty() { Ok(()) } else { Err("a body too many".to_owned()) };
    }
    if came.content_type.as_deref() != Some("application/json") {
        return Err("another type".to_owned());
    }
    let document: serde_json::Value =
        serde_json::from_slice(&came.body).map_err(|error| format!("no JSON: {error}"))?;
    let members = document.as_object().ok_or("no object")?;
    if came.status < 400 {
        return if members.contains_key("code") { Err("a refusal as a success".to_owned()) } else { Ok(()) };
    }
    let (Some(code), Some(message), Some(_), 3) = (
        document["code"].as_u64(),
        document["message"].as_str(),
        document["moreInfo"].as_str(),
        members.len(),
    ) else {
        return Err("another envelope".to_owned());
    };
    let known = CODES.iter().find(|published| u64::from(published.code) == code);
    let is_right = match known {
        Some(published) => {
            published.status == Some(came.status)
                && message.starts_with(published.text)
                && (published.varies || message == published.text)
        }
        // What the vendor has no code for.
        None => code == u64::from(came.status) && matches!(code, 404 | 413),
    };
    if is_right { Ok(()) } else { Err("a code that is none".to_owned()) }
}

/// What happens past the facade between two requests.
fn happen(engine: &TestEngine, dice: &mut Dice) {
    let symbol = dice.pick(&["EUR-USD", "USD-JPY", "BTC-USD"]);
    match dice.below(12) {
        0 => engine.set_state("demo", dice.pick(&[AccountState::Suspended, AccountState::Open])),
        1..=3 => engine.set_state("demo", AccountState::Open),
        4 => engine.quote("EUR-USD", "1.19", "1.1901", "100", "100"),
        5 => engine.quote("EUR-USD", "1.21", "1.2101", "10000000", "10000000"),
        6 => engine.quote("USD-JPY", "113.064", "113.076", "10000000", "10000000"),
        7 => engine.advance(dice.below(5_000)),
        8 if dice.percent(30) => drop(halt(engine, symbol)),
        9..=10 => drop(resume(engine, symbol)),
        _ => place(engine, dice),
    }
}

fn halt(engine: &TestEngine, symbol: &str) -> Option<order_engine::Outcome> {
    let reason = order_engine::HaltReason::new("a test").unwrap();
    let instrument = engine.instrument(symbol);
    engine
        .submit(order_engine::Command::HaltInstrument(order_engine::HaltInstrument { instrument, reason }))
        .ok()
}

fn resume(engine: &TestEngine, symbol: &str) -> Option<order_engine::Outcome> {
    let instrument = engine.instrument(symbol);
    engine.submit(order_engine::Command::ResumeInstrument(order_engine::ResumeInstrument { instrument })).ok()
}

/// An order that this dialect could not have placed.
fn place(engine: &TestEngine, dice: &mut Dice) {
    let placement = dice.pick(&[
        r#"{"account":"demo","symbol":"EUR-USD","side":"sell","type":"trailing-stop","offset_bp":100,"quantity":"10"}"#,
        r#"{"account":"demo","symbol":"EUR-USD","side":"buy","type":"stop-limit","trigger":"1.3","price":"1.31","quantity":"10","tif":"day"}"#,
        r#"{"account":"demo","symbol":"BTC-USD","side":"buy","type":"limit","price":"90000.00","quantity":"0.5","post_only":true}"#,
        r#"{"account":"demo","symbol":"BTC-USD","side":"buy","type":"market","notional":"1000","staged_until":"2027-01-01T00:00:00Z"}"#,
        r#"{"account":"maker","symbol":"EUR-USD","side":"sell","type":"limit","price":"1.2","quantity":"100"}"#,
        r#"{"account":"demo","symbol":"USD-JPY","side":"sell","type":"trailing-stop-limit","offset":"0.5","limit_offset":"0.1","quantity":"10"}"#,
        r#"{"account":"demo","symbol":"BTC-USD","side":"buy","type":"market","quantity":"0.25"}"#,
    ]);
    let placement: testkit::Placement = serde_json::from_str(placement).unwrap();
    drop(engine.submit(order_engine::Command::PlaceOrder(placement.command(engine))));
}

/// Plays one history, and counts the answers by status. The engine is asked outside of the loop that serves, which must not
/// be held up.
fn play(system: &SystemRunner, seed: u64, requests: u64, counts: &mut BTreeMap<u16, u64>) {
    let mut dice = Dice::new(seed);
    let engine = testkit::engine();
    let config = || Config {
        sandbox: seed % 4 == 3,
        max_open_orders: 20,
        max_open_trades: 20,
        ..Config::development()
    };
    let rest = facade_oanda::mount(config(), engine.handle(), IdSource::counted(), MountPoint::root());
    let stream =
        facade_oanda::mount_stream(config(), engine.handle(), IdSource::counted(), MountPoint::root());
    let rest = system.block_on(service::init_service(App::new().configure(|app| (rest.configure)(app))));
    let stream = system.block_on(service::init_service(App::new().configure(|app| (stream.configure)(app))));
    let mut before = engine.state_hash();
    for place in 0..requests {
        if dice.percent(10) {
            happen(&engine, &mut dice);
            before = engine.state_hash();
        }
        let is_stream = dice.percent(3);
        let endpoints = if is_stream { ENDPOINTS_STREAM } else { ENDPOINTS };
        let draft = requests::draft(&mut dice, &World::of(&engine), endpoints);
        let Some(request) = draft.request() else { continue };
        let response = system.block_on(async {
            let request = request.to_request();
            if is_stream {
                service::try_call_service(&stream, request).await
            } else {
                service::try_call_service(&rest, request).await
            }
        });
        let response = response.unwrap_or_else(|error| panic!("seed {seed}, {place}: {draft:?}: {error}"));
        let header = |name| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let mut came = Came {
            status: response.status().as_u16(),
            content_type: header("content-type"),
            encoding: header("content-encoding"),
            body: Vec::new(),
        };
        *counts.entry(came.status).or_default() += 1;
        let method = response.request().method().clone();
        // The body of a stream does not end, the answer to OPTIONS has none, and a full history is no text.
        let is_other =
            came.content_type.as_deref() == Some("application/zip") || method == Method::OPTIONS || is_stream;
        if !(is_other && came.status == 200) {
            came.body = system.block_on(service::read_body(response)).to_vec();
            if came.encoding.as_deref() == Some("gzip") {
                let mut plain = Vec::new();
                flate2::read::GzDecoder::new(came.body.as_slice()).read_to_end(&mut plain).unwrap();
                came.body = plain;
            }
            if let Err(what) = judge(&came) {
                let body = String::from_utf8_lossy(&came.body);
                panic!("seed {seed}, {place}: {what}: {} {body}\n{draft:?}", came.status);
            }
        }
        let may_change = came.status < 300 && matches!(method, Method::POST | Method::PATCH | Method::DELETE);
        let after = engine.state_hash();
        assert!(may_change || after == before, "seed {seed}, {place}: {draft:?} has changed something");
        before = after;
    }
}

#[test]
fn no_request_is_answered_badly() {
    let (seed, requests) = (setting("REQUESTS_SEED", 1), setting("REQUESTS", REQUESTS));
    println!("REQUESTS_SEED={seed} REQUESTS={requests}");
    let mut counts = BTreeMap::new();
    let system = rt::System::new();
    for history in 0..requests.div_ceil(OF_A_HISTORY) {
        play(&system, seed + history, OF_A_HISTORY.min(requests), &mut counts);
    }
    println!("answers by status: {counts:?}");
    let all: u64 = counts.values().sum();
    for status in [200, 201, 400, 401, 403, 404, 405, 411, 413, 415] {
        let some = counts.get(&status).copied().unwrap_or_default();
        assert!(some > 0 || all < REQUESTS / 2, "no answer of {all} was {status}: {counts:?}");
    }
}
