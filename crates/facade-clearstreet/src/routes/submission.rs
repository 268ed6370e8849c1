//! Carrying out a submission. Its entries are tried in order, with nothing of anyone else in between; what comes of a
//! mix of accepted and refused ones is in `docs/facades/clearstreet.md#batches`.

use facade_kit::IdSource;
use std::sync::Arc;

use order_engine::{ClientOrderId, Command, Order, OrderStatus, Outcome, PlaceOrder, Reject, Timestamp};
use uuid::{Builder, Uuid, Variant, Version};

use super::orders::shown;
use crate::error::{ApiError, Refusal, RefusedOrder};
use crate::naming::Directory;
use crate::state::{OwnAccount, State};
use crate::translate::{self, Stage};
use crate::wire;

/// A refused entry.
struct Refused {
    /// Id of the order that it did not become.
    id: Uuid,
    error: ApiError,
}

/// A submission on its way.
struct Submission<'a> {
    own: &'a OwnAccount,
    directory: &'a Directory,
    ids: &'a IdSource,
    now: Timestamp,
}

/// Submits the entries and gives a row for each. What is to be done before goes with them, so that nobody comes between;
/// what comes of it is not told.
///
/// # Errors
/// The first refusal when every entry is refused; that the engine took none of them.
pub(super) async fn submit(
    state: &State,
    own: &OwnAccount,
    before: Vec<Command>,
    entries: &[wire::NewOrder],
) -> Result<Vec<wire::Order>, ApiError> {
    let directory = state.directory();
    let submission = Submission { own, directory: &directory, ids: &state.ids, now: state.engine.now() };
    let placements: Vec<Result<PlaceOrder, ApiError>> =
        entries.iter().map(|entry| translate::place(entry, own.account.id, &directory)).collect();
    let first = before.len();
    let placing = placements.iter().flatten().cloned().map(Command::PlaceOrder);
    let commands: Vec<Command> = before.into_iter().chain(placing).collect();
    let results = if commands.is_empty() { Vec::new() } else { state.engine.submit_all(commands).await? };

    let mut results = results.into_iter().skip(first);
    let attempts = placements.into_iter().map(|placement| match placement {
        Err(error) => Err(submission.unrecorded(error)),
        Ok(placement) => match results.next() {
            Some(result) => submission.attempt(&placement, result),
            None => Err(submission.unrecorded(ApiError::Internal("an entry has no result"))),
        },
    });
    submission.rows(entries, attempts.collect())
}

impl Submission<'_> {
    /// What came of an entry that the engine has seen. A self-match is recorded as a rejected order, so its id is real;
    /// of other refusals the engine keeps nothing, and their id is in the answer alone.
    fn attempt(
        &self,
        placement: &PlaceOrder,
        result: Result<Outcome, Reject>,
    ) -> Result<wire::Order, Refused> {
        let Some(listing) = self.directory.listing(placement.instrument) else {
            return Err(self.unrecorded(ApiError::Internal("an entry names an unknown instrument")));
        };
        let about = |id| RefusedOrder {
            id,
            account: self.own.number,
            client_order_id: placement.client_order_id.as_ref().map(ClientOrderId::as_str),
            side: placement.side,
            listing,
        };
        let order = match result {
            Err(reject) => {
                let id = unrecorded_id(self.ids, self.now);
                return Err(Refused { id, error: Refusal(&reject, &about(id)).into() });
            }
            Ok(outcome) => match outcome.order() {
                Some(order) => Arc::clone(order),
                None => return Err(self.unrecorded(ApiError::Internal("a placement without an order"))),
            },
        };
        let id = facade_kit::order_uuid(&order);
        match self_match(&order) {
            Some(reject) => Err(Refused { id, error: Refusal(reject, &about(id)).into() }),
            None => shown(&order, Stage::Submitted, self.own, self.directory)
                .map_err(|error| Refused { id, error }),
        }
    }

    fn unrecorded(&self, error: ApiError) -> Refused {
        Refused { id: unrecorded_id(self.ids, self.now), error }
    }

    fn rows(
        &self,
        entries: &[wire::NewOrder],
        attempts: Vec<Result<wire::Order, Refused>>,
    ) -> Result<Vec<wire::Order>, ApiError> {
        if !attempts.is_empty() && attempts.iter().all(Result::is_err) {
            return attempts.into_iter().map(|attempt| attempt.map_err(|refused| refused.error)).collect();
        }
        let row = |(entry, attempt): (&wire::NewOrder, Result<wire::Order, Refused>)| {
            attempt.unwrap_or_else(|Refused { id, error }| {
                translate::refused(entry, id, self.now, self.own.number, &error, self.directory)
            })
        };
        Ok(entries.iter().zip(attempts).map(row).collect())
    }
}

fn self_match(order: &Order) -> Option<&Reject> {
    let is_rejected = order.status == OrderStatus::Rejected;
    order.refusal().filter(|reject| is_rejected && matches!(reject, Reject::SelfMatch { .. }))
}

/// An id for an order that was never recorded: like an order's, but no number of an order is in it, so it is never
/// found again.
fn unrecorded_id(ids: &IdSource, now: Timestamp) -> Uuid {
    const NUMBER_BITS: u128 = (1 << 62) - 1;
    let millis = (u128::from(now.as_millis()) & 0xffff_ffff_ffff) << 80;
    Builder::from_u128(millis | (ids.next_uuid().as_u128() & NUMBER_BITS))
        .with_version(Version::SortRand)
        .with_variant(Variant::RFC4122)
        .into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_an_unrecorded_order_is_no_orders() {
        let id = unrecorded_id(&IdSource::counted(), Timestamp::from_seconds(1_767_625_200));
        assert_eq!(id.get_version_num(), 7);
        assert_eq!(facade_kit::parse_order_uuid(id), None);
    }
}
