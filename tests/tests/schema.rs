//! The real binary against the Clear Street vendor's own document, by generated requests: no fault of the server, and no
//! status and no body that the document does not know. Skipped where the document, or what generates, is not at hand.

use std::path::PathBuf;

use dragoman_tests::gateway::{Data, Gateway};
use dragoman_tests::{programs, workspace};

const DOCUMENT: &str = "../shared/vendors/clearstreet/openapi-trading.json";
/// Requests for each operation, unless `SCHEMA_EXAMPLES` asks for more.
const EXAMPLES: &str = "3";
/// What is generated in the short form, which has a minute; in the long one every bound of every parameter is tried too.
const SHORT: &str = "examples,fuzzing";
const LONG: &str = "examples,coverage,fuzzing";
/// The same requests every time, unless `SCHEMA_SEED` asks for others.
const SEED: &str = "1";

#[test]
fn answers_are_as_the_document_says() {
    let document = workspace::root().join(DOCUMENT);
    let python = std::env::var_os("DRAGOMAN_SCHEMA_PYTHON")
        .map_or_else(|| workspace::root().join(".venv-schema/bin/python"), PathBuf::from);
    for needed in [&document, &python] {
        if !needed.exists() {
            eprintln!("skipped: {} is not there", needed.display());
            return;
        }
    }
    let asked = |name: &str, usual: &str| std::env::var(name).unwrap_or_else(|_| usual.to_owned());
    let (examples, seed) = (asked("SCHEMA_EXAMPLES", EXAMPLES), asked("SCHEMA_SEED", SEED));
    let phases = if std::env::var_os("SCHEMA_EXAMPLES").is_some() { LONG } else { SHORT };
    let gateway = Gateway::start(Data::Ephemeral);
    let arguments = [
        gateway.url("clearstreet"),
        &document.to_string_lossy(),
        "--examples",
        &examples,
        "--seed",
        &seed,
        "--phases",
        phases,
    ];
    programs::python_of(&python, "clearstreet_document.py", &arguments);
}
