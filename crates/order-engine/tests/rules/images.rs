//! Images of the state: what is written is what was there, and what is damaged is refused.

mod crafted;

use order_engine::{
    CancelOrder, Change, ChangeList, Command, CreateList, Engine, Exits, ImageError, InstrumentId,
    ListChange, ListName, Misfit, Offset, OrderKind, Pips, PlaceOrder, ReplaceOrder, Side, Size, TimeInForce,
};

use crate::support::{
    ALICE, BOB, BTC_CALL, BTC_USD, EUR_USD, USD, World, amount, client_id, limit, market, price, quantity,
    quote,
};

fn image(engine: &Engine) -> Vec<u8> {
    let mut image = Vec::new();
    engine.write_image(&mut image).unwrap();
    image
}

/// The state that an engine's image gives, which must be the engine's.
pub(crate) fn restored(engine: &Engine) -> Engine {
    let image = image(engine);
    let restored = Engine::read_image(image.as_slice()).unwrap();
    assert_eq!(self::image(&restored), image, "an image gives another state");
    restored
}

#[test]
fn the_house_may_quote_more_than_a_client_may_order() {
    let mut world = World::new();
    world.run(quote(BTC_USD, "99.99", "100.01", "1000000000")).unwrap();
    restored(&world.engine);
}

/// A state with something of everything.
fn varied() -> World {
    let mut world = World::new();
    for instrument in [BTC_USD, EUR_USD] {
        world.run(quote(instrument, "99.99", "100.01", "20")).unwrap();
    }
    let place =
        |world: &mut World, order: PlaceOrder| world.run(Command::PlaceOrder(order)).unwrap().about.unwrap();
    let changed = place(
        &mut world,
        PlaceOrder { client_order_id: Some(client_id("first")), ..limit(ALICE, Side::Buy, "2", "98.00") },
    );
    world.wait_seconds(1);
    let replace = ReplaceOrder {
        price: Some(price("98.50")),
        client_order_id: Some(client_id("second")),
        ..ReplaceOrder::new(ALICE, changed)
    };
    world.run(Command::ReplaceOrder(replace)).unwrap();
    let canceled = place(&mut world, limit(BOB, Side::Sell, "1", "101.00"));
    world.wait_seconds(1);
    let cancel = CancelOrder { account: BOB, order: canceled, client_order_id: Some(client_id("third")) };
    world.run(Command::CancelOrder(cancel)).unwrap();
    place(&mut world, market(BOB, Side::Buy, Size::Base(quantity("3"))));
    place(&mut world, PlaceOrder { instrument: BTC_CALL, ..limit(ALICE, Side::Buy, "2", "1.50") });
    for (account, name) in [(ALICE, "first"), (ALICE, "second"), (BOB, "first")] {
        let create = CreateList { account, name: ListName::new(name).unwrap() };
        world.run(Command::CreateList(create)).unwrap();
    }
    let list = world.engine.lists(ALICE)[1].id;
    let change = ChangeList { account: ALICE, list, change: ListChange::Add(BTC_USD) };
    world.run(Command::ChangeList(change)).unwrap();
    place(
        &mut world,
        PlaceOrder { instrument: EUR_USD, ..market(ALICE, Side::Sell, Size::Base(quantity("5"))) },
    );
    // Two of the five are bought back, at a loss.
    place(
        &mut world,
        PlaceOrder { instrument: EUR_USD, ..market(ALICE, Side::Buy, Size::Base(quantity("2"))) },
    );
    let until = world.now.plus_seconds(60);
    place(&mut world, PlaceOrder { staged_until: Some(until), ..limit(ALICE, Side::Sell, "1", "100.50") });
    place(
        &mut world,
        PlaceOrder { time_in_force: TimeInForce::Gtd(until), ..limit(ALICE, Side::Sell, "1", "100.40") },
    );
    let stop =
        PlaceOrder { kind: OrderKind::Stop { trigger: price("99.00") }, ..limit(BOB, Side::Sell, "1", "1") };
    place(&mut world, stop);
    place(&mut world, market(BOB, Side::Buy, Size::Quote(amount("50"))));
    let exits = Exits {
        take_profit: Some(price("101.00")),
        stop_loss: Some(price("99.50")),
        trailing: Some(Offset::Pips(Pips::from_tenths(10_050))),
    };
    let watched = market(BOB, Side::Buy, Size::Base(quantity("5")));
    place(&mut world, PlaceOrder { instrument: EUR_USD, exits, ..watched });
    let reducing = limit(BOB, Side::Sell, "3", "101.50");
    place(&mut world, PlaceOrder { instrument: EUR_USD, reduce_only: true, ..reducing });
    world
}

#[test]
fn a_state_comes_back_from_its_image_with_all_that_it_knew() {
    let world = varied();
    let engine = &world.engine;
    let mut restored = restored(engine);
    assert_eq!(restored.state_hash(), engine.state_hash());
    assert_eq!(
        engine.state_hash(),
        *blake3::hash(&image(engine)).as_bytes(),
        "the hash is that of the image"
    );
    assert_eq!(restored.next_due(), engine.next_due());
    assert_eq!(restored.deposited(USD), amount("200000"));
    for instrument in [BTC_USD, EUR_USD] {
        assert_eq!(restored.candles(instrument), engine.candles(instrument));
        assert_ne!(restored.candles(instrument), World::new().engine.candles(instrument));
    }
    for account in [ALICE, BOB] {
        assert_eq!(restored.holdings(account), engine.holdings(account));
    }
    assert_eq!(restored.holdings(ALICE).unwrap().realized, amount("-0.04"));
    for instrument in [BTC_USD, EUR_USD] {
        assert_eq!(restored.depth(instrument, 99), engine.depth(instrument, 99));
    }
    let touched = restored.take_touched();
    assert!(touched.reference && !touched.reset);
    assert_eq!(
        touched.accounts.len(),
        restored.reference().accounts().len(),
        "all of it is news to a publisher"
    );
    assert!(touched.instruments.contains(&InstrumentId::new(3)));
}

#[test]
fn ids_that_were_used_before_the_image_stay_used_after_it() {
    let mut world = varied();
    world.engine = restored(&world.engine);
    for (used, account) in [("first", ALICE), ("second", ALICE), ("third", BOB)] {
        let again =
            PlaceOrder { client_order_id: Some(client_id(used)), ..limit(account, Side::Buy, "9", "98.00") };
        world.run(Command::PlaceOrder(again)).unwrap_err();
    }
}

#[test]
fn what_waits_goes_on_after_the_image() {
    let mut world = varied();
    let mut restored = restored(&world.engine);
    for (bid, ask) in [("99.45", "99.47"), ("101.60", "101.62")] {
        let command = quote(EUR_USD, bid, ask, "20");
        let events = world.run(command.clone()).unwrap().events;
        assert!(events.len() > 1 || bid != "99.45", "the stop loss fires");
        assert_eq!(restored.apply(world.now, &command).result.unwrap().events, events);
    }
    let command = quote(BTC_USD, "98.90", "98.95", "20");
    let events = world.run(command.clone()).unwrap().events;
    assert!(events.iter().any(|event| matches!(event.change, Change::OrderTriggered(_))), "the stop fires");
    assert_eq!(restored.apply(world.now, &command).result.unwrap().events, events);
    assert_eq!(restored.state_hash(), world.engine.state_hash());
}

#[test]
fn an_image_that_is_cut_is_refused() {
    let image = image(&varied().engine);
    for length in 0..image.len() {
        let cut = Engine::read_image(&image[..length]);
        assert!(matches!(cut, Err(ImageError::Io(_))), "{length} bytes: {cut:?}");
    }
}

/// What a damaged byte makes of an image is up to its bytes, but reading it ends, without a panic, and what it gives can
/// be written.
#[test]
fn an_image_with_damaged_bytes_is_another_or_is_refused() {
    let engine = varied().engine;
    let image = image(&engine);
    let mut refused = 0;
    for at in 0..image.len() {
        for flip in [0x01, 0x20, 0x80, 0xff] {
            let mut damaged = image.clone();
            damaged[at] ^= flip;
            match Engine::read_image(damaged.as_slice()) {
                Ok(other) => drop(self::image(&other)),
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > image.len(), "most damage is seen: {refused} of {}", 4 * image.len());
}

#[test]
fn an_image_of_another_format_is_refused() {
    let mut image = image(&Engine::new());
    // Size, array of two, section, array of five, format.
    assert_eq!(image[1..5], [0x82, 0, 0x85, 2]);
    image[4] = 1;
    assert!(matches!(Engine::read_image(image.as_slice()), Err(ImageError::Format { found: 1 })));
}

#[test]
fn records_of_an_image_stand_in_their_order() {
    let image = image(&Engine::new());
    let head = usize::from(image[0] & 0x1f) + 1;
    let twice = [&image[..head], &image].concat();
    let refused = Engine::read_image(twice.as_slice());
    assert!(
        matches!(refused, Err(ImageError::Inconsistent { record: 2, fault: Misfit::Order })),
        "{refused:?}"
    );
}
