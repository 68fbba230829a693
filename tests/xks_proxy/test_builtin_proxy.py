"""The mock's own proxy and its levers."""

import json

import pytest
import requests
from external_key_stores import create_key
from key_stores import state

from kmsmock import mock_kms_cloudhsm
from kmsmock.xks_proxy.builtin import BuiltinProxy


@pytest.fixture
def store(aws):
    """A connected external key store on a proxy of its own."""
    return aws.external_key_store("ExampleKeyStore")


def test_ready_store_is_connected(kms, store):
    """`aws.external_key_store` is CONNECTED, and its proxy has no keys yet."""
    assert state(kms, store.custom_key_store_id) == "CONNECTED"
    assert store.proxy.keys == {}


def test_ready_stores_have_proxies_of_their_own(aws, kms, store):
    """Breaking one store's proxy is of no account to another's."""
    other = aws.external_key_store("OtherKeyStore")
    other.proxy.add_key("external-key-1")

    store.proxy.fail("unreachable")

    create_key(kms, other.custom_key_store_id)


def test_key_is_added_once(store):
    """A second key under one id would be another one: a mistake."""
    store.proxy.add_key("external-key-1")

    with pytest.raises(ValueError, match="external-key-1"):
        store.proxy.add_key("external-key-1")


@pytest.mark.parametrize("lever", ["change_key", "delete_key"])
def test_only_keys_that_are_there_change(store, lever):
    """The message has the keys that there are."""
    store.proxy.add_key("external-key-1")

    with pytest.raises(LookupError, match="external-key-1"):
        getattr(store.proxy, lever)("external-key-2")


def test_deleting_what_is_not_there(aws):
    """A VPC endpoint service that is not there cannot be deleted."""
    with pytest.raises(LookupError, match="VPC endpoint service"):
        aws.network.delete_vpc_endpoint_service("com.amazonaws.vpce.us-east-1.vpce-svc-0")


def test_store_connects_in_five_minutes():
    """With "realistic" an external key store connects after AWS's time."""
    with mock_kms_cloudhsm(transitions="realistic") as aws:
        kms = aws.client("kms")
        store_id = aws.external_key_store("ExampleKeyStore").custom_key_store_id
        kms.disconnect_custom_key_store(CustomKeyStoreId=store_id)
        aws.clock.advance(minutes=2)
        kms.connect_custom_key_store(CustomKeyStoreId=store_id)
        aws.clock.advance(minutes=4)
        assert state(kms, store_id) == "CONNECTING"

        aws.clock.advance(minutes=2)

        assert state(kms, store_id) == "CONNECTED"


def test_proxy_answers_in_this_process_alone(aws, store):
    """The proxy's endpoint is KMS's to reach, not the test's own `requests`."""
    with pytest.raises(requests.ConnectionError):
        requests.post(f"{store.proxy.endpoint}{store.proxy.path}/health", timeout=5)


def test_get_is_no_method():
    """A GET on any URI of a proxy is 405."""
    proxy = BuiltinProxy(
        endpoint="https://a.example",
        path="/kms/xks/v1",
        access_key_id="A" * 20,
        secret_access_key="s" * 43,
        random_bytes=bytes,
    )

    assert proxy.answer("GET", "https://a.example/kms/xks/v1/health", {}, b"") == (405, b"")
    status, body = proxy.answer("POST", "https://a.example/kms/xks/v1/health", {}, b"{}")
    assert (status, json.loads(body)["errorName"]) == (401, "AuthenticationFailedException")


def test_rollback_takes_the_proxy_back(aws, kms, store):
    """A proxy belongs to the world: its keys and failures go back with a snapshot."""
    store.proxy.add_key("external-key-1")
    key_id = create_key(kms, store.custom_key_store_id)["KeyId"]
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"text")["CiphertextBlob"]
    snapshot = aws.snapshot()

    store.proxy.delete_key("external-key-1")
    store.proxy.fail("timeout")
    aws.rollback(snapshot)

    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"text"
