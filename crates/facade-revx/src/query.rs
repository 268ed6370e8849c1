//! Queries, as clients really write them: lists as `a,b`, as `a%2Cb` or as a repeated key; unknown keys are ignored, and
//! an empty value counts as none.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

use crate::error::ApiError;

/// The pairs of a query, decoded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(text: &str) -> Result<Self, ApiError> {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(text);
        Ok(Self(pairs.map_err(|_| ApiError::BadRequest)?.into_inner()))
    }

    fn values<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        let given = self.0.iter().filter(move |(name, value)| name == key && !value.is_empty());
        given.map(|(_, value)| value.as_str())
    }

    /// The value of a key that may be given once.
    pub(crate) fn one<'a>(&'a self, key: &'a str) -> Result<Option<&'a str>, ApiError> {
        let mut values = self.values(key);
        let first = values.next();
        if values.next().is_some() { Err(ApiError::BadRequest) } else { Ok(first) }
    }

    /// All values of a key that may be given as a list.
    pub(crate) fn list<'a>(&'a self, key: &'a str) -> Vec<&'a str> {
        self.values(key).flat_map(|value| value.split(',')).filter(|item| !item.is_empty()).collect()
    }

    /// A whole number of milliseconds.
    pub(crate) fn millis(&self, key: &str) -> Result<Option<u64>, ApiError> {
        self.one(key)?.map(|text| text.parse().map_err(|_| ApiError::BadRequest)).transpose()
    }

    /// The length of a page or the depth of a book: 1 to `maximum`, and `maximum` unless given.
    pub(crate) fn limit(&self, maximum: usize) -> Result<usize, ApiError> {
        let Some(text) = self.one("limit")? else { return Ok(maximum) };
        let limit: i128 = text.parse().map_err(|_| ApiError::BadRequest)?;
        let within = usize::try_from(limit).ok().filter(|limit| (1..=maximum).contains(limit));
        within.ok_or(ApiError::Limit { maximum })
    }
}

impl FromRequest for Query {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::parse(request.query_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Query {
        Query::parse(text).unwrap()
    }

    #[test]
    fn lists_come_in_three_forms() {
        for text in ["s=a,b", "s=a%2Cb", "s=a&x=1&s=b", "s=a&s=&s=b", "s=,a,,b"] {
            assert_eq!(query(text).list("s"), ["a", "b"], "{text}");
        }
        assert!(query("s=").list("s").is_empty());
    }

    #[test]
    fn limits_are_whole_numbers_within_their_range() {
        assert_eq!(query("").limit(50), Ok(50));
        assert_eq!(query("limit=").limit(50), Ok(50));
        assert_eq!(query("limit=1").limit(50), Ok(1));
        for text in ["limit=0", "limit=51", "limit=-1", "limit=99999999999999999999"] {
            assert_eq!(query(text).limit(50), Err(ApiError::Limit { maximum: 50 }), "{text}");
        }
        for text in ["limit=x", "limit=1.0", "limit=1&limit=2"] {
            assert_eq!(query(text).limit(50), Err(ApiError::BadRequest), "{text}");
        }
    }
}
