//! Packed orders: the bytes stay what they are, and what was packed comes back.

use rust_decimal::Decimal;

use super::*;
use crate::extras::Extras;
use crate::order::StatusReason;

fn quantity(text: &str) -> Quantity {
    Quantity::new(text.parse().unwrap()).unwrap()
}

fn id(text: &str) -> ClientOrderId {
    ClientOrderId::new(text).unwrap()
}

fn plain() -> Order {
    Order {
        id: OrderId::new(1_000),
        account: AccountId::new(1),
        instrument: InstrumentId::new(2),
        side: Side::Buy,
        kind: OrderKind::Limit { price: Price::new(Decimal::new(4_800, 2)).unwrap() },
        size: Size::Base(quantity("0.50")),
        quantity: quantity("0.50"),
        time_in_force: TimeInForce::Gtc,
        post_only: false,
        self_match: SelfMatch::Allow,
        extended_hours: None,
        client_order_id: None,
        request_id: None,
        status: OrderStatus::New,
        reason: None,
        filled: Quantity::ZERO,
        filled_notional: Amount::ZERO,
        leaves: quantity("0.50"),
        commission: Amount::ZERO,
        commission_asset: AssetId::new(3),
        held: Some(Hold::free(AssetId::new(0), Amount::ONE)),
        created_at: Timestamp::from_nanos(0x0102_0304_0506_0708),
        updated_at: Timestamp::from_nanos(0x0102_0304_0506_0708),
        version: 1,
        last_event: EventId::new(1_000),
        expires_at: None,
        annotations: Annotations::default(),
        replaces: 0,
        extras: SharedExtras::default(),
        earlier: Earlier::default(),
    }
}

/// An order in which nothing is as usual.
fn unusual() -> Order {
    Order {
        side: Side::Sell,
        kind: OrderKind::Stop { trigger: Price::new(Decimal::new(5, 1)).unwrap() },
        size: Size::Base(quantity("0.5")),
        time_in_force: TimeInForce::Gtd(Timestamp::from_seconds(9)),
        post_only: true,
        self_match: SelfMatch::Refuse,
        extended_hours: Some(true),
        client_order_id: Some(id("first")),
        request_id: Some(id("second")),
        status: OrderStatus::Canceled,
        reason: Some(StatusReason::CanceledByOwner),
        filled: quantity("0.0"),
        filled_notional: Amount::from_units(-7),
        leaves: Quantity::ZERO,
        commission: Amount::from_units(i128::MAX),
        held: Some(Hold { claim: Amount::ONE, ..Hold::free(AssetId::new(7), Amount::ZERO) }),
        updated_at: Timestamp::EPOCH,
        version: u32::MAX,
        last_event: EventId::new(3),
        expires_at: Some(Timestamp::from_seconds(8)),
        annotations: Annotations::new([("key", "value")]).unwrap(),
        replaces: 4,
        extras: SharedExtras::new(Extras { short_sale: true, multiplier: Some(100), ..Extras::default() }),
        ..plain()
    }
}

fn packed(order: &Order) -> Vec<u8> {
    let mut packed = Vec::new();
    pack(order, &mut packed);
    packed
}

/// What is in an image stays readable.
#[test]
fn the_format_stays_what_it_is() {
    let parts: [&[u8]; 7] = [
        &[0, 0, 4, 0],
        &[0xe8, 0x07, 1, 2],
        &[2, 0xc0, 0x25],
        &[2, 50],
        &[3],
        // The hold: its asset, and twice ten to the twelfth.
        &[0, 0x80, 0xc0, 0xa8, 0xca, 0x9a, 0x3a],
        &[8, 7, 6, 5, 4, 3, 2, 1],
    ];
    assert_eq!(packed(&plain()), parts.concat());
}

#[test]
fn orders_come_back_as_they_were() {
    let halves = [
        Order { side: Side::Sell, extended_hours: Some(false), request_id: Some(id("one")), ..plain() },
        Order { client_order_id: Some(id("one")), request_id: Some(id("one")), held: None, ..plain() },
        Order { size: Size::Quote(Amount::from_units(-1)), client_order_id: Some(id("one")), ..plain() },
        Order { kind: OrderKind::Market, last_event: EventId::new(1_001), ..plain() },
    ];
    for order in halves.into_iter().chain([plain(), unusual()]) {
        let packed = packed(&order);
        let mut from = Unpacker::new(&packed);
        let read = unpack(&mut from).unwrap();
        assert!(from.is_at_end());
        assert_eq!(read, order);
        assert_eq!(self::packed(&read), packed, "scales are kept, too");
        let alone = minicbor::to_vec(&order).unwrap();
        assert_eq!(minicbor::decode::<Order>(&alone).unwrap(), order);
    }
}

#[test]
fn what_is_cut_or_unknown_is_refused() {
    let packed = packed(&unusual());
    for length in 0..packed.len() {
        assert!(unpack(&mut Unpacker::new(&packed[..length])).is_err(), "{length} bytes");
    }
    let mut newer = packed;
    newer[3] |= 8;
    let refused = unpack(&mut Unpacker::new(&newer)).unwrap_err();
    assert!(refused.to_string().contains("does not know"), "{refused}");
}
