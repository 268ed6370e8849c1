//! Pairs: the engine's instruments under the vendor's names. A pair is named after its two assets (`BTC-USD`, and `TSLA`
//! is `TSLA-USD`), unless configuration names it. Requests write a dash or a slash, answers a slash.

use std::collections::BTreeMap;
use std::sync::Arc;

use order_engine::{Asset, Instrument, InstrumentId, Reference};

use crate::config::PairName;
use crate::error::ApiError;

/// All pairs of one moment.
pub(crate) struct Pairs {
    reference: Arc<Reference>,
    renamed: Arc<BTreeMap<String, PairName>>,
}

/// One pair, with the assets that give it scales and names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair<'a> {
    pub(crate) instrument: &'a Instrument,
    pub(crate) base: &'a Asset,
    pub(crate) quote: &'a Asset,
    /// Code of the base, as the pair's name has it.
    pub(crate) base_code: &'a str,
    /// Code of the quote, as the pair's name has it.
    pub(crate) quote_code: &'a str,
}

impl Pair<'_> {
    /// `BTC/USD`.
    pub(crate) fn symbol(&self) -> String {
        format!("{}/{}", self.base_code, self.quote_code)
    }

    /// `BTC-USD`.
    pub(crate) fn dashed(&self) -> String {
        format!("{}-{}", self.base_code, self.quote_code)
    }

    /// Least decimals of prices and quote amounts.
    pub(crate) const fn quote_scale(&self) -> u32 {
        self.quote.definition.scale
    }

    /// Least decimals of quantities in trades.
    pub(crate) const fn base_scale(&self) -> u32 {
        self.base.definition.scale
    }
}

impl Pairs {
    pub(crate) const fn new(reference: Arc<Reference>, renamed: Arc<BTreeMap<String, PairName>>) -> Self {
        Self { reference, renamed }
    }

    /// Assets, instruments and accounts.
    pub(crate) fn reference(&self) -> &Reference {
        &self.reference
    }

    /// The pair of an instrument.
    pub(crate) fn of(&self, id: InstrumentId) -> Option<Pair<'_>> {
        self.named(self.reference.instrument(id)?)
    }

    fn named<'a>(&'a self, instrument: &'a Instrument) -> Option<Pair<'a>> {
        let base = self.reference.asset(instrument.base)?;
        let quote = self.reference.asset(instrument.quote)?;
        let (base_code, quote_code) = self.renamed.get(instrument.symbol().as_str()).map_or_else(
            || (base.definition.code.as_str(), quote.definition.code.as_str()),
            |name| (name.base.as_str(), name.quote.as_str()),
        );
        Some(Pair { instrument, base, quote, base_code, quote_code })
    }

    /// All pairs in the order of definition.
    pub(crate) fn all(&self) -> impl Iterator<Item = Pair<'_>> {
        self.reference.instruments().iter().filter_map(|instrument| self.named(instrument))
    }

    /// The pair that a request names with a dash or a slash.
    ///
    /// The canonical names that a pair nearly always has are tried before all pairs are looked through.
    pub(crate) fn find(&self, text: &str) -> Result<Pair<'_>, ApiError> {
        let unknown = || ApiError::NoSuchPair(text.to_owned());
        let (base, quote) = text.split_once(['-', '/']).ok_or_else(unknown)?;
        let is_it = |pair: &Pair<'_>| pair.base_code == base && pair.quote_code == quote;
        let canonical = |symbol: &str| {
            self.reference.instrument_by_symbol(symbol).and_then(|instrument| self.named(instrument))
        };
        canonical(&format!("{base}-{quote}"))
            .filter(is_it)
            .or_else(|| canonical(base).filter(is_it))
            .or_else(|| self.all().find(is_it))
            .ok_or_else(unknown)
    }
}
