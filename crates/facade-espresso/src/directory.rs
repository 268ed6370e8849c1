//! All pairs of the ledger by instrument and by name, made once for each state of the reference data.

use std::collections::BTreeMap;
use std::sync::Arc;

use order_engine::{InstrumentId, Reference};

use crate::names::{Names, Pair};

/// The pairs. Immutable; a change of the reference data makes another.
#[derive(Debug)]
pub(crate) struct Directory {
    reference: Arc<Reference>,
    pairs: BTreeMap<InstrumentId, Arc<Pair>>,
    by_symbol: BTreeMap<String, Arc<Pair>>,
}

impl Directory {
    pub(crate) fn new(names: &Names, reference: Arc<Reference>) -> Self {
        let pairs: BTreeMap<_, _> = reference
            .instruments()
            .iter()
            .filter_map(|instrument| Some((instrument.id, Arc::new(names.pair(&reference, instrument)?))))
            .collect();
        let mut by_symbol = BTreeMap::new();
        for pair in pairs.values() {
            // Of two instruments with one name the first has it, as it had before the second came.
            by_symbol.entry(pair.symbol.clone()).or_insert_with(|| Arc::clone(pair));
        }
        Self { reference, pairs, by_symbol }
    }

    /// Whether the directory is of this state of the reference data.
    pub(crate) fn is_of(&self, reference: &Arc<Reference>) -> bool {
        Arc::ptr_eq(&self.reference, reference)
    }

    pub(crate) fn reference(&self) -> &Reference {
        &self.reference
    }

    /// The pair of an instrument.
    pub(crate) fn pair(&self, instrument: InstrumentId) -> Option<&Arc<Pair>> {
        self.pairs.get(&instrument)
    }

    /// The pair of a name on the wire, which is case-sensitive.
    pub(crate) fn find(&self, symbol: &str) -> Option<&Arc<Pair>> {
        self.by_symbol.get(symbol)
    }

    /// All pairs in the order of their definition.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = &Arc<Pair>> {
        self.pairs.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, InstrumentConfig};

    fn directory(config: &Config) -> Directory {
        Directory::new(&Names::new(config), testkit::engine().handle().views().reference())
    }

    #[test]
    fn every_instrument_has_a_name_that_finds_it() {
        let directory = directory(&Config::development());
        assert_eq!(directory.pairs().count(), directory.reference().instruments().len());
        for pair in directory.pairs() {
            assert_eq!(directory.find(&pair.symbol), Some(pair));
            assert_eq!(directory.pair(pair.instrument.id), Some(pair));
        }
        for (symbol, canonical) in [("ADAUSDM", "ADA-USDM"), ("TSLAUSD", "TSLA"), ("EURUSD", "EUR-USD")] {
            let found = directory.find(symbol).map(|pair| pair.instrument.symbol().as_str());
            assert_eq!(found, Some(canonical));
        }
        for unknown in ["", "A", "ADA-USDM", "adausdm", "TSLA", "USDMADA", "ADAUSDMX"] {
            assert_eq!(directory.find(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn configuration_may_name_a_pair() {
        let entry = InstrumentConfig { symbol: Some("ADAUSDX".to_owned()), price_band: None };
        let directory = directory(&Config {
            instruments: BTreeMap::from([("ADA-USDM".to_owned(), entry)]),
            ..Config::development()
        });
        assert_eq!(directory.find("ADAUSDX").map(|pair| pair.symbol.as_str()), Some("ADAUSDX"));
        assert_eq!(directory.find("ADAUSDM"), None);
    }
}
