//! The messages of the protocol, exactly as they are on the wire, and nothing else: no core type appears here.
//!
//! The vendor describes its messages in .proto files and derives the JSON from them. So do we: [`message!`] and
//! [`enumeration!`] hold field numbers, JSON names and types side by side, and reading and writing follow from that, as
//! JSON ([`shape`]) and as bytes ([`binary`]).

#[macro_use]
mod shape;

mod binary;
mod enums;
mod metadata;
mod moment;
mod number;
mod orders;
mod positions;
mod requests;
mod streaming;

pub(crate) use binary::{Message, Whole};
pub(crate) use enums::{
    ClientRequestType, EventMessageType, IdentityAuthentication, IdentityType, Lifetime, OrderType,
    RequestMessageType, Side, SubscriptionType, UpdateAction, UpdateEventType,
};
pub(crate) use metadata::{
    AccountDetails, ExchangeDestination, ExchangeDetails, IdentitySource, OrderStatusDetails, OwnerDetails,
    Permissions, RequestStatusDetails,
};
pub(crate) use moment::Moment;
pub(crate) use number::BigNumber;
pub(crate) use orders::{Account, Id, OrderState};
pub(crate) use positions::{AssetPosition, CashPosition};
#[cfg(test)]
use requests::ClientAuthority;
pub(crate) use requests::{ClientRequest, ClientRequestResponse, OrderAmend, OrderCancel, OrderNew};
pub(crate) use shape::{Int64, Names, Shape, Written, parse};
pub(crate) use streaming::{
    EventMessage, RequestDetails, RequestMessage, SnapshotPosition, SubscriptionDetails, SubscriptionTarget,
    UpdateEvent, UpdatePosition,
};

#[cfg(test)]
mod tests {
    use super::shape::Described;
    use super::*;

    fn assert_ordered<T: Described>() {
        let in_order = T::FIELDS.is_sorted_by(|(one, _), (next, _)| one < next);
        assert!(in_order, "{} has its fields out of order", T::NAME);
    }

    #[test]
    fn fields_come_in_the_order_of_their_numbers() {
        assert_ordered::<Account>();
        assert_ordered::<AccountDetails>();
        assert_ordered::<AssetPosition>();
        assert_ordered::<CashPosition>();
        assert_ordered::<ClientAuthority>();
        assert_ordered::<ClientRequest>();
        assert_ordered::<ClientRequestResponse>();
        assert_ordered::<EventMessage>();
        assert_ordered::<ExchangeDestination>();
        assert_ordered::<ExchangeDetails>();
        assert_ordered::<Id>();
        assert_ordered::<IdentitySource>();
        assert_ordered::<OrderAmend>();
        assert_ordered::<OrderCancel>();
        assert_ordered::<OrderNew>();
        assert_ordered::<OrderState>();
        assert_ordered::<OrderStatusDetails>();
        assert_ordered::<OwnerDetails>();
        assert_ordered::<Permissions>();
        assert_ordered::<RequestDetails>();
        assert_ordered::<RequestMessage>();
        assert_ordered::<RequestStatusDetails>();
        assert_ordered::<SnapshotPosition>();
        assert_ordered::<SubscriptionDetails>();
        assert_ordered::<SubscriptionTarget>();
        assert_ordered::<UpdateEvent>();
        assert_ordered::<UpdatePosition>();
    }
}
