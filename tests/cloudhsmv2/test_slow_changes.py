"""Changes that take their time, as AWS's do."""

from datetime import timedelta

import pytest
from clusters import ZONES, described, new_cluster
from expect import refused

from kmsmock.controls.transitions import Transitions


@pytest.fixture(autouse=True)
def slow(monkeypatch):
    """Every change takes ten minutes."""
    monkeypatch.setattr(Transitions, "delay_of", lambda _self, _change: timedelta(minutes=10))


@pytest.fixture
def cluster_id(aws, cloudhsm):
    """An uninitialized cluster without HSMs."""
    cluster_id = new_cluster(cloudhsm)
    aws.clock.advance(minutes=11)
    return cluster_id


def test_new_cluster_takes_its_time(aws, cloudhsm):
    """A new cluster is CREATE_IN_PROGRESS until the time is over, and takes no HSM before."""
    cluster_id = new_cluster(cloudhsm)
    aws.clock.advance(minutes=9)
    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[0])
    assert described(cloudhsm, cluster_id)["State"] == "CREATE_IN_PROGRESS"

    aws.clock.advance(minutes=2)

    assert described(cloudhsm, cluster_id)["State"] == "UNINITIALIZED"


def test_hsm_takes_its_time(aws, cloudhsm, cluster_id):
    """A new HSM is CREATE_IN_PROGRESS until the time is over, and so long there is no CSR."""
    cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[0])
    aws.clock.advance(minutes=9)
    cluster = described(cloudhsm, cluster_id)
    assert cluster["Hsms"][0]["State"] == "CREATE_IN_PROGRESS"
    assert cluster["Certificates"] == {}

    aws.clock.advance(minutes=2)

    cluster = described(cloudhsm, cluster_id)
    assert cluster["Hsms"][0]["State"] == "ACTIVE"
    assert "ClusterCsr" in cluster["Certificates"]


def test_hsm_deleted_too_early_is_never_active(aws, cloudhsm, cluster_id):
    """An HSM that is deleted while it is being created goes without having been active."""
    cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[0])
    aws.clock.advance(minutes=9)
    hsm = described(cloudhsm, cluster_id)["Hsms"][0]
    cloudhsm.delete_hsm(ClusterId=cluster_id, HsmId=hsm["HsmId"])

    aws.clock.advance(minutes=9)
    assert described(cloudhsm, cluster_id)["Hsms"][0]["State"] == "DELETE_IN_PROGRESS"

    aws.clock.advance(minutes=2)
    assert described(cloudhsm, cluster_id)["Hsms"] == []


def test_leaving_hsm_tells_no_message(aws, cloudhsm, cluster_id):
    """What an HSM told when it was made is gone while it is being deleted."""
    cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[0])
    aws.clock.advance(minutes=11)
    hsm = described(cloudhsm, cluster_id)["Hsms"][0]
    assert hsm["StateMessage"] == "HSM created."

    cloudhsm.delete_hsm(ClusterId=cluster_id, HsmId=hsm["HsmId"])

    leaving = described(cloudhsm, cluster_id)["Hsms"][0]
    assert leaving["State"] == "DELETE_IN_PROGRESS"
    assert "StateMessage" not in leaving


def test_cluster_deleted_too_early_stays_deleted(aws, cloudhsm):
    """A cluster that is deleted while it is being created is not UNINITIALIZED any more."""
    cluster_id = new_cluster(cloudhsm)
    aws.clock.advance(minutes=5)
    cloudhsm.delete_cluster(ClusterId=cluster_id)

    aws.clock.advance(minutes=6)
    assert described(cloudhsm, cluster_id)["State"] == "DELETE_IN_PROGRESS"

    aws.clock.advance(minutes=5)
    assert described(cloudhsm, cluster_id)["State"] == "DELETED"


def test_leaving_hsms_still_count(aws, cloudhsm):
    """A cluster cannot be deleted before its HSMs are gone, and an HSM is deleted once."""
    cluster_id = cluster_with_csr_after_a_while(aws, cloudhsm)
    hsm_id = described(cloudhsm, cluster_id)["Hsms"][0]["HsmId"]
    cloudhsm.delete_hsm(ClusterId=cluster_id, HsmId=hsm_id)

    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.delete_cluster(ClusterId=cluster_id)
    with refused("CloudHsmResourceNotFoundException"):
        cloudhsm.delete_hsm(ClusterId=cluster_id, HsmId=hsm_id)

    aws.clock.advance(minutes=11)
    cloudhsm.delete_cluster(ClusterId=cluster_id)


def cluster_with_csr_after_a_while(aws, cloudhsm):
    """The id of an uninitialized cluster with an HSM."""
    cluster_id = new_cluster(cloudhsm)
    aws.clock.advance(minutes=11)
    cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[0])
    aws.clock.advance(minutes=11)
    return cluster_id
