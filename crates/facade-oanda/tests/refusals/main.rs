//! Bad input: every argument of every operation, with everything that can be wrong with it. Each answer has the vendor's
//! code, status and text, and nothing has changed.
#![expect(clippy::unwrap_used, reason = "a failed expectation of a test is reported by panicking")]

mod stage;

use stage::{Arguments, Stage};

/// What is no number anywhere.
const NO_NUMBERS: [&str; 10] = ["", " ", "x", "-1", "1e3", "0x10", "NaN", "1,5", "١", "1_000"];
/// Longer than any number may be.
const HUGE: &str = "123456789012345678901234567890123456789012345678901234567890";

fn pending() -> Arguments {
    Arguments::of([
        ("instrument", "EUR_USD"),
        ("units", "5"),
        ("side", "buy"),
        ("type", "limit"),
        ("price", "1.1"),
        ("expiry", "2026-02-01T00:00:00Z"),
    ])
}

fn market() -> Arguments {
    Arguments::of([("instrument", "EUR_USD"), ("units", "5"), ("side", "buy"), ("type", "market")])
}

const ORDERS: &str = "/v1/accounts/12345/orders";
const ORDER: &str = "/v1/accounts/12345/orders/{order}";
const TRADE: &str = "/v1/accounts/12345/trades/{trade}";

fn malformed(name: &str) -> String {
    format!("Invalid or malformed argument: {name}")
}

fn missing(name: &str) -> String {
    format!("Missing required argument: {name}")
}

fn out_of_range(name: &str) -> String {
    format!("The value specified is not in the valid range: {name}")
}

#[test]
fn what_is_missing_is_named() {
    let stage = Stage::new();
    for name in ["instrument", "units", "side", "type", "price", "expiry"] {
        for order_type in ["limit", "stop", "marketIfTouched"] {
            let body = pending().with("type", order_type).without(name).encoded();
            stage.check("POST", ORDERS, Some(&body), (2, &missing(name)));
        }
    }
    for name in ["instrument", "units", "side", "type"] {
        stage.check("POST", ORDERS, Some(&market().without(name).encoded()), (2, &missing(name)));
    }
    stage.check("GET", "/v1/prices", None, (2, &missing("instruments")));
    stage.check("GET", "/v1/candles", None, (2, &missing("instrument")));
    stage.check("GET", "/v1/instruments", None, (2, &missing("accountId")));
    for (method, target) in [("POST", ORDERS), ("PATCH", ORDER), ("PATCH", TRADE)] {
        stage.check(method, target, None, (61, "Data is required"));
        let in_query = format!("{target}?units=5");
        let words = "Input parameters should be provided in the body of this request";
        stage.check(method, &in_query, None, (65, words));
    }
    for target in [ORDER, TRADE] {
        let words = "No valid parameters were passed with the request";
        stage.check("PATCH", target, Some("instrument=EUR_USD&side=sell&type=limit"), (35, words));
    }
}

#[test]
fn what_comes_twice_has_no_value() {
    let stage = Stage::new();
    for (name, value) in [
        ("instrument", "EUR_USD"),
        ("units", "5"),
        ("side", "buy"),
        ("type", "limit"),
        ("price", "1.1"),
        ("expiry", "2026-02-01T00:00:00Z"),
        ("lowerBound", "1"),
        ("upperBound", "1.2"),
        ("stopLoss", "1"),
        ("takeProfit", "1.2"),
        ("trailingStop", "10"),
    ] {
        let words = malformed(name);
        stage.check("POST", ORDERS, Some(&pending().twice(name, value).encoded()), (1, &words));
        stage.check("PATCH", ORDER, Some(&Arguments(vec![]).twice(name, value).encoded()), (1, &words));
    }
    for name in ["stopLoss", "takeProfit", "trailingStop"] {
        let body = Arguments(vec![]).twice(name, "100").encoded();
        stage.check("PATCH", TRADE, Some(&body), (1, &malformed(name)));
    }
    for (path, name, value) in [
        ("/v1/accounts/12345/orders", "count", "5"),
        ("/v1/accounts/12345/trades", "maxId", "5"),
        ("/v1/accounts/12345/transactions", "minId", "5"),
        ("/v1/accounts/12345/orders", "ids", "5"),
        ("/v1/prices", "instruments", "EUR_USD"),
        ("/v1/candles", "granularity", "S5"),
        ("/v1/instruments", "accountId", "12345"),
    ] {
        stage.check("GET", &format!("{path}?{name}={value}&{name}={value}"), None, (1, &malformed(name)));
    }
}

#[test]
fn what_is_no_number_is_named() {
    let stage = Stage::new();
    for value in NO_NUMBERS.into_iter().chain([HUGE]) {
        for name in ["units", "price", "lowerBound", "upperBound", "stopLoss", "takeProfit", "trailingStop"] {
            let words = malformed(name);
            stage.check("POST", ORDERS, Some(&pending().with(name, value).encoded()), (1, &words));
            stage.check("PATCH", ORDER, Some(&Arguments(vec![]).with(name, value).encoded()), (1, &words));
        }
        for name in ["stopLoss", "takeProfit", "trailingStop"] {
            let body = Arguments(vec![]).with(name, value).encoded();
            stage.check("PATCH", TRADE, Some(&body), (1, &malformed(name)));
        }
        let of_lists = ["maxId", "count"].into_iter().map(|name| ("orders", name));
        let of_trades = ["maxId", "count"].into_iter().map(|name| ("trades", name));
        let of_transactions = ["maxId", "minId", "count"].into_iter().map(|name| ("transactions", name));
        for (list, name) in of_lists.chain(of_trades).chain(of_transactions) {
            let query = Arguments(vec![]).with(name, value).encoded();
            let target = format!("/v1/accounts/12345/{list}?{query}");
            stage.check("GET", &target, None, (1, &malformed(name)));
        }
        // Of a list this is one.
        if value != "1,5" {
            let query = Arguments(vec![]).with("ids", value).encoded();
            stage.check("GET", &format!("{ORDERS}?{query}"), None, (1, &malformed("ids")));
        }
        for name in ["count", "dailyAlignment"] {
            let query = Arguments::of([("instrument", "EUR_USD")]).with(name, value).encoded();
            stage.check("GET", &format!("/v1/candles?{query}"), None, (1, &malformed(name)));
        }
    }
}

#[test]
fn what_is_no_word_is_named() {
    let stage = Stage::new();
    for (name, values) in [
        ("side", ["", "Buy", "BUY", "long", "buy ", "買う"]),
        ("type", ["", "Limit", "LIMIT", "ioc", "trailingStop", "limit\n"]),
        (
            "expiry",
            ["", "tomorrow", "2026-02-30T00:00:00Z", "1893456000", "2026-02-01", "2026-02-01T24:00:00Z"],
        ),
        // It is over, or it is now.
        (
            "expiry",
            [
                "2013-04-01T00:00:00Z",
                "2026-01-05T15:00:00Z",
                "2026-01-05T15:00:00.9Z",
                "2026-01-05T16:00:00+01:00",
                "1970-01-01T00:00:00Z",
                "0000-01-01T00:00:00Z",
            ],
        ),
    ] {
        for value in values {
            let body = pending().with(name, value).encoded();
            stage.check("POST", ORDERS, Some(&body), (1, &malformed(name)));
        }
    }
    for (name, value) in [
        ("granularity", "M6"),
        ("granularity", ""),
        ("candleFormat", "mid"),
        ("weeklyAlignment", "friday"),
        ("alignmentTimezone", "Europe/Atlantis"),
        ("alignmentTimezone", "../../etc/passwd"),
    ] {
        let query = Arguments::of([("instrument", "EUR_USD")]).with(name, value).encoded();
        stage.check("GET", &format!("/v1/candles?{query}"), None, (1, &malformed(name)));
    }
    for name in ["start", "end"] {
        let query = Arguments::of([("instrument", "EUR_USD")]).with(name, "yesterday").encoded();
        let words = format!("Invalid timestamp: [{name}] parameter");
        stage.check("GET", &format!("/v1/candles?{query}"), None, (45, &words));
    }
    let words = "Invalid timestamp: [since] parameter";
    stage.check("GET", "/v1/prices?instruments=EUR_USD&since=now", None, (45, words));
}

#[test]
fn what_has_too_many_digits_is_refused() {
    const WORDS: &str = "Invalid Precision";
    let stage = Stage::new();
    for name in ["price", "lowerBound", "upperBound", "stopLoss", "takeProfit"] {
        for value in ["1.100001", "1.1000000001", "0.000000000000000000000000001"] {
            stage.check("POST", ORDERS, Some(&pending().with(name, value).encoded()), (18, WORDS));
            stage.check("PATCH", ORDER, Some(&Arguments(vec![]).with(name, value).encoded()), (18, WORDS));
        }
    }
    for value in ["10.55", "10.01", "5.00001"] {
        let body = pending().with("trailingStop", value).encoded();
        stage.check("POST", ORDERS, Some(&body), (18, WORDS));
        stage.check("PATCH", TRADE, Some(&format!("trailingStop={value}")), (18, WORDS));
    }
    stage.check("PATCH", TRADE, Some("stopLoss=112.9999"), (18, WORDS));
    // Half a unit is no unit.
    stage.check("POST", ORDERS, Some(&pending().with("units", "1.5").encoded()), (1, &malformed("units")));
    stage.check("PATCH", ORDER, Some("units=1.5"), (1, &malformed("units")));
}

#[test]
fn what_is_out_of_range_is_named() {
    let stage = Stage::new();
    for (name, value) in [
        ("units", "10000001"),
        ("units", "18446744073709551615"),
        ("trailingStop", "4.9"),
        ("trailingStop", "10000.1"),
    ] {
        let words = out_of_range(name);
        stage.check("POST", ORDERS, Some(&pending().with(name, value).encoded()), (36, &words));
        stage.check("PATCH", ORDER, Some(&Arguments(vec![]).with(name, value).encoded()), (36, &words));
    }
    stage.check("PATCH", TRADE, Some("trailingStop=4"), (36, &out_of_range("trailingStop")));
    for list in ["orders", "trades", "transactions"] {
        let path = format!("/v1/accounts/12345/{list}");
        stage.check("GET", &format!("{path}?count=501"), None, (36, &out_of_range("count")));
        stage.check("GET", &format!("{path}?count=0"), None, (1, &malformed("count")));
        let ids = (1..=51).map(|id| id.to_string()).collect::<Vec<_>>().join("%2C");
        stage.check("GET", &format!("{path}?ids={ids}"), None, (36, &out_of_range("ids")));
        let words = "Argument conflict found: [ids] cannot be specified with other arguments.";
        stage.check("GET", &format!("{path}?ids=1&count=5"), None, (47, words));
    }
    let many = "The value specified is not in the valid range: Resulting candle count is larger than maximum allowed: 5000";
    stage.check("GET", "/v1/candles?instrument=EUR_USD&count=5001", None, (36, many));
    stage.check("GET", "/v1/candles?instrument=EUR_USD&count=0", None, (36, &out_of_range("count")));
    for zero in ["units", "price"] {
        stage.check("POST", ORDERS, Some(&pending().with(zero, "0").encoded()), (1, &malformed(zero)));
        stage.check("PATCH", ORDER, Some(&format!("{zero}=0")), (1, &malformed(zero)));
    }
}

#[test]
fn what_is_not_known_is_named() {
    let stage = Stage::new();
    for name in ["CAD_FFF", "", "EUR-USD", "eur_usd", "EUR_USD ", "EUR_USD,USD_JPY", "TSLA", "ユーロ"] {
        let body = pending().with("instrument", name).encoded();
        stage.check("POST", ORDERS, Some(&body), (9, "Currency provided is invalid"));
        let words = format!("Invalid instrument: {name} is not a valid instrument");
        let query = Arguments(vec![]).with("instrument", name).encoded();
        for list in ["orders", "trades", "transactions"] {
            stage.check("GET", &format!("/v1/accounts/12345/{list}?{query}"), None, (46, &words));
        }
        stage.check("GET", &format!("/v1/candles?{query}"), None, (46, &words));
    }
    stage.check(
        "GET",
        "/v1/prices?instruments=CAD_FFF",
        None,
        (46, "Invalid instrument: CAD_FFF is not a valid instrument"),
    );
    stage.check(
        "DELETE",
        "/v1/accounts/12345/positions/CAD_FFF",
        None,
        (46, "Invalid instrument: CAD_FFF is not a valid instrument"),
    );
    stage.check("DELETE", "/v1/accounts/12345/positions/GBP_USD", None, (14, "Position not found"));
    for method in ["GET", "DELETE"] {
        stage.check(method, "/v1/accounts/12345/orders/99999", None, (11, "Order not found"));
        stage.check(method, "/v1/accounts/12345/orders/{trade}", None, (11, "Order not found"));
        stage.check(method, "/v1/accounts/12345/orders/{foreign}", None, (30, "Order not found"));
        stage.check(method, "/v1/accounts/12345/trades/{order}", None, (12, "Trade not found"));
    }
    stage.check("PATCH", "/v1/accounts/12345/orders/{foreign}", Some("units=5"), (30, "Order not found"));
    stage.check("PATCH", "/v1/accounts/12345/trades/1", Some("stopLoss=5"), (12, "Trade not found"));
    stage.check("GET", "/v1/accounts/12345/transactions/0", None, (13, "Transaction not found"));
    stage.check(
        "POST",
        "/v1/accounts/99/orders",
        Some(&market().encoded()),
        (32, "The account ID provided is invalid"),
    );
    for (path, name) in [
        ("/v1/accounts/x/orders", "accountId"),
        ("/v1/accounts/001-011-5838423-001/orders", "accountId"),
        ("/v1/accounts/99999999999999999999999/orders", "accountId"),
        ("/v1/accounts/12345/orders/x", "orderId"),
        ("/v1/accounts/12345/orders/-1", "orderId"),
        ("/v1/accounts/12345/trades/%31%2e5", "tradeId"),
        ("/v1/accounts/12345/transactions/99999999999999999999999", "transactionId"),
    ] {
        let words = format!("Invalid or malformed resource identifier: {name}");
        stage.check("GET", path, None, (52, &words));
    }
}

#[test]
fn a_closed_market_takes_nothing() {
    const WORDS: &str = "Instrument trading halted";
    let stage = Stage::new();
    stage.engine.halt("USD-JPY");
    let in_yen = market().with("instrument", "USD_JPY");
    stage.check("POST", ORDERS, Some(&in_yen.encoded()), (24, WORDS));
    stage.check("POST", ORDERS, Some(&in_yen.with("side", "sell").encoded()), (24, WORDS));
    stage.check("DELETE", TRADE, None, (24, WORDS));
    stage.check("DELETE", "/v1/accounts/12345/positions/USD_JPY", None, (24, WORDS));
    // Nobody quotes.
    stage.engine.quote("EUR-USD", "1.19671", "1.19683", "0", "0");
    stage.check("POST", ORDERS, Some(&market().encoded()), (24, WORDS));
    let touched = pending().with("type", "marketIfTouched").encoded();
    stage.check("POST", ORDERS, Some(&touched), (24, WORDS));
}

#[test]
fn what_the_price_does_not_allow_is_refused() {
    let stage = Stage::new();
    stage.check(
        "POST",
        ORDERS,
        Some(&market().with("upperBound", "1.1").encoded()),
        (22, "Upper bound exceeded"),
    );
    let sell = market().with("side", "sell");
    stage.check(
        "POST",
        ORDERS,
        Some(&sell.with("lowerBound", "1.2").encoded()),
        (23, "Lower bound exceeded"),
    );
    stage.check("PATCH", ORDER, Some("upperBound=1"), (22, "Upper bound exceeded"));
    let stop = "Invalid stopLoss error: requested stopLoss is above price";
    let profit = "Invalid takeProfit error: requested takeProfit is below price";
    stage.check(
        "POST",
        ORDERS,
        Some(&pending().with("stopLoss", "1.2").encoded()),
        (33, &format!("{stop} 1.10000")),
    );
    stage.check(
        "POST",
        ORDERS,
        Some(&market().with("stopLoss", "1.2").encoded()),
        (33, &format!("{stop} 1.19671")),
    );
    stage.check(
        "POST",
        ORDERS,
        Some(&pending().with("takeProfit", "1").encoded()),
        (34, &format!("{profit} 1.10000")),
    );
    stage.check("PATCH", TRADE, Some("takeProfit=113"), (34, &format!("{profit} 113.064")));
    stage.check("PATCH", TRADE, Some("stopLoss=114"), (33, &format!("{stop} 113.064")));
    let crossed = pending().with("lowerBound", "1.2").with("upperBound", "1").encoded();
    stage.check("POST", ORDERS, Some(&crossed), (1, &malformed("lowerBound")));
}

#[test]
fn too_little_money_or_market_is_refused() {
    let stage = Stage::new();
    stage.engine.quote("EUR-USD", "1.19671", "1.19683", "100000", "100000");
    let rich = market().with("units", "10000000");
    stage.check("POST", ORDERS, Some(&rich.encoded()), (17, "Insufficient Liquidity"));
    stage.engine.adjust("demo", "USD", "-9999900");
    stage.check(
        "POST",
        ORDERS,
        Some(&market().with("units", "5000").encoded()),
        (19, "Insufficient Liquidity"),
    );
    stage.check(
        "POST",
        ORDERS,
        Some(&pending().with("units", "50000").encoded()),
        (19, "Insufficient Liquidity"),
    );
    stage.check("PATCH", ORDER, Some("units=50000"), (19, "Insufficient Liquidity"));
}
