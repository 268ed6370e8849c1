//! Balances of an account that pays in full, counted in its own currency. What is quoted in another currency, and
//! margined positions, are left out: their profit is in the cash once it is realized. What secures short positions is
//! cash, and neither free nor reserved by orders.

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
    let [long, short] = sides(&stocks, Stock::market_value);
    let collateral: Decimal = books
        .holdings
        .positions
        .iter()
        .filter(|position| stocks.iter().any(|stock| stock.listing.instrument.id == position.instrument))
        .map(|position| bounded(position.collateral.decimal()))
        .sum();
    let daily = sum(&stocks, Stock::daily);
    let realized = sum(&stocks, |stock| stock.today.realized);
    let opening_cash = settled - sum(&stocks, |stock| stock.today.cash);
    let [opening_long, opening_short] = sides(&stocks, Stock::opening_value);
    let (value, opening_value) = (long - short, opening_long - opening_short);
    wire::Balances {
        account_id: number,
        buying_power: money(settled - held),
        currency: account.definition.currency.to_string(),
        daily_change: money(settled + value - opening_cash - opening_value),
        daily_pnl: money(daily),
        daily_realized_pnl: money(realized),
        daily_total_pnl: money(daily),
        daily_unrealized_pnl: money(daily - realized),
        equity: money(settled + value),
        long_market_value: money(long),
        margin_type: PAYS_IN_FULL,
        open_order_adjustment: money(collateral - held),
        settled_cash: money(settled),
        short_market_value: (!short.is_zero()).then(|| money(short)),
        sod: wire::StartOfDay {
            asof: format::date(day_start(books.now)),
            buying_power: money(opening_cash),
            equity: money(opening_cash + opening_value),
            long_market_value: money(opening_long),
            short_market_value: money(opening_short),
            trade_cash: money(opening_cash),
        },
        trade_cash: money(settled),
        unrealized_pnl: money(sum(&stocks, |stock| stock.unrealized().unwrap_or_default())),
        unsettled_credits: money(Decimal::ZERO),
        unsettled_debits: money(Decimal::ZERO),
        withdrawable_cash: money(settled - held),
    }
}

/// What is owned and what is short, each without a sign.
fn sides<'a>(stocks: &[Stock<'a>], value: impl Fn(&Stock<'a>) -> Decimal) -> [Decimal; 2] {
    stocks.iter().map(value).fold([Decimal::ZERO; 2], |[long, short], value| {
        if value.is_sign_negative() { [long, short - value] } else { [long + value, short] }
    })
}

fn sum<'a>(stocks: &[Stock<'a>], value: impl Fn(&Stock<'a>) -> Decimal) -> Decimal {
    stocks.iter().map(value).sum()
}
