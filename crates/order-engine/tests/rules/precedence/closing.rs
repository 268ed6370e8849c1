//! Closes of lots and of positions, changes of a lot's exits, and what a short side forbids.

use order_engine::{
    Annotations, ChangeLotExits, CloseLot, ClosePosition, Command, Exits, InstrumentId, LotId, OrderKind,
    PlaceOrder, PriceBound, Reject, Side,
};

use super::*;

/// Alice has a lot of two, bought at 99.50.
fn long() -> (World, LotId) {
    let mut world = open_market();
    world.place(limit(BOB, Side::Sell, "2", "99.50")).unwrap();
    world.place(limit(ALICE, Side::Buy, "2", "99.50")).unwrap();
    let lot = world.lots(ALICE, BTC_USD)[0].id;
    (world, lot)
}

fn lot() -> (World, CloseLot) {
    let (world, lot) = long();
    let close = CloseLot {
        account: ALICE,
        lot,
        quantity: Some(quantity("1")),
        price_bound: PriceBound::default(),
        client_order_id: None,
        annotations: Annotations::default(),
    };
    (world, close)
}

fn lot_faults() -> Vec<Fault<CloseLot>> {
    vec![
        fault("UnknownAccount", &["account"], |_, close| close.account = AccountId::new(99)),
        fault("AccountNotOpen", &["account"], |world, _| suspend(world, ALICE)),
        fault("ExistsWithDifferent", &["client id"], |world, close| {
            close.client_order_id = Some(client_id("used"));
            use_id(world, ALICE);
        }),
        fault("UnknownLot", &["lot"], |_, close| close.lot = LotId::new(9_999)),
        fault("Combination", &["bound"], |_, close| close.price_bound = crossed()),
        fault("SizeNotPositive", &["size"], |_, close| close.quantity = Some(quantity("0"))),
        fault("QuantityTooPrecise", &["size"], |_, close| close.quantity = Some(quantity("2.0001"))),
        second("Overflow", "of a quantity", &["size"], |_, close| close.quantity = Some(quantity(TOO_LARGE))),
        fault("PriceTooPrecise", &["bound"], |_, close| close.price_bound.lower = Some(price("50.001"))),
        fault("PriceTooLarge", &["bound"], |_, close| close.price_bound.lower = Some(price(TOO_LARGE))),
        fault("QuantityAboveLot", &["size"], |_, close| close.quantity = Some(quantity("2.001"))),
        fault("TradingHalted", &["market"], |world, _| halt(world)),
        fault("MarketClosed", &["market"], |world, _| world.wait_seconds(300)),
        fault("NoLiquidity", &["market"], |world, _| empty_market(world)),
        fault("BeyondBound", &["bound", "market"], |_, close| close.price_bound.lower = Some(price("100"))),
        fault("InsufficientFunds", &["funds", "market"], |world, _| {
            let held = PlaceOrder {
                kind: OrderKind::Limit { price: price("500") },
                ..limit(ALICE, Side::Sell, "10.5", "500")
            };
            world.place(held).unwrap();
        }),
    ]
}

fn position() -> (World, ClosePosition) {
    let close = ClosePosition {
        account: ALICE,
        instrument: BTC_USD,
        price_bound: PriceBound::default(),
        client_order_id: None,
        annotations: Annotations::default(),
    };
    (long().0, close)
}

fn position_faults() -> Vec<Fault<ClosePosition>> {
    vec![
        fault("UnknownAccount", &["account"], |_, close| close.account = AccountId::new(99)),
        fault("AccountNotOpen", &["account"], |world, _| suspend(world, ALICE)),
        fault("UnknownInstrument", &["instrument"], |_, close| close.instrument = InstrumentId::new(99)),
        fault("ExistsWithDifferent", &["client id"], |world, close| {
            close.client_order_id = Some(client_id("used"));
            use_id(world, ALICE);
        }),
        fault("NoPosition", &["instrument"], |_, close| close.instrument = EUR_USD),
        fault("Combination", &["bound"], |_, close| close.price_bound = crossed()),
        fault("PriceTooPrecise", &["bound"], |_, close| close.price_bound.upper = Some(price("50.001"))),
        fault("TradingHalted", &["market"], |world, _| halt(world)),
        fault("MarketClosed", &["market"], |world, _| world.wait_seconds(300)),
        fault("NoLiquidity", &["market"], |world, _| empty_market(world)),
        fault("BeyondBound", &["bound"], |_, close| close.price_bound.lower = Some(price("100"))),
    ]
}

#[test]
fn a_close_that_is_asked_for_twice_is_there_already_though_the_lot_is_gone() {
    let (mut world, close) = lot();
    let close = CloseLot { quantity: None, client_order_id: Some(client_id("close")), ..close };
    let made = world.run(Command::CloseLot(close.clone())).unwrap().order().cloned().unwrap();
    assert_eq!(world.lots(ALICE, BTC_USD), []);
    let refused = world.run(Command::CloseLot(close)).unwrap_err();
    assert_eq!(refused, Reject::AlreadyExists { order: made.id });
}

fn exits() -> (World, ChangeLotExits) {
    let (world, lot) = long();
    let changes = changed(Exits { take_profit: Some(price("150")), ..Exits::NONE });
    (world, ChangeLotExits { account: ALICE, lot, changes })
}

fn exits_faults() -> Vec<Fault<ChangeLotExits>> {
    fn set(change: &mut ChangeLotExits, take_profit: &str, stop_loss: &str) {
        change.changes.take_profit = ExitChange::Set(price(take_profit));
        change.changes.stop_loss = ExitChange::Set(price(stop_loss));
    }
    vec![
        fault("UnknownAccount", &["account"], |_, change| change.account = AccountId::new(99)),
        fault("AccountNotOpen", &["account"], |world, _| suspend(world, ALICE)),
        fault("UnknownLot", &["lot"], |_, change| change.lot = LotId::new(9_999)),
        fault("NothingToReplace", &["exits", "stop", "trailing"], |_, change| {
            change.changes = ExitChanges::KEEP;
        }),
        fault("Combination", &["trailing"], |_, change| {
            change.changes.trailing = changed(in_pips()).trailing;
        }),
        fault("PriceTooPrecise", &["exits", "stop"], |_, change| set(change, "150.001", "50")),
        // It comes before the side of the take profit.
        fault("PriceTooPrecise", &["exits", "stop"], |_, change| set(change, "50", "98.001")),
        fault("PriceTooLarge", &["exits", "stop"], |_, change| set(change, TOO_LARGE, "50")),
        fault("NoLiquidity", &["market"], |world, _| empty_market(world)),
        fault("OffsetOutOfRange", &["trailing", "market"], |_, change| {
            change.changes.trailing = changed(too_far()).trailing;
        }),
        fault("TakeProfitOnWrongSide", &["exits"], |_, change| {
            change.changes.take_profit = ExitChange::Set(price("50"));
        }),
        fault("StopLossOnWrongSide", &["stop"], |_, change| {
            change.changes.stop_loss = ExitChange::Set(price("150"));
        }),
    ]
}

/// Alice sells ten short at 100.
fn short_sale() -> (World, PlaceOrder) {
    let order = PlaceOrder { instrument: XYZ_USD, short_sale: true, ..limit(ALICE, Side::Sell, "10", "100") };
    (World::new(), order)
}

fn buy(size: &str, at: &str) -> PlaceOrder {
    PlaceOrder { instrument: XYZ_USD, ..limit(ALICE, Side::Buy, size, at) }
}

fn short_sale_faults() -> Vec<Fault<PlaceOrder>> {
    vec![
        fault("ShortSaleForbidden", &["side"], |world, _| {
            set(world, UpdateAccount { may_sell_short: Some(false), ..UpdateAccount::new(ALICE) });
        }),
        fault("ShortSaleWhileLong", &["owned"], |world, _| {
            world.run(deposit(ALICE, XYZ, "5")).unwrap();
        }),
        fault("ShortSaleAgainstBuys", &["buys"], |world, _| {
            world.place(buy("1", "50")).unwrap();
        }),
        fault("InsufficientFunds", &["funds"], |world, _| {
            world.run(deposit(ALICE, USD, "-99900")).unwrap();
        }),
        fault("WouldTakeLiquidity", &["post only"], |world, order| {
            world.run(quote(XYZ_USD, "100", "101", "20")).unwrap();
            order.post_only = true;
        }),
        fault("NotionalTooLarge", &["greatest value", "buys"], |world, _| allow(world, "0.05")),
    ]
}

/// Alice is short of ten and buys four.
fn cover() -> (World, PlaceOrder) {
    let (mut world, sale) = short_sale();
    world.place(sale).unwrap();
    world.place(PlaceOrder { account: BOB, ..buy("10", "100") }).unwrap();
    (world, buy("4", "90"))
}

fn cover_faults() -> Vec<Fault<PlaceOrder>> {
    vec![
        fault("ExceedsShort", &["size"], |_, order| order.size = order_engine::Size::Base(quantity("11"))),
        fault("InsufficientFunds", &["price"], |_, order| {
            order.kind = OrderKind::Limit { price: price("90000") };
        }),
        fault("NotionalTooLarge", &["greatest value"], |world, _| allow(world, "0.05")),
    ]
}

pub(super) fn tables() -> Vec<Box<dyn Check>> {
    vec![
        Box::new(Table { world: lot, command: Command::CloseLot, faults: lot_faults }),
        Box::new(Table { world: position, command: Command::ClosePosition, faults: position_faults }),
        Box::new(Table { world: exits, command: Command::ChangeLotExits, faults: exits_faults }),
        Box::new(Table { world: short_sale, command: Command::PlaceOrder, faults: short_sale_faults }),
        Box::new(Table { world: cover, command: Command::PlaceOrder, faults: cover_faults }),
    ]
}

#[test]
fn the_first_of_two_reasons_is_the_answer() {
    for table in tables() {
        table.check();
    }
}
