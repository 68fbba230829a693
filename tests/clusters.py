"""Clusters as far along as a test needs them, made with boto3 and the owner's own certificates."""

import datetime as dt
import functools

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

SUBNETS = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
ZONES = ["us-east-1a", "us-east-1b"]
ADMIN_PASSWORD = "AdminPassword1"

KEYS = {}
"""Purpose -> key; making one takes a while."""

SINCE = dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc)
UNTIL = dt.datetime(2060, 1, 1, tzinfo=dt.timezone.utc)


def rsa_key(purpose="customer", bits=2048):
    """An RSA key, the same one each time it is asked for."""
    if purpose not in KEYS:
        KEYS[purpose] = rsa.generate_private_key(65537, bits)
    return KEYS[purpose]


def name(common_name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def certificate(subject, public_key, issuer, issuer_key, extensions=()):
    """A certificate in PEM."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(public_key)
        .serial_number(7)
        .not_valid_before(SINCE)
        .not_valid_after(UNTIL)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=True)
    return pem(builder.sign(issuer_key, hashes.SHA256()))


def pem(made):
    return made.public_bytes(Encoding.PEM).decode()


@functools.cache
def trust_anchor(key_purpose="customer", bits=2048, extensions=()):
    """The owner's self-signed issuing certificate, customerCA.crt."""
    key = rsa_key(key_purpose, bits)
    return certificate("Customer CA", key.public_key(), "Customer CA", key, extensions)


def signed(csr):
    """The cluster's certificate, issued by the owner for its signing request."""
    request = x509.load_pem_x509_csr(csr.encode())
    return certificate("Cluster", request.public_key(), "Customer CA", rsa_key())


def new_cluster(cloudhsm, **members):
    """The id of a cluster in two zones, without HSMs."""
    members = {"HsmType": "hsm2m.medium", "Mode": "FIPS", "SubnetIds": SUBNETS} | members
    return cloudhsm.create_cluster(**members)["Cluster"]["ClusterId"]


def described(cloudhsm, cluster_id):
    """The one cluster of this id, as DescribeClusters has it."""
    (cluster,) = cloudhsm.describe_clusters(Filters={"clusterIds": [cluster_id]})["Clusters"]
    return cluster


def cluster_with_csr(cloudhsm):
    """The id of an uninitialized cluster with an HSM."""
    cluster_id = new_cluster(cloudhsm)
    cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=ZONES[0])
    return cluster_id


def initialized_cluster(cloudhsm):
    """The id of an initialized cluster with an HSM."""
    cluster_id = cluster_with_csr(cloudhsm)
    csr = described(cloudhsm, cluster_id)["Certificates"]["ClusterCsr"]
    cloudhsm.initialize_cluster(
        ClusterId=cluster_id, SignedCert=signed(csr), TrustAnchor=trust_anchor()
    )
    return cluster_id


def active_cluster(aws, cloudhsm, hsms=2):
    """The id of an active cluster with HSMs in so many zones."""
    cluster_id = initialized_cluster(cloudhsm)
    aws.cloudhsm_cli(cluster_id).activate(ADMIN_PASSWORD)
    for zone in ZONES[1:hsms]:
        cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=zone)
    return cluster_id


def admin_cli(aws, cluster_id):
    """A CloudHSM CLI in which the administrator is logged in."""
    cli = aws.cloudhsm_cli(cluster_id)
    assert cli.login("admin", ADMIN_PASSWORD, "admin")["error_code"] == 0
    return cli
