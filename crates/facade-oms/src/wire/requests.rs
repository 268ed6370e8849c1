//! What clients ask for on the WebSocket, and the answer.

use std::collections::BTreeMap;

use super::enums::{ClientRequestType, IdentityType, Lifetime, OrderType, Side};
use super::moment::Moment;
use super::number::BigNumber;
use super::orders::{Account, Id};
use super::shape::Opaque;

message! {
    /// A client's request; its type tells which one of its parts is filled.
    ClientRequest {
        1 Type request_type: ClientRequestType,
        2 RequestID request_id: String,
        3 Account account: Option<Account>,
        5 IsValidate is_validate: bool,
        7 Timestamp timestamp: Option<Moment>,
        8 Queue queue: Option<Opaque>,
        9 Authorities authorities: BTreeMap<String, ClientAuthority>,
        10 New new: Option<OrderNew>,
        11 Amend amend: Option<OrderAmend>,
        12 Cancel cancel: Option<OrderCancel>,
        13 Move relocate: Option<Opaque>,
        20 CashTransfer cash_transfer: Option<Opaque>,
        30 Values values: BTreeMap<String, BigNumber>,
        31 Properties properties: BTreeMap<String, String>,
        32 IDs ids: Vec<Id>,
        100 Update update: Option<Opaque>,
    }

    /// Who stands behind a request.
    ClientAuthority {
        1 Type identity_type: IdentityType,
        10 Identity identity: String,
        11 Source source: String,
        12 Path path: Vec<String>,
        31 Properties properties: BTreeMap<String, String>,
    }

    /// Place an order.
    OrderNew {
        10 Code code: String,
        11 Exchange exchange: String,
        19 CfiCode cfi_code: String,
        20 Side side: Side,
        21 OrderType order_type: OrderType,
        22 Price price: Option<BigNumber>,
        23 Quantity quantity: Option<BigNumber>,
        24 Lifetime lifetime: Lifetime,
        25 ExpiryDate expiry_date: Option<Moment>,
        26 ExDestination ex_destination: String,
        30 FeeCodes fee_codes: BTreeMap<String, String>,
    }

    /// Amend an order.
    OrderAmend {
        1 OrderID order_id: String,
        2 PrevRequestID prev_request_id: String,
        10 Code code: String,
        11 Exchange exchange: String,
        19 CfiCode cfi_code: String,
        20 Side side: Side,
        21 OrderType order_type: OrderType,
        22 Price price: Option<BigNumber>,
        23 Quantity quantity: Option<BigNumber>,
        24 Lifetime lifetime: Lifetime,
        25 ExpiryDate expiry_date: Option<Moment>,
        26 ExDestination ex_destination: String,
        30 FeeCodes fee_codes: BTreeMap<String, String>,
    }

    /// Cancel an order.
    OrderCancel {
        1 OrderID order_id: String,
        2 PrevRequestID prev_request_id: String,
        10 Code code: String,
        11 Exchange exchange: String,
        19 CfiCode cfi_code: String,
        20 Side side: Side,
        23 Quantity quantity: Option<BigNumber>,
        26 ExDestination ex_destination: String,
    }

    /// The answer to a client's request.
    ClientRequestResponse {
        1 Type request_type: ClientRequestType,
        2 RequestID request_id: String,
        3 Account account: Option<Account>,
        8 OrderID order_id: String,
        10 Status status: String,
        11 Errors errors: Vec<String>,
        19 Parameters parameters: BTreeMap<String, String>,
        30 Values values: BTreeMap<String, BigNumber>,
    }
}
