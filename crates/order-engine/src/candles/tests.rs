//! Rows: what they keep, and how a copy keeps up.

use super::*;
use crate::limits;

fn scales() -> Scales {
    Scales::decimal(2, 0)
}

fn slots(history: &CandleHistory, row: CandleRow) -> Vec<u64> {
    let all = history.read(row, Timestamp::EPOCH, Timestamp::from_nanos(u64::MAX), |at| {
        Slot::of_length(row.seconds(), at)
    });
    all.iter().map(|candle| candle.slot.start.as_seconds()).collect()
}

#[test]
fn the_oldest_candles_are_forgotten() {
    let mut history = CandleHistory::new(scales());
    let number = 3 * limits::MAX_CANDLES as u64;
    for step in 0..number {
        history.quoted(Timestamp::from_seconds(step * 5), Ticks::new(100), Ticks::new(102));
    }
    let kept = slots(&history, CandleRow::FiveSeconds);
    assert!((limits::MAX_CANDLES..=limits::MAX_CANDLES + 128).contains(&kept.len()), "{}", kept.len());
    assert_eq!(kept.last(), Some(&((number - 1) * 5)));
    assert_eq!(
        slots(&history, CandleRow::Minute).len() as u64,
        number / 12,
        "a coarser row goes further back"
    );
}

#[test]
fn hours_are_kept_for_longer() {
    let mut history = CandleHistory::new(scales());
    let number = limits::MAX_HOURLY_CANDLES as u64 + 1_000;
    for step in 0..number {
        history.quoted(Timestamp::from_seconds(step * 3_600), Ticks::new(100), Ticks::new(102));
    }
    let kept = slots(&history, CandleRow::Hour).len();
    assert!((limits::MAX_HOURLY_CANDLES..=limits::MAX_HOURLY_CANDLES + 128).contains(&kept), "{kept}");
}

#[test]
fn a_copy_follows() {
    let (mut history, mut copy) = (CandleHistory::new(scales()), CandleHistory::new(scales()));
    for step in 0..4_000_u64 {
        let at = Timestamp::from_seconds(step * step % 11 + step * 20);
        history.quoted(at, Ticks::new(100), Ticks::new(102));
        history.traded(at, Ticks::new(101), Lots::new(7));
        if step % 3 != 1 {
            copy.follow(&history);
            assert_eq!(copy, history, "step {step}");
        }
    }
}

/// However a stretch begins, there is one candle of it in each coarser row.
#[test]
fn a_coarser_row_has_one_candle_for_all_of_a_stretch() {
    let mut history = CandleHistory::new(scales());
    let number = 2 * limits::MAX_CANDLES as u64;
    for step in 0..number {
        let at = Timestamp::from_seconds(step / 3 * 60 + step % 3 * 5 + 5);
        history.quoted(at, Ticks::new(100), Ticks::new(102));
    }
    let minutes = slots(&history, CandleRow::Minute);
    assert_eq!(minutes, (0..=(number - 1) / 3).map(|minute| minute * 60).collect::<Vec<_>>());
}
