//! The OMS dialect: orders are placed and canceled by messages on a WebSocket and read by REST, both with a token.

use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use testkit::http::Request;
use tungstenite::client::IntoClientRequest as _;
use tungstenite::http::HeaderValue;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};
use uuid::Uuid;

use super::http::{Connection, required, text};
use super::{Dialect, Failure, Seen, Ticket};
use crate::credentials;

const ORDERS: &str = "/order/for/DEMO/0001";
const EXCHANGE: &str = "DRG";
const DESTINATION: &str = "XDRG";

/// How long the server may think about a message.
const PATIENCE: Duration = Duration::from_mins(1);

/// A client of the OMS dialect.
#[derive(Debug)]
pub struct Oms {
    connection: Connection,
    base_url: String,
    token: String,
    socket: Option<WebSocket<MaybeTlsStream<TcpStream>>>,
}

impl Oms {
    /// A client of the server at this URL, with a token that the binary issues.
    #[must_use]
    pub fn new(base_url: &str) -> Self {
        Self {
            connection: Connection::new(base_url),
            base_url: base_url.to_owned(),
            token: credentials::oms_token("demo"),
            socket: None,
        }
    }

    /// Reads an order as the whole HTTP exchange, for callers that measure or compare it.
    #[must_use]
    pub fn read_request(&self, id: &str) -> Request {
        self.request("GET", &format!("{ORDERS}/{id}"))
    }

    fn request(&self, method: &str, path: &str) -> Request {
        Request::new(method, path).with_header("Authorization", &format!("Bearer {}", self.token))
    }

    /// Sends a client request and answers the response to it, once it is not `Rejected`.
    fn order(&mut self, kind: &str, member: &str, details: &Value) -> Result<Value, Failure> {
        let call = Uuid::new_v4().to_string();
        let message = json!({
            "Type": "RequestMessageType_ClientRequest",
            "RequestID": call,
            "Request": {
                "Type": format!("ClientRequestType_{kind}"),
                "RequestID": format!("R-{call}"),
                "Account": {"AccountID": "0001", "OwnerID": "DEMO"},
                member: details,
            },
        });
        let answer = self.exchange(&call, &message).inspect_err(|_| self.socket = None)?;
        let response = &answer["RequestResponse"];
        let refused = response["Status"] == "Rejected" || answer["Request"]["Errors"].is_array();
        if refused { Err(Failure::Refused(answer.to_string())) } else { Ok(response.clone()) }
    }

    fn exchange(&mut self, call: &str, message: &Value) -> Result<Value, Failure> {
        let socket = match self.socket.take() {
            Some(socket) => socket,
            None => self.connect().map_err(|error| Failure::lost(&error))?,
        };
        let socket = self.socket.insert(socket);
        socket.send(Message::text(message.to_string())).map_err(|error| Failure::lost(&error))?;
        loop {
            let Message::Text(frame) = socket.read().map_err(|error| Failure::lost(&error))? else {
                continue;
            };
            let event: Value = serde_json::from_str(&frame)
                .unwrap_or_else(|error| panic!("the frame is not JSON ({error}): {frame}"));
            if event["Type"] == "EventMessageType_Response" && event["Request"]["RequestID"] == call {
                return Ok(event);
            }
        }
    }

    fn connect(&self) -> Result<WebSocket<MaybeTlsStream<TcpStream>>, tungstenite::Error> {
        let mut request =
            format!("{}/streaming", self.base_url.replace("http", "ws")).into_client_request()?;
        let bearer = HeaderValue::try_from(format!("Bearer {}", self.token))?;
        request.headers_mut().insert("Authorization", bearer);
        let (socket, _) = tungstenite::connect(request)?;
        if let MaybeTlsStream::Plain(stream) = socket.get_ref() {
            stream.set_read_timeout(Some(PATIENCE))?;
        }
        Ok(socket)
    }
}

/// The id of the order with this number.
pub(super) fn order_id(number: u64) -> String {
    format!("{number:016X}")
}

impl Dialect for Oms {
    fn name(&self) -> &'static str {
        "oms"
    }

    fn place(&mut self, ticket: &Ticket) -> Result<String, Failure> {
        let mut new = json!({
            "Code": ticket.instrument,
            "Exchange": EXCHANGE,
            "Side": if ticket.buys { "SIDE_BUY" } else { "SIDE_SELL" },
            "OrderType": "ORDERTYPE_MARKET",
            "Quantity": ticket.quantity,
            "Lifetime": "LIFETIME_GOOD_TILL_CANCEL",
            "ExDestination": DESTINATION,
        });
        match &ticket.price {
            None => new["Lifetime"] = json!("LIFETIME_IMMEDIATE_OR_CANCEL"),
            Some(price) => {
                new["OrderType"] = json!("ORDERTYPE_LIMIT");
                new["Price"] = json!(price);
            }
        }
        self.order("New", "New", &new).map(|response| required(&response, "OrderID"))
    }

    fn read(&mut self, id: &str) -> Result<Option<Seen>, Failure> {
        let reply = self.connection.send(&self.read_request(id))?;
        match (reply.status, &reply) {
            (200, reply) => Ok(Some(seen(&reply.json()))),
            (404, _) => Ok(None),
            (_, reply) => Err(Failure::refused(reply)),
        }
    }

    fn cancel(&mut self, id: &str) -> Result<(), Failure> {
        self.order("Cancel", "Cancel", &json!({"OrderID": id})).map(drop)
    }
}

fn seen(order: &Value) -> Seen {
    Seen {
        id: required(order, "OrderID"),
        symbol: required(order, "Code"),
        side: required(order, "Side"),
        quantity: required(order, "Quantity"),
        filled: text(&order["ExecutedQuantity"]),
        price: text(&order["Price"]),
        status: text(&order["Status"]),
    }
}
