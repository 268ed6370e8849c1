//! Closing what is open: a lot or a whole position, by a market order that the engine makes for it.

use super::Engine;
use super::funds::Demand;
use super::parts::decide_uncrossed;
use super::place::Placement;
use super::plan::{Bounds, Budget, Incoming};
use super::terms::beyond;
use crate::annotations::Annotations;
use crate::command::{CloseLot, ClosePosition, PlaceOrder};
use crate::event::Outcome;
use crate::exits::ClosingCause;
use crate::ids::{AccountId, ClientOrderId, InstrumentId};
use crate::kind::OrderKind;
use crate::lots::LotQueue;
use crate::number::Quantity;
use crate::order::{Closing, Order, PriceBound, SelfMatch, Side, Size, TimeInForce};
use crate::reject::Reject;
use crate::time::Timestamp;

/// What a closing order is to do.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClosingTerms {
    pub(super) account: AccountId,
    pub(super) instrument: InstrumentId,
    /// Side of the closing order.
    pub(super) side: Side,
    pub(super) quantity: Quantity,
    /// The most that its owner may ask for, where that is a question.
    pub(super) most: Option<Quantity>,
    pub(super) price_bound: PriceBound,
    pub(super) closing: Closing,
}

impl ClosingTerms {
    /// The order as if its owner had placed it.
    pub(super) fn command(
        &self,
        client_order_id: Option<ClientOrderId>,
        annotations: Annotations,
    ) -> PlaceOrder {
        PlaceOrder {
            time_in_force: TimeInForce::Ioc,
            price_bound: self.price_bound,
            reduce_only: true,
            client_order_id,
            annotations,
            ..PlaceOrder::new(
                self.account,
                self.instrument,
                self.side,
                OrderKind::Market,
                Size::Base(self.quantity),
            )
        }
    }

    /// The placement of a closing order that is recorded as refused.
    pub(super) fn refused(&self, refusal: Reject) -> Placement {
        Placement {
            shown_quantity: self.quantity,
            fills: Vec::new(),
            rest_at: None,
            hold: None,
            expires_at: None,
            trigger: None,
            queue: None,
            closing: Some(self.closing),
            refusal: Some(Box::new(refusal)),
        }
    }
}

impl Engine {
    /// How much of what is to be closed the account can deliver: where assets change hands, what it owns free, or what of
    /// its short position no order covers. When that is nothing it is all of it, to be refused with the numbers.
    pub(super) fn deliverable(
        &self,
        account: AccountId,
        instrument: InstrumentId,
        side: Side,
        wanted: Quantity,
    ) -> Quantity {
        let Some(market) = self.market(instrument) else { return wanted };
        if market.is_margin {
            return wanted;
        }
        let free = match side {
            Side::Sell => {
                let free = self.ledger.balance(account, market.base).available();
                market.scales.whole_lots(free)
            }
            Side::Buy => self.coverable(account, market).unwrap_or_default(),
        };
        if free.is_zero() { wanted } else { wanted.min(market.scales.quantity(free)) }
    }

    /// Decides about an order that closes what is open. It may be smaller than the instrument's minimum.
    pub(super) fn decide_closing_order(
        &self,
        now: Timestamp,
        terms: &ClosingTerms,
    ) -> Result<Placement, Reject> {
        let market = self.known_market(terms.instrument)?;
        decide_uncrossed(&terms.price_bound)?;
        let quantity = market.scales.lots(terms.quantity)?;
        let bounds = Bounds::of(&market.scales, &terms.price_bound)?;
        if let Some(open) = terms.most.filter(|open| terms.quantity > *open) {
            return Err(Reject::QuantityAboveLot { given: terms.quantity, open });
        }
        market.decide_unexpired(now)?;
        self.decide_room_for_closes()?;
        if let Some(closure) = self.closure(now, market, false) {
            return Err(closure.reject(terms.instrument));
        }
        let best = market.book.best(terms.side.opposite()).ok_or(Reject::NoLiquidity)?;
        if let Some((upper, bound)) = bounds.broken_by(best) {
            return Err(beyond(market, upper, bound, best));
        }
        let incoming = Incoming {
            account: terms.account,
            side: terms.side,
            limit: None,
            bounds,
            budget: Budget::Base(quantity),
            rest_at: None,
            self_match: SelfMatch::Allow,
        };
        let plan = self.plan(market, &incoming)?;
        let demand = Demand {
            account: terms.account,
            side: terms.side,
            short_sale: false,
            reduce_only: true,
            quantity,
            ordered: quantity,
            limit: None,
            rest: None,
            credit: None,
        };
        let hold = self.decide_funds(market, &demand, &plan)?;
        Ok(Placement {
            shown_quantity: terms.quantity,
            fills: plan.fills,
            rest_at: None,
            hold,
            expires_at: None,
            trigger: None,
            queue: None,
            closing: Some(terms.closing),
            refusal: None,
        })
    }

    /// Whether the client's id of a closing order is free. `is_same` tells a repetition from a mistake.
    fn decide_closing_id(
        &self,
        account: AccountId,
        client_order_id: Option<&ClientOrderId>,
        is_same: impl Fn(&Order) -> bool,
    ) -> Result<(), Reject> {
        match self.decide_client_id(account, client_order_id, None) {
            Err(Reject::ExistsWithDifferent { order, .. })
                if self.orders.get(order).is_some_and(|order| is_same(order)) =>
            {
                Err(Reject::AlreadyExists { order })
            }
            decided => decided,
        }
    }

    pub(super) fn decide_close_lot(
        &self,
        now: Timestamp,
        close: &CloseLot,
    ) -> Result<(ClosingTerms, Placement), Reject> {
        self.open_for_orders(close.account)?;
        let closing = Closing { lot: Some(close.lot), cause: ClosingCause::Owner };
        self.decide_closing_id(close.account, close.client_order_id.as_ref(), |order| {
            order.closing == Some(closing)
        })?;
        let (instrument, lot) = self.own_lot(close.account, close.lot)?;
        let side = lot.side.opposite();
        let all = || self.deliverable(close.account, instrument, side, lot.quantity);
        let terms = ClosingTerms {
            account: close.account,
            instrument,
            side,
            quantity: close.quantity.unwrap_or_else(all),
            most: Some(lot.quantity),
            price_bound: close.price_bound,
            closing,
        };
        let placement = self.decide_closing_order(now, &terms)?;
        Ok((terms, placement))
    }

    pub(super) fn decide_close_position(
        &self,
        now: Timestamp,
        close: &ClosePosition,
    ) -> Result<(ClosingTerms, Placement), Reject> {
        self.open_for_orders(close.account)?;
        let market = self.known_market(close.instrument)?;
        let closing = Closing { lot: None, cause: ClosingCause::Owner };
        self.decide_closing_id(close.account, close.client_order_id.as_ref(), |order| {
            order.closing == Some(closing) && order.instrument == close.instrument
        })?;
        let lots = self.lots.get(&(close.account, close.instrument));
        let Some((opened_by, net)) = lots.map(LotQueue::net).filter(|(_, net)| !net.is_zero()) else {
            return Err(Reject::NoPosition(close.instrument));
        };
        let side = opened_by.opposite();
        let net = market.scales.quantity(net);
        let terms = ClosingTerms {
            account: close.account,
            instrument: close.instrument,
            side,
            quantity: self.deliverable(close.account, close.instrument, side, net),
            most: None,
            price_bound: close.price_bound,
            closing,
        };
        let placement = self.decide_closing_order(now, &terms)?;
        Ok((terms, placement))
    }

    pub(super) fn close_lot(&mut self, close: &CloseLot) -> Result<Outcome, Reject> {
        let (terms, placement) = self.decide_close_lot(self.now, close)?;
        let command = terms.command(close.client_order_id.clone(), close.annotations.clone());
        Ok(self.carry_out_close(&command, &placement))
    }

    pub(super) fn close_position(&mut self, close: &ClosePosition) -> Result<Outcome, Reject> {
        let (terms, placement) = self.decide_close_position(self.now, close)?;
        let command = terms.command(close.client_order_id.clone(), close.annotations.clone());
        Ok(self.carry_out_close(&command, &placement))
    }

    fn carry_out_close(&mut self, command: &PlaceOrder, placement: &Placement) -> Outcome {
        let mut events = Vec::new();
        let id = self.carry_out(command, placement, None, &mut events);
        Outcome { about: Some(id), events }
    }
}
