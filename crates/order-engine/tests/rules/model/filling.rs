//! The house's quotes, fills, and what they do to balances and lots.

use order_engine::{AccountId, InstrumentId, OrderKind, OrderStatus, PlaceOrder, Side, Size, UpdateQuote};
use rust_decimal::{Decimal, RoundingStrategy};

use super::closes::ModelClosing;
use super::exits::ModelLot;
use super::{Meeting, Model, ModelOrder, market};
use crate::support::*;

impl Model {
    pub(super) fn quote(&mut self, update: &UpdateQuote) {
        let (bid, ask) = (update.bid.decimal(), update.ask.decimal());
        self.quotes.insert(update.instrument, (bid, ask));
        self.last_quotes.insert(update.instrument, update.clone());
        self.withdraw_house(update.instrument);
        if !self.is_trading(update.instrument) {
            return;
        }
        for (side, price, size) in
            [(Side::Buy, update.bid, update.bid_size), (Side::Sell, update.ask, update.ask_size)]
        {
            if size.is_zero() {
                continue;
            }
            let kind = OrderKind::Limit { price };
            let order = PlaceOrder::new(AccountId::HOUSE, update.instrument, side, kind, Size::Base(size));
            let order = ModelOrder { quantity: size.decimal(), ..ModelOrder::new(&order) };
            let (fills, _) = self.walk(&order, Some(order.quantity), Some(price.decimal()));
            let meeting = Meeting {
                fills,
                quantity: order.quantity,
                rests_at: Some(price.decimal()),
                held: Decimal::ZERO,
                claim: Decimal::ZERO,
                ends: None,
            };
            self.orders.push(order);
            self.meet(self.orders.len() - 1, &meeting);
        }
    }

    pub(super) fn withdraw_house(&mut self, instrument: InstrumentId) {
        let is_house =
            |order: &ModelOrder| order.account == AccountId::HOUSE && order.instrument == instrument;
        for order in self.orders.iter_mut().filter(|order| is_house(order) && !order.status.is_closed()) {
            order.status = OrderStatus::Canceled;
        }
    }

    pub(super) fn fill(&mut self, taker: usize, maker: usize, price: Decimal, quantity: Decimal) {
        let (instrument, side) = (self.orders[taker].instrument, self.orders[taker].side);
        let (buyer, seller) = if side == Side::Buy { (taker, maker) } else { (maker, taker) };
        let (buyer, seller) = (self.orders[buyer].account, self.orders[seller].account);
        let market = market(instrument);
        let worth = market.worth(price, quantity);
        self.last_trades.insert(instrument, price);
        for index in [taker, maker] {
            let order = &mut self.orders[index];
            order.filled += quantity;
            order.value += worth;
            let is_done = order.filled == order.quantity;
            order.status = if is_done { OrderStatus::Filled } else { OrderStatus::PartiallyFilled };
            if !market.is_charged_in_quote {
                order.held = match order.rests_at.or(order.limit()) {
                    Some(at) => order.resting_hold(at),
                    None => order.held,
                };
            }
        }
        if market.is_charged_in_quote {
            let charges =
                [taker, maker].map(|index| (index, self.use_hold(index, index == maker, worth, quantity)));
            self.move_asset(buyer, seller, market.quote, worth);
            self.move_asset(seller, buyer, market.base, quantity);
            for (index, charge) in charges {
                self.move_asset(self.orders[index].account, AccountId::HOUSE, market.quote, charge);
            }
        } else if !market.is_margin {
            self.move_asset(buyer, seller, market.quote, worth);
            self.move_asset(seller, buyer, market.base, quantity);
            let charge = |gross: Decimal| {
                (gross * market.commission_bps / Decimal::from(10_000))
                    .round_dp_with_strategy(6, RoundingStrategy::ToZero)
            };
            if buyer != AccountId::HOUSE {
                self.move_asset(buyer, AccountId::HOUSE, market.base, charge(quantity));
            }
            if seller != AccountId::HOUSE {
                self.move_asset(seller, AccountId::HOUSE, market.quote, charge(worth));
            }
        }
        self.net(taker, price, quantity);
        self.net(maker, price, quantity);
        for index in [taker, maker] {
            self.cut(self.orders[index].account, instrument);
        }
    }

    /// Closes lots of the other side, the named one or oldest first, books the profit, and opens what is left.
    fn net(&mut self, index: usize, price: Decimal, quantity: Decimal) {
        let order = self.orders[index].clone();
        let (account, instrument, side) = (order.account, order.instrument, order.side);
        if account == AccountId::HOUSE {
            return;
        }
        let market = market(instrument);
        let born = self.next_birth();
        let (held_side, lots) = self.lots.entry((account, instrument)).or_insert((side, Vec::new()));
        let (mut left, mut profit) = (quantity, Decimal::ZERO);
        while *held_side != side && !left.is_zero() && !lots.is_empty() {
            let is_named = |lot: &&mut ModelLot| match order.closing {
                Some(ModelClosing::Lot(born)) => lot.born == born,
                Some(ModelClosing::Position) | None => true,
            };
            let lot = lots.iter_mut().find(is_named).unwrap();
            let taken = left.min(lot.quantity);
            let gain = (price - lot.price) * taken;
            let gain = if *held_side == Side::Buy { gain } else { -gain };
            // Each lot is booked on its own.
            profit += gain.round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero);
            left -= taken;
            lot.quantity -= taken;
            lots.retain(|lot| !lot.quantity.is_zero());
        }
        if !left.is_zero() && (side == Side::Buy || market.is_margin || order.short_sale) {
            *held_side = side;
            lots.push(ModelLot::opened(&order, price, left, born));
        }
        if market.is_margin {
            self.move_asset(AccountId::HOUSE, account, USD, profit);
            *self.realized.entry(account).or_default() += profit;
        }
    }
}
