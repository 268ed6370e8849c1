//! What anyone reads of numbers, instants, instruments and orders.

use std::collections::BTreeSet;
use std::sync::Arc;

use order_engine::{
    Annotations, CancelOrder, ClientOrderId, Command, DepthLevel, Event, Order, OrderId, Pips, PlaceOrder,
    ReplaceOrder, Side, Timestamp, Versions,
};
use rust_decimal::Decimal;

use crate::images;
use crate::support::*;

#[test]
fn an_instant_is_read_in_four_units() {
    let instant = Timestamp::from_nanos(1_700_000_000_123_456_789);
    assert_eq!(instant.as_nanos(), 1_700_000_000_123_456_789);
    assert_eq!(instant.as_micros(), 1_700_000_000_123_456);
    assert_eq!(instant.as_millis(), 1_700_000_000_123);
    assert_eq!(instant.as_seconds(), 1_700_000_000);
    assert_eq!(instant.to_string(), "1700000000.123456789");
    assert_eq!(Timestamp::from_millis(1_700_000_000_123).to_string(), "1700000000.123000000");
    assert_eq!(Timestamp::from_seconds(7), Timestamp::from_nanos(7_000_000_000));
    assert_eq!(Timestamp::from_millis(u64::MAX), Timestamp::from_nanos(u64::MAX));
}

#[test]
fn pips_are_tenths_and_distances() {
    let pips = |text: &str| Pips::from_decimal(text.parse::<Decimal>().unwrap());
    let offset = pips("50.50").unwrap();
    assert_eq!((offset.tenths(), offset.decimal().to_string()), (505, "50.5".to_owned()));
    assert_eq!(offset.distance(price("0.0001")), Some("0.00505".parse().unwrap()));
    assert_eq!(pips("3").unwrap().distance(price("0.01")).unwrap().to_string(), "0.03");
    assert_eq!(pips("0.1").map(Pips::tenths), Some(1));
    for refused in ["0.05", "-1", "429496729.6"] {
        assert_eq!(pips(refused), None, "{refused}");
    }
    assert_eq!(pips("429496729.5").map(Pips::tenths), Some(u32::MAX));
}

#[test]
fn an_instrument_says_how_its_numbers_are_written() {
    let world = World::new();
    let shown = world.engine.reference().instruments().iter();
    let scales: Vec<_> = shown.map(|it| (it.price_scale(), it.quantity_scale())).collect();
    assert_eq!(scales, [(2, 3), (4, 2), (5, 0), (3, 0), (2, 0), (2, 0)]);
}

#[test]
fn depth_has_as_many_levels_as_are_asked_for_and_there() {
    let mut world = World::new();
    for at in ["98", "97", "97", "96"] {
        world.place(limit(ALICE, Side::Buy, "0.5", at)).unwrap();
    }
    world.place(limit(BOB, Side::Sell, "2", "101")).unwrap();
    let depth = |levels| {
        let depth = world.engine.depth(BTC_USD, levels);
        let shown = |side: &[DepthLevel]| {
            side.iter().map(|level| format!("{} {} {}", level.price, level.quantity, level.orders)).collect()
        };
        (shown(&depth.bids), shown(&depth.asks))
    };
    let lines = |lines: &[&str]| lines.iter().map(ToString::to_string).collect::<Vec<_>>();
    let bids = lines(&["98.00 0.5 1", "97.00 1 2", "96.00 0.5 1"]);
    assert_eq!(depth(0), (lines(&[]), lines(&[])));
    assert_eq!(depth(1), (bids[..1].to_vec(), lines(&["101.00 2 1"])));
    assert_eq!(depth(2), (bids[..2].to_vec(), lines(&["101.00 2 1"])));
    assert_eq!(depth(usize::MAX), (bids, lines(&["101.00 2 1"])));
    let nothing = world.engine.depth(order_engine::InstrumentId::new(99), 9);
    assert!(nothing.bids.is_empty() && nothing.asks.is_empty());
}

#[test]
fn events_are_numbered_from_one() {
    let mut world = World::empty();
    assert_eq!(world.engine.last_event(), None);
    let made = world.run(definitions().remove(0)).unwrap();
    assert_eq!(made.events[0].id.get(), 1);
    assert_eq!(world.engine.last_event(), Some(made.events[0].id));
}

#[test]
fn an_order_is_its_versions_kept_apart_and_put_together_again() {
    let mut world = World::new();
    let id = world.place(limit(ALICE, Side::Buy, "0.5", "30000")).unwrap().id;
    world.place(limit(BOB, Side::Sell, "0.2", "30000")).unwrap();
    world.place(limit(BOB, Side::Sell, "0.3", "30000")).unwrap();
    let order = world.order(id);
    let newest_first: Vec<_> = order.versions().map(|version| version.version).collect();
    assert_eq!(newest_first, [3, 2, 1]);
    let mut versions: Vec<Order> = order.versions().map(Arc::unwrap_or_clone).collect();
    versions.reverse();
    let again = Order::of_versions(versions).unwrap();
    assert_eq!(
        again.versions().map(|version| version.filled).collect::<Vec<_>>(),
        [quantity("0.5"), quantity("0.2"), quantity("0"),]
    );
    assert_eq!(Order::of_versions([]), None);
}

/// The versions of orders that somebody keeps.
struct Kept(Vec<Arc<Order>>);

impl Versions for Kept {
    fn version(&mut self, order: OrderId, version: u32) -> Option<Arc<Order>> {
        self.0.iter().find(|kept| (kept.id, kept.version) == (order, version)).map(Arc::clone)
    }
}

#[test]
fn a_kept_event_names_the_version_of_its_order_and_has_its_execution_whole() {
    let mut world = World::new();
    let id = world.place(limit(ALICE, Side::Buy, "0.5", "30000")).unwrap().id;
    let sold = world.run(Command::PlaceOrder(limit(BOB, Side::Sell, "0.2", "30000"))).unwrap();
    let filled = sold.events.iter().find(|event| event.account == ALICE).unwrap();
    let mut kept = Kept(world.order(id).versions().collect());
    let bytes = minicbor::to_vec_with(filled, &mut kept).unwrap();
    let again: Event = minicbor::decode_with(&bytes, &mut kept).unwrap();
    assert_eq!(again, *filled);
    // The newest version is the one it tells of.
    kept.0.remove(0);
    assert!(minicbor::to_vec_with(filled, &mut kept).is_err());
    assert!(minicbor::decode_with::<_, Event>(&bytes, &mut kept).is_err());
}

#[test]
fn versions_that_were_kept_apart_keep_what_only_one_of_them_has() {
    let mut world = World::new();
    let id = world.place(limit(ALICE, Side::Buy, "0.5", "30000")).unwrap().id;
    world.place(limit(BOB, Side::Sell, "0.2", "30000")).unwrap();
    world.place(limit(BOB, Side::Sell, "0.2", "30000")).unwrap();
    let mut versions: Vec<Order> = world.order(id).versions().map(Arc::unwrap_or_clone).collect();
    versions.reverse();
    versions[1].annotations = Annotations::new([("a.key", "value")]).unwrap();
    versions[1].request_id = Some(client_id("request"));
    versions[2].client_order_id = Some(client_id("order"));
    let again = Order::of_versions(versions.clone()).unwrap();
    for (shown, kept) in again.versions().zip(versions.iter().rev()) {
        assert_eq!(shown.annotations, kept.annotations);
        assert_eq!(shown.request_id, kept.request_id);
        assert_eq!(shown.client_order_id, kept.client_order_id);
    }
}

/// What an order is called by, now and before, whichever way its versions are kept.
#[test]
fn an_order_knows_every_id_that_it_was_called_by() {
    let mut world = World::new();
    let placed =
        PlaceOrder { client_order_id: Some(client_id("a")), ..limit(ALICE, Side::Buy, "0.5", "30000") };
    let id = world.place(placed).unwrap().id;
    let replace = |name: Option<&str>, at: &str, size: Option<&str>| {
        Command::ReplaceOrder(ReplaceOrder {
            price: Some(price(at)),
            quantity: size.map(quantity),
            client_order_id: name.map(client_id),
            ..ReplaceOrder::new(ALICE, id)
        })
    };
    world.run(replace(Some("b"), "30001", None)).unwrap();
    world.run(replace(Some("c"), "30002", Some("0.6"))).unwrap();
    world.run(replace(None, "30003", None)).unwrap();
    world.run(replace(Some("d"), "30004", None)).unwrap();
    let replaced = world.run(replace(Some("e"), "30005", Some("0.7"))).unwrap().order().cloned().unwrap();
    assert_eq!(replaced.replaces, 5);
    world.place(limit(BOB, Side::Sell, "0.2", "30000")).unwrap();
    let cancel = CancelOrder { account: ALICE, order: id, client_order_id: Some(client_id("f")) };
    world.run(Command::CancelOrder(cancel)).unwrap();
    for engine in [&world.engine, &images::restored(&world.engine)] {
        let order = engine.order(id).unwrap();
        let all: BTreeSet<&str> = order.all_client_ids().map(ClientOrderId::as_str).collect();
        assert_eq!(all, BTreeSet::from(["a", "b", "c", "d", "e", "f"]));
        let new = |version: Arc<Order>| -> BTreeSet<String> {
            version.new_client_ids().map(|id| id.as_str().to_owned()).collect()
        };
        let new: Vec<Vec<String>> = order.versions().map(|it| new(it).into_iter().collect()).collect();
        assert_eq!(new, [&["f"][..], &[], &["e"], &["d"], &[], &["c"], &["b"], &["a"]], "the newest first");
    }
}
