//! An order that any dialect placed, as the request that would place it here: sent, it gives the same order, but for what
//! the list of losses says.
#![expect(clippy::unwrap_used, reason = "a failed expectation of a test is reported by panicking")]

mod terms;

use std::collections::BTreeSet;

use facade_kit::{IdSource, LossKind, MountPoint, Translated};
use facade_oanda::{Config, Translator};
use order_engine::{
    Command, Offset, Order, OrderId, OrderKind, OrderStatus, Price, PriceBound, Reference, SelfMatch, Side,
    TimeInForce,
};
use proptest::prelude::*;
use rust_decimal::Decimal;
use terms::terms;
use testkit::http::Request;
use testkit::{TestEngine, TestServer};

/// Sends a form, and gives back the order that the engine then has.
fn place_here(engine: &TestEngine, server: &TestServer, form: &str, known: OrderId) -> Option<Order> {
    let token = Config::development().credentials["demo"].token.reveal().to_owned();
    let request = Request::new("POST", "/v1/accounts/12345/orders")
        .with_header("Authorization", &format!("Bearer {token}"))
        .with_body(form);
    let reply = server.send(&request);
    if reply.status >= 400 {
        return None;
    }
    let orders = engine.handle().views().orders(engine.account("demo"));
    let placed = orders.last().filter(|order| order.id != known).unwrap();
    Some(Order::clone(placed))
}

/// A distance in units of price; one that is a part of the price stays what it is.
fn in_price(reference: &Reference, order: &Order, offset: Offset) -> String {
    let instrument = reference.instrument(order.instrument).unwrap();
    match offset {
        Offset::Price(distance) => distance.decimal().normalize().to_string(),
        Offset::Pips(pips) => {
            let pip = instrument
                .definition
                .pip
                .map_or(instrument.definition.tick.decimal() * Decimal::TEN, Price::decimal);
            (pips.decimal() * pip).normalize().to_string()
        }
        Offset::BasisPoints(points) => format!("{} basis points", points.get()),
    }
}

fn lost(translated: &Translated<String>) -> BTreeSet<&'static str> {
    translated.losses.iter().map(|loss| loss.field).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn a_request_places_the_same_order_but_for_its_losses(terms in terms()) {
        let engine = testkit::engine();
        let Ok(outcome) = engine.submit(Command::PlaceOrder(terms.command(&engine))) else {
            // The engine would not have it; there is nothing to translate.
            return Ok(());
        };
        let order = outcome.order().cloned().unwrap();
        let reference = engine.handle().views().reference();
        let translated = Translator::new(&Config::development()).request(&reference, &order);
        let lost = lost(&translated);

        let mount = facade_oanda::mount(
            Config::development(), engine.handle(), IdSource::counted(), MountPoint::root());
        let server = testkit::serve(mount);
        let Some(again) = place_here(&engine, &server, &translated.value, order.id) else {
            // Units that are cut to nothing, and an order that must be filled whole, may be refused.
            prop_assert!(lost.contains("units") || lost.contains("type"), "{translated:?}");
            return Ok(());
        };
        prop_assert_eq!(again.instrument, order.instrument);
        prop_assert_eq!(again.side, order.side);
        prop_assert!(again.kind == order.kind || lost.contains("type"), "{:?} {:?}", again.kind, order.kind);
        prop_assert!(again.quantity == order.quantity || lost.contains("units"));
        prop_assert!(again.price_bound == order.price_bound || lost.contains("type"));
        prop_assert!(
            again.time_in_force == order.time_in_force || lost.contains("expiry") || lost.contains("type"));
        prop_assert!(again.post_only == order.post_only || lost.contains("postOnly"));
        prop_assert!(again.extended_hours == order.extended_hours || lost.contains("extendedHours"));
        prop_assert_eq!(again.exits.take_profit, order.exits.take_profit);
        prop_assert_eq!(again.exits.stop_loss, order.exits.stop_loss);
        let distance = |order: &Order| order.exits.trailing.map(|offset| in_price(&reference, order, offset));
        prop_assert!(
            distance(&again) == distance(&order) || lost.contains("trailingStop"),
            "{:?} {:?}", again.exits, order.exits);
        prop_assert!(again.reduce_only == order.reduce_only || lost.contains("reduceOnly"));
        prop_assert!(again.client_order_id == order.client_order_id || lost.contains("clientOrderId"));
        prop_assert!(again.self_match == order.self_match || lost.contains("selfMatch"));
        let is_staged = |order: &Order| order.status == OrderStatus::PendingNew;
        prop_assert!(is_staged(&again) == is_staged(&order) || lost.contains("status"));
    }

    #[test]
    fn a_shown_order_says_what_it_leaves_out(terms in terms()) {
        let engine = testkit::engine();
        let Ok(outcome) = engine.submit(Command::PlaceOrder(terms.command(&engine))) else { return Ok(()) };
        let order = outcome.order().cloned().unwrap();
        let reference = engine.handle().views().reference();
        let translated = Translator::new(&Config::development()).order(&reference, &order);
        check_shown(&reference, &order, &translated)?;
    }
}

/// Every member of a shown order is the order's own, or is in the list of losses.
fn check_shown(
    reference: &Reference,
    order: &Order,
    translated: &Translated<String>,
) -> Result<(), TestCaseError> {
    let shown: serde_json::Value = serde_json::from_str(&translated.value).unwrap();
    let lost = lost(translated);
    let decimal = |name: &str| shown[name].to_string().parse::<Decimal>().unwrap();
    prop_assert_eq!(shown["id"].as_u64(), Some(order.id.get()));
    let symbol = reference.instrument(order.instrument).unwrap().symbol().as_str().to_owned();
    prop_assert!(shown["instrument"].as_str().unwrap().replace('_', "-").starts_with(&symbol));
    prop_assert!(decimal("units") == order.quantity.decimal() || lost.contains("units"));
    let unset = |price: Option<Price>| price.map_or(Decimal::ZERO, Price::decimal);
    match order.kind {
        OrderKind::Limit { price } => prop_assert_eq!(decimal("price"), price.decimal()),
        OrderKind::Stop { trigger } | OrderKind::MarketIfTouched { trigger } => {
            prop_assert_eq!(decimal("price"), trigger.decimal());
        }
        OrderKind::MarketToLimit { .. } => prop_assert!(lost.contains("type")),
        OrderKind::StopLimit { .. }
        | OrderKind::TrailingStop { .. }
        | OrderKind::TrailingStopLimit { .. } => {
            prop_assert!(lost.contains("type"));
            let is_waiting = order.trigger.filter(|trigger| trigger.fired_at.is_none());
            // A staged order has no trigger yet: its own is the one that it will have, unless that follows the market.
            let staged = order.kind.trigger_price().filter(|_| order.trigger.is_none());
            let price = is_waiting.map(|trigger| trigger.price).or(staged).or(order.limit_price());
            prop_assert!(price.is_some() || lost.contains("price"));
            prop_assert_eq!(decimal("price"), unset(price));
        }
        OrderKind::Market => prop_assert!(lost.contains("price")),
    }
    let PriceBound { lower, upper } = order.price_bound;
    let waits = matches!(order.kind, OrderKind::StopLimit { .. } | OrderKind::TrailingStopLimit { .. });
    let has_fired = order.trigger.is_some_and(|trigger| trigger.fired_at.is_some());
    let limit = order.limit_price().filter(|_| waits && !has_fired);
    prop_assert_eq!(
        decimal("upperBound"),
        match (order.side, limit) {
            (Side::Buy, Some(limit)) => upper.map_or(limit, |upper| upper.min(limit)).decimal(),
            (Side::Buy, None) | (Side::Sell, _) => unset(upper),
        }
    );
    prop_assert_eq!(
        decimal("lowerBound"),
        match (order.side, limit) {
            (Side::Sell, Some(limit)) => lower.map_or(limit, |lower| lower.max(limit)).decimal(),
            (Side::Sell, None) | (Side::Buy, _) => unset(lower),
        }
    );
    let is_whole = |until: order_engine::Timestamp| until.as_nanos().is_multiple_of(1_000_000_000);
    let is_said = matches!(order.time_in_force, TimeInForce::Gtd(until) if is_whole(until));
    prop_assert_eq!(is_said, !lost.contains("expiry"));
    let exits = &order.exits;
    prop_assert_eq!(decimal("takeProfit"), exits.take_profit.map_or(Decimal::ZERO, Price::decimal));
    prop_assert_eq!(decimal("stopLoss"), exits.stop_loss.map_or(Decimal::ZERO, Price::decimal));
    let is_shown = !decimal("trailingStop").is_zero();
    prop_assert!(is_shown == exits.trailing.is_some() || lost.contains("trailingStop"), "{exits:?}");
    prop_assert_eq!(order.reduce_only, lost.contains("reduceOnly"));
    prop_assert_eq!(order.self_match == SelfMatch::Refuse, lost.contains("selfMatch"));
    prop_assert_eq!(order.client_order_id.is_some(), lost.contains("clientOrderId"));
    prop_assert_eq!(order.post_only, lost.contains("postOnly"));
    prop_assert_eq!(order.extended_hours.is_some(), lost.contains("extendedHours"));
    Ok(())
}

#[test]
fn the_losses_of_an_order_that_waits_are_named() {
    let engine = testkit::engine();
    let reference = engine.handle().views().reference();
    let translator = Translator::new(&Config::development());
    let check = |placement: serde_json::Value, (from, to): (&str, &str), form: &str| {
        let order = engine.place(&serde_json::from_value(placement).unwrap());
        for translated in [translator.request(&reference, &order), translator.order(&reference, &order)] {
            let loss = translated.losses.iter().find(|loss| loss.field == "type").unwrap();
            assert_eq!((loss.kind, loss.from.as_str(), loss.to.as_str()), (LossKind::Collapsed, from, to));
        }
        assert_eq!(translator.request(&reference, &order).value, form);
    };
    check(
        serde_json::json!({
            "account": "demo", "symbol": "EUR-USD", "side": "buy", "type": "stop-limit", "trigger": "1.2",
            "price": "1.2005", "quantity": "10", "tif": "gtd", "until": "2026-02-01T00:00:00Z"
        }),
        ("stop limit", "stop within a bound"),
        "instrument=EUR_USD&units=10&side=buy&type=stop&price=1.2&expiry=2026-02-01T00%3A00%3A00.000000Z\
         &upperBound=1.2005",
    );
    check(
        serde_json::json!({
            "account": "demo", "symbol": "EUR-USD", "side": "sell", "type": "trailing-stop-limit",
            "offset_bp": 100, "limit_offset": "0.001", "quantity": "10", "tif": "gtd",
            "until": "2026-02-01T00:00:00Z"
        }),
        ("stop limit trailing by 100 basis points", "stop within a bound"),
        "instrument=EUR_USD&units=10&side=sell&type=stop&price=1.18474\
         &expiry=2026-02-01T00%3A00%3A00.000000Z&lowerBound=1.18374",
    );
    check(
        serde_json::json!({
            "account": "demo", "symbol": "EUR-USD", "side": "sell", "type": "trailing-stop",
            "offset": "0.005", "quantity": "10", "tif": "gtd", "until": "2026-02-01T00:00:00Z"
        }),
        ("stop trailing by 0.005", "stop"),
        "instrument=EUR_USD&units=10&side=sell&type=stop&price=1.19171\
         &expiry=2026-02-01T00%3A00%3A00.000000Z",
    );
}

#[test]
fn the_losses_of_an_order_from_elsewhere_are_named() {
    let engine = testkit::engine();
    let placement = serde_json::json!({
        "account": "demo", "symbol": "BTC-USD", "side": "buy", "type": "limit", "price": "100000.00",
        "quantity": "1.5", "post_only": true, "client_order_id": "mine"
    });
    let order = engine.place(&serde_json::from_value(placement).unwrap());
    let reference = engine.handle().views().reference();
    let translated = Translator::new(&Config::development()).order(&reference, &order);
    let losses: Vec<(&str, LossKind, &str, &str)> = translated
        .losses
        .iter()
        .map(|loss| (loss.field, loss.kind, loss.from.as_str(), loss.to.as_str()))
        .collect();
    assert_eq!(
        losses,
        [
            ("units", LossKind::Rounded, "1.5", "1"),
            ("expiry", LossKind::Defaulted, "", "4102444800.000000000"),
            ("clientOrderId", LossKind::Dropped, "mine", ""),
            ("postOnly", LossKind::Dropped, "true", ""),
        ]
    );
}
