//! The dialect without HTTP: orders of the core as this API writes them, and as the requests that would place them.
//! What control planes and migration reports ask for.

use facade_kit::Translated;
use order_engine::{Order, Reference};

use crate::config::Config;
use crate::json;
use crate::times::TimeFormat;
use crate::translate::names::Names;
use crate::translate::{Dialect, orders, placing};

/// Translates orders of any dialect into this one.
#[derive(Debug)]
pub struct Translator {
    names: Names,
}

impl Translator {
    /// A translator with the names of a configuration.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self { names: Names::new(config.instruments.clone()) }
    }

    fn dialect<'state>(&'state self, reference: &'state Reference) -> Dialect<'state> {
        Dialect { reference, names: &self.names, times: TimeFormat::Rfc3339 }
    }

    /// The order as a GET shows it, in the vendor's layout.
    #[must_use]
    pub fn order(&self, reference: &Reference, order: &Order) -> Translated<String> {
        orders::order(&self.dialect(reference), order)
            .map(|order| String::from_utf8(json::to_bytes(&order).unwrap_or_default()).unwrap_or_default())
    }

    /// The form body of the POST that would place the order.
    #[must_use]
    pub fn request(&self, reference: &Reference, order: &Order) -> Translated<String> {
        placing::request(&self.dialect(reference), order).map(|request| {
            let pairs: Vec<(&str, &str)> = request.pairs().collect();
            serde_urlencoded::to_string(pairs).unwrap_or_default()
        })
    }
}
