//! Bytes of memory for an open order, all indexes included: what the allocator has given out and not got back, and not
//! what the process has taken from the system.
//!
//! ```text
//! cargo run --release -p order-engine --example footprint -- [ORDERS]
//! ```
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measuring program stops at the first thing that is not as expected, and prints what it found"
)]

#[path = "replay/setup.rs"]
mod setup;

use cap::Cap;
use mimalloc::MiMalloc;
use order_engine::{Command, Engine, OrderKind, PlaceOrder, ReplaceOrder, Side, Size, Timestamp};

/// The allocator of the binary, which counts here.
#[global_allocator]
static ALLOCATOR: Cap<MiMalloc> = Cap::new(MiMalloc, usize::MAX);

/// Most bytes for an open order.
const BUDGET: usize = 1_024;
/// Prices on each side.
const WIDTH: u32 = 20_000;

fn main() {
    let orders = std::env::args().nth(1).map_or(1_000_000, |orders| orders.parse().unwrap());
    let mut engine = Engine::new();
    for command in setup::definitions() {
        engine.apply(Timestamp::EPOCH, &command).result.unwrap();
    }
    let mut ids = Vec::with_capacity(orders);
    let empty = ALLOCATOR.allocated();
    for number in 0..orders {
        let away = 1 + u32::try_from(number).unwrap() % WIDTH;
        let (side, price) =
            if number % 2 == 0 { (Side::Buy, 100_000 - away) } else { (Side::Sell, 100_000 + away) };
        let kind = OrderKind::Limit { price: setup::price(price) };
        let size = Size::Base(setup::quantity(1));
        let order = PlaceOrder::new(setup::CLIENT, setup::INSTRUMENT, side, kind, size);
        let placed = engine.apply(Timestamp::EPOCH, &Command::PlaceOrder(order)).result.unwrap();
        ids.push(placed.about.unwrap());
    }
    let placed = ALLOCATOR.allocated();
    for id in ids {
        let before = engine.order(id).unwrap();
        let price = before.limit_price().unwrap();
        let away = if before.side == Side::Buy { -1 } else { 1 };
        let price = order_engine::Price::new(price.decimal() + rust_decimal::Decimal::from(away)).unwrap();
        let command = ReplaceOrder { price: Some(price), ..ReplaceOrder::new(setup::CLIENT, id) };
        engine.apply(Timestamp::EPOCH, &Command::ReplaceOrder(command)).result.unwrap();
    }
    let moved = ALLOCATOR.allocated();
    let each = (placed - empty) / orders;
    println!("{orders} open orders: {each} bytes for each (budget {BUDGET})");
    println!("and each once moved: {} bytes more for the version before", (moved - placed) / orders);
}
