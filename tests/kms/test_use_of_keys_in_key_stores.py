import pytest
from expect import refused
from key_stores import (
    as_kms_user,
    connected,
    create_key,
    delete_cluster,
    delete_hsms,
    disconnect,
    fit_cluster,
    key_state,
    outcome,
    reconnect,
    succeed,
)

UNREACHABLE = "KMS cannot communicate with your CloudHSM cluster"


@pytest.fixture
def cluster(aws):
    """An active cluster with two HSMs and kmsuser."""
    return fit_cluster(aws)


@pytest.fixture
def store_id(kms, cluster):
    """A connected key store."""
    return connected(kms, cluster)


def test_encryption_with_a_key_in_the_cluster(kms, store_id):
    """Encrypt and Decrypt bind the context as everywhere, and name no material of KMS's."""
    key = create_key(kms, store_id)
    context = {"department": "sales"}

    encrypted = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"secret", EncryptionContext=context)
    decrypted = kms.decrypt(CiphertextBlob=encrypted["CiphertextBlob"], EncryptionContext=context)

    assert decrypted["Plaintext"] == b"secret"
    assert decrypted["KeyId"] == encrypted["KeyId"] == key["Arn"]
    assert "KeyMaterialId" not in decrypted
    with refused("InvalidCiphertextException"):
        kms.decrypt(CiphertextBlob=encrypted["CiphertextBlob"])


def test_data_keys_of_a_key_in_the_cluster(kms, store_id):
    """GenerateDataKey works, with and without plaintext, and names no material of KMS's."""
    key_id = create_key(kms, store_id)["KeyId"]

    data_key = kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")
    sealed = kms.generate_data_key_without_plaintext(KeyId=key_id, NumberOfBytes=24)

    opened = kms.decrypt(CiphertextBlob=data_key["CiphertextBlob"])
    assert opened["Plaintext"] == data_key["Plaintext"]
    assert len(kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"])["Plaintext"]) == 24
    assert not {"KeyMaterialId"} & (data_key.keys() | sealed.keys())


@pytest.mark.parametrize("into_store", [True, False])
def test_re_encryption_moves_in_and_out(kms, key_id, store_id, into_store):
    """ReEncrypt moves a ciphertext into a key store and out of it."""
    keys = [key_id, create_key(kms, store_id)["KeyId"]]
    source, destination = keys if into_store else reversed(keys)
    blob = kms.encrypt(KeyId=source, Plaintext=b"secret")["CiphertextBlob"]

    moved = kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=destination)

    opened = kms.decrypt(CiphertextBlob=moved["CiphertextBlob"])
    assert opened["Plaintext"] == b"secret"
    assert opened["KeyId"].endswith(destination)
    assert ("SourceKeyMaterialId" in moved) == into_store
    assert ("DestinationKeyMaterialId" in moved) != into_store


def test_ciphertexts_survive_a_reconnection(kms, store_id):
    """What was encrypted before a disconnection is decrypted after it."""
    key_id = create_key(kms, store_id)["KeyId"]
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]

    disconnect(kms, store_id)
    assert outcome(kms, store_id) == "CONNECTED"

    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"


USES = {
    "Encrypt": lambda kms, key_id, _blob: kms.encrypt(KeyId=key_id, Plaintext=b"secret"),
    "Decrypt": lambda kms, _key_id, blob: kms.decrypt(CiphertextBlob=blob),
    "ReEncrypt": lambda kms, key_id, blob: kms.re_encrypt(
        CiphertextBlob=blob, DestinationKeyId=key_id
    ),
    "GenerateDataKey": lambda kms, key_id, _blob: kms.generate_data_key(
        KeyId=key_id, KeySpec="AES_256"
    ),
    "GenerateDataKeyWithoutPlaintext": lambda kms, key_id, _blob: (
        kms.generate_data_key_without_plaintext(KeyId=key_id, KeySpec="AES_256")
    ),
}


@pytest.fixture
def key(kms, store_id):
    """A key in the key store."""
    return create_key(kms, store_id)


@pytest.fixture
def blob(kms, key):
    """A ciphertext under that key."""
    return kms.encrypt(KeyId=key["KeyId"], Plaintext=b"secret")["CiphertextBlob"]


@pytest.fixture(params=USES)
def use(request, kms, key, blob):
    """A use of the key."""
    return lambda: USES[request.param](kms, key["KeyId"], blob)


def test_use_while_disconnected(kms, store_id, key, use):
    """No use of a key whose key store is disconnected; the key is unavailable."""
    disconnect(kms, store_id)

    with refused("KMSInvalidStateException", f"{key['Arn']} is unavailable."):
        use()


def test_use_without_hsms(kms, cloudhsm, cluster, key, use):
    """No use of a key whose cluster has no HSM; the key stays Enabled."""
    delete_hsms(cloudhsm, cluster)

    with refused("KMSInvalidStateException", UNREACHABLE):
        use()

    assert key_state(kms, key["KeyId"]) == "Enabled"


def test_use_without_cluster(kms, cloudhsm, cluster, key, use):
    """No use of a key whose cluster is deleted; the key stays Enabled."""
    delete_cluster(cloudhsm, cluster)

    with refused("KMSInvalidStateException", UNREACHABLE):
        use()

    assert key_state(kms, key["KeyId"]) == "Enabled"


def test_use_without_backing_key(aws, kms, cluster, store_id, key):
    """No use of a key whose backing key the owner deleted; the key stays Enabled."""
    cli = as_kms_user(aws, kms, cluster, store_id)
    succeed(cli.key_delete(f"attr.label={key['Arn']}"))
    reconnect(kms, store_id, cli)

    with refused("KMSInvalidStateException", "The backing key does not exist in the cluster."):
        kms.encrypt(KeyId=key["KeyId"], Plaintext=b"secret")

    assert key_state(kms, key["KeyId"]) == "Enabled"


def test_use_while_disabled(kms, key, use):
    """No use of a disabled key."""
    kms.disable_key(KeyId=key["KeyId"])

    with refused("DisabledException", f"{key['Arn']} is disabled."):
        use()
