//! Whole requests and whole answers.
//!
//! A request is demo's unless it carries the pseudo-header `Caller`: `maker`, or `nobody` for no credential at all. In a
//! target `{order:2}` stands for the number of the second order ever placed, `{fill:2}` for that of the second fill.

use facade_kit::{IdSource, MountPoint};
use facade_oanda::Config;
use testkit::TestEngine;
use testkit::golden::{self, GoldenRequest};

#[test]
fn golden_files() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");
    golden::run(
        directory,
        |engine| {
            facade_oanda::mount(
                Config::development(),
                engine.handle(),
                IdSource::counted(),
                MountPoint::root(),
            )
        },
        |request, engine| {
            authenticate(request);
            number(request, engine);
        },
    );
}

#[test]
fn golden_files_of_the_sandbox() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden-sandbox");
    golden::run(
        directory,
        |engine| {
            let config = Config { sandbox: true, ..Config::development() };
            facade_oanda::mount(config, engine.handle(), IdSource::counted(), MountPoint::root())
        },
        number,
    );
}

fn authenticate(request: &mut GoldenRequest) {
    let caller = request.header("Caller").unwrap_or("demo").to_owned();
    request.remove_header("Caller");
    if caller == "nobody" || request.header("Authorization").is_some() {
        return;
    }
    let config = Config::development();
    let token = config.credentials[&caller].token.reveal();
    request.set_header("Authorization", &format!("Bearer {token}"));
}

fn number(request: &mut GoldenRequest, engine: &TestEngine) {
    let handle = engine.handle();
    let views = handle.views();
    let accounts = ["demo", "maker"].map(|code| engine.account(code));
    let orders = accounts.iter().flat_map(|account| views.orders(*account)).map(|order| order.id.get());
    let fills =
        accounts.iter().flat_map(|account| views.account_executions(*account)).map(|fill| fill.id.get());
    for (name, mut numbers) in [("order", orders.collect::<Vec<_>>()), ("fill", fills.collect())] {
        numbers.sort_unstable();
        for (place, number) in (1..).zip(numbers) {
            request.target = request.target.replace(&format!("{{{name}:{place}}}"), &number.to_string());
        }
    }
}
