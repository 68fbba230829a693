from datetime import datetime, timezone

import pytest
from expect import refused
from key_stores import NAME, creation, entry, fit_cluster, outcome


@pytest.fixture
def cluster(aws):
    """An active cluster with two HSMs and kmsuser."""
    return fit_cluster(aws)


def ids(answer):
    return [store["CustomKeyStoreId"] for store in answer["CustomKeyStores"]]


def make(kms, cluster, **members):
    return kms.create_custom_key_store(**creation(cluster, **members))["CustomKeyStoreId"]


def test_entry_of_a_cloudhsm_store(kms, cluster):
    """A CloudHSM key store is described by these members and no others."""
    store_id = make(kms, cluster)

    store = entry(kms, store_id)

    age = datetime.now(timezone.utc) - store.pop("CreationDate")
    assert abs(age.total_seconds()) < 60
    assert store == {
        "CustomKeyStoreId": store_id,
        "CustomKeyStoreName": NAME,
        "CloudHsmClusterId": cluster.cluster_id,
        "TrustAnchorCertificate": cluster.trust_anchor,
        "ConnectionState": "DISCONNECTED",
        "CustomKeyStoreType": "AWS_CLOUDHSM",
    }


def test_error_code_comes_with_failure(kms, cluster):
    """ConnectionErrorCode is there in FAILED, and the other members stay."""
    store_id = make(kms, cluster, KeyStorePassword="wrongPassword1")
    before = entry(kms, store_id)

    assert outcome(kms, store_id) == "INVALID_CREDENTIALS"

    assert entry(kms, store_id) == before | {
        "ConnectionState": "FAILED",
        "ConnectionErrorCode": "INVALID_CREDENTIALS",
    }


def test_connection_keeps_the_creation_date(kms, cluster):
    """A key store's creation date is that of its creation, whatever happens to it."""
    store_id = make(kms, cluster)
    created = entry(kms, store_id)["CreationDate"]

    assert outcome(kms, store_id) == "CONNECTED"

    assert entry(kms, store_id)["CreationDate"] == created


def test_one_store_by_id_or_by_name(aws, kms):
    """One key store is described by its id or by its name."""
    one, _two = aws.key_store("one"), aws.key_store("two")

    by_id = kms.describe_custom_key_stores(CustomKeyStoreId=one.custom_key_store_id)
    by_name = kms.describe_custom_key_stores(CustomKeyStoreName="one")

    assert ids(by_id) == ids(by_name) == [one.custom_key_store_id]


def test_id_and_name_exclude_each_other(aws, kms):
    """An id and a name together are refused, also when they are the same key store's."""
    store = aws.key_store("one")

    with refused("ValidationException"):
        kms.describe_custom_key_stores(
            CustomKeyStoreId=store.custom_key_store_id, CustomKeyStoreName=store.name
        )


@pytest.mark.parametrize(
    "member",
    [{"CustomKeyStoreId": "cks-00000000000000000"}, {"CustomKeyStoreName": "one"}],
)
def test_unknown_store_is_not_found(kms, member):
    """An id or a name that no key store has is not found."""
    with refused("CustomKeyStoreNotFoundException"):
        kms.describe_custom_key_stores(**member)


def test_name_is_case_sensitive(aws, kms):
    """A key store is found by its exact name."""
    aws.key_store("one")

    with refused("CustomKeyStoreNotFoundException"):
        kms.describe_custom_key_stores(CustomKeyStoreName="One")


def test_no_store_is_an_empty_list(kms):
    """Where there is no key store, the list of all is empty."""
    answer = kms.describe_custom_key_stores()

    assert (answer["CustomKeyStores"], answer["Truncated"]) == ([], False)
    assert "NextMarker" not in answer


def test_stores_come_in_pages(aws, kms):
    """Pages of Limit key stores follow one another by their markers."""
    made = {aws.key_store(f"store-{number}").custom_key_store_id for number in range(3)}

    first = kms.describe_custom_key_stores(Limit=2)
    second = kms.describe_custom_key_stores(Limit=2, Marker=first["NextMarker"])

    assert (first["Truncated"], second["Truncated"]) == (True, False)
    assert "NextMarker" not in second
    assert [len(ids(first)), len(ids(second))] == [2, 1]
    assert {*ids(first), *ids(second)} == made


def test_paginator_gives_all(aws, kms):
    """boto3's paginator collects the pages."""
    made = {aws.key_store(f"store-{number}").custom_key_store_id for number in range(3)}

    pages = kms.get_paginator("describe_custom_key_stores").paginate(
        PaginationConfig={"PageSize": 1}
    )

    assert {store_id for page in pages for store_id in ids(page)} == made


def test_foreign_marker_is_refused(kms):
    """A marker that no page gave is invalid."""
    with refused("InvalidMarkerException"):
        kms.describe_custom_key_stores(Marker="made-up")
