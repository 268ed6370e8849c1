//! Carrying out one fill: the book, the money, the lots, and both orders.

use std::sync::Arc;

use super::Engine;
use super::exits::opened_exits;
use super::market::Market;
use super::plan::PlannedFill;
use super::shorts::share;
use crate::entry::{EntryKind, Posting, Postings};
use crate::event::{Change, Event};
use crate::execution::{Execution, Liquidity};
use crate::history::Traded;
use crate::ids::{AccountId, AssetId, EventId, ExecutionId, InstrumentId, LotId, OrderId, TradeId};
use crate::ledger::sum;
use crate::lots::{LotChange, LotFill};
use crate::number::{Amount, Quantity};
use crate::order::{Hold, Order, OrderStatus, Side};
use crate::reference::{ChargedIn, Commission};
use crate::units::{Lots, Scales, Ticks, part};
use crate::valuation;

/// Digits of profit beyond those that people see of the currency.
const PROFIT_EXTRA_DIGITS: u32 = 2;

/// Largest profit of one fill in the account's currency: ten to the eighteenth, as the largest value of an order.
const MOST_PROFIT: Amount = Amount::from_units(10_i128.pow(18 + crate::limits::LEDGER_SCALE));

/// One side of a fill.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leg {
    pub(super) order: OrderId,
    pub(super) account: AccountId,
    pub(super) side: Side,
    pub(super) liquidity: Liquidity,
}

/// What both sides of a fill share.
#[derive(Debug, Clone, Copy)]
struct Trade {
    id: TradeId,
    instrument: InstrumentId,
    base: AssetId,
    quote: AssetId,
    commission: Commission,
    is_margin: bool,
    scales: Scales,
    price: Ticks,
    quantity: Lots,
    notional: Amount,
}

/// What a fill takes from one side's account.
#[derive(Debug, Clone, Copy)]
struct Charge {
    asset: AssetId,
    amount: Amount,
}

/// What a fill takes from one side's order and account.
#[derive(Debug, Clone, Copy)]
struct Draw {
    charge: Charge,
    /// What the order holds from now on.
    held: Option<Hold>,
    /// What a short sale no longer holds: its account's part of the collateral, and what the commission takes. Nothing for
    /// every other order.
    freed: Option<Amount>,
    /// What has moved.
    postings: Postings,
}

impl Draw {
    /// Of an order that holds nothing.
    const fn of(charge: Charge) -> Self {
        Self { charge, held: None, freed: None, postings: Postings::NONE }
    }
}

/// Quantities of an order that must always add up.
pub(super) fn assert_quantities(order: &Order) {
    let (ordered, filled, leaves) =
        (order.quantity.decimal(), order.filled.decimal(), order.leaves.decimal());
    if !order.status.is_closed() && filled.is_zero() {
        assert!(leaves == ordered, "Invariant: of an order without fills everything is left");
    } else if order.status.is_closed() {
        assert!(leaves.is_zero(), "Invariant: nothing of a closed order is left");
        assert!(filled <= ordered, "Invariant: no more is filled than was ordered");
    } else {
        assert!(filled + leaves == ordered, "Invariant: filled and left add up to what was ordered");
    }
}

impl Engine {
    /// Fills a client's incoming order against a resting one.
    pub(super) fn fill_order(&mut self, taker: OrderId, fill: PlannedFill, events: &mut Vec<Event>) {
        let order = self.orders.known(taker);
        let leg = Leg { order: taker, account: order.account, side: order.side, liquidity: Liquidity::Taker };
        let instrument = order.instrument;
        self.execute(instrument, leg, fill, events);
    }

    /// Fills an incoming order, a client's or the house's, against a resting one.
    pub(super) fn execute(
        &mut self,
        instrument: InstrumentId,
        taker: Leg,
        fill: PlannedFill,
        events: &mut Vec<Event>,
    ) {
        let maker = self.take_from_book(instrument, taker.side.opposite(), fill);
        let (taker_event, maker_event) = (self.mint(), self.mint());
        let trade = self.trade(instrument, TradeId::from(ExecutionId::from(taker_event)), fill);
        let legs = [(taker, taker_event, maker.order), (maker, maker_event, taker.order)];
        // Holds go first on both sides, so that no account ever holds more than it owns.
        let draws = legs.map(|(leg, _, _)| self.draw(&leg, &trade));
        for ((leg, event, counterparty), mut draw) in legs.into_iter().zip(draws) {
            draw.postings = self.exchange(&leg, &trade);
            if leg.account != AccountId::HOUSE {
                let Charge { asset, amount } = draw.charge;
                let balance = self.ledger.transfer(leg.account, AccountId::HOUSE, asset, amount);
                let amount = amount.negated();
                draw.postings.add(Posting { kind: EntryKind::Commission, asset, amount, balance });
                self.secure(&leg, &trade, &draw);
                self.record(leg, event, counterparty, draw, &trade, events);
            }
        }
        for account in [taker.account, maker.account] {
            self.cut_reducing(account, instrument, events);
        }
    }

    /// Takes the filled quantity off the book.
    fn take_from_book(&mut self, instrument: InstrumentId, side: Side, fill: PlannedFill) -> Leg {
        let now = self.now;
        let market = self.market_mut(instrument);
        let resting = *market.book.resting(fill.key);
        let left = market.book.reduce(fill.key, fill.quantity);
        market.last_trade = Some(fill.price);
        market.candles.traded(now, fill.price, fill.quantity);
        let is_house = resting.account == AccountId::HOUSE;
        if left.is_zero() && is_house {
            *market.house_order(side) = None;
        } else if left.is_zero() {
            self.orders.leaves_book(resting.order);
        }
        Leg { order: resting.order, account: resting.account, side, liquidity: Liquidity::Maker }
    }

    fn trade(&mut self, instrument: InstrumentId, id: TradeId, fill: PlannedFill) -> Trade {
        let market: &Market = self.market_mut(instrument);
        Trade {
            id,
            instrument,
            base: market.base,
            quote: market.quote_asset,
            commission: market.commission,
            is_margin: market.is_margin,
            scales: market.scales,
            price: fill.price,
            quantity: fill.quantity,
            notional: fill.notional,
        }
    }

    /// Lets go of what the order held for this fill, and says what commission the fill costs.
    fn draw(&mut self, leg: &Leg, trade: &Trade) -> Draw {
        let charge = commission(leg, trade);
        if leg.account == AccountId::HOUSE {
            return Draw::of(charge);
        }
        self.touched.accounts.mark(leg.account.get());
        self.unsettle(leg.account);
        let order = Arc::clone(self.orders.known(leg.order));
        let Some(held) = order.held else { return Draw::of(charge) };
        let before = trade.scales.known_lots(order.leaves);
        let leaves = before.minus(trade.quantity);
        let (kept, claim) = if leaves.is_zero() {
            (Amount::ZERO, Amount::ZERO)
        } else {
            let claim = share(held.claim, leaves, before);
            (self.kept_hold(&order, held, leg, trade, leaves).max(claim), claim)
        };
        // Commission in quote comes out of what a buy held for it, and never takes more than that.
        let is_buyers_quote = leg.side == Side::Buy && charge.asset == trade.quote;
        let room = (held.amount.units() - kept.units() - trade.notional.units()).max(0);
        let amount =
            if is_buyers_quote { charge.amount.min(Amount::from_units(room)) } else { charge.amount };
        let freed = Amount::from_units(held.amount.units() - kept.units());
        self.ledger.hold(leg.account, held.asset, freed.negated());
        Draw {
            charge: Charge { amount, ..charge },
            held: (!leaves.is_zero()).then_some(Hold { amount: kept, claim, ..held }),
            freed: order.short_sale.then_some(freed),
            postings: Postings::default(),
        }
    }

    /// What an order still holds for what is left of it.
    fn kept_hold(&self, order: &Order, held: Hold, leg: &Leg, trade: &Trade, leaves: Lots) -> Amount {
        if leg.side == Side::Sell && !order.short_sale {
            let delivered = trade.scales.base_amount(trade.quantity);
            return Amount::from_units((held.amount.units() - delivered.units()).max(0));
        }
        // What rested once, and was replaced or comes back to its market, comes to the book again as a limit order.
        let is_at_limit = leg.liquidity == Liquidity::Maker
            || order.kind.has_limit()
            || order.replaces > 0
            || self.is_parked(order.instrument, order.id);
        let at_limit = order.limit_price().filter(|_| is_at_limit).and_then(|price| {
            let market = self.market(trade.instrument)?;
            let deal = (leg.side, order.short_sale);
            market.resting_hold(deal, trade.scales.known_ticks(price), leaves).ok()
        });
        let after_sweep = (held.amount.units() - self.spent(order, leg, trade).units()).max(0);
        at_limit.map_or(Amount::from_units(after_sweep), |hold| hold.amount.min(held.amount))
    }

    /// What of its hold in the quote asset an order without a limit uses up for a fill.
    fn spent(&self, order: &Order, leg: &Leg, trade: &Trade) -> Amount {
        if order.short_sale {
            let market = self.market(trade.instrument);
            let hold = market.and_then(|market| market.quote_hold(true, trade.notional).ok());
            return hold.unwrap_or(trade.notional);
        }
        let charge = commission(leg, trade);
        let in_quote = if charge.asset == trade.quote { charge.amount } else { Amount::ZERO };
        sum(trade.notional, in_quote)
    }

    /// Secures what a short sale sold: by its proceeds and what it held for them, as far as commission has not taken it.
    fn secure(&mut self, leg: &Leg, trade: &Trade, draw: &Draw) {
        let Some(freed) = draw.freed else { return };
        let kept = sum(freed, draw.charge.amount.negated());
        self.pledge(leg.account, trade.instrument, trade.quote, sum(trade.notional, kept));
    }

    /// One side of a spot settlement: the assets change hands, and what one side gives the other takes. Margin
    /// positions exchange nothing but profit.
    fn exchange(&mut self, leg: &Leg, trade: &Trade) -> Postings {
        let mut postings = Postings::default();
        if trade.is_margin {
            return postings;
        }
        let (base, quote) = (trade.scales.base_amount(trade.quantity), trade.notional);
        let movements = match leg.side {
            Side::Buy => [(trade.base, base), (trade.quote, quote.negated())],
            Side::Sell => [(trade.base, base.negated()), (trade.quote, quote)],
        };
        for (asset, amount) in movements {
            let balance = self.ledger.adjust(leg.account, asset, amount);
            postings.add(Posting { kind: EntryKind::Trade, asset, amount, balance });
        }
        postings
    }

    /// Writes a client's side of a fill: lots, profit, execution and the order's next version.
    fn record(
        &mut self,
        leg: Leg,
        event: EventId,
        counterparty: OrderId,
        mut draw: Draw,
        trade: &Trade,
        events: &mut Vec<Event>,
    ) {
        let id = ExecutionId::from(event);
        let change = self.change_lots(&leg, LotId::from(id), trade, &mut draw.postings);
        let quantity = trade.scales.quantity(trade.quantity);
        let execution = Arc::new(Execution {
            id,
            trade: trade.id,
            order: leg.order,
            account: leg.account,
            instrument: trade.instrument,
            side: leg.side,
            price: trade.scales.price(trade.price),
            quantity,
            notional: trade.notional,
            commission: draw.charge.amount,
            commission_asset: draw.charge.asset,
            liquidity: leg.liquidity,
            counterparty_order: counterparty,
            at: self.now,
            opened: change.opened.map(|(lot, opened)| (lot, trade.scales.quantity(opened))),
            closed: change.closed,
            balance: self.currency_balance(leg.account),
            postings: draw.postings,
        });
        let place = self.orders.place(leg.order);
        let step = filled(self.orders.order_at(place), &draw, trade);
        let order = self.orders.advance(place, event, self.now, step);
        if order.status.is_closed() {
            self.forget_open(place);
        }
        events.push(self.event(event, Change::OrderFilled { order, execution }));
    }

    fn change_lots(&mut self, leg: &Leg, id: LotId, trade: &Trade, postings: &mut Postings) -> LotChange {
        let order = Arc::clone(self.orders.known(leg.order));
        let exits = opened_exits(&trade.scales, leg.side, &order.exits, trade.price, self.now);
        let fill = LotFill {
            id,
            side: leg.side,
            price: trade.price,
            quantity: trade.quantity,
            at: self.now,
            may_open_short: trade.is_margin || order.short_sale,
            closes: order.closing.and_then(|closing| closing.lot),
            exits: exits.clone(),
        };
        let lots = self.lots.entry((leg.account, trade.instrument)).or_default();
        let mut change = lots.fill(&trade.scales, fill);
        for (lot, exits) in &change.ended {
            self.disarm_exits(leg.account, trade.instrument, (*lot, leg.side.opposite()), exits);
        }
        if let (Some(exits), Some((lot, _))) = (exits, change.opened) {
            self.arm_exits(leg.account, trade.instrument, (lot, leg.side), &exits);
        }
        // One entry for the fill, whichever number of lots it closed.
        let mut booked: Option<Posting> = None;
        for (place, closure) in change.closed.iter_mut().enumerate() {
            if place > 0 {
                closure.number = self.mint();
            }
            if trade.is_margin && !closure.profit.is_zero() {
                let posting = self.book_profit(leg.account, closure.profit, trade.quote);
                closure.booked = posting.amount;
                let before = booked.map_or(Amount::ZERO, |before| before.amount);
                booked = Some(Posting { amount: sum(before, posting.amount), ..posting });
            }
        }
        if let Some(booked) = booked {
            postings.add(booked);
        }
        if trade.is_margin {
            self.note_exposure(leg.account, trade.instrument);
        }
        change
    }

    /// What an account has of its currency.
    fn currency_balance(&self, account: AccountId) -> Amount {
        let currency = self.account_currency(account);
        currency.map_or(Amount::ZERO, |currency| self.ledger.balance(account, currency).total)
    }

    /// Pays the profit of one lot, or takes the loss, in the account's currency. The house is on the other side of both.
    fn book_profit(&mut self, account: AccountId, profit: Amount, quote: AssetId) -> Posting {
        let Ok(currency) = self.account_currency(account) else {
            unreachable!("Invariant: fills belong to known accounts");
        };
        let converted = valuation::convert(&self.reference, |id| self.quote(id), profit, quote, currency);
        // Margin orders are taken only where their profit can be converted, so that only its size can be in the way.
        let most = if profit.is_negative() { MOST_PROFIT.negated() } else { MOST_PROFIT };
        let converted = converted.unwrap_or(most).clamp(MOST_PROFIT.negated(), MOST_PROFIT);
        let scale = self.reference.asset(currency).map_or(0, |asset| asset.definition.scale);
        let profit = converted.rounded_half_up(scale + PROFIT_EXTRA_DIGITS);
        let balance = self.ledger.transfer(account, AccountId::HOUSE, currency, profit.negated());
        let realized = self.realized.entry(account).or_default();
        *realized = sum(*realized, profit);
        Posting { kind: EntryKind::Profit, asset: currency, amount: profit, balance }
    }
}

/// Commission of one side, before what was held for it limits it.
fn commission(leg: &Leg, trade: &Trade) -> Charge {
    let Commission { maker, taker, charged_in, rounding, scale } = trade.commission;
    let rate = match leg.liquidity {
        Liquidity::Maker => maker.get(),
        Liquidity::Taker => taker.get(),
    };
    let (asset, gross) = match (charged_in, leg.side) {
        (ChargedIn::Received, Side::Buy) => (trade.base, trade.scales.base_amount(trade.quantity)),
        (ChargedIn::Received, Side::Sell) | (ChargedIn::Quote, _) => (trade.quote, trade.notional),
    };
    Charge { asset, amount: part(gross, rate, rounding, scale).min(gross) }
}

/// How a fill changes its order.
fn filled(order: &Order, draw: &Draw, trade: &Trade) -> Traded {
    let filled = trade.scales.known_lots(order.filled).plus(trade.quantity);
    let leaves = trade.scales.known_lots(order.leaves).minus(trade.quantity);
    Traded {
        status: if leaves.is_zero() { OrderStatus::Filled } else { OrderStatus::PartiallyFilled },
        filled: trade.scales.quantity(filled),
        filled_notional: sum(order.filled_notional, trade.notional),
        leaves: if leaves.is_zero() { Quantity::ZERO } else { trade.scales.quantity(leaves) },
        commission: sum(order.commission, draw.charge.amount),
        held: draw.held,
    }
}
