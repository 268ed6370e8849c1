//! Every limit of the engine: what is at it is taken, and what is beyond it is refused with the limit. `docs/orders.md`
//! lists them all.

use std::fmt::Write as _;

use order_engine::{
    AccountCode, AccountDefinition, AccountSetting, AccountSettings, AnnotationPart, Annotations, AssetCode,
    AssetDefinition, AssetKind, BasisPoints, CalendarDefinition, CalendarName, Capacity, ChangeList,
    ClientOrderId, Command, CreateList, DefinitionFault, DefinitionPart, Engine, HaltReason, ImageError,
    InstrumentDefinition, InstrumentId, ListChange, ListName, Misfit, OptionContract, Reject, ReplaceOrder,
    Session, SessionKind, Setting, Side, Symbol, TextError, TradingDay, UpdateAccount, limits,
};

use crate::support::*;

/// A limit by its name, and what is answered beyond it.
macro_rules! table {
    ($($name:ident: $beyond:expr),* $(,)?) => {
        [$((stringify!($name), limits::$name.to_string(), $beyond)),*]
    };
}

/// All limits, in the order of the page. What is not refused says what happens instead.
fn limits() -> Vec<(&'static str, String, &'static str)> {
    table![
        MAX_SYMBOL_LENGTH: "no name",
        MAX_ACCOUNT_CODE_LENGTH: "no name",
        MAX_CALENDAR_NAME_LENGTH: "no name",
        MAX_HALT_REASON_LENGTH: "no name",
        MAX_CLIENT_ORDER_ID_LENGTH: "no name",
        MAX_LIST_NAME_LENGTH: "no name",
        MAX_ACCOUNT_NAME_LENGTH: "`SettingOutOfRange`",
        MAX_DISPLAY_NAME_LENGTH: "`InvalidDefinition`",
        MAX_ANNOTATIONS: "`AnnotationsTooLarge`",
        MAX_ANNOTATION_KEY_LENGTH: "`AnnotationsTooLarge`",
        MAX_ANNOTATION_VALUE_LENGTH: "`AnnotationsTooLarge`",
        MAX_ASSETS: "`CapacityExhausted`",
        MAX_INSTRUMENTS: "`CapacityExhausted`",
        MAX_ACCOUNTS: "`CapacityExhausted`",
        MAX_CALENDARS: "`CapacityExhausted`",
        MAX_DAYS_PER_CALENDAR: "`InvalidDefinition`",
        MAX_SESSIONS_PER_DAY: "`InvalidDefinition`",
        MAX_SCALE: "`InvalidDefinition`",
        LEDGER_SCALE: "`InvalidDefinition`",
        MAX_ORDER_UNITS: "`InvalidDefinition`",
        MAX_SHORT_COLLATERAL: "`InvalidDefinition`",
        MAX_CONTRACT_MULTIPLIER: "`InvalidDefinition`",
        MAX_OPEN_ORDERS_PER_ACCOUNT: "`TooManyOpenOrders`",
        MAX_ORDERS: "`CapacityExhausted`",
        MAX_REPLACES_PER_ORDER: "`CapacityExhausted`",
        MAX_LOTS_PER_POSITION: "`CapacityExhausted`",
        MAX_LISTS_PER_ACCOUNT: "`CapacityExhausted`",
        MAX_INSTRUMENTS_PER_LIST: "`CapacityExhausted`",
        MAX_EXERCISES_PER_ACCOUNT: "the oldest that does not stand goes; `CapacityExhausted` when all stand",
        MAX_ARCHIVED_CLIENT_IDS: "the oldest may be used again",
        MAX_CANDLES: "the oldest goes",
        MAX_HOURLY_CANDLES: "the oldest goes",
        MAX_IMAGE_RECORD_BYTES: "the image is refused",
    ]
    .into()
}

#[test]
fn the_page_lists_every_limit() {
    let grouped = |number: &str| {
        let mut text = String::new();
        for (place, digit) in number.chars().enumerate() {
            let left = number.len() - place;
            text.extend((place > 0 && left.is_multiple_of(3)).then_some(','));
            text.push(digit);
        }
        text
    };
    let mut table = String::from("| limit | | beyond it |\n|---|---|---|\n");
    for (name, value, beyond) in limits() {
        writeln!(table, "| `{name}` | {} | {beyond} |", grouped(&value)).unwrap();
    }
    let page = include_str!("../../../../docs/orders.md");
    assert!(page.contains(&table), "docs/orders.md should have:\n{table}");
    let source = include_str!("../../src/limits.rs");
    let named = source.lines().filter_map(|line| line.strip_prefix("pub const ")?.split(':').next());
    let mut named: Vec<_> = named.collect();
    let mut listed: Vec<_> = limits().into_iter().map(|(name, ..)| name).collect();
    named.sort_unstable();
    listed.sort_unstable();
    assert_eq!(named, listed, "every limit is in the table");
}

#[test]
fn texts_are_as_long_as_they_may_be_and_no_longer() {
    fn check<T>(most: usize, new: impl Fn(&str) -> Result<T, TextError>, character: &str) {
        assert!(new(&character.repeat(most)).is_ok());
        assert_eq!(new(&character.repeat(most + 1)).err(), Some(TextError::TooLong(most)));
    }
    check(limits::MAX_SYMBOL_LENGTH, AssetCode::new, "A");
    check(limits::MAX_SYMBOL_LENGTH, Symbol::new, "A");
    check(limits::MAX_ACCOUNT_CODE_LENGTH, AccountCode::new, "a");
    check(limits::MAX_CALENDAR_NAME_LENGTH, CalendarName::new, "a");
    check(limits::MAX_HALT_REASON_LENGTH, HaltReason::new, "a");
    check(limits::MAX_CLIENT_ORDER_ID_LENGTH, ClientOrderId::new, "a");
    check(limits::MAX_LIST_NAME_LENGTH, ListName::new, "a");
}

#[test]
fn annotations_are_as_many_and_as_long_as_they_may_be() {
    let too_large = |part, limit: usize| Reject::AnnotationsTooLarge { part, limit: limit as u64 };
    let many = |count: usize| Annotations::new((0..count).map(|number| (format!("key {number}"), "")));
    assert_eq!(many(limits::MAX_ANNOTATIONS).unwrap().iter().count(), limits::MAX_ANNOTATIONS);
    assert_eq!(
        many(limits::MAX_ANNOTATIONS + 1),
        Err(too_large(AnnotationPart::Count, limits::MAX_ANNOTATIONS))
    );
    let long = |key: usize, value: usize| Annotations::new([("k".repeat(key), "v".repeat(value))]);
    let (key, value) = (limits::MAX_ANNOTATION_KEY_LENGTH, limits::MAX_ANNOTATION_VALUE_LENGTH);
    assert!(long(key, value).is_ok());
    assert_eq!(long(key + 1, value), Err(too_large(AnnotationPart::Key, key)));
    assert_eq!(long(key, value + 1), Err(too_large(AnnotationPart::Text, value)));
}

#[test]
fn names_for_people_are_as_long_as_they_may_be() {
    let mut world = World::new();
    let name = |length: usize| {
        let name = Setting::Set("n".repeat(length).into());
        Command::UpdateAccount(UpdateAccount { name, ..UpdateAccount::new(ALICE) })
    };
    let most = limits::MAX_ACCOUNT_NAME_LENGTH;
    world.run(name(most)).unwrap();
    let (setting, maximum) = (AccountSetting::Name, most as u64);
    let refused = Reject::SettingOutOfRange { setting, minimum: 1, maximum };
    assert_eq!(world.run(name(most + 1)), Err(refused));

    let most = limits::MAX_DISPLAY_NAME_LENGTH;
    let refused = Err(Reject::InvalidDefinition(DefinitionFault::Name));
    let asset =
        |code: &str, length: usize| AssetDefinition { name: "n".repeat(length).into(), ..asset(code) };
    world.run(Command::DefineAsset(asset("N1", most))).unwrap();
    assert_eq!(world.run(Command::DefineAsset(asset("N2", most + 1))), refused);
    let instrument =
        |length: usize| InstrumentDefinition { name: "n".repeat(length).into(), ..security("N1", "N1") };
    assert_eq!(world.run(Command::DefineInstrument(instrument(most + 1))), refused);
    world.run(Command::DefineInstrument(instrument(most))).unwrap();
}

#[test]
fn a_calendar_has_so_many_days_and_a_day_so_many_sessions() {
    let mut world = World::empty();
    let calendar = |days: usize, sessions: usize| {
        let session = |number: u64| Session {
            kind: SessionKind::Regular,
            opens: START.plus_seconds(number * 10),
            closes: START.plus_seconds(number * 10 + 5),
        };
        let day = |number: usize| TradingDay {
            date: u32::try_from(number).unwrap(),
            sessions: (0..sessions).map(|place| session((number * sessions + place) as u64)).collect(),
        };
        let name = CalendarName::new(&format!("of-{days}-{sessions}")).unwrap();
        Command::DefineCalendar(CalendarDefinition { name, days: (0..days).map(day).collect() })
    };
    let refused = Err(Reject::InvalidDefinition(DefinitionFault::Days));
    let (days, sessions) = (limits::MAX_DAYS_PER_CALENDAR, limits::MAX_SESSIONS_PER_DAY);
    assert_eq!(world.run(calendar(days + 1, 1)), refused);
    world.run(calendar(days, 1)).unwrap();
    assert_eq!(world.run(calendar(1, sessions + 1)), refused);
    world.run(calendar(1, sessions)).unwrap();
    for number in 2..limits::MAX_CALENDARS {
        world.run(calendar(number, 1)).unwrap();
    }
    assert_eq!(
        world.run(calendar(limits::MAX_CALENDARS, 1)),
        full(Capacity::Calendars, limits::MAX_CALENDARS)
    );
    world.run(calendar(5, 1)).unwrap();
}

fn full<T>(what: Capacity, limit: usize) -> Result<T, Reject> {
    Err(Reject::CapacityExhausted { what, limit: limit as u64 })
}

fn asset(code: &str) -> AssetDefinition {
    let code = AssetCode::new(code).unwrap();
    AssetDefinition { code, name: "".into(), kind: AssetKind::Security, scale: 0 }
}

/// Defines what is there until no more is taken.
fn fill_up(
    engine: &mut Engine,
    limit: usize,
    what: Capacity,
    count: impl Fn(&Engine) -> usize,
    command: impl Fn(usize) -> Command,
) {
    for number in count(engine)..limit {
        engine.apply(START, &command(number)).result.unwrap();
        // As a publisher does. What nobody takes is looked at again by every command.
        engine.take_touched();
    }
    assert_eq!(engine.apply(START, &command(limit)).result, full(what, limit));
    assert_eq!(count(engine), limit);
}

#[test]
fn the_state_has_so_many_assets_instruments_and_accounts() {
    let mut engine = World::new().engine;
    let define = |number: usize| Command::DefineAsset(asset(&format!("A{number}")));
    fill_up(
        &mut engine,
        limits::MAX_ASSETS,
        Capacity::Assets,
        |engine| engine.reference().assets().len(),
        define,
    );
    let define = |number: usize| Command::DefineInstrument(security(&format!("I{number}"), "BTC"));
    let count = |engine: &Engine| engine.reference().instruments().len();
    fill_up(&mut engine, limits::MAX_INSTRUMENTS, Capacity::Instruments, count, define);
    let open = |number: usize| {
        Command::OpenAccount(AccountDefinition {
            code: AccountCode::new(&format!("account-{number}")).unwrap(),
            currency: AssetCode::new("USD").unwrap(),
            settings: AccountSettings::default(),
        })
    };
    let count = |engine: &Engine| engine.reference().accounts().len();
    fill_up(&mut engine, limits::MAX_ACCOUNTS, Capacity::Accounts, count, open);

    // With so many instruments there are enough for a list.
    let name = ListName::new("long").unwrap();
    engine.apply(START, &Command::CreateList(CreateList { account: ALICE, name })).result.unwrap();
    let list = engine.lists(ALICE)[0].id;
    let add = |number: usize| {
        let instrument = InstrumentId::new(u32::try_from(number).unwrap());
        Command::ChangeList(ChangeList { account: ALICE, list, change: ListChange::Add(instrument) })
    };
    let count = |engine: &Engine| engine.lists(ALICE)[0].items.len();
    fill_up(&mut engine, limits::MAX_INSTRUMENTS_PER_LIST, Capacity::ListItems, count, add);
}

#[test]
fn the_numbers_of_a_definition_have_their_limits() {
    let refused = |fault| Err(Reject::InvalidDefinition(fault));
    let base = || security("NEW", "BTC");
    let precise = |tick: &str, lot: &str| InstrumentDefinition {
        tick: price(tick),
        lot: quantity(lot),
        minimum_quantity: quantity(lot),
        ..base()
    };
    let units = |most: &str| InstrumentDefinition { maximum_quantity: quantity(most), ..base() };
    let short = |rate: u32| InstrumentDefinition {
        short_sale: Some(BasisPoints::new(rate)),
        ..collateralized(base())
    };
    let option = |multiplier: u32| InstrumentDefinition {
        option: Some(Box::new(OptionContract { multiplier, ..call() })),
        ..base()
    };
    let cases = [
        (precise("0.000000000001", "1"), Ok(())),
        (precise("0.0000000000001", "1"), refused(DefinitionFault::Scale)),
        (precise("0.000001", "0.000001"), Ok(())),
        (precise("0.0000001", "0.000001"), refused(DefinitionFault::Scale)),
        (units(&limits::MAX_ORDER_UNITS.to_string()), Ok(())),
        (
            units(&(limits::MAX_ORDER_UNITS + 1).to_string()),
            refused(DefinitionFault::Range(DefinitionPart::MaximumQuantity)),
        ),
        (short(limits::MAX_SHORT_COLLATERAL), Ok(())),
        (short(limits::MAX_SHORT_COLLATERAL + 1), refused(DefinitionFault::Range(DefinitionPart::ShortSale))),
        (option(limits::MAX_CONTRACT_MULTIPLIER), Ok(())),
        (
            option(limits::MAX_CONTRACT_MULTIPLIER + 1),
            refused(DefinitionFault::Range(DefinitionPart::Multiplier)),
        ),
    ];
    for (definition, expected) in cases {
        let told = format!("{definition:?}");
        let answered = World::new().run(Command::DefineInstrument(definition)).map(drop);
        assert_eq!(answered, expected, "{told}");
    }
    let scaled =
        |scale| World::empty().run(Command::DefineAsset(AssetDefinition { scale, ..asset("A") })).map(drop);
    assert_eq!(scaled(limits::LEDGER_SCALE), Ok(()));
    assert_eq!(scaled(limits::LEDGER_SCALE + 1), refused(DefinitionFault::Scale));
}

/// With commission in money, as short sales need it.
fn collateralized(definition: InstrumentDefinition) -> InstrumentDefinition {
    let charged_in = order_engine::ChargedIn::Quote;
    let commission = order_engine::Commission { charged_in, ..definition.commission };
    InstrumentDefinition { commission, ..definition }
}

#[test]
fn an_order_is_replaced_so_often_and_no_more() {
    let mut engine = World::new().engine;
    let order = limit(ALICE, Side::Buy, "1", "90");
    let order = engine.apply(START, &Command::PlaceOrder(order)).result.unwrap().order().cloned().unwrap();
    let mut replace = |number: u32| {
        let price = Some(price(if number.is_multiple_of(2) { "91" } else { "90" }));
        engine
            .apply(
                START,
                &Command::ReplaceOrder(ReplaceOrder { price, ..ReplaceOrder::new(ALICE, order.id) }),
            )
            .result
    };
    for number in 0..limits::MAX_REPLACES_PER_ORDER {
        replace(number).unwrap();
    }
    let most = limits::MAX_REPLACES_PER_ORDER;
    assert_eq!(replace(most), full(Capacity::Replaces, most as usize));
}

#[test]
fn a_record_of_an_image_is_as_long_as_it_may_be() {
    let head = |length: usize| {
        let mut bytes = vec![0x5a];
        bytes.extend(u32::try_from(length).unwrap().to_be_bytes());
        Engine::read_image(bytes.as_slice()).map(drop)
    };
    let most = limits::MAX_IMAGE_RECORD_BYTES;
    assert!(matches!(head(most), Err(ImageError::Io(_))), "it is waited for");
    let refused = head(most + 1);
    let bytes = most as u64 + 1;
    assert!(
        matches!(refused, Err(ImageError::Inconsistent { record: 1, fault: Misfit::Size { bytes: told } }) if told == bytes),
        "{refused:?}"
    );
}
