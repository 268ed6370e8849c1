//! The messages of the protocol, exactly as they are on the wire, and nothing else: no core type appears here.
//!
//! The vendor describes its messages in .proto files and derives the JSON from them. So do we: [`message!`] and
//! [`enumeration!`] hold field numbers, JSON names and types side by side, and reading and writing follow from that.

#[macro_use]
mod shape;

mod enums;
mod metadata;
mod moment;
mod number;
mod orders;
mod positions;
mod requests;
mod streaming;

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
pub(crate) use requests::{ClientRequest, ClientRequestResponse, OrderAmend, OrderCancel, OrderNew};
pub(crate) use shape::{Int64, Names, Shape, Written, parse};
pub(crate) use streaming::{
    EventMessage, RequestDetails, RequestMessage, SnapshotPosition, SubscriptionDetails, SubscriptionTarget,
    UpdateEvent, UpdatePosition,
};
