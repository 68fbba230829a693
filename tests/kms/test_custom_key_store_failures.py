import pytest
from expect import refused
from key_stores import (
    PASSWORD,
    admin_cli,
    cluster_shape,
    connected,
    create,
    create_key,
    delete_cluster,
    delete_hsms,
    disconnect,
    fit_cluster,
    key_state,
    outcome,
    state,
    succeed,
)


@pytest.fixture
def cluster(aws):
    """An active cluster with two HSMs and kmsuser."""
    return fit_cluster(aws)


def test_store_stays_connected_when_its_cluster_breaks(kms, cloudhsm, cluster):
    """A key store whose cluster is gone stays CONNECTED; only its operations fail."""
    store_id = connected(kms, cluster)

    delete_cluster(cloudhsm, cluster)

    assert state(kms, store_id) == "CONNECTED"
    with refused("CloudHsmClusterInvalidConfigurationException"):
        create_key(kms, store_id)
    with refused("CustomKeyStoreInvalidStateException"):
        kms.generate_random(NumberOfBytes=32, CustomKeyStoreId=store_id)
    disconnect(kms, store_id)
    assert outcome(kms, store_id) == "CLUSTER_NOT_FOUND"


def lose_kms_user(aws, cloudhsm, cluster):
    hsm = cluster_shape(cloudhsm, cluster)["Hsms"][1]
    aws.hsm(hsm["HsmId"]).forget_user("kmsuser")


def delete_a_subnet(aws, cloudhsm, cluster):
    aws.network.delete_subnet(list(cluster_shape(cloudhsm, cluster)["SubnetMapping"].values())[2])


def exhaust_a_subnet(aws, cloudhsm, cluster):
    aws.network.exhaust_subnet(list(cluster_shape(cloudhsm, cluster)["SubnetMapping"].values())[2])


def fail_all_hsms(aws, cloudhsm, cluster):
    for hsm in cluster_shape(cloudhsm, cluster)["Hsms"]:
        aws.hsm(hsm["HsmId"]).fail()


@pytest.mark.parametrize(
    ("misfortune", "error_code"),
    [
        (lambda _aws, cloudhsm, cluster: delete_cluster(cloudhsm, cluster), "CLUSTER_NOT_FOUND"),
        (
            lambda _aws, cloudhsm, cluster: delete_hsms(cloudhsm, cluster),
            "INSUFFICIENT_CLOUDHSM_HSMS",
        ),
        (fail_all_hsms, "INSUFFICIENT_CLOUDHSM_HSMS"),
        (delete_a_subnet, "SUBNET_NOT_FOUND"),
        (exhaust_a_subnet, "INSUFFICIENT_FREE_ADDRESSES_IN_SUBNET"),
        (lose_kms_user, "USER_NOT_FOUND"),
    ],
)
def test_connecting_meets_what_became_of_the_cluster(aws, kms, cloudhsm, misfortune, error_code):
    """What happened to the cluster since shows in the error code of a FAILED key store."""
    cluster = fit_cluster(aws)
    store_id = create(kms, cluster)
    misfortune(aws, cloudhsm, cluster)

    assert outcome(kms, store_id) == error_code


def test_security_group_without_rules_fails_fast(aws, kms, cloudhsm, cluster):
    """Without the security group's rules, connecting is refused and the state stays."""
    store_id = create(kms, cluster)
    aws.network.revoke_rules(cluster_shape(cloudhsm, cluster)["SecurityGroup"])

    with refused("CloudHsmClusterInvalidConfigurationException"):
        kms.connect_custom_key_store(CustomKeyStoreId=store_id)

    assert state(kms, store_id) == "DISCONNECTED"


def test_cluster_that_is_not_active_fails_fast(aws, kms, cluster):
    """While the cluster is not ACTIVE, connecting is refused and the state stays."""
    store_id = create(kms, cluster)
    # No call that is there yet leads out of ACTIVE and back.
    aws._builder().find_cluster(cluster.cluster_id).state = "MODIFY_IN_PROGRESS"

    with refused("CloudHsmClusterNotActiveException"):
        kms.connect_custom_key_store(CustomKeyStoreId=store_id)

    assert state(kms, store_id) == "DISCONNECTED"


def test_recovered_hsm_answers_again(aws, kms, cloudhsm, cluster):
    """An HSM that fails and recovers makes a connected key store fail and work again."""
    store_id = connected(kms, cluster)
    hsms = [aws.hsm(hsm["HsmId"]) for hsm in cluster_shape(cloudhsm, cluster)["Hsms"]]
    for hsm in hsms:
        hsm.fail()
    with refused("CustomKeyStoreInvalidStateException"):
        kms.generate_random(NumberOfBytes=8, CustomKeyStoreId=store_id)

    hsms[0].recover()

    kms.generate_random(NumberOfBytes=8, CustomKeyStoreId=store_id)


def test_new_hsm_mends_inconsistent_coverage(aws, kms, cloudhsm, cluster):
    """Kmsuser is found again once the HSM without it is replaced."""
    store_id = create(kms, cluster)
    hsm = cluster_shape(cloudhsm, cluster)["Hsms"][0]
    aws.hsm(hsm["HsmId"]).forget_user("kmsuser")
    assert outcome(kms, store_id) == "USER_NOT_FOUND"
    disconnect(kms, store_id)

    cloudhsm.delete_hsm(ClusterId=cluster.cluster_id, HsmId=hsm["HsmId"])
    cloudhsm.create_hsm(ClusterId=cluster.cluster_id, AvailabilityZone=hsm["AvailabilityZone"])

    assert outcome(kms, store_id) == "CONNECTED"


def test_kmsuser_that_no_hsm_has_is_made_again(aws, kms, cloudhsm, cluster):
    """AWS's way out of USER_NOT_FOUND: make kmsuser, tell KMS its password, connect."""
    store_id = create(kms, cluster)
    admin = admin_cli(aws, cluster)
    for hsm in cluster_shape(cloudhsm, cluster)["Hsms"]:
        aws.hsm(hsm["HsmId"]).forget_user("kmsuser")
    assert outcome(kms, store_id) == "USER_NOT_FOUND"
    disconnect(kms, store_id)
    listed = [user["username"] for user in admin.user_list()["data"]["users"]]
    assert listed == ["admin", "app_user"]

    succeed(admin.user_create("kmsuser", "NewPassword1", "crypto-user"))
    kms.update_custom_key_store(CustomKeyStoreId=store_id, KeyStorePassword="NewPassword1")

    assert outcome(kms, store_id) == "CONNECTED"


def test_connected_store_without_kmsuser_is_disconnected(aws, kms, cloudhsm, cluster):
    """A key store whose kmsuser is gone meanwhile can be disconnected, as the way out needs."""
    store_id = connected(kms, cluster)
    for hsm in cluster_shape(cloudhsm, cluster)["Hsms"]:
        aws.hsm(hsm["HsmId"]).forget_user("kmsuser")

    disconnect(kms, store_id)

    assert outcome(kms, store_id) == "USER_NOT_FOUND"


def test_keys_of_a_failed_store_stay_unavailable(kms, aws, cluster):
    """Connecting in vain leaves the keys Unavailable, as they were before."""
    store_id = connected(kms, cluster)
    key_id = create_key(kms, store_id)["KeyId"]
    disconnect(kms, store_id)
    succeed(admin_cli(aws, cluster).user_change_password("kmsuser", PASSWORD, "crypto-user"))

    assert outcome(kms, store_id) == "INVALID_CREDENTIALS"

    assert key_state(kms, key_id) == "Unavailable"


@pytest.mark.parametrize(
    "break_it",
    [
        lambda aws: aws.network.delete_subnet("subnet-0"),
        lambda aws: aws.network.exhaust_subnet("subnet-0"),
        lambda aws: aws.network.revoke_rules("sg-0"),
        lambda aws: aws.hsm("hsm-0"),
    ],
)
def test_levers_name_what_there_is(aws, break_it):
    """A lever for something unknown raises a LookupError that lists what the Region has."""
    aws.cluster()

    with pytest.raises(LookupError, match="it has: (subnet|sg|hsm)-"):
        break_it(aws)


def test_unknown_user_is_not_forgotten(aws, cloudhsm, cluster):
    """An HSM cannot forget a user whom its cluster does not have."""
    hsm = aws.hsm(cluster_shape(cloudhsm, cluster)["Hsms"][0]["HsmId"])

    with pytest.raises(LookupError, match="it has: .*kmsuser"):
        hsm.forget_user("nobody")


def test_hsm_recovers_from_a_failure_only(aws, cloudhsm, cluster):
    """An HSM that works cannot recover, and one that has failed cannot fail."""
    hsm = aws.hsm(cluster_shape(cloudhsm, cluster)["Hsms"][0]["HsmId"])

    with pytest.raises(ValueError, match="is ACTIVE, not DEGRADED"):
        hsm.recover()

    hsm.fail()
    with pytest.raises(ValueError, match="is DEGRADED, not ACTIVE"):
        hsm.fail()


def test_hsm_that_is_gone_cannot_fail(aws, cloudhsm, cluster):
    """A deleted HSM's lever tells what became of it."""
    hsm_id = cluster_shape(cloudhsm, cluster)["Hsms"][0]["HsmId"]
    hsm = aws.hsm(hsm_id)
    cloudhsm.delete_hsm(ClusterId=cluster.cluster_id, HsmId=hsm_id)
    cloudhsm.describe_clusters()

    with pytest.raises(ValueError, match="is DELETED, not ACTIVE"):
        hsm.fail()
