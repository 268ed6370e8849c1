//! The floor: an actix-web handler that does nothing but read the request and answer fixed bytes.

use std::sync::mpsc;
use std::thread;

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::{App, HttpResponse, HttpServer, rt, web};
use testkit::http::Reply;

/// A running floor. It stops when the value is dropped.
pub(crate) struct Floor {
    url: String,
    handle: ServerHandle,
}

/// The answer that it gives, head and body.
#[derive(Clone)]
struct Fixed {
    status: StatusCode,
    headers: Vec<(String, String)>,
    body: web::Bytes,
}

impl Floor {
    /// Answers every request with the bytes of this reply, on one worker.
    pub(crate) fn start(reply: &Reply) -> Self {
        // The server writes these itself.
        let own = ["date", "content-length", "connection"];
        let headers = reply.headers.iter().filter(|(name, _)| !own.contains(&name.as_str()));
        let fixed = Fixed {
            status: StatusCode::from_u16(reply.status).unwrap(),
            headers: headers.cloned().collect(),
            body: web::Bytes::from(reply.body.clone()),
        };
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            rt::System::new().block_on(async move {
                let app = move || {
                    App::new().app_data(web::Data::new(fixed.clone())).default_service(web::to(answer))
                };
                let server =
                    HttpServer::new(app).workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
                let url = format!("http://{}", server.addrs()[0]);
                let server = server.run();
                sender.send((url, server.handle())).unwrap();
                server.await.unwrap();
            });
        });
        let (url, handle) = receiver.recv().unwrap();
        Self { url, handle }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        // The command is on its way once `stop` was called; nothing depends on when it arrives.
        drop(self.handle.stop(false));
    }
}

/// Parses what a server of the same request would have to parse, and throws it away.
async fn answer(body: web::Bytes, fixed: web::Data<Fixed>) -> HttpResponse {
    if !body.is_empty() {
        let parsed: serde_json::Value = serde_json::from_slice(&body).unwrap();
        std::hint::black_box(parsed);
    }
    let mut response = HttpResponse::build(fixed.status);
    for (name, value) in &fixed.headers {
        response.append_header((name.as_str(), value.as_str()));
    }
    response.body(fixed.body.clone())
}
