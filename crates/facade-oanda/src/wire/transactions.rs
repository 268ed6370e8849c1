//! Transactions: common members, then those of the type. What is not set is left out.

use serde::Serialize;

use super::{Number, Side};

/// `GET .../transactions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TransactionList {
    pub(crate) transactions: Vec<Transaction>,
}

/// A transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Transaction {
    pub(crate) id: u64,
    pub(crate) account_id: u64,
    pub(crate) time: String,
    #[serde(rename = "type")]
    pub(crate) kind: TransactionType,
    #[serde(flatten)]
    pub(crate) details: Details,
}

/// Types of transactions, as far as there is anything here that they tell of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum TransactionType {
    MarketOrderCreate,
    LimitOrderCreate,
    StopOrderCreate,
    MarketIfTouchedOrderCreate,
    OrderUpdate,
    OrderCancel,
    OrderFilled,
    TradeClose,
    TradeUpdate,
    TakeProfitFilled,
    StopLossFilled,
    TrailingStopFilled,
    MarginCallEnter,
    MarginCallExit,
    MarginCloseout,
    SetMarginRate,
    TransferFunds,
    DailyInterest,
    Fee,
    ProfitLossReset,
    Create,
}

/// Reasons of transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Reason {
    ClientRequest,
    Adjustment,
    Funds,
    ReplacesOrder,
    TimeInForceExpired,
    InsufficientMargin,
    BoundsViolation,
    UnitsViolation,
    StopLossViolation,
    TakeProfitViolation,
    MarketHalted,
    AccountNonTradable,
    NoNewPositionAllowed,
    InsufficientLiquidity,
}

/// What is particular to a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Details {
    Pending(Pending),
    Update(Update),
    Cancel(Cancel),
    Filled(Filled),
    Closed(Closed),
    ExitFilled(ExitFilled),
    TradeUpdate(TradeUpdate),
    MarginRate(MarginRate),
    Funds(Funds),
    Interest(DailyInterest),
    Opened(Opened),
    /// `MARGIN_CALL_ENTER`, `MARGIN_CALL_EXIT`, `PROFIT_LOSS_RESET`: nothing.
    Bare {},
}

/// `*_ORDER_CREATE` of a pending order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Pending {
    pub(crate) instrument: String,
    pub(crate) units: u64,
    pub(crate) side: Side,
    pub(crate) price: Number,
    pub(crate) expiry: String,
    pub(crate) reason: Reason,
    #[serde(flatten)]
    pub(crate) terms: Terms,
}

/// `ORDER_UPDATE`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Update {
    pub(crate) instrument: String,
    pub(crate) units: u64,
    pub(crate) price: Number,
    pub(crate) expiry: String,
    pub(crate) reason: Reason,
    pub(crate) order_id: u64,
    #[serde(flatten)]
    pub(crate) terms: Terms,
}

/// `ORDER_CANCEL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cancel {
    pub(crate) order_id: u64,
    pub(crate) reason: Reason,
}

/// `MARKET_ORDER_CREATE`, `ORDER_FILLED`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Filled {
    pub(crate) instrument: String,
    pub(crate) units: u64,
    pub(crate) side: Side,
    pub(crate) price: Number,
    pub(crate) pl: Number,
    pub(crate) interest: Number,
    pub(crate) account_balance: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) order_id: Option<u64>,
    #[serde(flatten)]
    pub(crate) terms: Terms,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trade_opened: Option<TradeOpened>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trade_reduced: Option<TradeReduced>,
}

/// What an order asks for beyond its price.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Terms {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lower_bound: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) upper_bound: Option<Number>,
    #[serde(flatten)]
    pub(crate) exits: Exits,
}

/// What closes a trade, as far as it is set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Exits {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) take_profit_price: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stop_loss_price: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trailing_stop_loss_distance: Option<Number>,
}

/// `TRADE_UPDATE`: what was changed, zero for what was removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TradeUpdate {
    pub(crate) instrument: String,
    pub(crate) units: u64,
    #[serde(flatten)]
    pub(crate) exits: Exits,
    pub(crate) trade_id: u64,
}

/// `TAKE_PROFIT_FILLED`, `STOP_LOSS_FILLED`, `TRAILING_STOP_FILLED`. The side is that of the closing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExitFilled {
    pub(crate) trade_id: u64,
    pub(crate) instrument: String,
    pub(crate) units: u64,
    pub(crate) side: Side,
    pub(crate) price: Number,
    pub(crate) pl: Number,
    pub(crate) interest: Number,
    pub(crate) account_balance: Number,
}

/// The trade that a fill opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct TradeOpened {
    pub(crate) id: u64,
    pub(crate) units: u64,
}

/// The first trade that a fill took units off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct TradeReduced {
    pub(crate) id: u64,
    pub(crate) units: u64,
    pub(crate) pl: Number,
    pub(crate) interest: Number,
}

/// `TRADE_CLOSE`, `MARGIN_CLOSEOUT`. The side is that of the closing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Closed {
    pub(crate) instrument: String,
    pub(crate) units: u64,
    pub(crate) side: Side,
    pub(crate) price: Number,
    pub(crate) pl: Number,
    pub(crate) interest: Number,
    pub(crate) account_balance: Number,
    pub(crate) trade_id: u64,
}

/// `SET_MARGIN_RATE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct MarginRate {
    pub(crate) rate: Number,
}

/// `DAILY_INTEREST`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DailyInterest {
    pub(crate) instrument: String,
    pub(crate) interest: Number,
    pub(crate) account_balance: Number,
}

/// `TRANSFER_FUNDS`, `FEE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Funds {
    pub(crate) amount: Number,
    pub(crate) account_balance: Number,
    pub(crate) reason: Reason,
}

/// `CREATE`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Opened {
    pub(crate) home_currency: String,
    pub(crate) reason: Reason,
}
