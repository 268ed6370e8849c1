//! A small client for each dialect, behind one trait: what a user of the vendor's API would write by hand.

mod clearstreet;
mod espresso;
mod http;
mod oanda;
mod oms;
mod order_ids;
mod revx;

use std::fmt;

use testkit::http::Reply;

use crate::gateway::Gateway;

pub use clearstreet::Clearstreet;
pub use espresso::Espresso;
pub use oanda::Oanda;
pub use oms::Oms;
pub use order_ids::OrderIds;
pub use revx::Revx;

/// What an order of the suites says; every dialect can say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Canonical symbol, such as `BTC-USD`.
    pub instrument: String,
    /// Whether it buys.
    pub buys: bool,
    /// Quantity of base, as a whole number so that every dialect can carry it.
    pub quantity: u32,
    /// Limit price as a plain decimal; none for a market order.
    pub price: Option<String>,
}

impl Ticket {
    /// A limit order to buy.
    #[must_use]
    pub fn bid(instrument: &str, quantity: u32, price: &str) -> Self {
        Self { instrument: instrument.to_owned(), buys: true, quantity, price: Some(price.to_owned()) }
    }

    /// A market order to buy.
    #[must_use]
    pub fn market(instrument: &str, quantity: u32) -> Self {
        Self { instrument: instrument.to_owned(), buys: true, quantity, price: None }
    }
}

/// What a dialect says about an order, in its own words and spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The id in this dialect.
    pub id: String,
    /// The instrument's name in this dialect.
    pub symbol: String,
    /// The side.
    pub side: String,
    /// The ordered quantity.
    pub quantity: String,
    /// The filled quantity; none where the dialect does not tell.
    pub filled: Option<String>,
    /// The limit price; none where there is none.
    pub price: Option<String>,
    /// The status; none where the dialect does not tell.
    pub status: Option<String>,
}

/// Why a call had no good end.
#[derive(Debug)]
pub enum Failure {
    /// The gateway said no.
    Refused(String),
    /// There was no answer: the caller cannot know what became of it.
    Lost(String),
}

impl Seen {
    /// The same with numbers in their shortest spelling, since each dialect pads them by rules of its own.
    #[must_use]
    pub fn shortest(mut self) -> Self {
        self.quantity = shortest(&self.quantity);
        self.filled = self.filled.as_deref().map(shortest);
        self.price = self.price.as_deref().map(shortest);
        self
    }
}

fn shortest(number: &str) -> String {
    if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        number.to_owned()
    }
}

impl Failure {
    fn refused(reply: &Reply) -> Self {
        Self::Refused(reply.to_string())
    }

    fn lost(error: &impl fmt::Display) -> Self {
        Self::Lost(error.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(answer) => write!(f, "refused: {answer}"),
            Self::Lost(cause) => write!(f, "no answer: {cause}"),
        }
    }
}

/// A client of one dialect, for the account `demo`.
pub trait Dialect: Send {
    /// The facade's name.
    fn name(&self) -> &'static str;

    /// Places an order and answers its id in this dialect, once it has been acknowledged.
    ///
    /// # Errors
    /// When it is refused, or nobody answers.
    fn place(&mut self, ticket: &Ticket) -> Result<String, Failure>;

    /// Reads an order; none when the dialect says that there is no such order.
    ///
    /// # Errors
    /// When reading is refused for another reason, or nobody answers.
    fn read(&mut self, id: &str) -> Result<Option<Seen>, Failure>;

    /// Cancels an order.
    ///
    /// # Errors
    /// When it is refused, or nobody answers.
    fn cancel(&mut self, id: &str) -> Result<(), Failure>;
}

/// A client of each dialect, in the order of [`crate::gateway::FACADES`].
#[must_use]
pub fn all(gateway: &Gateway) -> Vec<Box<dyn Dialect>> {
    vec![
        Box::new(Oms::new(gateway.url("oms"))),
        Box::new(Revx::new(gateway.url("revx"))),
        Box::new(Espresso::new(gateway.url("espresso"))),
        Box::new(Oanda::new(gateway.url("oanda"))),
        Box::new(Clearstreet::new(gateway.url("clearstreet"))),
    ]
}
