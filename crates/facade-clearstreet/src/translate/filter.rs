//! Filters of orders and executions. Within a list any value matches, between parameters all must.

use order_engine::{AccountId, CancelOrders, Execution, InstrumentId, Order, OrderClass, Side, Timestamp};

use super::orders::status;
use crate::error::ApiError;
use crate::naming::Directory;
use crate::query::{Bound, Query};
use crate::wire::{self, OrderStatus};

/// Which instruments match: all, or those of a list. A list whose names are all unknown matches none.
fn instruments(
    query: &Query,
    name: &str,
    directory: &Directory,
) -> Result<Option<Vec<InstrumentId>>, ApiError> {
    let texts = query.list(name)?;
    Ok((!texts.is_empty()).then(|| directory.find_all(&texts)))
}

/// The filter of a list of orders.
#[derive(Debug)]
pub(crate) struct OrderFilter<'a> {
    directory: &'a Directory,
    /// Ids as sent, when there are any.
    pub(crate) ids: Vec<String>,
    statuses: Vec<OrderStatus>,
    symbol: Option<String>,
    instruments: Option<Vec<InstrumentId>>,
    security_type: Option<wire::SecurityType>,
    underliers: Option<Vec<InstrumentId>>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl<'a> OrderFilter<'a> {
    pub(crate) fn of(query: &Query, directory: &'a Directory) -> Result<Self, ApiError> {
        Ok(Self {
            directory,
            ids: query.list("order_ids")?.into_iter().map(str::to_owned).collect(),
            statuses: query.words("status")?,
            symbol: query.text("symbol")?.map(str::to_owned),
            instruments: instruments(query, "instrument_ids", directory)?,
            security_type: query.word("instrument_type")?,
            underliers: instruments(query, "underlying_instrument_ids", directory)?,
            from: query.bound("from", Bound::From)?,
            to: query.bound("to", Bound::To)?,
        })
    }

    /// Whether only open orders can match, so that the closed ones need not be looked at.
    pub(crate) fn is_open_only(&self) -> bool {
        let is_open = |status: &OrderStatus| {
            matches!(
                status,
                OrderStatus::PendingNew
                    | OrderStatus::New
                    | OrderStatus::PartiallyFilled
                    | OrderStatus::Suspended
            )
        };
        !self.statuses.is_empty() && self.statuses.iter().all(is_open)
    }

    /// Whether an instant is before the range.
    pub(crate) fn is_before(&self, instant: Timestamp) -> bool {
        self.from.is_some_and(|from| instant < from)
    }

    /// Whether an order matches, its id apart.
    pub(crate) fn matches(&self, order: &Order) -> bool {
        let Some(listing) = self.directory.listing(order.instrument) else { return false };
        let underlier = listing.option.as_ref().map(|option| option.underlier);
        let is_on =
            |wanted: &Vec<InstrumentId>| underlier.is_some_and(|underlier| wanted.contains(&underlier));
        self.underliers.as_ref().is_none_or(is_on)
            && (self.statuses.is_empty() || self.statuses.contains(&status(order).value))
            && self.symbol.as_ref().is_none_or(|symbol| *symbol == listing.symbol)
            && self.instruments.as_ref().is_none_or(|wanted| wanted.contains(&order.instrument))
            && self.security_type.is_none_or(|wanted| wanted == listing.security_type())
            && self.from.is_none_or(|from| order.created_at >= from)
            && self.to.is_none_or(|to| order.created_at <= to)
    }
}

/// The filter of a list of executions.
#[derive(Debug)]
pub(crate) struct ExecutionFilter {
    instruments: Option<Vec<InstrumentId>>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl ExecutionFilter {
    pub(crate) fn of(query: &Query, directory: &Directory) -> Result<Self, ApiError> {
        Ok(Self {
            instruments: instruments(query, "instrument_ids", directory)?,
            from: query.bound("from", Bound::From)?,
            to: query.bound("to", Bound::To)?,
        })
    }

    /// Whether an instant is before the range.
    pub(crate) fn is_before(&self, instant: Timestamp) -> bool {
        self.from.is_some_and(|from| instant < from)
    }

    /// Whether an execution matches.
    pub(crate) fn matches(&self, execution: &Execution) -> bool {
        self.instruments.as_ref().is_none_or(|wanted| wanted.contains(&execution.instrument))
            && self.from.is_none_or(|from| execution.at >= from)
            && self.to.is_none_or(|to| execution.at <= to)
    }
}

/// The filter of a cancel-all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CancelFilter {
    side: Option<wire::Side>,
    order_type: Option<wire::OrderType>,
    security_type: Option<wire::SecurityType>,
    instruments: Option<Vec<InstrumentId>>,
}

impl CancelFilter {
    pub(crate) fn of(query: &Query, directory: &Directory) -> Result<Self, ApiError> {
        Ok(Self {
            side: query.word("side")?,
            order_type: query.word("type")?,
            security_type: query.word("instrument_type")?,
            instruments: instruments(query, "instrument_ids", directory)?,
        })
    }

    /// The command; nothing when no order of the core can match.
    pub(crate) fn command(&self, account: AccountId, directory: &Directory) -> Option<CancelOrders> {
        let (side, short_sale) = match self.side {
            None => (None, None),
            Some(wire::Side::Buy) => (Some(Side::Buy), None),
            Some(wire::Side::Sell) => (Some(Side::Sell), Some(false)),
            Some(wire::Side::SellShort) => (Some(Side::Sell), Some(true)),
            Some(wire::Side::Other) => return None,
        };
        let classes = match self.order_type {
            None => None,
            Some(wire::OrderType::Market) => Some(vec![OrderClass::Market]),
            Some(wire::OrderType::Limit) => Some(vec![OrderClass::Limit]),
            Some(wire::OrderType::Stop) => Some(vec![OrderClass::Stop]),
            Some(wire::OrderType::StopLimit) => Some(vec![OrderClass::StopLimit]),
            Some(wire::OrderType::TrailingStop) => Some(vec![OrderClass::TrailingStop]),
            Some(wire::OrderType::TrailingStopLimit) => Some(vec![OrderClass::TrailingStopLimit]),
            Some(wire::OrderType::Other) => {
                Some(vec![OrderClass::MarketToLimit, OrderClass::MarketIfTouched])
            }
        };
        let instruments = self.instruments(directory);
        if instruments.as_ref().is_some_and(Vec::is_empty) {
            return None;
        }
        Some(CancelOrders { account, instruments, side, classes, staged: false, short_sale })
    }

    fn instruments(&self, directory: &Directory) -> Option<Vec<InstrumentId>> {
        let Some(wanted) = self.security_type else { return self.instruments.clone() };
        let is_named = |id: &InstrumentId| self.instruments.as_ref().is_none_or(|named| named.contains(id));
        let of_type = directory.listings().iter().filter(|listing| listing.security_type() == wanted);
        Some(of_type.map(|listing| listing.instrument.id).filter(is_named).collect())
    }
}

/// Whether a sweep is meant for an order.
pub(crate) fn is_swept(sweep: &CancelOrders, order: &Order) -> bool {
    sweep.account == order.account
        && sweep.instruments.as_ref().is_none_or(|wanted| wanted.contains(&order.instrument))
        && sweep.side.is_none_or(|side| side == order.side)
        && sweep.short_sale.is_none_or(|short_sale| short_sale == order.short_sale)
        && sweep.classes.as_ref().is_none_or(|wanted| wanted.contains(&order.kind.class()))
}
