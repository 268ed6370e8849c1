//! Calendars, sessions, orders that wait for them, and halts.

use crate::support::*;
use order_engine::SessionKind::{AfterHours, PreMarket, Regular};
use order_engine::{
    CalendarDefinition, CalendarName, CancelOrder, Change, Combination, Command, DefinitionFault, Engine,
    HaltInstrument, HaltReason, InstrumentDefinition, MarketRefusal, Order, OrderKind, OrderStatus,
    PlaceOrder, Queue, Reject, ReleaseOrder, ReplaceOrder, ResumeInstrument, Session, SessionKind, Side,
    Size, StatusReason, SucceedOrder, SuccessorSize, TimeInForce, Timestamp, TradingDay, WhileClosed,
};

/// An instant so many seconds after the start.
fn after(seconds: u64) -> Timestamp {
    START.plus_seconds(seconds)
}

/// From the start on: 100 to 200 before, 200 to 400 regular, 400 to 500 after, and so on every thousand seconds.
pub(crate) fn calendar(days: u64) -> CalendarDefinition {
    let session = |kind, opens, closes| Session { kind, opens: after(opens), closes: after(closes) };
    let day = |number: u64| TradingDay {
        date: u32::try_from(number).unwrap(),
        sessions: vec![
            session(SessionKind::PreMarket, number * 1_000 + 100, number * 1_000 + 200),
            session(SessionKind::Regular, number * 1_000 + 200, number * 1_000 + 400),
            session(SessionKind::AfterHours, number * 1_000 + 400, number * 1_000 + 500),
        ],
    };
    CalendarDefinition { name: CalendarName::new("short").unwrap(), days: (0..days).map(day).collect() }
}

/// The usual world, where BTC-USD has sessions. The house quotes 99 to 101.
fn world_that(while_closed: WhileClosed) -> World {
    let mut world = World::empty();
    world.run(Command::DefineCalendar(calendar(3))).unwrap();
    for command in definitions() {
        world.run(with_sessions(command, while_closed)).unwrap();
    }
    world.fund();
    world.run(quote(BTC_USD, "99", "101", "5")).unwrap();
    world
}

fn with_sessions(command: Command, while_closed: WhileClosed) -> Command {
    let Command::DefineInstrument(definition) = command else { return command };
    if definition.symbol.as_str() != "BTC-USD" {
        return Command::DefineInstrument(definition);
    }
    let calendar = Some(CalendarName::new("short").unwrap());
    Command::DefineInstrument(InstrumentDefinition { calendar, while_closed, ..definition })
}

fn world() -> World {
    world_that(WhileClosed::Queue)
}

fn buy(at: &str) -> PlaceOrder {
    limit(ALICE, Side::Buy, "1", at)
}

fn extended(order: PlaceOrder) -> PlaceOrder {
    PlaceOrder { extended_hours: Some(true), ..order }
}

fn lasting(time_in_force: TimeInForce, order: PlaceOrder) -> PlaceOrder {
    PlaceOrder { time_in_force, ..order }
}

fn market_buy() -> PlaceOrder {
    market(ALICE, Side::Buy, Size::Base(quantity("1")))
}

fn halt() -> Command {
    Command::HaltInstrument(HaltInstrument { instrument: BTC_USD, reason: HaltReason::new("news").unwrap() })
}

const RESUME: Command = Command::ResumeInstrument(ResumeInstrument { instrument: BTC_USD });

impl World {
    fn at(&mut self, seconds: u64) {
        self.now = after(seconds);
        self.run(Command::Tick).unwrap();
    }

    fn session(&self) -> Option<SessionKind> {
        self.engine.market_state(BTC_USD).unwrap().session
    }

    fn status(&self, order: &Order) -> OrderStatus {
        self.order(order.id).status
    }
}

#[test]
fn sessions_open_and_close_by_the_calendar() {
    let mut world = world();
    let mut seen = Vec::new();
    for seconds in [0, 99, 100, 200, 399, 400, 500, 1_100, 2_500, 9_000] {
        world.at(seconds);
        let state = world.engine.market_state(BTC_USD).unwrap();
        seen.push((seconds, state.session, state.next_change));
    }
    let expected = [
        (0, None, Some(100)),
        (99, None, Some(100)),
        (100, Some(PreMarket), Some(200)),
        (200, Some(Regular), Some(400)),
        (399, Some(Regular), Some(400)),
        (400, Some(AfterHours), Some(500)),
        (500, None, Some(1_100)),
        (1_100, Some(PreMarket), Some(1_200)),
        (2_500, None, None),
        (9_000, None, None),
    ];
    assert_eq!(seen, expected.map(|(at, session, next)| (at, session, next.map(after))));
    assert_eq!(world.engine.session(BTC_USD, after(450)).unwrap().kind, AfterHours);
    assert_eq!(world.engine.session(ADA_USD, after(450)), None);
    assert!(world.engine.market_state(ADA_USD).unwrap().is_trading());
}

#[test]
fn what_is_due_next_counts_the_sessions() {
    let world = world();
    assert_eq!(world.engine.next_due(), Some(after(100)));
}

#[test]
fn an_order_that_comes_while_closed_waits_for_the_regular_session() {
    let mut world = world();
    let order = world.place(market_buy()).unwrap();
    assert_eq!(order.status, OrderStatus::PendingNew);
    assert_eq!(order.queue, Some(Queue::Waiting { releases_at: Some(after(200)) }));
    assert!(order.is_queued() && !order.is_staged());
    world.at(199);
    assert_eq!(world.status(&order), OrderStatus::PendingNew);
    world.at(200);
    let live = world.order(order.id);
    assert_eq!((live.status, live.queue), (OrderStatus::Filled, Some(Queue::Released { at: after(200) })));
    assert_eq!(live.average_price().unwrap().to_string(), "101");
}

#[test]
fn an_order_for_extended_hours_waits_for_the_next_session_of_any_kind() {
    let mut world = world();
    let plain = world.place(buy("102")).unwrap();
    let early = world.place(extended(buy("102"))).unwrap();
    assert_eq!(early.releases_at(), Some(after(100)));
    world.at(150);
    assert_eq!((world.status(&plain), world.status(&early)), (OrderStatus::PendingNew, OrderStatus::Filled));
    world.at(450);
    let plain = world.place(buy("102")).unwrap();
    let late = world.place(extended(buy("102"))).unwrap();
    assert_eq!((plain.releases_at(), late.status), (Some(after(1_200)), OrderStatus::Filled));
}

#[test]
fn what_waits_holds_nothing_and_can_be_canceled() {
    let mut world = world();
    let order = world.place(buy("100")).unwrap();
    assert_eq!(world.held(ALICE, USD), amount("0"));
    let cancel = CancelOrder { account: ALICE, order: order.id, client_order_id: None };
    world.run(Command::CancelOrder(cancel)).unwrap();
    world.at(300);
    assert_eq!(world.status(&order), OrderStatus::Canceled);
    let replayed = crate::images::restored(&world.engine);
    assert_eq!(replayed.next_due(), world.engine.next_due());
}

#[test]
fn what_can_no_longer_be_afforded_is_rejected_at_its_release() {
    let mut world = world();
    let first = world.place(limit(ALICE, Side::Buy, "10", "9000")).unwrap();
    let second = world.place(limit(ALICE, Side::Buy, "2", "9000")).unwrap();
    let third = world.place(limit(ALICE, Side::Buy, "100", "9000"));
    assert!(
        matches!(third, Err(Reject::InsufficientFunds { .. })),
        "what is known of its price counts at once"
    );
    world.run(quote(BTC_USD, "9990", "10010", "5")).unwrap();
    world.at(200);
    assert_eq!(world.status(&first), OrderStatus::New);
    assert_eq!(world.status(&second), OrderStatus::Rejected);
    let reason = &world.order(second.id).reason;
    assert!(matches!(reason, Some(StatusReason::Refused(Reject::InsufficientFunds { .. }))), "{reason:?}");
}

#[test]
fn orders_are_released_by_time_and_then_by_number() {
    let mut world = world();
    let late = PlaceOrder { release_at: Some(after(250)), ..limit(ALICE, Side::Buy, "4", "101") };
    let late = world.place(late).unwrap();
    let first = world.place(limit(ALICE, Side::Buy, "3", "101")).unwrap();
    let at_open = PlaceOrder { release_at: Some(after(200)), ..limit(BOB, Side::Buy, "3", "101") };
    let second = world.place(at_open).unwrap();
    world.at(260);
    let filled = |order: &Order| world.order(order.id).filled.to_string();
    assert_eq!((filled(&first), filled(&second), filled(&late)), ("3".into(), "2".into(), "0".into()));
}

#[test]
fn a_release_can_be_asked_for_where_there_are_no_sessions() {
    let mut world = World::new();
    world.run(quote(BTC_USD, "99", "101", "5")).unwrap();
    let order =
        PlaceOrder { release_at: Some(after(10)), client_order_id: Some(client_id("a")), ..market_buy() };
    let queued = world.place(order.clone()).unwrap();
    assert_eq!((queued.status, queued.releases_at()), (OrderStatus::PendingNew, Some(after(10))));
    assert_eq!(world.place(order.clone()), Err(Reject::AlreadyExists { order: queued.id }));
    let another = PlaceOrder { release_at: None, ..order.clone() };
    assert!(matches!(world.place(another), Err(Reject::ExistsWithDifferent { .. })));
    let past = PlaceOrder { release_at: Some(START), client_order_id: None, ..order.clone() };
    assert_eq!(world.place(past), Err(Reject::ReleaseInPast { release_at: START, now: START }));
    let dead = lasting(TimeInForce::Gtd(after(10)), PlaceOrder { client_order_id: None, ..order });
    assert_eq!(world.place(dead), Err(Reject::ExpiryInPast { expiry: after(10), now: after(10) }));
    world.at(10);
    assert_eq!(world.status(&queued), OrderStatus::Filled);
}

#[test]
fn a_staged_order_waits_for_both_its_caller_and_its_session() {
    let mut world = world();
    let staged = PlaceOrder { staged_until: Some(after(50)), ..market_buy() };
    let staged = world.place(staged).unwrap();
    assert!(staged.is_staged() && !staged.is_queued());
    let release = Command::ReleaseOrder(ReleaseOrder { account: ALICE, order: staged.id });
    let queued = world.run(release.clone()).unwrap().order.unwrap();
    assert_eq!((queued.status, queued.releases_at()), (OrderStatus::PendingNew, Some(after(200))));
    assert!(queued.is_queued() && !queued.is_staged());
    assert_eq!(world.run(release), Err(Reject::OrderNotStaged(staged.id)));
    world.at(200);
    assert_eq!(world.status(&staged), OrderStatus::Filled);
}

#[test]
fn an_instrument_can_refuse_orders_while_it_is_closed() {
    let mut world = world_that(WhileClosed::Refuse);
    let closed = Reject::MarketClosed { instrument: BTC_USD, opens_at: Some(after(200)) };
    assert_eq!(world.place(market_buy()), Err(closed.clone()));
    assert_eq!(
        world.place(extended(market_buy())),
        Err(Reject::MarketClosed { instrument: BTC_USD, opens_at: Some(after(100)) })
    );
    let recorded = PlaceOrder { market_refusal: MarketRefusal::Record, ..market_buy() };
    let recorded = world.place(recorded).unwrap();
    assert_eq!(
        (recorded.status, &recorded.reason),
        (OrderStatus::Rejected, &Some(StatusReason::Refused(closed)))
    );
    let scheduled = PlaceOrder { release_at: Some(after(150)), ..buy("100") };
    let scheduled = world.place(scheduled).unwrap();
    world.at(150);
    assert_eq!(world.status(&scheduled), OrderStatus::Rejected);
    world.at(250);
    assert_eq!(world.place(market_buy()).unwrap().status, OrderStatus::Filled);
    world.run(halt()).unwrap();
    assert_eq!(world.place(market_buy()), Err(Reject::TradingHalted(BTC_USD)));
}

#[test]
fn what_is_wrong_with_an_order_is_said_before_that_the_market_is_closed() {
    let mut world = world_that(WhileClosed::Refuse);
    let none = market(ALICE, Side::Buy, Size::Base(quantity("0")));
    assert_eq!(world.place(none), Err(Reject::SizeNotPositive));
    let off_tick = PlaceOrder { kind: OrderKind::Stop { trigger: price("100.001") }, ..market_buy() };
    assert!(matches!(world.place(off_tick), Err(Reject::PriceTooPrecise { .. })));
    let poor = limit(ALICE, Side::Buy, "100", "9000");
    assert!(matches!(world.place(poor), Err(Reject::MarketClosed { .. })));
}

#[test]
fn a_calendar_that_is_over_lets_nothing_wait() {
    let mut world = world();
    world.at(2_600);
    let closed = Err(Reject::MarketClosed { instrument: BTC_USD, opens_at: None });
    for order in
        [market_buy(), lasting(TimeInForce::Day, buy("100")), lasting(TimeInForce::AtOpen, buy("100"))]
    {
        assert_eq!(world.place(order), closed);
    }
    world.run(Command::DefineCalendar(calendar(4))).unwrap();
    assert_eq!(world.place(market_buy()).unwrap().releases_at(), Some(after(3_200)));
    world.at(3_200);
    assert_eq!(world.session(), Some(SessionKind::Regular));
}

#[test]
fn a_calendar_grows_and_does_not_change() {
    let mut world = world();
    let wrong = |definition| Err(Reject::InvalidDefinition(definition));
    assert_eq!(world.run(Command::DefineCalendar(calendar(2))).map(drop), wrong(DefinitionFault::Days));
    let mut moved = calendar(4);
    moved.days[1].sessions[1].closes = after(1_390);
    assert_eq!(world.run(Command::DefineCalendar(moved)).map(drop), wrong(DefinitionFault::Days));
    let unknown = InstrumentDefinition {
        calendar: Some(CalendarName::new("unknown").unwrap()),
        symbol: order_engine::Symbol::new("NEW").unwrap(),
        ..world.engine.reference().instrument(BTC_USD).unwrap().definition.clone()
    };
    assert_eq!(world.run(Command::DefineInstrument(unknown)).map(drop), wrong(DefinitionFault::Calendar));
    world.run(Command::DefineCalendar(calendar(5))).unwrap();
    assert_eq!(world.engine.reference().calendars()[0].definition, calendar(5));
}

#[test]
fn a_session_that_is_added_while_it_runs_opens_at_once() {
    let mut world = world();
    world.at(3_250);
    let before = world.session();
    world.run(Command::DefineCalendar(calendar(4))).unwrap();
    assert_eq!((before, world.session()), (None, Some(SessionKind::Regular)));
    assert_eq!(world.place(market_buy()).unwrap().status, OrderStatus::Filled);
    assert_eq!(world.engine.next_due(), Some(after(3_400)));
}

#[test]
fn a_day_order_lives_for_one_trading_day() {
    for (placed, extended_hours, ends) in [
        (0, false, 400),
        (0, true, 500),
        (150, false, 400),
        (300, false, 400),
        (300, true, 500),
        (450, false, 1_400),
    ] {
        let mut world = world();
        world.at(placed);
        let order = lasting(TimeInForce::Day, buy("50"));
        let order = PlaceOrder { extended_hours: Some(extended_hours), ..order };
        let order = world.place(order).unwrap();
        assert_eq!(order.expires_at, Some(after(ends)), "placed at {placed}");
        world.at(ends - 1);
        assert!(!world.status(&order).is_closed());
        world.at(ends);
        assert_eq!(world.status(&order), OrderStatus::Expired);
    }
}

#[test]
fn orders_for_the_open_take_part_in_it_alone() {
    let mut world = world();
    let whole = world.place(lasting(TimeInForce::AtOpen, buy("101"))).unwrap();
    let part = world.place(lasting(TimeInForce::AtOpen, limit(ALICE, Side::Buy, "9", "101"))).unwrap();
    let none = world.place(lasting(TimeInForce::AtOpen, buy("100"))).unwrap();
    let sell = PlaceOrder {
        time_in_force: TimeInForce::AtOpen,
        ..market(BOB, Side::Sell, Size::Base(quantity("1")))
    };
    let sell = world.place(sell).unwrap();
    world.at(150);
    assert_eq!(world.status(&whole), OrderStatus::PendingNew);
    world.at(200);
    let outcome = |order: &Order| (world.status(order), world.order(order.id).filled.to_string());
    assert_eq!(outcome(&whole), (OrderStatus::Filled, "1".into()));
    assert_eq!(outcome(&part), (OrderStatus::Canceled, "4".into()));
    assert_eq!(outcome(&none), (OrderStatus::Canceled, "0".into()));
    assert_eq!(outcome(&sell), (OrderStatus::Filled, "1".into()));
    let tomorrow = world.place(lasting(TimeInForce::AtOpen, buy("101"))).unwrap();
    assert_eq!(tomorrow.releases_at(), Some(after(1_200)));
}

#[test]
fn orders_for_the_close_take_part_in_it_before_the_day_ends() {
    let mut world = world();
    world.at(300);
    let day = world.place(lasting(TimeInForce::Day, limit(BOB, Side::Sell, "1", "100"))).unwrap();
    let close = world.place(lasting(TimeInForce::AtClose, limit(ALICE, Side::Buy, "3", "100"))).unwrap();
    assert_eq!((close.releases_at(), close.expires_at), (Some(after(400)), Some(after(400))));
    world.at(399);
    assert_eq!(world.status(&close), OrderStatus::PendingNew);
    world.at(400);
    assert_eq!(world.status(&day), OrderStatus::Filled);
    assert_eq!((world.status(&close), world.order(close.id).filled), (OrderStatus::Canceled, quantity("1")));
    let tomorrow = world.place(lasting(TimeInForce::AtClose, market_buy())).unwrap();
    assert_eq!(tomorrow.releases_at(), Some(after(1_400)));
}

#[test]
fn orders_for_an_auction_are_market_or_limit_orders_of_a_market_with_sessions() {
    let mut world = world();
    let refused = |combination| Err(Reject::Combination(combination));
    let stop = PlaceOrder { kind: OrderKind::Stop { trigger: price("105") }, ..market_buy() };
    assert_eq!(world.place(lasting(TimeInForce::AtOpen, stop)), refused(Combination::AuctionKind));
    let scheduled = PlaceOrder { release_at: Some(after(10)), ..market_buy() };
    assert_eq!(
        world.place(lasting(TimeInForce::AtClose, scheduled)),
        refused(Combination::AuctionWithRelease)
    );
    let elsewhere = PlaceOrder { instrument: ADA_USD, ..market_buy() };
    assert_eq!(
        world.place(lasting(TimeInForce::AtOpen, elsewhere)),
        refused(Combination::AuctionWithoutSessions)
    );
}

#[test]
fn nothing_trades_or_fires_while_the_market_is_closed() {
    let mut world = world();
    world.at(450);
    let resting = world.place(extended(buy("98"))).unwrap();
    world.at(500);
    let stop =
        PlaceOrder { kind: OrderKind::Stop { trigger: price("105") }, ..limit(BOB, Side::Buy, "1", "1") };
    let stop = world.place(stop).unwrap();
    let outcome = world.run(quote(BTC_USD, "106", "107", "5")).unwrap();
    assert_eq!(outcome.events.len(), 1, "a quote is known and no more");
    world.run(quote(BTC_USD, "96", "97", "5")).unwrap();
    assert_eq!(world.status(&resting), OrderStatus::New);
    assert_eq!(world.engine.quote(BTC_USD).unwrap().ask, price("97"));
    assert_eq!(world.engine.depth(BTC_USD, 9).asks, []);
    world.at(1_100);
    assert_eq!(world.status(&resting), OrderStatus::Filled, "the house comes back with its last quote");
    assert_eq!(world.status(&stop), OrderStatus::PendingNew);
}

#[test]
fn regular_orders_stand_aside_in_extended_sessions_and_come_back() {
    let mut world = world();
    world.at(300);
    let gtc = world.place(limit(BOB, Side::Sell, "1", "101")).unwrap();
    let bid = world.place(limit(BOB, Side::Buy, "1", "99.50")).unwrap();
    let stop = PlaceOrder { kind: OrderKind::Stop { trigger: price("102") }, ..market_buy() };
    let stop = world.place(stop).unwrap();
    let after_hours =
        PlaceOrder { kind: OrderKind::Stop { trigger: price("102") }, ..extended(market_buy()) };
    let after_hours = world.place(after_hours).unwrap();
    world.at(410);
    assert_eq!(world.engine.depth(BTC_USD, 9).bids.len(), 1, "only the house is left");
    assert_eq!(world.held(BOB, BTC), amount("1"), "what stands aside keeps its hold");
    world.run(quote(BTC_USD, "101", "103", "5")).unwrap();
    assert_eq!((world.status(&gtc), world.status(&stop)), (OrderStatus::New, OrderStatus::New));
    assert_eq!(world.status(&after_hours), OrderStatus::Filled);
    let cancel = CancelOrder { account: BOB, order: bid.id, client_order_id: None };
    world.run(Command::CancelOrder(cancel)).unwrap();
    world.at(1_150);
    assert_eq!(world.status(&gtc), OrderStatus::New);
    world.at(1_200);
    assert_eq!((world.status(&gtc), world.status(&stop)), (OrderStatus::Filled, OrderStatus::Filled));
    assert_eq!(world.held(BOB, BTC), amount("0"));
}

#[test]
fn an_order_that_comes_back_may_still_not_take_liquidity_that_it_refused() {
    let mut world = world();
    world.at(300);
    let order = PlaceOrder { post_only: true, ..buy("100") };
    let order = world.place(order).unwrap();
    world.at(450);
    world.run(quote(BTC_USD, "97", "98", "5")).unwrap();
    world.at(1_200);
    let order = world.order(order.id);
    assert_eq!(order.status, OrderStatus::Canceled);
    assert_eq!(order.reason, Some(StatusReason::Refused(Reject::WouldTakeLiquidity { best: price("98") })));
    assert_eq!(world.held(ALICE, USD), amount("0"));
}

#[test]
fn a_remainder_that_comes_back_holds_what_its_limit_needs() {
    let mut world = world();
    world.at(300);
    let kind = OrderKind::MarketToLimit { rest_at: price("110") };
    let order = world.place(PlaceOrder { kind, ..limit(ALICE, Side::Buy, "9", "1") }).unwrap();
    assert_eq!((order.filled, world.held(ALICE, USD)), (quantity("5"), amount("440")));
    world.at(450);
    world.run(quote(BTC_USD, "99", "101", "1")).unwrap();
    world.at(1_200);
    assert_eq!((world.order(order.id).leaves, world.held(ALICE, USD)), (quantity("3"), amount("330")));
}

#[test]
fn orders_can_be_changed_while_the_market_is_closed() {
    let mut world = world();
    world.at(450);
    let order = world.place(extended(buy("98"))).unwrap();
    let queued = world.place(buy("98")).unwrap();
    world.at(600);
    let change = |order: &Order, to: &str| {
        Command::ReplaceOrder(ReplaceOrder { price: Some(price(to)), ..ReplaceOrder::new(ALICE, order.id) })
    };
    assert_eq!(world.run(change(&queued, "97")), Err(Reject::OrderStaged(queued.id)));
    world.run(change(&order, "102")).unwrap();
    assert_eq!((world.status(&order), world.held(ALICE, USD)), (OrderStatus::New, amount("102")));
    assert_eq!(world.engine.depth(BTC_USD, 9).bids, [], "it comes to the book when that opens");
    let successor = Command::SucceedOrder(SucceedOrder {
        account: ALICE,
        order: order.id,
        client_order_id: None,
        price: Some(price("101")),
        size: SuccessorSize::Leaves,
        time_in_force: None,
        post_only: None,
        annotations: None,
    });
    let successor = world.run(successor).unwrap().order.unwrap();
    assert_eq!((world.status(&order), successor.releases_at()), (OrderStatus::Replaced, Some(after(1_100))));
    world.at(1_100);
    assert_eq!(world.status(&successor), OrderStatus::Filled);
}

#[test]
fn a_halt_suspends_what_works_and_the_end_of_it_lets_it_go_on() {
    let mut world = world();
    world.at(300);
    let resting = world.place(limit(ALICE, Side::Buy, "2", "100")).unwrap();
    world.place(limit(BOB, Side::Sell, "1", "100")).unwrap();
    let stop = PlaceOrder { kind: OrderKind::Stop { trigger: price("103") }, ..market_buy() };
    let stop = world.place(stop).unwrap();
    let changes: Vec<_> = world.run(halt()).unwrap().events;
    assert!(matches!(&changes[0].change, Change::TradingHalted { reason, .. } if reason.as_str() == "news"));
    let suspended = |order: &Order| (world.status(order), world.order(order.id).held.is_some());
    assert_eq!(suspended(&resting), (OrderStatus::Suspended, true));
    assert_eq!(suspended(&stop), (OrderStatus::Suspended, true));
    assert_eq!(world.run(halt()), Err(Reject::TradingHalted(BTC_USD)));
    let waiting = world.place(limit(BOB, Side::Sell, "1", "100")).unwrap();
    assert_eq!(
        (waiting.status, waiting.queue),
        (OrderStatus::PendingNew, Some(Queue::Waiting { releases_at: None }))
    );
    world.run(quote(BTC_USD, "103", "104", "5")).unwrap();
    assert_eq!(world.status(&stop), OrderStatus::Suspended);
    let restored = crate::images::restored(&world.engine);
    assert_eq!(restored.market_state(BTC_USD), world.engine.market_state(BTC_USD));
    world.run(RESUME).unwrap();
    assert_eq!(world.status(&resting), OrderStatus::PartiallyFilled);
    assert_eq!(world.status(&stop), OrderStatus::Filled);
    let sold = world.order(waiting.id);
    assert_eq!(sold.average_price().unwrap().to_string(), "103", "the house came first");
    assert_eq!(world.run(RESUME), Err(Reject::TradingNotHalted(BTC_USD)));
}

#[test]
fn a_book_that_was_crossed_during_a_halt_is_uncrossed_when_it_ends() {
    let mut world = world();
    world.at(300);
    let older = world.place(limit(ALICE, Side::Buy, "2", "100")).unwrap();
    let better = world.place(limit(BOB, Side::Buy, "2", "100.50")).unwrap();
    world.run(halt()).unwrap();
    world.run(quote(BTC_USD, "97", "98", "3")).unwrap();
    let events = world.run(RESUME).unwrap().events;
    let fills: Vec<_> = events.iter().filter_map(|event| event.change.execution()).collect();
    let told: Vec<_> = fills.iter().map(|fill| (fill.order, fill.price, fill.quantity)).collect();
    assert_eq!(told, [(better.id, price("100.50"), quantity("2")), (older.id, price("100"), quantity("1")),]);
}

#[test]
fn orders_can_be_canceled_and_end_during_a_halt_but_not_changed() {
    let mut world = world();
    world.at(300);
    let order = world.place(buy("98")).unwrap();
    let day = world.place(lasting(TimeInForce::Day, buy("98"))).unwrap();
    let close = world.place(lasting(TimeInForce::AtClose, buy("98"))).unwrap();
    world.run(halt()).unwrap();
    let replace = ReplaceOrder { price: Some(price("97")), ..ReplaceOrder::new(ALICE, order.id) };
    assert_eq!(world.run(Command::ReplaceOrder(replace)), Err(Reject::TradingHalted(BTC_USD)));
    let cancel = CancelOrder { account: ALICE, order: order.id, client_order_id: None };
    world.run(Command::CancelOrder(cancel)).unwrap();
    world.at(400);
    assert_eq!((world.status(&day), world.status(&close)), (OrderStatus::Expired, OrderStatus::Expired));
    assert_eq!(world.held(ALICE, USD), amount("0"));
}

#[test]
fn a_halt_outlasts_sessions() {
    let mut world = world();
    world.at(300);
    let regular = world.place(buy("98")).unwrap();
    world.run(halt()).unwrap();
    let queued = world.place(buy("102")).unwrap();
    world.at(1_150);
    let state = world.engine.market_state(BTC_USD).unwrap();
    assert_eq!((state.session, state.is_trading()), (Some(SessionKind::PreMarket), false));
    world.run(RESUME).unwrap();
    assert_eq!(
        (world.status(&regular), world.order(queued.id).releases_at()),
        (OrderStatus::New, Some(after(1_200)))
    );
    world.at(1_200);
    assert_eq!(world.status(&queued), OrderStatus::Filled);
    assert_eq!(world.engine.depth(BTC_USD, 9).bids[1].price, price("98"));
}

#[test]
fn a_release_that_comes_during_a_halt_waits_for_its_end() {
    let mut world = world();
    world.at(300);
    let order = PlaceOrder { release_at: Some(after(320)), ..market_buy() };
    let order = world.place(order).unwrap();
    world.run(halt()).unwrap();
    world.at(330);
    assert_eq!(world.order(order.id).queue, Some(Queue::Waiting { releases_at: None }));
    world.run(RESUME).unwrap();
    assert_eq!(world.status(&order), OrderStatus::Filled);
}

#[test]
fn a_state_outside_of_its_sessions_comes_back_from_its_image() {
    let mut world = world();
    world.at(300);
    world.place(buy("98")).unwrap();
    let stop = PlaceOrder { kind: OrderKind::Stop { trigger: price("103") }, ..market_buy() };
    world.place(stop).unwrap();
    world.at(450);
    world.place(buy("97")).unwrap();
    world.place(lasting(TimeInForce::AtClose, buy("97"))).unwrap();
    let mut restored = crate::images::restored(&world.engine);
    assert_eq!(restored.next_due(), world.engine.next_due());
    let drive = |engine: &mut Engine| {
        let events: Vec<_> = [500, 1_100, 1_200, 1_400]
            .map(|seconds| engine.apply(after(seconds), &quote(BTC_USD, "102", "104", "5")))
            .into();
        (events, engine.state_hash())
    };
    assert_eq!(drive(&mut restored), drive(&mut world.engine));
}
