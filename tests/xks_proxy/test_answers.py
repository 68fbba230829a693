"""What KMS refuses in a proxy's answers."""

import json

import own_proxy
import pytest
import requests
import responses
from expect import refused
from external_key_stores import create_key, never_shown
from own_proxy import HEALTH, b64
from proxy_failures import FAILURES, UNHEALTHY, UNREADABLE

TEXTS = {failure.how: failure.text for failure in FAILURES}
DOWN = {"id": "1", "model": "Luna", "healthStatus": "UNAVAILABLE"}


def create(kms):
    return kms.create_custom_key_store(**own_proxy.creation())


@pytest.mark.parametrize("body", ["", "no JSON", "[]", "null", '"text"', "{}", b"\xff"])
def test_answer_is_a_document(kms, proxy, body):
    """An answer that is no JSON object cannot be interpreted."""
    proxy.refusals["health"] = (200, body)

    with refused("XksProxyInvalidResponseException", UNREADABLE):
        create(kms)


@pytest.mark.parametrize(
    "changes",
    [
        {"xksProxyFleetSize": None},
        {"xksProxyFleetSize": 0},
        {"xksProxyFleetSize": "2"},
        {"xksProxyVendor": None},
        {"xksProxyModel": 1},
        {"ekmVendor": None},
        {"ekmFleetDetails": None},
        {"ekmFleetDetails": []},
        {"ekmFleetDetails": {}},
        {"ekmFleetDetails": [DOWN] * 11},
        {"ekmFleetDetails": ["1"]},
        {"ekmFleetDetails": [DOWN | {"healthStatus": "WELL"}]},
        {"ekmFleetDetails": [{"id": "1", "healthStatus": "ACTIVE"}]},
    ],
)
def test_health_is_complete(kms, proxy, changes):
    """GetHealthStatus tells the fleet's size, the vendors, and one to ten key managers."""
    proxy.changes["health"] = changes

    with refused("XksProxyInvalidResponseException", UNREADABLE):
        create(kms)


def test_all_managers_unavailable(kms, proxy):
    """A proxy whose key managers are all UNAVAILABLE counts as not reachable."""
    proxy.changes["health"] = {"ekmFleetDetails": [DOWN] * 10}

    with refused("XksProxyUriUnreachableException", UNHEALTHY.text):
        create(kms)


@pytest.mark.parametrize("status", ["ACTIVE", "DEGRADED"])
def test_one_manager_is_enough(kms, proxy, status):
    """One key manager that is ACTIVE or DEGRADED is enough."""
    proxy.changes["health"] = {"ekmFleetDetails": [DOWN, DOWN | {"healthStatus": status}]}

    assert create(kms)["CustomKeyStoreId"]


@pytest.mark.parametrize(
    "changes",
    [
        {"keySpec": None},
        {"keySpec": 256},
        {"keyStatus": None},
        {"keyStatus": "PENDING"},
        {"keyUsage": None},
        {"keyUsage": "ENCRYPT"},
        {"keyUsage": ["ENCRYPT", "DECRYPT", 1]},
        {"keyUsage": ["ENCRYPT", "DECRYPT", *(str(number) for number in range(9))]},
    ],
)
def test_metadata_is_complete(kms, proxy, store_id, changes):
    """GetKeyMetadata tells a spec, a status and at most ten usages."""
    proxy.changes["metadata"] = changes

    with refused("CustomKeyStoreInvalidStateException", UNREADABLE):
        create_key(kms, store_id)


@pytest.mark.parametrize(
    "changes",
    [
        {"ciphertext": None},
        {"ciphertext": b64(b"short")},
        {"ciphertext": "no base64"},
        {"initializationVector": None},
        {"initializationVector": b64(bytes(13))},
        {"authenticationTag": None},
        {"authenticationTag": b64(bytes(12))},
        {"ciphertextMetadata": b64(bytes(21))},
        {"ciphertextMetadata": None},
        {"ciphertextDataIntegrityValue": None},
        {"ciphertextDataIntegrityValue": b64(bytes(32))},
    ],
)
def test_ciphertext_is_whole(kms, proxy, key, changes):
    """KMS refuses other lengths, metadata over 20 bytes, and an integrity value that differs."""
    proxy.changes["encrypt"] = changes

    with refused("KMSInvalidStateException", UNREADABLE):
        kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text")


def test_metadata_of_a_ciphertext_are_short(kms, proxy, key):
    """20 bytes of ciphertextMetadata are the most that KMS takes."""
    proxy.metadata_of_ciphertexts = bytes(20)
    kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text")

    proxy.metadata_of_ciphertexts = bytes(21)

    with refused("KMSInvalidStateException", UNREADABLE):
        kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"plaintext": None}, UNREADABLE),
        ({"plaintext": "no base64"}, UNREADABLE),
        (
            {"plaintext": b64(bytes(20))},
            "The ciphertext that the external key store proxy submitted for decryption, or the "
            "encryption context, is corrupted, missing, or otherwise invalid.",
        ),
    ],
)
def test_plaintext_is_kmss_own_ciphertext(kms, proxy, key, changes, text):
    """What the proxy decrypts must open with KMS's own material; nothing else comes of it."""
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text")["CiphertextBlob"]
    proxy.changes["decrypt"] = changes

    with refused("KMSInvalidStateException", text):
        kms.decrypt(CiphertextBlob=blob)


def test_error_message_is_not_shown(kms, proxy, store_id):
    """What the proxy says beside an error's name does not reach the caller of KMS."""
    error = {"errorName": "KeyNotFoundException", "errorMessage": "the proxy refuses"}
    proxy.refusals["metadata"] = (404, json.dumps(error))

    with never_shown("XksKeyNotFoundException", TEXTS["KeyNotFoundException"]):
        create_key(kms, store_id)


@pytest.mark.parametrize(
    "answer",
    [
        (500, "Internal Server Error"),
        (418, '{"errorName": "TeapotException"}'),
        (404, '{"errorName": null}'),
        (400, '{"errorName": ["InternalException"]}'),
        (302, "{}"),
    ],
)
def test_error_is_one_of_the_proxy_api(kms, proxy, key, answer):
    """An error that is none of the proxy API's cannot be interpreted."""
    proxy.refusals["encrypt"] = answer

    with refused("KMSInvalidStateException", UNREADABLE):
        kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text")


@pytest.mark.parametrize(
    ("exception", "how"),
    [
        (requests.ConnectionError, "unreachable"),
        (requests.ConnectTimeout, "unreachable"),
        (requests.ReadTimeout, "timeout"),
        (requests.exceptions.SSLError, "tls"),
        (requests.exceptions.ChunkedEncodingError, "interrupted"),
    ],
)
def test_failures_of_the_network(kms, exception, how):
    """What `requests` raises is a failure of the network to KMS."""
    url = f"{own_proxy.ENDPOINT}{own_proxy.PATH}/health"
    with responses.RequestsMock() as mock:
        mock.post(url, body=exception("no answer"))

        with refused("XksProxyUriUnreachableException", TEXTS[how]):
            create(kms)


def test_health_example_of_the_proxy_api_is_well(kms):
    """Plain `responses` registrations are enough to create a store."""
    url = f"{own_proxy.ENDPOINT}{own_proxy.PATH}/health"
    with responses.RequestsMock() as mock:
        mock.post(url, json=HEALTH)

        assert create(kms)["CustomKeyStoreId"]
