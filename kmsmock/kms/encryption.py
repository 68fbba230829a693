"""Encryption: Encrypt, Decrypt and ReEncrypt."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from kmsmock.domain.key_spec import algorithms
from kmsmock.domain.key_state import USABLE
from kmsmock.errors.kms import InvalidKeyUsageException
from kmsmock.kms.targets import key_inside_ciphertext, key_used_by, read_ciphertext
from kmsmock.operation import operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_kms.type_defs import (
        DecryptRequestTypeDef,
        DecryptResponseTypeDef,
        EncryptRequestTypeDef,
        EncryptResponseTypeDef,
        ReEncryptRequestTypeDef,
        ReEncryptResponseTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.key import Key


@operation("kms", "Encrypt", key_used_by("kms:Encrypt", USABLE, "ENCRYPT_DECRYPT"))
def encrypt(call: Call, request: EncryptRequestTypeDef, key: Key) -> EncryptResponseTypeDef:
    """Encrypt up to 4096 bytes under the key."""
    algorithm = request.get("EncryptionAlgorithm", "SYMMETRIC_DEFAULT")
    require_algorithm(key, algorithm)
    call.end_of_dry_run()
    reply: EncryptResponseTypeDef = call.new_reply()
    reply["CiphertextBlob"] = _seal(
        call, key, cast("bytes", request["Plaintext"]), request.get("EncryptionContext", {})
    )
    reply["KeyId"] = key.arn
    reply["EncryptionAlgorithm"] = algorithm
    return reply


@operation("kms", "Decrypt", key_inside_ciphertext("kms:Decrypt", USABLE))
def decrypt(call: Call, request: DecryptRequestTypeDef, key: Key) -> DecryptResponseTypeDef:
    """Decrypt what Encrypt or a data-key operation encrypted."""
    algorithm = request.get("EncryptionAlgorithm", "SYMMETRIC_DEFAULT")
    require_algorithm(key, algorithm)
    plaintext, material_id = _open(call, key, request.get("EncryptionContext", {}))
    call.end_of_dry_run()
    reply: DecryptResponseTypeDef = call.new_reply()
    reply["KeyId"] = key.arn
    reply["Plaintext"] = plaintext
    reply["EncryptionAlgorithm"] = algorithm
    if material_id is not None:
        reply["KeyMaterialId"] = material_id
    return reply


@operation(
    "kms",
    "ReEncrypt",
    key_inside_ciphertext(
        "kms:ReEncryptFrom", USABLE, member="SourceKeyId", algorithm="SourceEncryptionAlgorithm"
    ),
    key_used_by("kms:ReEncryptTo", USABLE, "ENCRYPT_DECRYPT", member="DestinationKeyId"),
)
def re_encrypt(
    call: Call, request: ReEncryptRequestTypeDef, source: Key, destination: Key
) -> ReEncryptResponseTypeDef:
    """Decrypt under one key and encrypt under another, within KMS."""
    source_algorithm = request.get("SourceEncryptionAlgorithm", "SYMMETRIC_DEFAULT")
    algorithm = request.get("DestinationEncryptionAlgorithm", "SYMMETRIC_DEFAULT")
    require_algorithm(source, source_algorithm)
    require_algorithm(destination, algorithm)
    plaintext, source_material = _open(call, source, request.get("SourceEncryptionContext", {}))
    call.end_of_dry_run()
    reply: ReEncryptResponseTypeDef = call.new_reply()
    reply["CiphertextBlob"] = _seal(
        call, destination, plaintext, request.get("DestinationEncryptionContext", {})
    )
    reply["SourceKeyId"] = source.arn
    reply["KeyId"] = destination.arn
    reply["SourceEncryptionAlgorithm"] = source_algorithm
    reply["DestinationEncryptionAlgorithm"] = algorithm
    if source_material is not None:
        reply["SourceKeyMaterialId"] = source_material
    if destination.current_material_id is not None:
        reply["DestinationKeyMaterialId"] = destination.current_material_id
    return reply


def require_algorithm(key: Key, algorithm: str) -> None:
    """Refuse an algorithm that the key's spec and usage do not have."""
    if algorithm not in algorithms(key.spec, key.usage):
        raise InvalidKeyUsageException(
            f"Algorithm {algorithm} is incompatible with key spec {key.spec}."
        )


def _seal(call: Call, key: Key, plaintext: bytes, context: Mapping[str, str]) -> bytes:
    return key.seal("encrypt", plaintext, context, call.world.randomness.bytes)


def _open(call: Call, key: Key, context: Mapping[str, str]) -> tuple[bytes, str | None]:
    """Give the plaintext, and the id of the material if KMS holds it itself."""
    ciphertext = read_ciphertext(call.request)
    plaintext = key.open(ciphertext, context)
    return plaintext, ciphertext.material_id.hex() or None
