//! Configuration as a file writes it.

use facade_clearstreet::Config;
use facade_kit::Secret;

#[test]
fn a_file_can_say_everything() {
    let written = r#"
        body_limit_bytes = 1024

        [[accounts]]
        id = 7
        account = "demo"
        short_name = "SHORT"
        full_name = "Full Name"
        account_holder_entity_id = 8
        date_of_birth = "1985-03-15"
        mailing_address = { line1 = "1 Street", city = "New York", postal_code = "10007", country = "USA" }

        [[credentials]]
        key = "secret-id.secret-key"
        accounts = [7]

        [instruments.TSLA]
        symbol = "TSLA.X"
        id = "d4d5d6d7-e4e5-f4f5-a4a5-a6a7a8a9aaab"

        [rate_limit]
        requests = 10
        per_seconds = 1
    "#;
    let config: Config = toml::from_str(written).unwrap();
    assert_eq!(config.accounts[0].id, 7);
    assert_eq!(config.instruments["TSLA"].symbol.as_deref(), Some("TSLA.X"));
    assert!(!format!("{config:?}").contains("secret"), "a key must not be printed");
}

#[test]
fn what_is_unknown_or_wrong_is_refused() {
    for wrong in [
        "acounts = []",
        "[instruments.TSLA]\nid = \"x\"",
        "[rate_limit]\nrequests = 1",
        "[calendar]\nholidays = [\"2026-12-25\"]",
    ] {
        assert!(toml::from_str::<Config>(wrong).is_err(), "{wrong}");
    }
    assert_eq!(toml::from_str::<Config>("").unwrap(), Config::default());
    assert!(Config::default().credentials.is_empty(), "the public keys are the development profile's only");
}

#[test]
fn public_keys_are_known_as_such() {
    let mut config = Config::development();
    assert!(config.uses_development_credentials());
    config.credentials[0].key = Secret::new("9f3c.b18a");
    assert!(config.uses_development_credentials(), "the other key is still public");
    config.credentials[1].key = Secret::new("77aa.0d2e");
    assert!(!config.uses_development_credentials());
    assert!(!Config::default().uses_development_credentials());
}
