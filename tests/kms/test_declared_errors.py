"""Which request reaches each error that the model declares for an operation, or why none does."""

import ast
from functools import cache
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from expect import refused
from external_key_stores import creation
from key_situations import AWAY, HOME, Situation
from proxy_requests import CREATIONS

from kmsmock import mock_kms_cloudhsm
from kmsmock.protocol.model import operation_model, service_model

DECLARED = [
    (operation, shape.name)
    for operation in service_model("kms").operation_names
    for shape in service_model("kms").operation_model(operation).error_shapes
]

# Why a declared error has no request

ANY_STATE = "AWS's table of key states allows the operation in every state"
UNREACHABLE = {
    ("CreateKey", "InvalidArnException"): "no member of the request takes an ARN",
    ("DeleteAlias", "KMSInvalidStateException"): ANY_STATE,
    ("EnableKey", "LimitExceededException"): "no quota is on enabled keys",
    ("GetKeyPolicy", "KMSInvalidStateException"): ANY_STATE,
    ("GetKeyRotationStatus", "KMSInvalidStateException"): ANY_STATE,
    ("GetPublicKey", "InvalidKeyUsageException"): "every usage of asymmetric keys allows it",
    ("ListGrants", "KMSInvalidStateException"): ANY_STATE,
    ("ListKeyPolicies", "KMSInvalidStateException"): ANY_STATE,
    ("ListKeyRotations", "KMSInvalidStateException"): ANY_STATE,
    ("ListRetirableGrants", "NotFoundException"): "a principal without grants has an empty list",
    ("PutKeyPolicy", "KMSInvalidStateException"): ANY_STATE,
    ("PutKeyPolicy", "UnsupportedOperationException"): "every customer's key has a policy",
    ("RetireGrant", "KMSInvalidStateException"): ANY_STATE,
    ("RevokeGrant", "KMSInvalidStateException"): ANY_STATE,
    ("TagResource", "LimitExceededException"): "too many tags are a TagException (recorded.md)",
}

# What no request brings about, but `aws.faults` does

PLANNED = {
    "DependencyTimeoutException": 503,
    "KeyUnavailableException": 500,
    "KMSInternalException": 500,
}
"""Error -> HTTP status."""

# Tests about one error

KEY_STORES = {
    "CloudHsmClusterInUseException": (
        "test_custom_key_store_clusters::test_cluster_serves_one_store"
    ),
    "CloudHsmClusterInvalidConfigurationException": (
        "test_custom_key_store_clusters::test_two_hsms_are_needed"
    ),
    "CloudHsmClusterNotActiveException": (
        "test_custom_key_store_clusters::test_cluster_must_be_active"
    ),
    "CloudHsmClusterNotFoundException": (
        "test_custom_key_store_clusters::test_cluster_must_be_there"
    ),
    "CustomKeyStoreInvalidStateException": (
        "test_custom_key_store_states::test_operations_by_connection_state"
    ),
    "CustomKeyStoreNameInUseException": ("test_custom_key_store_creation::test_name_is_used_once"),
    "CustomKeyStoreNotFoundException": (
        "test_custom_key_store_states::test_unknown_store_is_not_found"
    ),
    "IncorrectTrustAnchorException": (
        "test_custom_key_store_clusters::test_trust_anchor_must_be_the_clusters"
    ),
    "LimitExceededException": "test_custom_key_store_creation::test_there_are_ten_stores",
}

ELSEWHERE = {
    "ConnectCustomKeyStore": {
        **KEY_STORES,
        "CloudHsmClusterInvalidConfigurationException": (
            "test_custom_key_store_failures::test_security_group_without_rules_fails_fast"
        ),
        "CloudHsmClusterNotActiveException": (
            "test_custom_key_store_failures::test_cluster_that_is_not_active_fails_fast"
        ),
    },
    "CreateAlias": {
        "AlreadyExistsException": "test_aliases::test_alias_name_is_unique",
        "InvalidAliasNameException": "test_aliases::test_alias_name_is_more_than_its_prefix",
        "LimitExceededException": "test_aliases::test_key_has_at_most_fifty_aliases",
    },
    "CreateCustomKeyStore": KEY_STORES,
    "CreateGrant": {
        "LimitExceededException": "test_grants::test_key_has_a_limited_number_of_grants"
    },
    "CreateKey": {
        "CloudHsmClusterInvalidConfigurationException": (
            "test_keys_in_key_stores::test_refused_key_leaves_no_trace"
        ),
        "CustomKeyStoreInvalidStateException": (
            "test_keys_in_key_stores::test_create_key_asks_for_the_state_before_the_hsms"
        ),
        "LimitExceededException": "test_keys::test_deleted_keys_do_not_count_to_the_quota",
        "MalformedPolicyDocumentException": (
            "test_keys::test_refused_key_leaves_nothing_in_its_key_store"
        ),
        "TagException": "test_keys::test_refused_key_leaves_nothing_in_its_key_store",
        "UnsupportedOperationException": "test_keys_in_key_stores::test_only_plain_symmetric_keys",
        "XksKeyAlreadyInUseException": (
            "test_external_key_store_keys::test_external_key_is_one_kms_keys"
        ),
        "XksKeyInvalidConfigurationException": (
            "test_external_key_store_keys::test_external_key_must_be_fit"
        ),
        "XksKeyNotFoundException": "test_external_key_store_keys::test_external_key_must_exist",
    },
    "Decapsulate": {
        "InvalidCiphertextException": (
            "test_key_encapsulation::test_a_blob_of_another_length_is_refused"
        )
    },
    "Decrypt": {
        "IncorrectKeyException": "test_encryption::test_another_key_does_not_decrypt",
        "InvalidCiphertextException": "test_encryption::test_another_context_does_not_decrypt",
    },
    "DeleteCustomKeyStore": {
        **KEY_STORES,
        "CustomKeyStoreHasCMKsException": (
            "test_custom_key_store_update::test_store_with_keys_stays"
        ),
    },
    "DescribeCustomKeyStores": {
        "CustomKeyStoreNotFoundException": (
            "test_custom_key_store_description::test_unknown_store_is_not_found"
        )
    },
    "DisconnectCustomKeyStore": KEY_STORES,
    "GenerateDataKeyPair": {
        "UnsupportedOperationException": (
            "test_data_key_pairs::test_a_key_in_a_key_store_makes_no_pairs"
        )
    },
    "GenerateDataKeyPairWithoutPlaintext": {
        "UnsupportedOperationException": (
            "test_data_key_pairs::test_a_key_in_a_key_store_makes_no_pairs"
        )
    },
    "GenerateRandom": {
        "CustomKeyStoreInvalidStateException": (
            "test_data_keys::test_no_random_bytes_come_from_a_disconnected_key_store"
        ),
        "CustomKeyStoreNotFoundException": (
            "test_data_keys::test_no_random_bytes_come_from_an_unknown_key_store"
        ),
        "UnsupportedOperationException": "test_external_key_store_use::test_no_random_bytes",
    },
    "ImportKeyMaterial": {
        "ExpiredImportTokenException": (
            "test_import_parameters::test_token_serves_until_its_24_hours_are_over"
        ),
        "IncorrectKeyMaterialException": (
            "test_imported_material::test_symmetric_material_has_32_bytes"
        ),
        "InvalidCiphertextException": (
            "test_imported_material::test_material_that_cannot_be_unwrapped_is_refused"
        ),
        "InvalidImportTokenException": "test_import_parameters::test_altered_token_is_refused",
    },
    "ReEncrypt": {
        "IncorrectKeyException": (
            "test_encryption::test_a_wrong_source_key_wins_over_a_bad_destination"
        ),
        "InvalidCiphertextException": "test_encryption::test_re_encrypt_needs_the_sources_context",
    },
    "ReplicateKey": {
        "AlreadyExistsException": "test_multi_region::test_region_takes_one_related_key",
        "MalformedPolicyDocumentException": (
            "test_multi_region::test_replica_is_refused_what_create_key_refuses"
        ),
        "TagException": "test_multi_region::test_replica_is_refused_what_create_key_refuses",
        "UnsupportedOperationException": (
            "test_multi_region::test_single_region_key_cannot_be_replicated"
        ),
    },
    "RotateKeyOnDemand": {
        "ConflictException": (
            "test_rotation_on_demand::test_rotation_on_demand_makes_way_for_an_automatic_one"
        ),
        "LimitExceededException": "test_rotation_on_demand::test_key_rotates_on_demand_25_times",
    },
    "UpdateCustomKeyStore": {
        **KEY_STORES,
        "CloudHsmClusterInvalidConfigurationException": (
            "test_recovery_from_backup::test_related_cluster_must_be_fit"
        ),
        "CloudHsmClusterNotActiveException": (
            "test_recovery_from_backup::test_related_cluster_must_be_fit"
        ),
        "CloudHsmClusterNotFoundException": (
            "test_custom_key_store_update::test_new_cluster_must_fit"
        ),
        "CloudHsmClusterNotRelatedException": (
            "test_recovery_from_backup::test_unrelated_cluster_is_refused"
        ),
        "CustomKeyStoreNameInUseException": (
            "test_custom_key_store_update::test_new_name_must_be_free"
        ),
    },
    "UpdatePrimaryRegion": {
        "UnsupportedOperationException": (
            "test_multi_region_primary::test_single_region_key_has_no_primary_region"
        )
    },
    "Verify": {
        "KMSInvalidSignatureException": (
            "test_signing::test_a_signature_of_another_message_is_refused"
        )
    },
    "VerifyMac": {"KMSInvalidMacException": "test_macs::test_a_wrong_mac_is_refused"},
}
"""Operation -> error -> the test that reaches it."""


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


def place_of(operation, error):
    """Say where a declared error is reached: the name of a table, a test of another file, "here".

    Of those that nothing can reach, "unreachable".
    """
    if error in PLANNED:
        return "planned"
    if error in CREATIONS and operation in ("CreateCustomKeyStore", "UpdateCustomKeyStore"):
        return "creations"
    if (operation, error) in UNREACHABLE:
        return "unreachable"
    return ELSEWHERE.get(operation, {}).get(error) or "here"


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
