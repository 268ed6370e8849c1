//! Properties of the translation, on orders that the engine has made.

use std::sync::Arc;

use facade_kit::LossKind;
use order_engine::{
    Amount, BasisPoints, ClientOrderId, Command, Exits, Offset, Order, OrderKind, PlaceOrder, Price,
    PriceBound, PriceDifference, Quantity, SelfMatch, Side, Size, TimeInForce, Timestamp,
};
use proptest::prelude::*;
use rust_decimal::Decimal;
use testkit::TestEngine;

use super::{Books, Stage, balances, order, place, request};
use crate::config::Config;
use crate::naming::Directory;
use crate::wire::NewOrder;

fn directory(engine: &TestEngine) -> Directory {
    Directory::new(engine.handle().views().reference(), &Config::development().instruments)
}

/// Terms that a dialect may bring along: symbol, ticks from the market, lots, and everything that has two values.
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
#[derive(Debug, Clone)]
struct Terms {
    symbol: &'static str,
    price: Decimal,
    quantity: Decimal,
    side: Side,
    kind: u8,
    time_in_force: TimeInForce,
    by_amount: bool,
    post_only: bool,
    is_bounded: bool,
    allows_self_match: bool,
    extended_hours: Option<bool>,
}

fn terms() -> impl Strategy<Value = Terms> {
    let market = prop_oneof![
        (Just("TSLA"), 4_000..6_000_i64, Just(2_u32), 1..50_000_i64, Just(4_u32)),
        (Just("BTC-USD"), 11_000_000..13_000_000_i64, Just(2_u32), 1..5_000_i64, Just(7_u32)),
        (Just("EUR-USD"), 100_000..130_000_i64, Just(5_u32), 1..500_i64, Just(0_u32)),
    ];
    let time_in_force = prop_oneof![
        Just(TimeInForce::Day),
        Just(TimeInForce::Gtc),
        Just(TimeInForce::Ioc),
        Just(TimeInForce::Fok),
        (1..1_000_000_000_000_u64).prop_map(|nanos| TimeInForce::Gtd(testkit::START.plus_nanos(nanos))),
    ];
    let side = prop_oneof![Just(Side::Buy), Just(Side::Sell)];
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<Option<bool>>());
    (market, side, 0..9_u8, time_in_force, flags).prop_map(|(market, side, kind, time_in_force, flags)| {
        let (symbol, ticks, price_scale, lots, quantity_scale) = market;
        let (by_amount, post_only, is_bounded, allows_self_match, extended_hours) = flags;
        Terms {
            symbol,
            price: Decimal::new(ticks, price_scale),
            quantity: Decimal::new(lots, quantity_scale),
            side,
            kind,
            time_in_force,
            by_amount,
            post_only,
            is_bounded,
            allows_self_match,
            extended_hours,
        }
    })
}

/// A kind for each number; distances are a tenth of the price and such.
fn kind(terms: &Terms) -> OrderKind {
    let scale = terms.price.scale();
    let price = Price::new(terms.price).unwrap();
    let part = |divisor: i64| (terms.price / Decimal::from(divisor)).trunc_with_scale(scale);
    let trigger = Price::new(terms.price - part(50)).unwrap();
    let offset = Offset::Price(Price::new(part(10)).unwrap());
    let rate = Offset::BasisPoints(BasisPoints::new(115));
    match terms.kind {
        0 => OrderKind::Market,
        1 => OrderKind::Limit { price },
        2 => OrderKind::MarketToLimit { rest_at: price },
        3 => OrderKind::Stop { trigger },
        4 => OrderKind::StopLimit { trigger, price },
        5 => OrderKind::MarketIfTouched { trigger },
        6 => OrderKind::TrailingStop { offset: rate },
        7 => OrderKind::TrailingStopLimit { offset, limit_offset: PriceDifference::new(part(100)) },
        _ => OrderKind::TrailingStopLimit { offset: rate, limit_offset: PriceDifference::new(-part(100)) },
    }
}

/// An engine in which shares have been traded, so that there is something to follow.
fn traded() -> TestEngine {
    let engine = testkit::engine();
    let trade = PlaceOrder::new(
        engine.account("maker"),
        engine.instrument("TSLA"),
        Side::Buy,
        OrderKind::Market,
        Size::Base(Quantity::new(Decimal::ONE).unwrap()),
    );
    engine.apply(&Command::PlaceOrder(trade));
    engine
}

fn command(terms: &Terms, engine: &TestEngine, number: u64) -> PlaceOrder {
    let kind = kind(terms);
    let size = if terms.by_amount && terms.kind == 0 {
        Size::Quote(Amount::from_decimal(terms.price).unwrap())
    } else {
        Size::Base(Quantity::new(terms.quantity).unwrap())
    };
    let bound = PriceBound { lower: Some(Price::new(Decimal::ONE).unwrap()), upper: None };
    PlaceOrder {
        time_in_force: terms.time_in_force,
        post_only: terms.post_only && terms.kind == 1 && terms.time_in_force.may_rest(),
        price_bound: if terms.is_bounded { bound } else { PriceBound::default() },
        self_match: if terms.allows_self_match { SelfMatch::Allow } else { SelfMatch::Refuse },
        extended_hours: terms.extended_hours,
        client_order_id: Some(ClientOrderId::new(&format!("id-{number}")).unwrap()),
        ..PlaceOrder::new(engine.account("demo"), engine.instrument(terms.symbol), terms.side, kind, size)
    }
}

/// The fields that one loss list names.
fn lost(losses: &[facade_kit::Loss], field: &str) -> bool {
    losses.iter().any(|loss| loss.field == field)
}

/// Places the order here that a request text describes.
fn placed_again(text: &str, placed: &Order, directory: &Directory) -> PlaceOrder {
    let again: NewOrder = serde_json::from_str(text).unwrap();
    place(&again, placed.account, directory).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Rendering an order as a request and reading that request gives the same order back, but for what the losses say.
    #[test]
    fn a_request_loses_only_what_it_says(all in prop::collection::vec(terms(), 1..40)) {
        let engine = traded();
        let directory = directory(&engine);
        for (number, terms) in (0..).zip(&all) {
            let command = command(terms, &engine, number);
            let Ok(outcome) = engine.submit(Command::PlaceOrder(command.clone())) else { continue };
            let placed = outcome.order().cloned().unwrap();
            let told = request(&placed, &directory).unwrap();
            let again = placed_again(&serde_json::to_string(&told.value).unwrap(), &placed, &directory);
            let kept = |field: &str| !lost(&told.losses, field);

            prop_assert_eq!(again.instrument, command.instrument);
            prop_assert_eq!(again.side, command.side);
            prop_assert_eq!(again.time_in_force, command.time_in_force);
            prop_assert_eq!(&again.client_order_id, &command.client_order_id);
            prop_assert_eq!(again.kind == command.kind, kept("order_type"));
            prop_assert_eq!(again.size == command.size, kept("quantity"));
            prop_assert_eq!(again.post_only == command.post_only, kept("post_only"));
            prop_assert_eq!(again.price_bound == command.price_bound, kept("price_bound"));
            prop_assert_eq!(again.self_match == command.self_match, kept("self_match"));
            prop_assert_eq!(again.extended_hours == command.extended_hours, kept("extended_hours"));
        }
    }

    /// Any order can be shown, and the quantities add up.
    #[test]
    fn every_order_can_be_shown(all in prop::collection::vec(terms(), 1..40)) {
        let engine = traded();
        let directory = directory(&engine);
        for (number, terms) in (0..).zip(&all) {
            let _ = engine.submit(Command::PlaceOrder(command(terms, &engine, number)));
        }
        let number = |text: &str| text.parse::<Decimal>().unwrap();
        for placed in engine.handle().views().orders(engine.account("demo")) {
            let shown = order(&placed, Stage::Current, 19816, &directory).unwrap().value;
            let (filled, leaves) = (number(&shown.filled_quantity), number(&shown.leaves_quantity));
            prop_assert_eq!(number(&shown.quantity), placed.quantity.decimal());
            prop_assert!(filled + leaves <= placed.quantity.decimal());
            prop_assert_eq!(shown.average_fill_price.is_some(), !filled.is_zero());
            prop_assert_eq!(!leaves.is_zero(), !placed.status.is_closed());
            prop_assert_eq!(shown.trailing_stop_px.is_some(), shown.trailing_offset.is_some());
            prop_assert_eq!(shown.trailing_limit_px.is_some(), shown.limit_offset.is_some());
        }
    }
}

fn only(engine: &TestEngine, terms: &Terms) -> Arc<Order> {
    engine.apply(&Command::PlaceOrder(command(terms, engine, 0))).order().cloned().unwrap()
}

#[test]
fn losses_name_what_this_dialect_cannot_say() {
    let engine = testkit::engine();
    let directory = directory(&engine);
    let terms = Terms {
        symbol: "BTC-USD",
        price: Decimal::new(10_000_000, 2),
        quantity: Decimal::new(1, 2),
        side: Side::Buy,
        kind: 1,
        time_in_force: TimeInForce::Gtc,
        by_amount: false,
        post_only: true,
        is_bounded: true,
        allows_self_match: false,
        extended_hours: None,
    };
    let shown = order(&only(&engine, &terms), Stage::Current, 19816, &directory).unwrap();
    let losses: Vec<(&str, LossKind)> = shown.losses.iter().map(|loss| (loss.field, loss.kind)).collect();
    assert_eq!(
        losses,
        [
            ("post_only", LossKind::Dropped),
            ("price_bound", LossKind::Dropped),
            ("venue", LossKind::Defaulted),
            ("instrument_type", LossKind::Collapsed),
        ]
    );
}

#[test]
fn exits_and_reducing_only_are_told_as_lost() {
    let engine = testkit::engine();
    let directory = directory(&engine);
    let place = |side, kind, terms: &dyn Fn(&mut PlaceOrder)| {
        let size = Size::Base(Quantity::new(Decimal::TEN).unwrap());
        let mut order =
            PlaceOrder::new(engine.account("demo"), engine.instrument("EUR-USD"), side, kind, size);
        terms(&mut order);
        engine.apply(&Command::PlaceOrder(order)).order().cloned().unwrap()
    };
    let stop_loss = Some(Price::new(Decimal::ONE).unwrap());
    let bought =
        place(Side::Buy, OrderKind::Market, &|order| order.exits = Exits { stop_loss, ..Exits::NONE });
    let far = OrderKind::Limit { price: Price::new(Decimal::TWO).unwrap() };
    let closing = place(Side::Sell, far, &|order| order.reduce_only = true);
    for (placed, field) in [(bought, "exits"), (closing, "reduce_only")] {
        let shown = order(&placed, Stage::Current, 19816, &directory).unwrap();
        assert!(lost(&shown.losses, field), "{field}: {:?}", shown.losses);
    }
}

#[test]
fn a_share_ordered_here_loses_nothing() {
    let engine = testkit::engine();
    let directory = directory(&engine);
    let entry = r#"{"order_type":"LIMIT","quantity":"10","side":"BUY","symbol":"TSLA","time_in_force":"GOOD_TILL_DATE",
        "limit_price":"48.00","id":"mine","expires_at":"2026-02-01T00:00:00.123456789Z","extended_hours":true}"#;
    let entry: NewOrder = serde_json::from_str(entry).unwrap();
    let command = place(&entry, engine.account("demo"), &directory).unwrap();
    assert_eq!(command.time_in_force, TimeInForce::Gtd(Timestamp::from_nanos(1_769_904_000_123_456_789)));
    let placed = engine.apply(&Command::PlaceOrder(command)).order().cloned().unwrap();
    assert_eq!(order(&placed, Stage::Current, 19816, &directory).unwrap().losses, []);
    let told = request(&placed, &directory).unwrap();
    assert_eq!((told.value, told.losses), (entry, Vec::new()));
}

#[test]
fn an_order_to_be_touched_is_told_as_what_comes_nearest() {
    let engine = testkit::engine();
    let directory = directory(&engine);
    for (number, trigger, side, word, limit, stop) in [
        (0, "119000.00", Side::Buy, "LIMIT", Some("119000.00"), None),
        (1, "121000.00", Side::Buy, "STOP", None, Some("121000.00")),
        (2, "121000.00", Side::Sell, "LIMIT", Some("121000.00"), None),
        (3, "119000.00", Side::Sell, "STOP", None, Some("119000.00")),
    ] {
        let kind = OrderKind::MarketIfTouched { trigger: Price::new(trigger.parse().unwrap()).unwrap() };
        let size = Size::Base(Quantity::new(Decimal::new(1, 2)).unwrap());
        let command = PlaceOrder {
            client_order_id: Some(ClientOrderId::new(&format!("id-{number}")).unwrap()),
            self_match: SelfMatch::Refuse,
            ..PlaceOrder::new(engine.account("demo"), engine.instrument("BTC-USD"), side, kind, size)
        };
        let placed = engine.apply(&Command::PlaceOrder(command)).order().cloned().unwrap();
        let shown = order(&placed, Stage::Current, 19816, &directory).unwrap();
        assert_eq!(
            (shown.value.order_type.word(), shown.value.stop_price.as_deref()),
            ("OTHER", Some(trigger))
        );
        assert!(lost(&shown.losses, "order_type"));
        let told = request(&placed, &directory).unwrap();
        assert_eq!(
            (
                told.value.order_type.word(),
                told.value.limit_price.as_deref(),
                told.value.stop_price.as_deref()
            ),
            (word, limit, stop)
        );
        let [loss] = told.losses.as_slice() else { panic!("{:?}", told.losses) };
        assert_eq!((loss.field, loss.kind, &*loss.to), ("order_type", LossKind::Collapsed, word));
    }
}

#[test]
fn absurd_holdings_are_valued_without_a_fault() {
    let engine = testkit::engine();
    let directory = directory(&engine);
    for _ in 0..3 {
        engine.adjust("demo", "TSLA", "1000000000000000");
        engine.adjust("demo", "USD", "1000000000000000");
    }
    engine.quote("TSLA", "900000.00", "900000.01", "1", "1");
    let handle = engine.handle();
    let views = handle.views();
    let account = engine.account("demo");
    let holdings = views.holdings(account).unwrap();
    let books = Books {
        holdings: &holdings,
        directory: &directory,
        markets: directory.listings().iter().map(|listing| views.market(listing.instrument.id)).collect(),
        executions: std::collections::BTreeMap::new(),
        now: handle.now(),
    };
    let reference = views.reference();
    let shown = balances(&books, 19816, reference.account(account).unwrap());
    assert_eq!(shown.settled_cash, "3000000010000000.00");
    assert!(shown.equity.len() > 20 && !shown.equity.starts_with('-'), "{}", shown.equity);
}
