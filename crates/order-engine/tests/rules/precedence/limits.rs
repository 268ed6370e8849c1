//! Limit orders, with every two faults that one can have at once.

use order_engine::{
    Amount, Command, Exits, OrderKind, PlaceOrder, PriceBound, SelfMatch, Side, Size, TimeInForce,
};

use super::*;

/// What goes with nothing else.
const EVERYTHING: &[&str] = &[
    "account",
    "bound",
    "client id",
    "exits",
    "greatest value",
    "instrument",
    "market",
    "post only",
    "price",
    "reduces",
    "release",
    "short",
    "size",
    "staging",
    "time in force",
];

/// In the order in which they are answered.
fn faults() -> Vec<Fault<PlaceOrder>> {
    vec![
        fault("UnknownAccount", &["account"], |_, order| order.account = order_engine::AccountId::new(99)),
        fault("AccountNotOpen", &["account"], |world, order| {
            order.account = BOB;
            suspend(world, BOB);
        }),
        fault("UnknownInstrument", &["instrument"], |_, order| {
            order.instrument = order_engine::InstrumentId::new(99);
        }),
        fault("AlreadyExists", EVERYTHING, |world, order| {
            order.client_order_id = Some(client_id("same"));
            world.place(order.clone()).unwrap();
        }),
        fault("ExistsWithDifferent", &["client id"], |world, order| {
            order.client_order_id = Some(client_id("used"));
            use_id(world, order.account);
        }),
        second("ExpiryInPast", "of a staging", &["staging"], |_, order| order.staged_until = Some(START)),
        fault("ReleaseInPast", &["release"], |_, order| order.release_at = Some(START)),
        fault("Combination", &["post only", "time in force"], |_, order| {
            (order.post_only, order.time_in_force) = (true, TimeInForce::Ioc);
        }),
        fault("Combination", &["bound"], |_, order| order.price_bound = crossed()),
        fault("Combination", &["exits", "reduces"], |_, order| {
            order.reduce_only = true;
            order.exits = Exits { take_profit: Some(price("150")), ..Exits::NONE };
        }),
        fault("Combination", &["exits"], |_, order| order.exits = in_pips()),
        fault("SizeNotPositive", &["size"], |_, order| order.size = Size::Quote(Amount::ZERO)),
        fault("SizeNotPositive", &["size"], |_, order| order.size = Size::Base(quantity("0"))),
        fault("QuantityTooPrecise", &["size"], |_, order| order.size = Size::Base(quantity("1.0001"))),
        second("Overflow", "of a quantity", &["size"], |_, order| {
            order.size = Size::Base(quantity(TOO_LARGE));
        }),
        fault("PriceTooPrecise", &["price"], |_, order| {
            order.kind = OrderKind::Limit { price: price("98.001") }
        }),
        fault("PriceTooLarge", &["price"], |_, order| {
            order.kind = OrderKind::Limit { price: price(TOO_LARGE) }
        }),
        second("PriceTooPrecise", "of a bound", &["bound"], |_, order| {
            order.price_bound.lower = Some(price("0.001"));
        }),
        second("PriceTooPrecise", "of an exit", &["exits"], |_, order| {
            order.exits = Exits { take_profit: Some(price("150.001")), ..Exits::NONE };
        }),
        fault("QuantityTooLarge", &["size"], |_, order| order.size = Size::Base(quantity("101"))),
        fault("NotionalTooSmall", &["size"], |_, order| order.size = Size::Base(quantity("0.001"))),
        second("BeyondBound", "of its own limit", &["bound", "price"], |_, order| {
            order.kind = OrderKind::Limit { price: price("102") };
            order.price_bound = PriceBound { lower: None, upper: Some(price("90")) };
        }),
        fault("ContractExpired", &["instrument", "size", "market"], |_, order| order.instrument = BTC_CALL),
        fault("ExpiryInPast", &["time in force"], |_, order| order.time_in_force = TimeInForce::Gtd(START)),
        fault("TradingHalted", &["market"], |world, _| halt(world)),
        fault("MarketClosed", &["market"], |world, _| world.wait_seconds(300)),
        fault("OffsetOutOfRange", &["exits"], |_, order| order.exits = too_far()),
        fault("TakeProfitOnWrongSide", &["exits"], |_, order| {
            order.exits = Exits { take_profit: Some(price("50")), ..Exits::NONE };
        }),
        fault("StopLossOnWrongSide", &["exits"], |_, order| {
            order.exits = Exits { stop_loss: Some(price("15000")), ..Exits::NONE };
        }),
        fault("BeyondBound", &["bound", "price", "size"], |_, order| {
            order.kind = OrderKind::Market;
            order.price_bound = PriceBound { lower: None, upper: Some(price("50")) };
        }),
        fault("QuantityAbovePosition", &["reduces", "exits"], |_, order| order.reduce_only = true),
        fault("ShortSaleForbidden", &["short"], |_, order| order.short_sale = true),
        fault("InsufficientFunds", &["price", "size"], |_, order| {
            order.kind = OrderKind::Limit { price: price("9000") };
            order.size = Size::Base(quantity("90"));
        }),
        fault("NotFillable", &["price", "size", "time in force"], |_, order| {
            order.kind = OrderKind::Limit { price: price("101") };
            order.size = Size::Base(quantity("50"));
            order.time_in_force = TimeInForce::Fok;
        }),
        fault("WouldTakeLiquidity", &["price", "post only"], |_, order| {
            order.kind = OrderKind::Limit { price: price("102") };
            order.post_only = true;
        }),
        fault("SelfMatch", &["price"], |_, order| {
            order.kind = OrderKind::Limit { price: price("100") };
            order.self_match = SelfMatch::Refuse;
        }),
        fault("NotionalTooLarge", &["greatest value"], |world, _| allow(world, "0.05")),
    ]
}

const TABLE: Table<PlaceOrder> = Table {
    world: || (open_market(), limit(ALICE, Side::Buy, "1", "98")),
    command: Command::PlaceOrder,
    faults,
};

/// In a market whose ticks and lots are no powers of ten.
fn stepped_faults() -> Vec<Fault<PlaceOrder>> {
    vec![
        fault("QuantityTooPrecise", &["size"], |_, order| order.size = Size::Base(quantity("2.55"))),
        fault("QuantityOffLot", &["size"], |_, order| order.size = Size::Base(quantity("2"))),
        fault("PriceTooPrecise", &["price"], |_, order| {
            order.kind = OrderKind::Limit { price: price("20.051") };
        }),
        fault("PriceOffTick", &["price"], |_, order| order.kind = OrderKind::Limit { price: price("20.01") }),
        second("PriceTooPrecise", "of a bound", &["bound"], |_, order| {
            order.price_bound.lower = Some(price("0.001"));
        }),
        fault("QuantityTooLarge", &["size"], |_, order| order.size = Size::Base(quantity("1002.5"))),
        fault("InsufficientFunds", &["funds"], |world, _| {
            world.run(deposit(ALICE, USD, "-99990")).unwrap();
        }),
    ]
}

/// In a market whose least quantity is more than a lot.
fn small_faults() -> Vec<Fault<PlaceOrder>> {
    vec![
        fault("PriceTooPrecise", &["price"], |_, order| {
            order.kind = OrderKind::Limit { price: price("0.50001") };
        }),
        fault("QuantityTooSmall", &["size"], |_, order| order.size = Size::Base(quantity("4"))),
        fault("ExpiryInPast", &["time in force"], |_, order| order.time_in_force = TimeInForce::Gtd(START)),
        fault("InsufficientFunds", &["funds"], |world, _| {
            world.run(deposit(ALICE, USD, "-99999")).unwrap();
        }),
    ]
}

fn in_instrument(instrument: order_engine::InstrumentId, size: &str, at: &str) -> PlaceOrder {
    PlaceOrder { instrument, ..limit(ALICE, Side::Buy, size, at) }
}

pub(super) fn tables() -> Vec<Box<dyn Check>> {
    let table = |world, faults| Box::new(Table { world, command: Command::PlaceOrder, faults });
    let stepped = || (crate::steps::world(), in_instrument(crate::steps::STEPPED, "5", "20.05"));
    vec![
        Box::new(TABLE),
        table(stepped, stepped_faults),
        table(|| (World::new(), in_instrument(ADA_USD, "10", "0.5")), small_faults),
    ]
}

#[test]
fn the_first_of_two_reasons_is_the_answer() {
    for table in tables() {
        table.check();
    }
}

#[test]
fn the_page_has_this_order() {
    let mut told: Vec<String> = Vec::new();
    for fault in faults() {
        let of = fault.of.map_or_else(String::new, |of| format!(" {of}"));
        told.push(format!("`{}`{of}", fault.answer));
    }
    told.dedup();
    let told = told.join(", ");
    let page = include_str!("../../../../../docs/orders.md").replace('\n', " ");
    assert!(page.contains(&told), "docs/orders.md should have:\n{told}");
}
