//! Commands: everything that can be asked of the engine. They are what the log holds, so field numbers are forever.

use minicbor::{Decode, Encode};

use crate::annotations::Annotations;
use crate::calendar::CalendarDefinition;
use crate::exercise::ExerciseKind;
use crate::exits::{ExitChanges, Exits};
use crate::ids::{
    AccountId, AssetId, ClientOrderId, ExerciseId, HaltReason, InstrumentId, ListId, ListItemId, ListName,
    LotId, OrderId,
};
use crate::kind::{OrderClass, OrderKind};
use crate::number::{Amount, Price, Quantity};
use crate::order::{PriceBound, SelfMatch, Side, Size, TimeInForce};
use crate::reference::{AccountDefinition, AssetDefinition, BasisPoints, InstrumentDefinition};
use crate::settings::{AccountState, Setting};
use crate::time::Timestamp;

/// What can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Command {
    /// Time passes; what is due happens.
    #[n(0)]
    Tick,
    /// Forget everything but the retention and start from the empty state. Counters start again.
    #[n(1)]
    Reset,
    /// Define an asset.
    #[n(2)]
    DefineAsset(#[n(0)] AssetDefinition),
    /// Define an instrument between two assets.
    #[n(3)]
    DefineInstrument(#[n(0)] InstrumentDefinition),
    /// Open an account.
    #[n(4)]
    OpenAccount(#[n(0)] AccountDefinition),
    /// Add to a balance (or take away, when negative) from outside.
    #[n(5)]
    AdjustBalance(#[n(0)] AdjustBalance),
    /// Charge an account for something, or credit it, in its currency.
    #[n(41)]
    ChargeAccount(#[n(0)] ChargeAccount),
    /// Count the realized profit of an account anew.
    #[n(42)]
    ResetProfit(#[n(0)] ResetProfit),
    /// Set the house's quote; replaces what is left of the one before.
    #[n(6)]
    UpdateQuote(#[n(0)] UpdateQuote),
    /// Place an order.
    #[n(7)]
    PlaceOrder(#[n(0)] PlaceOrder),
    /// Put a staged order on the book.
    #[n(8)]
    ReleaseOrder(#[n(0)] ReleaseOrder),
    /// Change a working order in place: same id, a new version.
    #[n(9)]
    ReplaceOrder(#[n(0)] ReplaceOrder),
    /// Cancel a working order and place its successor, in one step or not at all.
    #[n(10)]
    SucceedOrder(#[n(0)] SucceedOrder),
    /// Take back one order.
    #[n(11)]
    CancelOrder(#[n(0)] CancelOrder),
    /// Take back all matching orders of an account.
    #[n(12)]
    CancelOrders(#[n(0)] CancelOrders),
    /// An operator overwrites the stored state of an order.
    #[n(13)]
    RestateOrder(#[n(0)] RestateOrder),
    /// Change the exits of an open lot.
    #[n(14)]
    ChangeLotExits(#[n(0)] ChangeLotExits),
    /// Close an open lot by a market order, in whole or in part.
    #[n(15)]
    CloseLot(#[n(0)] CloseLot),
    /// Close all lots of an instrument by a market order, oldest first.
    #[n(16)]
    ClosePosition(#[n(0)] ClosePosition),
    /// Change the settings of an account.
    #[n(26)]
    UpdateAccount(#[n(0)] UpdateAccount),
    /// Set how many closed orders the state remembers.
    #[n(38)]
    SetRetention(#[n(0)] SetRetention),
    /// Make an empty instrument list.
    #[n(32)]
    CreateList(#[n(0)] CreateList),
    /// Add an instrument to a list, or take one off.
    #[n(33)]
    ChangeList(#[n(0)] ChangeList),
    /// Delete an instrument list.
    #[n(34)]
    DeleteList(#[n(0)] DeleteList),
    /// Say whether contracts are to be exercised.
    #[n(35)]
    InstructExercise(#[n(0)] InstructExercise),
    /// Take back an exercise notice that stands.
    #[n(36)]
    CancelExercise(#[n(0)] CancelExercise),
    /// Define a trading calendar, or add days to a known one: then its days so far must be the first of the new list.
    #[n(20)]
    DefineCalendar(#[n(0)] CalendarDefinition),
    /// An operator halts trading in an instrument.
    #[n(21)]
    HaltInstrument(#[n(0)] HaltInstrument),
    /// An operator ends a halt.
    #[n(22)]
    ResumeInstrument(#[n(0)] ResumeInstrument),
}

/// See [`Command::HaltInstrument`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct HaltInstrument {
    /// Instrument.
    #[n(0)]
    pub instrument: InstrumentId,
    /// Why, for people.
    #[n(1)]
    pub reason: HaltReason,
}

/// See [`Command::ResumeInstrument`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct ResumeInstrument {
    /// Instrument.
    #[n(0)]
    pub instrument: InstrumentId,
}

/// See [`Command::SetRetention`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct SetRetention {
    /// Most closed orders; those that closed first go to the archive. Absent for all.
    #[n(0)]
    pub closed_orders: Option<u64>,
}

/// See [`Command::UpdateAccount`]. What is absent, or kept, stays as it is; at least one change is needed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct UpdateAccount {
    /// Account.
    #[n(0)]
    pub account: AccountId,
    /// Whether it trades.
    #[n(1)]
    pub state: Option<AccountState>,
    /// Name for people.
    #[n(2)]
    pub name: Setting<Box<str>>,
    /// Whether it may sell short. What is short already stays so, and so do short sales that work.
    #[n(3)]
    pub may_sell_short: Option<bool>,
    /// Least margin rate. It counts for open positions from now on.
    #[n(4)]
    pub margin_rate: Setting<BasisPoints>,
    /// Closeout level. It counts for open positions from now on.
    #[n(5)]
    pub closeout: Setting<BasisPoints>,
    /// Greatest value of one order. Orders that work already keep working.
    #[n(6)]
    pub max_order_notional: Setting<Amount>,
    /// Texts, all of them.
    #[n(7)]
    pub annotations: Option<Annotations>,
}

impl UpdateAccount {
    /// A change of nothing, to be filled in.
    #[must_use]
    pub const fn new(account: AccountId) -> Self {
        Self {
            account,
            state: None,
            name: Setting::Keep,
            may_sell_short: None,
            margin_rate: Setting::Keep,
            closeout: Setting::Keep,
            max_order_notional: Setting::Keep,
            annotations: None,
        }
    }

    /// Whether no change is named.
    pub(crate) const fn changes_nothing(&self) -> bool {
        self.state.is_none()
            && self.name.is_keep()
            && self.may_sell_short.is_none()
            && self.margin_rate.is_keep()
            && self.closeout.is_keep()
            && self.max_order_notional.is_keep()
            && self.annotations.is_none()
    }
}

/// See [`Command::AdjustBalance`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct AdjustBalance {
    /// Account.
    #[n(0)]
    pub account: AccountId,
    /// Asset.
    #[n(1)]
    pub asset: AssetId,
    /// Signed amount. Taking away more than is free is refused.
    #[n(2)]
    pub amount: Amount,
}

/// What an operator charges an account for, or credits it with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum Charge {
    /// A fee.
    #[n(0)]
    Fee,
    /// Interest on what is open in an instrument.
    #[n(1)]
    Interest {
        /// The instrument.
        #[n(0)]
        instrument: InstrumentId,
    },
    /// Something booked before was wrong.
    #[n(2)]
    Correction,
}

/// See [`Command::ChargeAccount`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct ChargeAccount {
    /// Account.
    #[n(0)]
    pub account: AccountId,
    /// For what.
    #[n(1)]
    pub charge: Charge,
    /// Signed amount in the account's currency; less than zero for what the account pays. More than is free is refused.
    #[n(2)]
    pub amount: Amount,
}

/// See [`Command::ResetProfit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct ResetProfit {
    /// Account.
    #[n(0)]
    pub account: AccountId,
}

/// See [`Command::UpdateQuote`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct UpdateQuote {
    /// Instrument.
    #[n(0)]
    pub instrument: InstrumentId,
    /// The house buys at this price; below the ask.
    #[n(1)]
    pub bid: Price,
    /// The house sells at this price.
    #[n(2)]
    pub ask: Price,
    /// Quantity that the house buys; zero for none.
    #[n(3)]
    pub bid_size: Quantity,
    /// Quantity that the house sells; zero for none.
    #[n(4)]
    pub ask_size: Quantity,
}

/// What becomes of an order that the state of the market (not its author's fault) forbids: a post-only order that
/// would trade, no liquidity, a self-match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Encode, Decode)]
pub enum MarketRefusal {
    /// The command is rejected and leaves nothing behind.
    #[n(0)]
    #[default]
    Refuse,
    /// The order is recorded as `Rejected` with its reason, and the command succeeds.
    #[n(1)]
    Record,
}

/// See [`Command::PlaceOrder`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Encode, Decode)]
pub struct PlaceOrder {
    /// Owner.
    #[n(0)]
    pub account: AccountId,
    /// What is traded.
    #[n(1)]
    pub instrument: InstrumentId,
    /// Which way.
    #[n(2)]
    pub side: Side,
    /// How it finds its price.
    #[n(3)]
    pub kind: OrderKind,
    /// How much.
    #[n(4)]
    pub size: Size,
    /// How long it lives. A market order never rests, whatever it says here.
    #[n(5)]
    pub time_in_force: TimeInForce,
    /// Whether it may only add liquidity; only for limit orders that may rest.
    #[n(6)]
    pub post_only: bool,
    /// Worst prices of a fill.
    #[n(7)]
    pub price_bound: PriceBound,
    /// What happens when it meets an order of its own account.
    #[n(8)]
    pub self_match: SelfMatch,
    /// Whether trading outside the regular session was asked for, when the caller said so.
    #[n(9)]
    pub extended_hours: Option<bool>,
    /// The caller's id, unique for the account for all time.
    #[n(10)]
    pub client_order_id: Option<ClientOrderId>,
    /// Record it without putting it on the book; it expires at this instant unless released.
    #[n(11)]
    pub staged_until: Option<Timestamp>,
    /// What becomes of it when the market forbids it.
    #[n(12)]
    pub market_refusal: MarketRefusal,
    /// Texts to keep with it.
    #[n(13)]
    pub annotations: Annotations,
    /// Record it now and release it at this instant, which lies ahead.
    #[n(18)]
    pub release_at: Option<Timestamp>,
    /// Exits for the lots that it opens.
    #[n(14)]
    #[cbor(default)]
    pub exits: Exits,
    /// Whether it may only reduce the account's position in the instrument.
    #[n(15)]
    #[cbor(default)]
    pub reduce_only: bool,
    /// Whether it is a short sale: it sells what the account does not own, against collateral.
    #[n(22)]
    #[cbor(with = "crate::seldom", has_nil)]
    pub short_sale: bool,
}

impl PlaceOrder {
    /// An order with the usual defaults: good till canceled, may take liquidity, no bounds, not staged.
    #[must_use]
    pub fn new(
        account: AccountId,
        instrument: InstrumentId,
        side: Side,
        kind: OrderKind,
        size: Size,
    ) -> Self {
        Self {
            account,
            instrument,
            side,
            kind,
            size,
            time_in_force: TimeInForce::Gtc,
            post_only: false,
            price_bound: PriceBound::default(),
            self_match: SelfMatch::default(),
            extended_hours: None,
            client_order_id: None,
            staged_until: None,
            market_refusal: MarketRefusal::default(),
            annotations: Annotations::default(),
            release_at: None,
            exits: Exits::NONE,
            reduce_only: false,
            short_sale: false,
        }
    }
}

/// See [`Command::ReleaseOrder`]. An order that is refused on release ends `Rejected`, and the command succeeds.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct ReleaseOrder {
    /// Owner; an order of another account is unknown.
    #[n(0)]
    pub account: AccountId,
    /// The staged order.
    #[n(1)]
    pub order: OrderId,
}

/// See [`Command::ReplaceOrder`]. What is absent stays as it is; at least one change is needed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct ReplaceOrder {
    /// Owner; an order of another account is unknown.
    #[n(0)]
    pub account: AccountId,
    /// The working order.
    #[n(1)]
    pub order: OrderId,
    /// New limit price.
    #[n(2)]
    pub price: Option<Price>,
    /// New total quantity, what is filled included.
    #[n(3)]
    pub quantity: Option<Quantity>,
    /// New time in force; one that may rest.
    #[n(4)]
    pub time_in_force: Option<TimeInForce>,
    /// New price bound.
    #[n(5)]
    pub price_bound: Option<PriceBound>,
    /// The caller's id of this request, unique like a client order id. It becomes the order's request id.
    #[n(6)]
    pub client_order_id: Option<ClientOrderId>,
    /// New texts, all of them.
    #[n(7)]
    pub annotations: Option<Annotations>,
    /// New trigger price, for an order with a fixed one that has not fired.
    #[n(8)]
    pub trigger: Option<Price>,
    /// What becomes of its exits. Lots that are open already keep theirs.
    #[n(9)]
    #[cbor(default)]
    pub exits: ExitChanges,
}

impl ReplaceOrder {
    /// A replacement that changes nothing yet.
    #[must_use]
    pub const fn new(account: AccountId, order: OrderId) -> Self {
        Self {
            account,
            order,
            price: None,
            quantity: None,
            time_in_force: None,
            price_bound: None,
            client_order_id: None,
            annotations: None,
            trigger: None,
            exits: ExitChanges::KEEP,
        }
    }
}

/// How large a successor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub enum SuccessorSize {
    /// A size of its own.
    #[n(0)]
    Of(#[n(0)] Size),
    /// What is left of the predecessor, in base.
    #[n(1)]
    Leaves,
    /// What the predecessor's hold pays for: a sell keeps its quantity, a buy keeps its quote amount.
    #[n(2)]
    Held,
}

/// See [`Command::SucceedOrder`]. What is absent is inherited. When the market refuses the successor the predecessor
/// keeps working, and the successor is recorded as `Rejected`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct SucceedOrder {
    /// Owner; an order of another account is unknown.
    #[n(0)]
    pub account: AccountId,
    /// The working limit order to take the place of.
    #[n(1)]
    pub order: OrderId,
    /// The caller's id of the successor.
    #[n(2)]
    pub client_order_id: Option<ClientOrderId>,
    /// Limit price.
    #[n(3)]
    pub price: Option<Price>,
    /// Size.
    #[n(4)]
    pub size: SuccessorSize,
    /// Time in force.
    #[n(5)]
    pub time_in_force: Option<TimeInForce>,
    /// Whether it may only add liquidity.
    #[n(6)]
    pub post_only: Option<bool>,
    /// Texts, all of them.
    #[n(7)]
    pub annotations: Option<Annotations>,
}

/// See [`Command::CancelOrder`]. A staged order can be canceled too.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct CancelOrder {
    /// Owner; an order of another account is unknown.
    #[n(0)]
    pub account: AccountId,
    /// The order.
    #[n(1)]
    pub order: OrderId,
    /// The caller's id of this request, unique like a client order id. It becomes the order's request id.
    #[n(2)]
    pub client_order_id: Option<ClientOrderId>,
}

/// See [`Command::CancelOrders`]. What is absent matches everything. Matching nothing is a success without events.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct CancelOrders {
    /// Owner.
    #[n(0)]
    pub account: AccountId,
    /// Only these instruments.
    #[n(1)]
    pub instruments: Option<Vec<InstrumentId>>,
    /// Only this side.
    #[n(2)]
    pub side: Option<Side>,
    /// Only these kinds.
    #[n(3)]
    pub classes: Option<Vec<OrderClass>>,
    /// Staged orders too; otherwise they stay.
    #[n(4)]
    #[cbor(default)]
    pub staged: bool,
    /// Only short sales, or only what is none.
    #[n(22)]
    pub short_sale: Option<bool>,
}

/// The status that an operator gives to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub enum RestatedStatus {
    /// What follows from the fills: unchanged for a closed order, working for a working one.
    #[n(0)]
    Keep,
    /// Canceled.
    #[n(1)]
    Canceled,
    /// Rejected.
    #[n(2)]
    Rejected,
    /// Expired.
    #[n(3)]
    Expired,
}

/// See [`Command::RestateOrder`]. Terms as a replacement has them, but for any account, without trading, and for
/// closed orders too as far as texts go. Fills are history and cannot be restated.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct RestateOrder {
    /// The order.
    #[n(0)]
    pub order: OrderId,
    /// Limit price; absent keeps it.
    #[n(1)]
    pub price: Option<Price>,
    /// Total quantity; absent keeps it.
    #[n(2)]
    pub quantity: Option<Quantity>,
    /// Time in force; absent keeps it.
    #[n(3)]
    pub time_in_force: Option<TimeInForce>,
    /// Status.
    #[n(4)]
    pub status: RestatedStatus,
    /// The request id to show; absent keeps it.
    #[n(5)]
    pub request_id: Option<ClientOrderId>,
    /// Texts, all of them.
    #[n(6)]
    pub annotations: Annotations,
    /// Trigger price, for an order that waits for a fixed one; absent keeps it. It may not be one that fires at once.
    #[n(7)]
    pub trigger: Option<Price>,
}

/// See [`Command::ChangeLotExits`]. At least one change is needed.
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

/// See [`Command::CloseLot`]. The order that it makes may be smaller than the instrument's minimum; what the book does not
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

/// See [`Command::ClosePosition`]. What holds for the order of [`CloseLot`] holds for this one.
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

/// See [`Command::CreateList`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct CreateList {
    /// Owner.
    #[n(0)]
    pub account: AccountId,
    /// Name; an account has it once.
    #[n(1)]
    pub name: ListName,
}

/// See [`Command::ChangeList`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct ChangeList {
    /// Owner; a list of another account is unknown.
    #[n(0)]
    pub account: AccountId,
    /// The list.
    #[n(1)]
    pub list: ListId,
    /// What changes.
    #[n(2)]
    pub change: ListChange,
}

/// A change of an instrument list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub enum ListChange {
    /// An instrument comes at the end.
    #[n(0)]
    Add(#[n(0)] InstrumentId),
    /// An item goes.
    #[n(1)]
    Remove(#[n(0)] ListItemId),
}

/// See [`Command::DeleteList`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct DeleteList {
    /// Owner; a list of another account is unknown.
    #[n(0)]
    pub account: AccountId,
    /// The list.
    #[n(1)]
    pub list: ListId,
}

/// See [`Command::InstructExercise`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct InstructExercise {
    /// Owner of the contracts.
    #[n(0)]
    pub account: AccountId,
    /// The contract.
    #[n(1)]
    pub instrument: InstrumentId,
    /// What is to happen.
    #[n(2)]
    pub kind: ExerciseKind,
    /// To so many contracts.
    #[n(3)]
    pub quantity: Quantity,
    /// The owner's own id; an account has it once.
    #[n(4)]
    pub client_id: Option<ClientOrderId>,
}

/// See [`Command::CancelExercise`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct CancelExercise {
    /// Owner; a notice of another account is unknown.
    #[n(0)]
    pub account: AccountId,
    /// The notice.
    #[n(1)]
    pub notice: ExerciseId,
}
