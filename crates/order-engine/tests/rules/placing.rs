//! Taking orders: what fills, what rests, what is refused, and what it does to balances.

use crate::support::*;
use order_engine::{
    Annotations, Combination, Command, DefinitionFault, DefinitionPart, InstrumentDefinition, MarketRefusal,
    OrderField, OrderKind, OrderStatus, PlaceOrder, PriceBound, Reject, ReleaseOrder, SelfMatch, Side, Size,
    StatusReason, Symbol, TimeInForce,
};

#[test]
fn a_limit_order_rests_and_holds_what_it_needs() {
    let mut world = World::new();
    let buy = world.place(limit(ALICE, Side::Buy, "0.5", "30000.00")).unwrap();
    assert_eq!(buy.status, OrderStatus::New);
    assert_eq!(buy.leaves, quantity("0.5"));
    assert_eq!(world.held(ALICE, USD), amount("15000"));
    let sell = world.place(limit(ALICE, Side::Sell, "2", "31000.00")).unwrap();
    assert_eq!(sell.status, OrderStatus::New);
    assert_eq!(world.held(ALICE, BTC), amount("2"));
    let depth = world.engine.depth(BTC_USD, 10);
    assert_eq!((depth.bids[0].price, depth.asks[0].quantity), (price("30000"), quantity("2")));
}

#[test]
fn fills_happen_at_the_resting_price_in_time_order_and_release_the_surplus() {
    let mut world = World::new();
    let first = world.place(limit(BOB, Side::Sell, "0.3", "29900")).unwrap();
    let second = world.place(limit(BOB, Side::Sell, "0.3", "29900")).unwrap();
    let buy = world.place(limit(ALICE, Side::Buy, "0.5", "30000")).unwrap();
    assert_eq!(buy.status, OrderStatus::Filled);
    assert_eq!(buy.average_price().unwrap().to_string(), "29900");
    assert_eq!(world.order(first.id).status, OrderStatus::Filled);
    assert_eq!(world.order(second.id).leaves, quantity("0.1"));
    assert_eq!(world.held(ALICE, USD), amount("0"));
    assert_eq!(world.total(ALICE, USD), amount("85050"));
    assert_eq!(world.total(BOB, BTC), amount("9.5"));
    assert_eq!(world.held(BOB, BTC), amount("0.1"));
}

#[test]
fn a_market_order_takes_the_houses_quote() {
    let mut world = World::new();
    world.run(quote(BTC_USD, "29990", "30010", "5")).unwrap();
    let outcome =
        world.run(Command::PlaceOrder(market(ALICE, Side::Buy, Size::Base(quantity("0.1"))))).unwrap();
    let executions: Vec<_> = outcome.executions().collect();
    assert_eq!(executions.len(), 1);
    assert_eq!(executions[0].price, price("30010"));
    assert_eq!(outcome.order().cloned().unwrap().status, OrderStatus::Filled);
    assert_eq!(world.total(ALICE, USD), amount("96999"));
}

#[test]
fn a_market_order_by_quote_amount_spends_no_more_than_that() {
    let mut world = World::new();
    world.run(quote(BTC_USD, "29990", "30000", "5")).unwrap();
    let buy = world.place(market(ALICE, Side::Buy, Size::Quote(amount("1000")))).unwrap();
    assert_eq!(buy.status, OrderStatus::Filled);
    assert_eq!(buy.filled, quantity("0.033"));
    assert_eq!(buy.filled_notional, amount("990"));
    let sell = world.place(market(ALICE, Side::Sell, Size::Quote(amount("1000")))).unwrap();
    assert_eq!(sell.filled, quantity("0.033"));
    assert_eq!(world.held(ALICE, BTC), amount("0"));
}

#[test]
fn a_thin_book_fills_what_it_has_and_the_rest_is_canceled() {
    let mut world = World::new();
    world.run(quote(BTC_USD, "29990", "30000", "0.2")).unwrap();
    let base = world.place(market(ALICE, Side::Buy, Size::Base(quantity("0.5")))).unwrap();
    assert_eq!((base.status, base.filled), (OrderStatus::Canceled, quantity("0.2")));
    assert_eq!(base.reason, Some(StatusReason::NotFilledAtOnce));
    let sell = world.place(market(ALICE, Side::Sell, Size::Quote(amount("30000")))).unwrap();
    assert_eq!((sell.status, sell.filled), (OrderStatus::Canceled, quantity("0.2")));
    assert_eq!(world.held(ALICE, USD), amount("0"));
    assert_eq!(world.held(ALICE, BTC), amount("0"));
}

#[test]
fn times_in_force_decide_what_becomes_of_the_rest() {
    let mut world = World::new();
    world.run(quote(BTC_USD, "29990", "30000", "0.2")).unwrap();
    let with = |time_in_force| PlaceOrder { time_in_force, ..limit(ALICE, Side::Buy, "0.5", "30000") };
    let whole = world.place(with(TimeInForce::Fok)).unwrap_err();
    assert_eq!(whole, Reject::NotFillable { ordered: quantity("0.5"), fillable: quantity("0.2") });
    let now = world.place(with(TimeInForce::Ioc)).unwrap();
    assert_eq!((now.status, now.filled), (OrderStatus::Canceled, quantity("0.2")));
    let until = TimeInForce::Gtd(world.now.plus_seconds(10));
    let resting = world.place(with(until)).unwrap();
    assert_eq!(resting.expires_at, Some(world.now.plus_seconds(10)));
    world.wait_seconds(20);
    let applied = world.apply(Command::Tick);
    assert_eq!(applied.due.len(), 1);
    let expired = world.order(resting.id);
    assert_eq!(expired.status, OrderStatus::Expired);
    assert_eq!(expired.updated_at, START.plus_seconds(10));
    assert_eq!(world.held(ALICE, USD), amount("0"));
}

#[test]
fn a_day_order_ends_with_its_day() {
    let mut world = World::new();
    let day = PlaceOrder { time_in_force: TimeInForce::Day, ..limit(ALICE, Side::Buy, "0.5", "30000") };
    let order = world.place(day).unwrap();
    assert_eq!(order.expires_at, Some(START.next_time_of_day(0)));
    assert_eq!(world.engine.next_due(), order.expires_at);
}

#[test]
fn commission_is_taken_from_what_is_received() {
    let mut world = World::new();
    let order = |account, side, size: &str| PlaceOrder {
        instrument: ADA_USD,
        kind: OrderKind::Limit { price: price("0.9200") },
        size: Size::Base(quantity(size)),
        ..limit(account, side, "1", "1")
    };
    world.place(order(BOB, Side::Sell, "40")).unwrap();
    let buy =
        PlaceOrder { kind: OrderKind::Limit { price: price("0.93") }, ..order(ALICE, Side::Buy, "100") };
    let buy = world.place(buy).unwrap();
    assert_eq!((buy.commission, buy.commission_asset), (amount("0.04"), ADA));
    assert_eq!(buy.held.unwrap().amount, amount("55.8"));
    assert_eq!(world.total(ALICE, ADA), amount("10039.96"));
    assert_eq!(world.total(BOB, USD), amount("100036.7632"));
}

#[test]
fn what_breaks_a_rule_is_refused_with_the_numbers_and_changes_nothing() {
    let mut world = World::new();
    world.run(quote(BTC_USD, "29990", "30000", "5")).unwrap();
    let order = || limit(ALICE, Side::Buy, "0.5", "29000");
    let sized = |size: &str| PlaceOrder { size: Size::Base(quantity(size)), ..order() };
    let priced = |at: &str| PlaceOrder { kind: OrderKind::Limit { price: price(at) }, ..order() };
    let own = limit(ALICE, Side::Sell, "0.1", "29995");
    world.place(own).unwrap();
    let cases = [
        (
            PlaceOrder { account: order_engine::AccountId::new(9), ..order() },
            Reject::UnknownAccount(order_engine::AccountId::new(9)),
        ),
        (
            PlaceOrder { account: order_engine::AccountId::HOUSE, ..order() },
            Reject::UnknownAccount(order_engine::AccountId::HOUSE),
        ),
        (
            PlaceOrder { instrument: order_engine::InstrumentId::new(9), ..order() },
            Reject::UnknownInstrument(order_engine::InstrumentId::new(9)),
        ),
        (
            PlaceOrder { post_only: true, ..market(ALICE, Side::Buy, Size::Base(quantity("1"))) },
            Reject::Combination(Combination::PostOnlyWithoutLimit),
        ),
        (
            PlaceOrder { post_only: true, time_in_force: TimeInForce::Ioc, ..order() },
            Reject::Combination(Combination::PostOnlyImmediate),
        ),
        (sized("0"), Reject::SizeNotPositive),
        (sized("0.0005"), Reject::QuantityTooPrecise { given: quantity("0.0005"), scale: 3 }),
        (sized("100.001"), Reject::QuantityTooLarge { given: quantity("100.001"), maximum: quantity("100") }),
        (priced("29000.001"), Reject::PriceTooPrecise { given: price("29000.001"), scale: 2 }),
        (priced("0.01"), Reject::NotionalTooSmall { given: amount("0.005"), minimum: amount("1") }),
        (
            PlaceOrder { time_in_force: TimeInForce::Gtd(START), ..order() },
            Reject::ExpiryInPast { expiry: START, now: START },
        ),
        (
            sized("90"),
            Reject::InsufficientFunds { asset: USD, needed: amount("2610000"), available: amount("100000") },
        ),
        (
            limit(ALICE, Side::Sell, "11", "40000"),
            Reject::InsufficientFunds { asset: BTC, needed: amount("11"), available: amount("9.9") },
        ),
        (
            PlaceOrder { post_only: true, ..priced("30000") },
            Reject::WouldTakeLiquidity { best: price("29995") },
        ),
        (
            PlaceOrder {
                price_bound: PriceBound { lower: None, upper: Some(price("29994")) },
                ..market(ALICE, Side::Buy, Size::Base(quantity("1")))
            },
            Reject::BeyondBound { upper: true, bound: price("29994"), market: price("29995") },
        ),
    ];
    let before = world.engine.state_hash();
    for (command, expected) in cases {
        let checked = world.engine.check(world.now, &Command::PlaceOrder(command.clone())).unwrap_err();
        assert_eq!(checked, expected);
        assert_eq!(world.place(command).unwrap_err(), expected);
        assert_eq!(world.engine.state_hash(), before, "{expected} changed something");
    }
}

#[test]
fn an_order_that_meets_its_own_account_is_refused_when_asked() {
    let mut world = World::new();
    let resting = world.place(limit(ALICE, Side::Sell, "0.1", "30000")).unwrap();
    let own = PlaceOrder { self_match: SelfMatch::Refuse, ..limit(ALICE, Side::Buy, "0.1", "30000") };
    let expected = Reject::SelfMatch { order: resting.id, price: price("30000"), side: Side::Buy };
    assert_eq!(world.place(own).unwrap_err(), expected);
    assert!(world.place(limit(ALICE, Side::Buy, "0.1", "30000")).is_ok());
}

#[test]
fn what_the_market_refuses_can_be_recorded() {
    let mut world = World::new();
    world.run(quote(BTC_USD, "29990", "30000", "5")).unwrap();
    let crossing = PlaceOrder {
        post_only: true,
        market_refusal: MarketRefusal::Record,
        ..limit(ALICE, Side::Buy, "0.5", "30000")
    };
    let order = world.place(crossing).unwrap();
    assert_eq!(order.status, OrderStatus::Rejected);
    assert_eq!(order.refusal(), Some(&Reject::WouldTakeLiquidity { best: price("30000") }));
    assert_eq!(world.held(ALICE, USD), amount("0"));
}

#[test]
fn a_client_order_id_is_used_once() {
    let mut world = World::new();
    let order =
        PlaceOrder { client_order_id: Some(client_id("one")), ..limit(ALICE, Side::Buy, "0.5", "20000") };
    let placed = world.place(order.clone()).unwrap();
    assert_eq!(world.place(order.clone()).unwrap_err(), Reject::AlreadyExists { order: placed.id });
    let other = PlaceOrder { side: Side::Sell, ..order.clone() };
    let expected = Reject::ExistsWithDifferent { order: placed.id, field: OrderField::Side };
    assert_eq!(world.place(other).unwrap_err(), expected);
    assert!(world.place(PlaceOrder { account: BOB, ..order }).is_ok(), "ids are the account's own");
}

#[test]
fn a_staged_order_waits_holds_nothing_and_is_released_or_expires() {
    let mut world = World::new();
    let staged = |seconds| PlaceOrder {
        staged_until: Some(START.plus_seconds(seconds)),
        ..limit(ALICE, Side::Buy, "0.5", "20000")
    };
    let first = world.place(staged(300)).unwrap();
    let second = world.place(staged(300)).unwrap();
    assert_eq!((first.status, world.held(ALICE, USD)), (OrderStatus::PendingNew, amount("0")));
    let release = |order| Command::ReleaseOrder(ReleaseOrder { account: ALICE, order });
    let live = world.run(release(first.id)).unwrap().order().cloned().unwrap();
    assert_eq!((live.status, world.held(ALICE, USD)), (OrderStatus::New, amount("10000")));
    assert_eq!(world.run(release(first.id)).unwrap_err(), Reject::OrderNotStaged(first.id));
    world.wait_seconds(301);
    let closed = Reject::OrderClosed { order: second.id, status: OrderStatus::Expired };
    assert_eq!(world.run(release(second.id)).unwrap_err(), closed);
    assert_eq!(world.order(second.id).reason, Some(StatusReason::StagingEnded));
}

#[test]
fn a_staged_order_that_is_refused_on_release_ends_rejected() {
    let mut world = World::new();
    let staged =
        PlaceOrder { staged_until: Some(START.plus_seconds(300)), ..limit(ALICE, Side::Buy, "4", "20000") };
    let staged = world.place(staged).unwrap();
    world.place(limit(ALICE, Side::Buy, "4", "20000")).unwrap();
    let release = Command::ReleaseOrder(ReleaseOrder { account: ALICE, order: staged.id });
    let released = world.run(release).unwrap().order().cloned().unwrap();
    assert_eq!(released.status, OrderStatus::Rejected);
    assert!(matches!(released.refusal(), Some(Reject::InsufficientFunds { .. })));
}

#[test]
fn a_market_to_limit_order_sweeps_within_its_bound_and_rests_the_remainder() {
    let mut world = World::new();
    for (size, at) in [("0.1", "30000"), ("0.1", "30200"), ("0.1", "30500")] {
        world.place(limit(BOB, Side::Sell, size, at)).unwrap();
    }
    let order = PlaceOrder {
        kind: OrderKind::MarketToLimit { rest_at: price("30000") },
        price_bound: PriceBound { lower: None, upper: Some(price("30300")) },
        ..market(ALICE, Side::Buy, Size::Base(quantity("0.5")))
    };
    let order = world.place(order).unwrap();
    assert_eq!((order.status, order.filled), (OrderStatus::PartiallyFilled, quantity("0.2")));
    assert_eq!(world.engine.depth(BTC_USD, 1).bids[0].price, price("30000"));
    assert_eq!(world.held(ALICE, USD), amount("9000"));
    let held: Vec<_> = order.versions().map(|version| version.held.unwrap().amount).collect();
    assert_eq!(held, ["9000", "12020", "15020"].map(amount), "what it paid is what it no longer holds");
}

#[test]
fn what_is_left_of_an_amount_rests_as_far_as_it_goes_at_the_resting_price() {
    let mut world = World::new();
    world.place(limit(BOB, Side::Sell, "0.1", "30200")).unwrap();
    let kind = OrderKind::MarketToLimit { rest_at: price("30000") };
    let order = market(ALICE, Side::Buy, Size::Quote(amount("10000")));
    let order = world.place(PlaceOrder { kind, ..order }).unwrap();
    // Of 10,000 are 6,980 left, which are 0.2326 at 30,000 and 0.2311 at 30,200.
    assert_eq!((order.filled, order.leaves), (quantity("0.1"), quantity("0.232")));
}

/// A unit of 0.001 is 0.1 at the better price and 0.06 at the worse one.
#[test]
fn what_an_amount_cannot_sell_at_a_price_is_not_sold_at_a_worse_one() {
    for (better, sold) in [("1", "0.5"), ("0.5", "0.501"), ("0.2", "0.701")] {
        let mut world = World::new();
        world.place(limit(BOB, Side::Buy, better, "100")).unwrap();
        world.place(limit(BOB, Side::Buy, "5", "60")).unwrap();
        let order = world.place(market(ALICE, Side::Sell, Size::Quote(amount("50.07")))).unwrap();
        assert_eq!((order.status, order.filled), (OrderStatus::Filled, quantity(sold)), "{better}");
    }
}

#[test]
fn the_house_quote_meets_resting_clients_first() {
    let mut world = World::new();
    let bid = world.place(limit(ALICE, Side::Buy, "0.5", "30000")).unwrap();
    world.run(quote(BTC_USD, "29900", "29950", "0.2")).unwrap();
    let filled = world.order(bid.id);
    assert_eq!((filled.status, filled.filled), (OrderStatus::PartiallyFilled, quantity("0.2")));
    assert_eq!(filled.average_price().unwrap().to_string(), "30000");
    assert!(world.engine.depth(BTC_USD, 5).asks.is_empty());
}

#[test]
fn every_version_of_an_order_can_be_read_as_it_was() {
    let mut world = World::new();
    let annotations = Annotations::new([("a.key", "value")]).unwrap();
    let order = PlaceOrder { annotations, ..limit(ALICE, Side::Buy, "0.5", "30000") };
    let id = world.place(order).unwrap().id;
    world.wait_seconds(5);
    world.place(limit(BOB, Side::Sell, "0.2", "30000")).unwrap();
    let order = world.order(id);
    let at = |seconds| order.as_at(START.plus_seconds(seconds)).map(|version| version.filled);
    assert_eq!(at(4), Some(quantity("0")));
    assert_eq!(at(5), Some(quantity("0.2")));
    assert_eq!(order.as_at(order_engine::Timestamp::EPOCH), None);
    assert_eq!(order.annotations.get("a.key"), Some("value"));
}

#[test]
fn an_instrument_whose_orders_could_not_be_counted_together_is_refused() {
    let mut world = World::new();
    let btc = world.engine.reference().instruments()[0].definition.clone();
    let definition = |maximum: &str| {
        Command::DefineInstrument(InstrumentDefinition {
            symbol: Symbol::new("BTC-OTHER").unwrap(),
            maximum_quantity: quantity(maximum),
            ..btc.clone()
        })
    };
    let refused = world.run(definition("400000000.001")).unwrap_err();
    assert_eq!(refused, Reject::InvalidDefinition(DefinitionFault::Range(DefinitionPart::MaximumQuantity)));
    assert!(world.run(definition("400000000")).is_ok());
}

#[test]
fn bounds_may_meet_but_not_cross() {
    let mut world = World::new();
    world.run(quote(BTC_USD, "29990", "30010", "5")).unwrap();
    let bounded = |lower: &str, upper: &str| PlaceOrder {
        price_bound: PriceBound { lower: Some(price(lower)), upper: Some(price(upper)) },
        ..market(ALICE, Side::Buy, Size::Base(quantity("0.1")))
    };
    let refused = world.place(bounded("30010.01", "30010")).unwrap_err();
    assert_eq!(refused, Reject::Combination(Combination::CrossedBounds));
    for lower in ["30010", "30000"] {
        let order = world.place(bounded(lower, "30010")).unwrap();
        assert_eq!(order.status, OrderStatus::Filled);
    }
}

#[test]
fn a_staged_order_that_is_released_early_waits_for_its_time() {
    let mut world = World::new();
    let staged = PlaceOrder {
        staged_until: Some(START.plus_seconds(300)),
        release_at: Some(START.plus_seconds(10)),
        ..limit(ALICE, Side::Buy, "0.5", "20000")
    };
    let early = world.place(staged.clone()).unwrap();
    let late = world.place(staged).unwrap();
    let release = |order| Command::ReleaseOrder(ReleaseOrder { account: ALICE, order });
    world.run(release(early.id)).unwrap();
    assert!(world.engine.depth(BTC_USD, 1).bids.is_empty());
    world.wait_seconds(10);
    world.run(release(late.id)).unwrap();
    assert_eq!(world.engine.depth(BTC_USD, 1).bids[0].quantity, quantity("1"));
}
