//! What wishes are made of: parties, prices, sizes, orders and their exits, drawn so that orders meet.

use order_engine::{
    AccountId, BasisPoints, ExerciseKind, ExitChange, ExitChanges, Exits, InstrumentId, Offset, OrderKind,
    Pips, PlaceOrder, PriceBound, PriceDifference, SelfMatch, Side, Size, TimeInForce,
};
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::support::*;

pub(super) fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Buy), Just(Side::Sell)]
}

pub(super) fn who() -> impl Strategy<Value = AccountId> {
    prop_oneof![Just(ALICE), Just(BOB)]
}

pub(super) fn instrument() -> impl Strategy<Value = InstrumentId> {
    prop_oneof![3 => Just(BTC_USD), 2 => Just(ADA_USD), 2 => Just(EUR_USD), 2 => Just(BTC_CALL), 4 => Just(XYZ_USD)]
}

pub(super) fn exercise_kind() -> impl Strategy<Value = ExerciseKind> {
    prop_oneof![Just(ExerciseKind::Exercise), Just(ExerciseKind::DoNotExercise), Just(ExerciseKind::Contrary)]
}

/// Prices within a narrow band around one hundred, so that orders meet; a few are not on the tick.
pub(super) fn cents() -> impl Strategy<Value = u32> {
    9_980..10_020_u32
}

pub(super) fn at(cents: u32) -> order_engine::Price {
    price(&format!("{}.{:02}", cents / 100, cents % 100))
}

pub(super) fn units(size: u32) -> order_engine::Quantity {
    quantity(&size.to_string())
}

pub(super) fn time_in_force() -> impl Strategy<Value = TimeInForce> {
    prop_oneof![
        4 => Just(TimeInForce::Gtc),
        1 => Just(TimeInForce::Day),
        1 => Just(TimeInForce::Ioc),
        1 => Just(TimeInForce::Fok),
        1 => (1..200_u64).prop_map(|seconds| TimeInForce::Gtd(START.plus_seconds(seconds))),
        1 => prop_oneof![Just(TimeInForce::AtOpen), Just(TimeInForce::AtClose)],
    ]
}

pub(super) fn order() -> impl Strategy<Value = PlaceOrder> {
    let kind = (0..20_u8, cents(), cents()).prop_map(|(kind, cents, other)| match kind {
        0..=2 => OrderKind::Market,
        3 | 4 => OrderKind::MarketToLimit { rest_at: at(cents) },
        5 => OrderKind::Stop { trigger: at(cents) },
        6 => OrderKind::StopLimit { trigger: at(cents), price: at(other) },
        7 => OrderKind::MarketIfTouched { trigger: at(cents) },
        8 => OrderKind::TrailingStop { offset: Offset::Price(at(cents - 9_975)) },
        9 => OrderKind::TrailingStopLimit {
            offset: Offset::BasisPoints(BasisPoints::new(cents - 9_979)),
            limit_offset: PriceDifference::new(Decimal::new(i64::from(other) - 10_000, 2)),
        },
        _ => OrderKind::Limit { price: at(cents) },
    });
    let size = (0..12_u8, 0..40_u32).prop_map(|(form, size)| match form {
        0 => Size::Quote(amount(&format!("{size}.5"))),
        1 => Size::Quote(amount(&format!("{size}00"))),
        _ => Size::Base(units(size)),
    });
    let bound = proptest::option::weighted(0.1, cents());
    // Most sells of what can be sold short are short sales, and now and then one of them makes no sense.
    let short = 0..40_u8;
    (who(), instrument(), side(), kind, size, time_in_force(), any::<[bool; 4]>(), bound, short).prop_map(
        |(who, instrument, side, kind, size, time_in_force, flags, bound, short)| {
            let [post_only, refuse, upper, extended] = flags;
            let can_be_short = instrument == XYZ_USD && side == Side::Sell;
            PlaceOrder {
                short_sale: if can_be_short { short > 8 } else { short == 0 },
                time_in_force,
                post_only: post_only && matches!(kind, OrderKind::Limit { .. }) && time_in_force.may_rest(),
                extended_hours: extended.then_some(true),
                self_match: if refuse { SelfMatch::Refuse } else { SelfMatch::Allow },
                price_bound: bound_at(bound, upper),
                ..PlaceOrder::new(who, instrument, side, kind, size)
            }
        },
    )
}

/// A bound on one side.
pub(super) fn bound_at(cents: Option<u32>, upper: bool) -> PriceBound {
    let bound = cents.map(at);
    PriceBound { lower: bound.filter(|_| !upper), upper: bound.filter(|_| upper) }
}

pub(super) fn offset() -> impl Strategy<Value = Offset> {
    (0..3_u8, 0..30_u32).prop_map(|(form, size)| match form {
        0 => Offset::Price(at(size + 1)),
        1 => Offset::BasisPoints(BasisPoints::new(size)),
        _ => Offset::Pips(Pips::from_tenths(size * 105)),
    })
}

pub(super) fn exits() -> impl Strategy<Value = Exits> {
    let price = || proptest::option::of(cents().prop_map(at));
    let some = (price(), price(), proptest::option::of(offset()))
        .prop_map(|(take_profit, stop_loss, trailing)| Exits { take_profit, stop_loss, trailing });
    prop_oneof![3 => Just(Exits::NONE), 1 => some]
}

pub(super) fn changes() -> impl Strategy<Value = ExitChanges> {
    fn change<T: Clone + std::fmt::Debug>(
        value: impl Strategy<Value = T>,
    ) -> impl Strategy<Value = ExitChange<T>> {
        (0..5_u8, value).prop_map(|(form, value)| match form {
            0 | 1 => ExitChange::Keep,
            2 => ExitChange::Remove,
            _ => ExitChange::Set(value),
        })
    }
    (change(cents().prop_map(at)), change(cents().prop_map(at)), change(offset()))
        .prop_map(|(take_profit, stop_loss, trailing)| ExitChanges { take_profit, stop_loss, trailing })
}
