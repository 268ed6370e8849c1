//! What every request needs, built once.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use facade_kit::{RateLimiter, TokenBucket};
use order_engine::Order;
use runtime::EngineHandle;
use uuid::Uuid;

use crate::config::{AccountConfig, Config};
use crate::directory::Directory;
use crate::error::ApiError;
use crate::intent::{Intent, blake2b_256};
use crate::names::{Names, Pair};
use crate::translate::{self, Signer};

/// The state of the facade. It holds no orders.
pub(crate) struct State {
    pub(crate) config: Config,
    pub(crate) engine: EngineHandle,
    pub(crate) names: Names,
    limiter: RateLimiter<usize>,
    /// Whose key it is, by the hash of the key: a lookup tells nothing of a key by the time that it takes. Never iterated.
    identities: HashMap<[u8; 32], Arc<Identity>>,
    directory: ArcSwapOption<Directory>,
}

/// What is known of the owner of an API key.
#[derive(Debug)]
pub(crate) struct Identity {
    /// The key's position, for the rate limit.
    pub(crate) position: usize,
    /// The account's id on the wire.
    pub(crate) account_id: Uuid,
    /// What configuration says.
    pub(crate) entry: AccountConfig,
}

impl Identity {
    fn new(position: usize, entry: &AccountConfig) -> Self {
        let by_rule = || facade_kit::name_uuid("espresso.account", &entry.account);
        Self { position, account_id: entry.account_id.unwrap_or_else(by_rule), entry: entry.clone() }
    }
}

impl State {
    pub(crate) fn new(config: Config, engine: EngineHandle) -> Self {
        let identities = config
            .accounts
            .iter()
            .enumerate()
            .map(|(position, entry)| {
                (hash_of(entry.api_key.reveal()), Arc::new(Identity::new(position, entry)))
            })
            .collect();
        Self {
            names: Names::new(&config),
            limiter: RateLimiter::default(),
            identities,
            directory: ArcSwapOption::empty(),
            config,
            engine,
        }
    }

    /// Whose key it is.
    pub(crate) fn identity(&self, api_key: &str) -> Option<&Arc<Identity>> {
        self.identities.get(&hash_of(api_key))
    }

    /// Takes one token of a caller's key, when there is a rate limit.
    pub(crate) fn charge(&self, caller: &Identity) -> Result<(), ApiError> {
        let Some(rule) = self.config.rate_limit else { return Ok(()) };
        let bucket = TokenBucket::per_second(rule.per_second, rule.burst);
        let taken = self.limiter.take(caller.position, &[bucket], 1, self.engine.now());
        taken.map_err(|_| ApiError::RateLimited)
    }

    /// The pairs as they are now.
    pub(crate) fn directory(&self) -> Arc<Directory> {
        let reference = self.engine.views().reference();
        if let Some(known) = self.directory.load_full()
            && known.is_of(&reference)
        {
            return known;
        }
        let directory = Arc::new(Directory::new(&self.names, reference));
        self.directory.store(Some(Arc::clone(&directory)));
        directory
    }

    /// The pair of a name on the wire.
    pub(crate) fn pair(&self, symbol: &str) -> Result<Arc<Pair>, ApiError> {
        self.directory().find(symbol).cloned().ok_or(ApiError::UnknownSymbol)
    }

    /// The pair of an order; every instrument has one.
    pub(crate) fn pair_of(&self, order: &Order) -> Result<Arc<Pair>, ApiError> {
        self.directory().pair(order.instrument).cloned().ok_or(ApiError::Internal)
    }

    /// The transaction of an order of this owner; nothing without an operation key.
    pub(crate) fn intent(&self, pair: &Pair, order: &Order, owner: &Identity) -> Option<Intent> {
        let signer = Signer {
            network: self.config.network,
            account: owner.account_id,
            operation_key_hash: owner.entry.operation_key.as_ref()?.hash,
        };
        Some(translate::intent(pair, order, &signer))
    }
}

fn hash_of(api_key: &str) -> [u8; 32] {
    blake2b_256(&[api_key.as_bytes()])
}
