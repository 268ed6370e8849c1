"""clearstreet 0.6.0, unmodified, trades against the Clear Street dialect.

Usage: clearstreet_scenario.py BASE_URL

The client runs with strict validation of every answer, so that a missing or mistyped member fails here.
"""

import sys
from datetime import datetime, timedelta, timezone

from clearstreet import AuthenticationError, BadRequestError, ClearStreet, NotFoundError, PermissionDeniedError

from scenario import equal, eventually, member, passed, refused, same_number

ACCOUNT = 19816
FOREIGN_ACCOUNT = 19817
KEY = "demo.clearstreet-key"


def client_of(base_url, key):
    return ClearStreet(api_key=key, base_url=base_url, max_retries=0, _strict_response_validation=True)


def main(base_url):
    client = client_of(base_url, KEY)
    orders = client.v1.orders

    # Lists and balances.
    member("accounts", ACCOUNT, [each.id for each in client.v1.accounts.get_accounts().data])
    equal("account", client.v1.accounts.get_account_by_id(ACCOUNT).data.id, ACCOUNT)
    instruments = client.v1.instruments.get_instruments().data
    member("instruments", "TSLA", [each.symbol for each in instruments])
    tesla = next(each for each in instruments if each.symbol == "TSLA")
    equal("clock", client.v1.calendar.get_clock().data.clock.tzinfo is not None, True)
    equal("version", client.v1.api_version.get_version().data.version, "2025-10-31")

    def read(order_id):
        return orders.get_order_by_id(order_id, account_id=ACCOUNT).data

    def status_is(order_id, status):
        return eventually(f"order {order_id} is {status}", lambda: read(order_id).status == status)

    # A limit order far from the market is placed and read.
    placed = orders.submit_orders(ACCOUNT, orders=[{
        "id": "scenario-limit-1", "order_type": "LIMIT", "quantity": "10", "side": "BUY", "symbol": "TSLA",
        "time_in_force": "GOOD_TILL_CANCEL", "limit_price": "20.00",
    }]).data[0]
    equal("acknowledged as", placed.status, "PENDING_NEW")
    equal("client order id", placed.client_order_id, "scenario-limit-1")
    equal("instrument", placed.instrument_id, tesla.id)
    status_is(placed.id, "NEW")
    order = read(placed.id)
    equal("symbol", order.symbol, "TSLA")
    equal("price as sent", order.limit_price, "20.00")
    equal("quantity as sent", order.quantity, "10")
    listed = orders.get_orders(ACCOUNT, status=["NEW", "PARTIALLY_FILLED"], symbol="TSLA").data
    member("working orders", placed.id, [each.id for each in listed])

    # Amended in place: the same ids.
    replaced = orders.replace_order(placed.id, account_id=ACCOUNT, limit_price="21.00", quantity="12").data
    equal("amended id", replaced.id, placed.id)
    equal("amended client order id", replaced.client_order_id, "scenario-limit-1")
    equal("amended price", replaced.limit_price, "21.00")
    status_is(placed.id, "NEW")
    equal("amended quantity", read(placed.id).quantity, "12")

    # Canceled.
    orders.cancel_open_order(placed.id, account_id=ACCOUNT)
    status_is(placed.id, "CANCELED")
    same_number("nothing left", read(placed.id).leaves_quantity, 0)

    # A market order is filled at once.
    bought = orders.submit_orders(ACCOUNT, orders=[{
        "order_type": "MARKET", "quantity": "3", "side": "BUY", "symbol": "TSLA", "time_in_force": "DAY",
    }]).data[0]
    status_is(bought.id, "FILLED")
    filled = read(bought.id)
    same_number("filled", filled.filled_quantity, 3)
    if not filled.average_fill_price:
        raise AssertionError("a filled order without an average price")
    executions = orders.get_executions(ACCOUNT, instrument_ids=["TSLA"]).data
    member("executions", bought.id, [each.order_id for each in executions])

    # Two at once, then everything open is canceled. The client writes a time with an offset.
    tomorrow = datetime.now(timezone.utc) + timedelta(days=1)
    both = orders.submit_orders(ACCOUNT, orders=[
        {"order_type": "LIMIT", "quantity": "1", "side": "BUY", "symbol": "TSLA", "time_in_force": "GOOD_TILL_DATE",
         "limit_price": "19.50", "expires_at": tomorrow},
        {"order_type": "LIMIT", "quantity": "1", "side": "BUY", "instrument_id": tesla.id, "time_in_force": "DAY",
         "limit_price": "19.00"},
    ]).data
    canceled = orders.cancel_all_open_orders(ACCOUNT, instrument_ids=["TSLA"], side="BUY").data
    equal("canceled together", sorted(each.id for each in canceled), sorted(each.id for each in both))
    refused("nothing open", NotFoundError, lambda: orders.cancel_all_open_orders(ACCOUNT, instrument_ids=["TSLA"]))

    # Refusals, each as the client's own exception.
    duplicate = refused("a client order id twice", BadRequestError, lambda: orders.submit_orders(ACCOUNT, orders=[{
        "id": "scenario-limit-1", "order_type": "LIMIT", "quantity": "11", "side": "BUY", "symbol": "TSLA",
        "time_in_force": "DAY", "limit_price": "20.00",
    }]))
    equal("the vendor's words", duplicate.body["error"]["message"], "Duplicate order id: scenario-limit-1")
    missing = refused("an unknown order", NotFoundError, lambda: read("97dfdcfe503f425c8367ca10928e2499"))
    equal("the vendor's words", missing.body["error"]["message"],
          f"Order 97dfdcfe503f425c8367ca10928e2499 not found for account {ACCOUNT}")
    refused("another's account", PermissionDeniedError, lambda: orders.get_orders(FOREIGN_ACCOUNT))
    refused("an unknown key", AuthenticationError, lambda: client_of(base_url, "nobody.key").v1.accounts.get_accounts())

    passed("clearstreet 0.6.0", 20)


if __name__ == "__main__":
    main(sys.argv[1])
