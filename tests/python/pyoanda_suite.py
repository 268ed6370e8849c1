"""PyOanda's own integration suite, unmodified, against the sandbox of the OANDA dialect.

Usage: pyoanda_suite.py PROXY_URL

The suite speaks to the vendor's sandbox hosts by name. With the gateway for its proxy it reaches mounts of those names.
"""

import os
import sys
import unittest

TESTS = 24
SKIPPED_BY_ITSELF = 2


def main(proxy):
    os.environ["HTTP_PROXY"] = os.environ["http_proxy"] = proxy
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = ""
    import pyoanda.tests._test_integration as suite

    folder = os.path.dirname(suite.__file__)
    top = os.path.dirname(os.path.dirname(os.path.dirname(folder)))
    tests = unittest.defaultTestLoader.discover(folder, "test_*.py", top)
    result = unittest.TextTestRunner().run(tests)
    if not result.wasSuccessful() or result.testsRun != TESTS or len(result.skipped) != SKIPPED_BY_ITSELF:
        raise SystemExit(f"{result.testsRun} tests ran, {len(result.skipped)} were skipped")


main(sys.argv[1])
