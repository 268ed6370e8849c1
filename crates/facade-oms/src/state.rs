//! What every request needs, built once.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use facade_kit::{IdSource, MountPoint, Renderer, RequestLine, Translated};
use order_engine::AccountId;
use runtime::EngineHandle;

use crate::config::{Config, PermissionsEntry};
use crate::directory::{Directory, Lexicon};
use crate::error;
use crate::token::{Bearer, Verifier};
use crate::translate::Book;

/// Configuration, engine and what was made of them.
pub(crate) struct State {
    pub(crate) config: Config,
    pub(crate) engine: EngineHandle,
    pub(crate) ids: IdSource,
    pub(crate) at: MountPoint,
    pub(crate) directory: Directory,
    pub(crate) verifier: Verifier,
    /// What identities may do.
    pub(crate) permissions: HashMap<Bearer, Arc<PermissionsEntry>>,
}

impl State {
    pub(crate) fn new(config: Config, engine: EngineHandle, ids: IdSource, at: MountPoint) -> Self {
        let (directory, verifier) = (Directory::new(&config), Verifier::new(&config));
        let permissions = config.permissions.iter().map(|record| {
            let bearer = Bearer { source: record.source.clone(), identity: record.identity.clone() };
            (bearer, Arc::new(record.clone()))
        });
        let permissions = permissions.collect();
        Self { config, engine, ids, at, directory, verifier, permissions }
    }

    /// The names as they are now.
    pub(crate) fn lexicon(&self) -> Lexicon<'_> {
        Lexicon::new(&self.directory, self.engine.views().reference())
    }

    /// The book of orders as it is now.
    pub(crate) fn book(&self) -> Book<'_> {
        Book { lexicon: self.lexicon(), remove_finished_at: self.config.remove_finished_at_secs }
    }

    /// The engine's accounts that have a name here, by owner and account, in the order of these.
    pub(crate) fn accounts(&self, is_wanted: impl Fn(&str, &str) -> bool) -> Vec<AccountId> {
        let lexicon = self.lexicon();
        let mut keys: Vec<(&str, &str)> = self
            .config
            .owners
            .iter()
            .flat_map(|owner| owner.accounts.iter().map(|entry| (owner.code.as_str(), entry.code.as_str())))
            .filter(|(owner, code)| is_wanted(owner, code))
            .collect();
        keys.sort_unstable();
        keys.into_iter().filter_map(|(owner, code)| lexicon.account(owner, code)).collect()
    }
}

/// The value of a translation; what was lost goes to the log.
pub(crate) fn logged<T>(translated: Translated<T>) -> T {
    for loss in &translated.losses {
        tracing::debug!(field = loss.field, kind = ?loss.kind, from = %loss.from, to = %loss.to, "lost");
    }
    translated.value
}

impl Renderer for State {
    fn render(&self, status: StatusCode, _request: &RequestLine) -> HttpResponse {
        error::bare(status)
    }
}
