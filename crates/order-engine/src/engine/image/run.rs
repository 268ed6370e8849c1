//! Runs: many orders, or many places in a queue, in one record, since a record of its own costs more than either.
//!
//! Where a run ends follows from what is in it, so that equal states have equal images.

use std::sync::Arc;

use minicbor::decode::{self, Decode, Decoder};
use minicbor::encode::{self, Encode, Encoder};

use crate::ids::OrderId;
use crate::order::Order;
use crate::packed::{self, Unpacker};

/// A run of orders that has so many bytes is full.
const ORDERS_BYTES: usize = 16 * 1024;
/// Most places of one run of a queue.
pub(super) const PLACES: usize = 2_048;

/// Versions of orders that are being written, each packed behind the one before.
#[derive(Debug, Default)]
pub(super) struct OrderRun(Vec<u8>);

impl OrderRun {
    pub(super) fn add(&mut self, version: &Order) {
        packed::order::pack(version, &mut self.0);
    }

    pub(super) const fn is_full(&self) -> bool {
        self.0.len() >= ORDERS_BYTES
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

impl<C> Encode<C> for OrderRun {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

/// Versions of orders as they were read.
#[derive(Debug)]
pub(super) struct ReadOrders(pub(super) Vec<Arc<Order>>);

impl<C> Decode<'_, C> for ReadOrders {
    fn decode(d: &mut Decoder<'_>, _: &mut C) -> Result<Self, decode::Error> {
        let mut from = Unpacker::new(d.bytes()?);
        let mut orders = Vec::new();
        while !from.is_at_end() {
            orders.push(Arc::new(packed::order::unpack(&mut from)?));
        }
        Ok(Self(orders))
    }
}

/// A place in the queue of a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Queued {
    pub(super) order: OrderId,
    /// What the house has left to fill, in the instrument's smallest quantities. Zero for a client's order, which has
    /// that and its account in itself.
    pub(super) house_leaves: u64,
}

/// Places in the queue of a price, in their order. Numbers of orders are written as differences.
#[derive(Debug, Default)]
pub(super) struct QueueRun(pub(super) Vec<Queued>);

impl<C> Encode<C> for QueueRun {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        let mut bytes = Vec::with_capacity(4 * self.0.len());
        let mut before = 0;
        for Queued { order, house_leaves } in &self.0 {
            let difference = order.get().wrapping_sub(before).cast_signed();
            // Differences of either sign are short when they are small.
            packed::put_number(&mut bytes, (difference << 1 ^ difference >> 63).cast_unsigned());
            packed::put_number(&mut bytes, *house_leaves);
            before = order.get();
        }
        e.bytes(&bytes)?.ok()
    }
}

impl<C> Decode<'_, C> for QueueRun {
    fn decode(d: &mut Decoder<'_>, _: &mut C) -> Result<Self, decode::Error> {
        let mut from = Unpacker::new(d.bytes()?);
        let (mut queue, mut before) = (Vec::new(), 0_u64);
        while !from.is_at_end() {
            let folded = from.number()?;
            let sign = (folded & 1).wrapping_neg();
            before = before.wrapping_add(folded >> 1 ^ sign);
            queue.push(Queued { order: OrderId::new(before), house_leaves: from.number()? });
        }
        Ok(Self(queue))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queues_come_back() {
        let numbers = [1, 5, 4, u64::MAX, 0, 1 << 63];
        let queue = numbers.map(|number| Queued { order: OrderId::new(number), house_leaves: number / 2 });
        let bytes = minicbor::to_vec(QueueRun(queue.to_vec())).unwrap();
        assert_eq!(minicbor::decode::<QueueRun>(&bytes).unwrap().0, queue);
    }
}
