//! What a stream is replayed through: a naive book, the book alone, the whole engine.

use order_engine::book::{Book, BookKey, Resting};
use order_engine::units::{Lots, Ticks};
use order_engine::{
    AccountId, CancelOrder, Command, Engine, LOOK_AHEAD, OrderId, OrderKind, PlaceOrder, ReplaceOrder, Side,
    Size, TimeInForce, Timestamp,
};
use rust_decimal::Decimal;

use crate::ops::{Action, Operation};
use crate::setup::{CLIENT, INSTRUMENT, definitions, price, quantity};

/// What came of a stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) trades: u64,
    pub(crate) quantity: u64,
    pub(crate) notional: u128,
}

impl Totals {
    pub(crate) fn add(&mut self, price: u64, quantity: u64) {
        self.trades += 1;
        self.quantity += quantity;
        self.notional += u128::from(price) * u128::from(quantity);
    }
}

/// Who wants to know when what is done.
pub(crate) trait Clock {
    /// Something was done for so many of the next operations.
    fn shared(&mut self, operations: usize);
    /// An operation is done.
    fn operation(&mut self);
}

/// Nobody.
impl Clock for () {
    fn shared(&mut self, _: usize) {}

    fn operation(&mut self) {}
}

/// Something that a stream can be replayed through.
pub(crate) trait Subject {
    fn new(stream: &[Operation]) -> Self;
    fn apply(&mut self, operation: &Operation);
    /// Operations that wait together, in order. The clock is told after what was done for all of them at first, and after
    /// each.
    #[inline(never)]
    fn apply_all(&mut self, operations: &[Operation], clock: &mut impl Clock) {
        for operation in operations {
            self.apply(operation);
            clock.operation();
        }
    }
    fn totals(&self) -> Totals;
}

/// One list of orders, searched from end to end.
#[derive(Default)]
pub(crate) struct NaiveBook {
    /// Id, side, price, quantity; oldest first.
    resting: Vec<(u64, Side, u32, u32)>,
    totals: Totals,
}

impl NaiveBook {
    fn meet(&mut self, operation: &Operation, side: Side, quantity: u32, may_rest: bool) {
        let mut left = quantity;
        while left > 0 {
            let others = self.resting.iter().enumerate().filter(|(_, order)| order.1 != side);
            let best = match side {
                Side::Buy => others.min_by_key(|(index, order)| (order.2, *index)),
                Side::Sell => others.min_by_key(|(index, order)| (u32::MAX - order.2, *index)),
            };
            let acceptable = |price: u32| match side {
                Side::Buy => price <= operation.price,
                Side::Sell => price >= operation.price,
            };
            let Some((index, price)) =
                best.map(|(index, order)| (index, order.2)).filter(|(_, price)| acceptable(*price))
            else {
                break;
            };
            let filled = left.min(self.resting[index].3);
            self.totals.add(u64::from(price), u64::from(filled));
            left -= filled;
            self.resting[index].3 -= filled;
            if self.resting[index].3 == 0 {
                self.resting.remove(index);
            }
        }
        if left > 0 && may_rest {
            self.resting.push((operation.id, side, operation.price, left));
        }
    }

    fn withdraw(&mut self, id: u64) -> Option<(Side, u32)> {
        let index = self.resting.iter().position(|order| order.0 == id)?;
        let (_, side, _, left) = self.resting.remove(index);
        Some((side, left))
    }
}

impl Subject for NaiveBook {
    fn new(_: &[Operation]) -> Self {
        Self::default()
    }

    fn apply(&mut self, operation: &Operation) {
        match operation.action {
            Action::Rest => self.meet(operation, operation.side, operation.quantity, true),
            Action::Immediate => self.meet(operation, operation.side, operation.quantity, false),
            Action::Cancel => drop(self.withdraw(operation.id)),
            Action::Move => {
                if let Some((side, left)) = self.withdraw(operation.id) {
                    self.meet(operation, side, left, true);
                }
            }
        }
    }

    fn totals(&self) -> Totals {
        self.totals
    }
}

/// The engine's book, with the index of keys that whoever uses it alone must keep. Ids are dense, so that is a list.
pub(crate) struct BookAlone {
    book: Book,
    keys: Vec<Option<(BookKey, Side)>>,
    totals: Totals,
}

pub(crate) fn position(id: u64) -> usize {
    usize::try_from(id).unwrap()
}

pub(crate) fn greatest_id(stream: &[Operation]) -> usize {
    position(stream.iter().map(|operation| operation.id).max().unwrap_or_default())
}

impl BookAlone {
    fn meet(&mut self, operation: &Operation, side: Side, quantity: Lots, may_rest: bool) {
        let price = Ticks::new(i64::from(operation.price));
        let (totals, keys) = (&mut self.totals, &mut self.keys);
        let left = self.book.take(side, price, quantity, |price, filled, resting| {
            totals.add(price.get().unsigned_abs(), filled.get().unsigned_abs());
            if resting.leaves.is_zero() {
                keys[position(resting.order.get())] = None;
            }
        });
        if may_rest && !left.is_zero() {
            let order = OrderId::new(operation.id);
            let key =
                self.book.insert(side, price, Resting { order, account: AccountId::HOUSE, leaves: left });
            self.keys[position(operation.id)] = Some((key, side));
        }
    }
}

impl Subject for BookAlone {
    fn new(stream: &[Operation]) -> Self {
        Self { book: Book::new(), keys: vec![None; greatest_id(stream) + 1], totals: Totals::default() }
    }

    fn apply(&mut self, operation: &Operation) {
        let quantity = Lots::new(i64::from(operation.quantity));
        match operation.action {
            Action::Rest => self.meet(operation, operation.side, quantity, true),
            Action::Immediate => self.meet(operation, operation.side, quantity, false),
            Action::Cancel => {
                if let Some((key, _)) = self.keys[position(operation.id)].take() {
                    self.book.remove(key);
                }
            }
            Action::Move => {
                if let Some((key, side)) = self.keys[position(operation.id)].take() {
                    let resting = self.book.remove(key);
                    self.meet(operation, side, resting.leaves, true);
                }
            }
        }
    }

    fn totals(&self) -> Totals {
        self.totals
    }
}

/// The whole engine: ledger, holds, events, versions. Commands come to it as they come to a sequencer: some at a time.
pub(crate) struct WholeEngine {
    engine: Engine,
    /// What the engine calls the order of each operation that is still to come. It is found out before anything is measured:
    /// the same commands always lead to the same ids.
    ids: std::vec::IntoIter<OrderId>,
    totals: Totals,
}

impl WholeEngine {
    fn carry_out(&mut self, command: &Command) -> Option<OrderId> {
        let outcome = self.engine.apply(Timestamp::EPOCH, command).result.ok()?;
        for execution in outcome.executions() {
            let whole = |decimal: Decimal| u64::try_from(decimal).unwrap();
            self.totals.add(whole(execution.price.decimal()), whole(execution.quantity.decimal()));
        }
        outcome.about
    }

    fn defined() -> Self {
        let mut engine = Engine::new();
        for command in definitions() {
            engine.apply(Timestamp::EPOCH, &command).result.unwrap();
        }
        Self { engine, ids: Vec::new().into_iter(), totals: Totals::default() }
    }
}

/// What an operation asks of the engine. `order` is the engine's id of the order that it changes.
fn command(operation: &Operation, order: OrderId) -> Command {
    let place = |time_in_force| {
        let kind = OrderKind::Limit { price: price(operation.price) };
        let size = Size::Base(quantity(operation.quantity));
        let order = PlaceOrder::new(CLIENT, INSTRUMENT, operation.side, kind, size);
        Command::PlaceOrder(PlaceOrder { time_in_force, ..order })
    };
    match operation.action {
        Action::Rest => place(TimeInForce::Gtc),
        Action::Immediate => place(TimeInForce::Ioc),
        Action::Cancel => Command::CancelOrder(CancelOrder { account: CLIENT, order, client_order_id: None }),
        Action::Move => {
            let price = Some(price(operation.price));
            Command::ReplaceOrder(ReplaceOrder { price, ..ReplaceOrder::new(CLIENT, order) })
        }
    }
}

impl Subject for WholeEngine {
    fn new(stream: &[Operation]) -> Self {
        let mut rehearsal = Self::defined();
        let mut known = vec![OrderId::new(0); greatest_id(stream) + 1];
        let rehearse = |operation: &Operation| {
            let id = &mut known[position(operation.id)];
            let order = rehearsal.carry_out(&command(operation, *id));
            *id = order.unwrap_or(*id);
            *id
        };
        let ids: Vec<_> = stream.iter().map(rehearse).collect();
        Self { ids: ids.into_iter(), ..Self::defined() }
    }

    fn apply(&mut self, operation: &Operation) {
        let id = self.ids.next().unwrap();
        let command = command(operation, id);
        self.engine.anticipate(std::slice::from_ref(&command));
        self.carry_out(&command);
    }

    #[inline(never)]
    fn apply_all(&mut self, operations: &[Operation], clock: &mut impl Clock) {
        let mut commands = Vec::with_capacity(LOOK_AHEAD);
        for operations in operations.chunks(LOOK_AHEAD) {
            commands.clear();
            commands
                .extend(operations.iter().zip(&mut self.ids).map(|(operation, id)| command(operation, id)));
            self.engine.anticipate(&commands);
            clock.shared(commands.len());
            for command in &commands {
                self.carry_out(command);
                clock.operation();
            }
        }
    }

    fn totals(&self) -> Totals {
        self.totals
    }
}
