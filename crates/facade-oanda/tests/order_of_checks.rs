//! Of several faults in one request the first in the vendor's order of checks is the answer: every pair of them, and a
//! request that has all.
#![expect(clippy::unwrap_used, reason = "a failed expectation of a test is reported by panicking")]

use facade_kit::{IdSource, MountPoint};
use facade_oanda::Config;
use order_engine::AccountState;
use testkit::http::Request;
use testkit::{TestEngine, TestServer};

/// A request that places an order, until faults are put into it.
struct Draft {
    method: &'static str,
    account: &'static str,
    more_path: &'static str,
    query: &'static str,
    has_body: bool,
    headers: Vec<(&'static str, String)>,
    arguments: Vec<(&'static str, &'static str)>,
}

impl Draft {
    fn good() -> Self {
        let token = Config::development().credentials["demo"].token.reveal().to_owned();
        Self {
            method: "POST",
            account: "12345",
            more_path: "",
            query: "",
            has_body: true,
            headers: vec![("Authorization", format!("Bearer {token}"))],
            arguments: vec![
                ("instrument", "EUR_USD"),
                ("units", "5"),
                ("side", "buy"),
                ("type", "limit"),
                ("price", "1.1"),
                ("expiry", "2026-02-01T00:00:00Z"),
            ],
        }
    }

    fn set(&mut self, name: &'static str, value: &'static str) {
        self.remove(name);
        self.arguments.push((name, value));
    }

    fn remove(&mut self, name: &str) {
        self.arguments.retain(|(known, _)| *known != name);
    }

    fn header(&mut self, name: &'static str, value: &str) {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.to_owned()));
    }

    fn request(&self) -> Request {
        let Self { account, more_path, query, .. } = self;
        let mut request =
            Request::new(self.method, &format!("/v1/accounts/{account}/orders{more_path}{query}"));
        for (name, value) in &self.headers {
            request.set_header(name, value);
        }
        if self.has_body {
            request.body = serde_urlencoded::to_string(&self.arguments).unwrap().into_bytes();
        }
        request
    }
}

/// Something that is wrong.
struct Fault {
    /// Faults of one step exclude each other.
    step: u32,
    code: u64,
    /// A part of the text.
    text: &'static str,
    put: Box<dyn Fn(&mut Draft)>,
}

/// All faults, in the order in which they are looked for.
fn faults() -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut add = |step: u32, code: u64, text: &'static str, put: Box<dyn Fn(&mut Draft)>| {
        faults.push(Fault { step, code, text, put });
    };
    add(1, 3, "", Box::new(|draft| draft.headers.retain(|(name, _)| *name != "Authorization")));
    add(1, 8, "", Box::new(|draft| draft.header("Authorization", "Basic eDp5")));
    add(1, 4, "", Box::new(|draft| draft.header("Authorization", "Bearer nobody's")));
    add(
        3,
        66,
        "",
        Box::new(|draft| {
            draft.method = "POST";
            draft.header("X-HTTP-Method-Override", "GET");
        }),
    );
    add(4, 404, "", Box::new(|draft| draft.more_path = "/5/nothing"));
    add(4, 7, "", Box::new(|draft| draft.method = "DELETE"));
    add(5, 62, "", Box::new(|draft| draft.header("X-Accept-Datetime-Format", "ISO")));
    add(6, 40, "", Box::new(|draft| draft.query = "?units=%zz"));
    add(7, 42, "", Box::new(|draft| draft.header("Content-Type", "application/json")));
    add(
        8,
        65,
        "",
        Box::new(|draft| {
            draft.has_body = false;
            draft.query = "?units=5";
        }),
    );
    add(
        8,
        61,
        "",
        Box::new(|draft| {
            draft.has_body = false;
            draft.query = "";
        }),
    );
    add(9, 1, "side", Box::new(|draft| draft.arguments.extend([("side", "buy"), ("side", "buy")])));
    add(10, 52, "", Box::new(|draft| draft.account = "001-011-5838423-001"));
    add(11, 32, "", Box::new(|draft| draft.account = "99"));
    add(11, 4, "", Box::new(|draft| draft.account = "12346"));
    for (step, name) in (20..).zip(["instrument", "units", "side", "type", "price", "expiry"]) {
        add(step, 2, name, Box::new(move |draft| draft.remove(name)));
    }
    let malformed = [
        ("units", "0"),
        ("side", "long"),
        ("type", "Limit"),
        ("price", "0"),
        ("expiry", "2026-01-05T15:00:00Z"),
        ("lowerBound", "-1"),
        ("upperBound", "x"),
        ("stopLoss", "x"),
        ("takeProfit", "1e1"),
        ("trailingStop", "-5"),
    ];
    for (step, (name, value)) in (30..).zip(malformed) {
        add(step, 1, name, Box::new(move |draft| draft.set(name, value)));
    }
    add(50, 9, "", Box::new(|draft| draft.set("instrument", "CAD_FFF")));
    for (step, name) in (51..).zip(["price", "lowerBound", "upperBound", "stopLoss", "takeProfit"]) {
        add(step, 18, "", Box::new(move |draft| draft.set(name, "1.1000001")));
    }
    add(60, 36, "trailingStop", Box::new(|draft| draft.set("trailingStop", "4")));
    add(61, 36, "units", Box::new(|draft| draft.set("units", "10000001")));
    faults
}

/// Whether two faults can be told apart when both are there: what an order of an unknown type needs nobody knows.
fn can_meet(first: &Fault, second: &Fault) -> bool {
    let is_unknown_type = second.code == 1 && second.text == "type";
    let is_of_pending = first.code == 2 && matches!(first.text, "price" | "expiry");
    first.step != second.step && !(is_unknown_type && is_of_pending)
}

fn serve(engine: &TestEngine, config: Config) -> TestServer {
    testkit::serve(facade_oanda::mount(config, engine.handle(), IdSource::counted(), MountPoint::root()))
}

fn answer(server: &TestServer, draft: &Draft) -> (u64, String) {
    let envelope = server.send(&draft.request()).json();
    let text = envelope["message"].as_str().unwrap_or_default().to_owned();
    (envelope["code"].as_u64().unwrap_or_default(), text)
}

/// The account is suspended, which is looked at after all of these.
#[test]
fn of_two_faults_the_first_is_told() {
    let engine = testkit::engine();
    engine.set_state("demo", AccountState::Suspended);
    let server = serve(&engine, Config::development());
    let before = engine.state_hash();
    let faults = faults();
    let mut wrong = Vec::new();
    for (place, first) in faults.iter().enumerate() {
        let mut alone = Draft::good();
        (first.put)(&mut alone);
        let (code, text) = answer(&server, &alone);
        assert!(code == first.code && text.contains(first.text), "{} alone: {code} {text}", first.code);
        for second in faults.iter().skip(place + 1).filter(|second| can_meet(first, second)) {
            let mut draft = Draft::good();
            (second.put)(&mut draft);
            (first.put)(&mut draft);
            let (code, text) = answer(&server, &draft);
            if code != first.code || !text.contains(first.text) {
                wrong.push(format!(
                    "{} {} and {} {}: {code} {text}",
                    first.code, first.text, second.code, second.text
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(answer(&server, &Draft::good()).0, 26);
    assert_eq!(engine.state_hash(), before);
}

/// What the engine decides, one fault less each time.
#[test]
fn what_the_state_does_not_allow_is_told_in_order() {
    let engine = testkit::engine();
    let config = Config { max_open_trades: 0, ..Config::development() };
    let server = serve(&engine, config);
    let poor = "-9999999.99";
    engine.adjust("demo", "USD", poor);
    engine.halt("EUR-USD");
    engine.set_state("demo", AccountState::Suspended);
    let mut draft = Draft::good();
    draft.arguments = vec![
        ("instrument", "EUR_USD"),
        ("units", "500000"),
        ("side", "buy"),
        ("type", "market"),
        ("upperBound", "1.1"),
        ("stopLoss", "1.2"),
        ("takeProfit", "1.1"),
    ];
    let told = |draft: &Draft| answer(&server, draft).0;
    assert_eq!(told(&draft), 26);
    engine.set_state("demo", AccountState::Open);
    assert_eq!(told(&draft), 24, "a market that is halted has no side for an exit to be on");
    engine.lift("EUR-USD");
    assert_eq!(told(&draft), 34);
    draft.remove("takeProfit");
    assert_eq!(told(&draft), 33);
    draft.remove("stopLoss");
    assert_eq!(told(&draft), 22);
    draft.remove("upperBound");
    assert_eq!(told(&draft), 15, "before the money");
    let server = serve(&engine, Config::development());
    assert_eq!(answer(&server, &draft).0, 19);
    engine.adjust("demo", "USD", "9999999.99");
    assert_eq!(server.send(&draft.request()).status, 200);
}
