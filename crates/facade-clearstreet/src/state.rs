//! What the handlers share: configuration, the engine, ids, and what is computed from them. No order state.

use std::fmt;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use facade_kit::{IdSource, MountPoint, Translated};
use order_engine::{Account, Order};
use runtime::EngineHandle;
use serde::Serialize;
use uuid::Uuid;

use crate::auth::{Caller, Keyring};
use crate::config::{AccountProfile, Config};
use crate::error::ApiError;
use crate::limit::Limiter;
use crate::naming::{Directories, Directory};
use crate::page::Page;
use crate::wire;

/// Built once for each mount.
pub(crate) struct State {
    pub(crate) config: Config,
    pub(crate) engine: EngineHandle,
    pub(crate) ids: IdSource,
    pub(crate) at: MountPoint,
    pub(crate) keyring: Keyring,
    pub(crate) limiter: Limiter,
    directories: Directories,
}

/// An account that the caller may touch.
#[derive(Debug, Clone)]
pub(crate) struct OwnAccount {
    /// Number in this dialect.
    pub(crate) number: i64,
    /// The ledger's account.
    pub(crate) account: Arc<Account>,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("config", &self.config).field("at", &self.at).finish_non_exhaustive()
    }
}

impl State {
    pub(crate) fn new(config: Config, engine: EngineHandle, ids: IdSource, at: MountPoint) -> Self {
        let keyring = Keyring::new(&config.credentials);
        let limiter = Limiter::new(config.rate_limit, config.credentials.len());
        Self { config, engine, ids, at, keyring, limiter, directories: Directories::default() }
    }

    /// A new id for a request.
    pub(crate) fn request_id(&self) -> String {
        self.ids.next_uuid().to_string()
    }

    /// The instruments and their names.
    pub(crate) fn directory(&self) -> Arc<Directory> {
        self.directories.of(self.engine.views().reference(), &self.config.instruments)
    }

    /// The account of a number.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`] when the caller may not touch it, or nobody can.
    pub(crate) fn account(&self, caller: &Caller, number: i64) -> Result<OwnAccount, ApiError> {
        if !caller.accounts.contains(&number) {
            return Err(ApiError::Forbidden);
        }
        self.profile(number).map(|(_, own)| own).ok_or(ApiError::Forbidden)
    }

    /// As [`Self::account`], for resources about the account itself: there an unknown account is not found.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] when there is none, [`ApiError::Forbidden`] when it is another caller's.
    pub(crate) fn account_itself(
        &self,
        caller: &Caller,
        number: i64,
    ) -> Result<(&AccountProfile, OwnAccount), ApiError> {
        let found = self.profile(number).ok_or(ApiError::NotFound)?;
        if caller.accounts.contains(&number) { Ok(found) } else { Err(ApiError::Forbidden) }
    }

    /// The accounts of the caller, by their numbers.
    pub(crate) fn accounts(&self, caller: &Caller) -> Vec<(&AccountProfile, OwnAccount)> {
        let mut numbers = caller.accounts.to_vec();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.into_iter().filter_map(|number| self.profile(number)).collect()
    }

    fn profile(&self, number: i64) -> Option<(&AccountProfile, OwnAccount)> {
        let profile = self.config.accounts.iter().find(|profile| profile.id == number)?;
        let reference = self.engine.views().reference();
        let account = Arc::clone(reference.account_by_code(&profile.account)?);
        Some((profile, OwnAccount { number, account }))
    }

    /// The order of an id in an account. The id is compared as text: upper case or without hyphens it is nobody's.
    ///
    /// # Errors
    /// [`ApiError::OrderNotFound`], also when the order is another account's.
    pub(crate) fn order(&self, own: &OwnAccount, text: &str) -> Result<Arc<Order>, ApiError> {
        self.find_order(own, text)
            .ok_or_else(|| ApiError::OrderNotFound { order: text.to_owned(), account: own.number })
    }

    /// As [`Self::order`], for filters.
    pub(crate) fn find_order(&self, own: &OwnAccount, text: &str) -> Option<Arc<Order>> {
        let uuid = Uuid::try_parse(text).ok()?;
        let order = self.engine.views().order(facade_kit::parse_order_uuid(uuid)?)?;
        let is_it = order.account == own.account.id && facade_kit::order_uuid(&order).to_string() == text;
        is_it.then_some(order)
    }

    /// A success with one resource, or with a list that has no pages.
    pub(crate) fn success<T: Serialize>(&self, data: T) -> HttpResponse {
        let metadata = wire::Metadata::single(self.request_id());
        HttpResponse::Ok().json(wire::Success { data, error: (), metadata })
    }

    /// A batch of instructions that is refused, in part or whole: the rows beside the error.
    pub(crate) fn refused_instructions(
        &self,
        status: StatusCode,
        data: Vec<wire::Instruction>,
        error: &ApiError,
    ) -> HttpResponse {
        let metadata = wire::Metadata::single(self.request_id());
        let body = wire::RefusedInstructions { data, error: error.body(), metadata };
        facade_kit::enveloped(HttpResponse::build(status).json(body))
    }

    /// A success with one page of a list.
    pub(crate) fn page<T, U: Serialize>(
        &self,
        page: Page,
        items: Vec<T>,
        row: impl FnMut(T) -> Result<U, ApiError>,
    ) -> Result<HttpResponse, ApiError> {
        let (items, pagination) = page.cut(items);
        let data = items.into_iter().map(row).collect::<Result<Vec<U>, _>>()?;
        let metadata = wire::Metadata::paged(self.request_id(), pagination);
        Ok(HttpResponse::Ok().json(wire::Success { data, error: (), metadata }))
    }
}

/// The translated value. Its losses go to the log.
pub(crate) fn logged<T>(translated: Translated<T>) -> T {
    for loss in &translated.losses {
        tracing::debug!(field = loss.field, kind = ?loss.kind, from = loss.from, to = loss.to, "lost in translation");
    }
    translated.value
}
