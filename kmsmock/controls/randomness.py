"""The world's one source of random bytes, and the ids that are made of them."""

from __future__ import annotations

import secrets
import uuid

_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"


class Randomness:
    """Random bytes from the operating system, and AWS's forms of random ids."""

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
