"""`transitions`: how long AWS's slow changes take in a world."""

import boto3
import pytest
from clusters import active_cluster, described, new_cluster

from kmsmock import mock_kms_cloudhsm


@pytest.fixture
def aws():
    """A world whose changes take AWS's time."""
    with mock_kms_cloudhsm(region="us-east-1", transitions="realistic") as handle:
        yield handle


def connection_state(kms, store_id):
    """The key store's state, as DescribeCustomKeyStores has it."""
    (store,) = kms.describe_custom_key_stores(CustomKeyStoreId=store_id)["CustomKeyStores"]
    return store["ConnectionState"]


def test_realistic_cluster_is_in_creation_until_its_time_is_over(aws, cloudhsm):
    """With "realistic" every call sees CREATE_IN_PROGRESS until the clock has moved on."""
    cluster_id = new_cluster(cloudhsm)
    aws.clock.advance(minutes=4)
    assert described(cloudhsm, cluster_id)["State"] == "CREATE_IN_PROGRESS"

    aws.clock.advance(minutes=2)

    assert described(cloudhsm, cluster_id)["State"] == "UNINITIALIZED"


def test_realistic_key_store_connects_in_twenty_minutes(aws, kms):
    """With "realistic" a key store is DISCONNECTING, then CONNECTING, until AWS's time is over."""
    store_id = aws.key_store("ExampleKeyStore").custom_key_store_id
    kms.disconnect_custom_key_store(CustomKeyStoreId=store_id)
    assert connection_state(kms, store_id) == "DISCONNECTING"
    aws.clock.advance(minutes=2)
    kms.connect_custom_key_store(CustomKeyStoreId=store_id)
    aws.clock.advance(minutes=19)
    assert connection_state(kms, store_id) == "CONNECTING"

    aws.clock.advance(minutes=2)

    assert connection_state(kms, store_id) == "CONNECTED"


def test_ready_things_are_ready_under_every_policy(aws, cloudhsm, kms):
    """A ready cluster is ACTIVE and a ready key store CONNECTED, however long changes take."""
    store = aws.key_store("ExampleKeyStore")

    cluster = described(cloudhsm, store.cluster.cluster_id)

    assert cluster["State"] == "ACTIVE"
    assert [hsm["State"] for hsm in cluster["Hsms"]] == ["ACTIVE", "ACTIVE"]
    assert connection_state(kms, store.custom_key_store_id) == "CONNECTED"


def test_realistic_time_returns_after_a_ready_thing(aws, cloudhsm):
    """What a test itself begins after it asked for a ready thing takes AWS's time again."""
    aws.cluster()

    cluster_id = new_cluster(cloudhsm)

    assert described(cloudhsm, cluster_id)["State"] == "CREATE_IN_PROGRESS"


@pytest.mark.parametrize("arguments", [{}, {"transitions": "immediate"}])
def test_immediate_change_is_over_at_the_next_call(arguments):
    """By default only the call that begins a change shows it; the next one sees its end."""
    with mock_kms_cloudhsm(region="us-east-1", **arguments) as aws:
        cloudhsm = boto3.client("cloudhsmv2")

        cluster_id = active_cluster(aws, cloudhsm)

        assert described(cloudhsm, cluster_id)["State"] == "ACTIVE"


@pytest.mark.parametrize("unknown", ["slow", "", 3])
def test_unknown_transitions_are_refused(unknown):
    """A policy that does not exist is a ValueError that names those that do."""
    with pytest.raises(ValueError, match='must be "immediate" or "realistic", not'):
        mock_kms_cloudhsm(transitions=unknown)


def test_inner_mock_takes_the_outer_transitions(aws, cloudhsm):
    """A mock inside a mock that names no transitions leaves the outermost one's alone."""
    with mock_kms_cloudhsm():
        cluster_id = new_cluster(cloudhsm)

        assert described(cloudhsm, cluster_id)["State"] == "CREATE_IN_PROGRESS"


def test_inner_mock_cannot_change_the_transitions(aws):
    """A mock inside a mock that names other transitions than the outermost one is refused."""
    with pytest.raises(ValueError, match='give transitions="immediate" there'):
        mock_kms_cloudhsm(transitions="immediate").start()
