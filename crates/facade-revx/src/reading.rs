//! Pages of the lists that the engine keeps. Each reader takes one row more than a page holds, which tells whether there
//! is a next page.

use std::ops::ControlFlow;
use std::sync::Arc;

use order_engine::{AccountId, Execution, ExecutionId, InstrumentId, Order, OrderId, TradeId};
use runtime::{PublicTrade, Views};

use crate::error::ApiError;
use crate::translate::lists::{DateRange, OrderFilter, Slice};
use crate::wire::{Page, PageMetadata, WithMetadata};

/// Rows of a page, and one more when there are more.
struct Rows<T> {
    rows: Vec<T>,
    limit: usize,
}

impl<T> Rows<T> {
    fn of(slice: Slice) -> Self {
        Self { rows: Vec::new(), limit: slice.limit }
    }

    fn push(&mut self, row: T) -> ControlFlow<()> {
        self.rows.push(row);
        if self.rows.len() > self.limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// Orders that are not closed.
pub(crate) fn active(views: &Views, account: AccountId, filter: &OrderFilter) -> Vec<Arc<Order>> {
    let mut rows = Rows::of(filter.slice);
    views.visit_open_orders_back(account, filter.slice.before.map(OrderId::new), |order| {
        if filter.admits(&order) { rows.push(order) } else { ControlFlow::Continue(()) }
    });
    rows.rows
}

/// Closed orders that were made within the filter's range.
pub(crate) fn historical(
    views: &Views,
    account: AccountId,
    filter: &OrderFilter,
    range: DateRange,
) -> Vec<Arc<Order>> {
    let mut rows = Rows::of(filter.slice);
    views.visit_orders_back(account, filter.slice.before.map(OrderId::new), |order| {
        if range.starts_after(order.created_at) {
            return ControlFlow::Break(());
        }
        let wanted = !range.ends_before(order.created_at) && filter.admits(&order);
        if wanted { rows.push(order) } else { ControlFlow::Continue(()) }
    });
    rows.rows
}

/// Executions of an account in one instrument.
pub(crate) fn executions(
    views: &Views,
    account: AccountId,
    instrument: InstrumentId,
    (range, slice): (DateRange, Slice),
) -> Vec<Arc<Execution>> {
    let mut rows = Rows::of(slice);
    views.visit_executions_back(account, slice.before.map(ExecutionId::new), |execution| {
        if range.starts_after(execution.at) {
            return ControlFlow::Break(());
        }
        let wanted = !range.ends_before(execution.at) && execution.instrument == instrument;
        if wanted { rows.push(execution) } else { ControlFlow::Continue(()) }
    });
    rows.rows
}

/// Everyone's trades in some instruments, of those that are still remembered.
pub(crate) fn trades(
    views: &Views,
    instruments: &[InstrumentId],
    range: Option<DateRange>,
    slice: Slice,
) -> Vec<(InstrumentId, PublicTrade)> {
    let before = slice.before.map(TradeId::new);
    let mut found = Vec::new();
    for instrument in instruments {
        let Some(market) = views.market(*instrument) else { continue };
        let newest_first = market.trades.iter().rev();
        let wanted = newest_first
            .skip_while(|trade| before.is_some_and(|before| trade.trade >= before))
            .skip_while(|trade| range.is_some_and(|range| range.ends_before(trade.at)))
            .take_while(|trade| range.is_none_or(|range| !range.starts_after(trade.at)))
            .take(slice.limit + 1);
        found.extend(wanted.map(|trade| (*instrument, *trade)));
    }
    found.sort_by_key(|(_, trade)| std::cmp::Reverse(trade.trade));
    found.truncate(slice.limit + 1);
    found
}

/// A page of rows that one of the readers took.
pub(crate) fn page<T, R>(
    mut rows: Vec<T>,
    limit: usize,
    now_ms: u64,
    cursor: impl Fn(&T) -> String,
    show: impl Fn(&T) -> Result<R, ApiError>,
) -> Result<Page<R>, ApiError> {
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next_cursor = rows.last().filter(|_| has_more).map(cursor).unwrap_or_default();
    let data = rows.iter().map(show).collect::<Result<_, _>>()?;
    Ok(WithMetadata { data, metadata: PageMetadata { timestamp: now_ms, next_cursor } })
}
