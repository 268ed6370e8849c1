//! `/v1/accounts/:account_id/transactions`, `/v1/accounts/:account_id/alltransactions`, and the files that the latter
//! points to.

use std::ops::ControlFlow;

use actix_web::HttpResponse;
use actix_web::guard;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Path, ReqData};
use order_engine::EventId;

use super::{ALL_TRANSACTIONS, ARCHIVE, TRANSACTION, TRANSACTIONS, resource};
use crate::access::{self, Access};
use crate::archive::{Archive, EXTENSION};
use crate::auth::Caller;
use crate::call::Call;
use crate::error::ApiError;
use crate::limits::Costly;
use crate::page::Listed;
use crate::reply::{self, Answer, Listing};
use crate::state::State;
use crate::times::TimeFormat;
use crate::translate::history;
use crate::translate::told;
use crate::translate::transactions::{Entry, Teller};
use crate::wire::transactions::{Transaction, TransactionList};
use crate::{json, zip};

pub(super) fn wire(app: &mut web::ServiceConfig) {
    app.service(resource(TRANSACTIONS).route(web::get().to(list)));
    app.service(resource(TRANSACTION).route(web::get().to(read)));
    app.service(resource(ALL_TRANSACTIONS).route(web::get().to(order_all)));
    let reads = guard::Any(guard::Get()).or(guard::Head());
    app.service(resource(ARCHIVE).route(web::route().guard(reads).to(fetch_all)));
}

async fn list(state: Data<State>, caller: ReqData<Caller>, call: Call, path: Path<String>) -> Answer {
    let access = access::account(&state, *caller, &path)?;
    let reference = state.engine.views().reference();
    let listed = Listed::read(&state.dialect(&reference, call.times), &call)?;
    if call.query.has("count") {
        state.charge_list(access.account.id, Costly::Transactions)?;
    }
    let transactions = match listed {
        Listed::Ids(mut ids) => {
            ids.sort_unstable_by(|one, other| other.cmp(one));
            ids.dedup();
            ids.into_iter().filter_map(|id| find(&state, call.times, &access, id)).collect()
        }
        Listed::Range { min_id, max_id, count, instrument } => {
            let mut page = Vec::new();
            visit(&state, call.times, &access, max_id, |entry| {
                let id = entry.transaction.id;
                if min_id.is_some_and(|min_id| id < min_id) {
                    return ControlFlow::Break(());
                }
                if instrument.is_none() || instrument == entry.instrument {
                    page.push(entry.transaction);
                }
                if page.len() == count { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            page
        }
    };
    let listing = Listing { total: transactions.len(), next: None };
    reply::list(&call, &TransactionList { transactions }, &listing)
}

async fn read(
    state: Data<State>,
    caller: ReqData<Caller>,
    call: Call,
    path: Path<(String, String)>,
) -> Answer {
    let (access, id) = access::account_and(&state, *caller, &path, "transactionId")?;
    let found = find(&state, call.times, &access, id).ok_or(ApiError::TransactionNotFound)?;
    reply::read(&call, &found)
}

/// Visits the transactions of an account with numbers up to `max_id`, from the newest back.
fn visit(
    state: &State,
    times: TimeFormat,
    access: &Access,
    max_id: Option<u64>,
    mut visitor: impl FnMut(Entry) -> ControlFlow<()>,
) {
    let views = state.engine.views();
    let reference = views.reference();
    let dialect = state.dialect(&reference, times);
    let teller = Teller { dialect, number: access.number, account: &access.account };
    views.visit_activities_back(access.account.id, max_id.map(EventId::new), |event| {
        let entries = told(teller.entries(event)).into_iter().rev();
        let mut wanted = entries.filter(|entry| max_id.is_none_or(|max_id| entry.transaction.id <= max_id));
        wanted.try_for_each(&mut visitor)
    });
}

/// The transaction of a number. It is of the last event up to that number, or there is none.
fn find(state: &State, times: TimeFormat, access: &Access, id: u64) -> Option<Transaction> {
    let mut found = None;
    visit(state, times, access, Some(id), |entry| {
        found = Some(entry.transaction).filter(|transaction| transaction.id == id);
        ControlFlow::Break(())
    });
    found
}

async fn order_all(state: Data<State>, caller: ReqData<Caller>, call: Call, path: Path<String>) -> Answer {
    let access = access::account(&state, *caller, &path)?;
    state.charge_list(access.account.id, Costly::History)?;
    let (key, now) = (state.ids.next_hex(), state.engine.now());
    let location = format!("{}{}/{key}{EXTENSION}", call.origin, state.at.prefix);
    let archive = Archive { account: access.number, times: call.times, until: history::last_close(now) };
    state.archives.keep(key, now, archive);
    Ok(reply::accepted(location))
}

/// The key is all that is asked for.
async fn fetch_all(state: Data<State>, path: Path<String>) -> Answer {
    let gone = || ApiError::Bare(StatusCode::NOT_FOUND);
    let archive = state.archives.find(&path, state.engine.now()).ok_or_else(gone)?;
    let access = access::archived(&state, archive.account)?;
    let mut transactions = Vec::new();
    visit(&state, archive.times, &access, None, |entry| {
        if entry.at < archive.until {
            transactions.push(entry.transaction);
        }
        ControlFlow::Continue(())
    });
    transactions.reverse();
    let content = json::to_bytes(&transactions).map_err(|error| {
        tracing::error!(%error, "a history could not be written");
        ApiError::Internal
    })?;
    let zip = zip::archive(&format!("{path}.json"), &content).ok_or(ApiError::Internal)?;
    Ok(HttpResponse::build(StatusCode::OK).content_type("application/zip").body(zip))
}
