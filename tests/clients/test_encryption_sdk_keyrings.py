"""The AWS Encryption SDK's keyrings, of the Material Providers Library, which call KMS."""

import pytest
from clients_at_hand import SESSION

pytest.importorskip(
    "aws_cryptographic_material_providers",
    reason="the Material Providers Library is tested in an environment of its own",
)

from aws_cryptographic_material_providers.mpl import AwsCryptographicMaterialProviders
from aws_cryptographic_material_providers.mpl.config import MaterialProvidersConfig
from aws_cryptographic_material_providers.mpl.errors import ComAmazonawsKms
from aws_cryptographic_material_providers.mpl.models import (
    CreateAwsKmsDiscoveryKeyringInput,
    CreateAwsKmsKeyringInput,
    CreateAwsKmsMultiKeyringInput,
    CreateAwsKmsRsaKeyringInput,
    DiscoveryFilter,
)
from aws_encryption_sdk import CommitmentPolicy, EncryptionSDKClient
from aws_encryption_sdk.identifiers import AlgorithmSuite
from cryptography.hazmat.primitives import serialization

WORKS_WITH = {
    "Material Providers Library 1.11": "the Encryption SDK's keyrings: KMS, multi, discovery, RSA",
}

SDK = EncryptionSDKClient(commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)
"""As an application has it: made at import, when no mock is active."""
MPL = AwsCryptographicMaterialProviders(config=MaterialProvidersConfig())
TENANT = {"tenant": "7"}


def new_key(kms, **members):
    return kms.create_key(**members)["KeyMetadata"]["Arn"]


def keyring_of(kms, arn):
    return MPL.create_aws_kms_keyring(CreateAwsKmsKeyringInput(kms_key_id=arn, kms_client=kms))


def sealed(keyring, **more):
    return SDK.encrypt(source=b"secret", keyring=keyring, encryption_context=TENANT, **more)[0]


def opened(keyring, ciphertext):
    return SDK.decrypt(source=ciphertext, keyring=keyring, encryption_context=TENANT)[0]


def names_of_events(aws, arn):
    return [event["eventName"] for event in aws.events.of_key(arn)]


def test_keyring_decrypts_again(aws, kms):
    """The data key comes from GenerateDataKey and goes back by Decrypt."""
    arn = new_key(kms)

    assert opened(keyring_of(kms, arn), sealed(keyring_of(kms, arn))) == b"secret"

    assert names_of_events(aws, arn) == ["CreateKey", "GenerateDataKey", "Decrypt"]


def test_multi_keyring_makes_clients_of_its_own(aws, kms):
    """Each key is called in its own Region, and either of them decrypts."""
    arn = new_key(kms)
    other = new_key(SESSION.client("kms", region_name="eu-west-1"))
    keyring = MPL.create_aws_kms_multi_keyring(
        CreateAwsKmsMultiKeyringInput(generator=arn, kms_key_ids=[other])
    )
    ciphertext = sealed(keyring)
    kms.disable_key(KeyId=arn)

    assert opened(keyring, ciphertext) == b"secret"

    assert names_of_events(aws, other) == ["CreateKey", "Encrypt", "Decrypt"]


def test_discovery_keyring_finds_the_key_in_the_message(kms):
    """A keyring in discovery mode calls the key that the message names."""
    ciphertext = sealed(keyring_of(kms, new_key(kms)))
    own_account = DiscoveryFilter(account_ids=["123456789012"], partition="aws")
    keyring = MPL.create_aws_kms_discovery_keyring(
        CreateAwsKmsDiscoveryKeyringInput(kms_client=kms, discovery_filter=own_account)
    )

    assert opened(keyring, ciphertext) == b"secret"


def test_keyring_of_a_disabled_key_does_not_encrypt(aws, kms):
    """KMS refuses to make a data key, and the SDK fails."""
    arn = new_key(kms)
    kms.disable_key(KeyId=arn)

    with pytest.raises(ComAmazonawsKms, match="is disabled"):
        sealed(keyring_of(kms, arn))

    assert [event["errorCode"] for event in aws.events.refused()] == ["DisabledException"]


def test_rsa_keyring_encrypts_outside(aws, kms):
    """With the public key alone nothing is asked of KMS until the message is decrypted."""
    arn = new_key(kms, KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
    public_key = serialization.load_der_public_key(kms.get_public_key(KeyId=arn)["PublicKey"])
    pem = public_key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    keyring = MPL.create_aws_kms_rsa_keyring(
        CreateAwsKmsRsaKeyringInput(
            public_key=pem,
            kms_key_id=arn,
            encryption_algorithm="RSAES_OAEP_SHA_256",
            kms_client=kms,
        )
    )
    suite = AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY

    assert opened(keyring, sealed(keyring, algorithm=suite)) == b"secret"

    assert names_of_events(aws, arn) == ["CreateKey", "GetPublicKey", "Decrypt"]
