//! What accounts and instruments are called here, both ways.

use std::collections::BTreeMap;
use std::sync::Arc;

use order_engine::{AccountId, Instrument, InstrumentId, Reference};

use crate::config::{Config, ExchangeEntry, InstrumentEntry};
use crate::wire;

/// The names that configuration gives, indexed.
#[derive(Debug)]
pub(crate) struct Directory {
    /// Canonical account of owner and account.
    accounts: BTreeMap<(String, String), String>,
    /// Owner and account of a canonical account.
    keys: BTreeMap<String, wire::Account>,
    /// Canonical instrument of exchange and code, where configuration names it.
    symbols: BTreeMap<(String, String), String>,
    instruments: BTreeMap<String, InstrumentEntry>,
    exchanges: BTreeMap<String, ExchangeEntry>,
    home_exchange: String,
}

/// What an instrument is called here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Symbol<'a> {
    pub(crate) code: &'a str,
    pub(crate) exchange: &'a str,
    /// Empty when it is not known.
    pub(crate) cfi_code: &'a str,
    /// Where orders go that name no destination; empty when the exchange has none.
    pub(crate) destination: &'a str,
}

impl Directory {
    pub(crate) fn new(config: &Config) -> Self {
        let listed = || config.owners.iter().flat_map(|o| o.accounts.iter().map(move |a| (&o.code, a)));
        let key = |owner: &str, account: &str| wire::Account {
            owner_id: owner.to_owned(),
            account_id: account.to_owned(),
        };
        let named = config.instruments.iter().map(|(canonical, entry)| {
            let exchange = entry.exchange.as_ref().unwrap_or(&config.home_exchange).clone();
            ((exchange, entry.code.as_ref().unwrap_or(canonical).clone()), canonical.clone())
        });
        Self {
            accounts: listed()
                .map(|(owner, account)| ((owner.clone(), account.code.clone()), account.account.clone()))
                .collect(),
            keys: listed()
                .map(|(owner, account)| (account.account.clone(), key(owner, &account.code)))
                .collect(),
            symbols: named.collect(),
            instruments: config.instruments.clone(),
            exchanges: config.exchanges.iter().map(|entry| (entry.code.clone(), entry.clone())).collect(),
            home_exchange: config.home_exchange.clone(),
        }
    }

    /// The exchange of a code.
    pub(crate) fn exchange(&self, code: &str) -> Option<&ExchangeEntry> {
        self.exchanges.get(code)
    }

    /// Whether orders for an exchange may go to a destination.
    pub(crate) fn has_destination(&self, exchange: &str, destination: &str) -> bool {
        self.exchange(exchange)
            .is_some_and(|entry| entry.destinations.iter().any(|known| known.code == destination))
    }
}

/// The names at one moment: the directory together with what the engine has.
#[derive(Debug)]
pub(crate) struct Lexicon<'a> {
    pub(crate) directory: &'a Directory,
    pub(crate) reference: Arc<Reference>,
}

impl<'a> Lexicon<'a> {
    pub(crate) const fn new(directory: &'a Directory, reference: Arc<Reference>) -> Self {
        Self { directory, reference }
    }

    /// Owner and account of an account of the engine.
    pub(crate) fn key(&self, account: AccountId) -> Option<&'a wire::Account> {
        self.directory.keys.get(self.reference.account(account)?.definition.code.as_str())
    }

    /// The engine's account of owner and account.
    pub(crate) fn account(&self, owner: &str, account: &str) -> Option<AccountId> {
        let canonical = self.directory.accounts.get(&(owner.to_owned(), account.to_owned()))?;
        self.reference.account_by_code(canonical).map(|account| account.id)
    }

    /// What an instrument is called.
    pub(crate) fn symbol(&self, instrument: InstrumentId) -> Option<Symbol<'_>> {
        let canonical = self.reference.instrument(instrument)?.symbol().as_str();
        let entry = self.directory.instruments.get(canonical);
        let exchange =
            entry.and_then(|entry| entry.exchange.as_deref()).unwrap_or(&self.directory.home_exchange);
        let destinations = self.directory.exchange(exchange).map(|entry| entry.destinations.as_slice());
        Some(Symbol {
            code: entry.and_then(|entry| entry.code.as_deref()).unwrap_or(canonical),
            exchange,
            cfi_code: entry.map_or("", |entry| entry.cfi_code.as_str()),
            destination: destinations.and_then(<[_]>::first).map_or("", |first| first.code.as_str()),
        })
    }

    /// The instrument of exchange and code.
    pub(crate) fn instrument(&self, exchange: &str, code: &str) -> Option<&Arc<Instrument>> {
        let key = (exchange.to_owned(), code.to_owned());
        if let Some(canonical) = self.directory.symbols.get(&key) {
            return self.reference.instrument_by_symbol(canonical);
        }
        let unnamed =
            exchange == self.directory.home_exchange && !self.directory.instruments.contains_key(code);
        if unnamed { self.reference.instrument_by_symbol(code) } else { None }
    }
}
