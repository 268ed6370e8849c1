//! What an operator charges to an account, and its realized profit counted anew.

use crate::support::*;
use order_engine::{
    AccountId, Change, Charge, ChargeAccount, Command, InstrumentId, OrderKind, PlaceOrder, Reject,
    ResetProfit, Side, Size,
};

fn charge(charge: Charge, units: &str) -> Command {
    Command::ChargeAccount(ChargeAccount { account: ALICE, charge, amount: amount(units) })
}

#[test]
fn a_charge_moves_the_balance_and_says_for_what() {
    let mut world = World::new();
    let interest = Charge::Interest { instrument: EUR_USD };
    for (what, moved, balance) in [
        (Charge::Fee, "-10", "99990"),
        (interest, "-0.25", "99989.75"),
        (Charge::Correction, "3", "99992.75"),
    ] {
        let outcome = world.run(charge(what, moved)).unwrap();
        let told = &outcome.events[0];
        let expected =
            Change::Charged { charge: what, asset: USD, amount: amount(moved), balance: amount(balance) };
        assert_eq!((told.account, &told.change), (ALICE, &expected));
        assert_eq!(told.entries().next().unwrap().posting.balance, amount(balance));
        assert_eq!(world.total(ALICE, USD), amount(balance));
    }
    assert_eq!(world.engine.deposited(USD), amount("199992.75"), "what is charged leaves");
}

#[test]
fn a_charge_is_no_more_than_what_is_free() {
    let mut world = World::new();
    world.run(quote(BTC_USD, "99.99", "100.01", "20")).unwrap();
    world.place(limit(ALICE, Side::Buy, "10", "90")).unwrap();
    let refused = world.run(charge(Charge::Fee, "-99100.01")).unwrap_err();
    let expected =
        Reject::InsufficientFunds { asset: USD, needed: amount("99100.01"), available: amount("99100") };
    assert_eq!(refused, expected);
    assert_eq!(world.run(charge(Charge::Fee, "0")).unwrap_err(), Reject::SizeNotPositive);
    let unknown = InstrumentId::new(99);
    let refused = world.run(charge(Charge::Interest { instrument: unknown }, "-1")).unwrap_err();
    assert_eq!(refused, Reject::UnknownInstrument(unknown));
    for account in [AccountId::HOUSE, AccountId::new(99)] {
        let charged = ChargeAccount { account, charge: Charge::Fee, amount: amount("-1") };
        let refused = world.run(Command::ChargeAccount(charged)).unwrap_err();
        assert_eq!(refused, Reject::UnknownAccount(account));
    }
}

#[test]
fn profit_is_counted_from_its_reset_on() {
    let mut world = World::new();
    world.run(quote(EUR_USD, "1.00000", "1.00002", "1000000")).unwrap();
    let trade = |world: &mut World, side| {
        let order = PlaceOrder { instrument: EUR_USD, ..market(ALICE, side, Size::Base(quantity("10000"))) };
        world.run(Command::PlaceOrder(order)).unwrap();
        world.engine.holdings(ALICE).unwrap().realized
    };
    trade(&mut world, Side::Buy);
    assert_eq!(trade(&mut world, Side::Sell), amount("-0.2"));
    let balance = world.total(ALICE, USD);
    let outcome = world.run(Command::ResetProfit(ResetProfit { account: ALICE })).unwrap();
    assert_eq!(outcome.events[0].change, Change::ProfitReset { realized: amount("-0.2") });
    assert_eq!(world.engine.holdings(ALICE).unwrap().realized, amount("0"));
    assert_eq!(world.total(ALICE, USD), balance, "no money moves");
    trade(&mut world, Side::Buy);
    assert_eq!(trade(&mut world, Side::Sell), amount("-0.2"));
    let unknown = AccountId::new(99);
    let refused = world.run(Command::ResetProfit(ResetProfit { account: unknown })).unwrap_err();
    assert_eq!(refused, Reject::UnknownAccount(unknown));
}

#[test]
fn commission_in_quote_is_no_more_than_what_was_held_for_it() {
    let mut world = World::new();
    let side = |account, side, size| PlaceOrder { instrument: XYZ_USD, ..limit(account, side, size, "5.00") };
    world.run(deposit(BOB, XYZ, "10")).unwrap();
    // A tenth of a percent of ten is a cent; of five, half a cent, which is rounded up.
    world.place(side(ALICE, Side::Buy, "2")).unwrap();
    assert_eq!(world.held(ALICE, USD), amount("10.01"));
    let taken = |world: &mut World| {
        let sold = world.run(Command::PlaceOrder(side(BOB, Side::Sell, "1"))).unwrap();
        let mut executions = sold.events.iter().filter_map(|event| event.change.execution());
        executions.find(|execution| execution.account == ALICE).unwrap().commission
    };
    assert_eq!([taken(&mut world), taken(&mut world)], [amount("0"), amount("0.01")]);
    assert_eq!((world.held(ALICE, USD), world.total(ALICE, USD)), (amount("0"), amount("99989.99")));
}

#[test]
fn what_rests_of_a_market_to_limit_order_holds_what_its_limit_needs() {
    let mut world = World::new();
    let order =
        |account, side, kind, size| PlaceOrder::new(account, XYZ_USD, side, kind, Size::Base(quantity(size)));
    world.run(deposit(BOB, XYZ, "10")).unwrap();
    let offer = |world: &mut World| {
        let limit = OrderKind::Limit { price: price("5.00") };
        world.place(order(BOB, Side::Sell, limit, "1")).unwrap();
    };
    offer(&mut world);
    let sweeps = OrderKind::MarketToLimit { rest_at: price("5.00") };
    let resting = world.place(order(ALICE, Side::Buy, sweeps, "3")).unwrap();
    assert_eq!((resting.filled, resting.commission), (quantity("1"), amount("0.01")));
    assert_eq!(world.held(ALICE, USD), amount("10.01"));
    offer(&mut world);
    // What is left keeps a cent for its own commission, so that this fill is not charged.
    assert_eq!(world.held(ALICE, USD), amount("5.01"));
    assert_eq!(world.order(resting.id).commission, amount("0.01"));
}
