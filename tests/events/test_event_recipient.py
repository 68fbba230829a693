"""What an event tells of an enclave."""

from attestation import recipient


def test_recipient_is_told(aws, kms, key_id):
    """Which enclave an answer was for; the document itself is not shown."""
    register = bytes(range(48))
    enclave = recipient(pcrs={0: register})
    kms.generate_data_key(KeyId=key_id, KeySpec="AES_256", Recipient=enclave)

    event = aws.events[-1]

    assert event["requestParameters"] == {"keyId": key_id, "keySpec": "AES_256"}
    assert event["additionalEventData"]["recipient"] == {
        "attestationDocumentModuleId": "i-1234567890abcdef0-enc9876543210abcde",
        "attestationDocumentEnclaveImageDigest": register.hex(),
    }
