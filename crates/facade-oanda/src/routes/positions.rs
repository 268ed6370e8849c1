//! `/v1/accounts/:account_id/positions`.

use actix_web::web::{self, Data, Path, ReqData};

use super::{POSITION, POSITIONS, resource};
use crate::access;
use crate::auth::Caller;
use crate::call::Call;
use crate::error::ApiError;
use crate::reply::{self, Answer};
use crate::state::State;
use crate::translate::{closing, positions, told};
use crate::wire::positions::PositionList;

pub(super) fn wire(app: &mut web::ServiceConfig) {
    app.service(resource(POSITIONS).route(web::get().to(list)));
    app.service(resource(POSITION).route(web::get().to(read)).route(web::delete().to(close)));
}

async fn list(state: Data<State>, caller: ReqData<Caller>, call: Call, path: Path<String>) -> Answer {
    let access = access::account(&state, *caller, &path)?;
    let views = state.engine.views();
    let reference = views.reference();
    let dialect = state.dialect(&reference, call.times);
    let holdings = views.holdings(access.account.id);
    let positions = holdings.map(|holdings| told(positions::open(&dialect, &holdings))).unwrap_or_default();
    reply::read(&call, &PositionList { positions })
}

async fn read(
    state: Data<State>,
    caller: ReqData<Caller>,
    call: Call,
    path: Path<(String, String)>,
) -> Answer {
    let (account, name) = path.into_inner();
    let access = access::account(&state, *caller, &account)?;
    let views = state.engine.views();
    let reference = views.reference();
    let dialect = state.dialect(&reference, call.times);
    let instrument =
        dialect.names.find(&reference, &name).ok_or_else(|| ApiError::InvalidInstrument(name.clone()))?;
    let holdings = views.holdings(access.account.id).ok_or(ApiError::PositionNotFound)?;
    let position = holdings.position(instrument.id).ok_or(ApiError::PositionNotFound)?;
    reply::read(&call, &told(positions::position(&dialect, position)))
}

/// All trades are closed with nothing between them. What came to be after they were read stays open.
async fn close(
    state: Data<State>,
    caller: ReqData<Caller>,
    call: Call,
    path: Path<(String, String)>,
) -> Answer {
    let (account, name) = path.into_inner();
    let access = access::account(&state, *caller, &account)?;
    let views = state.engine.views();
    let reference = views.reference();
    let dialect = state.dialect(&reference, call.times);
    let instrument =
        dialect.names.find(&reference, &name).ok_or_else(|| ApiError::InvalidInstrument(name.clone()))?;
    let holdings = views.holdings(access.account.id).ok_or(ApiError::PositionNotFound)?;
    let position = holdings.position(instrument.id).ok_or(ApiError::PositionNotFound)?;
    let commands = position.lots.iter().map(|lot| closing::close(&access.account, lot.id)).collect();
    let mut outcomes = Vec::new();
    let mut refusal = None;
    for result in state.engine.submit_all(commands).await? {
        match result {
            Ok(outcome) => outcomes.push(outcome),
            Err(reject) => refusal = refusal.or(Some(reject)),
        }
    }
    let refused = || refusal.map_or(ApiError::Halted, ApiError::from);
    let closed = closing::position(&dialect, instrument.id, &outcomes).ok_or_else(refused)?;
    reply::changed(&told(closed))
}
