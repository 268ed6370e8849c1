//! An engine of its own for each test: in memory, seeded as the development profile is, on a clock that stands still.

use std::sync::Arc;

use journal::MemoryJournal;
use order_engine::{
    AccountId, AccountState, AdjustBalance, Amount, AssetCode, AssetDefinition, AssetKind, BasisPoints,
    CalendarName, Charge, ChargeAccount, Command, HaltInstrument, HaltReason, InstrumentDefinition,
    InstrumentId, Order, Outcome, Price, Quantity, ResetProfit, ResumeInstrument, Setting, Symbol, Timestamp,
    UpdateAccount, UpdateQuote,
};
use runtime::{Clock, EngineHandle, ManualClock, Options, Runtime, Seed, SubmitError};
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::block_on;
use crate::journal::{JournalMood, Mood, MoodyJournal};
use crate::placement::Placement;

/// Where the clock stands at first: 2026-01-05T15:00:00Z, a Monday within every session.
pub const START: Timestamp = Timestamp::from_seconds(1_767_625_200);

const PROFILE: &str = include_str!("../../../config/development.toml");

/// The part of the profile that fills the state; the others configure the gateway.
#[derive(Deserialize)]
struct Profile {
    seed: Seed,
}

/// A running engine that lives as long as the value.
pub struct TestEngine {
    runtime: Runtime,
    clock: Arc<ManualClock>,
    mood: Mood,
}

/// A fresh engine with the development profile's instruments, accounts and quotes, but for its calendars and options: see
/// [`TestEngine::define_calendars`] and [`TestEngine::define_options`].
///
/// # Panics
/// When it does not start.
#[must_use]
pub fn engine() -> TestEngine {
    let clock = Arc::new(ManualClock::at(START));
    let mood = Mood::default();
    let journal = Box::new(MoodyJournal { kept: MemoryJournal::new(), mood: mood.clone() });
    let runtime = match Runtime::start_on(journal, Options::in_memory(), Arc::clone(&clock) as Arc<dyn Clock>)
    {
        Ok(runtime) => runtime,
        Err(error) => panic!("the engine did not start: {error}"),
    };
    let engine = TestEngine { runtime, clock, mood };
    engine.apply_all(&profile_parts().others);
    engine
}

/// The commands of the profile. What came to it later is apart, so that the numbers of the rest do not depend on it.
struct ProfileParts {
    calendars: Vec<Command>,
    options: Vec<Command>,
    others: Vec<Command>,
}

fn profile_parts() -> ProfileParts {
    let commands = seed_commands();
    let instruments = commands.iter().filter_map(|command| {
        if let Command::DefineInstrument(definition) = command { Some(definition) } else { None }
    });
    let options: Vec<(u32, AssetCode)> = (0..)
        .zip(instruments)
        .filter(|(_, definition)| definition.option.is_some())
        .map(|(number, definition)| (number, definition.base.clone()))
        .collect();
    let is_option = |number: InstrumentId| options.iter().any(|(option, _)| *option == number.get());
    let (calendars, rest): (Vec<_>, Vec<_>) =
        commands.into_iter().partition(|command| matches!(command, Command::DefineCalendar(_)));
    let (options, others) = rest.into_iter().partition(|command| {
        if let Command::DefineAsset(asset) = command {
            options.iter().any(|(_, base)| *base == asset.code)
        } else if let Command::DefineInstrument(definition) = command {
            definition.option.is_some()
        } else if let Command::UpdateQuote(update) = command {
            is_option(update.instrument)
        } else {
            false
        }
    });
    ProfileParts { calendars, options, others }
}

fn seed_commands() -> Vec<Command> {
    let profile: Profile = match toml::from_str(PROFILE) {
        Ok(profile) => profile,
        Err(error) => panic!("the development profile cannot be read: {error}"),
    };
    profile
        .seed
        .commands()
        .unwrap_or_else(|error| panic!("the development profile has no usable seed: {error}"))
}

impl TestEngine {
    /// A handle, as facades get it.
    #[must_use]
    pub fn handle(&self) -> EngineHandle {
        self.runtime.handle()
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &ManualClock {
        &self.clock
    }

    /// Submits a command and waits for its outcome.
    ///
    /// # Errors
    /// As [`EngineHandle::submit`].
    pub fn submit(&self, command: Command) -> Result<Outcome, SubmitError> {
        block_on(self.handle().submit(command))
    }

    /// Submits a command that must succeed.
    ///
    /// # Panics
    /// When it is refused.
    pub fn apply(&self, command: &Command) -> Outcome {
        self.submit(command.clone()).unwrap_or_else(|error| panic!("{command:?} was refused: {error:?}"))
    }

    /// Sets the clock, and has the engine do what is due by then.
    pub fn set_time(&self, to: Timestamp) {
        self.clock.set(to);
        self.apply(&Command::Tick);
    }

    /// Moves the clock forward, and has the engine do what is due by then.
    pub fn advance(&self, seconds: u64) {
        self.set_time(self.clock.now().plus_seconds(seconds));
    }

    /// The number of an account.
    ///
    /// # Panics
    /// When there is none of that code.
    #[must_use]
    pub fn account(&self, code: &str) -> AccountId {
        match self.handle().views().reference().account_by_code(code) {
            Some(account) => account.id,
            None => panic!("there is no account {code}"),
        }
    }

    /// The number of an instrument.
    ///
    /// # Panics
    /// When there is none of that symbol.
    #[must_use]
    pub fn instrument(&self, symbol: &str) -> InstrumentId {
        match self.handle().views().reference().instrument_by_symbol(symbol) {
            Some(instrument) => instrument.id,
            None => panic!("there is no instrument {symbol}"),
        }
    }

    /// Defines the profile's options and their quotes.
    pub fn define_options(&self) {
        self.apply_all(&profile_parts().options);
    }

    /// Defines the profile's calendars. Its instruments do not keep them.
    pub fn define_calendars(&self) {
        self.apply_all(&profile_parts().calendars);
    }

    fn apply_all(&self, commands: &[Command]) {
        for command in commands {
            self.apply(command);
        }
    }

    /// Has an operator say whether an account trades.
    ///
    /// # Panics
    /// When the account is unknown, or the engine refuses.
    pub fn set_state(&self, account: &str, state: AccountState) {
        let update = UpdateAccount { state: Some(state), ..UpdateAccount::new(self.account(account)) };
        self.apply(&Command::UpdateAccount(update));
    }

    /// Halts trading in an instrument.
    ///
    /// # Panics
    /// When the instrument is unknown, or the engine refuses.
    pub fn halt(&self, symbol: &str) {
        let Ok(reason) = HaltReason::new("a test") else { panic!("no reason for a halt") };
        let instrument = self.instrument(symbol);
        self.apply(&Command::HaltInstrument(HaltInstrument { instrument, reason }));
    }

    /// Lifts the halt of an instrument.
    ///
    /// # Panics
    /// As [`Self::halt`].
    pub fn lift(&self, symbol: &str) {
        self.apply(&Command::ResumeInstrument(ResumeInstrument { instrument: self.instrument(symbol) }));
    }

    /// Defines an instrument that is like another but for its names and what it trades, and its assets where they are new.
    /// It keeps the calendar of that name, or is always open.
    ///
    /// # Panics
    /// When a name is none, the other instrument is unknown, or the engine refuses.
    pub fn define(&self, symbol: &str, base: &str, quote: &str, like: &str, calendar: Option<&str>) {
        let reference = self.handle().views().reference();
        let Some(like) = reference.instrument_by_symbol(like) else {
            panic!("there is no instrument {like}")
        };
        let code = |text: &str| match AssetCode::new(text) {
            Ok(code) => code,
            Err(error) => panic!("{text:?} is no code of an asset: {error}"),
        };
        for asset in [base, quote] {
            if reference.asset_by_code(asset).is_none() {
                let definition = AssetDefinition {
                    code: code(asset),
                    name: asset.into(),
                    kind: AssetKind::Fiat,
                    scale: 2,
                };
                self.apply(&Command::DefineAsset(definition));
            }
        }
        let symbol = Symbol::new(symbol).unwrap_or_else(|error| panic!("{symbol:?} is no symbol: {error}"));
        let calendar = calendar.map(|name| match CalendarName::new(name) {
            Ok(name) => name,
            Err(error) => panic!("{name:?} is no name of a calendar: {error}"),
        });
        self.apply(&Command::DefineInstrument(InstrumentDefinition {
            symbol,
            base: code(base),
            quote: code(quote),
            calendar,
            ..like.definition.clone()
        }));
    }

    /// Says what the journal does from now on with what it is to keep.
    pub fn set_journal(&self, mood: JournalMood) {
        self.mood.set(mood);
    }

    /// The hash of the whole state.
    ///
    /// # Panics
    /// When the engine has stopped.
    #[must_use]
    pub fn state_hash(&self) -> [u8; 32] {
        match block_on(self.handle().state_hash()) {
            Ok(hash) => hash,
            Err(error) => panic!("the engine has no state to tell of: {error}"),
        }
    }

    /// Sets the house's quote.
    ///
    /// # Panics
    /// When a number is none, or the engine refuses the quote.
    pub fn quote(&self, symbol: &str, bid: &str, ask: &str, bid_size: &str, ask_size: &str) {
        self.apply(&Command::UpdateQuote(UpdateQuote {
            instrument: self.instrument(symbol),
            bid: price(bid),
            ask: price(ask),
            bid_size: quantity(bid_size),
            ask_size: quantity(ask_size),
        }));
    }

    /// Adds to a balance, or takes away from it.
    ///
    /// # Panics
    /// When account or asset are unknown, or the engine refuses.
    pub fn adjust(&self, account: &str, asset: &str, amount: &str) {
        let reference = self.handle().views().reference();
        let Some(asset) = reference.asset_by_code(asset) else { panic!("there is no asset {asset}") };
        let Ok(amount) = Amount::from_decimal(decimal(amount)) else { panic!("{amount} is no amount") };
        self.apply(&Command::AdjustBalance(AdjustBalance {
            account: self.account(account),
            asset: asset.id,
            amount,
        }));
    }

    /// Has an operator charge an account, or credit it, in its currency.
    ///
    /// # Panics
    /// When the account is unknown, the amount is none, or the engine refuses.
    pub fn charge(&self, account: &str, charge: Charge, amount: &str) {
        let account = self.account(account);
        let Ok(amount) = Amount::from_decimal(decimal(amount)) else { panic!("{amount} is no amount") };
        self.apply(&Command::ChargeAccount(ChargeAccount { account, charge, amount }));
    }

    /// Has an operator count the realized profit of an account anew.
    ///
    /// # Panics
    /// When the account is unknown.
    pub fn reset_profit(&self, account: &str) {
        self.apply(&Command::ResetProfit(ResetProfit { account: self.account(account) }));
    }

    /// Has an operator say at which part of the used margin everything is closed.
    ///
    /// # Panics
    /// When the account is unknown, or the engine refuses.
    pub fn set_closeout(&self, account: &str, level: BasisPoints) {
        let closeout = Setting::Set(level);
        self.apply(&Command::UpdateAccount(UpdateAccount {
            closeout,
            ..UpdateAccount::new(self.account(account))
        }));
    }

    /// Has an operator say how much of a margin position must be covered at least.
    ///
    /// # Panics
    /// When the account is unknown, or the engine refuses.
    pub fn set_margin_rate(&self, account: &str, rate: BasisPoints) {
        let margin_rate = Setting::Set(rate);
        self.apply(&Command::UpdateAccount(UpdateAccount {
            margin_rate,
            ..UpdateAccount::new(self.account(account))
        }));
    }

    /// Places an order past all dialects.
    ///
    /// # Panics
    /// When the engine refuses it.
    pub fn place(&self, placement: &Placement) -> Arc<Order> {
        let outcome = self.apply(&Command::PlaceOrder(placement.command(self)));
        outcome.order().cloned().unwrap_or_else(|| panic!("{placement:?} left no order"))
    }
}

pub(crate) fn decimal(text: &str) -> Decimal {
    facade_kit::decimal::parse_plain(text).unwrap_or_else(|| panic!("{text:?} is not a plain decimal"))
}

pub(crate) fn price(text: &str) -> Price {
    Price::new(decimal(text)).unwrap_or_else(|error| panic!("{text:?} is not a price: {error}"))
}

pub(crate) fn quantity(text: &str) -> Quantity {
    Quantity::new(decimal(text)).unwrap_or_else(|error| panic!("{text:?} is not a quantity: {error}"))
}
