//! All codes that the vendor has published or that were seen of its server, and which of them are given here.

/// One code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// The code.
    pub code: u16,
    /// HTTP status; none for the last line of a stream.
    pub status: Option<u16>,
    /// The text; of one that varies the beginning, which does not.
    pub text: &'static str,
    /// Whether anything follows on the text.
    pub varies: bool,
    /// How it comes to a caller.
    pub given: Given,
}

/// How a code comes to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// As an answer.
    Answer,
    /// As the last line of a stream that has to end.
    LastLine,
    /// Not at all, and why.
    Never(&'static str),
}

const fn fixed(code: u16, status: u16, text: &'static str) -> Published {
    Published { code, status: Some(status), text, varies: false, given: Given::Answer }
}

const fn varying(code: u16, status: u16, text: &'static str) -> Published {
    Published { varies: true, ..fixed(code, status, text) }
}

const fn last_line(code: u16, text: &'static str) -> Published {
    Published { code, status: None, text, varies: false, given: Given::LastLine }
}

const fn never(code: u16, status: u16, text: &'static str, why: &'static str) -> Published {
    Published { given: Given::Never(why), ..fixed(code, status, text) }
}

/// Every code, in order.
pub const CODES: &[Published] = &[
    never(
        0,
        500,
        "INTERNAL_SERVER_ERROR",
        "it is what the server said to an account of the next API, and there is none here",
    ),
    varying(1, 400, "Invalid or malformed argument: "),
    varying(2, 400, "Missing required argument"),
    fixed(3, 401, "This request requires authorization"),
    fixed(4, 401, "The access token provided does not allow this request to be made"),
    fixed(5, 500, "An internal server error occurred, our engineers have been notified"),
    fixed(6, 503, "Service Unavailable"),
    fixed(7, 405, "Method not allowed"),
    fixed(8, 400, "Malformed Authorization header or invalid access token"),
    fixed(9, 400, "Currency provided is invalid"),
    never(10, 400, "Unexpected response from storm", "it tells of a back end that is not here"),
    fixed(11, 404, "Order not found"),
    fixed(12, 404, "Trade not found"),
    fixed(13, 404, "Transaction not found"),
    fixed(14, 404, "Position not found"),
    fixed(15, 403, "Max Open Trades Reached"),
    fixed(16, 403, "Max Open Orders Reached"),
    fixed(17, 403, "Insufficient Liquidity"),
    fixed(18, 400, "Invalid Precision"),
    fixed(19, 403, "Insufficient Liquidity"),
    fixed(20, 403, "Account in margin call"),
    never(
        21,
        403,
        "Exceeds maximum position close",
        "a trade is closed whole, and an order that closes more than there is opens the rest",
    ),
    fixed(22, 400, "Upper bound exceeded"),
    fixed(23, 400, "Lower bound exceeded"),
    fixed(24, 403, "Instrument trading halted"),
    fixed(25, 403, "Account Not Tradable"),
    fixed(26, 403, "Account Locked"),
    never(27, 403, "Insufficient Funds", "it shares its case with 19, whose description fits"),
    fixed(28, 403, "Trades in the same instrument must be closed in FIFO order"),
    never(
        29,
        400,
        "No new position is allowed",
        "no account may only close here: one that may not open is locked or not tradable",
    ),
    fixed(30, 404, "Order not found"),
    never(31, 404, "Order not found", "it shares its text with 11, which tells the same"),
    fixed(32, 404, "The account ID provided is invalid"),
    varying(33, 400, "Invalid stopLoss error: requested stopLoss is "),
    varying(34, 400, "Invalid takeProfit error: requested takeProfit is "),
    fixed(35, 400, "No valid parameters were passed with the request"),
    varying(36, 400, "The value specified is not in the valid range: "),
    fixed(37, 400, "Invalid Instrument: This instrument is not tradable with the specified account"),
    varying(40, 400, "Received request with malformed query string: "),
    varying(42, 415, "Received request with unsupported Content-Type: "),
    varying(45, 400, "Invalid timestamp: "),
    varying(46, 400, "Invalid instrument: "),
    varying(47, 400, "Argument conflict found: "),
    varying(52, 400, "Invalid or malformed resource identifier: "),
    varying(53, 429, "Rate limit violation. Allowed rate:"),
    never(54, 502, "Bad Gateway", "nothing stands behind this server that could fail it"),
    fixed(55, 400, "Invalid Username"),
    fixed(56, 400, "Exceeded maximum number of instrument subscription"),
    never(
        57,
        401,
        "You are not authorized to subscribe to instrument",
        "every instrument may be followed by everybody who may call",
    ),
    fixed(58, 403, "Application Disabled"),
    fixed(59, 403, "The access is forbidden"),
    last_line(60, "Access Token connection limit exceeded: This connection will now be disconnected"),
    fixed(61, 411, "Data is required"),
    fixed(62, 400, "Invalid DateTime Format: choose rfc3339 or unix"),
    never(63, 504, "Gateway Timeout", "nothing stands behind this server that could be late"),
    last_line(
        64,
        "Session has been disconnected by a new connection:  This connection will now be disconnected",
    ),
    fixed(65, 400, "Input parameters should be provided in the body of this request"),
    varying(66, 400, "Given value of X-HTTP-Method-Override header is not allowed to override "),
    fixed(67, 400, "Only GET or POST methods can be overridden by the X-HTTP-Method-Override header"),
    varying(68, 429, "Rate limit violation of newly established connections. Allowed rate: "),
];

/// The entry of a code.
pub(super) fn of(code: u16) -> Option<&'static Published> {
    CODES.binary_search_by_key(&code, |published| published.code).ok().and_then(|place| CODES.get(place))
}
