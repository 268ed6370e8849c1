//! What is asked about open lots and positions.

use minicbor::{Decode, Encode};

use crate::annotations::Annotations;
use crate::exits::ExitChanges;
use crate::ids::{AccountId, ClientOrderId, InstrumentId, LotId};
use crate::number::Quantity;
use crate::order::PriceBound;

/// See [`Command::ChangeLotExits`](super::Command::ChangeLotExits). At least one change is needed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct ChangeLotExits {
    /// Owner; a lot of another account is unknown.
    #[n(0)]
    pub account: AccountId,
    /// The open lot.
    #[n(1)]
    pub lot: LotId,
    /// What becomes of its exits.
    #[n(2)]
    pub changes: ExitChanges,
}

/// See [`Command::CloseLot`](super::Command::CloseLot). The order that it makes may be smaller than the instrument's minimum; what the book does not
/// have is canceled, and stays open.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct CloseLot {
    /// Owner; a lot of another account is unknown.
    #[n(0)]
    pub account: AccountId,
    /// The open lot.
    #[n(1)]
    pub lot: LotId,
    /// How much of it; absent for all that the account can deliver.
    #[n(2)]
    pub quantity: Option<Quantity>,
    /// Worst prices of a fill.
    #[n(3)]
    pub price_bound: PriceBound,
    /// The caller's id of the closing order, unique for the account for all time.
    #[n(4)]
    pub client_order_id: Option<ClientOrderId>,
    /// Texts to keep with the closing order.
    #[n(5)]
    pub annotations: Annotations,
}

/// See [`Command::ClosePosition`](super::Command::ClosePosition). What holds for the order of [`CloseLot`] holds for this one.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct ClosePosition {
    /// Owner.
    #[n(0)]
    pub account: AccountId,
    /// The instrument.
    #[n(1)]
    pub instrument: InstrumentId,
    /// Worst prices of a fill.
    #[n(2)]
    pub price_bound: PriceBound,
    /// The caller's id of the closing order, unique for the account for all time.
    #[n(3)]
    pub client_order_id: Option<ClientOrderId>,
    /// Texts to keep with the closing order.
    #[n(4)]
    pub annotations: Annotations,
}
