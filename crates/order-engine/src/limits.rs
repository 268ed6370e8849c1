//! Every limit of the engine in one place. A command that would pass one is refused, and nothing changes.

/// Longest asset code or symbol, in bytes.
pub const MAX_SYMBOL_LENGTH: usize = 24;
/// Longest name of an asset or an instrument for people, in bytes.
pub const MAX_DISPLAY_NAME_LENGTH: usize = 256;
/// Longest account code, in bytes.
pub const MAX_ACCOUNT_CODE_LENGTH: usize = 64;
/// Longest name of an account, in bytes.
pub const MAX_ACCOUNT_NAME_LENGTH: usize = 256;
/// Longest client order id, in bytes.
pub const MAX_CLIENT_ORDER_ID_LENGTH: usize = 128;
/// Longest name of a calendar, in bytes.
pub const MAX_CALENDAR_NAME_LENGTH: usize = 64;
/// Longest reason of a halt, in bytes.
pub const MAX_HALT_REASON_LENGTH: usize = 256;
/// Most calendars.
pub const MAX_CALENDARS: usize = 100;
/// Most trading days of one calendar: some forty years.
pub const MAX_DAYS_PER_CALENDAR: usize = 10_000;
/// Most sessions of one trading day.
pub const MAX_SESSIONS_PER_DAY: usize = 8;
/// Most accounts, the house included.
pub const MAX_ACCOUNTS: usize = 100_000;
/// Most assets.
pub const MAX_ASSETS: usize = 10_000;
/// Most instruments.
pub const MAX_INSTRUMENTS: usize = 10_000;
/// Most open orders of one account, staged ones included.
pub const MAX_OPEN_ORDERS_PER_ACCOUNT: usize = 2_000_000;
/// Most orders that the state remembers, open and closed. The retention moves closed ones into an archive.
pub const MAX_ORDERS: usize = 20_000_000;
/// Largest quantity of one order, in units of the instrument's quantity scale: so many that even all orders of the
/// state together, at one price or in one position, can be counted.
pub const MAX_ORDER_UNITS: i64 = 400_000_000_000;
/// Most open lots of one account in one instrument.
pub const MAX_LOTS_PER_POSITION: usize = 100_000;
/// Most annotations of one order.
pub const MAX_ANNOTATIONS: usize = 48;
/// Most times that one order can be replaced in place.
pub const MAX_REPLACES_PER_ORDER: u32 = 100_000;
/// Longest key of an annotation, in bytes.
pub const MAX_ANNOTATION_KEY_LENGTH: usize = 96;
/// Longest value of an annotation, in bytes.
pub const MAX_ANNOTATION_VALUE_LENGTH: usize = 2_048;
/// Most client order ids that are remembered of orders that went to the archive, of which each takes some 60 bytes. An
/// id that was used before the last so many may be used again.
pub const MAX_ARCHIVED_CLIENT_IDS: usize = 4_000_000;
/// Largest record of an image of the state, in bytes: the lots of one position are the largest there are.
pub const MAX_IMAGE_RECORD_BYTES: usize = 16 * 1024 * 1024;
/// Most instrument lists of one account.
pub const MAX_LISTS_PER_ACCOUNT: usize = 1_000;
/// Most instruments of one list.
pub const MAX_INSTRUMENTS_PER_LIST: usize = 1_000;
/// Longest name of an instrument list, in bytes.
pub const MAX_LIST_NAME_LENGTH: usize = 128;
/// Greatest collateral of a short sale, in basis points of its value: ten times the value.
pub const MAX_SHORT_COLLATERAL: u32 = 100_000;
/// Most exercise notices of one account that are remembered. The oldest that does not stand any more makes room.
pub const MAX_EXERCISES_PER_ACCOUNT: usize = 1_000;
/// Largest number of units of the underlier in one option.
pub const MAX_CONTRACT_MULTIPLIER: u32 = 1_000_000;
/// Decimals that the ledger keeps of every asset.
pub const LEDGER_SCALE: u32 = 12;
/// Most decimals of a price or a quantity; both of an instrument together stay within the ledger's scale.
pub const MAX_SCALE: u32 = 12;
/// Candles of five seconds, a minute and a quarter of an hour that are kept of each market, those of the newest block not
/// counted. Five thousand is the most that anybody asks for at a time.
pub const MAX_CANDLES: usize = 5_120;
/// Candles of an hour that are kept of each market: more than two years.
pub const MAX_HOURLY_CANDLES: usize = 20_480;
