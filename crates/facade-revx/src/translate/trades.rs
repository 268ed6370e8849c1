//! Fills and public trades in the vendor's words. Both show a trade under the same id.

use facade_kit::decimal::at_least;
use facade_kit::{UuidKind, kind_uuid, order_uuid};
use order_engine::{Execution, Liquidity, Order, Timestamp, TradeId};
use runtime::PublicTrade;
use uuid::Uuid;

use super::pairs::Pair;
use super::words;
use crate::wire;
use crate::wire::trades::Trade;

fn trade_id(trade: TradeId, at: Timestamp) -> Uuid {
    kind_uuid(UuidKind::Trade, at, trade.get())
}

/// The caller's side of a fill.
pub(crate) fn own(execution: &Execution, order: &Order, pair: &Pair<'_>) -> Trade<u64> {
    let public = PublicTrade {
        trade: execution.trade,
        price: execution.price,
        quantity: execution.quantity,
        notional: execution.notional,
        taker_side: execution.side,
        at: execution.at,
    };
    let is_maker = match execution.liquidity {
        Liquidity::Maker => true,
        Liquidity::Taker => false,
    };
    Trade {
        oid: Some(order_uuid(order).to_string()),
        im: Some(is_maker),
        ..reported(&public, pair, Timestamp::as_millis)
    }
}

/// A trade as everyone sees it, its times written by `time`.
pub(crate) fn reported<T>(trade: &PublicTrade, pair: &Pair<'_>, time: impl Fn(Timestamp) -> T) -> Trade<T> {
    Trade {
        tdt: time(trade.at),
        aid: pair.base_code.to_owned(),
        anm: pair.base.definition.name.to_string(),
        p: at_least(trade.price.decimal(), pair.quote_scale()),
        pc: pair.quote_code.to_owned(),
        pn: "MONE",
        q: at_least(trade.quantity.decimal(), pair.base_scale()),
        qc: pair.base_code.to_owned(),
        qn: "UNIT",
        ve: "REVX",
        pdt: time(trade.at),
        vp: "REVX",
        tid: trade_id(trade.trade, trade.at).simple().to_string(),
        oid: None,
        s: Some(words::side(trade.taker_side)),
        im: None,
    }
}

/// A trade in the words of the public API.
pub(crate) fn public(trade: &PublicTrade, pair: &Pair<'_>) -> wire::trades::PublicTrade {
    wire::trades::PublicTrade {
        id: trade_id(trade.trade, trade.at).to_string(),
        symbol: pair.symbol(),
        price: at_least(trade.price.decimal(), pair.quote_scale()),
        quantity: at_least(trade.quantity.decimal(), pair.base_scale()),
        side: words::side(trade.taker_side),
        timestamp: trade.at.as_millis(),
    }
}
