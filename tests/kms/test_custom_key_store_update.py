import pytest
from clusters import initialized_cluster
from expect import refused
from key_stores import (
    NAME,
    PASSWORD,
    cluster_shape,
    connected,
    create,
    create_key,
    delete_cluster,
    delete_hsms,
    disconnect,
    entry,
    fit_cluster,
    outcome,
)


@pytest.fixture
def cluster(aws):
    """An active cluster with two HSMs and kmsuser."""
    return fit_cluster(aws)


@pytest.fixture
def store_id(kms, cluster):
    """A disconnected key store."""
    return create(kms, cluster)


def test_name_changes_and_nothing_else(kms, store_id):
    """UpdateCustomKeyStore answers nothing, and changes the member that it was given."""
    before = entry(kms, store_id)

    answer = kms.update_custom_key_store(CustomKeyStoreId=store_id, NewCustomKeyStoreName="New")

    assert answer.keys() == {"ResponseMetadata"}
    assert entry(kms, store_id) == before | {"CustomKeyStoreName": "New"}


def test_name_changes_while_connected(kms, cluster):
    """A connected key store can be renamed, and stays connected."""
    store_id = connected(kms, cluster)

    kms.update_custom_key_store(CustomKeyStoreId=store_id, NewCustomKeyStoreName="New")

    store = entry(kms, store_id)
    assert (store["CustomKeyStoreName"], store["ConnectionState"]) == ("New", "CONNECTED")


def test_new_name_must_be_free(aws, kms, store_id):
    """Another key store's name is in use."""
    aws.key_store("OtherKeyStore")

    with refused("CustomKeyStoreNameInUseException"):
        kms.update_custom_key_store(
            CustomKeyStoreId=store_id, NewCustomKeyStoreName="OtherKeyStore"
        )

    assert entry(kms, store_id)["CustomKeyStoreName"] == NAME


def test_own_name_is_free(kms, store_id):
    """A key store may be given the name that it has."""
    kms.update_custom_key_store(CustomKeyStoreId=store_id, NewCustomKeyStoreName=NAME)

    assert entry(kms, store_id)["CustomKeyStoreName"] == NAME


def test_former_name_is_free(aws, kms, store_id):
    """After a key store was renamed, another can have its former name."""
    kms.update_custom_key_store(CustomKeyStoreId=store_id, NewCustomKeyStoreName="New")

    assert create(kms, aws.cluster()) != store_id


@pytest.mark.parametrize(
    "member",
    [
        {"XksProxyUriPath": "/example/kms/xks/v1"},
        {"XksProxyUriEndpoint": "https://xks.example.com"},
        {"XksProxyConnectivity": "PUBLIC_ENDPOINT"},
    ],
)
def test_members_of_the_other_type_are_refused(kms, store_id, member):
    """A CloudHSM key store takes no member of an external one, nor what comes with it."""
    before = entry(kms, store_id)

    with refused("ValidationException"):
        kms.update_custom_key_store(
            CustomKeyStoreId=store_id, NewCustomKeyStoreName="New", **member
        )

    assert entry(kms, store_id) == before


def unknown(_aws, _cloudhsm, _cluster):
    return "cluster-aaaaaaaaaaa"


def unrelated(aws, _cloudhsm, _cluster):
    return aws.cluster().cluster_id


def deleted(aws, cloudhsm, _cluster):
    other = aws.cluster()
    delete_cluster(cloudhsm, other)
    return other.cluster_id


def uninitialized(_aws, cloudhsm, _cluster):
    return initialized_cluster(cloudhsm)


def own_with_one_hsm(_aws, cloudhsm, cluster):
    delete_hsms(cloudhsm, cluster, keep=1)
    return cluster.cluster_id


def own_without_rules(aws, cloudhsm, cluster):
    aws.network.revoke_rules(cluster_shape(cloudhsm, cluster)["SecurityGroup"])
    return cluster.cluster_id


def own_but_deleted(_aws, cloudhsm, cluster):
    delete_cluster(cloudhsm, cluster)
    return cluster.cluster_id


@pytest.mark.parametrize(
    ("other", "error"),
    [
        (unknown, "CloudHsmClusterNotFoundException"),
        (deleted, "CloudHsmClusterNotFoundException"),
        (own_but_deleted, "CloudHsmClusterNotFoundException"),
        (unrelated, "CloudHsmClusterNotRelatedException"),
        (uninitialized, "CloudHsmClusterNotRelatedException"),
        (own_with_one_hsm, "CloudHsmClusterInvalidConfigurationException"),
        (own_without_rules, "CloudHsmClusterInvalidConfigurationException"),
    ],
)
def test_new_cluster_must_fit(aws, kms, cloudhsm, other, error):
    """A cluster must be there, related, and fit; all members of a refused update stay as is."""
    cluster = fit_cluster(aws)
    store_id = create(kms, cluster)
    before = entry(kms, store_id)
    cluster_id = other(aws, cloudhsm, cluster)

    with refused(error):
        kms.update_custom_key_store(
            CustomKeyStoreId=store_id,
            NewCustomKeyStoreName="New",
            KeyStorePassword="NewPassword1",
            CloudHsmClusterId=cluster_id,
        )

    assert entry(kms, store_id) == before


def test_refused_update_keeps_the_password(aws, kms, store_id):
    """KMS still knows the former password after an update that was refused."""
    with refused("CloudHsmClusterNotRelatedException"):
        kms.update_custom_key_store(
            CustomKeyStoreId=store_id,
            KeyStorePassword="NewPassword1",
            CloudHsmClusterId=aws.cluster().cluster_id,
        )

    assert outcome(kms, store_id) == "CONNECTED"


def test_several_members_at_once(kms, cluster, store_id):
    """A disconnected key store takes all its members in one call."""
    kms.update_custom_key_store(
        CustomKeyStoreId=store_id,
        NewCustomKeyStoreName="New",
        KeyStorePassword=PASSWORD,
        CloudHsmClusterId=cluster.cluster_id,
    )

    assert entry(kms, store_id)["CustomKeyStoreName"] == "New"
    assert outcome(kms, store_id) == "CONNECTED"


def test_state_decides_before_the_values(kms, cluster):
    """A connected key store takes no new cluster, not even one that does not exist."""
    store_id = connected(kms, cluster)

    with refused("CustomKeyStoreInvalidStateException"):
        kms.update_custom_key_store(
            CustomKeyStoreId=store_id, CloudHsmClusterId="cluster-aaaaaaaaaaa"
        )


def test_deleted_store_is_gone(kms, store_id):
    """DeleteCustomKeyStore answers nothing, and the key store is not found any more."""
    answer = kms.delete_custom_key_store(CustomKeyStoreId=store_id)

    assert answer.keys() == {"ResponseMetadata"}
    with refused("CustomKeyStoreNotFoundException"):
        kms.describe_custom_key_stores(CustomKeyStoreId=store_id)


def test_deleting_leaves_the_cluster_alone(kms, cloudhsm, cluster, store_id):
    """The cluster of a deleted key store goes on."""
    before = cluster_shape(cloudhsm, cluster)

    kms.delete_custom_key_store(CustomKeyStoreId=store_id)

    assert cluster_shape(cloudhsm, cluster) == before


def test_store_of_a_deleted_cluster_can_be_deleted(kms, cloudhsm, cluster, store_id):
    """A key store is deleted also when its cluster went first."""
    delete_cluster(cloudhsm, cluster)

    kms.delete_custom_key_store(CustomKeyStoreId=store_id)

    assert kms.describe_custom_key_stores()["CustomKeyStores"] == []


@pytest.mark.parametrize("pending", [False, True])
def test_store_with_keys_stays(aws, kms, cluster, pending):
    """A key store with keys, pending deletion or not, is not deleted until they are gone."""
    store_id = connected(kms, cluster)
    key_id = create_key(kms, store_id)["KeyId"]
    if pending:
        kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    disconnect(kms, store_id)

    with refused("CustomKeyStoreHasCMKsException"):
        kms.delete_custom_key_store(CustomKeyStoreId=store_id)

    if pending:
        aws.clock.advance(days=7)
        kms.delete_custom_key_store(CustomKeyStoreId=store_id)


def test_connected_store_with_keys_is_in_the_wrong_state(kms, cluster):
    """Of a connected key store with keys, DeleteCustomKeyStore names the state."""
    store_id = connected(kms, cluster)
    create_key(kms, store_id)

    with refused("CustomKeyStoreInvalidStateException"):
        kms.delete_custom_key_store(CustomKeyStoreId=store_id)
