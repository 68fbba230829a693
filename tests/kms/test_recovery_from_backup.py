"""A key store that moves to a cluster of the same backup history, and what it gets back there.

The guide's way to recover deleted key material: a new cluster from a backup that holds it.
"""

import pytest
from backups import backups_of, latest_backup
from clusters import ZONES
from expect import refused
from key_stores import (
    PASSWORD,
    admin_cli,
    connected,
    create,
    create_key,
    delete_cluster,
    delete_hsms,
    disconnect,
    fit_cluster,
    key_state,
    kms_user_cli,
    outcome,
    state,
    succeed,
)

from kmsmock.levers.ready import ReadyCluster


@pytest.fixture
def cluster(aws):
    """An active cluster with two HSMs and kmsuser."""
    return fit_cluster(aws)


@pytest.fixture
def store_id(kms, cluster):
    """A connected key store on the cluster."""
    return connected(kms, cluster)


def restored_cluster(cloudhsm, backup, cluster, zones=ZONES):
    """A cluster that is made from a backup of another one, with its HSMs."""
    made = cloudhsm.create_cluster(
        HsmType="hsm2m.medium",
        Mode="FIPS",
        SubnetIds=["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
        SourceBackupId=backup["BackupId"],
    )["Cluster"]
    for zone in zones:
        cloudhsm.create_hsm(ClusterId=made["ClusterId"], AvailabilityZone=zone)
    return ReadyCluster(made["ClusterId"], cluster.trust_anchor, cluster.admin_password)


def set_kms_password(aws, kms, store_id, cluster, password=PASSWORD):
    """Give kmsuser a password, and tell KMS."""
    succeed(admin_cli(aws, cluster).user_change_password("kmsuser", password, "crypto-user"))
    kms.update_custom_key_store(CustomKeyStoreId=store_id, KeyStorePassword=password)


def move(kms, store_id, cluster):
    """Tie a disconnected key store to a related cluster."""
    kms.update_custom_key_store(CustomKeyStoreId=store_id, CloudHsmClusterId=cluster.cluster_id)


def delete_backing_key(aws, kms, store_id, cluster, arn):
    """Delete a key's material by hand, as kmsuser, and leave the store connected."""
    disconnect(kms, store_id)
    set_kms_password(aws, kms, store_id, cluster)
    cli = kms_user_cli(aws, cluster)
    succeed(cli.key_delete(f"attr.label={arn}"))
    succeed(cli.logout())
    assert outcome(kms, store_id) == "CONNECTED"


def test_deleted_material_is_recovered(aws, kms, cloudhsm, cluster, store_id):
    """What was encrypted is decrypted again once the store stands on a cluster from a backup."""
    key = create_key(kms, store_id)
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"secret")["CiphertextBlob"]
    aws.clock.advance(days=1)
    backup = latest_backup(cloudhsm, cluster.cluster_id)
    delete_backing_key(aws, kms, store_id, cluster, key["Arn"])
    with refused("KMSInvalidStateException"):
        kms.decrypt(CiphertextBlob=blob)
    disconnect(kms, store_id)

    recovered = restored_cluster(cloudhsm, backup, cluster)
    move(kms, store_id, recovered)
    set_kms_password(aws, kms, store_id, recovered)

    assert outcome(kms, store_id) == "CONNECTED"
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"


def test_recent_backup_needs_no_password(aws, kms, cloudhsm, cluster, store_id):
    """A backup made since the last connecting has the password that KMS knows."""
    blob = kms.encrypt(KeyId=create_key(kms, store_id)["KeyId"], Plaintext=b"secret")
    aws.clock.advance(days=1)
    recovered = restored_cluster(cloudhsm, latest_backup(cloudhsm, cluster.cluster_id), cluster)
    disconnect(kms, store_id)

    move(kms, store_id, recovered)

    assert outcome(kms, store_id) == "CONNECTED"
    assert kms.decrypt(CiphertextBlob=blob["CiphertextBlob"])["Plaintext"] == b"secret"


def test_older_backup_has_an_older_password(aws, kms, cloudhsm, cluster, store_id):
    """A backup made before the last connecting has a password that KMS no longer uses."""
    aws.clock.advance(days=1)
    backup = latest_backup(cloudhsm, cluster.cluster_id)
    disconnect(kms, store_id)
    assert outcome(kms, store_id) == "CONNECTED"
    disconnect(kms, store_id)

    move(kms, store_id, restored_cluster(cloudhsm, backup, cluster))

    assert outcome(kms, store_id) == "INVALID_CREDENTIALS"


def test_younger_key_is_not_in_the_backup(aws, kms, cloudhsm, cluster, store_id):
    """A key younger than the backup is Enabled and does not work, whatever is made after it."""
    aws.clock.advance(days=1)
    backup = latest_backup(cloudhsm, cluster.cluster_id)
    younger = create_key(kms, store_id)["KeyId"]
    blob = kms.encrypt(KeyId=younger, Plaintext=b"secret")["CiphertextBlob"]
    recovered = restored_cluster(cloudhsm, backup, cluster)
    disconnect(kms, store_id)
    move(kms, store_id, recovered)
    assert outcome(kms, store_id) == "CONNECTED"

    another = create_key(kms, store_id)["KeyId"]

    assert key_state(kms, younger) == "Enabled"
    with refused("KMSInvalidStateException"):
        kms.decrypt(CiphertextBlob=blob)
    with refused("KMSInvalidStateException"):
        kms.encrypt(KeyId=younger, Plaintext=b"secret")
    kms.encrypt(KeyId=another, Plaintext=b"secret")


def test_store_moves_off_a_deleted_cluster(aws, kms, cloudhsm, cluster, store_id):
    """Of a cluster that is deleted whole, the last backup brings back all its keys."""
    blob = kms.encrypt(KeyId=create_key(kms, store_id)["KeyId"], Plaintext=b"secret")
    disconnect(kms, store_id)
    delete_cluster(cloudhsm, cluster)

    recovered = restored_cluster(cloudhsm, latest_backup(cloudhsm, cluster.cluster_id), cluster)
    move(kms, store_id, recovered)

    assert outcome(kms, store_id) == "CONNECTED"
    assert kms.decrypt(CiphertextBlob=blob["CiphertextBlob"])["Plaintext"] == b"secret"


@pytest.mark.parametrize(
    ("hsms", "error"),
    [
        (0, "CloudHsmClusterNotActiveException"),
        (1, "CloudHsmClusterInvalidConfigurationException"),
    ],
)
def test_related_cluster_must_be_fit(kms, cloudhsm, cluster, hsms, error):
    """The other cluster must be ACTIVE and have two HSMs in two zones."""
    store_id = create(kms, cluster)
    backup = latest_backup(cloudhsm, cluster.cluster_id)
    recovered = restored_cluster(cloudhsm, backup, cluster, ZONES[:hsms])

    with refused(error):
        move(kms, store_id, recovered)


def test_unrelated_cluster_is_refused(aws, kms, cluster, store_id):
    """A cluster of another history is not related, whoever made it."""
    disconnect(kms, store_id)

    with refused("CloudHsmClusterNotRelatedException"):
        move(kms, store_id, fit_cluster(aws))


def test_related_cluster_is_in_use(kms, cloudhsm, cluster, store_id):
    """No second key store is made on a cluster that shares the first one's backup history."""
    recovered = restored_cluster(cloudhsm, latest_backup(cloudhsm, cluster.cluster_id), cluster)

    with refused("CloudHsmClusterInUseException"):
        kms.create_custom_key_store(
            CustomKeyStoreName="another",
            CloudHsmClusterId=recovered.cluster_id,
            KeyStorePassword=PASSWORD,
            TrustAnchorCertificate=cluster.trust_anchor,
        )


def test_related_cluster_serves_a_store_of_its_own(kms, cloudhsm, cluster):
    """A cluster from a backup has the trust anchor and the kmsuser of its history."""
    delete_hsms(cloudhsm, cluster)
    recovered = restored_cluster(cloudhsm, latest_backup(cloudhsm, cluster.cluster_id), cluster)

    assert connected(kms, recovered)


def test_keys_survive_the_loss_of_all_hsms(kms, cloudhsm, cluster, store_id):
    """The cluster's next HSM comes with the keys; a connected store works on."""
    blob = kms.encrypt(KeyId=create_key(kms, store_id)["KeyId"], Plaintext=b"secret")
    delete_hsms(cloudhsm, cluster)
    with refused("KMSInvalidStateException"):
        kms.decrypt(CiphertextBlob=blob["CiphertextBlob"])

    cloudhsm.create_hsm(ClusterId=cluster.cluster_id, AvailabilityZone=ZONES[0])

    assert kms.decrypt(CiphertextBlob=blob["CiphertextBlob"])["Plaintext"] == b"secret"


def test_store_whose_user_is_lost_is_disconnected(aws, kms, cloudhsm, cluster, store_id):
    """A store is disconnected also when the backup that came back is older than kmsuser."""
    for hsm in cloudhsm.describe_clusters()["Clusters"][0]["Hsms"]:
        aws.hsm(hsm["HsmId"]).fail()
    delete_hsms(cloudhsm, cluster)
    first, *rest = backups_of(cloudhsm, cluster.cluster_id)
    for backup in rest:
        cloudhsm.delete_backup(BackupId=backup["BackupId"])
    cloudhsm.create_hsm(ClusterId=cluster.cluster_id, AvailabilityZone=ZONES[0])

    disconnect(kms, store_id)

    assert first["BackupState"] == "READY"
    assert outcome(kms, store_id) == "USER_NOT_FOUND"


def test_unreachable_cluster_ends_in_network_errors(aws, kms, cluster, store_id):
    """Without a network to the cluster connecting fails, until it is mended."""
    disconnect(kms, store_id)
    aws.network.disconnect(cluster.cluster_id)
    assert outcome(kms, store_id) == "NETWORK_ERRORS"
    disconnect(kms, store_id)

    aws.network.reconnect(cluster.cluster_id)

    assert outcome(kms, store_id) == "CONNECTED"


def test_unreachable_cluster_serves_no_key(aws, kms, cluster, store_id):
    """A store whose cluster KMS does not reach stays CONNECTED; its keys work again later."""
    key_id = create_key(kms, store_id)["KeyId"]
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]

    aws.network.disconnect(cluster.cluster_id)

    assert state(kms, store_id) == "CONNECTED"
    with refused("KMSInvalidStateException", "KMS cannot communicate with your CloudHSM cluster"):
        kms.decrypt(CiphertextBlob=blob)
    with refused("CustomKeyStoreInvalidStateException"):
        create_key(kms, store_id)
    aws.network.reconnect(cluster.cluster_id)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"


def test_material_stays_in_a_cluster_out_of_reach(aws, kms, cluster, store_id):
    """The material of a deleted key stays in a cluster that KMS does not reach then."""
    key = create_key(kms, store_id)
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    aws.network.disconnect(cluster.cluster_id)

    aws.clock.advance(days=8)

    with refused("NotFoundException"):
        kms.describe_key(KeyId=key["KeyId"])
    found = aws._builder().find_cluster(cluster.cluster_id).keys.values()
    assert [known.label for known in found] == [key["Arn"]]


def test_unknown_cluster_is_not_disconnected(aws):
    """The lever for an unknown cluster raises a LookupError that lists what the Region has."""
    with pytest.raises(LookupError, match="it has: none"):
        aws.network.disconnect("cluster-igklspoyj5v")
