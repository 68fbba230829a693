import pytest
from expect import refused
from external_key_stores import create_key
from key_stores import disconnect

WRONG = (
    "The external key store proxy rejected the request because the specified ciphertext or "
    "encryption context is corrupted, missing, or otherwise invalid."
)
CONTEXT = {"department": "finance"}


@pytest.fixture
def store(aws):
    """A connected external key store whose key manager has two keys."""
    store = aws.external_key_store("ExampleKeyStore")
    store.proxy.add_key("external-key-1")
    store.proxy.add_key("external-key-2")
    return store


@pytest.fixture
def key_id(kms, store):
    """A key in the key store."""
    return create_key(kms, store.custom_key_store_id)["KeyId"]


@pytest.mark.parametrize("length", [1, 4096])
def test_key_encrypts_and_decrypts(kms, key_id, length):
    """A key with an external key serves for all that a symmetric key may encrypt."""
    plaintext = b"x" * length

    answer = kms.encrypt(KeyId=key_id, Plaintext=plaintext, EncryptionContext=CONTEXT)

    blob = answer["CiphertextBlob"]
    decrypted = kms.decrypt(CiphertextBlob=blob, EncryptionContext=CONTEXT)
    assert decrypted["Plaintext"] == plaintext
    assert "KeyMaterialId" not in decrypted


def test_key_serves_data_keys(kms, key_id):
    """GenerateDataKey gives a data key that Decrypt gives again."""
    data_key = kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")

    decrypted = kms.decrypt(CiphertextBlob=data_key["CiphertextBlob"])

    assert decrypted["Plaintext"] == data_key["Plaintext"]
    assert "KeyMaterialId" not in data_key


def test_data_key_without_plaintext(kms, key_id):
    """GenerateDataKeyWithoutPlaintext gives what Decrypt opens."""
    answer = kms.generate_data_key_without_plaintext(KeyId=key_id, NumberOfBytes=24)

    assert len(kms.decrypt(CiphertextBlob=answer["CiphertextBlob"])["Plaintext"]) == 24


def test_re_encrypts_from_and_to(kms, key_id):
    """ReEncrypt takes a ciphertext to an external key and away from it."""
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    blob = kms.encrypt(KeyId=other, Plaintext=b"text")["CiphertextBlob"]

    there = kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key_id)
    back = kms.re_encrypt(CiphertextBlob=there["CiphertextBlob"], DestinationKeyId=other)

    assert kms.decrypt(CiphertextBlob=back["CiphertextBlob"])["Plaintext"] == b"text"


@pytest.mark.parametrize("context", [{}, {"department": "sales"}, CONTEXT | {"more": "x"}])
def test_wrong_context_is_an_invalid_state(kms, key_id, context):
    """A wrong encryption context is KMSInvalidStateException, not InvalidCiphertextException."""
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"text", EncryptionContext=CONTEXT)["CiphertextBlob"]

    with refused("KMSInvalidStateException", WRONG):
        kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)


def test_longest_context_fits(kms, key_id):
    """An encryption context that alone is as long as a proxy's limit is bound all the same."""
    context = {f"key-{number}": "v" * 100 for number in range(75)}
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"text", EncryptionContext=context)["CiphertextBlob"]

    assert kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)["Plaintext"] == b"text"
    with refused("KMSInvalidStateException", WRONG):
        kms.decrypt(CiphertextBlob=blob, EncryptionContext=context | {"key-1": "w" * 100})


def test_broken_ciphertext_is_an_invalid_state(kms, key_id):
    """A ciphertext whose last bit differs is KMSInvalidStateException."""
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"text")["CiphertextBlob"]
    broken = blob[:-1] + bytes([blob[-1] ^ 1])

    with refused("KMSInvalidStateException", WRONG):
        kms.decrypt(CiphertextBlob=broken)


def test_nothing_but_a_ciphertext_is_invalid(kms, key_id):
    """What names no key at all is InvalidCiphertextException, as for every key."""
    with refused("InvalidCiphertextException"):
        kms.decrypt(CiphertextBlob=b"no ciphertext", KeyId=key_id)


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("generate_data_key_pair", {"KeyPairSpec": "ECC_NIST_P256"}),
        ("generate_data_key_pair_without_plaintext", {"KeyPairSpec": "ECC_NIST_P256"}),
    ],
)
def test_no_data_key_pairs(kms, key_id, operation, request_):
    """No key of a key store encrypts data key pairs."""
    with refused("UnsupportedOperationException"):
        getattr(kms, operation)(KeyId=key_id, **request_)


@pytest.mark.parametrize("connected", [True, False])
def test_no_random_bytes(kms, store, connected):
    """GenerateRandom takes none from an external key store, connected or not."""
    if not connected:
        disconnect(kms, store.custom_key_store_id)

    with refused("UnsupportedOperationException"):
        kms.generate_random(NumberOfBytes=32, CustomKeyStoreId=store.custom_key_store_id)


def test_disabled_external_key(kms, store, key_id):
    """While the external key is disabled in its manager, the KMS key fails in these words."""
    store.proxy.change_key("external-key-1", status="DISABLED")

    with refused(
        "KMSInvalidStateException",
        "The external key associated with this KMS key in an external key store is not enabled in "
        "the external key manager. Enable the external key in the external key manager and retry "
        "the request.",
    ):
        kms.encrypt(KeyId=key_id, Plaintext=b"text")


def test_external_key_for_encryption_only(kms, store, key_id):
    """An external key that may only encrypt any more fails at decrypting."""
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"text")["CiphertextBlob"]

    store.proxy.change_key("external-key-1", usage=["ENCRYPT"])

    kms.encrypt(KeyId=key_id, Plaintext=b"text")
    with refused(
        "KMSInvalidStateException",
        "The external key associated with this KMS key in an external key store does not support "
        "the requested operation. Enable the operation on the key in your external key manager, "
        "and try the request again.",
    ):
        kms.decrypt(CiphertextBlob=blob)


def test_lost_external_key_loses_its_ciphertexts(kms, store, key_id):
    """A new external key under the old id does not decrypt what the lost one encrypted."""
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"text")["CiphertextBlob"]

    store.proxy.delete_key("external-key-1")
    store.proxy.add_key("external-key-1")

    with refused("KMSInvalidStateException", WRONG):
        kms.decrypt(CiphertextBlob=blob)


def test_key_is_used_from_another_account(aws, kms, key_id):
    """The proxy of the key's own store serves callers of other accounts, too."""
    arn = kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"]
    kms.create_grant(
        KeyId=key_id,
        GranteePrincipal="arn:aws:iam::210987654321:root",
        Operations=["Encrypt"],
    )
    other = aws.client("kms", account_id="210987654321")

    assert other.encrypt(KeyId=arn, Plaintext=b"text")["KeyId"] == arn
