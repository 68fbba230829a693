"""Rollbacks of a world with something of everything, whatever was done in it.

The file has one world for all its tests, which is what snapshots are for.
"""

import contextlib

import pytest
from botocore.exceptions import ClientError
from clients_at_hand import NO_RETRIES, REGION, SESSION
from hypothesis import given, settings
from hypothesis import strategies as st
from whole_world import describe

import kmsmock.snapshots
from kmsmock import mock_kms_cloudhsm

ROLE = "arn:aws:iam::123456789012:role/app"


class Rich:
    """A world with something of everything in it, and clients for it."""

    def __init__(self, aws):
        self.aws = aws
        self.kms = SESSION.client("kms", region_name=REGION, config=NO_RETRIES)
        self.west = SESSION.client("kms", region_name="us-west-2", config=NO_RETRIES)
        self.cloudhsm = SESSION.client("cloudhsmv2", region_name=REGION, config=NO_RETRIES)
        self.store = aws.key_store("store")
        make = self.kms.create_key
        kinds = (
            {},
            {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
            {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"},
            {"MultiRegion": True},
            {"Origin": "EXTERNAL"},
            {"Origin": "AWS_CLOUDHSM", "CustomKeyStoreId": self.store.custom_key_store_id},
        )
        self.keys = [make(**kind)["KeyMetadata"]["KeyId"] for kind in kinds]
        self.kms.replicate_key(KeyId=self.keys[3], ReplicaRegion="us-west-2")
        for number, key in enumerate(self.keys):
            self.kms.create_alias(AliasName=f"alias/{number}", TargetKeyId=key)
            if number in (0, 2):
                self.grant(key)
        self.kms.enable_key_rotation(KeyId=self.keys[0])
        self.kms.get_parameters_for_import(
            KeyId=self.keys[4], WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
        )
        self.app = aws.client("kms", principal=ROLE, config=NO_RETRIES)
        self.kms.schedule_key_deletion(KeyId=self.keys[1], PendingWindowInDays=10)
        self.start = aws.snapshot()

    def grant(self, key):
        self.kms.create_grant(KeyId=key, GranteePrincipal=ROLE, Operations=["DescribeKey"])

    @property
    def cluster(self):
        return self.store.cluster.cluster_id

    def delete_an_hsm(self):
        only = {"clusterIds": [self.cluster]}
        [cluster] = self.cloudhsm.describe_clusters(Filters=only)["Clusters"]
        self.cloudhsm.delete_hsm(ClusterId=self.cluster, HsmId=cluster["Hsms"][0]["HsmId"])

    def delete_backup(self):
        backup = self.cloudhsm.describe_backups()["Backups"][0]
        self.cloudhsm.delete_backup(BackupId=backup["BackupId"])

    def revoke(self, key):
        grant = self.kms.list_grants(KeyId=key)["Grants"][0]
        self.kms.revoke_grant(KeyId=key, GrantId=grant["GrantId"])

    def new_user(self):
        cli = self.aws.cloudhsm_cli(self.cluster)
        cli.login("admin", self.store.cluster.admin_password, "admin")
        cli.user_create("crypto", "password1", "crypto-user")


DEEDS = {
    "advance a little": lambda rich, _key: rich.aws.clock.advance(days=1),
    "advance a lot": lambda rich, _key: rich.aws.clock.advance(days=400),
    "freeze": lambda rich, _key: rich.aws.clock.freeze(),
    "make a key": lambda rich, _key: rich.kms.create_key(Tags=[{"TagKey": "a", "TagValue": "b"}]),
    "make a key elsewhere": lambda rich, _key: rich.west.create_key(),
    "disable": lambda rich, key: rich.kms.disable_key(KeyId=key),
    "describe": lambda rich, key: rich.kms.update_key_description(KeyId=key, Description="new"),
    "tag": lambda rich, key: rich.kms.tag_resource(
        KeyId=key, Tags=[{"TagKey": "a", "TagValue": "b"}]
    ),
    "name": lambda rich, key: rich.kms.create_alias(AliasName="alias/new", TargetKeyId=key),
    "rename": lambda rich, key: rich.kms.update_alias(AliasName="alias/0", TargetKeyId=key),
    "unname": lambda rich, _key: rich.kms.delete_alias(AliasName="alias/0"),
    "grant": lambda rich, key: rich.grant(key),
    "revoke": lambda rich, key: rich.revoke(key),
    "rotate": lambda rich, key: rich.kms.rotate_key_on_demand(KeyId=key),
    "stop rotating": lambda rich, key: rich.kms.disable_key_rotation(KeyId=key),
    "use": lambda rich, key: rich.kms.encrypt(KeyId=key, Plaintext=b"text"),
    "delete": lambda rich, key: rich.kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7),
    "keep": lambda rich, key: rich.kms.cancel_key_deletion(KeyId=key),
    "replicate": lambda rich, key: rich.kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-1"),
    "change places": lambda rich, key: rich.kms.update_primary_region(
        KeyId=key, PrimaryRegion="us-west-2"
    ),
    "ask for a token": lambda rich, key: rich.kms.get_parameters_for_import(
        KeyId=key, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
    ),
    "disconnect": lambda rich, _key: rich.kms.disconnect_custom_key_store(
        CustomKeyStoreId=rich.store.custom_key_store_id
    ),
    "connect": lambda rich, _key: rich.kms.connect_custom_key_store(
        CustomKeyStoreId=rich.store.custom_key_store_id
    ),
    "delete an HSM": lambda rich, _key: rich.delete_an_hsm(),
    "delete a backup": lambda rich, _key: rich.delete_backup(),
    "make a user": lambda rich, _key: rich.new_user(),
    "tag the cluster": lambda rich, _key: rich.cloudhsm.tag_resource(
        ResourceId=rich.cluster, TagList=[{"Key": "a", "Value": "b"}]
    ),
    "make a cluster": lambda rich, _key: rich.aws.cluster(hsms=1),
    "cut the network": lambda rich, _key: rich.aws.network.disconnect(rich.cluster),
    "declare a caller": lambda rich, _key: rich.aws.session(principal=f"{ROLE}2"),
    "forget a caller": lambda rich, _key: rich.aws.delete_principal(ROLE),
    "delay grants": lambda rich, _key: rich.aws.grants_need_tokens(minutes=3),
    "call as the caller": lambda rich, key: rich.app.describe_key(KeyId=key),
}


@pytest.fixture(scope="module")
def rich():
    """One for all examples, which is what snapshots are for."""
    with mock_kms_cloudhsm(region=REGION) as aws:
        aws.clock.freeze()
        yield Rich(aws)


def do(rich, deeds):
    """Do what can be done of it."""
    for deed, number in deeds:
        with contextlib.suppress(ClientError, LookupError):
            DEEDS[deed](rich, rich.keys[number])


deeds = st.lists(st.tuples(st.sampled_from(sorted(DEEDS)), st.integers(0, 5)), max_size=8)


@settings(max_examples=40, deadline=None)
@given(before=deeds, after=deeds, more=deeds)
def test_after_a_rollback_the_world_is_as_it_was(rich, before, after, more):
    """Whatever was done before and after, down to the last attribute; also forward again."""
    rich.aws.rollback(rich.start)
    do(rich, before)
    snapshot = rich.aws.snapshot()
    then = describe(rich.aws)
    do(rich, after)
    later = rich.aws.snapshot()
    later_then = describe(rich.aws)
    do(rich, more)

    rich.aws.rollback(snapshot)
    assert describe(rich.aws) == then
    do(rich, more)
    rich.aws.rollback(later)
    assert describe(rich.aws) == later_then
    rich.aws.rollback(snapshot)
    assert describe(rich.aws) == then


@settings(max_examples=15, deadline=None)
@given(deeds=deeds)
def test_what_is_done_after_a_rollback_goes_as_it_did_before(rich, deeds):
    """The same calls have the same outcomes."""
    rich.aws.rollback(rich.start)
    do(rich, deeds)
    states = [key["KeyId"] for key in rich.kms.list_keys()["Keys"] if key["KeyId"] in rich.keys]

    rich.aws.rollback(rich.start)
    do(rich, deeds)

    again = [key["KeyId"] for key in rich.kms.list_keys()["Keys"] if key["KeyId"] in rich.keys]
    assert again == states


UNCHANGING = {
    "IPv4Address",
    "IPv4Network",
    "RLock",
    "_lru_cache_wrapper",
    "builtin_function_or_method",
    "datetime",
    "lock",
    "timedelta",
    "timezone",
}
"""Types of others that the world leads to, none of which changes what a client sees."""


def test_a_snapshot_knows_every_type_that_the_world_leads_to(rich, monkeypatch):
    """An attribute that a snapshot could not put back fails here: give its type a way, or a reason.

    Attributes themselves need no list: all of them are found.
    """
    plain = {str, bytes, int, float, bool, type(None)}
    ways = {kind: way for kind, way in kmsmock.snapshots._WAYS.items() if way or kind in plain}
    monkeypatch.setattr(kmsmock.snapshots, "_WAYS", ways)
    version = kmsmock.snapshots._Version()

    version.keep(rich.aws._world)
    for key in rich.aws._world.region("123456789012", REGION).keys:
        version.keep(key)

    unchanging = {kind for kind, way in ways.items() if way is None} - plain
    foreign = {kind.__name__ for kind in unchanging if not kind.__module__.startswith("kmsmock.")}
    rich.aws.snapshot()
    assert foreign - UNCHANGING == set()
