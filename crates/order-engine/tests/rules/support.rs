//! A small market to test in: six instruments, two clients, the house.

use std::sync::Arc;

use order_engine::{
    AccountCode, AccountDefinition, AccountId, AccountSettings, AdjustBalance, Amount, Applied, AssetCode,
    AssetDefinition, AssetId, AssetKind, BasisPoints, CalendarDefinition, CalendarName, ChargedIn,
    ClientOrderId, Command, Commission, Delivery, Engine, ExerciseStyle, InstrumentDefinition, InstrumentId,
    Lot, OptionContract, OptionRight, Order, OrderId, OrderKind, Outcome, PlaceOrder, Price, Quantity,
    Reject, Rounding, Settlement, Side, Size, Symbol, Timestamp, UpdateQuote,
};
use order_engine::{Session, SessionKind, TradingDay};

use crate::candles::Tape;

pub(crate) const ALICE: AccountId = AccountId::new(1);
pub(crate) const BOB: AccountId = AccountId::new(2);
pub(crate) const USD: AssetId = AssetId::new(0);
pub(crate) const BTC: AssetId = AssetId::new(1);
pub(crate) const ADA: AssetId = AssetId::new(2);
pub(crate) const EUR: AssetId = AssetId::new(3);
pub(crate) const JPY: AssetId = AssetId::new(4);
/// Spot, no commission, tick 0.01, lot 0.001, minimum 0.001, maximum 100, minimum value 1.
pub(crate) const BTC_USD: InstrumentId = InstrumentId::new(0);
/// Spot, 10 basis points of what is received, tick 0.0001, lot 0.01, minimum 5.
pub(crate) const ADA_USD: InstrumentId = InstrumentId::new(1);
/// Margin of 5 percent, tick 0.00001, lot 1, pip 0.0001.
pub(crate) const EUR_USD: InstrumentId = InstrumentId::new(2);
/// A call on [`BTC_USD`], ten to a contract, tick 0.01, lot 1; it expires at [`CALL_EXPIRES`].
pub(crate) const BTC_CALL: InstrumentId = InstrumentId::new(4);
/// The contracts of [`BTC_CALL`].
pub(crate) const CALL: AssetId = AssetId::new(5);
/// Shares that can be sold short against one and a half times their value; 10 basis points in quote, tick 0.01, lot 1.
pub(crate) const XYZ_USD: InstrumentId = InstrumentId::new(5);
/// The shares of [`XYZ_USD`].
pub(crate) const XYZ: AssetId = AssetId::new(6);
pub(crate) const CALL_EXPIRES: Timestamp = Timestamp::from_seconds(1_700_000_150);
/// Margin of 5 percent, tick 0.001, lot 1, pip 0.01.
pub(crate) const USD_JPY: InstrumentId = InstrumentId::new(3);

/// The markets of the simulation.
pub(crate) const MARKETS: [InstrumentId; 5] = [BTC_USD, ADA_USD, EUR_USD, BTC_CALL, XYZ_USD];

pub(crate) const START: Timestamp = Timestamp::from_seconds(1_700_000_000);

pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) now: Timestamp,
    pub(crate) log: Vec<(Timestamp, Command)>,
    pub(crate) tape: Tape,
}

pub(crate) fn price(text: &str) -> Price {
    Price::new(text.parse().unwrap()).unwrap()
}

pub(crate) fn quantity(text: &str) -> Quantity {
    Quantity::new(text.parse().unwrap()).unwrap()
}

pub(crate) fn amount(text: &str) -> Amount {
    Amount::from_decimal(text.parse().unwrap()).unwrap()
}

pub(crate) fn client_id(text: &str) -> ClientOrderId {
    ClientOrderId::new(text).unwrap()
}

pub(crate) fn limit(account: AccountId, side: Side, size: &str, at: &str) -> PlaceOrder {
    PlaceOrder::new(account, BTC_USD, side, OrderKind::Limit { price: price(at) }, Size::Base(quantity(size)))
}

pub(crate) fn market(account: AccountId, side: Side, size: Size) -> PlaceOrder {
    PlaceOrder::new(account, BTC_USD, side, OrderKind::Market, size)
}

pub(crate) fn quote(instrument: InstrumentId, bid: &str, ask: &str, size: &str) -> Command {
    Command::UpdateQuote(UpdateQuote {
        instrument,
        bid: price(bid),
        ask: price(ask),
        bid_size: quantity(size),
        ask_size: quantity(size),
    })
}

fn instrument(
    symbol: &str,
    [base, quoted]: [&str; 2],
    settlement: Settlement,
    [tick, lot]: [&str; 2],
) -> InstrumentDefinition {
    InstrumentDefinition {
        symbol: Symbol::new(symbol).unwrap(),
        name: symbol.into(),
        base: AssetCode::new(base).unwrap(),
        quote: AssetCode::new(quoted).unwrap(),
        settlement,
        tick: price(tick),
        lot: quantity(lot),
        minimum_quantity: quantity(lot),
        maximum_quantity: quantity("100"),
        minimum_notional: Amount::ZERO,
        commission: Commission::NONE,
        day_ends_at: 0,
        trigger_source: order_engine::TriggerSource::OtherSide,
        calendar: None,
        while_closed: order_engine::WhileClosed::Queue,
        option: None,
        pip: None,
        short_sale: None,
    }
}

/// What is paid in full and has lots of one.
pub(crate) fn security(symbol: &str, base: &str) -> InstrumentDefinition {
    instrument(symbol, [base, "USD"], Settlement::Security, ["0.01", "1"])
}

pub(crate) fn call() -> OptionContract {
    OptionContract {
        underlier: Symbol::new("BTC-USD").unwrap(),
        right: OptionRight::Call,
        strike: price("100"),
        multiplier: 10,
        expires_at: CALL_EXPIRES,
        style: ExerciseStyle::American,
        delivery: Delivery::None,
    }
}

pub(crate) fn definitions() -> Vec<Command> {
    let margin = Settlement::Margin { rate: BasisPoints::new(500) };
    let received = Commission {
        maker: BasisPoints::new(10),
        taker: BasisPoints::new(10),
        charged_in: ChargedIn::Received,
        rounding: Rounding::Truncate,
        scale: 6,
    };
    let in_quote =
        Commission { charged_in: ChargedIn::Quote, rounding: Rounding::HalfUp, scale: 2, ..received };
    let asset = |code: &str, kind, scale| {
        let code = AssetCode::new(code).unwrap();
        Command::DefineAsset(AssetDefinition { name: code.as_str().into(), code, kind, scale })
    };
    let account = |code: &str| {
        Command::OpenAccount(AccountDefinition {
            code: AccountCode::new(code).unwrap(),
            currency: AssetCode::new("USD").unwrap(),
            settings: AccountSettings { may_sell_short: true, ..AccountSettings::default() },
        })
    };
    vec![
        asset("USD", AssetKind::Fiat, 2),
        asset("BTC", AssetKind::Crypto, 8),
        asset("ADA", AssetKind::Crypto, 6),
        asset("EUR", AssetKind::Fiat, 2),
        asset("JPY", AssetKind::Fiat, 0),
        Command::DefineInstrument(InstrumentDefinition {
            minimum_notional: amount("1"),
            ..instrument("BTC-USD", ["BTC", "USD"], Settlement::Spot, ["0.01", "0.001"])
        }),
        Command::DefineInstrument(InstrumentDefinition {
            minimum_quantity: quantity("5"),
            maximum_quantity: quantity("1000000"),
            commission: received,
            ..instrument("ADA-USD", ["ADA", "USD"], Settlement::Spot, ["0.0001", "0.01"])
        }),
        Command::DefineInstrument(InstrumentDefinition {
            maximum_quantity: quantity("10000000"),
            pip: Some(price("0.0001")),
            ..instrument("EUR-USD", ["EUR", "USD"], margin, ["0.00001", "1"])
        }),
        Command::DefineInstrument(InstrumentDefinition {
            maximum_quantity: quantity("10000000"),
            pip: Some(price("0.01")),
            ..instrument("USD-JPY", ["USD", "JPY"], margin, ["0.001", "1"])
        }),
        asset("CALL", AssetKind::Security, 0),
        Command::DefineInstrument(InstrumentDefinition {
            maximum_quantity: quantity("1000"),
            option: Some(Box::new(call())),
            ..security("BTC-CALL", "CALL")
        }),
        asset("XYZ", AssetKind::Security, 0),
        Command::DefineInstrument(InstrumentDefinition {
            commission: in_quote,
            short_sale: Some(BasisPoints::new(15_000)),
            ..instrument("XYZ", ["XYZ", "USD"], Settlement::Security, ["0.01", "1"])
        }),
        account("alice"),
        account("bob"),
    ]
}

pub(crate) fn deposit(account: AccountId, asset: AssetId, units: &str) -> Command {
    Command::AdjustBalance(AdjustBalance { account, asset, amount: amount(units) })
}

/// The sessions of the simulation by day, in seconds after the start; nothing where it is always open.
pub(crate) fn hours(instrument: InstrumentId) -> Option<Vec<Vec<(SessionKind, u64, u64)>>> {
    let day = |number: u64, length: u64, sessions: &[(SessionKind, u64, u64)]| {
        let begins = number * length;
        sessions.iter().map(|(kind, opens, closes)| (*kind, begins + opens, begins + closes)).collect()
    };
    let long = [
        (SessionKind::PreMarket, 5, 15),
        (SessionKind::Regular, 15, 30),
        (SessionKind::Regular, 34, 45),
        (SessionKind::AfterHours, 45, 55),
    ];
    match instrument {
        ADA_USD => Some((0..5).map(|number| day(number, 60, &long)).collect()),
        EUR_USD => Some((0..8).map(|number| day(number, 40, &[(SessionKind::Regular, 0, 25)])).collect()),
        _ => None,
    }
}

fn calendar_of(instrument: InstrumentId, name: &str) -> Command {
    let session = |(kind, opens, closes)| Session {
        kind,
        opens: START.plus_seconds(opens),
        closes: START.plus_seconds(closes),
    };
    let days = hours(instrument).unwrap().into_iter().zip(0..);
    let days = days.map(|(day, date)| TradingDay { date, sessions: day.into_iter().map(session).collect() });
    let name = CalendarName::new(name).unwrap();
    Command::DefineCalendar(CalendarDefinition { name, days: days.collect() })
}

impl World {
    /// As [`Self::new`], where two markets have sessions (one lets orders wait, one refuses them while it is closed)
    /// and the call is delivered.
    pub(crate) fn with_sessions() -> Self {
        let mut world = Self::empty();
        world.run(calendar_of(ADA_USD, "long")).unwrap();
        world.run(calendar_of(EUR_USD, "short")).unwrap();
        for mut command in definitions() {
            if let Command::DefineInstrument(definition) = &mut command {
                match definition.symbol.as_str() {
                    "ADA-USD" => definition.calendar = Some(CalendarName::new("long").unwrap()),
                    "EUR-USD" => {
                        definition.calendar = Some(CalendarName::new("short").unwrap());
                        definition.while_closed = order_engine::WhileClosed::Refuse;
                    }
                    "BTC-CALL" => {
                        let delivered = OptionContract { delivery: Delivery::Physical, ..call() };
                        definition.option = Some(Box::new(delivered));
                    }
                    _ => {}
                }
            }
            world.run(command).unwrap();
        }
        world.fund();
        world
    }

    /// Definitions, two funded clients, no quotes.
    pub(crate) fn new() -> Self {
        let mut world = Self::empty();
        for command in definitions() {
            world.run(command).unwrap();
        }
        world.fund();
        world
    }

    /// Nothing at all.
    pub(crate) fn empty() -> Self {
        Self { engine: Engine::new(), now: START, log: Vec::new(), tape: Tape::default() }
    }

    /// Lets both clients have what they start with.
    pub(crate) fn fund(&mut self) {
        for account in [ALICE, BOB] {
            for (asset, units) in [(USD, "100000"), (BTC, "10"), (ADA, "10000"), (CALL, "100")] {
                self.run(deposit(account, asset, units)).unwrap();
            }
        }
    }

    pub(crate) fn apply(&mut self, command: Command) -> Applied {
        let applied = self.engine.apply(self.now, &command);
        self.log.push((self.now, command));
        let happened = applied.result.as_ref().map_or(&[][..], |outcome| &outcome.events);
        applied.due.iter().chain(happened).for_each(|event| self.tape.record(event));
        applied
    }

    pub(crate) fn run(&mut self, command: Command) -> Result<Outcome, Reject> {
        self.apply(command).result
    }

    pub(crate) fn place(&mut self, order: PlaceOrder) -> Result<Arc<Order>, Reject> {
        self.run(Command::PlaceOrder(order)).map(|outcome| outcome.order().cloned().unwrap())
    }

    pub(crate) fn order(&self, id: OrderId) -> &Arc<Order> {
        self.engine.order(id).unwrap()
    }

    pub(crate) fn total(&self, account: AccountId, asset: AssetId) -> Amount {
        self.engine.holdings(account).unwrap().balance(asset).total
    }

    pub(crate) fn held(&self, account: AccountId, asset: AssetId) -> Amount {
        self.engine.holdings(account).unwrap().balance(asset).held
    }

    /// The open lots of an account in an instrument, oldest first.
    pub(crate) fn lots(&self, account: AccountId, instrument: InstrumentId) -> Vec<Lot> {
        let holdings = self.engine.holdings(account).unwrap();
        holdings.position(instrument).map(|position| position.lots.clone()).unwrap_or_default()
    }

    pub(crate) fn wait_seconds(&mut self, seconds: u64) {
        self.now = self.now.plus_seconds(seconds);
    }
}
