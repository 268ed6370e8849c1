//! The ledger: what every account has of every asset, and what its open orders hold back.
//!
//! Every movement inside has two legs, so that for each asset the sum over all accounts changes only by adjustments
//! from outside.

use std::collections::BTreeMap;

use crate::ids::{AccountId, AssetId};
use crate::number::Amount;
use crate::position::Balance;

/// Balances by account and asset.
#[derive(Debug, Default)]
pub(crate) struct Ledger(BTreeMap<(AccountId, AssetId), Balance>);

impl Ledger {
    /// The balance, zero when there never was any.
    pub(crate) fn balance(&self, account: AccountId, asset: AssetId) -> Balance {
        let none = Balance { asset, total: Amount::ZERO, held: Amount::ZERO };
        self.0.get(&(account, asset)).copied().unwrap_or(none)
    }

    /// All balances of an account in the order of asset ids.
    pub(crate) fn balances(&self, account: AccountId) -> impl Iterator<Item = &Balance> {
        let range = (account, AssetId::new(0))..=(account, AssetId::new(u32::MAX));
        self.0.range(range).map(|(_, balance)| balance)
    }

    /// Everything, in the order of accounts and assets.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&(AccountId, AssetId), &Balance)> {
        self.0.iter()
    }

    /// An adjustment from outside.
    pub(crate) fn adjust(&mut self, account: AccountId, asset: AssetId, amount: Amount) {
        let balance = self.entry(account, asset);
        balance.total = sum(balance.total, amount);
        check(account, balance);
    }

    /// Moves an amount from one account to another; a negative amount moves the other way.
    pub(crate) fn transfer(&mut self, from: AccountId, to: AccountId, asset: AssetId, amount: Amount) {
        self.adjust(from, asset, amount.negated());
        self.adjust(to, asset, amount);
    }

    /// Holds an amount back, or lets go of it when negative.
    pub(crate) fn hold(&mut self, account: AccountId, asset: AssetId, amount: Amount) {
        let balance = self.entry(account, asset);
        balance.held = sum(balance.held, amount);
        assert!(!balance.held.is_negative(), "Invariant: holds are not negative");
        check(account, balance);
    }

    fn entry(&mut self, account: AccountId, asset: AssetId) -> &mut Balance {
        self.0.entry((account, asset)).or_insert(Balance { asset, total: Amount::ZERO, held: Amount::ZERO })
    }
}

/// A sum of ledger amounts. Single movements are limited to ten to the eighteenth of an asset, so that a sum passes
/// the range of the type only after ten to the eighth of the largest movements.
pub(crate) fn sum(one: Amount, other: Amount) -> Amount {
    match one.checked_add(other) {
        Some(sum) => sum,
        None => unreachable!("Invariant: ledger amounts fit"),
    }
}

fn check(account: AccountId, balance: &Balance) {
    assert!(
        account == AccountId::HOUSE || balance.held.is_zero() || balance.total >= balance.held,
        "Invariant: an account owns what it holds back"
    );
}
