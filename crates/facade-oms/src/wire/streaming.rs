//! Frames of the WebSocket in both directions.

use std::collections::BTreeMap;

use super::enums::{
    EventMessageType, RequestMessageType, StreamingVersion, SubscriptionType, UpdateAction, UpdateEventType,
};
use super::moment::Moment;
use super::orders::OrderState;
use super::requests::{ClientRequest, ClientRequestResponse};
use super::shape::{Int64, Opaque};

message! {
    /// Every frame from a client.
    RequestMessage {
        1 Version version: StreamingVersion,
        2 Type message_type: RequestMessageType,
        3 RequestID request_id: String,
        10 Subscription subscription: Option<SubscriptionDetails>,
        20 Request request: Option<ClientRequest>,
        29 Feed feed: Option<Opaque>,
    }

    /// Every frame to a client.
    EventMessage {
        1 Version version: StreamingVersion,
        2 Type message_type: EventMessageType,
        9 Request request: Option<RequestDetails>,
        10 Subscription subscription: Option<SubscriptionDetails>,
        18 Snapshot snapshot: Option<SnapshotPosition>,
        19 Position position: Option<UpdatePosition>,
        20 Updates updates: Vec<UpdateEvent>,
        40 RequestResponse request_response: Option<ClientRequestResponse>,
    }

    /// The frame that is answered.
    RequestDetails {
        2 Type message_type: RequestMessageType,
        3 RequestID request_id: String,
        10 Errors errors: Vec<String>,
    }

    /// What to subscribe to.
    SubscriptionDetails {
        1 Type subscription_type: SubscriptionType,
        10 Targets targets: Vec<SubscriptionTarget>,
    }

    /// One filter of a subscription.
    SubscriptionTarget {
        1 Name name: String,
        2 Values values: Vec<String>,
    }

    /// Where the sequences stand at a snapshot.
    SnapshotPosition {
        1 Positions positions: BTreeMap<String, Int64>,
    }

    /// Where an update stands in its sequence.
    UpdatePosition {
        1 Sequence sequence: String,
        2 Position position: Option<Int64>,
        9 ExecutedAt executed_at: Option<Moment>,
    }

    /// One change of one record.
    UpdateEvent {
        1 Type event_type: UpdateEventType,
        2 UpdateAction action: UpdateAction,
        22 Order order: Option<OrderState>,
    }
}
