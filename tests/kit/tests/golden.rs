//! Golden files against a facade that tells what the engine holds.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use actix_web::{HttpResponse, web};
use facade_kit::Mount;
use runtime::EngineHandle;
use testkit::{TestEngine, golden};

/// Tells the orders of `demo` and the time.
async fn orders(engine: web::Data<EngineHandle>, body: web::Bytes) -> HttpResponse {
    let views = engine.views();
    let mut text =
        format!("{{\"now\":{},\"asked\":\"{}\",\"orders\":[", engine.now(), String::from_utf8_lossy(&body));
    let account = views.reference().account_by_code("demo").map(|account| account.id);
    for (position, order) in account.map(|id| views.orders(id)).unwrap_or_default().iter().enumerate() {
        let comma = if position == 0 { "" } else { "," };
        let _ = write!(text, "{comma}\"{:?} {} of {}\"", order.status, order.filled, order.quantity);
    }
    text.push_str("]}");
    HttpResponse::Ok().content_type("application/json").body(text)
}

fn teller(engine: &TestEngine) -> Mount {
    let handle = engine.handle();
    Mount {
        name: "teller",
        endpoints: &[],
        has_streams: false,
        configure: Arc::new(move |app| {
            app.app_data(web::Data::new(handle.clone())).route("/orders", web::to(orders));
        }),
    }
}

const STORY: &str = "\
# An order that fills in part, and one that expires.
@quote BTC-USD 99.00 101.00 1 0.4
@place {\"account\": \"demo\", \"symbol\": \"BTC-USD\", \"side\": \"buy\", \"type\": \"limit\", \"price\": \"101\", \"quantity\": \"1\"}
@place {\"account\": \"demo\", \"symbol\": \"ETH-USD\", \"side\": \"buy\", \"type\": \"limit\", \"price\": \"1\", \"quantity\": \"2\", \"tif\": \"gtd\", \"until\": \"2026-01-05T15:00:05Z\"}
>>> POST /orders
X-Asked: no

first
<<< 200
content-type: application/json

{
  \"now\": 1767625200.000000000,
  \"asked\": \"first yes\",
  \"orders\": [
    \"PartiallyFilled 0.4 of 1\",
    \"New 0 of 2\"
  ]
}

@advance 5
>>> GET /orders
<<< 200
content-type: application/json

{
  \"now\": 1767625205.000000000,
  \"asked\": \" yes\",
  \"orders\": [
    \"PartiallyFilled 0.4 of 1\",
    \"Expired 0 of 2\"
  ]
}
";

fn play(directory: &Path) {
    golden::run(directory, teller, |request, engine| {
        assert_eq!(engine.account("demo").get(), 1);
        request.body.extend_from_slice(b" yes");
    });
}

#[test]
fn a_story_comes_out_as_it_is_written() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("orders")).unwrap();
    std::fs::write(directory.path().join("orders/story.http"), STORY).unwrap();
    play(directory.path());
}

#[test]
#[should_panic(expected = "PartiallyFilled 0.4 of 1")]
fn another_answer_than_the_written_one_is_a_failure() {
    let directory = tempfile::tempdir().unwrap();
    let story = STORY.replace("\"PartiallyFilled 0.4 of 1\",\n    \"New", "\"Filled 1 of 1\",\n    \"New");
    std::fs::write(directory.path().join("story.http"), story).unwrap();
    play(directory.path());
}

#[test]
#[should_panic(expected = "no golden file")]
fn no_file_at_all_is_a_failure() {
    let directory = tempfile::tempdir().unwrap();
    play(directory.path());
}
