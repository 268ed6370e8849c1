//! The ledger: what every account has of every asset, and what its open orders hold back.
//!
//! Every movement inside has two legs, so that for each asset the sum over all accounts changes only by adjustments
//! from outside.

use crate::ids::{AccountId, AssetId};
use crate::number::Amount;
use crate::position::Balance;

/// Balances by account, in the order of asset ids. An account has few assets, so a short list beats a map.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    balances: Vec<Vec<Balance>>,
    /// What came from outside and has not gone back there, by asset: the sum over all accounts, the house included.
    deposited: Vec<Amount>,
}

impl Ledger {
    /// The balance, zero when there never was any.
    pub(crate) fn balance(&self, account: AccountId, asset: AssetId) -> Balance {
        let none = Balance { asset, total: Amount::ZERO, held: Amount::ZERO };
        self.balances(account).find(|balance| balance.asset == asset).copied().unwrap_or(none)
    }

    /// All balances of an account in the order of asset ids.
    pub(crate) fn balances(&self, account: AccountId) -> impl Iterator<Item = &Balance> {
        self.balances.get(account.get() as usize).into_iter().flatten()
    }

    /// Everything, in the order of accounts and assets.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (AccountId, &Balance)> {
        (0..)
            .map(AccountId::new)
            .zip(&self.balances)
            .flat_map(|(account, list)| list.iter().map(move |balance| (account, balance)))
    }

    /// Takes a balance of an image. False when one that belongs before it, or itself, is there already.
    pub(crate) fn restore(&mut self, account: AccountId, balance: Balance) -> bool {
        let is_next = self.balances(account).last().is_none_or(|last| last.asset < balance.asset);
        *self.entry(account, balance.asset) = balance;
        is_next
    }

    /// What is inside of an asset: what came from outside and has not gone back there.
    pub(crate) fn deposited(&self, asset: AssetId) -> Amount {
        self.deposited.get(asset.get() as usize).copied().unwrap_or_default()
    }

    /// What is inside of each asset that ever came from outside.
    pub(crate) fn all_deposited(&self) -> impl Iterator<Item = (AssetId, Amount)> {
        let amounts = (0..).map(AssetId::new).zip(self.deposited.iter().copied());
        amounts.filter(|(_, amount)| !amount.is_zero())
    }

    /// Takes an amount from outside, or gives one there when it is negative. Answers with the balance after it.
    pub(crate) fn deposit(&mut self, account: AccountId, asset: AssetId, amount: Amount) -> Amount {
        self.count_deposited(asset, amount);
        self.adjust(account, asset, amount)
    }

    /// Notes that an amount came from outside.
    pub(crate) fn count_deposited(&mut self, asset: AssetId, amount: Amount) {
        let index = asset.get() as usize;
        if index >= self.deposited.len() {
            self.deposited.resize(index + 1, Amount::ZERO);
        }
        if let Some(deposited) = self.deposited.get_mut(index) {
            *deposited = sum(*deposited, amount);
        }
    }

    /// One leg of a movement; whoever moves sees to the other. Answers with the balance after it.
    pub(crate) fn adjust(&mut self, account: AccountId, asset: AssetId, amount: Amount) -> Amount {
        let balance = self.entry(account, asset);
        balance.total = sum(balance.total, amount);
        balance.total
    }

    /// Moves an amount from one account to another; a negative amount moves the other way. Answers with the balance of
    /// the one that gave.
    pub(crate) fn transfer(
        &mut self,
        from: AccountId,
        to: AccountId,
        asset: AssetId,
        amount: Amount,
    ) -> Amount {
        let left = self.adjust(from, asset, amount.negated());
        self.adjust(to, asset, amount);
        left
    }

    /// Holds an amount back, or lets go of it when negative.
    pub(crate) fn hold(&mut self, account: AccountId, asset: AssetId, amount: Amount) {
        let balance = self.entry(account, asset);
        balance.held = sum(balance.held, amount);
        assert!(!balance.held.is_negative(), "Invariant: holds are not negative");
        assert!(
            amount.is_negative() || amount.is_zero() || balance.total >= balance.held,
            "Invariant: an account owns what it holds back"
        );
    }

    /// Holds collateral back, or lets go of it when negative. What it comes from was held or came with it, so that what is
    /// free stays as it is, which a loss may have left below zero.
    pub(crate) fn pledge(&mut self, account: AccountId, asset: AssetId, amount: Amount) {
        let balance = self.entry(account, asset);
        balance.held = sum(balance.held, amount);
        assert!(!balance.held.is_negative(), "Invariant: holds are not negative");
    }

    fn entry(&mut self, account: AccountId, asset: AssetId) -> &mut Balance {
        let index = account.get() as usize;
        if index >= self.balances.len() {
            self.balances.resize_with(index + 1, Vec::new);
        }
        let Some(list) = self.balances.get_mut(index) else {
            unreachable!("Invariant: the ledger has a list for every account that it was asked for");
        };
        let position = match list.binary_search_by_key(&asset, |balance| balance.asset) {
            Ok(position) => position,
            Err(position) => {
                list.insert(position, Balance { asset, total: Amount::ZERO, held: Amount::ZERO });
                position
            }
        };
        match list.get_mut(position) {
            Some(balance) => balance,
            None => unreachable!("Invariant: the balance was found or made"),
        }
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
