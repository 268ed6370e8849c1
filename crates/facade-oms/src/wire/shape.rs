//! How messages become JSON and back: protobuf's JSON with the vendor's changes.
//!
//! * Members are written in the order of field numbers, and what has its default value is left out.
//! * Enums are written with their full or their compact names, as the request asked; both are read, and numbers too.
//! * `null` reads as unset. An unknown member makes the whole message unreadable.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;

use super::binary::{Element, Given, put_bytes, put_number};

/// How enum members are named in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Names {
    /// `SIDE_BUY`.
    #[default]
    Full,
    /// `BUY`.
    Compact,
}

/// A value of the protocol.
pub(crate) trait Shape: Sized {
    /// Writes it.
    fn write<S: Serializer>(&self, names: Names, to: S) -> Result<S::Ok, S::Error>;

    /// Reads it; nothing when the JSON is no such value.
    fn read(value: Value) -> Option<Self>;
}

/// A field of a message: a value that may have its default.
pub(crate) trait Field: Default {
    /// Whether it has its default value, and is left out.
    fn is_unset(&self) -> bool;

    /// Writes it.
    fn write<S: Serializer>(&self, names: Names, to: S) -> Result<S::Ok, S::Error>;

    /// Reads it; nothing when the JSON is no such value.
    fn read(value: Value) -> Option<Self>;
}

/// Reads a message from the bytes of a body or a frame.
pub(crate) fn parse<T: Shape>(bytes: &[u8]) -> Option<T> {
    T::read(serde_json::from_slice(bytes).ok()?)
}

/// A value together with the names to write it with.
pub(crate) struct Written<'a, T>(pub(crate) &'a T, pub(crate) Names);

impl<T: Shape> Serialize for Written<'_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.write(self.1, to)
    }
}

/// A field together with the names to write it with.
pub(crate) struct WrittenField<'a, T>(pub(crate) &'a T, pub(crate) Names);

impl<T: Field> Serialize for WrittenField<'_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.write(self.1, to)
    }
}

impl Shape for String {
    fn write<S: Serializer>(&self, _: Names, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self)
    }

    fn read(value: Value) -> Option<Self> {
        if let Value::String(text) = value { Some(text) } else { None }
    }
}

/// A whole number of 64 bits; a text in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Int64(pub(crate) u64);

impl Shape for Int64 {
    fn write<S: Serializer>(&self, _: Names, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }

    fn read(value: Value) -> Option<Self> {
        if let Value::String(text) = &value {
            return text.parse().ok().map(Self);
        }
        value.as_u64().map(Self)
    }
}

impl Element for Int64 {
    const ABSENT: Given<'static> = Given::Number(0);

    fn put(&self, number: u32, to: &mut Vec<u8>) {
        put_number(number, self.0, to);
    }

    fn take(given: Given<'_>, _: Option<Self>) -> Option<Self> {
        given.number().map(Self)
    }
}

/// A part of a message that is recognized and not read, nor kept: it belongs to an operation that is refused whatever it
/// holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Opaque;

impl Shape for Opaque {
    fn write<S: Serializer>(&self, _: Names, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_map(Some(0))?.end()
    }

    fn read(_: Value) -> Option<Self> {
        Some(Self)
    }
}

impl Element for Opaque {
    fn put(&self, number: u32, to: &mut Vec<u8>) {
        put_bytes(number, &[], to);
    }

    fn take(given: Given<'_>, _: Option<Self>) -> Option<Self> {
        given.bytes().map(|_| Self)
    }
}

impl<T: Shape> Shape for Vec<T> {
    fn write<S: Serializer>(&self, names: Names, to: S) -> Result<S::Ok, S::Error> {
        let mut list = to.serialize_seq(Some(self.len()))?;
        for value in self {
            list.serialize_element(&Written(value, names))?;
        }
        list.end()
    }

    fn read(value: Value) -> Option<Self> {
        let Value::Array(values) = value else { return None };
        values.into_iter().map(T::read).collect()
    }
}

impl<T: Shape> Shape for BTreeMap<String, T> {
    fn write<S: Serializer>(&self, names: Names, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(self.len()))?;
        for (key, value) in self {
            map.serialize_entry(key, &Written(value, names))?;
        }
        map.end()
    }

    fn read(value: Value) -> Option<Self> {
        let Value::Object(members) = value else { return None };
        members.into_iter().map(|(key, value)| Some((key, T::read(value)?))).collect()
    }
}

impl Field for String {
    fn is_unset(&self) -> bool {
        self.is_empty()
    }

    fn write<S: Serializer>(&self, names: Names, to: S) -> Result<S::Ok, S::Error> {
        Shape::write(self, names, to)
    }

    fn read(value: Value) -> Option<Self> {
        Shape::read(value)
    }
}

impl Field for bool {
    fn is_unset(&self) -> bool {
        !self
    }

    fn write<S: Serializer>(&self, _: Names, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bool(*self)
    }

    fn read(value: Value) -> Option<Self> {
        value.as_bool()
    }
}

impl<T: Shape> Field for Option<T> {
    fn is_unset(&self) -> bool {
        self.is_none()
    }

    fn write<S: Serializer>(&self, names: Names, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Some(value) => value.write(names, to),
            None => to.serialize_none(),
        }
    }

    fn read(value: Value) -> Option<Self> {
        T::read(value).map(Some)
    }
}

impl<T: Shape> Field for Vec<T> {
    fn is_unset(&self) -> bool {
        self.is_empty()
    }

    fn write<S: Serializer>(&self, names: Names, to: S) -> Result<S::Ok, S::Error> {
        Shape::write(self, names, to)
    }

    fn read(value: Value) -> Option<Self> {
        Shape::read(value)
    }
}

impl<T: Shape> Field for BTreeMap<String, T> {
    fn is_unset(&self) -> bool {
        self.is_empty()
    }

    fn write<S: Serializer>(&self, names: Names, to: S) -> Result<S::Ok, S::Error> {
        Shape::write(self, names, to)
    }

    fn read(value: Value) -> Option<Self> {
        Shape::read(value)
    }
}

/// Messages: for each its fields as `number JsonName field_name: Type`, in the order of numbers.
macro_rules! message {
    ($(
        $(#[$doc:meta])*
        $name:ident { $( $number:literal $json:ident $field:ident: $type:ty, )* }
    )*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub(crate) struct $name { $( pub(crate) $field: $type, )* }

        impl $crate::wire::shape::Shape for $name {
            fn write<S: serde::Serializer>(
                &self,
                names: $crate::wire::shape::Names,
                to: S,
            ) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap as _;
                use $crate::wire::shape::{Field, WrittenField};
                let mut members = to.serialize_map(None)?;
                $( if !Field::is_unset(&self.$field) {
                    members.serialize_entry(stringify!($json), &WrittenField(&self.$field, names))?;
                } )*
                members.end()
            }

            fn read(value: serde_json::Value) -> Option<Self> {
                let serde_json::Value::Object(members) = value else { return None };
                let mut message = Self::default();
                for (name, value) in members {
                    match name.as_str() {
                        $( stringify!($json) if value.is_null() => {}
                        stringify!($json) => message.$field = $crate::wire::shape::Field::read(value)?, )*
                        _ => return None,
                    }
                }
                Some(message)
            }
        }

        impl $crate::wire::binary::Message for $name {
            fn put_fields(&self, to: &mut Vec<u8>) {
                use $crate::wire::binary::Slot;
                use $crate::wire::shape::Field;
                $( if !Field::is_unset(&self.$field) {
                    Slot::put(&self.$field, $number, to);
                } )*
            }

            fn take_field(
                &mut self,
                number: u32,
                given: $crate::wire::binary::Given<'_>,
            ) -> Option<()> {
                match number {
                    $( $number => $crate::wire::binary::Slot::take(&mut self.$field, given), )*
                    _ => Some(()),
                }
            }
        }

        #[cfg(test)]
        impl $crate::wire::shape::Described for $name {
            const NAME: &'static str = stringify!($name);
            const FIELDS: &'static [(u32, &'static str)] = &[ $( ($number, stringify!($json)), )* ];
        }
    )* };
}

/// Enums: for each the prefix of its full names, then its members as `Variant = number "COMPACT_NAME"`. The first is
/// the default.
macro_rules! enumeration {
    ($(
        $(#[$doc:meta])*
        $name:ident $prefix:literal {
            $zero:ident = 0 $zero_text:literal, $( $variant:ident = $number:literal $text:literal, )*
        }
    )*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub(crate) enum $name { #[default] $zero, $( $variant, )* }

        impl $name {
            /// The full name.
            pub(crate) const fn full(self) -> &'static str {
                match self {
                    Self::$zero => concat!($prefix, $zero_text),
                    $( Self::$variant => concat!($prefix, $text), )*
                }
            }

            const fn compact(self) -> &'static str {
                match self { Self::$zero => $zero_text, $( Self::$variant => $text, )* }
            }

            const fn number(self) -> u64 {
                match self { Self::$zero => 0, $( Self::$variant => $number, )* }
            }

            fn from_name(name: &str) -> Option<Self> {
                match name {
                    $zero_text | concat!($prefix, $zero_text) => Some(Self::$zero),
                    $( $text | concat!($prefix, $text) => Some(Self::$variant), )*
                    _ => None,
                }
            }

            const fn from_number(number: u64) -> Option<Self> {
                match number { 0 => Some(Self::$zero), $( $number => Some(Self::$variant), )* _ => None }
            }
        }

        impl $crate::wire::shape::Field for $name {
            fn is_unset(&self) -> bool {
                *self == Self::$zero
            }

            fn write<S: serde::Serializer>(
                &self,
                names: $crate::wire::shape::Names,
                to: S,
            ) -> Result<S::Ok, S::Error> {
                to.serialize_str(match names {
                    $crate::wire::shape::Names::Full => self.full(),
                    $crate::wire::shape::Names::Compact => self.compact(),
                })
            }

            fn read(value: serde_json::Value) -> Option<Self> {
                match &value {
                    serde_json::Value::String(name) => Self::from_name(name),
                    serde_json::Value::Number(number) => Self::from_number(number.as_u64()?),
                    serde_json::Value::Null
                    | serde_json::Value::Bool(_)
                    | serde_json::Value::Array(_)
                    | serde_json::Value::Object(_) => None,
                }
            }
        }

        impl $crate::wire::binary::Slot for $name {
            fn put(&self, number: u32, to: &mut Vec<u8>) {
                $crate::wire::binary::put_number(number, self.number(), to);
            }

            fn take(&mut self, given: $crate::wire::binary::Given<'_>) -> Option<()> {
                *self = Self::from_number(given.number()?)?;
                Some(())
            }
        }
    )* };
}

/// What a message says of itself, for tests.
#[cfg(test)]
pub(crate) trait Described {
    /// Its name.
    const NAME: &'static str;
    /// Numbers and JSON names of its fields.
    const FIELDS: &'static [(u32, &'static str)];
}
