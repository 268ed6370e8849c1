//! The market that the measuring programs trade on: one instrument, and one client who can afford everything.

use order_engine::{
    AccountCode, AccountDefinition, AccountId, AccountSettings, AdjustBalance, Amount, AssetCode,
    AssetDefinition, AssetId, AssetKind, Command, Commission, InstrumentDefinition, InstrumentId, Price,
    Quantity, Settlement, Symbol, TriggerSource, WhileClosed,
};
use rust_decimal::Decimal;

/// Who trades.
pub(crate) const CLIENT: AccountId = AccountId::new(1);
/// What is traded.
pub(crate) const INSTRUMENT: InstrumentId = InstrumentId::new(0);

/// What has to be there before anybody trades.
pub(crate) fn definitions() -> Vec<Command> {
    let asset = |code: &str| {
        let code = AssetCode::new(code).unwrap();
        Command::DefineAsset(AssetDefinition { name: "".into(), code, kind: AssetKind::Crypto, scale: 8 })
    };
    let deposit = |asset| {
        let amount = Amount::from_units(10_i128.pow(26));
        Command::AdjustBalance(AdjustBalance { account: CLIENT, asset: AssetId::new(asset), amount })
    };
    vec![
        asset("USD"),
        asset("BTC"),
        Command::DefineInstrument(InstrumentDefinition {
            symbol: Symbol::new("BTC-USD").unwrap(),
            name: "".into(),
            base: AssetCode::new("BTC").unwrap(),
            quote: AssetCode::new("USD").unwrap(),
            settlement: Settlement::Spot,
            tick: price(1),
            lot: quantity(1),
            minimum_quantity: quantity(1),
            maximum_quantity: quantity(1_000_000),
            minimum_notional: Amount::ZERO,
            commission: Commission::NONE,
            day_ends_at: 0,
            trigger_source: TriggerSource::OtherSide,
            option: None,
            calendar: None,
            while_closed: WhileClosed::Queue,
            pip: None,
            short_sale: None,
        }),
        Command::OpenAccount(AccountDefinition {
            code: AccountCode::new("client").unwrap(),
            currency: AssetCode::new("USD").unwrap(),
            settings: AccountSettings::default(),
        }),
        deposit(0),
        deposit(1),
    ]
}

pub(crate) fn price(units: u32) -> Price {
    Price::new(Decimal::from(units)).unwrap()
}

pub(crate) fn quantity(units: u32) -> Quantity {
    Quantity::new(Decimal::from(units)).unwrap()
}
