//! The seed: what an empty state is filled with before anyone trades. Configuration writes it, [`Seed::commands`]
//! turns it into the commands that an operator would have sent one by one.
//!
//! What can be checked about one value is checked while it is read, so that the message of the format's own parser
//! names file, line and column. What needs several entries is checked by [`Seed::commands`], and what only the
//! engine knows (scales that do not go together, for one) by the engine.

mod calendar;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use order_engine::{
    AccountCode, AccountDefinition, AccountId, AccountSettings, AdjustBalance, Amount, AssetCode,
    AssetDefinition, AssetId, AssetKind, BasisPoints, CalendarName, ChargedIn, Command, Commission, Delivery,
    ExerciseStyle, InstrumentDefinition, InstrumentId, OptionContract, OptionRight, Price, Quantity,
    Rounding, Settlement, Symbol, Timestamp, TriggerSource, UpdateQuote, WhileClosed,
};
use serde::Deserialize;

use calendar::CalendarEntry;
use text::{Text, TimeOfDay};

/// Assets, instruments, accounts and quotes of a new state.
///
/// Numbers are given by position: assets and instruments count from 0, accounts from 1, since the house is account 0
/// in every state.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seed {
    /// Whether instruments have the sessions of the calendars that they name; otherwise they are always open.
    #[serde(default = "keeps_hours")]
    keep_hours: bool,
    #[serde(default, rename = "calendar")]
    calendars: Vec<CalendarEntry>,
    #[serde(default, rename = "asset")]
    assets: Vec<AssetEntry>,
    #[serde(default, rename = "instrument")]
    instruments: Vec<InstrumentEntry>,
    #[serde(default, rename = "account")]
    accounts: Vec<AccountEntry>,
    #[serde(default, rename = "quote")]
    quotes: Vec<QuoteEntry>,
}

/// Why a seed cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SeedError {
    /// An asset is named that the seed does not define.
    #[error("{entry} names the asset {code}, but no [[asset]] has that code")]
    UnknownAsset {
        /// Who names it.
        entry: String,
        /// The unknown code.
        code: AssetCode,
    },
    /// A quote is given for an instrument that the seed does not define.
    #[error("a [[quote]] is for {symbol}, but no [[instrument]] has that symbol")]
    UnknownInstrument {
        /// The unknown symbol.
        symbol: Symbol,
    },
    /// An instrument names a calendar that the seed does not define.
    #[error("the instrument {symbol} names the calendar {calendar}, but no [[calendar]] has that name")]
    UnknownCalendar {
        /// The instrument.
        symbol: Symbol,
        /// The unknown name.
        calendar: CalendarName,
    },
    /// The parts of a calendar do not go together.
    #[error("the calendar {name}: {fault}")]
    Calendar {
        /// The calendar.
        name: CalendarName,
        /// What is wrong.
        fault: String,
    },
    /// Two entries have the same name.
    #[error("there are two [[{table}]] entries for {name}")]
    Duplicate {
        /// Table of both.
        table: &'static str,
        /// Their name.
        name: String,
    },
    /// More entries than can be numbered.
    #[error("there are too many entries")]
    TooManyEntries,
}

impl Seed {
    /// The commands that fill an empty state: definitions, accounts with their balances, then quotes.
    ///
    /// # Errors
    /// [`SeedError`] when entries do not fit together.
    pub fn commands(&self) -> Result<Vec<Command>, SeedError> {
        self.refuse_duplicates()?;
        let assets = numbered(self.assets.iter().map(|asset| &asset.code.0))?;
        let instruments = numbered(self.instruments.iter().map(|instrument| &instrument.symbol.0))?;

        let mut commands = Vec::new();
        for calendar in &self.calendars {
            commands.push(calendar.command()?);
        }
        commands.extend(self.assets.iter().map(AssetEntry::command));
        for instrument in &self.instruments {
            for code in [&instrument.base.0, &instrument.quote.0] {
                known(&assets, code, || format!("the instrument {}", instrument.symbol.0))?;
            }
            self.refuse_unknown_calendar(instrument)?;
            commands.push(instrument.command(self.keep_hours));
        }
        for (account, number) in self.accounts.iter().zip(1..=u32::MAX) {
            known(&assets, &account.currency.0, || account.label())?;
            commands.push(account.command());
            for (code, amount) in &account.balances {
                let asset = AssetId::new(known(&assets, &code.0, || account.label())?);
                let account = AccountId::new(number);
                commands.push(Command::AdjustBalance(AdjustBalance { account, asset, amount: amount.0 }));
            }
        }
        for quote in &self.quotes {
            let symbol = &quote.instrument.0;
            let number = instruments
                .get(symbol)
                .ok_or_else(|| SeedError::UnknownInstrument { symbol: symbol.clone() })?;
            commands.push(quote.command(InstrumentId::new(*number)));
        }
        Ok(commands)
    }

    /// The codes of the accounts in the order of their numbers, the first being account 1.
    pub fn account_codes(&self) -> impl Iterator<Item = &AccountCode> {
        self.accounts.iter().map(|account| &account.code.0)
    }

    fn refuse_unknown_calendar(&self, instrument: &InstrumentEntry) -> Result<(), SeedError> {
        let is_known = |name: &Text<CalendarName>| self.calendars.iter().any(|known| known.name == *name);
        match instrument.calendar.as_ref().filter(|name| !is_known(name)) {
            None => Ok(()),
            Some(unknown) => Err(SeedError::UnknownCalendar {
                symbol: instrument.symbol.0.clone(),
                calendar: unknown.0.clone(),
            }),
        }
    }

    fn refuse_duplicates(&self) -> Result<(), SeedError> {
        unique("calendar", self.calendars.iter().map(|calendar| calendar.name.0.as_str()))?;
        unique("asset", self.assets.iter().map(|asset| asset.code.0.as_str()))?;
        unique("instrument", self.instruments.iter().map(|instrument| instrument.symbol.0.as_str()))?;
        unique("account", self.accounts.iter().map(|account| account.code.0.as_str()))?;
        unique("quote", self.quotes.iter().map(|quote| quote.instrument.0.as_str()))
    }
}

const fn keeps_hours() -> bool {
    true
}

fn unique<'a>(table: &'static str, names: impl Iterator<Item = &'a str>) -> Result<(), SeedError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(SeedError::Duplicate { table, name: name.to_owned() });
        }
    }
    Ok(())
}

fn numbered<'a, K: Ord + 'a>(names: impl Iterator<Item = &'a K>) -> Result<BTreeMap<&'a K, u32>, SeedError> {
    names
        .enumerate()
        .map(|(position, name)| Ok((name, u32::try_from(position).map_err(|_| SeedError::TooManyEntries)?)))
        .collect()
}

fn known(
    assets: &BTreeMap<&AssetCode, u32>,
    code: &AssetCode,
    entry: impl FnOnce() -> String,
) -> Result<u32, SeedError> {
    let unknown = || SeedError::UnknownAsset { entry: entry(), code: code.clone() };
    assets.get(code).copied().ok_or_else(unknown)
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct AssetEntry {
    code: Text<AssetCode>,
    name: String,
    kind: AssetKindName,
    scale: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum AssetKindName {
    Fiat,
    Crypto,
    Security,
}

impl AssetEntry {
    fn command(&self) -> Command {
        let kind = match self.kind {
            AssetKindName::Fiat => AssetKind::Fiat,
            AssetKindName::Crypto => AssetKind::Crypto,
            AssetKindName::Security => AssetKind::Security,
        };
        let name = self.name.as_str().into();
        Command::DefineAsset(AssetDefinition { code: self.code.0.clone(), name, kind, scale: self.scale })
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct InstrumentEntry {
    symbol: Text<Symbol>,
    name: String,
    base: Text<AssetCode>,
    quote: Text<AssetCode>,
    settlement: SettlementEntry,
    tick: Text<Price>,
    lot: Text<Quantity>,
    minimum_quantity: Text<Quantity>,
    maximum_quantity: Text<Quantity>,
    minimum_notional: Text<Amount>,
    commission: Option<CommissionEntry>,
    day_ends_at: TimeOfDay,
    #[serde(default)]
    trigger_source: TriggerSourceName,
    option: Option<OptionEntry>,
    calendar: Option<Text<CalendarName>>,
    #[serde(default)]
    while_closed: WhileClosedName,
    #[serde(default)]
    pip: Option<Text<Price>>,
    short_sale_bps: Option<u32>,
}

/// `"spot"`, `"security"` or `{ margin = 500 }`, in basis points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SettlementEntry {
    Spot,
    Security,
    Margin(u32),
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct CommissionEntry {
    maker_bps: u32,
    taker_bps: u32,
    charged_in: ChargedInName,
    rounding: RoundingName,
    scale: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ChargedInName {
    Received,
    Quote,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RoundingName {
    Truncate,
    HalfUp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum TriggerSourceName {
    #[default]
    OtherSide,
    LastTrade,
}

impl TriggerSourceName {
    const fn source(self) -> TriggerSource {
        match self {
            Self::OtherSide => TriggerSource::OtherSide,
            Self::LastTrade => TriggerSource::LastTrade,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WhileClosedName {
    #[default]
    Queue,
    Refuse,
}

impl WhileClosedName {
    const fn policy(self) -> WhileClosed {
        match self {
            Self::Queue => WhileClosed::Queue,
            Self::Refuse => WhileClosed::Refuse,
        }
    }
}

impl InstrumentEntry {
    fn command(&self, keeps_hours: bool) -> Command {
        let settlement = match self.settlement {
            SettlementEntry::Spot => Settlement::Spot,
            SettlementEntry::Security => Settlement::Security,
            SettlementEntry::Margin(rate) => Settlement::Margin { rate: BasisPoints::new(rate) },
        };
        Command::DefineInstrument(InstrumentDefinition {
            symbol: self.symbol.0.clone(),
            name: self.name.as_str().into(),
            base: self.base.0.clone(),
            quote: self.quote.0.clone(),
            settlement,
            tick: self.tick.0,
            lot: self.lot.0,
            minimum_quantity: self.minimum_quantity.0,
            maximum_quantity: self.maximum_quantity.0,
            minimum_notional: self.minimum_notional.0,
            commission: self.commission.as_ref().map_or(Commission::NONE, CommissionEntry::commission),
            day_ends_at: self.day_ends_at.seconds(),
            trigger_source: self.trigger_source.source(),
            option: self.option.as_ref().map(|option| Box::new(option.contract())),
            calendar: self.calendar.as_ref().filter(|_| keeps_hours).map(|calendar| calendar.0.clone()),
            while_closed: self.while_closed.policy(),
            pip: self.pip.as_ref().map(|pip| pip.0),
            short_sale: self.short_sale_bps.map(BasisPoints::new),
        })
    }
}

/// `{ underlier = "TSLA", right = "call", strike = "50", multiplier = 100, expires_at = "2027-12-17T21:00:00Z" }`.
/// The underlier's entry comes first. Without `style` the option is American; without `delivery` it cannot be exercised.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct OptionEntry {
    underlier: Text<Symbol>,
    right: RightName,
    strike: Text<Price>,
    multiplier: u32,
    expires_at: Text<Timestamp>,
    #[serde(default)]
    style: StyleName,
    #[serde(default)]
    delivery: DeliveryName,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RightName {
    Call,
    Put,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum StyleName {
    #[default]
    American,
    European,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum DeliveryName {
    #[default]
    None,
    Physical,
}

impl OptionEntry {
    fn contract(&self) -> OptionContract {
        OptionContract {
            underlier: self.underlier.0.clone(),
            right: match self.right {
                RightName::Call => OptionRight::Call,
                RightName::Put => OptionRight::Put,
            },
            strike: self.strike.0,
            multiplier: self.multiplier,
            expires_at: self.expires_at.0,
            style: match self.style {
                StyleName::American => ExerciseStyle::American,
                StyleName::European => ExerciseStyle::European,
            },
            delivery: match self.delivery {
                DeliveryName::None => Delivery::None,
                DeliveryName::Physical => Delivery::Physical,
            },
        }
    }
}

impl CommissionEntry {
    fn commission(&self) -> Commission {
        Commission {
            maker: BasisPoints::new(self.maker_bps),
            taker: BasisPoints::new(self.taker_bps),
            charged_in: match self.charged_in {
                ChargedInName::Received => ChargedIn::Received,
                ChargedInName::Quote => ChargedIn::Quote,
            },
            rounding: match self.rounding {
                RoundingName::Truncate => Rounding::Truncate,
                RoundingName::HalfUp => Rounding::HalfUp,
            },
            scale: self.scale,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountEntry {
    code: Text<AccountCode>,
    currency: Text<AssetCode>,
    name: Option<String>,
    margin_rate_bps: Option<u32>,
    closeout_bps: Option<u32>,
    max_order_notional: Option<Text<Amount>>,
    #[serde(default)]
    may_sell_short: bool,
    #[serde(default)]
    balances: BTreeMap<Text<AssetCode>, Text<Amount>>,
}

impl AccountEntry {
    fn label(&self) -> String {
        format!("the account {}", self.code.0)
    }

    fn command(&self) -> Command {
        let settings = AccountSettings {
            name: self.name.as_deref().map(Into::into),
            may_sell_short: self.may_sell_short,
            margin_rate: self.margin_rate_bps.map(BasisPoints::new),
            closeout: self.closeout_bps.map(BasisPoints::new),
            max_order_notional: self.max_order_notional.as_ref().map(|amount| amount.0),
            ..AccountSettings::default()
        };
        let (code, currency) = (self.code.0.clone(), self.currency.0.clone());
        Command::OpenAccount(AccountDefinition { code, currency, settings })
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct QuoteEntry {
    instrument: Text<Symbol>,
    bid: Text<Price>,
    ask: Text<Price>,
    bid_size: Text<Quantity>,
    ask_size: Text<Quantity>,
}

impl QuoteEntry {
    fn command(&self, instrument: InstrumentId) -> Command {
        Command::UpdateQuote(UpdateQuote {
            instrument,
            bid: self.bid.0,
            ask: self.ask.0,
            bid_size: self.bid_size.0,
            ask_size: self.ask_size.0,
        })
    }
}
