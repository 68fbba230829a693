import re

import own_proxy
import pytest
from expect import refused
from external_key_stores import CREDENTIAL, NAME, connected, create, creation
from key_stores import entry, state


@pytest.fixture
def proxy(aws):
    """The mock's own proxy."""
    return aws.external_key_store_proxy()


def test_new_store_is_disconnected(kms, proxy):
    """A new external key store is DISCONNECTED until its owner connects it."""
    store_id = create(kms, proxy)

    assert re.fullmatch("cks-[0-9a-f]{17}", store_id)
    assert state(kms, store_id) == "DISCONNECTED"


def test_description_has_the_proxy_and_never_its_secret(kms, proxy):
    """DescribeCustomKeyStores shows the proxy's configuration without the secret access key."""
    store_id = create(kms, proxy)

    store = entry(kms, store_id)

    assert store.pop("CreationDate")
    assert store == {
        "CustomKeyStoreId": store_id,
        "CustomKeyStoreName": NAME,
        "ConnectionState": "DISCONNECTED",
        "CustomKeyStoreType": "EXTERNAL_KEY_STORE",
        "XksProxyConfiguration": {
            "Connectivity": "PUBLIC_ENDPOINT",
            "AccessKeyId": proxy.access_key_id,
            "UriEndpoint": proxy.endpoint,
            "UriPath": proxy.path,
        },
    }


@pytest.mark.parametrize(
    "member",
    [
        "XksProxyConnectivity",
        "XksProxyUriEndpoint",
        "XksProxyUriPath",
        "XksProxyAuthenticationCredential",
    ],
)
def test_all_members_are_needed(kms, proxy, member):
    """An external key store needs connectivity, endpoint, path and credential."""
    members = creation(proxy)
    del members[member]

    with refused("ValidationException"):
        kms.create_custom_key_store(**members)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("CloudHsmClusterId", "cluster-aaaaaaaaaaa"),
        ("KeyStorePassword", "kmsPswd1"),
        ("TrustAnchorCertificate", "certificate"),
        ("XksProxyVpcEndpointServiceName", "com.amazonaws.vpce.us-east-1.vpce-svc-0example1"),
        ("XksProxyUriEndpoint", "http://proxy.example.com"),
        ("XksProxyUriEndpoint", "https://proxy.example.com:8443"),
        ("XksProxyUriEndpoint", "https://proxy.example.com/"),
        ("XksProxyUriPath", "/kms/xks/one"),
        ("XksProxyUriPath", "/example/kms/xks/v123"),
        ("XksProxyAuthenticationCredential", CREDENTIAL | {"AccessKeyId": "a" * 20}),
        ("XksProxyAuthenticationCredential", CREDENTIAL | {"AccessKeyId": "A" * 31}),
        ("XksProxyAuthenticationCredential", CREDENTIAL | {"RawSecretAccessKey": "-" * 43}),
    ],
)
def test_members_have_their_form(kms, proxy, member, value):
    """A member that breaks its shape, or belongs to another kind of store, is refused."""
    with refused("ValidationException"):
        create(kms, proxy, **{member: value})


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("XksProxyConnectivity", "PUBLIC_ENDPOINT"),
        ("XksProxyUriEndpoint", "https://proxy.example.com"),
        ("XksProxyUriPath", "/kms/xks/v1"),
        ("XksProxyAuthenticationCredential", CREDENTIAL),
    ],
)
def test_members_are_none_of_a_cloudhsm_key_store(kms, aws, member, value):
    """A CloudHSM key store has no proxy."""
    cluster = aws.cluster()

    with refused("ValidationException"):
        kms.create_custom_key_store(
            CustomKeyStoreName=NAME,
            CloudHsmClusterId=cluster.cluster_id,
            KeyStorePassword="kmsPswd1",
            TrustAnchorCertificate=cluster.trust_anchor,
            **{member: value},
        )


def test_equal_request_gives_the_same_store(kms, proxy):
    """A request that repeats all values of a DISCONNECTED store gives that store's id."""
    first = create(kms, proxy)

    assert create(kms, proxy) == first
    assert len(kms.describe_custom_key_stores()["CustomKeyStores"]) == 1


def test_equal_request_for_a_connected_store_is_a_duplicate(kms, proxy):
    """Only a DISCONNECTED key store is given to a request that repeats its values."""
    connected(kms, proxy)

    with refused("CustomKeyStoreNameInUseException"):
        create(kms, proxy)


def test_name_is_used_once_among_both_types(aws, kms, proxy):
    """No external key store has the name of a CloudHSM key store, and the other way round."""
    aws.key_store(NAME)

    with refused("CustomKeyStoreNameInUseException"):
        create(kms, proxy)


def test_both_types_count_to_ten(aws, kms):
    """An account has at most ten key stores of both types in a Region."""
    aws.key_store("hsm")
    for number in range(9):
        create(kms, aws.external_key_store_proxy(), CustomKeyStoreName=f"store-{number}")

    with refused("LimitExceededException"):
        create(kms, aws.external_key_store_proxy())


def test_uri_is_used_once(kms, proxy):
    """No two stores have the same endpoint and path."""
    create(kms, proxy)

    with refused("XksProxyUriInUseException"):
        create(kms, proxy, CustomKeyStoreName="other")


def test_public_stores_may_share_an_endpoint(kms, aws):
    """Two stores with PUBLIC_ENDPOINT connectivity have one endpoint if their paths differ."""
    with own_proxy.registered(own_proxy.OwnProxy()):
        kms.create_custom_key_store(**own_proxy.creation())
        kms.create_custom_key_store(
            **own_proxy.creation(CustomKeyStoreName="other", XksProxyUriPath="/kms/xks/v1")
        )

    assert len(kms.describe_custom_key_stores()["CustomKeyStores"]) == 2


def test_uris_of_other_regions_are_free(aws, kms, proxy):
    """The URI is unique in an account and Region."""
    create(kms, proxy)

    create(aws.client("kms", region="eu-west-1"), proxy)


def test_store_without_keys_is_deleted(kms, proxy):
    """A store is deleted while it is DISCONNECTED; its URI is free then."""
    store_id = create(kms, proxy)

    kms.delete_custom_key_store(CustomKeyStoreId=store_id)

    assert create(kms, proxy) != store_id
