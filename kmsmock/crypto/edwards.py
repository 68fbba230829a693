"""Ed25519 (AWS's ECC_NIST_EDWARDS25519), pure and prehashed: RFC 8032.

`cryptography` has the pure form. The prehashed one, Ed25519ph, comes from PyNaCl (libsodium),
the sister library by the same authors, through the extra `ed25519ph`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cryptography import exceptions
from cryptography.hazmat.primitives.asymmetric import ed25519

from . import extras
from .exceptions import InvalidKeyMaterial, InvalidSignature
from .keys import load_private, load_public, private_der

if TYPE_CHECKING:
    from collections.abc import Callable

PURE: Final = "ED25519_SHA_512"
PREHASHED: Final = "ED25519_PH_SHA_512"


def generate(random_bytes: Callable[[int], bytes]) -> bytes:
    """Make a key from 32 random bytes (RFC 8032, 5.1.5); return PKCS#8 DER (RFC 8410)."""
    return private_der(ed25519.Ed25519PrivateKey.from_private_bytes(random_bytes(32)))


def sign(pkcs8: bytes, algorithm: str, message: bytes) -> bytes:
    """Sign with ED25519_SHA_512 (pure) or ED25519_PH_SHA_512 (Ed25519ph); return 64 bytes.

    Ed25519ph hashes the message itself. KMS gives it the caller's digest as the message, so
    there the input is hashed twice:
    https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html

    Raises `InvalidKeyMaterial` when the key is no Ed25519 private key, `MissingExtra` for
    Ed25519ph without PyNaCl, `ValueError` for another algorithm.
    """
    key = load_private(pkcs8)
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise InvalidKeyMaterial("not an Ed25519 private key")
    if algorithm == PURE:
        return key.sign(message)
    sodium = _sodium(algorithm)
    # libsodium's secret key is the seed and the public key, one after the other.
    secret = key.private_bytes_raw() + key.public_key().public_bytes_raw()
    signature: bytes = sodium.crypto_sign_ed25519ph_final_create(_state(sodium, message), secret)
    return signature


def verify(key: bytes, algorithm: str, message: bytes, signature: bytes) -> None:
    """Check a signature against SubjectPublicKeyInfo or PKCS#8 DER.

    The message is what `sign` was given. Raises `InvalidSignature`, and as `sign` does.
    """
    public = load_public(key)
    if not isinstance(public, ed25519.Ed25519PublicKey):
        raise InvalidKeyMaterial("not an Ed25519 key")
    if algorithm == PURE:
        try:
            return public.verify(signature, message)
        except exceptions.InvalidSignature:
            raise InvalidSignature from None
    sodium = _sodium(algorithm)
    # libsodium wants exactly 64 bytes and says so with errors of several kinds.
    if len(signature) != sodium.crypto_sign_BYTES:
        raise InvalidSignature
    try:
        sodium.crypto_sign_ed25519ph_final_verify(
            _state(sodium, message), signature, public.public_bytes_raw()
        )
    except _extra("nacl.exceptions").BadSignatureError:
        raise InvalidSignature from None


def _sodium(algorithm: str) -> Any:
    if algorithm != PREHASHED:
        raise ValueError(f"{algorithm!r} is no Ed25519 algorithm")
    return _extra("nacl.bindings")


def _extra(module: str) -> Any:
    return extras.load(module, extra="ed25519ph", what=PREHASHED)


def _state(sodium: Any, message: bytes) -> Any:
    state = sodium.crypto_sign_ed25519ph_state()
    sodium.crypto_sign_ed25519ph_update(state, message)
    return state
