//! Every mount of the real binary keeps its own envelope: at the root of a port, under a prefix, for a host.
#![expect(clippy::unwrap_used, reason = "what helpers of a test cannot do fails the test")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use testkit::http::{Client, Reply, Request};

/// A port of its own, and two prefixes beside the control plane.
const PREFIXES: &str = r#"
[[mount]]
facade = "oanda"
listen = "127.0.0.1:0"

[[mount]]
facade = "oanda"
prefix = "/under/oanda"

[[mount]]
facade = "revx"
prefix = "/revx"
"#;

/// A port of its own, and a host beside the control plane.
const HOST: &str = r#"
[[mount]]
facade = "oanda"
listen = "127.0.0.1:0"

[[mount]]
facade = "oanda"
host = "oanda.localhost"
"#;

const TOKEN: &str = "Bearer 0000000000000000000000000000demo-0000000000000000000000000000demo";

struct Gateway(Child);

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the binary. Returns the URLs of the control plane's listener and of the other one.
fn start(mounts: &str) -> (Gateway, String, String) {
    let config = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    std::fs::write(config.path(), format!("control.listen = \"127.0.0.1:0\"\n{mounts}")).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_dragoman"))
        .args(["serve", "--ephemeral", "--config"])
        .arg(config.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let gateway = Gateway(child);
    let mut next = || serde_json::from_str::<serde_json::Value>(&lines.next().unwrap().unwrap()).unwrap();
    let (combined, alone, ready) = (next(), next(), next());
    assert_eq!(ready["event"], "ready");
    let url = |line: &serde_json::Value| line["url"].as_str().unwrap().to_owned();
    (gateway, url(&combined), url(&alone))
}

fn get(url: &str, path: &str, host: &str) -> Reply {
    let request = Request::new("GET", path).with_header("Host", host).with_header("Authorization", TOKEN);
    Client::default().send(url, &request)
}

/// Whose 404 it is: the vendor's has a member that our own has not.
fn assert_unknown(reply: &Reply, member: &str) {
    assert_eq!(reply.status, 404, "{reply}");
    assert!(reply.json().get(member).is_some(), "{reply}");
}

fn assert_accounts(reply: &Reply) {
    assert_eq!((reply.status, &reply.json()["accounts"][0]["accountId"]), (200, &12_345.into()), "{reply}");
}

#[test]
fn a_port_of_its_own_belongs_to_the_vendor_alone() {
    let (_gateway, _, alone) = start(PREFIXES);
    assert_accounts(&get(&alone, "/v1/accounts", "127.0.0.1"));
    for path in ["/nope", "/_dragoman/clock", "/health", "/under/oanda/v1/accounts"] {
        assert_unknown(&get(&alone, path, "127.0.0.1"), "moreInfo");
    }
}

#[test]
fn below_a_prefix_everything_is_the_vendors_and_beside_it_nothing() {
    let (_gateway, combined, _) = start(PREFIXES);
    assert_accounts(&get(&combined, "/under/oanda/v1/accounts", "127.0.0.1"));
    assert_unknown(&get(&combined, "/under/oanda/nope", "127.0.0.1"), "moreInfo");
    for path in ["/", "/nope", "/under", "/under/oandar/v1/accounts", "/oanda/v1/accounts", "/v1/accounts"] {
        assert_unknown(&get(&combined, path, "127.0.0.1"), "error");
    }
}

#[test]
fn a_host_is_the_vendors_whatever_its_spelling_and_the_rest_is_not() {
    let (_gateway, combined, _) = start(HOST);
    for host in ["oanda.localhost", "OANDA.localhost:7400"] {
        assert_accounts(&get(&combined, "/v1/accounts", host));
        for path in ["/nope", "/health", "/_dragoman/clock"] {
            assert_unknown(&get(&combined, path, host), "moreInfo");
        }
    }
    assert_unknown(&get(&combined, "/v1/accounts", "127.0.0.1"), "error");
    assert_eq!(get(&combined, "/health", "127.0.0.1").status, 200);
    assert_eq!(get(&combined, "/_dragoman/clock", "127.0.0.1").status, 200);
}

#[test]
fn the_control_plane_tells_what_is_served_where() {
    let (_gateway, combined, alone) = start(PREFIXES);
    let routes = get(&combined, "/_dragoman/routes", "127.0.0.1").json();
    let urls: Vec<&str> =
        routes["mounts"].as_array().unwrap().iter().map(|mount| mount["url"].as_str().unwrap()).collect();
    assert_eq!(urls, [format!("{combined}/under/oanda"), format!("{combined}/revx"), alone]);
    let endpoints = routes["mounts"][2]["endpoints"].as_array().unwrap();
    assert!(endpoints.contains(&"GET /v1/accounts".into()), "{endpoints:?}");
}
