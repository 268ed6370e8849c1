//! The WebSocket `/streaming`: client requests, and the live view of orders.
//!
//! Frames are answered in the order in which they came. Client requests go to the engine without waiting for the ones
//! before them, so a client may send many at once; their answers still keep the order.

mod connection;
mod orders_view;
mod requests;
mod subscription;

use std::sync::Arc;

use actix_web::{Error, HttpRequest, HttpResponse, rt, web};

use crate::auth::Caller;
use crate::reply::Reply;
use crate::state::State;
use connection::Connection;

/// Opens a connection. Rights are those of now for as long as it lasts.
pub(crate) async fn open(
    state: web::Data<State>,
    by: web::ReqData<Arc<Caller>>,
    reply: Reply,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Error> {
    let (response, session, frames) = actix_ws::handle(&request, payload)?;
    let limit = state.config.max_message_bytes;
    let frames = frames.max_frame_size(limit).aggregate_continuations().max_continuation_size(limit);
    let connection = Connection::new(state.into_inner(), by.into_inner(), reply.names, session);
    rt::spawn(connection.serve(frames));
    Ok(response)
}
