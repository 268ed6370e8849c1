//! Events of the core as the vendor's transactions.
//!
//! The vendor writes one transaction for each trade that is closed. A fill that closes several has its own number for the
//! first of them and for the trade that it opens; each further closing has a number of its own. What the vendor has no
//! transaction for tells nothing: an order that another dialect has staged, a trigger that fires or follows the market,
//! balances in other currencies than the account's.

use facade_kit::{LossKind, Translated};
use order_engine::{
    Account, Amount, Change, Charge, ClosingCause, Event, Execution, ExitChange, ExitChanges, ExitKind,
    InstrumentId, Lot, LotClosure, Order, Posting, Price, PriceBound, Reject, Settlement, StatusReason,
    Timestamp,
};
use rust_decimal::Decimal;

use super::pending::{Pending, pending};
use super::{Dialect, Losses, numbers, orders, side};
use crate::error::ApiError;
use crate::wire::Number;
use crate::wire::orders::OrderType;
use crate::wire::transactions::{
    Cancel, Closed, DailyInterest, Details, ExitFilled, Exits as WireExits, Filled, Funds, MarginRate,
    Opened, Pending as PendingDetails, Reason, Terms, TradeOpened, TradeReduced, TradeUpdate, Transaction,
    TransactionType, Update,
};

/// A transaction, and what it is about when it is about an instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) at: Timestamp,
    pub(crate) instrument: Option<InstrumentId>,
    pub(crate) transaction: Transaction,
}

/// Whose transactions are told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Teller<'state> {
    pub(crate) dialect: Dialect<'state>,
    /// `accountId`.
    pub(crate) number: u64,
    pub(crate) account: &'state Account,
}

impl Teller<'_> {
    /// The transactions of one event, in the order of their numbers.
    pub(crate) fn entries(&self, event: &Event) -> Translated<Vec<Entry>> {
        let mut losses = Losses::default();
        let number = event.id.get();
        let entries = match &event.change {
            // An order is created by the event that gave it its number.
            Change::OrderStaged(order) | Change::OrderQueued(order) | Change::OrderAccepted(order)
                if order.id.get() == number =>
            {
                self.created(&mut losses, event, order).into_iter().collect()
            }
            Change::OrderReplaced(order) => vec![self.updated(&mut losses, event, order)],
            Change::OrderRestated(order) if !order.status.is_closed() => {
                vec![self.updated(&mut losses, event, order)]
            }
            Change::OrderCanceled(order)
            | Change::OrderRejected(order)
            | Change::OrderExpired(order)
            | Change::OrderSucceeded(order)
            | Change::OrderRestated(order) => self.canceled(&mut losses, event, order).into_iter().collect(),
            Change::OrderFilled { order, execution } => self.filled(&mut losses, event, order, execution),
            // What an option costs or pays at its exercise is not traded here: money that comes in or goes out.
            Change::BalanceAdjusted { .. } | Change::ContractsSettled(_) => {
                let own = event.entries().filter(|entry| entry.posting.asset == self.account.currency);
                own.map(|entry| self.funds(event, number, entry.posting)).collect()
            }
            Change::Charged { charge, asset, amount, balance } if *asset == self.account.currency => {
                vec![self.charged(event, *charge, *amount, *balance)]
            }
            Change::MarginCallEntered { .. } => vec![self.bare(event, TransactionType::MarginCallEnter)],
            Change::MarginCallLeft => vec![self.bare(event, TransactionType::MarginCallExit)],
            Change::ProfitReset { .. } => vec![self.bare(event, TransactionType::ProfitLossReset)],
            Change::AccountUpdated { before, after } => {
                let rate = after.settings.margin_rate;
                let changed = rate.filter(|rate| before.settings.margin_rate != Some(*rate));
                let told =
                    changed.map(|rate| Details::MarginRate(MarginRate { rate: Number(rate.fraction()) }));
                let entry =
                    |details| self.entry(event, number, TransactionType::SetMarginRate, None, details);
                told.map(entry).into_iter().collect()
            }
            Change::ReferenceChanged => {
                let home_currency = self.account.definition.currency.to_string();
                let opened = Details::Opened(Opened { home_currency, reason: Reason::ClientRequest });
                vec![self.entry(event, number, TransactionType::Create, None, opened)]
            }
            Change::LotExitsChanged { instrument, lot, changes: Some(changes) } => {
                vec![self.trade_updated(&mut losses, event, *instrument, lot, changes)]
            }
            Change::StateReset
            | Change::MarginCloseout { .. }
            | Change::SessionChanged { .. }
            | Change::TradingHalted { .. }
            | Change::TradingResumed { .. }
            | Change::LotExitsChanged { .. }
            | Change::LotTrailed { .. }
            | Change::OrderQueued(_)
            | Change::OrderSuspended(_)
            | Change::OrderResumed(_)
            | Change::OrderReduced(_)
            | Change::ListChanged(_)
            | Change::ListDeleted(_)
            | Change::Charged { .. }
            | Change::ExerciseChanged(_)
            | Change::QuoteUpdated { .. }
            | Change::OrderStaged(_)
            | Change::OrderAccepted(_)
            | Change::OrderTrailed(_)
            | Change::OrderTriggered(_) => Vec::new(),
        };
        losses.around(entries)
    }

    fn funds(&self, event: &Event, number: u64, moved: Posting) -> Entry {
        let funds = Funds {
            amount: Number(numbers::money(moved.amount)),
            account_balance: Number(numbers::money(moved.balance)),
            reason: Reason::ClientRequest,
        };
        self.entry(event, number, TransactionType::TransferFunds, None, Details::Funds(funds))
    }

    fn entry(
        &self,
        event: &Event,
        id: u64,
        kind: TransactionType,
        instrument: Option<InstrumentId>,
        details: Details,
    ) -> Entry {
        let time = self.dialect.times.seconds(event.at);
        let transaction = Transaction { id, account_id: self.number, time, kind, details };
        Entry { at: event.at, instrument, transaction }
    }

    /// A transaction without members of its own.
    fn bare(&self, event: &Event, kind: TransactionType) -> Entry {
        self.entry(event, event.id.get(), kind, None, Details::Bare {})
    }

    /// The vendor charges fees for several services; what is charged here is one for moving funds.
    fn charged(&self, event: &Event, charge: Charge, amount: Amount, balance: Amount) -> Entry {
        let (amount, account_balance) = (Number(numbers::money(amount)), Number(numbers::money(balance)));
        let funds = |reason| Details::Funds(Funds { amount, account_balance, reason });
        let (kind, about, details) = match charge {
            Charge::Fee => (TransactionType::Fee, None, funds(Reason::Funds)),
            Charge::Correction => (TransactionType::TransferFunds, None, funds(Reason::Adjustment)),
            Charge::Interest { instrument } => {
                let name = self.dialect.instrument(instrument).0;
                let interest = DailyInterest { instrument: name, interest: amount, account_balance };
                (TransactionType::DailyInterest, Some(instrument), Details::Interest(interest))
            }
        };
        self.entry(event, event.id.get(), kind, about, details)
    }

    /// A market order is told of by its fill.
    fn created(&self, losses: &mut Losses, event: &Event, order: &Order) -> Option<Entry> {
        let Pending { kind, price, bound } = pending(losses, order);
        let kind = match kind {
            OrderType::Market => return None,
            OrderType::Limit => TransactionType::LimitOrderCreate,
            OrderType::Stop => TransactionType::StopOrderCreate,
            OrderType::MarketIfTouched => TransactionType::MarketIfTouchedOrderCreate,
        };
        let details = Details::Pending(PendingDetails {
            instrument: self.dialect.instrument(order.instrument).0,
            units: numbers::units(losses, order.quantity.decimal()),
            side: side(order.side),
            price: orders::shown_price(losses, price),
            expiry: self.dialect.times.seconds(orders::expiry(losses, order)),
            reason: Reason::ClientRequest,
            terms: self.terms(losses, order, bound),
        });
        Some(self.entry(event, order.id.get(), kind, Some(order.instrument), details))
    }

    fn updated(&self, losses: &mut Losses, event: &Event, order: &Order) -> Entry {
        let Pending { price, bound, .. } = pending(losses, order);
        let details = Details::Update(Update {
            instrument: self.dialect.instrument(order.instrument).0,
            units: orders::units_left(losses, order),
            price: orders::shown_price(losses, price),
            expiry: self.dialect.times.seconds(orders::expiry(losses, order)),
            reason: Reason::ReplacesOrder,
            order_id: order.id.get(),
            terms: self.terms(losses, order, bound),
        });
        self.entry(event, event.id.get(), TransactionType::OrderUpdate, Some(order.instrument), details)
    }

    /// Nothing of an order that was closed before, or that was never told of.
    fn canceled(&self, losses: &mut Losses, event: &Event, order: &Order) -> Option<Entry> {
        let was_open = order.previous().is_some_and(|before| !before.status.is_closed());
        let is_market = pending(&mut Losses::default(), order).kind == OrderType::Market;
        if !was_open || is_market {
            return None;
        }
        let reason = reason(losses, order.reason.as_ref());
        let details = Details::Cancel(Cancel { order_id: order.id.get(), reason });
        Some(self.entry(event, event.id.get(), TransactionType::OrderCancel, Some(order.instrument), details))
    }

    fn filled(&self, losses: &mut Losses, event: &Event, order: &Order, execution: &Execution) -> Vec<Entry> {
        let Pending { kind, bound, .. } = pending(&mut Losses::default(), order);
        let is_first = order.filled == execution.quantity;
        let kind = if kind == OrderType::Market && is_first {
            TransactionType::MarketOrderCreate
        } else {
            TransactionType::OrderFilled
        };
        let closed = self.closings(losses, execution);
        if let Some(closing) = order.closing {
            return closed
                .iter()
                .map(|closed| self.lot_closed(event, execution, closed, closing.cause))
                .collect();
        }
        let reduced = closed.first();
        let details = Details::Filled(Filled {
            instrument: self.dialect.instrument(order.instrument).0,
            units: numbers::units(losses, execution.quantity.decimal()),
            side: side(order.side),
            price: Number(execution.price.decimal()),
            pl: reduced.map_or(Number::NONE, |closing| closing.pl),
            interest: Number::NONE,
            account_balance: reduced
                .map_or_else(|| Number(numbers::money(execution.balance)), |closing| closing.balance),
            order_id: (kind == TransactionType::OrderFilled).then_some(order.id.get()),
            terms: self.terms(losses, order, bound),
            trade_opened: execution.opened.map(|(lot, quantity)| TradeOpened {
                id: lot.get(),
                units: numbers::units(losses, quantity.decimal()),
            }),
            trade_reduced: reduced.map(|closing| TradeReduced {
                id: closing.lot.lot.get(),
                units: closing.units,
                pl: closing.pl,
                interest: Number::NONE,
            }),
        });
        let mut entries = vec![self.entry(event, event.id.get(), kind, Some(order.instrument), details)];
        entries.extend(
            closed
                .iter()
                .skip(1)
                .map(|closing| self.trade_closed(event, execution, closing, TransactionType::TradeClose)),
        );
        entries
    }

    /// A closing that was asked for, or that an exit brought about.
    fn lot_closed(
        &self,
        event: &Event,
        execution: &Execution,
        closing: &Closing,
        cause: ClosingCause,
    ) -> Entry {
        let kind = match cause {
            ClosingCause::Owner => {
                return self.trade_closed(event, execution, closing, TransactionType::TradeClose);
            }
            ClosingCause::MarginCloseout => {
                return self.trade_closed(event, execution, closing, TransactionType::MarginCloseout);
            }
            ClosingCause::Exit(ExitKind::TakeProfit) => TransactionType::TakeProfitFilled,
            ClosingCause::Exit(ExitKind::StopLoss) => TransactionType::StopLossFilled,
            ClosingCause::Exit(ExitKind::Trailing) => TransactionType::TrailingStopFilled,
        };
        let details = Details::ExitFilled(ExitFilled {
            trade_id: closing.lot.lot.get(),
            instrument: self.dialect.instrument(execution.instrument).0,
            units: closing.units,
            side: side(execution.side),
            price: Number(execution.price.decimal()),
            pl: closing.pl,
            interest: Number::NONE,
            account_balance: closing.balance,
        });
        self.entry(event, closing.lot.number.get(), kind, Some(execution.instrument), details)
    }

    fn trade_updated(
        &self,
        losses: &mut Losses,
        event: &Event,
        instrument: InstrumentId,
        lot: &Lot,
        changes: &ExitChanges,
    ) -> Entry {
        let shown = self.dialect.shown_exits(losses, instrument, &lot.exits.terms());
        let details = Details::TradeUpdate(TradeUpdate {
            instrument: self.dialect.instrument(instrument).0,
            units: numbers::units(losses, lot.quantity.decimal()),
            exits: WireExits {
                take_profit_price: (changes.take_profit != ExitChange::Keep).then_some(shown.take_profit),
                stop_loss_price: (changes.stop_loss != ExitChange::Keep).then_some(shown.stop_loss),
                trailing_stop_loss_distance: (changes.trailing != ExitChange::Keep)
                    .then_some(shown.trailing_stop),
            },
            trade_id: lot.id.get(),
        });
        self.entry(event, event.id.get(), TransactionType::TradeUpdate, Some(instrument), details)
    }

    fn terms(&self, losses: &mut Losses, order: &Order, bound: PriceBound) -> Terms {
        let number = |price: Option<Price>| price.map(|price| Number(price.decimal()));
        let shown = self.dialect.shown_exits(losses, order.instrument, &order.exits);
        let set = |number: Number| (number != Number::NONE).then_some(number);
        Terms {
            lower_bound: number(bound.lower),
            upper_bound: number(bound.upper),
            exits: WireExits {
                take_profit_price: set(shown.take_profit),
                stop_loss_price: set(shown.stop_loss),
                trailing_stop_loss_distance: set(shown.trailing_stop),
            },
        }
    }

    fn trade_closed(
        &self,
        event: &Event,
        execution: &Execution,
        closing: &Closing,
        kind: TransactionType,
    ) -> Entry {
        let details = Details::Closed(Closed {
            instrument: self.dialect.instrument(execution.instrument).0,
            units: closing.units,
            side: side(execution.side),
            price: Number(execution.price.decimal()),
            pl: closing.pl,
            interest: Number::NONE,
            account_balance: closing.balance,
            trade_id: closing.lot.lot.get(),
        });
        let number = closing.lot.number.get();
        self.entry(event, number, kind, Some(execution.instrument), details)
    }

    /// What a fill closed, each with the balance that there was after it.
    fn closings<'fill>(&self, losses: &mut Losses, execution: &'fill Execution) -> Vec<Closing<'fill>> {
        let mut balance = execution.balance.decimal();
        let mut closings = Vec::with_capacity(execution.closed.len());
        for lot in execution.closed.iter().rev() {
            closings.push(Closing {
                lot,
                units: numbers::units(losses, lot.quantity.decimal()),
                pl: Number(profit(losses, &self.dialect, self.account, execution, lot)),
                balance: Number(numbers::rounded(balance)),
            });
            balance -= lot.booked.decimal();
        }
        closings.reverse();
        closings
    }
}

/// One trade that a fill closed or reduced.
#[derive(Debug)]
struct Closing<'fill> {
    lot: &'fill LotClosure,
    units: u64,
    pl: Number,
    balance: Number,
}

/// The profit of a closing in the account's currency: as it was booked, or, where assets changed hands, what it came to
/// when the price was in that currency.
pub(super) fn profit(
    losses: &mut Losses,
    dialect: &Dialect<'_>,
    account: &Account,
    execution: &Execution,
    lot: &LotClosure,
) -> Decimal {
    let Some(instrument) = dialect.reference.instrument(execution.instrument) else { return Decimal::ZERO };
    match instrument.definition.settlement {
        Settlement::Margin { .. } => numbers::money(lot.booked),
        Settlement::Spot | Settlement::Security if instrument.quote == account.currency => {
            numbers::money(lot.profit)
        }
        Settlement::Spot | Settlement::Security => {
            losses.dropped("pl", &lot.profit);
            Decimal::ZERO
        }
    }
}

/// Why an order ended.
fn reason(losses: &mut Losses, reason: Option<&StatusReason>) -> Reason {
    match reason {
        None | Some(StatusReason::CanceledByOwner) => Reason::ClientRequest,
        Some(StatusReason::NotFilledAtOnce) => Reason::InsufficientLiquidity,
        Some(StatusReason::MarginCloseout | StatusReason::Unfunded) => Reason::InsufficientMargin,
        Some(StatusReason::NothingToReduce) => {
            losses.add("reason", LossKind::Collapsed, &"nothing to reduce", &"UNITS_VIOLATION");
            Reason::UnitsViolation
        }
        Some(StatusReason::TimeInForceEnded | StatusReason::StagingEnded) => Reason::TimeInForceExpired,
        Some(StatusReason::Restated) => {
            losses.add("reason", LossKind::Collapsed, &"restated", &"CLIENT_REQUEST");
            Reason::ClientRequest
        }
        // What was refused when it fired would have been refused with the same code when it was placed.
        Some(StatusReason::Refused(reject)) => match ApiError::from(Reject::clone(reject)).code() {
            19 | 20 => Reason::InsufficientMargin,
            22 | 23 => Reason::BoundsViolation,
            33 => Reason::StopLossViolation,
            34 => Reason::TakeProfitViolation,
            24 => Reason::MarketHalted,
            25 | 26 => Reason::AccountNonTradable,
            15 | 29 => Reason::NoNewPositionAllowed,
            17 => Reason::InsufficientLiquidity,
            _ => {
                losses.add("reason", LossKind::Collapsed, reject, &"UNITS_VIOLATION");
                Reason::UnitsViolation
            }
        },
    }
}
