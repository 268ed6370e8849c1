//! Options: what they cost, and that they end.

use order_engine::{
    Command, DefinitionFault, DefinitionPart, InstrumentDefinition, OptionContract, OrderKind, OrderStatus,
    PlaceOrder, Reject, Settlement, Side, Size, StatusReason, Symbol, TimeInForce,
};

use crate::support::*;

fn order(side: Side, size: &str, kind: OrderKind) -> PlaceOrder {
    PlaceOrder::new(ALICE, BTC_CALL, side, kind, Size::Base(quantity(size)))
}

fn resting(at: &str) -> PlaceOrder {
    order(Side::Buy, "3", OrderKind::Limit { price: price(at) })
}

#[test]
fn a_contract_costs_its_price_times_the_multiplier() {
    let mut world = World::new();
    world.run(quote(BTC_CALL, "1.90", "2.00", "50")).unwrap();
    let bid = world.place(resting("1.50")).unwrap();
    assert_eq!(bid.held.unwrap().amount, amount("45"), "three contracts of ten");

    let bought = world.place(order(Side::Buy, "4", OrderKind::Market)).unwrap();
    assert_eq!(bought.filled_notional, amount("80"));
    assert_eq!(bought.average_price().unwrap().to_string(), "2");
    assert_eq!(world.total(ALICE, USD), amount("99920"));
    assert_eq!(world.total(ALICE, CALL), amount("104"));
    let position = world.engine.holdings(ALICE).unwrap().position(BTC_CALL).unwrap().clone();
    assert_eq!(position.cost, amount("80"));
    assert_eq!(position.average_price().unwrap().to_string(), "2");
}

#[test]
fn trading_ends_when_the_contract_expires() {
    let mut world = World::new();
    let resting_order = world.place(resting("1.50")).unwrap();
    assert_eq!(resting_order.expires_at, Some(CALL_EXPIRES), "good till canceled is until then");
    let later = TimeInForce::Gtd(CALL_EXPIRES.plus_seconds(60));
    let dated = world.place(PlaceOrder { time_in_force: later, ..resting("1.40") }).unwrap();
    assert_eq!(dated.expires_at, Some(CALL_EXPIRES));
    // One that may not rest still waits for its trigger.
    let stop = PlaceOrder {
        time_in_force: TimeInForce::Ioc,
        ..order(Side::Buy, "1", OrderKind::Stop { trigger: price("9.00") })
    };
    let stop = world.place(stop).unwrap();

    world.wait_seconds(150);
    world.run(Command::Tick).unwrap();
    for id in [resting_order.id, dated.id, stop.id] {
        let ended = world.order(id);
        assert_eq!(ended.status, OrderStatus::Expired);
        assert_eq!(ended.reason, Some(StatusReason::TimeInForceEnded));
    }
    assert_eq!(world.held(ALICE, USD), amount("0"));
    let refused = world.place(resting("1.50")).unwrap_err();
    assert_eq!(refused, Reject::ContractExpired { expired_at: CALL_EXPIRES });
}

#[test]
fn an_option_is_on_a_known_instrument_and_paid_in_full() {
    let definition = |option: OptionContract, settlement| {
        let Some(Command::DefineInstrument(known)) = definitions()
            .into_iter()
            .find(|command| matches!(command, Command::DefineInstrument(known) if known.option.is_some()))
        else {
            unreachable!()
        };
        Command::DefineInstrument(InstrumentDefinition {
            symbol: Symbol::new("OTHER").unwrap(),
            option: Some(Box::new(option)),
            settlement,
            ..known
        })
    };
    let on = |underlier: &str| OptionContract { underlier: Symbol::new(underlier).unwrap(), ..call() };
    let cases = [
        (definition(on("NONE"), Settlement::Security), DefinitionFault::Underlier),
        (definition(on("BTC-CALL"), Settlement::Security), DefinitionFault::Underlier),
        (definition(call(), Settlement::Spot), DefinitionFault::Range(DefinitionPart::Settlement)),
        (
            definition(OptionContract { multiplier: 0, ..call() }, Settlement::Security),
            DefinitionFault::Range(DefinitionPart::Multiplier),
        ),
    ];
    let mut world = World::new();
    for (command, fault) in cases {
        assert_eq!(world.run(command).unwrap_err(), Reject::InvalidDefinition(fault));
    }
    world.run(definition(call(), Settlement::Security)).unwrap();
}
