//! Pages of lists: `page` and `limit` in, a slice and the totals out.

use crate::error::ApiError;
use crate::wire::Paginated;

const MAX_PAGE: usize = 1_000;
const DEFAULT_LIMIT: usize = 10;
const MAX_LIMIT: usize = 250;

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PageRequest {
    page: usize,
    limit: usize,
}

impl PageRequest {
    /// Reads the two parameters; absent ones have their defaults, and anything out of range is refused.
    pub(crate) fn parse(page: Option<&str>, limit: Option<&str>) -> Result<Self, ApiError> {
        Ok(Self { page: bounded(page, 1, MAX_PAGE)?, limit: bounded(limit, DEFAULT_LIMIT, MAX_LIMIT)? })
    }

    /// The page of a list, each of its rows rendered; rows on other pages are only counted.
    pub(crate) fn cut<T, U>(self, rows: &[T], render: impl FnMut(&T) -> U) -> Paginated<U> {
        let skipped = (self.page - 1) * self.limit;
        let data = rows.iter().skip(skipped).take(self.limit).map(render).collect();
        Paginated { data, total_count: rows.len(), total_page: rows.len().div_ceil(self.limit) }
    }
}

fn bounded(text: Option<&str>, default: usize, max: usize) -> Result<usize, ApiError> {
    let Some(text) = text else { return Ok(default) };
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|number| is_plain && (1..=max).contains(number));
    number.ok_or(ApiError::InvalidRequest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_its_rows_and_the_totals() {
        let rows: Vec<u32> = (0..23).collect();
        let cut = |page, limit| PageRequest::parse(page, limit).map(|request| request.cut(&rows, |row| *row));
        let first = cut(None, None).unwrap();
        assert_eq!((first.data.len(), first.total_count, first.total_page), (10, 23, 3));
        assert_eq!(cut(Some("3"), None).unwrap().data, [20, 21, 22]);
        let past = cut(Some("9"), Some("20")).unwrap();
        assert_eq!((past.data.len(), past.total_count, past.total_page), (0, 23, 2));
        assert_eq!(PageRequest::parse(None, None).unwrap().cut(&[0; 0], |row| *row).total_page, 0);
    }

    #[test]
    fn what_is_out_of_range_is_refused() {
        for text in ["0", "1001", "-1", "+1", "1.0", "", " 1", "x"] {
            assert_eq!(PageRequest::parse(Some(text), None), Err(ApiError::InvalidRequest), "{text}");
        }
        assert!(PageRequest::parse(Some("1000"), Some("250")).is_ok());
        assert!(PageRequest::parse(None, Some("251")).is_err());
    }
}
