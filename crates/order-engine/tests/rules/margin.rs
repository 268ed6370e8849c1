//! Margin instruments: net positions, lots closed oldest first, profit in the account's currency.

use crate::support::*;
use order_engine::{
    AccountCode, AccountDefinition, AccountId, AccountSettings, AssetCode, AssetDefinition, AssetKind,
    Capacity, Command, InstrumentDefinition, InstrumentId, OrderKind, Outcome, PlaceOrder, Reject, Side,
    Size, Symbol, TimeInForce, limits, valuation,
};

fn order(instrument: InstrumentId, side: Side, units: &str) -> Command {
    Command::PlaceOrder(PlaceOrder {
        instrument,
        time_in_force: TimeInForce::Fok,
        ..market(ALICE, side, Size::Base(quantity(units)))
    })
}

fn trade(world: &mut World, instrument: InstrumentId, side: Side, units: &str) -> Outcome {
    world.run(order(instrument, side, units)).unwrap()
}

#[test]
fn an_opposite_order_closes_lots_oldest_first_and_opens_the_rest() {
    let mut world = World::new();
    world.run(quote(EUR_USD, "1.19671", "1.19683", "1000000")).unwrap();
    let first = trade(&mut world, EUR_USD, Side::Buy, "100");
    let second = trade(&mut world, EUR_USD, Side::Buy, "50");
    let lot = |outcome: &Outcome| outcome.executions().next().unwrap().opened.unwrap().0;
    let (first, second) = (lot(&first), lot(&second));
    let reduced = trade(&mut world, EUR_USD, Side::Sell, "120");
    let execution = reduced.executions().next().unwrap();
    assert_eq!(execution.balance, world.total(ALICE, USD));
    let closed = execution.closed.clone();
    // The first has the number of the fill, and the next one of its own, after that of the other side.
    let numbers: Vec<_> = closed.iter().map(|lot| lot.number.get() - execution.id.get()).collect();
    assert_eq!(numbers, [0, 2]);
    let seen: Vec<_> = closed.iter().map(|lot| (lot.lot, lot.quantity, lot.whole)).collect();
    assert_eq!(seen, [(first, quantity("100"), true), (second, quantity("20"), false)]);
    let position = world.engine.holdings(ALICE).unwrap().position(EUR_USD).unwrap().clone();
    assert_eq!((position.side, position.quantity), (Side::Buy, quantity("30")));
    let turned = trade(&mut world, EUR_USD, Side::Sell, "40");
    let execution = turned.executions().next().unwrap();
    assert_eq!(execution.opened.unwrap().1, quantity("10"));
    let position = world.engine.holdings(ALICE).unwrap().position(EUR_USD).unwrap().clone();
    assert_eq!((position.side, position.quantity), (Side::Sell, quantity("10")));
}

#[test]
fn profit_is_booked_at_the_unfavourable_side_of_the_conversion() {
    let mut world = World::new();
    world.run(quote(USD_JPY, "113.060", "113.076", "1000000")).unwrap();
    trade(&mut world, USD_JPY, Side::Buy, "10000");
    world.run(quote(USD_JPY, "113.110", "113.132", "1000000")).unwrap();
    trade(&mut world, USD_JPY, Side::Sell, "10000");
    assert_eq!(world.total(ALICE, USD), amount("100003.0053"));
    world.run(quote(USD_JPY, "113.060", "113.076", "1000000")).unwrap();
    trade(&mut world, USD_JPY, Side::Buy, "10000");
    world.run(quote(USD_JPY, "113.064", "113.076", "1000000")).unwrap();
    trade(&mut world, USD_JPY, Side::Sell, "10000");
    assert_eq!(world.total(ALICE, USD), amount("100001.944"));
    assert_eq!(world.engine.holdings(ALICE).unwrap().realized, amount("1.944"));
}

#[test]
fn margin_is_counted_at_mid_in_the_accounts_currency() {
    let mut world = World::new();
    world.run(quote(EUR_USD, "1.19671", "1.19682", "10000000")).unwrap();
    world.run(quote(USD_JPY, "113.064", "113.076", "10000000")).unwrap();
    trade(&mut world, EUR_USD, Side::Buy, "270000");
    trade(&mut world, USD_JPY, Side::Buy, "60000");
    let holdings = world.engine.holdings(ALICE).unwrap();
    let quotes = |instrument| world.engine.quote(instrument);
    let summary = valuation::margin_summary(world.engine.reference(), &holdings, quotes).unwrap();
    assert_eq!(summary.used, amount("19156.3275"));
    let expected = summary.balance.units() + summary.unrealized.units() - summary.used.units();
    assert_eq!(summary.available.units(), expected);
}

#[test]
fn what_the_margin_does_not_cover_is_refused() {
    let mut world = World::new();
    world.run(quote(EUR_USD, "1.00000", "1.00001", "10000000")).unwrap();
    let refused = world.run(order(EUR_USD, Side::Buy, "3000000")).unwrap_err();
    let expected = Reject::InsufficientMargin { needed: amount("150001.5"), available: amount("100000") };
    assert_eq!(refused, expected);
    trade(&mut world, EUR_USD, Side::Buy, "1900000");
    let refused = world.run(order(EUR_USD, Side::Buy, "200000")).unwrap_err();
    assert!(matches!(refused, Reject::InsufficientMargin { .. }));
    trade(&mut world, EUR_USD, Side::Sell, "1900000");
}

#[test]
fn all_that_is_available_may_be_used() {
    let mut world = World::new();
    world.run(quote(EUR_USD, "1.00000", "1.00001", "10000000")).unwrap();
    let resting = |units| PlaceOrder {
        instrument: EUR_USD,
        kind: OrderKind::Limit { price: price("1.00000") },
        ..market(ALICE, Side::Buy, Size::Base(quantity(units)))
    };
    let refused = world.place(resting("2000001")).unwrap_err();
    let expected = Reject::InsufficientMargin { needed: amount("100000.05"), available: amount("100000") };
    assert_eq!(refused, expected);
    world.place(resting("2000000")).unwrap();
}

#[test]
fn an_instrument_that_cannot_be_valued_is_not_traded() {
    let mut world = World::new();
    let resting = PlaceOrder {
        instrument: USD_JPY,
        kind: OrderKind::Limit { price: price("113.000") },
        ..market(ALICE, Side::Buy, Size::Base(quantity("10")))
    };
    assert_eq!(world.place(resting).unwrap_err(), Reject::NoConversion { asset: JPY });
}

#[test]
fn a_position_has_no_more_lots_than_its_limit_and_can_always_be_made_smaller() {
    let mut world = World::new();
    world.run(quote(EUR_USD, "1.19671", "1.19683", "1000000")).unwrap();
    let one = order(EUR_USD, Side::Buy, "1");
    for _ in 0..limits::MAX_LOTS_PER_POSITION {
        world.engine.apply(world.now, &one).result.unwrap();
    }
    let limit = limits::MAX_LOTS_PER_POSITION as u64;
    let full = Reject::CapacityExhausted { what: Capacity::Lots, limit };
    assert_eq!(world.run(one.clone()).unwrap_err(), full);
    let position = world.engine.holdings(ALICE).unwrap().position(EUR_USD).unwrap().clone();
    assert_eq!((position.lots.len() as u64, position.cost), (limit, amount("119683")));
    assert_eq!(position.quantity, quantity("100000"));
    trade(&mut world, EUR_USD, Side::Sell, "1");
    trade(&mut world, EUR_USD, Side::Buy, "1");
    assert_eq!(world.run(one).unwrap_err(), full);
    let turned = trade(&mut world, EUR_USD, Side::Sell, "100001");
    let execution = turned.executions().next().unwrap();
    assert_eq!((execution.closed.len() as u64, execution.opened.unwrap().1), (limit, quantity("1")));
    let position = world.engine.holdings(ALICE).unwrap().position(EUR_USD).unwrap().clone();
    assert_eq!((position.side, position.cost), (Side::Sell, amount("1.19671")));
}

#[test]
fn profit_in_the_base_of_the_conversion_is_sold_at_its_bid_and_bought_at_its_ask() {
    let mut world = World::new();
    let code = AssetCode::new("GBP").unwrap();
    world
        .run(Command::DefineAsset(AssetDefinition {
            name: "GBP".into(),
            code: code.clone(),
            kind: AssetKind::Fiat,
            scale: 2,
        }))
        .unwrap();
    let eur_usd = world.engine.reference().instruments()[2].definition.clone();
    world
        .run(Command::DefineInstrument(InstrumentDefinition {
            symbol: Symbol::new("GBP-EUR").unwrap(),
            base: code,
            quote: AssetCode::new("EUR").unwrap(),
            ..eur_usd
        }))
        .unwrap();
    let gbp_eur = InstrumentId::new(6);
    world.run(quote(EUR_USD, "1.10000", "1.20000", "1000000")).unwrap();
    world.run(quote(gbp_eur, "1.00000", "1.00010", "1000000")).unwrap();
    trade(&mut world, gbp_eur, Side::Buy, "10000");
    world.run(quote(gbp_eur, "1.01010", "1.01020", "1000000")).unwrap();
    trade(&mut world, gbp_eur, Side::Sell, "10000");
    assert_eq!(world.total(ALICE, USD), amount("100110"), "100 EUR were gained");
    trade(&mut world, gbp_eur, Side::Buy, "10000");
    world.run(quote(gbp_eur, "1.00020", "1.00030", "1000000")).unwrap();
    trade(&mut world, gbp_eur, Side::Sell, "10000");
    assert_eq!(world.total(ALICE, USD), amount("99990"), "100 EUR were lost");
}

#[test]
fn profit_is_converted_by_an_instrument_between_both_assets_and_no_other() {
    let mut world = World::new();
    world
        .run(Command::OpenAccount(AccountDefinition {
            code: AccountCode::new("carol").unwrap(),
            currency: AssetCode::new("EUR").unwrap(),
            settings: AccountSettings::default(),
        }))
        .unwrap();
    let carol = AccountId::new(3);
    world.run(deposit(carol, EUR, "100000")).unwrap();
    // Quoted in dollars, too, and defined before.
    world.run(quote(BTC_USD, "50.00", "50.01", "10")).unwrap();
    let mut trade = |side, bid: &str, ask: &str| {
        world.run(quote(EUR_USD, bid, ask, "1000000")).unwrap();
        let order = market(carol, side, Size::Base(quantity("10000")));
        world.place(PlaceOrder { instrument: EUR_USD, ..order }).unwrap();
        world.total(carol, EUR)
    };
    trade(Side::Buy, "1.10000", "1.10010");
    // 999 dollars buy euros at 1.20010.
    assert_eq!(trade(Side::Sell, "1.20000", "1.20010"), amount("100832.4306"));
}
