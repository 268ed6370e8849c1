//! Input of every shape: numbers at the edge of their types, ids of nothing, texts at their limits, and bytes that are
//! no command at all. The engine answers each with an outcome or a reject, keeps its books, and never panics.

use order_engine::{
    AccountId, AdjustBalance, Amount, AssetId, BasisPoints, CancelOrder, ClientOrderId, Command,
    InstrumentId, MarketRefusal, Offset, OrderId, OrderKind, PlaceOrder, Price, PriceBound, PriceDifference,
    Quantity, ReleaseOrder, ReplaceOrder, RestateOrder, RestatedStatus, SelfMatch, Setting, Side, Size,
    SucceedOrder, SuccessorSize, TimeInForce, Timestamp, UpdateAccount, UpdateQuote,
};
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::support::*;

/// Mostly numbers that a rule is about, and some that no instrument has.
fn decimal() -> impl Strategy<Value = Decimal> {
    let odd = [
        Decimal::ZERO,
        Decimal::MAX,
        Decimal::MIN,
        Decimal::new(1, 28),
        Decimal::new(i64::MAX, 0),
        Decimal::new(i64::MAX, 5),
        Decimal::from_i128_with_scale(1_000_000_000_000_000_000_000, 2),
        Decimal::new(400_000_000_000, 0),
        Decimal::new(10_000_000, 0),
        Decimal::new(1, 5),
    ];
    prop_oneof![
        3 => proptest::sample::select(odd.to_vec()),
        3 => (any::<i64>(), 0..=28_u32).prop_map(|(mantissa, scale)| Decimal::new(mantissa, scale)),
        6 => (1..20_000_i64).prop_map(|cents| Decimal::new(cents, 2)),
        6 => (1..100_i64).prop_map(Decimal::from),
    ]
}

fn price() -> impl Strategy<Value = Price> {
    decimal().prop_filter_map("above zero", |value| Price::new(value).ok())
}

fn quantity() -> impl Strategy<Value = Quantity> {
    decimal().prop_filter_map("zero or more", |value| Quantity::new(value).ok())
}

fn amount() -> impl Strategy<Value = Amount> {
    prop_oneof![
        1 => proptest::sample::select(vec![0, 1, -1, i128::MAX, i128::MIN, i128::MAX / 2, 10_i128.pow(30), -(10_i128.pow(27))]),
        1 => any::<i128>(),
        4 => decimal().prop_filter_map("kept", |value| Amount::from_decimal(value).ok().map(Amount::units)),
    ]
    .prop_map(Amount::from_units)
}

fn id(known: u32) -> impl Strategy<Value = u32> {
    prop_oneof![9 => 0..known, 1 => proptest::sample::select(vec![known, u32::MAX])]
}

fn order_id() -> impl Strategy<Value = OrderId> {
    prop_oneof![9 => 20..120_u64, 1 => proptest::sample::select(vec![0, u64::MAX])].prop_map(OrderId::new)
}

fn instant() -> impl Strategy<Value = Timestamp> {
    let around = |seconds: u64| START.plus_seconds(seconds);
    prop_oneof![
        1 => Just(Timestamp::EPOCH),
        1 => Just(Timestamp::from_nanos(u64::MAX)),
        4 => (0..500_u64).prop_map(around),
    ]
}

fn time_in_force() -> impl Strategy<Value = TimeInForce> {
    prop_oneof![
        3 => Just(TimeInForce::Gtc),
        1 => Just(TimeInForce::Day),
        1 => Just(TimeInForce::Ioc),
        1 => Just(TimeInForce::Fok),
        2 => instant().prop_map(TimeInForce::Gtd),
    ]
}

fn kind() -> impl Strategy<Value = OrderKind> {
    let rate = any::<u32>().prop_map(|rate| Offset::BasisPoints(BasisPoints::new(rate)));
    let offset = prop_oneof![price().prop_map(Offset::Price), rate].boxed();
    prop_oneof![
        Just(OrderKind::Market),
        price().prop_map(|price| OrderKind::Limit { price }),
        price().prop_map(|price| OrderKind::Limit { price }),
        price().prop_map(|rest_at| OrderKind::MarketToLimit { rest_at }),
        price().prop_map(|trigger| OrderKind::Stop { trigger }),
        (price(), price()).prop_map(|(trigger, price)| OrderKind::StopLimit { trigger, price }),
        price().prop_map(|trigger| OrderKind::MarketIfTouched { trigger }),
        offset.clone().prop_map(|offset| OrderKind::TrailingStop { offset }),
        (offset, decimal()).prop_map(|(offset, by)| OrderKind::TrailingStopLimit {
            offset,
            limit_offset: PriceDifference::new(by),
        }),
    ]
}

fn size() -> impl Strategy<Value = Size> {
    prop_oneof![3 => quantity().prop_map(Size::Base), 1 => amount().prop_map(Size::Quote)]
}

fn client_id() -> impl Strategy<Value = Option<ClientOrderId>> {
    proptest::option::weighted(
        0.2,
        (0..4_u8).prop_map(|number| ClientOrderId::new(&format!("id-{number}")).unwrap()),
    )
}

fn place() -> impl Strategy<Value = PlaceOrder> {
    let whom = (id(3), id(4), any::<bool>());
    let flags = any::<[bool; 3]>();
    let bounds = (proptest::option::weighted(0.2, price()), proptest::option::weighted(0.2, price()));
    let staging = proptest::option::weighted(0.1, instant());
    (whom, kind(), size(), time_in_force(), flags, bounds, client_id(), staging).prop_map(
        |(
            (account, instrument, is_buy),
            kind,
            size,
            time_in_force,
            flags,
            (lower, upper),
            client_order_id,
            staged_until,
        )| {
            let side = if is_buy { Side::Buy } else { Side::Sell };
            let [post_only, refuse, record] = flags;
            PlaceOrder {
                time_in_force,
                post_only,
                price_bound: PriceBound { lower, upper },
                self_match: if refuse { SelfMatch::Refuse } else { SelfMatch::Allow },
                market_refusal: if record { MarketRefusal::Record } else { MarketRefusal::Refuse },
                client_order_id,
                staged_until,
                ..PlaceOrder::new(AccountId::new(account), InstrumentId::new(instrument), side, kind, size)
            }
        },
    )
}

fn setting<T: Clone + std::fmt::Debug>(value: impl Strategy<Value = T>) -> impl Strategy<Value = Setting<T>> {
    prop_oneof![Just(Setting::Keep), Just(Setting::Clear), value.prop_map(Setting::Set)]
}

fn rate() -> impl Strategy<Value = BasisPoints> {
    prop_oneof![0..10_001_u32, any::<u32>()].prop_map(BasisPoints::new)
}

fn command() -> impl Strategy<Value = Command> {
    let account = || id(3).prop_map(AccountId::new);
    let adjust = (account(), id(5), amount()).prop_map(|(account, asset, amount)| {
        Command::AdjustBalance(AdjustBalance { account, asset: AssetId::new(asset), amount })
    });
    let quote = (id(4), price(), price(), quantity(), quantity()).prop_map(
        |(instrument, bid, ask, bid_size, ask_size)| {
            let instrument = InstrumentId::new(instrument);
            Command::UpdateQuote(UpdateQuote { instrument, bid, ask, bid_size, ask_size })
        },
    );
    let near =
        (id(4), 1..20_000_i64, 1..50_i64, 0..1_000_i64).prop_map(|(instrument, cents, spread, size)| {
            let price = |cents| Price::new(Decimal::new(cents, 2)).unwrap();
            let size = Quantity::new(Decimal::from(size)).unwrap();
            Command::UpdateQuote(UpdateQuote {
                instrument: InstrumentId::new(instrument),
                bid: price(cents),
                ask: price(cents + spread),
                bid_size: size,
                ask_size: size,
            })
        });
    let replace = (
        account(),
        order_id(),
        proptest::option::of(price()),
        proptest::option::of(quantity()),
        proptest::option::of(time_in_force()),
        client_id(),
    )
        .prop_map(|(account, order, price, quantity, time_in_force, client_order_id)| {
            Command::ReplaceOrder(ReplaceOrder {
                price,
                quantity,
                time_in_force,
                client_order_id,
                ..ReplaceOrder::new(account, order)
            })
        });
    let succeed = (account(), order_id(), proptest::option::of(price()), size()).prop_map(
        |(account, order, price, size)| {
            Command::SucceedOrder(SucceedOrder {
                account,
                order,
                client_order_id: None,
                price,
                size: SuccessorSize::Of(size),
                time_in_force: None,
                post_only: None,
                annotations: None,
            })
        },
    );
    let restate = (order_id(), proptest::option::of(price()), proptest::option::of(quantity())).prop_map(
        |(order, price, quantity)| {
            Command::RestateOrder(RestateOrder {
                order,
                price,
                quantity,
                time_in_force: None,
                trigger: None,
                status: RestatedStatus::Keep,
                request_id: None,
                annotations: order_engine::Annotations::default(),
            })
        },
    );
    let settings = (account(), setting(rate()), setting(rate()), setting(amount())).prop_map(
        |(account, margin_rate, closeout, most)| {
            Command::UpdateAccount(UpdateAccount {
                margin_rate,
                closeout,
                max_order_notional: most,
                ..UpdateAccount::new(account)
            })
        },
    );
    let cancel = (account(), order_id(), client_id()).prop_map(|(account, order, client_order_id)| {
        Command::CancelOrder(CancelOrder { account, order, client_order_id })
    });
    let release = (account(), order_id())
        .prop_map(|(account, order)| Command::ReleaseOrder(ReleaseOrder { account, order }));
    prop_oneof![
        8 => place().prop_map(Command::PlaceOrder),
        2 => adjust,
        2 => quote,
        2 => near,
        2 => replace,
        1 => succeed,
        1 => restate,
        1 => settings,
        1 => cancel,
        1 => release,
        1 => Just(Command::Tick),
    ]
}

/// What must hold whatever was asked: each asset is conserved over all accounts, and nothing is held that is not there.
pub(crate) fn assert_books(world: &World) {
    let reference = world.engine.reference();
    for asset in reference.assets() {
        let accounts = reference.accounts().iter();
        let totals = accounts.map(|account| world.total(account.id, asset.id).units());
        assert_eq!(totals.sum::<i128>(), world.engine.deposited(asset.id).units());
        for account in reference.accounts() {
            assert!(!world.held(account.id, asset.id).is_negative());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn extreme_commands_are_answered(commands in proptest::collection::vec((command(), 0..90_u64), 1..60)) {
        let mut world = World::new();
        for instrument in [BTC_USD, ADA_USD, EUR_USD, USD_JPY] {
            world.run(quote(instrument, "99.99", "100.01", "500")).unwrap();
        }
        for (command, seconds) in commands {
            world.wait_seconds(seconds);
            // It can be logged, and means the same once it is read again.
            let logged: Command = minicbor::decode(&minicbor::to_vec(&command).unwrap()).unwrap();
            prop_assert_eq!(&logged, &command);
            world.apply(Command::Tick);
            let (foretold, before) = (world.engine.check(world.now, &command), world.engine.state_hash());
            let applied = world.apply(command);
            prop_assert_eq!(applied.result.as_ref().err(), foretold.as_ref().err());
            prop_assert!(foretold.is_ok() || world.engine.state_hash() == before, "a refusal left a trace");
            assert_books(&world);
        }
    }

    #[test]
    fn bytes_that_are_no_command_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(command) = minicbor::decode::<Command>(&bytes) {
            let mut world = World::new();
            world.apply(command);
        }
    }

    #[test]
    fn damaged_commands_are_read_as_something_or_refused(
        command in command(), damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = minicbor::to_vec(&command).unwrap();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(command) = minicbor::decode::<Command>(&bytes) {
            let mut world = World::new();
            world.run(quote(BTC_USD, "99.99", "100.01", "20")).unwrap();
            let foretold = world.engine.check(world.now, &command);
            prop_assert_eq!(world.apply(command).result.err(), foretold.err());
        }
    }
}
