//! What an order needs before it may be taken: assets to give, or margin to cover.

use super::Engine;
use super::market::Market;
use super::plan::Plan;
use crate::ids::{AccountId, AssetId};
use crate::number::Amount;
use crate::order::{Hold, Order, Side};
use crate::reference::{BasisPoints, ChargedIn};
use crate::reject::Reject;
use crate::units::{Lots, Ticks, part};
use crate::valuation;

/// The money side of an order that is about to be taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Demand {
    pub(super) account: AccountId,
    pub(super) side: Side,
    /// Whole quantity.
    pub(super) quantity: Lots,
    /// Limit of a limit order: the whole quantity is held at it.
    pub(super) limit: Option<Ticks>,
    /// What rests after a sweep, for an order without a limit.
    pub(super) rest: Option<(Ticks, Lots)>,
    /// What an order that this one takes the place of lets go.
    pub(super) credit: Option<Hold>,
}

impl Market {
    /// What a resting limit order holds back.
    ///
    /// # Errors
    /// [`Reject::Overflow`] when the value does not fit.
    pub(super) fn resting_hold(
        &self,
        side: Side,
        price: Ticks,
        quantity: Lots,
    ) -> Result<Option<Hold>, Reject> {
        if self.is_margin || quantity.is_zero() {
            return Ok(None);
        }
        Ok(Some(match side {
            Side::Sell => Hold { asset: self.base, amount: self.scales.base_amount(quantity) },
            Side::Buy => {
                let notional = self.scales.notional(price, quantity)?;
                Hold { asset: self.quote_asset, amount: self.with_buyers_commission(notional)? }
            }
        }))
    }

    /// What an order of the state would hold if it had this much left, on the book or waiting for its trigger.
    ///
    /// # Errors
    /// [`Reject::Overflow`] when the value does not fit.
    pub(super) fn waiting_hold(&self, order: &Order, leaves: Lots) -> Result<Option<Hold>, Reject> {
        let trigger = order.trigger.filter(|_| order.is_armed()).map(|trigger| trigger.price);
        let Some(price) = order.limit_price().or(trigger) else { return Ok(None) };
        self.resting_hold(order.side, self.scales.known_ticks(price), leaves)
    }

    /// A buy's value with the most that commission in quote can add to it.
    fn with_buyers_commission(&self, notional: Amount) -> Result<Amount, Reject> {
        match self.commission.charged_in {
            ChargedIn::Received => Ok(notional),
            ChargedIn::Quote => {
                let rate = self.commission.maker.max(self.commission.taker).get();
                let charge = part(notional, rate, self.commission.rounding, self.commission.scale);
                notional.checked_add(charge).ok_or(Reject::Overflow)
            }
        }
    }
}

impl Engine {
    /// The hold of an order that the account can afford; nothing for a margin order whose margin is covered.
    pub(super) fn decide_funds(
        &self,
        market: &Market,
        demand: &Demand,
        plan: &Plan,
    ) -> Result<Option<Hold>, Reject> {
        if market.is_margin {
            return self.decide_margin(market, demand, plan).map(|()| None);
        }
        let hold = match (demand.side, demand.limit) {
            (Side::Sell, _) => {
                Hold { asset: market.base, amount: market.scales.base_amount(demand.quantity) }
            }
            (Side::Buy, Some(limit)) => {
                let notional = market.scales.notional(limit, demand.quantity)?;
                Hold { asset: market.quote_asset, amount: market.with_buyers_commission(notional)? }
            }
            (Side::Buy, None) => {
                let rest = demand
                    .rest
                    .map_or(Ok(Amount::ZERO), |(price, quantity)| market.scales.notional(price, quantity))?;
                let notional = plan.spent.checked_add(rest).ok_or(Reject::Overflow)?;
                Hold { asset: market.quote_asset, amount: market.with_buyers_commission(notional)? }
            }
        };
        self.decide_available(demand.account, hold, demand.credit)?;
        Ok(Some(hold))
    }

    /// Whether an account has what a hold needs, counting what a predecessor lets go.
    pub(super) fn decide_available(
        &self,
        account: AccountId,
        hold: Hold,
        credit: Option<Hold>,
    ) -> Result<(), Reject> {
        let free = self.ledger.balance(account, hold.asset).available();
        let credit =
            credit.filter(|credit| credit.asset == hold.asset).map_or(Amount::ZERO, |credit| credit.amount);
        let available = free.checked_add(credit).ok_or(Reject::Overflow)?;
        if available < hold.amount {
            return Err(Reject::InsufficientFunds { asset: hold.asset, needed: hold.amount, available });
        }
        Ok(())
    }

    /// Whether the margin of what the order adds to the position is covered. An order that only reduces it needs none.
    fn decide_margin(&self, market: &Market, demand: &Demand, plan: &Plan) -> Result<(), Reject> {
        let (held_side, held) = self
            .lots
            .get(&(demand.account, market.instrument))
            .map_or((demand.side, Lots::ZERO), super::super::lots::LotQueue::net);
        let reduced = if held_side == demand.side { Lots::ZERO } else { held.min(demand.quantity) };
        let added = demand.quantity.minus(reduced);
        let currency = self.account_currency(demand.account)?;
        let quotes = |instrument| self.quote(instrument);
        valuation::convert(&self.reference, quotes, Amount::ONE, market.quote_asset, currency)
            .ok_or(Reject::NoConversion { asset: market.quote_asset })?;
        if added.is_zero() {
            return Ok(());
        }
        let price = demand.limit.or(plan.fills.last().map(|fill| fill.price));
        let Some(price) = price else { return Ok(()) };
        let value = market.scales.notional(price, added)?;
        let value = valuation::convert(&self.reference, quotes, value, market.quote_asset, currency)
            .ok_or(Reject::NoConversion { asset: market.quote_asset })?;
        let rate = self.margin_rate(market, demand.account);
        let needed = part(value, rate, crate::reference::Rounding::HalfUp, crate::limits::LEDGER_SCALE);
        let available =
            self.margin_available(demand.account).ok_or(Reject::NoConversion { asset: currency })?;
        if available < needed {
            return Err(Reject::InsufficientMargin { needed, available });
        }
        Ok(())
    }

    fn margin_rate(&self, market: &Market, account: AccountId) -> u32 {
        let (instrument, settings) = (self.reference.instrument(market.instrument), self.settings(account));
        let rate = instrument.and_then(|instrument| valuation::margin_rate(instrument, settings?));
        rate.map_or(0, BasisPoints::get)
    }

    fn margin_available(&self, account: AccountId) -> Option<Amount> {
        let holdings = self.holdings(account)?;
        let summary = valuation::margin_summary(&self.reference, &holdings, |id| self.quote(id))?;
        Some(summary.available)
    }

    pub(super) fn account_currency(&self, account: AccountId) -> Result<AssetId, Reject> {
        self.reference.account(account).map(|known| known.currency).ok_or(Reject::UnknownAccount(account))
    }
}
