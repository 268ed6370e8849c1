//! UUIDs that stand for the engine's numbers, and ids for single requests.
//!
//! A UUID of an order is a version 7 UUID: its first 48 bits are the milliseconds of the order's creation, its last 62
//! bits the order's number, and the twelve bits between tell what is numbered. So it sorts by time, needs no table, and
//! can be turned back into the number.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use order_engine::{Order, OrderId, Timestamp};
use uuid::{Builder, Uuid, Variant, Version};

/// What a UUID numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum UuidKind {
    /// An order.
    Order = 0x001,
    /// One side of a fill.
    Execution = 0x002,
    /// A match.
    Trade = 0x003,
    /// An instrument list.
    List = 0x004,
    /// An instrument's place in a list.
    ListItem = 0x005,
    /// An exercise notice.
    Exercise = 0x006,
}

/// The largest number that fits.
const NUMBER_MASK: u64 = (1 << 62) - 1;

/// The UUID of a number that was minted at a time.
#[must_use]
pub fn kind_uuid(kind: UuidKind, minted_at: Timestamp, number: u64) -> Uuid {
    let millis = (u128::from(minted_at.as_millis()) & 0xffff_ffff_ffff) << 80;
    let middle = u128::from(kind as u16) << 64;
    let bits = millis | middle | u128::from(number & NUMBER_MASK);
    Builder::from_u128(bits).with_version(Version::SortRand).with_variant(Variant::RFC4122).into_uuid()
}

/// The number in a UUID of this kind. Whether it was minted at the time that the UUID says is for the caller to check,
/// by making the UUID again.
#[must_use]
pub fn parse_kind_uuid(kind: UuidKind, uuid: Uuid) -> Option<u64> {
    let bits = uuid.as_u128();
    let number = u64::try_from(bits & u128::from(NUMBER_MASK)).ok()?;
    let minted_at = Timestamp::from_millis(u64::try_from(bits >> 80).ok()?);
    (kind_uuid(kind, minted_at, number) == uuid).then_some(number)
}

/// The UUID of an order.
#[must_use]
pub fn order_uuid(order: &Order) -> Uuid {
    kind_uuid(UuidKind::Order, order.created_at, order.id.get())
}

/// The number of the order that a UUID stands for. The order's own [`order_uuid`] must then be compared, since a UUID
/// with the right number and another time is nobody's.
#[must_use]
pub fn parse_order_uuid(uuid: Uuid) -> Option<OrderId> {
    parse_kind_uuid(UuidKind::Order, uuid).map(OrderId::new)
}

/// A UUID for a name that has none of its own, such as an instrument: version 5, the same for ever.
#[must_use]
pub fn name_uuid(space: &str, name: &str) -> Uuid {
    let root = Uuid::new_v5(&Uuid::NAMESPACE_URL, b"urn:dragoman");
    Uuid::new_v5(&Uuid::new_v5(&root, space.as_bytes()), name.as_bytes())
}

/// Mints ids of requests, errors and sessions: random in service, counted in tests that compare whole answers.
#[derive(Debug, Clone)]
pub struct IdSource(Source);

#[derive(Debug, Clone)]
enum Source {
    Random,
    Counted(Arc<AtomicU64>),
}

impl IdSource {
    /// Random ids.
    #[must_use]
    pub const fn random() -> Self {
        Self(Source::Random)
    }

    /// `00000000-0000-4000-8000-000000000001` and on.
    #[must_use]
    pub fn counted() -> Self {
        Self(Source::Counted(Arc::new(AtomicU64::new(1))))
    }

    /// The next id.
    #[must_use]
    pub fn next_uuid(&self) -> Uuid {
        match &self.0 {
            Source::Random => Uuid::new_v4(),
            Source::Counted(counter) => {
                let number = u128::from(counter.fetch_add(1, Ordering::Relaxed));
                Builder::from_u128(number)
                    .with_version(Version::Random)
                    .with_variant(Variant::RFC4122)
                    .into_uuid()
            }
        }
    }

    /// The next id as 32 lower-case hex digits.
    #[must_use]
    pub fn next_hex(&self) -> String {
        let mut text = String::with_capacity(32);
        // Writing into a String cannot fail.
        let _ = write!(text, "{}", self.next_uuid().simple());
        text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_uuid_gives_its_number_back(nanos in 0..(1_u64 << 60), number in 0..(1_u64 << 62)) {
            let uuid = kind_uuid(UuidKind::Order, Timestamp::from_nanos(nanos), number);
            prop_assert_eq!(uuid.get_version_num(), 7);
            prop_assert_eq!(parse_kind_uuid(UuidKind::Order, uuid), Some(number));
            prop_assert_eq!(parse_kind_uuid(UuidKind::Execution, uuid), None);
        }
    }

    #[test]
    fn strange_uuids_are_nobodys() {
        assert_eq!(parse_order_uuid(Uuid::nil()), None);
        assert_eq!(parse_order_uuid(Uuid::new_v4()), None);
    }

    #[test]
    fn counted_ids_repeat_with_the_count() {
        assert_eq!(IdSource::counted().next_uuid().to_string(), "00000000-0000-4000-8000-000000000001");
    }
}
