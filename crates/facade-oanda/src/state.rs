//! What the facade knows for as long as it runs: its configuration in the form that requests need, and the engine.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::ResponseError as _;
use actix_web::http::StatusCode;
use facade_kit::{IdSource, MountPoint, Renderer, RequestLine};
use order_engine::{AccountId, Reference};
use runtime::EngineHandle;

use crate::archive::Archives;
use crate::auth::{Caller, Keyring};
use crate::config::{Config, RateLimit, StreamLimits};
use crate::error::ApiError;
use crate::limits::{Costly, Taken};
use crate::times::TimeFormat;
use crate::translate::Dialect;
use crate::translate::names::Names;

/// Built once and shared by all workers. No state of orders is in it.
pub(crate) struct State {
    pub(crate) engine: EngineHandle,
    pub(crate) at: MountPoint,
    pub(crate) keyring: Keyring,
    pub(crate) names: Names,
    /// Accounts by the number they have here.
    pub(crate) accounts: BTreeMap<u64, KnownAccount>,
    pub(crate) is_sandbox: bool,
    pub(crate) ids: IdSource,
    rate_limit: Option<RateLimit>,
    pub(crate) taken: Arc<Taken>,
    pub(crate) archives: Arc<Archives>,
    pub(crate) stream: StreamLimits,
    pub(crate) max_open_orders: usize,
    pub(crate) max_open_trades: usize,
    pub(crate) max_body_bytes: usize,
}

/// An account as configuration names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownAccount {
    /// Canonical code.
    pub(crate) code: String,
    /// `accountName`.
    pub(crate) name: String,
    /// Whether its trades of one size must be closed oldest first.
    pub(crate) is_fifo: bool,
}

impl State {
    pub(crate) fn new(config: Config, engine: EngineHandle, ids: IdSource, at: MountPoint) -> Self {
        let keyring = Keyring::new(&config);
        let accounts = config
            .accounts
            .into_iter()
            .map(|(code, alias)| (alias.id, KnownAccount { code, name: alias.name, is_fifo: alias.fifo }))
            .collect();
        Self {
            is_sandbox: config.sandbox,
            ids,
            taken: engine.companion(),
            archives: engine.companion(),
            engine,
            at,
            keyring,
            names: Names::new(config.instruments),
            accounts,
            rate_limit: config.rate_limit,
            stream: config.stream,
            max_open_orders: config.max_open_orders,
            max_open_trades: config.max_open_trades,
            max_body_bytes: config.max_body_bytes,
        }
    }

    /// Takes one request of a caller, when there is a rate limit.
    ///
    /// # Errors
    /// Codes 53 and 68 when there is none left.
    pub(crate) fn charge(&self, caller: Caller, peer: Option<SocketAddr>) -> Result<(), ApiError> {
        let Some(limit) = &self.rate_limit else { return Ok(()) };
        self.taken.request(limit, caller, peer, self.engine.now())
    }

    /// Takes one costly list of an account, when there is a rate limit.
    ///
    /// # Errors
    /// Code 53 when it is too early.
    pub(crate) fn charge_list(&self, account: AccountId, list: Costly) -> Result<(), ApiError> {
        if self.rate_limit.is_none() {
            return Ok(());
        }
        self.taken.list(account, list, self.engine.now())
    }

    /// What it takes to translate.
    pub(crate) const fn dialect<'state>(
        &'state self,
        reference: &'state Reference,
        times: TimeFormat,
    ) -> Dialect<'state> {
        Dialect { reference, names: &self.names, times }
    }
}

impl Renderer for State {
    fn render(&self, status: StatusCode, _request: &RequestLine) -> HttpResponse {
        ApiError::from_status(status).error_response()
    }
}
