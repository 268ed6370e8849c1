//! The unsigned transaction of an order: a small Cardano transaction whose one output carries the order as data.
//!
//! The bytes are a function of the order and nothing else, so that the transaction that comes back signed can be compared
//! with the one that was handed out without keeping it. `docs/facades/espresso.md#transaction` has the layout.

use blake2::Blake2b;
use blake2::digest::Digest;
use blake2::digest::consts::U32;
use minicbor::Encoder;
use minicbor::data::Tag;
use minicbor::encode::Error;
use uuid::Uuid;

use crate::config::Network;
use crate::unit::{AssetUnit, blake2b_224};

/// Hashed together with an order's id into the input that its transaction spends, so that no two orders share a
/// transaction id.
const INPUT_DOMAIN: &[u8] = b"intent-input";
/// Hashed into the address that holds intents.
const SCRIPT_DOMAIN: &[u8] = b"intent-script";
/// The tag of a set.
const SET: Tag = Tag::new(258);
/// The tag of data that is wrapped in a byte string.
const WRAPPED: Tag = Tag::new(24);
/// The tag of a constructor with number 0.
const CONSTRUCTOR_0: Tag = Tag::new(121);
/// The tag of a constructor with number 1.
const CONSTRUCTOR_1: Tag = Tag::new(122);
/// The tag of an unsigned number that needs more than eight bytes.
const BIG_NUMBER: Tag = Tag::new(2);
/// What the output holds besides its data.
const OUTPUT_LOVELACE: u64 = 2_000_000;
/// What the wallet of an account is represented by: wallets are not known here, only operation keys are.
const UNKNOWN_WALLET: [u8; 28] = [0; 28];

/// `BLAKE2b` with 32 bytes: ids of transactions.
pub(crate) fn blake2b_256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Blake2b::<U32>::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// What a transaction says about an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Intent {
    pub(crate) network: Network,
    /// Hash of the transaction whose output is spent.
    pub(crate) input: [u8; 32],
    pub(crate) order: Uuid,
    pub(crate) account: Uuid,
    pub(crate) operation_key_hash: [u8; 28],
    pub(crate) base: AssetUnit,
    pub(crate) quote: AssetUnit,
    pub(crate) is_buy: bool,
    /// Price times ten to the ninth.
    pub(crate) price: u128,
    /// Size in the smallest unit of base.
    pub(crate) size: u128,
    pub(crate) commission_bp: u32,
    /// What a market buy may need beyond size times price, in the smallest unit of quote.
    pub(crate) extra: u128,
}

impl Intent {
    /// The input that stands for an order.
    pub(crate) fn input_of(order: Uuid) -> [u8; 32] {
        blake2b_256(&[INPUT_DOMAIN, order.as_bytes()])
    }

    /// The bytes that are signed over.
    pub(crate) fn body(&self) -> Vec<u8> {
        written(|e| self.write_body(e))
    }

    /// The transaction without signatures: body, empty witness set, validity, no further data.
    pub(crate) fn unsigned(&self) -> Vec<u8> {
        let mut bytes = vec![0x84];
        bytes.extend_from_slice(&self.body());
        bytes.extend_from_slice(&[0xa0, 0xf5, 0xf6]);
        bytes
    }

    /// The id of the transaction: the hash of its body.
    pub(crate) fn transaction_id(&self) -> [u8; 32] {
        blake2b_256(&[&self.body()])
    }

    fn write_body(&self, e: &mut Encoder<Vec<u8>>) -> Written {
        e.map(4)?;
        e.u8(0)?.tag(SET)?.array(1)?.array(2)?.bytes(&self.input)?.u8(0)?;
        e.u8(1)?.array(1)?.map(3)?;
        e.u8(0)?.bytes(&self.address())?;
        e.u8(1)?.u64(OUTPUT_LOVELACE)?;
        let datum = written(|inner| self.write_datum(inner));
        e.u8(2)?.array(2)?.u8(1)?.tag(WRAPPED)?.bytes(&datum)?;
        e.u8(2)?.u8(0)?;
        e.u8(14)?.tag(SET)?.array(1)?.bytes(&self.operation_key_hash)?;
        Ok(())
    }

    fn address(&self) -> [u8; 29] {
        let header = match self.network {
            Network::Preprod => 0x70,
            Network::Mainnet => 0x71,
        };
        let mut address = [header; 29];
        if let Some(hash) = address.last_chunk_mut::<28>() {
            *hash = blake2b_224(SCRIPT_DOMAIN);
        }
        address
    }

    fn write_datum(&self, e: &mut Encoder<Vec<u8>>) -> Written {
        e.tag(CONSTRUCTOR_0)?.begin_array()?;
        e.bytes(self.order.as_bytes())?;
        for unit in [&self.base, &self.quote] {
            let (policy, name) = unit.parts();
            e.begin_array()?.bytes(policy)?.bytes(name)?.end()?;
        }
        e.tag(if self.is_buy { CONSTRUCTOR_1 } else { CONSTRUCTOR_0 })?.array(0)?;
        write_number(e, self.price)?;
        write_number(e, self.size)?;
        e.u32(self.commission_bp)?;
        write_number(e, self.extra)?;
        e.tag(CONSTRUCTOR_0)?.begin_array()?.bytes(self.account.as_bytes())?;
        for key_hash in [&UNKNOWN_WALLET, &self.operation_key_hash] {
            e.tag(CONSTRUCTOR_0)?.begin_array()?.bytes(key_hash)?.end()?;
        }
        e.end()?.end()?;
        Ok(())
    }
}

type Written = Result<(), Error<std::convert::Infallible>>;

fn written(write: impl FnOnce(&mut Encoder<Vec<u8>>) -> Written) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    // Writing into a vector cannot fail, and every length given is the length written.
    let outcome = write(&mut encoder);
    debug_assert!(outcome.is_ok(), "Invariant: a transaction can always be written");
    encoder.into_writer()
}

fn write_number(e: &mut Encoder<Vec<u8>>, number: u128) -> Written {
    if let Ok(small) = u64::try_from(number) {
        e.u64(small)?;
        return Ok(());
    }
    let bytes = number.to_be_bytes();
    let leading = bytes.iter().take_while(|byte| **byte == 0).count();
    e.tag(BIG_NUMBER)?.bytes(bytes.get(leading..).unwrap_or_default())?;
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A complete exchange, signed with a published test key.
    pub(crate) mod exchange {
        pub(crate) const INPUT: &str = "8be93d1c968cd668741fcc37d43d561ce1193dc0d2ccde8d095d384a508085f9";
        pub(crate) const KEY_HASH: &str = "9493315cd92eb5d8c4304e67b7e16ae36d61d34502694657811a2c8e";
        pub(crate) const PUBLIC_KEY: &str =
            "73fea80d424276ad0978d4fe5310e8bc2d485f5f6bb3bf87612989f112ad5a7d";
        pub(crate) const TRANSACTION_ID: &str =
            "a5fc0647c1b3715878e198012c7dcd3e6ccad163d90f2cc4d4d2bc798e3da871";
        pub(crate) const SIGNATURE: &str = "4e236d5439fdeccc90242c45592df3b1ab3eebdee05210cc0af1e12a23bbf92590a51b699a3b773f73e544993ef665b4c9089847d3f5757e480c23f86b3f3107";
        pub(crate) const BODY: &str = "a400d90102818258208be93d1c968cd668741fcc37d43d561ce1193dc0d2ccde8d095d384a508085f9000181a300581d702d816105dd599f0e5f0f3d3776d0a3a1496474451bc7aac8e0358179011a001e8480028201d81858a6d8799f50550e8400e29b41d4a7164466554400009f4040ff9f581cc69b981db7a65e339a6d783755f85a2e03afa1cece9714c55fe4c913445553444dffd87a801a376eac801a05f5e1000a00d8799f50550e8400e29b41d4a716446655440001d8799f581c00000000000000000000000000000000000000000000000000000000ffd8799f581c9493315cd92eb5d8c4304e67b7e16ae36d61d34502694657811a2c8effffff02000ed9010281581c9493315cd92eb5d8c4304e67b7e16ae36d61d34502694657811a2c8e";
    }

    pub(crate) fn bytes<const N: usize>(hex: &str) -> [u8; N] {
        hex::decode(hex).unwrap().try_into().unwrap()
    }

    pub(crate) fn intent() -> Intent {
        let unit = |text: &str| AssetUnit::try_from(text.to_owned()).unwrap();
        Intent {
            network: Network::Preprod,
            input: bytes(exchange::INPUT),
            order: Uuid::parse_str("550e8400-e29b-41d4-a716-446655440000").unwrap(),
            account: Uuid::parse_str("550e8400-e29b-41d4-a716-446655440001").unwrap(),
            operation_key_hash: bytes(exchange::KEY_HASH),
            base: AssetUnit::LOVELACE,
            quote: unit("c69b981db7a65e339a6d783755f85a2e03afa1cece9714c55fe4c9135553444d"),
            is_buy: true,
            price: 930_000_000,
            size: 100_000_000,
            commission_bp: 10,
            extra: 0,
        }
    }

    #[test]
    fn a_transaction_has_the_bytes_that_the_clients_were_tried_with() {
        assert_eq!(hex::encode(intent().body()), exchange::BODY);
        assert_eq!(hex::encode(intent().unsigned()), format!("84{}a0f5f6", exchange::BODY));
        assert_eq!(hex::encode(intent().transaction_id()), exchange::TRANSACTION_ID);
    }

    #[test]
    fn sells_other_networks_and_large_numbers_are_written_too() {
        let wide = Intent { is_buy: false, network: Network::Mainnet, price: u128::MAX, ..intent() };
        let text = hex::encode(wide.unsigned());
        let bytes = wide.unsigned();
        let mut decoder = minicbor::Decoder::new(&bytes);
        decoder.skip().unwrap();
        assert_eq!(decoder.position(), bytes.len(), "one item and nothing after it");
        assert!(text.contains("581d71"), "the address says which network: {text}");
        assert!(text.contains("ffd87980c250ffff"), "a sell at a number of sixteen bytes: {text}");
    }

    #[test]
    fn every_order_spends_an_input_of_its_own() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_ne!(Intent::input_of(one), Intent::input_of(other));
        assert_eq!(Intent::input_of(one), Intent::input_of(one));
    }
}
