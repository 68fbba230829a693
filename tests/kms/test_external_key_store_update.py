import pytest
from expect import refused
from external_key_stores import SERVICE, connected, create, create_key, creation
from key_stores import entry, outcome

OTHER_SECRET = {"AccessKeyId": "ABCDE2345672EXAMPLE7", "RawSecretAccessKey": "s" * 43}


@pytest.fixture
def proxy(aws):
    """The mock's own proxy."""
    return aws.external_key_store_proxy()


def test_name_changes_in_connected(kms, proxy):
    """The name changes while the store is CONNECTED, and the proxy is not asked for it."""
    store_id = connected(kms, proxy)
    proxy.fail("unreachable")

    kms.update_custom_key_store(CustomKeyStoreId=store_id, NewCustomKeyStoreName="NewName")

    assert entry(kms, store_id)["CustomKeyStoreName"] == "NewName"


def test_path_and_credential_change_in_connected(aws, kms, proxy):
    """Path and credential change while the store is CONNECTED, and its keys go on working."""
    store_id = connected(kms, proxy)
    credential = creation(proxy)["XksProxyAuthenticationCredential"]

    kms.update_custom_key_store(
        CustomKeyStoreId=store_id,
        XksProxyUriPath=proxy.path,
        XksProxyAuthenticationCredential=credential,
    )

    proxy.add_key("external-key-1")
    create_key(kms, store_id)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("XksProxyUriEndpoint", "https://other.example.com"),
        ("XksProxyConnectivity", "PUBLIC_ENDPOINT"),
        ("XksProxyVpcEndpointServiceName", SERVICE),
    ],
)
def test_the_rest_changes_in_disconnected(kms, proxy, member, value):
    """Endpoint, connectivity and service change only while the store is DISCONNECTED."""
    store_id = connected(kms, proxy)

    with refused("CustomKeyStoreInvalidStateException"):
        kms.update_custom_key_store(CustomKeyStoreId=store_id, **{member: value})


@pytest.mark.parametrize(
    "members",
    [
        {"NewCustomKeyStoreName": "NewName"},
        {"XksProxyUriPath": "/kms/xks/v1"},
        {"XksProxyUriEndpoint": "https://other.example.com"},
    ],
)
def test_nothing_changes_in_failed(kms, proxy, members):
    """A store in FAILED is disconnected before anything changes."""
    store_id = create(kms, proxy)
    proxy.fail("timeout")
    assert outcome(kms, store_id) == "XKS_PROXY_TIMED_OUT"

    with refused("CustomKeyStoreInvalidStateException"):
        kms.update_custom_key_store(CustomKeyStoreId=store_id, **members)


def test_store_moves_to_another_proxy(aws, kms, proxy):
    """A DISCONNECTED store gets another endpoint, with the credential of its proxy."""
    store_id = create(kms, proxy)
    other = aws.external_key_store_proxy()

    kms.update_custom_key_store(
        CustomKeyStoreId=store_id,
        XksProxyUriEndpoint=other.endpoint,
        XksProxyAuthenticationCredential=creation(other)["XksProxyAuthenticationCredential"],
    )
    proxy.fail("unreachable")

    assert outcome(kms, store_id) == "CONNECTED"
    assert entry(kms, store_id)["XksProxyConfiguration"]["UriEndpoint"] == other.endpoint


def test_wrong_value_changes_nothing(kms, proxy):
    """A credential that the proxy refuses does not replace the one that it knows."""
    store_id = create(kms, proxy)

    with refused("XksProxyIncorrectAuthenticationCredentialException"):
        kms.update_custom_key_store(
            CustomKeyStoreId=store_id, XksProxyAuthenticationCredential=OTHER_SECRET
        )

    assert outcome(kms, store_id) == "CONNECTED"


def test_uri_of_another_store_is_in_use(aws, kms, proxy):
    """A store does not move to the endpoint and path of another one."""
    create(kms, proxy)
    store_id = create(kms, aws.external_key_store_proxy(), CustomKeyStoreName="other")

    with refused("XksProxyUriInUseException"):
        kms.update_custom_key_store(CustomKeyStoreId=store_id, XksProxyUriEndpoint=proxy.endpoint)


def test_name_of_another_store_is_in_use(aws, kms, proxy):
    """A store does not take the name of another one."""
    create(kms, proxy, CustomKeyStoreName="taken")
    store_id = create(kms, aws.external_key_store_proxy())

    with refused("CustomKeyStoreNameInUseException"):
        kms.update_custom_key_store(CustomKeyStoreId=store_id, NewCustomKeyStoreName="taken")


@pytest.mark.parametrize(
    ("member", "value"),
    [("CloudHsmClusterId", "cluster-aaaaaaaaaaa"), ("KeyStorePassword", "kmsPswd1")],
)
def test_members_of_the_other_type_are_refused(kms, proxy, member, value):
    """An external key store has no cluster and no kmsuser."""
    store_id = create(kms, proxy)

    with refused("ValidationException"):
        kms.update_custom_key_store(CustomKeyStoreId=store_id, **{member: value})


def test_cloudhsm_key_store_has_no_proxy(aws, kms):
    """A CloudHSM key store takes no member of a proxy."""
    store_id = aws.key_store("hsm").custom_key_store_id

    with refused("ValidationException"):
        kms.update_custom_key_store(CustomKeyStoreId=store_id, XksProxyUriPath="/kms/xks/v1")
