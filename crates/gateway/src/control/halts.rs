//! Whether markets trade, and halting them.

use actix_web::{HttpResponse, Responder, web};
use facade_kit::time;
use order_engine::{
    Command, HaltInstrument, HaltReason, Instrument, MarketState, ResumeInstrument, SessionKind,
};
use serde::{Deserialize, Serialize};

use super::Control;
use super::error::ControlError;
use super::handlers::instrument;

type State = web::Data<Control>;

/// A halt as it is asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HaltBody {
    reason: String,
}

/// A market as it is.
#[derive(Debug, Serialize)]
struct MarketAnswer {
    instrument: String,
    is_trading: bool,
    session: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_change: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    halt: Option<HaltAnswer>,
}

#[derive(Debug, Serialize)]
struct HaltAnswer {
    reason: String,
    since: String,
}

/// Whether a market trades, and when that changes by itself.
pub(super) async fn market(control: State, path: web::Path<String>) -> Result<impl Responder, ControlError> {
    let instrument = instrument(&control, &path)?;
    Ok(answer(&control, &instrument))
}

/// Halts trading in an instrument.
pub(super) async fn halt(
    control: State,
    path: web::Path<String>,
    body: web::Json<HaltBody>,
) -> Result<impl Responder, ControlError> {
    let instrument = instrument(&control, &path)?;
    let reason = HaltReason::new(&body.reason)
        .map_err(|fault| ControlError::BadRequest(format!("reason: {fault}")))?;
    let halt = HaltInstrument { instrument: instrument.id, reason };
    control.engine.submit(Command::HaltInstrument(halt)).await?;
    tracing::info!(instrument = %instrument.symbol(), reason = %body.reason, "trading was halted");
    Ok(answer(&control, &instrument))
}

/// Ends a halt.
pub(super) async fn resume(control: State, path: web::Path<String>) -> Result<impl Responder, ControlError> {
    let instrument = instrument(&control, &path)?;
    let resume = ResumeInstrument { instrument: instrument.id };
    control.engine.submit(Command::ResumeInstrument(resume)).await?;
    tracing::info!(instrument = %instrument.symbol(), "trading goes on");
    Ok(answer(&control, &instrument))
}

fn answer(control: &Control, instrument: &Instrument) -> HttpResponse {
    let market = control.engine.views().market(instrument.id);
    let state = market.map(|market| market.state.clone()).unwrap_or_default();
    HttpResponse::Ok().json(MarketAnswer {
        instrument: instrument.symbol().to_string(),
        is_trading: state.is_trading(),
        session: session(&state),
        next_change: state.next_change.map(|at| time::rfc3339(at, 9)),
        halt: state
            .halt
            .map(|halt| HaltAnswer { reason: halt.reason.to_string(), since: time::rfc3339(halt.since, 9) }),
    })
}

const fn session(state: &MarketState) -> &'static str {
    match state.session {
        None => "closed",
        Some(SessionKind::PreMarket) => "pre-market",
        Some(SessionKind::Regular) => "regular",
        Some(SessionKind::AfterHours) => "after-hours",
    }
}
