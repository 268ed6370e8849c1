//! Writing an image.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;

use minicbor::{Encode, Encoder};

use super::record::{
    BalanceImage, CollateralImage, DepositedImage, ExerciseImage, FORMAT, Head, ListImage, MarketCandles,
    ParkedImage, PositionImage, RealizedImage, RestingImage, Section,
};
use crate::engine::Engine;
use crate::engine::market::Market;
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
        &Head { format: FORMAT, now: *now, last_event: *last_event, retention: *retention },
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
    for order in orders.iter() {
        records.put_order(order)?;
    }
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
    for (account, lists) in lists {
        for list in lists {
            let (account, list) = (*account, list.as_ref().clone());
            records.put(Section::List, &ListImage { account, list })?;
        }
    }
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
            let mut result = Ok(());
            market.book.visit(side, |_, price, resting| {
                let image = RestingImage {
                    instrument: market.instrument,
                    side,
                    price: price.get(),
                    order: resting.order,
                    account: resting.account,
                    leaves: resting.leaves.get(),
                };
                result = self.put(Section::Resting, &image);
                if result.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
            result?;
        }
        Ok(())
    }

    fn put_order(&mut self, order: &Order) -> io::Result<()> {
        // Most orders have few versions, and many have but one, for which this takes no memory.
        let earlier: Vec<Arc<Order>> =
            std::iter::successors(order.previous(), |order| order.previous()).collect();
        for version in earlier.into_iter().rev() {
            self.put(Section::Order, version.as_ref())?;
        }
        self.put(Section::Order, order)
    }
}

/// Memory takes whatever is written, and nothing of the state refuses to be encoded.
fn encoded<E: std::fmt::Display>(result: Result<(), E>) {
    if let Err(error) = result {
        unreachable!("Invariant: the state can be encoded: {error}");
    }
}
