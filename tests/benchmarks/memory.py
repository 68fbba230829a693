"""Says how many bytes a call leaves behind: `python memory.py kmsmock CreateKey 10000`, or `moto`.

Counted is what Python allocates and keeps, the event in kmsmock's record included. What OpenSSL
allocates is not Python's, and not counted.
"""

import gc
import sys
import tracemalloc
from functools import partial

import boto3
from scenes import CREDENTIALS, REGION, make_key

KIBIBYTES_4 = bytes(4096)
"""The longest that Encrypt takes."""


def bytes_per_call(call, calls):
    """Give the bytes that are kept, after one call that warms up."""
    call()
    gc.collect()
    tracemalloc.start()
    before, _peak = tracemalloc.get_traced_memory()
    for _ in range(calls):
        call()
    gc.collect()
    after, _peak = tracemalloc.get_traced_memory()
    return (after - before) / calls


def main(mocks, operation, calls):
    """Print it."""
    if mocks == "moto":
        from moto import mock_aws as mock
    else:
        from kmsmock import mock_kms_cloudhsm as mock
    with mock():
        kms = boto3.Session(region_name=REGION, **CREDENTIALS).client("kms")
        call = {
            "CreateKey": partial(make_key, kms),
            "Encrypt": partial(kms.encrypt, KeyId=make_key(kms), Plaintext=KIBIBYTES_4),
        }[operation]
        print(bytes_per_call(call, int(calls)))  # noqa: T201 - it is the answer


if __name__ == "__main__":
    main(*sys.argv[1:])
