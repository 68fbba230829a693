import re

import boto3
import pytest
from botocore.config import Config
from expect import refused
from key_stores import (
    create,
    creation,
    disconnect,
    fit_cluster,
    outcome,
    state,
)

TWO_ZONES = "CloudHSM cluster must contain active HSMs in at least two Availability Zones"


@pytest.fixture
def cluster(aws):
    """An active cluster with two HSMs and kmsuser."""
    return fit_cluster(aws)


@pytest.fixture
def bare(kms):
    """A KMS client that checks no request itself, and tries no call again."""
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    return boto3.client("kms", region_name=kms.meta.region_name, config=config)


def stores(kms):
    return kms.describe_custom_key_stores()["CustomKeyStores"]


def test_new_store_is_disconnected(kms, cluster):
    """A new key store is DISCONNECTED until its owner connects it."""
    store_id = create(kms, cluster)

    assert re.fullmatch("cks-[0-9a-f]{17}", store_id)
    assert state(kms, store_id) == "DISCONNECTED"


def test_type_may_be_named(kms, cluster):
    """AWS_CLOUDHSM is the type of a key store that names none."""
    named = create(kms, cluster, CustomKeyStoreType="AWS_CLOUDHSM")

    assert create(kms, cluster) == named


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("CustomKeyStoreName", "n" * 257),
        ("CloudHsmClusterId", "cluster-short"),
        ("CloudHsmClusterId", "cluster-00000000000"),
        ("KeyStorePassword", "sixsix"),
        ("KeyStorePassword", "p" * 33),
        ("TrustAnchorCertificate", "c" * 5001),
        ("XksProxyUriPath", "/example/kms/xks/v1"),
    ],
)
def test_shapes_come_first(bare, cluster, member, value):
    """A member that breaks its shape, or is an external key store's, is a ValidationException."""
    with refused("ValidationException"):
        bare.create_custom_key_store(**creation(cluster, **{member: value}))


@pytest.mark.parametrize(
    "member", ["CloudHsmClusterId", "KeyStorePassword", "TrustAnchorCertificate"]
)
def test_all_members_are_needed(kms, cluster, member):
    """A CloudHSM key store needs its cluster, password and certificate."""
    members = creation(cluster)
    del members[member]

    with refused("ValidationException"):
        kms.create_custom_key_store(**members)


def test_any_password_of_the_right_length_will_do(kms, cluster):
    """KMS does not try the password before it connects."""
    create(kms, cluster, KeyStorePassword="!not the one!")

    assert len(stores(kms)) == 1


def test_kmsuser_is_not_looked_for(aws, kms):
    """A key store can be made on a cluster that has no kmsuser yet."""
    create(kms, aws.cluster())

    assert len(stores(kms)) == 1


def test_equal_request_gives_the_same_store(kms, cluster):
    """A request that repeats all values of a DISCONNECTED key store gives that store's id."""
    first = create(kms, cluster)

    second = create(kms, cluster)

    assert second == first
    assert len(stores(kms)) == 1


@pytest.mark.parametrize(
    ("member", "value", "error"),
    [
        ("CustomKeyStoreName", "OtherKeyStore", "CloudHsmClusterInUseException"),
        ("CloudHsmClusterId", "cluster-aaaaaaaaaaa", "CustomKeyStoreNameInUseException"),
        ("KeyStorePassword", "OtherPassword1", "CustomKeyStoreNameInUseException"),
        ("TrustAnchorCertificate", "other", "CustomKeyStoreNameInUseException"),
    ],
)
def test_nearly_equal_request_is_a_duplicate(kms, cluster, member, value, error):
    """With any one value differing, a request is a new one, for which something is in use."""
    create(kms, cluster)

    with refused(error):
        create(kms, cluster, **{member: value})

    assert len(stores(kms)) == 1


def test_equal_request_for_a_connected_store_is_a_duplicate(kms, cluster):
    """Only a DISCONNECTED key store is given to a request that repeats its values."""
    assert outcome(kms, create(kms, cluster)) == "CONNECTED"

    with refused("CustomKeyStoreNameInUseException"):
        create(kms, cluster)


def test_name_is_used_once(aws, kms, cluster):
    """No two key stores have one name, also on different clusters."""
    create(kms, cluster)

    with refused("CustomKeyStoreNameInUseException"):
        create(kms, aws.cluster())


def test_there_are_ten_stores(aws, kms, bare):
    """An account has at most ten key stores in a Region, whatever their state."""
    for number in range(10):
        last = aws.key_store(f"store-{number}")
    disconnect(kms, last.custom_key_store_id)

    with refused("LimitExceededException"):
        create(bare, last.cluster)

    kms.delete_custom_key_store(CustomKeyStoreId=last.custom_key_store_id)
    create(kms, last.cluster)
