"""The world's one source of random bytes, and the ids and keys that are made of them."""

from __future__ import annotations

import itertools
import secrets
import uuid
from collections import defaultdict
from collections.abc import Iterator

Der = bytes
"""A private key as PKCS#8, DER."""

_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"


class Randomness:
    """Random bytes from the operating system, AWS's forms of random ids, and RSA keys."""

    def __init__(self) -> None:
        self._rsa_keys: defaultdict[int, Iterator[int]] = defaultdict(itertools.count)

    def bytes(self, count: int) -> bytes:
        """Give `count` random bytes."""
        return secrets.token_bytes(count)

    def hex(self, digits: int) -> str:
        """Give `digits` random lower-case hex digits."""
        return self.bytes((digits + 1) // 2).hex()[:digits]

    def base32(self, length: int) -> str:
        """Give `length` random characters a-z and 2-7, as CloudHSM's ids have."""
        return "".join(_BASE32[byte % 32] for byte in self.bytes(length))

    def uuid(self) -> str:
        """Give a random UUID, version 4 (RFC 9562), in lower case."""
        return str(uuid.UUID(bytes=self.bytes(16), version=4))

    def rsa_key(self, bits: int) -> Der:
        """Give an RSA private key that this source never gave before, PKCS#8 DER.

        The first sixteen of each size are ready; later ones take as long as RSA takes.
        """
        from kmsmock.crypto import ready_rsa, rsa

        return ready_rsa.ready_key(bits, next(self._rsa_keys[bits])) or rsa.generate(bits)
