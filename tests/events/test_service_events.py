"""What AWS does without a call."""

import datetime as dt
import json

import pytest
from clusters import described
from imports import external_key, import_material
from key_stores import (
    as_kms_user,
    connected,
    create_key,
    disconnect,
    fit_cluster,
    reconnect,
    succeed,
)
from multi_region import AWAY, new_primary, new_related

from kmsmock import mock_kms_cloudhsm


def only(aws, name):
    """The one event of this name."""
    (event,) = aws.events.named(name)
    return event


def assert_by_aws(event, key_id, details):
    """A service event, by nobody, about a key."""
    assert event["eventType"] == "AwsServiceEvent"
    assert event["userIdentity"] == {"accountId": "123456789012", "invokedBy": "AWS Internal"}
    assert event["sourceIPAddress"] == event["userAgent"] == "AWS Internal"
    assert event["requestParameters"] is None
    assert event["responseElements"] is None
    assert event["readOnly"] is False
    assert event.get("serviceEventDetails") == details
    (resource,) = event["resources"]
    assert resource["ARN"].endswith(f":key/{key_id}")


def test_deletion_of_a_key(aws, kms, key_id):
    """DeleteKey, when the waiting period is over, whether or not a call comes."""
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    due = aws.clock.now() + dt.timedelta(days=7)
    aws.clock.advance(days=10)

    event = only(aws, "DeleteKey")

    assert_by_aws(event, key_id, None)
    assert event["eventTime"][:13] <= due.strftime("%Y-%m-%dT%H")
    assert "additionalEventData" not in event


def test_deletion_of_a_key_in_a_key_store(aws, kms):
    """The event tells that the material in the cluster was deleted too."""
    cluster = fit_cluster(aws)
    store_id = connected(kms, cluster)
    key_id = create_key(kms, store_id)["KeyId"]
    backing = json.loads(aws.events[-1]["additionalEventData"]["backingKey"])
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    aws.clock.advance(days=7)

    data = only(aws, "DeleteKey")["additionalEventData"]

    assert data["customKeyStoreId"] == store_id
    assert data["clusterId"] == cluster.cluster_id
    assert json.loads(data["backingKeys"]) == [backing]
    assert json.loads(data["backingKeysDeletionStatus"]) == [
        backing | {"deletionStatus": "SUCCESS"}
    ]


def test_deletion_of_a_key_in_a_disconnected_key_store(aws, kms):
    """The material stays in the cluster, and the event tells so."""
    store_id = connected(kms, fit_cluster(aws))
    key_id = create_key(kms, store_id)["KeyId"]
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    disconnect(kms, store_id)
    aws.clock.advance(days=7)

    data = only(aws, "DeleteKey")["additionalEventData"]

    assert json.loads(data["backingKeysDeletionStatus"])[0]["deletionStatus"] == "FAILURE"


def test_deletion_of_a_key_without_its_material(aws, kms):
    """There is nothing to delete where the owner deleted the material, and the event tells so."""
    cluster = fit_cluster(aws)
    store_id = connected(kms, cluster)
    key = create_key(kms, store_id)
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    cli = as_kms_user(aws, kms, cluster, store_id)
    succeed(cli.key_delete(f"attr.label={key['Arn']}"))
    reconnect(kms, store_id, cli)
    aws.clock.advance(days=7)

    data = only(aws, "DeleteKey")["additionalEventData"]

    assert json.loads(data["backingKeysDeletionStatus"])[0]["deletionStatus"] == "FAILURE"


@pytest.mark.parametrize("what", ["cluster", "network", "HSMs"])
def test_deletion_of_a_key_whose_material_is_out_of_reach(aws, kms, cloudhsm, what):
    """What KMS cannot reach it cannot delete, and the event tells so."""
    cluster = fit_cluster(aws)
    store_id = connected(kms, cluster)
    key_id = create_key(kms, store_id)["KeyId"]
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    if what == "network":
        aws.network.disconnect(cluster.cluster_id)
    else:
        for hsm in described(cloudhsm, cluster.cluster_id)["Hsms"]:
            cloudhsm.delete_hsm(ClusterId=cluster.cluster_id, HsmId=hsm["HsmId"])
    if what == "cluster":
        cloudhsm.delete_cluster(ClusterId=cluster.cluster_id)
    aws.clock.advance(days=7)

    data = only(aws, "DeleteKey")["additionalEventData"]

    assert json.loads(data["backingKeysDeletionStatus"])[0]["deletionStatus"] == "FAILURE"


def test_cancelled_deletion_is_no_event(aws, kms, key_id):
    """Nothing is deleted."""
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    kms.cancel_key_deletion(KeyId=key_id)
    aws.clock.advance(days=8)

    assert aws.events.named("DeleteKey") == []


def test_expiry_of_imported_material(aws, kms):
    """DeleteExpiredKeyMaterial, when the material's time is over."""
    key_id = external_key(kms)
    import_material(kms, key_id, ValidTo=aws.clock.now() + dt.timedelta(days=1))
    aws.clock.advance(days=2)

    assert_by_aws(only(aws, "DeleteExpiredKeyMaterial"), key_id, {"keyId": key_id})


def test_deleted_material_does_not_expire(aws, kms):
    """What the owner deleted is not deleted again."""
    key_id = external_key(kms)
    import_material(kms, key_id, ValidTo=aws.clock.now() + dt.timedelta(days=1))
    kms.delete_imported_key_material(KeyId=key_id)
    aws.clock.advance(days=2)

    assert aws.events.named("DeleteExpiredKeyMaterial") == []


def test_automatic_rotation(aws, kms, key_id):
    """RotateKey, each time that the period is over."""
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    aws.clock.advance(days=181)

    first, _second = aws.events.named("RotateKey")

    assert_by_aws(first, key_id, {"keyId": key_id})


def test_rotation_on_demand(aws, kms, key_id):
    """RotateKeyOnDemand is the call, RotateKey what it leads to."""
    kms.rotate_key_on_demand(KeyId=key_id)

    assert len(aws.events.named("RotateKeyOnDemand")) == 1
    assert_by_aws(only(aws, "RotateKey"), key_id, {"keyId": key_id})


def test_service_events_come_when_they_are_due():
    """A change that takes time is an event at its end."""
    with mock_kms_cloudhsm(region="us-east-1", transitions="realistic") as aws:
        kms = aws.client("kms")
        key_id = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.rotate_key_on_demand(KeyId=key_id)
        assert aws.events.named("RotateKey") == []

        aws.clock.advance(seconds=10)

        assert len(aws.events.named("RotateKey")) == 1


def test_synchronization_of_a_new_replica(aws, kms):
    """SynchronizeMultiRegionKey is a call of AWS's own in the replica's Region."""
    key_id = new_primary(kms)
    kms.replicate_key(KeyId=key_id, ReplicaRegion=AWAY)

    event = only(aws, "SynchronizeMultiRegionKey")

    assert event["eventType"] == "AwsApiCall"
    assert event["userIdentity"]["invokedBy"] == "AWS Internal"
    assert event["awsRegion"] == AWAY
    assert event["requestParameters"]["keyId"].endswith(f":key/{key_id}")


def test_synchronization_of_rotated_material(aws, kms):
    """A replica gets the new material of its primary."""
    key_id = new_related(kms, AWAY)
    before = len(aws.events.named("SynchronizeMultiRegionKey"))
    kms.rotate_key_on_demand(KeyId=key_id)

    assert len(aws.events.named("SynchronizeMultiRegionKey")) == before + 1
