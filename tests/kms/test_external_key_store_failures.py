import pytest
from expect import refused
from external_key_stores import create, create_key, creation, never_shown
from key_stores import disconnect, entry, key_state, outcome, state
from proxy_failures import FAILURES, NO_CONNECTION, UNHEALTHY, rows


@pytest.fixture
def store(aws):
    """A connected external key store whose key manager has one key."""
    store = aws.external_key_store("ExampleKeyStore")
    store.proxy.add_key("external-key-1")
    return store


@pytest.fixture
def key_id(kms, store):
    """A key in the key store."""
    return create_key(kms, store.custom_key_store_id)["KeyId"]


@pytest.mark.parametrize("failure", rows(UNHEALTHY))
def test_store_is_not_created_on_a_failing_proxy(aws, kms, failure):
    """CreateCustomKeyStore has one exception and one text for each failure of the proxy."""
    proxy = aws.external_key_store_proxy()
    proxy.fail(failure.how)

    with never_shown(failure.store_error, failure.text):
        create(kms, proxy)

    assert kms.describe_custom_key_stores()["CustomKeyStores"] == []


@pytest.mark.parametrize("failure", rows(UNHEALTHY))
def test_store_is_not_moved_to_a_failing_proxy(aws, kms, store, failure):
    """UpdateCustomKeyStore tries the new values first, and changes nothing if they fail."""
    before = entry(kms, store.custom_key_store_id)
    store.proxy.fail(failure.how)

    with never_shown(failure.store_error, failure.text):
        kms.update_custom_key_store(
            CustomKeyStoreId=store.custom_key_store_id,
            NewCustomKeyStoreName="NewName",
            XksProxyUriPath=store.proxy.path,
        )

    assert entry(kms, store.custom_key_store_id) == before


@pytest.mark.parametrize("failure", rows(UNHEALTHY))
def test_connecting_to_a_failing_proxy_ends_in_a_code(kms, store, failure):
    """Each failure of the proxy has its ConnectionErrorCode, when the store connects."""
    disconnect(kms, store.custom_key_store_id)

    store.proxy.fail(failure.how)

    assert outcome(kms, store.custom_key_store_id) == failure.connection_code


@pytest.mark.parametrize("failure", rows())
def test_key_is_not_created_through_a_failing_proxy(kms, store, failure):
    """CreateKey has one exception and one text for each failure of the proxy."""
    store.proxy.fail(failure.how)

    with never_shown(failure.key_error, failure.text):
        create_key(kms, store.custom_key_store_id)

    assert kms.list_keys()["Keys"] == []


@pytest.mark.parametrize("failure", rows())
@pytest.mark.parametrize(
    "operation", ["encrypt", "generate_data_key", "generate_data_key_without_plaintext"]
)
def test_failing_proxy_encrypts_nothing(kms, store, key_id, failure, operation):
    """Where KMS encrypts, the failure's text comes with KMSInvalidStateException."""
    request = {"Plaintext": b"text"} if operation == "encrypt" else {"KeySpec": "AES_256"}
    store.proxy.fail(failure.how)

    with never_shown("KMSInvalidStateException", failure.text):
        getattr(kms, operation)(KeyId=key_id, **request)


@pytest.mark.parametrize("failure", rows())
def test_failing_proxy_decrypts_nothing(kms, store, key_id, failure):
    """Where KMS decrypts, the failure's text comes with KMSInvalidStateException, too."""
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"text")["CiphertextBlob"]
    destination = kms.create_key()["KeyMetadata"]["KeyId"]
    store.proxy.fail(failure.how)

    with never_shown("KMSInvalidStateException", failure.text):
        kms.decrypt(CiphertextBlob=blob)
    with never_shown("KMSInvalidStateException", failure.text):
        kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=destination)


@pytest.mark.parametrize("failure", rows())
def test_failing_proxy_leaves_store_and_key_as_they_are(kms, store, key_id, failure):
    """A proxy that fails changes neither the connection state nor the key state."""
    store.proxy.fail(failure.how)

    assert state(kms, store.custom_key_store_id) == "CONNECTED"
    assert key_state(kms, key_id) == "Enabled"


def test_proxy_recovers(kms, store, key_id):
    """A proxy that works again is used again, without connecting anew."""
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"text")["CiphertextBlob"]
    store.proxy.fail("unreachable")
    with refused("KMSInvalidStateException", NO_CONNECTION):
        kms.decrypt(CiphertextBlob=blob)

    store.proxy.recover()

    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"text"


def test_unhealthy_managers_still_serve(kms, store, key_id):
    """Key managers that are all UNAVAILABLE are told of by GetHealthStatus alone."""
    store.proxy.fail("unhealthy")

    blob = kms.encrypt(KeyId=key_id, Plaintext=b"text")["CiphertextBlob"]

    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"text"


def test_proxy_fails_only_in_ways_that_there_are(store):
    """A failure that is none is the test's own mistake, and the message has them all."""
    with pytest.raises(ValueError, match="KeyNotFoundException") as caught:
        store.proxy.fail("asleep")

    assert all(failure.how in str(caught.value) for failure in (*FAILURES, UNHEALTHY))


def test_credential_that_the_proxy_does_not_know(kms, store, aws):
    """A wrong secret is a wrong signature, for which the proxy itself refuses."""
    proxy = aws.external_key_store_proxy()
    credential = {"AccessKeyId": proxy.access_key_id, "RawSecretAccessKey": "s" * 43}

    with refused("XksProxyIncorrectAuthenticationCredentialException"):
        create(kms, proxy, XksProxyAuthenticationCredential=credential)


def test_path_that_the_proxy_does_not_have(kms, aws):
    """A wrong path is one that the proxy itself refuses."""
    proxy = aws.external_key_store_proxy()

    with refused("XksProxyInvalidConfigurationException"):
        create(kms, proxy, XksProxyUriPath="/other/kms/xks/v1")


def test_endpoint_without_a_proxy(kms, aws):
    """An endpoint at which nobody listens is not reachable; no request leaves the machine."""
    proxy = aws.external_key_store_proxy()

    with refused("XksProxyUriUnreachableException", NO_CONNECTION):
        kms.create_custom_key_store(
            **creation(proxy, XksProxyUriEndpoint="https://nobody.example.com")
        )
