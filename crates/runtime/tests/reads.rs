//! What can be read of orders, fills and markets, at any instant and page by page, while everything goes on.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use common::{BITCOIN, DEMO, MAKER, START, cancel, fill, limit, price, quantity, quote};
use order_engine::{
    AccountId, CandleRow, Command, Execution, ExecutionId, Liquidity, Order, OrderId, OrderStatus,
    PlaceOrder, ReplaceOrder, Side, Slot, Timestamp,
};
use runtime::{Durability, EngineHandle, JournalMode, ManualClock, Options, Runtime, SnapshotPolicy, Views};

/// A runtime that keeps everything in memory, and its clock.
async fn at_a_clock() -> (Runtime, Arc<ManualClock>) {
    let clock = common::clock();
    let runtime = Runtime::in_memory(Arc::clone(&clock) as Arc<_>).unwrap();
    fill(&runtime).await;
    (runtime, clock)
}

async fn placed(engine: &EngineHandle, order: PlaceOrder) -> Arc<Order> {
    engine.submit(Command::PlaceOrder(order)).await.unwrap().order().cloned().unwrap()
}

fn bid(at: &str) -> PlaceOrder {
    limit(DEMO, Side::Buy, at, "1")
}

async fn moved(engine: &EngineHandle, order: OrderId, at: &str) {
    let replace = ReplaceOrder { price: Some(price(at)), ..ReplaceOrder::new(DEMO, order) };
    engine.submit(Command::ReplaceOrder(replace)).await.unwrap();
}

fn instant(seconds: u64) -> Timestamp {
    START.plus_seconds(seconds)
}

/// The limit and the status that an order had at an instant.
fn had(views: &Views, order: OrderId, at: Timestamp) -> Option<(String, OrderStatus)> {
    let order = views.order_as_at(order, at)?;
    Some((order.limit_price().unwrap().to_string(), order.status))
}

/// Placed after 10 seconds, moved twice in one instant after 20, and canceled after 30.
async fn with_a_past(engine: &EngineHandle, clock: &ManualClock) -> OrderId {
    clock.set(instant(10));
    let order = placed(engine, bid("10.00")).await.id;
    clock.set(instant(20));
    moved(engine, order, "11.00").await;
    moved(engine, order, "12.00").await;
    clock.set(instant(30));
    engine.submit(cancel(order)).await.unwrap();
    clock.set(instant(40));
    engine.submit(Command::Tick).await.unwrap();
    order
}

fn assert_past(views: &Views, order: OrderId) {
    let nanos = |at: Timestamp, by: i64| Timestamp::from_nanos(at.as_nanos().checked_add_signed(by).unwrap());
    let (new, canceled) = (OrderStatus::New, OrderStatus::Canceled);
    let expected = [
        (Timestamp::EPOCH, None),
        (nanos(instant(10), -1), None),
        (instant(10), Some(("10.00", new))),
        (nanos(instant(20), -1), Some(("10.00", new))),
        // Of two changes in one instant the later one counts from that instant on.
        (instant(20), Some(("12.00", new))),
        (nanos(instant(30), -1), Some(("12.00", new))),
        (instant(30), Some(("12.00", canceled))),
        (Timestamp::from_nanos(u64::MAX), Some(("12.00", canceled))),
    ];
    for (at, seen) in expected {
        let seen = seen.map(|(limit, status)| (limit.to_owned(), status));
        assert_eq!(had(views, order, at), seen, "at {at}");
    }
    assert_eq!(views.order_as_at(OrderId::new(u64::MAX), instant(20)), None);
}

#[tokio::test]
async fn an_order_reads_as_it_was_at_any_instant() {
    let (runtime, clock) = at_a_clock().await;
    let engine = runtime.handle();
    let order = with_a_past(&engine, &clock).await;
    assert_past(engine.views(), order);
    let versions: Vec<_> = engine.views().order(order).unwrap().versions().map(|it| it.version).collect();
    assert_eq!(versions, [4, 3, 2, 1], "both changes of one instant are kept");
}

fn kept_on_disk(dir: &std::path::Path, clock: &Arc<ManualClock>, retention: u64) -> Runtime {
    let snapshots = SnapshotPolicy { every_commands: u64::MAX, every_bytes: u64::MAX };
    let journal = JournalMode::Directory { path: dir.to_owned(), durability: Durability::Async };
    let options = Options { journal, snapshots, retention: Some(retention), ..Options::in_memory() };
    Runtime::start(options, Arc::clone(clock) as Arc<_>).unwrap()
}

#[tokio::test]
async fn an_order_that_has_left_memory_reads_as_it_was_too() {
    let (dir, clock) = (tempfile::tempdir().unwrap(), common::clock());
    let runtime = kept_on_disk(dir.path(), &clock, 0);
    fill(&runtime).await;
    let order = with_a_past(&runtime.handle(), &clock).await;
    // A snapshot waits until the archive has all that was handed over.
    runtime.handle().save_snapshot().await.unwrap();
    assert_eq!(runtime.handle().views().orders_in_memory(), 0);
    assert_past(runtime.handle().views(), order);
    runtime.stop().unwrap();
    let again = kept_on_disk(dir.path(), &clock, 0);
    assert_past(again.handle().views(), order);
}

/// A page of an account's orders, the newest first.
fn page(
    views: &Views,
    before: Option<OrderId>,
    most: usize,
    wanted: impl Fn(&Order) -> bool,
) -> Vec<OrderId> {
    let mut seen = Vec::new();
    views.visit_orders_back(DEMO, before, |order| {
        if seen.len() == most {
            return ControlFlow::Break(());
        }
        if wanted(&order) {
            seen.push(order.id);
        }
        ControlFlow::Continue(())
    });
    seen
}

fn is_long_open(order: &Order) -> bool {
    order.status == OrderStatus::New && order.instrument == BITCOIN
}

/// What goes on between two pages: an order comes, another is filled, and of every second page the last that was shown and one
/// that was not are canceled.
async fn meanwhile(engine: &EngineHandle, open: &BTreeSet<OrderId>, last: OrderId, round: u32) {
    let mut commands = vec![
        Command::PlaceOrder(bid("5.00")),
        Command::PlaceOrder(limit(MAKER, Side::Sell, "200.00", "1")),
        Command::PlaceOrder(limit(DEMO, Side::Buy, "200.00", "1")),
    ];
    if round.is_multiple_of(2) {
        commands.push(cancel(last));
        commands.extend(open.range(..last).next_back().map(|older| cancel(*older)));
    }
    for result in engine.submit_all(commands).await.unwrap() {
        result.unwrap();
    }
}

#[tokio::test]
async fn pages_have_nothing_twice_and_all_that_was_there_whatever_happens_meanwhile() {
    for retention in [0, 5] {
        let (dir, clock) = (tempfile::tempdir().unwrap(), common::clock());
        let runtime = kept_on_disk(dir.path(), &clock, retention);
        fill(&runtime).await;
        let engine = runtime.handle();
        let placed = engine.submit_all(vec![Command::PlaceOrder(bid("10.00")); 300]).await.unwrap();
        let placed = placed.into_iter().map(|result| result.unwrap().order().unwrap().id);
        engine.submit_all(placed.step_by(4).map(cancel).collect()).await.unwrap();
        let views = engine.views();
        for size in [3, 20, 128, 129] {
            let before: BTreeSet<OrderId> = page(views, None, usize::MAX, is_long_open).into_iter().collect();
            let (mut seen, mut cursor, mut round) = (Vec::new(), None, 0);
            loop {
                let shown = page(views, cursor, size, is_long_open);
                let Some(last) = shown.last() else { break };
                cursor = Some(*last);
                seen.extend(&shown);
                meanwhile(&engine, &before, *last, round).await;
                round += 1;
            }
            assert!(seen.is_sorted_by(|one, next| one > next), "newest first, none twice");
            // What closed meanwhile was shown before, or is not open any more.
            let after: BTreeSet<OrderId> = page(views, None, usize::MAX, is_long_open).into_iter().collect();
            let throughout = before.intersection(&after).copied();
            let seen: BTreeSet<OrderId> = seen.into_iter().collect();
            let missed: Vec<_> = throughout.filter(|id| !seen.contains(id)).collect();
            assert_eq!(missed, [], "pages of {size} with a retention of {retention}");
            assert!(seen.is_subset(&before), "what came later is newer than the first page");
        }
    }
}

#[tokio::test]
async fn a_page_begins_at_any_number() {
    let (runtime, _) = at_a_clock().await;
    let engine = runtime.handle();
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(placed(&engine, bid("10.00")).await.id);
    }
    let views = engine.views();
    engine.submit(cancel(ids[2])).await.unwrap();
    let all = |_: &Order| true;
    assert_eq!(page(views, Some(ids[2]), 9, all), [ids[1], ids[0]], "an order that is closed by now");
    let between = OrderId::new(ids[2].get() + 1);
    assert_eq!(page(views, Some(between), 9, all), [ids[2], ids[1], ids[0]], "a number of nothing");
    assert_eq!(page(views, Some(OrderId::new(u64::MAX)), 1, all), [ids[4]]);
    assert_eq!(page(views, Some(ids[0]), 9, all), [], "nothing is older than the oldest");
    assert_eq!(page(views, Some(OrderId::new(0)), 9, all), []);
    assert_eq!(page(views, None, 0, all), [], "a page of nothing");
    assert_eq!(page(views, None, usize::MAX, all).len(), 5);
    let mut asked = 0;
    views.visit_orders_back(AccountId::new(99), None, |_| {
        asked += 1;
        ControlFlow::Continue(())
    });
    assert_eq!(asked, 0, "nobody's orders");
}

fn executions(views: &Views, account: AccountId, before: Option<ExecutionId>) -> Vec<Arc<Execution>> {
    let mut seen = Vec::new();
    views.visit_executions_back(account, before, |execution| {
        seen.push(execution);
        ControlFlow::Continue(())
    });
    seen
}

/// Both sides of every trade name each other, and one of them waited.
#[tokio::test]
async fn executions_tell_their_counterparty_and_their_role() {
    let (runtime, _) = at_a_clock().await;
    let engine = runtime.handle();
    engine.submit(quote("99.00", "101.00")).await.unwrap();
    let mut asks = Vec::new();
    for _ in 0..3 {
        asks.push(placed(&engine, limit(MAKER, Side::Sell, "100.00", "1")).await.id);
    }
    // Two of these, a half of the third, and nothing of the house.
    let sweep = placed(&engine, limit(DEMO, Side::Buy, "100.00", "2.5")).await;
    // The house.
    let taken = placed(&engine, limit(DEMO, Side::Sell, "99.00", "0.5")).await;
    let views = engine.views();
    let own = executions(views, DEMO, None);
    let others = executions(views, MAKER, None);
    assert_eq!((own.len(), others.len()), (4, 3));
    for execution in &own {
        assert_eq!(execution.liquidity, Liquidity::Taker);
        let other = others.iter().find(|other| other.trade == execution.trade);
        if execution.order == taken.id {
            assert!(other.is_none(), "the house shows no executions");
            assert_eq!(views.order(execution.counterparty_order), None, "nor its orders");
            continue;
        }
        let other = other.unwrap();
        assert_eq!((execution.order, execution.counterparty_order), (other.counterparty_order, other.order));
        assert_eq!((other.liquidity, other.side), (Liquidity::Maker, execution.side.opposite()));
        let both = |side: &Execution| (side.price, side.quantity, side.notional, side.at, side.instrument);
        assert_eq!(both(execution), both(other));
        assert_eq!(execution.order, sweep.id);
    }
    let met: BTreeSet<OrderId> = others.iter().map(|execution| execution.order).collect();
    assert_eq!(met, asks.iter().copied().collect());
    for order in [sweep.id, taken.id] {
        let filled: Vec<_> =
            views.executions(order).iter().map(|execution| execution.quantity.decimal()).collect();
        let sum: rust_decimal::Decimal = filled.iter().sum();
        assert_eq!(sum, views.order(order).unwrap().filled.decimal());
    }
    // From a number on: that of a fill, of nothing, and of the newest.
    assert_eq!(executions(views, DEMO, Some(own[1].id)), own[2..]);
    assert_eq!(executions(views, DEMO, Some(ExecutionId::new(0))), []);
    assert_eq!(executions(views, DEMO, Some(ExecutionId::new(u64::MAX))), own);
}

#[tokio::test]
async fn depth_and_trades_are_those_of_the_book() {
    let (runtime, clock) = at_a_clock().await;
    let engine = runtime.handle();
    for cents in 0..60_u32 {
        for _ in 0..2 {
            placed(&engine, bid(&format!("10.{cents:02}"))).await;
        }
    }
    let market = engine.views().market(BITCOIN).unwrap();
    assert_eq!((market.bids.len(), market.asks.len()), (50, 0), "the best fifty levels");
    assert_eq!(market.bids[0].price, price("10.59"));
    assert_eq!(market.bids[49].price, price("10.10"));
    assert!(market.bids.iter().all(|level| level.quantity == quantity("2") && level.orders == 2));
    assert_eq!(market.touch(), None);
    assert_eq!(market.last_trade(), None);
    for second in 1..=3 {
        clock.set(instant(second));
        placed(&engine, limit(MAKER, Side::Sell, "10.00", "1.5")).await;
    }
    let market = engine.views().market(BITCOIN).unwrap();
    let trades: Vec<_> =
        market.trades.iter().map(|trade| (trade.price.to_string(), trade.quantity.to_string())).collect();
    let expected = [
        ("10.59", "1"),
        ("10.59", "0.5"),
        ("10.59", "0.5"),
        ("10.58", "1"),
        ("10.58", "1"),
        ("10.57", "0.5"),
    ];
    assert_eq!(trades, expected.map(|(at, size)| (at.to_owned(), size.to_owned())));
    assert!(market.trades.iter().all(|trade| trade.taker_side == Side::Sell));
    assert!(market.trades.iter().is_sorted_by(|one, next| one.trade < next.trade && one.at <= next.at));
    assert_eq!(market.last_trade().unwrap().at, instant(3));
    assert_eq!(market.bids[0].quantity, quantity("1.5"));
    assert!(engine.views().market(order_engine::InstrumentId::new(9)).is_none());
}

const MINUTE: u64 = 60;
const DAY: u64 = 1_440 * MINUTE;

/// The calendar months of 2023 and 2024, UTC.
fn months(at: Timestamp) -> Slot {
    const LENGTHS: [u64; 24] =
        [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut start = Timestamp::from_seconds(1_672_531_200);
    for days in LENGTHS {
        let end = start.plus_seconds(days * DAY);
        if at < end {
            return Slot { start, end };
        }
        start = end;
    }
    Slot { start, end: start.plus_seconds(31 * DAY) }
}

/// Candles of every length that a dialect has, of quotes and of trades, over months with gaps: each number is in the candle
/// of its time, and candles are nothing but what is in them.
#[tokio::test]
async fn candles_of_every_dialects_lengths_hold_what_happened() {
    let (runtime, clock) = at_a_clock().await;
    let engine = runtime.handle();
    let mut tape: Vec<(Timestamp, u32)> = Vec::new();
    let mut now = START;
    // On both sides of a boundary, in one instant, hours and days apart.
    let pauses = [0, 1, 4, 59, 61, 299, 3_599, 1, 7_200, 86_399, 1, 0, 600_000, 5, 1_209_600, 1_800];
    for (cents, pause) in (0_u32..).zip(pauses.iter().cycle().take(96)) {
        now = now.plus_seconds(*pause);
        clock.set(now);
        let at = cents * 7 % 50;
        engine.submit(quote(&format!("99.{at:02}"), &format!("101.{at:02}"))).await.unwrap();
        placed(&engine, limit(DEMO, Side::Buy, &format!("101.{at:02}"), "0.5")).await;
        tape.push((now, at));
    }
    let history = engine.views().candles(BITCOIN).unwrap();
    let minutes = [
        1, 2, 3, 5, 10, 15, 30, 60, 120, 180, 240, 360, 480, 720, 1_440, 2_880, 5_760, 10_080, 20_160, 40_320,
    ];
    let seconds = [5, 10, 15, 30].into_iter().chain(minutes.map(|minutes| minutes * MINUTE));
    let everything = Timestamp::from_nanos(u64::MAX);
    for seconds in seconds {
        let row = CandleRow::dividing(seconds).unwrap();
        let slot = |at| Slot::of_length(seconds, at);
        assert_candles(&history.read(row, Timestamp::EPOCH, everything, slot), &tape, slot, seconds);
    }
    let row = CandleRow::dividing(DAY).unwrap();
    assert_candles(&history.read(row, Timestamp::EPOCH, everything, months), &tape, months, 0);
    // A range takes what begins in it.
    let day = |at| Slot::of_length(DAY, at);
    let all = history.read(row, Timestamp::EPOCH, everything, day);
    let (from, until) = (all[2].slot.start, all[5].slot.start);
    assert_eq!(history.read(row, from, until, day), all[2..5]);
    assert_eq!(history.read(row, from, from, day), []);
    assert_eq!(history.read(row, until, from, day), []);
    let later = Timestamp::from_nanos(from.as_nanos() + 1);
    assert_eq!(history.read(row, later, until, day), all[3..5], "one that has begun is not in it");
}

fn assert_candles(
    candles: &[order_engine::Candle],
    tape: &[(Timestamp, u32)],
    slot: impl Fn(Timestamp) -> Slot,
    seconds: u64,
) {
    let slots: BTreeSet<u64> = tape.iter().map(|(at, _)| slot(*at).start.as_nanos()).collect();
    let shown: Vec<u64> = candles.iter().map(|candle| candle.slot.start.as_nanos()).collect();
    assert_eq!(shown, slots.into_iter().collect::<Vec<_>>(), "gaps have no candles: {seconds}");
    for candle in candles {
        let inside: Vec<u32> =
            tape.iter().filter(|(at, _)| candle.slot.contains(*at)).map(|(_, cents)| *cents).collect();
        let (quotes, trades) = (candle.quotes.unwrap(), candle.trades.unwrap());
        let [first, last] = [inside[0], inside[inside.len() - 1]];
        let [low, high] = [*inside.iter().min().unwrap(), *inside.iter().max().unwrap()];
        for (bar, unit) in [(quotes.bid, 99), (quotes.ask, 101), (trades.price, 101)] {
            let expected = [first, high, low, last].map(|cents| price(&format!("{unit}.{cents:02}")));
            assert_eq!([bar.open, bar.high, bar.low, bar.close], expected, "{seconds}: {:?}", candle.slot);
        }
        assert_eq!((quotes.quotes, trades.trades), (inside.len() as u64, inside.len() as u64));
        let volume = rust_decimal::Decimal::new(5, 1) * rust_decimal::Decimal::from(inside.len());
        assert_eq!(trades.volume.decimal(), volume.normalize());
    }
}
