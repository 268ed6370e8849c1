//! Lots of the core, which the vendor calls trades.

use facade_kit::Translated;
use order_engine::{Holdings, InstrumentId, Lot, LotId};

use super::{Dialect, Losses, numbers, side};
use crate::wire::Number;
use crate::wire::trades::Trade;

/// A lot and what it is a lot of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OpenTrade {
    pub(crate) instrument: InstrumentId,
    pub(crate) lot: Lot,
}

/// All open trades of an account, newest first.
pub(crate) fn open(holdings: &Holdings) -> Vec<OpenTrade> {
    let mut trades: Vec<OpenTrade> = holdings
        .positions
        .iter()
        .flat_map(|position| {
            let of_position = |lot: &Lot| OpenTrade { instrument: position.instrument, lot: *lot };
            position.lots.iter().map(of_position)
        })
        .collect();
    trades.sort_unstable_by_key(|trade| std::cmp::Reverse(trade.lot.id));
    trades
}

/// One open trade. Lots are in the order of their numbers.
pub(crate) fn find(holdings: &Holdings, id: u64) -> Option<OpenTrade> {
    holdings.positions.iter().find_map(|position| {
        let place = position.lots.binary_search_by_key(&LotId::new(id), |lot| lot.id).ok()?;
        let lot = position.lots.get(place)?;
        Some(OpenTrade { instrument: position.instrument, lot: *lot })
    })
}

/// A trade in the vendor's words.
pub(crate) fn trade(dialect: &Dialect<'_>, OpenTrade { instrument, lot }: &OpenTrade) -> Translated<Trade> {
    let mut losses = Losses::default();
    let (instrument, _) = dialect.instrument(*instrument);
    let wire = Trade {
        id: lot.id.get(),
        units: numbers::units(&mut losses, lot.quantity.decimal()),
        side: side(lot.side),
        instrument,
        time: dialect.times.seconds(lot.opened_at),
        price: Number(lot.price.decimal()),
        take_profit: Number::NONE,
        stop_loss: Number::NONE,
        trailing_stop: Number::NONE,
        trailing_amount: Number::NONE,
    };
    losses.around(wire)
}
