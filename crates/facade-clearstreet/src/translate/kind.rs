//! Which kind of order a request asks for: which fields go with which type, and how its prices and distances are read.

use facade_kit::decimal::parse_plain;
use order_engine::{BasisPoints, Offset, OrderKind, Price, PriceDifference};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::place::invalid;
use crate::error::ApiError;
use crate::wire::{NewOrder, RequestOrderType, TrailingOffsetType};

const MUST_BE_POSITIVE: &str = "must be positive";

/// Which fields a type has.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of the vendor's table")]
struct Fields {
    limit: bool,
    stop: bool,
    trailing: bool,
    /// Beside a trailing offset, and never required.
    limit_offset: bool,
    /// Trading outside the regular session.
    extended_hours: bool,
}

const NONE: Fields =
    Fields { limit: false, stop: false, trailing: false, limit_offset: false, extended_hours: false };

const fn fields(kind: RequestOrderType) -> Fields {
    match kind {
        RequestOrderType::Market => NONE,
        RequestOrderType::Limit => Fields { limit: true, extended_hours: true, ..NONE },
        RequestOrderType::Stop => Fields { stop: true, ..NONE },
        RequestOrderType::StopLimit => Fields { limit: true, stop: true, extended_hours: true, ..NONE },
        RequestOrderType::TrailingStop => Fields { trailing: true, ..NONE },
        RequestOrderType::TrailingStopLimit => Fields { trailing: true, limit_offset: true, ..NONE },
    }
}

/// Whether limit orders of this type may trade outside the regular session.
pub(super) const fn may_extend_hours(kind: RequestOrderType) -> bool {
    fields(kind).extended_hours
}

/// Whether a request has the fields of its type and no others.
pub(super) fn check(request: &NewOrder) -> Result<(), ApiError> {
    let kind = request.order_type;
    let has = fields(kind);
    let given = [
        ("limit_price", has.limit, request.limit_price.is_some()),
        ("stop_price", has.stop, request.stop_price.is_some()),
        ("trailing_offset", has.trailing, request.trailing_offset.is_some()),
        ("trailing_offset_type", has.trailing, request.trailing_offset_type.is_some()),
    ];
    if let Some((field, ..)) = given.into_iter().find(|(_, has, is_given)| *has && !is_given) {
        return Err(required(field, kind));
    }
    let optional = [
        ("limit_offset", has.limit_offset, request.limit_offset.is_some()),
        ("extended_hours", has.extended_hours, request.extended_hours == Some(true)),
    ];
    match given.into_iter().chain(optional).find(|(_, has, is_given)| !has && *is_given) {
        Some((field, ..)) => Err(invalid(format!("{field} is not allowed for {kind} orders"))),
        None => Ok(()),
    }
}

fn required(field: &str, kind: RequestOrderType) -> ApiError {
    invalid(format!("{field} is required for {kind} orders"))
}

/// The kind with its prices and distances.
pub(super) fn read(request: &NewOrder) -> Result<OrderKind, ApiError> {
    let kind = request.order_type;
    let limit = || request.limit_price.as_deref().ok_or_else(|| required("limit_price", kind));
    let stop = || request.stop_price.as_deref().ok_or_else(|| required("stop_price", kind));
    Ok(match kind {
        RequestOrderType::Market => OrderKind::Market,
        RequestOrderType::Limit => OrderKind::Limit { price: limit_price(limit()?)? },
        RequestOrderType::Stop => OrderKind::Stop { trigger: stop_price(stop()?)? },
        RequestOrderType::StopLimit => {
            OrderKind::StopLimit { price: limit_price(limit()?)?, trigger: stop_price(stop()?)? }
        }
        RequestOrderType::TrailingStop => OrderKind::TrailingStop { offset: offset(request)? },
        RequestOrderType::TrailingStopLimit => OrderKind::TrailingStopLimit {
            offset: offset(request)?,
            limit_offset: request.limit_offset.as_deref().map_or(Ok(PriceDifference::ZERO), limit_offset)?,
        },
    })
}

/// Reads a limit price.
pub(super) fn limit_price(text: &str) -> Result<Price, ApiError> {
    price(text, "limit price")
}

/// Reads a stop price.
pub(super) fn stop_price(text: &str) -> Result<Price, ApiError> {
    price(text, "stop price")
}

fn price(text: &str, what: &str) -> Result<Price, ApiError> {
    Price::new(decimal(text, what)?).map_err(|_| ApiError::unprocessable(what, MUST_BE_POSITIVE))
}

fn decimal(text: &str, what: &str) -> Result<Decimal, ApiError> {
    parse_plain(text).ok_or_else(|| ApiError::unprocessable(what, text))
}

/// The distance of a trailing trigger.
fn offset(request: &NewOrder) -> Result<Offset, ApiError> {
    const WHAT: &str = "trailing offset";
    let kind = request.order_type;
    let text = request.trailing_offset.as_deref().ok_or_else(|| required("trailing_offset", kind))?;
    match request.trailing_offset_type {
        None => Err(required("trailing_offset_type", kind)),
        Some(TrailingOffsetType::Price) => price(text, WHAT).map(Offset::Price),
        Some(TrailingOffsetType::Bps) => {
            let rate = decimal(text, WHAT)?;
            if rate <= Decimal::ZERO {
                return Err(ApiError::unprocessable(WHAT, MUST_BE_POSITIVE));
            }
            let whole = if rate.fract().is_zero() { rate.to_u32() } else { None };
            let fault = || ApiError::unprocessable(WHAT, "must be a whole number of basis points");
            whole.map(|rate| Offset::BasisPoints(BasisPoints::new(rate))).ok_or_else(fault)
        }
    }
}

/// The distance of a limit from its trigger: positive for worse than the trigger, negative for better.
fn limit_offset(text: &str) -> Result<PriceDifference, ApiError> {
    let mut distance = decimal(text, "limit offset")?;
    if distance.is_zero() {
        distance.set_sign_positive(true);
    }
    Ok(PriceDifference::new(distance))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPES: [&str; 6] =
        ["MARKET", "LIMIT", "STOP", "STOP_LIMIT", "TRAILING_STOP", "TRAILING_STOP_LIMIT"];
    const FIELDS: [(&str, &str); 6] = [
        ("limit_price", "\"48.00\""),
        ("stop_price", "\"50.00\""),
        ("trailing_offset", "\"2.00\""),
        ("trailing_offset_type", "\"PRICE\""),
        ("limit_offset", "\"0.50\""),
        ("extended_hours", "true"),
    ];

    fn entry(kind: &str, fields: &[(&str, &str)]) -> NewOrder {
        let members: Vec<String> =
            fields.iter().map(|(name, value)| format!(r#","{name}":{value}"#)).collect();
        let text = format!(
            r#"{{"order_type":"{kind}","quantity":"1","side":"BUY","time_in_force":"DAY"{}}}"#,
            members.concat()
        );
        serde_json::from_str(&text).unwrap()
    }

    /// The vendor's table, one row for each type in the order of [`TYPES`]: required, optional or refused, in the order
    /// of [`FIELDS`].
    const TABLE: [&str; 6] = ["------", "r----o", "-r----", "rr---o", "--rr--", "--rro-"];

    #[test]
    fn each_type_has_its_fields_and_no_others() {
        for (kind, row) in TYPES.into_iter().zip(TABLE) {
            let of = |mark: char| -> Vec<(&str, &str)> {
                FIELDS
                    .into_iter()
                    .zip(row.chars())
                    .filter(|(_, it)| *it == mark)
                    .map(|(field, _)| field)
                    .collect()
            };
            let (required, optional) = (of('r'), of('o'));
            let whole = [required.clone(), optional].concat();
            assert_eq!(check(&entry(kind, &required)), Ok(()), "{kind}");
            assert_eq!(check(&entry(kind, &whole)), Ok(()), "{kind}");
            for (missing, _) in &required {
                let rest: Vec<_> = required.iter().copied().filter(|(name, _)| name != missing).collect();
                let fault = check(&entry(kind, &rest)).unwrap_err().message();
                assert_eq!(fault, format!("{missing} is required for {kind} orders"));
            }
            for refused in of('-') {
                let fault =
                    check(&entry(kind, &[required.as_slice(), &[refused]].concat())).unwrap_err().message();
                assert_eq!(fault, format!("{} is not allowed for {kind} orders", refused.0));
            }
        }
    }

    #[test]
    fn distances_are_read_strictly() {
        let read = |offset: &str, unit: &str, limit: &str| {
            let (offset, unit, limit) =
                (format!("\"{offset}\""), format!("\"{unit}\""), format!("\"{limit}\""));
            let fields =
                [("trailing_offset", &*offset), ("trailing_offset_type", &*unit), ("limit_offset", &*limit)];
            read(&entry("TRAILING_STOP_LIMIT", &fields)).map_err(|fault| fault.message())
        };
        let bps = |rate| Offset::BasisPoints(BasisPoints::new(rate));
        let kind = |offset, limit: &str| {
            let limit_offset = PriceDifference::new(limit.parse().unwrap());
            Ok(OrderKind::TrailingStopLimit { offset, limit_offset })
        };
        assert_eq!(read("115", "BPS", "-0.50"), kind(bps(115), "-0.50"));
        assert_eq!(read("2.00", "PRICE", "0.5"), kind(Offset::Price(limit_price("2.00").unwrap()), "0.5"));
        assert_eq!(
            read("115.0", "BPS", "-0").map(|kind| super::super::orders::offsets(kind, None).1),
            Ok(Some("0".to_owned()))
        );
        for (offset, unit, limit, fault) in [
            ("0", "BPS", "0", "Invalid trailing offset: must be positive"),
            ("-2.00", "PRICE", "0", "Invalid trailing offset: must be positive"),
            ("two", "PRICE", "0", "Invalid trailing offset: two"),
            ("12.5", "BPS", "0", "Invalid trailing offset: must be a whole number of basis points"),
            ("4294967296", "BPS", "0", "Invalid trailing offset: must be a whole number of basis points"),
            ("2.00", "PRICE", "half", "Invalid limit offset: half"),
        ] {
            assert_eq!(read(offset, unit, limit), Err(fault.to_owned()));
        }
    }
}
