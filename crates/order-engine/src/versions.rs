//! How kept events say which version of an order they mean: by its number, so that a version is written once, with its
//! order, however many events tell of it.

use std::sync::Arc;

use crate::ids::OrderId;
use crate::order::Order;

/// Where the versions of orders are, for whoever writes events down or reads them again.
pub trait Versions {
    /// A version of an order, by its number from 1. Nothing when it is not there.
    fn version(&mut self, order: OrderId, version: u32) -> Option<Arc<Order>>;
}

/// A version of an order, which is found again by its number.
pub(crate) mod by_version {
    use std::sync::Arc;

    use minicbor::decode::{self, Decoder};
    use minicbor::encode::{self, Encoder, Write};

    use super::Versions;
    use crate::ids::OrderId;
    use crate::order::Order;

    pub(crate) fn encode<C: Versions, W: Write>(
        order: &Arc<Order>,
        e: &mut Encoder<W>,
        context: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        if context.version(order.id, order.version).is_none() {
            return Err(encode::Error::message("an event tells of a version of an order that is not kept"));
        }
        e.array(2)?.u64(order.id.get())?.u32(order.version)?;
        Ok(())
    }

    pub(crate) fn decode<C: Versions>(
        d: &mut Decoder<'_>,
        context: &mut C,
    ) -> Result<Arc<Order>, decode::Error> {
        if d.array()? != Some(2) {
            return Err(decode::Error::message("a version of an order is named by two numbers"));
        }
        let (order, version) = (OrderId::new(d.u64()?), d.u32()?);
        let unknown = || decode::Error::message("an event tells of a version of an order that is not there");
        context.version(order, version).ok_or_else(unknown)
    }
}

/// What is shared in memory and written out as if it were not.
pub(crate) mod shared {
    use std::sync::Arc;

    use minicbor::decode::{self, Decode, Decoder};
    use minicbor::encode::{self, Encode, Encoder, Write};

    pub(crate) fn encode<C, T: Encode<C>, W: Write>(
        value: &Arc<T>,
        e: &mut Encoder<W>,
        context: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        value.as_ref().encode(e, context)
    }

    pub(crate) fn decode<'b, C, T: Decode<'b, C>>(
        d: &mut Decoder<'b>,
        context: &mut C,
    ) -> Result<Arc<T>, decode::Error> {
        T::decode(d, context).map(Arc::new)
    }
}
