//! Where candles of each length begin, and what is asked of them beyond that, over HTTP.
#![expect(clippy::unwrap_used, reason = "a failed expectation of a test is reported by panicking")]

mod support;

use facade_kit::{IdSource, MountPoint};
use facade_oanda::Config;
use serde_json::Value;
use testkit::TestServer;
use testkit::http::{Reply, Request};

use support::token;

/// Where the candle of 2026-01-05T15:07:43Z begins, a Monday morning in New York: days begin there at 17:00.
const BEGINNINGS: [(&str, &str); 21] = [
    ("S5", "2026-01-05T15:07:40"),
    ("S10", "2026-01-05T15:07:40"),
    ("S15", "2026-01-05T15:07:30"),
    ("S30", "2026-01-05T15:07:30"),
    ("M1", "2026-01-05T15:07:00"),
    ("M2", "2026-01-05T15:06:00"),
    ("M3", "2026-01-05T15:06:00"),
    ("M5", "2026-01-05T15:05:00"),
    ("M10", "2026-01-05T15:00:00"),
    ("M15", "2026-01-05T15:00:00"),
    ("M30", "2026-01-05T15:00:00"),
    ("H1", "2026-01-05T15:00:00"),
    ("H2", "2026-01-05T14:00:00"),
    ("H3", "2026-01-05T13:00:00"),
    ("H4", "2026-01-05T14:00:00"),
    ("H6", "2026-01-05T10:00:00"),
    ("H8", "2026-01-05T14:00:00"),
    ("H12", "2026-01-05T10:00:00"),
    ("D", "2026-01-04T22:00:00"),
    ("W", "2026-01-02T22:00:00"),
    ("M", "2026-01-01T22:00:00"),
];

fn get(server: &TestServer, query: &str) -> Reply {
    let request = Request::new("GET", &format!("/v1/candles?instrument=EUR_USD&{query}"));
    server.send(&request.with_header("Authorization", &format!("Bearer {}", token("demo"))))
}

fn candles(server: &TestServer, query: &str) -> Vec<Value> {
    let reply = get(server, query);
    assert_eq!(reply.status, 200, "{query}: {}", reply.text());
    reply.json()["candles"].as_array().unwrap().clone()
}

fn times(server: &TestServer, query: &str) -> Vec<String> {
    let text = |candle: &Value| candle["time"].as_str().unwrap().replace(".000000Z", "");
    candles(server, query).iter().map(text).collect()
}

#[test]
fn candles_of_every_length_begin_where_the_vendor_has_them_begin() {
    let engine = testkit::engine();
    let mount =
        facade_oanda::mount(Config::development(), engine.handle(), IdSource::counted(), MountPoint::root());
    let server = testkit::serve(mount);
    engine.advance(463);
    engine.quote("EUR-USD", "1.20000", "1.20010", "1000", "1000");
    engine.quote("EUR-USD", "1.10000", "1.10020", "1000", "1000");
    for (granularity, beginning) in BEGINNINGS {
        let query = format!("granularity={granularity}&count=1");
        assert_eq!(times(&server, &query), [beginning], "{granularity}");
        let answer = get(&server, &query).json();
        assert_eq!((&answer["instrument"], &answer["granularity"]), (&"EUR_USD".into(), &granularity.into()));
        let candle = &answer["candles"][0];
        assert_eq!(candle["complete"], false, "{granularity}");
        let two = [&candle["closeBid"], &candle["closeAsk"]].map(ToString::to_string);
        assert_eq!(two, ["1.1", "1.1002"], "{granularity}");
        let middle = &candles(&server, &format!("{query}&candleFormat=midpoint"))[0];
        assert_eq!(middle["closeMid"].to_string(), "1.1001", "{granularity}");
        assert_eq!(middle["highMid"].to_string(), "1.20005", "{granularity}");
        assert_eq!(middle["time"], candle["time"]);
    }
    for unknown in ["M4", "M6", "s5", "H24", "Y", ""] {
        let refused = get(&server, &format!("granularity={unknown}"));
        assert_eq!((refused.status, refused.json()["code"].as_u64()), (400, Some(1)), "{unknown:?}");
    }
}

#[test]
fn days_and_weeks_begin_where_they_are_asked_to() {
    let engine = testkit::engine();
    let mount =
        facade_oanda::mount(Config::development(), engine.handle(), IdSource::counted(), MountPoint::root());
    let server = testkit::serve(mount);
    for (query, beginning) in [
        ("granularity=D&dailyAlignment=0&alignmentTimezone=UTC", "2026-01-05T00:00:00"),
        ("granularity=D&dailyAlignment=23&alignmentTimezone=GMT0", "2026-01-04T23:00:00"),
        ("granularity=D&dailyAlignment=16", "2026-01-04T21:00:00"),
        ("granularity=D&alignmentTimezone=Europe%2FLondon", "2026-01-04T17:00:00"),
        ("granularity=H12&dailyAlignment=9&alignmentTimezone=Asia%2FTokyo", "2026-01-05T12:00:00"),
        (
            "granularity=W&weeklyAlignment=Monday&dailyAlignment=0&alignmentTimezone=UTC",
            "2026-01-05T00:00:00",
        ),
        ("granularity=W&weeklyAlignment=Sunday", "2026-01-04T22:00:00"),
        ("granularity=W&weeklyAlignment=Tuesday", "2025-12-30T22:00:00"),
        ("granularity=M&dailyAlignment=0&alignmentTimezone=UTC", "2026-01-01T00:00:00"),
        (
            "granularity=S5&dailyAlignment=3&weeklyAlignment=Tuesday&alignmentTimezone=GMT0",
            "2026-01-05T15:00:00",
        ),
    ] {
        assert_eq!(times(&server, &format!("{query}&count=1")), [beginning], "{query}");
    }
    for (query, code) in [
        ("dailyAlignment=24", 36),
        ("dailyAlignment=x", 1),
        ("alignmentTimezone=Mars", 1),
        ("weeklyAlignment=monday", 1),
    ] {
        let refused = get(&server, query);
        assert_eq!((refused.status, refused.json()["code"].as_u64()), (400, Some(code)), "{query}");
    }
}

#[test]
fn a_range_is_cut_by_count_start_and_end() {
    let engine = testkit::engine();
    let mount =
        facade_oanda::mount(Config::development(), engine.handle(), IdSource::counted(), MountPoint::root());
    let server = testkit::serve(mount);
    for minute in 1..=5 {
        engine.advance(60);
        engine.quote("EUR-USD", &format!("1.1000{minute}"), "1.20000", "1000", "1000");
    }
    let minutes = |query: &str| -> Vec<String> {
        let times = times(&server, &format!("granularity=M1&{query}"));
        times.iter().map(|time| time.replace("2026-01-05T15:0", "").replace(":00", "")).collect()
    };
    assert_eq!(minutes("count=2"), ["4", "5"], "the last ones");
    assert_eq!(
        minutes("count=2&end=2026-01-05T15:04:00Z"),
        ["2", "3"],
        "back from the end, which is not in it"
    );
    assert_eq!(
        minutes("count=2&start=2026-01-05T15:01:30Z"),
        ["1", "2"],
        "on from the candle that covers the start"
    );
    assert_eq!(minutes("count=2&start=2026-01-05T15:01:30Z&includeFirst=false"), ["2", "3"]);
    assert_eq!(minutes("start=2026-01-05T15:02:00Z&end=2026-01-05T15:04:00Z"), ["2", "3"]);
    assert_eq!(minutes("start=2026-01-05T15:02:00Z"), ["2", "3", "4", "5"]);
    assert_eq!(minutes("start=1767625320000&count=1"), ["2"], "milliseconds");
    assert_eq!(minutes("includeFirst=true&start=2026-01-05T15:05:00Z"), ["5"]);
    let last = &candles(&server, "granularity=M1&count=2");
    assert_eq!((&last[0]["complete"], &last[1]["complete"]), (&true.into(), &false.into()));
    let nothing = get(&server, "granularity=M1&start=2026-01-05T16:00:00Z");
    assert_eq!((nothing.status, nothing.body.len()), (204, 0));
    for (query, code) in [
        ("count=0", 36),
        ("count=5001", 36),
        ("count=x", 1),
        ("includeFirst=false", 47),
        ("includeFirst=maybe&start=2026-01-05T15:00:00Z", 1),
        ("count=2&start=2026-01-05T15:00:00Z&end=2026-01-05T15:01:00Z", 47),
        ("granularity=S5&start=2026-01-05T00:00:00Z&end=2026-01-05T15:00:00Z", 36),
        ("start=yesterday", 45),
        ("end=2026-13-01T00:00:00Z", 45),
        ("candleFormat=ask", 1),
    ] {
        let refused = get(&server, query);
        assert_eq!((refused.status, refused.json()["code"].as_u64()), (400, Some(code)), "{query}");
    }
}
