"""HMAC: FIPS 198-1 and RFC 2104, by AWS's names HMAC_SHA_224, -256, -384, -512.

Python's own `hmac` computes it, in OpenSSL, quicker than through `cryptography`.
https://docs.aws.amazon.com/kms/latest/developerguide/hmac.html
"""

from __future__ import annotations

import hmac
from typing import Final, NamedTuple

from .exceptions import InvalidSignature

_HASHES: Final = {
    "HMAC_SHA_224": "sha224",
    "HMAC_SHA_256": "sha256",
    "HMAC_SHA_384": "sha384",
    "HMAC_SHA_512": "sha512",
}


class KeyLengths(NamedTuple):
    """How long keys of a spec are, in bytes."""

    generated: int
    """What KMS makes: as long as the digest."""
    least: int
    """The shortest that may be imported: as long as the digest."""
    most: int
    """The longest that may be imported: the hash's block, beyond which HMAC would hash it."""


KEY_LENGTHS: Final = {
    "HMAC_224": KeyLengths(28, 28, 64),
    "HMAC_256": KeyLengths(32, 32, 64),
    "HMAC_384": KeyLengths(48, 48, 128),
    "HMAC_512": KeyLengths(64, 64, 128),
}
"""By KeySpec. https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys-conceptual.html"""


def compute(key: bytes, algorithm: str, message: bytes) -> bytes:
    """Return the MAC (28, 32, 48 or 64 bytes). Raises `KeyError` for another algorithm."""
    return hmac.digest(key, message, _HASHES[algorithm])


def verify(key: bytes, algorithm: str, message: bytes, mac: bytes) -> None:
    """Check a MAC in constant time.

    Raises `InvalidSignature` when it is another, `KeyError` for another algorithm.
    """
    if not hmac.compare_digest(compute(key, algorithm, message), mac):
        raise InvalidSignature
