//! Random histories. After every command the books balance, nothing is filled beyond its limit, and a refusal has
//! left no trace; at the end the log, applied again, gives the same state.

mod agreement;
mod command;
mod parts;
mod promises;
mod repeat;
mod wish;

use std::collections::{BTreeMap, BTreeSet};

use order_engine::{AccountId, Amount, Applied, AssetId, Change, Command, Engine, OrderId};
use proptest::prelude::*;

use self::agreement::reject_name;
use self::repeat::simulate;
use self::wish::{Wish, wish};
use crate::images;
use crate::model::Model;
use crate::support::*;

const CLIENTS: [AccountId; 2] = [ALICE, BOB];
const ASSETS: [AssetId; 7] = [USD, BTC, ADA, EUR, JPY, CALL, XYZ];
/// Ten of an asset and a bit, in ledger units.
const TEN: i128 = 10_000_000_000_001;

/// A world under watch.
struct Watched {
    world: World,
    model: Model,
    orders: Vec<OrderId>,
    deposits: BTreeMap<AssetId, Amount>,
    /// What the entries of each client come to.
    entries: BTreeMap<(AccountId, AssetId), i128>,
    /// Who is in margin call, by what was told.
    called: BTreeSet<AccountId>,
    /// The versions of orders as events told of them, encoded.
    told: BTreeMap<(OrderId, u32), Vec<u8>>,
}

impl Watched {
    fn new() -> Self {
        let mut world = World::with_sessions();
        let mut model = Model::new();
        for instrument in MARKETS {
            let quote = quote(instrument, "99.99", "100.01", "20");
            model.apply(&quote, None).unwrap();
            world.run(quote).unwrap();
        }
        let mut watched = Self {
            world,
            model,
            orders: Vec::new(),
            deposits: BTreeMap::new(),
            entries: BTreeMap::new(),
            called: BTreeSet::new(),
            told: BTreeMap::new(),
        };
        for (account, asset) in CLIENTS.into_iter().flat_map(|who| ASSETS.map(|asset| (who, asset))) {
            watched.entries.insert((account, asset), watched.world.total(account, asset).units());
        }
        watched.deposits = ASSETS.into_iter().map(|asset| (asset, watched.sum(asset))).collect();
        watched
    }

    fn grant(&mut self, wish: Wish) {
        let command = self.command(wish);
        // What is due first happens on its own, so that a refusal can be seen to change nothing.
        let Applied { due, archived, .. } = self.world.apply(Command::Tick);
        self.count_entries(&due);
        self.note_calls(&due);
        self.note_versions(&due);
        self.watch_due_fills(&due);
        self.watch_releases(&due);
        self.model.pass(self.world.now);
        self.model.learn_closes(&due);
        self.model.forget(archived.iter().map(|order| order.id));
        let foretold = self.world.engine.check(self.world.now, &command);
        let before = foretold.is_err().then(|| self.world.engine.state_hash());
        self.world.engine.anticipate(std::slice::from_ref(&command));
        let applied = self.world.apply(command.clone());
        assert!(applied.due.is_empty());
        let made = applied.result.as_ref().ok().and_then(|outcome| outcome.about);
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
                    if let Change::ExerciseChanged(notice) = &event.change {
                        self.model.learn_exercise(notice);
                    }
                }
                self.orders.extend(outcome.about);
                if let Some(order) = outcome.about.and_then(|id| self.world.engine.order(id)) {
                    assert_eq!(outcome.order(), Some(order), "the last event is of the last version");
                }
                Self::watch_events(&due, &outcome.events);
                self.watch_fills(&outcome.events);
                self.count_entries(&outcome.events);
                self.note_calls(&outcome.events);
                self.note_versions(&outcome.events);
            }
            Err(_) => assert_eq!(Some(self.world.engine.state_hash()), before, "a refusal left a trace"),
        }
        self.watch_calls();
        self.watch_books();
    }

    /// Looks at everything that can be read, and applies the log again.
    fn end(self) -> [u8; 32] {
        self.watch();
        self.watch_versions();
        self.world.tape.assert_shown_by(&self.world.engine);
        replays(&self.world);
        self.world.engine.state_hash()
    }

    /// Looks at everything that can be read.
    fn watch(&self) {
        self.watch_money();
        self.watch_model();
    }
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
        watched.end();
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
