//! Whole requests and whole answers.
//!
//! `golden/development` runs on the development profile, `golden/reference` on a market made to match the examples of
//! the vendor's documentation. In a file `Authorization: Bearer @demo` stands for a token of the client `demo`.

mod support;

use facade_kit::{IdSource, MountPoint};
use facade_oms::Config;
use testkit::golden::{self, GoldenRequest};

#[test]
fn development() {
    golden::run(
        "tests/golden/development",
        |engine| {
            facade_oms::mount(Config::development(), engine.handle(), IdSource::counted(), MountPoint::root())
        },
        |request, engine| sign(request, &Config::development(), engine),
    );
}

#[test]
fn reference() {
    golden::run(
        "tests/golden/reference",
        |engine| {
            support::make_reference_market(engine);
            let config = support::reference_config();
            facade_oms::mount(config, engine.handle(), IdSource::counted(), MountPoint::root())
        },
        |request, engine| sign(request, &support::reference_config(), engine),
    );
}

/// Puts a token in the place of a client's name.
fn sign(request: &mut GoldenRequest, config: &Config, engine: &testkit::TestEngine) {
    let client = request.header("Authorization").and_then(|value| value.strip_prefix("Bearer @"));
    if let Some(client) = client.map(str::to_owned) {
        request.set_header("Authorization", &support::bearer(config, &client, engine));
    }
}
