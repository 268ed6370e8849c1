//! The error envelope.

use serde::Serialize;

/// A refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Envelope<'text> {
    pub(crate) code: u16,
    pub(crate) message: &'text str,
    pub(crate) more_info: &'text str,
}
