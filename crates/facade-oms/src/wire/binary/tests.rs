//! Bytes that are known, and bytes that nobody meant.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::*;
use crate::wire::{
    BigNumber, ClientRequest, EventMessage, Id, Moment, Names, OrderState, RequestMessage, Written, parse,
};

/// The order of the vendor's "get one order" example, and the list with a rejected one after it, whose zeros are set.
const ORDER: &str = include_str!("../../../tests/fixtures/order.pb.base64");
const ORDERS: &str = include_str!("../../../tests/fixtures/orders.delimited.pb.base64");
const ORDER_JSON: &str = r#"{"OrderID":"0000000000000A01","Account":{"AccountID":"1234","OwnerID":"XS"},"ExternalID":"XSX-77120","RequestID":"R-000001","Code":"XS01","Exchange":"XSX","Currency":"AUD","Group":"Prodigy","CfiCode":"ESVUFR","Side":"SIDE_BUY","OrderType":"ORDERTYPE_LIMIT","Price":12.34,"Quantity":100,"Lifetime":"LIFETIME_DAY","ExDestination":"XSXM","AdditionalFunds":{"Brokerage":10.00},"FeeCodes":{"Brokerage":"STD"},"Created":"2025-06-27T00:15:30.1234567+00:00","Timestamp":"2025-06-27T00:16:02.5+00:00","ExecutedValue":493.60,"ExecutedQuantity":40,"ExecutedAdditionalFunds":{"Brokerage":4.00},"Status":"PartialFill"}"#;
const REJECTED_JSON: &str = r#"{"OrderID":"0000000000000A02","Account":{"AccountID":"1234","OwnerID":"XS"},"RequestID":"R-000003","Code":"XS02","Exchange":"XSX","Currency":"AUD","Side":"SIDE_SELL","OrderType":"ORDERTYPE_MARKET","Quantity":50,"Lifetime":"LIFETIME_IMMEDIATE_OR_CANCEL","ExDestination":"XSXM","Created":"2025-06-27T00:20:00+00:00","Timestamp":"2025-06-27T00:20:00.25+00:00","ExecutedValue":0,"ExecutedQuantity":0,"IsCompleted":true,"Errors":["TotalQuantity.Holdings 20"],"Status":"Rejected","RemoveAfter":"2025-06-28T00:00:00+00:00"}"#;

fn bytes(base64: &str) -> Vec<u8> {
    STANDARD.decode(base64.replace('\n', "")).unwrap()
}

fn json<T: crate::wire::Shape>(message: &T) -> String {
    serde_json::to_string(&Written(message, Names::Full)).unwrap()
}

fn order(json: &str) -> OrderState {
    parse(json.as_bytes()).unwrap()
}

#[test]
fn an_order_has_the_vendors_bytes() {
    assert_eq!(order(ORDER_JSON).encode(), bytes(ORDER));
    assert_eq!(json(&OrderState::decode(&bytes(ORDER)).unwrap()), ORDER_JSON);
}

#[test]
fn a_list_is_messages_behind_their_lengths() {
    let list = bytes(ORDERS);
    let orders = vec![order(ORDER_JSON), order(REJECTED_JSON)];
    assert_eq!(orders.encode(), list);
    assert_eq!(Vec::<OrderState>::decode(&list), Some(orders));
    assert_eq!(Vec::<OrderState>::decode(&[]), Some(Vec::new()));
    assert_eq!(Vec::<OrderState>::decode(&list[..list.len() - 1]), None);
}

#[test]
fn what_has_no_default_is_written_even_when_it_is_nothing() {
    let zero = OrderState { price: Some(BigNumber(0.into())), ..OrderState::default() };
    assert_eq!(zero.encode(), [0xB2, 0x01, 0x00]);
    assert_eq!(OrderState::decode(&[0xB2, 0x01, 0x00]), Some(zero));
    assert!(OrderState::default().encode().is_empty());
    let negative = OrderState { price: Some(BigNumber("-0.05".parse().unwrap())), ..OrderState::default() };
    assert_eq!(negative.encode(), [0xB2, 0x01, 0x07, 0x08, 0x02, 0x10, 0x01, 0x1A, 0x01, 0x05]);
    // Times before 1970 have no seconds.
    let early = OrderState { created: Moment::parse("0001-01-01"), ..OrderState::default() };
    assert_eq!(early.encode(), [0xC2, 0x02, 0x00]);
    assert!(OrderState::decode(&early.encode()).unwrap().created.unwrap().is_zero());
}

#[test]
fn messages_are_read_as_protobuf_has_it() {
    // The later of two values, both halves of two messages, and both entries of two lists.
    let twice = [
        0x0A, 1, b'1', 0x0A, 1, b'2', 0x12, 3, 0x1A, 1, b'a', 0x12, 4, 0xBA, 2, 1, b'o', 0x82, 3, 0, 0x82, 3,
        0,
    ];
    let account = r#"{"OrderID":"2","Account":{"AccountID":"a","OwnerID":"o"},"Errors":["",""]}"#;
    assert_eq!(OrderState::decode(&twice), Some(order(account)));
    // Unknown numbers of every wire type are skipped.
    let unknown = [0x18, 0xFF, 0x01, 0x21, 1, 2, 3, 4, 5, 6, 7, 8, 0x2A, 1, 9, 0x35, 1, 2, 3, 4];
    assert_eq!(OrderState::decode(&unknown), Some(OrderState::default()));
    // A map's entry may leave out its key, and its value.
    let id = [0x12, 0, 0x12, 3, 0x0A, 1, b'k'];
    let expected = Id {
        values: [("", ""), ("k", "")].map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
        ..Id::default()
    };
    assert_eq!(Id::decode(&id), Some(expected));
}

#[test]
fn what_is_no_message_is_not_read() {
    let wrong: [&[u8]; 12] = [
        &[0x0A],
        &[0x0A, 2, b'1'],
        &[0x0A, 1, 0xFF],
        &[0x08, 1],
        &[0x00, 1],
        &[0x0B],
        &[0xA0, 0x01],
        &[0xA0, 0x01, 7],
        &[0xA0, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02],
        &[0xA2, 0x01, 0],
        &[0xB2, 0x01, 2, 0x08, 29],
        &[0xCA, 0x02, 6, 0x10, 0x80, 0x94, 0xEB, 0xDC, 0x03],
    ];
    for bytes in wrong {
        assert_eq!(OrderState::decode(bytes), None, "{bytes:02X?}");
    }
}

proptest! {
    #[test]
    fn whatever_is_read_can_be_written_and_read_again(bytes in proptest::collection::vec(any::<u8>(), 0..48)) {
        if let Some(request) = ClientRequest::decode(&bytes) {
            prop_assert_eq!(ClientRequest::decode(&request.encode()), Some(request));
        }
        if let Some(message) = RequestMessage::decode(&bytes) {
            prop_assert_eq!(RequestMessage::decode(&message.encode()), Some(message));
        }
        if let Some(messages) = Vec::<EventMessage>::decode(&bytes) {
            prop_assert_eq!(Vec::<EventMessage>::decode(&messages.encode()), Some(messages));
        }
    }
}
