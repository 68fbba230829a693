"""RSA: encryption with OAEP, signatures with PKCS #1 v1.5 and PSS. RFC 8017 (PKCS #1 v2.2).

Algorithms go by AWS's names, which say the hash. As KMS does, MGF1 uses the same hash, OAEP's
label is empty, and PSS's salt is as long as the digest.
https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html

`cryptography` takes the randomness of key generation, OAEP and PSS from the system and lets
nobody else give it. `ready_rsa` has keys that do not change from run to run.
"""

from __future__ import annotations

from functools import lru_cache

from cryptography import exceptions
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from .digests import hash_of, signed_hash
from .exceptions import InvalidKeyMaterial, InvalidSignature, Unreadable
from .keys import load_private, load_public, private_der


def generate(bits: int) -> bytes:
    """Make a new RSA key of `bits` bits with public exponent 65537; return PKCS#8 DER.

    Takes from tens of milliseconds (2048) to seconds (4096), at random. Raises `ValueError`
    below 1024 bits.
    """
    return private_der(rsa.generate_private_key(65537, bits))


def modulus_bits(key: bytes) -> int:
    """Return how many bits the modulus of a PKCS#8 or SubjectPublicKeyInfo DER key has.

    Raises `InvalidKeyMaterial` when it is no RSA key.
    """
    return _public(key).key_size


def max_plaintext(bits: int, algorithm: str) -> int:
    """Return the most bytes that OAEP takes under a key of `bits` bits: RFC 8017, 7.1.1.

    `algorithm` is RSAES_OAEP_SHA_1 or RSAES_OAEP_SHA_256.
    """
    return bits // 8 - 2 * hash_of(algorithm).digest_size - 2


def encrypt(key: bytes, plaintext: bytes, algorithm: str) -> bytes:
    """Encrypt with RSAES_OAEP_SHA_1 or RSAES_OAEP_SHA_256; return as many bytes as the modulus.

    `key` is SubjectPublicKeyInfo DER, or PKCS#8 DER whose public half is used. Raises
    `InvalidKeyMaterial` when it is no RSA key, `ValueError` when the plaintext is longer than
    `max_plaintext`.
    """
    return _public(key).encrypt(plaintext, _oaep(algorithm))


def decrypt(pkcs8: bytes, ciphertext: bytes, algorithm: str) -> bytes:
    """Return what `encrypt` was given.

    Raises `Unreadable` when the ciphertext was not made with this key and algorithm,
    `InvalidKeyMaterial` when the key is no RSA private key.
    """
    try:
        return _private(pkcs8).decrypt(ciphertext, _oaep(algorithm))
    except ValueError:
        raise Unreadable from None


def sign(pkcs8: bytes, algorithm: str, message: bytes, prehashed: bool = False) -> bytes:
    """Sign with RSASSA_PKCS1_V1_5_SHA_n or RSASSA_PSS_SHA_n, n of 256, 384, 512.

    With `prehashed` the message is its own digest already. PSS takes a new salt each time.
    Raises `ValueError` for a digest of another length, `InvalidKeyMaterial` when the key is no
    RSA private key.
    """
    return _private(pkcs8).sign(message, _padding(algorithm), signed_hash(algorithm, prehashed))


def verify(
    key: bytes, algorithm: str, message: bytes, signature: bytes, prehashed: bool = False
) -> None:
    """Check a signature against SubjectPublicKeyInfo or PKCS#8 DER.

    Raises `InvalidSignature`, also for PSS with a salt of another length than the digest's,
    `ValueError` for a digest of another length, `InvalidKeyMaterial` when it is no RSA key.
    """
    try:
        _public(key).verify(
            signature, message, _padding(algorithm), signed_hash(algorithm, prehashed)
        )
    except exceptions.InvalidSignature:
        raise InvalidSignature from None


@lru_cache(maxsize=256)  # as `load_private`: asking of what kind a key is takes a while too
def _private(pkcs8: bytes) -> rsa.RSAPrivateKey:
    key = load_private(pkcs8)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise InvalidKeyMaterial("not an RSA private key")
    return key


def _public(key: bytes) -> rsa.RSAPublicKey:
    public = load_public(key)
    if not isinstance(public, rsa.RSAPublicKey):
        raise InvalidKeyMaterial("not an RSA key")
    return public


def _oaep(algorithm: str) -> padding.OAEP:
    oaep_hash = hash_of(algorithm)
    return padding.OAEP(padding.MGF1(oaep_hash), oaep_hash, label=None)


@lru_cache(maxsize=16)
def _padding(algorithm: str) -> padding.PKCS1v15 | padding.PSS:
    if algorithm.startswith("RSASSA_PKCS1_V1_5_"):
        return padding.PKCS1v15()
    if algorithm.startswith("RSASSA_PSS_"):
        digest = hash_of(algorithm)
        return padding.PSS(padding.MGF1(digest), digest.digest_size)
    raise ValueError(f"{algorithm!r} is no RSA signature algorithm")
