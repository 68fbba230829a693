"""Signatures and secrets that quantum computers do not break: ML-DSA and ML-KEM.

FIPS 204 (ML-DSA) and FIPS 203 (ML-KEM); keys as RFC 9881 and RFC 9935 encode them, the private
ones in the seed form. `cryptography` takes the randomness of ML-DSA signatures ("hedged", FIPS 204
section 3.4) and of encapsulation from the system and lets nobody else give it.

ML_KEM_512, which `cryptography` lacks, is in `ml_kem_512` and joined here.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from cryptography import exceptions
from cryptography.hazmat.primitives.asymmetric import mldsa, mlkem

from . import ml_kem_512
from .exceptions import InvalidKeyMaterial, InvalidSignature, Unreadable
from .keys import load_private, load_public, private_der

if TYPE_CHECKING:
    from collections.abc import Callable

# Any: the three classes of each scheme have one shape and no common base.
_ML_DSA: Final[dict[str, tuple[Any, Any]]] = {
    "ML_DSA_44": (mldsa.MLDSA44PrivateKey, mldsa.MLDSA44PublicKey),
    "ML_DSA_65": (mldsa.MLDSA65PrivateKey, mldsa.MLDSA65PublicKey),
    "ML_DSA_87": (mldsa.MLDSA87PrivateKey, mldsa.MLDSA87PublicKey),
}
_ML_KEM: Final[dict[str, tuple[Any, Any]]] = {
    "ML_KEM_768": (mlkem.MLKEM768PrivateKey, mlkem.MLKEM768PublicKey),
    "ML_KEM_1024": (mlkem.MLKEM1024PrivateKey, mlkem.MLKEM1024PublicKey),
}

CIPHERTEXT_LENGTHS: Final = {"ML_KEM_512": 768, "ML_KEM_768": 1088, "ML_KEM_1024": 1568}
"""Bytes of an encapsulated secret, by KeySpec (FIPS 203, table 3)."""

MU_LENGTH: Final = 64
"""Bytes of ML-DSA's message representative (FIPS 204, algorithm 7)."""


def generate(spec: str, random_bytes: Callable[[int], bytes]) -> bytes:
    """Make a key of ML_DSA_44, -65, -87 or ML_KEM_512, -768, -1024 from its seed; PKCS#8 DER.

    `random_bytes` is asked for 32 (ML-DSA) or 64 bytes (ML-KEM: d, then z). Raises `KeyError`
    for another spec. ML_KEM_512 needs its extra only once its public key is asked for.
    """
    if spec in _ML_DSA:
        return private_der(_ML_DSA[spec][0].from_seed_bytes(random_bytes(32)))
    if spec == "ML_KEM_512":
        return ml_kem_512.from_seed(random_bytes(64))
    return private_der(_ML_KEM[spec][0].from_seed_bytes(random_bytes(64)))


def spec_of(key: object) -> str:
    """Return AWS's KeySpec for a private key object of `cryptography`.

    Raises `InvalidKeyMaterial` for any other object.
    """
    for spec, (private, _) in (*_ML_DSA.items(), *_ML_KEM.items()):
        if isinstance(key, private):
            return spec
    raise InvalidKeyMaterial("a private key of a kind or size that has no KeySpec")


def sign(pkcs8: bytes, message: bytes) -> bytes:
    """Sign with ML-DSA, pure and with an empty context string (FIPS 204, algorithm 2).

    AWS's ML_DSA_SHAKE_256 with MessageType RAW; 2420, 3309 or 4627 bytes, different each time.
    Raises `InvalidKeyMaterial` when the key is no ML-DSA private key.
    """
    signature: bytes = _ml_dsa_private(pkcs8).sign(message)
    return signature


def sign_mu(pkcs8: bytes, mu: bytes) -> bytes:
    """Sign ML-DSA's message representative (FIPS 204, algorithm 7, line 6).

    AWS's MessageType EXTERNAL_MU. Raises `ValueError` when `mu` has not 64 bytes,
    `InvalidKeyMaterial` when the key is no ML-DSA private key.
    """
    signature: bytes = _ml_dsa_private(pkcs8).sign_mu(mu)
    return signature


def verify(key: bytes, message: bytes, signature: bytes) -> None:
    """Check an ML-DSA signature against SubjectPublicKeyInfo or PKCS#8 DER.

    Raises `InvalidSignature`, `InvalidKeyMaterial` when it is no ML-DSA key.
    """
    try:
        _ml_dsa_public(key).verify(signature, message)
    except exceptions.InvalidSignature:
        raise InvalidSignature from None


def verify_mu(key: bytes, mu: bytes, signature: bytes) -> None:
    """Check an ML-DSA signature of a message representative.

    Raises `InvalidSignature`, `ValueError` when `mu` has not 64 bytes, `InvalidKeyMaterial`
    when it is no ML-DSA key.
    """
    try:
        _ml_dsa_public(key).verify_mu(signature, mu)
    except exceptions.InvalidSignature:
        raise InvalidSignature from None


def external_mu(key: bytes, message: bytes, context: bytes = b"") -> bytes:
    """Return the 64 bytes of ML-DSA's message representative μ for a message.

    FIPS 204: H(H(pk, 64) || 0 || |ctx| || ctx || M, 64) with H = SHAKE256. What a client
    computes for EXTERNAL_MU. Raises `InvalidKeyMaterial` when the key is no ML-DSA key,
    `ValueError` when the context has more than 255 bytes.
    """
    if len(context) > 255:
        raise ValueError("a context string has at most 255 bytes")
    public = hashlib.shake_256(_ml_dsa_public(key).public_bytes_raw()).digest(64)
    formatted = bytes((0, len(context))) + context + message
    return hashlib.shake_256(public + formatted).digest(MU_LENGTH)


def encapsulate(key: bytes) -> tuple[bytes, bytes]:
    """Make a shared secret for the holder of an ML-KEM key: (ciphertext, 32-byte secret).

    `key` is SubjectPublicKeyInfo, or PKCS#8 DER whose public half is used (FIPS 203,
    algorithm 20). Raises `InvalidKeyMaterial` when it is no ML-KEM key, `MissingExtra` for
    ML_KEM_512 without its library.
    """
    if ml_kem_512.is_key(key):
        return ml_kem_512.encapsulate(key)
    public = load_public(key)
    if not isinstance(public, (mlkem.MLKEM768PublicKey, mlkem.MLKEM1024PublicKey)):
        raise InvalidKeyMaterial("not an ML-KEM key")
    secret, ciphertext = public.encapsulate()
    return ciphertext, secret


def decapsulate(pkcs8: bytes, ciphertext: bytes) -> bytes:
    """Return the 32-byte secret in a ciphertext (FIPS 203, algorithm 21).

    A ciphertext made for another key, or altered, gives a pseudo-random secret and no error
    (implicit rejection). Raises `Unreadable` only for a ciphertext of another length,
    `InvalidKeyMaterial` when the key is no ML-KEM private key, `MissingExtra` for ML_KEM_512
    without its library.
    """
    if ml_kem_512.is_key(pkcs8):
        return ml_kem_512.decapsulate(pkcs8, ciphertext)
    key = load_private(pkcs8)
    if not isinstance(key, (mlkem.MLKEM768PrivateKey, mlkem.MLKEM1024PrivateKey)):
        raise InvalidKeyMaterial("not an ML-KEM private key")
    if len(ciphertext) != CIPHERTEXT_LENGTHS[spec_of(key)]:
        raise Unreadable
    return key.decapsulate(ciphertext)


def _ml_dsa_private(pkcs8: bytes) -> Any:
    key = load_private(pkcs8)
    if not isinstance(key, tuple(private for private, _ in _ML_DSA.values())):
        raise InvalidKeyMaterial("not an ML-DSA private key")
    return key


def _ml_dsa_public(key: bytes) -> Any:
    public = load_public(key)
    if not isinstance(public, tuple(public for _, public in _ML_DSA.values())):
        raise InvalidKeyMaterial("not an ML-DSA key")
    return public
