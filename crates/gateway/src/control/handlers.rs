//! The operations of the control plane.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, Responder, web};
use facade_kit::{decimal, time};
use order_engine::{Command, Instrument, Price, Quantity, UpdateQuote};
use runtime::{Condition, SnapshotNote};
use serde::{Deserialize, Serialize};

use super::Control;
use super::error::ControlError;

type State = web::Data<Control>;

/// Throws the state away and starts again with the seed, in one step.
pub(super) async fn reset(control: State) -> Result<impl Responder, ControlError> {
    if !control.access.may_reset() {
        return Err(ControlError::NotInProduction);
    }
    let commands = std::iter::once(Command::Reset).chain(control.seed.iter().cloned()).collect();
    for outcome in control.engine.submit_all(commands).await? {
        outcome.map_err(|reject| ControlError::Rejected(reject.to_string()))?;
    }
    tracing::info!("the state was reset");
    Ok(HttpResponse::NoContent())
}

/// A quote as it is asked for. Sizes that are left out stay as they are.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuoteBody {
    bid: String,
    ask: String,
    bid_size: Option<String>,
    ask_size: Option<String>,
}

/// A quote as it is.
#[derive(Debug, Serialize)]
struct QuoteAnswer {
    instrument: String,
    bid: String,
    ask: String,
    bid_size: String,
    ask_size: String,
    at: String,
}

/// The house's quote of an instrument.
pub(super) async fn quote(control: State, path: web::Path<String>) -> Result<impl Responder, ControlError> {
    let instrument = instrument(&control, &path)?;
    quote_answer(&control, &instrument)
}

/// Sets the house's quote of an instrument.
pub(super) async fn set_quote(
    control: State,
    path: web::Path<String>,
    body: web::Json<QuoteBody>,
) -> Result<impl Responder, ControlError> {
    let instrument = instrument(&control, &path)?;
    let known = control.engine.views().market(instrument.id).and_then(|market| market.quote);
    let size = |text: &Option<String>, known: Option<Quantity>, name: &str| match text {
        Some(text) => quantity(text, name),
        None => {
            known.ok_or_else(|| ControlError::BadRequest(format!("{name} is needed: there is no quote yet")))
        }
    };
    let command = UpdateQuote {
        instrument: instrument.id,
        bid: price(&body.bid, "bid")?,
        ask: price(&body.ask, "ask")?,
        bid_size: size(&body.bid_size, known.map(|quote| quote.bid_size), "bid_size")?,
        ask_size: size(&body.ask_size, known.map(|quote| quote.ask_size), "ask_size")?,
    };
    control.engine.submit(Command::UpdateQuote(command)).await?;
    quote_answer(&control, &instrument)
}

fn quote_answer(control: &Control, instrument: &Instrument) -> Result<HttpResponse, ControlError> {
    let symbol = instrument.symbol().to_string();
    let quote = control
        .engine
        .views()
        .market(instrument.id)
        .and_then(|market| market.quote)
        .ok_or_else(|| ControlError::NoQuote(symbol.clone()))?;
    Ok(HttpResponse::Ok().json(QuoteAnswer {
        instrument: symbol,
        bid: quote.bid.to_string(),
        ask: quote.ask.to_string(),
        bid_size: quote.bid_size.to_string(),
        ask_size: quote.ask_size.to_string(),
        at: time::rfc3339(quote.at, 9),
    }))
}

pub(super) fn instrument(control: &Control, symbol: &str) -> Result<Arc<Instrument>, ControlError> {
    let reference = control.engine.views().reference();
    let known = reference.instrument_by_symbol(symbol).cloned();
    known.ok_or_else(|| ControlError::UnknownInstrument(symbol.to_owned()))
}

fn price(text: &str, name: &str) -> Result<Price, ControlError> {
    decimal::parse_plain(text)
        .and_then(|value| Price::new(value).ok())
        .ok_or_else(|| not_a_number(text, name))
}

fn quantity(text: &str, name: &str) -> Result<Quantity, ControlError> {
    decimal::parse_plain(text)
        .and_then(|value| Quantity::new(value).ok())
        .ok_or_else(|| not_a_number(text, name))
}

fn not_a_number(text: &str, name: &str) -> ControlError {
    ControlError::BadRequest(format!("{name}: {text:?} is not a number that can stand there"))
}

/// What is served where.
pub(super) async fn routes(control: State) -> impl Responder {
    #[derive(Serialize)]
    struct Routes<'a> {
        mounts: &'a [super::MountRow],
    }
    let mounts = control.mounts.get().map(Vec::as_slice).unwrap_or_default();
    HttpResponse::Ok().json(Routes { mounts })
}

/// A snapshot that is kept.
#[derive(Debug, Serialize)]
struct SnapshotRow {
    sequence: u64,
    bytes: u64,
    state_hash: String,
}

impl From<SnapshotNote> for SnapshotRow {
    fn from(note: SnapshotNote) -> Self {
        let state_hash =
            note.state_hash.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        Self { sequence: note.sequence, bytes: note.bytes, state_hash }
    }
}

/// The snapshots that are kept, newest first.
pub(super) async fn snapshots(control: State) -> Result<impl Responder, ControlError> {
    #[derive(Serialize)]
    struct Snapshots {
        snapshots: Vec<SnapshotRow>,
    }
    let engine = control.engine.clone();
    let notes = web::block(move || engine.snapshots()).await.map_err(|_| ControlError::Unavailable)??;
    Ok(HttpResponse::Ok().json(Snapshots { snapshots: notes.into_iter().map(SnapshotRow::from).collect() }))
}

/// Has a snapshot made and read back.
pub(super) async fn save_snapshot(control: State) -> Result<impl Responder, ControlError> {
    Ok(HttpResponse::Created().json(SnapshotRow::from(control.engine.save_snapshot().await?)))
}

/// The time that the engine goes by.
pub(super) async fn clock(control: State) -> impl Responder {
    #[derive(Serialize)]
    struct Clock {
        now: String,
    }
    HttpResponse::Ok().json(Clock { now: time::rfc3339(control.engine.now(), 9) })
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl Health {
    const fn of(status: &'static str) -> Self {
        Self { status, reason: None }
    }
}

/// Whether the engine takes commands, and if not, why not.
pub(super) async fn health(control: State) -> impl Responder {
    let condition = control.engine.condition();
    let status = match condition {
        Condition::Working => return HttpResponse::Ok().json(Health::of("ok")),
        Condition::ReadOnly { .. } => "read-only",
        Condition::Broken { .. } | Condition::Undurable { .. } => "failed",
        Condition::Stopped => "stopped",
    };
    let reason = condition.why().map(str::to_owned);
    HttpResponse::ServiceUnavailable().json(Health { status, reason })
}

/// Whether requests are welcome.
pub(super) async fn ready(control: State) -> impl Responder {
    if control.is_ready() {
        HttpResponse::Ok().json(Health::of("ready"))
    } else {
        HttpResponse::ServiceUnavailable().json(Health::of("not ready"))
    }
}

/// Answers what is for nobody on this listener. A facade inherits it for the paths that it does not know, so the answer
/// is not marked: the facade's guard puts it into the vendor's envelope.
pub(crate) async fn not_found(request: HttpRequest) -> HttpResponse {
    ControlError::UnknownPath(request.path().to_owned()).answer()
}
