//! Reading an image: which record may come when, and who takes it.

use std::io;
use std::sync::Arc;

use super::decode::{DecodedPiece, Record};
use super::pieces::ImagePieces;
use super::rebuilt::{Rebuilt, in_order};
use super::record::{Head, MarketCandles, ParkedImage, Section};
use super::{ImageError, Misfit};
use crate::engine::Engine;
use crate::order::Order;

/// Most places that are made for what is still to be read.
const MOST_ROOM: usize = 1 << 21;

/// Builds the state again from the records of its image. An image is read in three steps that can be done by three
/// threads, each a piece behind the one before: it is split ([`ImagePieces`]), decoded ([`ImagePiece::decode`](super::ImagePiece::decode)), and put
/// together here. Everything counts as touched.
#[derive(Default)]
pub struct ImageBuilder {
    head: Option<Head>,
    rebuilt: Rebuilt,
    count: u64,
    section: Option<Section>,
    is_complete: bool,
}

impl ImageBuilder {
    /// With nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next records, and shows each order that is whole with them, in the order of their ids.
    ///
    /// # Errors
    /// [`ImageError`] when a record does not go with those before it. What has been built is of no use then.
    pub fn add(&mut self, piece: DecodedPiece, mut each: impl FnMut(&Arc<Order>)) -> Result<(), ImageError> {
        for record in piece.records {
            self.count += 1;
            let taken = self.take(record, &mut each);
            taken.map_err(|fault| ImageError::Inconsistent { record: self.count, fault })?;
        }
        Ok(())
    }

    fn take(&mut self, record: Record, each: &mut impl FnMut(&Arc<Order>)) -> Result<(), Misfit> {
        let section = record.section();
        let ascends = self.section.is_none_or(|before| before <= section);
        in_order(ascends && (section == Section::Head) == self.head.is_none() && !self.is_complete)?;
        self.section = Some(section);
        if section > Section::Orders {
            self.rebuilt.complete_last(each)?;
        }
        match record {
            Record::Orders(versions) => {
                versions.into_iter().try_for_each(|version| self.rebuilt.version(version, each))?;
            }
            Record::End(found) if found != self.count - 1 => return Err(Misfit::Count { found }),
            Record::End(_) => self.is_complete = true,
            Record::Head(head) => {
                self.rebuilt.now = head.now;
                self.rebuilt.orders.reserve(room(head.orders));
                self.head = Some(head);
            }
            Record::Asset(asset) => self.rebuilt.asset(asset)?,
            Record::Calendar(calendar) => self.rebuilt.calendar(*calendar)?,
            Record::Instrument(instrument) => self.rebuilt.instrument(*instrument)?,
            Record::Account(account) => self.rebuilt.account(*account)?,
            Record::Balance(image) => self.rebuilt.balance(&image)?,
            Record::Realized(image) => self.rebuilt.realized(&image)?,
            Record::Market(image) => {
                in_order(image.instrument.get() == self.rebuilt.markets_told)?;
                self.rebuilt.markets_told += 1;
                let market = self.rebuilt.market(image.instrument)?;
                market.book.reserve(room(image.resting));
                market.restore(&image);
            }
            Record::Position(image) => self.rebuilt.position(*image)?,
            Record::Parked(ParkedImage { instrument, order }) => {
                in_order(self.rebuilt.market(instrument)?.parked.insert(order))?;
            }
            Record::ArchivedIds(piece) => in_order(self.rebuilt.archived_ids.restore(piece))?,
            Record::Level(image) => self.rebuilt.level(&image)?,
            Record::Candles(image) => {
                let MarketCandles { instrument, candles } = *image;
                in_order(self.rebuilt.market(instrument)?.candles.restore(candles))?;
            }
            Record::List(image) => self.rebuilt.list(*image)?,
            Record::Exercise(image) => self.rebuilt.exercise(*image)?,
            Record::Deposited(image) => self.rebuilt.deposited(&image)?,
            Record::Collateral(image) => self.rebuilt.collateral(&image)?,
        }
        Ok(())
    }

    /// The state, once all of its image was added.
    ///
    /// # Errors
    /// [`ImageError`] when the end of the image was not.
    pub fn finish(self) -> Result<Engine, ImageError> {
        match self.head {
            Some(head) if self.is_complete => Ok(self.rebuilt.finish(&head)),
            Some(_) | None => Err(ImageError::Inconsistent { record: self.count, fault: Misfit::Order }),
        }
    }
}

impl std::fmt::Debug for ImageBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImageBuilder").field("records", &self.count).finish_non_exhaustive()
    }
}

pub(super) fn read(input: impl io::Read) -> Result<Engine, ImageError> {
    let (mut pieces, mut builder) = (ImagePieces::new(input), ImageBuilder::new());
    while let Some(piece) = pieces.next_piece()? {
        builder.add(piece.decode()?, |_| {})?;
    }
    builder.finish()
}

/// Room for what an image says is to come. A damaged one may say anything, so there is an end to it.
fn room(count: u64) -> usize {
    usize::try_from(count).map_or(MOST_ROOM, |count| count.min(MOST_ROOM))
}
