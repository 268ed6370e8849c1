//! The vendors' own Python clients, unmodified but for the base URL, against the real binary.

use dragoman_tests::gateway::{Data, Gateway};
use dragoman_tests::{credentials, programs};

#[test]
fn pyoanda_trades() {
    let gateway = Gateway::start(Data::Ephemeral);
    programs::python("pyoanda_scenario.py", &[gateway.url("oanda")]);
}

#[test]
fn clearstreet_trades() {
    let gateway = Gateway::start(Data::Ephemeral);
    programs::python("clearstreet_scenario.py", &[gateway.url("clearstreet")]);
}

#[test]
fn revolut_x_trades() {
    let gateway = Gateway::start(Data::Ephemeral);
    let key = credentials::revx_key_file();
    programs::python("revolut_x_scenario.py", &[gateway.url("revx"), &key.to_string_lossy()]);
}

#[test]
fn command_lines_and_a_web_socket_trade_in_oms() {
    let gateway = Gateway::start(Data::Ephemeral);
    let (trader, operator) = (credentials::oms_token("demo"), credentials::oms_token("OMS$Control"));
    programs::python("oms_scenario.py", &[gateway.url("oms"), &trader, &operator]);
}
