//! What several suites need: tokens, and a market like the one in the vendor's examples.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed expectation of a test is reported by panicking"
)]
#![allow(dead_code, reason = "every suite uses a part of it")]

pub(crate) mod client;
pub(crate) mod protobuf;

use facade_oms::{
    AccountEntry, Config, DestinationEntry, ExchangeEntry, InstrumentEntry, OwnerEntry, issue_token,
};
use order_engine::{
    Amount, AssetCode, AssetDefinition, AssetKind, Command, Commission, InstrumentDefinition, Price,
    Quantity, Settlement, Symbol, TriggerSource, WhileClosed,
};
use testkit::TestEngine;

/// An `Authorization` value for a client, in force for an hour.
pub(crate) fn bearer(config: &Config, client: &str, engine: &TestEngine) -> String {
    format!("Bearer {}", issue_token(config, client, engine.handle().now(), 3_600).unwrap())
}

/// The number before that of the example order.
const EVENTS_BEFORE_THE_ORDER: u64 = 0xA00;

/// Adds the share XS01 in Australian dollars, and has so much happen that the next order gets the id of the example.
pub(crate) fn make_reference_market(engine: &TestEngine) {
    let asset = |code: &str, name: &str, kind, scale| {
        let code = AssetCode::new(code).unwrap();
        engine.apply(&Command::DefineAsset(AssetDefinition { code, name: name.into(), kind, scale }));
    };
    asset("AUD", "Australian Dollar", AssetKind::Fiat, 2);
    asset("XS01", "Example Share", AssetKind::Security, 0);
    let quantity = |text: &str| Quantity::new(text.parse().unwrap()).unwrap();
    engine.apply(&Command::DefineInstrument(InstrumentDefinition {
        symbol: Symbol::new("XS01").unwrap(),
        name: "Example Share".into(),
        base: AssetCode::new("XS01").unwrap(),
        quote: AssetCode::new("AUD").unwrap(),
        settlement: Settlement::Security,
        tick: Price::new("0.01".parse().unwrap()).unwrap(),
        lot: quantity("1"),
        minimum_quantity: quantity("1"),
        maximum_quantity: quantity("5000000"),
        minimum_notional: Amount::ZERO,
        commission: Commission::NONE,
        day_ends_at: 6 * 3_600,
        trigger_source: TriggerSource::OtherSide,
        option: None,
        calendar: None,
        while_closed: WhileClosed::Queue,
        pip: None,
        short_sale: None,
    }));
    engine.adjust("demo", "AUD", "100000");
    engine.adjust("demo", "XS01", "1000");
    let mut last = 0;
    while last < EVENTS_BEFORE_THE_ORDER {
        let outcome = engine.apply(&Command::AdjustBalance(order_engine::AdjustBalance {
            account: engine.account("maker"),
            asset: engine.handle().views().reference().asset_by_code("AUD").unwrap().id,
            amount: Amount::ONE,
        }));
        last = outcome.events.last().unwrap().id.get();
    }
    assert_eq!(last, EVENTS_BEFORE_THE_ORDER, "the market is made with more events than the example leaves");
}

/// The names of the examples: owner XS, account 1234, exchange XSX.
pub(crate) fn reference_config() -> Config {
    let development = Config::development();
    Config {
        owners: vec![OwnerEntry {
            code: "XS".to_owned(),
            name: "XOSP Market Operator".to_owned(),
            accounts: vec![AccountEntry {
                code: "1234".to_owned(),
                account: "demo".to_owned(),
                name: "New Account 1234".to_owned(),
                classification: "Standard".to_owned(),
            }],
        }],
        exchanges: vec![ExchangeEntry {
            code: "XSX".to_owned(),
            destinations: vec![DestinationEntry {
                code: "XSXM".to_owned(),
                route: "Prodigy".to_owned(),
                is_lit: true,
                lit_source: "XSX".to_owned(),
            }],
        }],
        home_exchange: "XSX".to_owned(),
        instruments: [(
            "XS01".to_owned(),
            InstrumentEntry { cfi_code: "ESVUFR".to_owned(), ..InstrumentEntry::default() },
        )]
        .into(),
        permissions: development
            .permissions
            .iter()
            .cloned()
            .map(|mut record| {
                if !record.owners.is_empty() {
                    record.owners = vec!["XS".to_owned()];
                    record.exchanges = vec!["XSX".to_owned()];
                }
                record
            })
            .collect(),
        ..development
    }
}
