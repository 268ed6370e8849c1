//! The names of one order: three dialects share a UUID, two have names made of the engine's number, and the UUID carries
//! that number in its last 62 bits.

use uuid::Uuid;

/// The ids of one order in every dialect.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OrderIds {
    number: u64,
    uuid: Uuid,
}

impl OrderIds {
    /// From the UUID that revx, espresso and clearstreet show.
    ///
    /// # Panics
    /// When the text is no UUID of version 7.
    #[must_use]
    pub fn of_uuid(text: &str) -> Self {
        let Ok(uuid) = Uuid::parse_str(text) else { panic!("{text} is no UUID") };
        assert_eq!(uuid.get_version_num(), 7, "{text} is not of version 7");
        Self { number: number_in(uuid), uuid }
    }

    /// Whether an id of a dialect is this order's.
    ///
    /// # Panics
    /// When there is no such dialect.
    #[must_use]
    pub fn is(&self, dialect: &str, id: &str) -> bool {
        self.in_dialect(dialect) == id
    }

    /// The id in a dialect.
    ///
    /// # Panics
    /// When there is no such dialect.
    #[must_use]
    pub fn in_dialect(&self, dialect: &str) -> String {
        match dialect {
            "revx" | "espresso" | "clearstreet" => self.uuid.to_string(),
            "oanda" => self.number.to_string(),
            "oms" => super::oms::order_id(self.number),
            other => panic!("no dialect {other}"),
        }
    }
}

fn number_in(uuid: Uuid) -> u64 {
    let (_, low) = uuid.as_u64_pair();
    low & ((1 << 62) - 1)
}
