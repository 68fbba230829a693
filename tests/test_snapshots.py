"""`aws.snapshot()`, `aws.rollback(snapshot)` and `aws.reset()`."""

import gc
from datetime import timedelta

import pytest
from clients_at_hand import NO_RETRIES
from expect import refused

from kmsmock import mock_kms_cloudhsm
from kmsmock.snapshots.chain import Snapshot, _Version

ROLE = "arn:aws:iam::123456789012:role/app"


def state_of(kms, key_id):
    return kms.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"]


def test_a_rollback_takes_back_what_was_done_to_a_key(aws, kms, key_id):
    """The key is as it was when the snapshot was taken."""
    snapshot = aws.snapshot()
    kms.disable_key(KeyId=key_id)
    kms.tag_resource(KeyId=key_id, Tags=[{"TagKey": "a", "TagValue": "b"}])

    aws.rollback(snapshot)

    assert state_of(kms, key_id) == "Enabled"
    assert kms.list_resource_tags(KeyId=key_id)["Tags"] == []


def test_a_rollback_takes_back_what_was_made(aws, kms, key_id):
    """Keys, aliases and grants that came after the snapshot are gone."""
    snapshot = aws.snapshot()
    kms.create_key()
    kms.create_alias(AliasName="alias/new", TargetKeyId=key_id)
    kms.create_grant(KeyId=key_id, GranteePrincipal=ROLE, Operations=["Decrypt"])

    aws.rollback(snapshot)

    assert [key["KeyId"] for key in kms.list_keys()["Keys"]] == [key_id]
    assert kms.list_aliases(KeyId=key_id)["Aliases"] == []
    assert kms.list_grants(KeyId=key_id)["Grants"] == []


def test_a_rollback_gives_back_what_was_deleted(aws, kms, key_id):
    """A key that is gone for good decrypts again."""
    sealed = kms.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
    snapshot = aws.snapshot()
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    aws.clock.advance(days=8)
    with refused("NotFoundException"):
        kms.describe_key(KeyId=key_id)

    aws.rollback(snapshot)

    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"secret"


def test_a_rollback_turns_the_clock_back(aws):
    """The time that was advanced after the snapshot has not passed."""
    before = aws.clock.now()
    snapshot = aws.snapshot()
    aws.clock.advance(days=100)

    aws.rollback(snapshot)

    assert aws.clock.now() - before < timedelta(days=1)


def test_work_that_was_done_after_the_snapshot_is_due_again(aws, kms, key_id):
    """A key whose deletion was undone with its day is deleted on that day all the same."""
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    snapshot = aws.snapshot()
    aws.clock.advance(days=8)
    kms.list_keys()
    aws.rollback(snapshot)
    assert state_of(kms, key_id) == "PendingDeletion"

    aws.clock.advance(days=8)

    with refused("NotFoundException"):
        kms.describe_key(KeyId=key_id)


def test_work_that_came_after_the_snapshot_is_never_done(aws, kms, key_id):
    """A deletion that a rollback took back does not happen."""
    snapshot = aws.snapshot()
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    aws.rollback(snapshot)

    aws.clock.advance(days=8)

    assert state_of(kms, key_id) == "Enabled"


def test_a_rollback_takes_events_back(aws, kms, key_id):
    """`aws.events` ends with what happened before the snapshot."""
    before = list(aws.events)
    snapshot = aws.snapshot()
    kms.disable_key(KeyId=key_id)

    aws.rollback(snapshot)

    assert list(aws.events) == before


def test_a_snapshot_can_be_gone_back_to_again(aws, kms, key_id):
    """Each test of a file may begin from the same snapshot."""
    snapshot = aws.snapshot()

    for _ in range(3):
        kms.disable_key(KeyId=key_id)
        aws.rollback(snapshot)
        assert state_of(kms, key_id) == "Enabled"


def test_snapshots_can_be_gone_back_to_in_any_order(aws, kms, key_id):
    """Also to a later one, from an earlier one."""
    snapshots = []
    for number in range(4):
        kms.update_key_description(KeyId=key_id, Description=f"{number}")
        kms.create_key()
        snapshots.append(aws.snapshot())
    kms.update_key_description(KeyId=key_id, Description="last")

    for number in (1, 3, 0, 2, 2, 0, 3, 1):
        aws.rollback(snapshots[number])
        assert kms.describe_key(KeyId=key_id)["KeyMetadata"]["Description"] == f"{number}"
        assert len(kms.list_keys()["Keys"]) == number + 2
        kms.update_key_description(KeyId=key_id, Description="touched")


def test_what_forgotten_snapshots_knew_is_not_lost(aws, kms, key_id):
    """Changes between an old snapshot and one that nobody holds any more are taken back too."""
    old = aws.snapshot()
    kms.disable_key(KeyId=key_id)
    aws.snapshot()
    gc.collect()
    newest = aws.snapshot()
    kms.schedule_key_deletion(KeyId=key_id)

    aws.rollback(old)

    assert state_of(kms, key_id) == "Enabled"
    aws.rollback(newest)
    assert state_of(kms, key_id) == "Disabled"


def test_forgotten_snapshots_keep_nothing(aws, kms, key_id):
    """A thousand tests, each with its snapshot, need the memory of one."""
    for _ in range(50):
        snapshot = aws.snapshot()
        kms.create_key()
        aws.rollback(snapshot)
        del snapshot

    versions = [version for _, version in aws._world._snapshots._versions]

    assert len(versions) <= 3
    assert sum(len(version.kept) for version in versions) < 1000


def test_a_snapshot_copies_no_keys(aws, kms):
    """What it costs does not depend on the number of keys: those that calls come to are kept."""
    first, *_others = [kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(20)]
    snapshot = aws.snapshot()

    kms.describe_key(KeyId=first)

    kept = [entry.thing for entry in snapshot.version.kept.values()]
    assert [key.key_id for key in kept if type(key).__name__ == "Key"] == [first]


def test_a_snapshot_of_another_world_is_refused(aws):
    """A snapshot lives as long as its mock."""
    snapshot = aws.snapshot()
    other = Snapshot(_Version())

    with pytest.raises(ValueError, match="of another world"):
        aws.rollback(other)

    aws.rollback(snapshot)


def test_a_snapshot_of_a_mock_that_ended_is_refused():
    """The next mock is a world of its own."""
    with mock_kms_cloudhsm() as first:
        snapshot = first.snapshot()

    with mock_kms_cloudhsm() as second, pytest.raises(ValueError, match="ended with its mock"):
        second.rollback(snapshot)


@pytest.mark.parametrize("wrong", [None, "snapshot", 1])
def test_only_a_snapshot_can_be_gone_back_to(aws, wrong):
    """`rollback` says what it takes."""
    with pytest.raises(TypeError, match="what snapshot\\(\\) gave"):
        aws.rollback(wrong)


def test_a_mock_inside_a_mock_has_the_same_snapshots(aws, kms, key_id):
    """They share one world."""
    snapshot = aws.snapshot()

    with mock_kms_cloudhsm() as inner:
        kms.disable_key(KeyId=key_id)
        inner.rollback(snapshot)

    assert state_of(kms, key_id) == "Enabled"


def test_the_cloudhsm_side_goes_back_too(aws, kms, cloudhsm):
    """A key store whose cluster lost its HSMs and its user works again."""
    store = aws.key_store("store")
    key = kms.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=store.custom_key_store_id)
    snapshot = aws.snapshot()
    kms.disconnect_custom_key_store(CustomKeyStoreId=store.custom_key_store_id)
    cluster_id = store.cluster.cluster_id
    for hsm in cloudhsm.describe_clusters()["Clusters"][0]["Hsms"]:
        cloudhsm.delete_hsm(ClusterId=cluster_id, HsmId=hsm["HsmId"])
    aws.clock.advance(days=30)
    cloudhsm.describe_backups()

    aws.rollback(snapshot)

    assert kms.encrypt(KeyId=key["KeyMetadata"]["KeyId"], Plaintext=b"text")["CiphertextBlob"]


def test_a_caller_declared_after_the_snapshot_never_becomes_the_administrator(aws, key_id):
    """Its client is answered as AWS answers unknown credentials."""
    snapshot = aws.snapshot()
    app = aws.client("kms", principal=ROLE)

    aws.rollback(snapshot)

    with refused("UnrecognizedClientException"):
        app.describe_key(KeyId=key_id)


def test_a_caller_declared_before_the_snapshot_keeps_its_policies(aws, key_id):
    """What was allowed then is allowed, and nothing else."""
    allow = {"Statement": {"Effect": "Allow", "Action": "kms:DescribeKey", "Resource": "*"}}
    app = aws.client("kms", principal=ROLE, policies=[allow], config=NO_RETRIES)
    snapshot = aws.snapshot()
    aws.session(principal=ROLE, policies=[])
    with refused("AccessDeniedException"):
        app.describe_key(KeyId=key_id)

    aws.rollback(snapshot)

    assert app.describe_key(KeyId=key_id)["KeyMetadata"]["KeyId"] == key_id


def test_a_reset_world_is_empty(aws, kms, key_id):
    """No key, no event, no time has passed; clients and handle stay usable."""
    before = aws.clock.now()
    clock = aws.clock
    aws.key_store("store")
    clock.advance(days=5)

    aws.reset()

    assert kms.list_keys()["Keys"] == []
    assert kms.describe_custom_key_stores()["CustomKeyStores"] == []
    assert [event["eventName"] for event in aws.events] == ["ListKeys", "DescribeCustomKeyStores"]
    assert clock.now() - before < timedelta(days=1)


def test_a_snapshot_outlives_a_reset(aws, kms, key_id):
    """From the empty world there is a way back too."""
    snapshot = aws.snapshot()
    aws.reset()
    kms.create_key()

    aws.rollback(snapshot)

    assert [key["KeyId"] for key in kms.list_keys()["Keys"]] == [key_id]
