"""Signatures of every kind, by AWS's names of algorithms and message types.

https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from . import elliptic_curve, rsa
from .digests import digest_length

if TYPE_CHECKING:
    from collections.abc import Callable

_MESSAGE_TYPES: Final = {
    "ED25519_SHA_512": ("RAW",),
    "ED25519_PH_SHA_512": ("DIGEST",),
    "ML_DSA_SHAKE_256": ("RAW", "EXTERNAL_MU"),
}
_RAW_OR_DIGEST: Final = ("RAW", "DIGEST")


def message_types(algorithm: str) -> tuple[str, ...]:
    """Return the message types that an algorithm signs."""
    return _MESSAGE_TYPES.get(algorithm, _RAW_OR_DIGEST)


def message_length(algorithm: str, message_type: str) -> int | None:
    """Return how many bytes a message of this type has; None for RAW, which may have any.

    Raises `ValueError` for DIGEST with an algorithm that has no digests.
    """
    if message_type == "DIGEST":
        return digest_length(algorithm)
    if message_type == "EXTERNAL_MU":
        from .post_quantum import MU_LENGTH

        return MU_LENGTH
    return None


def sign(  # noqa: PLR0913 - what each algorithm takes
    pkcs8: bytes,
    algorithm: str,
    message_type: str,
    message: bytes,
    random_bytes: Callable[[int], bytes],
    *,
    repeatable: bool = False,
) -> bytes:
    """Sign a message, its digest, or ML-DSA's representative of it, as the message type says.

    A `repeatable` signature of ECDSA is the same each time.

    Raises `ValueError` for a message type or length that the algorithm does not have,
    `InvalidKeyMaterial` for a key of another kind, `MissingExtra`.
    """
    _require_message_type(algorithm, message_type)
    prehashed = message_type == "DIGEST"
    if algorithm.startswith("RSASSA_"):
        return rsa.sign(pkcs8, algorithm, message, prehashed)
    if algorithm.startswith("ECDSA_"):
        return elliptic_curve.sign(pkcs8, algorithm, message, prehashed, repeatable)
    # The rarer modules are imported when they are first needed.
    if algorithm.startswith("ED25519_"):
        from . import edwards

        return edwards.sign(pkcs8, algorithm, message)
    if algorithm == "SM2DSA":
        from . import sm2

        return sm2.sign(pkcs8, message, random_bytes, prehashed)
    from . import post_quantum

    if message_type == "EXTERNAL_MU":
        return post_quantum.sign_mu(pkcs8, message)
    return post_quantum.sign(pkcs8, message)


def verify(key: bytes, algorithm: str, message_type: str, message: bytes, signature: bytes) -> None:
    """Check what `sign` made, against SubjectPublicKeyInfo or PKCS#8 DER.

    Raises `InvalidSignature`, and as `sign` does.
    """
    _require_message_type(algorithm, message_type)
    prehashed = message_type == "DIGEST"
    if algorithm.startswith("RSASSA_"):
        return rsa.verify(key, algorithm, message, signature, prehashed)
    if algorithm.startswith("ECDSA_"):
        return elliptic_curve.verify(key, algorithm, message, signature, prehashed)
    if algorithm.startswith("ED25519_"):
        from . import edwards

        return edwards.verify(key, algorithm, message, signature)
    if algorithm == "SM2DSA":
        from . import sm2

        return sm2.verify(key, message, signature, prehashed)
    from . import post_quantum

    if message_type == "EXTERNAL_MU":
        return post_quantum.verify_mu(key, message, signature)
    return post_quantum.verify(key, message, signature)


@lru_cache(maxsize=64)
def _require_message_type(algorithm: str, message_type: str) -> None:
    if message_type not in message_types(algorithm):
        raise ValueError(f"{algorithm!r} does not sign messages of type {message_type!r}")
