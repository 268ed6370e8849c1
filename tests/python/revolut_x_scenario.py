"""revolut-x-python 1.1.1, unmodified, trades against the Revolut X dialect.

Usage: revolut_x_scenario.py BASE_URL PRIVATE_KEY_PEM

The client signs `/api/1.0/...` whatever its base URL is, so the dialect must be served at the root of a host and port.
It has no call to replace an order.
"""

import sys
import uuid
from decimal import Decimal

from revolut_x import OrderSide, RevolutXClient
from revolut_x.exceptions import ApiError, AuthenticationError

from scenario import equal, member, passed, refused, same_number

KEY = "demo" * 16


def client_of(base_url, pem, key=KEY):
    # The pause between requests spares the vendor's public limits, which a development server does not have.
    return RevolutXClient(api_key=key, private_key_path=pem, base_url=f"{base_url}/api", request_delay=0, max_retries=1)


def main(base_url, pem):
    client = client_of(base_url, pem)

    # Lists and balances.
    member("pairs", "BTC/USD", client.get_pairs())
    member("currencies", "BTC", client.get_currencies())
    ticker = client.get_ticker("BTC-USD")
    book = client.get_order_book("BTC-USD", depth=5)
    equal("both sides", sorted(book), ["asks", "bids"])
    same_number("best ask", book["asks"][-1]["p"], ticker["ask"])
    balance = client.get_balance("USD")
    available, reserved = Decimal(balance["available"]), Decimal(balance["reserved"])
    same_number("available and reserved", balance["total"], available + reserved)

    # A limit order far from the market is placed and read.
    client_order_id = str(uuid.uuid4())
    placed = client.place_limit_order(
        "BTC-USD", OrderSide.BUY, "60000.00", base_size="0.002", client_order_id=client_order_id,
    )
    equal("acknowledged as", placed["state"], "new")
    equal("client order id", placed["client_order_id"], client_order_id)
    order_id = placed["venue_order_id"]
    order = client.get_order(order_id)
    equal("status", order["status"], "new")
    equal("symbol", order["symbol"], "BTC/USD")
    same_number("price", order["price"], "60000")
    same_number("quantity", order["quantity"], "0.002")
    member("active orders", order_id, [each["id"] for each in client.get_active_orders("BTC-USD")])
    same_number("reserved", client.get_balance("USD")["reserved"], reserved + 120)

    # The same client order id is refused, not placed again.
    again = refused("a client order id twice", ApiError, lambda: client.place_limit_order(
        "BTC-USD", OrderSide.BUY, "61000.00", base_size="0.002", client_order_id=client_order_id,
    ))
    equal("status of the refusal", again.status_code, 400)

    # Canceled, and not twice.
    client.cancel_order(order_id)
    equal("status", client.get_order(order_id)["status"], "cancelled")
    equal("status of the refusal",
          refused("canceling twice", ApiError, lambda: client.cancel_order(order_id)).status_code, 404)

    # Market orders are filled at once, by base and by quote.
    bought = client.place_market_order("BTC-USD", OrderSide.BUY, base_size="0.001")
    equal("acknowledged as", bought["state"], "filled")
    fills = client.get_order_fills(bought["venue_order_id"])
    same_number("filled", sum(Decimal(each["q"]) for each in fills), "0.001")
    same_number("filled at the ask", fills[0]["p"], ticker["ask"])
    spent = client.place_market_order("BTC-USD", OrderSide.BUY, quote_size="50.00")
    equal("acknowledged as", spent["state"], "filled")
    history, _ = client.get_historical_orders()
    member("historical orders", bought["venue_order_id"], [each["id"] for each in history])

    # A maker order at a price that the client computes, then everything open is canceled.
    maker = client.place_maker_order("BTC-USD", OrderSide.BUY, base_size="0.001", offset="1000")
    member("acknowledged as", maker["state"], ["new"])
    client.cancel_all_orders()
    equal("active orders", client.get_active_orders(), [])

    # Refusals.
    unknown = refused("an unknown pair", ApiError, lambda: client.place_market_order(
        "BTC-BTC", OrderSide.BUY, base_size="1",
    ))
    equal("the vendor's words", unknown.response_body["message"], "No such pair: BTC-BTC")
    refused("an unknown key", AuthenticationError, client_of(base_url, pem, key="x" * 64).get_balances)

    passed("revolut-x-python 1.1.1", 18)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
