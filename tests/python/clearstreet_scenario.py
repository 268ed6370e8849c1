"""clearstreet 0.6.0, unmodified, trades against the Clear Street dialect.

Usage: clearstreet_scenario.py BASE_URL

The client runs with strict validation of every answer, so that a missing or mistyped member fails here.
"""

import sys
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from clearstreet import (
    AuthenticationError,
    BadRequestError,
    ClearStreet,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
)

from scenario import equal, eventually, member, passed, refused, same_number

ACCOUNT = 19816
FOREIGN_ACCOUNT = 19817
KEY = "demo.clearstreet-key"


def client_of(base_url, key):
    return ClearStreet(api_key=key, base_url=base_url, max_retries=0, _strict_response_validation=True)


def every_order_type(client):
    """Each type is placed, read, listed and taken back; what follows the market shows where it is."""
    orders = client.v1.orders
    buy = {"quantity": "1", "side": "BUY", "symbol": "TSLA", "time_in_force": "GOOD_TILL_CANCEL"}
    shapes = [
        {"order_type": "LIMIT", "limit_price": "20.00"},
        {"order_type": "STOP", "stop_price": "90.00"},
        {"order_type": "STOP_LIMIT", "stop_price": "90.00", "limit_price": "91.00"},
        {"order_type": "TRAILING_STOP", "trailing_offset": "1500", "trailing_offset_type": "BPS"},
        {"order_type": "TRAILING_STOP_LIMIT", "trailing_offset": "20.00", "trailing_offset_type": "PRICE",
         "limit_offset": "0.50"},
    ]
    placed = orders.submit_orders(ACCOUNT, orders=[{**buy, **shape} for shape in shapes]).data
    equal("all types", [each.order_type for each in placed], [shape["order_type"] for shape in shapes])
    for each, shape in zip(placed, shapes):
        order = orders.get_order_by_id(each.id, account_id=ACCOUNT).data
        equal(f"{shape['order_type']} waits", order.status, "NEW")
        for field, value in shape.items():
            equal(f"{field} as sent", getattr(order, field), value)
        if shape["order_type"].startswith("TRAILING"):
            equal("a trailing order watches", order.trailing_watermark_ts is not None, True)
            stop, watermark = Decimal(order.trailing_stop_px), Decimal(order.trailing_watermark_px)
            equal("a stop beyond the watermark", stop > watermark, True)
    orders.replace_order(placed[2].id, account_id=ACCOUNT, stop_price="92.00", limit_price="93.00")
    replaced = orders.get_order_by_id(placed[2].id, account_id=ACCOUNT).data
    equal("replaced", (replaced.stop_price, replaced.limit_price), ("92.00", "93.00"))
    stops = orders.get_orders(ACCOUNT, order_ids=[placed[1].id, placed[2].id]).data
    equal("by id", [each.id for each in stops], [placed[1].id, placed[2].id])
    listed = orders.get_orders(ACCOUNT, instrument_type="COMMON_STOCK", instrument_ids=["TSLA"], page_size=2)
    equal("a page", (len(listed.data), listed.metadata.page_number), (2, 1))
    following = orders.get_orders(ACCOUNT, instrument_type="COMMON_STOCK", instrument_ids=["TSLA"],
                                  page_token=listed.metadata.next_page_token)
    equal("the next page", following.metadata.page_number, 2)
    equal("taken back", len(orders.cancel_all_open_orders(ACCOUNT).data), len(shapes))
    at_once = [{**buy, "order_type": "LIMIT", "limit_price": "20.00", "time_in_force": word}
               for word in ("IMMEDIATE_OR_CANCEL", "FILL_OR_KILL")]
    for each in orders.submit_orders(ACCOUNT, orders=at_once).data:
        equal("nothing at once", orders.get_order_by_id(each.id, account_id=ACCOUNT).data.status, "CANCELED")


def options(client, tesla):
    """A contract is found and bought; one is exercised, and one is sold."""
    instruments = client.v1.instruments
    contracts = instruments.get_option_contracts(underlier="TSLA").data
    equal("contracts are on it", {each.underlying_instrument_id for each in contracts}, {tesla.id})
    call = next(each for each in contracts if each.contract_type == "CALL")
    same = instruments.get_option_contracts(underlying_instrument_id=tesla.id, expiry=call.expiry, contract_type="CALL")
    member("by day", call.id, [each.id for each in same.data])
    shown = instruments.get_instrument_by_id("TSLA", include_options_expiry_dates=True).data
    member("expiries", call.expiry, shown.options_expiry_dates)
    found = instruments.search_instruments(q=call.symbol, asset_class="OPTION").data
    equal("found", [each.id for each in found], [call.id])
    before = client.v1.positions.get_positions(ACCOUNT, instrument_ids=["TSLA"]).data
    owned = sum(Decimal(each.quantity) for each in before)
    bought = client.v1.orders.submit_orders(ACCOUNT, orders=[{
        "order_type": "MARKET", "quantity": "2", "side": "BUY", "symbol": call.symbol, "time_in_force": "DAY",
    }]).data[0]
    equal("an option", (bought.instrument_type, bought.underlying_instrument_id), ("OPTION", tesla.id))
    position = client.v1.positions.get_positions(ACCOUNT, instrument_ids=[call.id]).data[0]
    same_number("its worth", position.market_value, 200 * Decimal(position.instrument_price))
    on_it = client.v1.orders.get_orders(ACCOUNT, underlying_instrument_ids=["TSLA"]).data
    equal("orders on it", [each.id for each in on_it], [bought.id])
    exercise = [{"instruction_type": "EXERCISE", "instrument_id": call.id, "quantity": "1", "instruction_id": "mine-1"}]
    sent = client.v1.positions.submit_position_instructions(ACCOUNT, instructions=exercise).data[0]
    equal("an exercise", (sent.status, sent.symbol), ("SENT", call.symbol))
    kept = client.v1.positions.get_position_instructions(ACCOUNT, instrument_id=call.symbol).data
    equal("it is kept", [(each.id, each.instruction_id, each.status) for each in kept],
          [(sent.id, "mine-1", "ACCEPTED")])
    refused("the same once more", ConflictError, lambda: client.v1.positions.submit_position_instructions(
        ACCOUNT, instructions=exercise))
    refused("one that is over", ConflictError, lambda: client.v1.positions.cancel_position_instruction(
        sent.id, account_id=ACCOUNT))
    shares = client.v1.positions.get_positions(ACCOUNT, instrument_ids=["TSLA"]).data[0]
    same_number("what it delivered", shares.quantity, owned + 100)
    refused("an unknown instruction", NotFoundError, lambda: client.v1.positions.cancel_position_instruction(
        bought.id, account_id=ACCOUNT))
    closed = client.v1.positions.close_position(call.symbol, account_id=ACCOUNT, cancel_orders=True).data
    equal("closed by", [(each.side, each.quantity) for each in closed], [("SELL", "1")])


def short_sales(client):
    """A share that the account does not own is sold, and bought back."""
    orders, positions = client.v1.orders, client.v1.positions
    shown = client.v1.instruments.get_instrument_by_id("MSFT").data
    equal("can be sold short", (shown.is_short_prohibited, shown.easy_to_borrow), (False, True))
    equal("who may", client.v1.accounts.get_account_by_id(ACCOUNT).data.subtype, "MARGIN")
    sale = {"order_type": "MARKET", "quantity": "20", "side": "SELL_SHORT", "symbol": "MSFT", "time_in_force": "DAY"}
    if positions.get_positions(ACCOUNT, instrument_ids=["MSFT"]).data:
        refused("while long", BadRequestError, lambda: orders.submit_orders(ACCOUNT, orders=[sale]))
        positions.close_position("MSFT", account_id=ACCOUNT, cancel_orders=True)
    before = Decimal(client.v1.accounts.get_account_balances(ACCOUNT).data.buying_power)
    sold = orders.submit_orders(ACCOUNT, orders=[sale]).data[0]
    equal("its side", sold.side, "SELL_SHORT")
    eventually("it is filled", lambda: orders.get_order_by_id(sold.id, account_id=ACCOUNT).data.status == "FILLED")
    position = positions.get_positions(ACCOUNT, instrument_ids=["MSFT"]).data[0]
    equal("short", (position.position_type, position.quantity), ("SHORT", "-20"))
    balances = client.v1.accounts.get_account_balances(ACCOUNT).data
    same_number("its value", balances.short_market_value, -Decimal(position.market_value))
    same_number("half of it is the account's", balances.buying_power, before + Decimal(position.cost_basis) / 2)
    crossing = {**sale, "side": "BUY", "quantity": "21"}
    refused("crossing to long", BadRequestError, lambda: orders.submit_orders(ACCOUNT, orders=[crossing]))
    covers = orders.submit_orders(ACCOUNT, orders=[{**crossing, "quantity": "5"}]).data[0]
    eventually("it is filled", lambda: orders.get_order_by_id(covers.id, account_id=ACCOUNT).data.status == "FILLED")
    equal("less short", positions.get_positions(ACCOUNT, instrument_ids=["MSFT"]).data[0].quantity, "-15")
    closed = positions.close_position("MSFT", account_id=ACCOUNT).data
    equal("covered by", [(each.side, each.quantity) for each in closed], [("BUY", "15")])
    equal("flat", positions.get_positions(ACCOUNT, instrument_ids=["MSFT"]).data, [])


def watchlists(client, tesla):
    """A watchlist is made, filled, read and deleted."""
    lists = client.v1.watchlist
    made = lists.create_watchlist(name="scenario").data
    member("watchlists", made.id, [each.id for each in lists.get_watchlists(page_size=10).data])
    added = lists.add_watchlist_item(made.id, instrument_id=tesla.id).data
    item = lists.get_watchlist_by_id(made.id).data.items[0]
    equal("the item", (item.id, item.instrument.symbol), (added.item_id, "TSLA"))
    refused("an item twice", ConflictError, lambda: lists.add_watchlist_item(made.id, instrument_id="TSLA"))
    lists.delete_watchlist_item(added.item_id, watchlist_id=made.id)
    lists.delete_watchlist(made.id)
    refused("a deleted watchlist", NotFoundError, lambda: lists.get_watchlist_by_id(made.id))


def everything_else(client, tesla):
    """The operations that are not about placing a share order."""
    every_order_type(client)
    options(client, tesla)
    watchlists(client, tesla)

    accounts = client.v1.accounts
    balances = accounts.get_account_balances(ACCOUNT, top_margin_contributors_limit=3).data
    equal("balances", (balances.account_id, balances.currency), (ACCOUNT, "USD"))
    equal("settings", accounts.patch_account_by_id(ACCOUNT, risk={"max_notional": "9000000.00"}).data.risk.max_notional,
          "9000000.00")
    equal("settings as they are", accounts.patch_account_by_id(ACCOUNT).data.risk.max_notional, "9000000.00")
    member("by name", ACCOUNT, [each.id for each in accounts.get_accounts(account_name="test", account_id="198").data])
    now = client.v1.calendar.get_clock().data.clock
    history = accounts.get_portfolio_history(ACCOUNT, start_date=(now - timedelta(days=2)).date()).data.segments
    equal("history has today", len(history) >= 1, True)

    positions = client.v1.positions
    held = positions.get_positions(ACCOUNT, sort_by="MARKET_VALUE", sort_direction="DESC").data
    member("positions", "TSLA", [each.symbol for each in held])
    closed = positions.close_positions(ACCOUNT, cancel_orders=True).data
    member("closed", "TSLA", [each.symbol for each in closed])

    short_sales(client)

    data = client.v1.instrument_data.market_data
    snapshot = data.get_snapshots(instrument_ids=["TSLA"]).data[0]
    equal("a quote and a trade", (snapshot.last_quote is None, snapshot.last_trade is None), (False, False))
    equal("a summary", data.get_daily_summaries(instrument_ids="TSLA").data[0].symbol, "TSLA")
    hours = client.v1.calendar.get_market_hours_calendar(date="2026-11-27", market="us_equities").data[0]
    equal("an early close", hours.status.day_type, "EARLY_CLOSE")
    found = client.v1.instruments.search_instruments(q="tesla").data
    member("found", "TSLA", [each.symbol for each in found])


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

    everything_else(client, tesla)

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

    passed("clearstreet 0.6.0", 73)


if __name__ == "__main__":
    main(sys.argv[1])
