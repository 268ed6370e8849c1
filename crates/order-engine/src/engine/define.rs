//! Reference data and adjustments from outside.

use std::sync::Arc;

use super::Engine;
use super::account::{MAX_BASIS_POINTS, decide_settings};
use super::due::Due;
use super::market::Market;
use crate::calendar::Calendar;
use crate::command::AdjustBalance;
use crate::event::{Change, Outcome};
use crate::ids::{AccountCode, AccountId, AssetCode, AssetId, InstrumentId};
use crate::limits;
use crate::number::Amount;
use crate::reference::{
    Account, AccountDefinition, Asset, AssetDefinition, BasisPoints, ChargedIn, Delivery, Instrument,
    InstrumentDefinition, OptionContract, Reference, Settlement,
};
use crate::reject::{Capacity, DefinitionFault, DefinitionPart, Number, Reject};
use crate::settings::{AccountSettings, AccountState};
use crate::time::Timestamp;
use crate::units::Scales;

const SECONDS_PER_DAY: u32 = 86_400;
/// Largest adjustment: ten to the fifteenth of the asset.
const MAX_ADJUSTMENT: Amount = Amount::from_units(10_i128.pow(15 + limits::LEDGER_SCALE));

/// The account that exists in every state. It has no currency.
pub(super) fn house_account() -> Account {
    let text = |code: Result<AccountCode, _>, currency: Result<AssetCode, _>| match (code, currency) {
        (Ok(code), Ok(currency)) => {
            AccountDefinition { code, currency, settings: AccountSettings::default() }
        }
        (Err(error), _) | (_, Err(error)) => unreachable!("Invariant: the house has a valid name: {error}"),
    };
    Account {
        id: AccountId::HOUSE,
        definition: text(AccountCode::new("house"), AssetCode::new("NONE")),
        currency: AssetId::new(u32::MAX),
        opened_at: Timestamp::EPOCH,
        closed_at: None,
        settings: AccountSettings::default(),
    }
}

/// Whether an instrument can be sold short against this much. Commission in what is bought would leave an account short
/// of it when all is covered.
fn admits_short_sales(definition: &InstrumentDefinition, collateral: BasisPoints) -> bool {
    definition.settlement == Settlement::Security
        && definition.option.is_none()
        && definition.commission.charged_in == ChargedIn::Quote
        && (MAX_BASIS_POINTS..=limits::MAX_SHORT_COLLATERAL).contains(&collateral.get())
}

const fn refused(fault: DefinitionFault) -> Reject {
    Reject::InvalidDefinition(fault)
}

fn decide_name(name: &str) -> Result<(), Reject> {
    if name.len() <= limits::MAX_DISPLAY_NAME_LENGTH { Ok(()) } else { Err(refused(DefinitionFault::Name)) }
}

/// The first part that does not fit.
fn decide_all<const N: usize>(parts: [(DefinitionPart, bool); N]) -> Result<(), Reject> {
    let faulty = parts.into_iter().find(|(_, fits)| !fits);
    faulty.map_or(Ok(()), |(part, _)| Err(refused(DefinitionFault::Range(part))))
}

/// Whether each part of a definition is within its range.
fn decide_parts(definition: &InstrumentDefinition, scales: &Scales) -> Result<(), Reject> {
    // Quantities are counted in lots.
    decide_all([(DefinitionPart::Lot, !definition.lot.is_zero())])?;
    let commission = &definition.commission;
    let is_rate = |rate: BasisPoints| rate.get() <= MAX_BASIS_POINTS;
    let most = scales.lots(definition.maximum_quantity);
    let short_sale = definition.short_sale;
    decide_all([
        (DefinitionPart::MinimumQuantity, definition.minimum_quantity <= definition.maximum_quantity),
        (DefinitionPart::MaximumQuantity, most.is_ok_and(|most| most.get() <= limits::MAX_ORDER_UNITS)),
        (DefinitionPart::MinimumNotional, !definition.minimum_notional.is_negative()),
        (
            DefinitionPart::Commission,
            is_rate(commission.maker)
                && is_rate(commission.taker)
                && commission.scale <= limits::LEDGER_SCALE,
        ),
        (DefinitionPart::DayEnd, definition.day_ends_at < SECONDS_PER_DAY),
        (DefinitionPart::Pip, definition.pip.is_none_or(|pip| scales.ticks(pip).is_ok())),
        (DefinitionPart::ShortSale, short_sale.is_none_or(|rate| admits_short_sales(definition, rate))),
    ])
}

fn within(count: usize, limit: usize, what: Capacity) -> Result<(), Reject> {
    if count < limit { Ok(()) } else { Err(Reject::CapacityExhausted { what, limit: limit as u64 }) }
}

impl Engine {
    pub(super) fn decide_asset(&self, definition: &AssetDefinition) -> Result<Asset, Reject> {
        if self.reference.asset_by_code(definition.code.as_str()).is_some() {
            return Err(refused(DefinitionFault::Taken));
        }
        if definition.scale > limits::LEDGER_SCALE {
            return Err(refused(DefinitionFault::Scale));
        }
        decide_name(&definition.name)?;
        within(self.reference.assets().len(), limits::MAX_ASSETS, Capacity::Assets)?;
        Ok(Asset { id: self.reference.next_asset(), definition: definition.clone() })
    }

    pub(super) fn define_asset(&mut self, definition: &AssetDefinition) -> Result<Outcome, Reject> {
        let asset = self.decide_asset(definition)?;
        Ok(self.change_reference(|reference| reference.add_asset(asset)))
    }

    pub(super) fn decide_instrument(
        &self,
        definition: &InstrumentDefinition,
    ) -> Result<(Instrument, Scales, Option<Arc<Calendar>>), Reject> {
        let asset = |code: &AssetCode| self.reference.asset_by_code(code.as_str()).map(|asset| asset.id);
        let base = asset(&definition.base).ok_or(Reject::UnknownAssetCode)?;
        let quote = asset(&definition.quote).ok_or(Reject::UnknownAssetCode)?;
        if self.reference.instrument_by_symbol(definition.symbol.as_str()).is_some() {
            return Err(refused(DefinitionFault::Taken));
        }
        let calendar = match &definition.calendar {
            Some(name) => {
                let known = self.reference.calendar_by_name(name.as_str());
                Some(known.cloned().ok_or(refused(DefinitionFault::Calendar))?)
            }
            None => None,
        };
        let scales = Scales::of(definition).ok_or(refused(DefinitionFault::Scale))?;
        decide_name(&definition.name)?;
        decide_parts(definition, &scales)?;
        if base == quote {
            return Err(refused(DefinitionFault::Range(DefinitionPart::Assets)));
        }
        let underlier = definition.option.as_ref().map(|option| self.decide_option(definition, option));
        let underlier = underlier.transpose()?;
        within(self.reference.instruments().len(), limits::MAX_INSTRUMENTS, Capacity::Instruments)?;
        let id = self.reference.next_instrument();
        Ok((Instrument { id, definition: definition.clone(), base, quote, underlier }, scales, calendar))
    }

    /// The instrument that an option is on.
    fn decide_option(
        &self,
        definition: &InstrumentDefinition,
        option: &OptionContract,
    ) -> Result<InstrumentId, Reject> {
        let known = self.reference.instrument_by_symbol(option.underlier.as_str());
        let underlier = known
            .filter(|underlier| underlier.definition.option.is_none())
            .ok_or(refused(DefinitionFault::Underlier))?;
        let delivers = match option.delivery {
            Delivery::None => true,
            Delivery::Physical => self.is_deliverable(definition, option, underlier),
        };
        let multipliers = 1..=limits::MAX_CONTRACT_MULTIPLIER;
        decide_all([
            (DefinitionPart::Multiplier, multipliers.contains(&option.multiplier)),
            (DefinitionPart::Settlement, definition.settlement == Settlement::Security),
            (DefinitionPart::Delivery, delivers),
        ])?;
        Ok(underlier.id)
    }

    /// Whether the underlier can change hands at the strike: it is owned and not margined, paid with what the contract
    /// is paid with, and has prices like the strike.
    fn is_deliverable(
        &self,
        definition: &InstrumentDefinition,
        option: &OptionContract,
        underlier: &Instrument,
    ) -> bool {
        let market = self.market(underlier.id);
        !underlier.is_margin()
            && underlier.definition.quote == definition.quote
            && definition.lot.decimal().scale() == 0
            && market.is_some_and(|market| market.scales.ticks(option.strike).is_ok())
    }

    pub(super) fn define_instrument(&mut self, definition: &InstrumentDefinition) -> Result<Outcome, Reject> {
        let (instrument, scales, calendar) = self.decide_instrument(definition)?;
        self.touched.instruments.mark(instrument.id.get());
        let market = Market::new(&instrument, scales, calendar.as_deref(), self.now);
        if let Some(at) = market.state.next_change {
            self.due.insert((at, Due::Session(instrument.id)));
        }
        if let Some(at) = instrument.settles_at().filter(|at| *at > self.now) {
            self.due.insert((at, Due::Expiry(instrument.id)));
        }
        self.markets.push(market);
        Ok(self.change_reference(|reference| reference.add_instrument(instrument)))
    }

    pub(super) fn decide_account(&self, definition: &AccountDefinition) -> Result<Account, Reject> {
        let currency = self
            .reference
            .asset_by_code(definition.currency.as_str())
            .map(|asset| asset.id)
            .ok_or(Reject::UnknownAssetCode)?;
        decide_settings(&definition.settings)?;
        if self.reference.account_by_code(definition.code.as_str()).is_some() {
            return Err(refused(DefinitionFault::Taken));
        }
        within(self.reference.accounts().len(), limits::MAX_ACCOUNTS, Capacity::Accounts)?;
        let id = self.reference.next_account();
        let settings = definition.settings.clone();
        let closed_at = (settings.state == AccountState::Closed).then_some(self.now);
        Ok(Account { id, definition: definition.clone(), currency, opened_at: self.now, settings, closed_at })
    }

    pub(super) fn open_account(&mut self, definition: &AccountDefinition) -> Result<Outcome, Reject> {
        let account = self.decide_account(definition)?;
        let id = account.id;
        self.touched.accounts.mark(id.get());
        Ok(self.change_reference_for(id, |reference| reference.add_account(account)))
    }

    pub(super) fn decide_adjustment(&self, adjustment: &AdjustBalance) -> Result<(), Reject> {
        let AdjustBalance { account, asset, amount } = *adjustment;
        if self.reference.account(account).is_none() {
            return Err(Reject::UnknownAccount(account));
        }
        if self.reference.asset(asset).is_none() {
            return Err(Reject::UnknownAsset(asset));
        }
        if amount.is_zero() {
            return Err(Reject::SizeNotPositive);
        }
        if amount.units().unsigned_abs() > MAX_ADJUSTMENT.units().unsigned_abs() {
            return Err(Reject::Overflow { what: Number::Adjustment, maximum: MAX_ADJUSTMENT });
        }
        let available = self.ledger.balance(account, asset).available();
        let needed = Amount::ZERO.checked_sub(amount).ok_or(Reject::SUM_OVERFLOW)?;
        if amount.is_negative() && account != AccountId::HOUSE && available < needed {
            return Err(Reject::InsufficientFunds { asset, needed, available });
        }
        Ok(())
    }

    pub(super) fn adjust_balance(&mut self, adjustment: &AdjustBalance) -> Result<Outcome, Reject> {
        self.decide_adjustment(adjustment)?;
        let AdjustBalance { account, asset, amount } = *adjustment;
        let balance = self.ledger.deposit(account, asset, amount);
        self.touched.accounts.mark(account.get());
        self.unsettle(account);
        let mut events = Vec::new();
        self.emit(&mut events, account, Change::BalanceAdjusted { asset, amount, balance });
        Ok(Outcome { about: None, events })
    }

    pub(super) fn change_reference(&mut self, change: impl FnOnce(&mut Reference)) -> Outcome {
        self.change_reference_for(AccountId::HOUSE, change)
    }

    /// [`Self::change_reference`], of what concerns an account: that it is there.
    fn change_reference_for(&mut self, account: AccountId, change: impl FnOnce(&mut Reference)) -> Outcome {
        change(Arc::make_mut(&mut self.reference));
        self.touched.reference = true;
        let mut events = Vec::new();
        self.emit(&mut events, account, Change::ReferenceChanged);
        Outcome { about: None, events }
    }
}
