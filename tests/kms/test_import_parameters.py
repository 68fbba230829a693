"""GetParametersForImport: wrapping keys and import tokens."""

import datetime as dt
import os

import boto3
import pytest
from cryptography.hazmat.primitives import serialization
from expect import refused
from imports import MATERIAL, external_key, import_material, metadata, parameters, send

from kmsmock.crypto import sm2

DIRECT = ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"]
TWO_STEP = ["RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256"]
WRAPPINGS = [*DIRECT, *TWO_STEP]


@pytest.fixture
def key_id(kms):
    """A symmetric key that awaits its material."""
    return external_key(kms)


@pytest.mark.parametrize("bits", [2048, 3072, 4096])
def test_wrapping_key_is_rsa_of_the_length_asked_for(kms, key_id, bits):
    """WrappingKeySpec RSA_n gives a public key of n bits."""
    public_key = parameters(kms, key_id, wrapping_key=f"RSA_{bits}")["PublicKey"]

    assert serialization.load_der_public_key(public_key).key_size == bits


def test_parameters_name_the_key_by_its_arn_and_last_24_hours(aws, kms, key_id):
    """The reply has the key's ARN, the token, the public key and the end of their validity."""
    reply = parameters(kms, key_id)

    assert {*reply} - {"ResponseMetadata"} == {
        "ImportToken",
        "KeyId",
        "ParametersValidTo",
        "PublicKey",
    }
    assert reply["KeyId"] == metadata(kms, key_id)["Arn"]
    left = reply["ParametersValidTo"] - aws.clock.now()
    assert dt.timedelta(hours=23, minutes=59) < left <= dt.timedelta(hours=24)


def test_each_call_gives_another_wrapping_key_and_token(kms, key_id):
    """No two sets of parameters share anything."""
    first, second = parameters(kms, key_id), parameters(kms, key_id)

    assert first["PublicKey"] != second["PublicKey"]
    assert first["ImportToken"] != second["ImportToken"]


def test_key_material_of_kms_takes_no_import(kms):
    """A key of Origin AWS_KMS answers that its origin is not valid."""
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    text = f"{arn} origin is AWS_KMS which is not valid for this operation."

    with refused("UnsupportedOperationException", text):
        parameters(kms, arn)


@pytest.mark.parametrize("algorithm", WRAPPINGS)
@pytest.mark.parametrize(
    ("spec", "usage", "allowed"),
    [
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", DIRECT),
        ("HMAC_256", "GENERATE_VERIFY_MAC", DIRECT),
        ("RSA_2048", "SIGN_VERIFY", TWO_STEP),
        ("ECC_NIST_P256", "SIGN_VERIFY", WRAPPINGS),
        ("ECC_SECG_P256K1", "SIGN_VERIFY", WRAPPINGS),
        ("ECC_NIST_EDWARDS25519", "SIGN_VERIFY", WRAPPINGS),
        ("ECC_NIST_P521", "SIGN_VERIFY", TWO_STEP),
        ("ML_DSA_44", "SIGN_VERIFY", WRAPPINGS),
    ],
)
def test_kind_of_key_decides_how_it_may_be_wrapped(kms, spec, usage, allowed, algorithm):
    """Secrets go under RSA itself, RSA keys and long ECC keys under AES, under RSA_2048."""
    key_id = external_key(kms, spec, usage)

    if algorithm in allowed:
        assert parameters(kms, key_id, algorithm)["PublicKey"]
    else:
        with refused("UnsupportedOperationException"):
            parameters(kms, key_id, algorithm)


def test_longer_wrapping_key_takes_p521_directly(kms):
    """ECC_NIST_P521 goes under RSA_3072 with OAEP."""
    key_id = external_key(kms, "ECC_NIST_P521", "SIGN_VERIFY")

    assert parameters(kms, key_id, wrapping_key="RSA_3072")["PublicKey"]


def test_pkcs1_wrapping_is_not_supported_any_more(kms, key_id):
    """RSAES_PKCS1_V1_5 is in the model, and refused since October 2023."""
    with refused("UnsupportedOperationException"):
        parameters(kms, key_id, "RSAES_PKCS1_V1_5")


@pytest.mark.parametrize(
    ("algorithm", "wrapping_key"),
    [("SM2PKE", "SM2"), ("SM2PKE", "RSA_2048"), ("RSAES_OAEP_SHA_256", "SM2")],
)
def test_sm2_wrapping_is_refused_outside_china(kms, key_id, algorithm, wrapping_key):
    """Neither SM2PKE nor a wrapping key SM2 is offered in us-east-1."""
    with refused("UnsupportedOperationException"):
        parameters(kms, key_id, algorithm, wrapping_key)


def test_sm2_wraps_in_china(aws):
    """In the China Regions 16 bytes come in under SM2PKE."""
    pytest.importorskip("gmalg")
    kms = boto3.client("kms", region_name="cn-north-1")
    key_id = external_key(kms)
    given = parameters(kms, key_id, "SM2PKE", "SM2")
    # OpenSSL judges this function in tests/crypto.
    wrapped = sm2.encrypt(given["PublicKey"], MATERIAL[:16], os.urandom)

    kms.import_key_material(
        KeyId=key_id,
        ImportToken=given["ImportToken"],
        EncryptedKeyMaterial=wrapped,
        ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
    )

    assert metadata(kms, key_id)["KeyState"] == "Enabled"


def test_token_serves_until_its_24_hours_are_over(aws, kms, key_id):
    """After 24 hours the token is expired."""
    given = parameters(kms, key_id)
    aws.clock.advance(hours=23, minutes=59)
    send(kms, key_id, given, MATERIAL)

    aws.clock.advance(minutes=1)

    with refused("ExpiredImportTokenException"):
        send(kms, key_id, given, MATERIAL)


def test_token_serves_more_than_once(kms, key_id):
    """One set of parameters is good for several imports within its time."""
    given = parameters(kms, key_id)

    first = send(kms, key_id, given, MATERIAL)["KeyMaterialId"]

    assert send(kms, key_id, given, MATERIAL)["KeyMaterialId"] == first


def test_token_of_another_key_is_refused(kms, key_id):
    """A token belongs to the key for which it was given."""
    given = parameters(kms, external_key(kms))

    with refused("InvalidImportTokenException"):
        send(kms, key_id, given, MATERIAL)


@pytest.mark.parametrize("place", [0, 17, -1])
def test_altered_token_is_refused(kms, key_id, place):
    """A token with one bit changed is none of KMS's."""
    given = parameters(kms, key_id)
    token = bytearray(given["ImportToken"])
    token[place] ^= 1

    with refused("InvalidImportTokenException"):
        send(kms, key_id, given | {"ImportToken": bytes(token)}, MATERIAL)


def test_token_goes_with_the_wrapping_key_of_its_reply(kms, key_id):
    """Material wrapped under another reply's key cannot be opened."""
    given, other = parameters(kms, key_id), parameters(kms, key_id)

    with refused("InvalidCiphertextException", ""):
        send(kms, key_id, given | {"PublicKey": other["PublicKey"]}, MATERIAL)


def test_token_goes_with_the_algorithm_of_its_request(kms, key_id):
    """Material wrapped with another algorithm than was asked for cannot be opened."""
    given = parameters(kms, key_id, "RSAES_OAEP_SHA_256")

    with refused("InvalidCiphertextException", ""):
        send(kms, key_id, given, MATERIAL, "RSAES_OAEP_SHA_1")


def test_refused_import_leaves_the_key_as_it_was(kms, key_id):
    """After a refusal the key still awaits its material, and takes it."""
    with refused("IncorrectKeyMaterialException"):
        import_material(kms, key_id, b"short")

    assert metadata(kms, key_id)["KeyState"] == "PendingImport"
    assert import_material(kms, key_id)["KeyMaterialId"]
