//! What operators do: override orders, set accounts up, book to them, quote, halt and define; and lists of instruments.

use order_engine::{
    AccountCode, AccountDefinition, AccountSettings, AdjustBalance, Annotations, AssetCode, AssetDefinition,
    AssetId, AssetKind, BasisPoints, CalendarDefinition, CalendarName, CancelOrder, ChangeList, Charge,
    ChargeAccount, Command, CreateList, DeleteList, HaltInstrument, HaltReason, InstrumentDefinition,
    InstrumentId, ListChange, ListId, ListItemId, ListName, OrderId, OrderKind, PlaceOrder, ResetProfit,
    RestateOrder, RestatedStatus, ResumeInstrument, SelfMatch, Setting, Side, TimeInForce, UpdateAccount,
    UpdateQuote, limits,
};

use super::*;

/// Alice buys two at 98, of which she has one.
fn resting() -> (World, RestateOrder) {
    let mut world = open_market();
    world.run(quote(BTC_USD, "90", "101", "5")).unwrap();
    let order = PlaceOrder { self_match: SelfMatch::Refuse, ..limit(ALICE, Side::Buy, "2", "98") };
    let order = world.place(order).unwrap();
    world.place(limit(BOB, Side::Sell, "1", "98")).unwrap();
    (world, restate(order.id))
}

fn restate(order: OrderId) -> RestateOrder {
    RestateOrder {
        order,
        price: Some(price("97")),
        quantity: None,
        time_in_force: None,
        trigger: None,
        status: RestatedStatus::Keep,
        request_id: None,
        annotations: Annotations::default(),
    }
}

fn restate_faults() -> Vec<Fault<RestateOrder>> {
    vec![
        fault("UnknownOrder", &["order"], |_, restate| restate.order = OrderId::new(9_999)),
        fault("ExistsWithDifferent", &["client id"], |world, restate| {
            restate.request_id = Some(client_id("used"));
            use_id(world, ALICE);
        }),
        fault("OrderClosed", &["order", "market"], |world, restate| {
            let cancel = CancelOrder { account: ALICE, order: restate.order, client_order_id: None };
            world.run(Command::CancelOrder(cancel)).unwrap();
        }),
        fault("OrderStaged", &["order", "status"], |world, restate| {
            let staged_until = Some(world.now.plus_seconds(100));
            let staged = PlaceOrder { staged_until, ..limit(ALICE, Side::Buy, "1", "7") };
            restate.order = world.place(staged).unwrap().id;
        }),
        fault("CannotRestate", &["status"], |_, restate| restate.status = RestatedStatus::Canceled),
        fault("Combination", &["time in force"], |_, restate| restate.time_in_force = Some(TimeInForce::Fok)),
        fault("Combination", &["trigger"], |_, restate| restate.trigger = Some(price("120"))),
        fault("SizeNotPositive", &["size"], |_, restate| restate.quantity = Some(quantity("0"))),
        fault("QuantityTooPrecise", &["size"], |_, restate| restate.quantity = Some(quantity("1.0001"))),
        second("Overflow", "of a quantity", &["size"], |_, restate| {
            restate.quantity = Some(quantity(TOO_LARGE));
        }),
        fault("PriceTooPrecise", &["price"], |_, restate| restate.price = Some(price("97.001"))),
        fault("PriceTooLarge", &["price"], |_, restate| restate.price = Some(price(TOO_LARGE))),
        fault("QuantityTooLarge", &["size"], |_, restate| restate.quantity = Some(quantity("101"))),
        fault("QuantityNotAboveFilled", &["size"], |_, restate| restate.quantity = Some(quantity("1"))),
        fault("NotionalTooSmall", &["price"], |_, restate| restate.price = Some(price("0.01"))),
        fault("ExpiryInPast", &["time in force"], |_, restate| {
            restate.time_in_force = Some(TimeInForce::Gtd(START));
        }),
        fault("TradingHalted", &["market"], |world, _| halt(world)),
        fault("InsufficientFunds", &["price", "size"], |_, restate| {
            (restate.price, restate.quantity) = (Some(price("9000")), Some(quantity("90")));
        }),
        // Its own order is in the way, too.
        fault("WouldTakeLiquidity", &["price"], |_, restate| restate.price = Some(price("100"))),
        fault("TriggerReached", &["market", "order", "price", "trigger", "size"], |world, restate| {
            let kind = OrderKind::Stop { trigger: price("120") };
            let armed = PlaceOrder { kind, ..limit(ALICE, Side::Buy, "1", "98") };
            restate.order = world.place(armed).unwrap().id;
            (restate.price, restate.trigger) = (None, Some(price("80")));
        }),
    ]
}

fn update_faults() -> Vec<Fault<UpdateAccount>> {
    vec![
        fault("UnknownAccount", &["account"], |_, update| update.account = AccountId::HOUSE),
        fault("SettingOutOfRange", &["rate"], |_, update| {
            update.margin_rate = Setting::Set(BasisPoints::new(10_001));
        }),
        fault("SettingOutOfRange", &["level"], |_, update| {
            update.closeout = Setting::Set(BasisPoints::new(0));
        }),
        fault("SettingOutOfRange", &["name"], |_, update| update.name = Setting::Set("".into())),
        fault("SettingOutOfRange", &["most"], |_, update| {
            update.max_order_notional = Setting::Set(amount("-1"));
        }),
        fault("AccountInUse", &["state"], |world, update| {
            world.place(limit(ALICE, Side::Buy, "1", "7")).unwrap();
            update.state = Some(AccountState::Closed);
        }),
        fault("NothingToReplace", &["rate", "level", "name", "most", "state"], |_, update| {
            update.may_sell_short = None;
        }),
    ]
}

fn adjust_faults() -> Vec<Fault<AdjustBalance>> {
    vec![
        fault("UnknownAccount", &["account"], |_, adjust| adjust.account = AccountId::new(99)),
        fault("UnknownAsset", &["asset"], |_, adjust| adjust.asset = AssetId::new(99)),
        fault("SizeNotPositive", &["amount"], |_, adjust| adjust.amount = amount("0")),
        fault("Overflow", &["amount"], |_, adjust| adjust.amount = amount("1000000000000001")),
        fault("InsufficientFunds", &["amount"], |_, adjust| adjust.amount = amount("-100001")),
    ]
}

fn charge_faults() -> Vec<Fault<ChargeAccount>> {
    vec![
        fault("UnknownAccount", &["account"], |_, charge| charge.account = AccountId::new(99)),
        fault("UnknownInstrument", &["charge"], |_, charge| {
            charge.charge = Charge::Interest { instrument: InstrumentId::new(99) };
        }),
        fault("SizeNotPositive", &["amount"], |_, charge| charge.amount = amount("0")),
        fault("InsufficientFunds", &["amount"], |_, charge| charge.amount = amount("-100001")),
    ]
}

fn quote_faults() -> Vec<Fault<UpdateQuote>> {
    vec![
        fault("UnknownInstrument", &["instrument"], |_, quote| quote.instrument = InstrumentId::new(99)),
        fault("Combination", &["bid"], |_, quote| quote.bid = price("300")),
        fault("QuantityTooPrecise", &["bid size"], |_, quote| quote.bid_size = quantity("0.0001")),
        second("Overflow", "of a quantity", &["ask size"], |_, quote| quote.ask_size = quantity(TOO_LARGE)),
        fault("PriceTooPrecise", &["bid"], |_, quote| quote.bid = price("99.001")),
        second("PriceTooPrecise", "of the ask", &["ask"], |_, quote| quote.ask = price("101.001")),
        second("Overflow", "of the value", &["bid", "ask", "ask size"], |_, quote| {
            (quote.ask, quote.ask_size) = (price("1000000000000000"), quantity("1000000"));
        }),
    ]
}

fn house_quote() -> UpdateQuote {
    UpdateQuote {
        instrument: BTC_USD,
        bid: price("99"),
        ask: price("101"),
        bid_size: quantity("5"),
        ask_size: quantity("5"),
    }
}

fn halt_faults() -> Vec<Fault<HaltInstrument>> {
    vec![
        fault("UnknownInstrument", &["instrument"], |_, halt| halt.instrument = InstrumentId::new(99)),
        fault("TradingHalted", &["halt"], |world, _| halt(world)),
    ]
}

fn resume_faults() -> Vec<Fault<ResumeInstrument>> {
    vec![
        fault("UnknownInstrument", &["instrument"], |_, resume| resume.instrument = InstrumentId::new(99)),
        fault("TradingNotHalted", &["instrument"], |_, resume| resume.instrument = EUR_USD),
    ]
}

fn halted() -> (World, ResumeInstrument) {
    let mut world = open_market();
    halt(&mut world);
    (world, ResumeInstrument { instrument: BTC_USD })
}

fn instrument() -> (World, InstrumentDefinition) {
    (World::new(), security("NEW", "XYZ"))
}

fn instrument_faults() -> Vec<Fault<InstrumentDefinition>> {
    vec![
        fault("UnknownAssetCode", &["base"], |_, new| new.base = AssetCode::new("NONE").unwrap()),
        fault("UnknownAssetCode", &["quote"], |_, new| new.quote = AssetCode::new("NONE").unwrap()),
        fault("InvalidDefinition", &["symbol"], |_, new| {
            new.symbol = order_engine::Symbol::new("XYZ").unwrap();
        }),
        fault("InvalidDefinition", &["calendar"], |_, new| {
            new.calendar = Some(CalendarName::new("none").unwrap());
        }),
        fault("InvalidDefinition", &["lot"], |_, new| new.lot = quantity("0")),
    ]
}

fn asset_faults() -> Vec<Fault<AssetDefinition>> {
    vec![
        fault("InvalidDefinition", &["code"], |_, new| new.code = AssetCode::new("USD").unwrap()),
        fault("InvalidDefinition", &["scale"], |_, new| new.scale = 13),
        fault("InvalidDefinition", &["name"], |_, new| new.name = "n".repeat(257).into()),
    ]
}

fn asset() -> (World, AssetDefinition) {
    let code = AssetCode::new("NEW").unwrap();
    (World::new(), AssetDefinition { name: "New".into(), code, kind: AssetKind::Crypto, scale: 6 })
}

fn account() -> (World, AccountDefinition) {
    let (code, currency) = (AccountCode::new("carol").unwrap(), AssetCode::new("USD").unwrap());
    (World::new(), AccountDefinition { code, currency, settings: AccountSettings::default() })
}

fn account_faults() -> Vec<Fault<AccountDefinition>> {
    vec![
        fault("UnknownAssetCode", &["currency"], |_, new| new.currency = AssetCode::new("NONE").unwrap()),
        fault("SettingOutOfRange", &["rate"], |_, new| new.settings.margin_rate = Some(BasisPoints::new(0))),
        fault("InvalidDefinition", &["code"], |_, new| new.code = AccountCode::new("alice").unwrap()),
    ]
}

fn calendar_faults() -> Vec<Fault<CalendarDefinition>> {
    vec![fault("InvalidDefinition", &["days"], |_, new| new.days.reverse())]
}

fn new_calendar() -> CalendarDefinition {
    CalendarDefinition { name: CalendarName::new("new").unwrap(), ..crate::sessions::calendar(3) }
}

fn named(name: &str) -> CreateList {
    CreateList { account: ALICE, name: ListName::new(name).unwrap() }
}

/// Alice's list, which has one instrument.
fn list() -> (World, ChangeList) {
    let mut world = World::new();
    world.run(Command::CreateList(named("watched"))).unwrap();
    let list = world.engine.lists(ALICE)[0].id;
    let change = ChangeList { account: ALICE, list, change: ListChange::Add(EUR_USD) };
    world.run(Command::ChangeList(change.clone())).unwrap();
    (world, ChangeList { change: ListChange::Add(BTC_USD), ..change })
}

fn create_faults() -> Vec<Fault<CreateList>> {
    vec![
        fault("UnknownAccount", &["account"], |_, create| create.account = AccountId::new(99)),
        fault("ListNameTaken", &["name"], |_, create| create.name = ListName::new("watched").unwrap()),
        fault("CapacityExhausted", &["capacity", "account"], |world, create| {
            for number in 1..limits::MAX_LISTS_PER_ACCOUNT {
                let other = CreateList { account: create.account, ..named(&number.to_string()) };
                world.run(Command::CreateList(other)).unwrap();
            }
        }),
    ]
}

fn change_faults() -> Vec<Fault<ChangeList>> {
    vec![
        fault("UnknownAccount", &["account"], |_, change| change.account = AccountId::new(99)),
        fault("UnknownList", &["account"], |_, change| change.account = BOB),
        fault("UnknownList", &["list"], |_, change| change.list = ListId::new(9_999)),
        fault("UnknownInstrument", &["change"], |_, change| {
            change.change = ListChange::Add(InstrumentId::new(99));
        }),
        fault("UnknownListItem", &["change"], |_, change| {
            change.change = ListChange::Remove(ListItemId::new(9_999));
        }),
        fault("InstrumentListed", &["change"], |_, change| change.change = ListChange::Add(EUR_USD)),
    ]
}

fn delete_faults() -> Vec<Fault<DeleteList>> {
    vec![
        fault("UnknownAccount", &["account"], |_, delete| delete.account = AccountId::new(99)),
        fault("UnknownList", &["list"], |_, delete| delete.list = ListId::new(9_999)),
    ]
}

fn reset_faults() -> Vec<Fault<ResetProfit>> {
    vec![fault("UnknownAccount", &["account"], |_, reset| reset.account = AccountId::HOUSE)]
}

fn table<T: 'static>(
    world: fn() -> (World, T),
    command: fn(T) -> Command,
    faults: fn() -> Vec<Fault<T>>,
) -> Box<dyn Check> {
    Box::new(Table { world, command, faults })
}

pub(super) fn tables() -> Vec<Box<dyn Check>> {
    let update = || {
        let update = UpdateAccount { may_sell_short: Some(false), ..UpdateAccount::new(ALICE) };
        (World::new(), update)
    };
    let adjust = || (World::new(), AdjustBalance { account: ALICE, asset: USD, amount: amount("1") });
    let fee = || (World::new(), ChargeAccount { account: ALICE, charge: Charge::Fee, amount: amount("-1") });
    let news = || {
        let reason = HaltReason::new("news").unwrap();
        (open_market(), HaltInstrument { instrument: BTC_USD, reason })
    };
    let deletion = || {
        let (world, change) = list();
        (world, DeleteList { account: ALICE, list: change.list })
    };
    vec![
        table(resting, Command::RestateOrder, restate_faults),
        table(update, Command::UpdateAccount, update_faults),
        table(adjust, Command::AdjustBalance, adjust_faults),
        table(fee, Command::ChargeAccount, charge_faults),
        table(|| (World::new(), ResetProfit { account: ALICE }), Command::ResetProfit, reset_faults),
        table(|| (World::new(), house_quote()), Command::UpdateQuote, quote_faults),
        table(news, Command::HaltInstrument, halt_faults),
        table(halted, Command::ResumeInstrument, resume_faults),
        table(instrument, Command::DefineInstrument, instrument_faults),
        table(asset, Command::DefineAsset, asset_faults),
        table(account, Command::OpenAccount, account_faults),
        table(|| (World::new(), new_calendar()), Command::DefineCalendar, calendar_faults),
        table(|| (list().0, named("other")), Command::CreateList, create_faults),
        table(list, Command::ChangeList, change_faults),
        table(deletion, Command::DeleteList, delete_faults),
    ]
}

#[test]
fn the_first_of_two_reasons_is_the_answer() {
    for table in tables() {
        table.check();
    }
}
