//! Take profits, stop losses and trailing stops of orders and of open lots.
#![expect(clippy::wildcard_enum_match_arm, reason = "only some events are of interest")]

use std::sync::Arc;

use order_engine::{
    Change, ChangeLotExits, CloseLot, ClosingCause, Combination, Command, Event, ExitChange, ExitChanges,
    ExitKind, Exits, HaltInstrument, InstrumentId, Lot, LotId, Offset, Order, OrderId, OrderKind,
    OrderStatus, Outcome, Pips, PlaceOrder, Reject, ReplaceOrder, RestateOrder, RestatedStatus,
    ResumeInstrument, Side, Size, StatusReason,
};

use crate::support::*;

const NONE: Exits = Exits::NONE;

fn take_profit(at: &str) -> Exits {
    Exits { take_profit: Some(price(at)), ..NONE }
}

fn stop_loss(at: &str) -> Exits {
    Exits { stop_loss: Some(price(at)), ..NONE }
}

fn trailing(pips: &str) -> Exits {
    Exits { trailing: Some(Offset::Pips(Pips::from_decimal(pips.parse().unwrap()).unwrap())), ..NONE }
}

fn buy(units: &str, exits: Exits) -> PlaceOrder {
    PlaceOrder { instrument: EUR_USD, exits, ..market(ALICE, Side::Buy, Size::Base(quantity(units))) }
}

fn sell(units: &str, exits: Exits) -> PlaceOrder {
    PlaceOrder { side: Side::Sell, ..buy(units, exits) }
}

/// A world with a euro at these prices.
fn quoted(bid: &str, ask: &str) -> World {
    let mut world = World::new();
    move_to(&mut world, bid, ask);
    world
}

fn move_to(world: &mut World, bid: &str, ask: &str) -> Vec<Event> {
    world.run(quote(EUR_USD, bid, ask, "100000")).unwrap().events
}

fn change(lot: &Lot, changes: ExitChanges) -> Command {
    Command::ChangeLotExits(ChangeLotExits { account: ALICE, lot: lot.id, changes })
}

/// The closing orders among events, as they were accepted, with what fired.
fn fired(events: &[Event]) -> Vec<(LotId, ExitKind)> {
    let accepted = events.iter().filter_map(|event| match &event.change {
        Change::OrderAccepted(order) | Change::OrderRejected(order) => order.closing,
        _ => None,
    });
    let of_lot = |closing: order_engine::Closing| match closing.cause {
        ClosingCause::Exit(kind) => (closing.lot.unwrap(), kind),
        ClosingCause::Owner | ClosingCause::MarginCloseout => panic!("nobody asked for a close"),
    };
    accepted.map(of_lot).collect()
}

fn closing_order(events: &[Event]) -> Arc<Order> {
    let mut orders = events.iter().filter_map(|event| event.change.order());
    Arc::clone(orders.rfind(|order| order.closing.is_some()).unwrap())
}

#[test]
fn a_take_profit_closes_its_lot_and_no_other_when_the_closing_side_comes_to_it() {
    let mut world = quoted("1.10000", "1.10010");
    world.place(buy("100", NONE)).unwrap();
    world.place(buy("200", take_profit("1.10100"))).unwrap();
    let lots = world.lots(ALICE, EUR_USD);
    assert_eq!(lots[1].exits.take_profit, Some(price("1.10100")));
    // The ask is there, the bid is not.
    assert_eq!(fired(&move_to(&mut world, "1.10099", "1.10109")), []);
    let events = move_to(&mut world, "1.10100", "1.10110");
    assert_eq!(fired(&events), [(lots[1].id, ExitKind::TakeProfit)]);
    let order = closing_order(&events);
    assert_eq!((order.status, order.side, order.reduce_only), (OrderStatus::Filled, Side::Sell, true));
    let execution = events.iter().find_map(|event| event.change.execution()).unwrap();
    assert_eq!(execution.order, order.id);
    assert_eq!((execution.closed[0].lot, execution.closed[0].whole), (lots[1].id, true));
    assert_eq!(execution.closed[0].profit, amount("0.18"));
    let left: Vec<_> = world.lots(ALICE, EUR_USD).iter().map(|lot| (lot.id, lot.quantity)).collect();
    assert_eq!(left, [(lots[0].id, quantity("100"))]);
    assert_eq!(world.order(order.id).closing.unwrap().lot, Some(lots[1].id));
}

#[test]
fn a_stop_loss_closes_a_sold_lot_when_the_ask_comes_to_it() {
    let mut world = quoted("1.10000", "1.10010");
    world.place(sell("100", stop_loss("1.10050"))).unwrap();
    let lot = world.lots(ALICE, EUR_USD)[0];
    assert_eq!(fired(&move_to(&mut world, "1.10039", "1.10049")), []);
    let events = move_to(&mut world, "1.10060", "1.10070");
    assert_eq!(fired(&events), [(lot.id, ExitKind::StopLoss)]);
    let execution = events.iter().find_map(|event| event.change.execution()).unwrap();
    assert_eq!((execution.side, execution.price), (Side::Buy, price("1.10070")));
    assert_eq!(world.lots(ALICE, EUR_USD), []);
}

#[test]
fn a_trailing_stop_follows_the_closing_side_from_the_opening_price() {
    let mut world = quoted("1.45113", "1.45123");
    world.place(buy("100", trailing("50"))).unwrap();
    let seen = |world: &World| {
        let trailing = world.lots(ALICE, EUR_USD)[0].exits.trailing.unwrap();
        (trailing.watermark.price, trailing.price)
    };
    assert_eq!(seen(&world), (price("1.45123"), price("1.44623")));
    move_to(&mut world, "1.45120", "1.45130");
    assert_eq!(seen(&world), (price("1.45123"), price("1.44623")));
    let events = move_to(&mut world, "1.45223", "1.45233");
    let trailed = events.iter().any(|event| matches!(event.change, Change::LotTrailed { .. }));
    assert!(trailed && seen(&world) == (price("1.45223"), price("1.44723")));
    move_to(&mut world, "1.44800", "1.44810");
    assert_eq!(seen(&world), (price("1.45223"), price("1.44723")));
    let lot = world.lots(ALICE, EUR_USD)[0];
    assert_eq!(fired(&move_to(&mut world, "1.44723", "1.44733")), [(lot.id, ExitKind::Trailing)]);
}

#[test]
fn exits_of_a_lot_end_with_it_and_those_of_others_fire_in_order() {
    let mut world = quoted("1.10000", "1.10010");
    let both = |stop: &str| Exits { stop_loss: Some(price(stop)), ..take_profit("1.20000") };
    world.place(buy("100", both("1.09000"))).unwrap();
    world.place(buy("100", both("1.09500"))).unwrap();
    world.place(buy("100", both("1.09500"))).unwrap();
    let lots = world.lots(ALICE, EUR_USD);
    // An opposite order closes the oldest lot, exits and all.
    world.place(sell("100", NONE)).unwrap();
    let events = move_to(&mut world, "1.08000", "1.08010");
    assert_eq!(fired(&events), [(lots[1].id, ExitKind::StopLoss), (lots[2].id, ExitKind::StopLoss)]);
    assert_eq!(fired(&move_to(&mut world, "1.30000", "1.30010")), []);
}

#[test]
fn an_exit_waits_for_liquidity_and_what_it_could_not_close_goes_on_waiting() {
    let mut world = quoted("1.10000", "1.10010");
    world.place(buy("100", take_profit("1.10100"))).unwrap();
    let lot = world.lots(ALICE, EUR_USD)[0];
    world.run(quote(EUR_USD, "1.10200", "1.10210", "0")).unwrap();
    assert_eq!(world.lots(ALICE, EUR_USD).len(), 1);
    let events = world.run(quote(EUR_USD, "1.10200", "1.10210", "30")).unwrap().events;
    assert_eq!(fired(&events), [(lot.id, ExitKind::TakeProfit)]);
    let order = closing_order(&events);
    assert_eq!((order.status, order.filled), (OrderStatus::Canceled, quantity("30")));
    assert_eq!(order.reason, Some(StatusReason::NotFilledAtOnce));
    let left = world.lots(ALICE, EUR_USD)[0];
    assert_eq!((left.quantity, left.exits.take_profit), (quantity("70"), Some(price("1.10100"))));
    assert_eq!(fired(&move_to(&mut world, "1.10200", "1.10210")), [(lot.id, ExitKind::TakeProfit)]);
    assert_eq!(world.lots(ALICE, EUR_USD), []);
}

#[test]
fn a_close_that_is_refused_is_recorded_and_uses_the_exits_up() {
    let mut world = World::new();
    world.run(quote(BTC_USD, "30000", "30010", "5")).unwrap();
    let exits = Exits { take_profit: Some(price("31000")), stop_loss: Some(price("29000")), ..NONE };
    let order = PlaceOrder { exits, ..market(ALICE, Side::Buy, Size::Base(quantity("1"))) };
    world.place(order).unwrap();
    // Everything that it owns is offered elsewhere.
    world.place(limit(ALICE, Side::Sell, "11", "90000")).unwrap();
    let events = world.run(quote(BTC_USD, "31000", "31010", "5")).unwrap().events;
    let refused = closing_order(&events);
    let expected = Reject::InsufficientFunds { asset: BTC, needed: amount("1"), available: amount("0") };
    assert_eq!(refused.refusal(), Some(&expected));
    assert_eq!(refused.status, OrderStatus::Rejected);
    let lot = world.lots(ALICE, BTC_USD)[0];
    assert!(lot.exits.is_none() && lot.quantity == quantity("1"));
    assert_eq!(fired(&world.run(quote(BTC_USD, "20000", "20010", "5")).unwrap().events), []);
}

#[test]
fn a_spot_lot_is_closed_as_far_as_commission_left_it() {
    let mut world = World::new();
    world.run(quote(ADA_USD, "1.0000", "1.0010", "20000")).unwrap();
    let everything = limit(ALICE, Side::Sell, "10000", "9.0000");
    world.place(PlaceOrder { instrument: ADA_USD, ..everything }).unwrap();
    let order = market(ALICE, Side::Buy, Size::Base(quantity("100")));
    world.place(PlaceOrder { instrument: ADA_USD, exits: stop_loss("0.9"), ..order }).unwrap();
    let events = world.run(quote(ADA_USD, "0.8000", "0.8010", "20000")).unwrap().events;
    let order = closing_order(&events);
    assert_eq!((order.status, order.quantity), (OrderStatus::Filled, quantity("99.9")));
    let rest = world.lots(ALICE, ADA_USD)[0];
    assert!(rest.quantity == quantity("0.1") && rest.exits.is_none());
}

#[test]
fn the_exits_of_an_open_lot_can_be_set_changed_and_removed() {
    let mut world = quoted("1.10000", "1.10010");
    world.place(buy("100", take_profit("1.10500"))).unwrap();
    let lot = world.lots(ALICE, EUR_USD)[0];
    let set = ExitChanges {
        stop_loss: ExitChange::Set(price("1.09900")),
        trailing: ExitChange::Set(Offset::Price(price("0.00200"))),
        ..ExitChanges::KEEP
    };
    let Outcome { events, .. } = world.run(change(&lot, set)).unwrap();
    let shown = world.lots(ALICE, EUR_USD)[0];
    assert!(matches!(
        &events[0].change,
        Change::LotExitsChanged { instrument: EUR_USD, lot, changes: Some(_) } if **lot == shown
    ));
    assert_eq!(shown.exits.terms().take_profit, Some(price("1.10500")));
    // Measured from the bid of now.
    let trailing = shown.exits.trailing.unwrap();
    assert_eq!((trailing.watermark.price, trailing.price), (price("1.10000"), price("1.09800")));
    let less = ExitChanges {
        take_profit: ExitChange::Remove,
        stop_loss: ExitChange::Set(price("1.08000")),
        trailing: ExitChange::Remove,
    };
    world.run(change(&lot, less)).unwrap();
    assert_eq!(world.lots(ALICE, EUR_USD)[0].exits.terms(), stop_loss("1.08000"));
    assert_eq!(fired(&move_to(&mut world, "1.09700", "1.20000")), []);
    assert_eq!(fired(&move_to(&mut world, "1.07000", "1.20000")), [(lot.id, ExitKind::StopLoss)]);
}

#[test]
fn what_cannot_be_an_exit_is_refused_with_the_numbers() {
    let mut world = quoted("1.10000", "1.10010");
    let wrong =
        |given: &str| Reject::TakeProfitOnWrongSide { given: price(given), reference: price("1.10000") };
    let lossy =
        |given: &str| Reject::StopLossOnWrongSide { given: price(given), reference: price("1.10000") };
    let sold = |given: &str| Reject::StopLossOnWrongSide { given: price(given), reference: price("1.10010") };
    for (order, expected) in [
        (buy("1", take_profit("1.10000")), wrong("1.10000")),
        (buy("1", stop_loss("1.10000")), lossy("1.10000")),
        (sell("1", stop_loss("1.10010")), sold("1.10010")),
        (buy("1", take_profit("1.200001")), Reject::PriceTooPrecise { given: price("1.200001"), scale: 5 }),
        (buy("1", trailing("0")), Reject::OffsetOutOfRange { market: price("1.10000") }),
        (buy("1", trailing("11000")), Reject::OffsetOutOfRange { market: price("1.10000") }),
        (
            PlaceOrder { reduce_only: true, ..buy("1", take_profit("1.2")) },
            Reject::Combination(Combination::ExitsOnReduceOnly),
        ),
    ] {
        assert_eq!(world.place(order.clone()).unwrap_err(), expected, "{order:?}");
    }
    // An order that waits is measured by its own price.
    let at = |kind, exits| PlaceOrder { kind, ..buy("1", exits) };
    let limit = OrderKind::Limit { price: price("1.05000") };
    let expected = Reject::StopLossOnWrongSide { given: price("1.06000"), reference: price("1.05000") };
    assert_eq!(world.place(at(limit, stop_loss("1.06000"))).unwrap_err(), expected);
    let stop = OrderKind::Stop { trigger: price("1.20000") };
    let expected = Reject::TakeProfitOnWrongSide { given: price("1.15000"), reference: price("1.20000") };
    assert_eq!(world.place(at(stop, take_profit("1.15000"))).unwrap_err(), expected);
    let mut btc = World::new();
    btc.run(quote(BTC_USD, "30000", "30010", "5")).unwrap();
    let order = PlaceOrder { exits: trailing("5"), ..market(ALICE, Side::Buy, Size::Base(quantity("1"))) };
    assert_eq!(btc.place(order).unwrap_err(), Reject::Combination(Combination::OffsetWithoutPip));
}

#[test]
fn changes_of_a_lots_exits_are_refused_for_their_reasons() {
    let mut world = quoted("1.10000", "1.10010");
    world.place(buy("100", NONE)).unwrap();
    let lot = world.lots(ALICE, EUR_USD)[0];
    let set = ExitChanges { take_profit: ExitChange::Set(price("1.09000")), ..ExitChanges::KEEP };
    let expected = Reject::TakeProfitOnWrongSide { given: price("1.09000"), reference: price("1.10000") };
    assert_eq!(world.run(change(&lot, set)).unwrap_err(), expected);
    assert_eq!(world.run(change(&lot, ExitChanges::KEEP)).unwrap_err(), Reject::NothingToReplace);
    let foreign = ChangeLotExits { account: BOB, lot: lot.id, changes: set };
    let refused = world.run(Command::ChangeLotExits(foreign)).unwrap_err();
    assert_eq!(refused, Reject::UnknownLot(lot.id));
    world.run(quote(EUR_USD, "1.10000", "1.10010", "0")).unwrap();
    assert_eq!(world.run(change(&lot, set)).unwrap_err(), Reject::NoLiquidity);
    let removed = ExitChanges { take_profit: ExitChange::Remove, ..ExitChanges::KEEP };
    world.run(change(&lot, removed)).unwrap();
    move_to(&mut world, "1.10000", "1.10010");
    world.place(sell("100", NONE)).unwrap();
    assert_eq!(world.run(change(&lot, removed)).unwrap_err(), Reject::UnknownLot(lot.id));
}

#[test]
fn an_order_hands_its_exits_to_every_lot_that_it_opens_and_keeps_those_it_is_given_later() {
    let mut world = quoted("1.10000", "1.10010");
    let resting = PlaceOrder {
        kind: OrderKind::Limit { price: price("1.09000") },
        ..buy("100", take_profit("1.12000"))
    };
    let order = world.place(resting).unwrap();
    let exits = ExitChanges {
        take_profit: ExitChange::Remove,
        stop_loss: ExitChange::Set(price("1.08000")),
        ..ExitChanges::KEEP
    };
    let replace = ReplaceOrder { exits, ..ReplaceOrder::new(ALICE, order.id) };
    let replaced = world.run(Command::ReplaceOrder(replace.clone())).unwrap().order().cloned().unwrap();
    assert_eq!(replaced.exits, stop_loss("1.08000"));
    let exits = ExitChanges { stop_loss: ExitChange::Set(price("1.09500")), ..ExitChanges::KEEP };
    let refused = world.run(Command::ReplaceOrder(ReplaceOrder { exits, ..replace })).unwrap_err();
    let expected = Reject::StopLossOnWrongSide { given: price("1.09500"), reference: price("1.09000") };
    assert_eq!(refused, expected);
    move_to(&mut world, "1.08900", "1.09100");
    for size in ["30", "70"] {
        world
            .place(PlaceOrder {
                account: BOB,
                kind: OrderKind::Limit { price: price("1.09000") },
                ..sell(size, NONE)
            })
            .unwrap();
    }
    let exits: Vec<_> = world.lots(ALICE, EUR_USD).iter().map(|lot| lot.exits.terms()).collect();
    assert_eq!(exits, [stop_loss("1.08000"), stop_loss("1.08000")]);
}

#[test]
fn an_order_whose_exits_no_longer_fit_when_it_fires_is_canceled_with_the_reason() {
    let mut world = quoted("1.10000", "1.10010");
    let touched = PlaceOrder {
        kind: OrderKind::MarketIfTouched { trigger: price("1.09000") },
        ..buy("100", stop_loss("1.08500"))
    };
    let order = world.place(touched).unwrap();
    move_to(&mut world, "1.08400", "1.08410");
    let after = world.order(order.id);
    let expected = Reject::StopLossOnWrongSide { given: price("1.08500"), reference: price("1.08400") };
    assert_eq!(after.refusal(), Some(&expected));
    assert_eq!(after.status, OrderStatus::Canceled);
    assert_eq!(after.trigger.unwrap().fired_at, Some(world.now));
}

#[test]
fn exits_on_the_last_trade_wait_for_somebody_to_close_against() {
    let mut world = World::new();
    let symbol = order_engine::Symbol::new("BTC-LAST").unwrap();
    let Some(Command::DefineInstrument(like)) = definitions().into_iter().nth(5) else { panic!() };
    let definition = order_engine::InstrumentDefinition {
        symbol,
        trigger_source: order_engine::TriggerSource::LastTrade,
        ..like
    };
    world.run(Command::DefineInstrument(definition)).unwrap();
    let last = InstrumentId::new(4);
    let place = |world: &mut World, order: PlaceOrder| {
        world.run(Command::PlaceOrder(PlaceOrder { instrument: last, ..order })).unwrap()
    };
    place(&mut world, limit(BOB, Side::Sell, "1", "100"));
    let exits = Exits { stop_loss: Some(price("90")), ..NONE };
    place(&mut world, PlaceOrder { exits, ..limit(ALICE, Side::Buy, "1", "100") });
    let lot = world.lots(ALICE, last)[0];
    // A trade at 80 between others leaves nobody who buys.
    place(&mut world, limit(BOB, Side::Sell, "1", "80"));
    let traded = place(&mut world, limit(ALICE, Side::Buy, "1", "80"));
    assert_eq!(fired(&traded.events), []);
    let bid = place(&mut world, limit(BOB, Side::Buy, "1", "70"));
    assert_eq!(fired(&bid.events), [(lot.id, ExitKind::StopLoss)]);
}

#[test]
fn exits_wait_while_the_market_is_halted_and_so_do_closes() {
    let mut world = quoted("1.10000", "1.10010");
    world.place(buy("100", take_profit("1.10100"))).unwrap();
    let lot = world.lots(ALICE, EUR_USD)[0];
    let reason = order_engine::HaltReason::new("news").unwrap();
    world.run(Command::HaltInstrument(HaltInstrument { instrument: EUR_USD, reason })).unwrap();
    assert_eq!(fired(&move_to(&mut world, "1.10200", "1.10210")), []);
    let close = CloseLot {
        account: ALICE,
        lot: lot.id,
        quantity: None,
        price_bound: order_engine::PriceBound::default(),
        client_order_id: None,
        annotations: order_engine::Annotations::default(),
    };
    let refused = world.run(Command::CloseLot(close)).unwrap_err();
    assert_eq!(refused, Reject::TradingHalted(EUR_USD));
    let resume = ResumeInstrument { instrument: EUR_USD };
    let events = world.run(Command::ResumeInstrument(resume)).unwrap().events;
    assert_eq!(fired(&events), [(lot.id, ExitKind::TakeProfit)]);
    assert_eq!(closing_order(&events).average_price(), Some(price("1.10200").decimal().normalize()));
}

/// What an operator asks for who moves a trigger.
fn restated(order: OrderId, trigger: &str) -> Command {
    Command::RestateOrder(RestateOrder {
        order,
        price: None,
        quantity: None,
        time_in_force: None,
        trigger: Some(price(trigger)),
        status: RestatedStatus::Keep,
        request_id: None,
        annotations: order_engine::Annotations::default(),
    })
}

#[test]
fn an_operator_moves_a_trigger_but_not_to_where_it_fires() {
    let mut world = quoted("1.10000", "1.10010");
    let stop = OrderKind::Stop { trigger: price("1.20000") };
    let order = world.place(PlaceOrder { kind: stop, ..buy("100", NONE) }).unwrap().id;
    let moved = world.run(restated(order, "1.15000")).unwrap().order().cloned().unwrap();
    assert_eq!((moved.trigger.unwrap().price, moved.status), (price("1.15000"), OrderStatus::New));
    let refused = world.run(restated(order, "1.10010")).unwrap_err();
    assert_eq!(refused, Reject::TriggerReached { trigger: price("1.10010"), market: price("1.10010") });
    move_to(&mut world, "1.14990", "1.15000");
    assert_eq!(world.order(order).status, OrderStatus::Filled);
    let refused = world.run(restated(order, "1.30000")).unwrap_err();
    assert_eq!(refused, Reject::OrderClosed { order, status: OrderStatus::Filled });
}

#[test]
fn an_operator_moves_the_trigger_of_a_sell_as_far_as_above_the_bid() {
    let mut world = quoted("1.10000", "1.10010");
    let stop = OrderKind::Stop { trigger: price("1.00000") };
    let order = world.place(PlaceOrder { kind: stop, ..sell("100", NONE) }).unwrap().id;
    let refused = world.run(restated(order, "1.10000")).unwrap_err();
    assert_eq!(refused, Reject::TriggerReached { trigger: price("1.10000"), market: price("1.10000") });
    let moved = world.run(restated(order, "1.09999")).unwrap().order().cloned().unwrap();
    assert_eq!((moved.trigger.unwrap().price, moved.status), (price("1.09999"), OrderStatus::New));
}

#[test]
fn a_trailing_stop_of_a_sold_lot_follows_the_ask_down_and_tells_nothing_twice() {
    let mut world = quoted("1.45113", "1.45123");
    world.place(sell("100", trailing("50"))).unwrap();
    let seen = |world: &World| {
        let trailing = world.lots(ALICE, EUR_USD)[0].exits.trailing.unwrap();
        (trailing.watermark.price, trailing.price)
    };
    assert_eq!(seen(&world), (price("1.45113"), price("1.45613")));
    let trailed =
        |events: &[Event]| events.iter().any(|event| matches!(event.change, Change::LotTrailed { .. }));
    assert!(!trailed(&move_to(&mut world, "1.45110", "1.45120")));
    assert!(!trailed(&move_to(&mut world, "1.45103", "1.45113")), "as low as it has seen");
    assert!(trailed(&move_to(&mut world, "1.45002", "1.45012")));
    assert_eq!(seen(&world), (price("1.45012"), price("1.45512")));
    assert!(!trailed(&move_to(&mut world, "1.45001", "1.45012")));
    assert!(!trailed(&move_to(&mut world, "1.45100", "1.45112")));
    let lot = world.lots(ALICE, EUR_USD)[0];
    assert_eq!(fired(&move_to(&mut world, "1.45502", "1.45512")), [(lot.id, ExitKind::Trailing)]);
}
