//! What bad input is sent to: an engine, a server in front of it, and forms that would be good.

use facade_kit::{IdSource, MountPoint};
use facade_oanda::{CODES, Config};
use testkit::http::Request;
use testkit::{TestEngine, TestServer};

/// An engine with an order, a trade and somebody else's order, and a server in front of it.
pub(crate) struct Stage {
    pub(crate) engine: TestEngine,
    server: TestServer,
    order: u64,
    foreign: u64,
    trade: u64,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let engine = testkit::engine();
        let place = |text: &str| engine.place(&serde_json::from_str(text).unwrap());
        let order = place(
            r#"{"account":"demo","symbol":"EUR-USD","side":"buy","type":"limit","price":"1.1","quantity":"100"}"#,
        );
        let foreign = place(
            r#"{"account":"maker","symbol":"EUR-USD","side":"buy","type":"limit","price":"1.1","quantity":"100"}"#,
        );
        place(r#"{"account":"demo","symbol":"USD-JPY","side":"buy","type":"market","quantity":"100"}"#);
        let holdings = engine.handle().views().holdings(engine.account("demo")).unwrap();
        let position = holdings.position(engine.instrument("USD-JPY")).unwrap();
        let trade = position.lots.first().unwrap().id.get();
        let mount = facade_oanda::mount(
            Config::development(),
            engine.handle(),
            IdSource::counted(),
            MountPoint::root(),
        );
        let server = testkit::serve(mount);
        Self { server, order: order.id.get(), foreign: foreign.id.get(), trade, engine }
    }

    /// Sends a request, and checks the refusal and that nothing has changed.
    pub(crate) fn check(&self, method: &str, target: &str, body: Option<&str>, (code, message): (u16, &str)) {
        let token = Config::development().credentials["demo"].token.reveal().to_owned();
        let target = target
            .replace("{order}", &self.order.to_string())
            .replace("{foreign}", &self.foreign.to_string())
            .replace("{trade}", &self.trade.to_string());
        let mut request =
            Request::new(method, &target).with_header("Authorization", &format!("Bearer {token}"));
        request.body = body.unwrap_or_default().as_bytes().to_vec();
        let before = self.engine.state_hash();
        let reply = self.server.send(&request);
        let what = format!("{method} {target} {body:?}");
        let envelope = reply.json();
        let status = CODES.iter().find(|published| published.code == code).unwrap().status;
        assert_eq!(
            (envelope["code"].as_u64(), envelope["message"].as_str(), Some(reply.status)),
            (Some(u64::from(code)), Some(message), status),
            "{what}"
        );
        assert_eq!(
            envelope["moreInfo"], "http://developer.oanda.com/docs/v1/troubleshooting/#errors",
            "{what}"
        );
        assert_eq!(self.engine.state_hash(), before, "{what} has changed something");
    }
}

/// Arguments of an operation with good values.
#[derive(Clone)]
pub(crate) struct Arguments(pub(crate) Vec<(&'static str, String)>);

impl Arguments {
    pub(crate) fn of<const N: usize>(pairs: [(&'static str, &str); N]) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name, value.to_owned())).collect())
    }

    pub(crate) fn without(&self, name: &str) -> Self {
        Self(self.0.iter().filter(|(known, _)| *known != name).cloned().collect())
    }

    pub(crate) fn with(&self, name: &'static str, value: &str) -> Self {
        let mut changed = self.without(name);
        changed.0.push((name, value.to_owned()));
        changed
    }

    pub(crate) fn twice(&self, name: &'static str, value: &str) -> Self {
        let mut changed = self.with(name, value);
        changed.0.push((name, value.to_owned()));
        changed
    }

    pub(crate) fn encoded(&self) -> String {
        serde_urlencoded::to_string(&self.0).unwrap()
    }
}
