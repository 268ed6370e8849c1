//! An execution, packed.

use minicbor::decode::{self, Decode, Decoder};
use minicbor::encode::{self, Encode, Encoder};

use super::{Packer, Unpacker, alone, put_alone};
use crate::entry::{Posting, Postings};
use crate::execution::{Execution, Liquidity};
use crate::ids::{AccountId, AssetId, ExecutionId, InstrumentId, LotId, OrderId, TradeId};
use crate::number::{Amount, Price};
use crate::order::Side;

/// What each mark says, with what it brings.
mod marks {
    /// The order sold.
    pub(super) const SELLS: u32 = 1;
    /// The order rested.
    pub(super) const MAKER: u32 = 1 << 1;
    pub(super) const COMMISSION: u32 = 1 << 2;
    /// It opened a lot.
    pub(super) const OPENED: u32 = 1 << 3;
    /// It closed lots.
    pub(super) const CLOSED: u32 = 1 << 4;
    /// It moved balances.
    pub(super) const POSTINGS: u32 = 1 << 5;
    /// All of them.
    pub(super) const ALL: u32 = (1 << 6) - 1;
}

fn pack(execution: &Execution, out: &mut Vec<u8>) {
    // Without a rest, so that a new field has to be looked at here.
    let Execution {
        id,
        trade,
        order,
        account,
        instrument,
        side,
        price,
        quantity,
        notional,
        commission,
        commission_asset,
        liquidity,
        counterparty_order,
        at,
        opened,
        closed,
        balance,
        postings,
    } = execution;
    let mut packer = Packer::new(out);
    packer.number(id.get());
    // These are near its own number, for the most part before it; differences go round.
    for number in [trade.get(), order.get(), counterparty_order.get()] {
        packer.number(id.get().wrapping_sub(number));
    }
    packer.number(account.get().into());
    packer.number(instrument.get().into());
    if *side == Side::Sell {
        packer.set(marks::SELLS);
    }
    match liquidity {
        Liquidity::Taker => {}
        Liquidity::Maker => packer.set(marks::MAKER),
    }
    packer.decimal(price.decimal());
    packer.decimal(quantity.decimal());
    packer.amount(*notional);
    if packer.mark(marks::COMMISSION, !commission.is_zero()) {
        packer.amount(*commission);
    }
    packer.number(commission_asset.get().into());
    packer.time(*at);
    if let Some((lot, quantity)) = opened {
        packer.set(marks::OPENED);
        packer.number(id.get().wrapping_sub(lot.get()));
        packer.decimal(quantity.decimal());
    }
    if packer.mark(marks::CLOSED, !closed.is_empty()) {
        packer.cbor(closed);
    }
    packer.amount(*balance);
    pack_postings(&mut packer, postings);
    packer.finish();
}

fn pack_postings(packer: &mut Packer<'_>, postings: &Postings) {
    let count = postings.iter().count();
    if packer.mark(marks::POSTINGS, count > 0) {
        packer.number(count as u64);
    }
    for Posting { kind, asset, amount, balance } in postings.iter() {
        packer.cbor(kind);
        packer.number(asset.get().into());
        packer.amount(*amount);
        packer.amount(*balance);
    }
}

fn unpack_postings(from: &mut Unpacker<'_>) -> Result<Postings, decode::Error> {
    let count = from.number()?;
    if count > Postings::MOST as u64 {
        return Err(decode::Error::message("a fill moves fewer balances"));
    }
    let mut postings = Postings::NONE;
    for _ in 0..count {
        let (kind, asset) = (from.cbor()?, AssetId::new(from.small()?));
        postings.add(Posting { kind, asset, amount: from.amount()?, balance: from.amount()? });
    }
    Ok(postings)
}

fn unpack(from: &mut Unpacker<'_>) -> Result<Execution, decode::Error> {
    let marks = from.marks(marks::ALL)?;
    let id = from.number()?;
    let near = |from: &mut Unpacker<'_>| Ok::<_, decode::Error>(id.wrapping_sub(from.number()?));
    let (trade, order, counterparty_order) = (near(from)?, near(from)?, near(from)?);
    Ok(Execution {
        id: ExecutionId::new(id),
        trade: TradeId::new(trade),
        order: OrderId::new(order),
        counterparty_order: OrderId::new(counterparty_order),
        account: AccountId::new(from.small()?),
        instrument: InstrumentId::new(from.small()?),
        side: if marks.has(marks::SELLS) { Side::Sell } else { Side::Buy },
        liquidity: if marks.has(marks::MAKER) { Liquidity::Maker } else { Liquidity::Taker },
        price: Price::new(from.decimal()?).map_err(decode::Error::custom)?,
        quantity: from.quantity()?,
        notional: from.amount()?,
        commission: if marks.has(marks::COMMISSION) { from.amount()? } else { Amount::ZERO },
        commission_asset: AssetId::new(from.small()?),
        at: from.time()?,
        opened: if marks.has(marks::OPENED) {
            Some((LotId::new(near(from)?), from.quantity()?))
        } else {
            None
        },
        closed: if marks.has(marks::CLOSED) { from.cbor()? } else { Vec::new() },
        balance: from.amount()?,
        postings: if marks.has(marks::POSTINGS) { unpack_postings(from)? } else { Postings::NONE },
    })
}

/// By itself, an execution is a byte string.
impl<C> Encode<C> for Execution {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        put_alone(self, e, pack)
    }
}

impl<C> Decode<'_, C> for Execution {
    fn decode(d: &mut Decoder<'_>, _: &mut C) -> Result<Self, decode::Error> {
        alone(d, unpack)
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;
    use crate::entry::EntryKind;
    use crate::execution::LotClosure;
    use crate::ids::EventId;
    use crate::number::Quantity;
    use crate::time::Timestamp;

    fn plain() -> Execution {
        Execution {
            id: ExecutionId::new(900),
            trade: TradeId::new(901),
            order: OrderId::new(7),
            account: AccountId::new(1),
            instrument: InstrumentId::new(2),
            side: Side::Buy,
            price: Price::new(Decimal::new(4_800, 2)).unwrap(),
            quantity: Quantity::new(Decimal::new(5, 1)).unwrap(),
            notional: Amount::ONE,
            commission: Amount::ZERO,
            commission_asset: AssetId::new(3),
            liquidity: Liquidity::Taker,
            counterparty_order: OrderId::new(899),
            at: Timestamp::from_seconds(9),
            opened: None,
            closed: Vec::new(),
            balance: Amount::from_units(-5),
            postings: Postings::NONE,
        }
    }

    #[test]
    fn executions_come_back_as_they_were() {
        let quantity = Quantity::new(Decimal::new(50, 2)).unwrap();
        let closure = LotClosure {
            lot: LotId::new(3),
            opened_by: Side::Buy,
            quantity,
            whole: true,
            profit: Amount::ONE,
            number: EventId::new(4),
            booked: Amount::ZERO,
        };
        let mut postings = Postings::default();
        for (kind, amount) in [(EntryKind::Trade, 1), (EntryKind::Commission, -2), (EntryKind::Profit, 3)] {
            let amount = Amount::from_units(amount);
            postings.add(Posting { kind, asset: AssetId::new(1), amount, balance: Amount::ONE });
        }
        let full = Execution {
            side: Side::Sell,
            liquidity: Liquidity::Maker,
            commission: Amount::ONE,
            opened: Some((LotId::new(900), quantity)),
            closed: vec![closure],
            postings,
            ..plain()
        };
        for execution in [plain(), full] {
            let bytes = minicbor::to_vec(&execution).unwrap();
            let read: Execution = minicbor::decode(&bytes).unwrap();
            assert_eq!(read, execution);
            assert_eq!(minicbor::to_vec(&read).unwrap(), bytes);
            for length in 0..bytes.len() {
                assert!(minicbor::decode::<Execution>(&bytes[..length]).is_err(), "{length} bytes");
            }
        }
    }

    #[test]
    fn a_fill_moves_three_balances_at_most() {
        let mut packed = Vec::new();
        pack(&plain(), &mut packed);
        packed[0] |= u8::try_from(marks::POSTINGS).unwrap();
        packed.push(4);
        assert!(unpack(&mut Unpacker::new(&packed)).is_err());
    }
}
