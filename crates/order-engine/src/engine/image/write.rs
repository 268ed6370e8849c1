//! Writing an image.

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;

use minicbor::{Encode, Encoder};

use super::record::{
    BalanceImage, CollateralImage, DepositedImage, ExerciseImage, FORMAT, Head, LevelImage, ListImage,
    MarketCandles, ParkedImage, PositionImage, RealizedImage, Section,
};
use super::run::{OrderRun, PLACES, QueueRun, Queued};
use crate::engine::Engine;
use crate::engine::market::Market;
use crate::engine::orders::OrderStore;
use crate::ids::AccountId;
use crate::list::InstrumentLists;
use crate::marks::Marks;
use crate::order::{Order, Side};

pub(super) fn write(engine: &Engine, out: impl io::Write) -> io::Result<()> {
    // Without a rest, so that a new field has to be looked at here.
    let Engine {
        now,
        last_event,
        reference,
        ledger,
        markets,
        lots,
        realized,
        orders,
        lists,
        exercises,
        // Derived from the orders and their versions, and from the calendars.
        client_ids: _,
        due: _,
        retention,
        archived_ids,
        reducing: _,
        shorts,
        // Whoever publishes takes what was touched; it is no part of the state.
        touched: _,
        stirred,
        quoted,
        unsettled,
        // Derived from the lots, and from what they are worth.
        exposed: _,
        stuck: _,
        called: _,
    } = engine;
    let is_settled = |marks: &Marks| marks.iter().next().is_none();
    assert!(is_settled(quoted) && is_settled(unsettled), "Invariant: margins are looked at by every command");
    assert!(stirred.iter().next().is_none(), "Invariant: markets have settled between commands");

    let mut records = Records { out, head: Vec::new(), record: Vec::new(), count: 0 };
    records.put(
        Section::Head,
        &Head {
            format: FORMAT,
            now: *now,
            last_event: *last_event,
            retention: *retention,
            orders: orders.len() as u64,
        },
    )?;
    for asset in reference.assets() {
        records.put(Section::Asset, asset.as_ref())?;
    }
    for calendar in reference.calendars() {
        records.put(Section::Calendar, calendar.as_ref())?;
    }
    for instrument in reference.instruments() {
        records.put(Section::Instrument, instrument.as_ref())?;
    }
    for account in reference.accounts() {
        records.put(Section::Account, account.as_ref())?;
    }
    for (account, balance) in ledger.iter() {
        records.put(Section::Balance, &BalanceImage { account, balance: *balance })?;
    }
    for (account, amount) in realized {
        records.put(Section::Realized, &RealizedImage { account: *account, amount: *amount })?;
    }
    for market in markets {
        records.put(Section::Market, &market.image())?;
    }
    for ((account, instrument), lots) in lots {
        let (account, instrument, lots) = (*account, *instrument, lots.image());
        records.put(Section::Position, &PositionImage { account, instrument, lots })?;
    }
    for market in markets {
        for order in &market.parked {
            records.put(Section::Parked, &ParkedImage { instrument: market.instrument, order: *order })?;
        }
    }
    records.put_orders(orders)?;
    for piece in archived_ids.image() {
        records.put(Section::ArchivedIds, &piece)?;
    }
    for market in markets {
        records.put_book(market)?;
    }
    for market in markets {
        for candles in market.candles.image() {
            let instrument = market.instrument;
            records.put(Section::Candles, &MarketCandles { instrument, candles })?;
        }
    }
    records.put_lists(lists)?;
    for (account, notices) in exercises {
        for notice in notices {
            let (account, notice) = (*account, notice.as_ref().clone());
            records.put(Section::Exercise, &ExerciseImage { account, notice })?;
        }
    }
    for (asset, amount) in ledger.all_deposited() {
        records.put(Section::Deposited, &DepositedImage { asset, amount })?;
    }
    for (account, instrument, amount) in shorts.collateral() {
        records.put(Section::Collateral, &CollateralImage { account, instrument, amount })?;
    }
    let count = records.count;
    records.put(Section::End, &count)
}

struct Records<W> {
    out: W,
    /// Room for the size of a record, and for the record.
    head: Vec<u8>,
    record: Vec<u8>,
    count: u64,
}

impl<W: io::Write> Records<W> {
    fn put(&mut self, section: Section, value: &impl Encode<()>) -> io::Result<()> {
        self.record.clear();
        self.head.clear();
        encoded(minicbor::encode((section, value), &mut self.record));
        encoded(Encoder::new(&mut self.head).bytes_len(self.record.len() as u64).map(drop));
        self.out.write_all(&self.head)?;
        self.out.write_all(&self.record)?;
        self.count += 1;
        Ok(())
    }

    fn put_book(&mut self, market: &Market) -> io::Result<()> {
        for side in [Side::Buy, Side::Sell] {
            let level = |price| LevelImage {
                instrument: market.instrument,
                side,
                price,
                queue: QueueRun(Vec::new()),
            };
            let mut image = level(0);
            let mut result = Ok(());
            market.book.visit(side, |_, price, resting| {
                if image.price != price.get() || image.queue.0.len() == PLACES {
                    result = self.put_level(&image);
                    image = level(price.get());
                }
                let is_house = resting.account == AccountId::HOUSE;
                let house_leaves = if is_house { resting.leaves.get().unsigned_abs() } else { 0 };
                image.queue.0.push(Queued { order: resting.order, house_leaves });
                if result.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
            result.and_then(|()| self.put_level(&image))?;
        }
        Ok(())
    }

    /// Writes the places of a level, if there are any.
    fn put_level(&mut self, image: &LevelImage) -> io::Result<()> {
        if image.queue.0.is_empty() { Ok(()) } else { self.put(Section::Level, image) }
    }

    fn put_lists(&mut self, lists: &BTreeMap<AccountId, InstrumentLists>) -> io::Result<()> {
        for (account, lists) in lists {
            for list in lists {
                let (account, list) = (*account, list.as_ref().clone());
                self.put(Section::List, &ListImage { account, list })?;
            }
        }
        Ok(())
    }

    fn put_orders(&mut self, orders: &OrderStore) -> io::Result<()> {
        let mut run = OrderRun::default();
        for order in orders.iter() {
            // Most orders have few versions, and many have but one, for which this takes no memory.
            let earlier: Vec<Arc<Order>> =
                std::iter::successors(order.previous(), |order| order.previous()).collect();
            for version in earlier.iter().rev().chain([order]) {
                run.add(version);
                if run.is_full() {
                    self.put(Section::Orders, &run)?;
                    run.clear();
                }
            }
        }
        if run.is_empty() { Ok(()) } else { self.put(Section::Orders, &run) }
    }
}

/// Memory takes whatever is written, and nothing of the state refuses to be encoded.
fn encoded<E: std::fmt::Display>(result: Result<(), E>) {
    if let Err(error) = result {
        unreachable!("Invariant: the state can be encoded: {error}");
    }
}
