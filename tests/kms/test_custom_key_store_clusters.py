import boto3
import pytest
from clusters import active_cluster, initialized_cluster, new_cluster, trust_anchor
from expect import refused
from key_stores import (
    NAME,
    PASSWORD,
    cluster_shape,
    create,
    creation,
    delete_cluster,
    delete_hsms,
    entry,
    fit_cluster,
)

from kmsmock import mock_kms_cloudhsm

TWO_ZONES = "CloudHSM cluster must contain active HSMs in at least two Availability Zones"


@pytest.fixture
def cluster(aws):
    """An active cluster with two HSMs and kmsuser."""
    return fit_cluster(aws)


def stores(kms):
    return kms.describe_custom_key_stores()["CustomKeyStores"]


@pytest.mark.parametrize("deleted", [False, True])
def test_cluster_must_be_there(kms, cloudhsm, cluster, deleted):
    """An unknown cluster is not found, and neither is a deleted one."""
    members = creation(cluster)
    if deleted:
        delete_cluster(cloudhsm, cluster)
    else:
        members["CloudHsmClusterId"] = "cluster-aaaaaaaaaaa"

    with refused("CloudHsmClusterNotFoundException"):
        kms.create_custom_key_store(**members)


def test_cluster_serves_one_store(kms, cluster):
    """A cluster that serves a key store cannot serve another."""
    create(kms, cluster)

    with refused("CloudHsmClusterInUseException"):
        create(kms, cluster, CustomKeyStoreName="OtherKeyStore")


def test_deleted_store_frees_its_cluster_and_name(kms, cluster):
    """After a key store is deleted, its cluster and its name can be another's."""
    first = create(kms, cluster)
    kms.delete_custom_key_store(CustomKeyStoreId=first)

    second = create(kms, cluster)

    assert second != first


@pytest.mark.parametrize("unready", [new_cluster, initialized_cluster])
def test_cluster_must_be_active(kms, cloudhsm, unready):
    """A cluster that is not initialized, or not activated, is not active."""
    cluster_id = unready(cloudhsm)

    text = f"CloudHSM cluster {cluster_id} is not active"
    with refused("CloudHsmClusterNotActiveException", text):
        kms.create_custom_key_store(
            CustomKeyStoreName=NAME,
            CloudHsmClusterId=cluster_id,
            KeyStorePassword=PASSWORD,
            TrustAnchorCertificate=trust_anchor(),
        )


def test_subnets_must_be_in_two_zones(aws, kms, cloudhsm, cluster):
    """A cluster whose private subnets are in one zone only has a wrong configuration."""
    _kept, *others = cluster_shape(cloudhsm, cluster)["SubnetMapping"].values()
    for subnet_id in others:
        aws.network.delete_subnet(subnet_id)

    text = "CloudHSM cluster must have private subnets in at least two Availability Zones"
    with refused("CloudHsmClusterInvalidConfigurationException", text):
        create(kms, cluster)


def test_security_group_must_let_the_cluster_talk(aws, kms, cloudhsm, cluster):
    """A security group without the cluster's rules is a wrong configuration."""
    aws.network.revoke_rules(cluster_shape(cloudhsm, cluster)["SecurityGroup"])

    text = (
        f"Security group cloudhsm-cluster-{cluster.cluster_id}-sg must allow TCP traffic on ports "
        "2223-2225 from and to itself"
    )
    with refused("CloudHsmClusterInvalidConfigurationException", text):
        create(kms, cluster)


@pytest.mark.parametrize("hsms", [0, 1])
def test_two_hsms_are_needed(kms, cloudhsm, cluster, hsms):
    """A cluster with fewer than two HSMs has a wrong configuration."""
    delete_hsms(cloudhsm, cluster, keep=hsms)

    with refused("CloudHsmClusterInvalidConfigurationException", TWO_ZONES):
        create(kms, cluster)


def test_hsms_must_be_in_two_zones(aws, kms, cloudhsm):
    """Two HSMs in one zone are not enough."""
    cluster = aws.cluster(hsms=1)
    (hsm,) = cluster_shape(cloudhsm, cluster)["Hsms"]
    cloudhsm.create_hsm(ClusterId=cluster.cluster_id, AvailabilityZone=hsm["AvailabilityZone"])

    with refused("CloudHsmClusterInvalidConfigurationException", TWO_ZONES):
        create(kms, cluster)


def test_hsms_must_be_active(aws, kms, cloudhsm, cluster):
    """An HSM that has failed does not count."""
    aws.hsm(cluster_shape(cloudhsm, cluster)["Hsms"][0]["HsmId"]).fail()

    with refused("CloudHsmClusterInvalidConfigurationException", TWO_ZONES):
        create(kms, cluster)


@pytest.mark.parametrize("certificate", [trust_anchor("somebody else"), "not a certificate"])
def test_trust_anchor_must_be_the_clusters(kms, cluster, certificate):
    """Another certificate than the one that initialized the cluster is an incorrect one."""
    with refused("IncorrectTrustAnchorException"):
        create(kms, cluster, TrustAnchorCertificate=certificate)

    assert stores(kms) == []


def test_certificates_of_equal_content_are_equal(kms, cluster):
    """The trust anchor's line ends do not matter."""
    certificate = cluster.trust_anchor.replace("\n", "\r\n")

    store_id = create(kms, cluster, TrustAnchorCertificate=certificate)

    assert entry(kms, store_id)["TrustAnchorCertificate"] == certificate


def test_owners_own_cluster_will_do(aws, kms, cloudhsm):
    """A cluster that its owner made call by call is as good as a ready one."""
    cluster_id = active_cluster(aws, cloudhsm)

    answer = kms.create_custom_key_store(
        CustomKeyStoreName=NAME,
        CloudHsmClusterId=cluster_id,
        KeyStorePassword=PASSWORD,
        TrustAnchorCertificate=trust_anchor(),
    )

    assert entry(kms, answer["CustomKeyStoreId"])["CloudHsmClusterId"] == cluster_id


def test_other_regions_do_not_matter(kms, cluster):
    """Names and clusters are a Region's own."""
    create(kms, cluster)
    elsewhere = boto3.client("kms", region_name="eu-west-1")

    with refused("CloudHsmClusterNotFoundException"):
        create(elsewhere, cluster)

    assert stores(elsewhere) == []


def test_cluster_that_is_being_deleted_is_not_found():
    """A cluster on its way out is as one that is not there."""
    with mock_kms_cloudhsm(region="us-east-1", transitions="realistic") as aws:
        kms, cloudhsm = (
            boto3.client(name, region_name="us-east-1") for name in ("kms", "cloudhsmv2")
        )
        cluster_id = new_cluster(cloudhsm)
        aws.clock.advance(days=1)
        cloudhsm.delete_cluster(ClusterId=cluster_id)

        with refused("CloudHsmClusterNotFoundException"):
            kms.create_custom_key_store(
                CustomKeyStoreName=NAME,
                CloudHsmClusterId=cluster_id,
                KeyStorePassword=PASSWORD,
                TrustAnchorCertificate=trust_anchor(),
            )
