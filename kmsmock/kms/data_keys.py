"""Data keys: GenerateDataKey, GenerateDataKeyWithoutPlaintext and GenerateRandom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.domain.cloudhsm_key_store import CloudHsmKeyStore
from kmsmock.domain.key_state import USABLE
from kmsmock.errors import ValidationException
from kmsmock.errors.kms import (
    CustomKeyStoreInvalidStateException,
    UnsupportedOperationException,
)
from kmsmock.kms.algorithms import require_symmetric
from kmsmock.kms.recipients import disclose, read_recipient
from kmsmock.kms.sealing import seal
from kmsmock.kms.targets import find_key_store, key_used_by
from kmsmock.operation import operation

if TYPE_CHECKING:
    from mypy_boto3_kms.type_defs import (
        GenerateDataKeyRequestTypeDef,
        GenerateDataKeyResponseTypeDef,
        GenerateDataKeyWithoutPlaintextRequestTypeDef,
        GenerateDataKeyWithoutPlaintextResponseTypeDef,
        GenerateRandomRequestTypeDef,
        GenerateRandomResponseTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.key import Key

DATA_KEY_LENGTHS = {"AES_128": 16, "AES_256": 32}
"""DataKeySpec -> bytes."""


@operation("kms", "GenerateDataKey", key_used_by("kms:GenerateDataKey", USABLE, "ENCRYPT_DECRYPT"))
def generate_data_key(
    call: Call, request: GenerateDataKeyRequestTypeDef, key: Key
) -> GenerateDataKeyResponseTypeDef:
    """Make a data key; give it in plain and encrypted under the key."""
    recipient = read_recipient(call.request)
    plaintext, ciphertext = _data_key(call, request, key)
    reply: GenerateDataKeyResponseTypeDef = call.new_reply()
    reply["CiphertextBlob"] = ciphertext
    disclose(call, reply, "Plaintext", plaintext, recipient)
    reply["KeyId"] = key.arn
    if key.current_material_id is not None and recipient is None:
        reply["KeyMaterialId"] = key.current_material_id
    return reply


@operation(
    "kms",
    "GenerateDataKeyWithoutPlaintext",
    key_used_by("kms:GenerateDataKeyWithoutPlaintext", USABLE, "ENCRYPT_DECRYPT"),
)
def generate_data_key_without_plaintext(
    call: Call, request: GenerateDataKeyWithoutPlaintextRequestTypeDef, key: Key
) -> GenerateDataKeyWithoutPlaintextResponseTypeDef:
    """Make a data key; give it encrypted under the key only."""
    _plaintext, ciphertext = _data_key(call, request, key)
    reply: GenerateDataKeyWithoutPlaintextResponseTypeDef = call.new_reply()
    reply["CiphertextBlob"] = ciphertext
    reply["KeyId"] = key.arn
    if key.current_material_id is not None:
        reply["KeyMaterialId"] = key.current_material_id
    return reply


@operation("kms", "GenerateRandom")
def generate_random(
    call: Call, request: GenerateRandomRequestTypeDef
) -> GenerateRandomResponseTypeDef:
    """Give random bytes, from KMS or from the cluster of a connected key store."""
    if "NumberOfBytes" not in request:
        raise ValidationException("NumberOfBytes is required.")
    recipient = read_recipient(call.request)
    if "CustomKeyStoreId" in request:
        store = find_key_store(call.region, request["CustomKeyStoreId"])
        if not isinstance(store, CloudHsmKeyStore):
            # The error is the model's, the text is assumed.
            raise UnsupportedOperationException(
                f"GenerateRandom is not supported for {store.store_id}, an external key store."
            )
        if not store.connected:
            raise CustomKeyStoreInvalidStateException(
                f"Custom key store {store.store_id} is {store.state}; it must be CONNECTED."
            )
        # The model lists no KMSInvalidStateException for it. Assumed: GenerateRandom in a key store
        # whose cluster does not answer gets a CustomKeyStoreInvalidStateException.
        store.require_communication(CustomKeyStoreInvalidStateException)
    reply: GenerateRandomResponseTypeDef = call.new_reply()
    random_bytes = call.world.randomness.bytes(request["NumberOfBytes"])
    disclose(call, reply, "Plaintext", random_bytes, recipient)
    return reply


def _data_key(
    call: Call,
    request: GenerateDataKeyRequestTypeDef | GenerateDataKeyWithoutPlaintextRequestTypeDef,
    key: Key,
) -> tuple[bytes, bytes]:
    """Give a new data key and its ciphertext."""
    require_symmetric(call, key)
    if ("KeySpec" in request) == ("NumberOfBytes" in request):
        raise ValidationException("Please specify either number of bytes or key spec.")
    length = (
        DATA_KEY_LENGTHS[request["KeySpec"]] if "KeySpec" in request else request["NumberOfBytes"]
    )
    call.end_of_dry_run()
    plaintext = call.world.randomness.bytes(length)
    context = request.get("EncryptionContext", {})
    return plaintext, seal(call, key, "data-key", plaintext, context)
