//! Requests at random: mostly near to good ones, since what is far off is refused at the first check.

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, Uri};
use actix_web::test::TestRequest;
use facade_oanda::Config;
use testkit::TestEngine;

/// Numbers that only look random.
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below another one.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// True so many times in a hundred.
    pub(crate) fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    pub(crate) fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        let place = self.below(all.len() as u64);
        all[usize::try_from(place).unwrap()]
    }
}

/// A request, free of any server.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Draft {
    /// As a server gets it; nothing when no server would get it that far.
    pub(crate) fn request(&self) -> Option<TestRequest> {
        self.target.parse::<Uri>().ok()?;
        let method = Method::from_bytes(self.method.as_bytes()).ok()?;
        let mut request = TestRequest::default().method(method).uri(&self.target);
        for (name, value) in &self.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            request = request.append_header((name, HeaderValue::from_bytes(value.as_bytes()).ok()?));
        }
        Some(if self.body.is_empty() { request } else { request.set_payload(self.body.clone()) })
    }
}

/// Ids that there are.
#[derive(Debug)]
pub(crate) struct World {
    orders: Vec<u64>,
    trades: Vec<u64>,
    last: u64,
}

impl World {
    pub(crate) fn of(engine: &TestEngine) -> Self {
        let handle = engine.handle();
        let views = handle.views();
        let accounts = ["demo", "maker"].map(|code| engine.account(code));
        let orders =
            accounts.iter().flat_map(|account| views.open_orders(*account)).map(|order| order.id.get());
        let holdings = accounts.iter().filter_map(|account| views.holdings(*account));
        let trades: Vec<u64> = holdings
            .flat_map(|holdings| {
                let lots = holdings.positions.iter().flat_map(|position| position.lots.iter());
                lots.map(|lot| lot.id.get()).collect::<Vec<_>>()
            })
            .collect();
        let orders: Vec<u64> = orders.collect();
        let last = orders.iter().chain(&trades).copied().max().unwrap_or(70) + 20;
        Self { orders, trades, last }
    }
}

const NAMES: [&str; 9] =
    ["EUR_USD", "EUR_USD", "EUR_USD", "USD_JPY", "GBP_USD", "BTC_USD", "TSLA_USD", "CAD_FFF", "all"];
const PRICES: [&str; 14] = [
    "1.1",
    "1.19",
    "1.19671",
    "1.19683",
    "1.2",
    "1.21",
    "1.3",
    "0.5",
    "113.0",
    "112.5",
    "120",
    "100000",
    "0",
    "1.1000001",
];
const TIMES: [&str; 8] = [
    "2026-01-05T16:00:00Z",
    "2026-02-01T00:00:00.123456Z",
    "2099-01-01 01:02:03",
    "2026-02-01T00:00:00+05:30",
    "1893456000",
    "1767625200000",
    "2013-04-01T00:00:00Z",
    "2026-01-05T15:00:00Z",
];
/// What nobody should send.
const NASTY: [&str; 30] = [
    "",
    " ",
    "0",
    "-1",
    "-0.0",
    "+5",
    "1.",
    ".5",
    "1e400",
    "NaN",
    "Infinity",
    "0x10",
    "1,2,3",
    ",,,",
    "18446744073709551615",
    "18446744073709551616",
    "79228162514264337593543950335",
    "0.0000000000000000000000000001",
    "99999999999999999999999999999999999999999999999999",
    "9999-12-31T23:59:59Z",
    "0000-00-00T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "null",
    "[]",
    "{\"a\":1}",
    "'; DROP TABLE orders; --",
    "ユーロ",
    "١٢٣",
    "\u{0}\u{1}\u{7f}",
    "\u{202e}\u{feff}\u{1f4a9}",
];

/// The arguments that an operation knows.
fn arguments_of(method: &str, path: &str) -> &'static [&'static str] {
    const PLACE: [&str; 11] = [
        "instrument",
        "units",
        "side",
        "type",
        "price",
        "expiry",
        "lowerBound",
        "upperBound",
        "stopLoss",
        "takeProfit",
        "trailingStop",
    ];
    match (method, path) {
        ("POST", path) if path.ends_with("/orders") => &PLACE,
        ("PATCH", path) if path.contains("/orders") => &PLACE,
        ("PATCH", _) => &["stopLoss", "takeProfit", "trailingStop"],
        ("POST", _) => &["currency"],
        ("GET", "/v1/instruments") => &["accountId", "fields", "instruments"],
        ("GET", "/v1/prices") => &["instruments", "since", "accountId", "sessionId"],
        ("GET", "/v1/events") => &["accountIds"],
        ("GET", "/v1/accounts") => &["username"],
        ("GET", "/v1/candles") => &[
            "instrument",
            "granularity",
            "count",
            "start",
            "end",
            "candleFormat",
            "includeFirst",
            "dailyAlignment",
            "alignmentTimezone",
            "weeklyAlignment",
        ],
        ("GET", path) if path.ends_with('s') => &["maxId", "minId", "count", "instrument", "ids"],
        _ => &[],
    }
}

/// Whether an argument is there when nothing is to be wrong.
fn is_needed(name: &str) -> bool {
    matches!(
        name,
        "accountId"
            | "instruments"
            | "instrument"
            | "units"
            | "side"
            | "type"
            | "price"
            | "expiry"
            | "username"
    )
}

fn good(dice: &mut Dice, world: &World, name: &str) -> String {
    let id = |dice: &mut Dice| dice.below(world.last).to_string();
    match name {
        "instrument" => dice.pick(&NAMES).to_owned(),
        "instruments" => format!("{},{}", dice.pick(&NAMES[..7]), dice.pick(&NAMES)),
        "units" => dice.pick(&["1", "5", "100", "100000", "10000000", "10000001"]).to_owned(),
        "side" => dice.pick(&["buy", "sell"]).to_owned(),
        "type" => dice.pick(&["market", "market", "limit", "stop", "marketIfTouched"]).to_owned(),
        "price" | "lowerBound" | "upperBound" | "stopLoss" | "takeProfit" => dice.pick(&PRICES).to_owned(),
        "trailingStop" => dice.pick(&["0", "5", "10.5", "10000", "4", "10.55"]).to_owned(),
        "expiry" | "since" | "start" | "end" => dice.pick(&TIMES).to_owned(),
        "accountId" | "accountIds" => dice.pick(&["12345", "12345", "12346", "99"]).to_owned(),
        "fields" => dice.pick(&["pip,precision", "halted", "interestRate,marginRate", "colour"]).to_owned(),
        "count" => dice.pick(&["1", "2", "50", "500", "501", "5000", "0"]).to_owned(),
        "ids" => format!("{},{}", id(dice), id(dice)),
        "maxId" | "minId" => id(dice),
        "granularity" => dice.pick(&["S5", "M1", "H1", "H4", "D", "W", "M", "M4", "Y"]).to_owned(),
        "candleFormat" => dice.pick(&["bidask", "midpoint"]).to_owned(),
        "includeFirst" => dice.pick(&["true", "false"]).to_owned(),
        "dailyAlignment" => dice.below(25).to_string(),
        "alignmentTimezone" => dice.pick(&["America/New_York", "GMT0", "Asia/Kathmandu"]).to_owned(),
        "weeklyAlignment" => dice.pick(&["Friday", "Monday"]).to_owned(),
        "currency" => dice.pick(&["USD", "EUR", "JPY", "XXX"]).to_owned(),
        "username" => dice.pick(&["demo", "maker", "nobody"]).to_owned(),
        "sessionId" => dice.pick(&["abc", "1234567890123"]).to_owned(),
        _ => String::new(),
    }
}

fn segment(dice: &mut Dice, world: &World, name: &str) -> String {
    if dice.percent(4) {
        return serde_urlencoded::to_string([("", dice.pick(&NASTY))])
            .unwrap()
            .replace('=', "")
            .replace('+', "%20");
    }
    let known = match name {
        "{account_id}" => {
            return dice.pick(&["12345", "12345", "12345", "12345", "12345", "12346", "7", "x"]).to_owned();
        }
        "{instrument}" => return dice.pick(&NAMES).to_owned(),
        "{key}" => return dice.pick(&["00000000000040008000000000000001", "nothing"]).to_owned(),
        "{order_id}" => &world.orders,
        "{trade_id}" => &world.trades,
        _ => return dice.below(world.last).to_string(),
    };
    if known.is_empty() || dice.percent(10) {
        dice.below(world.last).to_string()
    } else {
        dice.pick(known).to_string()
    }
}

/// A request to one of some endpoints.
pub(crate) fn draft(dice: &mut Dice, world: &World, endpoints: &[facade_kit::Endpoint]) -> Draft {
    // Without orders and trades most of the others find nothing.
    let places =
        endpoints.iter().find(|endpoint| endpoint.method == "POST" && endpoint.path.ends_with("/orders"));
    let endpoint = &places.copied().filter(|_| dice.percent(30)).unwrap_or_else(|| dice.pick(endpoints));
    let path: Vec<String> = endpoint
        .path
        .split('/')
        .map(|part| match part.split_once('}') {
            Some((name, rest)) => format!("{}{rest}", segment(dice, world, &format!("{name}}}"))),
            None => part.to_owned(),
        })
        .collect();
    let mut path = path.join("/");
    let mut method = endpoint.method.to_owned();
    if dice.percent(4) {
        dice.pick(&["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW"])
            .clone_into(&mut method);
    }
    let mut arguments = arguments(dice, world, &method, &path);
    spoil(dice, &mut arguments);
    if dice.percent(3) {
        path = dice
            .pick(&["/", "//v1//accounts", "/v1/nothing", "/v1/accounts/", "/v1/%ff", "/labs/v1/calendar"])
            .to_owned();
    }
    let encoded = encoded(dice, &arguments);
    let mut headers = headers(dice);
    let takes_body = matches!(method.as_str(), "POST" | "PATCH" | "PUT");
    let (in_query, in_body) = if takes_body == dice.percent(3) { (true, false) } else { (false, true) };
    let query = if in_query && !encoded.is_empty() { format!("?{encoded}") } else { String::new() };
    let mut body = if in_body { encoded.into_bytes() } else { Vec::new() };
    match dice.below(100) {
        0 => body = vec![b'a'; 70_000],
        1 => body = (0..50).map(|_| u8::try_from(dice.below(256)).unwrap()).collect(),
        _ => {}
    }
    if !body.is_empty() && dice.percent(50) {
        headers
            .push(("Content-Type".to_owned(), "application/x-www-form-urlencoded; charset=UTF-8".to_owned()));
    }
    Draft { method, target: format!("{path}{query}"), headers, body }
}

fn arguments(dice: &mut Dice, world: &World, method: &str, path: &str) -> Vec<(String, String)> {
    let mut arguments = Vec::new();
    for name in arguments_of(method, path) {
        let is_wanted = is_needed(name) && method != "PATCH";
        if dice.percent(if is_wanted { 98 } else { 12 }) {
            arguments.push(((*name).to_owned(), good(dice, world, name)));
        }
    }
    arguments
}

/// Makes something wrong, mostly not.
fn spoil(dice: &mut Dice, arguments: &mut Vec<(String, String)>) {
    while !arguments.is_empty() && dice.percent(15) {
        let place = usize::try_from(dice.below(arguments.len() as u64)).unwrap();
        match dice.below(4) {
            0 => drop(arguments.remove(place)),
            1 => arguments.push(arguments[place].clone()),
            2 => {
                let name = dice.pick(&["note", "ignore_heartbeat", ""]).to_owned();
                arguments.push((name, dice.pick(&NASTY).to_owned()));
            }
            _ => dice.pick(&NASTY).clone_into(&mut arguments[place].1),
        }
    }
}

fn encoded(dice: &mut Dice, arguments: &[(String, String)]) -> String {
    let mut encoded = serde_urlencoded::to_string(arguments).unwrap();
    if dice.percent(2) {
        encoded.push_str(dice.pick(&["&a=%zz", "&%", "&a=%ff", "&&&", "&=", "&a"]));
    }
    encoded
}

fn headers(dice: &mut Dice) -> Vec<(String, String)> {
    let token = |name: &str| Config::development().credentials[name].token.reveal().to_owned();
    let mut headers = Vec::new();
    let mut add = |name: &str, value: &str| headers.push((name.to_owned(), value.to_owned()));
    match dice.below(50) {
        0 => {}
        1 => add("Authorization", dice.pick(&["Bearer", "Basic eDp5", "Bearer x", "", "Bearer \u{e9}"])),
        2 => add("Authorization", &format!("Bearer {}", token("maker"))),
        _ => add("Authorization", &format!("Bearer {}", token("demo"))),
    }
    if dice.percent(10) {
        add("X-Accept-Datetime-Format", dice.pick(&["UNIX", "unix", "RFC3339", "ISO", ""]));
    }
    if dice.percent(4) {
        add("X-HTTP-Method-Override", dice.pick(&["GET", "PATCH", "DELETE", "OPTIONS", "POST", "x"]));
    }
    if dice.percent(4) {
        add("Content-Type", dice.pick(&["application/json", "text/plain", "", "multipart/form-data"]));
    }
    if dice.percent(5) {
        add("If-None-Match", dice.pick(&["\"d219aa2be08398a384baef98f124d0cb8015f9f5\"", "*", "x", ""]));
    }
    if dice.percent(5) {
        add("Accept-Encoding", dice.pick(&["gzip, deflate", "*", "br", "gzip;q=0"]));
    }
    if dice.percent(5) {
        add("Host", dice.pick(&["api.example:80", "", "a b"]));
    }
    headers
}
