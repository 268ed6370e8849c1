//! One connection: reading frames, answering them in order, passing on what a subscription brings.

use std::sync::Arc;
use std::time::Duration;

use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, Closed, Session};
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesOrdered;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::orders_view::OrdersView;
use super::requests;
use super::subscription::Selection;
use crate::auth::Caller;
use crate::reply::Form;
use crate::state::State;
use crate::wire::{
    EventMessage, EventMessageType, Names, RequestDetails, RequestMessage, RequestMessageType,
    SubscriptionDetails, SubscriptionType, Whole as _, Written,
};

/// Most frames that are being answered at a time; more are not read before.
const MAX_UNANSWERED: usize = 64;
/// How often the book is looked through for orders that leave it by the passing of time.
const SWEEP: Duration = Duration::from_secs(1);

/// What a frame leads to, in its turn.
enum Answer {
    /// A message.
    Message(EventMessage),
    /// A message, then a view: its snapshot and what happens from there on.
    Subscribe(EventMessage, Selection),
    /// A message, and no view any more.
    Unsubscribe(EventMessage),
}

/// What a connection waits for.
enum Step {
    Frame(Option<Result<AggregatedMessage, actix_ws::ProtocolError>>),
    Answer(Box<Answer>),
    Events(Vec<EventMessage>),
    Sweep,
}

/// One connection.
pub(super) struct Connection {
    state: Arc<State>,
    caller: Arc<Caller>,
    names: Names,
    /// The form of the latest frame, which everything that is sent has.
    form: Form,
    session: Session,
    orders: Option<OrdersView>,
}

impl Connection {
    pub(super) const fn new(state: Arc<State>, caller: Arc<Caller>, names: Names, session: Session) -> Self {
        Self { state, caller, names, form: Form::Json, session, orders: None }
    }

    /// Serves until either side closes.
    pub(super) async fn serve(mut self, mut frames: AggregatedMessageStream) {
        if let Ok(reason) = self.serve_frames(&mut frames).await {
            // The other side may be gone already.
            let _ = self.session.close(reason).await;
        }
    }

    /// Serves until there is a reason to close.
    async fn serve_frames(
        &mut self,
        frames: &mut AggregatedMessageStream,
    ) -> Result<Option<CloseReason>, Closed> {
        let mut answers: FuturesOrdered<LocalBoxFuture<'static, Answer>> = FuturesOrdered::new();
        let engine = self.state.engine.clone();
        let mut ended = std::pin::pin!(engine.feed_ended());
        let mut sweep = interval_at(Instant::now() + SWEEP, SWEEP);
        sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let subscribed = self.orders.is_some();
            let step = tokio::select! {
                biased;
                Some(answer) = answers.next() => Step::Answer(Box::new(answer)),
                events = next_events(&mut self.orders, &self.state) => Step::Events(events),
                () = &mut ended => return Ok(Some(CloseCode::Away.into())),
                _ = sweep.tick(), if subscribed => Step::Sweep,
                frame = frames.recv(), if answers.len() < MAX_UNANSWERED => Step::Frame(frame),
            };
            match step {
                Step::Answer(answer) => self.give(*answer).await?,
                Step::Events(events) => self.send_all(&events).await?,
                Step::Sweep => self.sweep().await?,
                Step::Frame(Some(Ok(AggregatedMessage::Text(text)))) => {
                    self.form = Form::Json;
                    answers.push_back(self.answer(text.as_bytes()));
                }
                Step::Frame(Some(Ok(AggregatedMessage::Binary(bytes)))) => {
                    self.form = Form::Protobuf;
                    answers.push_back(self.answer(&bytes));
                }
                Step::Frame(Some(Ok(AggregatedMessage::Ping(bytes)))) => self.session.pong(&bytes).await?,
                Step::Frame(Some(Ok(AggregatedMessage::Pong(_)))) => {}
                Step::Frame(Some(Ok(AggregatedMessage::Close(reason)))) => return Ok(reason),
                Step::Frame(Some(Err(error))) => return Ok(Some(reason_of(&error))),
                Step::Frame(None) => return Err(Closed),
            }
        }
    }

    /// What a frame leads to. Nothing is done before the future is first polled, which is in the order of frames.
    fn answer(&self, frame: &[u8]) -> LocalBoxFuture<'static, Answer> {
        let Some(message) = self.form.parse::<RequestMessage>(frame) else {
            return ready(Answer::Message(response(RequestDetails {
                errors: vec!["Data.Deserialise".to_owned()],
                ..RequestDetails::default()
            })));
        };
        let details = RequestDetails {
            message_type: message.message_type,
            request_id: message.request_id.clone(),
            errors: Vec::new(),
        };
        let refused = |code: &str| {
            let errors = vec![code.to_owned()];
            ready(Answer::Message(response(RequestDetails { errors, ..details.clone() })))
        };
        match message.message_type {
            RequestMessageType::ClientRequest => {
                let Some(request) = message.request else { return refused("Data") };
                let (state, caller) = (Arc::clone(&self.state), Arc::clone(&self.caller));
                Box::pin(async move {
                    let answer = requests::carry_out(&state, &caller, &request).await;
                    Answer::Message(EventMessage { request_response: Some(answer), ..response(details) })
                })
            }
            RequestMessageType::Synchronise => ready(Answer::Message(response(details))),
            RequestMessageType::Subscribe => match self.selection(message.subscription) {
                Ok((subscription, selection)) => {
                    let subscription = Some(subscription);
                    let answer = EventMessage { subscription, ..response(details) };
                    ready(Answer::Subscribe(answer, selection))
                }
                Err(code) => refused(code),
            },
            RequestMessageType::Unsubscribe => match message.subscription {
                Some(subscription) if subscription.subscription_type == SubscriptionType::Orders => {
                    let subscription = Some(subscription);
                    ready(Answer::Unsubscribe(EventMessage { subscription, ..response(details) }))
                }
                Some(_) => refused("Operation.Unknown"),
                None => refused("Data"),
            },
            // No identity may submit for a feed.
            RequestMessageType::FeedRequest => refused("Authority"),
            RequestMessageType::Unknown => refused("Operation.Unknown"),
        }
    }

    fn selection(
        &self,
        subscription: Option<SubscriptionDetails>,
    ) -> Result<(SubscriptionDetails, Selection), &'static str> {
        let subscription = subscription.ok_or("Data")?;
        if subscription.subscription_type != SubscriptionType::Orders {
            return Err("Operation.Unknown");
        }
        let selection = Selection::of(&subscription.targets, &self.state, &self.caller)?;
        Ok((subscription, selection))
    }

    async fn give(&mut self, answer: Answer) -> Result<(), Closed> {
        match answer {
            Answer::Message(message) => self.send(&message).await,
            Answer::Unsubscribe(message) => {
                self.orders = None;
                self.send(&message).await
            }
            Answer::Subscribe(message, selection) => {
                self.send(&message).await?;
                let (view, snapshot) = OrdersView::open(selection, &self.state);
                self.orders = Some(view);
                self.send_all(&snapshot).await
            }
        }
    }

    async fn sweep(&mut self) -> Result<(), Closed> {
        let removed = self.orders.as_mut().map(|view| view.sweep(&self.state)).unwrap_or_default();
        self.send_all(&removed).await
    }

    async fn send_all(&mut self, messages: &[EventMessage]) -> Result<(), Closed> {
        for message in messages {
            self.send(message).await?;
        }
        Ok(())
    }

    async fn send(&mut self, message: &EventMessage) -> Result<(), Closed> {
        if self.form == Form::Protobuf {
            return self.session.binary(message.encode()).await;
        }
        match serde_json::to_string(&Written(message, self.names)) {
            Ok(text) => self.session.text(text).await,
            Err(error) => {
                tracing::error!(%error, "a message cannot be written");
                Err(Closed)
            }
        }
    }
}

fn ready(answer: Answer) -> LocalBoxFuture<'static, Answer> {
    Box::pin(std::future::ready(answer))
}

fn response(request: RequestDetails) -> EventMessage {
    EventMessage {
        message_type: EventMessageType::Response,
        request: Some(request),
        ..EventMessage::default()
    }
}

/// What a subscription brings next; nothing ever without one.
async fn next_events(orders: &mut Option<OrdersView>, state: &State) -> Vec<EventMessage> {
    match orders {
        Some(view) => view.next(state).await,
        None => std::future::pending().await,
    }
}

/// Why a connection ends whose frames cannot be read.
fn reason_of(error: &actix_ws::ProtocolError) -> CloseReason {
    let code = match error {
        actix_ws::ProtocolError::Overflow => CloseCode::Size,
        actix_ws::ProtocolError::UnmaskedFrame
        | actix_ws::ProtocolError::MaskedFrame
        | actix_ws::ProtocolError::InvalidOpcode(_)
        | actix_ws::ProtocolError::InvalidLength(_)
        | actix_ws::ProtocolError::BadOpCode
        | actix_ws::ProtocolError::ContinuationNotStarted
        | actix_ws::ProtocolError::ContinuationStarted
        | actix_ws::ProtocolError::ContinuationFragment(_)
        | actix_ws::ProtocolError::Io(_) => CloseCode::Protocol,
    };
    CloseReason { code, description: None }
}
