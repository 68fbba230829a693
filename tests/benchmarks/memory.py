"""Says how many bytes a symmetric key takes: `python memory.py kmsmock 10000`, or `moto`.

Counted is what Python allocates and keeps for CreateKey, the event in kmsmock's record included;
`levers` makes the keys by `aws.kms_key()`, which is no call and leaves no event. What OpenSSL
allocates is not Python's, and counted by neither.
"""

import gc
import sys
import tracemalloc
from functools import partial

import boto3
from scenes import CREDENTIALS, REGION


def bytes_per_key(make, keys):
    make()
    gc.collect()
    tracemalloc.start()
    before, _peak = tracemalloc.get_traced_memory()
    for _ in range(keys):
        make()
    gc.collect()
    after, _peak = tracemalloc.get_traced_memory()
    return (after - before) / keys


def main(way, keys):
    if way == "moto":
        from moto import mock_aws as mock
    else:
        from kmsmock import mock_kms_cloudhsm as mock
    with mock() as aws:
        session = boto3.Session(region_name=REGION, **CREDENTIALS)
        make = aws.kms_key if way == "levers" else partial(session.client("kms").create_key)
        print(bytes_per_key(make, int(keys)))  # noqa: T201 - it is the answer


if __name__ == "__main__":
    main(*sys.argv[1:])
