//! Carrying out a submission. Its entries are tried in order, with nothing of anyone else in between; what comes of a
//! mix of accepted and refused ones is in `docs/facades/clearstreet.md#batches`.

use facade_kit::IdSource;
use order_engine::{Command, Order, OrderStatus, Outcome, PlaceOrder, Reject, StatusReason, Timestamp};
use uuid::{Builder, Uuid, Variant, Version};

use super::orders::shown;
use crate::error::{ApiError, Refusal, RefusedOrder};
use crate::naming::Directory;
use crate::state::{OwnAccount, State};
use crate::translate::{self, Stage};
use crate::wire;

/// What came of one entry.
struct Attempt {
    id: Uuid,
    result: Result<wire::Order, ApiError>,
}

/// Submits the entries and gives a row for each.
///
/// # Errors
/// The first refusal when every entry is refused; that the engine took none of them.
pub(super) async fn submit(
    state: &State,
    own: &OwnAccount,
    entries: &[wire::NewOrder],
) -> Result<Vec<wire::Order>, ApiError> {
    let directory = state.directory();
    let placements: Vec<Result<PlaceOrder, ApiError>> =
        entries.iter().map(|entry| translate::place(entry, own.account.id, &directory)).collect();
    let commands: Vec<Command> = placements.iter().flatten().cloned().map(Command::PlaceOrder).collect();
    let now = state.engine.now();
    let results = if commands.is_empty() { Vec::new() } else { state.engine.submit_all(commands).await? };

    let mut results = results.into_iter();
    let mut attempts = Vec::with_capacity(entries.len());
    for placement in placements {
        let unrecorded = unrecorded_id(&state.ids, now);
        attempts.push(match placement {
            Err(error) => Attempt { id: unrecorded, result: Err(error) },
            Ok(placement) => {
                let result = results.next().ok_or(ApiError::Internal("an entry has no result"))?;
                attempt(&placement, result, unrecorded, own, &directory)
            }
        });
    }
    rows(entries, attempts, now, own, &directory)
}

/// What came of an entry that the engine has seen. A self-match is recorded as a rejected order, so its id is real; of
/// other refusals the engine keeps nothing, and their id is in the answer alone.
fn attempt(
    placement: &PlaceOrder,
    result: Result<Outcome, Reject>,
    unrecorded: Uuid,
    own: &OwnAccount,
    directory: &Directory,
) -> Attempt {
    let Some(listing) = directory.listing(placement.instrument) else {
        return Attempt {
            id: unrecorded,
            result: Err(ApiError::Internal("an entry names an unknown instrument")),
        };
    };
    let mut about = RefusedOrder {
        id: unrecorded,
        account: own.number,
        client_order_id: placement.client_order_id.as_ref().map(order_engine::ClientOrderId::as_str),
        side: placement.side,
        listing,
    };
    let result = match result {
        Err(reject) => Err(Refusal(&reject, &about).into()),
        Ok(outcome) => match outcome.order {
            None => Err(ApiError::Internal("a placement without an order")),
            Some(order) => {
                about.id = facade_kit::order_uuid(&order);
                match self_match(&order) {
                    Some(reject) => Err(Refusal(reject, &about).into()),
                    None => shown(&order, Stage::Submitted, own, directory),
                }
            }
        },
    };
    Attempt { id: about.id, result }
}

fn self_match(order: &Order) -> Option<&Reject> {
    let Some(StatusReason::Refused(reject @ Reject::SelfMatch { .. })) = &order.reason else { return None };
    (order.status == OrderStatus::Rejected).then_some(reject)
}

fn rows(
    entries: &[wire::NewOrder],
    attempts: Vec<Attempt>,
    now: Timestamp,
    own: &OwnAccount,
    directory: &Directory,
) -> Result<Vec<wire::Order>, ApiError> {
    let is_refused = |attempt: &Attempt| attempt.result.is_err();
    if !attempts.is_empty() && attempts.iter().all(is_refused) {
        return attempts.into_iter().map(|attempt| attempt.result).collect();
    }
    let row = |(entry, attempt): (&wire::NewOrder, Attempt)| {
        attempt
            .result
            .unwrap_or_else(|error| translate::refused(entry, attempt.id, now, own.number, &error, directory))
    };
    Ok(entries.iter().zip(attempts).map(row).collect())
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
