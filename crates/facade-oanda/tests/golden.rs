//! Whole requests and whole answers. A request is demo's unless it carries the pseudo-header `Caller`: `maker`, or
//! `nobody` for no credential at all.

use facade_kit::{IdSource, MountPoint};
use facade_oanda::Config;
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
        |request, _engine| authenticate(request),
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
