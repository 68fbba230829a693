"""Custom key stores as far along as a test needs them, made with boto3 and the CloudHSM CLI."""

PASSWORD = "kmsPswd1"
NAME = "ExampleKeyStore"


def admin_cli(aws, cluster):
    """A CloudHSM CLI in which the administrator of a ready cluster is logged in."""
    cli = aws.cloudhsm_cli(cluster.cluster_id)
    succeed(cli.login("admin", cluster.admin_password, "admin"))
    return cli


def kms_user_cli(aws, cluster, password=PASSWORD):
    """A CloudHSM CLI in which the owner is logged in as kmsuser."""
    cli = aws.cloudhsm_cli(cluster.cluster_id)
    succeed(cli.login("kmsuser", password, "crypto-user"))
    return cli


def succeed(result):
    """The data of a CLI command that was not refused."""
    assert result["error_code"] == 0, result["data"]
    return result["data"]


def fit_cluster(aws, hsms=2):
    """An active cluster with HSMs in so many zones, and kmsuser in it."""
    cluster = aws.cluster(hsms=hsms)
    succeed(admin_cli(aws, cluster).user_create("kmsuser", PASSWORD, "crypto-user"))
    return cluster


def create(kms, cluster, **members):
    """The id of a new key store on a ready cluster."""
    return kms.create_custom_key_store(**creation(cluster, **members))["CustomKeyStoreId"]


def creation(cluster, **members):
    """What CreateCustomKeyStore is asked."""
    return {
        "CustomKeyStoreName": NAME,
        "CloudHsmClusterId": cluster.cluster_id,
        "KeyStorePassword": PASSWORD,
        "TrustAnchorCertificate": cluster.trust_anchor,
    } | members


def entry(kms, store_id):
    """The key store as DescribeCustomKeyStores has it."""
    (store,) = kms.describe_custom_key_stores(CustomKeyStoreId=store_id)["CustomKeyStores"]
    return store


def state(kms, store_id):
    """Its connection state."""
    return entry(kms, store_id)["ConnectionState"]


def outcome(kms, store_id):
    """How connecting ended: CONNECTED, or the error code of FAILED."""
    kms.connect_custom_key_store(CustomKeyStoreId=store_id)
    store = entry(kms, store_id)
    assert ("ConnectionErrorCode" in store) == (store["ConnectionState"] == "FAILED")
    return store.get("ConnectionErrorCode", store["ConnectionState"])


def connected(kms, cluster):
    """The id of a new key store that is CONNECTED."""
    store_id = create(kms, cluster)
    assert outcome(kms, store_id) == "CONNECTED"
    return store_id


def disconnect(kms, store_id):
    """Leave the key store DISCONNECTED."""
    kms.disconnect_custom_key_store(CustomKeyStoreId=store_id)
    assert state(kms, store_id) == "DISCONNECTED"


def as_kms_user(aws, kms, cluster, store_id):
    """A CLI in which the owner is kmsuser; the key store is disconnected for it."""
    if state(kms, store_id) != "DISCONNECTED":
        disconnect(kms, store_id)
    succeed(admin_cli(aws, cluster).user_change_password("kmsuser", PASSWORD, "crypto-user"))
    return kms_user_cli(aws, cluster)


def reconnect(kms, store_id, cli):
    """Connect again after the owner was kmsuser."""
    cli.logout()
    kms.update_custom_key_store(CustomKeyStoreId=store_id, KeyStorePassword=PASSWORD)
    assert outcome(kms, store_id) == "CONNECTED"


def create_key(kms, store_id, **members):
    """The metadata of a new key in the key store."""
    members = {"Origin": "AWS_CLOUDHSM", "CustomKeyStoreId": store_id} | members
    return kms.create_key(**members)["KeyMetadata"]


def key_state(kms, key_id):
    """The KeyState that DescribeKey shows."""
    return kms.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"]


def cluster_shape(cloudhsm, cluster):
    """The cluster as DescribeClusters has it."""
    (shape,) = cloudhsm.describe_clusters(Filters={"clusterIds": [cluster.cluster_id]})["Clusters"]
    return shape


def delete_hsms(cloudhsm, cluster, keep=0):
    """Delete the HSMs of a cluster, all of them or all but the first few."""
    for hsm in cluster_shape(cloudhsm, cluster)["Hsms"][keep:]:
        cloudhsm.delete_hsm(ClusterId=cluster.cluster_id, HsmId=hsm["HsmId"])


def delete_cluster(cloudhsm, cluster):
    """Delete a cluster with its HSMs."""
    delete_hsms(cloudhsm, cluster)
    cloudhsm.delete_cluster(ClusterId=cluster.cluster_id)
