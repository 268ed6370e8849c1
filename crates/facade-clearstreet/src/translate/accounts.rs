//! Accounts.

use order_engine::{Account, AccountState};

use crate::config::{self, AccountProfile};
use crate::{format, wire};

const CUSTOMER: &str = "CUSTOMER";
/// Securities are paid for in full and cannot be sold short.
const CASH: &str = "CASH";
/// Securities can be sold short.
const MARGIN: &str = "MARGIN";
/// Options can be bought and sold, not written.
const OPTIONS_LEVEL: u32 = 0;

/// An account in a list.
pub(crate) fn account(profile: &AccountProfile, account: &Account) -> wire::Account {
    wire::Account {
        account_holder_entity_id: profile.account_holder_entity_id,
        close_date: account.closed_at.map(format::date),
        full_name: profile.full_name.clone(),
        id: profile.id,
        open_date: format::date(account.opened_at),
        options_level: OPTIONS_LEVEL,
        short_name: profile.short_name.clone(),
        status: status(account.settings.state),
        subtype: if account.settings.may_sell_short { MARGIN } else { CASH },
        r#type: CUSTOMER,
    }
}

const fn status(state: AccountState) -> &'static str {
    match state {
        AccountState::Open => "ACTIVE",
        AccountState::Suspended => "INACTIVE",
        AccountState::Closed => "CLOSED",
    }
}

/// An account by itself.
pub(crate) fn account_details(profile: &AccountProfile, core: &Account) -> wire::AccountDetails {
    let listed = account(profile, core);
    wire::AccountDetails {
        account_holder_entity_id: listed.account_holder_entity_id,
        close_date: listed.close_date,
        country_of_tax_residency: profile.country_of_tax_residency.clone(),
        date_of_birth: profile.date_of_birth.clone(),
        full_name: listed.full_name,
        id: listed.id,
        mailing_address: profile.mailing_address.as_ref().map(address),
        open_date: listed.open_date,
        options_level: listed.options_level,
        phone_number: profile.phone_number.clone(),
        short_name: listed.short_name,
        status: listed.status,
        subtype: listed.subtype,
        r#type: listed.r#type,
    }
}

fn address(address: &config::Address) -> wire::Address {
    wire::Address {
        city: address.city.clone(),
        country: address.country.clone(),
        line1: address.line1.clone(),
        line2: address.line2.clone(),
        postal_code: address.postal_code.clone(),
        state: address.state.clone(),
    }
}
