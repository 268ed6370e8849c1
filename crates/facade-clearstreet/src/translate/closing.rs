//! The orders that close positions: market orders for the day, the other way, for all that there is.

use facade_kit::decimal::shortest;
use order_engine::InstrumentId;
use rust_decimal::Decimal;

use super::valuation::{Books, Stock};
use crate::wire::{NewOrder, RequestOrderType, RequestTimeInForce, Side};

/// An order that closes a position, as a request would ask for it, without an id yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Closing {
    pub(crate) instrument: InstrumentId,
    pub(crate) order: NewOrder,
}

/// The orders that close an account's positions, or that in one instrument, by symbol. What is less than a lot cannot be
/// traded and stays.
pub(crate) fn closing(books: &Books<'_>, only: Option<InstrumentId>) -> Vec<Closing> {
    let mut stocks = books.stocks();
    stocks.retain(|stock| only.is_none_or(|wanted| stock.listing.instrument.id == wanted));
    stocks.sort_by(|left, right| left.listing.symbol.cmp(&right.listing.symbol));
    stocks.iter().filter_map(close).collect()
}

fn close(stock: &Stock<'_>) -> Option<Closing> {
    let instrument = &stock.listing.instrument;
    let whole = whole_lots(stock.quantity.abs(), instrument.definition.lot.decimal())?;
    let order = NewOrder {
        order_type: RequestOrderType::Market,
        quantity: shortest(whole),
        side: if stock.quantity.is_sign_negative() { Side::Buy } else { Side::Sell },
        time_in_force: RequestTimeInForce::Day,
        id: None,
        symbol: Some(stock.listing.symbol.clone()),
        instrument_id: None,
        limit_price: None,
        stop_price: None,
        trailing_offset: None,
        trailing_offset_type: None,
        limit_offset: None,
        expires_at: None,
        extended_hours: None,
    };
    Some(Closing { instrument: instrument.id, order })
}

/// The part of a quantity that can be traded; nothing when there is none.
fn whole_lots(quantity: Decimal, lot: Decimal) -> Option<Decimal> {
    let rest = quantity.checked_rem(lot)?;
    Some(quantity - rest).filter(|whole| !whole.is_zero())
}

/// The lowest number from 1 on that is free, given that those in use are without gaps; with gaps, one that is free.
pub(crate) fn first_free(is_taken: impl Fn(u32) -> bool) -> u32 {
    let mut free = 1_u32;
    while free < u32::MAX && is_taken(free) {
        free = free.saturating_mul(2);
    }
    let mut taken = free / 2;
    while free - taken > 1 {
        let middle = taken + (free - taken) / 2;
        if is_taken(middle) {
            taken = middle;
        } else {
            free = middle;
        }
    }
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_lots_can_be_closed() {
        let lots = |quantity: &str, lot: &str| {
            whole_lots(quantity.parse().unwrap(), lot.parse().unwrap()).map(|whole| whole.to_string())
        };
        assert_eq!(lots("29.97", "0.01").as_deref(), Some("29.97"));
        assert_eq!(lots("29.972345", "0.01").map(|whole| whole.parse()), Some(Ok(Decimal::new(2997, 2))));
        assert_eq!(lots("0.009", "0.01"), None);
    }

    #[test]
    fn the_next_number_is_found() {
        for used in [0_u32, 1, 2, 3, 4, 7, 8, 999, 1000] {
            assert_eq!(first_free(|number| number <= used), used + 1);
        }
        assert!(![1, 3].contains(&first_free(|number| [1, 3].contains(&number))), "gaps do no harm");
    }
}
