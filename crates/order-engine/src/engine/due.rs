//! What time does by itself, in the order of its times; at one instant orders for the close come first, then what ends,
//! then contracts expire, then sessions open and close, and then orders are released, each kind by number.

use super::Engine;
use crate::event::Event;
use crate::ids::{InstrumentId, OrderId};
use crate::order::{Order, OrderStatus, StatusReason, TimeInForce};
use crate::time::Timestamp;

/// One thing that time will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    /// An order for the close takes part in it.
    Close(OrderId),
    /// The staging of an order ends, or its time in force.
    End(OrderId),
    /// The contracts of an instrument expire.
    Expiry(InstrumentId),
    /// A session of an instrument opens or closes.
    Session(InstrumentId),
    /// An order is released, or comes back to its market.
    Release(OrderId),
}

impl Due {
    /// How a waiting order whose instant is known is released.
    pub(super) const fn release_of(order: &Order) -> Self {
        match order.time_in_force {
            TimeInForce::AtClose => Self::Close(order.id),
            TimeInForce::Day
            | TimeInForce::Gtc
            | TimeInForce::Ioc
            | TimeInForce::Fok
            | TimeInForce::Gtd(_)
            | TimeInForce::AtOpen => Self::Release(order.id),
        }
    }
}

impl Engine {
    /// Lets everything happen that is due by `now`, each at its own time. Each step is about one order or one instrument;
    /// they are not put off, since a command must not meet an order that has ended.
    pub(super) fn pass_time(&mut self, now: Timestamp) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(next @ (at, due)) = self.due.first().copied()
            && at <= now
        {
            self.due.remove(&next);
            self.now = self.now.max(at);
            match due {
                Due::Close(id) => self.release_at_close(id, &mut events),
                Due::End(id) => self.end(id, &mut events),
                Due::Expiry(instrument) => self.expire_contracts(instrument, &mut events),
                Due::Session(instrument) => self.pass_session(instrument, &mut events),
                Due::Release(id) => self.release_due(id, &mut events),
            }
            self.settle(&mut events);
        }
        events
    }

    fn end(&mut self, id: OrderId, events: &mut Vec<Event>) {
        let is_staged = self.orders.known(id).is_staged();
        let reason = if is_staged { StatusReason::StagingEnded } else { StatusReason::TimeInForceEnded };
        self.close(id, OrderStatus::Expired, reason, events);
    }
}
