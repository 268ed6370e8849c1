//! What comes back when an order is read and placed again: everything but what the loss list names.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Arc;

use facade_kit::LossKind;
use order_engine::{
    Amount, Annotations, BasisPoints, ClientOrderId, Command, Offset, Order, OrderClass, OrderKind,
    PlaceOrder, Price, PriceBound, PriceDifference, Quantity, SelfMatch, Side, Size, TimeInForce,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rust_decimal::Decimal;
use testkit::TestEngine;

use super::orders::{OrderView, listed, placing_request};
use super::pairs::Pairs;
use super::placing;
use crate::wire::orders::{LimitConfiguration, MarketConfiguration, OrderConfiguration};

/// Terms by small numbers, which any instrument can make prices and quantities of.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "independent coins of a random order")]
struct Sketch {
    instrument: usize,
    side: Side,
    kind: u8,
    ticks: i64,
    lots: i64,
    by_quote: bool,
    time_in_force: u8,
    post_only: bool,
    bounded: bool,
    extended_hours: Option<bool>,
    staged: bool,
    client_order_id: Option<String>,
    annotated: bool,
}

fn sketch() -> impl Strategy<Value = Sketch> {
    let id = prop_oneof![
        Just(None),
        "[a-z0-9]{8}-[a-z]{4}".prop_map(Some),
        any::<u128>().prop_map(|bits| Some(uuid::Uuid::from_u128(bits).to_string())),
    ];
    let side = prop_oneof![Just(Side::Buy), Just(Side::Sell)];
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let numbers = (0..9_usize, 0..8_u8, -50..50_i64, 1..40_i64, 0..5_u8);
    (numbers, side, flags, any::<Option<bool>>(), id).prop_map(
        |((instrument, kind, ticks, lots, time_in_force), side, flags, extended_hours, client_order_id)| {
            let (by_quote, post_only, bounded, staged, annotated) = flags;
            Sketch {
                instrument,
                side,
                kind,
                ticks,
                lots,
                by_quote,
                time_in_force,
                post_only: post_only && kind == 1,
                bounded,
                extended_hours,
                staged,
                client_order_id,
                annotated,
            }
        },
    )
}

impl Sketch {
    fn command(&self, engine: &TestEngine) -> PlaceOrder {
        let views = engine.handle();
        let reference = views.views().reference();
        let instrument = &reference.instruments()[self.instrument];
        let market = views.views().market(instrument.id).unwrap();
        let tick = instrument.definition.tick.decimal();
        let touch = market.quote.unwrap().bid.decimal();
        let price = Price::new(touch + tick * Decimal::from(self.ticks)).unwrap();
        let quantity = instrument.definition.minimum_quantity.decimal() * Decimal::from(self.lots);
        let size = if self.by_quote {
            let whole = (quantity * touch).ceil() + Decimal::from(10);
            Size::Quote(Amount::from_decimal(whole).unwrap())
        } else {
            Size::Base(Quantity::new(quantity.normalize()).unwrap())
        };
        let kind = match self.kind {
            0 => OrderKind::Market,
            1 => OrderKind::Limit { price },
            2 => OrderKind::MarketToLimit { rest_at: price },
            3 => OrderKind::Stop { trigger: price },
            4 => OrderKind::StopLimit { trigger: price, price },
            5 => OrderKind::MarketIfTouched { trigger: price },
            6 => OrderKind::TrailingStop { offset: Offset::BasisPoints(BasisPoints::new(100)) },
            _ => OrderKind::TrailingStopLimit {
                offset: Offset::Price(Price::new(tick * Decimal::from(self.lots)).unwrap()),
                limit_offset: PriceDifference::new(tick * Decimal::from(self.ticks)),
            },
        };
        let now = engine.handle().now();
        let bound = self.bounded.then(|| Price::new(touch * Decimal::TWO).unwrap());
        let account = engine.account("demo");
        let mut command = PlaceOrder::new(account, instrument.id, self.side, kind, size);
        command.time_in_force = match self.time_in_force {
            0 => TimeInForce::Gtc,
            1 => TimeInForce::Day,
            2 => TimeInForce::Ioc,
            3 => TimeInForce::Fok,
            _ => TimeInForce::Gtd(now.plus_seconds(600)),
        };
        command.post_only = self.post_only;
        command.price_bound = PriceBound { lower: None, upper: bound };
        command.extended_hours = self.extended_hours;
        command.staged_until = self.staged.then(|| now.plus_seconds(60));
        command.client_order_id =
            self.client_order_id.as_deref().map(|text| ClientOrderId::new(text).unwrap());
        if self.annotated {
            command.annotations = Annotations::new([("other.key", "text")]).unwrap();
        }
        command
    }
}

/// Reads an order as the request that places it, and reads that request. The fields of the losses come with it.
/// Nothing when the order's price is not known yet.
fn placed_again(engine: &TestEngine, order: &Arc<Order>) -> Option<(PlaceOrder, BTreeSet<&'static str>)> {
    let pairs = Pairs::new(engine.handle().views().reference(), Arc::default());
    let view = OrderView::new(order, &pairs, None).unwrap();
    let request = placing_request(&view)?;
    let body = serde_json::to_vec(&request.value).unwrap();
    let placing = placing::place(&body, order.account, &pairs)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&body)));
    Some((placing.command, request.losses.iter().map(|loss| loss.field).collect()))
}

/// Names of the terms in which two orders differ.
fn differences(one: &PlaceOrder, other: &PlaceOrder) -> BTreeSet<&'static str> {
    let differs = [
        ("instrument", one.instrument != other.instrument),
        ("side", one.side != other.side),
        ("type", one.kind != other.kind),
        ("size", one.size != other.size),
        ("time_in_force", one.time_in_force != other.time_in_force),
        ("execution_instructions", one.post_only != other.post_only),
        ("price_bound", one.price_bound != other.price_bound),
        ("self_match", one.self_match != other.self_match),
        ("extended_hours", one.extended_hours != other.extended_hours),
        ("client_order_id", one.client_order_id != other.client_order_id),
        ("staged_until", one.staged_until != other.staged_until),
        ("annotations", one.annotations != other.annotations),
    ];
    differs.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect()
}

#[test]
fn an_order_of_any_dialect_loses_exactly_what_the_list_says() {
    let engine = testkit::engine();
    let taken = Cell::new(0);
    let mut runner = TestRunner::new(Config { cases: 400, failure_persistence: None, ..Config::default() });
    let result = runner.run(&sketch(), |sketch| {
        let command = sketch.command(&engine);
        // What the engine refuses is no order.
        let Ok(outcome) = engine.submit(Command::PlaceOrder(command.clone())) else { return Ok(()) };
        taken.set(taken.get() + 1);
        let order = outcome.order().cloned().unwrap();
        let Some((again, losses)) = placed_again(&engine, &order) else {
            let class = order.kind.class();
            prop_assert_eq!((sketch.staged, class), (true, OrderClass::TrailingStopLimit));
            return Ok(());
        };
        prop_assert_eq!(differences(&command, &again), losses, "{:?}", order);
        Ok(())
    });
    result.unwrap();
    assert!(taken.get() > 100, "only {} orders were taken", taken.get());
}

#[test]
fn what_a_trigger_cannot_say_is_listed() {
    let engine = testkit::engine();
    let pairs = Pairs::new(engine.handle().views().reference(), Arc::default());
    let losses = |terms: &str| {
        let id = facade_kit::name_uuid("test", terms);
        let common =
            format!(r#""account":"demo","symbol":"BTC-USD","quantity":"0.1","client_order_id":"{id}""#);
        let order = engine.place(&serde_json::from_str(&format!("{{{common},{terms}}}")).unwrap());
        let shown = listed(&OrderView::new(&order, &pairs, None).unwrap());
        shown.losses.iter().map(|loss| (loss.field, loss.kind)).collect::<Vec<_>>()
    };
    assert_eq!(losses(r#""side":"buy","type":"stop","trigger":"130000""#), []);
    assert_eq!(
        losses(r#""side":"buy","type":"stop-limit","trigger":"130000","price":"130100","tif":"ioc""#),
        []
    );
    assert_eq!(losses(r#""side":"buy","type":"market-if-touched","trigger":"110000""#), []);
    let day = losses(r#""side":"sell","type":"stop","trigger":"110000","tif":"day""#);
    assert_eq!(day, [("time_in_force", LossKind::Collapsed)]);
    let all_or_none = losses(r#""side":"sell","type":"stop","trigger":"110000","tif":"fok""#);
    assert_eq!(all_or_none, [("time_in_force", LossKind::Collapsed)]);
    let trailing = losses(r#""side":"sell","type":"trailing-stop","offset_bp":100"#);
    assert_eq!(trailing, [("trigger_price", LossKind::Collapsed)]);
    let staged = losses(
        r#""side":"buy","type":"market-if-touched","trigger":"110000","staged_until":"2026-01-05T16:00:00Z""#,
    );
    assert_eq!(staged, [("staged_until", LossKind::Dropped), ("conditional", LossKind::Dropped)]);
}

/// A request of this dialect, as a client may write it.
fn own_request() -> impl Strategy<Value = crate::wire::orders::PlaceOrder> {
    let instructions = prop_oneof![
        Just(None),
        Just(Some(serde_json::json!([]))),
        Just(Some(serde_json::json!(["allow_taker"]))),
        Just(Some(serde_json::json!(["post_only"]))),
    ];
    let time_in_force = prop_oneof![Just(None), Just(Some("gtc".into())), Just(Some("ioc".into()))];
    let side = prop_oneof![Just("buy"), Just("sell"), Just("SELL")];
    (any::<u128>(), side, any::<bool>(), any::<bool>(), 1..1_000_i64, instructions, time_in_force).prop_map(
        |(id, side, is_limit, by_quote, number, execution_instructions, time_in_force)| {
            let text = |scale: u32| Some(Decimal::new(number, scale).to_string().into());
            let (base_size, quote_size) = if by_quote { (None, text(0)) } else { (text(4), None) };
            let configuration = if is_limit {
                let price = Some(Decimal::new(11_900_000 + number * 50, 2).to_string().into());
                let limit = LimitConfiguration {
                    base_size,
                    quote_size,
                    price,
                    time_in_force,
                    execution_instructions,
                };
                OrderConfiguration { limit: Some(limit), market: None }
            } else {
                OrderConfiguration {
                    limit: None,
                    market: Some(MarketConfiguration { base_size, quote_size }),
                }
            };
            crate::wire::orders::PlaceOrder {
                client_order_id: Some(uuid::Uuid::from_u128(id).to_string().into()),
                symbol: Some("BTC-USD".into()),
                side: Some(side.into()),
                order_configuration: serde_json::to_value(configuration).ok(),
            }
        },
    )
}

#[test]
fn an_order_of_this_dialect_loses_nothing() {
    let engine = testkit::engine();
    let pairs = Pairs::new(engine.handle().views().reference(), Arc::default());
    let taken = Cell::new(0);
    let mut runner = TestRunner::new(Config { cases: 300, failure_persistence: None, ..Config::default() });
    let result = runner.run(&own_request(), |request| {
        let body = serde_json::to_vec(&request).unwrap();
        let command = placing::place(&body, engine.account("demo"), &pairs).unwrap().command;
        prop_assert_eq!(command.self_match, SelfMatch::Refuse);
        let Ok(outcome) = engine.submit(Command::PlaceOrder(command.clone())) else { return Ok(()) };
        taken.set(taken.get() + 1);
        let (again, losses) = placed_again(&engine, &outcome.order().cloned().unwrap()).unwrap();
        prop_assert_eq!(losses, BTreeSet::new());
        prop_assert_eq!(again, command);
        Ok(())
    });
    result.unwrap();
    assert!(taken.get() > 100, "only {} orders were taken", taken.get());
}

proptest! {
    #[test]
    fn no_body_is_a_panic(body in proptest::collection::vec(any::<u8>(), 0..200), text in ".{0,80}") {
        let engine = testkit::engine();
        let pairs = Pairs::new(engine.handle().views().reference(), Arc::default());
        let account = engine.account("demo");
        prop_assert!(placing::place(&body, account, &pairs).is_err());
        let json = serde_json::json!({ "client_order_id": text, "symbol": text });
        prop_assert!(placing::place(json.to_string().as_bytes(), account, &pairs).is_err());
        prop_assert!(placing::Replacing::read(&body).is_err());
    }
}
