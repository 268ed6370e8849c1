//! Times on the wire: RFC 3339 in UTC with six digits of fraction and `Z`.

use order_engine::Timestamp;

const FRACTION_DIGITS: usize = 6;

pub(crate) fn format(at: Timestamp) -> String {
    facade_kit::time::rfc3339(at, FRACTION_DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_microseconds() {
        assert_eq!(format(Timestamp::from_nanos(1_774_624_935_950_123_999)), "2026-03-27T15:22:15.950123Z");
        assert_eq!(format(Timestamp::from_seconds(1_767_225_600)), "2026-01-01T00:00:00.000000Z");
    }
}
