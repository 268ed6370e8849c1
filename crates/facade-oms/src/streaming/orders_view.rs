//! The Orders view of a subscription: the book as it is, then every change of it.
//!
//! The feed is followed before the snapshot is taken, so nothing falls between them; what the snapshot has already is
//! not sent again. A follower that fell behind, or whose engine started anew, gets a bookmark and a new snapshot.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use order_engine::{Change, Event, EventId, Order, OrderId};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::subscription::Selection;
use crate::state::{State, logged};
use crate::translate::{moment, order_state};
use crate::wire::{
    EventMessage, EventMessageType, Int64, Moment, SnapshotPosition, SubscriptionDetails, SubscriptionType,
    UpdateAction, UpdateEvent, UpdateEventType, UpdatePosition,
};

/// The sequence that positions are in: the engine's events.
const SEQUENCE: &str = "engine";
/// Most orders in one message of a snapshot.
const ORDERS_PER_MESSAGE: usize = 500;

/// The view as one subscriber has it.
pub(super) struct OrdersView {
    selection: Selection,
    feed: Receiver<Arc<[Event]>>,
    /// For each order of the snapshot the event that it is as of. Forgotten once the feed is past all of them.
    snapshot: HashMap<OrderId, EventId>,
    snapshot_ends: EventId,
    /// Orders that will leave the book by the passing of time.
    leaving: BTreeSet<(Moment, OrderId)>,
}

impl OrdersView {
    /// The view, and the messages that it begins with.
    pub(super) fn open(selection: Selection, state: &State) -> (Self, Vec<EventMessage>) {
        let mut view = Self {
            selection,
            feed: state.engine.subscribe(),
            snapshot: HashMap::new(),
            snapshot_ends: EventId::new(0),
            leaving: BTreeSet::new(),
        };
        let messages = view.take_snapshot(state);
        (view, messages)
    }

    fn take_snapshot(&mut self, state: &State) -> Vec<EventMessage> {
        let (book, now) = (state.book(), state.engine.now());
        let accounts = self.selection.accounts(state);
        let mut orders: Vec<Arc<Order>> = accounts
            .into_iter()
            .flat_map(|account| state.engine.views().orders(account))
            .filter(|order| !book.has_left(order, now))
            .collect();
        orders.sort_by_key(|order| (order.created_at, order.id));
        self.snapshot = orders.iter().map(|order| (order.id, order.last_event)).collect();
        self.snapshot_ends = self.snapshot.values().copied().max().unwrap_or(EventId::new(0));
        self.leaving.clear();
        for order in &orders {
            self.expect_leaving(order, state);
        }
        let position = BTreeMap::from([(SEQUENCE.to_owned(), Int64(self.snapshot_ends.get()))]);
        let mut messages = vec![EventMessage {
            snapshot: Some(SnapshotPosition { positions: position }),
            ..of_view(EventMessageType::SnapshotStart)
        }];
        messages.extend(orders.chunks(ORDERS_PER_MESSAGE).map(|orders| EventMessage {
            message_type: EventMessageType::Update,
            updates: orders.iter().filter_map(|order| update(order, UpdateAction::Update, state)).collect(),
            ..EventMessage::default()
        }));
        messages.push(of_view(EventMessageType::SnapshotFinish));
        messages
    }

    /// Waits for the next batch of events. The messages may be none.
    ///
    /// Safe to cancel: a batch is either still in the feed, or its messages are returned.
    pub(super) async fn next(&mut self, state: &State) -> Vec<EventMessage> {
        match self.feed.recv().await {
            Ok(events) => self.follow(&events, state),
            Err(RecvError::Lagged(_)) => self.start_again(state),
            // The engine has stopped; there is nothing to wait for, and nothing to say.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }

    fn follow(&mut self, events: &[Event], state: &State) -> Vec<EventMessage> {
        if events.iter().any(|event| matches!(event.change, Change::StateReset)) {
            return self.start_again(state);
        }
        events.iter().filter_map(|event| self.pass_on(event, state)).collect()
    }

    fn start_again(&mut self, state: &State) -> Vec<EventMessage> {
        self.feed = self.feed.resubscribe();
        let mut messages = vec![of_view(EventMessageType::Bookmark)];
        messages.extend(self.take_snapshot(state));
        messages
    }

    fn pass_on(&mut self, event: &Event, state: &State) -> Option<EventMessage> {
        if event.id > self.snapshot_ends {
            self.snapshot.clear();
        }
        let order = event.change.order()?;
        let is_known = self.snapshot.get(&order.id).is_some_and(|seen| event.id <= *seen);
        if is_known || !self.selection.has(order.account, state) {
            return None;
        }
        let has_left = state.book().has_left(order, state.engine.now());
        if !has_left {
            self.expect_leaving(order, state);
        }
        let action = if has_left { UpdateAction::Remove } else { UpdateAction::Update };
        Some(EventMessage {
            message_type: EventMessageType::Update,
            position: Some(UpdatePosition {
                sequence: SEQUENCE.to_owned(),
                position: Some(Int64(event.id.get())),
                executed_at: Some(moment(event.at)),
            }),
            updates: vec![update(order, action, state)?],
            ..EventMessage::default()
        })
    }

    fn expect_leaving(&mut self, order: &Order, state: &State) {
        if order.status.is_closed()
            && let Some(after) = state.book().removal(order)
        {
            self.leaving.insert((after, order.id));
        }
    }

    /// The orders that have left the book since. No event says so, and the messages have no position.
    pub(super) fn sweep(&mut self, state: &State) -> Vec<EventMessage> {
        let now = state.engine.now();
        let mut messages = Vec::new();
        while let Some(&(after, id)) = self.leaving.first() {
            if after > moment(now) {
                break;
            }
            self.leaving.pop_first();
            let order = state.engine.views().order(id).filter(|order| state.book().has_left(order, now));
            let removed = order.and_then(|order| update(&order, UpdateAction::Remove, state));
            messages.extend(removed.map(|removed| EventMessage {
                message_type: EventMessageType::Update,
                updates: vec![removed],
                ..EventMessage::default()
            }));
        }
        messages
    }
}

fn of_view(message_type: EventMessageType) -> EventMessage {
    let subscription =
        SubscriptionDetails { subscription_type: SubscriptionType::Orders, ..SubscriptionDetails::default() };
    EventMessage { message_type, subscription: Some(subscription), ..EventMessage::default() }
}

fn update(order: &Order, action: UpdateAction, state: &State) -> Option<UpdateEvent> {
    let shown = logged(order_state(order, &state.book())?);
    Some(UpdateEvent { event_type: UpdateEventType::Order, action, order: Some(shown) })
}
