//! Balances of an account that pays in full, counted in its own currency. What is quoted in another currency, and
//! margined positions, are left out: their profit is in the cash once it is realized.

use order_engine::Account;
use rust_decimal::Decimal;

use super::valuation::{Books, Stock, bounded, day_start};
use crate::format::{self, money};
use crate::wire;

const PAYS_IN_FULL: &str = "NONE";

/// The balances of an account.
pub(crate) fn balances(books: &Books<'_>, number: i64, account: &Account) -> wire::Balances {
    let cash = books.holdings.balance(account.currency);
    let (settled, held) = (bounded(cash.total.decimal()), bounded(cash.held.decimal()));
    let stocks: Vec<Stock<'_>> = books
        .stocks()
        .into_iter()
        .filter(|stock| stock.is_paid() && stock.listing.instrument.quote == account.currency)
        .collect();
    let long = sum(&stocks, Stock::market_value);
    let daily = sum(&stocks, Stock::daily);
    let realized = sum(&stocks, |stock| stock.today.realized);
    let opening_cash = settled - sum(&stocks, |stock| stock.today.cash);
    let opening_long = sum(&stocks, Stock::opening_value);
    wire::Balances {
        account_id: number,
        buying_power: money(settled - held),
        currency: account.definition.currency.to_string(),
        daily_change: money(settled + long - opening_cash - opening_long),
        daily_pnl: money(daily),
        daily_realized_pnl: money(realized),
        daily_total_pnl: money(daily),
        daily_unrealized_pnl: money(daily - realized),
        equity: money(settled + long),
        long_market_value: money(long),
        margin_type: PAYS_IN_FULL,
        open_order_adjustment: money(-held),
        settled_cash: money(settled),
        sod: wire::StartOfDay {
            asof: format::date(day_start(books.now)),
            buying_power: money(opening_cash),
            equity: money(opening_cash + opening_long),
            long_market_value: money(opening_long),
            short_market_value: money(Decimal::ZERO),
            trade_cash: money(opening_cash),
        },
        trade_cash: money(settled),
        unrealized_pnl: money(sum(&stocks, |stock| stock.unrealized().unwrap_or_default())),
        unsettled_credits: money(Decimal::ZERO),
        unsettled_debits: money(Decimal::ZERO),
        withdrawable_cash: money(settled - held),
    }
}

fn sum<'a>(stocks: &[Stock<'a>], value: impl Fn(&Stock<'a>) -> Decimal) -> Decimal {
    stocks.iter().map(value).sum()
}
