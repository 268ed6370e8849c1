//! Secrets: not shown, and compared so that the time tells nothing of them.

use std::fmt;

use serde::Deserialize;
use subtle::ConstantTimeEq;

/// Whether two secrets are the same, in a time that depends on their lengths only.
#[must_use]
pub fn same_secret(given: &[u8], known: &[u8]) -> bool {
    given.ct_eq(known).into()
}

/// A text of configuration that must not be shown. It is compared as [`same_secret`] does.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether somebody has given the secret.
    #[must_use]
    pub fn is(&self, given: &[u8]) -> bool {
        same_secret(given, self.0.as_bytes())
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.is(other.0.as_bytes())
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_equal_to_itself_and_not_shown() {
        let secret = Secret::new("open sesame");
        assert!(secret.is(b"open sesame") && !secret.is(b"open sesamE") && !secret.is(b""));
        assert_eq!(secret, Secret::new("open sesame"));
        assert_ne!(secret, Secret::new("open"));
        assert_eq!(format!("{:?}", Some(secret)), "Some([redacted])");
    }
}
