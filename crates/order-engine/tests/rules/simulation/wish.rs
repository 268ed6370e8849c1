//! What a random history is made of: wishes, and how often each of them is wished.

use order_engine::{
    AccountId, AccountState, Amount, AssetId, BasisPoints, ExerciseKind, ExitChanges, InstrumentId,
    PlaceOrder, PriceBound, RestatedStatus, Setting, Side,
};
use proptest::prelude::*;

use super::parts::*;
use super::{ASSETS, TEN};
use crate::support::*;

/// One random wish; which order it is about is counted from the newest.
#[derive(Debug, Clone)]
pub(super) enum Wish {
    Place {
        order: Box<PlaceOrder>,
        stage: bool,
        release: Option<u64>,
    },
    Halt {
        instrument: InstrumentId,
    },
    Resume {
        instrument: InstrumentId,
    },
    Quote {
        instrument: InstrumentId,
        cents: u32,
        size: u32,
    },
    Replace {
        who: AccountId,
        newest: usize,
        cents: Option<u32>,
        trigger: Option<u32>,
        size: Option<u32>,
        bound: Option<PriceBound>,
        exits: ExitChanges,
    },
    Succeed {
        who: AccountId,
        newest: usize,
        cents: u32,
        held: bool,
    },
    Cancel {
        who: AccountId,
        newest: usize,
    },
    CancelAll {
        who: AccountId,
        side: Option<Side>,
        staged: bool,
        short_sale: Option<bool>,
    },
    Release {
        who: AccountId,
        newest: usize,
    },
    Exits {
        who: AccountId,
        instrument: InstrumentId,
        lot: usize,
        changes: ExitChanges,
    },
    CloseLot {
        who: AccountId,
        instrument: InstrumentId,
        lot: usize,
        size: Option<u32>,
    },
    ClosePosition {
        who: AccountId,
        instrument: InstrumentId,
    },
    Reduce {
        who: AccountId,
        instrument: InstrumentId,
        size: u32,
        cents: u32,
        waits: bool,
    },
    /// A short sale, or an order that covers one.
    Short {
        who: AccountId,
        size: u32,
        cents: Option<u32>,
        cover: bool,
    },
    Restate {
        newest: usize,
        cents: Option<u32>,
        trigger: Option<u32>,
        status: RestatedStatus,
    },
    /// Leaves an account no more free cash than this, so that a small loss is too much for it.
    Drain {
        who: AccountId,
        leave: u32,
    },
    Adjust {
        who: AccountId,
        asset: AssetId,
        units: i128,
    },
    Charge {
        who: AccountId,
        form: u8,
        units: i128,
    },
    ResetProfit {
        who: AccountId,
    },
    Settings {
        who: AccountId,
        state: Option<AccountState>,
        most: Setting<Amount>,
        rate: Setting<BasisPoints>,
        level: Setting<BasisPoints>,
        short: Option<bool>,
    },
    CreateList {
        who: AccountId,
        name: u8,
    },
    ChangeList {
        who: AccountId,
        list: usize,
        item: usize,
        instrument: Option<u32>,
    },
    DeleteList {
        who: AccountId,
        list: usize,
    },
    Exercise {
        who: AccountId,
        instrument: InstrumentId,
        /// What is asked for, for how many contracts, and under which name.
        terms: (ExerciseKind, u32, u8),
    },
    CancelExercise {
        who: AccountId,
        notice: usize,
    },
    Wait {
        seconds: u64,
    },
    Retain {
        most: Option<u64>,
    },
}

/// Mostly what lets trading go on, since what is shut stays shut until it is opened again.
fn settings(who: AccountId, form: u8, size: u32) -> Wish {
    let state = match form {
        0 => Some(AccountState::Suspended),
        1 => Some(AccountState::Closed),
        2..=5 => Some(AccountState::Open),
        _ => None,
    };
    let most = match size {
        0 => Setting::Set(amount("2000")),
        1 => Setting::Keep,
        _ => Setting::Clear,
    };
    let rate = match form {
        0..=3 => Setting::Keep,
        4 => Setting::Set(BasisPoints::new(size * 400 + 1)),
        _ => Setting::Clear,
    };
    let level = match size {
        0..=2 => Setting::Set(BasisPoints::new(10_000 - size * 2_500)),
        3 => Setting::Clear,
        _ => Setting::Keep,
    };
    let short = match form {
        6 => Some(size > 1),
        7 => Some(true),
        _ => None,
    };
    Wish::Settings { who, state, most, rate, level, short }
}

/// Any wish; trading is wished for most often.
pub(super) fn wish() -> impl Strategy<Value = Wish> {
    let status = prop_oneof![
        3 => Just(RestatedStatus::Keep),
        1 => Just(RestatedStatus::Canceled),
        1 => Just(RestatedStatus::Expired),
    ];
    prop_oneof![
        12 => (order(), proptest::bool::weighted(0.15), exits(), proptest::bool::weighted(0.12),
            proptest::option::weighted(0.05, 0..60_u64))
            .prop_map(|(order, stage, exits, reduce_only, release)| Wish::Place {
                order: Box::new(PlaceOrder { exits, reduce_only, ..order }),
                stage,
                release,
            }),
        1 => instrument().prop_map(|instrument| Wish::Halt { instrument }),
        2 => instrument().prop_map(|instrument| Wish::Resume { instrument }),
        2 => (instrument(), cents(), 0..60_u32)
            .prop_map(|(instrument, cents, size)| Wish::Quote { instrument, cents, size }),
        3 => (who(), 0..6_usize, proptest::option::of(cents()), proptest::option::weighted(0.2, cents()),
            proptest::option::of(0..40_u32), proptest::option::weighted(0.2, changes()),
            proptest::option::weighted(0.1, (proptest::option::of(cents()), any::<bool>())))
            .prop_map(|(who, newest, cents, trigger, size, exits, bound)| {
                let exits = exits.unwrap_or(ExitChanges::KEEP);
                let bound = bound.map(|(cents, upper)| bound_at(cents, upper));
                Wish::Replace { who, newest, cents, trigger, size, bound, exits }
            }),
        2 => (who(), 0..6_usize, cents(), any::<bool>())
            .prop_map(|(who, newest, cents, held)| Wish::Succeed { who, newest, cents, held }),
        3 => (who(), 0..8_usize).prop_map(|(who, newest)| Wish::Cancel { who, newest }),
        1 => (who(), proptest::option::of(side()), any::<bool>(), proptest::option::weighted(0.3, any::<bool>()))
            .prop_map(|(who, side, staged, short_sale)| Wish::CancelAll { who, side, staged, short_sale }),
        2 => (who(), 0..6_usize).prop_map(|(who, newest)| Wish::Release { who, newest }),
        1 => (0..6_usize, proptest::option::of(cents()), proptest::option::of(cents()), status)
            .prop_map(|(newest, cents, trigger, status)| Wish::Restate { newest, cents, trigger, status }),
        2 => (who(), instrument(), 0..4_usize, changes())
            .prop_map(|(who, instrument, lot, changes)| Wish::Exits { who, instrument, lot, changes }),
        1 => (who(), instrument(), 0..4_usize, proptest::option::of(0..40_u32))
            .prop_map(|(who, instrument, lot, size)| Wish::CloseLot { who, instrument, lot, size }),
        1 => (who(), instrument()).prop_map(|(who, instrument)| Wish::ClosePosition { who, instrument }),
        3 => (who(), instrument(), 1..30_u32, cents(), proptest::bool::weighted(0.2)).prop_map(
            |(who, instrument, size, cents, waits)| Wish::Reduce { who, instrument, size, cents, waits }
        ),
        5 => (who(), 1..30_u32, proptest::option::weighted(0.6, cents()), any::<bool>())
            .prop_map(|(who, size, cents, cover)| Wish::Short { who, size, cents, cover }),
        1 => (who(), 0..8_u8, 0..6_u32).prop_map(|(who, form, size)| settings(who, form, size)),
        1 => (who(), 0..4_u8).prop_map(|(who, name)| Wish::CreateList { who, name }),
        1 => (who(), 0..4_usize, 0..3_usize, proptest::option::weighted(0.7, 0..7_u32))
            .prop_map(|(who, list, item, instrument)| Wish::ChangeList { who, list, item, instrument }),
        1 => (who(), 0..4_usize).prop_map(|(who, list)| Wish::DeleteList { who, list }),
        1 => (who(), prop_oneof![3 => 0..300_u32, 1 => Just(50_000)])
            .prop_map(|(who, leave)| Wish::Drain { who, leave }),
        1 => (who(), prop_oneof![5 => 0..5_usize, 2 => Just(6)], -30_i128..30)
            .prop_map(|(who, asset, tens)| Wish::Adjust { who, asset: ASSETS[asset], units: tens * TEN }),
        1 => (who(), 0..3_u8, -30_i128..30)
            .prop_map(|(who, form, tens)| Wish::Charge { who, form, units: tens * TEN }),
        1 => who().prop_map(|who| Wish::ResetProfit { who }),
        2 => (who(), prop_oneof![9 => Just(BTC_CALL), 1 => instrument()], (exercise_kind(), 0..50_u32, 0..12_u8))
            .prop_map(|(who, instrument, terms)| Wish::Exercise { who, instrument, terms }),
        1 => (who(), 0..4_usize).prop_map(|(who, notice)| Wish::CancelExercise { who, notice }),
        2 => (0..40_u64).prop_map(|seconds| Wish::Wait { seconds }),
        1 => proptest::option::weighted(0.7, 0..8_u64).prop_map(|most| Wish::Retain { most }),
    ]
}
