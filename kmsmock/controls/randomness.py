"""The world's one source of random bytes, and the ids and keys that are made of them."""

from __future__ import annotations

import builtins
import hashlib
import os
import threading
from collections import defaultdict
from typing import Any, Literal

from kmsmock.controls.ids import FIXED, FIXED_IN_TWO, FREE, FREE_IN_TWO, id_text

Seed = int | str | bytes
"""What a repeatable run is named by."""

RsaKeys = Literal["ready", "fresh"]
"""Where RSA keys come from: some are ready, and known to everybody; or each is made."""

Der = bytes
"""A private key as PKCS#8, DER."""

_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"


class _Count:
    """A count that threads share, and that a snapshot can put back."""

    def __init__(self) -> None:
        self.count = 0
        self._lock = threading.Lock()

    def one_more(self) -> int:
        """Give what was counted so far, and count one more."""
        with self._lock:
            self.count += 1
            return self.count - 1


class Randomness:
    """Random bytes, AWS's forms of random ids, and RSA keys.

    Without a seed the bytes are the operating system's. With one they are the outputs of SHAKE256
    (FIPS 202) over `SHA-256(seed) | n`, n counting the requests in 8 bytes, big-endian: the same
    on every platform and with every Python, whatever amounts were asked for before.

    Args:
        seed: the same seed gives the same bytes for the same requests in the same order.
        rsa_keys: whether RSA keys may be ready ones.
    """

    def __init__(self, seed: Seed | None = None, rsa_keys: RsaKeys = "ready") -> None:
        self.seed = seed
        self.rsa_keys = rsa_keys
        self._start = None if seed is None else _digest(seed)
        self._requests = _Count()
        self._rsa_keys: defaultdict[int, _Count] = defaultdict(_Count)

    def bytes(self, count: int) -> bytes:
        """Give `count` random bytes."""
        if self._start is None:
            return os.urandom(count)
        place = self._requests.one_more().to_bytes(8, "big")
        return hashlib.shake_256(self._start + place).digest(count)

    def state(self) -> dict[str, Any]:
        """Give, as JSON has it, what the bytes and keys that come next depend on."""
        seed = self.seed
        return {
            "seed": {"hex": seed.hex()} if type(seed) is builtins.bytes else seed,
            "start": None if self._start is None else self._start.hex(),
            "requests": self._requests.count,
            "rsa_keys": {str(bits): it.count for bits, it in sorted(self._rsa_keys.items())},
        }

    def go_on_from(self, state: dict[str, Any]) -> None:
        """Go on as the source whose state it is."""
        seed = state["seed"]
        self.seed = builtins.bytes.fromhex(seed["hex"]) if isinstance(seed, dict) else seed
        self._start = None if state["start"] is None else builtins.bytes.fromhex(state["start"])
        self._requests.count = state["requests"]
        for bits, count in state["rsa_keys"].items():
            self._rsa_keys[int(bits)].count = count

    def branch(self, number: int) -> None:
        """Go on with other bytes than the source that this one was copied from.

        Args:
            number: which copy of it this is, so that copies differ and a seed still repeats.
        """
        if self._start is not None:
            place = number.to_bytes(8, "big")
            self._start = hashlib.sha256(b"branch:" + self._start + place).digest()

    def hex(self, digits: int) -> str:
        """Give `digits` random lower-case hex digits."""
        return self.bytes((digits + 1) // 2).hex()[:digits]

    def base32(self, length: int) -> str:
        """Give `length` random characters a-z and 2-7, as CloudHSM's ids have."""
        return "".join(_BASE32[byte % 32] for byte in self.bytes(length))

    def uuid(self) -> str:
        """Give a random UUID, version 4 (RFC 9562), in lower case."""
        return id_text(self.uuid_bytes())

    def uuid_bytes(self) -> builtins.bytes:
        """Give a random UUID as 16 bytes."""
        return (int.from_bytes(self.bytes(16), "big") & FREE | FIXED).to_bytes(16, "big")

    def two_uuids(self) -> builtins.bytes:
        """Give two random UUIDs, 16 bytes each, one after the other."""
        data = os.urandom(32) if self._start is None else self.bytes(32)
        return (int.from_bytes(data, "big") & FREE_IN_TWO | FIXED_IN_TWO).to_bytes(32, "big")

    def rsa_key(self, bits: int) -> Der:
        """Give an RSA private key that this source never gave before, PKCS#8 DER.

        Kept difference (RSA keys): AWS makes each anew; kmsmock takes the first sixteen of each
        size from a set of public test keys, never to be used for real, unless
        `mock_kms_cloudhsm(rsa_keys="fresh")` asks for new ones. Why: making one is slow.

        The ready ones are the same in each seeded run. Others take as long as RSA takes, and no
        seed repeats them: `cryptography` makes them by itself.
        """
        if self.rsa_keys == "fresh":
            return self.new_rsa_key(bits)
        from kmsmock.crypto import ready_rsa

        ready = ready_rsa.ready_key(bits, self._rsa_keys[bits].one_more())
        return ready or self.new_rsa_key(bits)

    def new_rsa_key(self, bits: int) -> Der:
        """Make an RSA private key that is none of the ready ones, PKCS#8 DER."""
        from kmsmock.crypto import rsa

        return rsa.generate(bits)


def require_rsa_keys(rsa_keys: RsaKeys) -> RsaKeys:
    """Give the choice back.

    Raises:
        ValueError: it is none.
    """
    if rsa_keys not in ("ready", "fresh"):
        raise ValueError(f'rsa_keys must be "ready" or "fresh", not {rsa_keys!r}')
    return rsa_keys


def require_seed(seed: object) -> Seed:
    """Give the seed back.

    Raises:
        TypeError: it is none.
    """
    if isinstance(seed, (int, str, bytes)) and not isinstance(seed, bool):
        return seed
    raise TypeError(f"seed must be an int, a str or bytes, not {seed!r}")


def _digest(seed: Seed) -> bytes:
    # Kinds apart, and each in a form that no version of Python has another view of.
    if isinstance(seed, bytes):
        return hashlib.sha256(b"bytes:" + seed).digest()
    if isinstance(seed, str):
        return hashlib.sha256(b"str:" + seed.encode()).digest()
    return hashlib.sha256(b"int:%d" % seed).digest()
