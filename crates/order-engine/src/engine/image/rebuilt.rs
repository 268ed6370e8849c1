//! The state as far as an image of it has been read: each record must go with what is known by then.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Misfit;
use super::derive::Derived;
use super::record::{
    BalanceImage, CollateralImage, DepositedImage, ExerciseImage, Head, LevelImage, ListImage, PositionImage,
    RealizedImage,
};
use super::run::Queued;
use crate::archived_ids::ArchivedIds;
use crate::book::Resting;
use crate::calendar::Calendar;
use crate::engine::due::Due;
use crate::engine::market::Market;
use crate::engine::orders::OrderStore;
use crate::engine::shorts::Shorts;
use crate::engine::{Engine, TouchedMarks};
use crate::exercise::ExerciseNotices;
use crate::exposed::Exposed;
use crate::ids::{AccountId, InstrumentId};
use crate::ledger::Ledger;
use crate::limits::{MAX_EXERCISES_PER_ACCOUNT, MAX_INSTRUMENTS_PER_LIST, MAX_LISTS_PER_ACCOUNT};
use crate::list::InstrumentLists;
use crate::lots::LotQueue;
use crate::marks::Marks;
use crate::number::Amount;
use crate::order::{Order, Side};
use crate::reference::{Account, Asset, Instrument, Reference};
use crate::time::Timestamp;
use crate::units::{Lots, MAX_UNITS, Scales, Ticks};

/// What the book is to know of an order, kept where many of them fit into little memory: queues name orders in an order
/// of their own, in which each would have to be fetched from far away.
#[derive(Debug, Clone, Copy)]
struct Standing {
    /// Nothing for an order that does not work.
    leaves: Lots,
    account: AccountId,
    instrument: InstrumentId,
    side: Side,
}

/// The state as far as it has been read.
#[derive(Default)]
pub(super) struct Rebuilt {
    pub(super) now: Timestamp,
    reference: Reference,
    ledger: Ledger,
    markets: Vec<Market>,
    /// Of how many of the markets more is known than their instruments.
    pub(super) markets_told: u32,
    lots: BTreeMap<(AccountId, InstrumentId), LotQueue>,
    realized: BTreeMap<AccountId, Amount>,
    pub(super) orders: OrderStore,
    pub(super) archived_ids: ArchivedIds,
    lists: BTreeMap<AccountId, InstrumentLists>,
    exercises: BTreeMap<AccountId, ExerciseNotices>,
    shorts: Shorts,
    derived: Derived,
    /// What the book is to know of each order, by place.
    standing: Vec<Standing>,
    /// The versions of the order that is being read, as far as they have come.
    order: Option<Arc<Order>>,
}

impl Rebuilt {
    pub(super) fn asset(&mut self, asset: Asset) -> Result<(), Misfit> {
        in_order(asset.id == self.reference.next_asset())?;
        self.reference.add_asset(asset);
        Ok(())
    }

    pub(super) fn calendar(&mut self, calendar: Calendar) -> Result<(), Misfit> {
        in_order(calendar.id == self.reference.next_calendar())?;
        in_order(calendar.definition.is_in_order())?;
        self.reference.put_calendar(calendar);
        Ok(())
    }

    pub(super) fn instrument(&mut self, instrument: Instrument) -> Result<(), Misfit> {
        in_order(instrument.id == self.reference.next_instrument())?;
        known(self.reference.asset(instrument.base).is_some())?;
        known(self.reference.asset(instrument.quote).is_some())?;
        let scales = Scales::of(&instrument.definition).filter(|_| !instrument.definition.lot.is_zero());
        let scales = scales.ok_or(Misfit::Range)?;
        let name = instrument.definition.calendar.as_ref();
        let calendar = name.and_then(|name| self.reference.calendar_by_name(name.as_str()));
        known(name.is_some() == calendar.is_some())?;
        let market = Market::new(&instrument, scales, calendar.map(AsRef::as_ref), self.now);
        if let Some(at) = market.state.next_change {
            self.derived.due.push((at, Due::Session(instrument.id)));
        }
        if let Some(at) = instrument.settles_at().filter(|at| *at > self.now) {
            self.derived.due.push((at, Due::Expiry(instrument.id)));
        }
        self.markets.push(market);
        self.reference.add_instrument(instrument);
        Ok(())
    }

    pub(super) fn account(&mut self, account: Account) -> Result<(), Misfit> {
        in_order(account.id == self.reference.next_account())?;
        self.reference.add_account(account);
        Ok(())
    }

    pub(super) fn balance(&mut self, image: &BalanceImage) -> Result<(), Misfit> {
        let BalanceImage { account, balance } = *image;
        known(self.reference.account(account).is_some())?;
        known(self.reference.asset(balance.asset).is_some())?;
        in_order(self.ledger.restore(account, balance))
    }

    pub(super) fn realized(&mut self, image: &RealizedImage) -> Result<(), Misfit> {
        known(self.reference.account(image.account).is_some())?;
        in_order(self.realized.insert(image.account, image.amount).is_none())
    }

    pub(super) fn position(&mut self, image: PositionImage) -> Result<(), Misfit> {
        let PositionImage { account, instrument, lots } = image;
        known(self.reference.account(account).is_some())?;
        let market = self.market(instrument)?;
        let queue = LotQueue::restore(&market.scales, lots).ok_or(Misfit::Range)?;
        market.rearm_exits(account, &queue).map_err(Misfit::Number)?;
        in_order(self.lots.insert((account, instrument), queue).is_none())
    }

    pub(super) fn deposited(&mut self, image: &DepositedImage) -> Result<(), Misfit> {
        known(self.reference.asset(image.asset).is_some())?;
        in_order(self.ledger.deposited(image.asset).is_zero())?;
        self.ledger.count_deposited(image.asset, image.amount);
        Ok(())
    }

    pub(super) fn collateral(&mut self, image: &CollateralImage) -> Result<(), Misfit> {
        let CollateralImage { account, instrument, amount } = *image;
        known(self.lots.contains_key(&(account, instrument)))?;
        let short = self.shorts.of(account, instrument);
        in_order(short.collateral.is_zero())?;
        short.collateral = amount;
        Ok(())
    }

    pub(super) fn market(&mut self, instrument: InstrumentId) -> Result<&mut Market, Misfit> {
        self.markets.get_mut(instrument.get() as usize).ok_or(Misfit::Unknown)
    }

    /// The next version of an order, or the first of the next order.
    pub(super) fn version(
        &mut self,
        mut order: Arc<Order>,
        each: &mut impl FnMut(&Arc<Order>),
    ) -> Result<(), Misfit> {
        match self.order.take() {
            Some(before) if before.id == order.id => {
                in_order(before.updated_at <= order.updated_at && before.last_event < order.last_event)?;
                Arc::make_mut(&mut order).follow(before);
            }
            Some(before) => {
                in_order(before.id < order.id)?;
                each(&before);
                self.complete(before)?;
            }
            None => {}
        }
        self.order = Some(order);
        Ok(())
    }

    /// All orders have come.
    pub(super) fn complete_last(&mut self, each: &mut impl FnMut(&Arc<Order>)) -> Result<(), Misfit> {
        let Some(last) = self.order.take() else { return Ok(()) };
        each(&last);
        self.complete(last)
    }

    /// All versions of an order have come.
    fn complete(&mut self, order: Arc<Order>) -> Result<(), Misfit> {
        known(self.reference.account(order.account).is_some())?;
        let market = self.markets.get(order.instrument.get() as usize).ok_or(Misfit::Unknown)?;
        self.derived.add(&order);
        self.shorts.add_sale(&order);
        let leaves = if order.status.is_working() { market.scales.lots(order.leaves)? } else { Lots::ZERO };
        let Order { account, instrument, side, .. } = *order;
        self.standing.push(Standing { leaves, account, instrument, side });
        if order.is_armed() {
            self.market(order.instrument)?.rearm(&order)?;
        }
        self.orders.restore(order);
        Ok(())
    }

    /// The next list of an account, or the first of the next account.
    pub(super) fn list(&mut self, image: ListImage) -> Result<(), Misfit> {
        let ListImage { account, list } = image;
        known(self.reference.account(account).is_some())?;
        known(list.items.iter().all(|item| self.reference.instrument(item.instrument).is_some()))?;
        let lists = self.lists.entry(account).or_default();
        in_order(lists.last().is_none_or(|before| before.id < list.id))?;
        let fits = list.items.len() <= MAX_INSTRUMENTS_PER_LIST && lists.len() < MAX_LISTS_PER_ACCOUNT;
        lists.push(Arc::new(list));
        if fits { Ok(()) } else { Err(Misfit::Range) }
    }

    /// The next exercise notice of an account, or the first of the next account.
    pub(super) fn exercise(&mut self, image: ExerciseImage) -> Result<(), Misfit> {
        let ExerciseImage { account, notice } = image;
        known(self.reference.account(account).is_some())?;
        known(self.reference.instrument(notice.instrument).is_some())?;
        let notices = self.exercises.entry(account).or_default();
        in_order(notices.last().is_none_or(|before| before.id < notice.id))?;
        let fits = notices.len() < MAX_EXERCISES_PER_ACCOUNT;
        notices.push(Arc::new(notice));
        if fits { Ok(()) } else { Err(Misfit::Range) }
    }

    /// Puts orders on the book, behind those of their price that came before them.
    pub(super) fn level(&mut self, image: &LevelImage) -> Result<(), Misfit> {
        let LevelImage { instrument, side, price, ref queue } = *image;
        let market = self.markets.get_mut(instrument.get() as usize).ok_or(Misfit::Unknown)?;
        let price = Ticks::new(in_range(price)?);
        for Queued { order: id, house_leaves } in queue.0.iter().copied() {
            if house_leaves > 0 {
                // What the house quotes may be more than a client may order.
                let leaves = Lots::new(in_range(i64::try_from(house_leaves).map_err(|_| Misfit::Range)?)?);
                known(self.orders.find(id).is_none())?;
                let resting = Resting { order: id, account: AccountId::HOUSE, leaves };
                let key = market.book.insert(side, price, resting);
                in_order(market.house_order(side).replace(key).is_none())?;
                continue;
            }
            let place = self.orders.find(id).ok_or(Misfit::Unknown)?;
            let standing = self.standing.get_mut(place.number()).ok_or(Misfit::Unknown)?;
            known((standing.instrument, standing.side) == (instrument, side))?;
            // It stands in one place.
            let leaves = Lots::new(in_range(std::mem::take(&mut standing.leaves).get())?);
            let resting = Resting { order: id, account: standing.account, leaves };
            self.orders.rests_at(place, market.book.insert(side, price, resting));
        }
        Ok(())
    }

    pub(super) fn finish(mut self, head: &Head) -> Engine {
        let Derived { client_ids, due, reducing, mut closed } = self.derived;
        closed.sort_unstable();
        self.orders.restore_closed(closed.into_iter().map(|(_, id)| id));
        let mut touched = TouchedMarks { reference: true, ..TouchedMarks::default() };
        self.reference.accounts().iter().for_each(|account| touched.accounts.mark(account.id.get()));
        self.markets.iter().for_each(|market| touched.instruments.mark(market.instrument.get()));
        self.lists.keys().for_each(|account| touched.lists.mark(account.get()));
        self.exercises.keys().for_each(|account| touched.exercises.mark(account.get()));
        let mut engine = Engine {
            now: head.now,
            last_event: head.last_event,
            reference: Arc::new(self.reference),
            ledger: self.ledger,
            markets: self.markets,
            lots: self.lots,
            realized: self.realized,
            orders: self.orders,
            lists: self.lists,
            exercises: self.exercises,
            client_ids,
            due: BTreeSet::from_iter(due),
            retention: head.retention,
            archived_ids: self.archived_ids,
            reducing,
            shorts: self.shorts,
            touched,
            stirred: Marks::default(),
            quoted: Marks::default(),
            unsettled: Marks::default(),
            exposed: Exposed::default(),
            stuck: BTreeSet::new(),
            called: BTreeSet::new(),
        };
        let positions: Vec<_> = engine.lots.keys().copied().collect();
        for (account, instrument) in positions {
            if engine.market(instrument).is_some_and(|market| market.is_margin) {
                engine.note_exposure(account, instrument);
            }
        }
        engine.rebuild_shorts();
        let exposed: Vec<u32> = engine.unsettled.take_all().collect();
        for account in exposed {
            engine.note_standing(AccountId::new(account));
        }
        engine
    }
}

pub(super) fn in_order(is_in_order: bool) -> Result<(), Misfit> {
    if is_in_order { Ok(()) } else { Err(Misfit::Order) }
}

/// A price or a quantity of a book.
fn in_range(units: i64) -> Result<i64, Misfit> {
    if (1..=MAX_UNITS).contains(&units) { Ok(units) } else { Err(Misfit::Range) }
}

fn known(is_known: bool) -> Result<(), Misfit> {
    if is_known { Ok(()) } else { Err(Misfit::Unknown) }
}
