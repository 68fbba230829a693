import own_proxy
import pytest
from expect import refused
from external_key_stores import DISCONNECTED_TEXT, create, create_key
from key_stores import disconnect, key_state, outcome


@pytest.fixture
def store(aws):
    """A connected external key store whose key manager has two keys."""
    store = aws.external_key_store("ExampleKeyStore")
    store.proxy.add_key("external-key-1")
    store.proxy.add_key("external-key-2")
    return store


@pytest.fixture
def store_id(store):
    """Its id."""
    return store.custom_key_store_id


def test_key_shows_its_external_key(kms, store_id):
    """CreateKey and DescribeKey tell the key store and the external key, and no material."""
    created = create_key(kms, store_id)

    described = kms.describe_key(KeyId=created["KeyId"])["KeyMetadata"]

    assert described == created
    assert created["Origin"] == "EXTERNAL_KEY_STORE"
    assert created["CustomKeyStoreId"] == store_id
    assert created["XksKeyConfiguration"] == {"Id": "external-key-1"}
    assert created["KeyState"] == "Enabled"
    assert created["MultiRegion"] is False
    assert not {"CloudHsmClusterId", "CurrentKeyMaterialId"} & created.keys()


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"CustomKeyStoreId": None}, "ValidationException"),
        ({"XksKeyId": None}, "ValidationException"),
        ({"XksKeyId": "external/key"}, "ValidationException"),
        ({"Origin": "AWS_KMS"}, "ValidationException"),
        ({"Origin": "AWS_KMS", "CustomKeyStoreId": None}, "ValidationException"),
        ({"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}, "UnsupportedOperationException"),
        (
            {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
            "UnsupportedOperationException",
        ),
        ({"MultiRegion": True}, "UnsupportedOperationException"),
        ({"Origin": "AWS_CLOUDHSM", "XksKeyId": None}, "UnsupportedOperationException"),
        ({"CustomKeyStoreId": "cks-1234567890abcdef0"}, "CustomKeyStoreNotFoundException"),
    ],
)
def test_members_fit_together(kms, store_id, members, code):
    """Origin, store and external key come together, for a symmetric key of one Region."""
    request = {
        "Origin": "EXTERNAL_KEY_STORE",
        "CustomKeyStoreId": store_id,
        "XksKeyId": "external-key-1",
    } | members

    with refused(code):
        kms.create_key(**{name: value for name, value in request.items() if value is not None})


def test_cloudhsm_key_store_has_no_external_keys(aws, kms):
    """A key of this origin is made in a key store of this type."""
    store_id = aws.key_store("hsm").custom_key_store_id

    with refused("UnsupportedOperationException"):
        create_key(kms, store_id)


def test_store_must_be_connected(aws, kms):
    """CreateKey needs a store that is CONNECTED to its proxy."""
    store_id = create(kms, aws.external_key_store_proxy())

    with refused("CustomKeyStoreInvalidStateException", DISCONNECTED_TEXT):
        create_key(kms, store_id)


def test_external_key_is_one_kms_keys(kms, store_id):
    """No two KMS keys of a store have the same external key."""
    create_key(kms, store_id)

    text = (
        "External key external-key-1 is already associated with another KMS key in this external "
        "key store."
    )
    with refused("XksKeyAlreadyInUseException", text):
        create_key(kms, store_id)

    create_key(kms, store_id, "external-key-2")


def test_external_key_may_serve_two_stores(aws, kms):
    """The same external key may be a KMS key's in each of two stores."""
    proxy = own_proxy.OwnProxy()
    with own_proxy.registered(proxy):
        for name, path in (("one", "/one/kms/xks/v1"), ("two", "/two/kms/xks/v1")):
            members = own_proxy.creation(CustomKeyStoreName=name, XksProxyUriPath=path)
            store_id = kms.create_custom_key_store(**members)["CustomKeyStoreId"]
            assert outcome(kms, store_id) == "CONNECTED"

            create_key(kms, store_id)


def test_external_key_must_exist(kms, store_id):
    """CreateKey asks the proxy for the external key."""
    with refused("XksKeyNotFoundException"):
        create_key(kms, store_id, "external-key-3")


@pytest.mark.parametrize(
    ("properties", "text"),
    [
        (
            {"spec": "RSA_2048"},
            "The key spec of the external key must be AES_256. The key spec of specified external "
            "key is RSA_2048.",
        ),
        (
            {"status": "DISABLED"},
            "The status of the external key must be ENABLED. The status of specified external key "
            "is DISABLED.",
        ),
        (
            {"usage": ["ENCRYPT"]},
            "The key usage of the external key must include ENCRYPT and DECRYPT. The key use of "
            "specified external key is ENCRYPT.",
        ),
        (
            {"usage": ["DECRYPT"]},
            "The key usage of the external key must include ENCRYPT and DECRYPT. The key use of "
            "specified external key is DECRYPT.",
        ),
        (
            {"usage": ["DECRYPT", "SIGN"]},
            "The key usage of the external key must include ENCRYPT and DECRYPT. The key use of "
            "specified external key is DECRYPT, SIGN.",
        ),
    ],
)
def test_external_key_must_be_fit(kms, store, properties, text):
    """The external key is an enabled AES_256 key that encrypts and decrypts."""
    store.proxy.add_key("unfit", **properties)

    with refused("XksKeyInvalidConfigurationException", text):
        create_key(kms, store.custom_key_store_id, "unfit")


def test_external_key_is_free_after_deletion(aws, kms, store):
    """Deleting the KMS key has no effect on the external key, which another one may have then."""
    key_id = create_key(kms, store.custom_key_store_id)["KeyId"]
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    with refused("XksKeyAlreadyInUseException"):
        create_key(kms, store.custom_key_store_id)

    aws.clock.advance(days=8)

    create_key(kms, store.custom_key_store_id)
    assert store.proxy.keys["external-key-1"] == "ENABLED"


def test_new_key_does_not_decrypt_for_the_deleted_one(aws, kms, store_id):
    """A new KMS key with the same external key has other material of KMS's own."""
    deleted = create_key(kms, store_id)["KeyId"]
    blob = kms.encrypt(KeyId=deleted, Plaintext=b"text")["CiphertextBlob"]
    kms.schedule_key_deletion(KeyId=deleted, PendingWindowInDays=7)
    aws.clock.advance(days=8)

    key_id = create_key(kms, store_id)["KeyId"]

    with refused("IncorrectKeyException"):
        kms.decrypt(KeyId=key_id, CiphertextBlob=blob)
    renamed = blob.replace(deleted.encode(), key_id.encode())
    with refused("KMSInvalidStateException"):
        kms.decrypt(CiphertextBlob=renamed)


def test_disconnecting_makes_keys_unavailable(kms, store_id):
    """The keys of a store that is not connected are Unavailable, in words of their own."""
    key_id = create_key(kms, store_id)["KeyId"]

    disconnect(kms, store_id)

    assert key_state(kms, key_id) == "Unavailable"
    with refused("KMSInvalidStateException", DISCONNECTED_TEXT):
        kms.encrypt(KeyId=key_id, Plaintext=b"text")


def test_keys_come_back_with_the_connection(kms, store_id):
    """What was encrypted before is decrypted after disconnecting and connecting again."""
    key_id = create_key(kms, store_id)["KeyId"]
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"text")["CiphertextBlob"]
    disconnect(kms, store_id)

    assert outcome(kms, store_id) == "CONNECTED"

    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"text"


@pytest.mark.parametrize("change", ["enable_key", "disable_key"])
def test_switching_does_not_touch_the_external_key(kms, store, change):
    """EnableKey and DisableKey are about the KMS key alone."""
    key_id = create_key(kms, store.custom_key_store_id)["KeyId"]

    getattr(kms, change)(KeyId=key_id)

    assert store.proxy.keys["external-key-1"] == "ENABLED"


def test_key_state_does_not_follow_the_external_key(kms, store):
    """A KMS key stays Enabled when its external key is disabled, or deleted; it only fails."""
    key_id = create_key(kms, store.custom_key_store_id)["KeyId"]

    store.proxy.change_key("external-key-1", status="DISABLED")
    with refused("KMSInvalidStateException"):
        kms.encrypt(KeyId=key_id, Plaintext=b"text")
    store.proxy.delete_key("external-key-1")
    with refused("KMSInvalidStateException"):
        kms.encrypt(KeyId=key_id, Plaintext=b"text")

    assert key_state(kms, key_id) == "Enabled"


def test_store_with_keys_is_not_deleted(kms, store_id):
    """A store is deleted when its last key is gone."""
    create_key(kms, store_id)
    disconnect(kms, store_id)

    with refused("CustomKeyStoreHasCMKsException"):
        kms.delete_custom_key_store(CustomKeyStoreId=store_id)


@pytest.mark.parametrize(
    "operation", ["enable_key_rotation", "rotate_key_on_demand", "list_key_rotations"]
)
def test_keys_do_not_rotate(kms, store_id, operation):
    """KMS rotates no key of an external key store."""
    key_id = create_key(kms, store_id)["KeyId"]

    with refused("UnsupportedOperationException"):
        getattr(kms, operation)(KeyId=key_id)
