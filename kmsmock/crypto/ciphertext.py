"""The blob that symmetric encryption returns: who can open it, and the sealed bytes.

Kept difference (Ciphertexts): AWS has a format of its own that it may change; kmsmock has another,
so that neither can decrypt what the other encrypted; see `aws.register_ciphertext`. Why: the format
is not published, and the keys are AWS's.

It has what users can see of AWS's: base64 begins ``AQICAH`` for Encrypt and ``AQIDAH`` for data
keys, and a blob is 152 bytes longer than its plaintext. Layout, all numbers big-endian:

    5      magic: 01 02 02 00 78 (encrypt) or 01 02 03 00 78 (data key)
    1 + n  key id, ASCII
    1 + n  material id
    1 + n  nonce
    2 + n  padding, zeros, so that what stands before `sealed` has 136 bytes when it fits
    4 + n  sealed bytes (plaintext and 16 bytes of tag)

Every length is explicit, so that a longer key id needs no new format; the magic names the
version. All up to and including the padding is the header, and is authenticated.

What a key manager outside AWS sealed a second time is in place of the sealed bytes:

    1      version: 1
    1 + n  initialization vector
    1 + n  authentication tag
    1 + n  metadata of the key manager's own
    4 + n  the ciphertext, as long as what was sealed first
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from .encryption_context import associated_data
from .exceptions import Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["encrypt", "data-key"]

Seal = Callable[[bytes, bytes, bytes], bytes]
"""Nonce, plaintext, associated data -> what is sealed, with its tag."""
Open = Callable[[bytes, bytes, bytes], bytes]
"""Nonce, what is sealed, associated data -> the plaintext; raises `Unreadable`."""

_MAGIC: Final[dict[Kind, bytes]] = {
    "encrypt": bytes.fromhex("0102020078"),
    "data-key": bytes.fromhex("0102030078"),
}
_KINDS: Final[dict[bytes, Kind]] = {magic: kind for kind, magic in _MAGIC.items()}

# 152 bytes of overhead in all, less the tag (16) and the length of the sealed bytes (4).
_HEADER_LENGTH: Final = 132

_OUTER_VERSION: Final = b"\x01"


@dataclass(frozen=True, slots=True)
class Ciphertext:
    """A blob taken apart. Nothing in it is proved before the sealed bytes have been opened.

    Attributes:
        header: all that stands before the sealed bytes.
    """

    kind: Kind
    key_id: str
    material_id: bytes
    nonce: bytes
    sealed: bytes
    header: bytes


@dataclass(frozen=True, slots=True)
class OuterCiphertext:
    """What a key manager outside AWS makes of sealed bytes, taken apart.

    Attributes:
        metadata: up to 255 bytes of the key manager's own.
    """

    ciphertext: bytes
    initialization_vector: bytes
    tag: bytes
    metadata: bytes = b""


def seal_blob(  # noqa: PLR0913 - a blob has that many fields
    seal: Seal,
    *,
    kind: Kind,
    key_id: str,
    material_id: bytes,
    nonce: bytes,
    plaintext: bytes,
    context: Mapping[str, str] | None,
) -> bytes:
    """Seal the plaintext and return the blob that carries it.

    `seal` is whoever has the key: KMS, an HSM, a key manager outside AWS. The header and the
    encryption context are what it binds. The nonce must be new for the key.

    Raises `ValueError` when a field has more than 255 bytes or the key id is not ASCII, and what
    `seal` raises.
    """
    header = _header(kind, key_id, material_id, nonce)
    sealed = seal(nonce, plaintext, header + associated_data(context))
    return header + _field(sealed, 4)


def open_blob(
    open_sealed: Open, ciphertext: Ciphertext, context: Mapping[str, str] | None
) -> bytes:
    """Return the plaintext of a blob that was taken apart.

    Raises `Unreadable` when any bit of it, the key or the context is not that of sealing, and what
    else `open_sealed` raises.
    """
    # The header tells its own length: it and the context cannot be mistaken for each other.
    bound = ciphertext.header + associated_data(context)
    return open_sealed(ciphertext.nonce, ciphertext.sealed, bound)


@lru_cache(maxsize=64)  # A call asks several times: which key it is, and whether that fits.
def unpack(blob: bytes) -> Ciphertext:
    """Take a blob apart.

    Raises `Unreadable` for anything that `seal_blob` does not return: other formats, truncated
    blobs, trailing bytes, other padding.
    """
    kind = _KINDS.get(blob[:5])
    if kind is None:
        raise Unreadable
    key_id, rest = _split(blob[5:], 1)
    material_id, rest = _split(rest, 1)
    nonce, rest = _split(rest, 1)
    _padding, rest = _split(rest, 2)
    sealed, trailing = _split(rest, 4)
    if trailing or not key_id.isascii():
        raise Unreadable
    header = blob[: len(blob) - len(rest)]
    # One form only: the padding alone could still differ.
    if header != _header(kind, key_id.decode("ascii"), material_id, nonce):
        raise Unreadable
    return Ciphertext(kind, key_id.decode("ascii"), material_id, nonce, sealed, header)


def _header(kind: Kind, key_id: str, material_id: bytes, nonce: bytes) -> bytes:
    """Return the bytes that begin a blob with these fields, up to the sealed part."""
    key = key_id.encode("ascii")
    lengths = len(key), len(material_id), len(nonce)
    if max(lengths) > 255:
        raise ValueError(f"a field of {max(lengths)} bytes does not fit")
    fields = b"%b%c%b%c%b%c%b" % (
        _MAGIC[kind],
        lengths[0],
        key,
        lengths[1],
        material_id,
        lengths[2],
        nonce,
    )
    return fields + _field(bytes(max(0, _HEADER_LENGTH - 2 - len(fields))), 2)


def pack_outer(outer: OuterCiphertext) -> bytes:
    """Return the bytes that a blob carries of a second encryption.

    Raises `ValueError` for fields that the format cannot hold.
    """
    return (
        _OUTER_VERSION
        + _field(outer.initialization_vector, 1)
        + _field(outer.tag, 1)
        + _field(outer.metadata, 1)
        + _field(outer.ciphertext, 4)
    )


def unpack_outer(sealed: bytes) -> OuterCiphertext:
    """Take the bytes of a second encryption apart.

    Raises `Unreadable` for anything that `pack_outer` does not return.
    """
    if sealed[:1] != _OUTER_VERSION:
        raise Unreadable
    vector, rest = _split(sealed[1:], 1)
    tag, rest = _split(rest, 1)
    metadata, rest = _split(rest, 1)
    ciphertext, trailing = _split(rest, 4)
    if trailing:
        raise Unreadable
    return OuterCiphertext(ciphertext, vector, tag, metadata)


def _field(value: bytes, length_bytes: int) -> bytes:
    if len(value) >= 1 << 8 * length_bytes:
        raise ValueError(f"a field of {len(value)} bytes does not fit")
    return len(value).to_bytes(length_bytes, "big") + value


def _split(data: bytes, length_bytes: int) -> tuple[bytes, bytes]:
    end = length_bytes + int.from_bytes(data[:length_bytes], "big")
    if len(data) < length_bytes or len(data) < end:
        raise Unreadable
    return data[length_bytes:end], data[end:]
