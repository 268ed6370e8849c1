//! Short sales of securities: what secures them, who may make them, and what covers them.
//!
//! A position that was sold short is secured by collateral: the proceeds of the sale and a part that its account adds.
//! An open buy of that account covers the position. It claims its share of the collateral for as long as it works, so
//! that an account can buy back with what it was paid. An order never crosses from long to short or back: while an
//! account owns or buys a security it does not sell it short, and while it is short or selling short it buys no more
//! than there is to cover. So every open buy of such an account covers, and collateral is gone when the position is.

use std::collections::{BTreeMap, BTreeSet};

use super::Engine;
use super::funds::Demand;
use super::market::Market;
use crate::ids::{AccountId, AssetId, InstrumentId, OrderId};
use crate::ledger::sum;
use crate::lots::LotQueue;
use crate::number::{Amount, Quantity};
use crate::order::{Hold, Order, Side};
use crate::reject::{Reject, ShortSaleFault};
use crate::units::Lots;

/// One account's short side in one instrument.
#[derive(Debug, Default)]
pub(super) struct Short {
    /// What secures the position and is claimed by no order.
    pub(super) collateral: Amount,
    /// Working buys.
    covers: BTreeSet<OrderId>,
    /// Working short sales.
    sales: BTreeSet<OrderId>,
}

/// Whoever is short of a security, or has working short sales of it.
#[derive(Debug, Default)]
pub(super) struct Shorts(BTreeMap<(AccountId, InstrumentId), Short>);

impl Shorts {
    fn get(&self, account: AccountId, instrument: InstrumentId) -> Option<&Short> {
        self.0.get(&(account, instrument))
    }

    /// What is there, or a new one.
    pub(super) fn of(&mut self, account: AccountId, instrument: InstrumentId) -> &mut Short {
        self.0.entry((account, instrument)).or_default()
    }

    /// Notes that an order works, if it is a short sale.
    pub(super) fn add_sale(&mut self, order: &Order) {
        if order.short_sale && order.status.is_working() {
            self.of(order.account, order.instrument).sales.insert(order.id);
        }
    }

    /// Notes that an order goes on working.
    pub(super) fn note_working(&mut self, order: &Order) {
        self.add_sale(order);
        if order.side == Side::Buy
            && let Some(short) = self.0.get_mut(&(order.account, order.instrument))
        {
            short.covers.insert(order.id);
        }
    }

    fn of_account(&self, account: AccountId) -> impl Iterator<Item = (InstrumentId, &Short)> {
        let range = (account, InstrumentId::new(0))..=(account, InstrumentId::new(u32::MAX));
        self.0.range(range).map(|((_, instrument), short)| (*instrument, short))
    }

    /// Collateral that no order has claimed, by account and instrument.
    pub(super) fn collateral(&self) -> impl Iterator<Item = (AccountId, InstrumentId, Amount)> {
        let all =
            self.0.iter().map(|((account, instrument), short)| (*account, *instrument, short.collateral));
        all.filter(|(_, _, collateral)| !collateral.is_zero())
    }
}

/// The share of an amount that a part of a quantity has, cut to the ledger's units. All of it for the whole, and nothing
/// of nothing.
pub(super) fn share(amount: Amount, part: Lots, whole: Lots) -> Amount {
    if part >= whole {
        return amount;
    }
    let (part, whole) = (i128::from(part.get()), i128::from(whole.get()));
    let (each, rest) = (amount.units() / whole, amount.units() % whole);
    Amount::from_units(each * part + rest * part / whole)
}

impl Engine {
    /// What an account is short of a security.
    pub(super) fn short_position(&self, account: AccountId, instrument: InstrumentId) -> Lots {
        if self.market(instrument).is_none_or(|market| market.is_margin) {
            return Lots::ZERO;
        }
        match self.lots.get(&(account, instrument)).map(LotQueue::net) {
            Some((Side::Sell, short)) => short,
            Some((Side::Buy, _)) | None => Lots::ZERO,
        }
    }

    /// Number of securities that an account is short of.
    pub(super) fn short_positions(&self, account: AccountId) -> u64 {
        let shorts = self.shorts.of_account(account).map(|(instrument, _)| instrument);
        shorts.filter(|instrument| !self.short_position(account, *instrument).is_zero()).count() as u64
    }

    /// What is left of open buys of an account that is short, one of its orders not counted.
    fn covered(&self, short: &Short, market: &Market, but: Option<OrderId>) -> Lots {
        let covers = short.covers.iter().filter(|id| Some(**id) != but);
        let leaves = covers.filter_map(|id| Some(market.scales.known_lots(self.orders.get(*id)?.leaves)));
        leaves.fold(Lots::ZERO, Lots::plus)
    }

    /// What an account could buy at once to cover its short position; nothing when it is not short, nor selling short.
    pub(super) fn coverable(&self, account: AccountId, market: &Market) -> Option<Lots> {
        let short = self.shorts.get(account, market.instrument)?;
        let position = self.short_position(account, market.instrument);
        Some(position.minus(self.covered(short, market, None)))
    }

    /// Whether the order may be a short sale. What it must hold is another matter.
    pub(super) fn decide_short_sale(&self, market: &Market, demand: &Demand<'_>) -> Result<(), Reject> {
        if demand.side == Side::Buy {
            return Err(Reject::ShortSaleForbidden(ShortSaleFault::Buy));
        }
        if demand.reduce_only {
            return Err(Reject::ShortSaleForbidden(ShortSaleFault::ReduceOnly));
        }
        if market.short_sale.is_none() {
            return Err(Reject::ShortSaleForbidden(ShortSaleFault::Instrument));
        }
        if !self.settings(demand.account).is_some_and(|settings| settings.may_sell_short) {
            return Err(Reject::ShortSaleForbidden(ShortSaleFault::Account));
        }
        let balance = self.ledger.balance(demand.account, market.base).total;
        let long = match self.lots.get(&(demand.account, market.instrument)).map(LotQueue::net) {
            Some((Side::Buy, long)) => market.scales.base_amount(long),
            Some((Side::Sell, _)) | None => Amount::ZERO,
        };
        let owned = balance.max(long);
        if owned > Amount::ZERO {
            return Err(Reject::ShortSaleWhileLong { asset: market.base, owned });
        }
        // Whoever is on the short side already buys no more than there is to cover.
        if self.shorts.get(demand.account, market.instrument).is_none() {
            let buys = self.orders.open_of(demand.account).filter(|order| {
                order.instrument == market.instrument && order.side == Side::Buy && order.status.is_working()
            });
            let leaves = buys.map(|order| market.scales.known_lots(order.leaves));
            let working = leaves.fold(Lots::ZERO, Lots::plus);
            if !working.is_zero() {
                return Err(Reject::ShortSaleAgainstBuys { working: market.scales.quantity(working) });
            }
        }
        Ok(())
    }

    /// A buy's hold with what it claims of the collateral, where its account is on the short side.
    pub(super) fn decide_claim(
        &self,
        market: &Market,
        demand: &Demand<'_>,
        hold: Hold,
    ) -> Result<Hold, Reject> {
        let Some(short) = self.shorts.get(demand.account, market.instrument) else { return Ok(hold) };
        let position = self.short_position(demand.account, market.instrument);
        let working = self.covered(short, market, demand.credit.map(|order| order.id));
        let left = position.minus(working);
        if demand.ordered > left {
            return Err(Reject::ExceedsShort {
                ordered: market.scales.quantity(demand.ordered),
                working: market.scales.quantity(working),
                short: market.scales.quantity(position),
            });
        }
        let returned = demand.credit.and_then(|order| order.held).map_or(Amount::ZERO, |held| held.claim);
        let collateral = short.collateral.checked_add(returned).ok_or(Reject::SUM_OVERFLOW)?;
        let claim = share(collateral, demand.ordered, left);
        Ok(Hold { amount: hold.amount.max(claim), claim, ..hold })
    }

    /// Lets go of what an order holds and takes what it is to hold: what it claimed is collateral again, and what it
    /// claims is none.
    pub(super) fn change_hold(
        &mut self,
        (account, instrument): (AccountId, InstrumentId),
        before: Option<Hold>,
        after: Option<Hold>,
    ) {
        self.touched.accounts.mark(account.get());
        if let (Some(old), Some(new)) = (before, after)
            && old.asset == new.asset
            && old.claim.is_zero()
            && new.claim.is_zero()
        {
            self.ledger.hold(account, old.asset, sum(new.amount, old.amount.negated()));
            return;
        }
        if let Some(old) = before {
            self.ledger.hold(account, old.asset, old.amount.negated());
            self.pledge(account, instrument, old.asset, old.claim);
        }
        if let Some(new) = after {
            self.pledge(account, instrument, new.asset, new.claim.negated());
            self.ledger.hold(account, new.asset, new.amount);
        }
    }

    /// Adds to the collateral of a short position, or takes from it when negative.
    pub(super) fn pledge(
        &mut self,
        account: AccountId,
        instrument: InstrumentId,
        asset: AssetId,
        amount: Amount,
    ) {
        if amount.is_zero() {
            return;
        }
        let short = self.shorts.of(account, instrument);
        short.collateral = sum(short.collateral, amount);
        assert!(!short.collateral.is_negative(), "Invariant: no more collateral is claimed than there is");
        self.ledger.pledge(account, asset, amount);
    }

    /// Notes that an order goes on working.
    pub(super) fn note_working(&mut self, order: &Order) {
        self.reducing.add(order);
        self.shorts.note_working(order);
    }

    /// Forgets an order that closes, and the short side of its account once that is over.
    pub(super) fn forget_short(&mut self, account: AccountId, instrument: InstrumentId, order: OrderId) {
        let key = (account, instrument);
        let Some(short) = self.shorts.0.get_mut(&key) else { return };
        short.covers.remove(&order);
        short.sales.remove(&order);
        let is_idle = short.covers.is_empty() && short.sales.is_empty();
        if is_idle
            && self.short_position(account, instrument).is_zero()
            && let Some(short) = self.shorts.0.remove(&key)
        {
            assert!(short.collateral.is_zero(), "Invariant: collateral is gone with its position");
        }
    }

    /// What secures the short positions of an account in one asset, claimed or not.
    pub(super) fn secured(&self, account: AccountId, asset: AssetId) -> Amount {
        let shorts = self.shorts.of_account(account).filter(|(instrument, _)| {
            self.market(*instrument).is_some_and(|market| market.quote_asset == asset)
        });
        let all = shorts.map(|(_, short)| {
            let covers = short.covers.iter().filter_map(|id| self.orders.get(*id)?.held);
            covers.map(|held| held.claim).fold(short.collateral, sum)
        });
        all.fold(Amount::ZERO, sum)
    }

    /// The collateral of a position that no order has claimed, and what of the position open orders cover.
    pub(super) fn short_side(&self, account: AccountId, market: &Market) -> (Amount, Quantity) {
        let Some(short) = self.shorts.get(account, market.instrument) else {
            return (Amount::ZERO, Quantity::ZERO);
        };
        let covered = self.covered(short, market, None);
        let covered = if covered.is_zero() { Quantity::ZERO } else { market.scales.quantity(covered) };
        (short.collateral, covered)
    }

    /// Finds the short sides again of which an image has told the collateral and the short sales.
    pub(super) fn rebuild_shorts(&mut self) {
        let positions: Vec<_> = self.lots.keys().copied().collect();
        for (account, instrument) in positions {
            if !self.short_position(account, instrument).is_zero() {
                self.shorts.of(account, instrument);
            }
        }
        for ((account, instrument), short) in &mut self.shorts.0 {
            let covers = self.orders.open_of(*account).filter(|order| {
                order.instrument == *instrument && order.side == Side::Buy && order.status.is_working()
            });
            short.covers.extend(covers.map(|order| order.id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_cut_to_units_and_add_up_to_no_more_than_the_whole() {
        let amount = Amount::from_units(1_000_000_000_000_000_000_000_000_000_000);
        assert_eq!(share(amount, Lots::new(3), Lots::new(3)), amount);
        assert_eq!(share(amount, Lots::ZERO, Lots::ZERO), amount);
        let third = share(amount, Lots::new(400_000_000_000), Lots::new(1_200_000_000_000));
        assert_eq!(third.units(), 333_333_333_333_333_333_333_333_333_333);
    }
}
