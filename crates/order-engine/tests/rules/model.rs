//! The rules once more, slow and obvious: one list of orders, decimals, and a sort for every look at the book.
//!
//! It shares no code with the engine but the vocabulary. What an operator or a client may ask is answered with the name
//! of the reject or with nothing; everything else is compared through what can be read.

use std::collections::BTreeMap;

use order_engine::{
    AccountId, AssetId, Command, InstrumentId, Offset, OrderId, OrderKind, OrderStatus, PlaceOrder,
    PriceBound, ReplaceOrder, RestateOrder, RestatedStatus, SelfMatch, Side, Size, SucceedOrder,
    SuccessorSize, TimeInForce, Timestamp, UpdateQuote,
};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::support::*;

/// An instrument as the model knows it.
#[derive(Clone, Copy)]
struct Market {
    base: AssetId,
    quote: AssetId,
    lot: Decimal,
    tick_scale: u32,
    minimum: Decimal,
    maximum: Decimal,
    minimum_value: Decimal,
    commission_bps: Decimal,
    is_margin: bool,
}

#[derive(Clone)]
pub(crate) struct ModelOrder {
    pub(crate) id: Option<OrderId>,
    account: AccountId,
    instrument: InstrumentId,
    side: Side,
    kind: OrderKind,
    pub(crate) quantity: Decimal,
    pub(crate) filled: Decimal,
    pub(crate) value: Decimal,
    pub(crate) status: OrderStatus,
    size: Size,
    time_in_force: TimeInForce,
    post_only: bool,
    bound: PriceBound,
    self_match: SelfMatch,
    ends: Option<Timestamp>,
    pub(crate) held: Decimal,
    /// Limit price while it rests.
    rests_at: Option<Decimal>,
    /// Place in the queue of its price.
    queued: u64,
    pub(crate) waits: Option<Waits>,
}

/// What a waiting order watches for.
#[derive(Clone, Copy)]
pub(crate) struct Waits {
    pub(crate) trigger: Decimal,
    rises: bool,
    best: Option<Decimal>,
    limit: Option<Decimal>,
}

type Lot = (Decimal, Decimal);

pub(crate) struct Model {
    now: Timestamp,
    pub(crate) orders: Vec<ModelOrder>,
    totals: BTreeMap<(AccountId, AssetId), Decimal>,
    lots: BTreeMap<(AccountId, InstrumentId), (Side, Vec<Lot>)>,
    quotes: BTreeMap<InstrumentId, (Decimal, Decimal)>,
    queue: u64,
}

type Refused = &'static str;

fn market(instrument: InstrumentId) -> Market {
    let market = Market {
        base: BTC,
        quote: USD,
        lot: Decimal::new(1, 3),
        tick_scale: 2,
        minimum: Decimal::new(1, 3),
        maximum: Decimal::from(100),
        minimum_value: Decimal::ONE,
        commission_bps: Decimal::ZERO,
        is_margin: false,
    };
    match instrument {
        BTC_USD => market,
        ADA_USD => Market {
            base: ADA,
            lot: Decimal::new(1, 2),
            tick_scale: 4,
            minimum: Decimal::from(5),
            maximum: Decimal::from(1_000_000),
            minimum_value: Decimal::ZERO,
            commission_bps: Decimal::TEN,
            ..market
        },
        _ => Market {
            base: EUR,
            lot: Decimal::ONE,
            tick_scale: 5,
            minimum: Decimal::ONE,
            maximum: Decimal::from(10_000_000),
            minimum_value: Decimal::ZERO,
            is_margin: true,
            ..market
        },
    }
}

fn cut_to_lot(quantity: Decimal, lot: Decimal) -> Decimal {
    (quantity / lot).floor() * lot
}

fn is_limit(kind: OrderKind) -> bool {
    matches!(kind, OrderKind::Limit { .. })
}

fn better(side: Side, one: Decimal, other: Decimal) -> bool {
    match side {
        Side::Buy => one < other,
        Side::Sell => one > other,
    }
}

fn within(bound: &PriceBound, price: Decimal) -> bool {
    bound.lower.is_none_or(|lower| price >= lower.decimal())
        && bound.upper.is_none_or(|upper| price <= upper.decimal())
}

impl ModelOrder {
    fn new(order: &PlaceOrder) -> Self {
        Self {
            id: None,
            account: order.account,
            instrument: order.instrument,
            side: order.side,
            kind: order.kind,
            quantity: Decimal::ZERO,
            filled: Decimal::ZERO,
            value: Decimal::ZERO,
            status: OrderStatus::New,
            size: order.size,
            time_in_force: order.time_in_force,
            post_only: order.post_only,
            bound: order.price_bound,
            self_match: order.self_match,
            ends: None,
            held: Decimal::ZERO,
            rests_at: None,
            queued: 0,
            waits: None,
        }
    }

    pub(crate) fn leaves(&self) -> Decimal {
        if self.status.is_closed() { Decimal::ZERO } else { self.quantity - self.filled }
    }

    fn limit(&self) -> Option<Decimal> {
        let fixed = self.kind.resting_price().map(order_engine::Price::decimal);
        fixed.or(self.waits.and_then(|waits| waits.limit)).or(self.rests_at)
    }

    fn is_waiting(&self) -> bool {
        self.waits.is_some() && !self.status.is_closed()
    }
}

/// What a live order would do.
struct Meeting {
    fills: Vec<(usize, Decimal, Decimal)>,
    quantity: Decimal,
    rests_at: Option<Decimal>,
    held: Decimal,
    ends: Option<Timestamp>,
}

impl Model {
    pub(crate) fn new() -> Self {
        let mut totals = BTreeMap::new();
        for account in [ALICE, BOB] {
            for (asset, total) in [(USD, 100_000), (BTC, 10), (ADA, 10_000)] {
                totals.insert((account, asset), Decimal::from(total));
            }
        }
        Self {
            now: START,
            orders: Vec::new(),
            totals,
            lots: BTreeMap::new(),
            quotes: BTreeMap::new(),
            queue: 0,
        }
    }

    pub(crate) fn total(&self, account: AccountId, asset: AssetId) -> Decimal {
        self.totals.get(&(account, asset)).copied().unwrap_or_default()
    }

    pub(crate) fn held(&self, account: AccountId, asset: AssetId) -> Decimal {
        let holds = self.orders.iter().filter(|order| order.account == account && !order.status.is_closed());
        holds.filter(|order| order.held_asset() == asset).map(|order| order.held).sum()
    }

    /// Price levels of a side, best first: price, quantity, number of orders.
    pub(crate) fn levels(&self, instrument: InstrumentId, side: Side) -> Vec<(Decimal, Decimal, u32)> {
        let mut levels: Vec<(Decimal, Decimal, u32)> = Vec::new();
        for index in self.book(instrument, side) {
            let order = &self.orders[index];
            let price = order.rests_at.unwrap();
            match levels.last_mut().filter(|level| level.0 == price) {
                Some(level) => *level = (price, level.1 + order.leaves(), level.2 + 1),
                None => levels.push((price, order.leaves(), 1)),
            }
        }
        levels
    }

    /// Resting orders of a side in the order in which they are filled.
    fn book(&self, instrument: InstrumentId, side: Side) -> Vec<usize> {
        let mut resting: Vec<usize> = (0..self.orders.len())
            .filter(|index| {
                let order = &self.orders[*index];
                order.instrument == instrument
                    && order.side == side
                    && order.rests_at.is_some()
                    && !order.status.is_closed()
            })
            .collect();
        resting.sort_by_key(|index| {
            let order = &self.orders[*index];
            let price = order.rests_at.unwrap();
            (if side == Side::Buy { -price } else { price }, order.queued)
        });
        resting
    }

    fn best(&self, instrument: InstrumentId, side: Side) -> Option<Decimal> {
        self.book(instrument, side).first().and_then(|index| self.orders[*index].rests_at)
    }

    fn available(&self, account: AccountId, asset: AssetId) -> Decimal {
        self.total(account, asset) - self.held(account, asset)
    }

    fn move_asset(&mut self, from: AccountId, to: AccountId, asset: AssetId, amount: Decimal) {
        *self.totals.entry((from, asset)).or_default() -= amount;
        *self.totals.entry((to, asset)).or_default() += amount;
    }

    fn index(&self, id: OrderId) -> Option<usize> {
        self.orders.iter().position(|order| order.id == Some(id))
    }

    /// Lets everything happen that is due by an instant.
    pub(crate) fn pass(&mut self, now: Timestamp) {
        loop {
            let open = self.orders.iter().enumerate().filter(|(_, order)| !order.status.is_closed());
            let due = open.filter_map(|(index, order)| Some((order.ends?, order.id, index))).min();
            let Some((at, _, index)) = due.filter(|(at, ..)| *at <= now) else { break };
            self.now = at;
            self.orders[index].status = OrderStatus::Expired;
            self.settle();
        }
        self.now = now;
    }

    /// Carries out a command. `id` is what the engine calls the order that it makes.
    pub(crate) fn apply(&mut self, command: &Command, id: Option<OrderId>) -> Result<(), Refused> {
        match command {
            Command::PlaceOrder(order) => self.place(order, id),
            Command::UpdateQuote(quote) => {
                self.quote(quote);
                Ok(())
            }
            Command::ReplaceOrder(replace) => self.replace(replace),
            Command::SucceedOrder(succeed) => self.succeed(succeed, id),
            Command::CancelOrder(cancel) => {
                let index = self.own(cancel.account, cancel.order)?;
                self.open(index)?;
                self.orders[index].status = OrderStatus::Canceled;
                Ok(())
            }
            Command::CancelOrders(cancel) => {
                for order in &mut self.orders {
                    let matches =
                        order.account == cancel.account && cancel.side.is_none_or(|side| side == order.side);
                    if matches && order.status.is_working() {
                        order.status = OrderStatus::Canceled;
                    }
                }
                Ok(())
            }
            Command::ReleaseOrder(release) => {
                let index = self.own(release.account, release.order)?;
                self.open(index)?;
                self.release(index)
            }
            Command::RestateOrder(restate) => self.restate(restate),
            _ => Ok(()),
        }?;
        self.settle();
        Ok(())
    }

    fn own(&self, account: AccountId, id: OrderId) -> Result<usize, Refused> {
        self.index(id).filter(|index| self.orders[*index].account == account).ok_or("UnknownOrder")
    }

    fn open(&self, index: usize) -> Result<(), Refused> {
        if self.orders[index].status.is_closed() { Err("OrderClosed") } else { Ok(()) }
    }

    fn working(&self, account: AccountId, id: OrderId) -> Result<usize, Refused> {
        let index = self.own(account, id)?;
        self.open(index)?;
        if self.orders[index].status == OrderStatus::PendingNew { Err("OrderStaged") } else { Ok(index) }
    }

    fn place(&mut self, command: &PlaceOrder, id: Option<OrderId>) -> Result<(), Refused> {
        let mut order = ModelOrder { id, ..ModelOrder::new(command) };
        if let Some(waits) = self.waits_for(&order)? {
            let meeting = self.decide_waiting(&order, waits, Decimal::ZERO)?;
            self.take(order, command, meeting, Some(waits));
            return Ok(());
        }
        let meeting = self.decide(&order, Decimal::ZERO)?;
        order.quantity = meeting.quantity;
        self.take(order, command, meeting, None);
        Ok(())
    }

    fn take(&mut self, mut order: ModelOrder, command: &PlaceOrder, meeting: Meeting, waits: Option<Waits>) {
        order.quantity = meeting.quantity;
        if let Some(until) = command.staged_until {
            order.status = OrderStatus::PendingNew;
            order.ends = Some(until);
            self.orders.push(order);
            return;
        }
        order.ends = meeting.ends;
        order.held = meeting.held;
        order.waits = waits;
        self.orders.push(order);
        if waits.is_none() {
            self.meet(self.orders.len() - 1, meeting);
        }
    }

    fn release(&mut self, index: usize) -> Result<(), Refused> {
        if self.orders[index].status != OrderStatus::PendingNew {
            return Err("OrderNotStaged");
        }
        let order = self.orders[index].clone();
        let decided = match self.waits_for(&order) {
            Ok(Some(waits)) => {
                self.decide_waiting(&order, waits, Decimal::ZERO).map(|meeting| (meeting, Some(waits)))
            }
            Ok(None) => self.decide(&order, Decimal::ZERO).map(|meeting| (meeting, None)),
            Err(refused) => Err(refused),
        };
        let order = &mut self.orders[index];
        let Ok((meeting, waits)) = decided else {
            order.status = OrderStatus::Rejected;
            return Ok(());
        };
        order.status = OrderStatus::New;
        order.ends = meeting.ends;
        order.quantity = meeting.quantity;
        order.held = meeting.held;
        order.waits = waits;
        if waits.is_none() {
            self.meet(index, meeting);
        }
        Ok(())
    }

    /// Fills what was found; what is left rests or is canceled.
    fn meet(&mut self, index: usize, meeting: Meeting) {
        for (maker, price, quantity) in &meeting.fills {
            self.fill(index, *maker, *price, *quantity);
        }
        self.queue += 1;
        let queued = self.queue;
        let order = &mut self.orders[index];
        if order.status.is_closed() {
            return;
        }
        let Some(price) = meeting.rests_at else {
            order.status = OrderStatus::Canceled;
            return;
        };
        order.rests_at = Some(price);
        order.queued = queued;
        order.held = order.resting_hold(price);
    }

    /// What terms say of an order's size, bounds and end.
    fn shape(&self, order: &ModelOrder, limit: Option<Decimal>) -> Result<Option<Decimal>, Refused> {
        let market = market(order.instrument);
        let given = match order.size {
            Size::Base(quantity) if quantity.is_zero() => return Err("SizeNotPositive"),
            Size::Quote(amount) if amount.is_zero() => return Err("SizeNotPositive"),
            Size::Base(quantity) => Some(quantity.decimal()),
            Size::Quote(amount) => limit.map(|limit| cut_to_lot(amount.decimal() / limit, market.lot)),
        };
        self.check_size(order, given, limit)?;
        let rests_at = order
            .limit()
            .filter(|_| limit.is_some() || matches!(order.kind, OrderKind::MarketToLimit { .. }));
        if rests_at.or(limit).is_some_and(|price| !within(&order.bound, price)) {
            return Err("BeyondBound");
        }
        Ok(given)
    }

    fn check_size(
        &self,
        order: &ModelOrder,
        given: Option<Decimal>,
        limit: Option<Decimal>,
    ) -> Result<(), Refused> {
        let market = market(order.instrument);
        if given.is_some_and(|given| given < market.minimum || given.is_zero()) {
            return Err("QuantityTooSmall");
        }
        if given.is_some_and(|given| given > market.maximum) {
            return Err("QuantityTooLarge");
        }
        let value = match (given, limit, order.size) {
            (Some(given), Some(limit), _) => Some(given * limit),
            (_, _, Size::Quote(amount)) => Some(amount.decimal()),
            _ => None,
        };
        if value.is_some_and(|value| value < market.minimum_value) { Err("NotionalTooSmall") } else { Ok(()) }
    }

    fn ends(&self, order: &ModelOrder) -> Result<Option<Timestamp>, Refused> {
        match order.time_in_force {
            TimeInForce::Gtd(at) if at <= self.now => Err("ExpiryInPast"),
            TimeInForce::Gtd(at) => Ok(Some(at)),
            TimeInForce::Day => Ok(Some(self.now.next_time_of_day(0))),
            TimeInForce::Gtc | TimeInForce::Ioc | TimeInForce::Fok => Ok(None),
        }
    }

    /// Decides about an order that is live at once. `credit` is what it holds already.
    fn decide(&self, order: &ModelOrder, credit: Decimal) -> Result<Meeting, Refused> {
        let limit =
            order.kind.resting_price().filter(|_| is_limit(order.kind)).map(order_engine::Price::decimal);
        let given = self.shape(order, limit)?;
        let ends = self.ends(order)?;
        let best = self.best(order.instrument, order.side.opposite());
        let takes =
            |price: Decimal| limit.is_none_or(|limit| price == limit || better(order.side, price, limit));
        match best {
            None if !is_limit(order.kind) => return Err("NoLiquidity"),
            Some(best) if takes(best) && !within(&order.bound, best) => return Err("BeyondBound"),
            _ => {}
        }
        let (fills, unfilled) = self.walk(order, given, limit);
        let filled: Decimal = fills.iter().map(|(_, _, quantity)| *quantity).sum();
        let spent: Decimal = fills.iter().map(|(_, price, quantity)| *price * *quantity).sum();
        let quantity = given.unwrap_or(filled + unfilled);
        if given.is_none() {
            self.check_size(order, Some(quantity), None)?;
        }
        let rests_at = order.kind.resting_price().filter(|_| order.time_in_force.may_rest());
        let rests_at = rests_at.map(order_engine::Price::decimal);
        let left = quantity - filled;
        let worst = limit.or(fills.last().map(|(_, price, _)| *price));
        let needs = match (order.side, limit) {
            (Side::Sell, _) if rests_at.is_none() && given.is_none() => filled,
            (Side::Sell, _) => quantity,
            (Side::Buy, Some(limit)) => quantity * limit,
            (Side::Buy, None) => spent + rests_at.map_or(Decimal::ZERO, |price| left * price),
        };
        let sized = if rests_at.is_none() && given.is_none() { filled } else { quantity };
        let held = self.afford(order, needs, sized, worst, credit)?;
        if order.time_in_force == TimeInForce::Fok && filled < quantity {
            return Err("NotFillable");
        }
        if filled.is_zero() && matches!(order.kind, OrderKind::Market) {
            return Err("NoLiquidity");
        }
        self.check_fills(order, &fills)?;
        Ok(Meeting { fills, quantity, rests_at, held, ends })
    }

    fn check_fills(&self, order: &ModelOrder, fills: &[(usize, Decimal, Decimal)]) -> Result<(), Refused> {
        if order.post_only && !fills.is_empty() {
            return Err("WouldTakeLiquidity");
        }
        let own = |(maker, ..): &(usize, Decimal, Decimal)| self.orders[*maker].account == order.account;
        if order.self_match == SelfMatch::Refuse && fills.iter().any(own) { Err("SelfMatch") } else { Ok(()) }
    }

    /// The fills of an order, and what is left of its size.
    fn walk(
        &self,
        order: &ModelOrder,
        given: Option<Decimal>,
        limit: Option<Decimal>,
    ) -> (Vec<(usize, Decimal, Decimal)>, Decimal) {
        let market = market(order.instrument);
        let mut fills = Vec::new();
        let (mut quantity, mut amount) = match (given, order.size) {
            (Some(given), _) => (given, Decimal::ZERO),
            (None, Size::Quote(amount)) => (Decimal::ZERO, amount.decimal()),
            (None, Size::Base(_)) => unreachable!(),
        };
        let mut last = None;
        for maker in self.book(order.instrument, order.side.opposite()) {
            let price = self.orders[maker].rests_at.unwrap();
            let acceptable = limit.is_none_or(|limit| price == limit || better(order.side, price, limit));
            if !acceptable || !within(&order.bound, price) {
                break;
            }
            last = Some(price);
            let wanted = if given.is_some() { quantity } else { cut_to_lot(amount / price, market.lot) };
            let taken = wanted.min(self.orders[maker].leaves());
            if taken.is_zero() {
                return (fills, Decimal::ZERO);
            }
            fills.push((maker, price, taken));
            quantity -= taken.min(quantity);
            amount -= price * taken;
            let spent = if given.is_some() { quantity.is_zero() } else { amount <= Decimal::ZERO };
            if spent || wanted < self.orders[maker].leaves() {
                return (fills, Decimal::ZERO);
            }
        }
        let remainder =
            order.kind.resting_price().filter(|_| !is_limit(order.kind)).map(order_engine::Price::decimal);
        match (given, remainder.or(last).or(limit)) {
            (Some(_), _) => (fills, quantity),
            (None, Some(price)) => (fills, cut_to_lot(amount / price, market.lot)),
            (None, None) => (fills, Decimal::ZERO),
        }
    }

    /// What an order holds, if its account can afford it.
    fn afford(
        &self,
        order: &ModelOrder,
        needs: Decimal,
        quantity: Decimal,
        price: Option<Decimal>,
        credit: Decimal,
    ) -> Result<Decimal, Refused> {
        let market = market(order.instrument);
        if !market.is_margin {
            let asset = order.held_asset();
            let free = self.available(order.account, asset) + credit;
            return if free < needs { Err("InsufficientFunds") } else { Ok(needs) };
        }
        let none = (order.side, Vec::new());
        let (side, lots) = self.lots.get(&(order.account, order.instrument)).unwrap_or(&none);
        let position: Decimal = lots.iter().map(|lot| lot.0).sum();
        let reduced = if *side == order.side { Decimal::ZERO } else { position.min(quantity) };
        let added = quantity - reduced;
        let Some(price) = price.filter(|_| !added.is_zero()) else { return Ok(Decimal::ZERO) };
        let rate = Decimal::new(5, 2);
        let available = self.margin_available(order.account, order.instrument, rate);
        if available < added * price * rate { Err("InsufficientMargin") } else { Ok(Decimal::ZERO) }
    }

    fn margin_available(&self, account: AccountId, instrument: InstrumentId, rate: Decimal) -> Decimal {
        let cash = self.available(account, USD);
        let Some((side, lots)) = self.lots.get(&(account, instrument)) else { return cash };
        let (bid, ask) = self.quotes[&instrument];
        let quantity: Decimal = lots.iter().map(|lot| lot.0).sum();
        let cost: Decimal = lots.iter().map(|lot| lot.0 * lot.1).sum();
        let profit = match side {
            Side::Buy => bid * quantity - cost,
            Side::Sell => cost - ask * quantity,
        };
        cash + profit - (bid + ask) / Decimal::TWO * quantity * rate
    }

    fn quote(&mut self, update: &UpdateQuote) {
        let (bid, ask) = (update.bid.decimal(), update.ask.decimal());
        self.quotes.insert(update.instrument, (bid, ask));
        let is_house =
            |order: &ModelOrder| order.account == AccountId::HOUSE && order.instrument == update.instrument;
        for order in self.orders.iter_mut().filter(|order| is_house(order) && !order.status.is_closed()) {
            order.status = OrderStatus::Canceled;
        }
        for (side, price, size) in
            [(Side::Buy, update.bid, update.bid_size), (Side::Sell, update.ask, update.ask_size)]
        {
            if size.is_zero() {
                continue;
            }
            let kind = OrderKind::Limit { price };
            let order = PlaceOrder::new(AccountId::HOUSE, update.instrument, side, kind, Size::Base(size));
            let order = ModelOrder { quantity: size.decimal(), ..ModelOrder::new(&order) };
            let (fills, _) = self.walk(&order, Some(order.quantity), Some(price.decimal()));
            let meeting = Meeting {
                fills,
                quantity: order.quantity,
                rests_at: Some(price.decimal()),
                held: Decimal::ZERO,
                ends: None,
            };
            self.orders.push(order);
            self.meet(self.orders.len() - 1, meeting);
        }
    }

    fn fill(&mut self, taker: usize, maker: usize, price: Decimal, quantity: Decimal) {
        let (instrument, side) = (self.orders[taker].instrument, self.orders[taker].side);
        let (buyer, seller) = if side == Side::Buy { (taker, maker) } else { (maker, taker) };
        let (buyer, seller) = (self.orders[buyer].account, self.orders[seller].account);
        let market = market(instrument);
        for index in [taker, maker] {
            let order = &mut self.orders[index];
            order.filled += quantity;
            order.value += price * quantity;
            let is_done = order.filled == order.quantity;
            order.status = if is_done { OrderStatus::Filled } else { OrderStatus::PartiallyFilled };
            order.held = match order.rests_at.or(order.limit()) {
                Some(at) => order.resting_hold(at),
                None => order.held,
            };
        }
        if !market.is_margin {
            self.move_asset(buyer, seller, market.quote, price * quantity);
            self.move_asset(seller, buyer, market.base, quantity);
            let charge = |gross: Decimal| {
                (gross * market.commission_bps / Decimal::from(10_000))
                    .round_dp_with_strategy(6, RoundingStrategy::ToZero)
            };
            if buyer != AccountId::HOUSE {
                self.move_asset(buyer, AccountId::HOUSE, market.base, charge(quantity));
            }
            if seller != AccountId::HOUSE {
                self.move_asset(seller, AccountId::HOUSE, market.quote, charge(price * quantity));
            }
        } else {
            for (account, side) in
                [(self.orders[taker].account, side), (self.orders[maker].account, side.opposite())]
            {
                self.net(account, instrument, side, price, quantity);
            }
        }
    }

    /// Closes lots of the other side, oldest first, books the profit, and opens what is left.
    fn net(
        &mut self,
        account: AccountId,
        instrument: InstrumentId,
        side: Side,
        price: Decimal,
        quantity: Decimal,
    ) {
        if account == AccountId::HOUSE {
            return;
        }
        let (held_side, lots) = self.lots.entry((account, instrument)).or_insert((side, Vec::new()));
        let (mut left, mut profit) = (quantity, Decimal::ZERO);
        while *held_side != side && !left.is_zero() && !lots.is_empty() {
            let taken = left.min(lots[0].0);
            let gain = (price - lots[0].1) * taken;
            profit += if *held_side == Side::Buy { gain } else { -gain };
            left -= taken;
            lots[0].0 -= taken;
            lots.retain(|lot| !lot.0.is_zero());
        }
        if !left.is_zero() {
            *held_side = side;
            lots.push((left, price));
        }
        let profit = profit.round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero);
        self.move_asset(AccountId::HOUSE, account, USD, profit);
    }
}

impl ModelOrder {
    fn held_asset(&self) -> AssetId {
        let market = market(self.instrument);
        if self.side == Side::Buy { market.quote } else { market.base }
    }

    fn resting_hold(&self, price: Decimal) -> Decimal {
        let market = market(self.instrument);
        match self.side {
            _ if market.is_margin || self.account == AccountId::HOUSE => Decimal::ZERO,
            Side::Buy => self.leaves() * price,
            Side::Sell => self.leaves(),
        }
    }
}

/// Changing orders.
impl Model {
    fn replace(&mut self, replace: &ReplaceOrder) -> Result<(), Refused> {
        let index = self.working(replace.account, replace.order)?;
        if replace.price.is_none() && replace.trigger.is_none() && replace.quantity.is_none() {
            return Err("NothingToReplace");
        }
        let (changed, meeting, keeps_place) = self.change(index, replace, true)?;
        self.put(index, changed, meeting, keeps_place);
        Ok(())
    }

    /// The order under new terms, and what it would do.
    fn change(
        &self,
        index: usize,
        replace: &ReplaceOrder,
        may_trade: bool,
    ) -> Result<(ModelOrder, Meeting, bool), Refused> {
        let before = &self.orders[index];
        let mut order = before.clone();
        let is_waiting = order.is_waiting();
        order.kind = match (order.kind, replace.price) {
            (kind, None) => kind,
            (OrderKind::Limit { .. }, Some(price)) => OrderKind::Limit { price },
            (OrderKind::MarketToLimit { .. }, Some(rest_at)) => OrderKind::MarketToLimit { rest_at },
            (OrderKind::StopLimit { trigger, .. }, Some(price)) => OrderKind::StopLimit { trigger, price },
            (_, Some(_)) => return Err("Combination"),
        };
        order.kind = match (order.kind, replace.trigger) {
            (kind, None) => kind,
            (OrderKind::Stop { .. }, Some(trigger)) if is_waiting => OrderKind::Stop { trigger },
            (OrderKind::StopLimit { price, .. }, Some(trigger)) if is_waiting => {
                OrderKind::StopLimit { trigger, price }
            }
            (OrderKind::MarketIfTouched { .. }, Some(trigger)) if is_waiting => {
                OrderKind::MarketIfTouched { trigger }
            }
            (_, Some(_)) => return Err("Combination"),
        };
        if let Some(quantity) = replace.quantity {
            if quantity.is_zero() {
                return Err("SizeNotPositive");
            }
            order.quantity = quantity.decimal();
        }
        if order.quantity <= order.filled {
            return Err("QuantityNotAboveFilled");
        }
        let changes_trigger = order.kind.trigger_price() != before.kind.trigger_price();
        if is_waiting && changes_trigger {
            order.waits = self.waits_for(&order)?;
        }
        let trigger = order.waits.filter(|_| is_waiting);
        let price = match trigger {
            Some(waits) => waits
                .limit
                .or(order.kind.resting_price().map(order_engine::Price::decimal))
                .unwrap_or(waits.trigger),
            None => order.limit().unwrap(),
        };
        self.check_size(
            &ModelOrder { size: Size::Base(quantity(&order.quantity.to_string())), ..order.clone() },
            Some(order.quantity),
            Some(price),
        )?;
        if !within(&order.bound, price) {
            return Err("BeyondBound");
        }
        let keeps_place = !is_waiting && before.rests_at == Some(price) && order.leaves() <= before.leaves();
        let stand_in = ModelOrder {
            kind: OrderKind::Limit { price: order_engine::Price::new(price).unwrap() },
            ..order.clone()
        };
        let fills = if keeps_place || is_waiting {
            Vec::new()
        } else {
            self.walk(&stand_in, Some(order.leaves()), Some(price)).0
        };
        let needs = if order.side == Side::Buy { order.leaves() * price } else { order.leaves() };
        let held = self.afford(&order, needs, order.leaves(), Some(price), before.held)?;
        self.check_fills(&order, &fills)?;
        if !may_trade && !fills.is_empty() {
            return Err("WouldTakeLiquidity");
        }
        let rests_at = Some(price).filter(|_| !is_waiting);
        let meeting = Meeting { fills, quantity: order.quantity, rests_at, held, ends: order.ends };
        Ok((order, meeting, keeps_place))
    }

    fn put(&mut self, index: usize, changed: ModelOrder, meeting: Meeting, keeps_place: bool) {
        let is_waiting = changed.is_waiting();
        let order = &mut self.orders[index];
        *order = ModelOrder {
            held: meeting.held,
            size: Size::Base(quantity(&changed.quantity.to_string())),
            ..changed
        };
        if !keeps_place && !is_waiting {
            order.rests_at = None;
            self.meet(index, meeting);
        }
    }

    fn succeed(&mut self, succeed: &SucceedOrder, id: Option<OrderId>) -> Result<(), Refused> {
        let index = self.working(succeed.account, succeed.order)?;
        let before = self.orders[index].clone();
        if before.kind.trigger_price().is_some()
            || matches!(before.kind, OrderKind::TrailingStop { .. } | OrderKind::TrailingStopLimit { .. })
        {
            return Err("Combination");
        }
        let base = || Size::Base(quantity(&before.leaves().to_string()));
        let size = match (succeed.size, before.side) {
            (SuccessorSize::Held, Side::Buy) => {
                Size::Quote(amount(&(before.leaves() * before.limit().unwrap()).normalize().to_string()))
            }
            (SuccessorSize::Of(size), _) => size,
            _ => base(),
        };
        let kind = OrderKind::Limit { price: succeed.price.unwrap() };
        let command = PlaceOrder {
            time_in_force: before.time_in_force,
            post_only: before.post_only,
            price_bound: before.bound,
            self_match: before.self_match,
            ..PlaceOrder::new(before.account, before.instrument, before.side, kind, size)
        };
        let order = ModelOrder { id, ..ModelOrder::new(&command) };
        match self.decide(&order, before.held) {
            Ok(meeting) => {
                self.orders[index].status = OrderStatus::Replaced;
                self.take(order, &command, meeting, None);
                Ok(())
            }
            Err("NoLiquidity" | "BeyondBound" | "NotFillable" | "WouldTakeLiquidity" | "SelfMatch") => {
                let limit = succeed.price.map(order_engine::Price::decimal);
                let quantity = self.shape(&order, limit)?.unwrap();
                self.orders.push(ModelOrder { status: OrderStatus::Rejected, quantity, ..order });
                Ok(())
            }
            Err(refused) => Err(refused),
        }
    }

    fn restate(&mut self, restate: &RestateOrder) -> Result<(), Refused> {
        let index = self.index(restate.order).ok_or("UnknownOrder")?;
        let order = &self.orders[index];
        let status = match restate.status {
            RestatedStatus::Keep => None,
            RestatedStatus::Canceled => Some(OrderStatus::Canceled),
            RestatedStatus::Rejected => Some(OrderStatus::Rejected),
            RestatedStatus::Expired => Some(OrderStatus::Expired),
        };
        if let Some(status) = status {
            if order.status != status {
                self.open(index)?;
                self.orders[index].status = status;
            }
            return Ok(());
        }
        let price = restate.price.filter(|price| Some(price.decimal()) != order.limit());
        let Some(price) = price else { return Ok(()) };
        self.open(index)?;
        if order.status == OrderStatus::PendingNew {
            return Err("OrderStaged");
        }
        let replace = ReplaceOrder {
            account: order.account,
            order: restate.order,
            price: Some(price),
            trigger: None,
            quantity: None,
            time_in_force: None,
            price_bound: None,
            client_order_id: None,
            annotations: None,
        };
        let (changed, meeting, keeps_place) = self.change(index, &replace, false)?;
        self.put(index, changed, meeting, keeps_place);
        Ok(())
    }
}

/// Waiting orders.
impl Model {
    fn reference(&self, instrument: InstrumentId, side: Side) -> Option<Decimal> {
        self.best(instrument, side.opposite())
    }

    fn waits_for(&self, order: &ModelOrder) -> Result<Option<Waits>, Refused> {
        let fixed = |trigger: order_engine::Price, rises| {
            Ok(Some(Waits { trigger: trigger.decimal(), rises, best: None, limit: None }))
        };
        let is_buy = order.side == Side::Buy;
        let market = || self.reference(order.instrument, order.side).ok_or("NoLiquidity");
        match order.kind {
            OrderKind::Market | OrderKind::Limit { .. } | OrderKind::MarketToLimit { .. } => Ok(None),
            OrderKind::Stop { trigger } | OrderKind::StopLimit { trigger, .. } => fixed(trigger, is_buy),
            OrderKind::MarketIfTouched { trigger } => fixed(trigger, trigger.decimal() > market()?),
            OrderKind::TrailingStop { .. } | OrderKind::TrailingStopLimit { .. } => {
                self.trail_from(order, market()?).map(Some)
            }
        }
    }

    fn trail_from(&self, order: &ModelOrder, best: Decimal) -> Result<Waits, Refused> {
        let tick = Decimal::new(1, market(order.instrument).tick_scale);
        let (offset, limit_offset) = match order.kind {
            OrderKind::TrailingStop { offset } => (offset, None),
            OrderKind::TrailingStopLimit { offset, limit_offset } => (offset, Some(limit_offset.decimal())),
            _ => unreachable!(),
        };
        let distance = match offset {
            Offset::Price(distance) => distance.decimal(),
            Offset::BasisPoints(rate) => {
                let ticks = best * Decimal::from(rate.get()) / Decimal::from(10_000) / tick;
                ticks.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero) * tick
            }
        };
        let sign = if order.side == Side::Buy { Decimal::ONE } else { -Decimal::ONE };
        let trigger = best + sign * distance;
        let limit = limit_offset.map(|offset| trigger + sign * offset);
        if trigger <= Decimal::ZERO || limit.is_some_and(|limit| limit <= Decimal::ZERO) {
            return Err("OffsetOutOfRange");
        }
        Ok(Waits { trigger, rises: order.side == Side::Buy, best: Some(best), limit })
    }

    fn decide_waiting(&self, order: &ModelOrder, waits: Waits, credit: Decimal) -> Result<Meeting, Refused> {
        if order.post_only {
            return Err("Combination");
        }
        let fixed = order.kind.resting_price().map(order_engine::Price::decimal);
        let price = waits.limit.or(fixed).unwrap_or(waits.trigger);
        let stand_in = ModelOrder {
            kind: OrderKind::Limit { price: order_engine::Price::new(price).unwrap() },
            ..order.clone()
        };
        let given = self.shape(&stand_in, Some(price))?.unwrap();
        let ends = self.ends(order)?;
        let needs = if order.side == Side::Buy { given * price } else { given };
        let held = self.afford(order, needs, given, Some(price), credit)?;
        Ok(Meeting { fills: Vec::new(), quantity: given, rests_at: None, held, ends })
    }

    /// Lets waiting orders follow and fire until nothing more happens.
    fn settle(&mut self) {
        while [BTC_USD, ADA_USD, EUR_USD].into_iter().any(|instrument| self.settle_one(instrument)) {}
    }

    fn settle_one(&mut self, instrument: InstrumentId) -> bool {
        for side in [Side::Buy, Side::Sell] {
            let Some(reference) = self.reference(instrument, side) else { continue };
            for index in 0..self.orders.len() {
                let order = &self.orders[index];
                let is_here = order.instrument == instrument && order.side == side && order.is_waiting();
                let seen = order.waits.and_then(|waits| waits.best).filter(|_| is_here);
                if seen.is_some_and(|seen| better(side, reference, seen))
                    && let Ok(waits) = self.trail_from(order, reference)
                {
                    self.orders[index].waits = Some(waits);
                }
            }
        }
        let Some(index) = self.next_fired(instrument) else { return false };
        let waits = self.orders[index].waits.take().unwrap();
        let order = self.orders[index].clone();
        let live = match order.kind {
            OrderKind::StopLimit { price, .. } => OrderKind::Limit { price },
            OrderKind::TrailingStopLimit { .. } => {
                OrderKind::Limit { price: order_engine::Price::new(waits.limit.unwrap()).unwrap() }
            }
            _ => OrderKind::Market,
        };
        match self.decide(&ModelOrder { kind: live, ..order }, self.orders[index].held) {
            Err(_) => self.orders[index].status = OrderStatus::Canceled,
            Ok(meeting) => {
                let order = &mut self.orders[index];
                order.quantity = meeting.quantity;
                order.held = meeting.held;
                // A trailing limit is fixed from now on.
                order.rests_at = None;
                self.meet(index, meeting);
            }
        }
        true
    }

    fn next_fired(&self, instrument: InstrumentId) -> Option<usize> {
        [Side::Buy, Side::Sell].into_iter().find_map(|side| {
            let reference = self.reference(instrument, side)?;
            let waiting = (0..self.orders.len()).filter(|index| {
                let order = &self.orders[*index];
                order.instrument == instrument && order.side == side && order.is_waiting()
            });
            let waiting: Vec<(Waits, Option<OrderId>, usize)> = waiting
                .map(|index| (self.orders[index].waits.unwrap(), self.orders[index].id, index))
                .collect();
            let rising = waiting.iter().filter(|(waits, ..)| waits.rises && waits.trigger <= reference);
            let rising = rising.min_by_key(|(waits, id, _)| (waits.trigger, *id));
            let falling = waiting.iter().filter(|(waits, ..)| !waits.rises && waits.trigger >= reference);
            let falling = falling.min_by_key(|(waits, id, _)| (-waits.trigger, *id));
            rising.or(falling).map(|(_, _, index)| *index)
        })
    }
}
