//! Commands a second of the whole engine on one core.
#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first thing that is not as expected")]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use order_engine::{
    AccountCode, AccountDefinition, AccountId, AdjustBalance, Amount, AssetCode, AssetDefinition, AssetId,
    AssetKind, CancelOrder, Command, Commission, Engine, InstrumentDefinition, InstrumentId, OrderId,
    OrderKind, PlaceOrder, Price, Quantity, Settlement, Side, Size, Symbol, Timestamp,
};

/// The allocator of the binary, so that the figures are its own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Commands of one measured run.
const COMMANDS: u64 = 10_000;

fn definitions() -> Vec<Command> {
    let asset = |code: &str| {
        let code = AssetCode::new(code).unwrap();
        Command::DefineAsset(AssetDefinition { name: "".into(), code, kind: AssetKind::Crypto, scale: 8 })
    };
    let account = AccountDefinition {
        code: AccountCode::new("client").unwrap(),
        currency: AssetCode::new("USD").unwrap(),
    };
    let deposit = |asset| {
        let amount = Amount::from_units(10_i128.pow(26));
        Command::AdjustBalance(AdjustBalance { account: CLIENT, asset: AssetId::new(asset), amount })
    };
    vec![
        asset("USD"),
        asset("BTC"),
        Command::DefineInstrument(InstrumentDefinition {
            symbol: Symbol::new("BTC-USD").unwrap(),
            name: "".into(),
            base: AssetCode::new("BTC").unwrap(),
            quote: AssetCode::new("USD").unwrap(),
            settlement: Settlement::Spot,
            tick: price(1),
            lot: quantity(1),
            minimum_quantity: quantity(1),
            maximum_quantity: quantity(1_000_000),
            minimum_notional: Amount::ZERO,
            commission: Commission::NONE,
            day_ends_at: 0,
            trigger_source: order_engine::TriggerSource::OtherSide,
        }),
        Command::OpenAccount(account),
        deposit(0),
        deposit(1),
    ]
}

const CLIENT: AccountId = AccountId::new(1);

fn price(cents: i64) -> Price {
    Price::new(rust_decimal::Decimal::new(cents, 2)).unwrap()
}

fn quantity(thousandths: i64) -> Quantity {
    Quantity::new(rust_decimal::Decimal::new(thousandths, 3)).unwrap()
}

fn seeded() -> Engine {
    let mut engine = Engine::new();
    for command in definitions() {
        engine.apply(Timestamp::EPOCH, &command).result.unwrap();
    }
    engine
}

/// A small linear congruential generator: the same stream in every run.
struct Stream(u64);

impl Stream {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// Half of the orders rest and are canceled later, half of them meet others.
fn mixed() -> Vec<Command> {
    let mut stream = Stream(7);
    let mut commands = Vec::new();
    while (commands.len() as u64) < COMMANDS {
        if stream.next(3) == 0 {
            let order = OrderId::new(stream.next(commands.len() as u64 + 10));
            commands.push(Command::CancelOrder(CancelOrder {
                account: CLIENT,
                order,
                client_order_id: None,
            }));
            continue;
        }
        let side = if stream.next(2) == 0 { Side::Buy } else { Side::Sell };
        let kind = OrderKind::Limit { price: price(1_000_000 + i64::try_from(stream.next(200)).unwrap()) };
        let size = Size::Base(quantity(1 + i64::try_from(stream.next(50)).unwrap()));
        commands.push(Command::PlaceOrder(PlaceOrder::new(CLIENT, InstrumentId::new(0), side, kind, size)));
    }
    commands
}

fn apply_all(engine: &mut Engine, commands: &[Command]) {
    for command in commands {
        let _ = black_box(engine.apply(Timestamp::EPOCH, command));
    }
}

fn engine(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("engine");
    group.throughput(Throughput::Elements(COMMANDS));
    let commands = mixed();
    group.bench_function("place and cancel", |bencher| {
        bencher.iter_batched_ref(seeded, |engine| apply_all(engine, &commands), BatchSize::LargeInput);
    });
    group.finish();
}

criterion_group!(benches, engine);
criterion_main!(benches);
