//! Requests to place and to replace an order, checked in the vendor's order:
//!
//! 1. the body is a JSON object with known members only,
//! 2. the client order id is a UUID,
//! 3. the pair is known,
//! 4. the side is one of two,
//! 5. the configuration has exactly one kind, exactly one size, and a limit has a price,
//! 6. numbers are plain decimals above zero,
//! 7. numbers fit the steps of the pair,
//! 8. and its least and greatest sizes,
//! 9. time in force and instructions are words that may be placed, and do not contradict each other.
//!
//! The rest (client order id used before, funds, market) is the engine's.

use facade_kit::decimal::parse_plain;
use order_engine::{
    AccountId, Amount, Annotations, ClientOrderId, MarketRefusal, Order, OrderKind, PlaceOrder as Placement,
    Price, Quantity, SelfMatch, Size, SucceedOrder, SuccessorSize, TimeInForce,
};
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::orders::NO_INSTRUCTIONS;
use super::pairs::{Pair, Pairs};
use super::words;
use crate::error::ApiError;
use crate::wire;
use crate::wire::orders::{Instruction, LimitConfiguration, MarketConfiguration, PlaceOrder, ReplaceOrder};

/// A placing request, read.
#[derive(Debug)]
pub(crate) struct Placing {
    /// What to submit.
    pub(crate) command: Placement,
    /// The client order id, for the texts of refusals.
    pub(crate) client_order_id: String,
    /// The pair, for the texts of refusals.
    pub(crate) pair: String,
}

/// Reads a placing request.
pub(crate) fn place(body: &[u8], account: AccountId, pairs: &Pairs) -> Result<Placing, ApiError> {
    let request: PlaceOrder = body_object(body)?;
    let client_order_id = client_order_id(request.client_order_id.as_ref())?;
    let pair = pairs.find(&display(request.symbol.as_ref()))?;
    let side = words::core_side(side(request.side.as_ref())?);
    let terms = Terms::read(request.order_configuration, &pair)?;

    let mut command = Placement::new(account, pair.instrument.id, side, terms.kind, terms.size);
    command.time_in_force = terms.time_in_force;
    command.post_only = terms.instructions == Instructions::PostOnly;
    command.annotations = terms.instructions.annotations(&Annotations::default())?;
    command.client_order_id = Some(core_client_order_id(&client_order_id)?);
    command.self_match = SelfMatch::Refuse;
    command.market_refusal = MarketRefusal::Record;
    Ok(Placing { command, client_order_id, pair: pair.dashed() })
}

/// What an order's configuration says.
struct Terms {
    kind: OrderKind,
    size: Size,
    time_in_force: TimeInForce,
    instructions: Instructions,
}

impl Terms {
    fn read(configuration: Option<Value>, pair: &Pair<'_>) -> Result<Self, ApiError> {
        let Some(Value::Object(kinds)) = configuration else { return Err(ApiError::IncompleteConfiguration) };
        let mut kinds = kinds.into_iter().filter(|(_, terms)| !terms.is_null());
        match (kinds.next(), kinds.next()) {
            (Some((kind, terms)), None) if kind == "limit" => Self::limit(object(terms)?, pair),
            (Some((kind, terms)), None) if kind == "market" => Self::market(&object(terms)?, pair),
            _ => Err(ApiError::IncompleteConfiguration),
        }
    }

    fn limit(terms: LimitConfiguration, pair: &Pair<'_>) -> Result<Self, ApiError> {
        let size = exactly_one(terms.base_size, terms.quote_size)?;
        let price = terms.price.ok_or(ApiError::IncompleteConfiguration)?;
        let (size, price) = (size.positive()?, positive(&price)?);
        let size = size.on(pair)?;
        let price = on_tick(price, pair)?;
        let time_in_force = time_in_force(terms.time_in_force.as_ref())?.unwrap_or(TimeInForce::Gtc);
        let instructions = Instructions::read(terms.execution_instructions.as_ref())?;
        let instructions = instructions.unwrap_or(Instructions::AllowTaker);
        Ok(Self { kind: OrderKind::Limit { price }, size, time_in_force, instructions })
    }

    fn market(terms: &MarketConfiguration, pair: &Pair<'_>) -> Result<Self, ApiError> {
        let size = exactly_one(terms.base_size.clone(), terms.quote_size.clone())?.positive()?.on(pair)?;
        let (kind, time_in_force) = (OrderKind::Market, TimeInForce::Ioc);
        Ok(Self { kind, size, time_in_force, instructions: Instructions::AllowTaker })
    }
}

/// A replacing request, read as far as it goes without the order that it is about.
#[derive(Debug)]
pub(crate) struct Replacing {
    pub(crate) client_order_id: String,
    size: Option<Measured<Decimal>>,
    price: Option<Decimal>,
    time_in_force: Option<TimeInForce>,
    instructions: Option<Instructions>,
}

impl Replacing {
    /// Reads a replacing request.
    pub(crate) fn read(body: &[u8]) -> Result<Self, ApiError> {
        let request: ReplaceOrder = body_object(body)?;
        let client_order_id = client_order_id(request.client_order_id.as_ref())?;
        let size = match (request.base_size, request.quote_size) {
            (None, None) => None,
            (base, quote) => Some(exactly_one(base, quote)?.positive()?),
        };
        let replacing = Self {
            client_order_id,
            size,
            price: request.price.as_ref().map(positive).transpose()?,
            time_in_force: time_in_force(request.time_in_force.as_ref())?,
            instructions: Instructions::read(request.execution_instructions.as_ref())?,
        };
        if replacing.changes_nothing() { Err(ApiError::BadRequest) } else { Ok(replacing) }
    }

    const fn changes_nothing(&self) -> bool {
        self.size.is_none()
            && self.price.is_none()
            && self.time_in_force.is_none()
            && self.instructions.is_none()
    }

    /// The command for one order. Without a size of its own the successor takes what is left of the order; with a new
    /// price each side keeps what it has locked.
    pub(crate) fn command(self, order: &Order, pair: &Pair<'_>) -> Result<SucceedOrder, ApiError> {
        let price = self.price.map(|price| on_tick(price, pair)).transpose()?;
        let size = match self.size {
            Some(size) => SuccessorSize::Of(size.on(pair)?),
            None if price.is_some() => SuccessorSize::Held,
            None => SuccessorSize::Leaves,
        };
        let annotations = self.instructions.map(|given| given.annotations(&order.annotations)).transpose()?;
        Ok(SucceedOrder {
            account: order.account,
            order: order.id,
            client_order_id: Some(core_client_order_id(&self.client_order_id)?),
            price,
            size,
            time_in_force: self.time_in_force,
            post_only: self.instructions.map(|given| given == Instructions::PostOnly),
            annotations,
        })
    }
}

/// A size in one of the two currencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measured<T> {
    Base(T),
    Quote(T),
}

/// The size that is given, when it is one.
fn exactly_one(base: Option<Value>, quote: Option<Value>) -> Result<Measured<Value>, ApiError> {
    match (base, quote) {
        (Some(base), None) => Ok(Measured::Base(base)),
        (None, Some(quote)) => Ok(Measured::Quote(quote)),
        (None, None) | (Some(_), Some(_)) => Err(ApiError::IncompleteConfiguration),
    }
}

impl Measured<Value> {
    fn positive(self) -> Result<Measured<Decimal>, ApiError> {
        Ok(match self {
            Self::Base(size) => Measured::Base(positive(&size)?),
            Self::Quote(size) => Measured::Quote(positive(&size)?),
        })
    }
}

impl Measured<Decimal> {
    /// The size for the engine, once it fits the pair.
    fn on(self, pair: &Pair<'_>) -> Result<Size, ApiError> {
        let definition = &pair.instrument.definition;
        match self {
            Self::Base(size) => {
                on_step("base_size", size, definition.lot.decimal())?;
                at_least("base_size", size, definition.minimum_quantity.decimal())?;
                let maximum = definition.maximum_quantity.decimal();
                if size > maximum {
                    return Err(ApiError::TooLarge { field: "base_size", maximum });
                }
                Quantity::new(size).map(Size::Base).map_err(|_| ApiError::BadRequest)
            }
            Self::Quote(size) => {
                on_step("quote_size", size, definition.tick.decimal())?;
                at_least("quote_size", size, definition.minimum_notional.decimal())?;
                Amount::from_decimal(size).map(Size::Quote).map_err(|_| ApiError::BadRequest)
            }
        }
    }
}

fn on_tick(price: Decimal, pair: &Pair<'_>) -> Result<Price, ApiError> {
    on_step("price", price, pair.instrument.definition.tick.decimal())?;
    Price::new(price).map_err(|_| ApiError::BadRequest)
}

fn on_step(field: &'static str, value: Decimal, step: Decimal) -> Result<(), ApiError> {
    let places = step.normalize().scale();
    if value.scale() > places {
        return Err(ApiError::Precision { field, places });
    }
    let is_multiple = value.checked_rem(step).is_some_and(|rest| rest.is_zero());
    if is_multiple { Ok(()) } else { Err(ApiError::OffStep { field, step: step.normalize() }) }
}

fn at_least(field: &'static str, value: Decimal, minimum: Decimal) -> Result<(), ApiError> {
    if value < minimum { Err(ApiError::TooSmall { field, minimum: minimum.normalize() }) } else { Ok(()) }
}

/// A decimal above zero, written as a string; without its trailing zeros.
fn positive(value: &Value) -> Result<Decimal, ApiError> {
    let number = value.as_str().and_then(parse_plain).ok_or(ApiError::BadRequest)?;
    if number > Decimal::ZERO { Ok(number.normalize()) } else { Err(ApiError::BadRequest) }
}

/// A UUID, in lower case from here on.
fn client_order_id(value: Option<&Value>) -> Result<String, ApiError> {
    let dashed = |text: &str| Uuid::try_parse(text).ok().filter(|_| text.len() == 36);
    value
        .and_then(Value::as_str)
        .and_then(dashed)
        .map(|uuid| uuid.to_string())
        .ok_or_else(|| ApiError::InvalidClientOrderId(display(value)))
}

fn core_client_order_id(text: &str) -> Result<ClientOrderId, ApiError> {
    ClientOrderId::new(text).map_err(|_| ApiError::InvalidClientOrderId(text.to_owned()))
}

/// A member as a text of a refusal shows it.
fn display(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// Either case is taken.
fn side(value: Option<&Value>) -> Result<wire::Side, ApiError> {
    let word = value.and_then(Value::as_str).map(str::to_ascii_lowercase);
    word.as_deref().and_then(words::parse).ok_or(ApiError::BadRequest)
}

/// `gtc` or `ioc`, in either case; `fok` cannot be placed.
fn time_in_force(value: Option<&Value>) -> Result<Option<TimeInForce>, ApiError> {
    let Some(value) = value else { return Ok(None) };
    let word = value.as_str().map(str::to_ascii_lowercase);
    match word.as_deref().and_then(words::parse) {
        Some(wire::orders::TimeInForce::Gtc) => Ok(Some(TimeInForce::Gtc)),
        Some(wire::orders::TimeInForce::Ioc) => Ok(Some(TimeInForce::Ioc)),
        Some(wire::orders::TimeInForce::Fok) | None => Err(ApiError::BadRequest),
    }
}

/// What a list of instructions comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Instructions {
    /// The list was empty; as if taking were allowed.
    None,
    AllowTaker,
    PostOnly,
}

impl Instructions {
    fn read(value: Option<&Value>) -> Result<Option<Self>, ApiError> {
        let Some(value) = value else { return Ok(None) };
        let items = value.as_array().ok_or(ApiError::BadRequest)?;
        let mut read = Self::None;
        for item in items {
            let word = item.as_str().map(str::to_ascii_lowercase);
            let next = match word.as_deref().and_then(words::parse) {
                Some(Instruction::AllowTaker) => Self::AllowTaker,
                Some(Instruction::PostOnly) => Self::PostOnly,
                None => return Err(ApiError::BadRequest),
            };
            if read != Self::None && read != next {
                return Err(ApiError::BadRequest);
            }
            read = next;
        }
        Ok(Some(read))
    }

    /// The texts of an order with these instructions, its other texts kept.
    fn annotations(self, texts: &Annotations) -> Result<Annotations, ApiError> {
        let others = texts.iter().filter(|(key, _)| *key != NO_INSTRUCTIONS);
        let own = (self == Self::None).then_some((NO_INSTRUCTIONS, ""));
        Annotations::new(others.chain(own)).map_err(|_| ApiError::BadRequest)
    }
}

/// A body: an object with known members only. (A list of the values alone would be read as well, if nobody looked.)
fn body_object<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(ApiError::BadRequest);
    }
    serde_json::from_slice(body).map_err(|_| ApiError::BadRequest)
}

/// The terms of one kind: an object with known members only.
fn object<T: DeserializeOwned>(terms: Value) -> Result<T, ApiError> {
    if !terms.is_object() {
        return Err(ApiError::IncompleteConfiguration);
    }
    serde_json::from_value(terms).map_err(|_| ApiError::BadRequest)
}
