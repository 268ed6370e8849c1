//! Orders that wait for the market, and market orders: whatever can be said without the market comes first.

use order_engine::{
    Amount, Command, Exits, Offset, OrderKind, PlaceOrder, PriceBound, PriceDifference, SelfMatch, Side,
    Size, TimeInForce, UpdateAccount,
};
use rust_decimal::Decimal;

use super::*;

fn order(kind: OrderKind) -> PlaceOrder {
    PlaceOrder::new(ALICE, BTC_USD, Side::Buy, kind, Size::Base(quantity("1")))
}

/// Nobody but the house is there.
fn quiet_market() -> World {
    let mut world = world_that(WhileClosed::Refuse);
    world.wait_seconds(250);
    world.run(Command::Tick).unwrap();
    world
}

/// What can be wrong with any order before its prices.
fn before_prices() -> Vec<Fault<PlaceOrder>> {
    vec![
        fault("UnknownAccount", &["account"], |_, order| order.account = AccountId::new(99)),
        fault("AccountNotOpen", &["account"], |world, order| {
            order.account = BOB;
            suspend(world, BOB);
        }),
        fault("UnknownInstrument", &["instrument"], |_, order| {
            order.instrument = order_engine::InstrumentId::new(99);
        }),
        fault("ExistsWithDifferent", &["client id"], |world, order| {
            order.client_order_id = Some(client_id("used"));
            use_id(world, order.account);
        }),
        second("ExpiryInPast", "of a staging", &["staging"], |_, order| order.staged_until = Some(START)),
        fault("ReleaseInPast", &["release"], |_, order| order.release_at = Some(START)),
        fault("Combination", &["post only"], |_, order| order.post_only = true),
        fault("Combination", &["bound"], |_, order| order.price_bound = crossed()),
        fault("Combination", &["exits", "reduces"], |_, order| {
            order.reduce_only = true;
            order.exits = Exits { take_profit: Some(price("150")), ..Exits::NONE };
        }),
        fault("Combination", &["exits"], |_, order| order.exits = in_pips()),
        fault("SizeNotPositive", &["size"], |_, order| order.size = Size::Base(quantity("0"))),
        fault("SizeNotPositive", &["size"], |_, order| order.size = Size::Quote(Amount::from_units(-1))),
        fault("QuantityTooPrecise", &["size"], |_, order| order.size = Size::Base(quantity("1.0001"))),
        second("Overflow", "of a quantity", &["size"], |_, order| {
            order.size = Size::Base(quantity(TOO_LARGE));
        }),
    ]
}

/// What can be wrong with any order after its limit or its trigger, and before the market.
fn before_market() -> Vec<Fault<PlaceOrder>> {
    vec![
        second("PriceTooPrecise", "of an exit", &["exits"], |_, order| {
            order.exits = Exits { stop_loss: Some(price("50.001")), ..Exits::NONE };
        }),
        fault("QuantityTooLarge", &["size"], |_, order| order.size = Size::Base(quantity("101"))),
        fault("NotionalTooSmall", &["size"], |_, order| order.size = Size::Quote(amount("0.5"))),
    ]
}

fn at_its_end() -> Vec<Fault<PlaceOrder>> {
    vec![
        fault("ExpiryInPast", &["time in force"], |_, order| order.time_in_force = TimeInForce::Gtd(START)),
        fault("TradingHalted", &["market"], |world, _| halt(world)),
        fault("MarketClosed", &["market"], |world, _| world.wait_seconds(300)),
    ]
}

fn no_liquidity() -> Vec<Fault<PlaceOrder>> {
    vec![fault("NoLiquidity", &["market"], |world, _| empty_market(world))]
}

fn wrong_exits() -> Vec<Fault<PlaceOrder>> {
    vec![
        fault("OffsetOutOfRange", &["exits"], |_, order| order.exits = too_far()),
        fault("TakeProfitOnWrongSide", &["exits"], |_, order| {
            order.exits = Exits { take_profit: Some(price("50")), ..Exits::NONE };
        }),
        fault("StopLossOnWrongSide", &["exits"], |_, order| {
            order.exits = Exits { stop_loss: Some(price("15000")), ..Exits::NONE };
        }),
    ]
}

fn at_the_account() -> Vec<Fault<PlaceOrder>> {
    vec![
        fault("QuantityAbovePosition", &["reduces", "exits"], |_, order| order.reduce_only = true),
        fault("ShortSaleForbidden", &["short"], |_, order| order.short_sale = true),
        fault("InsufficientFunds", &["funds"], |world, _| {
            world.run(deposit(ALICE, USD, "-99990")).map(drop).unwrap();
        }),
    ]
}

fn too_much() -> Vec<Fault<PlaceOrder>> {
    vec![fault("NotionalTooLarge", &["greatest value"], |world, _| allow(world, "0.05"))]
}

fn beyond_its_own_price() -> Vec<Fault<PlaceOrder>> {
    vec![second("BeyondBound", "of its own price", &["bound", "kind"], |_, order| {
        order.price_bound = PriceBound { lower: None, upper: Some(price("50")) };
    })]
}

fn stop_limit(trigger: &str, limit: &str) -> OrderKind {
    OrderKind::StopLimit { trigger: price(trigger), price: price(limit) }
}

fn stop_limit_faults() -> Vec<Fault<PlaceOrder>> {
    let prices: Vec<Fault<PlaceOrder>> = vec![
        fault("PriceTooPrecise", &["kind"], |_, order| order.kind = stop_limit("105", "106.001")),
        fault("PriceTooLarge", &["kind"], |_, order| order.kind = stop_limit("105", TOO_LARGE)),
        second("PriceTooPrecise", "of a bound", &["bound"], |_, order| {
            order.price_bound.lower = Some(price("0.001"));
        }),
        second("PriceTooPrecise", "of a trigger", &["kind"], |_, order| {
            order.kind = stop_limit("105.001", "106");
        }),
    ];
    [
        before_prices(),
        prices,
        before_market(),
        beyond_its_own_price(),
        at_its_end(),
        wrong_exits(),
        at_the_account(),
        too_much(),
    ]
    .concat()
}

fn touched(trigger: &str) -> OrderKind {
    OrderKind::MarketIfTouched { trigger: price(trigger) }
}

fn touched_faults() -> Vec<Fault<PlaceOrder>> {
    let prices: Vec<Fault<PlaceOrder>> = vec![
        fault("PriceTooPrecise", &["kind"], |_, order| order.kind = touched("95.001")),
        fault("PriceTooLarge", &["kind"], |_, order| order.kind = touched(TOO_LARGE)),
    ];
    [
        before_prices(),
        prices,
        before_market(),
        beyond_its_own_price(),
        at_its_end(),
        no_liquidity(),
        wrong_exits(),
        at_the_account(),
        too_much(),
    ]
    .concat()
}

fn trailing(offset: &str, limit_offset: &str) -> OrderKind {
    let limit_offset: Decimal = limit_offset.parse().unwrap();
    let limit_offset = PriceDifference::new(limit_offset);
    OrderKind::TrailingStopLimit { offset: Offset::Price(price(offset)), limit_offset }
}

fn trailing_faults() -> Vec<Fault<PlaceOrder>> {
    let parts: Vec<Fault<PlaceOrder>> = vec![fault("Combination", &["kind"], |_, order| {
        order.kind = OrderKind::TrailingStop { offset: Offset::Pips(Pips::from_tenths(50)) };
    })];
    let (mut first, sizes) = (before_prices(), before_prices().split_off(10));
    first.truncate(10);
    let prices: Vec<Fault<PlaceOrder>> = vec![
        second("PriceTooPrecise", "of a bound", &["bound"], |_, order| {
            order.price_bound.lower = Some(price("0.001"));
        }),
        fault("PriceTooPrecise", &["kind"], |_, order| order.kind = trailing("5.001", "1")),
        fault("OffsetTooPrecise", &["kind"], |_, order| order.kind = trailing("5", "0.001")),
        fault("PriceTooLarge", &["kind"], |_, order| order.kind = trailing(TOO_LARGE, "1")),
        second("Overflow", "of a distance", &["kind"], |_, order| order.kind = trailing("5", TOO_LARGE)),
    ];
    let at_the_market: Vec<Fault<PlaceOrder>> = vec![
        fault("OffsetOutOfRange", &["kind"], |_, order| order.kind = trailing("5", "-20000")),
        second("NotionalTooSmall", "of where it waits", &["size"], |_, order| {
            order.size = Size::Base(quantity("0.001"));
        }),
        second("BeyondBound", "of where it waits", &["bound", "kind"], |_, order| {
            order.price_bound = PriceBound { lower: None, upper: Some(price("50")) };
        }),
    ];
    [
        first,
        parts,
        sizes,
        prices,
        before_market(),
        at_its_end(),
        no_liquidity(),
        at_the_market,
        wrong_exits(),
        at_the_account(),
        too_much(),
    ]
    .concat()
}

fn market_faults() -> Vec<Fault<PlaceOrder>> {
    let prices: Vec<Fault<PlaceOrder>> =
        vec![second("PriceTooPrecise", "of a bound", &["bound"], |_, order| {
            order.price_bound.lower = Some(price("0.001"));
        })];
    let at_the_book: Vec<Fault<PlaceOrder>> = vec![
        fault("BeyondBound", &["bound"], |_, order| {
            order.price_bound = PriceBound { lower: None, upper: Some(price("50")) };
        }),
        second("QuantityTooLarge", "of what an amount comes to", &["size"], |_, order| {
            order.size = Size::Quote(amount("90000"));
        }),
    ];
    let matching: Vec<Fault<PlaceOrder>> = vec![
        fault("NotFillable", &["size", "time in force"], |_, order| {
            order.size = Size::Base(quantity("50"));
            order.time_in_force = TimeInForce::Fok;
        }),
        fault("SelfMatch", &["self match", "market"], |world, order| {
            world.place(limit(ALICE, Side::Sell, "1", "100")).unwrap();
            order.self_match = SelfMatch::Refuse;
        }),
    ];
    [
        before_prices(),
        prices,
        before_market(),
        at_its_end(),
        no_liquidity(),
        wrong_exits(),
        at_the_book,
        at_the_account(),
        matching,
        too_much(),
    ]
    .concat()
}

/// A limit order for a margin position, good for what margin alone can refuse.
fn margin_faults() -> Vec<Fault<PlaceOrder>> {
    vec![
        fault("NoConversion", &["instrument"], |_, order| order.instrument = USD_JPY),
        fault("InMarginCall", &["size", "called", "instrument"], |world, order| {
            let closeout = Setting::Set(order_engine::BasisPoints::new(5_000));
            set(world, UpdateAccount { closeout, ..UpdateAccount::new(ALICE) });
            let bought = PlaceOrder {
                size: Size::Base(quantity("1900000")),
                kind: OrderKind::Market,
                ..order.clone()
            };
            world.place(bought).unwrap();
            world.run(quote(EUR_USD, "0.99", "0.99001", "10000000")).unwrap();
        }),
        fault("InsufficientMargin", &["size", "called"], |_, order| {
            order.size = Size::Base(quantity("9000000"));
        }),
        fault("NotFillable", &["time in force"], |_, order| order.time_in_force = TimeInForce::Fok),
        fault("WouldTakeLiquidity", &["time in force", "kind"], |_, order| {
            order.kind = OrderKind::Limit { price: price("1.1") };
            order.post_only = true;
        }),
        fault("NotionalTooLarge", &["greatest value", "instrument"], |world, _| allow(world, "0.05")),
    ]
}

fn margin_world() -> (World, PlaceOrder) {
    let mut world = World::new();
    world.run(quote(EUR_USD, "1", "1.00001", "10000000")).unwrap();
    let kind = OrderKind::Limit { price: price("0.98") };
    (world, PlaceOrder::new(ALICE, EUR_USD, Side::Buy, kind, Size::Base(quantity("1000"))))
}

fn table(world: fn() -> (World, PlaceOrder), faults: fn() -> Vec<Fault<PlaceOrder>>) -> Box<dyn Check> {
    Box::new(Table { world, command: Command::PlaceOrder, faults })
}

pub(super) fn tables() -> Vec<Box<dyn Check>> {
    vec![
        table(|| (open_market(), order(stop_limit("105", "106"))), stop_limit_faults),
        table(|| (quiet_market(), order(touched("95"))), touched_faults),
        table(|| (quiet_market(), order(trailing("5", "1"))), trailing_faults),
        table(|| (quiet_market(), order(OrderKind::Market)), market_faults),
        table(margin_world, margin_faults),
    ]
}

#[test]
fn the_first_of_two_reasons_is_the_answer() {
    for table in tables() {
        table.check();
    }
}
