//! The directives of golden files: what happens between requests, past the facade.

use order_engine::{AccountState, BasisPoints, Charge};

use crate::TestEngine;
use crate::journal::JournalMood;
use crate::placement::{Placement, instant};

/// Carries out one directive, given without its `@`.
pub(super) fn set(engine: &TestEngine, directive: &str) -> Result<(), String> {
    let (word, rest) = directive.split_once(' ').unwrap_or((directive, ""));
    let arguments: Vec<&str> = rest.split_whitespace().collect();
    match (word, arguments.as_slice()) {
        ("clock", [to]) => engine.set_time(instant(to)),
        ("advance", [seconds]) => {
            engine.advance(seconds.parse().map_err(|_| format!("{seconds} is no number of seconds"))?);
        }
        ("options", []) => engine.define_options(),
        ("calendars", []) => engine.define_calendars(),
        ("suspend", [account]) => engine.set_state(account, AccountState::Suspended),
        ("close", [account]) => engine.set_state(account, AccountState::Closed),
        ("halt", [symbol]) => engine.halt(symbol),
        ("lift", [symbol]) => engine.lift(symbol),
        ("define", [symbol, base, quote, like]) => engine.define(symbol, base, quote, like, None),
        ("define", [symbol, base, quote, like, calendar]) => {
            engine.define(symbol, base, quote, like, Some(calendar));
        }
        ("journal", ["refuses"]) => engine.set_journal(JournalMood::Refuses),
        ("journal", ["breaks"]) => engine.set_journal(JournalMood::Breaks),
        ("resume", [account]) => engine.set_state(account, AccountState::Open),
        ("quote", [symbol, bid, ask, bid_size, ask_size]) => {
            engine.quote(symbol, bid, ask, bid_size, ask_size);
        }
        ("adjust", [account, asset, amount]) => engine.adjust(account, asset, amount),
        ("closeout", [account, level]) => engine.set_closeout(account, points(level)?),
        ("margin-rate", [account, rate]) => engine.set_margin_rate(account, points(rate)?),
        ("charge", [account, "fee", amount]) => engine.charge(account, Charge::Fee, amount),
        ("charge", [account, "correction", amount]) => engine.charge(account, Charge::Correction, amount),
        ("charge", [account, "interest", amount, symbol]) => {
            let instrument = engine.instrument(symbol);
            engine.charge(account, Charge::Interest { instrument }, amount);
        }
        ("reset-profit", [account]) => engine.reset_profit(account),
        ("place", [_, ..]) => {
            let placement: Placement =
                serde_json::from_str(rest).map_err(|error| format!("the order cannot be read: {error}"))?;
            engine.place(&placement);
        }
        _ => return Err(format!("@{directive} is no directive")),
    }
    Ok(())
}

fn points(text: &str) -> Result<BasisPoints, String> {
    let points = text.parse().map_err(|_| format!("{text} is no number of basis points"))?;
    Ok(BasisPoints::new(points))
}
