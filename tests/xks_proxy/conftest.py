"""A proxy of the test's own, which `responses` lets KMS reach."""

import own_proxy
import pytest
from external_key_stores import create_key
from key_stores import outcome


@pytest.fixture
def proxy():
    """The proxy; every request to it is checked for its signature."""
    proxy = own_proxy.OwnProxy()
    with own_proxy.registered(proxy):
        yield proxy


@pytest.fixture
def store_id(kms, proxy):
    """A connected key store on it."""
    store_id = kms.create_custom_key_store(**own_proxy.creation())["CustomKeyStoreId"]
    assert outcome(kms, store_id) == "CONNECTED"
    return store_id


@pytest.fixture
def key(kms, store_id):
    """A key in the key store."""
    return create_key(kms, store_id)
