"""The OMS dialect as its reference describes it: REST by `curl` command lines, orders by a plain WebSocket client.

Usage: oms_scenario.py BASE_URL TRADER_TOKEN OPERATOR_TOKEN

The vendor publishes no client. The tokens are what `dragoman token oms --client demo` and `--client 'OMS$Control'` print.
"""

import json
import shutil
import subprocess
import sys
from decimal import Decimal

import websocket

from scenario import equal, eventually, member, passed, same_number

ACCOUNT = {"AccountID": "0001", "OwnerID": "DEMO"}


class Rest:
    """`curl` with a token, as the reference writes its examples."""

    def __init__(self, base_url, token):
        self.base_url, self.token = base_url, token

    def call(self, path, *options):
        command = ["curl", "--silent", "--show-error", "--globoff", "--noproxy", "*", "--max-time", "10",
                   "--oauth2-bearer", self.token, "--write-out", "\n%{http_code}", *options, self.base_url + path]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        body, _, status = output.rpartition("\n")
        return int(status), body

    def get(self, path, *options):
        status, body = self.call(path, *options)
        equal(f"status of GET {path}", status, 200)
        return json.loads(body, parse_float=Decimal)


class Stream:
    """The WebSocket: one JSON message in a frame, answers found by the id of the call."""

    def __init__(self, base_url, token):
        url = base_url.replace("http", "ws", 1) + "/streaming"
        self.socket = websocket.create_connection(url, header={"Authorization": f"Bearer {token}"}, timeout=10)
        self.calls = 0

    def call(self, kind, **members):
        self.calls += 1
        message = {"Type": f"RequestMessageType_{kind}", "RequestID": str(self.calls), **members}
        self.socket.send(json.dumps(message))
        while True:
            event = self.read()
            if event["Type"] == "EventMessageType_Response" and event["Request"]["RequestID"] == str(self.calls):
                return event

    def read(self):
        return json.loads(self.socket.recv(), parse_float=Decimal)

    def order(self, kind, request_id, details):
        request = {"Type": f"ClientRequestType_{kind}", "RequestID": request_id, "Account": ACCOUNT, kind: details}
        return self.call("ClientRequest", Request=request)["RequestResponse"]


def main(base_url, trader_token, operator_token):
    if shutil.which("curl") is None:
        sys.exit("curl is missing: install it; the reference of this dialect describes its calls as curl command lines")
    trader, operator = Rest(base_url, trader_token), Rest(base_url, operator_token)

    # Who is asking, and what there is.
    equal("ping", trader.call("/diagnostics/ping"), (200, "OK"))
    me = trader.get("/identity/current")
    equal("identity", me["Identity"], "Client:demo")
    equal("owners", me["Owners"], ["DEMO"])
    accounts = [each["Account"] for each in trader.get("/account")]
    member("accounts", ACCOUNT, accounts)
    exchange = trader.get("/exchange")[0]
    statuses = {each["Code"]: each for each in exchange["OrderStatuses"]}
    equal("a filled order is completed", statuses["Filled"]["IsCompleted"], True)
    equal("a working order may be canceled", statuses["OnMarket"]["CanCancel"], True)

    symbol = {"Code": "TSLA", "Exchange": exchange["Exchange"]}
    destination = {"ExDestination": exchange["Destinations"][0]["ExDestination"]}
    path = "/order/for/DEMO/0001"

    stream = Stream(base_url, trader_token)

    # A limit order far from the market is placed and read.
    placed = stream.order("New", "R-1", {
        **symbol, **destination, "Side": "SIDE_BUY", "OrderType": "ORDERTYPE_LIMIT", "Price": 20.25, "Quantity": 100,
        "Lifetime": "LIFETIME_GOOD_TILL_CANCEL",
    })
    equal("status of the request", placed["Status"], "Completed")
    order_id = placed["OrderID"]
    order = trader.get(f"{path}/{order_id}")
    equal("status", order["Status"], "OnMarket")
    equal("request id", order["RequestID"], "R-1")
    same_number("price", order["Price"], "20.25")
    same_number("quantity", order["Quantity"], 100)
    equal("not completed", "IsCompleted" in order, False)
    compact = trader.get(f"{path}/{order_id}", "--header", "X-OMS-Compact: true")
    equal("compact side", compact["Side"], "BUY")
    member("active orders", order_id, [each["OrderID"] for each in trader.get(f"{path}?onlyActive=true")])
    before_amending = order["Timestamp"]

    # Amended in place; as it was, it can still be read.
    amended = stream.order("Amend", "R-2", {
        "OrderID": order_id, "PrevRequestID": "R-1", **symbol, **destination, "Side": "SIDE_BUY",
        "OrderType": "ORDERTYPE_LIMIT", "Price": 20.5, "Quantity": 120, "Lifetime": "LIFETIME_GOOD_TILL_CANCEL",
    })
    equal("status of the request", amended["Status"], "Completed")
    equal("the same order", amended["OrderID"], order_id)
    same_number("quantity", trader.get(f"{path}/{order_id}")["Quantity"], 120)
    earlier = trader.get(f"{path}/{order_id}?asAt={before_amending.replace('+', '%2B')}")
    same_number("quantity before", earlier["Quantity"], 100)

    # Canceled.
    canceled = stream.order("Cancel", "R-3", {"OrderID": order_id, "PrevRequestID": "R-2", **symbol})
    equal("status of the request", canceled["Status"], "Completed")
    order = trader.get(f"{path}/{order_id}")
    equal("status", (order["Status"], order["IsCompleted"]), ("Cancelled", True))
    equal("active orders", trader.get(f"{path}?onlyActive=true"), [])

    # A market order is filled at once.
    bought = stream.order("New", "R-4", {
        **symbol, **destination, "Side": "SIDE_BUY", "OrderType": "ORDERTYPE_MARKET", "Quantity": 3,
        "Lifetime": "LIFETIME_IMMEDIATE_OR_CANCEL",
    })
    order = eventually("the fill", lambda: trader.get(f"{path}/{bought['OrderID']}"))
    equal("status", order["Status"], "Filled")
    same_number("executed", order["ExecutedQuantity"], 3)

    # What an operator may do: read everything, and put a state right.
    member("all orders", order_id, [each["OrderID"] for each in operator.get("/order")])
    equal("a trader may not", trader.call("/order")[0], 403)
    resting = stream.order("New", "R-5", {
        **symbol, **destination, "Side": "SIDE_BUY", "OrderType": "ORDERTYPE_LIMIT", "Price": 20.25, "Quantity": 10,
        "Lifetime": "LIFETIME_GOOD_TILL_CANCEL",
    })
    resting_path = f"{path}/{resting['OrderID']}"
    state = trader.get(resting_path)
    patch = ("--request", "PATCH", "--header", "Content-Type: application/json", "--data",
             json.dumps({**state, "Quantity": 8}, default=float))
    equal("a trader may not", trader.call(resting_path, *patch)[0], 403)
    same_number("put right", operator.get(resting_path, *patch)["Quantity"], 8)

    # Refusals.
    refused = stream.order("New", "R-6", {
        **symbol, **destination, "Side": "SIDE_BUY", "OrderType": "ORDERTYPE_LIMIT", "Price": 20.25,
        "Quantity": 100_000_000, "Lifetime": "LIFETIME_GOOD_TILL_CANCEL",
    })
    equal("status of the request", refused["Status"], "Rejected")
    if not refused["Errors"]:
        raise AssertionError(f"refused without a reason: {refused!r}")
    equal("an unknown order", trader.call(f"{path}/FFFFFFFFFFFFFFFF"), (404, ""))
    equal("another owner", trader.call("/order/for/NOBODY/0001")[0], 404)
    equal("no token", Rest(base_url, "not.a.token").call(path)[0], 401)

    passed("oms", 24)


if __name__ == "__main__":
    main(*sys.argv[1:4])
