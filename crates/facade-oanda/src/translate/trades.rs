//! Lots of the core, which the vendor calls trades.

use facade_kit::Translated;
use order_engine::{AccountId, ChangeLotExits, Holdings, InstrumentId, Lot, LotId};

use super::{Dialect, Losses, exits, numbers, side};
use crate::error::ApiError;
use crate::wire::Number;
use crate::wire::trades::{ChangeTrade, Trade};

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

/// The command that changes what closes a trade.
///
/// # Errors
/// Codes 35, 1, 18 and 36.
pub(crate) fn change(
    dialect: &Dialect<'_>,
    account: AccountId,
    OpenTrade { instrument, lot }: &OpenTrade,
    request: &ChangeTrade,
) -> Result<ChangeLotExits, ApiError> {
    let asked = exits::Asked {
        stop_loss: request.stop_loss.as_deref(),
        take_profit: request.take_profit.as_deref(),
        trailing_stop: request.trailing_stop.as_deref(),
    };
    let read = asked.read()?;
    if read.is_empty() {
        return Err(ApiError::NoParameters);
    }
    let instrument = dialect.reference.instrument(*instrument).ok_or(ApiError::Internal)?;
    let changes = read.changes(dialect.names, instrument)?;
    Ok(ChangeLotExits { account, lot: lot.id, changes })
}

/// A trade in the vendor's words.
pub(crate) fn trade(dialect: &Dialect<'_>, OpenTrade { instrument, lot }: &OpenTrade) -> Translated<Trade> {
    let mut losses = Losses::default();
    let known = dialect.reference.instrument(*instrument).map(AsRef::as_ref);
    let exits = exits::of_lot(&mut losses, dialect.names, known, &lot.exits);
    let (instrument, _) = dialect.instrument(*instrument);
    let wire = Trade {
        id: lot.id.get(),
        units: numbers::units(&mut losses, lot.quantity.decimal()),
        side: side(lot.side),
        instrument,
        time: dialect.times.seconds(lot.opened_at),
        price: Number(lot.price.decimal()),
        take_profit: exits.take_profit,
        stop_loss: exits.stop_loss,
        trailing_stop: exits.trailing_stop,
        trailing_amount: exits.trailing_amount,
    };
    losses.around(wire)
}
