"""A world of very many keys, made through the API: see amounts.py for how many.

100,000 are KMS's quota in an account and Region, and kmsmock must bear them.
"""

import random
import statistics
import time
import tracemalloc
from typing import NamedTuple

import boto3
import pytest
from amounts import FULL, KEYS
from clients_at_hand import NO_RETRIES, REGION
from expect import refused

from kmsmock import mock_kms_cloudhsm

EVERY = 10
"""One key of so many has an alias."""
SOME = 200
full_load_only = pytest.mark.skipif(not FULL, reason="KMSMOCK_LOAD=full asks for it")


class Crowd(NamedTuple):
    """Very many keys.

    Attributes:
        key_ids: in the order of their creation; the key's number is its description.
        bytes_each: what each of the last ones takes, with its alias and its events.
        alone: seconds of work that a DescribeKey took in the world with a single key.
    """

    kms: object
    key_ids: list
    bytes_each: float
    alone: float


@pytest.fixture(scope="module")
def crowd():
    """A world of them."""
    with mock_kms_cloudhsm(region=REGION):
        kms = boto3.client("kms", region_name=REGION, config=NO_RETRIES)
        key_ids = [kms.create_key(Description="0")["KeyMetadata"]["KeyId"]]
        alone = duration(lambda: kms.describe_key(KeyId=key_ids[0]))
        kms.create_alias(AliasName="alias/0", TargetKeyId=key_ids[0])
        for number in range(1, KEYS):
            if number == KEYS - SOME:
                tracemalloc.start()
            key_id = kms.create_key(Description=str(number))["KeyMetadata"]["KeyId"]
            if number % EVERY == 0:
                kms.create_alias(AliasName=f"alias/{number}", TargetKeyId=key_id)
            key_ids.append(key_id)
        taken, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        yield Crowd(kms, key_ids, taken / SOME, alone)


def duration(call):
    """Seconds of work that a call usually takes."""
    taken = []
    for _ in range(SOME):
        begin = time.process_time()
        call()
        taken.append(time.process_time() - begin)
    return statistics.median(taken)


def listed(kms, size):
    """The ids on all pages of a size."""
    pages = kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": size})
    return [entry["KeyId"] for page in pages for entry in page["Keys"]]


def test_pages_have_every_key_once(crowd):
    """As many pages as it takes, without a gap or a repetition."""
    ids = listed(crowd.kms, 1000)

    assert len(ids) == KEYS
    assert set(ids) == set(crowd.key_ids)


def test_every_alias_is_listed(crowd):
    """On pages of a hundred."""
    pages = crowd.kms.get_paginator("list_aliases").paginate(PaginationConfig={"PageSize": 100})

    names = [entry["AliasName"] for page in pages for entry in page["Aliases"]]

    own = [name for name in names if not name.startswith("alias/aws/")]
    assert sorted(own) == sorted(f"alias/{number}" for number in range(0, KEYS, EVERY))


def test_keys_are_found_by_alias_and_by_id(crowd):
    """Some of them, wherever they are."""
    for number in random.Random(1).sample(range(0, KEYS, EVERY), min(SOME, KEYS // EVERY)):
        for name in (f"alias/{number}", crowd.key_ids[number]):
            found = crowd.kms.describe_key(KeyId=name)["KeyMetadata"]
            assert (found["KeyId"], found["Description"]) == (
                crowd.key_ids[number],
                str(number),
            )


def test_keys_are_used(crowd):
    """What one of them encrypts it decrypts."""
    for key_id in random.Random(2).sample(crowd.key_ids, 20):
        sealed = crowd.kms.encrypt(KeyId=key_id, Plaintext=key_id.encode())["CiphertextBlob"]
        assert crowd.kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == key_id.encode()


def test_a_key_takes_little_memory(crowd):
    """A few kilobytes, its events included."""
    assert crowd.bytes_each < 10_000


@full_load_only
def test_the_quota_is_full(crowd):
    """The next key is one too many."""
    with refused("LimitExceededException"):
        crowd.kms.create_key()


@full_load_only
def test_a_call_takes_no_longer_among_many_keys(crowd):
    """Nothing is searched for among all keys."""
    kms, some = crowd.kms, random.Random(3)

    by_id = duration(lambda: kms.describe_key(KeyId=some.choice(crowd.key_ids)))
    by_name = duration(lambda: kms.describe_key(KeyId=f"alias/{some.randrange(0, KEYS, EVERY)}"))

    assert max(by_id, by_name) < 3 * crowd.alone
