//! Whole requests and whole answers.
//!
//! A request is demo's unless it carries the pseudo-header `Caller`: `maker`, or `nobody` for no credential at all. In a
//! target `{order:2}` stands for the number of the second order ever placed, `{fill:2}` for that of the second fill.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::Path;

use facade_kit::{IdSource, Mount, MountPoint};
use facade_oanda::{Config, RateLimit, StreamLimits};
use testkit::TestEngine;
use testkit::golden::{self, GoldenRequest};

fn run(directory: &str, make: impl Fn(&TestEngine, Config) -> Mount, set: impl Fn(&mut Config)) {
    let make = |engine: &TestEngine| {
        let mut config = Config::development();
        set(&mut config);
        make(engine, config)
    };
    golden::run(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(directory),
        make,
        |request, engine| {
            if directory != SANDBOX {
                authenticate(request);
            }
            number(request, engine);
        },
    );
}

/// Nobody needs a token there.
const SANDBOX: &str = "golden-sandbox";

fn rest(engine: &TestEngine, config: Config) -> Mount {
    facade_oanda::mount(config, engine.handle(), IdSource::counted(), MountPoint::root())
}

fn stream(engine: &TestEngine, config: Config) -> Mount {
    facade_oanda::mount_stream(config, engine.handle(), IdSource::counted(), MountPoint::root())
}

#[test]
fn golden_files() {
    run("golden", rest, |_| {});
}

#[test]
fn golden_files_of_the_sandbox() {
    run(SANDBOX, rest, |config| config.sandbox = true);
}

/// Two orders and two trades at most, closed oldest first; maker's application was shut out.
#[test]
fn golden_files_of_limits() {
    run("golden-limits", rest, |config| {
        config.max_open_orders = 2;
        config.max_open_trades = 2;
        if let Some(demo) = config.accounts.get_mut("demo") {
            demo.fifo = true;
        }
        if let Some(maker) = config.credentials.get_mut("maker") {
            maker.disabled = true;
        }
    });
}

/// Two requests and one new connection in a second.
#[test]
fn golden_files_of_rates() {
    const TWO: NonZeroU32 = NonZeroU32::MIN.saturating_add(1);
    let rate_limit =
        RateLimit { requests_per_second: TWO, burst: TWO, connections_per_second: NonZeroU32::MIN };
    run("golden-rates", rest, |config| config.rate_limit = Some(rate_limit));
}

/// One stream of a token with three instruments at most, and no heartbeat that any test lives to see.
#[test]
fn golden_files_of_streams() {
    run("golden-stream", stream, |config| {
        config.stream = StreamLimits {
            per_token: NonZeroUsize::MIN,
            max_instruments: NonZeroUsize::MIN.saturating_add(2),
            heartbeat_millis: NonZeroU32::MAX,
            events_heartbeat_millis: NonZeroU32::MAX,
            ..StreamLimits::default()
        };
    });
}

/// Heartbeats that come at once.
#[test]
fn golden_files_of_heartbeats() {
    run("golden-heartbeats", stream, |config| {
        config.stream = StreamLimits {
            heartbeat_millis: NonZeroU32::MIN,
            events_heartbeat_millis: NonZeroU32::MIN,
            ..StreamLimits::default()
        };
    });
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
