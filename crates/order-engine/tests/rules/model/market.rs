//! The markets of the usual world, as the model knows them.

use order_engine::{AssetId, InstrumentId, Timestamp};
use rust_decimal::Decimal;

use crate::support::*;

#[derive(Clone, Copy)]
pub(super) struct Market {
    pub(super) base: AssetId,
    pub(super) quote: AssetId,
    pub(super) lot: Decimal,
    pub(super) tick_scale: u32,
    pub(super) minimum: Decimal,
    pub(super) maximum: Decimal,
    pub(super) minimum_value: Decimal,
    pub(super) commission_bps: Decimal,
    /// Whether commission is taken in the quote asset, rounded to cents, instead of in what is received.
    pub(super) is_charged_in_quote: bool,
    /// What secures a short sale, proceeds included, where there are any.
    pub(super) short_rate: Option<Decimal>,
    pub(super) is_margin: bool,
    /// What a unit costs at a price of one.
    pub(super) multiplier: Decimal,
    pub(super) trades_until: Option<Timestamp>,
}

impl Market {
    pub(super) fn worth(&self, price: Decimal, quantity: Decimal) -> Decimal {
        price * quantity * self.multiplier
    }

    pub(super) fn bought_for(&self, amount: Decimal, price: Decimal) -> Decimal {
        (amount / (price * self.multiplier) / self.lot).floor() * self.lot
    }
}

pub(super) fn market(instrument: InstrumentId) -> Market {
    let market = Market {
        base: BTC,
        quote: USD,
        lot: Decimal::new(1, 3),
        tick_scale: 2,
        minimum: Decimal::new(1, 3),
        maximum: Decimal::from(100),
        minimum_value: Decimal::ONE,
        commission_bps: Decimal::ZERO,
        is_charged_in_quote: false,
        short_rate: None,
        is_margin: false,
        multiplier: Decimal::ONE,
        trades_until: None,
    };
    match instrument {
        BTC_USD => market,
        ADA_USD => Market {
            base: ADA,
            lot: Decimal::new(1, 2),
            tick_scale: 4,
            minimum: Decimal::from(5),
            maximum: Decimal::from(1_000_000),
            minimum_value: Decimal::ZERO,
            commission_bps: Decimal::TEN,
            ..market
        },
        XYZ_USD => Market {
            base: XYZ,
            lot: Decimal::ONE,
            minimum: Decimal::ONE,
            minimum_value: Decimal::ZERO,
            commission_bps: Decimal::TEN,
            is_charged_in_quote: true,
            short_rate: Some(Decimal::new(15, 1)),
            ..market
        },
        BTC_CALL => Market {
            base: CALL,
            lot: Decimal::ONE,
            minimum: Decimal::ONE,
            maximum: Decimal::from(1_000),
            minimum_value: Decimal::ZERO,
            multiplier: Decimal::TEN,
            trades_until: Some(CALL_EXPIRES),
            ..market
        },
        _ => Market {
            base: EUR,
            lot: Decimal::ONE,
            tick_scale: 5,
            minimum: Decimal::ONE,
            maximum: Decimal::from(10_000_000),
            minimum_value: Decimal::ZERO,
            is_margin: true,
            ..market
        },
    }
}
