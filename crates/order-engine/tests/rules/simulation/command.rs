//! The command that a wish comes to in the world as it is.

use std::sync::Arc;

use order_engine::{
    AccountId, AdjustBalance, Amount, CancelExercise, CancelOrder, CancelOrders, ChangeList, ChangeLotExits,
    Charge, ChargeAccount, ClientOrderId, CloseLot, ClosePosition, Command, CreateList, DeleteList,
    ExerciseId, ExerciseKind, HaltInstrument, HaltReason, InstructExercise, InstrumentId, InstrumentList,
    ListChange, ListId, ListItemId, ListName, LotId, OrderId, OrderKind, PlaceOrder, PriceBound,
    ReleaseOrder, ReplaceOrder, ResetProfit, RestateOrder, RestatedStatus, ResumeInstrument, SetRetention,
    Side, Size, SucceedOrder, SuccessorSize, UpdateAccount,
};
use rust_decimal::Decimal;

use super::parts::{at, units};
use super::wish::Wish;
use super::{TEN, Watched};
use crate::support::*;

fn create_list(account: AccountId, name: u8) -> Command {
    let name = ListName::new(&format!("list {name}")).unwrap();
    Command::CreateList(CreateList { account, name })
}

fn exercise(
    account: AccountId,
    instrument: InstrumentId,
    (kind, size, name): (ExerciseKind, u32, u8),
) -> Command {
    let client_id = (name < 4).then(|| ClientOrderId::new(&format!("exercise {name}")).unwrap());
    let quantity = units(size);
    Command::InstructExercise(InstructExercise { account, instrument, kind, quantity, client_id })
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

fn charge(account: AccountId, form: u8, units: i128) -> Command {
    let charge = match form {
        0 => Charge::Fee,
        1 => Charge::Interest { instrument: EUR_USD },
        _ => Charge::Correction,
    };
    Command::ChargeAccount(ChargeAccount { account, charge, amount: Amount::from_units(units) })
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

impl Watched {
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

    fn drain(&self, who: AccountId, leave: u32) -> Command {
        let free = self.world.engine.holdings(who).unwrap().balance(USD).available().units();
        let amount = Amount::from_units(i128::from(leave) * TEN / 10 - free);
        Command::AdjustBalance(AdjustBalance { account: who, asset: USD, amount })
    }

    /// A short sale, or a buy of no more than what there is to cover.
    fn short(&self, who: AccountId, size: u32, cents: Option<u32>, cover: bool) -> Command {
        let kind = cents.map_or(OrderKind::Market, |cents| OrderKind::Limit { price: at(cents) });
        let net: Decimal = self.world.lots(who, XYZ_USD).iter().map(|lot| lot.quantity.decimal()).sum();
        let size = Decimal::from(size);
        let (side, size) = if cover { (Side::Buy, size.min(net)) } else { (Side::Sell, size) };
        let order = PlaceOrder::new(who, XYZ_USD, side, kind, Size::Base(quantity(&size.to_string())));
        Command::PlaceOrder(PlaceOrder { short_sale: !cover, ..order })
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

    /// The command that a wish comes to; a wait passes by the way.
    /// Takes back a notice, counted from the newest; now and then of the other one.
    fn cancel_exercise(&self, account: AccountId, index: usize) -> Command {
        let owner = if index == 3 { BOB } else { account };
        let notices = self.world.engine.exercises(owner);
        let notice = notices.iter().rev().nth(index).map_or(ExerciseId::new(1), |notice| notice.id);
        Command::CancelExercise(CancelExercise { account, notice })
    }

    pub(super) fn command(&mut self, wish: Wish) -> Command {
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
            Wish::Replace { who, newest, cents, trigger, size, bound, exits } => {
                Command::ReplaceOrder(ReplaceOrder {
                    price: cents.map(at),
                    trigger: trigger.map(at),
                    quantity: size.map(units),
                    price_bound: bound,
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
            Wish::CancelAll { who, side, staged, short_sale } => Command::CancelOrders(CancelOrders {
                account: who,
                instruments: None,
                side,
                classes: None,
                staged,
                short_sale,
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
            Wish::Short { who, size, cents, cover } => self.short(who, size, cents, cover),
            Wish::Restate { newest, cents, trigger, status } => {
                restate(self.newest(newest), cents, trigger, status)
            }
            Wish::Drain { who, leave } => self.drain(who, leave),
            Wish::Adjust { who, asset, units } => Command::AdjustBalance(AdjustBalance {
                account: who,
                asset,
                amount: Amount::from_units(units),
            }),
            Wish::Charge { who, form, units } => charge(who, form, units),
            Wish::ResetProfit { who } => Command::ResetProfit(ResetProfit { account: who }),
            Wish::Settings { who, state, most, rate, level, short } => {
                Command::UpdateAccount(UpdateAccount {
                    closeout: level,
                    state,
                    max_order_notional: most,
                    margin_rate: rate,
                    may_sell_short: short,
                    ..UpdateAccount::new(who)
                })
            }
            Wish::Retain { most } => Command::SetRetention(SetRetention { closed_orders: most }),
            Wish::CreateList { who, name } => create_list(who, name),
            Wish::ChangeList { who, list, item, instrument } => self.change_list(who, list, item, instrument),
            Wish::DeleteList { who, list } => {
                let list = self.list(who, list).map_or(ListId::new(1), |list| list.id);
                Command::DeleteList(DeleteList { account: who, list })
            }
            Wish::Exercise { who, instrument, terms } => exercise(who, instrument, terms),
            Wish::CancelExercise { who, notice } => self.cancel_exercise(who, notice),
            Wish::Wait { seconds } => {
                self.world.wait_seconds(seconds);
                Command::Tick
            }
        }
    }
}
