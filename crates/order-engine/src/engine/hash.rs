//! The hash of the whole state: equal for equal histories, on every machine.

use std::ops::ControlFlow;

use minicbor::encode::write::Writer;
use minicbor::{Encode, Encoder};

use super::Engine;
use crate::order::Side;

/// A hasher that takes encoded values. Writing into a hasher cannot fail.
struct Digest(Encoder<Writer<blake3::Hasher>>);

impl Digest {
    fn add(&mut self, value: &impl Encode<()>) {
        if let Err(error) = self.0.encode(value) {
            unreachable!("Invariant: hashing does not fail: {error}");
        }
    }
}

impl Engine {
    /// The hash of everything that later commands or readers could see, earlier versions of orders included.
    #[must_use]
    pub fn state_hash(&self) -> [u8; 32] {
        let mut digest = Digest(Encoder::new(Writer::new(blake3::Hasher::new())));
        digest.add(&self.now);
        digest.add(&self.last_event);
        self.hash_reference(&mut digest);
        for (account, balance) in self.ledger.iter() {
            digest.add(&account);
            digest.add(balance);
        }
        for (account, realized) in &self.realized {
            digest.add(account);
            digest.add(realized);
        }
        self.hash_markets(&mut digest);
        self.hash_lots(&mut digest);
        for order in self.orders.iter() {
            let mut version = Some(order);
            while let Some(order) = version {
                digest.add(order.as_ref());
                version = order.previous();
            }
        }
        for (at, order) in &self.due {
            digest.add(at);
            digest.add(order);
        }
        *digest.0.into_writer().into_inner().finalize().as_bytes()
    }

    fn hash_reference(&self, digest: &mut Digest) {
        self.reference.assets().iter().for_each(|asset| digest.add(asset.as_ref()));
        self.reference.instruments().iter().for_each(|instrument| digest.add(instrument.as_ref()));
        self.reference.accounts().iter().for_each(|account| digest.add(account.as_ref()));
    }

    fn hash_markets(&self, digest: &mut Digest) {
        for market in &self.markets {
            digest.add(&market.instrument);
            digest.add(&market.quote);
            market.candles.image().for_each(|candle| digest.add(candle));
            for side in [Side::Buy, Side::Sell] {
                market.book.visit(side, |_, price, resting| {
                    digest.add(&price.get());
                    digest.add(&resting.order);
                    digest.add(&resting.account);
                    digest.add(&resting.leaves.get());
                    ControlFlow::Continue(())
                });
            }
        }
    }

    fn hash_lots(&self, digest: &mut Digest) {
        for ((account, instrument), lots) in &self.lots {
            let Some(market) = self.market(*instrument) else { continue };
            let (side, realized, open) = lots.image(&market.scales);
            digest.add(account);
            digest.add(instrument);
            digest.add(&side);
            digest.add(&realized);
            for lot in &open {
                digest.add(lot);
            }
        }
    }
}
