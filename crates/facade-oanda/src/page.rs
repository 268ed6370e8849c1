//! Lists of orders, trades and transactions: filters, pages and the address of the next page.

use order_engine::InstrumentId;

use crate::access::number;
use crate::call::Call;
use crate::error::ApiError;
use crate::params::list;
use crate::reply::Listing;
use crate::translate::Dialect;

/// Items of a page when nothing is asked for.
const DEFAULT_COUNT: usize = 50;
/// Most items of a page.
const MAX_COUNT: u64 = 500;
/// Most ids that can be asked for by name.
const MAX_IDS: usize = 50;

/// Which items a list shall have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Filter {
    /// These ids, whatever page they were on.
    Ids(Vec<u64>),
    /// A page.
    Page { max_id: Option<u64>, count: usize, instrument: Option<InstrumentId> },
}

impl Filter {
    /// Reads `ids`, or `maxId`, `count` and `instrument`.
    ///
    /// # Errors
    /// Code 47 for `ids` beside another of them, 1 for what is malformed, 36 for what is too large, 46 for an unknown
    /// instrument.
    pub(crate) fn read(dialect: &Dialect<'_>, call: &Call) -> Result<Self, ApiError> {
        let query = &call.query;
        if let Some(ids) = query.get("ids") {
            if ["maxId", "count", "instrument"].iter().any(|name| query.has(name)) {
                return Err(ApiError::Conflict { argument: "ids", with: "with other arguments" });
            }
            return of_ids(ids).map(Self::Ids);
        }
        let max_id = id(call, "maxId")?;
        let count = query.get("count").map_or(Ok(DEFAULT_COUNT), count)?;
        Ok(Self::Page { max_id, count, instrument: instrument(dialect, call)? })
    }

    /// The page of items that are sorted by descending id. `X-Result-Count` counts what the filter leaves, on whatever
    /// page; where a page begins (`maxId`) is no filter.
    pub(crate) fn page<T>(
        &self,
        call: &Call,
        items: Vec<T>,
        key: impl Fn(&T) -> (u64, InstrumentId),
    ) -> (Vec<T>, Listing) {
        match self {
            Self::Ids(ids) => {
                let items: Vec<T> = items.into_iter().filter(|item| ids.contains(&key(item).0)).collect();
                let total = items.len();
                (items, Listing { total, next: None })
            }
            Self::Page { max_id, count, instrument } => {
                let wanted = |item: &T| instrument.is_none_or(|instrument| key(item).1 == instrument);
                let items: Vec<T> = items.into_iter().filter(wanted).collect();
                let total = items.len();
                let is_later = |item: &T| max_id.is_some_and(|max_id| key(item).0 > max_id);
                let mut rest = items.into_iter().skip_while(|item| is_later(item));
                let page: Vec<T> = rest.by_ref().take(*count).collect();
                let next = rest.next().map(|item| next_page(call, key(&item).0));
                (page, Listing { total, next })
            }
        }
    }
}

/// Which transactions a list shall have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Listed {
    /// These.
    Ids(Vec<u64>),
    /// The newest of a range.
    Range { min_id: Option<u64>, max_id: Option<u64>, count: usize, instrument: Option<InstrumentId> },
}

impl Listed {
    /// Reads `ids`, or `minId`, `maxId`, `count` and `instrument`.
    ///
    /// # Errors
    /// As [`Filter::read`].
    pub(crate) fn read(dialect: &Dialect<'_>, call: &Call) -> Result<Self, ApiError> {
        let query = &call.query;
        if let Some(ids) = query.get("ids") {
            if ["minId", "maxId", "count", "instrument"].iter().any(|name| query.has(name)) {
                return Err(ApiError::Conflict { argument: "ids", with: "with other arguments" });
            }
            return of_ids(ids).map(Self::Ids);
        }
        let (max_id, min_id) = (id(call, "maxId")?, id(call, "minId")?);
        let count = query.get("count").map_or(Ok(DEFAULT_COUNT), count)?;
        Ok(Self::Range { min_id, max_id, count, instrument: instrument(dialect, call)? })
    }
}

fn of_ids(text: &str) -> Result<Vec<u64>, ApiError> {
    let ids: Option<Vec<u64>> = list(text).map(|id| number(id).filter(|_| !id.is_empty())).collect();
    let ids = ids.ok_or(ApiError::Malformed("ids"))?;
    if ids.len() > MAX_IDS {
        return Err(ApiError::OutOfRange("ids"));
    }
    Ok(ids)
}

fn id(call: &Call, name: &'static str) -> Result<Option<u64>, ApiError> {
    call.query.get(name).map(|text| number(text).ok_or(ApiError::Malformed(name))).transpose()
}

fn instrument(dialect: &Dialect<'_>, call: &Call) -> Result<Option<InstrumentId>, ApiError> {
    match call.query.get("instrument") {
        None | Some("all") => Ok(None),
        Some(name) => {
            let found = dialect.names.find(dialect.reference, name);
            Ok(Some(found.ok_or_else(|| ApiError::InvalidInstrument(name.to_owned()))?.id))
        }
    }
}

fn count(text: &str) -> Result<usize, ApiError> {
    let count = number(text).filter(|count| *count > 0).ok_or(ApiError::Malformed("count"))?;
    let within = Some(count).filter(|count| *count <= MAX_COUNT).ok_or(ApiError::OutOfRange("count"))?;
    usize::try_from(within).map_err(|_| ApiError::OutOfRange("count"))
}

fn next_page(call: &Call, id: u64) -> String {
    format!("{}{}?{}", call.origin, call.path, call.query.encoded_with("maxId", &id.to_string()))
}
