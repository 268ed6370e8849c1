//! Reading an image.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

use minicbor::{Decode, Decoder};

use super::derive::Derived;
use super::record::{
    BalanceImage, CollateralImage, DepositedImage, FORMAT, Head, ListImage, MarketCandles, MarketImage,
    ParkedImage, PositionImage, RealizedImage, RestingImage, Section,
};
use super::{ImageError, Misfit};
use crate::archived_ids::ArchivedIds;
use crate::book::Resting;
use crate::calendar::Calendar;
use crate::engine::due::Due;
use crate::engine::market::Market;
use crate::engine::orders::OrderStore;
use crate::engine::shorts::Shorts;
use crate::engine::{Engine, TouchedMarks};
use crate::exposed::Exposed;
use crate::ids::{AccountId, InstrumentId};
use crate::ledger::Ledger;
use crate::limits::{MAX_IMAGE_RECORD_BYTES, MAX_INSTRUMENTS_PER_LIST, MAX_LISTS_PER_ACCOUNT};
use crate::list::InstrumentLists;
use crate::lots::LotQueue;
use crate::marks::Marks;
use crate::number::Amount;
use crate::order::{Earlier, Order};
use crate::reference::{Account, Asset, Instrument, Reference};
use crate::time::Timestamp;
use crate::units::{Lots, MAX_UNITS, Scales, Ticks};

pub(super) fn read(input: impl io::Read) -> Result<Engine, ImageError> {
    let mut records = Records { input, record: Vec::new(), count: 0, section: None };
    let head: Head = records.head()?;
    let mut rebuilt = Rebuilt { now: head.now, ..Rebuilt::default() };
    loop {
        let (section, position) = records.next()?;
        let number = records.count;
        let mut decoder = Decoder::new(&records.record);
        decoder.set_position(position);
        let malformed = |source| ImageError::Malformed { record: number, source };
        if section == Section::End {
            let found = u64::decode(&mut decoder, &mut ()).map_err(malformed)?;
            let inconsistent = |fault| ImageError::Inconsistent { record: number, fault };
            if found != number - 1 {
                return Err(inconsistent(Misfit::Count { found }));
            }
            rebuilt.complete_last().map_err(inconsistent)?;
            return Ok(rebuilt.finish(&head));
        }
        match rebuilt.take(section, &mut decoder) {
            Ok(()) if decoder.position() == records.record.len() => {}
            Ok(()) => return Err(malformed(minicbor::decode::Error::message("the record goes on"))),
            Err(Fault::Malformed(source)) => return Err(malformed(source)),
            Err(Fault::Misfit(fault)) => return Err(ImageError::Inconsistent { record: number, fault }),
        }
    }
}

/// Takes the image's records one after another.
struct Records<R> {
    input: R,
    /// The current record.
    record: Vec<u8>,
    count: u64,
    section: Option<Section>,
}

impl<R: io::Read> Records<R> {
    fn head(&mut self) -> Result<Head, ImageError> {
        let (section, position) = self.next()?;
        if section != Section::Head {
            return Err(ImageError::Inconsistent { record: self.count, fault: Misfit::Order });
        }
        let mut decoder = Decoder::new(&self.record);
        decoder.set_position(position);
        let malformed = |source| ImageError::Malformed { record: 1, source };
        let head: Head = decoder.decode().map_err(malformed)?;
        if head.format == FORMAT { Ok(head) } else { Err(ImageError::Format { found: head.format }) }
    }

    /// Reads the next record: what it is about, and where in it its value begins.
    fn next(&mut self) -> Result<(Section, usize), ImageError> {
        self.count += 1;
        let misfit = |fault| ImageError::Inconsistent { record: self.count, fault };
        let mut first = [0];
        self.input.read_exact(&mut first)?;
        // The head of a byte string: its size, or how many bytes its size has.
        let size_bytes = match first {
            [short @ 0x40..=0x57] => Err(u64::from(short - 0x40)),
            [long @ 0x58..=0x5b] => Ok(1_usize << (long - 0x58)),
            _ => return Err(misfit(Misfit::Order)),
        };
        let bytes = match size_bytes {
            Err(bytes) => bytes,
            Ok(count) => {
                let mut size = [0; 8];
                let (_, tail) = size.split_at_mut(8 - count);
                self.input.read_exact(tail)?;
                u64::from_be_bytes(size)
            }
        };
        let length = usize::try_from(bytes).ok().filter(|length| *length <= MAX_IMAGE_RECORD_BYTES);
        let Some(length) = length else { return Err(misfit(Misfit::Size { bytes })) };
        self.record.resize(length, 0);
        self.input.read_exact(&mut self.record)?;
        let mut decoder = Decoder::new(&self.record);
        let malformed = |source| ImageError::Malformed { record: self.count, source };
        if decoder.array().map_err(malformed)? != Some(2) {
            return Err(malformed(minicbor::decode::Error::message("a record has a section and a value")));
        }
        let section: Section = decoder.decode().map_err(malformed)?;
        let is_first = self.section.is_none();
        let ascends = self.section.is_none_or(|before| before <= section);
        if !ascends || (section == Section::Head) != is_first {
            return Err(misfit(Misfit::Order));
        }
        self.section = Some(section);
        Ok((section, decoder.position()))
    }
}

/// What is wrong with a record.
enum Fault {
    Malformed(minicbor::decode::Error),
    Misfit(Misfit),
}

impl From<minicbor::decode::Error> for Fault {
    fn from(error: minicbor::decode::Error) -> Self {
        Self::Malformed(error)
    }
}

impl From<Misfit> for Fault {
    fn from(misfit: Misfit) -> Self {
        Self::Misfit(misfit)
    }
}

/// The state as far as it has been read.
#[derive(Default)]
struct Rebuilt {
    now: Timestamp,
    reference: Reference,
    ledger: Ledger,
    markets: Vec<Market>,
    lots: BTreeMap<(AccountId, InstrumentId), LotQueue>,
    realized: BTreeMap<AccountId, Amount>,
    orders: OrderStore,
    archived_ids: ArchivedIds,
    lists: BTreeMap<AccountId, InstrumentLists>,
    shorts: Shorts,
    derived: Derived,
    /// The versions of the order that is being read, as far as they have come.
    order: Option<Arc<Order>>,
}

impl Rebuilt {
    fn take(&mut self, section: Section, decoder: &mut Decoder<'_>) -> Result<(), Fault> {
        if section > Section::Order {
            self.complete_last()?;
        }
        match section {
            Section::Head | Section::End => Err(Misfit::Order)?,
            Section::Asset => {
                let asset: Asset = decoder.decode()?;
                in_order(asset.id == self.reference.next_asset())?;
                self.reference.add_asset(asset);
            }
            Section::Calendar => {
                let calendar: Calendar = decoder.decode()?;
                in_order(calendar.id == self.reference.next_calendar())?;
                in_order(calendar.definition.is_in_order())?;
                self.reference.put_calendar(calendar);
            }
            Section::Instrument => {
                let instrument: Instrument = decoder.decode()?;
                in_order(instrument.id == self.reference.next_instrument())?;
                known(self.reference.asset(instrument.base).is_some())?;
                known(self.reference.asset(instrument.quote).is_some())?;
                let scales =
                    Scales::of(&instrument.definition).filter(|_| !instrument.definition.lot.is_zero());
                let scales = scales.ok_or(Misfit::Range)?;
                let name = instrument.definition.calendar.as_ref();
                let calendar = name.and_then(|name| self.reference.calendar_by_name(name.as_str()));
                known(name.is_some() == calendar.is_some())?;
                let market = Market::new(&instrument, scales, calendar.map(AsRef::as_ref), self.now);
                if let Some(at) = market.state.next_change {
                    self.derived.due.insert((at, Due::Session(instrument.id)));
                }
                self.markets.push(market);
                self.reference.add_instrument(instrument);
            }
            Section::Account => {
                let account: Account = decoder.decode()?;
                in_order(account.id == self.reference.next_account())?;
                self.reference.add_account(account);
            }
            Section::Balance => {
                let BalanceImage { account, balance } = decoder.decode()?;
                known(self.reference.account(account).is_some())?;
                known(self.reference.asset(balance.asset).is_some())?;
                in_order(self.ledger.restore(account, balance))?;
            }
            Section::Realized => {
                let RealizedImage { account, amount } = decoder.decode()?;
                known(self.reference.account(account).is_some())?;
                self.realized.insert(account, amount);
            }
            Section::Market => {
                let image: MarketImage = decoder.decode()?;
                self.market(image.instrument)?.restore(&image);
            }
            Section::Position => {
                let PositionImage { account, instrument, lots } = decoder.decode()?;
                known(self.reference.account(account).is_some())?;
                let queue = LotQueue::restore(lots).ok_or(Misfit::Range)?;
                self.market(instrument)?.rearm_exits(account, &queue).map_err(Misfit::Number)?;
                self.lots.insert((account, instrument), queue);
            }
            Section::Parked => {
                let ParkedImage { instrument, order } = decoder.decode()?;
                in_order(self.market(instrument)?.parked.insert(order))?;
            }
            Section::Order => {
                let order = decoder.decode()?;
                self.version(order)?;
            }
            Section::ArchivedIds => in_order(self.archived_ids.restore(decoder.decode()?))?,
            Section::Resting => self.rest(&decoder.decode()?)?,
            Section::Deposited => {
                let DepositedImage { asset, amount } = decoder.decode()?;
                known(self.reference.asset(asset).is_some())?;
                in_order(self.ledger.deposited(asset).is_zero())?;
                self.ledger.count_deposited(asset, amount);
            }
            Section::Collateral => {
                let CollateralImage { account, instrument, amount } = decoder.decode()?;
                known(self.lots.contains_key(&(account, instrument)))?;
                let short = self.shorts.of(account, instrument);
                in_order(short.collateral.is_zero())?;
                short.collateral = amount;
            }
            Section::Candles => {
                let MarketCandles { instrument, candles } = decoder.decode()?;
                in_order(self.market(instrument)?.candles.restore(candles))?;
            }
            Section::List => self.list(decoder.decode()?)?,
        }
        Ok(())
    }

    fn market(&mut self, instrument: InstrumentId) -> Result<&mut Market, Misfit> {
        self.markets.get_mut(instrument.get() as usize).ok_or(Misfit::Unknown)
    }

    /// The next version of an order, or the first of the next order.
    fn version(&mut self, mut order: Order) -> Result<(), Misfit> {
        match self.order.take() {
            Some(before) if before.id == order.id => {
                in_order(before.updated_at <= order.updated_at && before.last_event < order.last_event)?;
                order.share_with(&before);
                order.earlier = Earlier(Some(before));
            }
            Some(before) => {
                in_order(before.id < order.id)?;
                self.complete(before)?;
            }
            None => {}
        }
        self.order = Some(Arc::new(order));
        Ok(())
    }

    /// All orders have come.
    fn complete_last(&mut self) -> Result<(), Misfit> {
        self.order.take().map_or(Ok(()), |last| self.complete(last))
    }

    /// All versions of an order have come.
    fn complete(&mut self, order: Arc<Order>) -> Result<(), Misfit> {
        known(self.reference.account(order.account).is_some())?;
        self.market(order.instrument)?;
        self.derived.add(&order);
        self.shorts.add_sale(&order);
        if order.is_armed() {
            self.market(order.instrument)?.rearm(&order)?;
        }
        self.orders.restore(order);
        Ok(())
    }

    /// The next list of an account, or the first of the next account.
    fn list(&mut self, image: ListImage) -> Result<(), Misfit> {
        let ListImage { account, list } = image;
        known(self.reference.account(account).is_some())?;
        known(list.items.iter().all(|item| self.reference.instrument(item.instrument).is_some()))?;
        let lists = self.lists.entry(account).or_default();
        in_order(lists.last().is_none_or(|before| before.id < list.id))?;
        let fits = list.items.len() <= MAX_INSTRUMENTS_PER_LIST && lists.len() < MAX_LISTS_PER_ACCOUNT;
        lists.push(Arc::new(list));
        if fits { Ok(()) } else { Err(Misfit::Range) }
    }

    /// Puts an order on the book, behind those that came before it.
    fn rest(&mut self, image: &RestingImage) -> Result<(), Misfit> {
        let RestingImage { instrument, side, price, order: id, account, leaves } = *image;
        // What the house quotes may be more than a client may order; a client's leaves are compared with the order.
        if ![price, leaves].into_iter().all(|units| (1..=MAX_UNITS).contains(&units)) {
            return Err(Misfit::Range);
        }
        let order = self.orders.get(id);
        let market = self.markets.get_mut(instrument.get() as usize).ok_or(Misfit::Unknown)?;
        let fits = match order {
            Some(order) => {
                let ordered =
                    (order.account, order.instrument, order.side, market.scales.lots(order.leaves)?);
                ordered == (account, instrument, side, Lots::new(leaves)) && order.status.is_working()
            }
            None => account == AccountId::HOUSE,
        };
        known(fits)?;
        let resting = Resting { order: id, account, leaves: Lots::new(leaves) };
        let key = market.book.insert(side, Ticks::new(price), resting);
        if account == AccountId::HOUSE {
            in_order(market.house_order(side).replace(key).is_none())?;
        } else {
            self.orders.rests(id, key);
        }
        Ok(())
    }

    fn finish(mut self, head: &Head) -> Engine {
        let Derived { client_ids, due, reducing, mut closed } = self.derived;
        closed.sort_unstable();
        self.orders.restore_closed(closed.into_iter().map(|(_, id)| id));
        let mut touched = TouchedMarks { reference: true, ..TouchedMarks::default() };
        self.reference.accounts().iter().for_each(|account| touched.accounts.mark(account.id.get()));
        self.markets.iter().for_each(|market| touched.instruments.mark(market.instrument.get()));
        self.lists.keys().for_each(|account| touched.lists.mark(account.get()));
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
            client_ids,
            due,
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
            engine.due_for_closeout(AccountId::new(account));
        }
        engine
    }
}

fn in_order(is_in_order: bool) -> Result<(), Misfit> {
    if is_in_order { Ok(()) } else { Err(Misfit::Order) }
}

fn known(is_known: bool) -> Result<(), Misfit> {
    if is_known { Ok(()) } else { Err(Misfit::Unknown) }
}
