//! Closing trades and positions.
//!
//! A position is closed trade by trade, oldest first, so that every trade has a closing of its own, as the vendor has it.

use std::sync::Arc;

use facade_kit::Translated;
use order_engine::{
    Account, Annotations, CloseLot, Command, Execution, InstrumentId, Lot, LotClosure, LotId, Outcome,
    PriceBound,
};
use rust_decimal::Decimal;

use super::trades::OpenTrade;
use super::transactions::profit;
use super::{Dialect, Losses, numbers, side};
use crate::wire::Number;
use crate::wire::positions::PositionClosed;
use crate::wire::trades::TradeClosed;

/// The command that closes a whole trade at the market.
pub(crate) fn close(account: &Account, lot: LotId) -> Command {
    Command::CloseLot(CloseLot {
        account: account.id,
        lot,
        quantity: None,
        price_bound: PriceBound::default(),
        client_order_id: None,
        annotations: Annotations::default(),
    })
}

/// Fills with what they closed of their trade.
fn closings(outcome: &Outcome) -> impl Iterator<Item = (&Arc<Execution>, &LotClosure)> {
    outcome.executions().flat_map(|execution| execution.closed.iter().map(move |lot| (execution, lot)))
}

/// The answer to the closing of a trade; nothing when the market took nothing of it.
pub(crate) fn trade(
    dialect: &Dialect<'_>,
    account: &Account,
    trade: &OpenTrade,
    outcome: &Outcome,
) -> Option<Translated<TradeClosed>> {
    let mut losses = Losses::default();
    let (first, number) = closings(outcome).next().map(|(execution, lot)| (execution, lot.number))?;
    let gained: Decimal =
        closings(outcome).map(|(execution, lot)| profit(&mut losses, dialect, account, execution, lot)).sum();
    let (instrument, scale) = dialect.instrument(trade.instrument);
    let average = outcome.order().and_then(|order| order.average_price()).unwrap_or_default();
    let wire = TradeClosed {
        id: number.get(),
        price: numbers::average(&mut losses, "price", average, scale),
        profit: Number(gained),
        instrument,
        side: side(trade.lot.side),
        time: dialect.times.seconds(first.at),
    };
    Some(losses.around(wire))
}

/// The answer to the closing of a position; nothing when the market took nothing of it.
pub(crate) fn position(
    dialect: &Dialect<'_>,
    instrument: InstrumentId,
    outcomes: &[Outcome],
) -> Option<Translated<PositionClosed>> {
    let mut losses = Losses::default();
    let (mut ids, mut units, mut value) = (Vec::new(), Decimal::ZERO, Decimal::ZERO);
    for (execution, lot) in outcomes.iter().flat_map(closings) {
        ids.extend([lot.lot.get(), lot.number.get()]);
        units += lot.quantity.decimal();
        value += lot.quantity.decimal() * execution.price.decimal();
    }
    let average = value.checked_div(units)?;
    let (instrument, scale) = dialect.instrument(instrument);
    let wire = PositionClosed {
        ids,
        instrument,
        total_units: numbers::units(&mut losses, units),
        price: numbers::average(&mut losses, "price", average, scale),
    };
    Some(losses.around(wire))
}

/// Whether an older trade of the same size stands before a trade, so that where trades are closed oldest first it has
/// to wait.
pub(crate) fn is_out_of_turn(lots: &[Lot], lot: &Lot) -> bool {
    lots.iter().any(|other| other.id < lot.id && other.quantity == lot.quantity)
}
