//! The order and what belongs to it.

use std::collections::BTreeMap;

use super::enums::{Lifetime, OrderType, Side};
use super::moment::Moment;
use super::number::BigNumber;

message! {
    /// The key of a trading account.
    Account {
        3 AccountID account_id: String,
        39 OwnerID owner_id: String,
    }

    /// A named identifier with values.
    Id {
        1 Name name: String,
        2 Values values: BTreeMap<String, String>,
    }

    /// The order, as every `/order` endpoint answers and takes it.
    OrderState {
        1 OrderID order_id: String,
        2 Account account: Option<Account>,
        8 ExternalID external_id: String,
        9 RequestID request_id: String,
        10 Code code: String,
        11 Exchange exchange: String,
        12 Currency currency: String,
        13 Group group: String,
        19 CfiCode cfi_code: String,
        20 Side side: Side,
        21 OrderType order_type: OrderType,
        22 Price price: Option<BigNumber>,
        23 Quantity quantity: Option<BigNumber>,
        24 Lifetime lifetime: Lifetime,
        25 ExpiryDate expiry_date: Option<Moment>,
        26 ExDestination ex_destination: String,
        29 AdditionalFunds additional_funds: BTreeMap<String, BigNumber>,
        30 Values values: BTreeMap<String, BigNumber>,
        31 Properties properties: BTreeMap<String, String>,
        32 IDs ids: Vec<Id>,
        39 FeeCodes fee_codes: BTreeMap<String, String>,
        40 Created created: Option<Moment>,
        41 Timestamp timestamp: Option<Moment>,
        42 ExecutedValue executed_value: Option<BigNumber>,
        43 ExecutedQuantity executed_quantity: Option<BigNumber>,
        44 ExecutedAdditionalFunds executed_additional_funds: BTreeMap<String, BigNumber>,
        47 IsCompleted is_completed: bool,
        48 Errors errors: Vec<String>,
        49 Status status: String,
        50 RemoveAfter remove_after: Option<Moment>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::shape::{Names, Shape, Written, parse};

    #[test]
    fn defaults_are_left_out_and_set_zeros_are_not() {
        let order = OrderState {
            order_id: "1".to_owned(),
            executed_value: Some(BigNumber(0.into())),
            side: Side::Sell,
            ..OrderState::default()
        };
        let full = serde_json::to_string(&Written(&order, Names::Full)).unwrap();
        assert_eq!(full, r#"{"OrderID":"1","Side":"SIDE_SELL","ExecutedValue":0}"#);
        let compact = serde_json::to_string(&Written(&order, Names::Compact)).unwrap();
        assert_eq!(compact, r#"{"OrderID":"1","Side":"SELL","ExecutedValue":0}"#);
    }

    #[test]
    fn names_are_exact_and_unknown_ones_refused() {
        assert_eq!(parse::<OrderState>(br#"{"orderID":"1"}"#), None);
        assert_eq!(parse::<OrderState>(br#"{"OrderID":1}"#), None);
        assert_eq!(parse::<OrderState>(b"[]"), None);
        assert_eq!(parse::<OrderState>(br#"{"OrderID":null,"Price":null}"#), Some(OrderState::default()));
    }

    #[test]
    fn enums_are_read_by_number_and_by_either_name() {
        for side in ["1", "\"SIDE_BUY\"", "\"BUY\""] {
            let order = parse::<OrderState>(format!(r#"{{"Side":{side}}}"#).as_bytes()).unwrap();
            assert_eq!(order.side, Side::Buy, "{side}");
        }
        for side in ["7", "\"buy\"", "\"1\"", "1.5", "true"] {
            assert_eq!(parse::<OrderState>(format!(r#"{{"Side":{side}}}"#).as_bytes()), None, "{side}");
        }
    }

    #[test]
    fn what_is_written_can_be_read() {
        let text = r#"{"OrderID":"0000000000000A01","Account":{"AccountID":"1234","OwnerID":"XS"},"Price":12.34,"AdditionalFunds":{"Brokerage":10.00},"IDs":[{"Name":"Deal","Values":{"a":"b"}}],"Errors":["Order"]}"#;
        let order: OrderState = OrderState::read(serde_json::from_str(text).unwrap()).unwrap();
        assert_eq!(serde_json::to_string(&Written(&order, Names::Full)).unwrap(), text);
    }
}
