//! Comparing secrets.

use subtle::ConstantTimeEq;

/// Whether two secrets are the same, in a time that depends on their lengths only.
#[must_use]
pub fn same_secret(given: &[u8], known: &[u8]) -> bool {
    given.ct_eq(known).into()
}
