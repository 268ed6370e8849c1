//! Streams from a seed. A mix is the share of each operation and the number of orders that live at a time.

use order_engine::Side;

use crate::books::Subject;
use crate::ops::{Action, Operation};
use crate::peer::{Hashed, PeerBook};

/// Shares in percent: resting, immediate, cancel; the rest are moves.
struct Mix {
    resting: u64,
    immediate: u64,
    cancel: u64,
    live: u64,
}

fn mix(name: &str) -> Mix {
    match name {
        "moves" => Mix { resting: 9, immediate: 3, cancel: 6, live: 1_000 },
        "gateway" => Mix { resting: 50, immediate: 5, cancel: 35, live: 10_000 },
        "deep" => Mix { resting: 50, immediate: 5, cancel: 35, live: 200_000 },
        "million" => Mix { resting: 50, immediate: 5, cancel: 35, live: 1_000_000 },
        other => unreachable!("there is no mix {other}"),
    }
}

/// A linear congruential generator: the same stream on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// The middle of the prices, and how far resting orders are from it.
const MIDDLE: u64 = 100_000;

/// Orders first, until as many live as the mix says, then the mix.
pub(crate) fn stream(name: &str, seed: u64, operations: usize) -> Vec<Operation> {
    let mix = mix(name);
    let mut random = Random(seed);
    let width = (mix.live / 20).clamp(50, 20_000);
    // What it has matched tells which orders live.
    let mut book = PeerBook::<Hashed>::new(&[]);
    let mut live: Vec<(u64, Side, u64)> = Vec::new();
    let mut stream = Vec::with_capacity(operations);
    let (mut next_id, mut is_full) = (1, false);
    while stream.len() < operations {
        let share = random.below(100);
        is_full |= book.len() as u64 >= mix.live;
        let side = if random.below(2) == 0 { Side::Buy } else { Side::Sell };
        let quantity = 1 + u32::try_from(random.below(100)).unwrap();
        let away = random.below(width) + 1;
        let resting = |side, away| if side == Side::Buy { MIDDLE - away } else { MIDDLE + away };
        let crossing = resting(side.opposite(), 2);
        let (action, side, price, id) = if !is_full || share < mix.resting {
            live.push((next_id, side, away));
            (Action::Rest, side, resting(side, away), next_id)
        } else if share < mix.resting + mix.immediate {
            (Action::Immediate, side, crossing, next_id)
        } else {
            let mut index = usize::try_from(random.below(live.len() as u64)).unwrap();
            while !book.has(live[index].0) {
                live.swap_remove(index);
                index = usize::try_from(random.below(live.len() as u64)).unwrap();
            }
            if share < mix.resting + mix.immediate + mix.cancel {
                let (id, side, away) = live.swap_remove(index);
                (Action::Cancel, side, resting(side, away), id)
            } else {
                // Always another price: an order that stays where it is would keep its place.
                let (id, side, before) = live[index];
                let away = if away == before { away + 1 } else { away };
                live[index].2 = away;
                (Action::Move, side, resting(side, away), id)
            }
        };
        next_id += u64::from(id == next_id);
        let operation = Operation { action, side, price: u32::try_from(price).unwrap(), quantity, id };
        book.apply(&operation);
        stream.push(operation);
    }
    stream
}
