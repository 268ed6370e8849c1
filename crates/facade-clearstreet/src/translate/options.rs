//! Option contracts.

use facade_kit::decimal::shortest;
use order_engine::{InstrumentId, OptionRight, Timestamp};
use time::Date;

use crate::error::ApiError;
use crate::format;
use crate::naming::{Directory, Listing, OptionListing};
use crate::query::Query;
use crate::wire::{self, ContractType};

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
