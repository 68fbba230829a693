"""What KMS sends to a proxy."""

import own_proxy
import pytest

ROOT = "arn:aws:iam::123456789012:root"


def request_id(answer):
    return answer["ResponseMetadata"]["RequestId"]


def test_uris_are_those_of_the_proxy_api(kms, proxy, key):
    """KMS posts JSON to the four URIs under endpoint and path."""
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text")["CiphertextBlob"]
    kms.decrypt(CiphertextBlob=blob)

    base = own_proxy.ENDPOINT + own_proxy.PATH
    assert {url.removeprefix(base) for _api, url, _headers, _body in proxy.requests} == {
        "/health",
        "/keys/external-key-1/metadata",
        "/keys/external-key-1/encrypt",
        "/keys/external-key-1/decrypt",
    }
    for _api, _url, headers, _body in proxy.requests:
        assert headers["Content-Type"] == "application/json"


def test_signature_is_botocores(proxy, store_id):
    """KMS signs host and date for kms-xks-proxy, with the store's credential, as botocore would."""
    (_api, url, headers, _body) = proxy.requests[0]

    day = headers["X-Amz-Date"][:8]
    assert headers["Authorization"].startswith(
        "AWS4-HMAC-SHA256 Credential=ABCDE2345672EXAMPLE7/"
        f"{day}/us-east-1/kms-xks-proxy/aws4_request, SignedHeaders=host;x-amz-date, Signature="
    )
    assert headers["Host"] == "xks.example.com"
    assert url.startswith(own_proxy.ENDPOINT)


def test_signature_has_the_worlds_time(aws, kms, proxy, store_id):
    """The time of a request is that of the call to KMS, on the world's clock."""
    aws.clock.advance(days=400)

    kms.update_custom_key_store(CustomKeyStoreId=store_id, XksProxyUriPath=own_proxy.PATH)

    assert proxy.requests[-1][2]["X-Amz-Date"][:4] == str(aws.clock.now().year)


def test_health_tells_operation_and_request_alone(kms, proxy):
    """GetHealthStatus has the operation and the id of the call, and no principal."""
    answer = kms.create_custom_key_store(**own_proxy.creation())

    assert proxy.documents("health") == [
        {
            "requestMetadata": {
                "kmsRequestId": request_id(answer),
                "kmsOperation": "CreateCustomKeyStore",
            }
        }
    ]


def test_health_is_asked_by_three_operations(kms, proxy, store_id):
    """Creating, updating and connecting each ask for the proxy's health once."""
    kms.update_custom_key_store(CustomKeyStoreId=store_id, XksProxyUriPath=own_proxy.PATH)

    asked = [document["requestMetadata"]["kmsOperation"] for document in proxy.documents("health")]
    assert asked == ["CreateCustomKeyStore", "ConnectCustomKeyStore", "UpdateCustomKeyStore"]


def test_metadata_tells_the_caller(kms, proxy, key):
    """GetKeyMetadata is asked by CreateKey and DescribeKey, with the principal who called."""
    answer = kms.describe_key(KeyId=key["KeyId"])

    created, described = proxy.documents("metadata")
    assert created["requestMetadata"]["kmsOperation"] == "CreateKey"
    assert described == {
        "requestMetadata": {
            "awsPrincipalArn": ROOT,
            "kmsOperation": "DescribeKey",
            "kmsRequestId": request_id(answer),
        }
    }


def test_describing_needs_no_proxy(kms, proxy, key):
    """DescribeKey answers the same, whatever the proxy does."""
    proxy.refusals["metadata"] = (404, '{"errorName": "KeyNotFoundException"}')

    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] == key


def test_encrypt_has_what_the_proxy_api_asks(kms, proxy, key):
    """Encrypt sends KMS's own ciphertext: the plaintext leaves KMS encrypted."""
    answer = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"plain text")

    (document,) = proxy.documents("encrypt")
    assert document.pop("requestMetadata") == {
        "awsPrincipalArn": ROOT,
        "kmsKeyArn": key["Arn"],
        "kmsOperation": "Encrypt",
        "kmsRequestId": request_id(answer),
    }
    sent = own_proxy.unb64(document.pop("plaintext"))
    assert len(sent) == len(b"plain text") + 16
    assert b"plain text" not in sent
    assert own_proxy.unb64(document.pop("additionalAuthenticatedData"))
    assert document == {
        "encryptionAlgorithm": "AES_GCM",
        "ciphertextDataIntegrityValueAlgorithm": "SHA_256",
    }


def test_decrypt_sends_back_what_encrypt_answered(kms, proxy, key):
    """Vector, tag, metadata and ciphertext come back to the proxy from the blob."""
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text")["CiphertextBlob"]

    answer = kms.decrypt(CiphertextBlob=blob)

    (encrypt,), (decrypt,) = proxy.documents("encrypt"), proxy.documents("decrypt")
    assert answer["Plaintext"] == b"text"
    assert decrypt.keys() == {
        "requestMetadata",
        "ciphertext",
        "ciphertextMetadata",
        "encryptionAlgorithm",
        "additionalAuthenticatedData",
        "initializationVector",
        "authenticationTag",
    }
    assert own_proxy.unb64(decrypt["ciphertextMetadata"]) == own_proxy.METADATA
    assert decrypt["additionalAuthenticatedData"] == encrypt["additionalAuthenticatedData"]
    assert decrypt["requestMetadata"]["kmsOperation"] == "Decrypt"


def test_associated_data_that_is_too_long_is_sent_as_its_digest(kms, proxy, key):
    """8192 bytes of additionalAuthenticatedData are sent as they are."""

    def sent(length):
        context = {"a": "b" * length}
        blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text", EncryptionContext=context)
        kms.decrypt(CiphertextBlob=blob["CiphertextBlob"], EncryptionContext=context)
        return own_proxy.unb64(proxy.documents("encrypt")[-1]["additionalAuthenticatedData"])

    longest = 8192 - len(sent(1)) + 1

    assert len(sent(longest)) == 8192
    assert len(sent(longest + 1)) == 32


def test_metadata_of_a_ciphertext_may_be_missing(kms, proxy, key):
    """A proxy without ciphertextMetadata gets none back."""
    proxy.metadata_of_ciphertexts = b""

    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text")["CiphertextBlob"]

    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"text"
    assert "ciphertextMetadata" not in proxy.documents("decrypt")[0]


@pytest.mark.parametrize(
    ("operation", "apis"),
    [
        ("Encrypt", ["encrypt"]),
        ("GenerateDataKey", ["encrypt"]),
        ("GenerateDataKeyWithoutPlaintext", ["encrypt"]),
        ("Decrypt", ["decrypt"]),
        ("ReEncrypt", ["decrypt", "encrypt"]),
    ],
)
def test_each_operation_asks_for_what_it_does(kms, proxy, key, operation, apis):
    """Encrypting asks for encrypt, decrypting for decrypt, ReEncrypt for both."""
    arn = key["Arn"]
    blob = kms.encrypt(KeyId=arn, Plaintext=b"text")["CiphertextBlob"]
    requests = {
        "Encrypt": lambda: kms.encrypt(KeyId=arn, Plaintext=b"text"),
        "GenerateDataKey": lambda: kms.generate_data_key(KeyId=arn, KeySpec="AES_128"),
        "GenerateDataKeyWithoutPlaintext": lambda: kms.generate_data_key_without_plaintext(
            KeyId=arn, KeySpec="AES_128"
        ),
        "Decrypt": lambda: kms.decrypt(CiphertextBlob=blob),
        "ReEncrypt": lambda: kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=arn),
    }
    proxy.requests.clear()

    requests[operation]()

    assert [api for api, *_rest in proxy.requests] == apis
    for _api, _url, _headers, document in proxy.requests:
        assert document["requestMetadata"]["kmsOperation"] == operation


def test_keys_of_kms_ask_no_proxy(kms, proxy, store_id):
    """Other keys of the account have nothing to do with the proxy."""
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    proxy.requests.clear()

    kms.encrypt(KeyId=key_id, Plaintext=b"text")

    assert proxy.requests == []


def test_caller_is_told(aws, kms, proxy, key):
    """The proxy is told the principal, the network it comes from, and the service it comes by."""
    role = "arn:aws:iam::123456789012:role/reader"
    client = aws.client(
        "kms",
        principal=role,
        policies=[allow("kms:Encrypt")],
        via_service="ebs.us-east-1.amazonaws.com",
        context={"aws:SourceVpc": "vpc-1234abcd", "aws:SourceVpce": "vpce-1234abcd"},
    )

    client.encrypt(KeyId=key["KeyId"], Plaintext=b"text")

    metadata = proxy.documents("encrypt")[0]["requestMetadata"]
    assert metadata["awsPrincipalArn"].startswith("arn:aws:sts::123456789012:assumed-role/reader/")
    assert metadata["awsSourceVpc"] == "vpc-1234abcd"
    assert metadata["awsSourceVpce"] == "vpce-1234abcd"
    assert metadata["kmsViaService"] == "ebs"


def test_network_of_other_accounts_is_not_told(aws, kms, proxy, key):
    """Where a caller of another account comes from is not the proxy's to know."""
    user = "arn:aws:iam::210987654321:user/reader"
    kms.create_grant(KeyId=key["KeyId"], GranteePrincipal=user, Operations=["Encrypt"])
    client = aws.client(
        "kms",
        principal=user,
        policies=[allow("kms:Encrypt")],
        context={"aws:SourceVpc": "vpc-1234abcd", "aws:SourceVpce": "vpce-1234abcd"},
    )

    client.encrypt(KeyId=key["Arn"], Plaintext=b"text")

    metadata = proxy.documents("encrypt")[0]["requestMetadata"]
    assert metadata["awsPrincipalArn"] == user
    assert not {"awsSourceVpc", "awsSourceVpce"} & metadata.keys()


def allow(action):
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}],
    }
