//! Names of instruments, both ways. By rule `EUR-USD` is `EUR_USD`, and what is named without its currency gets it:
//! `TSLA` is `TSLA_USD`. Configuration may name an instrument otherwise; the rule's name is then nobody's.

use std::collections::BTreeMap;
use std::sync::Arc;

use order_engine::{AssetKind, Instrument, Reference};
use rust_decimal::Decimal;

use crate::config::InstrumentAlias;

/// The names that do not follow the rule.
#[derive(Debug, Default)]
pub(crate) struct Names {
    aliases: BTreeMap<String, InstrumentAlias>,
    symbols: BTreeMap<String, String>,
}

impl Names {
    pub(crate) fn new(aliases: BTreeMap<String, InstrumentAlias>) -> Self {
        let symbols = aliases
            .iter()
            .filter_map(|(symbol, alias)| Some((alias.name.clone()?, symbol.clone())))
            .collect();
        Self { aliases, symbols }
    }

    fn alias(&self, instrument: &Instrument) -> Option<&InstrumentAlias> {
        self.aliases.get(instrument.symbol().as_str())
    }

    /// The vendor's name of an instrument.
    pub(crate) fn name(&self, instrument: &Instrument) -> String {
        let alias = self.alias(instrument).and_then(|alias| alias.name.clone());
        alias.unwrap_or_else(|| ruled(instrument))
    }

    /// The instrument of a vendor's name.
    pub(crate) fn find<'reference>(
        &self,
        reference: &'reference Reference,
        name: &str,
    ) -> Option<&'reference Arc<Instrument>> {
        if let Some(symbol) = self.symbols.get(name) {
            return reference.instrument_by_symbol(symbol);
        }
        let alone = || name.rsplit_once('_').and_then(|(symbol, _)| reference.instrument_by_symbol(symbol));
        let found = reference.instrument_by_symbol(&name.replace('_', "-")).or_else(alone)?;
        (self.name(found) == name).then_some(found)
    }

    /// `displayName`: a pair by its currencies, a share by its own name.
    pub(crate) fn display_name(&self, reference: &Reference, instrument: &Instrument) -> String {
        let alias = self.alias(instrument).and_then(|alias| alias.display_name.clone());
        alias.unwrap_or_else(|| {
            let definition = &instrument.definition;
            match reference.asset(instrument.base).map(|asset| asset.definition.kind) {
                Some(AssetKind::Security) => definition.name.to_string(),
                Some(AssetKind::Fiat | AssetKind::Crypto) | None => {
                    format!("{}/{}", definition.base, definition.quote)
                }
            }
        })
    }

    /// What a pip is: as it is written, or else as the engine has it, or else ten ticks.
    pub(crate) fn pip_size(&self, instrument: &Instrument) -> Decimal {
        let written = self.alias(instrument).and_then(|alias| alias.pip.as_ref()?.parse().ok());
        let definition = &instrument.definition;
        written
            .or_else(|| definition.pip.map(|pip| pip.decimal().normalize()))
            .unwrap_or_else(|| (definition.tick.decimal() * Decimal::TEN).normalize())
    }

    /// `pip`, written as the vendor writes it: `0.0001`, `1.0`, `10`. By rule it is ten ticks, since the vendor quotes one
    /// digit more than a pip.
    pub(crate) fn pip(&self, instrument: &Instrument) -> String {
        let alias = self.alias(instrument).and_then(|alias| alias.pip.clone());
        alias.unwrap_or_else(|| {
            let pip = self.pip_size(instrument);
            if pip == Decimal::ONE { "1.0".to_owned() } else { pip.to_string() }
        })
    }
}

fn ruled(instrument: &Instrument) -> String {
    let symbol = instrument.symbol().as_str();
    if symbol.contains('-') {
        symbol.replace('-', "_")
    } else {
        format!("{symbol}_{}", instrument.definition.quote)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alias(name: &str) -> InstrumentAlias {
        InstrumentAlias { name: Some(name.to_owned()), ..InstrumentAlias::default() }
    }

    #[test]
    fn every_instrument_has_a_name_that_finds_it() {
        let reference = testkit::engine().handle().views().reference();
        let names = Names::default();
        for instrument in reference.instruments() {
            let name = names.name(instrument);
            assert_eq!(names.find(&reference, &name).map(|found| found.id), Some(instrument.id), "{name}");
        }
        let named = |symbol| names.name(reference.instrument_by_symbol(symbol).unwrap());
        assert_eq!([named("EUR-USD"), named("TSLA"), named("ADA-USDM")], ["EUR_USD", "TSLA_USD", "ADA_USDM"]);
        for name in ["EUR-USD", "TSLA", "TSLA_EUR", "eur_usd", "EUR_USD_USD", "", "_"] {
            assert_eq!(names.find(&reference, name).map(|found| found.id), None, "{name:?}");
        }
    }

    #[test]
    fn a_configured_name_takes_the_place_of_the_rule() {
        let reference = testkit::engine().handle().views().reference();
        let gold = InstrumentAlias {
            pip: Some("1.0".to_owned()),
            display_name: Some("Gold".to_owned()),
            ..alias("XAU_USD")
        };
        let aliases = BTreeMap::from([("BTC-USD".to_owned(), gold), ("GONE-USD".to_owned(), alias("GONE"))]);
        let names = Names::new(aliases);
        let bitcoin = reference.instrument_by_symbol("BTC-USD").unwrap();
        assert_eq!(names.name(bitcoin), "XAU_USD");
        assert_eq!(names.display_name(&reference, bitcoin), "Gold");
        assert_eq!(names.pip(bitcoin), "1.0");
        assert_eq!(names.find(&reference, "XAU_USD").map(|found| found.id), Some(bitcoin.id));
        assert!(names.find(&reference, "BTC_USD").is_none());
        assert!(names.find(&reference, "GONE").is_none());
    }
}
