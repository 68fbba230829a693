"""New key material for each KeySpec."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from kmsmock.crypto import mac, symmetric
from kmsmock.domain.key_material import KeyMaterial
from kmsmock.domain.key_spec import SYMMETRIC

Der = bytes
"""A private key as PKCS#8, DER."""


class RandomSource(Protocol):
    """Where secrets come from."""

    def bytes(self, count: int) -> bytes:
        """Give that many random bytes."""

    def rsa_key(self, bits: int) -> Der:
        """Give an RSA private key, PKCS#8 DER, that the source never gave before."""


def new_material(spec: str, source: RandomSource, cipher: symmetric.CipherName) -> KeyMaterial:
    """Make key material of KMS's own, with a random id.

    Args:
        cipher: what a symmetric encryption key seals with, in the key's Region.

    Raises:
        MissingExtra: the spec needs an optional library that is not installed.
    """
    if spec == SYMMETRIC:
        secret = source.bytes(symmetric.KEY_LENGTHS[cipher])
    else:
        secret = generate(spec, source)
    return KeyMaterial(source.bytes(32).hex(), secret, cipher)


def generate(spec: str, source: RandomSource) -> bytes:
    """Make the secret of a key that is not a symmetric encryption key.

    Args:
        spec: a KeySpec; a DataKeyPairSpec is one too.

    Returns:
        The bytes of an HMAC key; a private key as PKCS#8 DER.

    Raises:
        MissingExtra: the spec needs an optional library that is not installed.
    """
    if spec in mac.KEY_LENGTHS:
        return source.bytes(mac.KEY_LENGTHS[spec].generated)
    if spec.startswith("RSA_"):
        return source.rsa_key(int(spec.removeprefix("RSA_")))
    return _private_key_generator(spec)(source.bytes)


def _private_key_generator(spec: str) -> Callable[[Callable[[int], bytes]], bytes]:
    # Each module is imported when the first key of its kind is made.
    if spec == "ECC_NIST_EDWARDS25519":
        from kmsmock.crypto import edwards

        return edwards.generate
    if spec.startswith("ECC_"):
        from kmsmock.crypto import elliptic_curve

        return lambda random_bytes: elliptic_curve.generate(spec, random_bytes)
    if spec.startswith("ML_"):
        from kmsmock.crypto import post_quantum

        return lambda random_bytes: post_quantum.generate(spec, random_bytes)
    from kmsmock.crypto import sm2

    return sm2.generate
