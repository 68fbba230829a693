import re

import pytest
from clusters import (
    SUBNETS,
    ZONES,
    active_cluster,
    cluster_with_csr,
    described,
    initialized_cluster,
    new_cluster,
)
from expect import refused


def test_new_hsm_is_being_created(cloudhsm):
    """CreateHsm answers CREATE_IN_PROGRESS and the HSM's place in the network."""
    cluster_id = new_cluster(cloudhsm)

    hsm = cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[1])["Hsm"]

    assert re.fullmatch("hsm-[2-7a-z]{11}", hsm.pop("HsmId"))
    assert re.fullmatch("eni-[0-9a-f]{17}", hsm.pop("EniId"))
    assert re.fullmatch(r"10\.0\.\d+\.\d+", hsm.pop("EniIp"))
    assert hsm == {
        "AvailabilityZone": ZONES[1],
        "ClusterId": cluster_id,
        "HsmType": "hsm2m.medium",
        "State": "CREATE_IN_PROGRESS",
        "SubnetId": SUBNETS[1],
    }


def test_created_hsm_is_active(cloudhsm):
    """The next call sees a new HSM ACTIVE, with a message."""
    cluster_id = cluster_with_csr(cloudhsm)

    (hsm,) = described(cloudhsm, cluster_id)["Hsms"]

    assert hsm["State"] == "ACTIVE"
    assert hsm["StateMessage"] == "HSM created."


def test_dual_stack_hsm_has_an_ipv6_address(cloudhsm):
    """In a DUALSTACK cluster an HSM has an IPv6 address too."""
    cluster_id = new_cluster(cloudhsm, NetworkType="DUALSTACK")

    hsm = cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[0])["Hsm"]

    assert ":" in hsm["EniIpV6"]


@pytest.mark.parametrize("cluster", [cluster_with_csr, initialized_cluster])
def test_second_hsm_waits_for_activation(cloudhsm, cluster):
    """Before activation a cluster takes no second HSM, initialized or not."""
    cluster_id = cluster(cloudhsm)
    text = f"Cluster '{cluster_id}' already contains an HSM but has not yet been fully activated"

    with refused("CloudHsmInvalidRequestException", text):
        cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[1])


def test_active_cluster_takes_more_hsms(aws, cloudhsm):
    """An active cluster takes more HSMs, also a second one in a zone."""
    cluster_id = active_cluster(aws, cloudhsm, hsms=1)

    for zone in (ZONES[1], ZONES[1]):
        cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=zone)

    zones = [hsm["AvailabilityZone"] for hsm in described(cloudhsm, cluster_id)["Hsms"]]
    assert zones == [ZONES[0], ZONES[1], ZONES[1]]


def test_zone_must_be_the_clusters(cloudhsm):
    """CreateHsm refuses a zone in which the cluster has no subnet."""
    cluster_id = new_cluster(cloudhsm)

    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone="us-east-1f")


def test_hsm_gets_the_address_asked_for(cloudhsm):
    """CreateHsm gives the HSM the address that it is asked for."""
    cluster_id = new_cluster(cloudhsm)

    answer = cloudhsm.create_hsm(
        ClusterId=cluster_id, AvailabilityZone=ZONES[0], IpAddress="10.0.7.77"
    )

    assert answer["Hsm"]["EniIp"] == "10.0.7.77"


@pytest.mark.parametrize("taken", [True, False])
def test_address_must_be_free(aws, cloudhsm, taken):
    """CreateHsm refuses an address that another HSM has, or that is none."""
    cluster_id = active_cluster(aws, cloudhsm, hsms=1)
    address = described(cloudhsm, cluster_id)["Hsms"][0]["EniIp"] if taken else "300.1.1.1"

    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[0], IpAddress=address)


@pytest.mark.parametrize("selector", ["HsmId", "EniId", "EniIp"])
def test_hsm_is_deleted_by_any_of_its_names(cloudhsm, selector):
    """DeleteHsm takes the HSM's id, its interface's id or its address, and answers its id."""
    cluster_id = cluster_with_csr(cloudhsm)
    (hsm,) = described(cloudhsm, cluster_id)["Hsms"]

    answer = cloudhsm.delete_hsm(ClusterId=cluster_id, **{selector: hsm[selector]})

    assert answer["HsmId"] == hsm["HsmId"]
    assert described(cloudhsm, cluster_id)["Hsms"] == []


@pytest.mark.parametrize("selectors", [(), ("HsmId", "EniId"), ("HsmId", "EniId", "EniIp")])
def test_hsm_is_named_once(cloudhsm, selectors):
    """DeleteHsm refuses none or several of HsmId, EniId and EniIp."""
    cluster_id = cluster_with_csr(cloudhsm)
    (hsm,) = described(cloudhsm, cluster_id)["Hsms"]

    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.delete_hsm(ClusterId=cluster_id, **{name: hsm[name] for name in selectors})


@pytest.mark.parametrize(
    "selector",
    [
        {"HsmId": "hsm-ted36yp5b2x"},
        {"EniId": "eni-01234567"},
        {"EniIp": "10.0.9.9"},
    ],
)
def test_hsm_must_be_the_clusters(cloudhsm, selector):
    """DeleteHsm does not find an HSM that the cluster does not have."""
    cluster_id = cluster_with_csr(cloudhsm)

    with refused("CloudHsmResourceNotFoundException"):
        cloudhsm.delete_hsm(ClusterId=cluster_id, **selector)


def test_deleted_hsm_gives_its_address_back(cloudhsm):
    """The next HSM can have the address of a deleted one, and brings the CSR again."""
    cluster_id = cluster_with_csr(cloudhsm)
    (hsm,) = described(cloudhsm, cluster_id)["Hsms"]
    cloudhsm.delete_hsm(ClusterId=cluster_id, HsmId=hsm["HsmId"])
    assert described(cloudhsm, cluster_id)["Certificates"] == {}

    cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[0], IpAddress=hsm["EniIp"])

    assert "ClusterCsr" in described(cloudhsm, cluster_id)["Certificates"]


def test_users_survive_the_last_hsm(aws, cloudhsm):
    """A cluster whose last HSM is deleted stays ACTIVE and has its users back with the next."""
    cluster_id = active_cluster(aws, cloudhsm, hsms=1)
    cli = aws.cloudhsm_cli(cluster_id)
    users = cli.user_list()["data"]
    (hsm,) = described(cloudhsm, cluster_id)["Hsms"]
    cloudhsm.delete_hsm(ClusterId=cluster_id, HsmId=hsm["HsmId"])
    assert described(cloudhsm, cluster_id)["State"] == "ACTIVE"

    cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[1])

    assert cli.user_list()["data"] == users


def test_new_hsm_of_an_initialized_cluster_activates_nothing(cloudhsm):
    """A cluster that nobody activated stays INITIALIZED when its only HSM is replaced."""
    cluster_id = initialized_cluster(cloudhsm)
    (hsm,) = described(cloudhsm, cluster_id)["Hsms"]
    cloudhsm.delete_hsm(ClusterId=cluster_id, HsmId=hsm["HsmId"])
    cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[0])

    assert described(cloudhsm, cluster_id)["State"] == "INITIALIZED"


def test_second_hsm_needs_no_former_backup(aws, cloudhsm):
    """A cluster with an HSM takes another one, though its backups were deleted."""
    cluster_id = aws.cluster(hsms=1).cluster_id
    for backup in cloudhsm.describe_backups(Filters={"clusterIds": [cluster_id]})["Backups"]:
        cloudhsm.delete_backup(BackupId=backup["BackupId"])

    cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[1])

    assert len(described(cloudhsm, cluster_id)["Hsms"]) == 2
