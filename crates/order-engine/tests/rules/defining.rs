//! What an instrument may be, and how far a balance can be adjusted.

use order_engine::{
    AccountId, AssetCode, BasisPoints, ChargedIn, Command, Commission, DefinitionFault, DefinitionPart,
    InstrumentDefinition, Number, OptionContract, Reject, Settlement,
};

use crate::support::*;

fn define(definition: InstrumentDefinition) -> Result<(), Reject> {
    World::new().run(Command::DefineInstrument(definition)).map(drop)
}

fn out_of_range(part: DefinitionPart) -> Reject {
    Reject::InvalidDefinition(DefinitionFault::Range(part))
}

/// What is wrong in one number is refused, whatever is right in the others.
#[test]
fn each_part_of_a_definition_must_fit() {
    let base = || security("NEW", "BTC");
    let charged = |commission: Commission| InstrumentDefinition { commission, ..base() };
    let none = Commission::NONE;
    let fits = [
        base(),
        InstrumentDefinition { minimum_quantity: quantity("100"), ..base() },
        InstrumentDefinition { day_ends_at: 86_399, ..base() },
        InstrumentDefinition { pip: Some(price("0.01")), ..base() },
        charged(Commission { maker: BasisPoints::new(10_000), taker: BasisPoints::new(10_000), ..none }),
        charged(Commission { scale: 12, ..none }),
    ];
    for definition in fits {
        assert_eq!(define(definition.clone()), Ok(()), "{definition:?}");
    }
    let faulty = [
        (DefinitionPart::Lot, InstrumentDefinition { lot: quantity("0"), ..base() }),
        (
            DefinitionPart::MinimumQuantity,
            InstrumentDefinition { minimum_quantity: quantity("101"), ..base() },
        ),
        (
            DefinitionPart::MaximumQuantity,
            InstrumentDefinition { maximum_quantity: quantity("99.5"), ..base() },
        ),
        (
            DefinitionPart::MinimumNotional,
            InstrumentDefinition { minimum_notional: amount("-0.01"), ..base() },
        ),
        (DefinitionPart::DayEnd, InstrumentDefinition { day_ends_at: 86_400, ..base() }),
        (
            DefinitionPart::Pip,
            InstrumentDefinition { tick: price("0.02"), pip: Some(price("0.01")), ..base() },
        ),
        (DefinitionPart::Assets, InstrumentDefinition { base: AssetCode::new("USD").unwrap(), ..base() }),
        (DefinitionPart::Commission, charged(Commission { maker: BasisPoints::new(10_001), ..none })),
        (DefinitionPart::Commission, charged(Commission { taker: BasisPoints::new(10_001), ..none })),
        (DefinitionPart::Commission, charged(Commission { scale: 13, ..none })),
    ];
    for (part, definition) in faulty {
        let told = format!("{definition:?}");
        assert_eq!(define(definition), Err(out_of_range(part)), "{told}");
    }
}

#[test]
fn only_shares_with_commission_in_money_are_sold_short_and_for_their_value_at_least() {
    let in_money = Commission { charged_in: ChargedIn::Quote, ..Commission::NONE };
    let short = |rate| InstrumentDefinition {
        short_sale: Some(BasisPoints::new(rate)),
        commission: in_money,
        ..security("NEW", "BTC")
    };
    assert_eq!(define(short(10_000)), Ok(()));
    let margin = Settlement::Margin { rate: BasisPoints::new(500) };
    let received = Commission { charged_in: ChargedIn::Received, ..in_money };
    let faulty = [
        short(9_999),
        InstrumentDefinition { settlement: Settlement::Spot, ..short(10_000) },
        InstrumentDefinition { settlement: margin, ..short(10_000) },
        InstrumentDefinition { commission: received, ..short(10_000) },
        InstrumentDefinition { option: Some(Box::new(OptionContract { ..call() })), ..short(10_000) },
    ];
    for definition in faulty {
        let told = format!("{definition:?}");
        assert_eq!(define(definition), Err(out_of_range(DefinitionPart::ShortSale)), "{told}");
    }
}

#[test]
fn a_balance_is_adjusted_by_so_much_and_not_below_what_is_free() {
    let most = "1000000000000000";
    let too_much = Reject::Overflow { what: Number::Adjustment, maximum: amount(most) };
    let mut world = World::new();
    let mut adjust = |account, units: &str| world.run(deposit(account, ADA, units)).map(drop);
    assert_eq!(adjust(ALICE, most), Ok(()));
    assert_eq!(adjust(ALICE, "1000000000000000.000000000001"), Err(too_much));
    assert_eq!(adjust(ALICE, "-1000000000000000"), Ok(()));
    assert_eq!(adjust(ALICE, "0"), Err(Reject::SizeNotPositive));
    let short =
        Reject::InsufficientFunds { asset: ADA, needed: amount("10000.01"), available: amount("10000") };
    assert_eq!(adjust(ALICE, "-10000.01"), Err(short));
    assert_eq!(adjust(ALICE, "-10000"), Ok(()));
    assert_eq!(adjust(AccountId::HOUSE, "-10000.01"), Ok(()), "the house owes what it likes");
}
