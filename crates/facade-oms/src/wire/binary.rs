//! How messages become protobuf's binary form and back.
//!
//! * Fields are written in the order of their numbers, and what has its default value is left out.
//! * A field of an unknown number is skipped, as protobuf has it. A known one of another wire type, or an enum value that
//!   there is not, makes the whole message unreadable, as it does in JSON.
//! * A list is its messages one after the other, each behind its length.

use std::collections::BTreeMap;

/// What a field holds on the wire.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Given<'a> {
    /// A whole number.
    Number(u64),
    /// A text, bytes, or a message.
    Bytes(&'a [u8]),
    /// Four or eight bytes, which no field of the protocol has.
    Fixed,
}

impl<'a> Given<'a> {
    pub(crate) const fn number(self) -> Option<u64> {
        if let Self::Number(number) = self { Some(number) } else { None }
    }

    pub(crate) const fn bytes(self) -> Option<&'a [u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }
}

/// A value that a field, a list or a map can have.
pub(crate) trait Element: Sized {
    /// What a map holds under a key without a value.
    const ABSENT: Given<'static> = Given::Bytes(&[]);

    /// Writes it as the field of a number.
    fn put(&self, number: u32, to: &mut Vec<u8>);

    /// Reads it. `before` is what the same field held earlier in the message.
    fn take(given: Given<'_>, before: Option<Self>) -> Option<Self>;
}

/// A field of a message.
pub(crate) trait Slot {
    /// Writes it, also when it has its default value.
    fn put(&self, number: u32, to: &mut Vec<u8>);

    /// Reads it; nothing when it holds no such value.
    fn take(&mut self, given: Given<'_>) -> Option<()>;
}

/// A message, as its fields.
pub(crate) trait Message: Default {
    /// Writes the fields that are set.
    fn put_fields(&self, to: &mut Vec<u8>);

    /// Reads one field.
    fn take_field(&mut self, number: u32, given: Given<'_>) -> Option<()>;
}

/// What a body or a frame can be: a message, or a list of messages.
pub(crate) trait Whole: Sized {
    /// Writes it.
    fn encode(&self) -> Vec<u8>;

    /// Reads it.
    fn decode(bytes: &[u8]) -> Option<Self>;
}

impl<T: Message> Whole for T {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.put_fields(&mut bytes);
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        merged(Self::default(), bytes)
    }
}

impl<T: Message> Whole for Vec<T> {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for message in self {
            put_delimited(&message.encode(), &mut bytes);
        }
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut input = Input(bytes);
        let mut messages = Self::new();
        while !input.is_empty() {
            messages.push(T::decode(input.delimited()?)?);
        }
        Some(messages)
    }
}

/// Calls back for every field.
pub(crate) fn read_fields(bytes: &[u8], mut each: impl FnMut(u32, Given<'_>) -> Option<()>) -> Option<()> {
    let mut input = Input(bytes);
    while !input.is_empty() {
        let tag = input.varint()?;
        let number = u32::try_from(tag >> 3).ok().filter(|number| *number > 0)?;
        let given = match tag & 7 {
            0 => Given::Number(input.varint()?),
            1 => input.skip(8)?,
            2 => Given::Bytes(input.delimited()?),
            5 => input.skip(4)?,
            // Groups are no more, and the rest never was.
            _ => return None,
        };
        each(number, given)?;
    }
    Some(())
}

pub(crate) fn put_number(number: u32, value: u64, to: &mut Vec<u8>) {
    put_varint(u64::from(number) << 3, to);
    put_varint(value, to);
}

pub(crate) fn put_bytes(number: u32, bytes: &[u8], to: &mut Vec<u8>) {
    put_varint(u64::from(number) << 3 | 2, to);
    put_delimited(bytes, to);
}

fn put_delimited(bytes: &[u8], to: &mut Vec<u8>) {
    put_varint(bytes.len() as u64, to);
    to.extend_from_slice(bytes);
}

fn put_varint(mut value: u64, to: &mut Vec<u8>) {
    while value > 0x7F {
        to.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    to.push(value.to_le_bytes()[0]);
}

fn merged<T: Message>(mut message: T, bytes: &[u8]) -> Option<T> {
    read_fields(bytes, |number, given| message.take_field(number, given))?;
    Some(message)
}

/// What is still to be read.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// At most ten bytes; what does not fit into 64 bits is no number.
    fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for place in 0..10 {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            let part = u64::from(byte & 0x7F);
            if place == 9 && part > 1 {
                return None;
            }
            value |= part << (7 * place);
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn delimited(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.varint()?).ok()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    fn skip(&mut self, count: usize) -> Option<Given<'a>> {
        self.0 = self.0.get(count..)?;
        Some(Given::Fixed)
    }
}

impl<T: Message> Element for T {
    fn put(&self, number: u32, to: &mut Vec<u8>) {
        put_bytes(number, &self.encode(), to);
    }

    fn take(given: Given<'_>, before: Option<Self>) -> Option<Self> {
        merged(before.unwrap_or_default(), given.bytes()?)
    }
}

impl Element for String {
    fn put(&self, number: u32, to: &mut Vec<u8>) {
        put_bytes(number, self.as_bytes(), to);
    }

    fn take(given: Given<'_>, _: Option<Self>) -> Option<Self> {
        std::str::from_utf8(given.bytes()?).ok().map(str::to_owned)
    }
}

impl Slot for String {
    fn put(&self, number: u32, to: &mut Vec<u8>) {
        Element::put(self, number, to);
    }

    fn take(&mut self, given: Given<'_>) -> Option<()> {
        *self = Element::take(given, None)?;
        Some(())
    }
}

impl Slot for bool {
    fn put(&self, number: u32, to: &mut Vec<u8>) {
        put_number(number, u64::from(*self), to);
    }

    fn take(&mut self, given: Given<'_>) -> Option<()> {
        *self = given.number()? != 0;
        Some(())
    }
}

impl<T: Element> Slot for Option<T> {
    fn put(&self, number: u32, to: &mut Vec<u8>) {
        if let Some(value) = self {
            value.put(number, to);
        }
    }

    fn take(&mut self, given: Given<'_>) -> Option<()> {
        *self = Some(T::take(given, self.take())?);
        Some(())
    }
}

impl<T: Element> Slot for Vec<T> {
    fn put(&self, number: u32, to: &mut Vec<u8>) {
        for value in self {
            value.put(number, to);
        }
    }

    fn take(&mut self, given: Given<'_>) -> Option<()> {
        self.push(T::take(given, None)?);
        Some(())
    }
}

/// A map is a list of entries: the key is their first field, the value their second.
impl<T: Element> Slot for BTreeMap<String, T> {
    fn put(&self, number: u32, to: &mut Vec<u8>) {
        for (key, value) in self {
            let mut entry = Vec::new();
            Element::put(key, 1, &mut entry);
            value.put(2, &mut entry);
            put_bytes(number, &entry, to);
        }
    }

    fn take(&mut self, given: Given<'_>) -> Option<()> {
        let (mut key, mut value) = (String::new(), None);
        read_fields(given.bytes()?, |number, given| {
            match number {
                1 => Slot::take(&mut key, given)?,
                2 => value = Some(T::take(given, value.take())?),
                _ => {}
            }
            Some(())
        })?;
        let value = match value {
            Some(value) => value,
            None => T::take(T::ABSENT, None)?,
        };
        self.insert(key, value);
        Some(())
    }
}

#[cfg(test)]
mod tests;
