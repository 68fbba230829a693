"""CreateKey with MultiRegion, and ReplicateKey."""

import json
import re

import boto3
import pytest
from expect import refused
from multi_region import (
    AWAY,
    FAR,
    HOME,
    arn,
    client,
    configuration,
    metadata,
    new_primary,
    new_related,
    state,
)

from kmsmock import mock_kms_cloudhsm

POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ],
}


@pytest.fixture
def away(aws):
    """A client of the replica's Region."""
    return client(AWAY)


@pytest.fixture
def primary(kms):
    """The id of a primary without replicas."""
    return new_primary(kms)


def test_multi_region_key_begins_as_a_primary_without_replicas(kms):
    """CreateKey with MultiRegion makes a primary, whose list of replicas is there and empty."""
    key = kms.create_key(MultiRegion=True)["KeyMetadata"]

    assert re.fullmatch("mrk-[0-9a-f]{32}", key["KeyId"])
    assert key["Arn"] == arn(key["KeyId"], HOME)
    assert key["MultiRegion"] is True
    assert key["MultiRegionConfiguration"] == configuration(key["KeyId"], "PRIMARY", HOME)


@pytest.mark.parametrize("members", [{}, {"MultiRegion": False}])
def test_single_region_key_has_no_configuration(kms, members):
    """A key of one Region says that it is none of several, and has no configuration."""
    key = kms.create_key(**members)["KeyMetadata"]

    assert not key["KeyId"].startswith("mrk-")
    assert key["MultiRegion"] is False
    assert "MultiRegionConfiguration" not in key


def test_replica_begins_in_creation(kms, primary):
    """ReplicateKey's answer shows the replica as it begins: Creating, without material yet."""
    reply = kms.replicate_key(KeyId=primary, ReplicaRegion=AWAY)

    replica = reply["ReplicaKeyMetadata"]
    assert (replica["KeyId"], replica["Arn"]) == (primary, arn(primary, AWAY))
    assert (replica["KeyState"], replica["Enabled"]) == ("Creating", False)
    assert "CurrentKeyMaterialId" not in replica
    assert replica["MultiRegionConfiguration"] == configuration(primary, "REPLICA", HOME, AWAY)
    assert "ReplicaTags" not in reply


def test_replica_is_soon_enabled(kms, away, primary):
    """A replica becomes Enabled by itself, with the material of its primary."""
    kms.replicate_key(KeyId=primary, ReplicaRegion=AWAY)

    replica = metadata(away, primary)

    assert (replica["KeyState"], replica["Enabled"]) == ("Enabled", True)
    assert replica["CurrentKeyMaterialId"] == metadata(kms, primary)["CurrentKeyMaterialId"]


def test_replica_in_creation_can_be_managed_but_not_used():
    """While a replica is Creating it takes an alias and tags, but no cryptographic operation."""
    with mock_kms_cloudhsm(region=HOME, transitions="realistic") as aws:
        key_id = new_related(client(HOME), AWAY)
        away = client(AWAY)
        away.create_alias(AliasName="alias/replica", TargetKeyId=key_id)
        away.tag_resource(KeyId=key_id, Tags=[{"TagKey": "a", "TagValue": "b"}])
        with refused("KMSInvalidStateException", f"{arn(key_id, AWAY)} is creating."):
            away.encrypt(KeyId=key_id, Plaintext=b"secret")

        aws.clock.advance(seconds=10)

        assert away.encrypt(KeyId="alias/replica", Plaintext=b"secret")["CiphertextBlob"]


def test_primary_lists_its_replicas(kms, primary):
    """Every related key names the primary and all replicas, itself included."""
    for region in (AWAY, FAR):
        kms.replicate_key(KeyId=primary, ReplicaRegion=region)

    shown = [
        metadata(client(region), primary)["MultiRegionConfiguration"]
        for region in (HOME, AWAY, FAR)
    ]

    assert shown == [
        configuration(primary, kind, HOME, AWAY, FAR) for kind in ("PRIMARY", "REPLICA", "REPLICA")
    ]


@pytest.mark.parametrize(
    ("spec", "usage"),
    [
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"),
        ("RSA_2048", "SIGN_VERIFY"),
        ("HMAC_256", "GENERATE_VERIFY_MAC"),
        ("ECC_NIST_P256", "KEY_AGREEMENT"),
    ],
)
def test_replica_shares_spec_usage_and_origin(kms, away, spec, usage):
    """Key id, spec, usage, algorithms and origin of a replica are those of its primary."""
    key_id = new_related(kms, AWAY, KeySpec=spec, KeyUsage=usage)

    own = {"Arn", "CreationDate", "MultiRegionConfiguration"}
    primary, replica = (metadata(region, key_id) for region in (kms, away))

    assert {k: v for k, v in primary.items() if k not in own} == {
        k: v for k, v in replica.items() if k not in own
    }


def test_description_tags_and_policy_are_not_copied(kms, away):
    """A replica made without them has no description and no tags, and the default key policy."""
    key_id = new_related(
        kms,
        Description="payments",
        Tags=[{"TagKey": "a", "TagValue": "b"}],
        Policy=json.dumps(POLICY),
    )

    reply = kms.replicate_key(KeyId=key_id, ReplicaRegion=AWAY)

    assert reply["ReplicaKeyMetadata"]["Description"] == ""
    assert "ReplicaTags" not in reply
    assert away.list_resource_tags(KeyId=key_id)["Tags"] == []
    policy = json.loads(reply["ReplicaPolicy"])
    assert policy["Id"] == "key-default-1"
    assert policy["Statement"][0]["Sid"] == "Enable IAM User Permissions"


def test_replica_takes_its_own_description_tags_and_policy(kms, away, primary):
    """ReplicateKey gives a replica a description, tags and a key policy of its own."""
    tags = [{"TagKey": "b", "TagValue": "2"}, {"TagKey": "a", "TagValue": ""}]

    reply = kms.replicate_key(
        KeyId=primary,
        ReplicaRegion=AWAY,
        Description="payments",
        Tags=tags,
        Policy=json.dumps(POLICY),
    )

    assert metadata(away, primary)["Description"] == "payments"
    assert reply["ReplicaTags"] == away.list_resource_tags(KeyId=primary)["Tags"] == tags
    assert json.loads(reply["ReplicaPolicy"]) == POLICY
    assert reply["ReplicaPolicy"] == away.get_key_policy(KeyId=primary)["Policy"]


@pytest.mark.parametrize(
    ("code", "members"),
    [
        ("TagException", {"Tags": [{"TagKey": "aws:a", "TagValue": "b"}]}),
        ("TagException", {"Tags": [{"TagKey": "a", "TagValue": "b"}] * 2}),
        ("MalformedPolicyDocumentException", {"Policy": "{}"}),
        ("MalformedPolicyDocumentException", {"Policy": json.dumps(POLICY | {"Statement": []})}),
    ],
    ids=["reserved tag", "tag twice", "no policy", "lockout"],
)
def test_replica_is_refused_what_create_key_refuses(kms, away, primary, code, members):
    """Tags and policies that CreateKey refuses ReplicateKey refuses, and makes no replica."""
    with refused(code):
        kms.replicate_key(KeyId=primary, ReplicaRegion=AWAY, **members)

    assert away.list_keys()["Keys"] == []
    assert metadata(kms, primary)["MultiRegionConfiguration"]["ReplicaKeys"] == []


def test_state_alias_and_description_are_each_keys_own(kms, away):
    """What is done to a replica's state, aliases, tags and description leaves its primary alone."""
    key_id = new_related(kms, AWAY)
    before = metadata(kms, key_id)

    away.update_key_description(KeyId=key_id, Description="replica")
    away.create_alias(AliasName="alias/replica", TargetKeyId=key_id)
    away.tag_resource(KeyId=key_id, Tags=[{"TagKey": "a", "TagValue": "b"}])
    away.disable_key(KeyId=key_id)

    assert metadata(kms, key_id) == before
    assert state(away, key_id) == "Disabled"
    assert kms.list_resource_tags(KeyId=key_id)["Tags"] == []
    assert kms.list_aliases(KeyId=key_id)["Aliases"] == []


def test_grants_are_each_keys_own(kms, away):
    """A grant on a primary is none on its replica."""
    key_id = new_related(kms, AWAY)

    kms.create_grant(
        KeyId=key_id,
        GranteePrincipal="arn:aws:iam::123456789012:role/app",
        Operations=["Encrypt"],
    )

    assert len(kms.list_grants(KeyId=key_id)["Grants"]) == 1
    assert away.list_grants(KeyId=key_id)["Grants"] == []


def test_replica_has_its_own_creation_date(aws, kms, away, primary):
    """A replica is as old as ReplicateKey made it, not as its primary."""
    aws.clock.advance(days=3)

    kms.replicate_key(KeyId=primary, ReplicaRegion=AWAY)

    age = metadata(away, primary)["CreationDate"] - metadata(kms, primary)["CreationDate"]
    assert age.days == 3


def test_replica_cannot_be_replicated(kms, away):
    """ReplicateKey of a replica is refused in AWS's words."""
    key_id = new_related(kms, AWAY)

    with refused(
        "UnsupportedOperationException", f"{arn(key_id, AWAY)} is not a multi-region primary key."
    ):
        away.replicate_key(KeyId=key_id, ReplicaRegion=FAR)


def test_single_region_key_cannot_be_replicated(kms, key_id):
    """ReplicateKey of a key of one Region is refused like that of a replica."""
    with refused(
        "UnsupportedOperationException", f"{arn(key_id, HOME)} is not a multi-region primary key."
    ):
        kms.replicate_key(KeyId=key_id, ReplicaRegion=AWAY)


@pytest.mark.parametrize("region", [HOME, AWAY])
def test_region_takes_one_related_key(kms, region):
    """A Region that has one of the related keys, the primary's own too, takes no replica."""
    key_id = new_related(kms, AWAY)

    with refused("AlreadyExistsException", f"{arn(key_id, region)} already exists."):
        kms.replicate_key(KeyId=key_id, ReplicaRegion=region)


@pytest.mark.parametrize("region", ["eu-nowhere-9", "cn-north-1", "us-gov-west-1"])
def test_replica_stays_in_the_partition(kms, primary, region):
    """A Region that AWS does not have, or that is of another partition, takes no replica."""
    with refused(
        "UnsupportedOperationException", f"{region} is not a Region of the aws partition."
    ):
        kms.replicate_key(KeyId=primary, ReplicaRegion=region)


def test_china_has_multi_region_keys_of_its_own(aws):
    """A primary in a China Region is replicated into the other China Region."""
    beijing, ningxia = client("cn-north-1"), client("cn-northwest-1")

    key_id = new_related(beijing, "cn-northwest-1")

    blob = beijing.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
    assert ningxia.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"
    assert metadata(ningxia, key_id)["Arn"].startswith("arn:aws-cn:kms:cn-northwest-1:")


def test_disabled_primary_is_not_replicated(kms, primary):
    """ReplicateKey needs an enabled primary."""
    kms.disable_key(KeyId=primary)

    with refused("DisabledException", f"{arn(primary, HOME)} is disabled."):
        kms.replicate_key(KeyId=primary, ReplicaRegion=AWAY)


def test_key_is_not_there_before_it_is_replicated(kms, away, primary):
    """A multi-Region key is not visible in a Region without a replica."""
    with refused("NotFoundException", f"Key '{arn(primary, AWAY)}' does not exist"):
        away.describe_key(KeyId=primary)


def test_related_key_of_another_region_is_not_reached_by_arn(kms, away):
    """The ARN of a related key in another Region is refused with that Region's name."""
    key_id = new_related(kms, AWAY)

    with refused("NotFoundException", f"Invalid arn {HOME}"):
        away.describe_key(KeyId=arn(key_id, HOME))


def test_another_account_has_no_related_keys(kms):
    """The replica is the account's own: another account does not see it in its own Region."""
    key_id = new_related(kms, AWAY)
    stranger = boto3.client(
        "kms", region_name=AWAY, aws_access_key_id="210987654321", aws_secret_access_key="any"
    )

    with refused("NotFoundException"):
        stranger.describe_key(KeyId=key_id)
