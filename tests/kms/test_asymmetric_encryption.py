"""Encrypt, Decrypt and ReEncrypt with RSA and SM2 keys, judged outside KMS."""

import offline
import pytest
from expect import refused
from key_kinds import create, imported_key, kinds, new_key

PLAINTEXT = b"attack at dawn"

LONGEST = {
    ("RSA_2048", "RSAES_OAEP_SHA_1"): 214,
    ("RSA_2048", "RSAES_OAEP_SHA_256"): 190,
    ("RSA_3072", "RSAES_OAEP_SHA_1"): 342,
    ("RSA_3072", "RSAES_OAEP_SHA_256"): 318,
    ("RSA_4096", "RSAES_OAEP_SHA_1"): 470,
    ("RSA_4096", "RSAES_OAEP_SHA_256"): 446,
    ("SM2", "SM2PKE"): 1024,
}

every_kind = pytest.mark.parametrize("kind", kinds("ENCRYPT_DECRYPT", asymmetric=True))


@pytest.fixture
def rsa_key(kms):
    return create(kms, "RSA_2048", "ENCRYPT_DECRYPT")


@pytest.fixture
def rsa_blob(kms, rsa_key):
    return kms.encrypt(
        KeyId=rsa_key, Plaintext=PLAINTEXT, EncryptionAlgorithm="RSAES_OAEP_SHA_256"
    )["CiphertextBlob"]


@every_kind
def test_what_was_encrypted_outside_is_decrypted(aws, kind):
    """Under GetPublicKey's key."""
    kms, arn = new_key(kind)
    public = kms.get_public_key(KeyId=arn)["PublicKey"]
    blob = offline.encrypt(public, kind.algorithm, PLAINTEXT)

    answer = kms.decrypt(KeyId=arn, CiphertextBlob=blob, EncryptionAlgorithm=kind.algorithm)

    del answer["ResponseMetadata"]
    assert answer == {
        "KeyId": arn,
        "Plaintext": PLAINTEXT,
        "EncryptionAlgorithm": kind.algorithm,
    }


@every_kind
def test_what_was_encrypted_here_is_decrypted_outside(aws, kind):
    """With the private key that was imported; up to the longest plaintext."""
    kms, arn, private = imported_key(kind.spec, kind.usage)
    plaintext = b"\xa5" * LONGEST[kind.spec, kind.algorithm]

    answer = kms.encrypt(KeyId=arn, Plaintext=plaintext, EncryptionAlgorithm=kind.algorithm)

    blob = answer["CiphertextBlob"]
    assert offline.decrypt(private, kind.algorithm, blob) == plaintext
    assert (answer["KeyId"], answer["EncryptionAlgorithm"]) == (arn, kind.algorithm)


@every_kind
def test_what_was_encrypted_here_is_decrypted_here(aws, kind):
    """Both sides may be KMS."""
    kms, arn = new_key(kind)
    named = {"KeyId": arn, "EncryptionAlgorithm": kind.algorithm}

    blob = kms.encrypt(Plaintext=PLAINTEXT, **named)["CiphertextBlob"]

    assert kms.decrypt(CiphertextBlob=blob, **named)["Plaintext"] == PLAINTEXT


@every_kind
def test_a_plaintext_that_is_too_long_is_refused(aws, kind):
    """The text tells the limit."""
    kms, arn = new_key(kind)
    longest = LONGEST[kind.spec, kind.algorithm]

    text = (
        f"Algorithm {kind.algorithm} and key spec {kind.spec} cannot encrypt data larger than "
        f"{longest} bytes."
    )
    with refused("ValidationException", text):
        kms.encrypt(KeyId=arn, Plaintext=bytes(longest + 1), EncryptionAlgorithm=kind.algorithm)


@every_kind
def test_a_spoiled_ciphertext_is_refused(aws, kind):
    """Altered, cut, longer or of another key; without a message."""
    kms, arn = new_key(kind)
    named = {"KeyId": arn, "EncryptionAlgorithm": kind.algorithm}
    good = kms.encrypt(Plaintext=PLAINTEXT, **named)["CiphertextBlob"]
    _, other = new_key(kind)
    foreign = kms.encrypt(**named | {"KeyId": other}, Plaintext=PLAINTEXT)["CiphertextBlob"]
    altered = good[:-1] + bytes([good[-1] ^ 1])

    for blob in (altered, good[:-1], good + b"\0", b"garbage", foreign):
        with refused("InvalidCiphertextException", "") as refusal:
            kms.decrypt(CiphertextBlob=blob, **named)
        assert "message" not in refusal.response


@every_kind
def test_an_encryption_context_is_refused(aws, kind):
    """Neither RSA nor SM2 binds one; an empty one is none."""
    kms, arn = new_key(kind)
    named = {"KeyId": arn, "EncryptionAlgorithm": kind.algorithm}
    blob = kms.encrypt(Plaintext=PLAINTEXT, EncryptionContext={}, **named)["CiphertextBlob"]

    with refused("ValidationException"):
        kms.encrypt(Plaintext=PLAINTEXT, EncryptionContext={"a": "1"}, **named)
    with refused("ValidationException"):
        kms.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "1"}, **named)


def test_the_other_algorithm_of_the_key_does_not_decrypt(kms, rsa_key, rsa_blob):
    """It fits the key, so it is the ciphertext that is wrong."""
    with refused("InvalidCiphertextException", ""):
        kms.decrypt(KeyId=rsa_key, CiphertextBlob=rsa_blob, EncryptionAlgorithm="RSAES_OAEP_SHA_1")


def test_the_key_must_be_named_to_decrypt(kms, rsa_blob):
    """The ciphertext does not tell it."""
    with refused("InvalidCiphertextException", ""):
        kms.decrypt(CiphertextBlob=rsa_blob, EncryptionAlgorithm="RSAES_OAEP_SHA_256")


def test_the_algorithm_must_be_named_to_decrypt(kms, rsa_key, rsa_blob):
    """Without it the ciphertext is taken for a symmetric one."""
    with refused("InvalidCiphertextException", ""):
        kms.decrypt(KeyId=rsa_key, CiphertextBlob=rsa_blob)


def test_the_algorithm_must_be_named_to_encrypt(kms, rsa_key):
    """The default is the symmetric one."""
    text = "Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048."

    with refused("InvalidKeyUsageException", text):
        kms.encrypt(KeyId=rsa_key, Plaintext=PLAINTEXT)


def test_a_symmetric_ciphertext_is_not_an_rsa_keys(kms, key_id, rsa_key):
    """Whichever way it is asked."""
    blob = kms.encrypt(KeyId=key_id, Plaintext=PLAINTEXT)["CiphertextBlob"]

    with refused("IncorrectKeyException"):
        kms.decrypt(KeyId=rsa_key, CiphertextBlob=blob)
    with refused("InvalidCiphertextException", ""):
        kms.decrypt(KeyId=rsa_key, CiphertextBlob=blob, EncryptionAlgorithm="RSAES_OAEP_SHA_256")


@pytest.mark.parametrize(
    ("spec", "usage"),
    [("RSA_2048", "SIGN_VERIFY"), ("HMAC_256", "GENERATE_VERIFY_MAC")],
)
def test_a_key_of_another_usage_does_not_decrypt(kms, rsa_blob, spec, usage):
    """An RSA ciphertext does not tell that it is another key's."""
    arn = create(kms, spec, usage)

    text = f"{arn} key usage is {usage} which is not valid for Decrypt."
    with refused("InvalidKeyUsageException", text):
        kms.decrypt(KeyId=arn, CiphertextBlob=rsa_blob, EncryptionAlgorithm="RSAES_OAEP_SHA_256")


def test_re_encrypt_from_an_rsa_key_to_a_symmetric_one(kms, key_id, rsa_key, rsa_blob):
    """Only the symmetric side has key material to tell of."""
    answer = kms.re_encrypt(
        CiphertextBlob=rsa_blob,
        SourceKeyId=rsa_key,
        SourceEncryptionAlgorithm="RSAES_OAEP_SHA_256",
        DestinationKeyId=key_id,
    )

    assert kms.decrypt(CiphertextBlob=answer["CiphertextBlob"])["Plaintext"] == PLAINTEXT
    assert answer["SourceKeyId"] == rsa_key
    assert answer["SourceEncryptionAlgorithm"] == "RSAES_OAEP_SHA_256"
    assert "SourceKeyMaterialId" not in answer
    assert "DestinationKeyMaterialId" in answer


def test_re_encrypt_from_a_symmetric_key_to_an_rsa_one(kms, key_id):
    """What comes out is decrypted outside."""
    _, rsa_key, private = imported_key("RSA_2048", "ENCRYPT_DECRYPT")
    blob = kms.encrypt(KeyId=key_id, Plaintext=PLAINTEXT)["CiphertextBlob"]

    answer = kms.re_encrypt(
        CiphertextBlob=blob,
        DestinationKeyId=rsa_key,
        DestinationEncryptionAlgorithm="RSAES_OAEP_SHA_1",
    )

    new_blob = answer["CiphertextBlob"]
    assert offline.decrypt(private, "RSAES_OAEP_SHA_1", new_blob) == PLAINTEXT
    assert "DestinationKeyMaterialId" not in answer


def test_re_encrypt_keeps_to_the_destinations_limit(kms, key_id, rsa_key):
    """What a symmetric key encrypted may be too long for RSA."""
    blob = kms.encrypt(KeyId=key_id, Plaintext=bytes(191))["CiphertextBlob"]

    text = (
        "Algorithm RSAES_OAEP_SHA_256 and key spec RSA_2048 cannot encrypt data larger than 190 "
        "bytes."
    )
    with refused("ValidationException", text):
        kms.re_encrypt(
            CiphertextBlob=blob,
            DestinationKeyId=rsa_key,
            DestinationEncryptionAlgorithm="RSAES_OAEP_SHA_256",
        )


def test_re_encrypt_needs_the_destinations_algorithm(kms, key_id, rsa_key):
    """The default is the symmetric one."""
    blob = kms.encrypt(KeyId=key_id, Plaintext=PLAINTEXT)["CiphertextBlob"]

    text = "Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048."
    with refused("InvalidKeyUsageException", text):
        kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=rsa_key)


def test_re_encrypt_binds_no_context_to_an_rsa_ciphertext(kms, key_id, rsa_key):
    """The destination's context is refused as Encrypt's is."""
    blob = kms.encrypt(KeyId=key_id, Plaintext=PLAINTEXT)["CiphertextBlob"]

    with refused("ValidationException"):
        kms.re_encrypt(
            CiphertextBlob=blob,
            DestinationKeyId=rsa_key,
            DestinationEncryptionAlgorithm="RSAES_OAEP_SHA_256",
            DestinationEncryptionContext={"a": "1"},
        )
