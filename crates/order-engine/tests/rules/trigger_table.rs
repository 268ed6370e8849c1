//! What fires when: every kind of trigger on both sides, with the market a tick before it, at it and beyond it. The table
//! of `docs/orders.md` is what the engine does here.

use std::fmt::Write as _;

use order_engine::{Exits, Offset, OrderKind, PlaceOrder, PriceDifference, Side, Size};

use crate::support::*;

/// Where the market goes from 100.
const PRICES: [&str; 6] = ["94.99", "95.00", "95.01", "104.99", "105.00", "105.01"];
const SIDES: [(Side, &str); 2] = [(Side::Buy, "buy"), (Side::Sell, "sell")];

/// A world in which the market price of a side is this. The house takes the rest of the spread.
fn move_to(world: &mut World, side: Side, at: &str) {
    let tenth = price(at).decimal() / rust_decimal::Decimal::TEN;
    let other = match side {
        Side::Buy => price(at).decimal() - tenth.round_dp(5),
        Side::Sell => price(at).decimal() + tenth.round_dp(5),
    };
    let other = other.normalize().to_string();
    let (bid, ask) = if side == Side::Buy { (other.as_str(), at) } else { (at, other.as_str()) };
    world.run(quote(EUR_USD, bid, ask, "100000")).unwrap();
}

fn order(side: Side, kind: OrderKind) -> PlaceOrder {
    PlaceOrder::new(ALICE, EUR_USD, side, kind, Size::Base(quantity("1000")))
}

/// What becomes of an order when the market goes from 100 to a price.
fn of_order(side: Side, kind: OrderKind, at: &str) -> &'static str {
    let mut world = World::new();
    move_to(&mut world, side, "100");
    let placed = world.place(order(side, kind)).unwrap();
    if !placed.is_armed() {
        return "at once";
    }
    move_to(&mut world, side, at);
    if world.order(placed.id).is_armed() { "" } else { "fires" }
}

/// What becomes of a lot with exits when the market price of the side that closes it goes from 100 to a price.
fn of_lot(side: Side, exits: Exits, at: &str) -> &'static str {
    let mut world = World::new();
    move_to(&mut world, side.opposite(), "100");
    let opening = order(side, OrderKind::Market);
    world.place(opening).unwrap();
    let lot = world.lots(ALICE, EUR_USD)[0].id;
    let changes = order_engine::ExitChanges {
        take_profit: set(exits.take_profit),
        stop_loss: set(exits.stop_loss),
        trailing: set(exits.trailing),
    };
    let change = order_engine::ChangeLotExits { account: ALICE, lot, changes };
    world.run(order_engine::Command::ChangeLotExits(change)).unwrap();
    move_to(&mut world, side.opposite(), at);
    if world.lots(ALICE, EUR_USD).is_empty() { "fires" } else { "" }
}

fn set<T>(exit: Option<T>) -> order_engine::ExitChange<T> {
    exit.map_or(order_engine::ExitChange::Keep, order_engine::ExitChange::Set)
}

fn table() -> String {
    let mut table = format!("| from 100 to | trigger | {} |\n", PRICES.join(" | "));
    table.push_str("|---|---|---|---|---|---|---|---|\n");
    let mut row = |name: String, trigger: &str, cell: &dyn Fn(&str) -> &'static str| {
        let cells = PRICES.map(cell).join(" | ");
        writeln!(table, "| {name} | {trigger} | {cells} |").unwrap();
    };
    for (side, name) in SIDES {
        for trigger in ["95", "105"] {
            let kinds = [
                ("Stop", OrderKind::Stop { trigger: price(trigger) }),
                ("StopLimit", OrderKind::StopLimit { trigger: price(trigger), price: price("100") }),
                ("MarketIfTouched", OrderKind::MarketIfTouched { trigger: price(trigger) }),
            ];
            for (kind_name, kind) in kinds {
                row(format!("{kind_name}, {name}"), trigger, &|at| of_order(side, kind, at));
            }
        }
        let offset = Offset::Price(price("5"));
        let limit_offset = PriceDifference::new(1.into());
        let kinds = [
            ("TrailingStop", OrderKind::TrailingStop { offset }),
            ("TrailingStopLimit", OrderKind::TrailingStopLimit { offset, limit_offset }),
        ];
        let trigger = if side == Side::Buy { "105" } else { "95" };
        for (kind_name, kind) in kinds {
            row(format!("{kind_name} by 5, {name}"), trigger, &|at| of_order(side, kind, at));
        }
    }
    for (side, name) in [(Side::Buy, "bought"), (Side::Sell, "sold")] {
        let (better, worse) = if side == Side::Buy { ("105", "95") } else { ("95", "105") };
        let exits = [
            ("take profit", better, Exits { take_profit: Some(price(better)), ..Exits::NONE }),
            ("stop loss", worse, Exits { stop_loss: Some(price(worse)), ..Exits::NONE }),
            ("trailing by 5", worse, Exits { trailing: Some(Offset::Price(price("5"))), ..Exits::NONE }),
        ];
        for (exit, trigger, exits) in exits {
            row(format!("{exit} of a lot that was {name}"), trigger, &|at| of_lot(side, exits, at));
        }
    }
    table
}

#[test]
fn the_page_shows_what_fires() {
    let table = table();
    let page = include_str!("../../../../docs/orders.md");
    assert!(page.contains(&table), "docs/orders.md should have:\n{table}");
}
