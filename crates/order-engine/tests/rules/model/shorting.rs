//! Short sales: who may make them, what secures them, and what covers them.

use order_engine::{AccountId, InstrumentId, OrderKind, Side};
use rust_decimal::{Decimal, RoundingStrategy};

use super::market::{Market, market};
use super::{Model, ModelOrder, Refused};
use crate::support::*;

/// A share of an amount, cut to what the ledger keeps.
fn share(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal {
    if part == whole { amount } else { (amount * part / whole).trunc_with_scale(12) }
}

impl Market {
    /// Commission in quote.
    fn charge(&self, worth: Decimal) -> Decimal {
        if !self.is_charged_in_quote {
            return Decimal::ZERO;
        }
        let charge = worth * self.commission_bps / Decimal::from(10_000);
        charge.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
    }
}

impl ModelOrder {
    /// What a buy or a short sale of this worth takes from its account, commission included.
    pub(super) fn costs(&self, worth: Decimal) -> Decimal {
        let market = market(self.instrument);
        let own = market.short_rate.filter(|_| self.short_sale).map_or(worth, |rate| worth * rate - worth);
        own + market.charge(worth)
    }

    /// What an order with a limit takes from its account.
    pub(super) fn needs(&self, limit: Decimal, quantity: Decimal) -> Decimal {
        if self.side == Side::Sell && !self.short_sale {
            return quantity;
        }
        self.costs(market(self.instrument).worth(limit, quantity))
    }
}

impl Model {
    /// What an account is short of.
    pub(super) fn short(&self, account: AccountId, instrument: InstrumentId) -> Decimal {
        match self.lots.get(&(account, instrument)) {
            Some((Side::Sell, lots)) if !market(instrument).is_margin => {
                lots.iter().map(|lot| lot.quantity).sum()
            }
            _ => Decimal::ZERO,
        }
    }

    /// Working orders of an account in an instrument that match, one of them left out.
    fn working_of(
        &self,
        account: AccountId,
        instrument: InstrumentId,
        but: Option<usize>,
        matches: fn(&ModelOrder) -> bool,
    ) -> impl Iterator<Item = &ModelOrder> {
        self.orders.iter().enumerate().filter_map(move |(index, order)| {
            let is_here =
                order.account == account && order.instrument == instrument && order.status.is_working();
            (is_here && Some(index) != but && matches(order)).then_some(order)
        })
    }

    /// What open buys would buy.
    pub(super) fn covered(
        &self,
        account: AccountId,
        instrument: InstrumentId,
        but: Option<usize>,
    ) -> Decimal {
        let buys = self.working_of(account, instrument, but, |order| order.side == Side::Buy);
        buys.map(ModelOrder::leaves).sum()
    }

    /// Whether an account is short, or is selling short.
    fn is_on_short_side(&self, account: AccountId, instrument: InstrumentId) -> bool {
        let mut sales = self.working_of(account, instrument, None, |order| order.short_sale);
        !self.short(account, instrument).is_zero() || sales.next().is_some()
    }

    /// What secures short positions.
    pub(super) fn secured(&self, account: AccountId) -> Decimal {
        self.secured.get(&account).copied().unwrap_or_default()
    }

    /// What secures short positions and no order has claimed, one of them left out.
    pub(super) fn unclaimed(&self, account: AccountId, but: Option<usize>) -> Decimal {
        let claims = self.working_of(account, XYZ_USD, but, |_| true).map(|order| order.claim);
        self.secured(account) - claims.sum::<Decimal>()
    }

    pub(super) fn check_short_sale(&self, order: &ModelOrder) -> Result<(), Refused> {
        let market = market(order.instrument);
        let never = self.settings(order.account).never_short;
        if order.side == Side::Buy || order.reduce_only || market.short_rate.is_none() || never {
            return Err("ShortSaleForbidden");
        }
        let long = self.reducible(order.account, order.instrument, Side::Sell);
        if long > Decimal::ZERO || self.total(order.account, market.base) > Decimal::ZERO {
            return Err("ShortSaleWhileLong");
        }
        let buys = self.covered(order.account, order.instrument, None);
        if !self.is_on_short_side(order.account, order.instrument) && !buys.is_zero() {
            return Err("ShortSaleAgainstBuys");
        }
        Ok(())
    }

    /// What a buy claims of what secures a short position.
    pub(super) fn claim(
        &self,
        order: &ModelOrder,
        quantity: Decimal,
        credit: Option<usize>,
    ) -> Result<Decimal, Refused> {
        let (account, instrument) = (order.account, order.instrument);
        if order.side == Side::Sell || !self.is_on_short_side(account, instrument) {
            return Ok(Decimal::ZERO);
        }
        let left = self.short(account, instrument) - self.covered(account, instrument, credit);
        if quantity > left {
            return Err("ExceedsShort");
        }
        Ok(share(self.unclaimed(account, credit), quantity, left))
    }

    /// Uses what an order held for a fill that it has counted already, and says what commission is taken.
    pub(super) fn use_hold(
        &mut self,
        index: usize,
        is_maker: bool,
        worth: Decimal,
        quantity: Decimal,
    ) -> Decimal {
        let order = &mut self.orders[index];
        if order.account == AccountId::HOUSE {
            return Decimal::ZERO;
        }
        let charge = market(order.instrument).charge(worth);
        let leaves = order.leaves();
        let has_limit = matches!(
            order.kind,
            OrderKind::Limit { .. } | OrderKind::StopLimit { .. } | OrderKind::TrailingStopLimit { .. }
        );
        let kept = if is_maker
            || has_limit
            || order.is_replaced
            || (order.side == Side::Sell && !order.short_sale)
        {
            let at = order.limit().unwrap_or_default();
            order.resting_hold(at).min(order.held)
        } else {
            let used = if order.short_sale { order.costs(worth) } else { worth + charge };
            (order.held - used).max(Decimal::ZERO)
        };
        let (kept, claim) = if leaves.is_zero() {
            (Decimal::ZERO, Decimal::ZERO)
        } else {
            let claim = share(order.claim, leaves, leaves + quantity);
            (kept.max(claim), claim)
        };
        let freed = order.held - kept;
        let secured = self.secured.entry(order.account).or_default();
        *secured += claim - order.claim;
        (order.held, order.claim) = (kept, claim);
        match (order.side, order.short_sale) {
            (Side::Buy, _) => charge.min((freed - worth).max(Decimal::ZERO)),
            (Side::Sell, true) => {
                *secured += worth + freed - charge;
                charge
            }
            (Side::Sell, false) => charge,
        }
    }
}
