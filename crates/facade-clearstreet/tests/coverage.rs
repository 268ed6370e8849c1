//! The coverage table of the documentation is what is served.

use facade_clearstreet::{Config, mount};
use facade_kit::{IdSource, MountPoint};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/facades/clearstreet.md");

#[test]
fn the_table_lists_what_is_served_and_nothing_else_as_done() {
    let engine = testkit::engine();
    let mount = mount(Config::development(), engine.handle(), IdSource::counted(), MountPoint::root());
    testkit::coverage::check(PAGE, mount.endpoints);
}
