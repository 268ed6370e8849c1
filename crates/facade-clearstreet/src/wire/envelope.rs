//! The envelope around every answer.

use std::collections::BTreeMap;

use serde::Serialize;

/// A success. `error` is written as `null`.
#[derive(Debug, Serialize)]
pub(crate) struct Success<T> {
    pub(crate) data: T,
    pub(crate) error: (),
    pub(crate) metadata: Metadata,
}

/// A failure. There is no `data`.
#[derive(Debug, Serialize)]
pub(crate) struct Failure {
    pub(crate) error: FailureBody,
    pub(crate) metadata: Metadata,
}

/// What went wrong.
#[derive(Debug, Serialize)]
pub(crate) struct FailureBody {
    pub(crate) code: u16,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) details: Vec<Detail>,
    pub(crate) message: String,
}

/// The two objects that tell about a refusal by the risk check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Detail {
    Subject(RiskSubject),
    Reason(RiskReason),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct RiskSubject {
    pub(crate) description: &'static str,
    pub(crate) subject: String,
    pub(crate) r#type: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct RiskReason {
    pub(crate) domain: &'static str,
    pub(crate) metadata: BTreeMap<&'static str, String>,
    pub(crate) reason: &'static str,
}

#[derive(Debug, Serialize)]
pub(crate) struct Metadata {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_page_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) page_number: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) previous_page_token: Option<String>,
    pub(crate) request_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total_items: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total_pages: Option<usize>,
}

/// Where a page is among all pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pagination {
    pub(crate) next_page_token: Option<String>,
    pub(crate) page_number: usize,
    pub(crate) previous_page_token: Option<String>,
    pub(crate) total_items: usize,
    pub(crate) total_pages: usize,
}

impl Metadata {
    pub(crate) const fn single(request_id: String) -> Self {
        Self {
            next_page_token: None,
            page_number: None,
            previous_page_token: None,
            request_id,
            total_items: None,
            total_pages: None,
        }
    }

    pub(crate) fn paged(request_id: String, page: Pagination) -> Self {
        Self {
            next_page_token: page.next_page_token,
            page_number: Some(page.page_number),
            previous_page_token: page.previous_page_token,
            request_id,
            total_items: Some(page.total_items),
            total_pages: Some(page.total_pages),
        }
    }
}
