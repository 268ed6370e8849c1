//! Query parameters that most operations share.

use actix_web::web::Query;
use order_engine::Timestamp;

use crate::error::ApiError;
use crate::translate::timestamp;
use crate::wire::Moment;

/// All parameters as they came; names may repeat.
pub(super) type Parameters = Query<Vec<(String, String)>>;

/// The one value of a parameter.
fn single<'a>(parameters: &'a Parameters, name: &str) -> Result<Option<&'a str>, ApiError> {
    let mut values = parameters.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        (_, Some(_)) => Err(ApiError::BadQuery),
    }
}

/// The instant that is asked about; nothing for now.
///
/// # Errors
/// [`ApiError::BadQuery`] for what is no date and time.
pub(super) fn as_at(parameters: &Parameters) -> Result<Option<Timestamp>, ApiError> {
    let given = single(parameters, "asAt")?;
    given.map(|text| Moment::parse(text).map(timestamp).ok_or(ApiError::BadQuery)).transpose()
}

/// Whether finished orders are left out.
///
/// # Errors
/// [`ApiError::BadQuery`] for what is neither true nor false.
pub(super) fn only_active(parameters: &Parameters) -> Result<bool, ApiError> {
    match single(parameters, "onlyActive")? {
        None => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Some(_) => Err(ApiError::BadQuery),
    }
}

/// All values of a parameter.
pub(super) fn repeated<'a>(parameters: &'a Parameters, name: &'a str) -> impl Iterator<Item = &'a str> {
    parameters.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
}
