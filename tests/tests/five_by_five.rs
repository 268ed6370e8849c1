//! One ledger, five dialects: what is placed in any of them is read in all of them, each in its own words.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helper functions too"
)]

use dragoman_tests::dialects::{self, Clearstreet, Dialect, OrderIds, Seen, Ticket};
use dragoman_tests::gateway::{Data, FACADES, Gateway};

/// An instrument that every dialect can trade in whole units.
const COMMON: &str = "ADA-USDM";

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Working,
    PartlyFilled(u32),
    Filled,
    Canceled,
}

/// The dialects of one gateway.
struct Floor {
    dialects: Vec<Box<dyn Dialect>>,
    ledger: Clearstreet,
    // Dropped last: it ends the process.
    gateway: Gateway,
}

impl Floor {
    fn open() -> Self {
        let gateway = Gateway::start(Data::Ephemeral);
        Self {
            dialects: dialects::all(&gateway),
            ledger: Clearstreet::new(gateway.url("clearstreet")),
            gateway,
        }
    }

    fn dialect(&mut self, name: &str) -> &mut dyn Dialect {
        self.dialects.iter_mut().find(|dialect| dialect.name() == name).unwrap().as_mut()
    }

    /// Places in one dialect; answers the ids that the order has in all of them.
    fn place(&mut self, placed_in: &str, ticket: &Ticket) -> OrderIds {
        let id = self.dialect(placed_in).place(ticket).unwrap_or_else(|error| panic!("{placed_in}: {error}"));
        let newest = self.ledger.order_ids().unwrap().pop().unwrap();
        // OANDA names the trade that a market order opened, and not the order.
        if placed_in != "oanda" || ticket.price.is_some() {
            assert!(newest.is(placed_in, &id), "{placed_in} says {id}, the ledger {newest:?}");
        }
        newest
    }

    /// Reads the order in every dialect and compares with what that dialect must say.
    fn expect(&mut self, ids: &OrderIds, ticket: &Ticket, stage: Stage, context: &str) {
        for name in FACADES {
            let seen = self.dialect(name).read(&ids.in_dialect(name));
            let seen = seen.unwrap_or_else(|error| panic!("{context}, read in {name}: {error}"));
            let wanted = expected(name, ids, ticket, stage, seen.as_ref());
            assert_eq!(seen.map(Seen::shortest), wanted, "{context}, read in {name}");
        }
    }
}

/// What a dialect must say; none where it must not know the order.
fn expected(
    dialect: &str,
    ids: &OrderIds,
    ticket: &Ticket,
    stage: Stage,
    seen: Option<&Seen>,
) -> Option<Seen> {
    if dialect == "oanda" && !matches!(stage, Stage::Working | Stage::PartlyFilled(_)) {
        return None;
    }
    let filled = match stage {
        Stage::Working | Stage::Canceled => 0,
        Stage::PartlyFilled(quantity) => quantity,
        Stage::Filled => ticket.quantity,
    };
    // A market order has no price of its own; what Espresso shows in its place is its reference price.
    let price = ticket.price.clone().or_else(|| match dialect {
        "espresso" => seen.and_then(|seen| seen.clone().shortest().price),
        _ => None,
    });
    // OANDA shows what is still to be filled; the others show what was ordered.
    let quantity = if dialect == "oanda" { ticket.quantity - filled } else { ticket.quantity };
    Some(Seen {
        id: ids.in_dialect(dialect),
        symbol: symbol(dialect, &ticket.instrument),
        side: side(dialect).to_owned(),
        quantity: quantity.to_string(),
        filled: (dialect != "oanda").then(|| filled.to_string()),
        price,
        status: status(dialect, stage).map(str::to_owned),
    })
}

fn symbol(dialect: &str, instrument: &str) -> String {
    let pair = if instrument.contains('-') { instrument.to_owned() } else { format!("{instrument}-USD") };
    match dialect {
        "oms" | "clearstreet" => instrument.to_owned(),
        "revx" => pair.replace('-', "/"),
        "espresso" => pair.replace('-', ""),
        "oanda" => pair.replace('-', "_"),
        other => panic!("no dialect {other}"),
    }
}

fn side(dialect: &str) -> &'static str {
    match dialect {
        "oms" => "SIDE_BUY",
        "clearstreet" => "BUY",
        _ => "buy",
    }
}

fn status(dialect: &str, stage: Stage) -> Option<&'static str> {
    let [working, partly, filled, canceled] = match dialect {
        "oms" => ["OnMarket", "PartialFill", "Filled", "Cancelled"],
        "revx" => ["new", "partially_filled", "filled", "cancelled"],
        "espresso" => ["open", "open", "closed", "cancelled"],
        "clearstreet" => ["NEW", "PARTIALLY_FILLED", "FILLED", "CANCELED"],
        "oanda" => return None,
        other => panic!("no dialect {other}"),
    };
    Some(match stage {
        Stage::Working => working,
        Stage::PartlyFilled(_) => partly,
        Stage::Filled => filled,
        Stage::Canceled => canceled,
    })
}

/// The instrument that a dialect's vendor would trade, and a price far from its market.
fn natural(dialect: &str) -> Ticket {
    match dialect {
        "oms" => Ticket::bid("TSLA", 7, "20.25"),
        "revx" => Ticket::bid("BTC-USD", 2, "60000.55"),
        "espresso" => Ticket::bid(COMMON, 100, "0.5123"),
        "oanda" => Ticket::bid("EUR-USD", 1500, "0.91234"),
        "clearstreet" => Ticket::bid("AAPL", 3, "100.75"),
        other => panic!("no dialect {other}"),
    }
}

#[test]
fn an_order_placed_in_each_dialect_is_read_in_each_of_the_five() {
    let mut floor = Floor::open();
    for placed_in in FACADES {
        for ticket in [natural(placed_in), Ticket::bid(COMMON, 25, "0.4321")] {
            let ids = floor.place(placed_in, &ticket);
            let context = format!("{} placed in {placed_in}", ticket.instrument);
            floor.expect(&ids, &ticket, Stage::Working, &context);
        }
    }
}

#[test]
fn an_order_placed_in_each_dialect_is_canceled_in_each_of_the_five() {
    let mut floor = Floor::open();
    for placed_in in FACADES {
        for canceled_in in FACADES {
            let ticket = Ticket::bid(COMMON, 25, "0.4321");
            let ids = floor.place(placed_in, &ticket);
            let context = format!("placed in {placed_in}, canceled in {canceled_in}");
            let canceled = floor.dialect(canceled_in).cancel(&ids.in_dialect(canceled_in));
            canceled.unwrap_or_else(|error| panic!("{context}: {error}"));
            floor.expect(&ids, &ticket, Stage::Canceled, &context);
        }
    }
}

#[test]
fn a_market_order_placed_in_each_dialect_is_filled_in_each_of_the_five() {
    let mut floor = Floor::open();
    for placed_in in FACADES {
        let ticket = Ticket::market(COMMON, 25);
        let ids = floor.place(placed_in, &ticket);
        floor.expect(&ids, &ticket, Stage::Filled, &format!("market order placed in {placed_in}"));
    }
}

#[test]
fn a_part_filled_order_is_part_filled_in_each_of_the_five() {
    let mut floor = Floor::open();
    for placed_in in FACADES {
        // The house sells ten below the order's limit, and no more at that price.
        floor.gateway.quote(COMMON, ["0.9290", "0.9310", "1000000", "10"]);
        let ticket = Ticket::bid(COMMON, 25, "0.9311");
        let ids = floor.place(placed_in, &ticket);
        floor.expect(&ids, &ticket, Stage::PartlyFilled(10), &format!("placed in {placed_in}"));

        let canceled = floor.dialect(placed_in).cancel(&ids.in_dialect(placed_in));
        canceled.unwrap_or_else(|error| panic!("{placed_in}: {error}"));
    }
}
