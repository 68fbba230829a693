"""What AWS KMS was recorded to answer, and the test that proves each of it.

The rows are those of the page on AWS's recorded answers, in its order and in short; beside each
stands the test of its rule. Rows that no other file is about are tested at the end of this one.
"""

import ast
from functools import cache
from pathlib import Path

import pytest
from expect import refused
from key_situations import HOME, Situation

from kmsmock import mock_kms_cloudhsm
from kmsmock.protocol.model import operation_model

HERE = "kms/test_recorded"

ON_THE_WIRE = {
    "every error is HTTP 400": f"{HERE}::test_errors_are_http_400",
    "ValidationException is in no member of its own": (
        "protocol/test_validation::test_a_validation_error_has_no_member_of_its_own"
    ),
    "a modelled exception has its text in `message` too": (
        "protocol/test_wire::test_kms_errors_have_a_lower_case_message"
    ),
    "some errors have no message member at all": (
        "protocol/test_wire::test_some_errors_have_no_message_member_at_all"
    ),
    "members in texts are lowerCamelCase, 1-based, with a literal `member`": (
        "protocol/test_validation::test_a_broken_constraint_is_told_in_awss_words"
    ),
    "enum sets print without quotes": (
        "protocol/test_validation::test_an_unknown_enum_value_is_told_with_the_set"
    ),
    "values of binary members are left out": (
        "protocol/test_validation::test_a_broken_constraint_is_told_in_awss_words"
    ),
}

NOT_FOUND = "kms/test_keys::test_key_that_is_not_there_is_not_found"
REGION = "kms/test_keys::test_key_of_another_region_is_not_found"
STATES = "kms/test_key_states::test_key_state_allows_or_refuses"
KEYS = "kms/test_keys"
ENCRYPTION = "kms/test_encryption"
TAGS = "kms/test_key_tags"
MATERIALS = "kms/test_imported_materials"

ERRORS = {
    # Finding the key
    ("neither a UUID nor an mrk id", "NotFoundException"): NOT_FOUND,
    ("a well-formed id, no such key", "NotFoundException"): NOT_FOUND,
    ("a well-formed ARN, no such key", "NotFoundException"): NOT_FOUND,
    ("an mrk id, no such key", "NotFoundException"): NOT_FOUND,
    ("the bare id of a key in another Region", "NotFoundException"): REGION,
    ("the ARN of another Region", "NotFoundException"): REGION,
    ("grants on a malformed KeyId", "NotFoundException"): (
        f"{HERE}::test_grants_of_a_malformed_key_id"
    ),
    ("a related key before it is replicated", "NotFoundException"): (
        "kms/test_multi_region::test_key_is_not_there_before_it_is_replicated"
    ),
    # Key state
    ("RotateKeyOnDemand of a disabled key of any type", "DisabledException"): (
        "kms/test_rotation_on_demand::test_state_comes_before_the_kind_of_key"
    ),
    ("GenerateDataKey of a disabled key", "DisabledException"): f"{HERE}::test_disabled_key",
    ("use and second scheduling of a key that leaves", "KMSInvalidStateException"): (
        f"{HERE}::test_key_that_is_leaving"
    ),
    ("EXTERNAL key without material", "KMSInvalidStateException"): (
        "kms/test_imported_material::test_key_without_material_cannot_be_used"
    ),
    # Key usage, spec, algorithm
    ("key of another usage: Encrypt", "InvalidKeyUsageException"): (
        f"{ENCRYPTION}::test_a_key_of_another_usage_does_not_encrypt"
    ),
    ("key of another usage: Sign", "InvalidKeyUsageException"): (
        "kms/test_signing::test_a_key_of_another_usage_does_not_sign"
    ),
    ("key of another usage: Verify", "InvalidKeyUsageException"): (
        "kms/test_signing::test_a_key_of_another_usage_does_not_verify"
    ),
    ("key of another usage: GenerateMac", "InvalidKeyUsageException"): (
        "kms/test_macs::test_a_key_of_another_usage_is_refused"
    ),
    ("key of another usage: DeriveSharedSecret", "InvalidKeyUsageException"): (
        "kms/test_key_agreement::test_a_key_of_another_usage_is_refused"
    ),
    ("destination of another usage: ReEncryptTo", "InvalidKeyUsageException"): (
        f"{ENCRYPTION}::test_a_destination_of_another_usage_is_refused"
    ),
    ("MAC algorithm of another spec", "InvalidKeyUsageException"): (
        "kms/test_macs::test_an_algorithm_of_another_spec_is_refused"
    ),
    ("Decrypt with another key", "IncorrectKeyException"): (
        f"{ENCRYPTION}::test_another_key_does_not_decrypt"
    ),
    ("Decrypt with another key of another usage", "IncorrectKeyException"): (
        f"{ENCRYPTION}::test_a_key_of_another_kind_is_first_of_all_another_key"
    ),
    ("ReEncrypt with another source wins over the destination", "IncorrectKeyException"): (
        f"{ENCRYPTION}::test_a_wrong_source_key_wins_over_a_bad_destination"
    ),
    ("CreateKey without KeyUsage", "ValidationException"): (
        f"{KEYS}::test_usage_is_required_for_all_but_symmetric_keys"
    ),
    ("CreateKey, usage and spec", "ValidationException"): f"{KEYS}::test_usage_fits_the_spec",
    ("CreateKey, unknown KeySpec", "ValidationException"): f"{HERE}::test_unknown_words",
    ("CreateKey, unknown KeyUsage", "ValidationException"): f"{HERE}::test_unknown_words",
    ("unknown MacAlgorithm", "ValidationException"): (
        "kms/test_macs::test_an_unknown_algorithm_is_told_with_the_set_of_known_ones"
    ),
    ("DeriveSharedSecret, unknown algorithm", "ValidationException"): (
        "kms/test_key_agreement::test_an_unknown_algorithm_is_told_with_the_known_one"
    ),
    ("DeriveSharedSecret, no public key", "ValidationException"): (
        "kms/test_key_agreement::test_what_is_no_public_key_is_refused"
    ),
    # Encrypt, Decrypt, Sign, Verify, MAC, random
    ("Encrypt, more than 4096 bytes", "ValidationException"): (
        f"{ENCRYPTION}::test_more_than_4096_bytes_are_refused"
    ),
    ("Encrypt, empty plaintext", "ValidationException"): (
        f"{ENCRYPTION}::test_an_empty_plaintext_is_refused"
    ),
    ("Encrypt with RSA, too long", "ValidationException"): (
        "kms/test_asymmetric_encryption::test_a_plaintext_that_is_too_long_is_refused"
    ),
    ("Decrypt, wrong context", "InvalidCiphertextException"): (
        f"{ENCRYPTION}::test_another_context_does_not_decrypt"
    ),
    ("Decrypt, spoiled ciphertext", "InvalidCiphertextException"): (
        f"{ENCRYPTION}::test_a_spoiled_ciphertext_is_refused"
    ),
    ("digest of another length", "ValidationException"): (
        "kms/test_signing::test_a_digest_of_another_length_is_refused"
    ),
    ("Verify, message altered", "KMSInvalidSignatureException"): (
        "kms/test_signing::test_a_signature_of_another_message_is_refused"
    ),
    ("Verify, signature altered", "KMSInvalidSignatureException"): (
        "kms/test_signing::test_a_spoiled_signature_is_refused"
    ),
    ("VerifyMac", "KMSInvalidMacException"): "kms/test_macs::test_a_wrong_mac_is_refused",
    ("GenerateRandom without NumberOfBytes", "ValidationException"): (
        "kms/test_data_keys::test_the_number_of_random_bytes_must_be_said"
    ),
    ("GenerateRandom, 0", "ValidationException"): f"{HERE}::test_no_random_bytes",
    ("GenerateRandom, 1025", "ValidationException"): (
        "kms/test_data_keys::test_more_than_1024_random_bytes_are_refused"
    ),
    ("DryRun", "DryRunOperationException"): ("kms/test_dry_run::test_a_request_that_would_succeed"),
    # Tags and aliases
    ("the same tag key twice", "TagException"): f"{TAGS}::test_tag_key_comes_once_in_a_request",
    ("more than 50 tags", "TagException"): f"{TAGS}::test_key_has_at_most_fifty_tags",
    ("aws: in any letter case", "TagException"): f"{TAGS}::test_tag_keys_of_aws_are_reserved",
    ("tag key of more than 128", "ValidationException"): f"{TAGS}::test_tags_have_a_length",
    ("tag value of more than 256", "ValidationException"): f"{TAGS}::test_tags_have_a_length",
    ("alias without the prefix", "ValidationException"): (
        "kms/test_aliases::test_alias_name_has_a_prefix"
    ),
    ("alias with a colon", "ValidationException"): "kms/test_aliases::test_alias_name_has_no_colon",
    ("unknown grant", "NotFoundException"): (
        "kms/test_grants::test_grant_that_is_gone_is_not_found"
    ),
    # Import and rotation
    ("GetParametersForImport of KMS's own", "UnsupportedOperationException"): (
        "kms/test_import_parameters::test_key_material_of_kms_takes_no_import"
    ),
    ("ImportKeyMaterial without ValidTo", "ValidationException"): (
        "kms/test_imported_material_expiry::test_material_expires_by_default"
    ),
    ("another new material waits", "KMSInvalidStateException"): (
        f"{MATERIALS}::test_only_one_material_waits"
    ),
    ("rotation with none waiting", "KMSInvalidStateException"): (
        f"{MATERIALS}::test_rotation_needs_material_that_waits"
    ),
    ("rotation with no material", "KMSInvalidStateException"): (
        f"{MATERIALS}::test_rotation_needs_material"
    ),
    ("rotation of an asymmetric key", "UnsupportedOperationException"): (
        "kms/test_rotation_on_demand::test_only_symmetric_keys_rotate_on_demand"
    ),
    ("rotation beyond the quota", "LimitExceededException"): (
        "kms/test_rotation_on_demand::test_key_rotates_on_demand_25_times"
    ),
    ("ReplicateKey of a replica", "UnsupportedOperationException"): (
        "kms/test_multi_region::test_replica_cannot_be_replicated"
    ),
}
"""Row and code -> test; the test names the code."""

SHAPES = {
    "KeyMetadata: what is always there": f"{KEYS}::test_new_key_is_a_symmetric_encryption_key",
    "KeyMetadata: the one algorithm list": f"{HERE}::test_one_list_of_algorithms",
    "KeyMetadata: CurrentKeyMaterialId of symmetric encryption keys only": (
        f"{HERE}::test_one_list_of_algorithms"
    ),
    "KeyMetadata: EXTERNAL before the import": (
        "kms/test_imported_material::test_key_without_material_awaits_it"
    ),
    "KeyMetadata: EXTERNAL after the import": (
        "kms/test_imported_material::test_import_enables_the_key"
    ),
    "KeyMetadata: EXTERNAL after the deletion": (
        "kms/test_imported_material::test_deletion_makes_the_key_await_its_material_again"
    ),
    "KeyMetadata: scheduled": f"{KEYS}::test_scheduled_key_is_pending_deletion",
    "KeyMetadata: cancelled": f"{KEYS}::test_cancelled_deletion_leaves_the_key_disabled",
    "KeyMetadata: a disabled key may be scheduled": STATES,
    "KeyMetadata: single-Region": (
        "kms/test_multi_region::test_single_region_key_has_no_configuration"
    ),
    "KeyMetadata: multi-Region": (
        "kms/test_multi_region::test_multi_region_key_begins_as_a_primary_without_replicas"
    ),
    "ReplicateKey: the reply": "kms/test_multi_region::test_replica_begins_in_creation",
    "ReplicateKey: soon after": "kms/test_multi_region::test_replica_is_soon_enabled",
    "ReplicateKey: the description is not copied": (
        "kms/test_multi_region::test_description_tags_and_policy_are_not_copied"
    ),
    "ReplicateKey: the primary lists it": "kms/test_multi_region::test_primary_lists_its_replicas",
    "the default key policy": "kms/test_policies::test_key_without_a_policy_gets_the_default_one",
    "KeyId in replies is the key ARN": f"{HERE}::test_key_id_in_replies_is_the_arn",
    "KeyMetadata's and ListKeys' KeyId is the bare id": f"{HERE}::test_key_id_in_lists_is_bare",
    "Encrypt's members": f"{ENCRYPTION}::test_what_encrypt_answers",
    "Decrypt's members": f"{ENCRYPTION}::test_what_decrypt_answers",
    "ReEncrypt's members": f"{ENCRYPTION}::test_what_re_encrypt_answers",
    "GenerateDataKey's members": "kms/test_data_keys::test_what_is_answered",
    "GenerateDataKeyPair's members": "kms/test_data_key_pairs::test_what_is_answered",
    "the ciphertext blob gives the private key back": (
        "kms/test_data_key_pairs::test_decrypt_gives_the_private_key_back"
    ),
    "Sign's members": "kms/test_signing::test_what_sign_answers",
    "Verify's members": "kms/test_signing::test_what_verify_answers",
    "GenerateMac's and VerifyMac's members": "kms/test_macs::test_what_generate_mac_answers",
    "DeriveSharedSecret's members": (
        "kms/test_key_agreement::test_what_derive_shared_secret_answers"
    ),
    "DeriveSharedSecret: both sides agree": (
        "kms/test_key_agreement::test_a_peer_outside_derives_the_same_secret"
    ),
    "GetParametersForImport's members": f"{HERE}::test_members_of_the_import",
    "ImportKeyMaterial's members": f"{HERE}::test_members_of_the_import",
    "RotateKeyOnDemand's members": (
        "kms/test_rotation_on_demand::test_rotation_on_demand_answers_with_the_arn_alone"
    ),
    "GetKeyRotationStatus: off": "kms/test_rotation::test_rotation_is_off_at_first",
    "GetKeyRotationStatus: on": "kms/test_rotation::test_rotation_is_yearly_by_default",
    "GetKeyRotationStatus: an own period": "kms/test_rotation::test_period_is_the_one_asked_for",
    "GetKeyRotationStatus: while an on-demand rotation runs": (
        "kms/test_rotation_on_demand::test_realistic_rotation_runs_for_seconds"
    ),
    "an on-demand rotation does not move NextRotationDate": (
        "kms/test_rotation_on_demand::test_rotation_on_demand_leaves_the_schedule"
    ),
    "ListKeyPolicies' members": "kms/test_policies::test_key_has_one_policy",
    "GetKeyPolicy is reformatted": "kms/test_policies::test_policy_is_put_and_read_back_anew",
    "ListResourceTags: the order": f"{TAGS}::test_overwritten_tag_keeps_its_place",
    "ListResourceTags: empty": f"{TAGS}::test_key_without_tags_lists_none",
    "TagResource: an empty body": (
        "protocol/test_wire::test_an_operation_without_an_output_shape_answers_an_empty_body"
    ),
}

BEHAVIOUR = {
    "what RSA encrypted offline decrypts": (
        "kms/test_asymmetric_encryption::test_what_was_encrypted_outside_is_decrypted"
    ),
    "signatures verify offline": "kms/test_signing::test_a_signature_verifies_outside",
    "DIGEST and RAW are interchangeable": (
        "kms/test_signing::test_a_message_and_its_digest_are_the_same_message"
    ),
    "imported asymmetric material": (
        "kms/test_imported_private_keys::test_public_key_is_that_of_the_imported_private_key"
    ),
    "wrapping keys and algorithms": (
        "kms/test_imported_material::test_every_wrapping_brings_the_same_material"
    ),
    "import types: the first needs none": (
        f"{MATERIALS}::test_first_material_needs_no_import_type"
    ),
    "import types: a second waits": f"{MATERIALS}::test_new_material_waits_for_a_rotation",
    "import types: old ciphertexts": f"{MATERIALS}::test_old_material_reads_what_it_wrote",
    "on-demand rotation changes the material": (
        "kms/test_rotation_on_demand::test_rotation_on_demand_changes_the_material"
    ),
    "four names of a key": f"{ENCRYPTION}::test_the_key_may_be_named_in_four_ways",
    "DescribeKey takes an alias ARN": f"{KEYS}::test_key_is_named_in_four_ways",
    "grants of one name on different keys": (
        "kms/test_grants::test_name_on_another_key_is_another_grant"
    ),
    "RetireGrant by token": "kms/test_grants::test_grant_is_retired_by_any_of_its_tokens",
    "RetireGrant by key and id": "kms/test_grants::test_grant_ends_by_key_and_id",
}

TESTS = Path(__file__).parent.parent


@cache
def sources_of(module):
    """The source of each test of a file, its decorators included."""
    source = (TESTS / f"{module}.py").read_text(encoding="utf-8")
    return {
        node.name: "".join(ast.get_source_segment(source, part) for part in parts)
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef)
        for parts in [[*node.decorator_list, node]]
    }


@pytest.mark.parametrize("row", ON_THE_WIRE | SHAPES | BEHAVIOUR)
def test_recorded_fact_has_a_test(row):
    """The test that stands beside it is there."""
    module, name = (ON_THE_WIRE | SHAPES | BEHAVIOUR)[row].split("::")

    assert name in sources_of(module)


@pytest.mark.parametrize(("row", "code"), ERRORS)
def test_recorded_error_has_a_test(row, code):
    """The test that stands beside it is there and expects the code."""
    module, name = ERRORS[row, code].split("::")

    assert f'"{code}"' in sources_of(module)[name]


# The rows that have no other place


@pytest.mark.parametrize(
    ("operation", "state", "change", "code"),
    [
        ("Encrypt", "Enabled", {"KeyId": "none"}, "NotFoundException"),
        ("Encrypt", "PendingDeletion", {}, "KMSInvalidStateException"),
        ("TagResource", "Enabled", {"Tags": [{"TagKey": "aws:", "TagValue": ""}]}, "TagException"),
        ("Encrypt", "Enabled", {"DryRun": True}, "DryRunOperationException"),
    ],
)
def test_errors_are_http_400(operation, state, change, code):
    """So are those whose names say otherwise."""
    with mock_kms_cloudhsm(region=HOME) as aws:
        situation = Situation(aws, operation, state)
        situation.request.update(change)

        with refused(code, status=400):
            situation.ask()


@pytest.mark.parametrize("operation", ["CreateGrant", "ListGrants"])
def test_grants_of_a_malformed_key_id(kms, operation):
    """The text is that of all operations."""
    more = {"GranteePrincipal": "arn:aws:iam::123456789012:root", "Operations": ["Decrypt"]}

    with refused("NotFoundException", "Invalid keyId 'none'"):
        kms._make_api_call(
            operation, {"KeyId": "none", **(more if operation == "CreateGrant" else {})}
        )


def test_disabled_key(kms, key_id):
    """GenerateDataKey says that it is disabled."""
    arn = kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"]
    kms.disable_key(KeyId=key_id)

    with refused("DisabledException", f"{arn} is disabled."):
        kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")


def test_key_that_is_leaving(kms, key_id):
    """It is not used, and not scheduled a second time."""
    arn = kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"]
    kms.schedule_key_deletion(KeyId=key_id)

    with refused("KMSInvalidStateException", f"{arn} is pending deletion."):
        kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")
    with refused("KMSInvalidStateException", f"{arn} is pending deletion."):
        kms.schedule_key_deletion(KeyId=key_id)


@pytest.mark.parametrize(
    ("member", "more"), [("KeySpec", {}), ("KeyUsage", {"KeySpec": "RSA_2048"})]
)
def test_unknown_words(kms, member, more):
    """CreateKey tells the set of known ones, before it misses a KeyUsage."""
    path = member[0].lower() + member[1:]
    known = kms.meta.service_model.operation_model("CreateKey").input_shape.members[member].enum

    with refused("ValidationException") as refusal:
        kms.create_key(**{**more, member: "none"})

    start, _, told = refusal.message.rstrip("]").partition("enum value set: [")
    assert start == (
        f"1 validation error detected: Value 'none' at '{path}' failed to satisfy constraint: "
        "Member must satisfy "
    )
    assert set(told.split(", ")) == set(known)


def test_no_random_bytes(kms):
    """The service refuses what botocore refuses before it is sent."""
    kms.meta.events.register(
        "before-call.kms", lambda params, **_rest: params.update(body=b'{"NumberOfBytes": 0}')
    )

    with refused(
        "ValidationException",
        "1 validation error detected: Value '0' at 'numberOfBytes' failed to satisfy constraint: "
        "Member must have value greater than or equal to 1",
    ):
        kms.generate_random(NumberOfBytes=1)


@pytest.mark.parametrize(
    ("spec", "usage", "member", "algorithms"),
    [
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "EncryptionAlgorithms", ["SYMMETRIC_DEFAULT"]),
        (
            "RSA_2048",
            "ENCRYPT_DECRYPT",
            "EncryptionAlgorithms",
            ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"],
        ),
        ("ECC_NIST_P256", "SIGN_VERIFY", "SigningAlgorithms", ["ECDSA_SHA_256"]),
        ("ECC_SECG_P256K1", "SIGN_VERIFY", "SigningAlgorithms", ["ECDSA_SHA_256"]),
        ("ECC_NIST_P384", "SIGN_VERIFY", "SigningAlgorithms", ["ECDSA_SHA_384"]),
        ("ECC_NIST_P521", "SIGN_VERIFY", "SigningAlgorithms", ["ECDSA_SHA_512"]),
        ("ECC_NIST_P256", "KEY_AGREEMENT", "KeyAgreementAlgorithms", ["ECDH"]),
        *(
            (f"HMAC_{bits}", "GENERATE_VERIFY_MAC", "MacAlgorithms", [f"HMAC_SHA_{bits}"])
            for bits in (224, 256, 384, 512)
        ),
    ],
)
def test_one_list_of_algorithms(kms, spec, usage, member, algorithms):
    """The list that fits the usage, in AWS's order; the material has an id if it is symmetric."""
    metadata = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]

    lists = {name: value for name, value in metadata.items() if name.endswith("Algorithms")}
    assert lists == {member: algorithms}
    assert ("CurrentKeyMaterialId" in metadata) == (spec == "SYMMETRIC_DEFAULT")


ALIAS = "alias/of-the-key"


@pytest.mark.parametrize(
    "operation",
    [
        "Decapsulate",
        "Decrypt",
        "DeriveSharedSecret",
        "Encapsulate",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateMac",
        "GetPublicKey",
        "Sign",
        "Verify",
        "VerifyMac",
    ],
)
@pytest.mark.parametrize("name", ["key id", "key ARN", "alias", "alias ARN"])
def test_key_id_in_replies_is_the_arn(operation, name):
    """Whatever form the request used."""
    if operation_model("kms", operation) is None:
        pytest.skip("this botocore does not know the operation")
    with mock_kms_cloudhsm(region=HOME) as aws:
        situation = Situation(aws, operation, "Enabled")
        key_id, arn = situation.key["KeyId"], situation.arn
        situation.client.create_alias(AliasName=ALIAS, TargetKeyId=key_id)
        forms = {
            "key id": key_id,
            "key ARN": arn,
            "alias": ALIAS,
            "alias ARN": arn.replace(f"key/{key_id}", ALIAS),
        }
        situation.request["KeyId"] = forms[name]

        reply = situation.ask()

        assert reply["KeyId"] == arn


@pytest.mark.parametrize(
    "operation",
    [
        "CancelKeyDeletion",
        "GetParametersForImport",
        "ImportKeyMaterial",
        "RotateKeyOnDemand",
        "ScheduleKeyDeletion",
    ],
)
def test_key_id_in_replies_is_the_arn_for_those_without_aliases(operation):
    """So it is when the request has the bare id."""
    state = "PendingDeletion" if operation == "CancelKeyDeletion" else "Enabled"
    with mock_kms_cloudhsm(region=HOME) as aws:
        situation = Situation(aws, operation, state)
        situation.request["KeyId"] = situation.key["KeyId"]

        reply = situation.ask()

        assert reply["KeyId"] == situation.arn


def test_both_keys_of_re_encrypt_are_arns(kms, key_id):
    """SourceKeyId and KeyId."""
    arn = kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"]
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]

    reply = kms.re_encrypt(CiphertextBlob=blob, SourceKeyId=key_id, DestinationKeyId=key_id)

    assert reply["SourceKeyId"] == reply["KeyId"] == arn


def test_key_id_in_lists_is_bare(kms, key_id):
    """KeyMetadata and ListKeys have the ARN in a member of its own."""
    (entry,) = kms.list_keys()["Keys"]
    metadata = kms.describe_key(KeyId=key_id)["KeyMetadata"]

    assert entry == {"KeyId": key_id, "KeyArn": metadata["Arn"]}
    assert metadata["KeyId"] == key_id


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("GetParametersForImport", {"ImportToken", "KeyId", "ParametersValidTo", "PublicKey"}),
        ("ImportKeyMaterial", {"KeyId", "KeyMaterialId"}),
    ],
)
def test_members_of_the_import(operation, members):
    """These and no others."""
    with mock_kms_cloudhsm(region=HOME) as aws:
        reply = Situation(aws, operation, "Enabled").ask()

    assert set(reply) - {"ResponseMetadata"} == members
