//! How a field is written that few records have: not at all where it is as usual. So it costs nothing in the log, and a
//! record from before the field was there, in which its place is empty, reads as usual.
//!
//! For `#[cbor(with = "crate::seldom", has_nil)]`.

use minicbor::data::Type;
use minicbor::decode::{self, Decoder};
use minicbor::encode::{self, Encoder};
use minicbor::{Decode, Encode};

pub(crate) fn encode<T: Encode<C>, C, W: encode::Write>(
    value: &T,
    e: &mut Encoder<W>,
    context: &mut C,
) -> Result<(), encode::Error<W::Error>> {
    value.encode(e, context)
}

pub(crate) fn decode<'b, T: Decode<'b, C> + Default, C>(
    d: &mut Decoder<'b>,
    context: &mut C,
) -> Result<T, decode::Error> {
    if d.datatype()? == Type::Null {
        d.skip()?;
        return Ok(T::default());
    }
    T::decode(d, context)
}

#[expect(clippy::unnecessary_wraps, reason = "the shape that the codec asks for")]
pub(crate) fn nil<T: Default>() -> Option<T> {
    Some(T::default())
}

pub(crate) fn is_nil<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Eq, Encode, Decode)]
    struct Record {
        #[n(0)]
        first: u8,
        #[n(1)]
        #[cbor(with = "crate::seldom", has_nil)]
        mark: bool,
        #[n(3)]
        last: Option<u8>,
    }

    #[test]
    fn what_is_as_usual_is_not_written_and_an_empty_place_reads_as_usual() {
        let plain = Record { first: 1, mark: false, last: None };
        assert_eq!(minicbor::to_vec(&plain).unwrap(), [0x81, 1]);
        for (mark, last) in [(false, Some(2)), (true, None), (true, Some(2))] {
            let record = Record { first: 1, mark, last };
            let bytes = minicbor::to_vec(&record).unwrap();
            assert_eq!(minicbor::decode::<Record>(&bytes).unwrap(), record);
        }
        assert_eq!(minicbor::decode::<Record>(&[0x84, 1, 0xf6, 0xf6, 2]).unwrap().last, Some(2));
    }
}
