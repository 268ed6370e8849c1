//! Deciding about an order: its size, its end, whom it would meet, and whether its account can afford it.

use std::collections::BTreeMap;

use order_engine::{AccountId, InstrumentId, OrderKind, SelfMatch, Side, Size, TimeInForce, Timestamp};
use rust_decimal::Decimal;

use super::exits::{check_exits, check_parts};
use super::sessions::day_end;
use super::{Meeting, Model, ModelOrder, Refused, better, is_limit, market, within};
use crate::support::*;

impl Model {
    /// What terms say of an order's parts, size and bounds.
    pub(super) fn shape(order: &ModelOrder, limit: Option<Decimal>) -> Result<Option<Decimal>, Refused> {
        let market = market(order.instrument);
        check_parts(order)?;
        let given = match order.size {
            Size::Base(quantity) if quantity.is_zero() => return Err("SizeNotPositive"),
            Size::Quote(amount) if amount.is_zero() => return Err("SizeNotPositive"),
            Size::Base(quantity) => Some(quantity.decimal()),
            Size::Quote(amount) => limit.map(|limit| market.bought_for(amount.decimal(), limit)),
        };
        Self::check_size(order, given, limit)?;
        let rests_at = order
            .limit()
            .filter(|_| limit.is_some() || matches!(order.kind, OrderKind::MarketToLimit { .. }));
        if rests_at.or(limit).is_some_and(|price| !within(&order.bound, price)) {
            return Err("BeyondBound");
        }
        Ok(given)
    }

    pub(super) fn check_size(
        order: &ModelOrder,
        given: Option<Decimal>,
        limit: Option<Decimal>,
    ) -> Result<(), Refused> {
        let market = market(order.instrument);
        if let Some(given) = given {
            Self::check_range(order, given)?;
        }
        let value = match (given, limit, order.size) {
            (Some(given), Some(limit), _) => Some(market.worth(limit, given)),
            (_, _, Size::Quote(amount)) => Some(amount.decimal()),
            _ => None,
        };
        if value.is_some_and(|value| value < market.minimum_value) { Err("NotionalTooSmall") } else { Ok(()) }
    }

    pub(super) fn check_range(order: &ModelOrder, given: Decimal) -> Result<(), Refused> {
        let market = market(order.instrument);
        if given < market.minimum || given.is_zero() {
            return Err("QuantityTooSmall");
        }
        if given > market.maximum { Err("QuantityTooLarge") } else { Ok(()) }
    }

    /// When an order ends whose life begins at an instant.
    pub(super) fn ends(order: &ModelOrder, from: Timestamp) -> Result<Option<Timestamp>, Refused> {
        let market = market(order.instrument);
        if market.trades_until.is_some_and(|until| until <= from) {
            return Err("ContractExpired");
        }
        let own = match order.time_in_force {
            TimeInForce::Gtd(at) if at <= from => return Err("ExpiryInPast"),
            TimeInForce::Gtd(at) => Some(at),
            TimeInForce::Day => {
                let end = day_end(order.instrument, from, order.extended)?;
                Some(end.unwrap_or(from.next_time_of_day(0)))
            }
            TimeInForce::Gtc
            | TimeInForce::Ioc
            | TimeInForce::Fok
            | TimeInForce::AtOpen
            | TimeInForce::AtClose => None,
        };
        Ok(match (own, market.trades_until) {
            (Some(own), Some(until)) => Some(own.min(until)),
            (own, until) => own.or(until),
        })
    }

    /// Decides about an order that is live at once. `credit` is the order that lets go of what it
    /// holds: an earlier form of this one, or one whose place it takes.
    pub(super) fn decide(&self, order: &ModelOrder, credit: Option<usize>) -> Result<Meeting, Refused> {
        let limit =
            order.kind.resting_price().filter(|_| is_limit(order.kind)).map(order_engine::Price::decimal);
        let market = market(order.instrument);
        let given = Self::shape(order, limit)?;
        let ends = Self::ends(order, self.now)?;
        let best = self.best(order.instrument, order.side.opposite());
        if best.is_none() && !is_limit(order.kind) {
            return Err("NoLiquidity");
        }
        let closing_price = self.closing_price(order.instrument, order.side);
        if let Some(reference) = limit.or(closing_price).or(best) {
            check_exits(order, reference)?;
        }
        let takes =
            |price: Decimal| limit.is_none_or(|limit| price == limit || better(order.side, price, limit));
        if best.is_some_and(|best| takes(best) && !within(&order.bound, best)) {
            return Err("BeyondBound");
        }
        let (fills, unfilled) = self.walk(order, given, limit);
        let filled: Decimal = fills.iter().map(|(_, _, quantity)| *quantity).sum();
        let spent: Decimal = fills.iter().map(|(_, price, quantity)| market.worth(*price, *quantity)).sum();
        let quantity = given.unwrap_or(filled + unfilled);
        if given.is_none() {
            Self::check_size(order, Some(quantity), None)?;
        }
        if filled.is_zero() && matches!(order.kind, OrderKind::Market) {
            return Err("NoLiquidity");
        }
        self.check_reducing(order, quantity)?;
        let rests_at = order.kind.resting_price().filter(|_| order.time_in_force.may_rest());
        let rests_at = rests_at.map(order_engine::Price::decimal);
        let left = quantity - filled;
        let worst = limit.or(fills.last().map(|(_, price, _)| *price));
        let rest = rests_at.map_or(Decimal::ZERO, |price| market.worth(price, left));
        let needs = match (order.side, limit) {
            (Side::Sell, _) if !order.short_sale && rests_at.is_none() && given.is_none() => filled,
            (Side::Sell, _) if !order.short_sale => quantity,
            (_, Some(limit)) => order.costs(market.worth(limit, quantity)),
            (_, None) => order.costs(spent + rest),
        };
        let sized = if rests_at.is_none() && given.is_none() { filled } else { quantity };
        let (held, claim) = self.afford(order, needs, (sized, quantity), worst, credit)?;
        if order.time_in_force == TimeInForce::Fok && filled < quantity {
            return Err("NotFillable");
        }
        self.check_fills(order, &fills)?;
        Ok(Meeting { fills, quantity, rests_at, held, claim, ends })
    }

    pub(super) fn check_fills(
        &self,
        order: &ModelOrder,
        fills: &[(usize, Decimal, Decimal)],
    ) -> Result<(), Refused> {
        if order.post_only && !fills.is_empty() {
            return Err("WouldTakeLiquidity");
        }
        let own = |(maker, ..): &(usize, Decimal, Decimal)| self.orders[*maker].account == order.account;
        if order.self_match == SelfMatch::Refuse && fills.iter().any(own) { Err("SelfMatch") } else { Ok(()) }
    }

    /// An order with this limit that could take the best price is bound not to refuse it.
    pub(super) fn check_best(&self, order: &ModelOrder, limit: Decimal) -> Result<(), Refused> {
        let others = self.best(order.instrument, order.side.opposite());
        let taken = others.filter(|best| *best == limit || better(order.side, *best, limit));
        if taken.is_none_or(|best| within(&order.bound, best)) { Ok(()) } else { Err("BeyondBound") }
    }

    /// The fills of an order, and what is left of its size.
    pub(super) fn walk(
        &self,
        order: &ModelOrder,
        given: Option<Decimal>,
        limit: Option<Decimal>,
    ) -> (Vec<(usize, Decimal, Decimal)>, Decimal) {
        let market = market(order.instrument);
        let mut fills = Vec::new();
        let (mut quantity, mut amount) = match (given, order.size) {
            (Some(given), _) => (given, Decimal::ZERO),
            (None, Size::Quote(amount)) => (Decimal::ZERO, amount.decimal()),
            (None, Size::Base(_)) => unreachable!(),
        };
        let mut last = None;
        let mut taken_of: BTreeMap<AccountId, Decimal> = BTreeMap::new();
        for maker in self.book(order.instrument, order.side.opposite()) {
            let price = self.orders[maker].rests_at.unwrap();
            let acceptable = limit.is_none_or(|limit| price == limit || better(order.side, price, limit));
            if !acceptable || !within(&order.bound, price) {
                break;
            }
            let maker_order = &self.orders[maker];
            let own = maker_order.account;
            let room = self.reducible(own, order.instrument, maker_order.side);
            let room = room - taken_of.get(&own).copied().unwrap_or_default();
            let leaves = maker_order.leaves();
            let offered = if maker_order.reduce_only { leaves.min(room.max(Decimal::ZERO)) } else { leaves };
            if offered.is_zero() {
                continue;
            }
            last = Some(price);
            let wanted = if given.is_some() { quantity } else { market.bought_for(amount, price) };
            let taken = wanted.min(offered);
            if taken.is_zero() {
                return (fills, Decimal::ZERO);
            }
            fills.push((maker, price, taken));
            // What it buys adds to what its account may sell on, and the other way round.
            *taken_of.entry(own).or_insert(Decimal::ZERO) += taken;
            *taken_of.entry(order.account).or_insert(Decimal::ZERO) -= taken;
            quantity -= taken.min(quantity);
            amount -= market.worth(price, taken);
            let spent = if given.is_some() { quantity.is_zero() } else { amount <= Decimal::ZERO };
            if spent || wanted < offered {
                return (fills, Decimal::ZERO);
            }
        }
        let remainder =
            order.kind.resting_price().filter(|_| !is_limit(order.kind)).map(order_engine::Price::decimal);
        match (given, remainder.or(last).or(limit)) {
            (Some(_), _) => (fills, quantity),
            (None, Some(price)) => (fills, market.bought_for(amount, price)),
            (None, None) => (fills, Decimal::ZERO),
        }
    }

    /// What an order holds and what it claims of that, if its account can afford it. What it needs may be counted for less
    /// than what was ordered.
    pub(super) fn afford(
        &self,
        order: &ModelOrder,
        needs: Decimal,
        (quantity, ordered): (Decimal, Decimal),
        price: Option<Decimal>,
        credit: Option<usize>,
    ) -> Result<(Decimal, Decimal), Refused> {
        let market = market(order.instrument);
        if order.short_sale {
            self.check_short_sale(order)?;
        }
        if !market.is_margin {
            let claim = self.claim(order, ordered, credit)?;
            let needs = needs.max(claim);
            let credit = credit.map(|index| &self.orders[index]);
            let credit = credit.map_or(Decimal::ZERO, |order| order.held - order.claim);
            let free = self.available(order.account, order.held_asset()) + credit + claim;
            return if free < needs { Err("InsufficientFunds") } else { Ok((needs, claim)) };
        }
        let nothing = (Decimal::ZERO, Decimal::ZERO);
        let none = (order.side, Vec::new());
        let (side, lots) = self.lots.get(&(order.account, order.instrument)).unwrap_or(&none);
        let position: Decimal = lots.iter().map(|lot| lot.quantity).sum();
        let reduced = if *side == order.side { Decimal::ZERO } else { position.min(quantity) };
        let added = quantity - reduced;
        let Some(price) = price.filter(|_| !added.is_zero()) else { return Ok(nothing) };
        let rate = self.margin_rate(order.account);
        let available = self.margin_available(order.account, order.instrument, rate);
        if available >= added * price * rate {
            return Ok(nothing);
        }
        Err(if self.is_called(order.account) { "InMarginCall" } else { "InsufficientMargin" })
    }

    pub(super) fn margin_available(
        &self,
        account: AccountId,
        instrument: InstrumentId,
        rate: Decimal,
    ) -> Decimal {
        let cash = self.available(account, USD);
        let Some((side, lots)) = self.lots.get(&(account, instrument)) else { return cash };
        let (bid, ask) = self.quotes[&instrument];
        let quantity: Decimal = lots.iter().map(|lot| lot.quantity).sum();
        let cost: Decimal = lots.iter().map(|lot| lot.quantity * lot.price).sum();
        let profit = match side {
            Side::Buy => bid * quantity - cost,
            Side::Sell => cost - ask * quantity,
        };
        cash + profit - (bid + ask) / Decimal::TWO * quantity * rate
    }
}
