//! What an operator books to an account: charges, and its realized profit counted anew.

use std::sync::Arc;

use actix_web::{HttpResponse, Responder, web};
use facade_kit::decimal;
use order_engine::{Account, Amount, Change, Charge, ChargeAccount, Command, ResetProfit};
use serde::{Deserialize, Serialize};

use super::Control;
use super::error::ControlError;
use super::handlers::instrument;

type State = web::Data<Control>;

/// A charge as it is asked for: less than zero for what the account pays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChargeBody {
    kind: ChargeKind,
    amount: String,
    instrument: Option<String>,
}

/// For what.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ChargeKind {
    Fee,
    Interest,
    Correction,
}

/// A charge as it was booked.
#[derive(Debug, Serialize)]
struct ChargeAnswer {
    account: String,
    amount: String,
    balance: String,
}

/// Charges an account, or credits it, in its currency.
pub(super) async fn charge(
    control: State,
    path: web::Path<String>,
    body: web::Json<ChargeBody>,
) -> Result<impl Responder, ControlError> {
    let account = account(&control, &path)?;
    let charge = match (body.kind, &body.instrument) {
        (ChargeKind::Fee, None) => Charge::Fee,
        (ChargeKind::Correction, None) => Charge::Correction,
        (ChargeKind::Interest, Some(symbol)) => {
            Charge::Interest { instrument: instrument(&control, symbol)?.id }
        }
        (ChargeKind::Interest, None) => {
            return Err(ControlError::BadRequest("instrument: interest needs one".to_owned()));
        }
        (ChargeKind::Fee | ChargeKind::Correction, Some(_)) => {
            return Err(ControlError::BadRequest("instrument: only interest has one".to_owned()));
        }
    };
    let amount = decimal::parse_plain(&body.amount).and_then(|value| Amount::from_decimal(value).ok());
    let amount = amount.ok_or_else(|| {
        ControlError::BadRequest(format!("amount: {:?} is not a number that can stand there", body.amount))
    })?;
    let command = Command::ChargeAccount(ChargeAccount { account: account.id, charge, amount });
    let outcome = control.engine.submit(command).await?;
    let code = account.definition.code.to_string();
    tracing::info!(account = %code, ?charge, %amount, "an account was charged");
    let balance = outcome.events.iter().find_map(|event| {
        if let Change::Charged { balance, .. } = event.change { Some(balance) } else { None }
    });
    let balance = balance.unwrap_or_default().to_string();
    Ok(HttpResponse::Ok().json(ChargeAnswer { account: code, amount: amount.to_string(), balance }))
}

/// Counts the realized profit of an account anew.
pub(super) async fn reset_profit(
    control: State,
    path: web::Path<String>,
) -> Result<impl Responder, ControlError> {
    let account = account(&control, &path)?;
    control.engine.submit(Command::ResetProfit(ResetProfit { account: account.id })).await?;
    tracing::info!(account = %account.definition.code, "the realized profit is counted anew");
    Ok(HttpResponse::NoContent())
}

fn account(control: &Control, code: &str) -> Result<Arc<Account>, ControlError> {
    let reference = control.engine.views().reference();
    let known = reference.account_by_code(code).cloned();
    known.ok_or_else(|| ControlError::UnknownAccount(code.to_owned()))
}
