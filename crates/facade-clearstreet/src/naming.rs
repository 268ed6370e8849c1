//! Names of instruments: canonical symbol on one side, symbol, UUID and venue of this dialect on the other.
//!
//! The directory is computed from reference data and configuration alone, and computed anew when reference data change.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arc_swap::ArcSwap;
use order_engine::{AssetKind, Instrument, InstrumentId, OptionContract, Reference, Settlement, Timestamp};
use time::Date;
use uuid::Uuid;

use crate::config::InstrumentNaming;
use crate::occ;
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
    /// What makes it an option contract.
    pub(crate) option: Option<OptionListing>,
}

/// An option contract with the names of what it is on.
#[derive(Debug, Clone)]
pub(crate) struct OptionListing {
    pub(crate) contract: Box<OptionContract>,
    pub(crate) underlier: InstrumentId,
    pub(crate) underlier_id: Uuid,
    /// Symbol of the underlier here.
    pub(crate) root: String,
    /// Day of expiry in New York.
    pub(crate) expiry: Date,
}

impl OptionListing {
    fn new(instrument: &Instrument, namings: &BTreeMap<String, InstrumentNaming>) -> Option<Self> {
        let contract = instrument.definition.option.clone()?;
        let canonical = contract.underlier.as_str();
        let naming = namings.get(canonical);
        let root = naming.and_then(|naming| naming.symbol.clone()).unwrap_or_else(|| canonical.to_owned());
        Some(Self {
            underlier: instrument.underlier?,
            underlier_id: naming.and_then(|naming| naming.id).unwrap_or_else(|| id_of_symbol(canonical)),
            expiry: occ::expiry(&contract),
            root,
            contract,
        })
    }

    /// Whether it can still be traded.
    pub(crate) fn is_alive(&self, now: Timestamp) -> bool {
        self.contract.expires_at > now
    }
}

/// What kind of instrument it is, for search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AssetClass {
    Equity,
    Option,
    Fx,
    Other,
}

impl Listing {
    fn new(
        instrument: &Arc<Instrument>,
        reference: &Reference,
        namings: &BTreeMap<String, InstrumentNaming>,
    ) -> Self {
        let canonical = instrument.symbol().as_str();
        let naming = namings.get(canonical).cloned().unwrap_or_default();
        let option = OptionListing::new(instrument, namings);
        let kind = |asset| reference.asset(asset).map(|asset| asset.definition.kind);
        let class = match (instrument.definition.settlement, kind(instrument.base)) {
            _ if option.is_some() => AssetClass::Option,
            (Settlement::Security, _) => AssetClass::Equity,
            (Settlement::Spot | Settlement::Margin { .. }, Some(AssetKind::Fiat)) => AssetClass::Fx,
            (
                Settlement::Spot | Settlement::Margin { .. },
                Some(AssetKind::Crypto | AssetKind::Security) | None,
            ) => AssetClass::Other,
        };
        let country = match class {
            AssetClass::Equity | AssetClass::Option => "US",
            AssetClass::Fx | AssetClass::Other => UNKNOWN_COUNTRY,
        };
        let contract_symbol = option.as_ref().and_then(|option| occ::symbol(&option.root, &option.contract));
        let by_rule = || contract_symbol.unwrap_or_else(|| canonical.to_owned());
        Self {
            instrument: Arc::clone(instrument),
            symbol: naming.symbol.unwrap_or_else(by_rule),
            id: naming.id.unwrap_or_else(|| id_of_symbol(canonical)),
            venue_is_known: naming.venue.is_some(),
            venue: naming.venue.unwrap_or_else(|| OFF_EXCHANGE.to_owned()),
            country: naming.country_of_issue.unwrap_or_else(|| country.to_owned()),
            class,
            currency: instrument.definition.quote.as_str().to_owned(),
            option,
        }
    }

    /// The id of what an option contract is on.
    pub(crate) fn underlier_id(&self) -> Option<String> {
        self.option.as_ref().map(|option| option.underlier_id.to_string())
    }

    /// The security type: what is no share is shown as cash, the nearest word there is.
    pub(crate) const fn security_type(&self) -> SecurityType {
        match self.class {
            AssetClass::Equity => SecurityType::CommonStock,
            AssetClass::Option => SecurityType::Option,
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
        let instruments = reference.instruments().iter();
        let listings: Vec<Listing> =
            instruments.map(|instrument| Listing::new(instrument, &reference, namings)).collect();
        let names = listings.iter().enumerate().map(|(at, listing)| (listing.symbol.clone(), at));
        // Some write a contract's name without the blanks of its root.
        let contracts = listings.iter().enumerate().filter(|(_, listing)| listing.option.is_some());
        let compact = contracts.map(|(at, listing)| (occ::compact(&listing.symbol), at));
        let by_symbol = compact.chain(names).collect();
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
