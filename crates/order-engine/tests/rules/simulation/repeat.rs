//! The long run: histories that follow from a seed, so that one that fails can be had again, alone and made smaller.
//!
//! `SIMULATE_SEED` says which histories there are, `SIMULATE_COMMANDS` how far to go, and `SIMULATE_HISTORY`, as `HALF:NUMBER`,
//! which one alone to play. What a half comes to is one hash over the states at the ends of its histories, the same in
//! every build.

use proptest::strategy::ValueTree as _;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use super::*;

/// Commands of the long run, half of it in each of two tests; `SIMULATE_COMMANDS` asks for another number.
const COMMANDS: u64 = 1_000_000;
/// How many commands go by between two looks at everything.
const LOOK_EVERY: usize = 20;
/// How many commands go by between two lines that say how far a half has come.
const TELL_EVERY: u64 = 100_000;

/// Where a run is. When it fails there it says how to get there again.
struct Place {
    seed: u64,
    half: u64,
    history: u64,
    wish: usize,
}

impl Drop for Place {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Self { seed, half, history, wish } = self;
            println!("history {half}:{history} failed at its wish {wish}");
            println!("  make simulate SEED={seed} HISTORY={half}:{history}");
            println!("    plays it alone, and looks for the smallest part of it that fails");
        }
    }
}

/// Plays one history to its end.
fn play(wishes: Vec<Wish>, mut at: impl FnMut(usize)) -> [u8; 32] {
    let mut watched = Watched::new();
    for (index, wish) in wishes.into_iter().enumerate() {
        at(index);
        watched.grant(wish);
        if index % LOOK_EVERY == 0 {
            watched.watch();
        }
    }
    watched.end()
}

#[expect(clippy::disallowed_methods, reason = "how far to go is asked for from outside")]
fn asked(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

fn number(name: &str) -> Option<u64> {
    asked(name).map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

/// The history that is asked for alone: its half, and its number there.
fn alone() -> Option<(u64, u64)> {
    let text = asked("SIMULATE_HISTORY")?;
    let parts = text.split_once(':').and_then(|(half, number)| half.parse().ok().zip(number.parse().ok()));
    Some(parts.unwrap_or_else(|| panic!("SIMULATE_HISTORY={text} is not HALF:NUMBER")))
}

/// Plays the histories of a seed until they have had their share of commands. Every answer is compared with the model's,
/// and every so often all that can be read.
pub(super) fn simulate(half: u64) {
    let commands = number("SIMULATE_COMMANDS").unwrap_or(COMMANDS) / 2;
    let seed = number("SIMULATE_SEED").unwrap_or(1);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&half.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let config = ProptestConfig { max_shrink_iters: 4_000, ..ProptestConfig::default() };
    let mut runner = TestRunner::new_with_rng(config, rng);
    let histories = proptest::collection::vec(wish(), 60..120);
    if let Some((in_half, history)) = alone() {
        for _ in 0..history {
            histories.new_tree(&mut runner).unwrap();
        }
        let only = histories.new_tree(&mut runner).unwrap();
        if in_half == half {
            let test = |wishes| {
                play(wishes, |_| {});
                Ok(())
            };
            match runner.run_one(only, test) {
                Ok(_) => println!("history {half}:{history} of SEED={seed} passes"),
                Err(failure) => panic!("history {half}:{history} of SEED={seed}: {failure}"),
            }
        }
        return;
    }
    println!("half {half} of SEED={seed} COMMANDS={}", commands * 2);
    let mut place = Place { seed, half, history: 0, wish: 0 };
    let (mut granted, mut told, mut states) = (0, 0, blake3::Hasher::new());
    while granted < commands {
        let wishes = histories.new_tree(&mut runner).unwrap().current();
        granted += wishes.len() as u64;
        states.update(&play(wishes, |wish| place.wish = wish));
        place.history += 1;
        if granted >= told + TELL_EVERY {
            told = granted;
            println!("half {half}: {granted} commands in {} histories", place.history);
        }
    }
    let (histories, states) = (place.history, states.finalize().to_hex());
    println!("half {half} of SEED={seed}: {granted} commands in {histories} histories come to {states}");
}
