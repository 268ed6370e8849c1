//! `/v1/accounts/:account_id/trades`.

use actix_web::web::{self, Data, Path, ReqData};

use super::{TRADE, TRADES, resource};
use crate::access;
use crate::auth::Caller;
use crate::call::Call;
use crate::error::ApiError;
use crate::page::Filter;
use crate::reply::{self, Answer};
use crate::state::State;
use crate::translate::{gathered, told, trades};
use crate::wire::trades::TradeList;

pub(super) fn wire(app: &mut web::ServiceConfig) {
    app.service(resource(TRADES).route(web::get().to(list)));
    app.service(resource(TRADE).route(web::get().to(read)));
}

async fn list(state: Data<State>, caller: ReqData<Caller>, call: Call, path: Path<String>) -> Answer {
    let access = access::account(&state, *caller, &path)?;
    let views = state.engine.views();
    let reference = views.reference();
    let dialect = state.dialect(&reference, call.times);
    let filter = Filter::read(&dialect, &call)?;
    let open = views.holdings(access.account.id).map(|holdings| trades::open(&holdings)).unwrap_or_default();
    let (page, listing) = filter.page(&call, open, |trade| (trade.lot.id.get(), trade.instrument));
    let trades = told(gathered(page.iter().map(|trade| trades::trade(&dialect, trade))));
    reply::list(&call, &TradeList { trades }, &listing)
}

async fn read(
    state: Data<State>,
    caller: ReqData<Caller>,
    call: Call,
    path: Path<(String, String)>,
) -> Answer {
    let (access, id) = access::account_and(&state, *caller, &path, "tradeId")?;
    let views = state.engine.views();
    let holdings = views.holdings(access.account.id).ok_or(ApiError::TradeNotFound)?;
    let trade = trades::find(&holdings, id).ok_or(ApiError::TradeNotFound)?;
    let reference = views.reference();
    reply::read(&call, &told(trades::trade(&state.dialect(&reference, call.times), &trade)))
}
