//! Instruments, their filters and the search over them.

use facade_kit::decimal::shortest;
use order_engine::{InstrumentId, Settlement, Timestamp};
use rust_decimal::Decimal;

use crate::error::ApiError;
use crate::naming::{AssetClass, Directory, Listing, OptionListing};
use crate::occ;
use crate::query::Query;
use crate::wire;

/// An instrument. Shares are paid for in full, so they are not marginable. What can be sold short is easy to borrow, and
/// its rate is what a short sale takes beyond its proceeds.
pub(crate) fn instrument(listing: &Listing) -> wire::Instrument {
    let definition = &listing.instrument.definition;
    let margin = match definition.settlement {
        Settlement::Margin { rate } => Some(shortest(rate.fraction())),
        Settlement::Spot | Settlement::Security => None,
    };
    let collateral = definition.short_sale.map(|rate| rate.fraction() - Decimal::ONE);
    wire::Instrument {
        country_of_issue: listing.country.clone(),
        currency: listing.currency.clone(),
        easy_to_borrow: collateral.is_some(),
        id: listing.id.to_string(),
        instrument_type: listing.security_type(),
        is_fractionable: definition.lot.decimal() < Decimal::ONE,
        is_liquidation_only: false,
        is_marginable: margin.is_some(),
        is_ptp: false,
        is_short_prohibited: collateral.is_none(),
        is_threshold_security: false,
        is_tradable: true,
        long_margin_rate: margin.clone(),
        name: definition.name.to_string(),
        options_expiry_dates: None,
        short_margin_rate: collateral.map(shortest).or(margin),
        symbol: listing.symbol.clone(),
        venue: listing.venue.clone(),
    }
}

/// The filter of a list of instruments.
#[derive(Debug)]
pub(crate) struct InstrumentFilter {
    security_type: Option<wire::SecurityType>,
    instruments: Option<Vec<InstrumentId>>,
    flags: [Option<bool>; 6],
}

impl InstrumentFilter {
    pub(crate) fn of(query: &Query, directory: &Directory) -> Result<Self, ApiError> {
        let named = query.list("instrument_ids")?;
        Ok(Self {
            security_type: query.word("instrument_type")?,
            instruments: (!named.is_empty()).then(|| directory.find_all(&named)),
            flags: [
                query.flag("is_marginable")?,
                query.flag("easy_to_borrow")?,
                query.flag("is_short_prohibited")?,
                query.flag("is_threshold_security")?,
                query.flag("is_liquidation_only")?,
                query.flag("is_ptp")?,
            ],
        })
    }

    /// Whether an instrument matches.
    pub(crate) fn matches(&self, listing: &Listing) -> bool {
        let shown = instrument(listing);
        let flags = [
            shown.is_marginable,
            shown.easy_to_borrow,
            shown.is_short_prohibited,
            shown.is_threshold_security,
            shown.is_liquidation_only,
            shown.is_ptp,
        ];
        // Contracts are listed by themselves.
        listing.option.is_none()
            && self.security_type.is_none_or(|wanted| wanted == shown.instrument_type)
            && self.instruments.as_ref().is_none_or(|wanted| wanted.contains(&listing.instrument.id))
            && self.flags.iter().zip(flags).all(|(wanted, flag)| wanted.is_none_or(|wanted| wanted == flag))
    }
}

/// A search.
#[derive(Debug)]
pub(crate) struct SearchFilter {
    term: String,
    classes: Vec<AssetClass>,
    currency: Option<String>,
    country: Option<String>,
    /// Expired contracts match too.
    is_inactive_wanted: bool,
    now: Timestamp,
}

impl SearchFilter {
    /// `include_ptp` is read and changes nothing: no instrument is a PTP. Inactive are the contracts that have expired.
    pub(crate) fn of(query: &Query, now: Timestamp) -> Result<Self, ApiError> {
        let term = query.required("q")?.to_lowercase();
        let mut classes = Vec::new();
        let words = query.list("asset_class")?;
        for word in if words.is_empty() { vec!["EQUITY"] } else { words } {
            classes.extend(class(word)?);
        }
        let is_inactive_wanted = query.flag("include_inactive")?.unwrap_or_default();
        query.flag("include_ptp")?;
        Ok(Self {
            term,
            classes,
            currency: query.text("currency")?.map(str::to_owned),
            country: query.text("country")?.map(str::to_owned),
            is_inactive_wanted,
            now,
        })
    }

    /// How well an instrument matches, the best being 0; nothing when it does not.
    pub(crate) fn rank(&self, listing: &Listing) -> Option<u8> {
        let is_active = listing.option.as_ref().is_none_or(|option| option.is_alive(self.now));
        let is_wanted = (is_active || self.is_inactive_wanted)
            && self.classes.contains(&listing.class)
            && self.currency.as_ref().is_none_or(|currency| *currency == listing.currency)
            && self.country.as_ref().is_none_or(|country| *country == listing.country);
        if !is_wanted {
            return None;
        }
        if let Some(option) = &listing.option {
            return self.rank_contract(listing, option);
        }
        let symbol = listing.symbol.to_lowercase();
        let name = listing.instrument.definition.name.to_lowercase();
        let tests = [
            symbol == self.term,
            symbol.starts_with(&self.term),
            name.starts_with(&self.term),
            symbol.contains(&self.term),
            name.contains(&self.term),
        ];
        (0..).zip(tests).find(|(_, matches)| *matches).map(|(rank, _)| rank)
    }

    /// A contract is found by its symbol, by the beginning of it, or by a phrase such as `AAPL Dec 250 call`.
    fn rank_contract(&self, listing: &Listing, option: &OptionListing) -> Option<u8> {
        let (symbol, term) = (occ::compact(&listing.symbol).to_lowercase(), occ::compact(&self.term));
        let words = occ::phrase(&option.root, &option.contract);
        let is_phrase = || self.term.split_whitespace().all(|word| words.iter().any(|known| known == word));
        if symbol == term {
            Some(0)
        } else if !term.is_empty() && symbol.starts_with(&term) {
            Some(1)
        } else if is_phrase() {
            Some(2)
        } else {
            None
        }
    }
}

/// The class of a word; nothing for a class that no instrument is of.
fn class(word: &str) -> Result<Option<AssetClass>, ApiError> {
    match word {
        "EQUITY" => Ok(Some(AssetClass::Equity)),
        "FX" => Ok(Some(AssetClass::Fx)),
        "OTHER" => Ok(Some(AssetClass::Other)),
        "OPTION" => Ok(Some(AssetClass::Option)),
        "WARRANT" | "BOND" => Ok(None),
        unknown => Err(ApiError::Query(format!(
            "asset_class: unknown variant `{unknown}`, expected one of `EQUITY`, `OPTION`, `WARRANT`, `BOND`, `FX`, `OTHER`"
        ))),
    }
}
