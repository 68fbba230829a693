"""Levers that ask for what AWS would refuse: a Python error that says what to do, and no trace."""

import pytest
from expect import refused
from key_stores import create_key

LONG = "x" * 257
BLOB = b"recorded"


def seen(kms, cloudhsm):
    """Give all that a client sees of keys, key stores, clusters and backups."""
    return (
        kms.list_keys()["Keys"],
        kms.list_aliases()["Aliases"],
        kms.describe_custom_key_stores()["CustomKeyStores"],
        cloudhsm.describe_clusters()["Clusters"],
        cloudhsm.describe_backups()["Backups"],
    )


@pytest.mark.parametrize(
    ("lever", "text"),
    [
        (lambda aws: aws.key_store("new", hsms=1), "a key store needs two HSMs: hsms=2 or more"),
        (lambda aws: aws.key_store("store"), "CustomKeyStoreNameInUse.*give the key store another"),
        (lambda aws: aws.external_key_store("store"), "CustomKeyStoreNameInUseException"),
        (lambda aws: aws.key_store(LONG), "AWS would refuse the name: .*less than or equal to 256"),
        (lambda aws: aws.external_key_store(""), "AWS would refuse the name: .*equal to 1"),
        (lambda aws: aws.key_store("new", hsm_type="hsm9"), "CloudHsmInvalidRequestException"),
        (lambda aws: aws.cluster(hsm_type="hsm9"), "CloudHsmInvalidRequestException"),
        (lambda aws: aws.kms_key(aliases=["app"]), 'aliases are named "alias/app", not "app"'),
        (lambda aws: aws.kms_key(aliases=["alias/a", "alias/app"]), "AlreadyExists.*another name"),
        (lambda aws: aws.kms_key(aliases=["alias/aws/a"]), "NotAuthorizedException"),
        (lambda aws: aws.kms_key(aliases=["alias/a b"]), "ValidationException: .*alias"),
        (lambda aws: aws.kms_key(tags={"aws:a": "b"}), "TagException"),
    ],
)
def test_refused_lever_says_what_to_do(aws, kms, cloudhsm, lever, text):
    """AWS's code and text come as a ValueError, and nothing is left behind, no event either."""
    aws.key_store("store")
    aws.kms_key(aliases=["alias/app"])
    before, events = seen(kms, cloudhsm), len(aws.events)

    with pytest.raises(ValueError, match=text):
        lever(aws)

    assert len(aws.events) == events
    assert seen(kms, cloudhsm) == before


@pytest.mark.parametrize("make", ["cluster", "key_store"])
@pytest.mark.parametrize("broken", ["delete_subnet", "exhaust_subnet"])
def test_nothing_is_made_in_a_broken_subnet(aws, kms, cloudhsm, make, broken):
    """A cluster that could not get its HSMs is not begun."""
    made = aws.cluster(hsms=1)
    (shape,) = cloudhsm.describe_clusters(Filters={"clusterIds": [made.cluster_id]})["Clusters"]
    getattr(aws.network, broken)(shape["SubnetMapping"][f"{aws.region}a"])
    before = seen(kms, cloudhsm)

    with pytest.raises(ValueError, match="before the subnet is broken, or in another Region"):
        getattr(aws, make)(**({"name": "new"} if make == "key_store" else {}))

    assert seen(kms, cloudhsm) == before


def test_key_store_needs_an_address_in_each_subnet(aws, kms, cloudhsm):
    """KMS connects through all subnets, also those without an HSM."""
    aws.cluster(hsms=1)
    (shape,) = cloudhsm.describe_clusters()["Clusters"]
    aws.network.exhaust_subnet(shape["SubnetMapping"][f"{aws.region}c"])

    aws.cluster(hsms=2)
    with pytest.raises(ValueError, match="has no free IP addresses"):
        aws.key_store("new")

    assert kms.describe_custom_key_stores()["CustomKeyStores"] == []


def test_ciphertext_of_a_store_that_is_out_of_reach_is_refused(aws, kms):
    """A key whose cluster does not answer cannot take a recorded ciphertext."""
    store = aws.key_store("store")
    key_id = create_key(kms, store.custom_key_store_id)["KeyId"]
    aws.network.disconnect(store.cluster.cluster_id)

    with pytest.raises(ValueError, match="KMSInvalidStateException: .*connected and its cluster"):
        aws.register_ciphertext(BLOB, plaintext=b"secret", key_id=key_id)

    aws.network.reconnect(store.cluster.cluster_id)
    with refused("InvalidCiphertextException"):
        kms.decrypt(CiphertextBlob=BLOB)


def test_ready_things_show_themselves_briefly(aws):
    """Neither certificates nor passwords are in what a REPL shows of them."""
    store = aws.key_store("store")

    assert "CERTIFICATE" not in repr(store)
    assert store.cluster.admin_password not in repr(store)
    assert store.cluster.cluster_id in repr(store)
    assert len(repr(store)) < 200
