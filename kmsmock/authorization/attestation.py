"""What an enclave's attestation document says for conditions.

https://docs.aws.amazon.com/kms/latest/developerguide/conditions-nitro-enclaves.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from kmsmock.crypto.exceptions import Unreadable

if TYPE_CHECKING:
    from kmsmock.call import Call


def attested(call: Call) -> Iterator[tuple[str, str]]:
    """Give the registers of the request's attestation document, in hexadecimal.

    Of a request without a document, or with one that cannot be read, there are none.

    Raises:
        MissingExtra: the document cannot be read without the extra `cbor`.
    """
    recipient = call.request.get("Recipient")
    if not isinstance(recipient, Mapping) or "AttestationDocument" not in recipient:
        return
    from kmsmock.crypto.attestation import read_attestation_document

    try:
        document = read_attestation_document(recipient["AttestationDocument"])
    except Unreadable:
        return
    for number, register in document.pcrs.items():
        yield f"PCR{number}", register.hex()
    if 0 in document.pcrs:
        yield "ImageSha384", document.pcrs[0].hex()
    for number, register in document.nitrotpm_pcrs.items():
        yield f"NitroTPMPCR{number}", register.hex()
