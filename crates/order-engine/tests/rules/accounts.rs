//! What is set about an account, and what that forbids.

use crate::support::*;
use order_engine::{
    AccountDefinition, AccountSetting, AccountSettings, AccountState, Amount, BasisPoints, CancelOrder,
    Change, Command, OrderKind, PlaceOrder, Reject, ReplaceOrder, Setting, Side, Size, UpdateAccount,
    valuation,
};

fn update(world: &mut World, update: UpdateAccount) -> Result<(), Reject> {
    world.run(Command::UpdateAccount(update)).map(drop)
}

fn state(state: AccountState) -> UpdateAccount {
    UpdateAccount { state: Some(state), ..UpdateAccount::new(ALICE) }
}

fn at_most(value: &str) -> UpdateAccount {
    UpdateAccount { max_order_notional: Setting::Set(amount(value)), ..UpdateAccount::new(ALICE) }
}

#[test]
fn a_change_says_what_was_and_what_is_and_keeps_the_rest() {
    let mut world = World::new();
    let name = UpdateAccount { name: Setting::Set("Savings".into()), ..UpdateAccount::new(ALICE) };
    update(&mut world, name).unwrap();
    let rate =
        UpdateAccount { margin_rate: Setting::Set(BasisPoints::new(700)), ..UpdateAccount::new(ALICE) };
    let outcome = world.run(Command::UpdateAccount(rate)).unwrap();
    let Change::AccountUpdated { before, after } = &outcome.events[0].change else { panic!("{outcome:?}") };
    assert_eq!(
        (before.settings.margin_rate, after.settings.margin_rate),
        (None, Some(BasisPoints::new(700)))
    );
    assert_eq!(after.settings.name.as_deref(), Some("Savings"));
    assert_eq!(world.engine.reference().account(ALICE), Some(after));
    let cleared = UpdateAccount { name: Setting::Clear, ..UpdateAccount::new(ALICE) };
    update(&mut world, cleared).unwrap();
    assert_eq!(world.engine.reference().account(ALICE).unwrap().settings.name, None);
}

#[test]
fn settings_are_within_their_ranges() {
    let mut world = World::new();
    let set = |rate| Setting::Set(BasisPoints::new(rate));
    let new = || UpdateAccount::new(ALICE);
    let bounds = |setting, maximum| Err(Reject::SettingOutOfRange { setting, minimum: 1, maximum });
    let cases = [
        (
            UpdateAccount::new(order_engine::AccountId::new(9)),
            Err(Reject::UnknownAccount(order_engine::AccountId::new(9))),
        ),
        (new(), Err(Reject::NothingToReplace)),
        (UpdateAccount { name: Setting::Set("".into()), ..new() }, bounds(AccountSetting::Name, 256)),
        (
            UpdateAccount { name: Setting::Set("n".repeat(257).into()), ..new() },
            bounds(AccountSetting::Name, 256),
        ),
        (UpdateAccount { margin_rate: set(0), ..new() }, bounds(AccountSetting::MarginRate, 10_000)),
        (UpdateAccount { margin_rate: set(10_001), ..new() }, bounds(AccountSetting::MarginRate, 10_000)),
        (UpdateAccount { closeout: set(10_001), ..new() }, bounds(AccountSetting::Closeout, 10_000)),
        (
            at_most("-1"),
            Err(Reject::SettingOutOfRange {
                setting: AccountSetting::MaxOrderNotional,
                minimum: 0,
                maximum: u64::MAX,
            }),
        ),
        (UpdateAccount { closeout: set(10_000), margin_rate: set(1), ..new() }, Ok(())),
        (at_most("0"), Ok(())),
    ];
    for (asked, expected) in cases {
        let before = world.engine.state_hash();
        let refused = update(&mut world, asked.clone());
        assert_eq!(refused, expected, "{asked:?}");
        assert!(refused.is_ok() || world.engine.state_hash() == before, "a refusal changes nothing");
    }
}

#[test]
fn an_account_can_be_opened_with_settings() {
    let mut world = World::new();
    let settings = AccountSettings { closeout: Some(BasisPoints::new(5_000)), ..AccountSettings::default() };
    let definition = |settings: &AccountSettings| {
        Command::OpenAccount(AccountDefinition {
            code: order_engine::AccountCode::new("carol").unwrap(),
            currency: order_engine::AssetCode::new("USD").unwrap(),
            settings: settings.clone(),
        })
    };
    let absurd = AccountSettings { closeout: Some(BasisPoints::new(0)), ..AccountSettings::default() };
    assert!(matches!(world.run(definition(&absurd)), Err(Reject::SettingOutOfRange { .. })));
    world.run(definition(&settings)).unwrap();
    let carol = world.engine.reference().account_by_code("carol").unwrap();
    assert_eq!(carol.settings, settings);
}

#[test]
fn a_suspended_account_may_only_cancel() {
    let mut world = World::new();
    let order = world.place(limit(ALICE, Side::Buy, "1", "90")).unwrap();
    update(&mut world, state(AccountState::Suspended)).unwrap();
    let shut = Reject::AccountNotOpen { account: ALICE, state: AccountState::Suspended };
    assert_eq!(world.place(limit(ALICE, Side::Buy, "1", "90")).unwrap_err(), shut);
    let replace = ReplaceOrder { price: Some(price("91")), ..ReplaceOrder::new(ALICE, order.id) };
    assert_eq!(world.run(Command::ReplaceOrder(replace)).unwrap_err(), shut);
    let cancel = CancelOrder { account: ALICE, order: order.id, client_order_id: None };
    world.run(Command::CancelOrder(cancel)).unwrap();
    update(&mut world, state(AccountState::Open)).unwrap();
    world.place(limit(ALICE, Side::Buy, "1", "90")).unwrap();
}

#[test]
fn what_can_still_trade_keeps_an_account_from_closing() {
    let mut world = World::new();
    world.run(quote(EUR_USD, "1.00000", "1.00001", "1000000")).unwrap();
    let order = world.place(limit(ALICE, Side::Buy, "1", "90")).unwrap();
    let eur = |side| PlaceOrder { instrument: EUR_USD, ..market(ALICE, side, Size::Base(quantity("10"))) };
    world.place(eur(Side::Buy)).unwrap();
    let refused = update(&mut world, state(AccountState::Closed)).unwrap_err();
    assert_eq!(refused, Reject::AccountInUse { orders: 1, positions: 1 });
    world
        .run(Command::CancelOrder(CancelOrder { account: ALICE, order: order.id, client_order_id: None }))
        .unwrap();
    let refused = update(&mut world, state(AccountState::Closed)).unwrap_err();
    assert_eq!(refused, Reject::AccountInUse { orders: 0, positions: 1 });
    world.place(eur(Side::Sell)).unwrap();
    let closed_at = |world: &World| world.engine.reference().account(ALICE).unwrap().closed_at;
    assert_eq!(closed_at(&world), None);
    update(&mut world, state(AccountState::Closed)).unwrap();
    let day = Some(world.engine.now());
    assert_eq!(closed_at(&world), day);
    let refused = world.place(limit(ALICE, Side::Buy, "1", "90")).unwrap_err();
    assert_eq!(refused, Reject::AccountNotOpen { account: ALICE, state: AccountState::Closed });
    // What is left can be withdrawn.
    let left = world.total(ALICE, USD);
    let withdraw = order_engine::AdjustBalance { account: ALICE, asset: USD, amount: left.negated() };
    world.run(Command::AdjustBalance(withdraw)).unwrap();
    assert_eq!(world.total(ALICE, USD), Amount::ZERO);
    let name = UpdateAccount { name: Setting::Set("Old".into()), ..UpdateAccount::new(ALICE) };
    world.now = world.now.plus_seconds(60);
    update(&mut world, name).unwrap();
    assert!(Some(world.engine.now()) > day);
    assert_eq!(closed_at(&world), day, "it was closed when it was closed");
    update(&mut world, state(AccountState::Open)).unwrap();
    assert_eq!(closed_at(&world), None);
}

#[test]
fn the_value_of_one_order_is_limited_in_the_accounts_currency() {
    let mut world = World::new();
    world.run(quote(BTC_USD, "99", "100", "50")).unwrap();
    world.run(quote(USD_JPY, "99.000", "101.000", "10000000")).unwrap();
    update(&mut world, at_most("200")).unwrap();
    let too_large = |given| Reject::NotionalTooLarge { given: amount(given), maximum: amount("200") };
    let stop =
        PlaceOrder { kind: OrderKind::Stop { trigger: price("102") }, ..limit(ALICE, Side::Buy, "2", "1") };
    let jpy = PlaceOrder { instrument: USD_JPY, ..market(ALICE, Side::Buy, Size::Base(quantity("200"))) };
    let cases = [
        (limit(ALICE, Side::Buy, "2", "90"), None),
        (limit(ALICE, Side::Buy, "2.5", "90"), Some(too_large("225"))),
        (market(ALICE, Side::Buy, Size::Base(quantity("2"))), None),
        (market(ALICE, Side::Buy, Size::Base(quantity("2.001"))), Some(too_large("200.1"))),
        (stop, Some(too_large("204"))),
        // 200 at 101 are 20,200 yen, of which a dollar is worth 100.
        (jpy, Some(too_large("202"))),
    ];
    for (order, expected) in cases {
        assert_eq!(world.place(order.clone()).err(), expected, "{order:?}");
    }
    world.place(limit(BOB, Side::Buy, "50", "90")).unwrap();
}

#[test]
fn the_value_of_a_changed_order_counts_what_is_filled() {
    let mut world = World::new();
    world.run(quote(BTC_USD, "99", "100", "1")).unwrap();
    let order = world.place(limit(ALICE, Side::Buy, "2", "100")).unwrap();
    update(&mut world, at_most("250")).unwrap();
    let replace = |size: &str| {
        Command::ReplaceOrder(ReplaceOrder {
            quantity: Some(quantity(size)),
            ..ReplaceOrder::new(ALICE, order.id)
        })
    };
    let refused = world.run(replace("3")).unwrap_err();
    assert_eq!(refused, Reject::NotionalTooLarge { given: amount("300"), maximum: amount("250") });
    world.run(replace("2.5")).unwrap();
}

#[test]
fn the_larger_of_two_margin_rates_counts() {
    let mut world = World::new();
    world.run(quote(EUR_USD, "1.00000", "1.00002", "10000000")).unwrap();
    let order = PlaceOrder { instrument: EUR_USD, ..market(ALICE, Side::Buy, Size::Base(quantity("1000"))) };
    world.place(order.clone()).unwrap();
    let used = |world: &World| {
        let holdings = world.engine.holdings(ALICE).unwrap();
        let quotes = |instrument| world.engine.quote(instrument);
        valuation::margin_summary(world.engine.reference(), &holdings, quotes).unwrap().used
    };
    let rate = |rate| UpdateAccount {
        margin_rate: Setting::Set(BasisPoints::new(rate)),
        ..UpdateAccount::new(ALICE)
    };
    assert_eq!(used(&world), amount("50.0005"));
    update(&mut world, rate(100)).unwrap();
    assert_eq!(used(&world), amount("50.0005"));
    update(&mut world, rate(10_000)).unwrap();
    assert_eq!(used(&world), amount("1000.01"));
    let more = PlaceOrder { size: Size::Base(quantity("99500")), ..order };
    assert!(matches!(world.place(more), Err(Reject::InsufficientMargin { .. })));
}
