"""Encapsulate and Decapsulate, judged outside KMS by other ML-KEM."""

import offline
import pytest
from expect import refused
from key_kinds import create, imported_key, kinds, needs_ml_kem, new_key

pytestmark = needs_ml_kem

LENGTHS = {"ML_KEM_512": 768, "ML_KEM_768": 1088, "ML_KEM_1024": 1568}

every_kind = pytest.mark.parametrize("kind", kinds("ENCAPSULATE_DECAPSULATE"))


@pytest.fixture
def kem_key(kms):
    return create(kms, "ML_KEM_768", "ENCAPSULATE_DECAPSULATE")


def encapsulate(kms, arn, **members):
    return kms.encapsulate(KeyId=arn, EncapsulationAlgorithm="ML_KEM", **members)


def decapsulate(kms, arn, blob, **members):
    return kms.decapsulate(
        KeyId=arn,
        EncapsulationAlgorithm="ML_KEM",
        SharedSecretCiphertextBlob=blob,
        **members,
    )


@every_kind
def test_a_secret_encapsulated_outside_is_recovered(aws, kind):
    """Under GetPublicKey's key."""
    kms, arn = new_key(kind)
    secret, blob = offline.encapsulate(kms.get_public_key(KeyId=arn)["PublicKey"])

    answer = decapsulate(kms, arn, blob)

    del answer["ResponseMetadata"]
    assert answer == {
        "KeyId": arn,
        "SharedSecret": secret,
        "EncapsulationAlgorithm": "ML_KEM",
    }


@every_kind
def test_a_secret_encapsulated_here_is_recovered_outside(aws, kind):
    """By the private key that was imported; the blob's length tells the key's spec."""
    kms, arn, private = imported_key(kind.spec, kind.usage)

    answer = encapsulate(kms, arn)

    blob = answer["SharedSecretCiphertextBlob"]
    assert len(blob) == LENGTHS[kind.spec]
    assert answer["SharedSecret"] == offline.decapsulate(private, blob)


@every_kind
def test_a_secret_encapsulated_here_is_recovered_here(aws, kind):
    """Both sides may be KMS."""
    kms, arn = new_key(kind)

    answer = encapsulate(kms, arn)

    recovered = decapsulate(kms, arn, answer["SharedSecretCiphertextBlob"])
    assert recovered["SharedSecret"] == answer["SharedSecret"]


@every_kind
def test_an_altered_blob_gives_another_secret_and_no_error(aws, kind):
    """Implicit rejection (FIPS 203): the same wrong secret each time, as it is outside."""
    kms, arn, private = imported_key(kind.spec, kind.usage)
    answer = encapsulate(kms, arn)
    blob = answer["SharedSecretCiphertextBlob"]
    altered = bytes([blob[0] ^ 1]) + blob[1:]

    rejected = decapsulate(kms, arn, altered)["SharedSecret"]

    assert len(rejected) == 32
    assert rejected != answer["SharedSecret"]
    assert rejected == offline.decapsulate(private, altered)


def test_a_blob_of_another_key_gives_another_secret_and_no_error(kms, kem_key):
    """Nothing tells whose the blob is."""
    answer = encapsulate(kms, create(kms, "ML_KEM_768", "ENCAPSULATE_DECAPSULATE"))

    recovered = decapsulate(kms, kem_key, answer["SharedSecretCiphertextBlob"])

    assert recovered["SharedSecret"] != answer["SharedSecret"]


@every_kind
def test_a_blob_of_another_length_is_refused(aws, kind):
    """The one thing that Decapsulate refuses a blob for; without a message."""
    kms, arn = new_key(kind)
    fitting = LENGTHS[kind.spec]
    others = {1, fitting - 1, fitting + 1, *LENGTHS.values()} - {fitting}

    for length in others:
        with refused("InvalidCiphertextException", "") as refusal:
            decapsulate(kms, arn, bytes(length))
        assert "message" not in refusal.response


def test_what_encapsulate_answers(kms, kem_key):
    """KeyId is the key ARN, also where the request named an alias; the secret has 32 bytes."""
    kms.create_alias(AliasName="alias/kem", TargetKeyId=kem_key)

    answer = encapsulate(kms, "alias/kem")

    assert answer["KeyId"] == kem_key
    assert answer["EncapsulationAlgorithm"] == "ML_KEM"
    assert len(answer["SharedSecret"]) == 32


def test_a_key_of_another_usage_is_refused(kms):
    """The text names the operation."""
    arn = create(kms, "ECC_NIST_P256", "KEY_AGREEMENT")
    text = f"{arn} key usage is KEY_AGREEMENT which is not valid for "

    with refused("InvalidKeyUsageException", f"{text}Encapsulate."):
        encapsulate(kms, arn)
    with refused("InvalidKeyUsageException", f"{text}Decapsulate."):
        decapsulate(kms, arn, b"any")


def test_a_disabled_key_is_refused(kms, kem_key):
    """Though encapsulation takes only its public half."""
    kms.disable_key(KeyId=kem_key)

    with refused("DisabledException", f"{kem_key} is disabled."):
        encapsulate(kms, kem_key)


def test_a_dry_run_encapsulates_nothing(kms, kem_key):
    """It answers that it would have succeeded."""
    with refused("DryRunOperationException"):
        encapsulate(kms, kem_key, DryRun=True)


def test_a_dry_run_of_decapsulate_tells_a_wrong_length(kms, kem_key):
    """What would fail, fails as it would."""
    with refused("InvalidCiphertextException"):
        decapsulate(kms, kem_key, b"short", DryRun=True)
    with refused("DryRunOperationException"):
        decapsulate(kms, kem_key, bytes(1088), DryRun=True)
