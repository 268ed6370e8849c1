//! Commands with everything in them that their kind can have.

use order_engine::{
    AccountCode, AccountDefinition, AccountSettings, AccountState, Annotations, AssetCode, BasisPoints,
    CancelOrder, CancelOrders, ChangeLotExits, Charge, ChargeAccount, ChargedIn, CloseLot, ClosePosition,
    Command, Commission, Delivery, ExerciseKind, ExerciseStyle, ExitChange, ExitChanges, Exits,
    InstructExercise, InstrumentDefinition, MarketRefusal, Offset, OptionContract, OptionRight, OrderClass,
    OrderKind, Pips, PlaceOrder, PriceBound, PriceDifference, ReplaceOrder, RestateOrder, RestatedStatus,
    Rounding, SelfMatch, SetRetention, Setting, Side, Size, SucceedOrder, SuccessorSize, Symbol, TimeInForce,
    Timestamp, UpdateAccount,
};

use crate::precedence::open_market;
use crate::support::*;

type Sample = fn() -> (World, Command);

fn later(seconds: u64) -> Timestamp {
    START.plus_seconds(seconds)
}

fn noted() -> Annotations {
    Annotations::new([("note".to_owned(), "text".to_owned())]).unwrap()
}

fn bound() -> PriceBound {
    PriceBound { lower: Some(price("50")), upper: Some(price("150")) }
}

fn exits() -> Exits {
    Exits {
        take_profit: Some(price("150")),
        stop_loss: Some(price("50")),
        trailing: Some(Offset::Price(price("5"))),
    }
}

fn exit_changes() -> ExitChanges {
    let exits = exits();
    ExitChanges {
        take_profit: ExitChange::Set(exits.take_profit.unwrap()),
        stop_loss: ExitChange::Set(exits.stop_loss.unwrap()),
        trailing: ExitChange::Set(exits.trailing.unwrap()),
    }
}

/// A limit order with everything that goes together, staged and to be released.
fn full_limit() -> PlaceOrder {
    PlaceOrder {
        time_in_force: TimeInForce::Gtd(later(9_000)),
        post_only: true,
        price_bound: bound(),
        self_match: SelfMatch::Refuse,
        extended_hours: Some(true),
        client_order_id: Some(client_id("mine")),
        staged_until: Some(later(7_000)),
        market_refusal: MarketRefusal::Record,
        annotations: noted(),
        release_at: Some(later(8_000)),
        exits: exits(),
        ..limit(ALICE, Side::Buy, "1", "98")
    }
}

fn of_kind(kind: OrderKind, size: Size) -> (World, Command) {
    (open_market(), Command::PlaceOrder(PlaceOrder::new(ALICE, BTC_USD, Side::Buy, kind, size)))
}

fn trailing(offset: Offset) -> OrderKind {
    OrderKind::TrailingStopLimit { offset, limit_offset: PriceDifference::new("1".parse().unwrap()) }
}

fn one() -> Size {
    Size::Base(quantity("1"))
}

/// An order of Alice's that rests, and what is done to it.
fn to_resting(command: fn(order_engine::OrderId) -> Command) -> (World, Command) {
    let mut world = open_market();
    let order = world.place(limit(ALICE, Side::Buy, "1", "98")).unwrap();
    (world, command(order.id))
}

fn replaced() -> (World, Command) {
    to_resting(|order| {
        Command::ReplaceOrder(ReplaceOrder {
            price: Some(price("97")),
            quantity: Some(quantity("2")),
            time_in_force: Some(TimeInForce::Gtd(later(9_000))),
            price_bound: Some(bound()),
            client_order_id: Some(client_id("mine")),
            annotations: Some(noted()),
            exits: exit_changes(),
            ..ReplaceOrder::new(ALICE, order)
        })
    })
}

fn triggered() -> (World, Command) {
    let mut world = open_market();
    let kind = OrderKind::StopLimit { trigger: price("105"), price: price("106") };
    let order = world.place(PlaceOrder { kind, ..limit(ALICE, Side::Buy, "1", "98") }).unwrap();
    let (trigger, limit) = (Some(price("104")), Some(price("105")));
    let replace = ReplaceOrder { trigger, price: limit, ..ReplaceOrder::new(ALICE, order.id) };
    (world, Command::ReplaceOrder(replace))
}

fn succeeded() -> (World, Command) {
    to_resting(|order| {
        Command::SucceedOrder(SucceedOrder {
            account: ALICE,
            order,
            client_order_id: Some(client_id("mine")),
            price: Some(price("97")),
            size: SuccessorSize::Of(Size::Quote(amount("100"))),
            time_in_force: Some(TimeInForce::Day),
            post_only: Some(true),
            annotations: Some(noted()),
        })
    })
}

fn restated() -> (World, Command) {
    to_resting(|order| {
        Command::RestateOrder(RestateOrder {
            order,
            price: Some(price("97")),
            quantity: Some(quantity("2")),
            time_in_force: Some(TimeInForce::Day),
            status: RestatedStatus::Keep,
            request_id: Some(client_id("theirs")),
            annotations: noted(),
            trigger: None,
        })
    })
}

fn canceled() -> (World, Command) {
    to_resting(|order| {
        let client_order_id = Some(client_id("mine"));
        Command::CancelOrder(CancelOrder { account: ALICE, order, client_order_id })
    })
}

fn some_canceled() -> (World, Command) {
    to_resting(|_| {
        Command::CancelOrders(CancelOrders {
            account: ALICE,
            instruments: Some(vec![BTC_USD, EUR_USD]),
            side: Some(Side::Buy),
            classes: Some(vec![OrderClass::Limit]),
            staged: true,
            short_sale: Some(false),
        })
    })
}

/// Alice has a lot of two, bought at 99.50.
fn to_lot(command: fn(order_engine::LotId) -> Command) -> (World, Command) {
    let mut world = open_market();
    world.place(limit(BOB, Side::Sell, "2", "99.50")).unwrap();
    world.place(limit(ALICE, Side::Buy, "2", "99.50")).unwrap();
    let lot = world.lots(ALICE, BTC_USD)[0].id;
    (world, command(lot))
}

fn closed_lot() -> (World, Command) {
    to_lot(|lot| {
        Command::CloseLot(CloseLot {
            account: ALICE,
            lot,
            quantity: Some(quantity("1")),
            price_bound: bound(),
            client_order_id: Some(client_id("mine")),
            annotations: noted(),
        })
    })
}

fn closed_position() -> (World, Command) {
    to_lot(|_| {
        Command::ClosePosition(ClosePosition {
            account: ALICE,
            instrument: BTC_USD,
            price_bound: bound(),
            client_order_id: Some(client_id("mine")),
            annotations: noted(),
        })
    })
}

fn changed_exits() -> (World, Command) {
    to_lot(|lot| Command::ChangeLotExits(ChangeLotExits { account: ALICE, lot, changes: exit_changes() }))
}

fn settings() -> AccountSettings {
    AccountSettings {
        state: AccountState::Suspended,
        name: Some("Alice".into()),
        may_sell_short: true,
        margin_rate: Some(BasisPoints::new(500)),
        closeout: Some(BasisPoints::new(5_000)),
        max_order_notional: Some(amount("1000")),
        annotations: noted(),
    }
}

fn updated() -> (World, Command) {
    let AccountSettings { name, margin_rate, closeout, max_order_notional, .. } = settings();
    let update = UpdateAccount {
        account: ALICE,
        state: Some(AccountState::Suspended),
        name: Setting::Set(name.unwrap()),
        may_sell_short: Some(false),
        margin_rate: Setting::Set(margin_rate.unwrap()),
        closeout: Setting::Set(closeout.unwrap()),
        max_order_notional: Setting::Set(max_order_notional.unwrap()),
        annotations: Some(noted()),
    };
    (World::new(), Command::UpdateAccount(update))
}

fn opened() -> (World, Command) {
    let (code, currency) = (AccountCode::new("carol").unwrap(), AssetCode::new("USD").unwrap());
    (World::new(), Command::OpenAccount(AccountDefinition { code, currency, settings: settings() }))
}

fn charged() -> (World, Command) {
    let charge = Charge::Interest { instrument: EUR_USD };
    (World::new(), Command::ChargeAccount(ChargeAccount { account: ALICE, charge, amount: amount("-1") }))
}

fn defined() -> (World, Command) {
    let commission = Commission {
        maker: BasisPoints::new(10),
        taker: BasisPoints::new(20),
        charged_in: ChargedIn::Quote,
        rounding: Rounding::HalfUp,
        scale: 2,
    };
    let option = OptionContract {
        underlier: Symbol::new("XYZ").unwrap(),
        right: OptionRight::Put,
        strike: price("100"),
        multiplier: 10,
        expires_at: later(9_000),
        style: ExerciseStyle::European,
        delivery: Delivery::Physical,
    };
    let definition = InstrumentDefinition {
        commission,
        minimum_notional: amount("1"),
        pip: Some(price("0.01")),
        option: Some(Box::new(option)),
        ..security("XYZ-PUT", "CALL")
    };
    (open_market(), Command::DefineInstrument(definition))
}

fn defined_shares() -> (World, Command) {
    let calendar = Some(order_engine::CalendarName::new("short").unwrap());
    let short_sale = Some(BasisPoints::new(15_000));
    let commission = Commission { charged_in: ChargedIn::Quote, ..Commission::NONE };
    let shares = InstrumentDefinition { calendar, short_sale, commission, ..security("NEW", "XYZ") };
    (open_market(), Command::DefineInstrument(shares))
}

fn exercised() -> (World, Command) {
    let asked = InstructExercise {
        account: ALICE,
        instrument: BTC_CALL,
        kind: ExerciseKind::Exercise,
        quantity: quantity("1"),
        client_id: Some(client_id("mine")),
    };
    (World::with_sessions(), Command::InstructExercise(asked))
}

/// With those of the tables, every kind with every field.
pub(super) fn full() -> Vec<Sample> {
    vec![
        || (World::new(), Command::Tick),
        || (World::new(), Command::Reset),
        || (World::new(), Command::SetRetention(SetRetention { closed_orders: Some(10) })),
        || (open_market(), Command::PlaceOrder(full_limit())),
        || of_kind(OrderKind::MarketToLimit { rest_at: price("98") }, Size::Quote(amount("500"))),
        || of_kind(OrderKind::StopLimit { trigger: price("105"), price: price("106") }, one()),
        || of_kind(trailing(Offset::Price(price("5"))), one()),
        || of_kind(trailing(Offset::BasisPoints(BasisPoints::new(500))), one()),
        || {
            let (mut world, _) = of_kind(OrderKind::Market, one());
            world.run(quote(EUR_USD, "1", "1.00010", "10000")).unwrap();
            let kind = OrderKind::TrailingStop { offset: Offset::Pips(Pips::from_tenths(50)) };
            let size = Size::Base(quantity("100"));
            (world, Command::PlaceOrder(PlaceOrder::new(ALICE, EUR_USD, Side::Sell, kind, size)))
        },
        || {
            let sale =
                PlaceOrder { instrument: XYZ_USD, short_sale: true, ..limit(ALICE, Side::Sell, "10", "100") };
            (World::new(), Command::PlaceOrder(sale))
        },
        || {
            to_lot(|_| {
                let reducing = PlaceOrder { reduce_only: true, ..limit(ALICE, Side::Sell, "1", "110") };
                Command::PlaceOrder(reducing)
            })
        },
        replaced,
        triggered,
        succeeded,
        restated,
        canceled,
        some_canceled,
        closed_lot,
        closed_position,
        changed_exits,
        updated,
        opened,
        charged,
        defined,
        defined_shares,
        exercised,
    ]
}
