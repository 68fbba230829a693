"""ModifyCluster: how long backups are kept, and the type of the HSMs."""

from datetime import timedelta

import boto3
import pytest
from clusters import ZONES, described, new_cluster
from expect import refused

from kmsmock import mock_kms_cloudhsm


@pytest.fixture
def cluster_id(aws):
    """An active cluster of hsm1.medium with one HSM."""
    return aws.cluster(hsms=1, hsm_type="hsm1.medium").cluster_id


def keep(days):
    return {"BackupRetentionPolicy": {"Type": "DAYS", "Value": str(days)}}


@pytest.mark.parametrize("days", [7, 379])
def test_retention_is_changed(cloudhsm, days):
    """ModifyCluster sets the retention, 7 to 379 days, and leaves the state alone."""
    cluster_id = new_cluster(cloudhsm)

    cluster = cloudhsm.modify_cluster(ClusterId=cluster_id, **keep(days))["Cluster"]

    assert cluster["BackupRetentionPolicy"] == {"Type": "DAYS", "Value": str(days)}
    assert cluster["State"] == "UNINITIALIZED"


@pytest.mark.parametrize(
    "members",
    [
        {},
        keep(6),
        keep(380),
        {"BackupRetentionPolicy": {"Type": "DAYS"}},
        {"HsmType": "hsm3.large"},
        {"HsmType": "hsm1.medium"},
    ],
)
def test_bad_changes_are_refused(cloudhsm, cluster_id, members):
    """ModifyCluster refuses nothing at all, other retentions, and types that are no change."""
    before = described(cloudhsm, cluster_id)

    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.modify_cluster(ClusterId=cluster_id, **members)

    assert described(cloudhsm, cluster_id) == before


def test_type_is_changed(aws, cloudhsm, cluster_id):
    """Another type is a MODIFY_IN_PROGRESS; then cluster, HSMs and new HSMs have it."""
    changing = cloudhsm.modify_cluster(ClusterId=cluster_id, HsmType="hsm2m.medium")["Cluster"]
    assert (changing["State"], changing["HsmType"]) == ("MODIFY_IN_PROGRESS", "hsm2m.medium")

    cluster = described(cloudhsm, cluster_id)
    hsm = cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[1])["Hsm"]

    left = cluster["HsmTypeRollbackExpiration"] - aws.clock.now()
    assert timedelta(hours=23) < left <= timedelta(hours=24)
    assert cluster["State"] == "ACTIVE"
    assert [known["HsmType"] for known in cluster["Hsms"]] == ["hsm2m.medium"]
    assert hsm["HsmType"] == "hsm2m.medium"


def test_type_is_rolled_back(cloudhsm, cluster_id):
    """Within the window the former type is a ROLLBACK_IN_PROGRESS, and no way back remains."""
    cloudhsm.modify_cluster(ClusterId=cluster_id, HsmType="hsm2m.medium")

    changing = cloudhsm.modify_cluster(ClusterId=cluster_id, HsmType="hsm1.medium")["Cluster"]

    assert changing["State"] == "ROLLBACK_IN_PROGRESS"
    cluster = described(cloudhsm, cluster_id)
    assert (cluster["State"], cluster["HsmType"]) == ("ACTIVE", "hsm1.medium")
    assert "HsmTypeRollbackExpiration" not in cluster


def test_way_back_closes_after_a_day(aws, cloudhsm, cluster_id):
    """After 24 hours the former type is refused."""
    cloudhsm.modify_cluster(ClusterId=cluster_id, HsmType="hsm2m.medium")
    described(cloudhsm, cluster_id)

    aws.clock.advance(hours=24)

    assert "HsmTypeRollbackExpiration" not in described(cloudhsm, cluster_id)
    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.modify_cluster(ClusterId=cluster_id, HsmType="hsm1.medium")


def test_second_change_has_its_own_window(aws, cloudhsm, cluster_id):
    """The window of a change that was rolled back does not close that of the next."""
    cloudhsm.modify_cluster(ClusterId=cluster_id, HsmType="hsm2m.medium")
    cloudhsm.modify_cluster(ClusterId=cluster_id, HsmType="hsm1.medium")
    aws.clock.advance(hours=12)
    cloudhsm.modify_cluster(ClusterId=cluster_id, HsmType="hsm2m.medium")
    described(cloudhsm, cluster_id)

    aws.clock.advance(hours=13)

    assert "HsmTypeRollbackExpiration" in described(cloudhsm, cluster_id)


def test_type_of_an_active_cluster_only(cloudhsm):
    """A cluster that is not ACTIVE keeps its type."""
    cluster_id = new_cluster(cloudhsm, HsmType="hsm1.medium")

    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.modify_cluster(ClusterId=cluster_id, HsmType="hsm2m.medium")


def test_cluster_being_changed_takes_no_other_change():
    """In realistic time a cluster that is MODIFY_IN_PROGRESS takes neither HSMs nor changes."""
    with mock_kms_cloudhsm(transitions="realistic") as aws:
        cloudhsm = boto3.client("cloudhsmv2", region_name=aws.region)
        cluster_id = aws.cluster(hsms=1, hsm_type="hsm1.medium").cluster_id
        cloudhsm.modify_cluster(ClusterId=cluster_id, HsmType="hsm2m.medium")

        with refused("CloudHsmInvalidRequestException"):
            cloudhsm.modify_cluster(ClusterId=cluster_id, HsmType="hsm1.medium")
        with refused("CloudHsmInvalidRequestException"):
            cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[1])
        with refused("CloudHsmInvalidRequestException"):
            cloudhsm.delete_cluster(ClusterId=cluster_id)

        aws.clock.advance(minutes=31)
        assert described(cloudhsm, cluster_id)["State"] == "ACTIVE"


def test_users_are_there_while_the_type_changes():
    """The CloudHSM CLI is answered while HSMs get another type, and while they get it back."""
    with mock_kms_cloudhsm(region="us-east-1", transitions="realistic") as aws:
        cloudhsm = boto3.client("cloudhsmv2", region_name="us-east-1")
        cluster_id = aws.cluster(hsms=1, hsm_type="hsm1.medium").cluster_id

        for hsm_type, state in (
            ("hsm2m.medium", "MODIFY_IN_PROGRESS"),
            ("hsm1.medium", "ROLLBACK_IN_PROGRESS"),
        ):
            cloudhsm.modify_cluster(ClusterId=cluster_id, HsmType=hsm_type)
            assert described(cloudhsm, cluster_id)["State"] == state
            assert aws.cloudhsm_cli(cluster_id).user_list()["error_code"] == 0
            aws.clock.advance(hours=5)
