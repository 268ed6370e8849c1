//! The control plane of the real binary, over its socket.
#![expect(clippy::unwrap_used, reason = "what helpers of a test cannot do fails the test")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use testkit::http::{Client, Reply, Request};

/// A binary that serves nothing but its control plane, until the value is dropped.
struct Gateway {
    child: Child,
    url: String,
    client: Client,
}

impl Gateway {
    /// Starts it with settings over the built-in ones, and waits until it is ready.
    fn start(settings: &str) -> Self {
        Self::start_with(&["--ephemeral"], settings)
    }

    /// As [`Self::start`], with a log where the settings say.
    fn start_kept(settings: &str) -> Self {
        Self::start_with(&[], settings)
    }

    fn start_with(flags: &[&str], settings: &str) -> Self {
        let config = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
        std::fs::write(config.path(), format!("mount = []\n{settings}")).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_dragoman"))
            .arg("serve")
            .args(flags)
            .args(["--set", "control.listen=127.0.0.1:0", "--config"])
            .arg(config.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let listening: serde_json::Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        assert_eq!((&listening["event"], &listening["control"]), (&"listening".into(), &true.into()));
        let ready: serde_json::Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        assert_eq!(ready["event"], "ready");
        let url = listening["url"].as_str().unwrap().to_owned();
        Self { child, url, client: Client::default() }
    }

    /// Sends a request as a client on the same machine does: for the address.
    fn send(&self, request: Request) -> Reply {
        let host = self.url.trim_start_matches("http://");
        self.client.send(&self.url, &request.with_header("Host", host))
    }

    fn get(&self, path: &str) -> Reply {
        self.send(Request::new("GET", path))
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn code(reply: &Reply) -> String {
    reply.json()["error"]["code"].as_str().unwrap().to_owned()
}

#[test]
fn where_nothing_is_kept_there_are_no_snapshots() {
    let gateway = Gateway::start("");
    let listed = gateway.get("/_dragoman/snapshots");
    assert_eq!((listed.status, listed.json()["snapshots"].as_array().unwrap().len()), (200, 0));
    let refused = gateway.send(Request::new("POST", "/_dragoman/snapshots"));
    assert_eq!((refused.status, code(&refused).as_str()), (409, "no_snapshot_now"));
}

#[test]
fn a_snapshot_is_saved_and_listed() {
    let data = tempfile::tempdir().unwrap();
    let settings = format!("[journal]\ndurability = \"sync\"\ndirectory = {:?}", data.path());
    let gateway = Gateway::start_kept(&settings);
    let saved = gateway.send(Request::new("POST", "/_dragoman/snapshots"));
    assert_eq!(saved.status, 201);
    let listed = gateway.get("/_dragoman/snapshots").json();
    assert_eq!(listed["snapshots"], serde_json::Value::Array(vec![saved.json()]));
}

#[test]
fn it_is_healthy_and_ready_once_it_says_so() {
    let gateway = Gateway::start("");
    for path in ["/health", "/ready"] {
        assert_eq!(gateway.get(path).status, 200, "{path}");
    }
}

#[test]
fn a_quote_is_set_and_a_reset_brings_the_seed_back() {
    let gateway = Gateway::start("");
    let seeded = gateway.get("/_dragoman/quotes/BTC-USD").json();
    assert_eq!(seeded["bid"], "119950.00");

    let body = r#"{"bid": "99.50", "ask": "100.50", "bid_size": "2"}"#;
    let reply = gateway.send(Request::new("PUT", "/_dragoman/quotes/BTC-USD").with_json(body));
    assert_eq!(reply.status, 200);
    let set = gateway.get("/_dragoman/quotes/BTC-USD").json();
    assert_eq!((&set["bid"], &set["ask"]), (&"99.50".into(), &"100.50".into()));
    assert_eq!((&set["bid_size"], &set["ask_size"]), (&"2".into(), &seeded["ask_size"]));

    assert_eq!(gateway.send(Request::new("POST", "/_dragoman/reset")).status, 204);
    assert_eq!(gateway.get("/_dragoman/quotes/BTC-USD").json()["bid"], "119950.00");
}

#[test]
fn trading_is_halted_and_goes_on() {
    let gateway = Gateway::start("");
    let halt = || Request::new("PUT", "/_dragoman/markets/EUR-USD/halt").with_json(r#"{"reason": "news"}"#);
    let resume = || Request::new("DELETE", "/_dragoman/markets/EUR-USD/halt");
    let open = gateway.get("/_dragoman/markets/EUR-USD").json();
    assert_eq!((&open["is_trading"], &open["session"]), (&true.into(), &"regular".into()));
    let halted = gateway.send(halt()).json();
    assert_eq!((&halted["is_trading"], &halted["halt"]["reason"]), (&false.into(), &"news".into()));
    assert_eq!(gateway.send(halt()).status, 422);
    let resumed = gateway.send(resume()).json();
    assert_eq!((&resumed["is_trading"], &resumed["halt"]), (&true.into(), &serde_json::Value::Null));
    assert_eq!(gateway.send(resume()).status, 422);
}

#[test]
fn hours_are_kept_when_configuration_says_so() {
    let gateway = Gateway::start("seed.keep_hours = true\n");
    let market = gateway.get("/_dragoman/markets/TSLA").json();
    assert_ne!((&market["session"], market.get("next_change")), (&"regular".into(), None));
    let always = gateway.get("/_dragoman/markets/BTC-USD").json();
    assert_eq!((&always["session"], always.get("next_change")), (&"regular".into(), None));
}

#[test]
fn refusals_are_in_the_control_planes_own_envelope() {
    let gateway = Gateway::start("");
    let quote = |body: &str| Request::new("PUT", "/_dragoman/quotes/BTC-USD").with_json(body);
    let plain = Request::new("PUT", "/_dragoman/quotes/BTC-USD").with_body("{}");
    let large = quote(&" ".repeat(100_000));
    for (request, status, expected) in [
        (Request::new("GET", "/"), 404, "unknown_path"),
        (Request::new("GET", "/_dragoman/nothing"), 404, "unknown_path"),
        (Request::new("DELETE", "/_dragoman/reset"), 405, "wrong_method"),
        (Request::new("GET", "/_dragoman/quotes/NO-SUCH"), 404, "unknown_instrument"),
        (quote("{"), 400, "bad_request"),
        (quote(r#"{"bid": 1, "ask": "2"}"#), 400, "bad_request"),
        (quote(r#"{"bid": "1e3", "ask": "2"}"#), 400, "bad_request"),
        (quote(r#"{"bid": "1", "ask": "2", "size": "3"}"#), 400, "bad_request"),
        (plain, 400, "bad_request"),
        (large, 413, "too_large"),
        (quote(r#"{"bid": "2", "ask": "1"}"#), 422, "rejected"),
        (
            Request::new("POST", "/_dragoman/reset").with_header("Origin", "https://evil.example"),
            403,
            "cross_origin",
        ),
    ] {
        let what = format!("{} {}", request.method, request.target);
        let reply = gateway.send(request);
        assert_eq!((reply.status, code(&reply)), (status, expected.to_owned()), "{what}: {reply}");
    }
}

#[test]
fn a_foreign_host_name_is_refused_and_health_is_not() {
    let gateway = Gateway::start("");
    let foreign = |path: &str| Request::new("GET", path).with_header("Host", "evil.example");
    let reply = gateway.client.send(&gateway.url, &foreign("/_dragoman/clock"));
    assert_eq!((reply.status, code(&reply)), (403, "foreign_host".to_owned()));
    assert_eq!(gateway.client.send(&gateway.url, &foreign("/health")).status, 200);
}

#[test]
fn production_needs_the_token_and_has_no_reset() {
    let token = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(token.path(), "hush\n").unwrap();
    let settings =
        format!("server.profile = \"production\"\ncontrol.token_file = \"{}\"\n", token.path().display());
    let gateway = Gateway::start(&settings);
    let with = |token: &str| {
        Request::new("POST", "/_dragoman/reset").with_header("Authorization", &format!("Bearer {token}"))
    };
    let reply = gateway.get("/_dragoman/clock");
    assert_eq!((reply.status, code(&reply)), (401, "unauthorized".to_owned()));
    let reply = gateway.send(with("other"));
    assert_eq!((reply.status, code(&reply)), (401, "unauthorized".to_owned()));
    let reply = gateway.send(with("hush"));
    assert_eq!((reply.status, code(&reply)), (403, "not_in_production".to_owned()));
}
