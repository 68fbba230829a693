"""Encrypting and decrypting with a symmetric key, wherever its material is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kmsmock.kms.external_key_stores import proxy_for

if TYPE_CHECKING:
    from kmsmock.call import Call
    from kmsmock.crypto.ciphertext import Ciphertext, Kind
    from kmsmock.domain.key import Key
    from kmsmock.xks_proxy.client import ProxyClient


def seal(call: Call, key: Key, kind: Kind, plaintext: bytes, context: Mapping[str, str]) -> bytes:
    """Encrypt; give the ciphertext blob.

    Raises:
        KMSInvalidStateException: the key store cannot use its material.
    """
    return key.seal(kind, plaintext, context, call.world.randomness.bytes, _proxy(call, key))


def unseal(call: Call, key: Key, ciphertext: Ciphertext, context: Mapping[str, str]) -> bytes:
    """Decrypt a blob of this key.

    Raises:
        InvalidCiphertextException: the blob or the context is not what was encrypted.
        KMSInvalidStateException: the key store cannot use its material, or for an external key:
            the blob or the context is not what was encrypted.
    """
    return key.open(ciphertext, context, _proxy(call, key))


def _proxy(call: Call, key: Key) -> ProxyClient | None:
    return None if key.custom_key_store is None else proxy_for(call)
