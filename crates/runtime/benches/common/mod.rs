//! Printing figures, each beside its goal where there is one.

#![expect(clippy::print_stdout, reason = "the figures are the output")]

use std::time::Duration;

/// Prints how long something took, and how long it may.
pub(crate) fn show(what: &str, took: Duration, goal: Option<Duration>) {
    let took_ms = millis(took);
    match goal {
        Some(goal) => {
            let verdict = if took < goal { "met" } else { "MISSED" };
            println!("{what:<44} {took_ms:>12} ms   goal: under {} ms, {verdict}", goal.as_millis());
        }
        None => println!("{what:<44} {took_ms:>12} ms"),
    }
}

/// Milliseconds with one decimal.
fn millis(took: Duration) -> String {
    let tenths = took.as_micros() / 100;
    format!("{}.{}", tenths / 10, tenths % 10)
}
