//! What becomes of a snapshot file that is not as it was written.

use std::fs;
use std::path::Path;

use journal::RealDisk;
use order_engine::{
    AccountId, Annotations, CancelOrder, ClientOrderId, Command, InstrumentId, OrderKind, PlaceOrder, Price,
    Quantity, SetRetention, Side, Size, TimeInForce, Timestamp, UpdateQuote,
};

use super::file::{self, Orders};
use super::{SnapshotError, SnapshotNote};
use crate::batch::{Batch, Origin};
use crate::seed::Seed;
use crate::state::State;
use crate::views::Views;

const ANN: AccountId = AccountId::new(1);
const BITCOIN: InstrumentId = InstrumentId::new(0);
const MARKET: &str = include_str!("../../benches/market.toml");

fn price(text: &str) -> Price {
    Price::new(text.parse().unwrap()).unwrap()
}

fn quantity(text: &str) -> Quantity {
    Quantity::new(text.parse().unwrap()).unwrap()
}

fn order(kind: OrderKind) -> PlaceOrder {
    PlaceOrder::new(ANN, BITCOIN, Side::Buy, kind, Size::Base(quantity("0.5")))
}

/// A state with something in every part of a snapshot, an order that has left it included.
fn state() -> (State, Views) {
    let mut commands = toml::from_str::<Seed>(MARKET).unwrap().commands().unwrap();
    let (bid, ask) = (price("99.00"), price("101.00"));
    let size = quantity("20");
    let quote = UpdateQuote { instrument: BITCOIN, bid, ask, bid_size: size, ask_size: size };
    let limit = OrderKind::Limit { price: price("98.00") };
    let named = PlaceOrder {
        client_order_id: Some(ClientOrderId::new("an order").unwrap()),
        annotations: Annotations::new([("key", "value")]).unwrap(),
        time_in_force: TimeInForce::Day,
        ..order(limit)
    };
    commands.extend([
        Command::UpdateQuote(quote),
        Command::PlaceOrder(order(OrderKind::Market)),
        Command::PlaceOrder(named),
        Command::PlaceOrder(order(OrderKind::Stop { trigger: price("105.00") })),
        Command::PlaceOrder(order(limit)),
    ]);
    let (mut state, views) = (State::default(), Views::default());
    let mut counter = 0;
    let mut replay = |state: &mut State, commands| {
        counter += 1;
        let origin = Origin { node: 1, counter, proposed: Timestamp::from_seconds(1_700_000_000) };
        state.replay(&views, &Batch { origin, commands }, &mut 0)
    };
    replay(&mut state, commands);
    let last = state.engine.orders().last().unwrap().id;
    let cancel = CancelOrder { account: ANN, order: last, client_order_id: None };
    let forget = SetRetention { closed_orders: Some(1) };
    let departed = replay(&mut state, vec![Command::CancelOrder(cancel), Command::SetRetention(forget)]);
    assert_eq!(departed.orders.len(), 1, "the market order leaves");
    state.publish(&views);
    (state, views)
}

fn write(path: &Path) -> SnapshotNote {
    let (state, views) = state();
    file::write(&RealDisk, path, 1, &state, &views).unwrap()
}

fn read(path: &Path) -> Result<[u8; 32], SnapshotError> {
    let loaded = file::read(&RealDisk, path, &Views::default(), Orders::Shown)?;
    Ok(loaded.state.engine.state_hash())
}

#[test]
fn what_was_written_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("small.snapshot");
    let note = write(&path);
    assert_eq!(read(&path).unwrap(), note.state_hash);
    let views = Views::default();
    let withheld = file::read(&RealDisk, &path, &views, Orders::Withheld).unwrap();
    assert_eq!((withheld.note, views.orders_in_memory()), (note, 0));
}

/// Writes a snapshot, damages it at each of its bytes in turn, and looks whether that is seen.
fn assert_refused(damage: impl Fn(&mut Vec<u8>, usize)) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("small.snapshot");
    write(&path);
    let bytes = fs::read(&path).unwrap();
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damage(&mut damaged, at);
        // A file of its own: some file systems write one that is written anew to the disk at once.
        fs::remove_file(&path).unwrap();
        fs::write(&path, damaged).unwrap();
        let refused = read(&path).unwrap_err();
        let is_told = refused.is_damage() || matches!(refused, SnapshotError::Semantics { .. });
        assert!(is_told, "at {at}: {refused:?}");
    }
}

#[test]
fn a_snapshot_that_is_cut_anywhere_is_refused() {
    assert_refused(Vec::truncate);
}

/// Every byte counts, in every part of the file.
#[test]
fn a_snapshot_that_is_changed_anywhere_is_refused() {
    assert_refused(|bytes, at| bytes[at] ^= if at.is_multiple_of(2) { 0x01 } else { 0x80 });
}

#[test]
fn a_snapshot_of_an_earlier_format_is_refused_as_such() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("old.snapshot");
    write(&path);
    let mut bytes = fs::read(&path).unwrap();
    bytes[7] = 1;
    fs::write(&path, bytes).unwrap();
    assert!(matches!(read(&path), Err(SnapshotError::Format { .. })));
}
