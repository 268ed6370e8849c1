//! `GET /v1/accounts`, `GET /v1/accounts/:account_id`.

use actix_web::web::{self, Data, Path, ReqData};
use order_engine::valuation;

use super::{ACCOUNT, ACCOUNTS, resource};
use crate::access;
use crate::auth::Caller;
use crate::call::Call;
use crate::error::ApiError;
use crate::reply::{self, Answer};
use crate::state::State;
use crate::translate::accounts;
use crate::wire::accounts::AccountList;

pub(super) fn wire(app: &mut web::ServiceConfig) {
    app.service(resource(ACCOUNTS).route(web::get().to(list)));
    app.service(resource(ACCOUNT).route(web::get().to(read)));
}

async fn list(state: Data<State>, caller: ReqData<Caller>, call: Call) -> Answer {
    let reference = state.engine.views().reference();
    let accounts =
        access::all(&state, *caller).iter().map(|access| accounts::line(&reference, access)).collect();
    reply::read(&call, &AccountList { accounts })
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
