"""PyOanda 1.22, unmodified, trades against the OANDA dialect, and calls every method that its client has.

Usage: pyoanda_scenario.py REST_URL STREAM_URL SANDBOX_URL

The client takes its environment as a pair of base URLs, REST and stream: that pair is all that differs. SANDBOX_URL is
the REST host of a sandbox, the only one on which accounts are opened.
"""

import inspect
import json
import sys
from datetime import datetime, timedelta, timezone

from pyoanda import Client, Order
from pyoanda.exceptions import BadRequest

from scenario import equal, member, passed, refused, same_number

ACCOUNT = 12345
TOKEN = "0000000000000000000000000000demo-0000000000000000000000000000demo"
STEPS = []


class Counted(Client):
    """The client as it is; what is called of it is remembered."""

    called = set()

    def __getattribute__(self, name):
        if name in METHODS:
            Counted.called.add(name)
        return super().__getattribute__(name)


METHODS = {name for name, _ in inspect.getmembers(Client, inspect.isfunction) if not name.startswith("_")}


def step(what):
    """Notes that what came before held."""
    STEPS.append(what)


def in_a_day():
    # The client sends whatever `str(datetime)` makes of it: a blank for the T, and no zone.
    return (datetime.now(timezone.utc) + timedelta(days=1)).replace(tzinfo=None, microsecond=0)


def words(what, call):
    """The vendor's words of a refusal. The client shows the status and these, and not the vendor's code."""
    return str(refused(what, BadRequest, call))


def market(client, units, side, **more):
    order = Order(instrument="EUR_USD", units=units, side=side, type="market", **more)
    order.check()
    return client.create_order(order)


def lists(client):
    account = client.get_credentials()
    equal("account", account["accountId"], ACCOUNT)
    equal("currency", account["accountCurrency"], "USD")
    same_number("margin rate", account["marginRate"], "0.05")
    step("an account")
    equal("accounts", [each["accountId"] for each in client.get_accounts()["accounts"]], [ACCOUNT])
    equal("accounts whatever the user", len(client.get_accounts("anybody")["accounts"]), 1)
    step("accounts")
    instruments = {each["instrument"]: each for each in client.get_instruments()["instruments"]}
    equal("members of an instrument", list(instruments["EUR_USD"]),
          ["instrument", "displayName", "pip", "maxTradeUnits"])
    equal("pip", instruments["EUR_USD"]["pip"], "0.0001")
    step("instruments")
    prices = client.get_prices("EUR_USD,USD_JPY", stream=False)["prices"]
    equal("quoted", [each["instrument"] for each in prices], ["EUR_USD", "USD_JPY"])
    if not prices[0]["bid"] < prices[0]["ask"]:
        raise AssertionError(f"crossed quote: {prices[0]!r}")
    step("prices")
    return prices[0]


def streamed(client, price):
    response = client.get_prices("EUR_USD")
    tick = json.loads(next(response.iter_lines()))["tick"]
    response.close()
    equal("streamed instrument", tick["instrument"], "EUR_USD")
    same_number("streamed bid", tick["bid"], price["bid"])
    same_number("streamed ask", tick["ask"], price["ask"])
    step("a stream of prices")


def candles(client):
    history = client.get_instrument_history("EUR_USD", candle_format="midpoint", granularity="M1", count=2)
    equal("instrument of candles", history["instrument"], "EUR_USD")
    equal("granularity", history["granularity"], "M1")
    equal("members of a candle", list(history["candles"][-1]),
          ["time", "openMid", "highMid", "lowMid", "closeMid", "volume", "complete"])
    daily = client.get_instrument_history("EUR_USD", granularity="D", count=1, daily_alignment=0,
                                          alignment_timezone="GMT0", weekly_alignment="Monday")
    day = datetime.now(timezone.utc).strftime("%Y-%m-%d")
    yesterday = (datetime.now(timezone.utc) - timedelta(days=1)).strftime("%Y-%m-%d")
    member("beginning of the day", daily["candles"][0]["time"],
           [f"{each}T00:00:00.000000Z" for each in (day, yesterday)])
    equal("a candle too many", words("6000 candles", lambda: client.get_instrument_history("EUR_USD", count=6000)),
          "OCode-400: The value specified is not in the valid range: "
          "Resulting candle count is larger than maximum allowed: 5000")
    step("candles")


def orders(client):
    # A limit order far from the market is placed and read.
    wanted = Order(instrument="EUR_USD", units=1000, side="buy", type="limit", price=0.91, expiry=in_a_day())
    wanted.check()
    placed = client.create_order(wanted)
    equal("instrument", placed["instrument"], "EUR_USD")
    same_number("price", placed["price"], "0.91")
    order_id = placed["orderOpened"]["id"]
    equal("units", placed["orderOpened"]["units"], 1000)
    equal("side", placed["orderOpened"]["side"], "buy")
    step("a limit order")
    read = client.get_order(order_id)
    equal("read id", read["id"], order_id)
    equal("read type", read["type"], "limit")
    member("open orders", order_id, [each["id"] for each in client.get_orders()["orders"]])
    equal("open orders of the pair", [each["id"] for each in client.get_orders("EUR_USD", 1)["orders"]], [order_id])
    step("orders")
    # Amended in place: the same id. The client sends the members that cannot change, too.
    amended = client.update_order(order_id, Order(
        instrument="EUR_USD", units=1500, side="buy", type="limit", price=0.92, expiry=in_a_day(),
    ))
    equal("amended id", amended["id"], order_id)
    equal("amended units", amended["units"], 1500)
    same_number("amended price", client.get_order(order_id)["price"], "0.92")
    step("an amended order")
    # Canceled, and gone.
    closed = client.close_order(order_id)
    equal("canceled instrument", closed["instrument"], "EUR_USD")
    equal("canceled units", closed["units"], 1500)
    equal("canceled type", closed["type"], "BuyLimit")
    equal("gone", words("reading a canceled order", lambda: client.get_order(order_id)), "OCode-404: Order not found")
    step("a canceled order")
    for order_type in ["stop", "marketIfTouched"]:
        waiting = client.create_order(Order(
            instrument="EUR_USD", units=10, side="buy", type=order_type, price=1.9, expiry=in_a_day(),
            stopLoss=1.8, takeProfit=2.0, trailingStop=50, lowerBound=1.7, upperBound=1.95,
        ))["orderOpened"]
        same_number("exits", waiting["stopLoss"] + waiting["takeProfit"] + waiting["trailingStop"], "53.8")
        client.close_order(waiting["id"])
    step("orders that wait")
    return order_id


def trades(client, price):
    opened = market(client, 250, "buy")
    equal("filled units", opened["tradeOpened"]["units"], 250)
    equal("nothing reduced", opened["tradeReduced"], {})
    equal("nothing closed", opened["tradesClosed"], [])
    same_number("filled at the ask", opened["price"], price["ask"])
    trade_id = opened["tradeOpened"]["id"]
    second = market(client, 100, "buy")["tradeOpened"]["id"]
    step("market orders")
    equal("trades", [each["id"] for each in client.get_trades()["trades"]], [second, trade_id])
    page = client.get_trades(max_id=trade_id, count=5)["trades"]
    equal("a page of trades", [each["id"] for each in page], [trade_id])
    equal("trades of a pair", client.get_trades(instrument="USD_JPY")["trades"], [])
    equal("trades by id", [each["id"] for each in client.get_trades(ids=[str(second)])["trades"]], [second])
    equal("units of a trade", client.get_trade(trade_id)["units"], 250)
    step("trades")
    changed = client.update_trade(trade_id, stop_loss=0.9, take_profit=1.9, trailing_stop=500)
    same_number("stop loss", changed["stopLoss"], "0.9")
    same_number("take profit", changed["takeProfit"], "1.9")
    same_number("trailing stop", changed["trailingStop"], "500")
    removed = client.update_trade(trade_id, take_profit=0)
    same_number("no take profit", removed["takeProfit"], "0")
    same_number("the same stop loss", removed["stopLoss"], "0.9")
    wrong = words("a stop loss above", lambda: client.update_trade(trade_id, stop_loss=1.9))
    member("the vendor's words", "Invalid stopLoss error: requested stopLoss is above price", wrong)
    step("a changed trade")
    positions = client.get_positions()["positions"]
    equal("positions", [(each["instrument"], each["units"], each["side"]) for each in positions],
          [("EUR_USD", 350, "buy")])
    position = client.get_position("EUR_USD")
    equal("position", position["units"], 350)
    same_number("average price", position["avgPrice"], price["ask"])
    step("positions")
    closed = client.close_trade(trade_id)
    same_number("closed at the bid", closed["price"], price["bid"])
    equal("side of the trade", closed["side"], "buy")
    if not closed["profit"] < 0:
        raise AssertionError(f"a spread brings no profit: {closed!r}")
    equal("closed", words("a closed trade", lambda: client.get_trade(trade_id)), "OCode-404: Trade not found")
    step("a closed trade")
    rest = client.close_position("EUR_USD")
    equal("units of the position", rest["totalUnits"], 100)
    equal("a trade and its end", (rest["ids"][0], len(rest["ids"])), (second, 2))
    equal("closed", words("a closed position", lambda: client.get_position("EUR_USD")),
          "OCode-404: Position not found")
    step("a closed position")
    return trade_id, rest["ids"][1]


def transactions(client, order_id, trade_id, end_id):
    newest = client.get_transactions()["transactions"]
    equal("the newest", (newest[0]["id"], newest[0]["type"]), (end_id, "TRADE_CLOSE"))
    equal("descending", [each["id"] for each in newest], sorted((each["id"] for each in newest), reverse=True))
    kinds = {each["type"] for each in newest}
    for kind in ["LIMIT_ORDER_CREATE", "STOP_ORDER_CREATE", "MARKET_IF_TOUCHED_ORDER_CREATE", "MARKET_ORDER_CREATE",
                 "ORDER_UPDATE", "ORDER_CANCEL", "TRADE_UPDATE", "TRADE_CLOSE"]:
        member("types", kind, kinds)
    page = client.get_transactions(max_id=trade_id, count=1, instrument="EUR_USD")["transactions"]
    equal("a page", [each["id"] for each in page], [trade_id])
    by_id = client.get_transactions(instrument=None, ids=[str(order_id)])["transactions"]
    equal("by id", [each["id"] for each in by_id], [order_id])
    one = client.get_transaction(trade_id)
    equal("one", (one["type"], one["tradeOpened"]), ("MARKET_ORDER_CREATE", {"id": trade_id, "units": 250}))
    equal("none", words("no transaction", lambda: client.get_transaction(1)), "OCode-404: Transaction not found")
    step("transactions")


def history(client):
    location = client.request_transaction_history()
    if not (location and location.endswith(".json.zip")):
        raise AssertionError(f"no address of a history: {location!r}")
    everything = client.get_transaction_history()
    # What is of today is not in it yet.
    if not isinstance(everything, list):
        raise AssertionError(f"no history: {everything!r}")
    ids = [each["id"] for each in everything]
    equal("oldest first", ids, sorted(ids))
    step("the full history")


def sandbox(url):
    nobody = Counted((url, url))
    opened = nobody.create_account("EUR")
    member("members", "password", opened)
    mine = Counted((url, url), account_id=opened["accountId"])
    equal("currency", mine.get_credentials()["accountCurrency"], "EUR")
    equal("the user's", [each["accountId"] for each in mine.get_accounts(opened["username"])["accounts"]],
          [opened["accountId"]])
    equal("nobody's", words("an unknown user", lambda: mine.get_accounts("nobody at all")),
          "OCode-400: Invalid Username")
    equal("no currency", words("no currency", lambda: nobody.create_account("XXX")),
          "OCode-400: Currency provided is invalid")
    equal("filled", mine.create_order(Order(instrument="EUR_USD", units=5, side="sell", type="market"))
          ["tradeOpened"]["units"], 5)
    mine.close_position("EUR_USD")
    step("an account of the sandbox")


def refusals(client, environment):
    equal("the vendor's words", words("too many decimals", lambda: client.create_order(Order(
        instrument="EUR_USD", units=1, side="buy", type="limit", price=0.960000001, expiry=in_a_day(),
    ))), "OCode-400: Invalid Precision")
    equal("the vendor's words", words("no such pair", lambda: client.create_order(Order(
        instrument="CAD_FFF", units=1, side="buy", type="market",
    ))), "OCode-400: Currency provided is invalid")
    equal("the vendor's words", words("no account is opened", client.create_account), "OCode-405: Method not allowed")
    stranger = Client(environment, access_token="not-a-token")
    equal("the vendor's words", words("an unknown token", stranger.get_accounts),
          "OCode-401: The access token provided does not allow this request to be made")
    refused("an account that is not there", BadRequest, lambda: Client(environment, account_id=99, access_token=TOKEN))
    step("refusals")


def main(rest, stream, sandbox_url):
    environment = (rest, stream)
    client = Counted(environment, account_id=ACCOUNT, access_token=TOKEN)
    price = lists(client)
    streamed(client, price)
    candles(client)
    order_id = orders(client)
    trade_id, end_id = trades(client, price)
    transactions(client, order_id, trade_id, end_id)
    history(client)
    sandbox(sandbox_url)
    refusals(client, environment)
    equal("methods that were not called", METHODS - Counted.called, set())
    passed(f"pyoanda 1.22, all {len(METHODS)} methods", len(STEPS))


if __name__ == "__main__":
    main(*sys.argv[1:])
