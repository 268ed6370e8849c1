//! Replacements in place: of an order on the book, of one that waits for its trigger, of one that trails, and of one by
//! amount; and what an order that is not open answers.

use order_engine::{
    Command, Exits, Offset, OrderId, OrderKind, PlaceOrder, PriceBound, ReplaceOrder, SelfMatch, Side, Size,
    TimeInForce,
};

use super::*;

/// What can be wrong with any replacement before its prices.
fn before_prices() -> Vec<Fault<ReplaceOrder>> {
    vec![
        fault("UnknownAccount", &["account"], |_, replace| replace.account = AccountId::new(99)),
        fault("AccountNotOpen", &["account"], |world, replace| {
            replace.account = BOB;
            suspend(world, BOB);
        }),
        fault("UnknownOrder", &["order"], |_, replace| replace.order = OrderId::new(9_999)),
        fault("ExistsWithDifferent", &["client id"], |world, replace| {
            replace.client_order_id = Some(client_id("used"));
            use_id(world, ALICE);
        }),
        fault("OrderClosed", &["order"], |world, replace| cancel(world, replace.order)),
        fault("OrderStaged", &["order"], |world, replace| {
            let staged_until = Some(world.now.plus_seconds(100));
            let staged = PlaceOrder { staged_until, ..limit(ALICE, Side::Buy, "1", "7") };
            replace.order = world.place(staged).unwrap().id;
        }),
        fault("OrderStaged", &["order"], |world, replace| {
            let release_at = Some(world.now.plus_seconds(100));
            let queued = PlaceOrder { release_at, ..limit(ALICE, Side::Buy, "1", "7") };
            replace.order = world.place(queued).unwrap().id;
        }),
        fault(
            "NothingToReplace",
            &["price", "size", "time in force", "trigger", "bound", "exits"],
            |_, replace| {
                (replace.price, replace.trigger, replace.quantity) = (None, None, None);
            },
        ),
        fault("Combination", &["time in force"], |_, replace| replace.time_in_force = Some(TimeInForce::Ioc)),
        fault("Combination", &["bound"], |_, replace| replace.price_bound = Some(crossed())),
        fault("Combination", &["exits"], |_, replace| replace.exits = changed(in_pips())),
    ]
}

fn sizes() -> Vec<Fault<ReplaceOrder>> {
    vec![
        fault("SizeNotPositive", &["size"], |_, replace| replace.quantity = Some(quantity("0"))),
        fault("QuantityTooPrecise", &["size"], |_, replace| replace.quantity = Some(quantity("1.0001"))),
        second("Overflow", "of a quantity", &["size"], |_, replace| {
            replace.quantity = Some(quantity(TOO_LARGE));
        }),
    ]
}

fn other_prices() -> Vec<Fault<ReplaceOrder>> {
    vec![
        second("PriceTooPrecise", "of a bound", &["bound"], |_, replace| {
            replace.price_bound = Some(PriceBound { lower: Some(price("0.001")), upper: None });
        }),
        second("PriceTooPrecise", "of an exit", &["exits"], |_, replace| {
            replace.exits = changed(Exits { take_profit: Some(price("150.001")), ..Exits::NONE });
        }),
        fault("QuantityTooLarge", &["size"], |_, replace| replace.quantity = Some(quantity("101"))),
    ]
}

fn before_market() -> Vec<Fault<ReplaceOrder>> {
    vec![
        fault("ExpiryInPast", &["time in force"], |_, replace| {
            replace.time_in_force = Some(TimeInForce::Gtd(START));
        }),
        fault("TradingHalted", &["market"], |world, _| halt(world)),
    ]
}

fn wrong_exits() -> Vec<Fault<ReplaceOrder>> {
    vec![
        fault("OffsetOutOfRange", &["exits"], |_, replace| replace.exits = changed(too_far())),
        fault("TakeProfitOnWrongSide", &["exits"], |_, replace| {
            replace.exits = changed(Exits { take_profit: Some(price("50")), ..Exits::NONE });
        }),
        fault("StopLossOnWrongSide", &["exits"], |_, replace| {
            replace.exits = changed(Exits { stop_loss: Some(price("15000")), ..Exits::NONE });
        }),
    ]
}

fn too_much() -> Vec<Fault<ReplaceOrder>> {
    vec![fault("NotionalTooLarge", &["greatest value"], |world, _| allow(world, "0.05"))]
}

fn cancel(world: &mut World, order: OrderId) {
    let account = world.order(order).account;
    let cancel = order_engine::CancelOrder { account, order, client_order_id: None };
    world.run(Command::CancelOrder(cancel)).unwrap();
}

/// Alice buys two at 98, of which she has one, and never from herself.
fn resting() -> (World, ReplaceOrder) {
    let mut world = open_market();
    world.run(quote(BTC_USD, "90", "101", "5")).unwrap();
    let order = PlaceOrder { self_match: SelfMatch::Refuse, ..limit(ALICE, Side::Buy, "2", "98") };
    let order = world.place(order).unwrap();
    world.place(limit(BOB, Side::Sell, "1", "98")).unwrap();
    (world, ReplaceOrder { price: Some(price("97")), ..ReplaceOrder::new(ALICE, order.id) })
}

fn resting_faults() -> Vec<Fault<ReplaceOrder>> {
    let parts: Vec<Fault<ReplaceOrder>> =
        vec![fault("Combination", &["trigger"], |_, replace| replace.trigger = Some(price("120")))];
    let prices: Vec<Fault<ReplaceOrder>> = vec![
        fault("PriceTooPrecise", &["price"], |_, replace| replace.price = Some(price("97.001"))),
        fault("PriceTooLarge", &["price"], |_, replace| replace.price = Some(price(TOO_LARGE))),
    ];
    let shape: Vec<Fault<ReplaceOrder>> = vec![
        fault("QuantityNotAboveFilled", &["size"], |_, replace| replace.quantity = Some(quantity("1"))),
        fault("NotionalTooSmall", &["price"], |_, replace| replace.price = Some(price("0.01"))),
        second("BeyondBound", "of its own limit", &["bound", "price"], |_, replace| {
            replace.price = Some(price("102"));
            replace.price_bound = Some(PriceBound { lower: None, upper: Some(price("95")) });
        }),
    ];
    let matching: Vec<Fault<ReplaceOrder>> = vec![
        fault("BeyondBound", &["bound", "price"], |_, replace| {
            replace.price = Some(price("102"));
            replace.price_bound = Some(PriceBound { lower: Some(price("101.5")), upper: None });
        }),
        fault(
            "QuantityAbovePosition",
            &["market", "order", "size", "price", "bound", "exits", "greatest value"],
            |world, replace| {
                let reducing = PlaceOrder { reduce_only: true, ..limit(ALICE, Side::Sell, "0.5", "110") };
                replace.order = world.place(reducing).unwrap().id;
                (replace.price, replace.quantity) = (None, Some(quantity("5")));
            },
        ),
        fault("InsufficientFunds", &["price", "size"], |_, replace| {
            (replace.price, replace.quantity) = (Some(price("9000")), Some(quantity("90")));
        }),
        fault("WouldTakeLiquidity", &["market", "order", "price", "size"], |world, replace| {
            let passive = PlaceOrder { post_only: true, ..limit(ALICE, Side::Buy, "2", "89") };
            replace.order = world.place(passive).unwrap().id;
            replace.price = Some(price("102"));
        }),
        fault("SelfMatch", &["price"], |_, replace| replace.price = Some(price("100"))),
    ];
    [
        before_prices(),
        parts,
        sizes(),
        prices,
        other_prices(),
        shape,
        before_market(),
        wrong_exits(),
        matching,
        too_much(),
    ]
    .concat()
}

/// Alice's stop-limit waits at 105 for the market to rise.
fn waiting() -> (World, ReplaceOrder) {
    let mut world = open_market();
    let kind = OrderKind::StopLimit { trigger: price("105"), price: price("106") };
    let order = PlaceOrder { kind, ..limit(ALICE, Side::Buy, "1", "98") };
    let order = world.place(order).unwrap();
    (world, ReplaceOrder { trigger: Some(price("104")), ..ReplaceOrder::new(ALICE, order.id) })
}

fn waiting_faults() -> Vec<Fault<ReplaceOrder>> {
    let prices: Vec<Fault<ReplaceOrder>> = vec![
        fault("PriceTooPrecise", &["price"], |_, replace| replace.price = Some(price("106.001"))),
        fault("PriceTooLarge", &["price"], |_, replace| replace.price = Some(price(TOO_LARGE))),
        second("PriceTooPrecise", "of a trigger", &["trigger"], |_, replace| {
            replace.trigger = Some(price("104.001"));
        }),
    ];
    let shape: Vec<Fault<ReplaceOrder>> = vec![
        fault("NotionalTooSmall", &["size"], |_, replace| replace.quantity = Some(quantity("0.001"))),
        second("BeyondBound", "of its own limit", &["bound", "price"], |_, replace| {
            replace.price_bound = Some(PriceBound { lower: None, upper: Some(price("95")) });
        }),
    ];
    let at_the_market: Vec<Fault<ReplaceOrder>> =
        vec![fault("NoLiquidity", &["order", "market", "trigger", "price"], |world, replace| {
            let kind = OrderKind::MarketIfTouched { trigger: price("95") };
            let touched = PlaceOrder { kind, ..limit(ALICE, Side::Buy, "1", "98") };
            replace.order = world.place(touched).unwrap().id;
            replace.trigger = Some(price("94"));
            empty_market(world);
            let own = world.engine.orders().find(|order| order.side == Side::Sell).unwrap().id;
            cancel(world, own);
        })];
    let funds: Vec<Fault<ReplaceOrder>> =
        vec![fault("InsufficientFunds", &["price", "size"], |_, replace| {
            (replace.price, replace.quantity) = (Some(price("9000")), Some(quantity("90")));
        })];
    // A trigger that the limit is looked at before.
    let other = other_prices().split_off(1);
    let bound = other_prices()[..1].to_vec();
    let (limits, trigger) = (prices[..2].to_vec(), prices[2..].to_vec());
    [
        before_prices(),
        sizes(),
        limits,
        bound,
        trigger,
        other,
        shape,
        before_market(),
        at_the_market,
        wrong_exits(),
        funds,
        too_much(),
    ]
    .concat()
}

/// Alice's sell trails the market by 5; its limit is not hers to set.
fn trailing() -> (World, ReplaceOrder) {
    let mut world = open_market();
    let kind = OrderKind::TrailingStop { offset: Offset::Price(price("5")) };
    let order = world.place(PlaceOrder { kind, ..limit(ALICE, Side::Sell, "1", "98") }).unwrap();
    (world, ReplaceOrder { quantity: Some(quantity("2")), ..ReplaceOrder::new(ALICE, order.id) })
}

fn trailing_faults() -> Vec<Fault<ReplaceOrder>> {
    let parts: Vec<Fault<ReplaceOrder>> = vec![
        fault("Combination", &["price"], |_, replace| replace.price = Some(price("94"))),
        fault("Combination", &["trigger"], |_, replace| replace.trigger = Some(price("94"))),
    ];
    let shape: Vec<Fault<ReplaceOrder>> = vec![
        fault("NotionalTooSmall", &["size"], |_, replace| replace.quantity = Some(quantity("0.001"))),
        second("BeyondBound", "of where it waits", &["bound"], |_, replace| {
            replace.price_bound = Some(PriceBound { lower: Some(price("96")), upper: None });
        }),
    ];
    let funds: Vec<Fault<ReplaceOrder>> =
        vec![fault("InsufficientFunds", &["size"], |_, replace| replace.quantity = Some(quantity("50")))];
    [before_prices(), parts, sizes(), other_prices(), shape, before_market(), funds, too_much()].concat()
}

/// What Alice ordered for 98 dollars is one from now on, whatever it costs.
fn by_amount() -> (World, ReplaceOrder) {
    let mut world = open_market();
    let order = PlaceOrder { size: Size::Quote(amount("98")), ..limit(ALICE, Side::Buy, "1", "98") };
    let order = world.place(order).unwrap();
    (world, ReplaceOrder { price: Some(price("97")), ..ReplaceOrder::new(ALICE, order.id) })
}

fn by_amount_faults() -> Vec<Fault<ReplaceOrder>> {
    let funds: Vec<Fault<ReplaceOrder>> = vec![fault("InsufficientFunds", &["size"], |_, replace| {
        (replace.price, replace.quantity) = (Some(price("9000")), Some(quantity("90")));
    })];
    [before_prices(), sizes(), other_prices(), before_market(), wrong_exits(), funds, too_much()].concat()
}

fn table(world: fn() -> (World, ReplaceOrder), faults: fn() -> Vec<Fault<ReplaceOrder>>) -> Box<dyn Check> {
    Box::new(Table { world, command: Command::ReplaceOrder, faults })
}

pub(super) fn tables() -> Vec<Box<dyn Check>> {
    vec![
        table(resting, resting_faults),
        table(waiting, waiting_faults),
        table(trailing, trailing_faults),
        table(by_amount, by_amount_faults),
    ]
}

#[test]
fn the_first_of_two_reasons_is_the_answer() {
    for table in tables() {
        table.check();
    }
}
