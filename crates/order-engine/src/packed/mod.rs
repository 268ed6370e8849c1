//! What a state has very many of, in few bytes: versions of orders, and executions.
//!
//! A packed record begins with [`Marks`]: four bytes in which each bit says of one field that it is not as usual. Then
//! come the fields that every record has and those that are marked, in one order, without names and without empty places.
//! Numbers take as many bytes as they need. What few records have is CBOR, as it is elsewhere.
//!
//! A field can be added at any time: it gets the next mark, and records from before it read as usual. A version that
//! does not know a mark refuses the record, since it cannot know where the field ends. Marks are forever, as the numbers
//! of CBOR fields are.

mod execution;
pub(crate) mod order;

use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use rust_decimal::Decimal;

use crate::number::{Amount, Quantity};
use crate::time::Timestamp;

/// Which fields of a record are not as usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Marks(u32);

impl Marks {
    const fn has(self, mark: u32) -> bool {
        self.0 & mark != 0
    }
}

/// Writes a record.
struct Packer<'o> {
    out: &'o mut Vec<u8>,
    /// Where the marks are.
    at: usize,
    marks: u32,
}

impl<'o> Packer<'o> {
    fn new(out: &'o mut Vec<u8>) -> Self {
        let at = out.len();
        out.extend_from_slice(&[0; 4]);
        Self { out, at, marks: 0 }
    }

    const fn set(&mut self, mark: u32) {
        self.marks |= mark;
    }

    /// Sets a mark where something is not as usual, and says whether it is.
    const fn mark(&mut self, mark: u32, is_marked: bool) -> bool {
        if is_marked {
            self.marks |= mark;
        }
        is_marked
    }

    fn finish(self) {
        if let Some(marks) = self.out.get_mut(self.at..self.at + 4) {
            marks.copy_from_slice(&self.marks.to_le_bytes());
        }
    }

    fn number(&mut self, number: u64) {
        put_number(self.out, number);
    }

    fn wide(&mut self, mut number: u128) {
        loop {
            // Nearly every number is short.
            if let Ok(short) = u64::try_from(number) {
                return put_number(self.out, short);
            }
            self.out.push(low_bits(number) | MORE);
            number >>= 7;
        }
    }

    fn time(&mut self, time: Timestamp) {
        self.out.extend_from_slice(&time.as_nanos().to_le_bytes());
    }

    /// Scale and sign, then the digits; every decimal comes back as it was, its scale included.
    fn decimal(&mut self, value: Decimal) {
        let scale = u8::try_from(value.scale()).unwrap_or(MAX_SCALE);
        self.out.push(scale | if value.is_sign_negative() { NEGATIVE } else { 0 });
        self.wide(value.mantissa().unsigned_abs());
    }

    fn amount(&mut self, amount: Amount) {
        let units = amount.units();
        // Amounts of either sign that are near zero are short.
        self.wide((units << 1 ^ units >> 127).cast_unsigned());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.out.extend_from_slice(text.as_bytes());
    }

    /// What few records have.
    fn cbor(&mut self, value: &impl Encode<()>) {
        if let Err(error) = minicbor::encode(value, &mut *self.out) {
            unreachable!("Invariant: the state can be encoded: {error}");
        }
    }
}

/// Seven bits in a byte, the lowest first; the eighth says that there are more.
pub(crate) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= u64::from(MORE) {
        out.push(low_bits(number.into()) | MORE);
        number >>= 7;
    }
    out.push(low_bits(number.into()));
}

const fn low_bits(number: u128) -> u8 {
    (number & 0x7f) as u8
}

/// A number goes on after this byte.
const MORE: u8 = 0x80;

/// The sign of a decimal, beside its scale.
const NEGATIVE: u8 = 0x80;
/// The largest scale of a decimal.
const MAX_SCALE: u8 = 28;
/// Bits of a decimal's digits.
const DIGIT_BITS: u32 = 96;
/// Bits of a number that takes nine bytes at most.
const SHORT_BITS: u32 = 63;

/// Reads records.
#[derive(Debug)]
pub(crate) struct Unpacker<'b> {
    rest: &'b [u8],
}

impl<'b> Unpacker<'b> {
    pub(crate) const fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) const fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    fn byte(&mut self) -> Result<u8, decode::Error> {
        let (byte, rest) = self.rest.split_first().ok_or_else(decode::Error::end_of_input)?;
        self.rest = rest;
        Ok(*byte)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], decode::Error> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or_else(decode::Error::end_of_input)?;
        self.rest = rest;
        Ok(*bytes)
    }

    /// The marks of a record, of which there are none but `known` ones.
    fn marks(&mut self, known: u32) -> Result<Marks, decode::Error> {
        let marks = u32::from_le_bytes(self.array()?);
        if marks & !known != 0 {
            return Err(decode::Error::message("a record has a field that this version does not know"));
        }
        Ok(Marks(marks))
    }

    pub(crate) fn number(&mut self) -> Result<u64, decode::Error> {
        u64::try_from(self.wide()?).map_err(|_| too_large())
    }

    fn small(&mut self) -> Result<u32, decode::Error> {
        u32::try_from(self.wide()?).map_err(|_| too_large())
    }

    fn wide(&mut self) -> Result<u128, decode::Error> {
        let mut short = 0;
        // Nearly every number is short.
        for shift in (0..SHORT_BITS).step_by(7) {
            let byte = self.byte()?;
            short |= u64::from(byte & !MORE) << shift;
            if byte & MORE == 0 {
                return Ok(short.into());
            }
        }
        let mut number = u128::from(short);
        for shift in (SHORT_BITS..u128::BITS).step_by(7) {
            let byte = self.byte()?;
            let bits = u128::from(byte & !MORE);
            if bits << shift >> shift != bits {
                break;
            }
            number |= bits << shift;
            if byte & MORE == 0 {
                return Ok(number);
            }
        }
        Err(too_large())
    }

    fn time(&mut self) -> Result<Timestamp, decode::Error> {
        Ok(Timestamp::from_nanos(u64::from_le_bytes(self.array()?)))
    }

    fn decimal(&mut self) -> Result<Decimal, decode::Error> {
        let head = self.byte()?;
        let digits = self.wide()?;
        let scale = head & !NEGATIVE;
        if scale > MAX_SCALE || digits >> DIGIT_BITS != 0 {
            return Err(too_large());
        }
        // The decimal's own form: flags, then the digits, little-endian.
        let flags = u128::from(scale) << 16 | u128::from(head & NEGATIVE) << 24;
        Ok(Decimal::deserialize((flags | digits << 32).to_le_bytes()))
    }

    fn amount(&mut self) -> Result<Amount, decode::Error> {
        let folded = self.wide()?;
        let sign = (folded & 1).cast_signed();
        Ok(Amount::from_units((folded >> 1).cast_signed() ^ -sign))
    }

    fn quantity(&mut self) -> Result<Quantity, decode::Error> {
        Quantity::new(self.decimal()?).map_err(decode::Error::custom)
    }

    fn text(&mut self) -> Result<&'b str, decode::Error> {
        let length = usize::try_from(self.number()?).map_err(|_| too_large())?;
        let (text, rest) = self.rest.split_at_checked(length).ok_or_else(decode::Error::end_of_input)?;
        self.rest = rest;
        std::str::from_utf8(text).map_err(decode::Error::custom)
    }

    /// What few records have.
    fn cbor<T: Decode<'b, ()>>(&mut self) -> Result<T, decode::Error> {
        let mut decoder = Decoder::new(self.rest);
        let value = decoder.decode()?;
        self.rest = self.rest.get(decoder.position()..).unwrap_or_default();
        Ok(value)
    }
}

/// Writes one value as a byte string.
fn put_alone<T, W: encode::Write>(
    value: &T,
    e: &mut Encoder<W>,
    pack: fn(&T, &mut Vec<u8>),
) -> Result<(), encode::Error<W::Error>> {
    let mut packed = Vec::with_capacity(128);
    pack(value, &mut packed);
    e.bytes(&packed)?.ok()
}

/// Reads the one value of a byte string.
fn alone<T>(
    d: &mut Decoder<'_>,
    unpack: fn(&mut Unpacker<'_>) -> Result<T, decode::Error>,
) -> Result<T, decode::Error> {
    let mut from = Unpacker::new(d.bytes()?);
    let value = unpack(&mut from)?;
    if from.is_at_end() { Ok(value) } else { Err(decode::Error::message("a record goes on after its end")) }
}

fn too_large() -> decode::Error {
    decode::Error::message("a number of a record is too large")
}

/// Whether two decimals are the same to the last digit, the scale included.
fn is_same(one: Decimal, other: Decimal) -> bool {
    one.serialize() == other.serialize()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(write: impl FnOnce(&mut Packer<'_>)) -> Vec<u8> {
        let mut out = Vec::new();
        let mut packer = Packer::new(&mut out);
        write(&mut packer);
        packer.finish();
        out.split_off(4)
    }

    #[test]
    fn numbers_come_back_and_take_what_they_need() {
        for (number, bytes) in [(0, 1), (127, 1), (128, 2), (16_383, 2), (16_384, 3), (u64::MAX, 10)] {
            let packed = packed(|packer| packer.number(number));
            assert_eq!(packed.len(), bytes, "{number}");
            assert_eq!(Unpacker::new(&packed).number().unwrap(), number);
            assert_eq!(Unpacker::new(&packed).wide().unwrap(), u128::from(number));
        }
        for units in [0, 1, -1, 63, -64, i128::MAX, i128::MIN] {
            let packed = packed(|packer| packer.amount(Amount::from_units(units)));
            assert!(units.unsigned_abs() > 64 || packed.len() == 1, "{units}");
            assert_eq!(Unpacker::new(&packed).amount().unwrap(), Amount::from_units(units));
        }
    }

    #[test]
    fn decimals_keep_scale_and_sign() {
        let texts = ["0", "0.00", "-0.00", "1.10", "48.00", "-7.5", "79228162514264337593543950335"];
        for text in texts.into_iter().chain(["0.0000000000000000000000000001"]) {
            let decimal: Decimal = text.parse().unwrap();
            let packed = packed(|packer| packer.decimal(decimal));
            assert!(is_same(Unpacker::new(&packed).decimal().unwrap(), decimal), "{text}");
        }
        assert!(!is_same("1.10".parse().unwrap(), "1.1".parse().unwrap()));
    }

    #[test]
    fn numbers_that_do_not_fit_are_refused() {
        assert!(Unpacker::new(&[0xff; 9]).number().unwrap_err().is_end_of_input());
        for bytes in [[0xff; 10], [0x80; 10]] {
            assert!(Unpacker::new(&bytes).number().is_err());
        }
        assert!(Unpacker::new(&[0x80; 20]).wide().is_err());
        assert!(Unpacker::new(&[&[0xff; 18][..], &[4]].concat()).wide().is_err());
        assert!(Unpacker::new(&[29, 1]).decimal().is_err(), "scale");
        assert!(Unpacker::new(&[&[0], &[0xff; 13][..], &[0x7f]].concat()).decimal().is_err(), "digits");
        assert!(Unpacker::new(&[0x80, 0x80, 0x80, 0x80, 0x10]).small().is_err());
        assert!(Unpacker::new(&[0xff, 0xff, 0xff, 0x7f]).text().unwrap_err().is_end_of_input());
        assert!(Unpacker::new(&[1, 0xff]).text().is_err());
        assert!(Unpacker::new(&[2, 0, 0, 0]).marks(1).is_err());
        assert_eq!(Unpacker::new(&[2, 0, 0, 0]).marks(3).unwrap(), Marks(2));
    }
}
