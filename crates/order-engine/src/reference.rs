//! Reference data: assets, instruments and accounts, and the small index over them that everyone reads.

mod accounts;
mod assets;
mod commission;
mod instruments;
mod measures;
mod options;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::calendar::Calendar;
use crate::ids::{
    AccountCode, AccountId, AssetCode, AssetId, CalendarId, CalendarName, InstrumentId, Symbol,
};

pub use accounts::{Account, AccountDefinition};
pub use assets::{Asset, AssetDefinition, AssetKind};
pub use commission::{ChargedIn, Commission, Rounding};
pub use instruments::{Instrument, InstrumentDefinition, Settlement, TriggerSource};
pub use measures::{BasisPoints, Pips};
pub use options::{Delivery, ExerciseStyle, OptionContract, OptionRight};

/// The index over reference data. Small, immutable once published, cheap to share.
#[derive(Debug, Clone, Default)]
pub struct Reference {
    assets: Vec<Arc<Asset>>,
    instruments: Vec<Arc<Instrument>>,
    accounts: Vec<Arc<Account>>,
    calendars: Vec<Arc<Calendar>>,
    asset_codes: BTreeMap<AssetCode, AssetId>,
    symbols: BTreeMap<Symbol, InstrumentId>,
    account_codes: BTreeMap<AccountCode, AccountId>,
    calendar_names: BTreeMap<CalendarName, CalendarId>,
}

fn position(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl Reference {
    /// All assets in the order of definition.
    #[must_use]
    pub fn assets(&self) -> &[Arc<Asset>] {
        &self.assets
    }

    /// All instruments in the order of definition.
    #[must_use]
    pub fn instruments(&self) -> &[Arc<Instrument>] {
        &self.instruments
    }

    /// All accounts in the order of opening; the house is the first once it has been opened.
    #[must_use]
    pub fn accounts(&self) -> &[Arc<Account>] {
        &self.accounts
    }

    /// All calendars in the order of definition.
    #[must_use]
    pub fn calendars(&self) -> &[Arc<Calendar>] {
        &self.calendars
    }

    /// The calendar of a number.
    #[must_use]
    pub fn calendar(&self, id: CalendarId) -> Option<&Arc<Calendar>> {
        self.calendars.get(position(id.get()))
    }

    /// The calendar of a canonical name.
    #[must_use]
    pub fn calendar_by_name(&self, name: &str) -> Option<&Arc<Calendar>> {
        let name = CalendarName::new(name).ok()?;
        self.calendar_names.get(&name).and_then(|id| self.calendar(*id))
    }

    /// The asset of a number.
    #[must_use]
    pub fn asset(&self, id: AssetId) -> Option<&Arc<Asset>> {
        self.assets.get(position(id.get()))
    }

    /// The instrument of a number.
    #[must_use]
    pub fn instrument(&self, id: InstrumentId) -> Option<&Arc<Instrument>> {
        self.instruments.get(position(id.get()))
    }

    /// The account of a number.
    #[must_use]
    pub fn account(&self, id: AccountId) -> Option<&Arc<Account>> {
        self.accounts.get(position(id.get()))
    }

    /// The asset of a canonical code.
    #[must_use]
    pub fn asset_by_code(&self, code: &str) -> Option<&Arc<Asset>> {
        let code = AssetCode::new(code).ok()?;
        self.asset_codes.get(&code).and_then(|id| self.asset(*id))
    }

    /// The instrument of a canonical name.
    #[must_use]
    pub fn instrument_by_symbol(&self, symbol: &str) -> Option<&Arc<Instrument>> {
        let symbol = Symbol::new(symbol).ok()?;
        self.symbols.get(&symbol).and_then(|id| self.instrument(*id))
    }

    /// The account of a canonical name.
    #[must_use]
    pub fn account_by_code(&self, code: &str) -> Option<&Arc<Account>> {
        let code = AccountCode::new(code).ok()?;
        self.account_codes.get(&code).and_then(|id| self.account(*id))
    }

    pub(crate) fn next_asset(&self) -> AssetId {
        AssetId::new(u32::try_from(self.assets.len()).unwrap_or(u32::MAX))
    }

    pub(crate) fn next_instrument(&self) -> InstrumentId {
        InstrumentId::new(u32::try_from(self.instruments.len()).unwrap_or(u32::MAX))
    }

    pub(crate) fn next_account(&self) -> AccountId {
        AccountId::new(u32::try_from(self.accounts.len()).unwrap_or(u32::MAX))
    }

    pub(crate) fn next_calendar(&self) -> CalendarId {
        CalendarId::new(u32::try_from(self.calendars.len()).unwrap_or(u32::MAX))
    }

    /// Adds a calendar, or puts one with more days in the place of the known one.
    pub(crate) fn put_calendar(&mut self, calendar: Calendar) {
        if let Some(known) = self.calendars.get_mut(position(calendar.id.get())) {
            assert_eq!(
                known.definition.name, calendar.definition.name,
                "Invariant: a calendar keeps its name"
            );
            *known = Arc::new(calendar);
            return;
        }
        assert_eq!(calendar.id, self.next_calendar(), "Invariant: calendars are numbered without gaps");
        self.calendar_names.insert(calendar.definition.name.clone(), calendar.id);
        self.calendars.push(Arc::new(calendar));
    }

    pub(crate) fn add_asset(&mut self, asset: Asset) {
        assert_eq!(asset.id, self.next_asset(), "Invariant: assets are numbered without gaps");
        self.asset_codes.insert(asset.definition.code.clone(), asset.id);
        self.assets.push(Arc::new(asset));
    }

    pub(crate) fn add_instrument(&mut self, instrument: Instrument) {
        assert_eq!(instrument.id, self.next_instrument(), "Invariant: instruments are numbered without gaps");
        self.symbols.insert(instrument.definition.symbol.clone(), instrument.id);
        self.instruments.push(Arc::new(instrument));
    }

    /// Puts another state of a known account into its place.
    pub(crate) fn replace_account(&mut self, account: Arc<Account>) {
        match self.accounts.get_mut(position(account.id.get())) {
            Some(slot) => *slot = account,
            None => unreachable!("Invariant: a replaced account is known"),
        }
    }

    pub(crate) fn add_account(&mut self, account: Account) {
        assert_eq!(account.id, self.next_account(), "Invariant: accounts are numbered without gaps");
        self.account_codes.insert(account.definition.code.clone(), account.id);
        self.accounts.push(Arc::new(account));
    }
}
