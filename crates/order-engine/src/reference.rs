//! Reference data: assets, instruments and accounts, and the small index over them that everyone reads.

use std::collections::BTreeMap;
use std::sync::Arc;

use minicbor::{Decode, Encode};
use rust_decimal::Decimal;

use crate::calendar::Calendar;
use crate::ids::{
    AccountCode, AccountId, AssetCode, AssetId, CalendarId, CalendarName, InstrumentId, Symbol,
};
use crate::number::{Amount, Price, Quantity};
use crate::session::WhileClosed;
use crate::settings::AccountSettings;
use crate::time::Timestamp;

/// Hundredths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Encode, Decode)]
#[cbor(transparent)]
pub struct BasisPoints(#[n(0)] u32);

impl BasisPoints {
    /// From hundredths of a percent.
    #[must_use]
    pub const fn new(hundredths_of_a_percent: u32) -> Self {
        Self(hundredths_of_a_percent)
    }

    /// In hundredths of a percent.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// As a fraction: 500 basis points are 0.05.
    #[must_use]
    pub fn fraction(self) -> Decimal {
        Decimal::new(i64::from(self.0), 4).normalize()
    }
}

/// A distance in pips, with one decimal. What a pip is, is the instrument's matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Encode, Decode)]
#[cbor(transparent)]
pub struct Pips(#[n(0)] u32);

impl Pips {
    /// From tenths of a pip.
    #[must_use]
    pub const fn from_tenths(tenths: u32) -> Self {
        Self(tenths)
    }

    /// From a decimal; nothing for one below zero, with more than one decimal, or too large to be kept.
    #[must_use]
    pub fn from_decimal(pips: Decimal) -> Option<Self> {
        let tenths = pips.checked_mul(Decimal::TEN)?.normalize();
        if tenths.scale() > 0 { None } else { u32::try_from(tenths.mantissa()).ok().map(Self) }
    }

    /// In tenths of a pip.
    #[must_use]
    pub const fn tenths(self) -> u32 {
        self.0
    }

    /// As a decimal without trailing zeros: 505 tenths are 50.5.
    #[must_use]
    pub fn decimal(self) -> Decimal {
        Decimal::new(i64::from(self.0), 1).normalize()
    }

    /// As a difference of prices, when a pip is this much; nothing when that does not fit.
    #[must_use]
    pub fn distance(self, pip: Price) -> Option<Decimal> {
        self.decimal().checked_mul(pip.decimal()).map(|distance| distance.normalize())
    }
}

/// What an asset is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum AssetKind {
    /// Money that a state issues.
    #[n(0)]
    Fiat,
    /// A token.
    #[n(1)]
    Crypto,
    /// A share.
    #[n(2)]
    Security,
}

/// An asset as configuration defines it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Encode, Decode)]
pub struct AssetDefinition {
    /// Canonical code, unique.
    #[n(0)]
    pub code: AssetCode,
    /// Name for people: `Bitcoin`. At most [`crate::limits::MAX_DISPLAY_NAME_LENGTH`] bytes.
    #[n(1)]
    pub name: Box<str>,
    /// What it is.
    #[n(2)]
    pub kind: AssetKind,
    /// Decimals of the smallest unit that people see (0 to 12); the ledger itself keeps twelve.
    #[n(3)]
    pub scale: u32,
}

/// An asset of the state.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Asset {
    /// Number.
    #[n(0)]
    pub id: AssetId,
    /// What configuration said.
    #[n(1)]
    pub definition: AssetDefinition,
}

/// How a fill settles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum Settlement {
    /// The assets change hands at once; an account must own what it gives, and open orders hold what they need.
    #[n(0)]
    Spot,
    /// A share against cash; mechanics of [`Settlement::Spot`].
    #[n(1)]
    Security,
    /// A net position; profit in the account's currency; margin instead of full payment.
    #[n(2)]
    Margin {
        /// Part of the position's value that must be covered.
        #[n(0)]
        rate: BasisPoints,
    },
}

/// The asset in which commission is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum ChargedIn {
    /// In what the account receives: base for a buy, quote for a sell.
    #[n(0)]
    Received,
    /// In the quote asset on both sides.
    #[n(1)]
    Quote,
}

/// How a computed commission is cut to its scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum Rounding {
    /// Towards zero.
    #[n(0)]
    Truncate,
    /// Half away from zero.
    #[n(1)]
    HalfUp,
}

/// What a fill costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub struct Commission {
    /// Rate for the resting side.
    #[n(0)]
    pub maker: BasisPoints,
    /// Rate for the aggressing side.
    #[n(1)]
    pub taker: BasisPoints,
    /// Asset of the charge.
    #[n(2)]
    pub charged_in: ChargedIn,
    /// Cut of the charge.
    #[n(3)]
    pub rounding: Rounding,
    /// Decimals of the charge (0 to 12).
    #[n(4)]
    pub scale: u32,
}

impl Commission {
    /// No commission.
    pub const NONE: Self = Self {
        maker: BasisPoints(0),
        taker: BasisPoints(0),
        charged_in: ChargedIn::Quote,
        rounding: Rounding::HalfUp,
        scale: 2,
    };
}

/// The market price that fires a trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Encode, Decode)]
pub enum TriggerSource {
    /// The best price of the other side: the ask for a buy, the bid for a sell.
    #[n(0)]
    #[default]
    OtherSide,
    /// The last trade.
    #[n(1)]
    LastTrade,
}

/// Which way an option goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum OptionRight {
    /// The right to buy the underlier at the strike.
    #[n(0)]
    Call,
    /// The right to sell the underlier at the strike.
    #[n(1)]
    Put,
}

/// When an option may be exercised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum ExerciseStyle {
    /// At any time until it expires.
    #[n(0)]
    American,
    /// On its last day.
    #[n(1)]
    European,
}

/// What becomes of contracts that are exercised or that expire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Encode, Decode)]
pub enum Delivery {
    /// Nothing: they cannot be exercised, and stay with their owners when they have expired.
    #[n(0)]
    #[default]
    None,
    /// The underlier changes hands at the strike. What is worth something at the expiry is exercised by itself.
    #[n(1)]
    Physical,
}

/// What makes an instrument an option on another one. Its base is the contract itself: whoever owns a unit of it owns
/// one contract.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Encode, Decode)]
pub struct OptionContract {
    /// Canonical name of the instrument that it is on.
    #[n(0)]
    pub underlier: Symbol,
    /// Which way it goes.
    #[n(1)]
    pub right: OptionRight,
    /// What a unit of the underlier is bought or sold for.
    #[n(2)]
    pub strike: Price,
    /// Units of the underlier in one contract (1 to 1,000,000). Prices are for one unit, so a contract costs as many
    /// times its price.
    #[n(3)]
    pub multiplier: u32,
    /// When it expires. Trading ends, and open orders end with it.
    #[n(4)]
    pub expires_at: Timestamp,
    /// When it may be exercised.
    #[n(5)]
    pub style: ExerciseStyle,
    /// What becomes of contracts that are exercised or that expire.
    #[n(6)]
    #[cbor(default)]
    pub delivery: Delivery,
}

/// An instrument as configuration defines it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Encode, Decode)]
pub struct InstrumentDefinition {
    /// Canonical name, unique: `BTC-USD`, `TSLA`.
    #[n(0)]
    pub symbol: Symbol,
    /// Name for people, at most [`crate::limits::MAX_DISPLAY_NAME_LENGTH`] bytes.
    #[n(1)]
    pub name: Box<str>,
    /// What is traded.
    #[n(2)]
    pub base: AssetCode,
    /// What it is paid with.
    #[n(3)]
    pub quote: AssetCode,
    /// How fills settle.
    #[n(4)]
    pub settlement: Settlement,
    /// Smallest step of a price; its scale is the scale of prices.
    #[n(5)]
    pub tick: Price,
    /// Smallest step of a quantity, above zero; its scale is the scale of quantities.
    #[n(6)]
    pub lot: Quantity,
    /// Least quantity of an order.
    #[n(7)]
    pub minimum_quantity: Quantity,
    /// Greatest quantity of an order.
    #[n(8)]
    pub maximum_quantity: Quantity,
    /// Least value of an order in the quote asset.
    #[n(9)]
    pub minimum_notional: Amount,
    /// What a fill costs.
    #[n(10)]
    pub commission: Commission,
    /// When a DAY order ends where there is no calendar: seconds after midnight UTC (0 to 86,399).
    #[n(11)]
    pub day_ends_at: u32,
    /// What fires triggers.
    #[n(12)]
    #[cbor(default)]
    pub trigger_source: TriggerSource,
    /// The calendar of its sessions; without one it is always open.
    #[n(13)]
    pub calendar: Option<CalendarName>,
    /// What becomes of orders that come while it is closed or halted.
    #[n(14)]
    #[cbor(default)]
    pub while_closed: WhileClosed,
    /// What secures a short sale, proceeds included, as a part of its value: 15,000 are one and a half times the value
    /// (10,000 to [`crate::limits::MAX_SHORT_COLLATERAL`]). Nothing for an instrument that cannot be sold short. Only for
    /// a [`Settlement::Security`] that is no option and whose commission is taken in the quote asset.
    #[n(16)]
    pub short_sale: Option<BasisPoints>,
    /// What makes it an option; absent for everything else.
    #[n(19)]
    pub option: Option<Box<OptionContract>>,
    /// What a pip is, for distances in pips: a multiple of the tick, or nothing for an instrument without pips.
    #[n(24)]
    pub pip: Option<Price>,
}

impl InstrumentDefinition {
    /// Units of the quote asset that one of base costs at a price of one: the multiplier of an option, else 1.
    #[must_use]
    pub fn multiplier(&self) -> u32 {
        self.option.as_ref().map_or(1, |option| option.multiplier)
    }
}

/// An instrument of the state.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Instrument {
    /// Number.
    #[n(0)]
    pub id: InstrumentId,
    /// What configuration said.
    #[n(1)]
    pub definition: InstrumentDefinition,
    /// Asset that is traded.
    #[n(2)]
    pub base: AssetId,
    /// Asset that it is paid with.
    #[n(3)]
    pub quote: AssetId,
    /// Of an option, the instrument that it is on.
    #[n(19)]
    pub underlier: Option<InstrumentId>,
}

impl Instrument {
    /// The canonical name.
    #[must_use]
    pub fn symbol(&self) -> &Symbol {
        &self.definition.symbol
    }

    /// Decimals of a price.
    #[must_use]
    pub fn price_scale(&self) -> u32 {
        self.definition.tick.decimal().scale()
    }

    /// Decimals of a quantity.
    #[must_use]
    pub fn quantity_scale(&self) -> u32 {
        self.definition.lot.decimal().scale()
    }

    /// Of a contract that is delivered, when the contracts that are left are settled.
    #[must_use]
    pub fn settles_at(&self) -> Option<Timestamp> {
        let option = self.definition.option.as_ref()?;
        match option.delivery {
            Delivery::None => None,
            Delivery::Physical => Some(option.expires_at),
        }
    }

    /// Whether positions are net and margined.
    #[must_use]
    pub fn is_margin(&self) -> bool {
        matches!(self.definition.settlement, Settlement::Margin { .. })
    }
}

/// An account as configuration or an operator opens it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Encode, Decode)]
pub struct AccountDefinition {
    /// Canonical name, unique.
    #[n(0)]
    pub code: AccountCode,
    /// Home currency: profit, margin and equity are counted in it.
    #[n(1)]
    pub currency: AssetCode,
    /// What it is opened with.
    #[n(2)]
    #[cbor(default)]
    pub settings: AccountSettings,
}

/// An account of the state.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Account {
    /// Number.
    #[n(0)]
    pub id: AccountId,
    /// What configuration said.
    #[n(1)]
    pub definition: AccountDefinition,
    /// Home currency.
    #[n(2)]
    pub currency: AssetId,
    /// When it was opened.
    #[n(3)]
    pub opened_at: Timestamp,
    /// How it is set now.
    #[n(4)]
    pub settings: AccountSettings,
    /// When it was closed, while it is closed.
    #[n(5)]
    #[cbor(default)]
    pub closed_at: Option<Timestamp>,
}

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
