//! What wins, and what is said about mistakes.

use std::io::Write as _;

use super::*;
use crate::config::DurabilityName;

fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn with_file(text: &str) -> (Layers, String) {
    let file = file(text);
    let mut layers = Layers::built_in().unwrap();
    layers.add_file(file.path()).unwrap();
    (layers, file.path().display().to_string())
}

fn refused(layers: &Layers) -> String {
    layers.read().unwrap_err().to_string()
}

#[test]
fn the_built_in_profile_is_a_whole_configuration() {
    let config = Layers::built_in().unwrap().read().unwrap();
    assert_eq!(config.mount.len(), 12);
    assert_eq!(config.journal.durability, DurabilityName::Sync);
}

#[test]
fn flags_lie_over_the_environment_over_the_file() {
    let (mut layers, _) =
        with_file("[server]\nworkers = 1\nshutdown_timeout_secs = 1\n[journal]\nqueue = 1\n");
    let variables =
        [("DRAGOMAN_SERVER__WORKERS", "2"), ("DRAGOMAN_JOURNAL__QUEUE", "2"), ("DRAGOMAN_BIN", "x")];
    layers
        .add_environment(variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())))
        .unwrap();
    layers.add_settings(&["server.workers=3".to_owned()]).unwrap();
    let config = layers.read().unwrap();
    assert_eq!((config.server.workers, config.journal.queue, config.server.shutdown_timeout_secs), (3, 2, 1));
}

#[test]
fn a_list_is_replaced_whole_and_the_rest_stays() {
    let (layers, _) = with_file("[[mount]]\nfacade = \"oms\"\nlisten = \"127.0.0.1:0\"\n");
    let config = layers.read().unwrap();
    assert_eq!(config.mount.len(), 1);
    assert_eq!(config.control.listen.port(), 7400);
}

#[test]
fn an_unknown_key_is_named_with_its_place_and_the_nearest_known_one() {
    let (layers, path) = with_file("# one\n[server]\nwrokers = 1\n");
    assert_eq!(
        refused(&layers),
        format!("{path}:3: unknown key `server.wrokers`; the nearest is `server.workers`")
    );
    let (layers, path) = with_file("[sever]\nworkers = 1\n");
    assert_eq!(refused(&layers), format!("{path}:1: unknown key `sever`; the nearest is `server`"));
    let (layers, path) =
        with_file("[[mount]]\nfacade = \"oms\"\n[[mount]]\nfacade = \"oms\"\nprefx = \"/a\"\n");
    assert_eq!(
        refused(&layers),
        format!("{path}:5: unknown key `mount[1].prefx`; the nearest is `mount[1].prefix`")
    );
}

#[test]
fn an_unknown_key_of_the_environment_is_named_too() {
    let mut layers = Layers::built_in().unwrap();
    let variable = ("DRAGOMAN_JOURNAL__DURABILTY".to_owned(), "sync".to_owned());
    layers.add_environment(std::iter::once(variable)).unwrap();
    assert_eq!(
        refused(&layers),
        "the environment variable DRAGOMAN_JOURNAL__DURABILTY: unknown key `journal.durabilty`; the nearest is \
         `journal.durability`"
    );
}

#[test]
fn a_wrong_value_is_named_with_its_place() {
    let (layers, path) = with_file("[journal]\n\ndurability = \"sometimes\"\n");
    let message = refused(&layers);
    assert!(
        message.starts_with(&format!("{path}:3: `journal.durability`: unknown variant `sometimes`")),
        "{message}"
    );
    let (layers, path) = with_file("[control]\nlisten = \"nowhere\"\n");
    assert!(refused(&layers).starts_with(&format!("{path}:2: `control.listen`: ")));
}

#[test]
fn a_file_that_is_no_toml_is_named() {
    let file = file("[server\n");
    let error = Layers::built_in().unwrap().add_file(file.path()).unwrap_err().to_string();
    assert!(error.starts_with(&file.path().display().to_string()) && error.contains("line 1"), "{error}");
}

#[test]
fn secrets_are_not_taken_from_the_command_line() {
    let mut layers = Layers::built_in().unwrap();
    for setting in ["control.token=x", "facade.espresso.api_keys=x"] {
        let error = layers.add_settings(&[setting.to_owned()]).unwrap_err();
        assert!(matches!(error, LayerError::SecretOnCommandLine { .. }), "{error}");
    }
    layers.add_settings(&["control.token_file=/run/token".to_owned()]).unwrap();
}

#[test]
fn what_may_be_secret_is_not_printed() {
    let (layers, _) =
        with_file("[control]\ntoken = \"hush\"\n[facade.oanda]\ntokens = { hush = \"demo\" }\n");
    let printed = layers.printable().unwrap();
    assert!(!printed.contains("hush"), "{printed}");
    assert!(printed.contains("directory = \"./dragoman-data\""), "{printed}");
}

#[test]
fn settings_are_numbers_when_they_read_as_numbers() {
    assert_eq!(scalar("5"), toml::Value::Integer(5));
    assert_eq!(scalar("true"), toml::Value::Boolean(true));
    assert_eq!(scalar("127.0.0.1:0"), toml::Value::String("127.0.0.1:0".to_owned()));
    assert_eq!(scalar("[\"a\"]").as_array().map(Vec::len), Some(1));
    assert_eq!(scalar("a\nb = 1"), toml::Value::String("a\nb = 1".to_owned()));
}
