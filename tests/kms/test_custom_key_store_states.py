import pytest
from clients_at_hand import REGION
from expect import refused
from key_stores import create, create_key, entry, fit_cluster, key_state, state

from kmsmock import mock_kms_cloudhsm

STATES = ("CONNECTED", "CONNECTING", "DISCONNECTED", "DISCONNECTING", "FAILED")


@pytest.fixture
def aws():
    """A world in which connecting takes twenty minutes, and disconnecting one."""
    with mock_kms_cloudhsm(region=REGION, transitions="realistic") as handle:
        yield handle


@pytest.fixture
def cluster(aws):
    """An active cluster with two HSMs and kmsuser."""
    return fit_cluster(aws)


@pytest.fixture
def in_state(aws, kms, cluster):
    """Make a key store, and bring it into a connection state by calls and time alone."""

    def make(wanted):
        wrong = {"KeyStorePassword": "notThePassword1"} if wanted == "FAILED" else {}
        store_id = create(kms, cluster, **wrong)
        if wanted != "DISCONNECTED":
            kms.connect_custom_key_store(CustomKeyStoreId=store_id)
        if wanted not in {"DISCONNECTED", "CONNECTING"}:
            aws.clock.advance(minutes=20)
        if wanted == "DISCONNECTING":
            kms.disconnect_custom_key_store(CustomKeyStoreId=store_id)
        assert state(kms, store_id) == wanted
        return store_id

    return make


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
def test_operations_by_connection_state(kms, cluster, in_state, operation, wanted):
    """Each operation is allowed in its states; in others it is refused and changes nothing."""
    allowed, call = OPERATIONS[operation]
    store_id = in_state(wanted)
    before = entry(kms, store_id)

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


def test_connecting_takes_its_time(aws, kms, in_state):
    """ConnectCustomKeyStore answers at once with nothing; CONNECTING goes on until CONNECTED."""
    store_id = in_state("DISCONNECTED")

    answer = kms.connect_custom_key_store(CustomKeyStoreId=store_id)

    assert answer.keys() == {"ResponseMetadata"}
    assert state(kms, store_id) == "CONNECTING"
    aws.clock.advance(minutes=19)
    assert state(kms, store_id) == "CONNECTING"
    aws.clock.advance(minutes=1)
    assert state(kms, store_id) == "CONNECTED"


def test_disconnecting_takes_its_time(aws, kms, in_state):
    """DisconnectCustomKeyStore answers at once; DISCONNECTING goes on until DISCONNECTED."""
    store_id = in_state("CONNECTED")

    answer = kms.disconnect_custom_key_store(CustomKeyStoreId=store_id)

    assert answer.keys() == {"ResponseMetadata"}
    assert state(kms, store_id) == "DISCONNECTING"
    aws.clock.advance(minutes=1)
    assert state(kms, store_id) == "DISCONNECTED"


def test_connecting_is_overtaken_by_disconnecting(aws, kms, in_state):
    """A key store that is disconnected while CONNECTING does not become CONNECTED later."""
    store_id = in_state("CONNECTING")
    kms.disconnect_custom_key_store(CustomKeyStoreId=store_id)
    assert state(kms, store_id) == "DISCONNECTING"

    aws.clock.advance(minutes=20)

    assert state(kms, store_id) == "DISCONNECTED"


def test_earlier_attempt_does_not_end_a_later_one(aws, kms, in_state):
    """Connecting anew takes its whole time, whenever the attempt before would have ended."""
    store_id = in_state("CONNECTING")
    kms.disconnect_custom_key_store(CustomKeyStoreId=store_id)
    aws.clock.advance(minutes=1)
    kms.connect_custom_key_store(CustomKeyStoreId=store_id)

    aws.clock.advance(minutes=19)

    assert state(kms, store_id) == "CONNECTING"
    aws.clock.advance(minutes=1)
    assert state(kms, store_id) == "CONNECTED"


def test_connecting_again_begins_nothing_new(aws, kms, in_state):
    """ConnectCustomKeyStore while CONNECTING does not begin anew."""
    store_id = in_state("CONNECTING")
    aws.clock.advance(minutes=15)

    kms.connect_custom_key_store(CustomKeyStoreId=store_id)

    aws.clock.advance(minutes=5)
    assert state(kms, store_id) == "CONNECTED"


def test_keys_become_unavailable_at_once(kms, in_state):
    """From DisconnectCustomKeyStore on, still DISCONNECTING, keys are Unavailable."""
    store_id = in_state("CONNECTED")
    key_id = create_key(kms, store_id)["KeyId"]

    kms.disconnect_custom_key_store(CustomKeyStoreId=store_id)

    metadata = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    assert (metadata["KeyState"], metadata["Enabled"]) == ("Unavailable", False)


def test_keys_are_back_when_connected(aws, kms, in_state):
    """Keys stay Unavailable while CONNECTING, and are Enabled again when CONNECTED."""
    store_id = in_state("CONNECTED")
    key_id = create_key(kms, store_id)["KeyId"]
    kms.disconnect_custom_key_store(CustomKeyStoreId=store_id)
    aws.clock.advance(minutes=1)

    kms.connect_custom_key_store(CustomKeyStoreId=store_id)

    assert key_state(kms, key_id) == "Unavailable"
    aws.clock.advance(minutes=20)
    assert key_state(kms, key_id) == "Enabled"
