"""What both sides of the wire compute of an encryption (xks-proxy.md section 1)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmsmock.crypto.ciphertext import OuterCiphertext


def integrity_value(associated_data: bytes, outer: OuterCiphertext) -> bytes:
    """Give the digest by which a proxy proves that it understood the request."""
    return hashlib.sha256(
        associated_data
        + outer.metadata
        + outer.initialization_vector
        + outer.ciphertext
        + outer.tag
    ).digest()


def to_text(value: bytes) -> str:
    """Give bytes as base64."""
    return base64.b64encode(value).decode("ascii")


def read_bytes(document: Mapping[str, object], name: str, default: bytes | None = None) -> bytes:
    """Read a member that holds base64.

    Raises:
        ValueError: it is none, or is missing and has no default.
    """
    value = document.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise ValueError(f"{name} is no text")  # noqa: TRY004 - the document is wrong, no code is
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError(f"{name} is no base64") from error
