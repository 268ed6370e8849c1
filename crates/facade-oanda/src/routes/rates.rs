//! `GET /v1/instruments`, `GET /v1/prices`, `GET /v1/candles`.

use std::sync::Arc;

use actix_web::web::{self, Data, ReqData};
use order_engine::{Instrument, Reference};

use super::{CANDLES, INSTRUMENTS, PRICES, resource};
use crate::access;
use crate::auth::Caller;
use crate::call::Call;
use crate::error::ApiError;
use crate::params::list;
use crate::reply::{self, Answer};
use crate::state::State;
use crate::translate::candles::Wanted;
use crate::translate::{Dialect, rates};
use crate::wire::candles::CandleList;
use crate::wire::rates::{InstrumentList, PriceList};

pub(super) fn wire(app: &mut web::ServiceConfig) {
    app.service(resource(INSTRUMENTS).route(web::get().to(instruments)));
    app.service(resource(PRICES).route(web::get().to(prices)));
    app.service(resource(CANDLES).route(web::get().to(candles)));
}

async fn instruments(state: Data<State>, caller: ReqData<Caller>, call: Call) -> Answer {
    access::argument(&state, *caller, call.query.require("accountId")?)?;
    let fields = match call.query.get("fields") {
        Some(names) => rates::fields(list(names))?,
        None => rates::DEFAULT_FIELDS.to_vec(),
    };
    let views = state.engine.views();
    let reference = views.reference();
    let dialect = state.dialect(&reference, call.times);
    let chosen = match call.query.get("instruments") {
        Some(names) => named(&dialect, names)?,
        None => sorted(&dialect, &reference),
    };
    let instruments = chosen
        .into_iter()
        .map(|one| rates::instrument(&dialect, one, views.market(one.id).as_deref(), &fields))
        .collect();
    reply::read_for_a_day(&call, &InstrumentList { instruments }, state.engine.now())
}

async fn prices(state: Data<State>, call: Call) -> Answer {
    let names = call.query.require("instruments")?;
    let since = call
        .query
        .get("since")
        .map(|text| call.times.parse(text).ok_or(ApiError::Timestamp("since")))
        .transpose()?;
    let views = state.engine.views();
    let reference = views.reference();
    let dialect = state.dialect(&reference, call.times);
    let prices = named(&dialect, names)?
        .into_iter()
        .filter_map(|one| rates::price(&dialect, one, views.market(one.id)?.as_ref(), since))
        .collect();
    reply::read(&call, &PriceList { prices })
}

/// Where there is no candle, there is no body either.
async fn candles(state: Data<State>, call: Call) -> Answer {
    let name = call.query.require("instrument")?;
    let wanted = Wanted::read(&call.query, call.times)?;
    let views = state.engine.views();
    let reference = views.reference();
    let dialect = state.dialect(&reference, call.times);
    let found = dialect.names.find(&reference, name);
    let instrument = found.ok_or_else(|| ApiError::InvalidInstrument(name.to_owned()))?;
    let history = views.candles(instrument.id);
    let now = state.engine.now();
    let candles = history.map(|history| wanted.candles(&dialect, &history, now)).unwrap_or_default();
    if candles.is_empty() {
        return Ok(reply::nothing());
    }
    let list = CandleList { instrument: dialect.names.name(instrument), granularity: wanted.name, candles };
    reply::read(&call, &list)
}

/// The instruments of a list of names, in its order.
pub(crate) fn named<'reference>(
    dialect: &Dialect<'reference>,
    names: &str,
) -> Result<Vec<&'reference Arc<Instrument>>, ApiError> {
    let find = |name| dialect.names.find(dialect.reference, name);
    list(names).map(|name| find(name).ok_or_else(|| ApiError::InvalidInstrument(name.to_owned()))).collect()
}

/// All instruments, by name.
fn sorted<'reference>(
    dialect: &Dialect<'_>,
    reference: &'reference Reference,
) -> Vec<&'reference Arc<Instrument>> {
    let mut all: Vec<&Arc<Instrument>> = reference.instruments().iter().collect();
    all.sort_by_cached_key(|instrument| dialect.names.name(instrument));
    all
}
