//! Short sales: who may make them, what secures them, and what covers them.

use order_engine::{
    AccountId, AccountState, Amount, CancelOrder, ClosePosition, Command, ExitChange, ExitChanges, Exits,
    OrderKind, OrderStatus, PlaceOrder, PriceBound, Reject, ReplaceOrder, ShortSaleFault, Side, Size,
    SucceedOrder, SuccessorSize, TimeInForce, UpdateAccount,
};

use crate::images;
use crate::support::*;

fn buy(account: AccountId, size: &str, at: &str) -> PlaceOrder {
    PlaceOrder { instrument: XYZ_USD, ..limit(account, Side::Buy, size, at) }
}

fn short(account: AccountId, size: &str, at: &str) -> PlaceOrder {
    PlaceOrder { instrument: XYZ_USD, short_sale: true, ..limit(account, Side::Sell, size, at) }
}

/// Free cash, what is held of it, and the collateral of the position.
fn cash(world: &World, account: AccountId) -> [Amount; 3] {
    let holdings = world.engine.holdings(account).unwrap();
    let collateral = holdings.position(XYZ_USD).map_or(Amount::ZERO, |position| position.collateral);
    let balance = holdings.balance(USD);
    [balance.available(), balance.held, collateral]
}

fn amounts<const N: usize>(texts: [&str; N]) -> [Amount; N] {
    texts.map(amount)
}

/// Alice is short of ten at 100: 1,000 and half of it secure them, and the commission was 1.
fn alice_is_short() -> World {
    let mut world = World::new();
    world.place(short(ALICE, "10", "100")).unwrap();
    world.place(buy(BOB, "10", "100")).unwrap();
    assert_eq!(world.total(ALICE, XYZ), amount("-10"));
    world
}

fn cancel(world: &mut World, order: &order_engine::Order) {
    let cancel = CancelOrder { account: order.account, order: order.id, client_order_id: None };
    world.run(Command::CancelOrder(cancel)).unwrap();
}

#[test]
fn a_short_sale_holds_what_its_proceeds_do_not_secure_and_a_fill_makes_both_collateral() {
    let mut world = World::new();
    let order = world.place(short(ALICE, "10", "100")).unwrap();
    assert!(order.short_sale);
    // Half of 1,000, and the commission.
    assert_eq!(order.held.unwrap().amount, amount("501"));
    assert_eq!(cash(&world, ALICE), amounts(["99499", "501", "0"]));
    world.place(buy(BOB, "4", "100")).unwrap();
    assert_eq!(world.order(order.id).held.unwrap().amount, amount("300.6"));
    assert_eq!(cash(&world, ALICE), amounts(["99499", "900.6", "600"]));
    world.place(buy(BOB, "6", "100")).unwrap();
    assert_eq!(cash(&world, ALICE), amounts(["99499", "1500", "1500"]));
    assert_eq!(world.total(ALICE, USD), amount("100999"));
    assert_eq!(world.total(ALICE, XYZ), amount("-10"));
    let lots = world.lots(ALICE, XYZ_USD);
    assert_eq!(lots.iter().map(|lot| lot.side).collect::<Vec<_>>(), [Side::Sell, Side::Sell]);
    // A better price makes more collateral and leaves what is free as it was.
    world.place(buy(BOB, "1", "101")).unwrap();
    let sale = PlaceOrder { kind: OrderKind::Market, ..short(ALICE, "1", "1") };
    world.place(sale).unwrap();
    assert_eq!(cash(&world, ALICE), amounts(["99448.4", "1651.5", "1651.5"]));
    images::restored(&world.engine);
}

#[test]
fn a_buy_claims_its_share_of_the_collateral_and_gives_it_back() {
    let mut world = alice_is_short();
    let cover = world.place(buy(ALICE, "4", "100")).unwrap();
    let held = cover.held.unwrap();
    assert_eq!([held.amount, held.claim], amounts(["600", "600"]));
    assert_eq!(cash(&world, ALICE), amounts(["99499", "1500", "900"]));
    // What is dearer than its share takes the rest from what is free.
    let dear = world.place(buy(ALICE, "1", "200")).unwrap().held.unwrap();
    assert_eq!([dear.amount, dear.claim], amounts(["200.2", "150"]));
    assert_eq!(cash(&world, ALICE), amounts(["99448.8", "1550.2", "750"]));
    images::restored(&world.engine);
    cancel(&mut world, &cover);
    assert_eq!(cash(&world, ALICE), amounts(["99448.8", "1550.2", "1350"]));
}

#[test]
fn covering_pays_out_of_the_collateral_and_frees_the_rest() {
    let mut world = alice_is_short();
    let cover = world.place(buy(ALICE, "4", "90")).unwrap().id;
    let sell = PlaceOrder { instrument: XYZ_USD, ..limit(BOB, Side::Sell, "1", "90") };
    world.place(sell.clone()).unwrap();
    // 150 of collateral for each share, of which 90 and a commission of 0.09 are spent.
    assert_eq!(cash(&world, ALICE), amounts(["99558.91", "1350", "900"]));
    let cover = world.order(cover);
    let held = cover.held.unwrap();
    assert_eq!([held.amount, held.claim], amounts(["450", "450"]));
    let covered = world.engine.holdings(ALICE).unwrap().position(XYZ_USD).unwrap().covered;
    assert_eq!(covered, quantity("3"));
    world.place(PlaceOrder { size: Size::Base(quantity("3")), ..sell.clone() }).unwrap();
    assert_eq!(cash(&world, ALICE), amounts(["99738.64", "900", "900"]));
    let position = world.engine.holdings(ALICE).unwrap().position(XYZ_USD).unwrap().clone();
    assert_eq!((position.side, position.quantity), (Side::Sell, quantity("6")));
    assert_eq!(position.realized, amount("40"));
    world.place(PlaceOrder { size: Size::Base(quantity("6")), ..sell }).unwrap();
    world.place(PlaceOrder { kind: OrderKind::Market, ..buy(ALICE, "6", "1") }).unwrap();
    assert_eq!(world.total(ALICE, XYZ), Amount::ZERO);
    let [free, held, collateral] = cash(&world, ALICE);
    assert_eq!([free, held, collateral], amounts(["100098.1", "0", "0"]));
    images::restored(&world.engine);
    // It may own again.
    world.place(buy(ALICE, "1", "90")).unwrap();
}

#[test]
fn an_account_can_cover_with_nothing_but_its_collateral() {
    let mut world = alice_is_short();
    let [free, ..] = cash(&world, ALICE);
    world.run(deposit(ALICE, USD, &free.negated().to_string())).unwrap();
    let refused = world.place(buy(ALICE, "10", "150")).unwrap_err();
    let (needed, available) = (amount("1501.5"), amount("1500"));
    assert_eq!(refused, Reject::InsufficientFunds { asset: USD, needed, available });
    assert_eq!(world.place(short(ALICE, "1", "100")).unwrap_err(), {
        let (needed, available) = (amount("50.1"), Amount::ZERO);
        Reject::InsufficientFunds { asset: USD, needed, available }
    });
    world.run(quote(XYZ_USD, "139.99", "140", "50")).unwrap();
    let cover = world.place(PlaceOrder { kind: OrderKind::Market, ..buy(ALICE, "10", "1") }).unwrap();
    assert_eq!(cover.status, OrderStatus::Filled);
    assert_eq!(cash(&world, ALICE), amounts(["98.6", "0", "0"]));
}

#[test]
fn an_amount_covers_as_much_as_it_comes_to_even_where_the_book_has_less() {
    let mut world = alice_is_short();
    let sell = PlaceOrder { instrument: XYZ_USD, ..limit(BOB, Side::Sell, "10", "100") };
    world.place(sell).unwrap();
    let cover = |text: &str| {
        let size = Size::Quote(amount(text));
        PlaceOrder { kind: OrderKind::Market, size, ..buy(ALICE, "1", "1") }
    };
    // The book has ten, and the amount would buy more.
    let refused = world.place(cover("2000")).unwrap_err();
    let (ordered, working, short) = (quantity("20"), quantity("0"), quantity("10"));
    assert_eq!(refused, Reject::ExceedsShort { ordered, working, short });
    world.place(cover("1000")).unwrap();
    assert_eq!(world.total(ALICE, XYZ), Amount::ZERO);
    assert_eq!(cash(&world, ALICE), amounts(["99998", "0", "0"]));
}

#[test]
fn no_order_crosses_from_long_to_short_or_back() {
    let mut world = World::new();
    let bought = world.place(buy(BOB, "3", "90")).unwrap();
    let against = world.place(short(BOB, "1", "100")).unwrap_err();
    assert_eq!(against, Reject::ShortSaleAgainstBuys { working: quantity("3") });
    world.run(quote(XYZ_USD, "89", "90", "1")).unwrap();
    cancel(&mut world, &bought);
    let while_long = world.place(short(BOB, "1", "100")).unwrap_err();
    assert_eq!(while_long, Reject::ShortSaleWhileLong { asset: XYZ, owned: amount("1") });
    // Shares that were withdrawn count while their lots are open.
    world.run(deposit(BOB, XYZ, "-1")).unwrap();
    assert_eq!(world.place(short(BOB, "1", "100")).unwrap_err(), while_long);

    let sale = world.place(short(ALICE, "5", "100")).unwrap();
    let exceeds = |ordered: &str, working: &str, short: &str| Reject::ExceedsShort {
        ordered: quantity(ordered),
        working: quantity(working),
        short: quantity(short),
    };
    assert_eq!(world.place(buy(ALICE, "1", "80")).unwrap_err(), exceeds("1", "0", "0"));
    world.place(buy(BOB, "2", "100")).unwrap();
    world.place(buy(ALICE, "1", "80")).unwrap();
    assert_eq!(world.place(buy(ALICE, "2", "80")).unwrap_err(), exceeds("2", "1", "2"));
    // What sells what is owned sells nothing that is not.
    let plain = PlaceOrder { short_sale: false, ..short(ALICE, "1", "100") };
    assert!(matches!(world.place(plain).unwrap_err(), Reject::InsufficientFunds { asset: XYZ, .. }));
    cancel(&mut world, &sale);
    images::restored(&world.engine);
}

#[test]
fn who_may_not_sell_short_is_told_why() {
    let mut world = World::new();
    let forbidden = |fault| Reject::ShortSaleForbidden(fault);
    let sale = short(ALICE, "1", "100");
    let bought = PlaceOrder { short_sale: true, ..buy(ALICE, "1", "100") };
    assert_eq!(world.place(bought).unwrap_err(), forbidden(ShortSaleFault::Buy));
    for instrument in [BTC_USD, EUR_USD, BTC_CALL] {
        let refused = world.place(PlaceOrder { instrument, ..sale.clone() }).unwrap_err();
        assert_eq!(refused, forbidden(ShortSaleFault::Instrument));
    }
    world.place(sale.clone()).unwrap();
    world.place(buy(BOB, "1", "100")).unwrap();
    world.place(buy(ALICE, "1", "50")).unwrap();
    let close = UpdateAccount { state: Some(AccountState::Closed), ..UpdateAccount::new(ALICE) };
    let in_use = Reject::AccountInUse { orders: 1, positions: 1 };
    assert_eq!(world.run(Command::UpdateAccount(close)).unwrap_err(), in_use);
    let update = UpdateAccount { may_sell_short: Some(false), ..UpdateAccount::new(ALICE) };
    world.run(Command::UpdateAccount(update)).unwrap();
    assert_eq!(world.place(sale).unwrap_err(), forbidden(ShortSaleFault::Account));
    // What is short stays, and can be covered.
    world.run(quote(XYZ_USD, "99", "100", "1")).unwrap();
    let close = ClosePosition {
        account: ALICE,
        instrument: XYZ_USD,
        price_bound: PriceBound::default(),
        client_order_id: None,
        annotations: order_engine::Annotations::default(),
    };
    // An open order covers all that there is.
    let refused = world.run(Command::ClosePosition(close.clone())).unwrap_err();
    assert!(matches!(refused, Reject::ExceedsShort { .. }));
    let cancel = order_engine::CancelOrders {
        account: ALICE,
        instruments: None,
        side: None,
        classes: None,
        staged: false,
        short_sale: None,
    };
    world.run(Command::CancelOrders(cancel)).unwrap();
    world.run(Command::ClosePosition(close)).unwrap();
    assert_eq!(world.total(ALICE, XYZ), Amount::ZERO);
}

#[test]
fn new_terms_hold_and_claim_anew() {
    let mut world = alice_is_short();
    let sale = world.place(short(ALICE, "2", "110")).unwrap();
    let cover = world.place(buy(ALICE, "4", "100")).unwrap();
    let replace = |order: &order_engine::Order, size: &str, at: &str| {
        Command::ReplaceOrder(ReplaceOrder {
            price: Some(price(at)),
            quantity: Some(quantity(size)),
            ..ReplaceOrder::new(ALICE, order.id)
        })
    };
    world.run(replace(&sale, "4", "105")).unwrap();
    assert_eq!(world.order(sale.id).held.unwrap().amount, amount("210.42"));
    world.run(replace(&cover, "10", "95")).unwrap();
    let held = world.order(cover.id).held.unwrap();
    assert_eq!([held.amount, held.claim], amounts(["1500", "1500"]));
    let refused = world.run(replace(&cover, "11", "95")).unwrap_err();
    assert!(matches!(refused, Reject::ExceedsShort { .. }));
    let succeed = |order, price_text: &str| {
        Command::SucceedOrder(SucceedOrder {
            account: ALICE,
            order,
            client_order_id: None,
            price: Some(price(price_text)),
            size: SuccessorSize::Leaves,
            time_in_force: None,
            post_only: None,
            annotations: None,
        })
    };
    let outcome = world.run(succeed(cover.id, "96")).unwrap();
    assert_eq!(outcome.order().cloned().unwrap().held, Some(held));
    let outcome = world.run(succeed(sale.id, "106")).unwrap();
    let successor = outcome.order().cloned().unwrap();
    assert!(successor.short_sale);
    assert_eq!(successor.held.unwrap().amount, amount("212.42"));
    images::restored(&world.engine);
}

#[test]
fn staged_and_waiting_short_sales_are_decided_anew() {
    let mut world = World::new();
    let staged = PlaceOrder { staged_until: Some(START.plus_seconds(60)), ..short(ALICE, "1", "100") };
    let staged = world.place(staged).unwrap();
    world.run(quote(XYZ_USD, "99", "100", "5")).unwrap();
    let stop = PlaceOrder { kind: OrderKind::Stop { trigger: price("90") }, ..short(ALICE, "2", "100") };
    let stop = world.place(stop).unwrap();
    assert_eq!(stop.held.unwrap().amount, amount("90.18"));
    world.run(deposit(ALICE, XYZ, "1")).unwrap();
    let release = order_engine::ReleaseOrder { account: ALICE, order: staged.id };
    world.run(Command::ReleaseOrder(release)).unwrap();
    let owned = Reject::ShortSaleWhileLong { asset: XYZ, owned: amount("1") };
    assert_eq!(world.order(staged.id).refusal(), Some(&owned));
    world.run(quote(XYZ_USD, "89", "90", "5")).unwrap();
    assert_eq!(world.order(stop.id).status, OrderStatus::Canceled);
    assert_eq!(world.order(stop.id).refusal(), Some(&owned));
    assert_eq!(cash(&world, ALICE), amounts(["100000", "0", "0"]));
    world.run(deposit(ALICE, XYZ, "-1")).unwrap();
    world
        .place(PlaceOrder { kind: OrderKind::Stop { trigger: price("88") }, ..short(ALICE, "2", "100") })
        .unwrap();
    world.run(quote(XYZ_USD, "87", "88", "5")).unwrap();
    assert_eq!(world.total(ALICE, XYZ), amount("-2"));
}

#[test]
fn exits_of_a_short_lot_cover_it() {
    let mut world = World::new();
    world.run(quote(XYZ_USD, "100", "101", "50")).unwrap();
    let exits = Exits { stop_loss: Some(price("110")), ..Exits::NONE };
    let sale = PlaceOrder { kind: OrderKind::Market, exits, ..short(ALICE, "5", "1") };
    world.place(sale).unwrap();
    let lot = world.lots(ALICE, XYZ_USD)[0];
    let changes = ExitChanges { take_profit: ExitChange::Set(price("90")), ..ExitChanges::KEEP };
    let change = order_engine::ChangeLotExits { account: ALICE, lot: lot.id, changes };
    world.run(Command::ChangeLotExits(change)).unwrap();
    // Two are covered by an open order, so that the exit covers three.
    world.place(buy(ALICE, "2", "80")).unwrap();
    world.run(quote(XYZ_USD, "109", "110", "50")).unwrap();
    assert_eq!(world.total(ALICE, XYZ), amount("-2"));
    let lot = world.lots(ALICE, XYZ_USD)[0];
    assert!(lot.exits.is_none(), "an exit fires once");
}

#[test]
fn what_may_only_reduce_covers_and_never_opens() {
    let mut world = alice_is_short();
    let sale = PlaceOrder { reduce_only: true, ..short(ALICE, "1", "100") };
    // It is larger than what it could reduce, which is nothing.
    assert!(matches!(world.place(sale).unwrap_err(), Reject::QuantityAbovePosition { .. }));
    let cover = PlaceOrder { reduce_only: true, ..buy(ALICE, "10", "90") };
    world.place(cover.clone()).unwrap();
    assert!(matches!(world.place(cover).unwrap_err(), Reject::ExceedsShort { .. }));
    world.run(quote(XYZ_USD, "88", "89", "50")).unwrap();
    assert_eq!(world.total(ALICE, XYZ), Amount::ZERO);
    assert_eq!(cash(&world, ALICE)[1], Amount::ZERO);
}

#[test]
fn an_account_that_trades_with_itself_stays_as_short_as_it_was() {
    let mut world = alice_is_short();
    world.place(short(ALICE, "10", "100")).unwrap();
    world.place(PlaceOrder { kind: OrderKind::Market, ..buy(ALICE, "10", "1") }).unwrap();
    assert_eq!(world.total(ALICE, XYZ), amount("-10"));
    // Two commissions of 1 went; what the covered ten were secured with beyond their price is free.
    assert_eq!(cash(&world, ALICE), amounts(["99497", "1500", "1500"]));
    world.place(PlaceOrder { time_in_force: TimeInForce::Day, ..buy(ALICE, "10", "100") }).unwrap();
    world.place(short(ALICE, "4", "100")).unwrap();
    assert_eq!(world.total(ALICE, XYZ), amount("-10"));
    images::restored(&world.engine);
}

#[test]
fn an_account_goes_on_selling_short_when_one_of_its_sales_is_canceled() {
    let mut world = World::new();
    let first = world.place(short(ALICE, "2", "100")).unwrap();
    let second = world.place(short(ALICE, "3", "100")).unwrap();
    cancel(&mut world, &first);
    let exceeds = |ordered| Reject::ExceedsShort {
        ordered: quantity(ordered),
        working: quantity("0"),
        short: quantity("0"),
    };
    assert_eq!(world.place(buy(ALICE, "1", "90")).unwrap_err(), exceeds("1"));
    cancel(&mut world, &second);
    world.place(buy(ALICE, "1", "90")).unwrap();
}
