//! Accounts, owners, exchanges, statuses and identities.

use std::collections::BTreeMap;

use super::enums::{IdentityAuthentication, IdentityType};
use super::orders::Account;

message! {
    /// A trading account.
    AccountDetails {
        1 Account account: Option<Account>,
        10 Name name: String,
        11 Classification classification: String,
        19 DefaultCurrency default_currency: Option<String>,
        20 Attributes attributes: BTreeMap<String, String>,
        21 Categories categories: Vec<String>,
    }

    /// An owner of accounts.
    OwnerDetails {
        1 OwnerID owner_id: String,
        10 Name name: String,
        19 Metadata metadata: BTreeMap<String, String>,
    }

    /// One execution destination of an exchange.
    ExchangeDestination {
        1 ExDestination ex_destination: String,
        10 Route route: String,
        19 Metadata metadata: BTreeMap<String, String>,
        20 IsLit is_lit: bool,
        21 LitSource lit_source: String,
    }

    /// What a status code of an order means.
    OrderStatusDetails {
        1 Code code: String,
        10 Name name: String,
        20 IsNormal is_normal: bool,
        21 IsManual is_manual: bool,
        22 IsTransition is_transition: bool,
        23 IsCompleted is_completed: bool,
        30 CanAmend can_amend: bool,
        31 CanCancel can_cancel: bool,
        32 CanMove can_move: bool,
        39 CanTrade can_trade: bool,
    }

    /// An exchange with its destinations and its order statuses.
    ExchangeDetails {
        5 Exchange exchange: String,
        12 Destinations destinations: Vec<ExchangeDestination>,
        19 Metadata metadata: BTreeMap<String, String>,
        20 OrderStatuses order_statuses: Vec<OrderStatusDetails>,
    }

    /// What a status code of a client request means.
    RequestStatusDetails {
        1 Code code: String,
        10 Name name: String,
        20 IsNormal is_normal: bool,
        21 IsManual is_manual: bool,
        22 IsTransition is_transition: bool,
        23 IsCompleted is_completed: bool,
        30 CanAmend can_amend: bool,
        31 CanCancel can_cancel: bool,
    }

    /// The rights of one identity.
    Permissions {
        1 Type identity_type: IdentityType,
        10 Identity identity: String,
        11 Source source: String,
        19 Metadata metadata: BTreeMap<String, String>,
        20 Owners owners: Vec<String>,
        21 Exchanges exchanges: Vec<String>,
        29 Features features: Vec<String>,
        30 Feeds feeds: Vec<String>,
    }

    /// A trusted issuer of tokens.
    IdentitySource {
        1 Code code: String,
        10 Name name: String,
        19 Metadata metadata: BTreeMap<String, String>,
        20 Authentication authentication: IdentityAuthentication,
        21 Parameters parameters: BTreeMap<String, String>,
    }
}
