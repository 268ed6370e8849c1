//! The names of option contracts: `TSLA  271217C00050000` is a root of six characters, the day of expiry in New York, the
//! right, and the strike in thousandths with eight digits.

use order_engine::{OptionContract, OptionRight};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use time::Date;

use crate::new_york;

/// Characters of a root, blanks at its end included.
const ROOT_LENGTH: usize = 6;
/// Strikes are written in thousandths, with eight digits.
const STRIKE_FACTOR: Decimal = Decimal::ONE_THOUSAND;
const MAX_STRIKE: u64 = 99_999_999;

/// The day on which a contract expires, in New York.
pub(crate) fn expiry(contract: &OptionContract) -> Date {
    new_york::local(facade_kit::time::to_utc(contract.expires_at)).date()
}

/// The name of a contract; nothing when the root is too long, or the strike too large or finer than a thousandth.
pub(crate) fn symbol(root: &str, contract: &OptionContract) -> Option<String> {
    let strike = contract.strike.decimal().checked_mul(STRIKE_FACTOR)?;
    let thousandths =
        strike.to_u64().filter(|whole| Decimal::from(*whole) == strike && *whole <= MAX_STRIKE)?;
    if root.len() > ROOT_LENGTH {
        return None;
    }
    let (day, right) = (expiry(contract), letter(contract.right));
    let (year, month) = (day.year().rem_euclid(100), u8::from(day.month()));
    Some(format!("{root:<ROOT_LENGTH$}{year:02}{month:02}{:02}{right}{thousandths:08}", day.day()))
}

/// A name without the blanks of its root, as some write it.
pub(crate) fn compact(symbol: &str) -> String {
    symbol.split_whitespace().collect()
}

/// What a contract is called by people, in the words that a search may use: `tsla dec 17 2027 50 call`.
pub(crate) fn phrase(root: &str, contract: &OptionContract) -> Vec<String> {
    let day = expiry(contract);
    let (month, right) = (day.month().to_string(), word(contract.right));
    let words = [
        root.to_lowercase(),
        month.to_lowercase(),
        month.to_lowercase().chars().take(3).collect(),
        day.day().to_string(),
        day.year().to_string(),
        contract.strike.decimal().normalize().to_string(),
        right.to_owned(),
        right.chars().take(1).collect(),
    ];
    words.into()
}

const fn letter(right: OptionRight) -> char {
    match right {
        OptionRight::Call => 'C',
        OptionRight::Put => 'P',
    }
}

const fn word(right: OptionRight) -> &'static str {
    match right {
        OptionRight::Call => "call",
        OptionRight::Put => "put",
    }
}

#[cfg(test)]
mod tests {
    use order_engine::{ExerciseStyle, Price, Symbol, Timestamp};

    use super::*;

    fn contract(strike: &str) -> OptionContract {
        OptionContract {
            underlier: Symbol::new("AAPL").unwrap(),
            right: OptionRight::Call,
            strike: Price::new(strike.parse().unwrap()).unwrap(),
            multiplier: 100,
            // 2026-03-21T00:00:00Z is the evening before in New York.
            expires_at: Timestamp::from_seconds(1_774_051_200),
            delivery: order_engine::Delivery::None,
            style: ExerciseStyle::American,
        }
    }

    #[test]
    fn a_name_has_the_published_form() {
        assert_eq!(symbol("AAPL", &contract("180")).unwrap(), "AAPL  260320C00180000");
        assert_eq!(symbol("F", &contract("12.50")).unwrap(), "F     260320C00012500");
        assert_eq!(compact("AAPL  260320C00180000"), "AAPL260320C00180000");
    }

    #[test]
    fn what_does_not_fit_has_no_name() {
        assert_eq!(symbol("TOOLONG", &contract("180")), None);
        assert_eq!(symbol("AAPL", &contract("100000")), None);
        assert_eq!(symbol("AAPL", &contract("0.0001")), None);
    }
}
