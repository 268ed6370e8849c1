//! The seed as configuration writes it, and the commands that it becomes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use order_engine::{
    AccountId, AccountSettings, AdjustBalance, Amount, AssetId, BasisPoints, ChargedIn, Command,
    InstrumentId, Rounding, Settlement,
};
use runtime::{Seed, SeedError};

const SEED: &str = r#"
[[asset]]
code = "USD"
name = "US dollar"
kind = "fiat"
scale = 2

[[asset]]
code = "BTC"
name = "Bitcoin"
kind = "crypto"
scale = 8

[[instrument]]
symbol = "BTC-USD"
name = "Bitcoin in US dollars"
base = "BTC"
quote = "USD"
settlement = "spot"
tick = "0.01"
lot = "0.00000001"
minimum_quantity = "0.00001"
maximum_quantity = "1000"
minimum_notional = "1"
commission = { maker_bps = 0, taker_bps = 9, charged_in = "received", rounding = "half-up", scale = 8 }
day_ends_at = "21:00"

[[account]]
code = "demo"
currency = "USD"
balances = { USD = "1000000", BTC = "10.5" }

[[account]]
code = "maker"
currency = "USD"
name = "Market maker"
margin_rate_bps = 700
max_order_notional = "250000"

[[quote]]
instrument = "BTC-USD"
bid = "49999.50"
ask = "50000.50"
bid_size = "5"
ask_size = "6"
"#;

fn seed(text: &str) -> Result<Seed, toml::de::Error> {
    toml::from_str(text)
}

fn amount(text: &str) -> Amount {
    Amount::from_decimal(text.parse().unwrap()).unwrap()
}

#[test]
fn a_seed_becomes_definitions_accounts_balances_and_quotes() {
    let commands = seed(SEED).unwrap().commands().unwrap();
    let [
        Command::DefineAsset(dollar),
        Command::DefineAsset(bitcoin),
        Command::DefineInstrument(instrument),
        Command::OpenAccount(demo),
        Command::AdjustBalance(bitcoins),
        Command::AdjustBalance(dollars),
        Command::OpenAccount(maker),
        Command::UpdateQuote(quote),
    ] = commands.as_slice()
    else {
        panic!("unexpected commands: {commands:?}")
    };
    assert_eq!((dollar.code.as_str(), bitcoin.code.as_str()), ("USD", "BTC"));
    assert_eq!((demo.code.as_str(), maker.code.as_str()), ("demo", "maker"));

    assert_eq!(demo.settings, AccountSettings::default());
    assert_eq!(maker.settings.name.as_deref(), Some("Market maker"));
    assert_eq!(maker.settings.margin_rate, Some(BasisPoints::new(700)));
    assert_eq!(maker.settings.max_order_notional, Some(amount("250000")));

    let demo = AccountId::new(1);
    assert_eq!(*bitcoins, AdjustBalance { account: demo, asset: AssetId::new(1), amount: amount("10.5") });
    assert_eq!(*dollars, AdjustBalance { account: demo, asset: AssetId::new(0), amount: amount("1000000") });

    assert_eq!(instrument.settlement, Settlement::Spot);
    assert_eq!(instrument.tick.to_string(), "0.01");
    assert_eq!(instrument.day_ends_at, 21 * 3_600);
    assert_eq!(instrument.commission.taker, BasisPoints::new(9));
    assert_eq!(instrument.commission.charged_in, ChargedIn::Received);
    assert_eq!(instrument.commission.rounding, Rounding::HalfUp);

    assert_eq!(quote.instrument, InstrumentId::new(0));
    assert_eq!((quote.bid.to_string(), quote.ask_size.to_string()), ("49999.50".to_owned(), "6".to_owned()));
}

#[test]
fn a_margin_settlement_has_its_rate() {
    let text = SEED.replace("settlement = \"spot\"", "settlement = { margin = 500 }");
    let commands = seed(&text).unwrap().commands().unwrap();
    let Command::DefineInstrument(instrument) = &commands[2] else {
        panic!("unexpected commands: {commands:?}")
    };
    assert_eq!(instrument.settlement, Settlement::Margin { rate: BasisPoints::new(500) });
}

#[test]
fn an_empty_seed_has_no_commands() {
    assert_eq!(seed("").unwrap().commands().unwrap(), Vec::new());
}

#[test]
fn entries_must_fit_together() {
    let cases = [
        ("quote = \"USD\"", "quote = \"EUR\"", "the instrument BTC-USD names the asset EUR"),
        ("BTC = \"10.5\"", "XRP = \"1\"", "the account demo names the asset XRP"),
        ("instrument = \"BTC-USD\"", "instrument = \"ETH-USD\"", "a [[quote]] is for ETH-USD"),
        ("code = \"maker\"", "code = \"demo\"", "there are two [[account]] entries for demo"),
        ("code = \"BTC\"", "code = \"USD\"", "there are two [[asset]] entries for USD"),
    ];
    for (from, to, expected) in cases {
        let fault = seed(&SEED.replace(from, to)).unwrap().commands().unwrap_err().to_string();
        assert!(fault.starts_with(expected), "{fault:?} should start with {expected:?}");
    }
    let fault =
        seed(&SEED.replace("instrument = \"BTC-USD\"", "instrument = \"ETH-USD\"")).unwrap().commands();
    assert!(matches!(fault, Err(SeedError::UnknownInstrument { .. })));
}

#[test]
fn a_bad_value_is_refused_at_its_line() {
    let cases = [
        ("tick = \"0.01\"", "tick = 0.01", "a price in quotes"),
        ("tick = \"0.01\"", "tick = \"0\"", "the number is not positive"),
        ("bid_size = \"5\"", "bid_size = \"-5\"", "the number is negative"),
        ("BTC = \"10.5\"", "BTC = \"0.0000000000001\"", "too many decimals"),
        ("code = \"BTC\"", "code = \"btc\"", "a character that is not allowed"),
        ("day_ends_at = \"21:00\"", "day_ends_at = \"9pm\"", "a time of day in UTC"),
        ("kind = \"crypto\"", "kind = \"coin\"", "unknown variant `coin`"),
        ("code = \"maker\"", "code = \"maker\"\nclerk = 1", "unknown field `clerk`"),
    ];
    for (from, to, expected) in cases {
        let fault = seed(&SEED.replace(from, to)).unwrap_err();
        assert!(fault.span().is_some(), "the fault says where it is");
        assert!(fault.to_string().contains(expected), "{fault} should contain {expected:?}");
    }
}
