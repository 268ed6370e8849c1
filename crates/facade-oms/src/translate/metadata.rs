//! Configuration as the vendor's metadata.

use std::collections::BTreeMap;

use order_engine::Account;

use super::status;
use crate::auth::Caller;
use crate::config::{
    AccountEntry, Config, ExchangeEntry, IdentityKind, IdentitySourceEntry, OwnerEntry, PermissionsEntry,
};
use crate::wire::{
    self, AccountDetails, ExchangeDestination, ExchangeDetails, IdentityAuthentication, IdentitySource,
    IdentityType, OwnerDetails, Permissions, RequestStatusDetails,
};

/// A trading account.
pub(crate) fn account_details(owner: &OwnerEntry, entry: &AccountEntry, account: &Account) -> AccountDetails {
    AccountDetails {
        account: Some(wire::Account { account_id: entry.code.clone(), owner_id: owner.code.clone() }),
        name: entry.name.clone(),
        classification: entry.classification.clone(),
        default_currency: Some(account.definition.currency.to_string()),
        attributes: BTreeMap::new(),
        categories: Vec::new(),
    }
}

/// An owner.
pub(crate) fn owner_details(owner: &OwnerEntry) -> OwnerDetails {
    OwnerDetails { owner_id: owner.code.clone(), name: owner.name.clone(), metadata: BTreeMap::new() }
}

/// An exchange with the statuses that its orders can have.
pub(crate) fn exchange_details(entry: &ExchangeEntry) -> ExchangeDetails {
    let destination = |entry: &crate::config::DestinationEntry| ExchangeDestination {
        ex_destination: entry.code.clone(),
        route: entry.route.clone(),
        metadata: BTreeMap::new(),
        is_lit: entry.is_lit,
        lit_source: entry.lit_source.clone(),
    };
    ExchangeDetails {
        exchange: entry.code.clone(),
        destinations: entry.destinations.iter().map(destination).collect(),
        metadata: BTreeMap::new(),
        order_statuses: status::catalogue(),
    }
}

/// The statuses that a client's request can have.
pub(crate) fn request_statuses() -> Vec<RequestStatusDetails> {
    let details =
        |code: &str| RequestStatusDetails { code: code.to_owned(), ..RequestStatusDetails::default() };
    let normal = |code: &str| RequestStatusDetails { is_normal: true, ..details(code) };
    vec![
        RequestStatusDetails { is_transition: true, ..normal("Pending") },
        RequestStatusDetails { can_amend: true, can_cancel: true, ..normal("Queued") },
        RequestStatusDetails { is_transition: true, ..normal("Submitted") },
        RequestStatusDetails { is_completed: true, ..details("Rejected") },
        RequestStatusDetails { is_completed: true, ..normal("Completed") },
    ]
}

/// The rights of the caller. One who is not on record has a name and nothing else.
pub(crate) fn permissions(caller: &Caller) -> Permissions {
    match &caller.permissions {
        Some(record) => Permissions::from(record.as_ref()),
        None => Permissions {
            identity_type: if caller.bearer.identity.starts_with("Client:") {
                IdentityType::Service
            } else {
                IdentityType::Operator
            },
            identity: caller.bearer.identity.clone(),
            source: caller.bearer.source.clone(),
            ..Permissions::default()
        },
    }
}

impl From<&PermissionsEntry> for Permissions {
    fn from(record: &PermissionsEntry) -> Self {
        Self {
            identity_type: match record.kind {
                IdentityKind::System => IdentityType::System,
                IdentityKind::Service => IdentityType::Service,
                IdentityKind::Operator => IdentityType::Operator,
            },
            identity: record.identity.clone(),
            source: record.source.clone(),
            metadata: BTreeMap::new(),
            owners: record.owners.clone(),
            exchanges: record.exchanges.clone(),
            features: record.features.iter().map(|feature| feature.name().to_owned()).collect(),
            feeds: Vec::new(),
        }
    }
}

/// An identity source without its key.
pub(crate) fn identity_source(entry: &IdentitySourceEntry, config: &Config) -> IdentitySource {
    let audience = entry.audience.as_ref().unwrap_or(&config.audience);
    IdentitySource {
        code: entry.code.clone(),
        name: entry.name.clone(),
        metadata: BTreeMap::new(),
        authentication: IdentityAuthentication::Jwt,
        parameters: BTreeMap::from([
            ("Audience".to_owned(), audience.clone()),
            ("Issuer".to_owned(), entry.issuer.clone()),
        ]),
    }
}
