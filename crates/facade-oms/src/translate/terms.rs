//! The parts of an order: ids, times, sides, types, lifetimes, numbers.

use order_engine::{Order, OrderId, OrderKind, Price, Quantity, Side, TimeInForce, Timestamp};
use rust_decimal::Decimal;

use crate::wire::{self, BigNumber, Lifetime, Moment, OrderType};

/// An order's id here: its number as 16 hexadecimal digits.
pub(crate) fn order_id(id: OrderId) -> String {
    format!("{:016X}", id.get())
}

/// The number of an id; nothing for a text that is no id, and so nobody's.
pub(crate) fn parse_order_id(text: &str) -> Option<OrderId> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte);
    if text.len() != 16 || !text.bytes().all(is_digit) {
        return None;
    }
    u64::from_str_radix(text, 16).ok().map(OrderId::new)
}

/// A time of the engine.
pub(crate) fn moment(at: Timestamp) -> Moment {
    Moment(i128::from(at.as_nanos()))
}

/// The engine's time; the nearest that it knows for what is before 1970 or after 2554.
pub(crate) fn timestamp(moment: Moment) -> Timestamp {
    let latest = if moment.0 < 0 { 0 } else { u64::MAX };
    Timestamp::from_nanos(u64::try_from(moment.0).unwrap_or(latest))
}

/// An amount with at least so many decimals. Nothing is `0`.
pub(crate) fn amount(value: Decimal, scale: u32) -> BigNumber {
    let mut value = value.normalize();
    if !value.is_zero() && value.scale() < scale {
        value.rescale(scale);
    }
    BigNumber(value)
}

pub(crate) fn wire_side(order: &Order) -> wire::Side {
    match order.side {
        Side::Buy => wire::Side::Buy,
        Side::Sell if order.short_sale => wire::Side::ShortSell,
        Side::Sell => wire::Side::Sell,
    }
}

/// The side, and whether it is a short sale; `Side` for one that is missing, for short sales that are exempt from a rule
/// that there is not, and for sides of several legs.
pub(crate) const fn side(side: wire::Side) -> Result<(Side, bool), &'static str> {
    match side {
        wire::Side::Buy => Ok((Side::Buy, false)),
        wire::Side::Sell => Ok((Side::Sell, false)),
        wire::Side::ShortSell => Ok((Side::Sell, true)),
        wire::Side::Unknown | wire::Side::ShortSellExempt | wire::Side::AsDefined | wire::Side::Opposite => {
            Err("Side")
        }
    }
}

/// The type of a kind, or the one that comes nearest to it: the vendor has no order that is touched, and none that
/// trails.
pub(crate) const fn wire_type(kind: OrderKind) -> OrderType {
    match kind {
        OrderKind::Market => OrderType::Market,
        OrderKind::Limit { .. } => OrderType::Limit,
        OrderKind::MarketToLimit { .. } => OrderType::MarketToLimit,
        OrderKind::Stop { .. } | OrderKind::MarketIfTouched { .. } | OrderKind::TrailingStop { .. } => {
            OrderType::Stop
        }
        OrderKind::StopLimit { .. } | OrderKind::TrailingStopLimit { .. } => OrderType::StopLimit,
    }
}

/// Whether the trigger of a kind moves by itself, and its limit with it.
pub(crate) const fn trails(kind: OrderKind) -> bool {
    match kind {
        OrderKind::TrailingStop { .. } | OrderKind::TrailingStopLimit { .. } => true,
        OrderKind::Market
        | OrderKind::Limit { .. }
        | OrderKind::MarketToLimit { .. }
        | OrderKind::Stop { .. }
        | OrderKind::StopLimit { .. }
        | OrderKind::MarketIfTouched { .. } => false,
    }
}

/// The trigger price of an order: where it is now, or where it will be.
pub(crate) fn trigger_of(order: &Order) -> Option<Price> {
    order.trigger.map(|trigger| trigger.price).or(order.kind.trigger_price())
}

/// A kind from its type, its limit and its trigger; nothing when the type does not have just these.
pub(crate) const fn kind(
    order_type: OrderType,
    limit: Option<Price>,
    trigger: Option<Price>,
) -> Option<OrderKind> {
    match (order_type, limit, trigger) {
        (OrderType::Market, None, None) => Some(OrderKind::Market),
        (OrderType::Limit, Some(price), None) => Some(OrderKind::Limit { price }),
        (OrderType::MarketToLimit, Some(rest_at), None) => Some(OrderKind::MarketToLimit { rest_at }),
        (OrderType::Stop, None, Some(trigger)) => Some(OrderKind::Stop { trigger }),
        (OrderType::StopLimit, Some(price), Some(trigger)) => Some(OrderKind::StopLimit { trigger, price }),
        (
            OrderType::Unknown
            | OrderType::Market
            | OrderType::Limit
            | OrderType::MarketToLimit
            | OrderType::Stop
            | OrderType::StopLimit
            | OrderType::Pegged,
            _,
            _,
        ) => None,
    }
}

/// The limit of a type that can be served. A market-to-limit order names the price at which its remainder rests.
pub(crate) fn limit(order_type: OrderType, price: Option<BigNumber>) -> Result<Option<Price>, &'static str> {
    match order_type {
        OrderType::Market | OrderType::Stop if price.is_some() => Err("LimitPrice.Given"),
        OrderType::Market | OrderType::Stop => Ok(None),
        OrderType::Limit | OrderType::MarketToLimit | OrderType::StopLimit => limit_price(price).map(Some),
        OrderType::Unknown => Err("OrderType"),
        OrderType::Pegged => Err("OrderType.Market"),
    }
}

/// The trigger of a type. Of a type that cannot be served there is nothing more to say.
pub(crate) fn trigger(order_type: OrderType, stop: Option<BigNumber>) -> Result<Option<Price>, &'static str> {
    match order_type {
        OrderType::Stop | OrderType::StopLimit => match stop {
            Some(stop) => stop_price(stop).map(Some),
            None => Err("StopPrice.Missing"),
        },
        OrderType::Market | OrderType::Limit | OrderType::MarketToLimit if stop.is_some() => {
            Err("StopPrice.Given")
        }
        OrderType::Unknown
        | OrderType::Market
        | OrderType::Limit
        | OrderType::MarketToLimit
        | OrderType::Pegged => Ok(None),
    }
}

pub(crate) fn stop_price(BigNumber(stop): BigNumber) -> Result<Price, &'static str> {
    Price::new(stop).map_err(|_| "StopPrice")
}

pub(crate) fn limit_price(price: Option<BigNumber>) -> Result<Price, &'static str> {
    let BigNumber(price) = price.ok_or("LimitPrice.Missing")?;
    Price::new(price).map_err(|_| "LimitPrice")
}

/// A quantity above zero.
pub(crate) fn quantity(quantity: Option<BigNumber>) -> Result<Quantity, &'static str> {
    let BigNumber(quantity) = quantity.ok_or("TotalQuantity")?;
    Quantity::new(quantity).ok().filter(|quantity| !quantity.is_zero()).ok_or("TotalQuantity")
}

/// The lifetime with its expiry date.
pub(crate) fn wire_lifetime(time_in_force: TimeInForce) -> (Lifetime, Option<Moment>) {
    match time_in_force {
        TimeInForce::Day => (Lifetime::Day, None),
        TimeInForce::Gtc => (Lifetime::GoodTillCancel, None),
        // What is for one instant alone is canceled after it.
        TimeInForce::Ioc | TimeInForce::AtOpen | TimeInForce::AtClose => (Lifetime::ImmediateOrCancel, None),
        TimeInForce::Fok => (Lifetime::FillOrKill, None),
        TimeInForce::Gtd(until) => (Lifetime::GoodTillDate, Some(moment(until))),
    }
}

/// The auction that an order is for, if it is for one.
pub(crate) const fn auction(time_in_force: TimeInForce) -> Option<&'static str> {
    match time_in_force {
        TimeInForce::AtOpen => Some("Open"),
        TimeInForce::AtClose => Some("Close"),
        TimeInForce::Day | TimeInForce::Gtc | TimeInForce::Ioc | TimeInForce::Fok | TimeInForce::Gtd(_) => {
            None
        }
    }
}

/// The time in force. Only a good-till-date order has an expiry date, and it must have one.
pub(crate) fn time_in_force(lifetime: Lifetime, expiry: Option<Moment>) -> Result<TimeInForce, &'static str> {
    match (lifetime, expiry) {
        (Lifetime::Unknown, _) => Err("Validity"),
        (Lifetime::GoodTillDate, Some(expiry)) => Ok(TimeInForce::Gtd(timestamp(expiry))),
        (Lifetime::Day, None) => Ok(TimeInForce::Day),
        (Lifetime::GoodTillCancel, None) => Ok(TimeInForce::Gtc),
        (Lifetime::ImmediateOrCancel, None) => Ok(TimeInForce::Ioc),
        (Lifetime::FillOrKill, None) => Ok(TimeInForce::Fok),
        (Lifetime::GoodTillDate, None)
        | (
            Lifetime::Day | Lifetime::GoodTillCancel | Lifetime::ImmediateOrCancel | Lifetime::FillOrKill,
            Some(_),
        ) => Err("ExpiryDate"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_ids_are_sixteen_digits() {
        assert_eq!(order_id(OrderId::new(0xA01)), "0000000000000A01");
        assert_eq!(parse_order_id("0000000000000A01"), Some(OrderId::new(0xA01)));
        assert_eq!(parse_order_id("FFFFFFFFFFFFFFFF"), Some(OrderId::new(u64::MAX)));
        for text in
            ["", "A01", "0000000000000a01", "+00000000000A01", "0000000000000A011", "000000000000 A01"]
        {
            assert_eq!(parse_order_id(text), None, "{text}");
        }
    }

    #[test]
    fn amounts_have_the_decimals_of_their_asset_at_least() {
        let text = |value: &str, scale| amount(value.parse().unwrap(), scale).0.to_string();
        assert_eq!(text("493.6", 2), "493.60");
        assert_eq!(text("0.0125", 2), "0.0125");
        assert_eq!(text("0.00", 2), "0");
    }
}
