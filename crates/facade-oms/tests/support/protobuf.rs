//! The least of protobuf: fields with their tags, written by hand.

/// A field with a whole number.
pub(crate) fn number(number: u64, value: u64) -> Vec<u8> {
    [varint(number << 3), varint(value)].concat()
}

/// A field with bytes.
pub(crate) fn bytes(number: u64, bytes: &[u8]) -> Vec<u8> {
    [varint(number << 3 | 2), varint(bytes.len() as u64), bytes.to_vec()].concat()
}

/// A field with a text.
pub(crate) fn text(number: u64, text: &str) -> Vec<u8> {
    bytes(number, text.as_bytes())
}

/// A field with a message.
pub(crate) fn message(number: u64, fields: &[Vec<u8>]) -> Vec<u8> {
    bytes(number, &fields.concat())
}

fn varint(value: u64) -> Vec<u8> {
    if value < 0x80 {
        return vec![u8::try_from(value).unwrap()];
    }
    let mut bytes = vec![u8::try_from(value & 0x7F).unwrap() | 0x80];
    bytes.extend(varint(value >> 7));
    bytes
}
