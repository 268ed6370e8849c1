//! Terms of orders that any dialect may have placed.

use order_engine::{
    BasisPoints, ClientOrderId, Exits, Offset, OrderKind, Pips, PlaceOrder, Price, PriceBound,
    PriceDifference, Quantity, SelfMatch, Side, Size, TimeInForce,
};
use proptest::prelude::*;
use rust_decimal::Decimal;
use testkit::TestEngine;

const SYMBOLS: [&str; 4] = ["EUR-USD", "USD-JPY", "BTC-USD", "TSLA"];

/// Terms of an order, free of any engine.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    symbol: &'static str,
    side: Side,
    kind: Kind,
    time_in_force: TimeInForce,
    /// In lots.
    lots: i64,
    /// In hundredths of the mid price.
    price_percent: i64,
    has_bound: bool,
    post_only: bool,
    extended_hours: Option<bool>,
    rarer: Rarer,
}

/// What few orders have.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is there or not, whatever the others are")]
pub(crate) struct Rarer {
    /// Take profit and stop loss, in hundredths of the price away from it.
    profit_percent: Option<i64>,
    loss_percent: Option<i64>,
    trailing: Option<Trailing>,
    reduce_only: bool,
    is_staged: bool,
    has_client_id: bool,
    refuses_own: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trailing {
    /// A tenth of a percent of the price, to the tick.
    Price,
    BasisPoints,
    Pips,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Market,
    Limit,
    MarketToLimit,
    Stop,
    StopLimit,
    MarketIfTouched,
    TrailingStop,
    TrailingStopLimit,
}

const KINDS: [Kind; 8] = [
    Kind::Market,
    Kind::Limit,
    Kind::MarketToLimit,
    Kind::Stop,
    Kind::StopLimit,
    Kind::MarketIfTouched,
    Kind::TrailingStop,
    Kind::TrailingStopLimit,
];

fn rarer() -> impl Strategy<Value = Rarer> {
    let trailing = proptest::option::of(proptest::sample::select(
        &[Trailing::Price, Trailing::BasisPoints, Trailing::Pips][..],
    ));
    let percent = || proptest::option::of(6_i64..20);
    let flag = || proptest::bool::weighted(0.2);
    (percent(), percent(), trailing, flag(), flag(), flag(), flag()).prop_map(
        |(profit_percent, loss_percent, trailing, reduce_only, is_staged, has_client_id, refuses_own)| {
            Rarer {
                profit_percent,
                loss_percent,
                trailing,
                reduce_only,
                is_staged,
                has_client_id,
                refuses_own,
            }
        },
    )
}

pub(crate) fn terms() -> impl Strategy<Value = Terms> {
    let time_in_force = prop_oneof![
        Just(TimeInForce::Gtc),
        Just(TimeInForce::Day),
        Just(TimeInForce::Ioc),
        Just(TimeInForce::Fok),
        (2_u64..1_000_000).prop_map(|ahead| TimeInForce::Gtd(testkit::START.plus_nanos(ahead * 700_000_000))),
    ];
    (
        proptest::sample::select(&SYMBOLS[..]),
        prop_oneof![Just(Side::Buy), Just(Side::Sell)],
        proptest::sample::select(&KINDS[..]),
        time_in_force,
        1_i64..20_000,
        95_i64..105,
        any::<bool>(),
        any::<bool>(),
        any::<Option<bool>>(),
        prop_oneof![1 => Just(Rarer::default()), 2 => rarer()],
    )
        .prop_map(
            |(
                symbol,
                side,
                kind,
                time_in_force,
                lots,
                price_percent,
                has_bound,
                post_only,
                extended_hours,
                rarer,
            )| {
                Terms {
                    symbol,
                    side,
                    kind,
                    time_in_force,
                    lots,
                    price_percent,
                    has_bound,
                    post_only: post_only && kind == Kind::Limit && time_in_force.may_rest(),
                    extended_hours,
                    rarer,
                }
            },
        )
}

impl Terms {
    pub(crate) fn command(&self, engine: &TestEngine) -> PlaceOrder {
        let reference = engine.handle().views().reference();
        let instrument = reference.instrument_by_symbol(self.symbol).unwrap();
        let quote = engine.handle().views().market(instrument.id).unwrap().quote.unwrap();
        let mid = (quote.bid.decimal() + quote.ask.decimal()) / Decimal::TWO;
        let at = |percent: i64| {
            let price = mid * Decimal::new(percent, 2);
            Price::new(price.round_dp(instrument.price_scale())).unwrap()
        };
        let price = at(self.price_percent);
        let kind = match self.kind {
            Kind::Market => OrderKind::Market,
            Kind::Limit => OrderKind::Limit { price },
            Kind::MarketToLimit => OrderKind::MarketToLimit { rest_at: price },
            Kind::Stop => OrderKind::Stop { trigger: price },
            Kind::StopLimit => OrderKind::StopLimit { trigger: price, price: at(100) },
            Kind::MarketIfTouched => OrderKind::MarketIfTouched { trigger: price },
            Kind::TrailingStop => {
                OrderKind::TrailingStop { offset: Offset::BasisPoints(BasisPoints::new(150)) }
            }
            Kind::TrailingStopLimit => OrderKind::TrailingStopLimit {
                offset: Offset::Price(at(1)),
                limit_offset: PriceDifference::ZERO,
            },
        };
        let quantity = instrument.definition.lot.decimal() * Decimal::from(self.lots);
        let mut command = PlaceOrder::new(
            engine.account("demo"),
            instrument.id,
            self.side,
            kind,
            Size::Base(Quantity::new(quantity).unwrap()),
        );
        command.time_in_force = self.time_in_force;
        command.post_only = self.post_only;
        command.extended_hours = self.extended_hours;
        if self.has_bound {
            command.price_bound = PriceBound { lower: Some(at(90)), upper: Some(at(110)) };
        }
        let Rarer {
            profit_percent,
            loss_percent,
            trailing,
            reduce_only,
            is_staged,
            has_client_id,
            refuses_own,
        } = self.rarer;
        let away = |percent: i64| match self.side {
            Side::Buy => at(self.price_percent + percent),
            Side::Sell => at(self.price_percent - percent),
        };
        command.exits = Exits {
            take_profit: profit_percent.map(away),
            stop_loss: loss_percent.map(|percent| away(-percent)),
            trailing: trailing.map(|trailing| match trailing {
                Trailing::Price => Offset::Price(
                    Price::new((mid / Decimal::ONE_THOUSAND).round_dp(instrument.price_scale())).unwrap(),
                ),
                Trailing::BasisPoints => Offset::BasisPoints(BasisPoints::new(150)),
                Trailing::Pips => Offset::Pips(Pips::from_decimal(Decimal::new(105, 1)).unwrap()),
            }),
        };
        command.reduce_only = reduce_only;
        command.staged_until = is_staged.then(|| testkit::START.plus_seconds(86_400));
        command.client_order_id = has_client_id.then(|| ClientOrderId::new("mine").unwrap());
        if refuses_own {
            command.self_match = SelfMatch::Refuse;
        }
        command
    }
}
