"""ScheduleKeyDeletion and CancelKeyDeletion of multi-Region keys."""

import pytest
from expect import refused
from multi_region import AWAY, FAR, HOME, arn, client, metadata, new_primary, new_related, state


@pytest.fixture
def away(aws):
    """A client of the replica's Region."""
    return client(AWAY)


@pytest.fixture
def related(kms):
    """The id of a primary with one replica."""
    return new_related(kms, AWAY)


def test_primary_waits_for_its_replicas(kms, related):
    """A primary with replicas is pending replica deletion, with a window but no date."""
    reply = kms.schedule_key_deletion(KeyId=related, PendingWindowInDays=7)

    assert (reply["KeyId"], reply["KeyState"]) == (arn(related, HOME), "PendingReplicaDeletion")
    assert reply["PendingWindowInDays"] == 7
    assert "DeletionDate" not in reply
    primary = metadata(kms, related)
    assert (primary["KeyState"], primary["Enabled"]) == ("PendingReplicaDeletion", False)
    assert primary["PendingDeletionWindowInDays"] == 7
    assert "DeletionDate" not in primary


def test_primary_waits_for_ever(aws, kms, related):
    """A primary is not deleted as long as it has a replica."""
    kms.schedule_key_deletion(KeyId=related, PendingWindowInDays=7)

    aws.clock.advance(days=1000)

    assert state(kms, related) == "PendingReplicaDeletion"


def test_waiting_primary_is_not_used(kms, related):
    """A primary that waits for its replicas can be neither used nor replicated."""
    kms.schedule_key_deletion(KeyId=related)

    text = f"{arn(related, HOME)} is pending replica deletion."
    with refused("KMSInvalidStateException", text):
        kms.encrypt(KeyId=related, Plaintext=b"secret")
    with refused("KMSInvalidStateException", text):
        kms.replicate_key(KeyId=related, ReplicaRegion=FAR)
    with refused("KMSInvalidStateException", text):
        kms.schedule_key_deletion(KeyId=related)


def test_replicas_of_a_waiting_primary_go_on(kms, away, related):
    """The replicas of a scheduled primary keep their state and work."""
    kms.schedule_key_deletion(KeyId=related)

    assert state(away, related) == "Enabled"
    assert away.encrypt(KeyId=related, Plaintext=b"secret")["KeyId"] == arn(related, AWAY)


def test_scheduled_replica_does_not_start_the_primarys_window(aws, kms, away, related):
    """The primary's waiting period begins when the replica is deleted, not when it is scheduled."""
    kms.schedule_key_deletion(KeyId=related, PendingWindowInDays=7)
    reply = away.schedule_key_deletion(KeyId=related, PendingWindowInDays=7)

    aws.clock.advance(days=6)

    assert (reply["KeyState"], "DeletionDate" in reply) == ("PendingDeletion", True)
    assert state(kms, related) == "PendingReplicaDeletion"


def test_primarys_window_begins_when_its_last_replica_is_gone(aws, kms, away, related):
    """From its last replica's deletion on the primary is pending deletion, with a date."""
    kms.schedule_key_deletion(KeyId=related, PendingWindowInDays=10)
    gone = away.schedule_key_deletion(KeyId=related, PendingWindowInDays=7)["DeletionDate"]

    aws.clock.advance(days=9)

    primary = metadata(kms, related)
    assert primary["KeyState"] == "PendingDeletion"
    assert (primary["DeletionDate"] - gone).days == 10
    assert "PendingDeletionWindowInDays" not in primary
    assert primary["MultiRegionConfiguration"]["ReplicaKeys"] == []


def test_one_of_two_replicas_holds_the_primary_up(aws, kms, away):
    """As long as one replica is left the primary waits, and lists that one."""
    key_id = new_related(kms, AWAY, FAR)
    kms.schedule_key_deletion(KeyId=key_id)
    away.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)

    aws.clock.advance(days=8)

    primary = metadata(kms, key_id)
    assert primary["KeyState"] == "PendingReplicaDeletion"
    assert [key["Region"] for key in primary["MultiRegionConfiguration"]["ReplicaKeys"]] == [FAR]


def test_all_are_gone_after_both_windows(aws, kms, away, related):
    """The shortest way to delete a primary with a replica takes fourteen days, in one leap too."""
    for region in (kms, away):
        region.schedule_key_deletion(KeyId=related, PendingWindowInDays=7)

    aws.clock.advance(days=14, minutes=1)

    for region in (kms, away):
        with refused("NotFoundException"):
            region.describe_key(KeyId=related)


def test_primary_without_replicas_has_a_date_at_once(kms):
    """A primary that has no replicas is deleted like any key."""
    key_id = new_primary(kms)

    reply = kms.schedule_key_deletion(KeyId=key_id)

    assert (reply["KeyState"], "DeletionDate" in reply) == ("PendingDeletion", True)


def test_waiting_primary_can_be_kept(aws, kms, away, related):
    """CancelKeyDeletion ends a primary's wait: it is disabled, and outlives its replica."""
    kms.schedule_key_deletion(KeyId=related, PendingWindowInDays=7)
    away.schedule_key_deletion(KeyId=related, PendingWindowInDays=7)

    assert kms.cancel_key_deletion(KeyId=related)["KeyId"] == arn(related, HOME)

    assert "PendingDeletionWindowInDays" not in metadata(kms, related)
    aws.clock.advance(days=100)
    assert state(kms, related) == "Disabled"


def test_replica_can_be_kept(aws, kms, away, related):
    """CancelKeyDeletion of a replica keeps it, disabled, and its primary goes on waiting."""
    kms.schedule_key_deletion(KeyId=related, PendingWindowInDays=7)
    away.schedule_key_deletion(KeyId=related, PendingWindowInDays=7)

    away.cancel_key_deletion(KeyId=related)

    aws.clock.advance(days=100)
    assert state(away, related) == "Disabled"
    assert state(kms, related) == "PendingReplicaDeletion"


def test_leaving_replica_still_holds_its_region(kms, away, related):
    """A replica that is pending deletion keeps another one out of its Region."""
    away.schedule_key_deletion(KeyId=related)

    with refused("AlreadyExistsException", f"{arn(related, AWAY)} already exists."):
        kms.replicate_key(KeyId=related, ReplicaRegion=AWAY)


def test_deleted_replica_can_be_made_again(aws, kms, away, related):
    """After a replica is gone its Region takes a new one, which opens what the old one sealed."""
    blob = away.encrypt(KeyId=related, Plaintext=b"secret")["CiphertextBlob"]
    away.schedule_key_deletion(KeyId=related, PendingWindowInDays=7)
    aws.clock.advance(days=8)

    kms.replicate_key(KeyId=related, ReplicaRegion=AWAY)

    assert away.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"
