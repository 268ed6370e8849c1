//! What a market order did: the trades it opened, closed and reduced, read from the lots of its executions.

use std::sync::Arc;

use facade_kit::{LossKind, Translated};
use order_engine::{Execution, Holdings, LotClosure, LotId, Order, PlaceOrder, Size};
use rust_decimal::Decimal;

use super::{Dialect, Losses, numbers, side};
use crate::wire::Side;
use crate::wire::orders::{MarketFilled, TradeOpened, TradeTaken};

/// One trade that gave up units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Taken {
    lot: LotId,
    side: Side,
    quantity: Decimal,
    whole: bool,
}

/// The answer to a market order. The vendor fills at one price and opens one trade at most; where the book gave several
/// prices, the price is their average, and the opened units are shown under the first of the opened trades.
pub(crate) fn filled(
    dialect: &Dialect<'_>,
    order: &Order,
    executions: &[Arc<Execution>],
) -> Translated<MarketFilled> {
    let mut losses = Losses::default();
    let (instrument, scale) = dialect.instrument(order.instrument);
    let price = order.average_price().unwrap_or_default();
    let taken = taken(executions);
    let wire = MarketFilled {
        instrument,
        time: dialect.times.seconds(order.updated_at),
        price: numbers::average(&mut losses, "price", price, scale),
        trade_opened: opened(&mut losses, dialect, order, executions).into(),
        trades_closed: taken
            .iter()
            .filter(|taken| taken.whole)
            .map(|taken| trade_taken(&mut losses, taken))
            .collect(),
        trade_reduced: taken
            .iter()
            .find(|taken| !taken.whole)
            .map(|taken| trade_taken(&mut losses, taken))
            .into(),
    };
    losses.around(wire)
}

fn opened(
    losses: &mut Losses,
    dialect: &Dialect<'_>,
    order: &Order,
    executions: &[Arc<Execution>],
) -> Option<TradeOpened> {
    let mut lots = executions.iter().filter_map(|execution| execution.opened);
    let (first, mut quantity) = lots.next().map(|(lot, quantity)| (lot, quantity.decimal()))?;
    for (lot, more) in lots {
        losses.add("tradeOpened.id", LossKind::Collapsed, &lot, &first);
        quantity += more.decimal();
    }
    let exits = dialect.shown_exits(losses, order.instrument, &order.exits);
    Some(TradeOpened {
        id: first.get(),
        units: numbers::units(losses, quantity),
        side: side(order.side),
        take_profit: exits.take_profit,
        stop_loss: exits.stop_loss,
        trailing_stop: exits.trailing_stop,
    })
}

/// Lots that gave up units, oldest first, each once. Two fills may take from the same lot, one after the other.
fn taken(executions: &[Arc<Execution>]) -> Vec<Taken> {
    let mut all: Vec<Taken> = Vec::new();
    for LotClosure { lot, opened_by, quantity, whole, .. } in
        executions.iter().flat_map(|execution| &execution.closed)
    {
        match all.last_mut().filter(|last| last.lot == *lot) {
            Some(last) => {
                last.quantity += quantity.decimal();
                last.whole = *whole;
            }
            None => all.push(Taken {
                lot: *lot,
                side: side(*opened_by),
                quantity: quantity.decimal(),
                whole: *whole,
            }),
        }
    }
    all
}

fn trade_taken(losses: &mut Losses, taken: &Taken) -> TradeTaken {
    TradeTaken { id: taken.lot.get(), units: numbers::units(losses, taken.quantity), side: taken.side }
}

/// Whether an order can open no trade, since it is not larger than what is open on the other side.
pub(crate) fn only_closes(holdings: &Holdings, command: &PlaceOrder) -> bool {
    let Size::Base(quantity) = command.size else { return false };
    holdings
        .position(command.instrument)
        .is_some_and(|position| position.side != command.side && quantity <= position.quantity)
}
