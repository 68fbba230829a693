"""A key store from the first call to the last, as its owner lives it."""

import datetime as dt

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from expect import refused

SINCE = dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc)
UNTIL = dt.datetime(2060, 1, 1, tzinfo=dt.timezone.utc)
CUSTOMER_CA = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example Corp CA")])


class Owner:
    """The owner of a cluster, who issues its certificate with a key of their own."""

    def __init__(self):
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.certificate = self._issue(CUSTOMER_CA, self._key.public_key())

    def sign(self, csr):
        """The cluster's certificate, for its signing request; all in PEM."""
        request = x509.load_pem_x509_csr(csr.encode())
        assert request.is_signature_valid
        return self._issue(request.subject, request.public_key())

    def _issue(self, subject, public_key):
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(CUSTOMER_CA)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(SINCE)
            .not_valid_after(UNTIL)
            .sign(self._key, hashes.SHA256())
        )
        return certificate.public_bytes(Encoding.PEM).decode()


@pytest.fixture(scope="module")
def owner():
    return Owner()


def test_life_of_a_key_store(aws, kms, cloudhsm, owner):  # noqa: PLR0915 - a long story
    """From CreateCluster to DeleteCustomKeyStore every step finds and leaves what AWS says."""

    def cluster():
        filters = {"clusterIds": [cluster_id]}
        (described,) = cloudhsm.describe_clusters(Filters=filters)["Clusters"]
        return described

    def store():
        (described,) = kms.describe_custom_key_stores(CustomKeyStoreId=store_id)["CustomKeyStores"]
        return described

    def key():
        return kms.describe_key(KeyId=key_id)["KeyMetadata"]

    def run(line):
        result = cli.run(line)
        assert result["error_code"] == 0, result["data"]
        return result["data"]

    # A cluster in two Availability Zones.
    created = cloudhsm.create_cluster(
        HsmType="hsm2m.medium",
        Mode="FIPS",
        SubnetIds=["subnet-0a1b2c3d4e5f60718", "subnet-0b1c2d3e4f5a60719"],
    )["Cluster"]
    cluster_id = created["ClusterId"]
    first_zone, second_zone = sorted(created["SubnetMapping"])
    assert created["State"] == "CREATE_IN_PROGRESS"
    assert cluster()["State"] == "UNINITIALIZED"
    assert "ClusterCsr" not in cluster().get("Certificates", {})

    # Its first HSM brings the signing request, which the owner signs.
    cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=first_zone)
    assert [hsm["State"] for hsm in cluster()["Hsms"]] == ["ACTIVE"]
    certificate = owner.sign(cluster()["Certificates"]["ClusterCsr"])
    initialized = cloudhsm.initialize_cluster(
        ClusterId=cluster_id, SignedCert=certificate, TrustAnchor=owner.certificate
    )
    assert initialized["State"] == "INITIALIZE_IN_PROGRESS"
    assert cluster()["State"] == "INITIALIZED"
    assert cluster()["Certificates"]["ClusterCertificate"] == certificate

    # No key store yet: the cluster is not active.
    wanted = {
        "CustomKeyStoreName": "ExampleKeyStore",
        "CloudHsmClusterId": cluster_id,
        "TrustAnchorCertificate": owner.certificate,
        "KeyStorePassword": "kmsPswd1",
    }
    with refused("CloudHsmClusterNotActiveException"):
        kms.create_custom_key_store(**wanted)

    # The administrator's password activates it.
    cli = aws.cloudhsm_cli(cluster_id)
    assert run("cluster activate --password adminPswd1") == "Cluster activation successful"
    assert cluster()["State"] == "ACTIVE"

    # No key store yet: one HSM is not enough.
    with refused(
        "CloudHsmClusterInvalidConfigurationException",
        "CloudHSM cluster must contain active HSMs in at least two Availability Zones",
    ):
        kms.create_custom_key_store(**wanted)
    cloudhsm.create_hsm(ClusterId=cluster_id, AvailabilityZone=second_zone)
    assert [hsm["State"] for hsm in cluster()["Hsms"]] == ["ACTIVE", "ACTIVE"]

    # The crypto user by which KMS comes in.
    run("login --username admin --role admin --password adminPswd1")
    made = run("user create --username kmsuser --role crypto-user --password kmsPswd1")
    assert made == {"username": "kmsuser", "role": "crypto-user"}
    run("logout")

    # The key store begins disconnected, and takes no keys.
    store_id = kms.create_custom_key_store(**wanted)["CustomKeyStoreId"]
    assert store()["ConnectionState"] == "DISCONNECTED"
    with refused("CustomKeyStoreInvalidStateException"):
        kms.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=store_id)
    kms.connect_custom_key_store(CustomKeyStoreId=store_id)
    assert store()["ConnectionState"] == "CONNECTED"

    # While it is connected, kmsuser is KMS's.
    login = "login --username kmsuser --role crypto-user --password {}"
    assert cli.run(login.format("kmsPswd1"))["error_code"] == 1

    # A key in the key store encrypts and decrypts.
    made = kms.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=store_id)["KeyMetadata"]
    key_id, arn = made["KeyId"], made["Arn"]
    assert (made["KeyState"], made["CloudHsmClusterId"]) == ("Enabled", cluster_id)
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"a secret")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"a secret"

    # Disconnected, it is unavailable.
    kms.disconnect_custom_key_store(CustomKeyStoreId=store_id)
    assert store()["ConnectionState"] == "DISCONNECTED"
    assert key()["KeyState"] == "Unavailable"
    with refused("KMSInvalidStateException", f"{arn} is unavailable."):
        kms.decrypt(CiphertextBlob=blob)

    # KMS has changed kmsuser's password, so the owner sets one, and sees the key in the cluster.
    assert cli.run(login.format("kmsPswd1"))["error_code"] == 1
    run("login --username admin --role admin --password adminPswd1")
    run("user change-password --username kmsuser --role crypto-user --password kmsPswd2")
    run("logout")
    run(login.format("kmsPswd2"))
    (backing_key,) = run("key list --verbose")["matched_keys"]
    assert backing_key["attributes"]["label"] == arn
    assert backing_key["attributes"]["extractable"] is False
    run("logout")

    # Until KMS is told the new password it cannot connect.
    kms.connect_custom_key_store(CustomKeyStoreId=store_id)
    assert store()["ConnectionState"] == "FAILED"
    assert store()["ConnectionErrorCode"] == "INVALID_CREDENTIALS"
    kms.disconnect_custom_key_store(CustomKeyStoreId=store_id)
    kms.update_custom_key_store(CustomKeyStoreId=store_id, KeyStorePassword="kmsPswd2")
    kms.connect_custom_key_store(CustomKeyStoreId=store_id)
    assert store()["ConnectionState"] == "CONNECTED"
    assert "ConnectionErrorCode" not in store()
    assert key()["KeyState"] == "Enabled"
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"a secret"

    # The key store stays as long as it has keys; its key goes after the waiting period.
    scheduled = kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    assert scheduled["KeyState"] == "PendingDeletion"
    with refused("CustomKeyStoreInvalidStateException"):
        kms.delete_custom_key_store(CustomKeyStoreId=store_id)
    aws.clock.advance(days=7)
    with refused("NotFoundException", f"Key '{arn}' does not exist"):
        key()

    # The end of the key store; the cluster stays its owner's, without the key.
    kms.disconnect_custom_key_store(CustomKeyStoreId=store_id)
    assert store()["ConnectionState"] == "DISCONNECTED"
    kms.delete_custom_key_store(CustomKeyStoreId=store_id)
    assert kms.describe_custom_key_stores()["CustomKeyStores"] == []
    run("login --username admin --role admin --password adminPswd1")
    run("user change-password --username kmsuser --role crypto-user --password kmsPswd3")
    run("logout")
    run(login.format("kmsPswd3"))
    assert run("key list")["total_key_count"] == 0
    assert cluster()["State"] == "ACTIVE"
