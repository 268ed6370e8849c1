//! The published payloads, member by member.

use super::*;

/// The published order, half filled.
fn published() -> Order {
    let text = str::to_owned;
    Order {
        account_id: 19816,
        average_fill_price: Some(text("47.95")),
        client_order_id: text("my-ref-id-20251001-001"),
        created_at: text("2025-10-31T13:30:00.000000000Z"),
        details: Vec::new(),
        expires_at: None,
        extended_hours: None,
        filled_quantity: text("5"),
        id: text("0195f6c7-4f64-7e3c-8b0a-1d8e4f5e6a7b"),
        instrument_id: text("d4d5d6d7-e4e5-f4f5-a4a5-a6a7a8a9aaab"),
        instrument_type: SecurityType::CommonStock,
        leaves_quantity: text("5"),
        limit_offset: None,
        limit_price: Some(text("48.00")),
        order_type: OrderType::Limit,
        quantity: text("10"),
        queue_state: None,
        releases_at: None,
        side: Side::Buy,
        status: OrderStatus::PartiallyFilled,
        stop_price: None,
        symbol: text("TSLA"),
        time_in_force: TimeInForce::Day,
        trailing_limit_px: None,
        trailing_offset: None,
        trailing_offset_type: None,
        trailing_stop_px: None,
        trailing_watermark_px: None,
        trailing_watermark_ts: None,
        underlying_instrument_id: None,
        updated_at: text("2025-10-31T13:35:10.000000000Z"),
        venue: text("XNAS"),
    }
}

#[test]
fn the_published_order_is_written_to_the_byte() {
    let metadata = Metadata::single("0c1d2e3f-4a5b-6c7d-8e9f-0a1b2c3d4e5f".to_owned());
    let written = serde_json::to_string(&Success { data: published(), error: (), metadata }).unwrap();
    let expected = concat!(
        r#"{"data":{"account_id":19816,"average_fill_price":"47.95","client_order_id":"my-ref-id-20251001-001","#,
        r#""created_at":"2025-10-31T13:30:00.000000000Z","filled_quantity":"5","#,
        r#""id":"0195f6c7-4f64-7e3c-8b0a-1d8e4f5e6a7b","instrument_id":"d4d5d6d7-e4e5-f4f5-a4a5-a6a7a8a9aaab","#,
        r#""instrument_type":"COMMON_STOCK","leaves_quantity":"5","limit_price":"48.00","order_type":"LIMIT","#,
        r#""quantity":"10","side":"BUY","status":"PARTIALLY_FILLED","stop_price":null,"symbol":"TSLA","#,
        r#""time_in_force":"DAY","updated_at":"2025-10-31T13:35:10.000000000Z","venue":"XNAS"},"error":null,"#,
        r#""metadata":{"request_id":"0c1d2e3f-4a5b-6c7d-8e9f-0a1b2c3d4e5f"}}"#,
    );
    assert_eq!(written, expected);
}

#[test]
fn the_published_failures_are_written_to_the_byte() {
    let written = |code, message: &str, id: &str| {
        let error = FailureBody { code, details: Vec::new(), message: message.to_owned() };
        serde_json::to_string(&Failure { error, metadata: Metadata::single(id.to_owned()) }).unwrap()
    };
    assert_eq!(
        written(
            404,
            "Order 97dfdcfe503f425c8367ca10928e2499 not found for account 100001",
            "efbd46f4-4bfc-455b-bae0-ee13f84360ba"
        ),
        concat!(
            r#"{"error":{"code":404,"message":"Order 97dfdcfe503f425c8367ca10928e2499 not found for account 100001"},"#,
            r#""metadata":{"request_id":"efbd46f4-4bfc-455b-bae0-ee13f84360ba"}}"#
        )
    );
    assert_eq!(
        written(
            403,
            "The caller does not have permission to execute the specified operation",
            "5518f0c6-58ff-4b4a-81a5-701556d41206"
        ),
        concat!(
            r#"{"error":{"code":403,"message":"The caller does not have permission to execute the specified operation"},"#,
            r#""metadata":{"request_id":"5518f0c6-58ff-4b4a-81a5-701556d41206"}}"#
        )
    );
}
