"""Conditions about what is acted on: a key whose grant is retired, clusters, tags in two cases."""

import boto3
import pytest
from expect import refused

from kmsmock import mock_kms_cloudhsm

ACCOUNT = "123456789012"
APP = f"arn:aws:iam::{ACCOUNT}:user/App"
SUBNETS = ["subnet-0123456789abcdef0"]


@pytest.fixture
def aws():
    with mock_kms_cloudhsm() as aws:
        yield aws


def statement(effect, action, **condition):
    document = {"Effect": effect, "Action": action, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": {**document, "Condition": condition}}


def all_but(action, **condition):
    """Policies that allow everything, and deny an action under a condition."""
    return [statement("Allow", "*"), statement("Deny", action, **condition)]


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:ResourceTag/env": "prod"}},
        {"StringEquals": {"kms:CallerAccount": ACCOUNT}},
        {"StringEquals": {"kms:KeySpec": "SYMMETRIC_DEFAULT"}},
        {"StringEquals": {"aws:ResourceAccount": ACCOUNT}},
    ],
    ids=lambda condition: next(iter(condition["StringEquals"])),
)
def test_conditions_about_the_key_hold_when_a_grant_is_retired(aws, condition):
    """IAM's explicit denial goes before what the grant lets its retiring principal do."""
    kms = boto3.client("kms")
    key_id = kms.create_key(Tags=[{"TagKey": "env", "TagValue": "prod"}])["KeyMetadata"]["KeyId"]
    grant = kms.create_grant(
        KeyId=key_id, GranteePrincipal=APP, RetiringPrincipal=APP, Operations=["Decrypt"]
    )
    app = aws.client("kms", principal=APP, policies=all_but("kms:RetireGrant", **condition))

    with refused("AccessDeniedException"):
        app.retire_grant(GrantToken=grant["GrantToken"])


DENIED_ON_CLUSTERS = {
    "aws:ResourceTag/env": "tag_resource",
    "aws:RequestTag/env": "create_cluster",
    "aws:TagKeys": "untag_resource",
}
"""Condition key -> an operation of CloudHSM that a denial for the tag env=prod meets."""


@pytest.mark.parametrize("name", DENIED_ON_CLUSTERS)
@pytest.mark.parametrize("value", ["prod", "test"])
def test_conditions_about_tags_hold_for_cloudhsm(aws, name, value):
    """A denial for what is tagged env=prod meets it, and nothing else."""
    tags = [{"Key": "env", "Value": value}]
    made = {"HsmType": "hsm2m.medium", "Mode": "FIPS", "SubnetIds": SUBNETS, "TagList": tags}
    cluster_id = boto3.client("cloudhsmv2").create_cluster(**made)["Cluster"]["ClusterId"]
    denied = {"ForAnyValue:StringEquals": {name: "env" if name == "aws:TagKeys" else "prod"}}
    app = aws.client("cloudhsmv2", principal=APP, policies=all_but("cloudhsm:*", **denied))
    other = "env" if value == "prod" else "team"
    calls = {
        "tag_resource": lambda: app.tag_resource(
            ResourceId=cluster_id, TagList=[{"Key": "team", "Value": "x"}]
        ),
        "create_cluster": lambda: app.create_cluster(**made),
        "untag_resource": lambda: app.untag_resource(ResourceId=cluster_id, TagKeyList=[other]),
    }
    call = calls[DENIED_ON_CLUSTERS[name]]

    if value == "prod":
        with refused("CloudHsmAccessDeniedException"):
            call()
    else:
        call()


def test_a_tag_in_another_case_hides_none(aws):
    """Names of condition keys know no letter case, so that both tags are values of one."""
    tags = [{"TagKey": "Env", "TagValue": "prod"}, {"TagKey": "env", "TagValue": "test"}]
    key_id = boto3.client("kms").create_key(Tags=tags)["KeyMetadata"]["KeyId"]
    denied = {"ForAnyValue:StringEquals": {"aws:ResourceTag/env": "prod"}}
    app = aws.client("kms", principal=APP, policies=all_but("kms:Encrypt", **denied))

    with refused("AccessDeniedException"):
        app.encrypt(KeyId=key_id, Plaintext=b"secret")


def test_a_question_gives_no_rights(aws):
    """Policies given to `explain` hold for the question alone."""
    key_id = boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]
    app = aws.client("kms", principal=APP, policies=[])
    encryption = {"KeyId": key_id, "Plaintext": b"secret"}

    assert aws.explain(
        "kms:Encrypt", key_id, principal=APP, policies=[statement("Allow", "*")]
    ).allowed
    with refused("AccessDeniedException"):
        app.encrypt(**encryption)
