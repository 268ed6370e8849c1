//! Positions.

use std::cmp::Ordering;

use facade_kit::decimal::{at_least, shortest};
use order_engine::InstrumentId;
use rust_decimal::Decimal;

use super::valuation::{Books, Stock};
use crate::error::ApiError;
use crate::format;
use crate::naming::Directory;
use crate::query::Query;
use crate::wire::{self, PositionSort, PositionType, SortDirection};

const PERCENT: Decimal = Decimal::ONE_HUNDRED;

/// The filter and the order of a list of positions.
#[derive(Debug)]
pub(crate) struct PositionFilter {
    instruments: Option<Vec<InstrumentId>>,
    sort: PositionSort,
    direction: SortDirection,
}

impl PositionFilter {
    pub(crate) fn of(query: &Query, directory: &Directory) -> Result<Self, ApiError> {
        let named = query.list("instrument_ids")?;
        Ok(Self {
            instruments: (!named.is_empty()).then(|| directory.find_all(&named)),
            sort: query.word("sort_by")?.unwrap_or(PositionSort::Symbol),
            direction: query.word("sort_direction")?.unwrap_or(SortDirection::Asc),
        })
    }

    fn matches(&self, stock: &Stock<'_>) -> bool {
        !stock.quantity.is_zero()
            && self.instruments.as_ref().is_none_or(|wanted| wanted.contains(&stock.listing.instrument.id))
    }

    /// Equal rows stay in the order of their symbols.
    fn compare(&self, left: &Stock<'_>, right: &Stock<'_>) -> Ordering {
        let by = match self.sort {
            PositionSort::Symbol => Ordering::Equal,
            PositionSort::InstrumentType => {
                left.listing.security_type().word().cmp(right.listing.security_type().word())
            }
            PositionSort::Quantity => left.quantity.cmp(&right.quantity),
            PositionSort::MarketValue => left.market_value().cmp(&right.market_value()),
            PositionSort::PositionType => direction(left).word().cmp(direction(right).word()),
            PositionSort::UnrealizedPnl => left.unrealized().cmp(&right.unrealized()),
            PositionSort::DailyUnrealizedPnl => left.daily_unrealized().cmp(&right.daily_unrealized()),
            PositionSort::DailyRealizedPnl => left.today.realized.cmp(&right.today.realized),
        };
        let ascending = by.then_with(|| left.listing.symbol.cmp(&right.listing.symbol));
        match self.direction {
            SortDirection::Asc => ascending,
            SortDirection::Desc => ascending.reverse(),
        }
    }
}

/// The positions of an account. Flat ones are not listed.
pub(crate) fn positions(books: &Books<'_>, account: i64, filter: &PositionFilter) -> Vec<wire::Position> {
    let mut stocks: Vec<Stock<'_>> =
        books.stocks().into_iter().filter(|stock| filter.matches(stock)).collect();
    stocks.sort_by(|left, right| filter.compare(left, right));
    stocks.iter().map(|stock| position(stock, account)).collect()
}

fn direction(stock: &Stock<'_>) -> PositionType {
    if stock.quantity.is_sign_negative() { PositionType::Short } else { PositionType::Long }
}

fn position(stock: &Stock<'_>, account: i64) -> wire::Position {
    let scale = stock.listing.instrument.price_scale();
    let per_contract = Decimal::from(stock.listing.instrument.definition.multiplier());
    let average = stock.cost.and_then(|cost| cost.checked_div(stock.quantity)?.checked_div(per_contract));
    let unrealized = stock.unrealized();
    wire::Position {
        account_id: account,
        available_quantity: shortest(stock.available),
        avg_price: average.map(format::average),
        closing_price: stock.close.map(|(price, _)| at_least(price, scale)),
        closing_price_date: stock.close.map(|(_, at)| format::date(at)),
        cost_basis: stock.cost.map(format::money),
        daily_realized_pnl: format::money(stock.today.realized),
        daily_unrealized_pnl_pct: percent_of(
            stock.price.map(|_| stock.daily_unrealized()),
            stock.opening_value(),
        ),
        daily_unrealized_pnl: stock.price.map(|_| format::money(stock.daily_unrealized())),
        instrument_id: stock.listing.id.to_string(),
        instrument_price: stock.price.map(|price| at_least(price, scale)),
        instrument_type: stock.listing.security_type(),
        market_value: format::money(stock.market_value()),
        position_type: direction(stock),
        quantity: shortest(stock.quantity),
        symbol: stock.listing.symbol.clone(),
        underlying_instrument_id: stock.listing.underlier_id(),
        unrealized_pnl: unrealized.map(format::money),
        unrealized_pnl_pct: percent_of(unrealized, stock.cost.unwrap_or_default()),
    }
}

/// A profit as a percentage of what it was made with; nothing when that is nothing.
fn percent_of(profit: Option<Decimal>, base: Decimal) -> Option<String> {
    let percent = profit?.checked_mul(PERCENT)?.checked_div(base.abs())?;
    Some(format::money(percent))
}
