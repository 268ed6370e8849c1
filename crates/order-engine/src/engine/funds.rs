//! What an order needs before it may be taken: assets to give, or margin to cover.

use super::Engine;
use super::account::MAX_BASIS_POINTS;
use super::market::Market;
use super::plan::Plan;
use crate::ids::{AccountId, AssetId};
use crate::ledger::sum;
use crate::limits::LEDGER_SCALE;
use crate::number::Amount;
use crate::order::{Hold, Order, Side};
use crate::reference::{BasisPoints, ChargedIn, Rounding};
use crate::reject::Reject;
use crate::units::{Lots, Ticks, part};
use crate::valuation;

/// The money side of an order that is about to be taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Demand<'a> {
    pub(super) account: AccountId,
    pub(super) side: Side,
    pub(super) short_sale: bool,
    pub(super) reduce_only: bool,
    /// Whole quantity; what is filled at once, for an amount that may not rest.
    pub(super) quantity: Lots,
    /// What was ordered, which an amount may come to without being filled for it.
    pub(super) ordered: Lots,
    /// Limit of a limit order: the whole quantity is held at it.
    pub(super) limit: Option<Ticks>,
    /// What rests after a sweep, for an order without a limit.
    pub(super) rest: Option<(Ticks, Lots)>,
    /// The order that lets go of what it holds: an earlier form of this one, or one whose place it takes.
    pub(super) credit: Option<&'a Order>,
}

impl Market {
    /// What a resting limit order holds back, where something is held: margin orders hold nothing.
    ///
    /// # Errors
    /// [`Reject::Overflow`] when the value does not fit.
    pub(super) fn resting_hold(
        &self,
        (side, short_sale): (Side, bool),
        price: Ticks,
        quantity: Lots,
    ) -> Result<Hold, Reject> {
        if side == Side::Sell && !short_sale {
            return Ok(Hold::free(self.base, self.scales.base_amount(quantity)));
        }
        let notional = self.scales.notional(price, quantity)?;
        Ok(Hold::free(self.quote_asset, self.quote_hold(short_sale, notional)?))
    }

    /// What an order of this value holds back of the quote asset: a buy all of it, and a short sale what its collateral
    /// is to have beyond its proceeds; either with the most that commission in quote can take.
    ///
    /// # Errors
    /// [`Reject::Overflow`] when the sum does not fit.
    pub(super) fn quote_hold(&self, short_sale: bool, notional: Amount) -> Result<Amount, Reject> {
        let commission = self.most_commission(notional);
        let own = match self.short_sale.filter(|_| short_sale) {
            Some(rate) => part(notional, rate.get() - MAX_BASIS_POINTS, Rounding::HalfUp, LEDGER_SCALE),
            None => notional,
        };
        own.checked_add(commission).ok_or(Reject::SUM_OVERFLOW)
    }

    /// What an order of the state would hold if it had this much left, on the book or waiting for its trigger.
    ///
    /// # Errors
    /// [`Reject::Overflow`] when the value does not fit.
    pub(super) fn waiting_hold(&self, order: &Order, leaves: Lots) -> Result<Option<Hold>, Reject> {
        let trigger = order.trigger.filter(|_| order.is_armed()).map(|trigger| trigger.price);
        let Some(price) = order.limit_price().or(trigger) else { return Ok(None) };
        self.resting_hold((order.side, order.short_sale), self.scales.known_ticks(price), leaves).map(Some)
    }

    /// The most that commission can take of what an order of this value holds in the quote asset.
    fn most_commission(&self, notional: Amount) -> Amount {
        match self.commission.charged_in {
            ChargedIn::Received => Amount::ZERO,
            ChargedIn::Quote => {
                let rate = self.commission.maker.max(self.commission.taker).get();
                part(notional, rate, self.commission.rounding, self.commission.scale)
            }
        }
    }
}

impl Engine {
    /// The hold of an order that the account can afford; nothing for a margin order whose margin is covered.
    pub(super) fn decide_funds(
        &self,
        market: &Market,
        demand: &Demand<'_>,
        plan: &Plan,
    ) -> Result<Option<Hold>, Reject> {
        if demand.short_sale {
            self.decide_short_sale(market, demand)?;
        }
        if market.is_margin {
            return self.decide_margin(market, demand, plan).map(|()| None);
        }
        if demand.side == Side::Sell && !demand.short_sale {
            let hold = Hold::free(market.base, market.scales.base_amount(demand.quantity));
            self.decide_available(demand.account, hold, demand.credit)?;
            return Ok(Some(hold));
        }
        let notional = if let Some(limit) = demand.limit {
            market.scales.notional(limit, demand.quantity)?
        } else {
            let value = |(price, quantity)| market.scales.notional(price, quantity);
            let rest = demand.rest.map_or(Ok(Amount::ZERO), value)?;
            plan.spent.checked_add(rest).ok_or(Reject::SUM_OVERFLOW)?
        };
        let hold = Hold::free(market.quote_asset, market.quote_hold(demand.short_sale, notional)?);
        let hold = match demand.side {
            Side::Buy => self.decide_claim(market, demand, hold)?,
            Side::Sell => hold,
        };
        self.decide_available(demand.account, hold, demand.credit)?;
        Ok(Some(hold))
    }

    /// Whether an account has what a hold needs, counting what a predecessor lets go.
    pub(super) fn decide_available(
        &self,
        account: AccountId,
        hold: Hold,
        credit: Option<&Order>,
    ) -> Result<(), Reject> {
        let free = self.ledger.balance(account, hold.asset).available();
        let credit = credit.and_then(|order| order.held).filter(|credit| credit.asset == hold.asset);
        let credit = credit.map_or(Amount::ZERO, |credit| sum(credit.amount, credit.claim.negated()));
        let available = free.checked_add(sum(credit, hold.claim)).ok_or(Reject::SUM_OVERFLOW)?;
        if available < hold.amount {
            return Err(Reject::InsufficientFunds { asset: hold.asset, needed: hold.amount, available });
        }
        Ok(())
    }

    /// Whether the margin of what the order adds to the position is covered. An order that only reduces it needs none.
    fn decide_margin(&self, market: &Market, demand: &Demand<'_>, plan: &Plan) -> Result<(), Reject> {
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
        let needed = part(value, rate, Rounding::HalfUp, LEDGER_SCALE);
        let available =
            self.margin_available(demand.account).ok_or(Reject::NoConversion { asset: currency })?;
        if available < needed && self.is_called(demand.account) {
            return Err(Reject::InMarginCall { needed, available });
        }
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
        let holdings = self.summed_holdings(account)?;
        let summary = valuation::margin_summary(&self.reference, &holdings, |id| self.quote(id))?;
        Some(summary.available)
    }

    pub(super) fn account_currency(&self, account: AccountId) -> Result<AssetId, Reject> {
        self.reference.account(account).map(|known| known.currency).ok_or(Reject::UnknownAccount(account))
    }
}
