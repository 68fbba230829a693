"""`transitions`: how long AWS's slow changes take in a world."""

import re

import boto3
import pytest
from botocore.exceptions import ClientError
from clusters import active_cluster, described, new_cluster

from kmsmock import AfterPolls, mock_kms_cloudhsm
from kmsmock.controls.transitions import POLLED_BY, REALISTIC
from kmsmock.protocol.model import SERVICES, service_model


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
    named = re.escape(f'"immediate" or "realistic" or AfterPolls(n), not {unknown!r}')
    with pytest.raises(ValueError, match=f"must be {named}$"):
        mock_kms_cloudhsm(transitions=unknown)


def test_inner_mock_takes_the_outer_transitions(aws, cloudhsm):
    """A mock inside a mock that names no transitions leaves the outermost one's alone."""
    with mock_kms_cloudhsm():
        cluster_id = new_cluster(cloudhsm)

        assert described(cloudhsm, cluster_id)["State"] == "CREATE_IN_PROGRESS"


def test_inner_mock_cannot_change_the_transitions(aws):
    """A mock inside a mock that names other transitions than the outermost one is refused."""
    with pytest.raises(ValueError, match="give transitions='immediate' there"):
        mock_kms_cloudhsm(transitions="immediate").start()


def polled(describe, *, last, most=10):
    """Poll as code written for AWS does, until the last state is there; give the states seen."""
    seen = []
    while len(seen) < most and seen[-1:] != [last]:
        seen.append(describe())
    return seen


@pytest.mark.parametrize("count", [1, 2, 5])
def test_after_polls_two_describe_calls_see_a_cluster_in_creation(count):
    """With AfterPolls(n) n calls see a change going on, and the next one its end."""
    with mock_kms_cloudhsm(region="us-east-1", transitions=AfterPolls(count)):
        client = boto3.client("cloudhsmv2", region_name="us-east-1")
        cluster_id = new_cluster(client)

        states = polled(lambda: described(client, cluster_id)["State"], last="UNINITIALIZED")

        assert states == ["CREATE_IN_PROGRESS"] * count + ["UNINITIALIZED"]


def test_after_polls_other_calls_and_time_end_nothing():
    """Neither calls that do not look nor the clock end a change."""
    with mock_kms_cloudhsm(region="us-east-1", transitions=AfterPolls(2)) as aws:
        kms = boto3.client("kms", region_name="us-east-1")
        store_id = aws.key_store("ExampleKeyStore").custom_key_store_id
        kms.disconnect_custom_key_store(CustomKeyStoreId=store_id)

        kms.list_keys()
        aws.clock.advance(days=1)
        states = polled(lambda: connection_state(kms, store_id), last="DISCONNECTED")

        assert states == ["DISCONNECTING", "DISCONNECTING", "DISCONNECTED"]


def test_after_polls_a_refused_call_has_seen_nothing():
    """Who may not look does not bring a change to its end."""
    with mock_kms_cloudhsm(region="us-east-1", transitions=AfterPolls(1)) as aws:
        client = boto3.client("cloudhsmv2", region_name="us-east-1")
        cluster_id = new_cluster(client)
        stranger = aws.client("cloudhsmv2", principal="arn:aws:iam::123456789012:role/Stranger")

        for _ in range(3):
            with pytest.raises(ClientError, match="CloudHsmAccessDeniedException"):
                stranger.describe_clusters()
        states = polled(lambda: described(client, cluster_id)["State"], last="UNINITIALIZED")

        assert states == ["CREATE_IN_PROGRESS", "UNINITIALIZED"]


def test_after_polls_a_new_replica_is_creating_for_as_many_calls():
    """DescribeKey is what looks at replicas."""
    with mock_kms_cloudhsm(region="us-east-1", transitions=AfterPolls(1)):
        home = boto3.client("kms", region_name="us-east-1")
        away = boto3.client("kms", region_name="eu-west-1")
        key_id = home.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
        home.replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1")

        states = polled(
            lambda: away.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"], last="Enabled"
        )

        assert states == ["Creating", "Enabled"]


def test_after_polls_is_taken_back_by_a_rollback():
    """A snapshot knows how many calls have looked."""
    with mock_kms_cloudhsm(region="us-east-1", transitions=AfterPolls(1)) as aws:
        client = boto3.client("cloudhsmv2", region_name="us-east-1")
        cluster_id = new_cluster(client)
        snapshot = aws.snapshot()
        first = polled(lambda: described(client, cluster_id)["State"], last="UNINITIALIZED")

        aws.rollback(snapshot)

        assert first == polled(lambda: described(client, cluster_id)["State"], last="UNINITIALIZED")


def test_every_change_has_an_operation_that_looks():
    """The tables of times and of polls name the same changes, and operations that exist."""
    names = {name for service in SERVICES for name in service_model(service).operation_names}

    assert set(POLLED_BY) == set(REALISTIC)
    assert set(POLLED_BY.values()) <= names


@pytest.mark.parametrize("count", [0, -1, "2", True, None])
def test_after_polls_takes_a_number(count):
    """Less than one call, or no number, is a ValueError."""
    text = f"AfterPolls takes a number of calls, 1 or more, not {count!r}"
    with pytest.raises(ValueError, match=f"^{text}$"):
        AfterPolls(count)
