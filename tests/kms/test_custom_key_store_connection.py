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
    state,
    take_time,
)

STATES = ("CONNECTED", "CONNECTING", "DISCONNECTED", "DISCONNECTING", "FAILED")


@pytest.fixture
def cluster(aws):
    """An active cluster with two HSMs and kmsuser."""
    return fit_cluster(aws)


def in_state(kms, cluster, wanted, monkeypatch):
    """The id of a new key store that has come into this state by calls alone."""
    if wanted == "FAILED":
        store_id = create(kms, cluster, KeyStorePassword="notThePassword1")
        assert outcome(kms, store_id) == "INVALID_CREDENTIALS"
        return store_id
    if wanted in {"DISCONNECTED", "CONNECTING"}:
        store_id = create(kms, cluster)
    else:
        store_id = connected(kms, cluster)
    take_time(monkeypatch)
    if wanted == "CONNECTING":
        kms.connect_custom_key_store(CustomKeyStoreId=store_id)
    if wanted == "DISCONNECTING":
        kms.disconnect_custom_key_store(CustomKeyStoreId=store_id)
    return store_id


OPERATIONS = {
    "ConnectCustomKeyStore": (
        {"DISCONNECTED", "CONNECTED", "CONNECTING"},
        lambda kms, store_id, _cluster: kms.connect_custom_key_store(CustomKeyStoreId=store_id),
    ),
    "DisconnectCustomKeyStore": (
        {"CONNECTED", "CONNECTING", "FAILED"},
        lambda kms, store_id, _cluster: kms.disconnect_custom_key_store(CustomKeyStoreId=store_id),
    ),
    "DeleteCustomKeyStore": (
        {"DISCONNECTED"},
        lambda kms, store_id, _cluster: kms.delete_custom_key_store(CustomKeyStoreId=store_id),
    ),
    "UpdateCustomKeyStore of NewCustomKeyStoreName": (
        {"CONNECTED", "DISCONNECTED"},
        lambda kms, store_id, _cluster: kms.update_custom_key_store(
            CustomKeyStoreId=store_id, NewCustomKeyStoreName="NewName"
        ),
    ),
    "UpdateCustomKeyStore of KeyStorePassword": (
        {"DISCONNECTED"},
        lambda kms, store_id, _cluster: kms.update_custom_key_store(
            CustomKeyStoreId=store_id, KeyStorePassword="NewPassword1"
        ),
    ),
    "UpdateCustomKeyStore of CloudHsmClusterId": (
        {"DISCONNECTED"},
        lambda kms, store_id, cluster: kms.update_custom_key_store(
            CustomKeyStoreId=store_id, CloudHsmClusterId=cluster.cluster_id
        ),
    ),
    "UpdateCustomKeyStore of name and password": (
        {"DISCONNECTED"},
        lambda kms, store_id, _cluster: kms.update_custom_key_store(
            CustomKeyStoreId=store_id,
            NewCustomKeyStoreName="NewName",
            KeyStorePassword="NewPassword1",
        ),
    ),
    "CreateKey": ({"CONNECTED"}, lambda kms, store_id, _cluster: create_key(kms, store_id)),
    "GenerateRandom": (
        {"CONNECTED"},
        lambda kms, store_id, _cluster: kms.generate_random(
            NumberOfBytes=32, CustomKeyStoreId=store_id
        ),
    ),
    "DescribeCustomKeyStores": (
        set(STATES),
        lambda kms, store_id, _cluster: kms.describe_custom_key_stores(CustomKeyStoreId=store_id),
    ),
}
"""Operation -> the connection states that allow it, and how it is called."""


@pytest.mark.parametrize("wanted", STATES)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_operations_by_connection_state(kms, cluster, monkeypatch, operation, wanted):
    """Each operation is allowed in its states; in others it is refused and changes nothing."""
    allowed, call = OPERATIONS[operation]
    store_id = in_state(kms, cluster, wanted, monkeypatch)
    before = entry(kms, store_id)
    assert before["ConnectionState"] == wanted

    if wanted in allowed:
        call(kms, store_id, cluster)
        return

    with refused("CustomKeyStoreInvalidStateException"):
        call(kms, store_id, cluster)
    assert entry(kms, store_id) == before


@pytest.mark.parametrize(
    "operation", [name for name in OPERATIONS if name != "DescribeCustomKeyStores"]
)
def test_unknown_store_is_not_found(kms, cluster, operation):
    """Every operation refuses the id of a key store that is not there."""
    with refused("CustomKeyStoreNotFoundException"):
        OPERATIONS[operation][1](kms, "cks-00000000000000000", cluster)


def test_connecting_takes_its_time(aws, kms, cluster, monkeypatch):
    """ConnectCustomKeyStore answers at once with nothing; CONNECTING goes on until CONNECTED."""
    store_id = create(kms, cluster)
    take_time(monkeypatch)

    answer = kms.connect_custom_key_store(CustomKeyStoreId=store_id)

    assert answer.keys() == {"ResponseMetadata"}
    assert state(kms, store_id) == "CONNECTING"
    aws.clock.advance(minutes=19)
    assert state(kms, store_id) == "CONNECTING"
    aws.clock.advance(minutes=1)
    assert state(kms, store_id) == "CONNECTED"


def test_disconnecting_takes_its_time(aws, kms, cluster, monkeypatch):
    """DisconnectCustomKeyStore answers at once; DISCONNECTING goes on until DISCONNECTED."""
    store_id = connected(kms, cluster)
    take_time(monkeypatch)

    answer = kms.disconnect_custom_key_store(CustomKeyStoreId=store_id)

    assert answer.keys() == {"ResponseMetadata"}
    assert state(kms, store_id) == "DISCONNECTING"
    aws.clock.advance(minutes=20)
    assert state(kms, store_id) == "DISCONNECTED"


def test_connecting_is_overtaken_by_disconnecting(aws, kms, cluster, monkeypatch):
    """A key store that is disconnected while CONNECTING does not become CONNECTED later."""
    store_id = create(kms, cluster)
    take_time(monkeypatch)
    kms.connect_custom_key_store(CustomKeyStoreId=store_id)
    aws.clock.advance(minutes=10)
    kms.disconnect_custom_key_store(CustomKeyStoreId=store_id)

    aws.clock.advance(minutes=10)

    assert state(kms, store_id) == "DISCONNECTING"
    aws.clock.advance(minutes=10)
    assert state(kms, store_id) == "DISCONNECTED"


def test_connecting_again_begins_nothing_new(aws, kms, cluster, monkeypatch):
    """ConnectCustomKeyStore while CONNECTING does not begin anew."""
    store_id = create(kms, cluster)
    take_time(monkeypatch)
    kms.connect_custom_key_store(CustomKeyStoreId=store_id)
    aws.clock.advance(minutes=15)

    kms.connect_custom_key_store(CustomKeyStoreId=store_id)

    aws.clock.advance(minutes=5)
    assert state(kms, store_id) == "CONNECTED"


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
