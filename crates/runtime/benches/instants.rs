//! How long a caller waits when one instant brings something to every order of a market at once: a halt and its end, which
//! are commands, and a time in force that ends for all of them. It is done in one stop (ADR 34), views and events included.
//!
//! The allocator is the one of the gateway. `ORDERS` asks for one other number of orders.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on fails")]

mod common;

use std::sync::Arc;
use std::time::Instant;

use common::show;
use order_engine::{
    AccountId, Command, HaltInstrument, HaltReason, InstrumentId, OrderKind, PlaceOrder, Price, Quantity,
    ResumeInstrument, Side, Size, TimeInForce, Timestamp,
};
use runtime::{EngineHandle, ManualClock, Options, Runtime, Seed};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SIZES: [u64; 4] = [1_000, 10_000, 100_000, 1_000_000];
const TOGETHER: u64 = 500;
const SEED: &str = include_str!("market.toml");
const BITCOIN: InstrumentId = InstrumentId::new(0);
const BEGIN: Timestamp = Timestamp::from_seconds(1_700_000_000);

fn main() {
    let asked = std::env::var("ORDERS").ok().map(|text| text.parse().unwrap());
    let tokio = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for orders in asked.map_or_else(|| SIZES.to_vec(), |orders| vec![orders]) {
        tokio.block_on(measure(orders));
    }
}

async fn measure(orders: u64) {
    let clock = Arc::new(ManualClock::at(BEGIN));
    let runtime = Runtime::start(Options::in_memory(), Arc::clone(&clock) as _).unwrap();
    let engine = runtime.handle();
    let seed = toml::from_str::<Seed>(SEED).unwrap().commands().unwrap();
    engine.submit_all(seed).await.unwrap();
    for batch in 0..orders / TOGETHER {
        let commands = (0..TOGETHER).map(|number| order(batch * TOGETHER + number)).collect();
        engine.submit_all(commands).await.unwrap();
    }
    let reason = HaltReason::new("measured").unwrap();
    let halt = Command::HaltInstrument(HaltInstrument { instrument: BITCOIN, reason });
    timed(&engine, &format!("{orders} orders: a halt"), halt).await;
    let resume = Command::ResumeInstrument(ResumeInstrument { instrument: BITCOIN });
    timed(&engine, &format!("{orders} orders: its end"), resume).await;
    clock.set(end());
    timed(&engine, &format!("{orders} orders: the end of all of them"), Command::Tick).await;
    runtime.stop().unwrap();
}

async fn timed(engine: &EngineHandle, what: &str, command: Command) {
    let began = Instant::now();
    engine.submit(command).await.unwrap();
    show(what, began.elapsed(), None);
}

const fn end() -> Timestamp {
    BEGIN.plus_seconds(3_600)
}

fn order(number: u64) -> Command {
    let cents = 1 + number % 20_000;
    let price = Price::new(format!("{}.{:02}", cents / 100 + 1, cents % 100).parse().unwrap()).unwrap();
    let size = Size::Base(Quantity::new("0.0001".parse().unwrap()).unwrap());
    let kind = OrderKind::Limit { price };
    let order = PlaceOrder::new(AccountId::new(1), BITCOIN, Side::Buy, kind, size);
    Command::PlaceOrder(PlaceOrder { time_in_force: TimeInForce::Gtd(end()), ..order })
}
