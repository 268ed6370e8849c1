//! Parameters, from a query or from a form body: names and values in the order they came.

use crate::error::ApiError;

/// Every argument of the vendor's operations. What is none of them is ignored, however often it comes.
const ARGUMENTS: [&str; 31] = [
    "accountId",
    "accountIds",
    "alignmentTimezone",
    "candleFormat",
    "count",
    "currency",
    "dailyAlignment",
    "end",
    "expiry",
    "fields",
    "granularity",
    "ids",
    "includeFirst",
    "instrument",
    "instruments",
    "lowerBound",
    "maxId",
    "minId",
    "price",
    "sessionId",
    "side",
    "since",
    "start",
    "stopLoss",
    "takeProfit",
    "trailingStop",
    "type",
    "units",
    "upperBound",
    "username",
    "weeklyAlignment",
];

/// Decoded parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// From a query.
    ///
    /// # Errors
    /// Code 40 when it is not the encoding of a text.
    pub(crate) fn from_query(query: &str) -> Result<Self, ApiError> {
        if !is_well_formed(query) {
            return Err(ApiError::MalformedQuery(query.to_owned()));
        }
        Ok(Self::from_form(query.as_bytes()))
    }

    /// From a form body. Bytes that are no text are replaced, so that the value they stand in is refused as malformed.
    pub(crate) fn from_form(body: &[u8]) -> Self {
        Self(serde_urlencoded::from_bytes(body).unwrap_or_default())
    }

    /// The same, when no argument comes twice: which of two values is meant nobody can say.
    ///
    /// # Errors
    /// Code 1 with the name of an argument that does.
    pub(crate) fn unrepeated(self) -> Result<Self, ApiError> {
        let comes_twice = |name: &&str| self.0.iter().filter(|(given, _)| given == name).nth(1).is_some();
        match ARGUMENTS.into_iter().find(comes_twice) {
            Some(name) => Err(ApiError::Malformed(name)),
            None => Ok(self),
        }
    }

    /// The first value of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// The value of a name that must be there.
    ///
    /// # Errors
    /// Code 2.
    pub(crate) fn require(&self, name: &'static str) -> Result<&str, ApiError> {
        self.get(name).ok_or(ApiError::Missing(name))
    }

    /// Whether a name is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The encoded parameters in alphabetical order, with one name set anew.
    pub(crate) fn encoded_with(&self, name: &str, value: &str) -> String {
        let kept = self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut all: Vec<(&str, &str)> = kept.filter(|(kept, _)| *kept != name).collect();
        all.push((name, value));
        all.sort_by_key(|(name, _)| *name);
        serde_urlencoded::to_string(&all).unwrap_or_default()
    }
}

/// A comma-separated list.
pub(crate) fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim)
}

/// Whether every `%` begins two hex digits and the decoded bytes are UTF-8.
fn is_well_formed(query: &str) -> bool {
    let mut bytes = query.bytes();
    let mut decoded = Vec::with_capacity(query.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let mut digit = || bytes.next().and_then(|digit| char::from(digit).to_digit(16));
        let (Some(high), Some(low)) = (digit(), digit()) else { return false };
        decoded.extend(u8::try_from(high * 16 + low));
    }
    std::str::from_utf8(&decoded).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_may_be_encoded_or_raw() {
        for query in ["instruments=EUR_USD%2CUSD_JPY", "instruments=EUR_USD,USD_JPY"] {
            let params = Params::from_query(query).unwrap();
            let names: Vec<&str> = list(params.require("instruments").unwrap()).collect();
            assert_eq!(names, ["EUR_USD", "USD_JPY"]);
        }
    }

    #[test]
    fn a_query_must_be_a_text() {
        for query in ["a=%", "a=%4", "a=%zz", "a=%ff"] {
            assert_eq!(Params::from_query(query).unwrap_err().code(), 40, "{query}");
        }
        assert_eq!(Params::from_query("").unwrap().require("x").unwrap_err(), ApiError::Missing("x"));
    }

    #[test]
    fn an_argument_comes_once() {
        let repeated = |query| Params::from_query(query).unwrap().unrepeated().map(drop);
        assert_eq!(repeated("units=1&side=buy&units=1"), Err(ApiError::Malformed("units")));
        assert_eq!(repeated("units=1&side=buy&extra=1&extra=2"), Ok(()));
    }

    #[test]
    fn links_repeat_parameters_in_alphabetical_order() {
        let params = Params::from_query("maxId=9&instrument=EUR_USD&count=2").unwrap();
        assert_eq!(params.encoded_with("maxId", "7"), "count=2&instrument=EUR_USD&maxId=7");
    }
}
