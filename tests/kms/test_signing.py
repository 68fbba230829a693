"""Sign, Verify and GetPublicKey, judged outside KMS by `cryptography`."""

import hashlib

import offline
import pytest
from expect import refused
from key_kinds import (
    ALGORITHM_MEMBERS,
    KINDS,
    Kind,
    client_for,
    create,
    imported_key,
    kinds,
    marks,
    new_key,
    specs,
)

MESSAGE = b"pay Alice 10"

ONE_OF_EACH = ("RSA_2048", "ECC_NIST_P256", "ECC_NIST_EDWARDS25519", "ML_DSA_44", "SM2")
"""One KeySpec of each scheme."""

every_kind = pytest.mark.parametrize("kind", kinds("SIGN_VERIFY"))


def message_of(kms, arn, kind, message=MESSAGE):
    """Message, MessageType and SigningAlgorithm, as a client sends them for this message."""
    spki = kms.get_public_key(KeyId=arn)["PublicKey"]
    return {
        "Message": offline.sent_to_kms(message, kind, spki),
        "MessageType": kind.message_type,
        "SigningAlgorithm": kind.algorithm,
    }


@pytest.fixture
def signing_key(kms):
    return create(kms, "ECC_NIST_P256", "SIGN_VERIFY")


@pytest.fixture
def rsa_key(kms):
    return create(kms, "RSA_2048", "SIGN_VERIFY")


@every_kind
def test_a_signature_verifies_outside(aws, kind):
    """Whatever the message type, it is the message's signature under GetPublicKey's key."""
    kms, arn = new_key(kind)

    signature = kms.sign(KeyId=arn, **message_of(kms, arn, kind))["Signature"]

    public = kms.get_public_key(KeyId=arn)["PublicKey"]
    offline.verify(public, kind.algorithm, MESSAGE, signature)


@every_kind
def test_a_signature_made_outside_verifies_here(aws, kind):
    """With the private key that was imported; KMS recognises it in every message type."""
    kms, arn, private = imported_key(kind.spec, kind.usage)
    signature = offline.sign(private, kind.algorithm, MESSAGE)

    answer = kms.verify(KeyId=arn, Signature=signature, **message_of(kms, arn, kind))

    assert answer["SignatureValid"] is True


@every_kind
def test_a_signature_of_another_message_is_refused(aws, kind):
    """Verify raises, without a message; it never answers false."""
    kms, arn = new_key(kind)
    signature = kms.sign(KeyId=arn, **message_of(kms, arn, kind))["Signature"]

    with refused("KMSInvalidSignatureException", "") as refusal:
        kms.verify(KeyId=arn, Signature=signature, **message_of(kms, arn, kind, b"pay Eve 10"))

    assert "message" not in refusal.response


@pytest.mark.parametrize(
    "kind", [row for row in kinds("SIGN_VERIFY") if row.values[0].spec in ONE_OF_EACH]
)
def test_a_spoiled_signature_is_refused(aws, kind):
    """Altered, cut, longer or no signature at all: one error for all."""
    kms, arn = new_key(kind)
    request = message_of(kms, arn, kind)
    good = kms.sign(KeyId=arn, **request)["Signature"]

    for spoiled in (good[:-1] + bytes([good[-1] ^ 1]), good[:-1], good + b"\0", b"garbage"):
        with refused("KMSInvalidSignatureException", ""):
            kms.verify(KeyId=arn, Signature=spoiled, **request)


@pytest.mark.parametrize(
    ("signed", "verified"), [("RAW", "DIGEST"), ("DIGEST", "RAW")], ids=["raw", "digest"]
)
def test_a_message_and_its_digest_are_the_same_message(kms, rsa_key, signed, verified):
    """The message type of Verify need not be that of Sign."""
    sent = {"RAW": MESSAGE, "DIGEST": hashlib.sha256(MESSAGE).digest()}
    named = {"KeyId": rsa_key, "SigningAlgorithm": "RSASSA_PSS_SHA_256"}
    signature = kms.sign(Message=sent[signed], MessageType=signed, **named)["Signature"]

    answer = kms.verify(Message=sent[verified], MessageType=verified, Signature=signature, **named)

    assert answer["SignatureValid"] is True


@pytest.mark.parametrize("spec", ["ECC_NIST_P256", "ECC_NIST_P521", "ECC_SECG_P256K1"])
def test_no_two_ecdsa_signatures_are_the_same(kms, spec):
    """ECDSA takes a fresh secret number for each signature (FIPS 186-5 section 6.4)."""
    key = kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    algorithm = key["SigningAlgorithms"][0]
    made = {
        kms.sign(KeyId=key["KeyId"], Message=b"message", SigningAlgorithm=algorithm)["Signature"]
        for _ in range(3)
    }
    assert len(made) == 3


def test_a_message_is_raw_unless_told(kms, signing_key):
    """A digest sent without a message type is hashed again."""
    digest = hashlib.sha256(MESSAGE).digest()

    answer = kms.sign(KeyId=signing_key, Message=digest, SigningAlgorithm="ECDSA_SHA_256")

    public = kms.get_public_key(KeyId=signing_key)["PublicKey"]
    offline.verify(public, "ECDSA_SHA_256", digest, answer["Signature"])


def test_another_algorithm_of_the_key_does_not_verify(kms, rsa_key):
    """It fits the key, so it is the signature that is wrong."""
    signature = kms.sign(KeyId=rsa_key, Message=MESSAGE, SigningAlgorithm="RSASSA_PSS_SHA_256")[
        "Signature"
    ]

    with refused("KMSInvalidSignatureException", ""):
        kms.verify(
            KeyId=rsa_key,
            Message=MESSAGE,
            Signature=signature,
            SigningAlgorithm="RSASSA_PSS_SHA_512",
        )


def test_another_key_does_not_verify(kms, signing_key):
    """A signature is one key's."""
    other = create(kms, "ECC_NIST_P256", "SIGN_VERIFY")
    named = {"Message": MESSAGE, "SigningAlgorithm": "ECDSA_SHA_256"}
    signature = kms.sign(KeyId=other, **named)["Signature"]

    with refused("KMSInvalidSignatureException", ""):
        kms.verify(KeyId=signing_key, Signature=signature, **named)


def test_what_sign_answers(kms, signing_key):
    """KeyId is the key ARN, whatever the request named."""
    kms.create_alias(AliasName="alias/signing", TargetKeyId=signing_key)

    answer = kms.sign(KeyId="alias/signing", Message=MESSAGE, SigningAlgorithm="ECDSA_SHA_256")

    assert answer["KeyId"] == signing_key
    assert answer["SigningAlgorithm"] == "ECDSA_SHA_256"
    assert set(answer) == {"KeyId", "Signature", "SigningAlgorithm", "ResponseMetadata"}


def test_what_verify_answers(kms, signing_key):
    """KeyId is the key ARN, whatever the request named."""
    named = {"Message": MESSAGE, "SigningAlgorithm": "ECDSA_SHA_256"}
    signature = kms.sign(KeyId=signing_key, **named)["Signature"]

    answer = kms.verify(KeyId=signing_key.rpartition("/")[2], Signature=signature, **named)

    del answer["ResponseMetadata"]
    assert answer == {
        "KeyId": signing_key,
        "SignatureValid": True,
        "SigningAlgorithm": "ECDSA_SHA_256",
    }


SIGNED = [kind for kind in KINDS if kind.usage == "SIGN_VERIFY"]


@pytest.mark.parametrize(
    ("spec", "algorithm", "message_type"),
    [
        pytest.param(spec, algorithm, message_type, marks=marks(spec))
        for spec, algorithm in sorted({(kind.spec, kind.algorithm) for kind in SIGNED})
        for message_type in ("RAW", "DIGEST", "EXTERNAL_MU")
        if spec in ONE_OF_EACH and Kind(spec, "SIGN_VERIFY", algorithm, message_type) not in SIGNED
    ],
)
def test_a_message_type_that_the_algorithm_lacks_is_refused(aws, spec, algorithm, message_type):
    """The table's message types are all that there are."""
    kms = client_for(spec)

    text = f"Algorithm {algorithm} is incompatible with message type {message_type}."
    with refused("ValidationException", text):
        kms.sign(
            KeyId=create(kms, spec, "SIGN_VERIFY"),
            Message=bytes(64),
            MessageType=message_type,
            SigningAlgorithm=algorithm,
        )


@pytest.mark.parametrize("change", [-1, 1], ids=["short", "long"])
@pytest.mark.parametrize("operation", ["sign", "verify"])
@pytest.mark.parametrize(
    "kind",
    [
        row
        for row in kinds("SIGN_VERIFY")
        if row.values[0].spec in ONE_OF_EACH and row.values[0].message_type != "RAW"
    ],
)
def test_a_digest_of_another_length_is_refused(aws, kind, operation, change):
    """Digests are as long as the algorithm's hash, ML-DSA's representatives 64 bytes."""
    kms, arn = new_key(kind)
    request = message_of(kms, arn, kind)
    request["Message"] = bytes(len(request["Message"]) + change)
    if operation == "verify":
        request["Signature"] = b"any"

    text = f"Digest is invalid length for algorithm {kind.algorithm}."
    with refused("ValidationException", text):
        getattr(kms, operation)(KeyId=arn, **request)


def test_an_algorithm_of_another_spec_is_refused(kms, signing_key):
    """It is the key's spec that lacks it."""
    text = "Algorithm ECDSA_SHA_384 is incompatible with key spec ECC_NIST_P256."
    with refused("InvalidKeyUsageException", text):
        kms.sign(KeyId=signing_key, Message=MESSAGE, SigningAlgorithm="ECDSA_SHA_384")


@pytest.mark.parametrize(
    ("spec", "usage"),
    [
        ("HMAC_256", "GENERATE_VERIFY_MAC"),
        ("RSA_2048", "ENCRYPT_DECRYPT"),
        ("ECC_NIST_P256", "KEY_AGREEMENT"),
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"),
    ],
)
def test_a_key_of_another_usage_does_not_sign(kms, spec, usage):
    """The usage is judged before the algorithm."""
    arn = create(kms, spec, usage)

    with refused(
        "InvalidKeyUsageException", f"{arn} key usage is {usage} which is not valid for Sign."
    ):
        kms.sign(KeyId=arn, Message=MESSAGE, SigningAlgorithm="ML_DSA_SHAKE_256")


def test_a_key_of_another_usage_does_not_verify(kms, key_id):
    """The text names the operation."""
    with refused("InvalidKeyUsageException") as refusal:
        kms.verify(
            KeyId=key_id,
            Message=MESSAGE,
            Signature=b"any",
            SigningAlgorithm="RSASSA_PSS_SHA_256",
        )

    assert refusal.message.endswith(
        f"{key_id} key usage is ENCRYPT_DECRYPT which is not valid for Verify."
    )


def test_the_state_is_judged_before_the_usage(kms, key_id):
    """A disabled key is disabled, whatever it is for."""
    kms.disable_key(KeyId=key_id)

    with refused("DisabledException"):
        kms.sign(KeyId=key_id, Message=MESSAGE, SigningAlgorithm="RSASSA_PSS_SHA_256")


def test_a_dry_run_of_sign_signs_nothing(kms, signing_key):
    """It answers that it would have succeeded."""
    with refused(
        "DryRunOperationException",
        "The request would have succeeded, but the DryRun option is set.",
    ):
        kms.sign(KeyId=signing_key, Message=MESSAGE, SigningAlgorithm="ECDSA_SHA_256", DryRun=True)


def test_a_dry_run_of_verify_tells_a_wrong_signature(kms, signing_key):
    """What would fail, fails as it would."""
    with refused("KMSInvalidSignatureException", ""):
        kms.verify(
            KeyId=signing_key,
            Message=MESSAGE,
            Signature=b"wrong",
            SigningAlgorithm="ECDSA_SHA_256",
            DryRun=True,
        )


ASYMMETRIC = sorted(
    {(kind.spec, kind.usage) for kind in KINDS if not kind.spec.startswith(("HMAC", "SYMMETRIC"))}
)


@pytest.mark.parametrize(
    ("spec", "usage"),
    [pytest.param(spec, usage, marks=marks(spec)) for spec, usage in ASYMMETRIC],
)
def test_what_get_public_key_answers(aws, spec, usage):
    """The key's spec under both names, its usage, and the one list of its algorithms."""
    kms, arn, private = imported_key(spec, usage)

    answer = kms.get_public_key(KeyId=arn)

    listed = ALGORITHM_MEMBERS[usage]
    described = kms.describe_key(KeyId=arn)["KeyMetadata"]
    del answer["ResponseMetadata"]
    assert answer == {
        "KeyId": arn,
        "PublicKey": offline.public_of(private),
        "CustomerMasterKeySpec": spec,
        "KeySpec": spec,
        "KeyUsage": usage,
        listed: described[listed],
    }


@pytest.mark.parametrize("spec", specs("SYMMETRIC_DEFAULT", "HMAC_224"))
def test_a_key_without_a_public_half_is_refused(kms, spec):
    """Symmetric and HMAC keys have none; the error has no message."""
    usage = "GENERATE_VERIFY_MAC" if spec.startswith("HMAC") else "ENCRYPT_DECRYPT"
    arn = create(kms, spec, usage)

    with refused("UnsupportedOperationException", "") as refusal:
        kms.get_public_key(KeyId=arn)

    assert "message" not in refusal.response


def test_get_public_key_takes_an_alias(kms, signing_key):
    """And answers with the key ARN."""
    kms.create_alias(AliasName="alias/signing", TargetKeyId=signing_key)

    assert kms.get_public_key(KeyId="alias/signing")["KeyId"] == signing_key


def test_a_disabled_key_keeps_its_public_half_to_itself(kms, signing_key):
    """Though only public material would be told."""
    kms.disable_key(KeyId=signing_key)

    with refused("DisabledException", f"{signing_key} is disabled."):
        kms.get_public_key(KeyId=signing_key)
