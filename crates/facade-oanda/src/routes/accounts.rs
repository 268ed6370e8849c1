//! `GET /v1/accounts`, `GET /v1/accounts/:account_id`, and in the sandbox `POST /v1/accounts`.

use actix_web::web::{self, Data, Path, ReqData};
use order_engine::{Command, valuation};

use super::{ACCOUNT, ACCOUNTS, resource, resource_of};
use crate::access;
use crate::auth::Caller;
use crate::call::{Call, OpenSubmission};
use crate::error::ApiError;
use crate::reply::{self, Answer};
use crate::state::State;
use crate::translate::accounts;
use crate::wire::accounts::{AccountList, OpenedAccount};

/// A password opens nothing here; it is as long as the vendor's.
const PASSWORD_FROM: usize = 22;

/// Only the sandbox has the operation that opens an account.
pub(super) fn wire(app: &mut web::ServiceConfig, is_sandbox: bool) {
    if is_sandbox {
        app.service(resource(ACCOUNTS).route(web::get().to(list)).route(web::post().to(open)));
    } else {
        app.service(resource_of(ACCOUNTS, &["GET"]).route(web::get().to(list)));
    }
    app.service(resource(ACCOUNT).route(web::get().to(read)));
}

async fn list(state: Data<State>, caller: ReqData<Caller>, call: Call) -> Answer {
    let reference = state.engine.views().reference();
    let accesses = match *caller {
        Caller::Token(_) => access::all(&state, *caller),
        Caller::Anybody(_) => access::of_user(&state, *caller, call.query.require("username")?)?,
    };
    let accounts = accesses.iter().map(|access| accounts::line(&reference, access)).collect();
    reply::read(&call, &AccountList { accounts })
}

/// The user's name is the account's code.
async fn open(state: Data<State>, OpenSubmission { call, form }: OpenSubmission) -> Answer {
    let reference = state.engine.views().reference();
    let definition = accounts::opening(&reference, form.get("currency"), &state.ids.next_hex())?;
    let username = definition.code.to_string();
    state.engine.submit(Command::OpenAccount(definition)).await?;
    let reference = state.engine.views().reference();
    let account = reference.account_by_code(&username).ok_or(ApiError::Internal)?;
    state.engine.submit(Command::AdjustBalance(accounts::first_deposit(account)?)).await?;
    let number = access::opened_number(account).ok_or(ApiError::Internal)?;
    let password = state.ids.next_hex().split_off(PASSWORD_FROM);
    let location = format!("{}{}{ACCOUNTS}/{number}", call.origin, state.at.prefix);
    reply::created(&OpenedAccount { username, password, id: number }, location)
}

async fn read(state: Data<State>, caller: ReqData<Caller>, call: Call, path: Path<String>) -> Answer {
    let access = access::account(&state, *caller, &path)?;
    let views = state.engine.views();
    let reference = views.reference();
    let holdings = views.holdings(access.account.id).ok_or(ApiError::UnknownAccount)?;
    let quote = |instrument| views.market(instrument).and_then(|market| market.quote);
    let summary = valuation::margin_summary(&reference, &holdings, quote).ok_or(ApiError::Unavailable)?;
    let open_orders = views.open_order_count(access.account.id);
    reply::read(&call, &accounts::account(&reference, &access, &holdings, &summary, open_orders))
}
