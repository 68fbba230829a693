"""Conditions on what an enclave's attestation document says: kms:RecipientAttestation."""

import pytest
from attestation import recipient
from policies import ACCOUNT, ROLE, allow, policy

ROOT = f"arn:aws:iam::{ACCOUNT}:root"
IMAGE, OTHER = bytes(range(48)), bytes(48)
ENCLAVE = {"pcrs": {0: IMAGE, 3: OTHER}}
TPM = {"nitrotpm_pcrs": {4: IMAGE}}


def register(name, value):
    """A condition on a register."""
    return {"StringEqualsIgnoreCase": {f"kms:RecipientAttestation:{name}": value.hex()}}


def sent(claims):
    """A request with such a document, or with none."""
    return {} if claims is None else {"Recipient": recipient(**claims)}


@pytest.mark.parametrize(
    ("condition", "claims", "expected"),
    [
        (register("ImageSha384", IMAGE), ENCLAVE, True),
        (register("ImageSha384", OTHER), ENCLAVE, False),
        (register("PCR0", IMAGE), ENCLAVE, True),
        (register("PCR3", OTHER), ENCLAVE, True),
        (register("PCR3", IMAGE), ENCLAVE, False),
        (register("PCR4", IMAGE), ENCLAVE, False),
        (register("PCR0", IMAGE), None, False),
        (register("NitroTPMPCR4", IMAGE), TPM, True),
        (register("NitroTPMPCR4", OTHER), TPM, False),
        (register("NitroTPMPCR0", IMAGE), ENCLAVE, False),
    ],
)
def test_registers(aws, kms, condition, claims, expected):
    """A register is compared in hexadecimal; without a document the condition is not met."""
    text = policy(allow(principal=ROOT), allow(principal=ROLE, condition=condition))
    arn = kms.create_key(Policy=text)["KeyMetadata"]["Arn"]

    decision = aws.explain("kms:Decrypt", arn, principal=ROLE, request=sent(claims))

    assert decision.allowed is expected


@pytest.mark.parametrize(
    "sent_recipient",
    [{"AttestationDocument": b"none"}, {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256"}],
    ids=["no document", "none"],
)
def test_what_is_no_document_attests_nothing(aws, kms, sent_recipient):
    """What is no document has no registers."""
    condition = {"Null": {"kms:RecipientAttestation:PCR0": "true"}}
    text = policy(allow(principal=ROOT), allow(principal=ROLE, condition=condition))
    arn = kms.create_key(Policy=text)["KeyMetadata"]["Arn"]
    request = {"Recipient": sent_recipient}

    assert aws.explain("kms:Decrypt", arn, principal=ROLE, request=request).allowed
