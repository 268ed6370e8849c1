//! What the suites share: a small market, orders for it, and journals that misbehave on demand.

#![allow(dead_code, reason = "every suite uses a part of it")]
#![allow(unreachable_pub, reason = "a module of test binaries")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use journal::{Batches, Chain, Follow, Journal, JournalError, MemoryJournal, Retire};
use order_engine::{
    AccountId, CancelOrder, ClientOrderId, Command, InstrumentId, Order, OrderId, OrderKind, PlaceOrder,
    Price, Quantity, Side, Size, Timestamp, UpdateQuote,
};
use runtime::{ManualClock, Runtime, Seed};

pub const SEED: &str = r#"
asset = [
    { code = "USD", name = "US dollar", kind = "fiat", scale = 2 },
    { code = "BTC", name = "Bitcoin", kind = "crypto", scale = 8 },
]
account = [
    { code = "demo", currency = "USD", balances = { USD = "100000000", BTC = "100000" } },
    { code = "maker", currency = "USD", balances = { USD = "100000000", BTC = "100000" } },
]

[[instrument]]
symbol = "BTC-USD"
name = "Bitcoin in US dollars"
base = "BTC"
quote = "USD"
settlement = "spot"
tick = "0.01"
lot = "0.00000001"
minimum_quantity = "0.00001"
maximum_quantity = "1000"
minimum_notional = "0"
day_ends_at = "21:00"
"#;

pub const DEMO: AccountId = AccountId::new(1);
pub const MAKER: AccountId = AccountId::new(2);
pub const BITCOIN: InstrumentId = InstrumentId::new(0);
pub const START: Timestamp = Timestamp::from_seconds(1_700_000_000);

pub fn seed() -> Vec<Command> {
    toml::from_str::<Seed>(SEED).unwrap().commands().unwrap()
}

pub fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(START))
}

/// Fills an empty state.
pub async fn fill(runtime: &Runtime) {
    for result in runtime.handle().submit_all(seed()).await.unwrap() {
        result.unwrap();
    }
}

/// A seeded runtime that keeps nothing.
pub async fn in_memory() -> Runtime {
    let runtime = Runtime::in_memory(clock()).unwrap();
    fill(&runtime).await;
    runtime
}

pub fn price(text: &str) -> Price {
    Price::new(text.parse().unwrap()).unwrap()
}

pub fn quantity(text: &str) -> Quantity {
    Quantity::new(text.parse().unwrap()).unwrap()
}

pub fn client_id(text: &str) -> ClientOrderId {
    ClientOrderId::new(text).unwrap()
}

pub fn limit(account: AccountId, side: Side, at: &str, size: &str) -> PlaceOrder {
    let kind = OrderKind::Limit { price: price(at) };
    PlaceOrder::new(account, BITCOIN, side, kind, Size::Base(quantity(size)))
}

/// A bid so low that it rests.
pub fn resting(text: &str) -> Command {
    Command::PlaceOrder(PlaceOrder {
        client_order_id: Some(client_id(text)),
        ..limit(DEMO, Side::Buy, "1.00", "0.01")
    })
}

pub fn cancel(order: OrderId) -> Command {
    Command::CancelOrder(CancelOrder { account: DEMO, order, client_order_id: None })
}

pub fn quote(bid: &str, ask: &str) -> Command {
    let (bid_size, ask_size) = (quantity("10"), quantity("10"));
    Command::UpdateQuote(UpdateQuote {
        instrument: BITCOIN,
        bid: price(bid),
        ask: price(ask),
        bid_size,
        ask_size,
    })
}

pub fn ids(orders: &[Arc<Order>]) -> Vec<OrderId> {
    orders.iter().map(|order| order.id).collect()
}

/// A journal in memory that asks before each append whether it may, and how it shall end.
pub struct GatedJournal {
    inner: MemoryJournal,
    arrived: Sender<usize>,
    verdicts: Receiver<Verdict>,
}

/// What becomes of an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Succeed,
    Fail,
}

/// The other side of a [`GatedJournal`]. Once it is gone, appends succeed at once.
pub struct Gate {
    arrived: Receiver<usize>,
    verdicts: Sender<Verdict>,
}

impl Gate {
    /// Waits until an append has come, and says how many bytes it has.
    pub fn arrival(&self) -> usize {
        self.arrived.recv().unwrap()
    }

    /// Lets the append end.
    pub fn open(&self, verdict: Verdict) {
        self.verdicts.send(verdict).unwrap();
    }
}

pub fn gated() -> (Box<GatedJournal>, Gate) {
    let ((arrived, arrivals), (verdict, verdicts)) = (channel(), channel());
    let journal = GatedJournal { inner: MemoryJournal::new(), arrived, verdicts };
    (Box::new(journal), Gate { arrived: arrivals, verdicts: verdict })
}

impl Journal for GatedJournal {
    fn append(&mut self, batches: &[&[u8]]) -> Result<u64, JournalError> {
        let _ = self.arrived.send(batches.iter().map(|batch| batch.len()).sum());
        match self.verdicts.recv() {
            Ok(Verdict::Fail) => {
                let source = io::Error::from(io::ErrorKind::StorageFull);
                Err(JournalError::Io { action: "write to", path: "test".into(), source })
            }
            Ok(Verdict::Succeed) | Err(_) => self.inner.append(batches),
        }
    }

    fn sync(&mut self) -> Result<(), JournalError> {
        Ok(())
    }

    fn heal(&mut self) -> Result<(), JournalError> {
        self.inner.heal()
    }

    fn close(&mut self) -> Result<(), JournalError> {
        self.inner.close()
    }

    fn last_sequence(&self) -> u64 {
        self.inner.last_sequence()
    }

    fn durable_through(&self) -> u64 {
        self.inner.durable_through()
    }

    fn chain(&self) -> Chain {
        self.inner.chain()
    }

    fn read_from(&self, sequence: u64) -> Result<Batches, JournalError> {
        self.inner.read_from(sequence)
    }

    fn follow(&self, sequence: u64) -> Result<Box<dyn Follow>, JournalError> {
        self.inner.follow(sequence)
    }

    fn retirer(&self) -> Box<dyn Retire> {
        self.inner.retirer()
    }
}
