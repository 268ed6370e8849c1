//! The DeltaDeFi client 1.1.4, unmodified, trades against the Espresso dialect: it fetches its operation key, decrypts
//! it, and signs what it places.
//!
//! Usage: `sdk-deltadefi BASE_URL API_KEY PASSCODE`. Ends with status 0 only when every step held.

use std::error::Error;
use std::fmt::Debug;
use std::time::{Duration, Instant};

use deltadefi::{DeltaDeFi, OrderSide, OrderStatus, OrderType, Stage};

type Step<T> = Result<T, Box<dyn Error>>;

const SYMBOL: &str = "ADAUSDM";

/// The client's errors are no `std::error::Error`s.
fn said<E: Debug>(error: E) -> Box<dyn Error> {
    format!("{error:?}").into()
}

/// Fails with the two values unless they are equal.
fn equal<T: PartialEq + Debug>(what: &str, seen: &T, wanted: &T) -> Step<()> {
    if seen == wanted { Ok(()) } else { Err(format!("{what}: wanted {wanted:?}, saw {seen:?}").into()) }
}

/// Fails unless the call was refused with an answer that holds this text.
fn refused<T, E: Debug>(what: &str, outcome: Result<T, E>, text: &str) -> Step<()> {
    match outcome {
        Ok(_) => Err(format!("{what}: not refused").into()),
        Err(refusal) if format!("{refusal:?}").contains(text) => Ok(()),
        Err(refusal) => Err(format!("{what}: refused with {refusal:?}, not with {text}").into()),
    }
}

/// Reads the order until it has this status.
async fn wait_for(client: &DeltaDeFi, id: &str, status: OrderStatus) -> Step<deltadefi::OrderResponse> {
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        let order = client.accounts.get_order(id).await.map_err(said)?;
        if order.status == status {
            return Ok(order);
        }
        if Instant::now() > deadline {
            return Err(format!("order {id}: wanted {status:?}, is {:?}", order.status).into());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Step<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [base_url, api_key, passcode] = arguments.as_slice() else {
        return Err("usage: sdk-deltadefi BASE_URL API_KEY PASSCODE".into());
    };
    let stage = Stage::Custom(base_url.clone(), base_url.replace("http", "ws"));
    let mut client = DeltaDeFi::new(api_key.clone(), stage.clone(), None).map_err(said)?;

    refused("the wrong passcode", client.load_operation_key("not-the-passcode").await, "")?;
    client.load_operation_key(passcode).await.map_err(said)?;

    lists(&client).await?;
    limit_order(&client).await?;
    market_order(&client).await?;
    cancel_all(&client).await?;
    refusals(&client, stage).await?;
    println!("deltadefi 1.1.4: all steps passed");
    Ok(())
}

async fn lists(client: &DeltaDeFi) -> Step<()> {
    let balance = client.accounts.get_account_balance().await.map_err(said)?;
    equal("assets first", &balance.first().map(|each| each.asset.as_str()), &Some("ADA"))?;
    let price = client.market.get_market_price(SYMBOL).await.map_err(said)?.price;
    if price < 0.0 { Err(format!("market price {price}").into()) } else { Ok(()) }
}

/// Builds, signs and submits a limit order far from the market; reads it; cancels it.
async fn limit_order(client: &DeltaDeFi) -> Step<()> {
    let placed = client
        .post_order(
            SYMBOL,
            OrderSide::Buy,
            OrderType::Limit,
            Some("100".into()),
            None,
            Some("0.5".into()),
            None,
            None,
        )
        .await
        .map_err(said)?;
    equal("acknowledged as", &placed.status, &OrderStatus::Processing)?;

    let order = wait_for(client, &placed.id, OrderStatus::Open).await?;
    equal("symbol", &order.symbol.as_str(), &SYMBOL)?;
    equal("side", &order.side, &OrderSide::Buy)?;
    equal("price", &order.price.as_str(), &"0.5")?;
    equal("base quantity", &order.base_qty.as_str(), &"100")?;
    equal("quote quantity", &order.quote_qty.as_str(), &"50")?;
    equal("locked", &order.locked_quote_qty.as_str(), &"50")?;
    let open = client.accounts.get_open_orders(Some(SYMBOL.into()), None, None).await.map_err(said)?;
    equal("listed", &open.data.iter().any(|each| each.id == order.id), &true)?;

    equal("canceled id", &client.cancel_order(&order.id).await.map_err(said)?.order_id, &order.id)?;
    let canceled = wait_for(client, &order.id, OrderStatus::Cancelled).await?;
    equal("unlocked", &canceled.locked_quote_qty.as_str(), &"0")?;
    refused("canceling twice", client.cancel_order(&order.id).await, "4201")
}

/// A market order is filled at once, in one or more fills.
async fn market_order(client: &DeltaDeFi) -> Step<()> {
    let placed = client
        .post_order(
            SYMBOL,
            OrderSide::Buy,
            OrderType::Market,
            Some("50".into()),
            None,
            None,
            Some("100".into()),
            None,
        )
        .await
        .map_err(said)?;
    let order = wait_for(client, &placed.id, OrderStatus::Closed).await?;
    equal("executed", &order.executed_base_qty.as_str(), &"50")?;
    equal("type", &order.order_type, &OrderType::Market)?;
    equal("slippage", &order.slippage_bp, &Some(100))?;
    equal("fills", &order.order_execution_records.map(|fills| fills.is_empty()), &Some(false))?;
    let traded = client.accounts.get_trade_orders(Some(SYMBOL.into()), None, None).await.map_err(said)?;
    equal("listed", &traded.data.iter().any(|each| each.id == order.id), &true)
}

async fn cancel_all(client: &DeltaDeFi) -> Step<()> {
    let mut placed = Vec::new();
    for price in ["0.4", "0.41"] {
        let order = client
            .post_order(
                SYMBOL,
                OrderSide::Buy,
                OrderType::Limit,
                Some("20".into()),
                None,
                Some(price.into()),
                None,
                Some(true),
            )
            .await
            .map_err(said)?;
        placed.push(order.id);
    }
    let mut canceled = client.cancel_all_orders(SYMBOL).await.map_err(said)?.order_ids;
    placed.sort();
    canceled.sort();
    equal("canceled together", &canceled, &placed)?;
    refused("nothing open", client.cancel_all_orders(SYMBOL).await, "4200")
}

async fn refusals(client: &DeltaDeFi, stage: Stage) -> Step<()> {
    let small = client.post_order(
        SYMBOL,
        OrderSide::Buy,
        OrderType::Limit,
        Some("4".into()),
        None,
        Some("0.5".into()),
        None,
        None,
    );
    refused("too small", small.await, "4100")?;

    // A transaction that was built for one order does not place another.
    let build = |price: &str| {
        client.order.build_place_order_transaction(
            SYMBOL,
            OrderSide::Buy,
            OrderType::Limit,
            Some("10".into()),
            None,
            Some(price.to_owned()),
            None,
            None,
        )
    };
    let (one, other) = (build("0.3").await.map_err(said)?, build("0.31").await.map_err(said)?);
    let signed = client.sign_tx_by_operation_key(&one.tx_hex).map_err(said)?;
    refused(
        "another order's transaction",
        client.order.submit_place_order_transaction(&other.order_id, &signed).await,
        "4402",
    )?;
    refused(
        "an unsigned transaction",
        client.order.submit_place_order_transaction(&one.order_id, &one.tx_hex).await,
        "4407",
    )?;

    let stranger = DeltaDeFi::new("nobody".into(), stage, None).map_err(said)?;
    refused("an unknown key", stranger.accounts.get_account_balance().await, "4010")
}
