//! Random histories. After every command the books balance, nothing is filled beyond its limit, and a refusal has
//! left no trace; at the end the log, applied again, gives the same state.

use std::collections::BTreeMap;
use std::sync::Arc;

use order_engine::{
    AccountId, AccountState, AdjustBalance, Amount, Applied, AssetId, BasisPoints, CancelOrder, CancelOrders,
    Change, ChangeList, ChangeLotExits, CloseLot, ClosePosition, Command, CreateList, DeleteList, Engine,
    EntryKind, Event, ExitChange, ExitChanges, Exits, HaltInstrument, HaltReason, InstrumentId,
    InstrumentList, ListChange, ListId, ListItemId, ListName, LotId, Offset, OrderId, OrderKind, OrderStatus,
    Pips, PlaceOrder, Posting, PriceBound, PriceDifference, ReleaseOrder, ReplaceOrder, RestateOrder,
    RestatedStatus, ResumeInstrument, SelfMatch, SessionKind, SetRetention, Setting, Side, Size,
    SucceedOrder, SuccessorSize, TimeInForce, UpdateAccount,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use rust_decimal::Decimal;

use crate::images;
use crate::model::Model;
use crate::statuses;
use crate::support::*;

const CLIENTS: [AccountId; 2] = [ALICE, BOB];
const ASSETS: [AssetId; 6] = [USD, BTC, ADA, EUR, JPY, CALL];
/// Ten of an asset and a bit, in ledger units.
const TEN: i128 = 10_000_000_000_001;

/// One random wish; which order it is about is counted from the newest.
#[derive(Debug, Clone)]
enum Wish {
    Place {
        order: Box<PlaceOrder>,
        stage: bool,
        release: Option<u64>,
    },
    Halt {
        instrument: InstrumentId,
    },
    Resume {
        instrument: InstrumentId,
    },
    Quote {
        instrument: InstrumentId,
        cents: u32,
        size: u32,
    },
    Replace {
        who: AccountId,
        newest: usize,
        cents: Option<u32>,
        trigger: Option<u32>,
        size: Option<u32>,
        exits: ExitChanges,
    },
    Succeed {
        who: AccountId,
        newest: usize,
        cents: u32,
        held: bool,
    },
    Cancel {
        who: AccountId,
        newest: usize,
    },
    CancelAll {
        who: AccountId,
        side: Option<Side>,
        staged: bool,
    },
    Release {
        who: AccountId,
        newest: usize,
    },
    Exits {
        who: AccountId,
        instrument: InstrumentId,
        lot: usize,
        changes: ExitChanges,
    },
    CloseLot {
        who: AccountId,
        instrument: InstrumentId,
        lot: usize,
        size: Option<u32>,
    },
    ClosePosition {
        who: AccountId,
        instrument: InstrumentId,
    },
    Reduce {
        who: AccountId,
        instrument: InstrumentId,
        size: u32,
        cents: u32,
        waits: bool,
    },
    Restate {
        newest: usize,
        cents: Option<u32>,
        trigger: Option<u32>,
        status: RestatedStatus,
    },
    /// Leaves an account no more free cash than this, so that a small loss is too much for it.
    Drain {
        who: AccountId,
        leave: u32,
    },
    Adjust {
        who: AccountId,
        asset: AssetId,
        units: i128,
    },
    Settings {
        who: AccountId,
        state: Option<AccountState>,
        most: Setting<Amount>,
        rate: Setting<BasisPoints>,
        level: Setting<BasisPoints>,
    },
    CreateList {
        who: AccountId,
        name: u8,
    },
    ChangeList {
        who: AccountId,
        list: usize,
        item: usize,
        instrument: Option<u32>,
    },
    DeleteList {
        who: AccountId,
        list: usize,
    },
    Wait {
        seconds: u64,
    },
    Retain {
        most: Option<u64>,
    },
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Buy), Just(Side::Sell)]
}

fn who() -> impl Strategy<Value = AccountId> {
    prop_oneof![Just(ALICE), Just(BOB)]
}

fn instrument() -> impl Strategy<Value = InstrumentId> {
    prop_oneof![3 => Just(BTC_USD), 2 => Just(ADA_USD), 2 => Just(EUR_USD), 2 => Just(BTC_CALL)]
}

/// Prices within a narrow band around one hundred, so that orders meet; a few are not on the tick.
fn cents() -> impl Strategy<Value = u32> {
    9_980..10_020_u32
}

fn at(cents: u32) -> order_engine::Price {
    price(&format!("{}.{:02}", cents / 100, cents % 100))
}

fn units(size: u32) -> order_engine::Quantity {
    quantity(&size.to_string())
}

fn time_in_force() -> impl Strategy<Value = TimeInForce> {
    prop_oneof![
        4 => Just(TimeInForce::Gtc),
        1 => Just(TimeInForce::Day),
        1 => Just(TimeInForce::Ioc),
        1 => Just(TimeInForce::Fok),
        1 => (1..200_u64).prop_map(|seconds| TimeInForce::Gtd(START.plus_seconds(seconds))),
        1 => prop_oneof![Just(TimeInForce::AtOpen), Just(TimeInForce::AtClose)],
    ]
}

fn order() -> impl Strategy<Value = PlaceOrder> {
    let kind = (0..20_u8, cents(), cents()).prop_map(|(kind, cents, other)| match kind {
        0..=2 => OrderKind::Market,
        3 | 4 => OrderKind::MarketToLimit { rest_at: at(cents) },
        5 => OrderKind::Stop { trigger: at(cents) },
        6 => OrderKind::StopLimit { trigger: at(cents), price: at(other) },
        7 => OrderKind::MarketIfTouched { trigger: at(cents) },
        8 => OrderKind::TrailingStop { offset: Offset::Price(at(cents - 9_975)) },
        9 => OrderKind::TrailingStopLimit {
            offset: Offset::BasisPoints(BasisPoints::new(cents - 9_979)),
            limit_offset: PriceDifference::new(Decimal::new(i64::from(other) - 10_000, 2)),
        },
        _ => OrderKind::Limit { price: at(cents) },
    });
    let size = (0..12_u8, 0..40_u32).prop_map(|(form, size)| match form {
        0 => Size::Quote(amount(&format!("{size}.5"))),
        1 => Size::Quote(amount(&format!("{size}00"))),
        _ => Size::Base(units(size)),
    });
    let bound = proptest::option::weighted(0.1, cents());
    (who(), instrument(), side(), kind, size, time_in_force(), any::<[bool; 4]>(), bound).prop_map(
        |(who, instrument, side, kind, size, time_in_force, [post_only, refuse, upper, extended], bound)| {
            PlaceOrder {
                time_in_force,
                post_only: post_only && matches!(kind, OrderKind::Limit { .. }) && time_in_force.may_rest(),
                extended_hours: extended.then_some(true),
                self_match: if refuse { SelfMatch::Refuse } else { SelfMatch::Allow },
                price_bound: PriceBound {
                    lower: bound.filter(|_| !upper).map(at),
                    upper: bound.filter(|_| upper).map(at),
                },
                ..PlaceOrder::new(who, instrument, side, kind, size)
            }
        },
    )
}

fn offset() -> impl Strategy<Value = Offset> {
    (0..3_u8, 0..30_u32).prop_map(|(form, size)| match form {
        0 => Offset::Price(at(size + 1)),
        1 => Offset::BasisPoints(BasisPoints::new(size)),
        _ => Offset::Pips(Pips::from_tenths(size * 105)),
    })
}

fn exits() -> impl Strategy<Value = Exits> {
    let price = || proptest::option::of(cents().prop_map(at));
    let some = (price(), price(), proptest::option::of(offset()))
        .prop_map(|(take_profit, stop_loss, trailing)| Exits { take_profit, stop_loss, trailing });
    prop_oneof![3 => Just(Exits::NONE), 1 => some]
}

fn changes() -> impl Strategy<Value = ExitChanges> {
    fn change<T: Clone + std::fmt::Debug>(
        value: impl Strategy<Value = T>,
    ) -> impl Strategy<Value = ExitChange<T>> {
        (0..5_u8, value).prop_map(|(form, value)| match form {
            0 | 1 => ExitChange::Keep,
            2 => ExitChange::Remove,
            _ => ExitChange::Set(value),
        })
    }
    (change(cents().prop_map(at)), change(cents().prop_map(at)), change(offset()))
        .prop_map(|(take_profit, stop_loss, trailing)| ExitChanges { take_profit, stop_loss, trailing })
}

/// Mostly what lets trading go on, since what is shut stays shut until it is opened again.
fn settings(who: AccountId, form: u8, size: u32) -> Wish {
    let state = match form {
        0 => Some(AccountState::Suspended),
        1 => Some(AccountState::Closed),
        2..=5 => Some(AccountState::Open),
        _ => None,
    };
    let most = match size {
        0 => Setting::Set(amount("2000")),
        1 => Setting::Keep,
        _ => Setting::Clear,
    };
    let rate = match form {
        0..=3 => Setting::Keep,
        4 => Setting::Set(BasisPoints::new(size * 400 + 1)),
        _ => Setting::Clear,
    };
    let level = match size {
        0..=2 => Setting::Set(BasisPoints::new(10_000 - size * 2_500)),
        3 => Setting::Clear,
        _ => Setting::Keep,
    };
    Wish::Settings { who, state, most, rate, level }
}

fn wish() -> impl Strategy<Value = Wish> {
    let status = prop_oneof![
        3 => Just(RestatedStatus::Keep),
        1 => Just(RestatedStatus::Canceled),
        1 => Just(RestatedStatus::Expired),
    ];
    prop_oneof![
        12 => (order(), proptest::bool::weighted(0.15), exits(), proptest::bool::weighted(0.12),
            proptest::option::weighted(0.05, 0..60_u64))
            .prop_map(|(order, stage, exits, reduce_only, release)| Wish::Place {
                order: Box::new(PlaceOrder { exits, reduce_only, ..order }),
                stage,
                release,
            }),
        1 => instrument().prop_map(|instrument| Wish::Halt { instrument }),
        2 => instrument().prop_map(|instrument| Wish::Resume { instrument }),
        2 => (instrument(), cents(), 0..60_u32)
            .prop_map(|(instrument, cents, size)| Wish::Quote { instrument, cents, size }),
        3 => (who(), 0..6_usize, proptest::option::of(cents()), proptest::option::weighted(0.2, cents()),
            proptest::option::of(0..40_u32), proptest::option::weighted(0.2, changes()))
            .prop_map(|(who, newest, cents, trigger, size, exits)| {
                let exits = exits.unwrap_or(ExitChanges::KEEP);
                Wish::Replace { who, newest, cents, trigger, size, exits }
            }),
        2 => (who(), 0..6_usize, cents(), any::<bool>())
            .prop_map(|(who, newest, cents, held)| Wish::Succeed { who, newest, cents, held }),
        3 => (who(), 0..8_usize).prop_map(|(who, newest)| Wish::Cancel { who, newest }),
        1 => (who(), proptest::option::of(side()), any::<bool>())
            .prop_map(|(who, side, staged)| Wish::CancelAll { who, side, staged }),
        2 => (who(), 0..6_usize).prop_map(|(who, newest)| Wish::Release { who, newest }),
        1 => (0..6_usize, proptest::option::of(cents()), proptest::option::of(cents()), status)
            .prop_map(|(newest, cents, trigger, status)| Wish::Restate { newest, cents, trigger, status }),
        2 => (who(), instrument(), 0..4_usize, changes())
            .prop_map(|(who, instrument, lot, changes)| Wish::Exits { who, instrument, lot, changes }),
        1 => (who(), instrument(), 0..4_usize, proptest::option::of(0..40_u32))
            .prop_map(|(who, instrument, lot, size)| Wish::CloseLot { who, instrument, lot, size }),
        1 => (who(), instrument()).prop_map(|(who, instrument)| Wish::ClosePosition { who, instrument }),
        3 => (who(), instrument(), 1..30_u32, cents(), proptest::bool::weighted(0.2)).prop_map(
            |(who, instrument, size, cents, waits)| Wish::Reduce { who, instrument, size, cents, waits }
        ),
        1 => (who(), 0..8_u8, 0..6_u32).prop_map(|(who, form, size)| settings(who, form, size)),
        1 => (who(), 0..4_u8).prop_map(|(who, name)| Wish::CreateList { who, name }),
        1 => (who(), 0..4_usize, 0..3_usize, proptest::option::weighted(0.7, 0..6_u32))
            .prop_map(|(who, list, item, instrument)| Wish::ChangeList { who, list, item, instrument }),
        1 => (who(), 0..4_usize).prop_map(|(who, list)| Wish::DeleteList { who, list }),
        1 => (who(), prop_oneof![3 => 0..300_u32, 1 => Just(50_000)])
            .prop_map(|(who, leave)| Wish::Drain { who, leave }),
        1 => (who(), 0..5_usize, -30_i128..30)
            .prop_map(|(who, asset, tens)| Wish::Adjust { who, asset: ASSETS[asset], units: tens * TEN }),
        2 => (0..40_u64).prop_map(|seconds| Wish::Wait { seconds }),
        1 => proptest::option::weighted(0.7, 0..8_u64).prop_map(|most| Wish::Retain { most }),
    ]
}

fn close_lot(account: AccountId, lot: LotId, size: Option<u32>) -> Command {
    Command::CloseLot(CloseLot {
        account,
        lot,
        quantity: size.map(units),
        price_bound: PriceBound::default(),
        client_order_id: None,
        annotations: order_engine::Annotations::default(),
    })
}

fn restate(order: OrderId, cents: Option<u32>, trigger: Option<u32>, status: RestatedStatus) -> Command {
    let keeps = status == RestatedStatus::Keep;
    Command::RestateOrder(RestateOrder {
        order,
        price: cents.filter(|_| keeps).map(at),
        quantity: None,
        time_in_force: None,
        trigger: trigger.filter(|_| keeps).map(at),
        status,
        request_id: None,
        annotations: order_engine::Annotations::default(),
    })
}

fn close_position(account: AccountId, instrument: InstrumentId) -> Command {
    Command::ClosePosition(ClosePosition {
        account,
        instrument,
        price_bound: PriceBound::default(),
        client_order_id: None,
        annotations: order_engine::Annotations::default(),
    })
}

/// A world under watch.
struct Watched {
    world: World,
    model: Model,
    orders: Vec<OrderId>,
    deposits: BTreeMap<AssetId, Amount>,
    /// What the entries of each client come to.
    entries: BTreeMap<(AccountId, AssetId), i128>,
}

impl Watched {
    fn new() -> Self {
        let mut world = World::with_sessions();
        let mut model = Model::new();
        for instrument in [BTC_USD, ADA_USD, EUR_USD, BTC_CALL] {
            let quote = quote(instrument, "99.99", "100.01", "20");
            model.apply(&quote, None).unwrap();
            world.run(quote).unwrap();
        }
        let mut watched =
            Self { world, model, orders: Vec::new(), deposits: BTreeMap::new(), entries: BTreeMap::new() };
        for (account, asset) in CLIENTS.into_iter().flat_map(|who| ASSETS.map(|asset| (who, asset))) {
            watched.entries.insert((account, asset), watched.world.total(account, asset).units());
        }
        watched.deposits = ASSETS.into_iter().map(|asset| (asset, watched.sum(asset))).collect();
        watched
    }

    fn sum(&self, asset: AssetId) -> Amount {
        let accounts = [AccountId::HOUSE, ALICE, BOB];
        let units = accounts.iter().map(|account| self.world.total(*account, asset).units()).sum();
        Amount::from_units(units)
    }

    fn newest(&self, newest: usize) -> OrderId {
        let index = self.orders.len().checked_sub(newest + 1);
        index.and_then(|index| self.orders.get(index)).copied().unwrap_or(OrderId::new(1))
    }

    /// An order that may only reduce, now and then one that would reduce too much.
    fn reduce(
        &self,
        who: AccountId,
        instrument: InstrumentId,
        size: u32,
        price: order_engine::Price,
        waits: bool,
    ) -> Command {
        let (stop, limit) = (OrderKind::Stop { trigger: price }, OrderKind::Limit { price });
        let kind = if waits { stop } else { limit };
        let lots = self.world.lots(who, instrument);
        let side = lots.first().map_or(Side::Sell, |lot| lot.side.opposite());
        let net: Decimal = lots.iter().map(|lot| lot.quantity.decimal()).sum();
        let size = Decimal::from(size).min(net + Decimal::from(size / 28));
        let size = Size::Base(quantity(&size.to_string()));
        let order = PlaceOrder::new(who, instrument, side, kind, size);
        Command::PlaceOrder(PlaceOrder { reduce_only: true, ..order })
    }

    /// An open lot of an account, counted from the oldest; now and then of the other one.
    fn lot(&self, who: AccountId, instrument: InstrumentId, index: usize) -> LotId {
        let owner = if index == 3 { BOB } else { who };
        let lots = self.world.lots(owner, instrument);
        lots.get(index % 3).map_or(LotId::new(1), |lot| lot.id)
    }

    /// A list of an account, now and then of the other one.
    fn list(&self, who: AccountId, index: usize) -> Option<Arc<InstrumentList>> {
        let owner = if index == 3 { BOB } else { who };
        self.world.engine.lists(owner).get(index % 3).cloned()
    }

    fn change_list(&self, who: AccountId, list: usize, item: usize, instrument: Option<u32>) -> Command {
        let list = self.list(who, list);
        let item = list.as_ref().and_then(|list| list.items.get(item)).map(|item| item.id);
        let remove = ListChange::Remove(item.unwrap_or(ListItemId::new(1)));
        let change = instrument.map(|number| ListChange::Add(InstrumentId::new(number)));
        let list = list.map_or(ListId::new(1), |list| list.id);
        Command::ChangeList(ChangeList { account: who, list, change: change.unwrap_or(remove) })
    }

    fn command(&mut self, wish: Wish) -> Command {
        match wish {
            Wish::Place { order, stage, release } => {
                let staged_until = stage.then(|| self.world.now.plus_seconds(30));
                let release_at = release.map(|seconds| self.world.now.plus_seconds(seconds));
                Command::PlaceOrder(PlaceOrder { staged_until, release_at, ..*order })
            }
            Wish::Halt { instrument } => {
                let reason = HaltReason::new("news").unwrap();
                Command::HaltInstrument(HaltInstrument { instrument, reason })
            }
            Wish::Resume { instrument } => Command::ResumeInstrument(ResumeInstrument { instrument }),
            Wish::Quote { instrument, cents, size } => Command::UpdateQuote(order_engine::UpdateQuote {
                instrument,
                bid: at(cents - 1),
                ask: at(cents + 1),
                bid_size: units(size),
                ask_size: units(size),
            }),
            Wish::Replace { who, newest, cents, trigger, size, exits } => {
                Command::ReplaceOrder(ReplaceOrder {
                    price: cents.map(at),
                    trigger: trigger.map(at),
                    quantity: size.map(units),
                    exits,
                    ..ReplaceOrder::new(who, self.newest(newest))
                })
            }
            Wish::Succeed { who, newest, cents, held } => Command::SucceedOrder(SucceedOrder {
                account: who,
                order: self.newest(newest),
                client_order_id: None,
                price: Some(at(cents)),
                size: if held { SuccessorSize::Held } else { SuccessorSize::Leaves },
                time_in_force: None,
                post_only: None,
                annotations: None,
            }),
            Wish::Cancel { who, newest } => {
                let order = self.newest(newest);
                Command::CancelOrder(CancelOrder { account: who, order, client_order_id: None })
            }
            Wish::CancelAll { who, side, staged } => Command::CancelOrders(CancelOrders {
                account: who,
                instruments: None,
                side,
                classes: None,
                staged,
            }),
            Wish::Release { who, newest } => {
                Command::ReleaseOrder(ReleaseOrder { account: who, order: self.newest(newest) })
            }
            Wish::Exits { who, instrument, lot, changes } => {
                let lot = self.lot(who, instrument, lot);
                Command::ChangeLotExits(ChangeLotExits { account: who, lot, changes })
            }
            Wish::CloseLot { who, instrument, lot, size } => {
                close_lot(who, self.lot(who, instrument, lot), size)
            }
            Wish::ClosePosition { who, instrument } => close_position(who, instrument),
            Wish::Reduce { who, instrument, size, cents, waits } => {
                self.reduce(who, instrument, size, at(cents), waits)
            }
            Wish::Restate { newest, cents, trigger, status } => {
                restate(self.newest(newest), cents, trigger, status)
            }
            Wish::Drain { who, leave } => {
                let free = self.world.engine.holdings(who).unwrap().balance(USD).available().units();
                let amount = Amount::from_units(i128::from(leave) * TEN / 10 - free);
                Command::AdjustBalance(AdjustBalance { account: who, asset: USD, amount })
            }
            Wish::Adjust { who, asset, units } => Command::AdjustBalance(AdjustBalance {
                account: who,
                asset,
                amount: Amount::from_units(units),
            }),
            Wish::Settings { who, state, most, rate, level } => Command::UpdateAccount(UpdateAccount {
                closeout: level,
                state,
                max_order_notional: most,
                margin_rate: rate,
                ..UpdateAccount::new(who)
            }),
            Wish::Retain { most } => Command::SetRetention(SetRetention { closed_orders: most }),
            Wish::CreateList { who, name } => {
                let name = ListName::new(&format!("list {name}")).unwrap();
                Command::CreateList(CreateList { account: who, name })
            }
            Wish::ChangeList { who, list, item, instrument } => self.change_list(who, list, item, instrument),
            Wish::DeleteList { who, list } => {
                let list = self.list(who, list).map_or(ListId::new(1), |list| list.id);
                Command::DeleteList(DeleteList { account: who, list })
            }
            Wish::Wait { seconds } => {
                self.world.wait_seconds(seconds);
                Command::Tick
            }
        }
    }

    fn grant(&mut self, wish: Wish) {
        let command = self.command(wish);
        // What is due first happens on its own, so that a refusal can be seen to change nothing.
        let Applied { due, archived, .. } = self.world.apply(Command::Tick);
        self.count_entries(&due);
        self.watch_due_fills(&due);
        self.model.pass(self.world.now);
        self.model.learn_closes(&due);
        self.model.forget(archived.iter().map(|order| order.id));
        let foretold = self.world.engine.check(self.world.now, &command);
        let before = foretold.is_err().then(|| self.world.engine.state_hash());
        let applied = self.world.apply(command.clone());
        assert!(applied.due.is_empty());
        let made =
            applied.result.as_ref().ok().and_then(|outcome| outcome.order.as_ref()).map(|order| order.id);
        let modelled = self.model.apply(&command, made);
        let answered = applied.result.as_ref().map(drop).map_err(reject_name);
        assert_eq!(answered, modelled.map_err(str::to_owned), "{command:?}");
        if let Ok(outcome) = &applied.result {
            self.model.learn_closes(&outcome.events);
        }
        self.model.forget(applied.archived.iter().map(|order| order.id));
        for account in CLIENTS {
            self.model.watch_lots(&self.world.engine.holdings(account).unwrap());
        }
        assert_eq!(foretold, applied.result.as_ref().map(drop).map_err(Clone::clone));
        match &applied.result {
            Ok(outcome) => {
                for event in &outcome.events {
                    if let Change::ListChanged(list) = &event.change {
                        self.model.learn(list);
                    }
                }
                self.orders.extend(outcome.order.as_ref().map(|order| order.id));
                Self::watch_events(&due, &outcome.events);
                self.watch_fills(&outcome.events);
                self.count_entries(&outcome.events);
            }
            Err(_) => assert_eq!(Some(self.world.engine.state_hash()), before, "a refusal left a trace"),
        }
        self.watch_books();
    }

    /// Looks at everything that can be read.
    fn watch(&self) {
        self.watch_money();
        self.watch_model();
    }

    /// What can be read is what the model says.
    fn watch_model(&self) {
        for modelled in self.model.orders.iter().filter(|order| order.id.is_some()) {
            let id = modelled.id.unwrap();
            if self.model.is_forgotten(id) {
                assert!(self.world.engine.order(id).is_none());
                continue;
            }
            let order = self.world.order(id);
            let held = order.held.map_or(Decimal::ZERO, |hold| hold.amount.decimal());
            let read = (
                order.status,
                order.quantity.decimal().normalize(),
                order.filled.decimal().normalize(),
                order.leaves.decimal().normalize(),
                order.filled_notional.decimal(),
                held,
                order.trigger.filter(|_| order.is_armed()).map(|trigger| trigger.price.decimal().normalize()),
            );
            let is_open = !modelled.status.is_closed() && modelled.status != OrderStatus::PendingNew;
            let expected = (
                modelled.status,
                modelled.quantity.normalize(),
                modelled.filled.normalize(),
                modelled.leaves().normalize(),
                modelled.value.normalize(),
                if is_open { modelled.held.normalize() } else { Decimal::ZERO },
                modelled.waits.filter(|_| is_open).map(|waits| waits.trigger.normalize()),
            );
            assert_eq!(read, expected, "{order:?}");
        }
        for account in [AccountId::HOUSE, ALICE, BOB] {
            for asset in ASSETS {
                let read =
                    (self.world.total(account, asset).decimal(), self.world.held(account, asset).decimal());
                let expected = (self.model.total(account, asset), self.model.held(account, asset));
                assert_eq!(read, expected, "account {account}, asset {asset}");
            }
        }
        for account in CLIENTS {
            let lists = self.world.engine.lists(account);
            let instruments = |list: &InstrumentList| list.items.iter().map(|item| item.instrument).collect();
            let read: Vec<_> =
                lists.iter().map(|list| (list.name.clone(), instruments(list.as_ref()))).collect();
            assert_eq!(read, self.model.listed(account));
        }
        for instrument in [BTC_USD, ADA_USD, EUR_USD, BTC_CALL] {
            let depth = self.world.engine.depth(instrument, usize::MAX);
            for (side, levels) in [(Side::Buy, depth.bids), (Side::Sell, depth.asks)] {
                let read: Vec<_> = levels
                    .iter()
                    .map(|level| (level.price.decimal(), level.quantity.decimal(), level.orders))
                    .collect();
                assert_eq!(read, self.model.levels(instrument, side));
            }
        }
    }

    fn watch_events(due: &[Event], events: &[Event]) {
        assert!(due.iter().chain(events).map(|event| event.id).is_sorted(), "event ids increase");
        due.iter().chain(events).for_each(statuses::assert_legal);
        for event in due.iter().chain(events) {
            let Change::OrderFilled { order, execution } = &event.change else { continue };
            assert!(!order.reduce_only || execution.opened.is_none(), "what may only reduce opens nothing");
            if let Some(price) = order.limit_price().filter(|_| order.kind.has_limit()) {
                let fair = match order.side {
                    Side::Buy => execution.price <= price,
                    Side::Sell => execution.price >= price,
                };
                assert!(fair, "a fill at {} is worse than the limit {price}", execution.price);
            }
            let bound = order.price_bound;
            assert!(bound.upper.is_none_or(|upper| execution.price <= upper));
            assert!(bound.lower.is_none_or(|lower| execution.price >= lower));
        }
    }

    /// What time fills is filled within a session that admits it, its last instant included, and not during a halt, which
    /// time neither begins nor ends.
    fn watch_due_fills(&self, due: &[Event]) {
        for event in due {
            let Change::OrderFilled { order, .. } = &event.change else { continue };
            let state = self.world.engine.market_state(order.instrument).unwrap();
            assert!(state.halt.is_none(), "a fill during a halt: {order:?}");
            let Some(days) = hours(order.instrument) else { continue };
            let within = |(kind, opens, closes): &(SessionKind, u64, u64)| {
                let admits = kind.admits(order.extended_hours == Some(true));
                admits && START.plus_seconds(*opens) <= event.at && event.at <= START.plus_seconds(*closes)
            };
            assert!(days.iter().flatten().any(within), "a fill outside of the sessions: {order:?}");
        }
    }

    /// What a command fills is admitted by its market.
    fn watch_fills(&self, events: &[Event]) {
        for event in events {
            let Change::OrderFilled { order, .. } = &event.change else { continue };
            let state = self.world.engine.market_state(order.instrument).unwrap();
            assert!(state.admits(order.extended_hours == Some(true)), "a fill that the market did not admit");
        }
    }

    /// Every balance is what its entries come to, and every entry says what its balance came to.
    fn count_entries(&mut self, events: &[Event]) {
        let entries = events.iter().flat_map(|event| {
            let fills = event.change.execution().into_iter().flat_map(|execution| execution.entries());
            fills.chain(event.adjustment())
        });
        for entry in entries {
            let Posting { asset, amount, balance, kind } = entry.posting;
            if kind == EntryKind::Adjustment {
                let deposits = self.deposits.get_mut(&asset).unwrap();
                *deposits = Amount::from_units(deposits.units() + amount.units());
            }
            let counted = self.entries.get_mut(&(entry.account, asset)).unwrap();
            *counted += amount.units();
            assert_eq!(*counted, balance.units(), "{entry:?}");
        }
    }

    fn watch_money(&self) {
        for asset in ASSETS {
            assert_eq!(
                self.world.engine.deposited(asset),
                self.deposits[&asset],
                "deposits of asset {asset}"
            );
            for account in CLIENTS {
                let entries = self.entries[&(account, asset)];
                assert_eq!(self.world.total(account, asset).units(), entries, "entries add up to balances");
            }
            assert_eq!(self.sum(asset), self.deposits[&asset], "asset {asset} is conserved");
        }
        for account in CLIENTS {
            let mut held: BTreeMap<AssetId, i128> = BTreeMap::new();
            let orders = self.orders.iter().collect::<std::collections::BTreeSet<_>>();
            for order in orders
                .into_iter()
                .filter_map(|id| self.world.engine.order(*id))
                .filter(|order| order.account == account)
            {
                if order.reduce_only && order.status.is_working() {
                    let lots = self.world.lots(account, order.instrument);
                    let against = lots.iter().filter(|lot| lot.side != order.side);
                    let reducible: Decimal = against.map(|lot| lot.quantity.decimal()).sum();
                    assert!(order.leaves.decimal() <= reducible, "{order:?} may only reduce {reducible}");
                }
                if let Some(hold) = order.held {
                    assert!(order.status.is_working());
                    *held.entry(hold.asset).or_default() += hold.amount.units();
                }
            }
            let holdings = self.world.engine.holdings(account).unwrap();
            for balance in &holdings.balances {
                let expected = held.get(&balance.asset).copied().unwrap_or_default();
                assert_eq!(balance.held.units(), expected, "holds of {account} in {}", balance.asset);
            }
            for position in &holdings.positions {
                let lots = position.lots.iter().map(|lot| lot.quantity.decimal()).sum::<Decimal>();
                assert_eq!(lots, position.quantity.decimal(), "lots sum to the position");
            }
        }
    }

    fn watch_books(&self) {
        for instrument in [BTC_USD, ADA_USD, EUR_USD, BTC_CALL] {
            let depth = self.world.engine.depth(instrument, 100);
            if let (Some(bid), Some(ask)) = (depth.bids.first(), depth.asks.first()) {
                assert!(bid.price < ask.price, "the book is crossed");
            }
        }
    }
}

/// The name of a reject without its numbers.
fn reject_name(reject: &order_engine::Reject) -> String {
    let text = format!("{reject:?}");
    text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
}

/// The log of a history, encoded and applied again, gives the same state; and so it does from the image of the state
/// half-way, with the same answers.
fn replays(world: &World) {
    let mut again = Engine::new();
    let mut restored: Option<Engine> = None;
    for (index, (now, command)) in world.log.iter().enumerate() {
        if index == world.log.len() / 2 {
            restored = Some(images::restored(&again));
        }
        let bytes = minicbor::to_vec(command).unwrap();
        let command: Command = minicbor::decode(&bytes).unwrap();
        let applied = again.apply(*now, &command);
        if let Some(restored) = &mut restored {
            assert_eq!(restored.apply(*now, &command), applied, "a restored state answers differently");
        }
    }
    let restored = restored.map(|engine| engine.state_hash());
    assert_eq!(restored, Some(again.state_hash()), "a restored state becomes another");
    assert_eq!(again.state_hash(), world.engine.state_hash(), "the log gives another state");
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn random_histories_keep_every_promise(wishes in proptest::collection::vec(wish(), 1..120)) {
        let mut watched = Watched::new();
        for wish in wishes {
            watched.grant(wish);
            watched.watch();
        }
        watched.world.tape.assert_shown_by(&watched.world.engine);
        replays(&watched.world);
    }
}

/// Commands of the long run, half of it in each of two tests; `SIMULATE_COMMANDS` asks for another number.
const COMMANDS: u64 = 1_000_000;
/// How many commands go by between two looks at everything.
const LOOK_EVERY: usize = 20;

/// Runs histories from a seed until they have had their share of commands. Every answer is compared with the model's,
/// and every so often all that can be read.
#[expect(clippy::disallowed_methods, reason = "how far to go is asked for from outside")]
fn simulate(half: u64) {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let commands = number("SIMULATE_COMMANDS").unwrap_or(COMMANDS) / 2;
    let seed = number("SIMULATE_SEED").unwrap_or(1);
    println!("SIMULATE_SEED={seed} SIMULATE_COMMANDS={}", commands * 2);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&half.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), rng);
    let histories = proptest::collection::vec(wish(), 60..120);
    let mut granted = 0;
    while granted < commands {
        let wishes = histories.new_tree(&mut runner).unwrap().current();
        let mut watched = Watched::new();
        for (index, wish) in wishes.into_iter().enumerate() {
            watched.grant(wish);
            granted += 1;
            if index % LOOK_EVERY == 0 {
                watched.watch();
            }
        }
        watched.watch();
        watched.world.tape.assert_shown_by(&watched.world.engine);
        replays(&watched.world);
    }
}

#[test]
fn half_a_million_commands_are_answered_as_the_model_answers() {
    simulate(0);
}

#[test]
fn another_half_million_commands_are_answered_as_the_model_answers() {
    simulate(1);
}
