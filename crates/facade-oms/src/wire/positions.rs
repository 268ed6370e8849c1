//! Cash and holdings.

use std::collections::BTreeMap;

use super::number::BigNumber;
use super::orders::Account;

message! {
    /// One cash balance of one account.
    CashPosition {
        1 Account account: Option<Account>,
        2 Currency currency: String,
        5 Margin margin: Option<BigNumber>,
        10 Balance balance: Option<BigNumber>,
        11 UnbookedTransactions unbooked_transactions: Option<BigNumber>,
        12 UnfilledBuys unfilled_buys: Option<BigNumber>,
        30 Values values: BTreeMap<String, BigNumber>,
    }

    /// One holding of one account.
    AssetPosition {
        1 Account account: Option<Account>,
        2 Code code: String,
        3 Exchange exchange: String,
        10 Quantity quantity: Option<BigNumber>,
        11 UnfilledSells unfilled_sells: Option<BigNumber>,
        20 AveragePrice average_price: Option<BigNumber>,
        21 Currency currency: String,
        30 Values values: BTreeMap<String, BigNumber>,
    }
}
