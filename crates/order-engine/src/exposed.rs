//! Who has open margin positions, found by what can move their worth.

use std::collections::BTreeSet;

use crate::ids::{AccountId, AssetId, InstrumentId};

/// An open margin position, as far as finding it goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exposure {
    pub(crate) account: AccountId,
    /// The account's currency.
    pub(crate) currency: AssetId,
    pub(crate) instrument: InstrumentId,
    /// What the instrument is paid with.
    pub(crate) quote: AssetId,
}

/// All open margin positions. Follows from the lots.
#[derive(Debug, Default)]
pub(crate) struct Exposed {
    by_instrument: BTreeSet<(InstrumentId, AccountId)>,
    /// By what is converted into what.
    by_conversion: BTreeSet<(AssetId, AssetId, AccountId, InstrumentId)>,
    /// Number of positions by account.
    counts: Vec<u32>,
}

impl Exposed {
    /// Notes whether a position is open.
    pub(crate) fn note(&mut self, exposure: Exposure, is_open: bool) {
        let Exposure { account, currency, instrument, quote } = exposure;
        let index = account.get() as usize;
        if index >= self.counts.len() {
            self.counts.resize(index + 1, 0);
        }
        let Some(count) = self.counts.get_mut(index) else { return };
        if is_open {
            *count += u32::from(self.by_instrument.insert((instrument, account)));
            self.by_conversion.insert((quote, currency, account, instrument));
        } else {
            *count -= u32::from(self.by_instrument.remove(&(instrument, account)));
            self.by_conversion.remove(&(quote, currency, account, instrument));
        }
    }

    /// Whether an account has any.
    pub(crate) fn has(&self, account: AccountId) -> bool {
        self.counts.get(account.get() as usize).is_some_and(|count| *count > 0)
    }

    /// The accounts whose positions are worth something else once this instrument has another quote: those that have
    /// it, and those whose profit is converted by it.
    pub(crate) fn moved_by(
        &self,
        instrument: InstrumentId,
        base: AssetId,
        quote: AssetId,
    ) -> BTreeSet<AccountId> {
        let all = (AccountId::new(0), AccountId::new(u32::MAX));
        let holders = self.by_instrument.range((instrument, all.0)..=(instrument, all.1));
        let converted = [(base, quote), (quote, base)].into_iter().flat_map(|(from, to)| {
            let (first, last) = (InstrumentId::new(0), InstrumentId::new(u32::MAX));
            self.by_conversion.range((from, to, all.0, first)..=(from, to, all.1, last))
        });
        holders.map(|(_, account)| *account).chain(converted.map(|(_, _, account, _)| *account)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_found_by_their_instrument_and_by_their_conversion() {
        let (usd, eur, jpy) = (AssetId::new(0), AssetId::new(1), AssetId::new(2));
        let (eur_usd, eur_jpy, usd_jpy) = (InstrumentId::new(0), InstrumentId::new(1), InstrumentId::new(2));
        let (one, two) = (AccountId::new(1), AccountId::new(2));
        let mut exposed = Exposed::default();
        let plain = Exposure { account: one, currency: usd, instrument: eur_usd, quote: usd };
        let converted = Exposure { account: two, currency: usd, instrument: eur_jpy, quote: jpy };
        for _ in 0..2 {
            exposed.note(plain, true);
            exposed.note(converted, true);
        }
        assert_eq!(exposed.moved_by(eur_usd, eur, usd), [one].into());
        assert_eq!(exposed.moved_by(eur_jpy, eur, jpy), [two].into());
        assert_eq!(exposed.moved_by(usd_jpy, usd, jpy), [two].into());
        exposed.note(converted, false);
        assert!(exposed.moved_by(usd_jpy, usd, jpy).is_empty());
        assert!(exposed.has(one) && !exposed.has(two));
    }
}
