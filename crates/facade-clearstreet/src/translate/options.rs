//! Option contracts, and instructions about them.

use facade_kit::decimal::{parse_plain, shortest};
use order_engine::{InstrumentId, OptionRight, Timestamp};
use rust_decimal::Decimal;
use time::Date;
use uuid::Uuid;

use crate::error::ApiError;
use crate::naming::{Directory, Listing, OptionListing};
use crate::query::Query;
use crate::wire::{self, ContractType};
use crate::{format, new_york};

/// The filter of a list of contracts.
#[derive(Debug)]
pub(crate) struct ContractFilter {
    underlier: InstrumentId,
    expiry: Option<Date>,
    right: Option<ContractType>,
}

impl ContractFilter {
    pub(crate) fn of(query: &Query, directory: &Directory) -> Result<Self, ApiError> {
        let (expiry, right) = (query.day("expiry")?, query.word("contract_type")?);
        let named = [query.text("underlier")?, query.text("underlying_instrument_id")?];
        let ([Some(name), None] | [None, Some(name)]) = named else {
            return Err(ApiError::Invalid(
                "Exactly one underlier identifier must be provided: underlier or underlying_instrument_id"
                    .to_owned(),
            ));
        };
        let underlier = directory.find(name).ok_or_else(|| ApiError::InstrumentNotFound(name.to_owned()))?;
        Ok(Self { underlier: underlier.instrument.id, expiry, right })
    }

    fn matches(&self, option: &OptionListing) -> bool {
        option.underlier == self.underlier
            && self.expiry.is_none_or(|day| day == option.expiry)
            && self.right.is_none_or(|right| right == contract_type(option))
    }
}

/// The contracts that a filter matches and that have not expired: by day, by strike, calls before puts.
pub(crate) fn contracts<'a>(
    directory: &'a Directory,
    filter: &ContractFilter,
    now: Timestamp,
) -> Vec<(&'a Listing, &'a OptionListing)> {
    let listed = directory.listings().iter();
    let mut found: Vec<_> = listed
        .filter_map(|listing| Some((listing, listing.option.as_ref()?)))
        .filter(|(_, option)| option.is_alive(now) && filter.matches(option))
        .collect();
    found.sort_by_key(|(_, option)| (option.expiry, option.contract.strike, option.contract.right));
    found
}

/// The days on which the contracts of an underlier that have not expired will.
pub(crate) fn expiries(directory: &Directory, underlier: InstrumentId, now: Timestamp) -> Vec<String> {
    let options = directory.listings().iter().filter_map(|listing| listing.option.as_ref());
    let of_it = options.filter(|option| option.underlier == underlier && option.is_alive(now));
    let mut days: Vec<Date> = of_it.map(|option| option.expiry).collect();
    days.sort_unstable();
    days.dedup();
    days.into_iter().map(format::day).collect()
}

fn contract_type(option: &OptionListing) -> ContractType {
    match option.contract.right {
        OptionRight::Call => ContractType::Call,
        OptionRight::Put => ContractType::Put,
    }
}

/// A contract. Contracts are paid for in full.
pub(crate) fn contract(listing: &Listing, option: &OptionListing) -> wire::OptionsContract {
    wire::OptionsContract {
        contract_type: contract_type(option),
        currency: listing.currency.clone(),
        exchange: listing.venue.clone(),
        exercise_style: match option.contract.style {
            order_engine::ExerciseStyle::American => wire::ExerciseStyle::American,
            order_engine::ExerciseStyle::European => wire::ExerciseStyle::European,
        },
        expiry: format::day(option.expiry),
        id: listing.id.to_string(),
        is_liquidation_only: false,
        is_marginable: false,
        is_tradable: true,
        listing_type: wire::ListingType::Standard,
        multiplier: option.contract.multiplier.to_string(),
        strike_price: shortest(option.contract.strike.decimal()),
        symbol: listing.symbol.clone(),
        underlying_instrument_id: option.underlier_id.to_string(),
    }
}

/// Why an instruction is refused: by what it says, or else because nobody clears.
///
/// # Errors
/// [`ApiError::InstrumentNotFound`] when it names no contract, which refuses the whole submission.
pub(crate) fn instruction(
    request: &wire::NewInstruction,
    account: i64,
    directory: &Directory,
    now: Timestamp,
    server_id: Uuid,
) -> Result<(wire::Instruction, ApiError), ApiError> {
    let unknown = || ApiError::InstrumentNotFound(request.instrument_id.to_string());
    let listing = directory.find(&request.instrument_id.to_string()).ok_or_else(unknown)?;
    let error = refusal(request, listing, now);
    let row = wire::Instruction {
        account_id: account,
        id: Uuid::nil().to_string(),
        instruction_id: request.instruction_id.clone().unwrap_or_else(|| server_id.to_string()),
        instruction_type: request.instruction_type,
        instrument_id: listing.id.to_string(),
        quantity: request.quantity.clone(),
        rejection_reason: error.message(),
        status: wire::InstructionStatus::Rejected,
        symbol: listing.symbol.clone(),
    };
    Ok((row, error))
}

fn refusal(request: &wire::NewInstruction, listing: &Listing, now: Timestamp) -> ApiError {
    let Some(option) = &listing.option else {
        return ApiError::Invalid(format!("Instrument {} is not an options contract", listing.symbol));
    };
    let quantity = parse_plain(&request.quantity);
    let is_count = |value: &Decimal| value.is_integer() && *value > Decimal::ZERO;
    if !quantity.as_ref().is_some_and(is_count) {
        return ApiError::Invalid(format!("Invalid quantity: {}", request.quantity));
    }
    if !option.is_alive(now) {
        return ApiError::Invalid(format!("Instrument {} has expired", listing.symbol));
    }
    let today = new_york::local(facade_kit::time::to_utc(now)).date();
    match request.instruction_type {
        word @ (wire::InstructionType::DoNotExercise | wire::InstructionType::ContraryExercise)
            if today != option.expiry =>
        {
            ApiError::Invalid(format!("{word} must be submitted on the contract's expiration date"))
        }
        wire::InstructionType::Exercise
        | wire::InstructionType::DoNotExercise
        | wire::InstructionType::ContraryExercise => ApiError::ClearingUnavailable,
    }
}
