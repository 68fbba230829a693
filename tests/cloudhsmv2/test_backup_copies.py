"""CopyBackupToRegion."""

import boto3
import pytest
from backups import backups_of, latest_backup
from expect import refused

from kmsmock import mock_kms_cloudhsm

THERE = "eu-west-1"


@pytest.fixture
def source(aws, cloudhsm):
    """A backup in us-east-1."""
    return latest_backup(cloudhsm, aws.cluster(hsms=1).cluster_id)


@pytest.fixture
def there(aws):
    """A CloudHSM v2 client in another Region."""
    return boto3.client("cloudhsmv2", region_name=THERE)


def copies_of(client, source):
    filters = {"sourceBackupIds": [source["BackupId"]]}
    return client.describe_backups(Filters=filters)["Backups"]


def test_answer_names_the_source(cloudhsm, source):
    """CopyBackupToRegion tells where the copy comes from, and not its id."""
    answer = cloudhsm.copy_backup_to_region(BackupId=source["BackupId"], DestinationRegion=THERE)

    assert answer["DestinationBackup"] == {
        "CreateTimestamp": source["CreateTimestamp"],
        "SourceRegion": "us-east-1",
        "SourceBackup": source["BackupId"],
        "SourceCluster": source["ClusterId"],
    }


def test_copy_is_found_by_its_source(aws, cloudhsm, there, source):
    """The copy has an id and an ARN of its own, its source's time, and members of a copy."""
    cloudhsm.copy_backup_to_region(BackupId=source["BackupId"], DestinationRegion=THERE)

    (copy,) = copies_of(there, source)

    assert copy["BackupId"] != source["BackupId"]
    assert copy["BackupArn"].startswith(f"arn:aws:cloudhsm:{THERE}:{aws.account_id}:backup/")
    assert copy["BackupState"] == "READY"
    assert copy["CreateTimestamp"] == source["CreateTimestamp"] <= copy["CopyTimestamp"]
    assert copy["ClusterId"] == copy["SourceCluster"] == source["ClusterId"]
    assert copy["SourceRegion"] == "us-east-1"
    assert copy["SourceBackup"] == source["BackupId"]
    assert len(backups_of(cloudhsm, source["ClusterId"])) == 1


@pytest.mark.parametrize(
    ("members", "tags"),
    [
        ({}, [{"Key": "Team", "Value": "Payments"}]),
        ({"TagList": [{"Key": "Copy", "Value": "yes"}]}, [{"Key": "Copy", "Value": "yes"}]),
    ],
)
def test_copy_has_its_own_tags_or_the_sources(cloudhsm, there, source, members, tags):
    """Tags of the request replace those of the source, which are copied otherwise."""
    cloudhsm.tag_resource(
        ResourceId=source["BackupId"], TagList=[{"Key": "Team", "Value": "Payments"}]
    )

    cloudhsm.copy_backup_to_region(BackupId=source["BackupId"], DestinationRegion=THERE, **members)

    assert copies_of(there, source)[0]["TagList"] == tags


def test_duplicate_tags_are_refused(cloudhsm, there, source):
    """CopyBackupToRegion refuses a tag key that is given twice, and copies nothing."""
    tag = {"Key": "Team", "Value": "Payments"}

    with refused("CloudHsmTagException"):
        cloudhsm.copy_backup_to_region(
            BackupId=source["BackupId"], DestinationRegion=THERE, TagList=[tag, tag]
        )

    assert copies_of(there, source) == []


@pytest.mark.parametrize("region", ["us-east-1", "us-gov-west-1"])
def test_copy_goes_to_another_region_of_the_partition(cloudhsm, source, region):
    """A backup is not copied into its own Region, nor between commercial and restricted ones."""
    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.copy_backup_to_region(BackupId=source["BackupId"], DestinationRegion=region)


def test_govcloud_copies_within_itself():
    """Between the two GovCloud Regions a backup is copied."""
    with mock_kms_cloudhsm(region="us-gov-east-1") as aws:
        east = boto3.client("cloudhsmv2", region_name="us-gov-east-1")
        source = latest_backup(east, aws.cluster(hsms=1).cluster_id)

        east.copy_backup_to_region(BackupId=source["BackupId"], DestinationRegion="us-gov-west-1")

        west = boto3.client("cloudhsmv2", region_name="us-gov-west-1")
        assert copies_of(west, source)[0]["BackupArn"].startswith("arn:aws-us-gov:cloudhsm:")


def test_copy_has_no_retention(aws, cloudhsm, there, source):
    """No retention removes a copy, which lives on without its source."""
    cloudhsm.copy_backup_to_region(BackupId=source["BackupId"], DestinationRegion=THERE)
    cloudhsm.delete_backup(BackupId=source["BackupId"])

    aws.clock.advance(days=400)

    assert copies_of(there, source)[0]["BackupState"] == "READY"


def test_copy_can_be_deleted_and_restored(aws, there, cloudhsm, source):
    """A copy goes the way of every backup when it is deleted."""
    cloudhsm.copy_backup_to_region(BackupId=source["BackupId"], DestinationRegion=THERE)
    copy_id = copies_of(there, source)[0]["BackupId"]

    there.delete_backup(BackupId=copy_id)
    there.restore_backup(BackupId=copy_id)
    there.modify_backup_attributes(BackupId=copy_id, NeverExpires=False)
    there.delete_backup(BackupId=copy_id)
    aws.clock.advance(days=7)

    assert copies_of(there, source)[0]["BackupState"] == "DELETED"
