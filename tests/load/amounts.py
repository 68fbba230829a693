"""How much load the tests in this folder make: little in the default run, all of it when asked.

    KMSMOCK_LOAD=full pytest -n0 tests/load

makes 16 threads call 2,000 times each, and worlds of 100,000 keys.
"""

import os

FULL = os.environ.get("KMSMOCK_LOAD") == "full"
THREADS = 16
CALLS = 2000 if FULL else 40
"""Of each thread."""
KEYS = 100_000 if FULL else 2000
