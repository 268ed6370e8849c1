//! What readers see of the archive. Where none is kept they see nothing; where it cannot be read they see nothing either,
//! and the log says so.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use order_engine::{AccountId, ClientOrderId, Command, Execution, ExecutionId, OrderId, Reject};

use crate::archive::{ArchiveError, Archived, Store};
use crate::views::Views;

/// How many archived entries are listed at most where everything is asked for at once.
pub const LISTED_AT_MOST: usize = 100_000;

/// The archive, if one is kept.
#[derive(Debug, Default)]
pub(crate) struct Past(ArcSwapOption<Store>);

impl Past {
    /// Begins to read from an archive.
    pub(crate) fn open(&self, store: Arc<Store>) {
        self.0.store(Some(store));
    }

    /// Reads no more, so that the archive can be opened again.
    pub(crate) fn close(&self) {
        self.0.store(None);
    }

    fn read<T: Default>(&self, read: impl FnOnce(&Store) -> Result<T, ArchiveError>) -> T {
        let Some(store) = &*self.0.load() else { return T::default() };
        read(store).unwrap_or_else(|error| {
            tracing::error!(%error, "closed orders cannot be read");
            T::default()
        })
    }

    pub(crate) fn order(&self, id: OrderId) -> Option<Archived> {
        self.read(|store| store.order(id))
    }

    pub(crate) fn by_client_id(&self, account: AccountId, id: &ClientOrderId) -> Option<Archived> {
        self.read(|store| store.by_client_id(account, id))
    }

    pub(crate) fn orders_back(
        &self,
        account: AccountId,
        before: Option<OrderId>,
        most: usize,
    ) -> Vec<OrderId> {
        self.read(|store| store.orders_back(account, before, most))
    }

    pub(crate) fn executions_back(
        &self,
        account: AccountId,
        before: Option<ExecutionId>,
        most: usize,
    ) -> Vec<Arc<Execution>> {
        self.read(|store| store.executions_back(account, before, most))
    }
}

/// What a refusal would say if the engine still knew the orders of the archive: an order that is only forgotten is not
/// unknown to its owner but closed, and a submission that repeats one is told so.
pub(crate) fn clarified(views: &Views, command: &Command, reject: Reject) -> Reject {
    if let Reject::UnknownOrder(id) = reject {
        let asking = asking_account(command);
        let order = views.past.order(id).map(|archived| archived.order);
        let own = order.filter(|order| asking.is_none_or(|account| account == order.account));
        return own.map_or(reject, |order| Reject::OrderClosed { order: id, status: order.status });
    }
    if let (Reject::ExistsWithDifferent { order: id, .. }, Command::PlaceOrder(asked)) = (&reject, command) {
        let order = views.past.order(*id).map(|archived| archived.order);
        let first = order.as_ref().and_then(|order| order.versions().last());
        let difference = first.map(|placed| order_engine::first_difference(&placed, asked));
        return match difference {
            Some(None) => Reject::AlreadyExists { order: *id },
            Some(Some(field)) => Reject::ExistsWithDifferent { order: *id, field },
            None => reject,
        };
    }
    reject
}

/// Whose order a command is about; nothing for an operator's, who may ask for any.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "only commands of an owner name an order that may be another's"
)]
const fn asking_account(command: &Command) -> Option<AccountId> {
    match command {
        Command::ReleaseOrder(release) => Some(release.account),
        Command::ReplaceOrder(replace) => Some(replace.account),
        Command::SucceedOrder(succeed) => Some(succeed.account),
        Command::CancelOrder(cancel) => Some(cancel.account),
        _ => None,
    }
}
