//! The signed transaction that a client brings back: where its body is, and whether the right key signed it.

use ed25519_dalek::{Signature, VerifyingKey};
use minicbor::Decoder;
use minicbor::data::Type;
use minicbor::decode::Error;

use crate::intent::blake2b_256;
use crate::unit::blake2b_224;

/// The key of the list of signatures in a witness set.
const SIGNATURES: u64 = 0;

/// A transaction in its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SignedTransaction<'bytes> {
    body: &'bytes [u8],
    witness_set: &'bytes [u8],
}

/// A public key with a signature.
struct Witness {
    key: [u8; 32],
    signature: [u8; 64],
}

impl<'bytes> SignedTransaction<'bytes> {
    /// Finds the parts: one array of four items and nothing after it.
    pub(crate) fn read(bytes: &'bytes [u8]) -> Option<Self> {
        let mut decoder = Decoder::new(bytes);
        if decoder.array().ok()? != Some(4) {
            return None;
        }
        let body = item(&mut decoder, bytes)?;
        let witness_set = item(&mut decoder, bytes)?;
        item(&mut decoder, bytes)?;
        item(&mut decoder, bytes)?;
        (decoder.position() == bytes.len()).then_some(Self { body, witness_set })
    }

    /// The bytes that the signature covers.
    pub(crate) const fn body(&self) -> &'bytes [u8] {
        self.body
    }

    /// Whether one of the signatures is by the key of this hash.
    pub(crate) fn is_signed_by(&self, key_hash: &[u8; 28]) -> bool {
        let id = blake2b_256(&[self.body]);
        let Ok(witnesses) = witnesses(self.witness_set) else { return false };
        witnesses
            .iter()
            .filter(|witness| blake2b_224(&witness.key) == *key_hash)
            .any(|witness| witness.covers(&id))
    }
}

impl Witness {
    fn covers(&self, message: &[u8]) -> bool {
        VerifyingKey::from_bytes(&self.key)
            .is_ok_and(|key| key.verify_strict(message, &Signature::from_bytes(&self.signature)).is_ok())
    }
}

/// The bytes of the next item.
fn item<'bytes>(decoder: &mut Decoder<'bytes>, bytes: &'bytes [u8]) -> Option<&'bytes [u8]> {
    let start = decoder.position();
    decoder.skip().ok()?;
    bytes.get(start..decoder.position())
}

/// The signatures of a witness set. Clients write the list as a set or as a plain array; both are read.
fn witnesses(set: &[u8]) -> Result<Vec<Witness>, Error> {
    let mut decoder = Decoder::new(set);
    let mut left = decoder.map()?;
    while left != Some(0) {
        if left.is_none() && decoder.datatype()? == Type::Break {
            break;
        }
        if decoder.u64()? == SIGNATURES {
            return signatures(&mut decoder);
        }
        decoder.skip()?;
        left = left.map(|left| left - 1);
    }
    Ok(Vec::new())
}

fn signatures(decoder: &mut Decoder<'_>) -> Result<Vec<Witness>, Error> {
    if decoder.datatype()? == Type::Tag {
        decoder.tag()?;
    }
    let mut left = decoder.array()?;
    let mut witnesses = Vec::new();
    while left != Some(0) {
        if left.is_none() && decoder.datatype()? == Type::Break {
            break;
        }
        if decoder.array()? != Some(2) {
            return Err(Error::message("a signature is a pair"));
        }
        witnesses.push(Witness { key: exactly(decoder)?, signature: exactly(decoder)? });
        left = left.map(|left| left - 1);
    }
    Ok(witnesses)
}

fn exactly<const N: usize>(decoder: &mut Decoder<'_>) -> Result<[u8; N], Error> {
    decoder.bytes()?.try_into().map_err(|_| Error::message("the byte string has another length"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intent::tests::{bytes, exchange, intent};

    /// A transaction with this witness set.
    fn transaction(witness_set: &str) -> Vec<u8> {
        hex::decode(format!("84{}{witness_set}f5f6", exchange::BODY)).unwrap()
    }

    fn pair() -> String {
        format!("825820{}5840{}", exchange::PUBLIC_KEY, exchange::SIGNATURE)
    }

    fn is_signed(witness_set: &str) -> bool {
        let bytes_of = transaction(witness_set);
        SignedTransaction::read(&bytes_of).unwrap().is_signed_by(&bytes(exchange::KEY_HASH))
    }

    #[test]
    fn both_encodings_of_the_signature_list_verify() {
        for witness_set in [format!("a100d9010281{}", pair()), format!("a10081{}", pair())] {
            let signed = transaction(&witness_set);
            let read = SignedTransaction::read(&signed).unwrap();
            assert_eq!(read.body(), intent().body());
            assert!(read.is_signed_by(&bytes(exchange::KEY_HASH)));
        }
    }

    #[test]
    fn other_forms_of_the_same_witness_set_verify() {
        assert!(is_signed(&format!("bf009f{}ffff", pair())), "indefinite lengths");
        assert!(is_signed(&format!("a2018000d9010281{}", pair())), "other witnesses first");
        let stranger = format!("825820{}5840{}", "00".repeat(32), exchange::SIGNATURE);
        assert!(is_signed(&format!("a10082{stranger}{}", pair())), "another signature first");
    }

    #[test]
    fn what_is_not_signed_by_the_key_is_not_signed() {
        let forged = exchange::SIGNATURE.replacen("4e", "4f", 1);
        let short = format!("825820{}583f{}", exchange::PUBLIC_KEY, &exchange::SIGNATURE[2..]);
        for (what, witness_set) in [
            ("nothing", "a0".to_owned()),
            ("no map", "80".to_owned()),
            ("another list", format!("a10181{}", pair())),
            ("a forged signature", format!("a10081825820{}5840{forged}", exchange::PUBLIC_KEY)),
            ("another key", format!("a10081825820{}5840{}", "11".repeat(32), exchange::SIGNATURE)),
            ("a short signature", format!("a10081{short}")),
            ("three parts", format!("a1008183{}00", &pair()[2..])),
        ] {
            assert!(!is_signed(&witness_set), "{what}");
        }
        let signed = transaction(&format!("a10081{}", pair()));
        assert!(!SignedTransaction::read(&signed).unwrap().is_signed_by(&[0; 28]));
    }

    #[test]
    fn a_signature_covers_the_body() {
        let witness_set = format!("a10081{}", pair());
        let mut other = transaction(&witness_set);
        // The last byte of the input's hash.
        let position = other.windows(2).position(|pair| pair == [0x85, 0xf9]).unwrap() + 1;
        other[position] ^= 1;
        let read = SignedTransaction::read(&other).unwrap();
        assert_ne!(read.body(), intent().body());
        assert!(!read.is_signed_by(&bytes(exchange::KEY_HASH)));
    }

    #[test]
    fn deep_nesting_is_walked_without_a_deep_stack() {
        let nested = [vec![0x84], vec![0x81; 200_000], vec![0x80, 0xa0, 0xf5, 0xf6]].concat();
        assert_eq!(SignedTransaction::read(&nested).unwrap().body().len(), 200_001);
        let open_ended = [vec![0x84], vec![0x9f; 200_000]].concat();
        assert_eq!(SignedTransaction::read(&open_ended), None);
    }

    #[test]
    fn what_is_no_transaction_is_not_read() {
        let whole = transaction("a0");
        assert!(SignedTransaction::read(&whole).is_some());
        for end in 0..whole.len() {
            assert_eq!(SignedTransaction::read(&whole[..end]), None, "cut at {end}");
        }
        for text in ["", "83a0a0f5", "85a0a0f5f6f6", "84a0a0f5f600", "a0", "ff", "9fa0a0f5f6ff"] {
            assert_eq!(SignedTransaction::read(&hex::decode(text).unwrap()), None, "{text}");
        }
    }
}
