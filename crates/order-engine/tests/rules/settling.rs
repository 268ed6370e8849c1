//! What fills do to the ledger, entry by entry.

use crate::support::*;
use order_engine::{
    AccountCode, AccountDefinition, AccountId, AccountSettings, Amount, AssetCode, Change, Command,
    EntryCause, EntryKind, Execution, Outcome, PlaceOrder, Side, Size, TimeInForce,
};

/// Kind, asset, amount and balance after it.
type Entry = (EntryKind, order_engine::AssetId, Amount, Amount);

fn entries(execution: &Execution) -> Vec<Entry> {
    let postings = execution.entries().map(|entry| entry.posting);
    postings.map(|posting| (posting.kind, posting.asset, posting.amount, posting.balance)).collect()
}

fn own(outcome: &Outcome) -> Vec<Entry> {
    outcome.executions().flat_map(|execution| entries(execution)).collect()
}

#[test]
fn a_trade_moves_base_and_quote_and_takes_its_commission() {
    let mut world = World::new();
    world.run(quote(ADA_USD, "0.4999", "0.5000", "1000000")).unwrap();
    let buy = PlaceOrder { instrument: ADA_USD, ..market(ALICE, Side::Buy, Size::Base(quantity("100"))) };
    let outcome = world.run(Command::PlaceOrder(buy)).unwrap();
    let expected = [
        (EntryKind::Trade, ADA, amount("100"), amount("10100")),
        (EntryKind::Trade, USD, amount("-50"), amount("99950")),
        // 10 basis points of what is received.
        (EntryKind::Commission, ADA, amount("-0.1"), amount("10099.9")),
    ];
    assert_eq!(own(&outcome), expected);
    let execution = outcome.executions().next().unwrap();
    let entry = execution.entries().last().unwrap();
    assert_eq!((entry.account, entry.id.event.get(), entry.id.place), (ALICE, execution.id.get(), 2));
    assert_eq!(entry.cause, EntryCause::Fill { execution: execution.id, order: execution.order });
    // The house has the other side, to the last digit.
    assert_eq!(world.total(AccountId::HOUSE, ADA), amount("-99.9"));
    assert_eq!(world.total(AccountId::HOUSE, USD), amount("50"));
}

#[test]
fn both_sides_of_a_match_have_their_entries_even_of_one_account() {
    let mut world = World::new();
    world.place(limit(ALICE, Side::Sell, "2", "100")).unwrap();
    let outcome = world.run(Command::PlaceOrder(limit(ALICE, Side::Buy, "2", "100"))).unwrap();
    let fills: Vec<Entry> = outcome
        .events
        .iter()
        .filter_map(|event| event.change.execution())
        .flat_map(|fill| entries(fill))
        .collect();
    let expected = [
        (EntryKind::Trade, BTC, amount("2"), amount("12")),
        (EntryKind::Trade, USD, amount("-200"), amount("99800")),
        (EntryKind::Trade, BTC, amount("-2"), amount("10")),
        (EntryKind::Trade, USD, amount("200"), amount("100000")),
    ];
    assert_eq!(fills, expected);
}

#[test]
fn a_margin_position_moves_nothing_but_its_profit() {
    let mut world = World::new();
    world.run(quote(USD_JPY, "113.060", "113.076", "1000000")).unwrap();
    let order = |side| {
        Command::PlaceOrder(PlaceOrder {
            instrument: USD_JPY,
            time_in_force: TimeInForce::Fok,
            ..market(ALICE, side, Size::Base(quantity("10000")))
        })
    };
    let opened = world.run(order(Side::Buy)).unwrap();
    assert!(own(&opened).is_empty());
    world.run(quote(USD_JPY, "113.110", "113.132", "1000000")).unwrap();
    let closed = world.run(order(Side::Sell)).unwrap();
    // 340 yen at the unfavourable 113.132.
    assert_eq!(own(&closed), [(EntryKind::Profit, USD, amount("3.0053"), amount("100003.0053"))]);
}

#[test]
fn what_is_inside_is_what_was_deposited() {
    let mut world = World::new();
    assert_eq!(world.engine.deposited(USD), amount("200000"));
    let outcome = world.run(deposit(ALICE, USD, "-1000")).unwrap();
    assert_eq!(world.engine.deposited(USD), amount("199000"));
    let Change::BalanceAdjusted { amount: moved, balance, .. } = outcome.events[0].change else { panic!() };
    assert_eq!((moved, balance), (amount("-1000"), amount("99000")));
    let entry = outcome.events[0].entries().next().unwrap();
    assert_eq!((entry.cause, entry.posting.kind), (EntryCause::Adjustment, EntryKind::Adjustment));
    world.run(quote(BTC_USD, "99", "100", "5")).unwrap();
    world.place(market(BOB, Side::Buy, Size::Base(quantity("5")))).unwrap();
    for asset in [USD, BTC] {
        let totals = [AccountId::HOUSE, ALICE, BOB].map(|account| world.total(account, asset).units());
        assert_eq!(totals.iter().sum::<i128>(), world.engine.deposited(asset).units());
    }
}

#[test]
fn a_fill_that_closes_several_lots_has_one_entry_for_their_profit() {
    let mut world = World::new();
    world.run(quote(EUR_USD, "1.10000", "1.10010", "1000000")).unwrap();
    let order = |side, units| {
        let market = market(ALICE, side, Size::Base(quantity(units)));
        Command::PlaceOrder(PlaceOrder { instrument: EUR_USD, ..market })
    };
    world.run(order(Side::Buy, "100")).unwrap();
    world.run(order(Side::Buy, "50")).unwrap();
    let closed = world.run(order(Side::Sell, "120")).unwrap();
    assert_eq!(own(&closed), [(EntryKind::Profit, USD, amount("-0.012"), amount("99999.988"))]);
    let execution = closed.executions().next().unwrap();
    let booked: Vec<_> = execution.closed.iter().map(|lot| lot.booked).collect();
    assert_eq!(booked, [amount("-0.01"), amount("-0.002")]);
}

#[test]
fn profit_has_two_digits_more_than_people_see_of_the_currency() {
    let mut world = World::new();
    world
        .run(Command::OpenAccount(AccountDefinition {
            code: AccountCode::new("carol").unwrap(),
            currency: AssetCode::new("JPY").unwrap(),
            settings: AccountSettings::default(),
        }))
        .unwrap();
    let carol = AccountId::new(3);
    world.run(deposit(carol, JPY, "1000000")).unwrap();
    let order = |side| {
        let market = market(carol, side, Size::Base(quantity("17")));
        Command::PlaceOrder(PlaceOrder { instrument: USD_JPY, ..market })
    };
    world.run(quote(USD_JPY, "113.060", "113.076", "1000000")).unwrap();
    world.run(order(Side::Buy)).unwrap();
    world.run(quote(USD_JPY, "113.079", "113.090", "1000000")).unwrap();
    let closed = world.run(order(Side::Sell)).unwrap();
    // 0.051 yen.
    assert_eq!(own(&closed), [(EntryKind::Profit, JPY, amount("0.05"), amount("1000000.05"))]);
}
