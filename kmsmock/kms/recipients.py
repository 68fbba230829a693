"""Answers that only an enclave can read: `Recipient`, and `CiphertextForRecipient` instead.

Rules: kms-operations.md section 1.3, and
https://docs.aws.amazon.com/kms/latest/developerguide/cryptographic-attestation.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from kmsmock.crypto.exceptions import InvalidKeyMaterial, Unreadable
from kmsmock.errors import ValidationException
from kmsmock.protocol.constraints import member_path

if TYPE_CHECKING:
    from kmsmock.call import Call
    from kmsmock.crypto.attestation import AttestationDocument

# The modules behind this are imported by the first call: they are large, and most never call them.


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom the secret part of an answer is for.

    Attributes:
        document: what the enclave attests of itself.
        public_key: the enclave's own, SubjectPublicKeyInfo DER.
    """

    document: AttestationDocument
    public_key: bytes


def read_recipient(request: Mapping[str, object]) -> Recipient | None:
    """Read and check the enclave that a request names, None if it names none.

    Raises:
        ValidationException: it is not named as it must be. Code and texts are assumed: the model
            has no error for it.
    """
    if "Recipient" not in request:
        return None
    asked = cast("Mapping[str, object]", request["Recipient"])
    from kmsmock.crypto.attestation import read_attestation_document
    from kmsmock.crypto.recipient import require_recipient_key

    for member in ("KeyEncryptionAlgorithm", "AttestationDocument"):
        if member not in asked:
            path = member_path("recipient", member)
            raise ValidationException(
                f"1 validation error detected: Value null at '{path}' failed to satisfy "
                "constraint: Member must not be null"
            )
    try:
        document = read_attestation_document(cast("bytes", asked["AttestationDocument"]))
    except Unreadable:
        raise ValidationException("The attestation document is not valid.") from None
    if document.public_key is None:
        raise ValidationException("The attestation document does not contain a public key.")
    try:
        require_recipient_key(document.public_key)
    except InvalidKeyMaterial:
        raise ValidationException(
            "The public key in the attestation document is not a valid RSA key."
        ) from None
    return Recipient(document, document.public_key)


def disclose(
    call: Call, reply: object, member: str, secret: bytes, recipient: Recipient | None
) -> None:
    """Put the secret into the answer: plain, or sealed for the recipient that the request names.

    The member for the plain form is absent then; the model says "null or empty".
    """
    assert isinstance(reply, dict)
    if recipient is None:
        reply[member] = secret
    else:
        from kmsmock.crypto.recipient import seal_for_recipient

        reply["CiphertextForRecipient"] = seal_for_recipient(
            recipient.public_key, secret, call.world.randomness.bytes
        )
