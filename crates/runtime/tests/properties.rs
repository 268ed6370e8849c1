//! Whatever is submitted, the views say what the engine says.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;

use common::{BITCOIN, DEMO, MAKER, START, client_id, ids, price, quantity};
use order_engine::{
    AccountId, CancelOrder, CancelOrders, Command, Engine, Event, Execution, Liquidity, OrderId, OrderKind,
    OrderStatus, PlaceOrder, ReplaceOrder, Side, Size, TimeInForce, TradeId, UpdateQuote,
};
use proptest::prelude::*;
use runtime::{Clock, ManualClock, Options, Runtime, Views};
use rust_decimal::Decimal;

/// A command whose order, when it names one, is the n-th that there is.
#[derive(Debug, Clone)]
enum Step {
    Place(Box<PlaceOrder>),
    Quote { bid: u16, spread: u16 },
    Cancel { account: AccountId, nth: prop::sample::Index, client: Option<u8> },
    Replace { account: AccountId, nth: prop::sample::Index, cents: u16, client: Option<u8> },
    CancelAll { account: AccountId },
    Advance { seconds: u16 },
    Reset,
}

fn account() -> impl Strategy<Value = AccountId> {
    prop_oneof![Just(DEMO), Just(MAKER)]
}

fn cents(cents: u16) -> String {
    Decimal::new(i64::from(cents), 2).to_string()
}

fn order() -> impl Strategy<Value = PlaceOrder> {
    let kind = prop_oneof![
        1 => Just(OrderKind::Market),
        4 => (9_500_u16..10_500).prop_map(|at| OrderKind::Limit { price: price(&cents(at)) }),
    ];
    let life = prop_oneof![
        4 => Just(TimeInForce::Gtc),
        1 => Just(TimeInForce::Ioc),
        1 => Just(TimeInForce::Day),
        1 => (1_u64..5_000).prop_map(|seconds| TimeInForce::Gtd(START.plus_seconds(seconds))),
    ];
    let side = prop_oneof![Just(Side::Buy), Just(Side::Sell)];
    let client = prop::option::of(any::<u8>());
    (account(), side, kind, life, 1_u16..2_000, client).prop_map(
        |(account, side, kind, life, size, client)| {
            let size = Size::Base(quantity(&cents(size)));
            PlaceOrder {
                time_in_force: life,
                client_order_id: client.map(|number| client_id(&number.to_string())),
                ..PlaceOrder::new(account, BITCOIN, side, kind, size)
            }
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    let nth = any::<prop::sample::Index>;
    prop_oneof![
        60 => order().prop_map(|order| Step::Place(Box::new(order))),
        10 => (9_500_u16..10_400, 1_u16..100).prop_map(|(bid, spread)| Step::Quote { bid, spread }),
        10 => (account(), nth(), prop::option::of(any::<u8>()))
            .prop_map(|(account, nth, client)| Step::Cancel { account, nth, client }),
        10 => (account(), nth(), 9_500_u16..10_500, prop::option::of(any::<u8>()))
            .prop_map(|(account, nth, cents, client)| Step::Replace { account, nth, cents, client }),
        2 => account().prop_map(|account| Step::CancelAll { account }),
        10 => (1_u16..2_000).prop_map(|seconds| Step::Advance { seconds }),
        1 => Just(Step::Reset),
    ]
}

fn command(step: &Step, known: &[OrderId]) -> Vec<Command> {
    let pick = |nth: &prop::sample::Index| {
        known.get(nth.index(known.len().max(1))).copied().unwrap_or(OrderId::new(1))
    };
    match step {
        Step::Place(order) => vec![Command::PlaceOrder(PlaceOrder::clone(order))],
        Step::Quote { bid, spread } => vec![Command::UpdateQuote(UpdateQuote {
            instrument: BITCOIN,
            bid: price(&cents(*bid)),
            ask: price(&cents(bid + spread)),
            bid_size: quantity("5"),
            ask_size: quantity("5"),
        })],
        Step::Cancel { account, nth, client } => vec![Command::CancelOrder(CancelOrder {
            account: *account,
            order: pick(nth),
            client_order_id: client.map(|number| client_id(&number.to_string())),
        })],
        Step::Replace { account, nth, cents: at, client } => vec![Command::ReplaceOrder(ReplaceOrder {
            price: Some(price(&cents(*at))),
            client_order_id: client.map(|number| client_id(&number.to_string())),
            ..ReplaceOrder::new(*account, pick(nth))
        })],
        Step::CancelAll { account } => vec![Command::CancelOrders(CancelOrders {
            account: *account,
            instruments: None,
            side: None,
            classes: None,
            staged: false,
            short_sale: None,
        })],
        Step::Advance { .. } => vec![Command::Tick],
        Step::Reset => [vec![Command::Reset], common::seed()].concat(),
    }
}

/// An engine beside the runtime, and what its events add up to.
#[derive(Default)]
struct Model {
    engine: Engine,
    orders: Vec<OrderId>,
    executions: Vec<Arc<Execution>>,
}

impl Model {
    fn apply(&mut self, clock: &ManualClock, command: &Command) {
        let applied = self.engine.apply(clock.now(), command);
        self.note(&applied.due);
        if let Ok(outcome) = &applied.result {
            if *command == Command::Reset {
                (self.orders, self.executions) = (Vec::new(), Vec::new());
            }
            self.note(&outcome.events);
        }
    }

    fn note(&mut self, events: &[Event]) {
        for event in events {
            if let Some(order) = event.change.order()
                && !self.orders.contains(&order.id)
            {
                self.orders.push(order.id);
            }
            self.executions.extend(event.change.execution().cloned());
        }
    }

    fn assert_shown_by(&self, views: &Views) {
        for account in [DEMO, MAKER] {
            let expected: Vec<_> = self
                .orders
                .iter()
                .filter_map(|id| self.engine.order(*id))
                .filter(|o| o.account == account)
                .collect();
            let shown = views.orders(account);
            assert_eq!(shown.iter().collect::<Vec<_>>(), expected);
            let open: Vec<_> = shown.iter().filter(|order| !order.status.is_closed()).cloned().collect();
            assert_eq!(ids(&views.open_orders(account)), ids(&open));
            for order in &shown {
                self.assert_order_shown(views, order.id);
            }
            let of_account = self.executions.iter().filter(|execution| execution.account == account);
            assert_eq!(
                views.account_executions(account).iter().collect::<Vec<_>>(),
                of_account.collect::<Vec<_>>()
            );
            assert_eq!(views.holdings(account).as_deref(), self.engine.holdings(account).as_ref());
        }
        self.assert_market_shown(views);
    }

    fn assert_order_shown(&self, views: &Views, id: OrderId) {
        let order = views.order(id).unwrap();
        let executions = views.executions(id);
        let expected = self.executions.iter().filter(|execution| execution.order == id);
        assert_eq!(executions.iter().collect::<Vec<_>>(), expected.collect::<Vec<_>>());
        let filled: Decimal = executions.iter().map(|execution| execution.quantity.decimal()).sum();
        assert_eq!(order.filled.decimal(), filled);
        for version in order.versions() {
            for name in [&version.client_order_id, &version.request_id].into_iter().flatten() {
                assert_eq!(views.order_by_client_id(order.account, name).unwrap().id, id);
            }
        }
        assert!(order.status != OrderStatus::Filled || !executions.is_empty());
    }

    fn assert_market_shown(&self, views: &Views) {
        let market = views.market(BITCOIN).unwrap();
        assert_eq!(market.quote, self.engine.quote(BITCOIN));
        let depth = self.engine.depth(BITCOIN, 50);
        for (shown, expected) in [(&market.bids, &depth.bids), (&market.asks, &depth.asks)] {
            assert_eq!(shown.len(), expected.len());
            for (shown, expected) in shown.iter().zip(expected) {
                assert_eq!(
                    (shown.price, shown.quantity, shown.orders),
                    (expected.price, expected.quantity, expected.orders)
                );
            }
        }
        let mut matches: BTreeMap<TradeId, (Side, bool)> = BTreeMap::new();
        for execution in &self.executions {
            let is_taker = execution.liquidity == Liquidity::Taker;
            let taker = if is_taker { execution.side } else { execution.side.opposite() };
            let known = matches.entry(execution.trade).or_insert((taker, is_taker));
            assert_eq!(known.0, taker, "both sides of a match agree on who came");
        }
        let shown: BTreeMap<_, _> =
            market.trades.iter().map(|trade| (trade.trade, trade.taker_side)).collect();
        assert_eq!(shown.len(), market.trades.len(), "a match is shown once");
        let expected: BTreeMap<_, _> = matches.into_iter().map(|(trade, (side, _))| (trade, side)).collect();
        assert_eq!(shown, expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_views_say_what_the_engine_says(
        steps in prop::collection::vec(step(), 1..120),
        saved_after in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(START));
        let options = Options {
            journal: runtime::JournalMode::Directory {
                path: dir.path().to_owned(),
                durability: runtime::Durability::Async,
            },
            ..Options::in_memory()
        };
        let start = || Runtime::start(options.clone(), Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
        let tokio = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let runtime = start();
        let mut model = Model::default();
        let submit = |commands: Vec<Command>, model: &mut Model| {
            for command in &commands {
                model.apply(&clock, command);
            }
            tokio.block_on(runtime.handle().submit_all(commands)).unwrap();
        };
        submit(common::seed(), &mut model);
        for (index, step) in steps.iter().enumerate() {
            if let Step::Advance { seconds } = step {
                clock.advance_nanos(u64::from(*seconds) * 1_000_000_000);
            }
            submit(command(step, &model.orders), &mut model);
            if saved_after.is_some_and(|saved| saved.index(steps.len()) == index) {
                let saved = tokio.block_on(runtime.handle().save_snapshot()).unwrap();
                prop_assert_eq!(saved.state_hash, model.engine.state_hash());
            }
        }
        model.assert_shown_by(runtime.handle().views());
        let expected = model.engine.state_hash();
        prop_assert_eq!(tokio.block_on(runtime.handle().state_hash()).unwrap(), expected);

        // And after a restart, where the views were built from the log, or from a snapshot and the rest of the log.
        runtime.stop().unwrap();
        let again = start();
        model.assert_shown_by(again.handle().views());
        prop_assert_eq!(tokio.block_on(again.handle().state_hash()).unwrap(), expected);
    }
}
