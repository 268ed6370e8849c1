//! The vendors' own Python clients, unmodified but for the base URL, against the real binary.

use dragoman_tests::gateway::{Data, Gateway, configuration};
use dragoman_tests::{credentials, programs, workspace};

/// Every method of the client. It opens an account too, which only a sandbox lets it do.
#[test]
fn pyoanda_trades() {
    let stream = "[[mount]]\nfacade = \"oanda-stream\"\nlisten = \"127.0.0.1:0\"\n";
    let gateway = Gateway::start_with(Data::Ephemeral, &configuration(stream));
    let sandbox = Gateway::start_with(Data::Ephemeral, &configuration("[facade.oanda]\nsandbox = true\n"));
    let urls = [gateway.url("oanda"), gateway.url("oanda-stream"), sandbox.url("oanda")];
    programs::python("pyoanda_scenario.py", &urls);
}

/// The client's own integration suite asks the vendor's sandbox hosts, which are mounts here, through a proxy setting.
#[test]
fn pyoanda_passes_its_own_suite() {
    let mounts = r#"
[control]
listen = "127.0.0.1:0"

[[mount]]
facade = "oanda"
host = "api-sandbox.oanda.com"

[[mount]]
facade = "oanda-stream"
host = "stream-sandbox.oanda.com"

[facade.oanda]
sandbox = true

"#;
    let profile = std::fs::read_to_string(workspace::root().join("config/development.toml")).unwrap();
    let seed = profile.find("[[seed").unwrap();
    // The suite asks for a pair that the profile does not have.
    let cross = r#"
[[seed.instrument]]
symbol = "EUR-GBP"
name = "Euro / British Pound"
base = "EUR"
quote = "GBP"
settlement = { margin = 500 }
tick = "0.00001"
pip = "0.0001"
lot = "1"
minimum_quantity = "1"
maximum_quantity = "10000000"
minimum_notional = "0"
day_ends_at = "21:00"

[[seed.quote]]
instrument = "EUR-GBP"
bid = "0.88251"
ask = "0.88263"
bid_size = "1000000"
ask_size = "1000000"
"#;
    let gateway = Gateway::start_with(Data::Ephemeral, &format!("{mounts}{}{cross}", &profile[seed..]));
    programs::python("pyoanda_suite.py", &[gateway.control()]);
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
