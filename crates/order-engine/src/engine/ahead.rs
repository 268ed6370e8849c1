//! Looking ahead: asking memory for what commands are going to read, before any of them is carried out.
//!
//! What a command reads leads from one place in memory to the next: from the id of an order to its slot, from there to the
//! order and to its node in the book, and on to their neighbours. A processor waits for each in turn, and with many
//! orders that is a third of what a command costs, or more. For several commands the same steps can be taken side by side, so that
//! memory is waited for once a step instead of once a step and command.

use std::hint::black_box;

use super::Engine;
use super::market::Market;
use super::orders::Place;
use crate::book::{BookKey, LevelKey};
use crate::command::Command;
use crate::number::Price;
use crate::order::Side;

/// Commands that are looked at together. With many more, what the first will read has left the nearest cache before it is
/// carried out.
pub const LOOK_AHEAD: usize = 16;

/// What is known so far of what a command is going to read.
#[derive(Clone, Copy, Default)]
struct Ahead<'a> {
    market: Option<&'a Market>,
    /// The order that it is about.
    order: Option<Place>,
    /// Where that rests.
    resting: Option<BookKey>,
    /// The level at which an order is going to rest.
    level: Option<LevelKey>,
}

impl Engine {
    /// For whoever carries out a batch one command after the other: asks memory for what the next commands of it are going to
    /// read, when it has come to the first of so many as are looked at together.
    pub fn look_ahead(&self, batch: &[Command], next: usize) {
        if next.is_multiple_of(LOOK_AHEAD) {
            self.anticipate(batch.get(next..).unwrap_or_default());
        }
    }

    /// Asks memory for what commands are going to read, which changes nothing. Of more than [`LOOK_AHEAD`] commands only
    /// the first are looked at: whoever has many calls this again before the next ones.
    ///
    /// Only what is frequent is looked at, and what only an earlier one of these commands is going to make is not found.
    pub fn anticipate(&self, commands: &[Command]) {
        let mut ahead = [Ahead::default(); LOOK_AHEAD];
        for (ahead, command) in ahead.iter_mut().zip(commands) {
            self.look_up(ahead, command);
        }
        for (ahead, _) in ahead.iter_mut().zip(commands) {
            self.touch_slot(ahead);
        }
        for (ahead, command) in ahead.iter().zip(commands) {
            self.touch_order(ahead, command);
        }
        for (ahead, command) in ahead.iter_mut().zip(commands) {
            self.touch_neighbours(ahead, command);
        }
    }

    /// First: where the command's order is, or the level that it is going to rest at.
    fn look_up<'a>(&'a self, ahead: &mut Ahead<'a>, command: &Command) {
        if let Command::PlaceOrder(order) = command {
            if let Some(price) = order.kind.resting_price() {
                ahead.market = self.market(order.instrument);
                ahead.look_for_level(order.side, price);
            }
        } else if let Command::CancelOrder(cancel) = command {
            ahead.order = self.orders.find(cancel.order);
        } else if let Command::ReplaceOrder(replace) = command {
            ahead.order = self.orders.find(replace.order);
        } else if let Command::SucceedOrder(succeed) = command {
            ahead.order = self.orders.find(succeed.order);
        }
    }

    /// Second: the slot of the order, which says where the order is in memory and on the book.
    fn touch_slot<'a>(&'a self, ahead: &mut Ahead<'a>) {
        if let Some(place) = ahead.order {
            let (instrument, resting) = self.orders.resting_ahead(place);
            ahead.market = self.market(instrument);
            ahead.resting = resting;
        }
        ahead.touch_level();
    }

    /// Third: the order, its node in the book, and the open orders of its account beside one that is to be closed.
    fn touch_order(&self, ahead: &Ahead<'_>, command: &Command) {
        let (Some(place), Some(market)) = (ahead.order, ahead.market) else { return };
        self.orders.touch(place);
        if !matches!(command, Command::ReplaceOrder(_)) {
            self.orders.touch_beside(place);
        }
        if let Some(key) = ahead.resting {
            black_box(market.book.resting(key).order);
        }
    }

    /// Last: the neighbours in the book, and the level that the order moves to.
    fn touch_neighbours(&self, ahead: &mut Ahead<'_>, command: &Command) {
        let (Some(place), Some(market), Some(key)) = (ahead.order, ahead.market, ahead.resting) else {
            return;
        };
        market.book.fetch(key);
        if let Command::ReplaceOrder(replace) = command
            && let Some(price) = replace.price
        {
            ahead.look_for_level(self.orders.order_at(place).side, price);
            ahead.touch_level();
        }
    }
}

impl Ahead<'_> {
    fn look_for_level(&mut self, side: Side, price: Price) {
        self.level = self
            .market
            .filter(|market| !market.book.has_few_levels())
            .and_then(|market| market.book.find_level(side, market.scales.ticks(price).ok()?));
    }

    /// The order behind which the command's order is going to rest.
    fn touch_level(&self) {
        if let (Some(market), Some(level)) = (self.market, self.level) {
            market.book.fetch_last(level);
        }
    }
}
