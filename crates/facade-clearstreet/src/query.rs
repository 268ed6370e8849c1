//! Reading a query string. Lists are one parameter with commas; an empty value is no value; unknown parameters are
//! ignored; a parameter may be given once.

use actix_web::{HttpRequest, web};
use order_engine::Timestamp;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as ValueError, StrDeserializer};
use time::Date;

use crate::calendar::parse_date;
use crate::error::ApiError;
use crate::format;
use crate::page::Page;

/// Which end of a range of time a bound is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    From,
    To,
}

/// The decoded parameters of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        web::Query::<Vec<(String, String)>>::from_query(request.query_string())
            .map(|pairs| Self(pairs.into_inner()))
            .map_err(|error| ApiError::Query(error.to_string()))
    }

    /// A value that is not empty.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, ApiError> {
        let mut values = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let first = values.next();
        if values.next().is_some() {
            return Err(ApiError::Query(format!("duplicate field `{name}`")));
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    /// A value that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<&str, ApiError> {
        self.text(name)?.ok_or_else(|| ApiError::Query(format!("missing field `{name}`")))
    }

    /// The values of a list.
    pub(crate) fn list(&self, name: &str) -> Result<Vec<&str>, ApiError> {
        Ok(self.text(name)?.unwrap_or_default().split(',').filter(|value| !value.is_empty()).collect())
    }

    /// A word of an enumeration.
    pub(crate) fn word<'de, T: Deserialize<'de>>(&'de self, name: &str) -> Result<Option<T>, ApiError> {
        self.text(name)?.map(|value| word(name, value)).transpose()
    }

    /// Words of an enumeration.
    pub(crate) fn words<'de, T: Deserialize<'de>>(&'de self, name: &str) -> Result<Vec<T>, ApiError> {
        self.list(name)?.into_iter().map(|value| word(name, value)).collect()
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        let parse = |value: &str| value.parse().map_err(|fault| ApiError::Query(format!("{name}: {fault}")));
        self.text(name)?.map(parse).transpose()
    }

    /// A whole number from 1.
    pub(crate) fn positive(&self, name: &str) -> Result<Option<i64>, ApiError> {
        let Some(value) = self.text(name)? else { return Ok(None) };
        let number: i64 = value.parse().map_err(|fault| ApiError::Query(format!("{name}: {fault}")))?;
        if number < 1 {
            return Err(ApiError::Query(format!("{name}: must be at least 1")));
        }
        Ok(Some(number))
    }

    /// A bound of a range of time, the bound itself included.
    pub(crate) fn bound(&self, name: &str, bound: Bound) -> Result<Option<Timestamp>, ApiError> {
        let parse = |value: &str| {
            format::parse_bound(value, bound == Bound::To).ok_or_else(|| {
                ApiError::Query(format!(
                    "{name}: invalid date or datetime '{value}': expected YYYY-MM-DD or RFC3339 (e.g. 2025-01-30T14:30:00Z)"
                ))
            })
        };
        self.text(name)?.map(parse).transpose()
    }

    /// A date `YYYY-MM-DD`.
    pub(crate) fn day(&self, name: &str) -> Result<Option<Date>, ApiError> {
        let parse = |text: &str| {
            let fault = || ApiError::Query(format!("{name}: invalid date '{text}': expected YYYY-MM-DD"));
            parse_date(text).ok_or_else(fault)
        };
        self.text(name)?.map(parse).transpose()
    }

    /// The page: of the token when there is one, else the first of `page_size` items.
    pub(crate) fn page(&self, maximum: usize) -> Result<Page, ApiError> {
        if let Some(token) = self.text("page_token")? {
            let fault = || ApiError::Query("page_token: invalid page token".to_owned());
            return Page::of_token(token, maximum).ok_or_else(fault);
        }
        let Some(size) = self.text("page_size")? else { return Ok(Page::first(maximum)) };
        let size: i64 = size.parse().map_err(|fault| ApiError::Query(format!("page_size: {fault}")))?;
        match usize::try_from(size) {
            Ok(size) if (1..=maximum).contains(&size) => Ok(Page::first(size)),
            _ => Err(ApiError::Query(format!("page_size: must be between 1 and {maximum}"))),
        }
    }
}

fn word<'de, T: Deserialize<'de>>(name: &str, value: &'de str) -> Result<T, ApiError> {
    let deserializer: StrDeserializer<'de, ValueError> = value.into_deserializer();
    T::deserialize(deserializer).map_err(|fault| ApiError::Query(format!("{name}: {fault}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{OrderStatus, Side};

    fn query(text: &str) -> Query {
        Query(web::Query::<Vec<(String, String)>>::from_query(text).unwrap().into_inner())
    }

    #[test]
    fn lists_are_decoded_before_they_are_split() {
        let encoded = query("instrument_ids=TSLA%2CAAPL++260320C00180000&status=NEW%2CPARTIALLY_FILLED");
        assert_eq!(encoded.list("instrument_ids").unwrap(), ["TSLA", "AAPL  260320C00180000"]);
        let statuses: Vec<OrderStatus> = encoded.words("status").unwrap();
        assert_eq!(statuses, [OrderStatus::New, OrderStatus::PartiallyFilled]);
        assert_eq!(query("status=").words::<OrderStatus>("status").unwrap(), []);
    }

    #[test]
    fn faults_name_the_parameter() {
        let fault = |text: &str| query(text).word::<Side>("side").unwrap_err().message();
        assert_eq!(
            fault("side=HOLD"),
            "Failed to deserialize query string: side: unknown variant `HOLD`, expected one of `BUY`, `SELL`, `SELL_SHORT`, `OTHER`"
        );
        assert_eq!(fault("side=BUY&side=BUY"), "Failed to deserialize query string: duplicate field `side`");
        assert_eq!(
            query("from=123").bound("from", Bound::From).unwrap_err().message(),
            "Failed to deserialize query string: from: invalid date or datetime '123': expected YYYY-MM-DD or RFC3339 (e.g. 2025-01-30T14:30:00Z)"
        );
        assert_eq!(
            query("").required("q").unwrap_err().message(),
            "Failed to deserialize query string: missing field `q`"
        );
    }

    #[test]
    fn page_sizes_have_bounds() {
        for text in ["page_size=0", "page_size=101", "page_size=-1", "page_size=x", "page_token=x"] {
            assert!(query(text).page(100).is_err(), "{text}");
        }
        assert_eq!(query("page_size=100").page(100).unwrap(), Page::first(100));
        assert_eq!(query("").page(100).unwrap(), Page::first(100));
    }
}
