"""The member Recipient, by which an enclave asks for an answer that only it can open."""

import offline
import pytest
from expect import refused
from key_kinds import create

RECIPIENT = {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256", "AttestationDocument": b"document"}


def requests(kms):
    """A request of each operation that has the member."""
    arn = create(kms, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")
    return {
        "Decrypt": {"CiphertextBlob": kms.encrypt(KeyId=arn, Plaintext=b"x")["CiphertextBlob"]},
        "DeriveSharedSecret": {
            "KeyId": create(kms, "ECC_NIST_P256", "KEY_AGREEMENT"),
            "KeyAgreementAlgorithm": "ECDH",
            "PublicKey": offline.key_pair("ECC_NIST_P256")[1],
        },
        "GenerateDataKey": {"KeyId": arn, "KeySpec": "AES_256"},
        "GenerateDataKeyPair": {"KeyId": arn, "KeyPairSpec": "ECC_NIST_P256"},
        "GenerateRandom": {"NumberOfBytes": 16},
    }


@pytest.mark.parametrize(
    ("method", "operation"),
    [
        ("decrypt", "Decrypt"),
        ("derive_shared_secret", "DeriveSharedSecret"),
        ("generate_data_key", "GenerateDataKey"),
        ("generate_data_key_pair", "GenerateDataKeyPair"),
        ("generate_random", "GenerateRandom"),
    ],
)
def test_a_recipient_is_never_answered_in_plain(kms, method, operation):
    """What kmsmock cannot seal yet, it does not give."""
    text = f"kmsmock does not implement the member Recipient of {operation} yet"

    with refused("NotImplementedByKmsmock", text, status=501):
        getattr(kms, method)(**requests(kms)[operation], Recipient=RECIPIENT)
