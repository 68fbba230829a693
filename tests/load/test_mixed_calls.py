"""Sixteen threads with mixed calls to both services on one world: see amounts.py for how many.

Each thread keeps a ledger of what it did; all ledgers together are what the world must have.
"""

import collections
import concurrent.futures
import itertools
import random
import sys
import threading

import boto3
import pytest
from amounts import CALLS, THREADS
from botocore.exceptions import ClientError
from clients_at_hand import NO_RETRIES, REGION
from policies import ROLE

from kmsmock import mock_kms_cloudhsm

CONTESTED = 8
"""Aliases that every thread wants."""
DIGEST = {"Message": b"message", "SigningAlgorithm": "ECDSA_SHA_256"}


class Shared:
    """What all threads work on.

    Attributes:
        sealed: ciphertexts of all threads, for each other to read.
    """

    def __init__(self, aws, kms):
        def create(**members):
            return kms.create_key(**members)["KeyMetadata"]["KeyId"]

        self.key, self.switch, self.rotated = create(), create(), create(MultiRegion=True)
        self.signing = create(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
        store = aws.key_store("shared")
        self.store, self.cluster = store.custom_key_store_id, store.cluster.cluster_id
        self.keys = {self.key, self.switch, self.rotated, self.signing}
        self.sealed = collections.deque(maxlen=64)
        self.owners = itertools.count()


class Worker:
    """One thread: its clients, and the ledger of what it did.

    Attributes:
        requests: request id -> operation, of every call that was answered or refused.
        keys: those that it made, and whether they are enabled.
    """

    def __init__(self, number, shared, session):
        self.number, self.shared = number, shared
        self.random = random.Random(number)
        self.kms, self.cloudhsm = (
            session.client(service, region_name=REGION, config=NO_RETRIES)
            for service in ("kms", "cloudhsmv2")
        )
        self.requests, self.keys, self.aliases = {}, {}, {}
        self.grants, self.tags, self.won, self.rotations = set(), {}, set(), 0

    def call(self, operation, *deserved, of="kms", **request):
        """Make a call; give the answer, or the code of an error that it deserves."""
        client = getattr(self, of)
        try:
            reply = getattr(client, operation)(**request)
        except ClientError as error:
            reply = error.response
        name = client.meta.method_to_api_mapping[operation]
        self.requests[reply["ResponseMetadata"]["RequestId"]] = name
        code = reply.get("Error", {}).get("Code")
        assert code is None or code in deserved, (operation, reply)
        return code or reply

    def work(self, calls):
        """Do one thing after another until so many calls are made."""
        deeds = [getattr(self, name) for name in dir(self) if name.startswith("do_")]
        while len(self.requests) < calls:
            self.random.choice(deeds)()

    def own_key(self):
        """One of the keys that this thread made."""
        if not self.keys:
            self.do_create_key()
        return self.random.choice(list(self.keys))

    # What a thread does

    def do_create_key(self):
        key_id = self.call("create_key")["KeyMetadata"]["KeyId"]
        assert key_id not in self.keys
        self.keys[key_id] = True

    def do_create_a_key_in_the_store(self):
        made = self.call("create_key", Origin="AWS_CLOUDHSM", CustomKeyStoreId=self.shared.store)
        self.keys[made["KeyMetadata"]["KeyId"]] = True

    def do_switch_an_own_key(self):
        key_id = self.own_key()
        self.keys[key_id] = not self.keys[key_id]
        self.call("enable_key" if self.keys[key_id] else "disable_key", KeyId=key_id)
        refusal = self.call("encrypt", "DisabledException", KeyId=key_id, Plaintext=b"x")
        assert (refusal == "DisabledException") != self.keys[key_id]

    def do_name_an_own_key(self):
        key_id, name = self.own_key(), f"alias/{self.number}-{len(self.aliases)}"
        if list(self.aliases.values()).count(key_id) < 50:
            self.call("create_alias", AliasName=name, TargetKeyId=key_id)
            self.aliases[name] = key_id

    def do_move_a_name(self):
        key_id = self.own_key()
        if self.aliases and list(self.aliases.values()).count(key_id) < 49:
            name = self.random.choice(list(self.aliases))
            self.call("update_alias", AliasName=name, TargetKeyId=key_id)
            self.aliases[name] = key_id

    def do_claim_a_contested_name(self):
        name = f"alias/contested-{self.random.randrange(CONTESTED)}"
        reply = self.call(
            "create_alias", "AlreadyExistsException", AliasName=name, TargetKeyId=self.shared.key
        )
        if reply != "AlreadyExistsException":
            assert name not in self.won
            self.won.add(name)

    def do_tag_the_shared_key(self):
        name = f"{self.number}-{self.random.randrange(3)}"  # 48 in all; 50 are allowed
        self.tags[name] = str(len(self.requests))
        tags = [{"TagKey": name, "TagValue": self.tags[name]}]
        self.call("tag_resource", KeyId=self.shared.key, Tags=tags)

    def do_grant_and_revoke(self):
        for _ in range(2):
            made = self.call(
                "create_grant",
                KeyId=self.shared.key,
                GranteePrincipal=ROLE,
                Operations=["Decrypt"],
            )
            self.grants.add(made["GrantId"])
        self.call("revoke_grant", KeyId=self.shared.key, GrantId=self.grants.pop())

    def do_encrypt(self):
        plaintext = self.random.randbytes(16)
        key_id = self.random.choice((self.shared.key, self.shared.rotated))
        sealed = self.call("encrypt", KeyId=key_id, Plaintext=plaintext)
        self.shared.sealed.append((sealed["CiphertextBlob"], plaintext))

    def do_read_what_another_thread_encrypted(self):
        try:
            blob, plaintext = self.random.choice(self.shared.sealed)
        except IndexError:  # there is none yet, or it grew meanwhile
            return
        assert self.call("decrypt", CiphertextBlob=blob)["Plaintext"] == plaintext
        again = self.call("re_encrypt", CiphertextBlob=blob, DestinationKeyId=self.shared.key)
        self.shared.sealed.append((again["CiphertextBlob"], plaintext))

    def do_use_a_key_that_others_switch(self):
        operation = self.random.choice(("enable_key", "disable_key"))
        self.call(operation, KeyId=self.shared.switch)
        self.call(
            "generate_data_key", "DisabledException", KeyId=self.shared.switch, KeySpec="AES_256"
        )

    def do_rotate(self):
        reply = self.call(
            "rotate_key_on_demand",
            "LimitExceededException",
            "ConflictException",
            KeyId=self.shared.rotated,
        )
        self.rotations += not isinstance(reply, str)

    def do_sign(self):
        signature = self.call("sign", KeyId=self.shared.signing, **DIGEST)["Signature"]
        self.call("verify", KeyId=self.shared.signing, Signature=signature, **DIGEST)

    def do_schedule_and_cancel(self):
        key_id = self.own_key()
        self.call("schedule_key_deletion", KeyId=key_id)
        self.call("cancel_key_deletion", KeyId=key_id)
        self.keys[key_id] = False

    def do_list(self):
        self.call("list_keys", Limit=50)
        self.call("list_aliases", Limit=20)
        self.call("list_grants", KeyId=self.shared.key, Limit=10)
        self.call("describe_custom_key_stores")

    def do_look_at_the_cluster(self):
        filters = {"clusterIds": [self.shared.cluster]}
        self.call("describe_clusters", of="cloudhsm", Filters=filters)

    def do_tag_the_cluster(self):
        if next(self.shared.owners) < 40:
            tags = [{"Key": f"t{self.number}", "Value": str(len(self.requests))}]
            self.call("tag_resource", of="cloudhsm", ResourceId=self.shared.cluster, TagList=tags)
        self.call("generate_random", NumberOfBytes=8, CustomKeyStoreId=self.shared.store)


@pytest.fixture(scope="module")
def after_the_storm():
    """The world afterwards, what was shared, and the workers with their ledgers."""
    with mock_kms_cloudhsm(region=REGION) as aws:
        session = boto3.Session()
        kms = session.client("kms", region_name=REGION)
        shared = Shared(aws, kms)
        calls_before = len(aws.events)
        workers = [Worker(number, shared, session) for number in range(THREADS)]
        together = threading.Barrier(THREADS)

        def begin(worker):
            together.wait(timeout=60)
            worker.work(CALLS)

        patience = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)  # a thread is interrupted wherever it may be
        try:
            with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
                list(pool.map(begin, workers))
        finally:
            sys.setswitchinterval(patience)
        yield kms, shared, workers, aws.events[calls_before:]


def everything(kms, operation, **request):
    """The listed things on all pages."""
    pages = kms.get_paginator(operation).paginate(**request)
    names = {"list_keys": "Keys", "list_aliases": "Aliases", "list_grants": "Grants"}
    return [thing for page in pages for thing in page[names[operation]]]


def test_every_key_is_listed(after_the_storm):
    """All that were created, each once, by whichever thread."""
    kms, shared, workers, _ = after_the_storm

    listed = [entry["KeyId"] for entry in everything(kms, "list_keys")]

    made = [key_id for worker in workers for key_id in worker.keys]
    assert sorted(listed) == sorted([*made, *shared.keys])


def test_every_key_is_as_its_thread_left_it(after_the_storm):
    """Enabled or Disabled."""
    kms, _, workers, _ = after_the_storm

    for worker in workers:
        for key_id, enabled in worker.keys.items():
            assert kms.describe_key(KeyId=key_id)["KeyMetadata"]["Enabled"] == enabled


def test_every_alias_stands_for_its_key(after_the_storm):
    """Each name once; of all who wanted a contested one exactly one got it."""
    kms, shared, workers, _ = after_the_storm

    listed = [
        (entry["AliasName"], entry["TargetKeyId"])
        for entry in everything(kms, "list_aliases")
        if "TargetKeyId" in entry
    ]

    won = [name for worker in workers for name in worker.won]
    own = [pair for worker in workers for pair in worker.aliases.items()]
    assert len(won) == len(set(won))
    assert sorted(listed) == sorted([*own, *((name, shared.key) for name in won)])


def test_no_tag_is_lost(after_the_storm):
    """Tags that all threads put on one key are all there, with each one's last value."""
    kms, shared, workers, _ = after_the_storm

    tags = kms.list_resource_tags(KeyId=shared.key)["Tags"]

    put = {name: value for worker in workers for name, value in worker.tags.items()}
    assert {tag["TagKey"]: tag["TagValue"] for tag in tags} == put


def test_every_grant_is_there(after_the_storm):
    """All but the revoked ones."""
    kms, shared, workers, _ = after_the_storm

    grants = everything(kms, "list_grants", KeyId=shared.key)

    made = [grant_id for worker in workers for grant_id in worker.grants]
    assert sorted(grant["GrantId"] for grant in grants) == sorted(made)


def test_every_rotation_is_counted(after_the_storm):
    """As many as succeeded, and no more than the quota."""
    kms, shared, workers, _ = after_the_storm

    listed = kms.list_key_rotations(KeyId=shared.rotated)["Rotations"]

    assert len(listed) == sum(worker.rotations for worker in workers) <= 25


def test_every_ciphertext_opens(after_the_storm):
    """The last ones of all threads."""
    kms, shared, _, _ = after_the_storm

    for blob, plaintext in shared.sealed:
        assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == plaintext


def test_every_call_is_an_event(after_the_storm):
    """One for each, under its request id and its name, and none that nobody made."""
    *_, workers, events = after_the_storm

    recorded = [
        (event["requestID"], event["eventName"])
        for event in events
        if event["eventType"] == "AwsApiCall"
    ]

    made = [pair for worker in workers for pair in worker.requests.items()]
    assert sorted(recorded) == sorted(made)
    assert len(made) >= THREADS * CALLS
