"""Which request reaches each error that the model declares for an operation, or why none does."""

import ast
from functools import cache
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from declared_errors import DECLARED, ELSEWHERE, KEY_STORES, PLANNED, UNREACHABLE, place_of
from expect import refused
from external_key_stores import creation
from key_situations import AWAY, HOME, Situation
from proxy_requests import CREATIONS

from kmsmock import mock_kms_cloudhsm
from kmsmock.protocol.model import operation_model, service_model


@cache
def sources_of(module):
    """The source of each test of a file beside this one."""
    source = Path(__file__).with_name(f"{module}.py").read_text(encoding="utf-8")
    return {
        node.name: "".join(ast.get_source_segment(source, part) for part in parts)
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef)
        for parts in [[*node.decorator_list, node]]
    }


# Errors that many operations have

KEY_MEMBERS = ("DestinationKeyId", "KeyId", "TargetKeyId")
NO_KEY = "12345678-1234-1234-1234-123456789012"


def member_of(operation):
    """The member of a request that names the key."""
    members = operation_model("kms", operation).input_shape.members
    return next((name for name in KEY_MEMBERS if name in members), None)


def key_not_there(_aws, situation):
    member = member_of(situation.operation)
    situation.request.update({member: NO_KEY} if member else {"AliasName": "alias/none"})


def malformed_arn(_aws, situation):
    situation.request[member_of(situation.operation)] = "arn:aws:kms:nowhere"


def malformed_grant_token(_aws, situation):
    if situation.operation == "RetireGrant":
        situation.request = {"GrantToken": "none"}
    else:
        situation.request["GrantTokens"] = ["none"]


def key_of_another_usage(_aws, situation):
    if situation.operation == "Decrypt":
        situation.request.update(KeyId=situation.arn, EncryptionAlgorithm="RSAES_OAEP_SHA_256")
        return
    other = {"KeySpec": "HMAC_384", "KeyUsage": "GENERATE_VERIFY_MAC"}
    kind = {} if situation.spec.startswith("HMAC") else other
    key_id = situation.client.create_key(**kind)["KeyMetadata"]["KeyId"]
    situation.request[member_of(situation.operation)] = key_id


def key_of_another_kind(aws, situation):
    """A key that has the operation neither by its origin nor by its spec."""
    store = aws.key_store("another").custom_key_store_id
    situation.request["KeyId"] = situation.client.create_key(
        Origin="AWS_CLOUDHSM", CustomKeyStoreId=store
    )["KeyMetadata"]["KeyId"]


def dry_run(_aws, situation):
    situation.request["DryRun"] = True


def made_up_marker(_aws, situation):
    situation.request["Marker"] = "none"


def made_up_grant_id(_aws, situation):
    situation.request["GrantId"] = "none"


def nothing(_aws, _situation):
    """The state is enough."""


CHANGES = {
    "DisabledException": ("Disabled", nothing),
    "DryRunOperationException": ("Enabled", dry_run),
    "InvalidArnException": ("Enabled", malformed_arn),
    "InvalidGrantIdException": ("Enabled", made_up_grant_id),
    "InvalidGrantTokenException": ("Enabled", malformed_grant_token),
    "InvalidKeyUsageException": ("Enabled", key_of_another_usage),
    "InvalidMarkerException": ("Enabled", made_up_marker),
    "KMSInvalidStateException": ("PendingDeletion", nothing),
    "NotFoundException": ("Enabled", key_not_there),
    "UnsupportedOperationException": ("Enabled", key_of_another_kind),
}
"""Error -> the state of the key, and what spoils a good request."""

STATES = {
    ("CancelKeyDeletion", "KMSInvalidStateException"): "Enabled",
    ("DeleteImportedKeyMaterial", "KMSInvalidStateException"): "Creating",
}
"""Where another state than that of most operations is refused."""

KEYLESS = {
    "DescribeCustomKeyStores": {},
    "ListKeys": {},
    "ListRetirableGrants": {"RetiringPrincipal": "arn:aws:iam::123456789012:role/App"},
}
"""Requests of operations that name no key."""


@pytest.mark.parametrize(
    ("operation", "error"), [pair for pair in DECLARED if "::" in place_of(*pair)]
)
def test_error_is_reached_by_the_test_of_its_rule(operation, error):
    """The test that the table names is there, and expects this error."""
    module, name = place_of(operation, error).split("::")

    assert f'"{error}"' in sources_of(module)[name]


@cache
def unchecked_client():
    """A client that sends a request without the members that it needs, and sends it once."""
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    return boto3.client("kms", region_name=HOME, config=config)


HERE = [pair for pair in DECLARED if place_of(*pair) == "here"]


@pytest.mark.parametrize(
    ("operation", "error"), [pair for pair in HERE if pair[1] in CHANGES and pair[0] not in KEYLESS]
)
def test_error_that_many_operations_have(operation, error):
    """A good request with one thing wrong gets the error, and each operation has it."""
    state, spoil = CHANGES[error]
    with mock_kms_cloudhsm(region=HOME, transitions="realistic") as aws:
        situation = Situation(aws, operation, STATES.get((operation, error), state))
        spoil(aws, situation)

        with refused(error):
            situation.ask()


@pytest.mark.parametrize(
    ("operation", "error"), [pair for pair in DECLARED if place_of(*pair) == "planned"]
)
def test_error_that_is_planned(aws, operation, error):
    """KMS's own failures strike whichever operation declares them, when a test says so."""
    aws.faults.add("kms", operation, error=error)

    with refused(error, status=PLANNED[error]):
        unchecked_client()._make_api_call(operation, {})


@pytest.mark.parametrize("error", CREATIONS)
def test_external_key_store_is_not_created(aws, kms, error):
    """CreateCustomKeyStore declares each error about a proxy, and has it."""
    request = CREATIONS[error](aws, kms, aws.external_key_store_proxy())

    with refused(error):
        kms.create_custom_key_store(**request)


@pytest.mark.parametrize("error", CREATIONS)
def test_external_key_store_is_not_moved(aws, kms, error):
    """UpdateCustomKeyStore has the same errors for the same new values."""
    elsewhere = creation(aws.external_key_store_proxy(), CustomKeyStoreName="moving")
    store_id = kms.create_custom_key_store(**elsewhere)["CustomKeyStoreId"]
    request = CREATIONS[error](aws, kms, aws.external_key_store_proxy())
    moved = {name: value for name, value in request.items() if name.startswith("XksProxy")}

    with refused(error):
        kms.update_custom_key_store(CustomKeyStoreId=store_id, **moved)


@pytest.mark.parametrize("operation", KEYLESS)
def test_marker_of_a_list_without_key(kms, operation):
    """A made-up marker is refused."""
    with refused("InvalidMarkerException"):
        kms._make_api_call(operation, KEYLESS[operation] | {"Marker": "none"})


def test_retiring_principal_must_be_one(kms):
    """ListRetirableGrants takes the ARN of a principal."""
    with refused("InvalidArnException"):
        kms.list_retirable_grants(RetiringPrincipal="none")


def test_key_store_of_a_new_key_must_be_there(kms):
    """CreateKey names it by its id."""
    with refused("CustomKeyStoreNotFoundException"):
        kms.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId="cks-1234567890abcdef0")


@pytest.mark.parametrize("operation", ["GetPublicKey", "GetParametersForImport"])
def test_symmetric_keys_of_kms_do_not_have_the_operation(kms, key_id, operation):
    """They have no public half, and take no import."""
    more = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}

    with refused("UnsupportedOperationException"):
        kms._make_api_call(
            operation, {"KeyId": key_id, **(more if operation != "GetPublicKey" else {})}
        )


def test_too_long_policy_is_over_a_limit(kms, key_id):
    """A key policy has 32,768 bytes at most."""
    policy = kms.get_key_policy(KeyId=key_id)["Policy"]

    with refused("LimitExceededException"):
        kms.put_key_policy(KeyId=key_id, Policy=policy + " " * 32_768)


def test_policy_must_be_one(kms, key_id):
    """PutKeyPolicy reads what it is given."""
    with refused("MalformedPolicyDocumentException"):
        kms.put_key_policy(KeyId=key_id, Policy="none")


@pytest.mark.parametrize("operation", ["TagResource", "UntagResource"])
def test_tags_of_aws_are_not_touched(kms, key_id, operation):
    """They are neither given nor taken."""
    tags = {"Tags": [{"TagKey": "aws:a", "TagValue": ""}]}

    with refused("TagException"):
        kms._make_api_call(
            operation,
            {"KeyId": key_id, **(tags if operation == "TagResource" else {"TagKeys": ["aws:a"]})},
        )


def test_alias_does_not_move_to_a_key_that_has_fifty(kms, key_id):
    """UpdateAlias counts as CreateAlias does."""
    full = kms.create_key()["KeyMetadata"]["KeyId"]
    for place in range(50):
        kms.create_alias(AliasName=f"alias/{place}", TargetKeyId=full)
    kms.create_alias(AliasName="alias/one-more", TargetKeyId=key_id)

    with refused("LimitExceededException"):
        kms.update_alias(AliasName="alias/one-more", TargetKeyId=full)


def test_replica_counts_to_the_quota_of_its_region(kms, monkeypatch):
    """ReplicateKey makes a key there."""
    key_id = kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    monkeypatch.setattr("kmsmock.kms.keys.KEYS_PER_REGION", 0)

    with refused("LimitExceededException"):
        kms.replicate_key(KeyId=key_id, ReplicaRegion=AWAY)


OWN_TESTS = {
    ("CreateKey", "CustomKeyStoreNotFoundException"),
    ("DescribeCustomKeyStores", "InvalidMarkerException"),
    ("ListKeys", "InvalidMarkerException"),
    ("ListRetirableGrants", "InvalidArnException"),
    ("ListRetirableGrants", "InvalidMarkerException"),
    ("PutKeyPolicy", "LimitExceededException"),
    ("PutKeyPolicy", "MalformedPolicyDocumentException"),
    ("ReplicateKey", "LimitExceededException"),
    ("TagResource", "TagException"),
    ("UntagResource", "TagException"),
    ("UpdateAlias", "LimitExceededException"),
}
"""The pairs of the tests just above."""


def test_every_declared_error_has_its_place():
    """Each is reached, or it says why it cannot be."""
    forgotten = {
        (operation, error)
        for operation, error in HERE
        if (operation, error) not in OWN_TESTS and (error not in CHANGES or operation in KEYLESS)
    }

    assert forgotten == set()


def test_the_tables_have_no_more_than_the_model():
    """Whoever asks an older botocore has fewer operations, but no others."""
    known = set(service_model("kms").operation_names)
    listed = {*UNREACHABLE, *OWN_TESTS, *STATES}
    listed |= {(f"{verb}CustomKeyStore", it) for verb in ("Create", "Update") for it in CREATIONS}
    listed |= {(name, error) for name, errors in ELSEWHERE.items() for error in errors}
    shared = {(name, error) for name, errors in ELSEWHERE.items() for error in KEY_STORES}

    assert {pair for pair in listed - shared if pair[0] in known} <= set(DECLARED)
