"""The AWS Encryption SDK, whose master key providers call KMS by clients that they make."""

import io

import pytest
from clients_at_hand import SESSION

pytest.importorskip("aws_encryption_sdk", reason="the AWS Encryption SDK is not installed")

from aws_encryption_sdk import (
    CachingCryptoMaterialsManager,
    CommitmentPolicy,
    DiscoveryAwsKmsMasterKeyProvider,
    EncryptionSDKClient,
    LocalCryptoMaterialsCache,
    StrictAwsKmsMasterKeyProvider,
)
from aws_encryption_sdk.exceptions import GenerateKeyError

WORKS_WITH = {
    "AWS Encryption SDK 4.0": "its master key providers, streams, and caches of data keys",
}

SDK = EncryptionSDKClient(commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)
"""As an application has it: made at import, when no mock is active."""
TENANT = {"tenant": "7"}


@pytest.fixture
def arn(kms, key_id):
    return kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"]


def sealed(provider, source=b"secret"):
    ciphertext, _header = SDK.encrypt(
        source=source, key_provider=provider, encryption_context=TENANT
    )
    return ciphertext


def test_message_is_decrypted_again(aws, arn):
    """The data key comes from GenerateDataKey and goes back by Decrypt, with the same context."""
    provider = StrictAwsKmsMasterKeyProvider(key_ids=[arn])

    plaintext, header = SDK.decrypt(source=sealed(provider), key_provider=provider)

    assert plaintext == b"secret"
    assert header.encryption_context.items() >= TENANT.items()
    used = aws.events.with_encryption_context(TENANT).of_key(arn)
    assert [event["eventName"] for event in used] == ["GenerateDataKey", "Decrypt"]


def test_either_key_of_two_decrypts(aws, arn, kms):
    """Of a second key the data key is encrypted by Encrypt: one key may be gone."""
    other = kms.create_key()["KeyMetadata"]["Arn"]
    ciphertext = sealed(StrictAwsKmsMasterKeyProvider(key_ids=[arn, other]))
    kms.disable_key(KeyId=arn)

    plaintext, _header = SDK.decrypt(
        source=ciphertext, key_provider=StrictAwsKmsMasterKeyProvider(key_ids=[arn, other])
    )

    assert plaintext == b"secret"
    assert [event["eventName"] for event in aws.events.of_key(other)] == [
        "CreateKey",
        "Encrypt",
        "Decrypt",
    ]


def test_discovery_finds_the_key_in_the_message(kms):
    """A provider in discovery mode calls the Region and key that the message names."""
    arn = SESSION.client("kms", region_name="eu-west-1").create_key()["KeyMetadata"]["Arn"]
    ciphertext = sealed(StrictAwsKmsMasterKeyProvider(key_ids=[arn]))

    plaintext, _header = SDK.decrypt(
        source=ciphertext, key_provider=DiscoveryAwsKmsMasterKeyProvider()
    )

    assert plaintext == b"secret"


def test_stream_in_frames(aws, arn):
    """A message of many frames takes one data key."""
    provider = StrictAwsKmsMasterKeyProvider(key_ids=[arn])
    with SDK.stream(
        mode="e", source=io.BytesIO(bytes(100_000)), key_provider=provider, frame_length=1024
    ) as stream:
        ciphertext = stream.read()

    with SDK.stream(mode="d", source=io.BytesIO(ciphertext), key_provider=provider) as stream:
        assert stream.read() == bytes(100_000)
    assert len(aws.events.named("GenerateDataKey")) == 1


def test_cached_data_key_is_asked_for_once(aws, arn):
    """The SDK's cache spares calls of KMS, as the record shows."""
    materials = CachingCryptoMaterialsManager(
        master_key_provider=StrictAwsKmsMasterKeyProvider(key_ids=[arn]),
        cache=LocalCryptoMaterialsCache(capacity=2),
        max_age=600.0,
    )
    for _ in range(3):
        SDK.encrypt(source=b"secret", materials_manager=materials, encryption_context=TENANT)

    assert len(aws.events.named("GenerateDataKey")) == 1


def test_refusal_is_the_sdks_error(arn, kms):
    """A disabled key lets the SDK fail with its own error, caused by KMS's."""
    provider = StrictAwsKmsMasterKeyProvider(key_ids=[arn])
    kms.disable_key(KeyId=arn)

    with pytest.raises(GenerateKeyError) as caught:
        sealed(provider)

    assert caught.value.__context__.response["Error"]["Code"] == "DisabledException"
