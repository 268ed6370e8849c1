"""PyOanda 1.22, unmodified, trades against the OANDA dialect.

Usage: pyoanda_scenario.py BASE_URL

The client takes its environment as a pair of base URLs, REST and stream: that pair is all that differs.
"""

import sys
from datetime import datetime, timedelta, timezone

from pyoanda import Client, Order
from pyoanda.exceptions import BadRequest

from scenario import equal, member, passed, refused, same_number

ACCOUNT = 12345
TOKEN = "0000000000000000000000000000demo-0000000000000000000000000000demo"


def in_a_day():
    # The client sends whatever `str(datetime)` makes of it: a blank for the T, and no zone.
    return (datetime.now(timezone.utc) + timedelta(days=1)).replace(tzinfo=None, microsecond=0)


def main(base_url):
    environment = (base_url, base_url)
    client = Client(environment, account_id=ACCOUNT, access_token=TOKEN)

    # Lists and balances.
    account = client.get_credentials()
    equal("account", account["accountId"], ACCOUNT)
    equal("currency", account["accountCurrency"], "USD")
    member("accounts", ACCOUNT, [each["accountId"] for each in client.get_accounts()["accounts"]])
    instruments = client.get_instruments()["instruments"]
    member("instruments", "EUR_USD", [each["instrument"] for each in instruments])
    price = client.get_prices("EUR_USD", stream=False)["prices"][0]
    equal("quoted instrument", price["instrument"], "EUR_USD")
    if not price["bid"] < price["ask"]:
        raise AssertionError(f"crossed quote: {price!r}")

    # A limit order far from the market is placed and read.
    wanted = Order(instrument="EUR_USD", units=1000, side="buy", type="limit", price=0.91, expiry=in_a_day())
    wanted.check()
    placed = client.create_order(wanted)
    equal("instrument", placed["instrument"], "EUR_USD")
    same_number("price", placed["price"], "0.91")
    order_id = placed["orderOpened"]["id"]
    equal("units", placed["orderOpened"]["units"], 1000)
    equal("side", placed["orderOpened"]["side"], "buy")
    read = client.get_order(order_id)
    equal("read id", read["id"], order_id)
    equal("read type", read["type"], "limit")
    member("open orders", order_id, [each["id"] for each in client.get_orders()["orders"]])
    member("open orders of the pair", order_id, [each["id"] for each in client.get_orders("EUR_USD", 5)["orders"]])

    # Amended in place: the same id. The client sends the members that cannot change, too.
    amended = client.update_order(order_id, Order(
        instrument="EUR_USD", units=1500, side="buy", type="limit", price=0.92, expiry=in_a_day(),
    ))
    equal("amended id", amended["id"], order_id)
    equal("amended units", amended["units"], 1500)
    same_number("amended price", client.get_order(order_id)["price"], "0.92")

    # Canceled, and gone. The client shows the status and the words of a refusal, and not the vendor's code.
    closed = client.close_order(order_id)
    equal("canceled instrument", closed["instrument"], "EUR_USD")
    equal("canceled units", closed["units"], 1500)
    gone = refused("reading a canceled order", BadRequest, lambda: client.get_order(order_id))
    equal("the vendor's words", str(gone), "OCode-404: Order not found")

    # A market order is filled at once.
    opened = client.create_order(Order(instrument="EUR_USD", units=250, side="buy", type="market"))
    equal("filled units", opened["tradeOpened"]["units"], 250)
    equal("nothing reduced", opened["tradeReduced"], {})
    equal("nothing closed", opened["tradesClosed"], [])
    same_number("filled at the ask", opened["price"], price["ask"])

    # Refusals.
    precision = refused("too many decimals", BadRequest, lambda: client.create_order(Order(
        instrument="EUR_USD", units=1, side="buy", type="limit", price=0.960000001, expiry=in_a_day(),
    )))
    equal("the vendor's words", str(precision), "OCode-400: Invalid Precision")
    stranger = Client(environment, access_token="not-a-token")
    denied = refused("an unknown token", BadRequest, stranger.get_accounts)
    equal("the vendor's words", str(denied),
          "OCode-401: The access token provided does not allow this request to be made")

    passed("pyoanda 1.22", 15)


if __name__ == "__main__":
    main(sys.argv[1])
