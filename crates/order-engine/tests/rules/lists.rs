//! Instrument lists.

use std::sync::Arc;

use order_engine::{
    AccountId, Capacity, Change, ChangeList, Command, CreateList, DeleteList, InstrumentId, InstrumentList,
    ListChange, ListId, ListItemId, ListName, Outcome, Reject, limits,
};

use crate::support::*;

fn create(account: AccountId, name: &str) -> Command {
    Command::CreateList(CreateList { account, name: ListName::new(name).unwrap() })
}

fn change(list: ListId, change: ListChange) -> Command {
    Command::ChangeList(ChangeList { account: ALICE, list, change })
}

fn list(outcome: &Outcome) -> Arc<InstrumentList> {
    let Change::ListChanged(list) = &outcome.events[0].change else { panic!("no list") };
    Arc::clone(list)
}

#[test]
fn a_list_keeps_its_instruments_in_order_with_the_price_of_the_moment() {
    let mut world = World::new();
    world.run(quote(BTC_USD, "99", "100", "5")).unwrap();
    world.place(market(BOB, order_engine::Side::Buy, order_engine::Size::Base(quantity("1")))).unwrap();
    let made = list(&world.run(create(ALICE, "watched")).unwrap());
    world.run(change(made.id, ListChange::Add(BTC_USD))).unwrap();
    let both = list(&world.run(change(made.id, ListChange::Add(EUR_USD))).unwrap());
    let seen: Vec<_> = both.items.iter().map(|item| (item.instrument, item.price)).collect();
    assert_eq!(seen, [(BTC_USD, Some(price("100.00"))), (EUR_USD, None)]);
    assert_eq!(world.engine.lists(ALICE), [Arc::clone(&both)]);

    world.run(change(made.id, ListChange::Remove(both.items[0].id))).unwrap();
    assert_eq!(world.engine.lists(ALICE)[0].items, both.items[1..]);
    world.run(Command::DeleteList(DeleteList { account: ALICE, list: made.id })).unwrap();
    assert_eq!(world.engine.lists(ALICE), []);
}

#[test]
fn refusals_name_what_is_in_the_way() {
    let mut world = World::new();
    let made = list(&world.run(create(ALICE, "watched")).unwrap());
    let listed = list(&world.run(change(made.id, ListChange::Add(BTC_USD))).unwrap());
    let (nobody, unknown) = (AccountId::new(9), ListId::new(1));
    let bobs = Command::DeleteList(DeleteList { account: BOB, list: made.id });
    let cases = [
        (create(nobody, "watched"), Reject::UnknownAccount(nobody)),
        (create(ALICE, "watched"), Reject::ListNameTaken(made.id)),
        (change(unknown, ListChange::Add(BTC_USD)), Reject::UnknownList(unknown)),
        (bobs, Reject::UnknownList(made.id)),
        (
            change(made.id, ListChange::Add(InstrumentId::new(99))),
            Reject::UnknownInstrument(InstrumentId::new(99)),
        ),
        (change(made.id, ListChange::Add(BTC_USD)), Reject::InstrumentListed(listed.items[0].id)),
        (
            change(made.id, ListChange::Remove(ListItemId::new(1))),
            Reject::UnknownListItem(ListItemId::new(1)),
        ),
    ];
    for (command, reject) in cases {
        let before = world.engine.state_hash();
        assert_eq!(world.run(command).unwrap_err(), reject);
        assert_eq!(world.engine.state_hash(), before);
    }
    world.run(create(BOB, "watched")).unwrap();
}

#[test]
fn an_account_has_so_many_lists_and_no_more() {
    let mut world = World::new();
    for number in 0..limits::MAX_LISTS_PER_ACCOUNT {
        world.run(create(ALICE, &format!("list {number}"))).unwrap();
    }
    let refused = world.run(create(ALICE, "one more")).unwrap_err();
    let limit = limits::MAX_LISTS_PER_ACCOUNT as u64;
    assert_eq!(refused, Reject::CapacityExhausted { what: Capacity::Lists, limit });
}
