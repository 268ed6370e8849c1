//! What every request needs, built once.

use std::collections::HashMap;
use std::sync::Arc;

use order_engine::{Account, Order, Reference};
use runtime::EngineHandle;

use crate::config::{AccountConfig, Config};
use crate::error::ApiError;
use crate::intent::{Intent, blake2b_256};
use crate::limit::Limiter;
use crate::names::{Names, Pair};
use crate::translate;

/// The state of the facade. It holds no orders.
pub(crate) struct State {
    pub(crate) config: Config,
    pub(crate) engine: EngineHandle,
    pub(crate) names: Names,
    pub(crate) limiter: Limiter,
    /// Accounts by the hash of their API key: a lookup tells nothing of a key by the time that it takes. Never iterated.
    keys: HashMap<[u8; 32], Credential>,
    /// Positions of the accounts in the configuration, by canonical code. Never iterated.
    accounts: HashMap<String, usize>,
}

/// What an API key opens.
#[derive(Debug, Clone)]
pub(crate) struct Credential {
    /// Its position, for the rate limit.
    pub(crate) position: usize,
    pub(crate) entry: Arc<AccountConfig>,
}

impl State {
    pub(crate) fn new(config: Config, engine: EngineHandle) -> Self {
        let entries = config.accounts.iter().cloned().map(Arc::new).enumerate();
        let keys = entries
            .map(|(position, entry)| (hash_of(entry.api_key.reveal()), Credential { position, entry }))
            .collect();
        let accounts = config
            .accounts
            .iter()
            .enumerate()
            .map(|(position, entry)| (entry.account.clone(), position))
            .collect();
        let limiter = Limiter::new(config.rate_limit, config.accounts.len());
        Self { names: Names::new(&config), config, engine, limiter, keys, accounts }
    }

    pub(crate) fn credential(&self, api_key: &str) -> Option<&Credential> {
        self.keys.get(&hash_of(api_key))
    }

    /// The operation key's hash of an account, if it has one.
    pub(crate) fn operation_key_hash(&self, account: &Account) -> Option<[u8; 28]> {
        let position = self.accounts.get(account.definition.code.as_str())?;
        Some(self.config.accounts.get(*position)?.operation_key.as_ref()?.hash)
    }

    /// The pair of a name on the wire.
    pub(crate) fn pair(&self, reference: &Reference, symbol: &str) -> Result<Pair, ApiError> {
        self.names.find(reference, symbol).ok_or(ApiError::UnknownSymbol)
    }

    /// The pair of an order; every instrument has one.
    pub(crate) fn pair_of(&self, reference: &Reference, order: &Order) -> Result<Pair, ApiError> {
        reference
            .instrument(order.instrument)
            .and_then(|instrument| self.names.pair(reference, instrument))
            .ok_or(ApiError::Internal)
    }

    /// The transaction of an order; nothing when its account has no operation key.
    pub(crate) fn intent(&self, reference: &Reference, pair: &Pair, order: &Order) -> Option<Intent> {
        let account = reference.account(order.account)?;
        Some(translate::intent(
            pair,
            order,
            &translate::Signer {
                network: self.config.network,
                account: self.names.account_id(account),
                operation_key_hash: self.operation_key_hash(account)?,
            },
        ))
    }
}

fn hash_of(api_key: &str) -> [u8; 32] {
    blake2b_256(&[api_key.as_bytes()])
}
