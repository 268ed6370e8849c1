//! Sessions, halts, and orders that wait for them.

use order_engine::{
    AccountId, Amount, InstrumentId, OrderId, OrderKind, OrderStatus, PlaceOrder, SessionKind, Side, Size,
    TimeInForce, Timestamp,
};
use rust_decimal::Decimal;

use super::exits::check_exits;
use super::waiting::known_form;
use super::{Meeting, Model, ModelOrder, Refused, is_limit, market};
use crate::support::*;

/// What an order waits for.
pub(super) struct Wait {
    /// When it is released; nothing for the end of a halt.
    at: Option<Timestamp>,
    from: Timestamp,
    ends: Option<Timestamp>,
    refusal: Option<Refused>,
}

/// A session of an instrument: its kind, its opening, its closing and its day.
type Hours = (SessionKind, Timestamp, Timestamp, usize);

/// Whether an instrument refuses what comes while it is closed.
fn refuses(instrument: InstrumentId) -> bool {
    instrument == EUR_USD
}

fn sessions(instrument: InstrumentId) -> Vec<Hours> {
    let hours = hours(instrument).unwrap_or_default();
    let of_day = |(day, sessions): (usize, Vec<(SessionKind, u64, u64)>)| {
        sessions.into_iter().map(move |(kind, opens, closes)| {
            (kind, START.plus_seconds(opens), START.plus_seconds(closes), day)
        })
    };
    hours.into_iter().enumerate().flat_map(of_day).collect()
}

fn counts(kind: SessionKind, extended: bool) -> bool {
    extended || kind == SessionKind::Regular
}

fn next_session(instrument: InstrumentId, after: Timestamp, extended: bool) -> Option<Timestamp> {
    let later = sessions(instrument)
        .into_iter()
        .filter(|(kind, opens, ..)| counts(*kind, extended) && *opens > after);
    later.map(|(_, opens, ..)| opens).min()
}

/// The opening and the end of each day's sessions that count.
fn spans(instrument: InstrumentId, extended: bool) -> Vec<(Timestamp, Timestamp)> {
    let sessions: Vec<Hours> =
        sessions(instrument).into_iter().filter(|(kind, ..)| counts(*kind, extended)).collect();
    let days: std::collections::BTreeSet<usize> = sessions.iter().map(|session| session.3).collect();
    let span = |day| {
        let of_day = || sessions.iter().filter(move |session| session.3 == day);
        (of_day().map(|session| session.1).min().unwrap(), of_day().map(|session| session.2).max().unwrap())
    };
    days.into_iter().map(span).collect()
}

/// When the day ends of an order that may trade from an instant on; nothing where it is always open.
pub(super) fn day_end(
    instrument: InstrumentId,
    from: Timestamp,
    extended: bool,
) -> Result<Option<Timestamp>, Refused> {
    if hours(instrument).is_none() {
        return Ok(None);
    }
    let mut ends = spans(instrument, extended).into_iter().map(|(_, ends)| ends);
    ends.find(|ends| *ends > from).map(Some).ok_or("MarketClosed")
}

fn is_auction(time_in_force: TimeInForce) -> bool {
    matches!(time_in_force, TimeInForce::AtOpen | TimeInForce::AtClose)
}

impl ModelOrder {
    fn is_queued(&self) -> bool {
        self.status == OrderStatus::PendingNew && !self.is_staged
    }
}

impl Model {
    pub(super) fn session(&self, instrument: InstrumentId) -> Option<SessionKind> {
        if hours(instrument).is_none() {
            return Some(SessionKind::Regular);
        }
        let at = self.looked_at.get(&instrument).copied().unwrap_or(START);
        let open =
            sessions(instrument).into_iter().find(|(_, opens, closes, _)| *opens <= at && at < *closes);
        open.map(|(kind, ..)| kind)
    }

    pub(super) fn is_trading(&self, instrument: InstrumentId) -> bool {
        !self.halted.contains(&instrument) && self.session(instrument).is_some()
    }

    /// Whether exits close lots now: what they send asks for no extended hours.
    pub(super) fn closes_lots(&self, instrument: InstrumentId) -> bool {
        self.is_trading(instrument) && self.session(instrument) == Some(SessionKind::Regular)
    }

    pub(super) fn admits(&self, order: &ModelOrder) -> bool {
        let session = self.session(order.instrument);
        self.is_trading(order.instrument) && session.is_some_and(|kind| counts(kind, order.extended))
    }

    /// What an order waits for, if it has to.
    pub(super) fn must_wait(&self, order: &ModelOrder) -> Result<Option<Wait>, Refused> {
        if order.release_at.is_some_and(|at| at <= self.now) {
            return Err("ReleaseInPast");
        }
        if is_auction(order.time_in_force) {
            let is_simple = matches!(order.kind, OrderKind::Market | OrderKind::Limit { .. });
            if !is_simple || order.release_at.is_some() || hours(order.instrument).is_none() {
                return Err("Combination");
            }
            let spans = spans(order.instrument, false);
            let at = match order.time_in_force {
                TimeInForce::AtOpen => spans.into_iter().find(|(opens, _)| *opens > self.now),
                _ => spans.into_iter().find(|(_, ends)| *ends > self.now).map(|(_, ends)| (ends, ends)),
            };
            return Ok(Some(match at {
                Some((at, ends)) => Wait { at: Some(at), from: at, ends: Some(ends), refusal: None },
                None => Wait { at: None, from: self.now, ends: None, refusal: Some("MarketClosed") },
            }));
        }
        if let Some(at) = order.release_at {
            let wait = Wait { at: Some(at), from: at, ends: None, refusal: None };
            return Ok(Some(wait));
        }
        if self.admits(order) {
            return Ok(None);
        }
        let is_halted = self.halted.contains(&order.instrument);
        let opens = next_session(order.instrument, self.now, order.extended).filter(|_| !is_halted);
        let refusal = if is_halted { "TradingHalted" } else { "MarketClosed" };
        let may_wait = !refuses(order.instrument) && (is_halted || opens.is_some());
        let refusal = Some(refusal).filter(|_| !may_wait);
        Ok(Some(Wait { at: opens, from: opens.unwrap_or(self.now), ends: None, refusal }))
    }

    /// Decides about an order that waits, by what is known of its price.
    pub(super) fn decide_queued(
        &self,
        order: &ModelOrder,
        wait: &Wait,
        credit: Option<usize>,
    ) -> Result<Meeting, Refused> {
        let kind = known_form(order.kind);
        if order.post_only && !is_limit(order.kind) {
            return Err("Combination");
        }
        let stand_in = ModelOrder { kind, ..order.clone() };
        let price = kind.resting_price().map(order_engine::Price::decimal);
        let limit = price.filter(|_| is_limit(kind));
        let given = Self::shape(&stand_in, limit)?;
        let ends = Self::ends(order, wait.from)?;
        if let Some(refusal) = wait.refusal {
            return Err(refusal);
        }
        let needs = match limit {
            Some(limit) => order.needs(limit, given.unwrap_or_default()),
            None if order.side == Side::Sell && !order.short_sale => given.unwrap_or_default(),
            None => Decimal::ZERO,
        };
        if let Some(limit) = limit {
            check_exits(order, limit)?;
        }
        self.check_reducing(order, given.unwrap_or_default())?;
        let ordered = given.unwrap_or_default();
        self.afford(order, needs, (ordered, ordered), limit, credit)?;
        let estimate = |amount: Amount| {
            let (bid, ask) = self.quotes[&order.instrument];
            let price = if order.side == Side::Buy { ask } else { bid };
            market(order.instrument).bought_for(amount.decimal(), price)
        };
        let quantity = match (given, order.size) {
            (Some(given), _) => given,
            (None, Size::Quote(amount)) => estimate(amount),
            (None, Size::Base(_)) => unreachable!(),
        };
        let ends = wait.ends.into_iter().chain(ends).min();
        Ok(Meeting {
            fills: Vec::new(),
            quantity,
            rests_at: price,
            held: Decimal::ZERO,
            claim: Decimal::ZERO,
            ends,
        })
    }

    /// Records an order that waits, unless its caller has to release it first.
    pub(super) fn take_queued(
        &mut self,
        order: ModelOrder,
        command: &PlaceOrder,
        meeting: &Meeting,
        wait: &Wait,
    ) {
        if command.staged_until.is_some() {
            self.take(order, command, meeting, None);
            return;
        }
        let born = self.next_birth();
        self.orders.push(ModelOrder {
            status: OrderStatus::PendingNew,
            quantity: meeting.quantity,
            born,
            ..order
        });
        self.wait_for(self.orders.len() - 1, meeting, wait);
    }

    pub(super) fn wait_for(&mut self, index: usize, meeting: &Meeting, wait: &Wait) {
        let order = &mut self.orders[index];
        order.is_staged = false;
        order.quantity = meeting.quantity;
        order.ends = meeting.ends;
        order.released = wait.at;
    }

    /// Everything that time will do: when, in which phase, by which number, and to what.
    fn due(&self) -> Vec<(Timestamp, u8, u64, usize)> {
        let mut due = Vec::new();
        for (index, order) in self.orders.iter().enumerate().filter(|(_, order)| !order.status.is_closed()) {
            let Some(id) = order.id.map(OrderId::get) else { continue };
            let phase = if order.time_in_force == TimeInForce::AtClose { 0 } else { 4 };
            due.extend(order.released.map(|at| (at, phase, id, index)));
            due.extend(order.ends.map(|at| (at, 1, id, index)));
            due.extend(order.returns.map(|at| (at, 4, id, index)));
        }
        for instrument in MARKETS {
            let seen = self.looked_at.get(&instrument).copied().unwrap_or(START);
            let changes = sessions(instrument).into_iter().flat_map(|(_, opens, closes, _)| [opens, closes]);
            let number = instrument.get();
            due.extend(changes.filter(|at| *at > seen).map(|at| (at, 3, number.into(), number as usize)));
        }
        due.extend(self.expires().map(|at| (at, 2, 0, 0)));
        due
    }

    /// Lets everything happen that is due by an instant.
    pub(crate) fn pass(&mut self, now: Timestamp) {
        while let Some((at, phase, _, which)) = self.due().into_iter().min().filter(|(at, ..)| *at <= now) {
            self.now = at;
            match phase {
                0 if self.admits(&self.orders[which]) => self.go_live(which),
                0 => self.orders[which].released = None,
                1 => self.orders[which].status = OrderStatus::Expired,
                2 => self.expire(),
                3 => self.change_session(InstrumentId::new(u32::try_from(which).unwrap())),
                _ => self.release_by_time(which),
            }
            self.settle();
        }
        self.now = now;
    }

    fn change_session(&mut self, instrument: InstrumentId) {
        let was_trading = self.is_trading(instrument);
        self.looked_at.insert(instrument, self.now);
        let is_extended = self.session(instrument).is_some_and(|kind| kind != SessionKind::Regular);
        for order in self.orders.iter_mut().filter(|order| order.instrument == instrument) {
            let is_working = order.status.is_working() && order.account != AccountId::HOUSE;
            order.is_parked |= is_working && is_extended && !order.extended;
        }
        self.move_house(instrument, was_trading);
        for index in 0..self.orders.len() {
            let order = &self.orders[index];
            let comes = order.instrument == instrument && order.is_parked && order.status.is_working();
            if comes && self.admits(order) {
                self.orders[index].returns = Some(self.now);
            }
        }
    }

    fn move_house(&mut self, instrument: InstrumentId, was_trading: bool) {
        match (was_trading, self.is_trading(instrument)) {
            (false, true) => self.quote(&self.last_quotes[&instrument].clone()),
            (true, false) => self.withdraw_house(instrument),
            _ => {}
        }
    }

    fn release_by_time(&mut self, index: usize) {
        let order = self.orders[index].clone();
        if order.status.is_closed() {
            return;
        }
        self.orders[index].returns = None;
        if !order.is_queued() {
            self.come_back(index);
            return;
        }
        let opens = next_session(order.instrument, self.now, order.extended);
        let is_halted = self.halted.contains(&order.instrument);
        match (self.admits(&order), is_halted, opens) {
            (true, ..) => self.go_live(index),
            (false, true, _) if !refuses(order.instrument) => self.orders[index].released = None,
            (false, false, Some(at)) if !refuses(order.instrument) => self.orders[index].released = Some(at),
            _ => self.orders[index].status = OrderStatus::Rejected,
        }
    }

    /// An order that stood aside comes to its trigger or to the book.
    fn come_back(&mut self, index: usize) {
        self.orders[index].is_parked = false;
        let order = self.orders[index].clone();
        if order.is_waiting() {
            return;
        }
        let price = order.rests_at.unwrap();
        let kind = OrderKind::Limit { price: order_engine::Price::new(price).unwrap() };
        let fills = self.walk(&ModelOrder { kind, ..order.clone() }, Some(order.leaves()), Some(price)).0;
        if self.check_best(&order, price).and_then(|()| self.check_fills(&order, &fills)).is_err() {
            self.orders[index].status = OrderStatus::Canceled;
            return;
        }
        let (quantity, held, claim, ends) = (order.quantity, order.held, order.claim, order.ends);
        self.meet(index, &Meeting { fills, quantity, rests_at: Some(price), held, claim, ends });
    }

    pub(super) fn halt(&mut self, instrument: InstrumentId) -> Result<(), Refused> {
        let was_trading = self.is_trading(instrument);
        if !self.halted.insert(instrument) {
            return Err("TradingHalted");
        }
        self.move_house(instrument, was_trading);
        for order in self.orders.iter_mut().filter(|order| order.instrument == instrument) {
            if order.status.is_working() && order.account != AccountId::HOUSE {
                order.status = OrderStatus::Suspended;
            }
        }
        Ok(())
    }

    pub(super) fn resume(&mut self, instrument: InstrumentId) -> Result<(), Refused> {
        if !self.halted.remove(&instrument) {
            return Err("TradingNotHalted");
        }
        for order in self.orders.iter_mut().filter(|order| order.instrument == instrument) {
            if order.status == OrderStatus::Suspended {
                let is_new = order.filled.is_zero();
                order.status = if is_new { OrderStatus::New } else { OrderStatus::PartiallyFilled };
            }
        }
        self.move_house(instrument, false);
        // Margins are looked at when the command is over.
        self.settle_triggers();
        let comes = |order: &ModelOrder| {
            let is_kept = order.is_queued() && order.released.is_none();
            let is_back = order.is_parked && order.status.is_working() && self.admits(order);
            order.instrument == instrument && (is_kept || is_back)
        };
        let coming: Vec<usize> = (0..self.orders.len()).filter(|index| comes(&self.orders[*index])).collect();
        for index in coming {
            self.release_by_time(index);
            self.settle_triggers();
        }
        Ok(())
    }
}
