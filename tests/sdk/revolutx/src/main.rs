//! The revolutx client 0.5.1, unmodified, trades against the Revolut X dialect with signed requests.
//!
//! Usage: `sdk-revolutx BASE_URL API_KEY PRIVATE_KEY_PEM`. Ends with status 0 only when every step held.

use std::error::Error;
use std::fmt::Debug;

use revolutx::api::orders::{ActiveOrdersQuery, HistoricalOrdersQuery};
use revolutx::model::common::{OrderId, Price};
use revolutx::model::orders::{OrderReplacementRequest, OrderStatus};
use revolutx::{Decimal, RevolutXClient};

type Step<T> = Result<T, Box<dyn Error>>;

const SYMBOL: &str = "BTC-USD";

/// Fails with the two values unless they are equal.
fn equal<T: PartialEq + Debug>(what: &str, seen: &T, wanted: &T) -> Step<()> {
    if seen == wanted { Ok(()) } else { Err(format!("{what}: wanted {wanted:?}, saw {seen:?}").into()) }
}

/// Fails unless the call was refused with this status and words.
fn refused<T>(what: &str, outcome: revolutx::Result<T>, status: u16, words: &str) -> Step<()> {
    match outcome {
        Ok(_) => Err(format!("{what}: not refused").into()),
        Err(refusal) => {
            equal(what, &refusal.status(), &Some(status))?;
            let said = refusal.api_error().map(|error| error.message.clone()).unwrap_or_default();
            if said.contains(words) { Ok(()) } else { Err(format!("{what}: refused with {said:?}").into()) }
        }
    }
}

fn number(text: &str) -> Step<Decimal> {
    Ok(text.parse()?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Step<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [base_url, api_key, key_file] = arguments.as_slice() else {
        return Err("usage: sdk-revolutx BASE_URL API_KEY PRIVATE_KEY_PEM".into());
    };
    let base_url = format!("{base_url}/api/1.0");
    let pem = std::fs::read_to_string(key_file)?;
    let client =
        RevolutXClient::builder().base_url(&base_url).api_key(api_key).private_key_pem(&pem).build()?;

    let ask = lists(&client).await?;
    limit_order(&client).await?;
    replace(&client).await?;
    market_order(&client, ask).await?;
    cancel_all(&client).await?;

    let stranger = RevolutXClient::builder()
        .base_url(&base_url)
        .api_key("x".repeat(64))
        .private_key_pem(&pem)
        .build()?;
    refused("an unknown key", stranger.balances().get_all().await, 401, "Unauthorized")?;
    println!("revolutx 0.5.1: all steps passed");
    Ok(())
}

/// Lists and balances; answers the best ask.
async fn lists(client: &RevolutXClient) -> Step<Decimal> {
    let pairs = client.configuration().pairs().await?;
    equal("pair", &pairs.values().any(|pair| pair.symbol().as_str() == SYMBOL), &true)?;
    equal("currency", &client.configuration().currencies().await?.contains_key("BTC"), &true)?;
    let balances = client.balances().get_all().await?;
    equal(
        "balance",
        &balances.iter().any(|each| each.currency == "BTC" && each.total > Decimal::ZERO),
        &true,
    )?;
    let book = client.market_data().order_book(SYMBOL).await?;
    let asks = book.asks.iter().map(|level| level.price);
    asks.min().ok_or_else(|| "no asks".into())
}

async fn limit_order(client: &RevolutXClient) -> Step<()> {
    let orders = client.orders();
    let placed = orders.limit_buy(SYMBOL, number("0.002")?, number("60000")?).send().await?;
    equal("acknowledged as", &placed.state, &OrderStatus::New)?;
    let order = orders.get(&placed.venue_order_id).await?;
    equal("status", &order.status, &OrderStatus::New)?;
    equal("price", &order.price, &Some(number("60000")?))?;
    equal("quantity", &order.quantity, &number("0.002")?)?;
    let active =
        orders.active(&ActiveOrdersQuery { symbols: vec![SYMBOL.into()], ..Default::default() }).await?;
    equal("listed", &active.items.iter().any(|each| each.id == placed.venue_order_id), &true)?;

    orders.cancel(&placed.venue_order_id).await?;
    equal("status", &orders.get(&placed.venue_order_id).await?.status, &OrderStatus::Cancelled)?;
    refused("canceling twice", orders.cancel(&placed.venue_order_id).await, 404, "not found")
}

/// A replacement is an order of its own that names the one it replaces.
async fn replace(client: &RevolutXClient) -> Step<()> {
    let orders = client.orders();
    let placed = orders.limit_sell(SYMBOL, number("0.002")?, number("180000")?).send().await?;
    let request =
        OrderReplacementRequest { price: Some(Price::new(number("190000")?)?), ..Default::default() };
    let replaced = orders.replace(&placed.venue_order_id, &request).await?;
    equal("a new id", &(replaced.venue_order_id == placed.venue_order_id), &false)?;
    let successor = orders.get(&replaced.venue_order_id).await?;
    equal("price", &successor.price, &Some(number("190000")?))?;
    equal("a sell keeps its base size", &successor.quantity, &number("0.002")?)?;
    equal("old status", &orders.get(&placed.venue_order_id).await?.status, &OrderStatus::Replaced)?;
    Ok(orders.cancel(&replaced.venue_order_id).await?)
}

async fn market_order(client: &RevolutXClient, ask: Decimal) -> Step<()> {
    let orders = client.orders();
    let bought = orders.market_buy(SYMBOL, number("0.001")?).send().await?;
    equal("acknowledged as", &bought.state, &OrderStatus::Filled)?;
    let fills = orders.fills(&bought.venue_order_id).await?;
    equal("filled", &fills.iter().map(|fill| fill.quantity).sum::<Decimal>(), &number("0.001")?)?;
    equal("at the ask", &fills.iter().all(|fill| fill.price == ask), &true)?;
    let spent = orders.market_buy_quote(SYMBOL, number("50")?).send().await?;
    equal("acknowledged as", &spent.state, &OrderStatus::Filled)?;
    let history = orders.historical(&HistoricalOrdersQuery::default()).await?;
    equal("listed", &history.items.iter().any(|each| each.id == bought.venue_order_id), &true)
}

async fn cancel_all(client: &RevolutXClient) -> Step<()> {
    let orders = client.orders();
    for price in ["50000", "51000"] {
        orders.limit_buy(SYMBOL, number("0.001")?, number(price)?).post_only().send().await?;
    }
    orders.cancel_all().await?;
    equal("active", &orders.active(&ActiveOrdersQuery::default()).await?.items.len(), &0)?;

    let unknown = OrderId::new("7d85b5e7-d0f0-4696-b7b5-a300d0d03a5e");
    refused("an unknown order", orders.get(&unknown).await, 404, "not found")?;
    let strange = orders.market_buy("BTC-BTC", number("1")?).send().await;
    refused("an unknown pair", strange, 400, "No such pair: BTC-BTC")
}
