//! Names of instruments: canonical symbol on one side, symbol, UUID and venue of this dialect on the other.
//!
//! The directory is computed from reference data and configuration alone, and computed anew when reference data change.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arc_swap::ArcSwap;
use order_engine::{AssetKind, Instrument, InstrumentId, Reference, Settlement};
use uuid::Uuid;

use crate::config::InstrumentNaming;
use crate::wire::SecurityType;

/// Venue of an instrument that configuration gives none.
pub(crate) const OFF_EXCHANGE: &str = "XOFF";
const UNKNOWN_COUNTRY: &str = "XX";
const ID_SPACE: &str = "clearstreet.instrument";

/// The instrument id of a symbol that configuration gives none.
pub(crate) fn id_of_symbol(symbol: &str) -> Uuid {
    facade_kit::name_uuid(ID_SPACE, symbol)
}

/// An instrument with its names.
#[derive(Debug, Clone)]
pub(crate) struct Listing {
    pub(crate) instrument: Arc<Instrument>,
    pub(crate) symbol: String,
    pub(crate) id: Uuid,
    pub(crate) venue: String,
    /// Whether configuration gives the venue.
    pub(crate) venue_is_known: bool,
    pub(crate) country: String,
    pub(crate) class: AssetClass,
    /// Code of the quote asset.
    pub(crate) currency: String,
}

/// What kind of instrument it is, for search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AssetClass {
    Equity,
    Fx,
    Other,
}

impl Listing {
    fn new(instrument: &Arc<Instrument>, reference: &Reference, naming: &InstrumentNaming) -> Self {
        let canonical = instrument.symbol().as_str();
        let kind = |asset| reference.asset(asset).map(|asset| asset.definition.kind);
        let class = match (instrument.definition.settlement, kind(instrument.base)) {
            (Settlement::Security, _) => AssetClass::Equity,
            (Settlement::Spot | Settlement::Margin { .. }, Some(AssetKind::Fiat)) => AssetClass::Fx,
            (
                Settlement::Spot | Settlement::Margin { .. },
                Some(AssetKind::Crypto | AssetKind::Security) | None,
            ) => AssetClass::Other,
        };
        let country = if class == AssetClass::Equity { "US" } else { UNKNOWN_COUNTRY };
        Self {
            instrument: Arc::clone(instrument),
            symbol: naming.symbol.clone().unwrap_or_else(|| canonical.to_owned()),
            id: naming.id.unwrap_or_else(|| id_of_symbol(canonical)),
            venue: naming.venue.clone().unwrap_or_else(|| OFF_EXCHANGE.to_owned()),
            venue_is_known: naming.venue.is_some(),
            country: naming.country_of_issue.clone().unwrap_or_else(|| country.to_owned()),
            class,
            currency: instrument.definition.quote.as_str().to_owned(),
        }
    }

    /// The security type: what is no share is shown as cash, the nearest word there is.
    pub(crate) const fn security_type(&self) -> SecurityType {
        match self.class {
            AssetClass::Equity => SecurityType::CommonStock,
            AssetClass::Fx | AssetClass::Other => SecurityType::Cash,
        }
    }
}

/// All instruments with their names.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    reference: Arc<Reference>,
    listings: Vec<Listing>,
    /// Point lookups only, never iterated.
    by_symbol: HashMap<String, usize>,
    /// Point lookups only, never iterated.
    by_id: HashMap<Uuid, usize>,
}

impl Directory {
    pub(crate) fn new(reference: Arc<Reference>, namings: &BTreeMap<String, InstrumentNaming>) -> Self {
        let by_rule = InstrumentNaming::default();
        let listings: Vec<Listing> = reference
            .instruments()
            .iter()
            .map(|instrument| {
                let naming = namings.get(instrument.symbol().as_str()).unwrap_or(&by_rule);
                Listing::new(instrument, &reference, naming)
            })
            .collect();
        let by_symbol =
            listings.iter().enumerate().map(|(at, listing)| (listing.symbol.clone(), at)).collect();
        let by_id = listings.iter().enumerate().map(|(at, listing)| (listing.id, at)).collect();
        Self { reference, listings, by_symbol, by_id }
    }

    /// All instruments in the order of definition.
    pub(crate) fn listings(&self) -> &[Listing] {
        &self.listings
    }

    /// The instrument of a number.
    pub(crate) fn listing(&self, id: InstrumentId) -> Option<&Listing> {
        self.listings.get(usize::try_from(id.get()).ok()?)
    }

    /// The instrument of a symbol or a UUID.
    pub(crate) fn find(&self, text: &str) -> Option<&Listing> {
        let by_id = || self.by_id.get(&Uuid::try_parse(text).ok()?);
        self.listings.get(*self.by_symbol.get(text).or_else(by_id)?)
    }

    /// The instruments of a list of symbols and UUIDs; what names none is left out.
    pub(crate) fn find_all(&self, texts: &[&str]) -> Vec<InstrumentId> {
        texts.iter().filter_map(|text| self.find(text)).map(|listing| listing.instrument.id).collect()
    }
}

/// The current directory.
#[derive(Debug, Default)]
pub(crate) struct Directories(ArcSwap<Directory>);

impl Directories {
    /// The directory of these reference data.
    pub(crate) fn of(
        &self,
        reference: Arc<Reference>,
        namings: &BTreeMap<String, InstrumentNaming>,
    ) -> Arc<Directory> {
        let current = self.0.load_full();
        if Arc::ptr_eq(&current.reference, &reference) {
            return current;
        }
        let renewed = Arc::new(Directory::new(reference, namings));
        self.0.store(Arc::clone(&renewed));
        renewed
    }
}
