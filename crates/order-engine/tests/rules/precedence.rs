//! Of several reasons to refuse an order the first of the taxonomy's list is the answer: every two faults that an order can
//! have at once are put into one.

use order_engine::{
    AccountState, Amount, Command, Exits, HaltInstrument, HaltReason, OrderKind, PlaceOrder, PriceBound,
    Reject, SelfMatch, Setting, Side, Size, TimeInForce, UpdateAccount, WhileClosed,
};

use crate::sessions::world_that;
use crate::support::*;

/// A fault: which part of the order or of its world has it, so that two of them fit into one order, how it comes about,
/// and the answer to it alone.
struct Fault {
    answer: &'static str,
    /// What of, where the reason has a place beside that in the list.
    of: Option<&'static str>,
    parts: &'static [&'static str],
    make: Make,
}

type Make = fn(&mut World, &mut PlaceOrder);

const fn fault(answer: &'static str, parts: &'static [&'static str], make: Make) -> Fault {
    Fault { answer, of: None, parts, make }
}

const fn second(answer: &'static str, of: &'static str, parts: &'static [&'static str], make: Make) -> Fault {
    Fault { answer, of: Some(of), parts, make }
}

fn set(world: &mut World, update: UpdateAccount) {
    world.run(Command::UpdateAccount(update)).unwrap();
}

/// In the order in which they are answered.
const FAULTS: &[Fault] = &[
    fault("UnknownAccount", &["account"], |_, order| order.account = order_engine::AccountId::new(99)),
    fault("AccountNotOpen", &["account"], |world, order| {
        order.account = BOB;
        set(world, UpdateAccount { state: Some(AccountState::Suspended), ..UpdateAccount::new(BOB) });
    }),
    fault("UnknownInstrument", &["instrument"], |_, order| {
        order.instrument = order_engine::InstrumentId::new(99);
    }),
    fault("ExistsWithDifferent", &["client id"], |world, order| {
        order.client_order_id = Some(client_id("used"));
        let other = PlaceOrder {
            account: order.account,
            client_order_id: Some(client_id("used")),
            ..limit(ALICE, Side::Buy, "1", "7")
        };
        drop(world.place(other));
    }),
    second("ExpiryInPast", "of a staging", &["staging"], |_, order| order.staged_until = Some(START)),
    fault("ReleaseInPast", &["release"], |_, order| order.release_at = Some(START)),
    fault("Combination", &["post only", "time in force"], |_, order| {
        (order.post_only, order.time_in_force) = (true, TimeInForce::Ioc);
    }),
    fault("SizeNotPositive", &["size"], |_, order| order.size = Size::Quote(Amount::ZERO)),
    fault("SizeNotPositive", &["size"], |_, order| order.size = Size::Base(quantity("0"))),
    fault("QuantityTooPrecise", &["size"], |_, order| order.size = Size::Base(quantity("1.0001"))),
    fault("PriceTooPrecise", &["price"], |_, order| order.kind = OrderKind::Limit { price: price("98.001") }),
    fault("QuantityTooLarge", &["size"], |_, order| order.size = Size::Base(quantity("101"))),
    fault("NotionalTooSmall", &["size"], |_, order| order.size = Size::Base(quantity("0.001"))),
    second("BeyondBound", "of its own limit", &["bound", "price"], |_, order| {
        order.kind = OrderKind::Limit { price: price("102") };
        order.price_bound = PriceBound { lower: None, upper: Some(price("90")) };
    }),
    fault("ExpiryInPast", &["time in force"], |_, order| order.time_in_force = TimeInForce::Gtd(START)),
    fault("TradingHalted", &["market"], |world, _| {
        let reason = HaltReason::new("news").unwrap();
        world.run(Command::HaltInstrument(HaltInstrument { instrument: BTC_USD, reason })).unwrap();
    }),
    fault("MarketClosed", &["market", "release"], |world, _| world.wait_seconds(300)),
    fault("TakeProfitOnWrongSide", &["exits"], |_, order| {
        order.exits = Exits { take_profit: Some(price("50")), ..Exits::NONE };
    }),
    fault("StopLossOnWrongSide", &["exits"], |_, order| {
        order.exits = Exits { stop_loss: Some(price("15000")), ..Exits::NONE };
    }),
    fault("BeyondBound", &["bound", "price", "size"], |_, order| {
        order.kind = OrderKind::Market;
        order.price_bound = PriceBound { lower: None, upper: Some(price("50")) };
    }),
    fault("QuantityAbovePosition", &["reduces", "exits"], |_, order| order.reduce_only = true),
    fault("ShortSaleForbidden", &["short"], |_, order| order.short_sale = true),
    fault("InsufficientFunds", &["price", "size"], |_, order| {
        order.kind = OrderKind::Limit { price: price("9000") };
        order.size = Size::Base(quantity("90"));
    }),
    fault("NotFillable", &["price", "size", "time in force"], |_, order| {
        order.kind = OrderKind::Limit { price: price("101") };
        order.size = Size::Base(quantity("50"));
        order.time_in_force = TimeInForce::Fok;
    }),
    fault("WouldTakeLiquidity", &["price", "post only"], |_, order| {
        order.kind = OrderKind::Limit { price: price("102") };
        order.post_only = true;
    }),
    fault("SelfMatch", &["price"], |_, order| {
        order.kind = OrderKind::Limit { price: price("100") };
        order.self_match = SelfMatch::Refuse;
    }),
    fault("NotionalTooLarge", &["greatest value"], |world, _| {
        let most = Setting::Set(amount("0.05"));
        set(world, UpdateAccount { max_order_notional: most, ..UpdateAccount::new(ALICE) });
    }),
];

/// What is answered to an order with faults, in a market that trades and refuses what comes while it does not.
fn answer(faults: &[&Fault]) -> Option<String> {
    let mut world = world_that(WhileClosed::Refuse);
    world.wait_seconds(250);
    world.run(Command::Tick).unwrap();
    world.place(limit(ALICE, Side::Sell, "1", "100")).unwrap();
    let mut order = limit(ALICE, Side::Buy, "1", "98");
    for fault in faults {
        (fault.make)(&mut world, &mut order);
    }
    world.run(Command::Tick).unwrap();
    let foretold = world.engine.check(world.now, &Command::PlaceOrder(order.clone()));
    let answered = world.place(order).map(drop);
    assert_eq!(foretold, answered);
    answered.err().map(|reject| name(&reject))
}

fn name(reject: &Reject) -> String {
    let text = format!("{reject:?}");
    text.split(|character: char| !character.is_alphanumeric()).next().unwrap().to_owned()
}

#[test]
fn the_first_of_two_reasons_is_the_answer() {
    let mut wrong = Vec::new();
    for (place, first) in FAULTS.iter().enumerate() {
        let alone = answer(&[first]);
        if alone.as_deref() != Some(first.answer) {
            wrong.push(format!("{} alone: {alone:?}", first.answer));
        }
        for second in &FAULTS[place + 1..] {
            if first.parts.iter().any(|part| second.parts.contains(part)) {
                continue;
            }
            // In whichever order they come about.
            let both = answer(&[first, second]);
            if both.as_deref() != Some(first.answer) {
                wrong.push(format!("{} with {}: {both:?}", first.answer, second.answer));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_list_and_the_page_have_this_order() {
    let listed = FAULTS.iter().filter(|fault| fault.of.is_none());
    let source = include_str!("../../src/reject.rs");
    let place = |answer: &str| {
        ["(", ",", " {"].into_iter().find_map(|end| source.find(&format!("\n    {answer}{end}"))).unwrap()
    };
    assert!(listed.map(|fault| place(fault.answer)).is_sorted(), "reject.rs has another order");
    let mut told: Vec<String> = Vec::new();
    for fault in FAULTS {
        let of = fault.of.map_or_else(String::new, |of| format!(" {of}"));
        told.push(format!("`{}`{of}", fault.answer));
    }
    told.dedup();
    let told = told.join(", ");
    let page = include_str!("../../../../docs/orders.md").replace('\n', " ");
    assert!(page.contains(&told), "docs/orders.md should have:\n{told}");
}
