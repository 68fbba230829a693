"""What the record never has, neither in its events nor in memory."""

import base64
import json

import pytest
from expect import refused
from imports import MATERIAL, external_key, parameters, wrap
from key_situations import HOME, Situation
from key_stores import PASSWORD, fit_cluster
from policies import ROLE, ROOT, allow, policy

from kmsmock import mock_kms_cloudhsm
from kmsmock.protocol.model import operation_model


def record_text(aws):
    """All that the record shows, and all that it keeps."""
    return json.dumps(list(aws.events)) + repr(aws._world.record.happenings)


def secrets_in(members):
    """The blobs and tokens of a request or an answer, however deep."""
    for name, value in members.items():
        if isinstance(value, dict):
            yield from secrets_in(value)
        elif isinstance(value, bytes) or name == "GrantToken":
            yield value if isinstance(value, bytes) else value.encode()


@pytest.mark.parametrize(
    "operation",
    [
        "CreateGrant",
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
        "GetParametersForImport",
        "GetPublicKey",
        "ImportKeyMaterial",
        "ReEncrypt",
        "Sign",
        "Verify",
        "VerifyMac",
    ],
)
def test_blobs_and_tokens_are_never_recorded(operation):
    """Nothing of plaintexts, ciphertexts, messages, signatures, material and tokens is kept."""
    if operation_model("kms", operation) is None:
        pytest.skip("botocore does not know it yet")
    with mock_kms_cloudhsm(region=HOME) as aws:
        situation = Situation(aws, operation, "Enabled")

        reply = situation.ask()

        text = record_text(aws)
        assert operation in text
        for secret in [*secrets_in(situation.request), *secrets_in(reply)]:
            assert secret.hex() not in text
            assert base64.b64encode(secret).decode() not in text
            assert repr(secret)[2:-1] not in text or len(secret) < 3


def test_passwords_are_never_recorded(aws, kms):
    """Neither the one that a key store is made with nor the one that it is given later."""
    cluster = fit_cluster(aws)
    store_id = kms.create_custom_key_store(
        CustomKeyStoreName="store",
        CloudHsmClusterId=cluster.cluster_id,
        KeyStorePassword=PASSWORD,
        TrustAnchorCertificate=cluster.trust_anchor,
    )["CustomKeyStoreId"]
    kms.update_custom_key_store(CustomKeyStoreId=store_id, KeyStorePassword="another-1")

    text = record_text(aws)

    assert PASSWORD not in text
    assert "another-1" not in text


def test_proxy_credentials_are_never_recorded(aws, kms):
    """Those of an external key store's proxy are left out with the member that has them."""
    store_id = aws.external_key_store("store").custom_key_store_id
    secret = "x" * 43
    kms.disconnect_custom_key_store(CustomKeyStoreId=store_id)
    with refused("XksProxyIncorrectAuthenticationCredentialException"):
        kms.update_custom_key_store(
            CustomKeyStoreId=store_id,
            XksProxyAuthenticationCredential={
                "AccessKeyId": "A" * 20,
                "RawSecretAccessKey": secret,
            },
        )

    (event,) = aws.events.named("UpdateCustomKeyStore")
    assert event["requestParameters"] == {"customKeyStoreId": store_id}
    assert secret not in record_text(aws)


def test_grant_tokens_are_never_recorded(aws, kms, key_id):
    """Nor where they are used."""
    token = kms.create_grant(KeyId=key_id, GranteePrincipal=ROLE, Operations=["Encrypt"])
    kms.encrypt(KeyId=key_id, Plaintext=b"secret", GrantTokens=[token["GrantToken"]])
    kms.retire_grant(GrantToken=token["GrantToken"])

    assert token["GrantToken"] not in record_text(aws)


def test_policies_are_never_recorded(aws, kms):
    """Neither those that are put nor those that are answered."""
    own = policy(allow(principal=ROOT, Sid="DoNotShow"))
    key_id = kms.create_key(Policy=own, MultiRegion=True)["KeyMetadata"]["KeyId"]
    kms.put_key_policy(KeyId=key_id, Policy=own)
    kms.get_key_policy(KeyId=key_id)
    kms.replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1", Policy=own)

    (event,) = aws.events.named("PutKeyPolicy")
    assert event["requestParameters"] == {
        "keyId": key_id,
        "policyName": "default",
        "bypassPolicyLockoutSafetyCheck": False,
    }
    assert "DoNotShow" not in record_text(aws)


def test_imported_material_is_never_recorded(aws, kms):
    """Neither wrapped nor plain."""
    key_id = external_key(kms)
    given = parameters(kms, key_id)
    wrapped = wrap(given["PublicKey"], MATERIAL)
    kms.import_key_material(
        KeyId=key_id,
        ImportToken=given["ImportToken"],
        EncryptedKeyMaterial=wrapped,
        ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
    )

    (event,) = aws.events.named("ImportKeyMaterial")
    assert event["requestParameters"] == {
        "keyId": key_id,
        "expirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
    }
    assert MATERIAL.hex() not in record_text(aws)


def test_the_first_password_of_a_cluster_is_never_recorded(aws, cloudhsm):
    """CreateCluster answers without it in the record."""
    aws.cluster()

    password = cloudhsm.describe_clusters()["Clusters"][0].get("PreCoPassword", "PreCoPassword")

    assert password not in record_text(aws)
    assert "preCoPassword" not in record_text(aws)


def test_equal_calls_are_kept_once(aws, kms, key_id):
    """The record keeps the facts of a call that is repeated once, beside time and ids."""
    for _ in range(3):
        kms.describe_key(KeyId=key_id)

    facts = {id(it.facts) for it in aws._world.record.happenings[-3:]}

    assert len(facts) == 1
