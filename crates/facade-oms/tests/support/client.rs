//! A client of the WebSocket, and the frames that it sends and expects.

use std::net::TcpStream;
use std::time::Duration;

use facade_kit::{IdSource, MountPoint};
use facade_oms::Config;
use testkit::{TestEngine, TestServer, serve};
use tungstenite::client::IntoClientRequest as _;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

/// A connection of a client.
pub(crate) struct Client(pub(crate) WebSocket<MaybeTlsStream<TcpStream>>);

impl Client {
    pub(crate) fn connect(server: &TestServer, config: &Config, client: &str, engine: &TestEngine) -> Self {
        Self::connect_with(server, &super::bearer(config, client, engine), "false")
    }

    pub(crate) fn connect_with(server: &TestServer, bearer: &str, compact: &str) -> Self {
        let url = format!("{}/streaming", server.base_url().replace("http://", "ws://"));
        let mut request = url.into_client_request().unwrap();
        request.headers_mut().insert("Authorization", bearer.parse().unwrap());
        request.headers_mut().insert("X-OMS-Compact", compact.parse().unwrap());
        let (socket, _) = tungstenite::connect(request).unwrap();
        if let MaybeTlsStream::Plain(stream) = socket.get_ref() {
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        }
        Self(socket)
    }

    pub(crate) fn send(&mut self, frame: &str) {
        self.0.send(Message::text(frame)).unwrap();
    }

    pub(crate) fn receive(&mut self) -> String {
        loop {
            match self.0.read().unwrap() {
                Message::Text(text) => return text.to_string(),
                Message::Ping(_) | Message::Pong(_) => {}
                other @ (Message::Binary(_) | Message::Close(_) | Message::Frame(_)) => {
                    panic!("{other:?} is no text")
                }
            }
        }
    }

    /// Sends a frame and compares the next one that comes, as text without blanks between tokens.
    pub(crate) fn exchange(&mut self, frame: &str, answer: &str) {
        self.send(frame);
        self.expect(answer);
    }

    pub(crate) fn expect(&mut self, answer: &str) {
        assert_eq!(self.receive(), squeezed(answer));
    }

    /// Asks for an answer, and returns what came before it.
    pub(crate) fn until_synchronised(&mut self) -> Vec<String> {
        self.send(r#"{"Type": "Synchronise", "RequestID": "sync"}"#);
        let mut before = Vec::new();
        loop {
            let frame = self.receive();
            if frame.contains(r#""RequestID":"sync""#) {
                return before;
            }
            before.push(frame);
        }
    }
}

/// JSON without blanks between tokens; the texts of these tests have none inside.
pub(crate) fn squeezed(json: &str) -> String {
    json.chars().filter(|character| !character.is_whitespace()).collect()
}

pub(crate) fn development(engine: &TestEngine) -> TestServer {
    let config = Config::development();
    serve(facade_oms::mount(config, engine.handle(), IdSource::counted(), MountPoint::root()))
}

/// A request of the account `DEMO`/`0001` with its parts after the account.
pub(crate) fn request(rpc: &str, kind: &str, id: &str, parts: &str) -> String {
    format!(
        r#"{{"Type": "ClientRequest", "RequestID": "{rpc}", "Request": {{"Type": "{kind}", "RequestID": "{id}",
        "Account": {{"AccountID": "0001", "OwnerID": "DEMO"}}, {parts}}}}}"#
    )
}

/// The answer to a request of the account `DEMO`/`0001`, with its parts after the account.
pub(crate) fn response(rpc: &str, kind: &str, id: &str, parts: &str) -> String {
    let id = if id.is_empty() { String::new() } else { format!(r#""RequestID": "{id}","#) };
    format!(
        r#"{{"Type": "EventMessageType_Response",
        "Request": {{"Type": "RequestMessageType_ClientRequest", "RequestID": "{rpc}"}},
        "RequestResponse": {{"Type": "ClientRequestType_{kind}", {id}
        "Account": {{"AccountID": "0001", "OwnerID": "DEMO"}}, {parts}}}}}"#
    )
}

pub(crate) fn new(terms: &str) -> String {
    format!(r#""New": {{"Code": "TSLA", "Exchange": "DRG", {terms}}}"#)
}

/// The id of an order that another dialect has placed.
pub(crate) fn placed(engine: &TestEngine, account: &str, price: &str) -> String {
    let placement = format!(
        r#"{{"account": "{account}", "symbol": "TSLA", "side": "buy", "type": "limit", "price": "{price}", "quantity": "10"}}"#
    );
    let order = engine.place(&serde_json::from_str(&placement).unwrap());
    format!("{:016X}", order.id.get())
}
