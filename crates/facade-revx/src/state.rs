//! What the facade holds, built once for all workers: configuration, keys, the engine. No orders.

use std::collections::BTreeMap;
use std::sync::Arc;

use facade_kit::{IdSource, MountPoint, order_uuid, parse_order_uuid};
use order_engine::{Command, Order, Outcome};
use runtime::EngineHandle;
use uuid::Uuid;

use crate::auth::{Caller, KeyRing};
use crate::config::{Config, PairName};
use crate::error::{ApiError, Subject};
use crate::limits::Limits;
use crate::translate::orders::OrderView;
use crate::translate::pairs::Pairs;

/// Shared by all requests.
pub(crate) struct State {
    pub(crate) config: Config,
    pub(crate) keys: KeyRing,
    pub(crate) limits: Option<Limits>,
    pub(crate) engine: EngineHandle,
    pub(crate) ids: IdSource,
    pub(crate) at: MountPoint,
    renamed: Arc<BTreeMap<String, PairName>>,
}

impl State {
    pub(crate) fn new(config: Config, engine: EngineHandle, ids: IdSource, at: MountPoint) -> Self {
        let keys = KeyRing::new(&config.keys);
        let renamed = Arc::new(config.instruments.clone());
        let limits = config.rate_limits.then(Limits::default);
        Self { config, keys, limits, engine, ids, at, renamed }
    }

    /// The engine's time in milliseconds.
    pub(crate) fn now_ms(&self) -> u64 {
        self.engine.now().as_millis()
    }

    /// The pairs of this moment.
    pub(crate) fn pairs(&self) -> Pairs {
        Pairs::new(self.engine.views().reference(), Arc::clone(&self.renamed))
    }

    /// The caller's order of an id. An order of somebody else is as unknown as one that never was.
    pub(crate) fn order(&self, caller: Caller, id: Uuid) -> Result<Arc<Order>, ApiError> {
        parse_order_uuid(id)
            .and_then(|number| self.engine.views().order(number))
            .filter(|order| order.account == caller.account && order_uuid(order) == id)
            .ok_or_else(|| ApiError::OrderNotFound(id.to_string()))
    }

    /// An order with all that is needed to show it.
    pub(crate) fn view<'a>(&self, order: &'a Order, pairs: &'a Pairs) -> Result<OrderView<'a>, ApiError> {
        let predecessor = order.predecessor.and_then(|id| self.engine.views().order(id));
        OrderView::new(order, pairs, predecessor.map(|order| order_uuid(&order))).ok_or(ApiError::Internal)
    }

    /// Submits a command.
    pub(crate) async fn submit(&self, command: Command, subject: Subject<'_>) -> Result<Outcome, ApiError> {
        let outcome = self.engine.submit(command).await;
        outcome.map_err(|error| ApiError::of(error, subject, &self.engine.views().reference()))
    }
}
