//! What goes out comes in again: any order that the engine can have, from whatever dialect.

use std::sync::Arc;

use order_engine::{
    BasisPoints, Command, Offset, Order, OrderClass, OrderKind, PlaceOrder, Price, PriceBound,
    PriceDifference, Quantity, RestatedStatus, SelfMatch, Side, Size, TimeInForce, Timestamp,
};
use proptest::prelude::*;
use rust_decimal::Decimal;
use testkit::TestEngine;

use super::placing::placing_request;
use super::terms::trails;
use super::{Asked, Book, order_state, place, restate};
use crate::config::Config;
use crate::directory::{Directory, Lexicon};
use crate::wire::{ClientRequest, Names, OrderState, Shape, Whole, Written, parse};

fn price() -> impl Strategy<Value = Price> {
    (3_000_i64..9_000).prop_map(|cents| Price::new(Decimal::new(cents, 2)).unwrap())
}

fn kind() -> impl Strategy<Value = OrderKind> {
    prop_oneof![
        Just(OrderKind::Market),
        price().prop_map(|price| OrderKind::Limit { price }),
        price().prop_map(|rest_at| OrderKind::MarketToLimit { rest_at }),
        price().prop_map(|trigger| OrderKind::Stop { trigger }),
        (price(), price()).prop_map(|(trigger, price)| OrderKind::StopLimit { trigger, price }),
        price().prop_map(|trigger| OrderKind::MarketIfTouched { trigger }),
        offset().prop_map(|offset| OrderKind::TrailingStop { offset }),
        (offset(), -500_i64..500).prop_map(|(offset, cents)| {
            let limit_offset = PriceDifference::new(Decimal::new(cents, 2));
            OrderKind::TrailingStopLimit { offset, limit_offset }
        }),
    ]
}

fn offset() -> impl Strategy<Value = Offset> {
    prop_oneof![
        (1_i64..2_000).prop_map(|cents| Offset::Price(Price::new(Decimal::new(cents, 2)).unwrap())),
        (1_u32..2_000).prop_map(|rate| Offset::BasisPoints(BasisPoints::new(rate))),
    ]
}

fn size() -> impl Strategy<Value = Size> {
    prop_oneof![
        4 => (1_i64..100_000, 0_u32..5)
            .prop_map(|(digits, scale)| Size::Base(Quantity::new(Decimal::new(digits, scale)).unwrap())),
        1 => (1_i64..100_000).prop_map(|cents| {
            Size::Quote(order_engine::Amount::from_decimal(Decimal::new(cents, 2)).unwrap())
        }),
    ]
}

fn time_in_force() -> impl Strategy<Value = TimeInForce> {
    prop_oneof![
        Just(TimeInForce::Day),
        Just(TimeInForce::Gtc),
        Just(TimeInForce::Ioc),
        Just(TimeInForce::Fok),
        (1_u64..1 << 50).prop_map(|nanos| TimeInForce::Gtd(testkit::START.plus_nanos(nanos))),
    ]
}

fn bound() -> impl Strategy<Value = Option<Price>> {
    proptest::option::weighted(0.2, price())
}

prop_compose! {
    fn terms()(
        side in prop_oneof![Just(Side::Buy), Just(Side::Sell)],
        kind in kind(),
        size in size(),
        time_in_force in time_in_force(),
        (post_only, refuses) in (proptest::bool::weighted(0.2), any::<bool>()),
        extended_hours in any::<Option<bool>>(),
        (lower, upper) in (bound(), bound()),
        staged in any::<bool>(),
    ) -> (Side, PlaceOrder) {
        let nowhere = (order_engine::AccountId::HOUSE, order_engine::InstrumentId::new(0));
        (side, PlaceOrder {
            time_in_force,
            post_only,
            self_match: if refuses { SelfMatch::Refuse } else { SelfMatch::Allow },
            extended_hours,
            price_bound: PriceBound { lower, upper },
            staged_until: staged.then(|| testkit::START.plus_seconds(60)),
            ..PlaceOrder::new(nowhere.0, nowhere.1, side, kind, size)
        })
    }
}

/// Orders that an engine has taken, with the commands that placed them.
fn taken(terms: Vec<(Side, PlaceOrder)>) -> (TestEngine, Vec<(PlaceOrder, Arc<Order>)>) {
    let engine = testkit::engine();
    // What waits for the last trade of a share needs one to begin with.
    let size = Size::Base(Quantity::new(Decimal::ONE).unwrap());
    let (maker, share) = (engine.account("maker"), engine.instrument("TSLA"));
    engine.apply(&Command::PlaceOrder(PlaceOrder::new(maker, share, Side::Buy, OrderKind::Market, size)));
    let mut orders = Vec::new();
    for (_, command) in terms {
        let instrument = engine.instrument("TSLA");
        let command = PlaceOrder { account: engine.account("demo"), instrument, ..command };
        if let Ok(outcome) = engine.submit(Command::PlaceOrder(command.clone())) {
            orders.push((command, outcome.order().cloned().unwrap()));
        }
    }
    (engine, orders)
}

/// What arrives of a message, the same in either form.
fn sent<T: Shape + Whole + PartialEq + std::fmt::Debug>(message: &T) -> T {
    let text = serde_json::to_string(&Written(message, Names::Compact)).unwrap();
    let arrived = parse(text.as_bytes()).unwrap();
    assert_eq!(T::decode(&message.encode()).as_ref(), Some(&arrived));
    arrived
}

#[test]
fn a_short_sale_is_shown_and_placed_as_one() {
    let engine = testkit::engine();
    engine.adjust("demo", "MSFT", "-10000");
    let size = Size::Base(Quantity::new(Decimal::ONE).unwrap());
    let (account, share) = (engine.account("demo"), engine.instrument("MSFT"));
    let sale = PlaceOrder::new(account, share, Side::Sell, OrderKind::Market, size);
    let sale = PlaceOrder { short_sale: true, time_in_force: TimeInForce::Ioc, ..sale };
    let order = engine.apply(&Command::PlaceOrder(sale)).order().cloned().unwrap();
    let directory = Directory::new(&Config::development());
    let lexicon = Lexicon::new(&directory, engine.handle().views().reference());
    let request: ClientRequest = sent(&placing_request(&order, &lexicon).unwrap().value);
    let new = request.new.as_ref().unwrap();
    assert_eq!(new.side, crate::wire::Side::ShortSell);
    let asked = Asked { request: &request, account, id: None };
    assert!(place(&asked, new, &lexicon).unwrap().value.short_sale);
    let book = Book { lexicon, remove_finished_at: 0 };
    let shown = order_state(&order, &book).unwrap();
    assert_eq!(sent(&shown.value).side, crate::wire::Side::ShortSell);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_placing_request_places_the_same_order(terms in proptest::collection::vec(terms(), 8..32)) {
        let (engine, orders) = taken(terms);
        let directory = Directory::new(&Config::development());
        let lexicon = Lexicon::new(&directory, engine.handle().views().reference());
        for (command, order) in orders {
            let Some(request) = placing_request(&order, &lexicon) else {
                let unknown_yet = order.is_staged() && trails(order.kind);
                prop_assert!(unknown_yet || order.kind.class() == OrderClass::MarketIfTouched);
                continue;
            };
            let lost: Vec<&str> = request.losses.iter().map(|loss| loss.field).collect();
            let trails = trails(order.kind);
            let fired = order.trigger.is_some_and(|trigger| trigger.fired_at.is_some());
            let properties = [command.staged_until.is_some(), trails, fired];
            let properties = properties.into_iter().filter(|dropped| *dropped).map(|_| "Properties");
            prop_assert_eq!(lost, trails.then_some("OrderType").into_iter().chain(properties).collect::<Vec<_>>());
            let request: ClientRequest = sent(&request.value);
            let asked = Asked { request: &request, account: command.account, id: None };
            let again = place(&asked, request.new.as_ref().unwrap(), &lexicon).unwrap().value;
            let market_refusal = again.market_refusal;
            let kind = match (command.kind, order.trigger, order.limit_price()) {
                (OrderKind::TrailingStop { .. }, Some(trigger), _) => OrderKind::Stop { trigger: trigger.price },
                (OrderKind::TrailingStopLimit { .. }, Some(trigger), Some(price)) => {
                    OrderKind::StopLimit { trigger: trigger.price, price }
                }
                (kind, _, _) => kind,
            };
            prop_assert_eq!(again, PlaceOrder { kind, staged_until: None, market_refusal, ..command });
        }
    }

    #[test]
    fn overwriting_an_order_with_itself_changes_nothing(terms in proptest::collection::vec(terms(), 8..32)) {
        let (engine, orders) = taken(terms);
        let directory = Directory::new(&Config::development());
        let lexicon = Lexicon::new(&directory, engine.handle().views().reference());
        let book = Book { lexicon, remove_finished_at: 0 };
        for (_, order) in orders {
            let order = engine.handle().views().order(order.id).unwrap();
            let shown = order_state(&order, &book).unwrap();
            let lost = shown.losses.iter().any(|loss| loss.field == "OrderType");
            prop_assert_eq!(lost, trails(order.kind) || order.kind.class() == OrderClass::MarketIfTouched);
            let shown: OrderState = sent(&shown.value);
            let command = restate(&order, &shown, &book, testkit::START).unwrap().value;
            let terms = (command.price, command.quantity, command.time_in_force, command.status);
            prop_assert_eq!(terms, (None, None, None, RestatedStatus::Keep));
            engine.apply(&Command::RestateOrder(command));
            let after = engine.handle().views().order(order.id).unwrap();
            prop_assert_eq!(order_state(&after, &book).unwrap().value, shown);
        }
    }
}

#[test]
fn times_beyond_the_engines_calendar_are_its_nearest() {
    let clamped = |text: &str| super::timestamp(crate::wire::Moment::parse(text).unwrap());
    assert_eq!(clamped("1969-12-31T23:59:59Z"), Timestamp::EPOCH);
    assert_eq!(clamped("9999-12-31T23:59:59Z"), Timestamp::from_nanos(u64::MAX));
}
