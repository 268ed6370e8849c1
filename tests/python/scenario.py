"""What the scenarios share: comparing with a message that says what was seen, and waiting for an outcome."""

import time
from decimal import Decimal


def equal(what, seen, wanted):
    """Fails unless the value is the wanted one."""
    if seen != wanted:
        raise AssertionError(f"{what}: wanted {wanted!r}, saw {seen!r}")


def same_number(what, seen, wanted):
    """Fails unless both are the same number, however they are written."""
    equal(what, Decimal(str(seen)), Decimal(str(wanted)))


def member(what, needle, haystack):
    """Fails unless the needle is in the haystack."""
    if needle not in haystack:
        raise AssertionError(f"{what}: {needle!r} is not in {haystack!r}")


def refused(what, kind, call):
    """Fails unless the call raises an exception of this kind, which is returned."""
    try:
        answer = call()
    except kind as refusal:
        return refusal
    raise AssertionError(f"{what}: wanted {kind.__name__}, saw the answer {answer!r}")


def eventually(what, probe, limit=5.0):
    """Calls the probe until it returns something true, and returns that."""
    deadline = time.monotonic() + limit
    while True:
        outcome = probe()
        if outcome:
            return outcome
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {limit} seconds")
        time.sleep(0.01)


def passed(name, steps):
    """Tells the suite that every step held."""
    print(f"{name}: {steps} steps passed")
