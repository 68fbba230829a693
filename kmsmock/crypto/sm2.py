"""SM2, the elliptic-curve scheme of the China Regions: GB/T 32918 (GM/T 0003), curve sm2p256v1.

By gmalg, through the extra `sm2`: pure Python, no dependencies of its own, and it takes its
random numbers from the caller. `cryptography` has SM3 and SM4 and not SM2.

Keys are PKCS#8 and SubjectPublicKeyInfo DER, with id-ecPublicKey and the curve's OID
1.2.156.10197.1.301, as OpenSSL writes them. SM2PKE ciphertexts are the ASN.1 of GM/T 0009, in the
order C1 C3 C2: that is what OpenSSL reads and writes, and AWS's example for offline use.
https://docs.aws.amazon.com/kms/latest/developerguide/offline-operations.html
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.asymmetric import utils

from . import extras, sm2_der
from .exceptions import InvalidKeyMaterial, InvalidSignature, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable

    RandomBytes = Callable[[int], bytes]

SPEC: str = "SM2"
"""AWS's KeySpec."""

DISTINGUISHING_ID: Final = b"1234567812345678"
"""The signer's id that KMS uses, the default of GM/T 0009."""

_COORDINATE: Final = 32


def generate(random_bytes: RandomBytes) -> bytes:
    """Make a key from random bytes, by testing candidates in [1, n - 2]; return PKCS#8 DER.

    Raises `MissingExtra` without gmalg.
    """
    order = _core().ecdlp.fpn.p
    while True:
        scalar = random_bytes(_COORDINATE)
        if 0 < int.from_bytes(scalar, "big") < order - 1:
            return sm2_der.private_der(scalar, _point_of(scalar))


def public_key(pkcs8: bytes) -> bytes:
    """Return SubjectPublicKeyInfo DER for a PKCS#8 DER key.

    Raises `InvalidKeyMaterial` when it is no SM2 private key, `MissingExtra` without gmalg.
    """
    return sm2_der.public_der(_point_of(_scalar(pkcs8)))


def sign(pkcs8: bytes, message: bytes, random_bytes: RandomBytes, prehashed: bool = False) -> bytes:
    """Sign with SM2DSA; return the DER of (r, s).

    A message is hashed with SM3 together with the key and `DISTINGUISHING_ID`; with `prehashed`
    it is that 32-byte digest already. Raises `ValueError` for a digest of another length,
    `InvalidKeyMaterial`, `MissingExtra`.
    """
    scalar = _scalar(pkcs8)
    core = _core(random_bytes, _checked(message, prehashed))
    r, s = core.sign(message, int.from_bytes(scalar, "big"), DISTINGUISHING_ID, _xy(scalar))
    return utils.encode_dss_signature(r, s)


def verify(key: bytes, message: bytes, signature: bytes, prehashed: bool = False) -> None:
    """Check an SM2DSA signature against SubjectPublicKeyInfo or PKCS#8 DER.

    Raises `InvalidSignature`, and as `sign` does.
    """
    point = _public_xy(key)
    core = _core(None, _checked(message, prehashed))
    try:
        r, s = utils.decode_dss_signature(signature)
    except ValueError:
        raise InvalidSignature from None
    if not core.verify(message, r, s, DISTINGUISHING_ID, point):
        raise InvalidSignature


def encrypt(key: bytes, plaintext: bytes, random_bytes: RandomBytes) -> bytes:
    """Encrypt with SM2PKE for a SubjectPublicKeyInfo or PKCS#8 DER key; return ASN.1 DER.

    Raises `ValueError` for an empty plaintext, which the scheme does not have,
    `InvalidKeyMaterial`, `MissingExtra`.
    """
    if not plaintext:
        raise ValueError("SM2PKE encrypts at least one byte")
    (x, y), masked, digest = _core(random_bytes).encrypt(plaintext, _public_xy(key))
    return sm2_der.ciphertext_der(x, y, digest, masked)


def decrypt(pkcs8: bytes, ciphertext: bytes) -> bytes:
    """Return what `encrypt` was given.

    Raises `Unreadable` when the ciphertext was not made for this key, `InvalidKeyMaterial`,
    `MissingExtra`.
    """
    scalar = int.from_bytes(_scalar(pkcs8), "big")
    core = _core()
    try:
        x, y, digest, masked = sm2_der.read_ciphertext(ciphertext)
    except ValueError:
        raise Unreadable from None
    try:
        plaintext: bytes = core.decrypt((x, y), masked, digest, scalar)
    except _library().errors.GMError:
        raise Unreadable from None
    return plaintext


def shared_secret(pkcs8: bytes, peer: bytes) -> bytes:
    """Return the ECDH secret with a peer's SubjectPublicKeyInfo DER: the raw x-coordinate.

    32 bytes, the plain Diffie-Hellman of SEC 1 section 3.3.1, which is what KMS's ECDH is on
    every curve, and not SM2's own key exchange. Raises `InvalidKeyMaterial`, `MissingExtra`.
    """
    point = _others_xy(peer)
    x, _ = _core().ecdlp.ec.mul(int.from_bytes(_scalar(pkcs8), "big"), point)
    return int(x).to_bytes(_COORDINATE, "big")


def _scalar(pkcs8: bytes) -> bytes:
    try:
        scalar = sm2_der.read_private(pkcs8)
    except ValueError:
        raise InvalidKeyMaterial("not an SM2 private key") from None
    if not 0 < int.from_bytes(scalar, "big") < _core().ecdlp.fpn.p - 1:
        raise InvalidKeyMaterial("an SM2 private key that is out of range")
    return scalar


@lru_cache(maxsize=64)
def _xy(scalar: bytes) -> tuple[int, int]:
    point: tuple[int, int] = _core().generate_pk(int.from_bytes(scalar, "big"))
    return point


def _point_of(scalar: bytes) -> bytes:
    x, y = _xy(scalar)
    return b"\x04" + x.to_bytes(_COORDINATE, "big") + y.to_bytes(_COORDINATE, "big")


def _public_xy(key: bytes) -> tuple[int, int]:
    try:
        return _others_xy(key)
    except InvalidKeyMaterial:
        return _xy(_scalar(key))


def _others_xy(spki: bytes) -> tuple[int, int]:
    """Read SubjectPublicKeyInfo DER, and nothing else."""
    core = _core()
    try:
        point = sm2_der.read_public(spki)
    except ValueError:
        raise InvalidKeyMaterial("not an SM2 public key") from None
    x, y = (int.from_bytes(point[at : at + _COORDINATE], "big") for at in (1, 1 + _COORDINATE))
    if len(point) != 1 + 2 * _COORDINATE or point[0] != 4 or not core.ecdlp.ec.isvalid((x, y)):
        raise InvalidKeyMaterial("not a point on the SM2 curve")
    return x, y


def _checked(message: bytes, prehashed: bool) -> bool:
    if prehashed and len(message) != 32:
        raise ValueError("an SM3 digest has 32 bytes")
    return prehashed


def _core(random_bytes: RandomBytes | None = None, prehashed: bool = False) -> Any:
    def bits(count: int) -> int:
        if random_bytes is None:
            raise AssertionError("this operation takes no random numbers")
        length = (count + 7) // 8
        return int.from_bytes(random_bytes(length), "big") >> (8 * length - count)

    # The public class prints its numbers with leading zeros lost and knows no bare digests and
    # no Diffie-Hellman; its core has all three.
    core: Any = _library().SM2(rnd_fn=bits)._core  # noqa: SLF001 - see above
    if prehashed:
        # What is signed is hash(entity_info + message): make that the digest as it was given.
        core.entity_info = lambda _uid, _point: b""
        core._hash_fn = lambda data: data  # noqa: SLF001 - as above
    return core


def _library() -> Any:
    return extras.load("gmalg", extra="sm2", what=SPEC)
