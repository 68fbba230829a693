import pytest
from expect import refused
from key_stores import (
    PASSWORD,
    connected,
    create,
    create_key,
    delete_hsms,
    disconnect,
    entry,
    fit_cluster,
    outcome,
)


@pytest.fixture
def cluster(aws):
    """An active cluster with two HSMs and kmsuser."""
    return fit_cluster(aws)


def test_failed_store_connects_after_disconnecting(kms, cluster):
    """A FAILED key store is disconnected, mended and connected again; the error code goes."""
    store_id = create(kms, cluster, KeyStorePassword="notThePassword1")
    assert outcome(kms, store_id) == "INVALID_CREDENTIALS"

    disconnect(kms, store_id)
    assert "ConnectionErrorCode" not in entry(kms, store_id)
    kms.update_custom_key_store(CustomKeyStoreId=store_id, KeyStorePassword=PASSWORD)

    assert outcome(kms, store_id) == "CONNECTED"


def test_one_hsm_is_enough_to_connect(kms, cloudhsm, cluster):
    """Connecting needs one active HSM, and so does the use of keys, but CreateKey needs two."""
    store_id = connected(kms, cluster)
    key_id = create_key(kms, store_id)["KeyId"]
    disconnect(kms, store_id)

    delete_hsms(cloudhsm, cluster, keep=1)

    assert outcome(kms, store_id) == "CONNECTED"
    kms.encrypt(KeyId=key_id, Plaintext=b"secret")
    kms.generate_random(NumberOfBytes=32, CustomKeyStoreId=store_id)
    with refused("CloudHsmClusterInvalidConfigurationException"):
        create_key(kms, store_id)
