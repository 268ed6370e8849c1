//! A log of this version's rules, kept as it was written, with the state that it leads to: a change of the rules shows.
//!
//! `UPDATE_GOLDEN=1` writes it anew, which is right when rules changed on purpose and `SEMANTICS_VERSION` was raised.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::{BITCOIN, DEMO, MAKER, START, client_id, price, quantity};
use journal::{FileJournal, Journal};
use order_engine::{
    AccountId, AdjustBalance, Amount, Annotations, AssetCode, AssetDefinition, AssetId, AssetKind,
    BasisPoints, CalendarDefinition, CalendarName, CancelExercise, CancelOrder, CancelOrders, ChangeList,
    ChangeLotExits, Charge, ChargeAccount, CloseLot, ClosePosition, Command, Commission, CreateList,
    DeleteList, Delivery, ExerciseId, ExerciseKind, ExerciseStyle, ExitChanges, HaltInstrument, HaltReason,
    InstructExercise, InstrumentDefinition, InstrumentId, ListChange, ListId, ListName, LotId, Offset,
    OptionContract, OptionRight, OrderId, OrderKind, PlaceOrder, PriceBound, ReleaseOrder, ReplaceOrder,
    ResetProfit, RestateOrder, RestatedStatus, ResumeInstrument, Session, SessionKind, SetRetention, Setting,
    Settlement, Side, Size, SucceedOrder, SuccessorSize, Symbol, TimeInForce, TradingDay, TriggerSource,
    UpdateAccount, WhileClosed,
};
use runtime::{BatchError, Clock, ManualClock, Options, Runtime, SEMANTICS_VERSION, StartError};

/// Kinds of commands that the log has at least one of.
const KINDS: [&str; 29] = [
    "Tick",
    "Reset",
    "DefineAsset",
    "DefineInstrument",
    "OpenAccount",
    "AdjustBalance",
    "ChargeAccount",
    "ResetProfit",
    "UpdateQuote",
    "PlaceOrder",
    "ReleaseOrder",
    "ReplaceOrder",
    "SucceedOrder",
    "CancelOrder",
    "CancelOrders",
    "RestateOrder",
    "SetRetention",
    "UpdateAccount",
    "DefineCalendar",
    "HaltInstrument",
    "ResumeInstrument",
    "CreateList",
    "ChangeList",
    "DeleteList",
    "ChangeLotExits",
    "CloseLot",
    "ClosePosition",
    "InstructExercise",
    "CancelExercise",
];

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden-log").join(name)
}

/// Numbers that look random and are the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn price(&mut self) -> order_engine::Price {
        price(&format!("{}.{:02}", 95 + self.roll(10), self.roll(100)))
    }

    fn size(&mut self) -> order_engine::Quantity {
        quantity(&format!("0.{}", 1 + self.roll(9)))
    }

    fn account(&mut self) -> AccountId {
        if self.roll(2) == 0 { DEMO } else { MAKER }
    }
}

fn kind(dice: &mut Dice) -> OrderKind {
    let offset = Offset::Price(price("0.50"));
    let (at, trigger) = (dice.price(), dice.price());
    match dice.roll(10) {
        0 => OrderKind::Market,
        1 => OrderKind::MarketToLimit { rest_at: at },
        2 => OrderKind::Stop { trigger },
        3 => OrderKind::StopLimit { trigger, price: at },
        4 => OrderKind::MarketIfTouched { trigger },
        5 => OrderKind::TrailingStop { offset },
        6 => {
            let limit_offset = order_engine::PriceDifference::new("0.10".parse().unwrap());
            OrderKind::TrailingStopLimit { offset, limit_offset }
        }
        _ => OrderKind::Limit { price: at },
    }
}

fn place(dice: &mut Dice, number: u64) -> Command {
    let side = if dice.roll(2) == 0 { Side::Buy } else { Side::Sell };
    let time_in_force = match dice.roll(6) {
        0 => TimeInForce::Day,
        1 => TimeInForce::Ioc,
        2 => TimeInForce::Fok,
        3 => TimeInForce::Gtd(START.plus_seconds(number + 40)),
        _ => TimeInForce::Gtc,
    };
    let kind = kind(dice);
    let staged_until = (dice.roll(8) == 0).then(|| START.plus_seconds(number + 20));
    Command::PlaceOrder(PlaceOrder {
        time_in_force,
        staged_until,
        post_only: matches!(kind, OrderKind::Limit { .. }) && dice.roll(5) == 0,
        client_order_id: (dice.roll(2) == 0).then(|| client_id(&format!("golden-{}", dice.roll(150)))),
        annotations: Annotations::new([("note", format!("order {number}"))]).unwrap(),
        ..PlaceOrder::new(dice.account(), BITCOIN, side, kind, Size::Base(dice.size()))
    })
}

/// A share that can be sold short, a short sale that rests and one that does not, and what covers them.
fn shorting(step: u64) -> Command {
    let share = InstrumentId::new(1);
    let code = |text: &str| AssetCode::new(text).unwrap();
    let order = |account, side, kind, units: &str| {
        PlaceOrder::new(account, share, side, kind, Size::Base(quantity(units)))
    };
    let limit = |at: &str| OrderKind::Limit { price: price(at) };
    let short = |kind, units: &str| {
        let sale = order(DEMO, Side::Sell, kind, units);
        Command::PlaceOrder(PlaceOrder { short_sale: true, ..sale })
    };
    match step {
        0 => Command::DefineAsset(AssetDefinition {
            code: code("XYZ"),
            name: "Share".into(),
            kind: AssetKind::Security,
            scale: 0,
        }),
        1 => Command::DefineInstrument(InstrumentDefinition {
            symbol: Symbol::new("XYZ").unwrap(),
            name: "Share".into(),
            base: code("XYZ"),
            quote: code("USD"),
            settlement: Settlement::Security,
            tick: price("0.01"),
            lot: quantity("1"),
            minimum_quantity: quantity("1"),
            maximum_quantity: quantity("1000"),
            minimum_notional: Amount::ZERO,
            commission: Commission { taker: BasisPoints::new(10), ..Commission::NONE },
            day_ends_at: 0,
            trigger_source: TriggerSource::OtherSide,
            calendar: None,
            while_closed: WhileClosed::Queue,
            option: None,
            pip: None,
            short_sale: Some(BasisPoints::new(15_000)),
        }),
        2 => Command::UpdateAccount(UpdateAccount { may_sell_short: Some(true), ..UpdateAccount::new(DEMO) }),
        3 => short(limit("50.00"), "10"),
        4 => Command::PlaceOrder(order(MAKER, Side::Buy, limit("50.00"), "7")),
        5 => short(limit("51.00"), "3"),
        6 => Command::PlaceOrder(order(DEMO, Side::Buy, limit("48.00"), "4")),
        7 => Command::PlaceOrder(order(MAKER, Side::Sell, limit("48.00"), "3")),
        _ => Command::PlaceOrder(order(DEMO, Side::Buy, limit("47.00"), "2")),
    }
}

/// A call that is bought from outside, exercised in part, and expires by itself while one notice stands.
fn options_step(number: u64) -> Option<Command> {
    let contract = InstrumentId::new(2);
    let instruct = |kind, contracts: &str| {
        let (account, client_id) = (DEMO, Some(client_id(&format!("exercise-{number}"))));
        let quantity = quantity(contracts);
        Command::InstructExercise(InstructExercise {
            account,
            instrument: contract,
            kind,
            quantity,
            client_id,
        })
    };
    let code = AssetCode::new("CALL").unwrap();
    Some(match number {
        140 => {
            let (name, kind, scale) = ("Call".into(), AssetKind::Security, 0);
            Command::DefineAsset(AssetDefinition { code, name, kind, scale })
        }
        141 => Command::DefineInstrument(InstrumentDefinition {
            symbol: Symbol::new("BTC-CALL").unwrap(),
            name: "Call".into(),
            base: code,
            quote: AssetCode::new("USD").unwrap(),
            settlement: Settlement::Security,
            tick: price("0.01"),
            lot: quantity("1"),
            minimum_quantity: quantity("1"),
            maximum_quantity: quantity("1000"),
            minimum_notional: Amount::ZERO,
            commission: Commission::NONE,
            day_ends_at: 0,
            trigger_source: TriggerSource::OtherSide,
            calendar: None,
            while_closed: WhileClosed::Queue,
            option: Some(Box::new(OptionContract {
                underlier: Symbol::new("BTC-USD").unwrap(),
                right: OptionRight::Call,
                strike: price("90.00"),
                multiplier: 10,
                expires_at: START.plus_seconds(160),
                style: ExerciseStyle::American,
                delivery: Delivery::Physical,
            })),
            pip: None,
            short_sale: None,
        }),
        142 => {
            let amount = Amount::from_units(9_000_000_000_000);
            Command::AdjustBalance(AdjustBalance { account: DEMO, asset: AssetId::new(3), amount })
        }
        143 => instruct(ExerciseKind::Exercise, "2"),
        144 => instruct(ExerciseKind::DoNotExercise, "3"),
        145 => Command::CancelExercise(CancelExercise { account: DEMO, notice: ExerciseId::new(1) }),
        _ => return None,
    })
}

/// What is asked once.
fn rare(number: u64) -> Option<Command> {
    let list = ListId::new(1);
    Some(match number {
        20 => {
            let opens = START.plus_seconds(10_000);
            let session = Session { kind: SessionKind::Regular, opens, closes: opens.plus_seconds(600) };
            let day = TradingDay { date: 19_675, sessions: vec![session] };
            let name = CalendarName::new("short").unwrap();
            Command::DefineCalendar(CalendarDefinition { name, days: vec![day] })
        }
        30 => {
            let name = ListName::new("watched").unwrap();
            Command::CreateList(CreateList { account: DEMO, name })
        }
        31 => {
            let change = ListChange::Add(BITCOIN);
            Command::ChangeList(ChangeList { account: DEMO, list, change })
        }
        32 => Command::DeleteList(DeleteList { account: DEMO, list }),
        35 => {
            let (charge, amount) = (Charge::Fee, Amount::from_units(-1_000_000_000_000));
            Command::ChargeAccount(ChargeAccount { account: DEMO, charge, amount })
        }
        36 => Command::ResetProfit(ResetProfit { account: DEMO }),
        40 => {
            let name = Setting::Set("Demo".into());
            Command::UpdateAccount(UpdateAccount { name, ..UpdateAccount::new(DEMO) })
        }
        50 => {
            let reason = HaltReason::new("news").unwrap();
            Command::HaltInstrument(HaltInstrument { instrument: BITCOIN, reason })
        }
        60 => Command::ResumeInstrument(ResumeInstrument { instrument: BITCOIN }),
        100 => {
            let changes = ExitChanges::KEEP;
            Command::ChangeLotExits(ChangeLotExits { account: DEMO, lot: LotId::new(40), changes })
        }
        110 => {
            let (quantity, price_bound, client_order_id) = (None, PriceBound::default(), None);
            Command::CloseLot(CloseLot {
                account: DEMO,
                lot: LotId::new(40),
                quantity,
                price_bound,
                client_order_id,
                annotations: Annotations::default(),
            })
        }
        120 => {
            let (price_bound, client_order_id) = (PriceBound::default(), None);
            let (account, instrument) = (DEMO, BITCOIN);
            let annotations = Annotations::default();
            Command::ClosePosition(ClosePosition {
                account,
                instrument,
                price_bound,
                client_order_id,
                annotations,
            })
        }
        130..=138 => shorting(number - 130),
        140..150 => return options_step(number),
        200 => {
            let (instruments, side, classes) = (None, None, None);
            Command::CancelOrders(CancelOrders {
                account: MAKER,
                instruments,
                side,
                classes,
                staged: true,
                short_sale: None,
            })
        }
        _ => return None,
    })
}

/// What is asked in one second, about orders that there are.
fn step(dice: &mut Dice, number: u64, orders: &[OrderId]) -> Command {
    if let Some(command) = rare(number) {
        return command;
    }
    let pick = dice.roll(12).min(orders.len() as u64 - 1);
    let order = orders[orders.len() - 1 - usize::try_from(pick).unwrap()];
    let account = dice.account();
    match dice.roll(24) {
        0 | 1 => common::quote(&format!("{}.50", 96 + dice.roll(6)), &format!("{}.60", 102 + dice.roll(2))),
        2 | 3 => Command::CancelOrder(CancelOrder { account, order, client_order_id: None }),
        4 | 5 => Command::ReplaceOrder(ReplaceOrder {
            account,
            order,
            price: Some(dice.price()),
            quantity: None,
            time_in_force: None,
            price_bound: None,
            client_order_id: None,
            annotations: None,
            trigger: None,
            exits: ExitChanges::KEEP,
        }),
        6 | 7 => Command::SucceedOrder(SucceedOrder {
            account,
            order,
            client_order_id: None,
            price: Some(dice.price()),
            size: SuccessorSize::Leaves,
            time_in_force: None,
            post_only: None,
            annotations: None,
        }),
        8 | 9 => Command::ReleaseOrder(ReleaseOrder { account, order }),
        10 => Command::RestateOrder(RestateOrder {
            order,
            price: None,
            trigger: None,
            quantity: None,
            time_in_force: None,
            status: if dice.roll(2) == 0 { RestatedStatus::Keep } else { RestatedStatus::Canceled },
            request_id: None,
            annotations: Annotations::default(),
        }),
        11 => Command::Tick,
        12 => Command::AdjustBalance(AdjustBalance {
            account,
            asset: AssetId::new(0),
            amount: Amount::from_units(1_000_000_000_000),
        }),
        13 if number > 300 => Command::SetRetention(SetRetention { closed_orders: Some(60) }),
        _ => place(dice, number),
    }
}

/// What the log leads to, as it is checked in.
async fn summary(runtime: &Runtime) -> String {
    let hash = runtime.handle().state_hash().await.unwrap();
    let hash = blake3::Hash::from_bytes(hash).to_hex();
    let orders: Vec<String> = [DEMO, MAKER]
        .iter()
        .flat_map(|account| runtime.handle().views().orders(*account))
        .map(|order| {
            format!("{} {:?} {} {}\n", order.id, order.status, order.filled, order.versions().count())
        })
        .collect();
    format!("rules {SEMANTICS_VERSION}\nstate {hash}\n{}", orders.concat())
}

fn options(dir: &Path) -> Options {
    Options { retention: None, ..Options::in_directory(dir) }
}

/// Payloads of a journal, each after its length.
fn packed(dir: &Path) -> Vec<u8> {
    let journal = FileJournal::open(dir, journal::Options::default()).unwrap().0;
    let mut packed = Vec::new();
    for batch in journal.read_from(1).unwrap() {
        let payload = batch.unwrap().payload;
        packed.extend(u32::try_from(payload.len()).unwrap().to_le_bytes());
        packed.extend(payload);
    }
    packed
}

fn unpacked(mut packed: &[u8]) -> Vec<Vec<u8>> {
    let mut payloads = Vec::new();
    while let Some((length, rest)) = packed.split_first_chunk() {
        let (payload, rest) = rest.split_at(u32::from_le_bytes(*length) as usize);
        payloads.push(payload.to_vec());
        packed = rest;
    }
    payloads
}

fn journal_of(payloads: &[Vec<u8>]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = FileJournal::open(dir.path(), journal::Options::default()).unwrap().0;
    let payloads: Vec<&[u8]> = payloads.iter().map(Vec::as_slice).collect();
    journal.append(&payloads).unwrap();
    dir
}

/// Writes the log and its summary.
async fn write_anew() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(START));
    let runtime = Runtime::start(options(dir.path()), Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
    let (mut dice, mut kinds, mut orders) = (Dice(20), BTreeSet::new(), vec![OrderId::new(1)]);
    let mut log = common::seed();
    log.push(Command::Reset);
    log.extend(common::seed());
    log.push(common::quote("99.50", "100.50"));
    for number in 0..400 {
        clock.advance_nanos(1_000_000_000);
        let commands =
            if number == 0 { std::mem::take(&mut log) } else { vec![step(&mut dice, number, &orders)] };
        for command in &commands {
            kinds.insert(
                format!("{command:?}").split(|c: char| !c.is_alphanumeric()).next().unwrap().to_owned(),
            );
        }
        for outcome in runtime.handle().submit_all(commands).await.unwrap().into_iter().flatten() {
            orders.extend(outcome.about);
        }
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), {
        let mut all = KINDS.to_vec();
        all.sort_unstable();
        all
    });
    let summary = summary(&runtime).await;
    runtime.stop().unwrap();
    fs::create_dir_all(file("")).unwrap();
    fs::write(file("log.bin"), packed(dir.path())).unwrap();
    fs::write(file("state.txt"), summary).unwrap();
}

#[tokio::test]
async fn the_log_of_this_version_leads_where_it_led() {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        write_anew().await;
    }
    let expected = fs::read_to_string(file("state.txt")).unwrap();
    let dir = journal_of(&unpacked(&fs::read(file("log.bin")).unwrap()));
    let runtime = Runtime::start(options(dir.path()), common::clock()).unwrap();
    assert_eq!(summary(&runtime).await, expected, "the rules have changed: raise SEMANTICS_VERSION");
    // And by way of a snapshot.
    runtime.handle().save_snapshot().await.unwrap();
    runtime.stop().unwrap();
    let runtime = Runtime::start(options(dir.path()), common::clock()).unwrap();
    assert_eq!(summary(&runtime).await, expected);
}

/// The rules under which a batch was logged stand in its record.
#[test]
fn a_log_of_other_rules_is_refused_with_the_remedy() {
    for other in [SEMANTICS_VERSION - 1, SEMANTICS_VERSION + 1] {
        let mut payloads = unpacked(&fs::read(file("log.bin")).unwrap());
        let last = payloads.len() - 1;
        // An array, the format, and the rules.
        assert_eq!(u32::from(payloads[last][2]), SEMANTICS_VERSION);
        payloads[last][2] = u8::try_from(other).unwrap();
        let dir = journal_of(&payloads);
        let refused = Runtime::start(options(dir.path()), common::clock()).unwrap_err();
        let StartError::Batch { sequence, source: BatchError::Semantics { found } } = &refused else {
            panic!("{refused:?}");
        };
        assert_eq!((*sequence, *found), (payloads.len() as u64, other));
        assert!(refused.to_string().contains("use the version that wrote it"), "{refused}");
    }
}
