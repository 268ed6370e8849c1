//! `/v1/accounts/:account_id/positions`.

use actix_web::web::{self, Data, Path, ReqData};
use order_engine::Position;

use super::{POSITION, POSITIONS, resource};
use crate::access::{self, Access};
use crate::auth::Caller;
use crate::call::Call;
use crate::error::ApiError;
use crate::reply::{self, Answer};
use crate::state::State;
use crate::translate::{Dialect, closing, positions, told};
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
    let reference = state.engine.views().reference();
    let dialect = state.dialect(&reference, call.times);
    let position = open(&state, &dialect, &access, name)?;
    reply::read(&call, &told(positions::position(&dialect, &position)))
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
    let reference = state.engine.views().reference();
    let dialect = state.dialect(&reference, call.times);
    let position = open(&state, &dialect, &access, name)?;
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
    let closed = closing::position(&dialect, position.instrument, &outcomes).ok_or_else(refused)?;
    reply::changed(&told(closed))
}

/// The open position in the instrument that a path names.
fn open(state: &State, dialect: &Dialect<'_>, access: &Access, name: String) -> Result<Position, ApiError> {
    let Some(instrument) = dialect.names.find(dialect.reference, &name) else {
        return Err(ApiError::InvalidInstrument(name));
    };
    let holdings = state.engine.views().holdings(access.account.id);
    let position = holdings.and_then(|holdings| holdings.position(instrument.id).cloned());
    position.ok_or(ApiError::PositionNotFound)
}
