"""Key material that comes from outside: whether it fits its key, and its id.

https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys-conceptual.html
"""

from __future__ import annotations

import hashlib

from kmsmock.crypto import symmetric
from kmsmock.crypto.exceptions import InvalidKeyMaterial
from kmsmock.crypto.keys import describe_private_key, public_key
from kmsmock.crypto.mac import KEY_LENGTHS
from kmsmock.domain.key_spec import SYMMETRIC


def fits(spec: str, secret: bytes, cipher: symmetric.CipherName) -> bool:
    """Tell whether bytes are key material for a KeySpec.

    32 bytes for a symmetric key (16 in the China Regions), at least the MAC's length for an HMAC
    key, and the private key itself, PKCS#8 DER, for an asymmetric one.

    Raises:
        MissingExtra: the spec needs an optional library that is not installed.
    """
    if spec == SYMMETRIC:
        return len(secret) == symmetric.KEY_LENGTHS[cipher]
    if spec in KEY_LENGTHS:
        return KEY_LENGTHS[spec].least <= len(secret) <= KEY_LENGTHS[spec].most
    try:
        return describe_private_key(secret) == spec
    except InvalidKeyMaterial:
        return False


def wanted(spec: str, cipher: symmetric.CipherName) -> str:
    """Say in words what fits a KeySpec."""
    if spec == SYMMETRIC:
        return f"{symmetric.KEY_LENGTHS[cipher]} bytes"
    if spec in KEY_LENGTHS:
        return f"{KEY_LENGTHS[spec].least} to {KEY_LENGTHS[spec].most} bytes"
    return "the private key as PKCS#8 DER"


def imported_material_id(key_id: str, spec: str, secret: bytes) -> str:
    """Give the id of imported material: a hash of the key's id and the material.

    So the same bytes have other ids in other keys, and the same id when they come again
    (KeyMaterialId of ImportKeyMaterial in the model). A private key has many encodings; what
    makes two the same key is their public half.
    """
    is_private_key = spec != SYMMETRIC and spec not in KEY_LENGTHS
    identity = public_key(secret) if is_private_key else secret
    return hashlib.sha256(key_id.encode() + b"\0" + identity).hexdigest()
