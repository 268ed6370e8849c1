//! The records of a stream: 32 bytes, little-endian: operation u8, side u8 (0 buys), padding u16, price u32, quantity
//! u32, leaves u32 (what the writer of the stream expects to be left; not read here), id u64, reserved u64.

use order_engine::Side;

const BYTES: usize = 32;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// A limit order that may rest.
    Rest,
    /// A limit order whose remainder is canceled.
    Immediate,
    /// Takes an order back, if it still rests.
    Cancel,
    /// Takes what is left of an order to another price, behind the orders that are there.
    Move,
}

/// One operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operation {
    pub(crate) action: Action,
    pub(crate) side: Side,
    pub(crate) price: u32,
    pub(crate) quantity: u32,
    pub(crate) id: u64,
}

pub(crate) fn encode(stream: &[Operation]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(stream.len() * BYTES);
    for operation in stream {
        let action = match operation.action {
            Action::Rest => 0,
            Action::Immediate => 1,
            Action::Cancel => 2,
            Action::Move => 3,
        };
        bytes.extend([action, u8::from(operation.side == Side::Sell), 0, 0]);
        bytes.extend(operation.price.to_le_bytes());
        bytes.extend(operation.quantity.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend(operation.id.to_le_bytes());
        bytes.extend([0; 8]);
    }
    bytes
}

pub(crate) fn decode(bytes: &[u8]) -> Vec<Operation> {
    assert!(bytes.len().is_multiple_of(BYTES), "a stream is made of records of {BYTES} bytes");
    let word = |record: &[u8], at: usize| u32::from_le_bytes(record[at..at + 4].try_into().unwrap());
    bytes
        .chunks_exact(BYTES)
        .map(|record| Operation {
            action: match record[0] {
                0 => Action::Rest,
                1 => Action::Immediate,
                2 => Action::Cancel,
                3 => Action::Move,
                other => unreachable!("there is no operation {other}"),
            },
            side: if record[1] == 0 { Side::Buy } else { Side::Sell },
            price: word(record, 4),
            quantity: word(record, 8),
            id: u64::from_le_bytes(record[16..24].try_into().unwrap()),
        })
        .collect()
}
