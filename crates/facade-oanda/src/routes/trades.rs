//! `/v1/accounts/:account_id/trades`.

use actix_web::web::{self, Data, Path, ReqData};
use order_engine::{Change, Command};

use super::{TRADE, TRADES, resource};
use crate::access::{self, Access};
use crate::auth::Caller;
use crate::call::{Call, Submission};
use crate::error::ApiError;
use crate::page::Filter;
use crate::reply::{self, Answer};
use crate::state::State;
use crate::translate::trades::OpenTrade;
use crate::translate::{closing, gathered, told, trades};
use crate::wire::trades::{ChangeTrade, TradeList};

pub(super) fn wire(app: &mut web::ServiceConfig) {
    app.service(resource(TRADES).route(web::get().to(list)));
    app.service(
        resource(TRADE)
            .route(web::get().to(read))
            .route(web::patch().to(change))
            .route(web::delete().to(close)),
    );
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
    let trade = open(&state, &access, id)?;
    let reference = state.engine.views().reference();
    reply::read(&call, &told(trades::trade(&state.dialect(&reference, call.times), &trade)))
}

async fn change(
    state: Data<State>,
    caller: ReqData<Caller>,
    path: Path<(String, String)>,
    Submission { call, form }: Submission,
) -> Answer {
    let (access, id) = access::account_and(&state, *caller, &path, "tradeId")?;
    let trade = open(&state, &access, id)?;
    let reference = state.engine.views().reference();
    let dialect = state.dialect(&reference, call.times);
    let command = trades::change(&dialect, access.account.id, &trade, &ChangeTrade::from(&form))?;
    let outcome = state.engine.submit(Command::ChangeLotExits(command)).await?;
    let changed = outcome.events.iter().find_map(|event| {
        let Change::LotExitsChanged { lot, .. } = &event.change else { return None };
        (lot.id == trade.lot.id).then_some(**lot)
    });
    let lot = changed.ok_or(ApiError::Internal)?;
    reply::changed(&told(trades::trade(&dialect, &OpenTrade { lot, ..trade })))
}

async fn close(
    state: Data<State>,
    caller: ReqData<Caller>,
    call: Call,
    path: Path<(String, String)>,
) -> Answer {
    let (access, id) = access::account_and(&state, *caller, &path, "tradeId")?;
    let trade = open(&state, &access, id)?;
    if access.is_fifo {
        let holdings = state.engine.views().holdings(access.account.id);
        let lots = holdings.as_ref().and_then(|holdings| holdings.position(trade.instrument));
        if lots.is_some_and(|position| closing::is_out_of_turn(&position.lots, &trade.lot)) {
            return Err(ApiError::OutOfTurn);
        }
    }
    let outcome = state.engine.submit(closing::close(&access.account, trade.lot.id)).await?;
    let reference = state.engine.views().reference();
    let dialect = state.dialect(&reference, call.times);
    let closed = closing::trade(&dialect, &access.account, &trade, &outcome).ok_or(ApiError::Halted)?;
    reply::changed(&told(closed))
}

/// An open trade of the account.
fn open(state: &State, access: &Access, id: u64) -> Result<OpenTrade, ApiError> {
    let holdings = state.engine.views().holdings(access.account.id).ok_or(ApiError::TradeNotFound)?;
    trades::find(&holdings, id).ok_or(ApiError::TradeNotFound)
}
