"""The world's one source of random bytes, and the ids and keys that are made of them."""

from __future__ import annotations

import hashlib
import itertools
import secrets
import uuid
from collections import defaultdict
from collections.abc import Iterator

Seed = int | str | bytes
"""What a repeatable run is named by."""

Der = bytes
"""A private key as PKCS#8, DER."""

_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"


class Randomness:
    """Random bytes, AWS's forms of random ids, and RSA keys.

    Without a seed the bytes are the operating system's. With one they are the outputs of SHAKE256
    (FIPS 202) over `SHA-256(seed) | n`, n counting the requests in 8 bytes, big-endian: the same
    on every platform and with every Python, whatever amounts were asked for before.

    Args:
        seed: the same seed gives the same bytes for the same requests in the same order.

    Raises:
        TypeError: the seed is something else.
    """

    def __init__(self, seed: Seed | None = None) -> None:
        self.seed = seed
        self._start = None if seed is None else _digest(seed)
        self._requests = itertools.count()
        self._rsa_keys: defaultdict[int, Iterator[int]] = defaultdict(itertools.count)

    def bytes(self, count: int) -> bytes:
        """Give `count` random bytes."""
        if self._start is None:
            return secrets.token_bytes(count)
        place = next(self._requests).to_bytes(8, "big")
        return hashlib.shake_256(self._start + place).digest(count)

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
        from kmsmock.crypto import ready_rsa

        ready = ready_rsa.ready_key(bits, next(self._rsa_keys[bits]))
        return ready or self.new_rsa_key(bits)

    def new_rsa_key(self, bits: int) -> Der:
        """Make an RSA private key that is none of the ready ones, PKCS#8 DER."""
        from kmsmock.crypto import rsa, seeded_rsa

        if self._start is None:
            return rsa.generate(bits)
        return seeded_rsa.generate(bits, self.bytes)


def _digest(seed: object) -> bytes:
    # Kinds apart, and each in a form that no version of Python has another view of.
    if isinstance(seed, bytes):
        return hashlib.sha256(b"bytes:" + seed).digest()
    if isinstance(seed, str):
        return hashlib.sha256(b"str:" + seed.encode()).digest()
    if isinstance(seed, int) and not isinstance(seed, bool):
        return hashlib.sha256(b"int:%d" % seed).digest()
    raise TypeError(f"seed must be an int, a str or bytes, not {seed!r}")
