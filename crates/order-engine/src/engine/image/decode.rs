//! Decoding the records of an image. Each is decoded by itself: what it says of others is looked at when it is put to them.

use std::sync::Arc;

use minicbor::Decoder;

use super::ImageError;
use super::pieces::ImagePiece;
use super::record::{
    BalanceImage, CollateralImage, DepositedImage, ExerciseImage, FORMAT, Head, LevelImage, ListImage,
    MarketCandles, MarketImage, ParkedImage, PositionImage, RealizedImage, Section,
};
use super::run::ReadOrders;
use crate::archived_ids::ArchivedIdImage;
use crate::calendar::Calendar;
use crate::order::Order;
use crate::reference::{Account, Asset, Instrument};

/// A record of each section. What there is much of is small here, or behind a pointer.
#[derive(Debug)]
pub(super) enum Record {
    Head(Head),
    Asset(Asset),
    Calendar(Box<Calendar>),
    Instrument(Box<Instrument>),
    Account(Box<Account>),
    Balance(BalanceImage),
    Realized(RealizedImage),
    Market(Box<MarketImage>),
    Position(Box<PositionImage>),
    Parked(ParkedImage),
    Orders(Vec<Arc<Order>>),
    ArchivedIds(Vec<ArchivedIdImage>),
    Level(Box<LevelImage>),
    Candles(Box<MarketCandles>),
    List(Box<ListImage>),
    Exercise(Box<ExerciseImage>),
    Deposited(DepositedImage),
    Collateral(CollateralImage),
    End(u64),
}

impl Record {
    pub(super) const fn section(&self) -> Section {
        match self {
            Self::Head(_) => Section::Head,
            Self::Asset(_) => Section::Asset,
            Self::Calendar(_) => Section::Calendar,
            Self::Instrument(_) => Section::Instrument,
            Self::Account(_) => Section::Account,
            Self::Balance(_) => Section::Balance,
            Self::Realized(_) => Section::Realized,
            Self::Market(_) => Section::Market,
            Self::Position(_) => Section::Position,
            Self::Parked(_) => Section::Parked,
            Self::Orders(_) => Section::Orders,
            Self::ArchivedIds(_) => Section::ArchivedIds,
            Self::Level(_) => Section::Level,
            Self::Candles(_) => Section::Candles,
            Self::List(_) => Section::List,
            Self::Exercise(_) => Section::Exercise,
            Self::Deposited(_) => Section::Deposited,
            Self::Collateral(_) => Section::Collateral,
            Self::End(_) => Section::End,
        }
    }

    fn decode(section: Section, d: &mut Decoder<'_>) -> Result<Self, minicbor::decode::Error> {
        Ok(match section {
            Section::Head => Self::Head(d.decode()?),
            Section::Asset => Self::Asset(d.decode()?),
            Section::Calendar => Self::Calendar(d.decode()?),
            Section::Instrument => Self::Instrument(d.decode()?),
            Section::Account => Self::Account(d.decode()?),
            Section::Balance => Self::Balance(d.decode()?),
            Section::Realized => Self::Realized(d.decode()?),
            Section::Market => Self::Market(d.decode()?),
            Section::Position => Self::Position(d.decode()?),
            Section::Parked => Self::Parked(d.decode()?),
            Section::Orders => Self::Orders(d.decode::<ReadOrders>()?.0),
            Section::ArchivedIds => Self::ArchivedIds(d.decode()?),
            Section::Level => Self::Level(d.decode()?),
            Section::Candles => Self::Candles(d.decode()?),
            Section::List => Self::List(d.decode()?),
            Section::Exercise => Self::Exercise(d.decode()?),
            Section::Deposited => Self::Deposited(d.decode()?),
            Section::Collateral => Self::Collateral(d.decode()?),
            Section::End => Self::End(d.decode()?),
        })
    }
}

/// Records that were decoded.
#[derive(Debug)]
pub struct DecodedPiece {
    pub(super) records: Vec<Record>,
}

impl ImagePiece {
    /// Decodes the records.
    ///
    /// # Errors
    /// [`ImageError`] when one is not what was ever written.
    pub fn decode(self) -> Result<DecodedPiece, ImageError> {
        let mut decoded = DecodedPiece { records: Vec::with_capacity(self.records.len()) };
        for (number, (section, range)) in (self.first..).zip(self.records) {
            let malformed = |source| ImageError::Malformed { record: number, source };
            let value = self.bytes.get(range).unwrap_or_default();
            let mut decoder = Decoder::new(value);
            let record = Record::decode(section, &mut decoder).map_err(malformed)?;
            if decoder.position() < value.len() {
                return Err(malformed(minicbor::decode::Error::message("the record goes on")));
            }
            if let Record::Head(head) = &record
                && head.format != FORMAT
            {
                return Err(ImageError::Format { found: head.format });
            }
            decoded.records.push(record);
        }
        Ok(decoded)
    }
}
