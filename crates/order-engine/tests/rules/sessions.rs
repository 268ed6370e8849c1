//! Calendars and the sessions that they open and close.

mod halts;
mod hours;
mod waiting;

use crate::support::*;
use order_engine::SessionKind::{AfterHours, PreMarket, Regular};
use order_engine::{
    CalendarDefinition, CalendarName, Change, Command, DefinitionFault, Engine, Event, HaltInstrument,
    HaltReason, InstrumentDefinition, Order, OrderKind, OrderStatus, PlaceOrder, Reject, ResumeInstrument,
    Session, SessionKind, Side, Size, TimeInForce, Timestamp, TradingDay, WhileClosed,
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
pub(crate) fn world_that(while_closed: WhileClosed) -> World {
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
fn a_session_is_told_when_it_changes_and_no_more() {
    let mut world = world();
    let told = |events: &[Event]| -> Vec<_> {
        let session = |event: &Event| {
            let Change::SessionChanged { instrument: BTC_USD, session } = event.change else { return None };
            Some(session)
        };
        events.iter().filter_map(session).collect()
    };
    let mut sessions = Vec::new();
    for seconds in [99, 100, 150, 200, 400, 500] {
        world.now = after(seconds);
        sessions.extend(told(&world.apply(Command::Tick).due));
    }
    assert_eq!(sessions, [Some(PreMarket), Some(Regular), Some(AfterHours), None]);
    world.at(1_250);
    let longer = world.run(Command::DefineCalendar(calendar(4))).unwrap();
    assert_eq!(told(&longer.events), [], "it is as before");
}

#[test]
fn what_is_due_next_counts_the_sessions() {
    let world = world();
    assert_eq!(world.engine.next_due(), Some(after(100)));
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
