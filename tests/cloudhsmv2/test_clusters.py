import contextlib
import datetime as dt
import re

import boto3
import pytest
from clusters import (
    SUBNETS,
    ZONES,
    active_cluster,
    certificate,
    cluster_with_csr,
    described,
    initialized_cluster,
    new_cluster,
    rsa_key,
    signed,
    trust_anchor,
)
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509.oid import NameOID
from expect import refused

from kmsmock import mock_kms_cloudhsm


def test_new_cluster_is_being_created(cloudhsm):
    """CreateCluster answers CREATE_IN_PROGRESS and the members that a new cluster has."""
    answer = cloudhsm.create_cluster(HsmType="hsm2m.medium", Mode="NON_FIPS", SubnetIds=SUBNETS)

    cluster = answer["Cluster"]
    assert re.fullmatch("cluster-[2-7a-z]{11}", cluster["ClusterId"])
    assert re.fullmatch("sg-[0-9a-f]{17}", cluster["SecurityGroup"])
    assert {
        "BackupPolicy": "DEFAULT",
        "BackupRetentionPolicy": {"Type": "DAYS", "Value": "90"},
        "Certificates": {},
        "Hsms": [],
        "HsmType": "hsm2m.medium",
        "Mode": "NON_FIPS",
        "NetworkType": "IPV4",
        "State": "CREATE_IN_PROGRESS",
        "SubnetMapping": dict(zip(ZONES, SUBNETS, strict=True)),
    }.items() <= cluster.items()
    assert 7 <= len(cluster["PreCoPassword"]) <= 32
    assert "StateMessage" not in cluster
    assert "SourceBackupId" not in cluster


def test_created_cluster_is_uninitialized(cloudhsm):
    """The next call sees a new cluster UNINITIALIZED, still without certificates."""
    cluster_id = new_cluster(cloudhsm)

    cluster = described(cloudhsm, cluster_id)

    assert cluster["State"] == "UNINITIALIZED"
    assert cluster["Certificates"] == {}


def test_hsm1_is_fips(cloudhsm):
    """A cluster of hsm1.medium needs no Mode and is in FIPS mode."""
    answer = cloudhsm.create_cluster(HsmType="hsm1.medium", SubnetIds=SUBNETS)

    assert answer["Cluster"]["Mode"] == "FIPS"


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"HsmType": "hsm2m.medium"}, "Mode is a required argument for this hsm type."),
        ({"HsmType": "hsm3.large", "Mode": "FIPS"}, "Provided HsmType is not supported."),
        ({"HsmType": "hsm1.medium", "Mode": "NON_FIPS"}, None),
    ],
)
def test_type_and_mode_must_fit(cloudhsm, members, text):
    """CreateCluster refuses types that AWS does not have, and modes that the type has not."""
    with refused("CloudHsmInvalidRequestException", text):
        cloudhsm.create_cluster(SubnetIds=SUBNETS, **members)


@pytest.mark.parametrize("days", ["6", "380"])
def test_retention_is_7_to_379_days(cloudhsm, days):
    """CreateCluster refuses to keep backups for less than 7 or more than 379 days."""
    with refused("CloudHsmInvalidRequestException"):
        new_cluster(cloudhsm, BackupRetentionPolicy={"Type": "DAYS", "Value": days})


@pytest.mark.parametrize("policy", [{"Type": "DAYS"}, {"Value": "90"}, {}])
def test_retention_has_type_and_value(cloudhsm, policy):
    """CreateCluster refuses half a retention policy."""
    with refused("CloudHsmInvalidRequestException"):
        new_cluster(cloudhsm, BackupRetentionPolicy=policy)


def test_retention_and_tags_are_described(cloudhsm):
    """DescribeClusters shows the retention and the tags that CreateCluster was given."""
    cluster_id = new_cluster(
        cloudhsm,
        BackupRetentionPolicy={"Type": "DAYS", "Value": "7"},
        TagList=[{"Key": "Team", "Value": "Payments"}],
    )

    cluster = described(cloudhsm, cluster_id)

    assert cluster["BackupRetentionPolicy"] == {"Type": "DAYS", "Value": "7"}
    assert cluster["TagList"] == [{"Key": "Team", "Value": "Payments"}]


def test_duplicate_tag_keys_are_refused(cloudhsm):
    """CreateCluster refuses a tag key that is given twice."""
    tag = {"Key": "Team", "Value": "Payments"}

    with refused("CloudHsmTagException"):
        new_cluster(cloudhsm, TagList=[tag, tag])


def test_one_subnet_per_zone(cloudhsm):
    """CreateCluster refuses two subnets in one Availability Zone."""
    in_six_zones = [f"subnet-0000000{number}" for number in range(6)]
    new_cluster(cloudhsm, SubnetIds=in_six_zones)
    seventh = new_cluster(cloudhsm, SubnetIds=["subnet-aaaaaaaa"])
    assert described(cloudhsm, seventh)["SubnetMapping"] == {"us-east-1a": "subnet-aaaaaaaa"}

    with refused("CloudHsmInvalidRequestException"):
        new_cluster(cloudhsm, SubnetIds=["subnet-aaaaaaaa", in_six_zones[0]])


def test_subnet_named_twice_is_refused(cloudhsm):
    """CreateCluster refuses a subnet that is named twice."""
    with refused("CloudHsmInvalidRequestException"):
        new_cluster(cloudhsm, SubnetIds=["subnet-aaaaaaaa", "subnet-aaaaaaaa"])


def test_subnet_stays_in_its_zone(cloudhsm):
    """A subnet is in the same zone for each cluster that names it."""
    first = new_cluster(cloudhsm, SubnetIds=["subnet-aaaaaaaa", "subnet-bbbbbbbb"])
    second = new_cluster(cloudhsm, SubnetIds=["subnet-bbbbbbbb", "subnet-cccccccc"])

    assert described(cloudhsm, first)["SubnetMapping"]["us-east-1b"] == "subnet-bbbbbbbb"
    assert described(cloudhsm, second)["SubnetMapping"]["us-east-1b"] == "subnet-bbbbbbbb"


def test_first_hsm_brings_the_csr(cloudhsm):
    """With the first HSM, DescribeClusters shows a CSR and three certificates."""
    cluster_id = cluster_with_csr(cloudhsm)

    certificates = described(cloudhsm, cluster_id)["Certificates"]

    assert set(certificates) == {
        "ClusterCsr",
        "HsmCertificate",
        "AwsHardwareCertificate",
        "ManufacturerHardwareCertificate",
    }
    csr = x509.load_pem_x509_csr(certificates["ClusterCsr"].encode())
    assert csr.is_signature_valid
    (name,) = csr.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert re.fullmatch(r"HSM:[0-9A-F]{34}:PARTN:1, for FIPS mode", name.value)


def test_csr_is_the_hsms(cloudhsm):
    """The CSR's key is the HSM certificate's, which the hardware's certificates vouch for."""
    cluster_id = cluster_with_csr(cloudhsm)

    pems = described(cloudhsm, cluster_id)["Certificates"]

    csr = x509.load_pem_x509_csr(pems.pop("ClusterCsr").encode())
    by_name = {name: x509.load_pem_x509_certificate(pem.encode()) for name, pem in pems.items()}
    hsm = by_name["HsmCertificate"]
    assert csr.public_key() == hsm.public_key()
    for name in ("AwsHardwareCertificate", "ManufacturerHardwareCertificate"):
        hsm.verify_directly_issued_by(by_name[name])
        constraints = by_name[name].extensions.get_extension_for_class(x509.BasicConstraints)
        assert constraints.value.ca


def test_certificates_are_valid(aws, cloudhsm):
    """The HSM and its hardware have certificates that neither begin later nor end soon."""
    cluster_id = cluster_with_csr(cloudhsm)

    pems = described(cloudhsm, cluster_id)["Certificates"]

    del pems["ClusterCsr"]
    now = aws.clock.now()
    for pem in pems.values():
        certificate = x509.load_pem_x509_certificate(pem.encode())
        assert certificate.not_valid_before_utc <= now
        assert certificate.not_valid_after_utc > now + dt.timedelta(days=3650)


def test_csr_is_the_same_for_a_seed():
    """The first clusters of a world have keys that are ready, and so the same CSRs each time."""
    csrs = set()
    for _ in range(2):
        with mock_kms_cloudhsm(region="us-east-1", seed=1):
            cloudhsm = boto3.client("cloudhsmv2")
            cluster = described(cloudhsm, cluster_with_csr(cloudhsm))
            csrs.add(cluster["Certificates"]["ClusterCsr"])

    assert len(csrs) == 1


def test_many_clusters_have_keys_of_their_own(cloudhsm):
    """Where no key is ready any more a new one is made; none is the hardware's or a root's."""
    clusters = [described(cloudhsm, cluster_with_csr(cloudhsm)) for _ in range(14)]

    pems = [cluster["Certificates"] for cluster in clusters]
    csrs = [x509.load_pem_x509_csr(pem["ClusterCsr"].encode()) for pem in pems]
    keys = {csr.public_key().public_numbers().n for csr in csrs}
    assert len(keys) == 14
    assert {csr.public_key().key_size for csr in csrs} == {2048}
    for name in ("AwsHardwareCertificate", "ManufacturerHardwareCertificate"):
        hardware = x509.load_pem_x509_certificate(pems[-1][name].encode())
        assert hardware.public_key().public_numbers().n not in keys
        assert not is_issued_by_one_of(hardware, csrs)


def is_issued_by_one_of(certificate, csrs):
    """Whether one of the keys signed a certificate."""
    for csr in csrs:
        with contextlib.suppress(InvalidSignature):
            csr.public_key().verify(
                certificate.signature,
                certificate.tbs_certificate_bytes,
                padding.PKCS1v15(),
                certificate.signature_hash_algorithm,
            )
            return True
    return False


def test_clusters_have_csrs_of_their_own(cloudhsm):
    """No two clusters have a CSR for the same key."""
    csrs = [
        described(cloudhsm, cluster_with_csr(cloudhsm))["Certificates"]["ClusterCsr"]
        for _ in range(3)
    ]

    keys = [x509.load_pem_x509_csr(csr.encode()).public_key() for csr in csrs]

    assert keys[0] != keys[1] != keys[2] != keys[0]


def test_initialization_is_begun(cloudhsm):
    """InitializeCluster answers INITIALIZE_IN_PROGRESS and says what comes."""
    cluster_id = cluster_with_csr(cloudhsm)
    csr = described(cloudhsm, cluster_id)["Certificates"]["ClusterCsr"]

    answer = cloudhsm.initialize_cluster(
        ClusterId=cluster_id, SignedCert=signed(csr), TrustAnchor=trust_anchor()
    )

    assert answer["State"] == "INITIALIZE_IN_PROGRESS"
    assert answer["StateMessage"] == (
        "Cluster is initializing. State will change to INITIALIZED upon completion."
    )


def test_initialized_cluster_has_its_certificate_only(cloudhsm):
    """After initialization the cluster's certificate is there, CSR and hardware's are not."""
    cluster_id = cluster_with_csr(cloudhsm)
    csr = described(cloudhsm, cluster_id)["Certificates"]["ClusterCsr"]
    cloudhsm.initialize_cluster(
        ClusterId=cluster_id, SignedCert=signed(csr), TrustAnchor=trust_anchor()
    )

    cluster = described(cloudhsm, cluster_id)

    assert cluster["State"] == "INITIALIZED"
    assert cluster["Certificates"] == {"ClusterCertificate": signed(csr)}
    assert "StateMessage" not in cluster


def issued_by(purpose):
    """Sign a CSR in the name of the customer's CA, with some key."""

    def sign(csr):
        public_key = x509.load_pem_x509_csr(csr.encode()).public_key()
        return certificate("Cluster", public_key, "Customer CA", rsa_key(purpose))

    return sign


@pytest.mark.parametrize(
    "sign",
    [
        pytest.param(issued_by("stranger"), id="signed by another key"),
        pytest.param(
            lambda _csr: certificate(
                "Cluster", rsa_key("stranger").public_key(), "Customer CA", rsa_key()
            ),
            id="for another key",
        ),
        pytest.param(lambda _csr: "no certificate", id="not a certificate"),
        pytest.param(lambda csr: csr, id="the CSR itself"),
        pytest.param(lambda csr: signed(csr) + trust_anchor(), id="a chain"),
        pytest.param(lambda csr: signed(csr) + "\n" * 5000, id="more than 5000 characters"),
    ],
)
def test_signed_certificate_is_checked(cloudhsm, sign):
    """InitializeCluster refuses a certificate that is not the CSR's, signed by the anchor."""
    cluster_id = cluster_with_csr(cloudhsm)
    csr = described(cloudhsm, cluster_id)["Certificates"]["ClusterCsr"]

    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.initialize_cluster(
            ClusterId=cluster_id, SignedCert=sign(csr), TrustAnchor=trust_anchor()
        )

    assert described(cloudhsm, cluster_id)["State"] == "UNINITIALIZED"


@pytest.mark.parametrize(
    "anchor",
    [
        pytest.param(lambda: "no certificate", id="not a certificate"),
        pytest.param(lambda: trust_anchor("stranger"), id="another CA of the same name"),
        pytest.param(lambda: trust_anchor("odd", 3072), id="RSA 3072"),
        pytest.param(
            lambda: trust_anchor(extensions=(x509.BasicConstraints(ca=False, path_length=None),)),
            id="no CA",
        ),
        pytest.param(lambda: trust_anchor() + "\n" * 5000, id="more than 5000 characters"),
    ],
)
def test_trust_anchor_is_checked(cloudhsm, anchor):
    """InitializeCluster refuses an anchor that is not a self-signed RSA 2048 or 4096 CA."""
    cluster_id = cluster_with_csr(cloudhsm)
    csr = described(cloudhsm, cluster_id)["Certificates"]["ClusterCsr"]

    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.initialize_cluster(
            ClusterId=cluster_id, SignedCert=signed(csr), TrustAnchor=anchor()
        )


def test_initialization_needs_a_csr(cloudhsm):
    """InitializeCluster refuses a cluster that has no HSM yet."""
    cluster_id = new_cluster(cloudhsm)

    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.initialize_cluster(
            ClusterId=cluster_id, SignedCert=trust_anchor(), TrustAnchor=trust_anchor()
        )


def test_initialization_happens_once(cloudhsm):
    """InitializeCluster refuses a cluster that is initialized."""
    cluster_id = initialized_cluster(cloudhsm)

    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.initialize_cluster(
            ClusterId=cluster_id, SignedCert=trust_anchor(), TrustAnchor=trust_anchor()
        )


def test_activation_takes_the_first_password_away(aws, cloudhsm):
    """An activated cluster is ACTIVE and shows PreCoPassword no more."""
    cluster_id = active_cluster(aws, cloudhsm)

    cluster = described(cloudhsm, cluster_id)

    assert cluster["State"] == "ACTIVE"
    assert "PreCoPassword" not in cluster


def test_cluster_with_hsms_cannot_be_deleted(cloudhsm):
    """DeleteCluster refuses a cluster that has an HSM."""
    cluster_id = cluster_with_csr(cloudhsm)

    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.delete_cluster(ClusterId=cluster_id)

    assert described(cloudhsm, cluster_id)["State"] == "UNINITIALIZED"


def test_deletion_is_begun(cloudhsm):
    """DeleteCluster answers DELETE_IN_PROGRESS and says so."""
    cluster_id = new_cluster(cloudhsm)

    answer = cloudhsm.delete_cluster(ClusterId=cluster_id)

    assert answer["Cluster"]["State"] == "DELETE_IN_PROGRESS"
    assert answer["Cluster"]["StateMessage"] == "The cluster is being deleted."


def test_deleted_cluster_stays_visible(cloudhsm):
    """DescribeClusters shows a deleted cluster as DELETED."""
    cluster_id = new_cluster(cloudhsm)
    cloudhsm.delete_cluster(ClusterId=cluster_id)

    assert described(cloudhsm, cluster_id)["State"] == "DELETED"


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("create_hsm", {"AvailabilityZone": "us-east-1a"}),
        ("delete_hsm", {"HsmId": "hsm-ted36yp5b2x"}),
        ("delete_cluster", {}),
        ("modify_cluster", {"HsmType": "hsm2m.medium"}),
        ("initialize_cluster", {"SignedCert": "x", "TrustAnchor": "x"}),
    ],
)
@pytest.mark.parametrize("which", ["unknown", "deleted", "another Region's"])
def test_cluster_must_be_there(cloudhsm, operation, members, which):
    """Operations on a cluster that is not there, or was deleted, do not find it."""
    cluster_id = "cluster-igklspoyj5v"
    if which == "deleted":
        cluster_id = new_cluster(cloudhsm)
        cloudhsm.delete_cluster(ClusterId=cluster_id)
    elif which == "another Region's":
        cluster_id = new_cluster(boto3.client("cloudhsmv2", region_name="eu-west-1"))

    with refused("CloudHsmResourceNotFoundException"):
        getattr(cloudhsm, operation)(ClusterId=cluster_id, **members)


def test_unknown_cluster_is_an_empty_list(cloudhsm):
    """DescribeClusters answers an empty list to an id that nobody has."""
    answer = cloudhsm.describe_clusters(Filters={"clusterIds": ["cluster-igklspoyj5v"]})

    assert answer["Clusters"] == []


def test_filter_values_are_alternatives(cloudhsm):
    """A cluster fits a filter if it fits one of its values."""
    ids = sorted(new_cluster(cloudhsm) for _ in range(3))

    answer = cloudhsm.describe_clusters(Filters={"clusterIds": ids[:2]})

    assert [cluster["ClusterId"] for cluster in answer["Clusters"]] == ids[:2]


def test_all_filters_must_fit(cloudhsm):
    """A cluster must fit every filter."""
    deleted, living = new_cluster(cloudhsm), new_cluster(cloudhsm)
    cloudhsm.delete_cluster(ClusterId=deleted)
    vpc = described(cloudhsm, living)["VpcId"]

    answer = cloudhsm.describe_clusters(
        Filters={"clusterIds": [deleted, living], "states": ["UNINITIALIZED"], "vpcIds": [vpc]}
    )

    assert [cluster["ClusterId"] for cluster in answer["Clusters"]] == [living]


def test_unknown_filter_is_refused(cloudhsm):
    """DescribeClusters refuses a filter of a name that it does not have."""
    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.describe_clusters(Filters={"clusterId": ["cluster-igklspoyj5v"]})


def test_clusters_come_in_pages(cloudhsm):
    """MaxResults cuts the list in pages; the last one has no NextToken."""
    ids = {new_cluster(cloudhsm) for _ in range(5)}

    pages = list(
        cloudhsm.get_paginator("describe_clusters").paginate(PaginationConfig={"PageSize": 2})
    )

    assert [len(page["Clusters"]) for page in pages] == [2, 2, 1]
    assert "NextToken" not in pages[-1]
    assert {cluster["ClusterId"] for page in pages for cluster in page["Clusters"]} == ids


def test_foreign_token_is_refused(cloudhsm):
    """DescribeClusters refuses a NextToken that no page gave."""
    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.describe_clusters(NextToken="not a token")


def test_bad_shape_is_an_invalid_request(cloudhsm):
    """A value that breaks a constraint of the model is a CloudHsmInvalidRequestException."""
    with refused("CloudHsmInvalidRequestException"):
        cloudhsm.create_hsm(ClusterId="cluster-1a23b4cdefg", AvailabilityZone="us-east-1a")
