"""Where each error that the model declares for an operation of KMS is reached, or why none can be.

A test is named by its file in tests/kms and its name: `test_aliases::test_alias_name_is_unique`.
"""

from proxy_requests import CREATIONS

from kmsmock.protocol.model import service_model

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
    ("TagResource", "LimitExceededException"): "too many tags are a TagException",
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
