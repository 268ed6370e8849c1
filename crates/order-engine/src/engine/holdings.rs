//! What an account has: balances and positions, with their lots one by one for who reads them, and without for what an
//! order needs to know.

use super::Engine;
use crate::ids::{AccountId, InstrumentId};
use crate::lots::LotQueue;
use crate::position::{Holdings, Position};
use crate::units::Scales;

impl Engine {
    /// Balances and positions of an account; nothing when it is unknown.
    #[must_use]
    pub fn holdings(&self, account: AccountId) -> Option<Holdings> {
        self.holdings_by(account, LotQueue::position)
    }

    /// The same without the lots, which takes as long for a position of one lot as for one of a hundred thousand.
    pub(super) fn summed_holdings(&self, account: AccountId) -> Option<Holdings> {
        self.holdings_by(account, LotQueue::position_without_lots)
    }

    fn holdings_by(
        &self,
        account: AccountId,
        shown: impl Fn(&LotQueue, &Scales, InstrumentId) -> Position,
    ) -> Option<Holdings> {
        self.reference.account(account)?;
        let range = (account, InstrumentId::new(0))..=(account, InstrumentId::new(u32::MAX));
        let positions = self
            .lots
            .range(range)
            .filter_map(|((_, instrument), lots)| {
                let market = self.market(*instrument)?;
                let (collateral, covered) = self.short_side(account, market);
                Some(Position { collateral, covered, ..shown(lots, &market.scales, *instrument) })
            })
            .collect();
        Some(Holdings {
            account,
            balances: self.ledger.balances(account).copied().collect(),
            positions,
            realized: self.realized.get(&account).copied().unwrap_or_default(),
        })
    }
}
