//! What the engine and the model say of the same state, held against each other to the last digit.

use order_engine::{AccountId, InstrumentList, OrderStatus, Side};
use rust_decimal::Decimal;

use super::{ASSETS, CLIENTS, Watched};
use crate::support::*;

impl Watched {
    /// What can be read is what the model says.
    pub(super) fn watch_model(&self) {
        for modelled in self.model.orders.iter().filter(|order| order.id.is_some()) {
            let id = modelled.id.unwrap();
            if self.model.is_forgotten(id) {
                assert!(self.world.engine.order(id).is_none());
                continue;
            }
            let order = self.world.order(id);
            let held = order.held.map_or(Decimal::ZERO, |hold| hold.amount.decimal());
            let read = (
                order.status,
                order.quantity.decimal().normalize(),
                order.filled.decimal().normalize(),
                order.leaves.decimal().normalize(),
                order.filled_notional.decimal(),
                held,
                order.trigger.filter(|_| order.is_armed()).map(|trigger| trigger.price.decimal().normalize()),
            );
            let is_open = !modelled.status.is_closed() && modelled.status != OrderStatus::PendingNew;
            let expected = (
                modelled.status,
                modelled.quantity.normalize(),
                modelled.filled.normalize(),
                modelled.leaves().normalize(),
                modelled.value.normalize(),
                if is_open { modelled.held.normalize() } else { Decimal::ZERO },
                modelled.waits.filter(|_| is_open).map(|waits| waits.trigger.normalize()),
            );
            assert_eq!(read, expected, "{order:?}");
        }
        for account in [AccountId::HOUSE, ALICE, BOB] {
            for asset in ASSETS {
                let read =
                    (self.world.total(account, asset).decimal(), self.world.held(account, asset).decimal());
                let expected = (self.model.total(account, asset), self.model.held(account, asset));
                assert_eq!(read, expected, "account {account}, asset {asset}");
            }
        }
        for account in CLIENTS {
            self.model.watch_exercises(account, &self.world.engine.exercises(account));
            let lists = self.world.engine.lists(account);
            let instruments = |list: &InstrumentList| list.items.iter().map(|item| item.instrument).collect();
            let read: Vec<_> =
                lists.iter().map(|list| (list.name.clone(), instruments(list.as_ref()))).collect();
            assert_eq!(read, self.model.listed(account));
        }
        for instrument in MARKETS {
            let depth = self.world.engine.depth(instrument, usize::MAX);
            for (side, levels) in [(Side::Buy, depth.bids), (Side::Sell, depth.asks)] {
                let read: Vec<_> = levels
                    .iter()
                    .map(|level| (level.price.decimal(), level.quantity.decimal(), level.orders))
                    .collect();
                assert_eq!(read, self.model.levels(instrument, side));
            }
        }
    }
}

/// The name of a reject without its numbers.
pub(super) fn reject_name(reject: &order_engine::Reject) -> String {
    let text = format!("{reject:?}");
    text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
}
