"""Encryption: Encrypt, Decrypt and ReEncrypt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.crypto import public_key_encryption
from kmsmock.crypto.exceptions import Unreadable
from kmsmock.domain.key_spec import SYMMETRIC
from kmsmock.domain.key_state import USABLE
from kmsmock.errors import ValidationException
from kmsmock.errors.kms import InvalidCiphertextException
from kmsmock.kms.algorithms import require_algorithm
from kmsmock.kms.ciphertexts import (
    ignores_ciphertext,
    key_inside_ciphertext,
    read_blob,
    read_ciphertext,
)
from kmsmock.kms.recipients import disclose, read_recipient
from kmsmock.kms.sealing import seal, unseal
from kmsmock.kms.targets import key_used_by
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
    """Encrypt under the key: 4096 bytes at most, fewer where the key is asymmetric."""
    algorithm = request.get("EncryptionAlgorithm", SYMMETRIC)
    context = request.get("EncryptionContext", {})
    plaintext = request["Plaintext"]
    assert isinstance(plaintext, bytes)
    _require_fit(key, algorithm, context)
    _require_room(key, algorithm, plaintext)
    call.end_of_dry_run()
    reply: EncryptResponseTypeDef = call.new_reply()
    reply["CiphertextBlob"] = _encrypt(call, key, algorithm, plaintext, context)
    reply["KeyId"] = key.arn
    reply["EncryptionAlgorithm"] = algorithm
    return reply


@operation("kms", "Decrypt", key_inside_ciphertext("kms:Decrypt", USABLE))
def decrypt(call: Call, request: DecryptRequestTypeDef, key: Key) -> DecryptResponseTypeDef:
    """Decrypt what KMS encrypted, or others under the public half of an asymmetric key."""
    algorithm = request.get("EncryptionAlgorithm", SYMMETRIC)
    context = request.get("EncryptionContext", {})
    _require_fit(key, algorithm, context)
    recipient = read_recipient(call.request)
    plaintext, material_id = _decrypt(call, key, algorithm, context)
    call.end_of_dry_run()
    reply: DecryptResponseTypeDef = call.new_reply()
    reply["KeyId"] = key.arn
    disclose(call, reply, "Plaintext", plaintext, recipient)
    reply["EncryptionAlgorithm"] = algorithm
    if material_id is not None and recipient is None:
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
    source_algorithm = request.get("SourceEncryptionAlgorithm", SYMMETRIC)
    source_context = request.get("SourceEncryptionContext", {})
    algorithm = request.get("DestinationEncryptionAlgorithm", SYMMETRIC)
    context = request.get("DestinationEncryptionContext", {})
    _require_fit(source, source_algorithm, source_context)
    _require_fit(destination, algorithm, context)
    plaintext, source_material = _decrypt(call, source, source_algorithm, source_context)
    _require_room(destination, algorithm, plaintext)
    call.end_of_dry_run()
    reply: ReEncryptResponseTypeDef = call.new_reply()
    reply["CiphertextBlob"] = _encrypt(call, destination, algorithm, plaintext, context)
    reply["SourceKeyId"] = source.arn
    reply["KeyId"] = destination.arn
    reply["SourceEncryptionAlgorithm"] = source_algorithm
    reply["DestinationEncryptionAlgorithm"] = algorithm
    if source_material is not None:
        reply["SourceKeyMaterialId"] = source_material
    if destination.current_material_id is not None:
        reply["DestinationKeyMaterialId"] = destination.current_material_id
    return reply


def _require_fit(key: Key, algorithm: str, context: Mapping[str, str]) -> None:
    """Refuse an algorithm that is not the key's, and an encryption context for what takes none.

    An empty context is no context (what-clients-need.md).
    """
    require_algorithm(key.spec, key.usage, algorithm)
    if context and not key.is_symmetric:
        # The rule is the model's ("do not support an encryption context"), code and text assumed.
        raise ValidationException(f"Encryption context is not supported by algorithm {algorithm}.")


def _require_room(key: Key, algorithm: str, plaintext: bytes) -> None:
    """Refuse what is too long for an asymmetric key (recorded.md section 2).

    The model limits what symmetric keys encrypt.
    """
    if key.is_symmetric:
        return
    longest = public_key_encryption.max_plaintext(key.spec, algorithm)
    if len(plaintext) > longest:
        raise ValidationException(
            f"Algorithm {algorithm} and key spec {key.spec} cannot encrypt data larger than "
            f"{longest} bytes."
        )


def _encrypt(
    call: Call, key: Key, algorithm: str, plaintext: bytes, context: Mapping[str, str]
) -> bytes:
    if key.is_symmetric:
        return seal(call, key, "encrypt", plaintext, context)
    random_bytes = call.world.randomness.bytes
    return public_key_encryption.encrypt(key.secret, algorithm, plaintext, random_bytes)


def _decrypt(
    call: Call, key: Key, algorithm: str, context: Mapping[str, str]
) -> tuple[bytes, str | None]:
    """Give the plaintext, and the id of the material if it is a symmetric key that KMS holds.

    Raises:
        DryRunOperationException: the ciphertext is not to be looked at.
        InvalidCiphertextException: the ciphertext or the context is not what was encrypted.
        KMSInvalidStateException: the key store cannot use the material, or for an external key
            as above.
    """
    if ignores_ciphertext(call.request):
        call.end_of_dry_run()
    if key.is_symmetric:
        ciphertext = read_ciphertext(call.request)
        return unseal(call, key, ciphertext, context), ciphertext.material_id.hex() or None
    try:
        return public_key_encryption.decrypt(key.secret, algorithm, read_blob(call.request)), None
    except Unreadable:
        raise InvalidCiphertextException from None
