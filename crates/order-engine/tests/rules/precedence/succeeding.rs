//! Successors, releases and cancels: what one order says of another.

use order_engine::{
    CancelOrder, CancelOrders, Command, OrderId, OrderKind, PlaceOrder, ReleaseOrder, SelfMatch, Side, Size,
    SucceedOrder, SuccessorSize, TimeInForce, Timestamp,
};

use super::*;

/// Alice buys one at 98, and means to buy it at 97.
fn resting() -> (World, SucceedOrder) {
    let mut world = open_market();
    let order = world.place(limit(ALICE, Side::Buy, "1", "98")).unwrap();
    let succeed = SucceedOrder {
        account: ALICE,
        order: order.id,
        client_order_id: None,
        price: Some(price("97")),
        size: SuccessorSize::Leaves,
        time_in_force: None,
        post_only: None,
        annotations: None,
    };
    (world, succeed)
}

fn of(text: &str) -> SuccessorSize {
    SuccessorSize::Of(Size::Base(quantity(text)))
}

/// What the market forbids is recorded, so that no command is refused for it.
fn successor_faults() -> Vec<Fault<SucceedOrder>> {
    vec![
        fault("UnknownAccount", &["account"], |_, succeed| succeed.account = AccountId::new(99)),
        fault("AccountNotOpen", &["account"], |world, succeed| {
            succeed.account = BOB;
            suspend(world, BOB);
        }),
        fault("UnknownOrder", &["order"], |_, succeed| succeed.order = OrderId::new(9_999)),
        fault("ExistsWithDifferent", &["client id"], |world, succeed| {
            succeed.client_order_id = Some(client_id("used"));
            use_id(world, ALICE);
        }),
        fault("OrderClosed", &["order"], |world, succeed| {
            let cancel = CancelOrder { account: ALICE, order: succeed.order, client_order_id: None };
            world.run(Command::CancelOrder(cancel)).unwrap();
        }),
        fault("OrderStaged", &["order"], |world, succeed| {
            let staged_until = Some(world.now.plus_seconds(100));
            let staged = PlaceOrder { staged_until, ..limit(ALICE, Side::Buy, "1", "7") };
            succeed.order = world.place(staged).unwrap().id;
        }),
        fault("Combination", &["order"], |world, succeed| {
            let kind = OrderKind::Stop { trigger: price("120") };
            let armed = PlaceOrder { kind, ..limit(ALICE, Side::Buy, "1", "98") };
            succeed.order = world.place(armed).unwrap().id;
        }),
        fault("Combination", &["time in force"], |_, succeed| {
            (succeed.post_only, succeed.time_in_force) = (Some(true), Some(TimeInForce::Ioc));
        }),
        fault("SizeNotPositive", &["size"], |_, succeed| succeed.size = of("0")),
        fault("QuantityTooPrecise", &["size"], |_, succeed| succeed.size = of("1.0001")),
        second("Overflow", "of a quantity", &["size"], |_, succeed| succeed.size = of(TOO_LARGE)),
        fault("PriceTooPrecise", &["price"], |_, succeed| succeed.price = Some(price("97.001"))),
        fault("PriceTooLarge", &["price"], |_, succeed| succeed.price = Some(price(TOO_LARGE))),
        fault("QuantityTooLarge", &["size"], |_, succeed| succeed.size = of("101")),
        fault("NotionalTooSmall", &["price", "size"], |_, succeed| succeed.size = of("0.001")),
        fault("ExpiryInPast", &["time in force"], |_, succeed| {
            succeed.time_in_force = Some(TimeInForce::Gtd(START));
        }),
        fault("TakeProfitOnWrongSide", &["order", "price", "size"], |world, succeed| {
            let exits = Exits { take_profit: Some(price("150")), ..Exits::NONE };
            let order = PlaceOrder { exits, ..limit(ALICE, Side::Buy, "1", "98") };
            succeed.order = world.place(order).unwrap().id;
            succeed.price = Some(price("160"));
        }),
        fault("InsufficientFunds", &["price", "size"], |_, succeed| {
            (succeed.price, succeed.size) = (Some(price("9000")), of("90"));
        }),
        fault("NotionalTooLarge", &["greatest value"], |world, _| allow(world, "0.05")),
    ]
}

/// What the market says of a successor leaves its predecessor working, and the successor is recorded with the reason: of
/// two the first.
#[test]
fn of_two_reasons_of_the_market_the_first_is_recorded() {
    let refused = |post_only: bool| {
        let mut world = open_market();
        let order = PlaceOrder { self_match: SelfMatch::Refuse, ..limit(ALICE, Side::Buy, "1", "98") };
        let (_, mut succeed) = resting();
        succeed.order = world.place(order).unwrap().id;
        (succeed.price, succeed.post_only) = (Some(price("102")), Some(post_only));
        let made = world.run(Command::SucceedOrder(succeed)).unwrap().order().cloned().unwrap();
        format!("{:?}", made.reason)
    };
    assert!(refused(true).contains("WouldTakeLiquidity"));
    assert!(refused(false).contains("SelfMatch"));
}

#[test]
fn a_successor_that_is_asked_for_twice_is_there_already() {
    let (mut world, succeed) = resting();
    let succeed = SucceedOrder { client_order_id: Some(client_id("next")), ..succeed };
    let made = world.run(Command::SucceedOrder(succeed.clone())).unwrap().order().cloned().unwrap();
    let again = |change: fn(&mut SucceedOrder)| {
        let mut succeed = succeed.clone();
        change(&mut succeed);
        Command::SucceedOrder(succeed)
    };
    let existing = Some(Reject::AlreadyExists { order: made.id });
    for named in [again(|_| {}), again(|succeed| succeed.size = SuccessorSize::Held)] {
        assert_eq!(world.run(named).map(drop).err(), existing);
    }
    let others = [
        again(|succeed| succeed.price = Some(price("96"))),
        again(|succeed| succeed.size = of("2")),
        again(|succeed| succeed.time_in_force = Some(TimeInForce::Day)),
        again(|succeed| succeed.post_only = Some(true)),
    ];
    for other in others {
        assert_eq!(refusal(&mut world, other).as_deref(), Some("ExistsWithDifferent"));
    }
}

fn staged() -> (World, ReleaseOrder) {
    let mut world = open_market();
    let staged_until = Some(Timestamp::from_seconds(2_000_000_000));
    let order = world.place(PlaceOrder { staged_until, ..limit(ALICE, Side::Buy, "1", "98") }).unwrap();
    (world, ReleaseOrder { account: ALICE, order: order.id })
}

fn release_faults() -> Vec<Fault<ReleaseOrder>> {
    vec![
        fault("UnknownAccount", &["account"], |_, release| release.account = AccountId::new(99)),
        fault("AccountNotOpen", &["account"], |world, release| {
            release.account = BOB;
            suspend(world, BOB);
        }),
        fault("UnknownOrder", &["order"], |_, release| release.order = OrderId::new(9_999)),
        fault("UnknownOrder", &["account"], |_, release| release.account = BOB),
        fault("OrderClosed", &["order"], |world, release| {
            let cancel = CancelOrder { account: ALICE, order: release.order, client_order_id: None };
            world.run(Command::CancelOrder(cancel)).unwrap();
        }),
        fault("OrderNotStaged", &["order"], |world, release| {
            release.order = world.place(limit(ALICE, Side::Buy, "1", "7")).unwrap().id;
        }),
    ]
}

fn open() -> (World, CancelOrder) {
    let mut world = open_market();
    let order = world.place(limit(ALICE, Side::Buy, "1", "98")).unwrap();
    (world, CancelOrder { account: ALICE, order: order.id, client_order_id: None })
}

fn cancel_faults() -> Vec<Fault<CancelOrder>> {
    vec![
        fault("UnknownAccount", &["account"], |_, cancel| cancel.account = AccountId::new(99)),
        fault("UnknownOrder", &["order"], |_, cancel| cancel.order = OrderId::new(9_999)),
        fault("UnknownOrder", &["account"], |_, cancel| cancel.account = BOB),
        fault("ExistsWithDifferent", &["client id"], |world, cancel| {
            cancel.client_order_id = Some(client_id("used"));
            use_id(world, ALICE);
        }),
        fault("OrderClosed", &["order"], |world, cancel| {
            let own = CancelOrder { account: ALICE, client_order_id: None, ..cancel.clone() };
            world.run(Command::CancelOrder(own)).unwrap();
        }),
    ]
}

fn cancel_all_faults() -> Vec<Fault<CancelOrders>> {
    vec![fault("UnknownAccount", &["account"], |_, cancel| cancel.account = AccountId::HOUSE)]
}

fn everything() -> CancelOrders {
    CancelOrders {
        account: ALICE,
        instruments: None,
        side: None,
        classes: None,
        staged: true,
        short_sale: None,
    }
}

pub(super) fn tables() -> Vec<Box<dyn Check>> {
    let cancel_all = Table {
        world: || (open().0, everything()),
        command: Command::CancelOrders,
        faults: cancel_all_faults,
    };
    vec![
        Box::new(Table { world: resting, command: Command::SucceedOrder, faults: successor_faults }),
        Box::new(Table { world: staged, command: Command::ReleaseOrder, faults: release_faults }),
        Box::new(Table { world: open, command: Command::CancelOrder, faults: cancel_faults }),
        Box::new(cancel_all),
    ]
}

#[test]
fn the_first_of_two_reasons_is_the_answer() {
    for table in tables() {
        table.check();
    }
}
