//! The shapes on the wire, as the vendor's documents have them: the vendor's names, in the vendor's order.

mod accounts;
mod figure;
mod market;
mod orders;

pub(crate) use accounts::{ApiKey, AssetBalance, OperationKeyAnswer, SpotAccount};
pub(crate) use figure::Figure;
pub(crate) use market::{
    Cycle, MarketConfig, MarketConfigAsset, MarketConfigPair, MarketConfigToken, MarketPrice, Terms,
    TradingLock,
};
pub(crate) use orders::{
    BuildAnswer, BuildRequest, CancelAllAnswer, CancelAllRequest, CancelAnswer, ExecutionRecord,
    OrderResponse, OrderStatus, OrderType, Role, Side, SubmitRequest,
};

use serde::Serialize;

/// A refusal.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ErrorBody {
    pub(crate) error: &'static str,
    pub(crate) code: u16,
}

/// One page of a list.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Paginated<T> {
    pub(crate) data: Vec<T>,
    pub(crate) total_count: usize,
    pub(crate) total_page: usize,
}
