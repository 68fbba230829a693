"""When AWS makes backups of a cluster, and what becomes of them."""

import re
from datetime import timedelta

import boto3
import pytest
from backups import backups_of, described_backup, latest_backup
from clusters import ZONES, described, initialized_cluster
from expect import refused

from kmsmock import mock_kms_cloudhsm


@pytest.fixture
def cluster_id(aws):
    """An active cluster with one HSM, and with one backup."""
    return aws.cluster(hsms=1).cluster_id


@pytest.fixture
def backup_id(cloudhsm, cluster_id):
    """A backup that is READY."""
    return latest_backup(cloudhsm, cluster_id)["BackupId"]


def hsm_ids(cloudhsm, cluster_id):
    return [hsm["HsmId"] for hsm in described(cloudhsm, cluster_id)["Hsms"]]


def test_activation_makes_the_first_backup(aws, cloudhsm):
    """A cluster has no backup before it is activated, and one afterwards."""
    cluster_id = initialized_cluster(cloudhsm)
    assert backups_of(cloudhsm, cluster_id) == []

    aws.cloudhsm_cli(cluster_id).activate("Password1")

    assert len(backups_of(cloudhsm, cluster_id)) == 1


def test_backup_tells_its_cluster(aws, cloudhsm, cluster_id):
    """A backup has its ARN, its cluster's type and mode, and no member of a copy."""
    (backup,) = backups_of(cloudhsm, cluster_id)

    backup_id, created = backup.pop("BackupId"), backup.pop("CreateTimestamp")
    assert re.fullmatch("backup-[2-7a-z]{11}", backup_id)
    assert abs(created - aws.clock.now()) < timedelta(hours=1)
    assert backup == {
        "BackupArn": f"arn:aws:cloudhsm:us-east-1:{aws.account_id}:backup/{backup_id}",
        "BackupState": "READY",
        "ClusterId": cluster_id,
        "NeverExpires": False,
        "HsmType": "hsm2m.medium",
        "Mode": "FIPS",
        "TagList": [],
    }


def test_another_hsm_makes_a_backup(cloudhsm, cluster_id):
    """A backup is made when an HSM is added to an active cluster."""
    cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[1])

    assert len(backups_of(cloudhsm, cluster_id)) == 2


def test_removed_hsm_makes_a_backup(cloudhsm, cluster_id):
    """A backup is made when an HSM is removed, also the last one."""
    (hsm_id,) = hsm_ids(cloudhsm, cluster_id)

    cloudhsm.delete_hsm(ClusterId=cluster_id, HsmId=hsm_id)

    assert len(backups_of(cloudhsm, cluster_id)) == 2


def test_broken_hsm_gives_no_backup(aws, cloudhsm, cluster_id):
    """No backup is made when no HSM of the cluster answers."""
    (hsm_id,) = hsm_ids(cloudhsm, cluster_id)
    aws.hsm(hsm_id).fail()

    cloudhsm.delete_hsm(ClusterId=cluster_id, HsmId=hsm_id)

    assert len(backups_of(cloudhsm, cluster_id)) == 1


def test_backups_are_made_daily(aws, cloudhsm, cluster_id):
    """Each day brings a backup, at the time of the first."""
    aws.clock.advance(days=3, hours=1)

    created = [backup["CreateTimestamp"] for backup in backups_of(cloudhsm, cluster_id)]

    assert len(created) == 4
    assert created[3] - created[2] == timedelta(days=1)


def test_no_hsm_no_daily_backup(aws, cloudhsm, cluster_id):
    """A cluster without HSMs is not backed up, nor is one that was deleted."""
    cloudhsm.delete_hsm(ClusterId=cluster_id, HsmId=hsm_ids(cloudhsm, cluster_id)[0])
    aws.clock.advance(days=2)
    assert len(backups_of(cloudhsm, cluster_id)) == 2

    cloudhsm.delete_cluster(ClusterId=cluster_id)
    aws.clock.advance(days=2)

    assert len(backups_of(cloudhsm, cluster_id)) == 2


def test_backup_takes_its_time():
    """In realistic time a backup is CREATE_IN_PROGRESS at first, and cannot be deleted."""
    with mock_kms_cloudhsm(transitions="realistic") as aws:
        cloudhsm = boto3.client("cloudhsmv2", region_name=aws.region)
        cluster_id = aws.cluster(hsms=1).cluster_id
        cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[1])

        backup = backups_of(cloudhsm, cluster_id)[-1]
        assert backup["BackupState"] == "CREATE_IN_PROGRESS"
        with refused("CloudHsmInvalidRequestException"):
            cloudhsm.delete_backup(BackupId=backup["BackupId"])

        aws.clock.advance(minutes=6)
        assert backups_of(cloudhsm, cluster_id)[-1]["BackupState"] == "READY"


def test_unchanged_backups_share_what_they_hold(aws, cloudhsm, cluster_id):
    """Two backups with no change of users and keys between them hold it once."""
    aws.clock.advance(days=2)
    backups_of(cloudhsm, cluster_id)

    cluster = aws._builder().find_cluster(cluster_id)

    first, second, third = cluster.backups
    assert first.contents is second.contents is third.contents


def test_retention_removes_old_backups(aws, cloudhsm, cluster_id):
    """A backup older than the retention is PENDING_DELETION, restorable for seven days."""
    aws.clock.advance(days=90, minutes=1)

    first, second, *_rest = backups_of(cloudhsm, cluster_id)

    assert first["BackupState"] == "PENDING_DELETION"
    assert first["DeleteTimestamp"] - first["CreateTimestamp"] == timedelta(days=97)
    assert second["BackupState"] == "READY"


def test_retention_spares_the_last_backup(aws, cloudhsm, cluster_id):
    """A cluster's last backup stays, however old, until there is a younger one."""
    cloudhsm.delete_hsm(ClusterId=cluster_id, HsmId=hsm_ids(cloudhsm, cluster_id)[0])
    aws.clock.advance(days=300)
    first, last = backups_of(cloudhsm, cluster_id)
    assert (first["BackupState"], last["BackupState"]) == ("DELETED", "READY")

    cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[0])
    aws.clock.advance(days=1)

    assert [backup["BackupState"] for backup in backups_of(cloudhsm, cluster_id)] == [
        "DELETED",
        "PENDING_DELETION",
        "READY",
    ]


def test_retention_of_a_deleted_cluster_goes_on(aws, cloudhsm, cluster_id):
    """The backups of a deleted cluster stay as long as its retention says, the last one longer."""
    cloudhsm.delete_hsm(ClusterId=cluster_id, HsmId=hsm_ids(cloudhsm, cluster_id)[0])
    cloudhsm.delete_cluster(ClusterId=cluster_id)
    assert len(backups_of(cloudhsm, cluster_id, Filters={"states": ["READY"]})) == 2

    aws.clock.advance(days=91)

    assert len(backups_of(cloudhsm, cluster_id, Filters={"states": ["READY"]})) == 1


def test_backup_that_never_expires_stays(aws, cloudhsm, cluster_id, backup_id):
    """ModifyBackupAttributes exempts a backup from the retention, and subjects it again."""
    answer = cloudhsm.modify_backup_attributes(BackupId=backup_id, NeverExpires=True)
    assert answer["Backup"]["NeverExpires"] is True

    aws.clock.advance(days=100)
    assert described_backup(cloudhsm, backup_id)["BackupState"] == "READY"

    cloudhsm.modify_backup_attributes(BackupId=backup_id, NeverExpires=False)
    assert described_backup(cloudhsm, backup_id)["BackupState"] == "PENDING_DELETION"


def test_shorter_retention_reaches_what_is_there(aws, cloudhsm, cluster_id):
    """ModifyCluster(BackupRetentionPolicy) removes what is too old for the new retention."""
    aws.clock.advance(days=10)

    cloudhsm.modify_cluster(
        ClusterId=cluster_id, BackupRetentionPolicy={"Type": "DAYS", "Value": "7"}
    )

    pending = backups_of(cloudhsm, cluster_id, Filters={"states": ["PENDING_DELETION"]})
    assert len(pending) == 4


def test_deleted_backup_waits_seven_days(aws, cloudhsm, backup_id):
    """DeleteBackup leaves a backup PENDING_DELETION for seven days, and DELETED then."""
    backup = cloudhsm.delete_backup(BackupId=backup_id)["Backup"]
    assert backup["BackupState"] == "PENDING_DELETION"
    assert abs(backup["DeleteTimestamp"] - aws.clock.now() - timedelta(days=7)) < timedelta(hours=1)

    aws.clock.advance(days=6, hours=23)
    assert described_backup(cloudhsm, backup_id)["BackupState"] == "PENDING_DELETION"

    aws.clock.advance(hours=1)
    backup = described_backup(cloudhsm, backup_id)
    assert backup["BackupState"] == "DELETED"
    assert "DeleteTimestamp" not in backup


def test_backup_is_restored(aws, cloudhsm, backup_id):
    """RestoreBackup makes a backup READY again, which the old date no longer deletes."""
    cloudhsm.delete_backup(BackupId=backup_id)
    aws.clock.advance(days=6)

    backup = cloudhsm.restore_backup(BackupId=backup_id)["Backup"]

    assert backup["BackupState"] == "READY"
    assert "DeleteTimestamp" not in backup
    cloudhsm.delete_backup(BackupId=backup_id)
    aws.clock.advance(days=2)
    assert described_backup(cloudhsm, backup_id)["BackupState"] == "PENDING_DELETION"


def test_restored_backup_is_kept_as_long_as_others(aws, cloudhsm, cluster_id, backup_id):
    """A backup that was restored is under its cluster's retention again."""
    cloudhsm.delete_backup(BackupId=backup_id)
    aws.clock.advance(days=1)
    cloudhsm.restore_backup(BackupId=backup_id)
    aws.clock.advance(days=9)
    assert described_backup(cloudhsm, backup_id)["BackupState"] == "READY"

    cloudhsm.modify_cluster(
        ClusterId=cluster_id, BackupRetentionPolicy={"Type": "DAYS", "Value": "7"}
    )

    assert described_backup(cloudhsm, backup_id)["BackupState"] == "PENDING_DELETION"


@pytest.mark.parametrize("state", ["READY", "DELETED"])
def test_only_what_is_pending_is_restored(aws, cloudhsm, backup_id, state):
    """RestoreBackup refuses a READY backup, and finds none that is deleted for good."""
    code = "CloudHsmInvalidRequestException"
    if state == "DELETED":
        cloudhsm.delete_backup(BackupId=backup_id)
        aws.clock.advance(days=8)
        code = "CloudHsmResourceNotFoundException"

    with refused(code):
        cloudhsm.restore_backup(BackupId=backup_id)


def test_pending_backup_takes_no_changes(cloudhsm, backup_id):
    """A backup that is PENDING_DELETION cannot be deleted again, changed or copied."""
    cloudhsm.delete_backup(BackupId=backup_id)

    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.delete_backup(BackupId=backup_id)
    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.modify_backup_attributes(BackupId=backup_id, NeverExpires=True)
    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.copy_backup_to_region(BackupId=backup_id, DestinationRegion="eu-west-1")


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("delete_backup", {}),
        ("restore_backup", {}),
        ("modify_backup_attributes", {"NeverExpires": True}),
        ("copy_backup_to_region", {"DestinationRegion": "eu-west-1"}),
    ],
)
def test_backup_must_be_there(cloudhsm, operation, members):
    """Operations on a backup that nobody has do not find it."""
    with refused("CloudHsmResourceNotFoundException"):
        getattr(cloudhsm, operation)(BackupId="backup-ro5c4er4aac", **members)
