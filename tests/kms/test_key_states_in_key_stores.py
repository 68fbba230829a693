import pytest
from clusters import described
from expect import refused
from key_stores import (
    PASSWORD,
    admin_cli,
    as_kms_user,
    connected,
    create_key,
    delete_hsms,
    disconnect,
    fit_cluster,
    key_state,
    outcome,
    succeed,
)


@pytest.fixture
def cluster(aws):
    """An active cluster with two HSMs and kmsuser."""
    return fit_cluster(aws)


@pytest.fixture
def store_id(kms, cluster):
    """A connected key store."""
    return connected(kms, cluster)


@pytest.fixture
def key_id(kms, store_id):
    """A key in the key store."""
    return create_key(kms, store_id)["KeyId"]


def labels_in_cluster(cli):
    keys = succeed(cli.key_list())["matched_keys"]
    return [key["attributes"]["label"] for key in keys]


def arn_of(kms, key_id):
    return kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"]


def test_keys_of_kms_do_not_notice(kms, store_id):
    """A key whose material KMS holds is none of the key store's."""
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]

    disconnect(kms, store_id)

    assert key_state(kms, key_id) == "Enabled"


def test_disabled_key_is_unavailable_then_disabled(kms, store_id, key_id):
    """A disabled key is Unavailable while disconnected and Disabled after that."""
    kms.disable_key(KeyId=key_id)

    disconnect(kms, store_id)

    assert key_state(kms, key_id) == "Unavailable"
    assert outcome(kms, store_id) == "CONNECTED"
    assert key_state(kms, key_id) == "Disabled"


@pytest.mark.parametrize("enabled_before", [True, False])
@pytest.mark.parametrize("enable", [True, False])
def test_switching_waits_for_the_connection(kms, store_id, key_id, enabled_before, enable):
    """EnableKey and DisableKey succeed on an Unavailable key, and take effect on reconnecting."""
    if not enabled_before:
        kms.disable_key(KeyId=key_id)
    disconnect(kms, store_id)

    (kms.enable_key if enable else kms.disable_key)(KeyId=key_id)

    assert key_state(kms, key_id) == "Unavailable"
    assert outcome(kms, store_id) == "CONNECTED"
    assert key_state(kms, key_id) == ("Enabled" if enable else "Disabled")


def test_pending_deletion_stays(kms, store_id, key_id):
    """A key that is pending deletion stays so when its key store disconnects."""
    kms.schedule_key_deletion(KeyId=key_id)

    disconnect(kms, store_id)

    assert key_state(kms, key_id) == "PendingDeletion"


def test_unavailable_key_can_be_scheduled_for_deletion(kms, store_id, key_id):
    """ScheduleKeyDeletion takes an Unavailable key."""
    disconnect(kms, store_id)

    answer = kms.schedule_key_deletion(KeyId=key_id)

    assert answer["KeyState"] == "PendingDeletion"
    assert key_state(kms, key_id) == "PendingDeletion"


def test_cancelling_while_disconnected(kms, store_id, key_id):
    """A deletion cancelled while disconnected leaves an Unavailable key, Disabled later."""
    kms.schedule_key_deletion(KeyId=key_id)
    disconnect(kms, store_id)

    kms.cancel_key_deletion(KeyId=key_id)

    assert key_state(kms, key_id) == "Unavailable"
    assert outcome(kms, store_id) == "CONNECTED"
    assert key_state(kms, key_id) == "Disabled"


def test_nothing_to_cancel_on_an_unavailable_key(kms, store_id, key_id):
    """CancelKeyDeletion refuses an Unavailable key that is not pending deletion."""
    arn = arn_of(kms, key_id)
    disconnect(kms, store_id)

    with refused("KMSInvalidStateException", f"{arn} is not pending deletion."):
        kms.cancel_key_deletion(KeyId=key_id)


def test_deletion_takes_the_backing_key_along(aws, kms, cluster, store_id, key_id):
    """After the waiting period key and backing key are gone, if the key store is connected."""
    kept = create_key(kms, store_id)["Arn"]
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)

    aws.clock.advance(days=7)

    with refused("NotFoundException"):
        kms.describe_key(KeyId=key_id)
    assert labels_in_cluster(as_kms_user(aws, kms, cluster, store_id)) == [kept]


def test_backing_key_lives_through_the_waiting_period(aws, kms, cluster, store_id, key_id):
    """Until the waiting period is over the backing key stays in the cluster."""
    arn = arn_of(kms, key_id)
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)

    aws.clock.advance(days=6)

    assert labels_in_cluster(as_kms_user(aws, kms, cluster, store_id)) == [arn]


def test_deletion_while_disconnected_leaves_an_orphan(aws, kms, cluster, store_id, key_id):
    """When the waiting period ends without a connection, the backing key stays for its owner."""
    arn = arn_of(kms, key_id)
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    disconnect(kms, store_id)

    aws.clock.advance(days=7)

    with refused("NotFoundException"):
        kms.describe_key(KeyId=key_id)
    assert outcome(kms, store_id) == "CONNECTED"
    assert labels_in_cluster(as_kms_user(aws, kms, cluster, store_id)) == [arn]


def test_deletion_after_the_password_changed_leaves_an_orphan(aws, kms, cluster, store_id, key_id):
    """When KMS cannot log in any more, the backing key stays for its owner."""
    arn = arn_of(kms, key_id)
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    disconnect(kms, store_id)
    succeed(admin_cli(aws, cluster).user_change_password("kmsuser", PASSWORD, "crypto-user"))
    assert outcome(kms, store_id) == "INVALID_CREDENTIALS"

    aws.clock.advance(days=7)

    assert labels_in_cluster(as_kms_user(aws, kms, cluster, store_id)) == [arn]


def test_deletion_without_hsms_leaves_an_orphan(aws, kms, cloudhsm, cluster, store_id):
    """A backing key that no HSM could delete is there when an HSM is."""
    arn = create_key(kms, store_id)["Arn"]
    kms.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    delete_hsms(cloudhsm, cluster)

    aws.clock.advance(days=7)

    with refused("NotFoundException"):
        kms.describe_key(KeyId=arn)
    cloudhsm.create_hsm(ClusterId=cluster.cluster_id, AvailabilityZone="us-east-1a")
    assert labels_in_cluster(as_kms_user(aws, kms, cluster, store_id)) == [arn]


def test_deletion_while_hsms_fail_leaves_an_orphan(aws, kms, cloudhsm, cluster, store_id):
    """A backing key is not deleted while no HSM answers."""
    arn = create_key(kms, store_id)["Arn"]
    kms.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    hsms = [aws.hsm(it["HsmId"]) for it in described(cloudhsm, cluster.cluster_id)["Hsms"]]
    for hsm in hsms:
        hsm.fail()

    aws.clock.advance(days=7)

    for hsm in hsms:
        hsm.recover()
    assert labels_in_cluster(as_kms_user(aws, kms, cluster, store_id)) == [arn]


def test_owner_deletes_the_orphan(aws, kms, cluster, store_id, key_id):
    """What KMS left in the cluster its owner deletes, and then kmsuser too."""
    arn = arn_of(kms, key_id)
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    disconnect(kms, store_id)
    aws.clock.advance(days=7)
    cli = as_kms_user(aws, kms, cluster, store_id)

    succeed(cli.key_delete(f"attr.label={arn}"))
    cli.logout()

    succeed(admin_cli(aws, cluster).user_delete("kmsuser", "crypto-user"))
    assert outcome(kms, store_id) == "USER_NOT_FOUND"
