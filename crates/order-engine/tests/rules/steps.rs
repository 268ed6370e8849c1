//! Numbers where ticks and lots are no powers of ten, and at both ends of their ranges.

use order_engine::{
    Annotations, AssetCode, AssetDefinition, AssetId, AssetKind, BasisPoints, ClosePosition, Command,
    Commission, Exits, InstrumentDefinition, InstrumentId, Number, Offset, OrderKind, OrderStatus, Pips,
    PlaceOrder, PriceBound, PriceDifference, Reject, Settlement, Side, Size, Symbol,
};

use crate::support::*;

pub(crate) const STEPPED: InstrumentId = InstrumentId::new(6);
const GRAIN: AssetId = AssetId::new(7);

/// A market with ticks of 0.05 and lots of 2.5, and a commission of a tenth of a percent in what is received.
pub(crate) fn world() -> World {
    let mut world = World::new();
    let code = AssetCode::new("GRAIN").unwrap();
    let asset = AssetDefinition { name: "Grain".into(), code, kind: AssetKind::Crypto, scale: 6 };
    world.run(Command::DefineAsset(asset)).unwrap();
    let commission = world.engine.reference().instruments()[1].definition.commission;
    assert_ne!(commission, Commission::NONE);
    world
        .run(Command::DefineInstrument(InstrumentDefinition {
            settlement: Settlement::Spot,
            tick: price("0.05"),
            lot: quantity("2.5"),
            minimum_quantity: quantity("2.5"),
            maximum_quantity: quantity("1000"),
            commission,
            ..security("GRAIN-USD", "GRAIN")
        }))
        .unwrap();
    world.run(quote(STEPPED, "30.00", "30.05", "1000")).unwrap();
    world
}

fn order(side: Side, kind: OrderKind, size: Size) -> PlaceOrder {
    PlaceOrder::new(ALICE, STEPPED, side, kind, size)
}

#[test]
fn prices_and_quantities_are_whole_steps() {
    let mut world = world();
    let rest = |size: &str, at: &str| {
        order(Side::Buy, OrderKind::Limit { price: price(at) }, Size::Base(quantity(size)))
    };
    let tick = price("0.05");
    let refused = world.place(rest("5", "20.01")).unwrap_err();
    assert_eq!(refused, Reject::PriceOffTick { given: price("20.01"), tick });
    let refused = world.place(rest("6", "20.05")).unwrap_err();
    assert_eq!(refused, Reject::QuantityOffLot { given: quantity("6"), lot: quantity("2.5") });
    // Zeros at the end are no digits.
    let resting = world.place(rest("7.500", "20.0500")).unwrap();
    assert_eq!((resting.leaves, world.held(ALICE, USD)), (quantity("7.5"), amount("150.375")));
}

#[test]
fn an_amount_buys_whole_lots() {
    let mut world = world();
    // 250 are 8.3 at 30.05.
    let bought = world.place(order(Side::Buy, OrderKind::Market, Size::Quote(amount("250")))).unwrap();
    assert_eq!((bought.filled, bought.filled_notional), (quantity("7.5"), amount("225.375")));
    // 250 are 12.47 at 20.05.
    let rests = OrderKind::Limit { price: price("20.05") };
    let resting = world.place(order(Side::Buy, rests, Size::Quote(amount("250")))).unwrap();
    assert_eq!((resting.status, resting.leaves), (OrderStatus::New, quantity("10")));
}

#[test]
fn a_position_is_closed_by_the_whole_lots_that_commission_left() {
    let mut world = world();
    world.place(order(Side::Buy, OrderKind::Market, Size::Base(quantity("100")))).unwrap();
    assert_eq!(world.total(ALICE, GRAIN), amount("99.9"));
    let close = ClosePosition {
        account: ALICE,
        instrument: STEPPED,
        price_bound: PriceBound::default(),
        client_order_id: None,
        annotations: Annotations::default(),
    };
    let closed = world.run(Command::ClosePosition(close)).unwrap().order().cloned().unwrap();
    assert_eq!((closed.status, closed.quantity), (OrderStatus::Filled, quantity("97.5")));
}

#[test]
fn a_part_of_a_price_is_rounded_to_the_nearest_tick() {
    let mut world = world();
    let trailing = |rate| {
        let offset = Offset::BasisPoints(BasisPoints::new(rate));
        order(Side::Buy, OrderKind::TrailingStop { offset }, Size::Base(quantity("2.5")))
    };
    // Of 30.05: 0.3005, 0.324(54), 0.325(54) and 0.6010.
    for (rate, at) in [(100, "30.35"), (108, "30.35"), (109, "30.40"), (200, "30.65")] {
        let placed = world.place(trailing(rate)).unwrap();
        assert_eq!(placed.trigger.unwrap().price, price(at), "{rate}");
    }
}

#[test]
fn an_order_is_worth_at_most_ten_to_the_eighteenth() {
    let mut world = World::new();
    let margin = world.engine.reference().instruments()[3].definition.clone();
    world
        .run(Command::DefineInstrument(InstrumentDefinition {
            symbol: Symbol::new("USD-JPY-2").unwrap(),
            maximum_quantity: quantity("2000"),
            ..margin
        }))
        .unwrap();
    let mut place = |at: &str, size: &str| {
        let kind = OrderKind::Limit { price: price(at) };
        world.place(order(Side::Buy, kind, Size::Base(quantity(size)))).unwrap_err()
    };
    let too_much = Reject::Overflow { what: Number::Value, maximum: amount("1000000000000000000") };
    assert_eq!(place("1000000000000000.000", "1001"), too_much);
    assert_eq!(place("999999999999999.000", "1001"), too_much);
    // Exactly as much is counted, and refused for another reason: nobody quotes the market.
    assert_eq!(place("1000000000000000.000", "1000"), Reject::NoConversion { asset: JPY });
}

#[test]
fn a_level_that_trails_stays_within_the_range_of_prices() {
    let mut world = World::new();
    let margin = world.engine.reference().instruments()[2].definition.clone();
    world
        .run(Command::DefineInstrument(InstrumentDefinition {
            symbol: Symbol::new("EUR-USD-2").unwrap(),
            tick: price("0.000000000003"),
            pip: None,
            ..margin
        }))
        .unwrap();
    world.run(quote(STEPPED, "999999", "999999.000000000003", "10")).unwrap();
    let sold = PlaceOrder {
        exits: Exits { trailing: Some(Offset::BasisPoints(BasisPoints::new(9_999))), ..Exits::NONE },
        ..order(Side::Sell, OrderKind::Market, Size::Base(quantity("1")))
    };
    world.place(sold).unwrap();
    let trailing = world.lots(ALICE, STEPPED)[0].exits.trailing.unwrap();
    assert_eq!(trailing.price, price("999999.999999999999"), "the last tick below a million");
}

#[test]
fn what_is_too_large_or_too_fine_is_told_with_the_end_of_its_range() {
    let mut world = World::new();
    world.run(quote(BTC_USD, "99.00", "101.00", "5")).unwrap();
    let mut refused = |kind, size: &str| {
        let order = PlaceOrder::new(ALICE, BTC_USD, Side::Sell, kind, Size::Base(quantity(size)));
        world.place(order).unwrap_err()
    };
    let limit = |at: &str| OrderKind::Limit { price: price(at) };
    let given = price("10000000000000001");
    let told = Reject::PriceTooLarge { given, maximum: price("10000000000000000.00") };
    assert_eq!(refused(limit("10000000000000001"), "1"), told);
    let told = Reject::Overflow { what: Number::Quantity, maximum: amount("1000000000000000") };
    assert_eq!(refused(limit("100"), "1000000000000000.001"), told);
    let trailing = |by: &str| OrderKind::TrailingStopLimit {
        offset: Offset::Price(price("5")),
        limit_offset: PriceDifference::new(by.parse().unwrap()),
    };
    let given = PriceDifference::new("0.005".parse().unwrap());
    assert_eq!(refused(trailing("0.005"), "1"), Reject::OffsetTooPrecise { scale: 2, given });
    let told = Reject::Overflow { what: Number::Distance, maximum: amount("10000000000000000") };
    assert_eq!(refused(trailing("10000000000000001"), "1"), told);
}

#[test]
fn a_part_of_a_pip_that_no_price_has_is_told_as_a_distance() {
    let mut world = World::new();
    let known = world.engine.reference().instruments()[3].definition.clone();
    let symbol = Symbol::new("USD-JPY-2").unwrap();
    let coarse = InstrumentDefinition { symbol, pip: Some(price("0.001")), ..known };
    world.run(Command::DefineInstrument(coarse)).unwrap();
    world.run(quote(STEPPED, "99", "101", "5")).unwrap();
    let kind = OrderKind::TrailingStop { offset: Offset::Pips(Pips::from_tenths(15)) };
    let refused = world.place(order(Side::Sell, kind, Size::Base(quantity("1")))).unwrap_err();
    let given = PriceDifference::new("0.0015".parse().unwrap());
    assert_eq!(refused, Reject::OffsetTooPrecise { scale: 3, given });
}
