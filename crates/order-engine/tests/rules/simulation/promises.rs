//! What holds after every command, whatever was asked: the engine's own promises, watched in what it shows.

use std::collections::BTreeMap;

use order_engine::{
    AccountId, AccountState, Amount, AssetId, Change, EntryKind, Event, Posting, SessionKind, Side,
};
use rust_decimal::Decimal;

use super::{ASSETS, CLIENTS, Watched};
use crate::statuses;
use crate::support::*;

impl Watched {
    /// All of an asset that there is.
    pub(super) fn sum(&self, asset: AssetId) -> Amount {
        let accounts = [AccountId::HOUSE, ALICE, BOB];
        let units = accounts.iter().map(|account| self.world.total(*account, asset).units()).sum();
        Amount::from_units(units)
    }

    pub(super) fn watch_events(due: &[Event], events: &[Event]) {
        assert!(due.iter().chain(events).map(|event| event.id).is_sorted(), "event ids increase");
        due.iter().chain(events).for_each(statuses::assert_legal);
        for event in due.iter().chain(events) {
            let Change::OrderFilled { order, execution } = &event.change else { continue };
            assert!(!order.reduce_only || execution.opened.is_none(), "what may only reduce opens nothing");
            if let Some(price) = order.limit_price().filter(|_| order.kind.has_limit()) {
                let fair = match order.side {
                    Side::Buy => execution.price <= price,
                    Side::Sell => execution.price >= price,
                };
                assert!(fair, "a fill at {} is worse than the limit {price}", execution.price);
            }
            let bound = order.price_bound;
            assert!(bound.upper.is_none_or(|upper| execution.price <= upper));
            assert!(bound.lower.is_none_or(|lower| execution.price >= lower));
        }
    }

    /// What time fills is filled within a session that admits it, its last instant included, and not during a halt, which
    /// time neither begins nor ends.
    pub(super) fn watch_due_fills(&self, due: &[Event]) {
        for event in due {
            let Change::OrderFilled { order, .. } = &event.change else { continue };
            let state = self.world.engine.market_state(order.instrument).unwrap();
            assert!(state.halt.is_none(), "a fill during a halt: {order:?}");
            let Some(days) = hours(order.instrument) else { continue };
            let within = |(kind, opens, closes): &(SessionKind, u64, u64)| {
                let admits = kind.admits(order.extended_hours == Some(true));
                admits && START.plus_seconds(*opens) <= event.at && event.at <= START.plus_seconds(*closes)
            };
            assert!(days.iter().flatten().any(within), "a fill outside of the sessions: {order:?}");
        }
    }

    /// Time brings no order to the market for an account that takes none; what closes its lots is not its own.
    pub(super) fn watch_releases(&self, due: &[Event]) {
        for event in due {
            let Change::OrderAccepted(order) = &event.change else { continue };
            let account = self.world.engine.reference().account(order.account).unwrap();
            let is_open = account.settings.state == AccountState::Open;
            assert!(
                is_open || order.closing.is_some(),
                "released for an account that is not open: {order:?}"
            );
        }
    }

    /// What a command fills is admitted by its market.
    pub(super) fn watch_fills(&self, events: &[Event]) {
        for event in events {
            let Change::OrderFilled { order, .. } = &event.change else { continue };
            let state = self.world.engine.market_state(order.instrument).unwrap();
            assert!(state.admits(order.extended_hours == Some(true)), "a fill that the market did not admit");
        }
    }

    /// Every balance is what its entries come to, and every entry says what its balance came to.
    pub(super) fn count_entries(&mut self, events: &[Event]) {
        let entries = events.iter().flat_map(|event| {
            let fills = event.change.execution().into_iter().flat_map(|execution| execution.entries());
            fills.chain(event.entries())
        });
        for entry in entries {
            let Posting { asset, amount, balance, kind } = entry.posting;
            if kind == EntryKind::Adjustment {
                let deposits = self.deposits.get_mut(&asset).unwrap();
                *deposits = Amount::from_units(deposits.units() + amount.units());
            }
            let counted = self.entries.get_mut(&(entry.account, asset)).unwrap();
            *counted += amount.units();
            assert_eq!(*counted, balance.units(), "{entry:?}");
        }
    }

    /// Notes the versions of orders that events tell of, without holding on to them: the engine may change an order where
    /// it is when nobody else has it.
    pub(super) fn note_versions(&mut self, events: &[Event]) {
        for order in events.iter().filter_map(|event| event.change.order()) {
            self.told.insert((order.id, order.version), minicbor::to_vec(order.as_ref()).unwrap());
        }
    }

    /// Every version that is kept is the one that was told of, to the digit.
    pub(super) fn watch_versions(&self) {
        for order in self.world.engine.orders() {
            let versions: Vec<_> = order.versions().collect();
            assert!(versions.iter().map(|version| version.version).eq((1..=order.version).rev()));
            for version in versions {
                let told = self.told.get(&(version.id, version.version));
                assert_eq!(told, Some(&minicbor::to_vec(version.as_ref()).unwrap()), "{version:?}");
            }
        }
    }

    pub(super) fn watch_money(&self) {
        for asset in ASSETS {
            assert_eq!(
                self.world.engine.deposited(asset),
                self.deposits[&asset],
                "deposits of asset {asset}"
            );
            for account in CLIENTS {
                let entries = self.entries[&(account, asset)];
                assert_eq!(self.world.total(account, asset).units(), entries, "entries add up to balances");
            }
            assert_eq!(self.sum(asset), self.deposits[&asset], "asset {asset} is conserved");
        }
        for account in CLIENTS {
            let mut held: BTreeMap<AssetId, i128> = BTreeMap::new();
            let orders = self.orders.iter().collect::<std::collections::BTreeSet<_>>();
            for order in orders
                .into_iter()
                .filter_map(|id| self.world.engine.order(*id))
                .filter(|order| order.account == account)
            {
                if order.reduce_only && order.status.is_working() {
                    let lots = self.world.lots(account, order.instrument);
                    let against = lots.iter().filter(|lot| lot.side != order.side);
                    let reducible: Decimal = against.map(|lot| lot.quantity.decimal()).sum();
                    assert!(order.leaves.decimal() <= reducible, "{order:?} may only reduce {reducible}");
                }
                if let Some(hold) = order.held {
                    assert!(order.status.is_working());
                    assert!(hold.claim <= hold.amount && !hold.claim.is_negative());
                    *held.entry(hold.asset).or_default() += hold.amount.units();
                }
            }
            let holdings = self.world.engine.holdings(account).unwrap();
            for position in &holdings.positions {
                let is_short = position.side == Side::Sell && !position.quantity.is_zero();
                assert!(is_short || position.collateral.is_zero(), "collateral is gone with its position");
                let quote = self.world.engine.reference().instrument(position.instrument).unwrap().quote;
                *held.entry(quote).or_default() += position.collateral.units();
            }
            for balance in &holdings.balances {
                let expected = held.get(&balance.asset).copied().unwrap_or_default();
                assert_eq!(balance.held.units(), expected, "holds of {account} in {}", balance.asset);
            }
            for position in &holdings.positions {
                let lots = position.lots.iter().map(|lot| lot.quantity.decimal()).sum::<Decimal>();
                assert_eq!(lots, position.quantity.decimal(), "lots sum to the position");
            }
        }
    }

    /// Nobody enters a margin call twice, or leaves one that he is not in.
    pub(super) fn note_calls(&mut self, events: &[Event]) {
        for event in events {
            if let Change::MarginCallEntered { equity, used } = event.change {
                assert!(equity < used && self.called.insert(event.account), "{event:?}");
            }
            if event.change == Change::MarginCallLeft {
                assert!(self.called.remove(&event.account), "{event:?}");
            }
        }
    }

    /// Those are in margin call who were told so, and their realized profit is what the model counted.
    pub(super) fn watch_calls(&self) {
        for account in CLIENTS {
            assert_eq!(self.called.contains(&account), self.model.is_called(account), "account {account}");
            let realized = self.model.realized.get(&account).copied().unwrap_or_default();
            let read = self.world.engine.holdings(account).unwrap().realized;
            assert_eq!(read.decimal(), realized, "realized profit of account {account}");
        }
    }

    pub(super) fn watch_books(&self) {
        for instrument in MARKETS {
            let depth = self.world.engine.depth(instrument, 100);
            if let (Some(bid), Some(ask)) = (depth.bids.first(), depth.asks.first()) {
                assert!(bid.price < ask.price, "the book is crossed");
            }
        }
    }
}
