"""Data key pairs: GenerateDataKeyPair and GenerateDataKeyPairWithoutPlaintext."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmsmock.crypto.keys import public_key
from kmsmock.domain.key_generation import generate
from kmsmock.domain.key_spec import is_offered
from kmsmock.domain.key_state import USABLE
from kmsmock.errors.kms import UnsupportedOperationException
from kmsmock.kms.algorithms import require_symmetric
from kmsmock.kms.recipients import disclose, read_recipient
from kmsmock.kms.targets import KeyTarget
from kmsmock.operation import operation

if TYPE_CHECKING:
    from mypy_boto3_kms.type_defs import (
        GenerateDataKeyPairRequestTypeDef,
        GenerateDataKeyPairResponseTypeDef,
        GenerateDataKeyPairWithoutPlaintextRequestTypeDef,
        GenerateDataKeyPairWithoutPlaintextResponseTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.key import Key


class _KeyOfKms(KeyTarget):
    """A symmetric encryption key whose material KMS itself holds."""

    def check(self, call: Call, key: Key) -> None:
        """Refuse a key of a key store before its state is looked at (key-states.md section 3).

        The code is the model's. The text is assumed, from that of other operations.
        """
        if key.custom_key_store is not None:
            raise UnsupportedOperationException(
                f"{key.arn} origin is {key.origin} which is not valid for this operation."
            )
        super().check(call, key)


def _key_for(action: str) -> _KeyOfKms:
    return _KeyOfKms("KeyId", action, USABLE, "ENCRYPT_DECRYPT", aliases=True, other_accounts=True)


@operation("kms", "GenerateDataKeyPair", _key_for("kms:GenerateDataKeyPair"))
def generate_data_key_pair(
    call: Call, request: GenerateDataKeyPairRequestTypeDef, key: Key
) -> GenerateDataKeyPairResponseTypeDef:
    """Make a key pair; give its private key in plain and encrypted under the key."""
    recipient = read_recipient(call.request)
    pair = _pair(call, request, key)
    reply: GenerateDataKeyPairResponseTypeDef = call.new_reply()
    reply["PrivateKeyCiphertextBlob"] = pair.encrypted
    disclose(call, reply, "PrivateKeyPlaintext", pair.private, recipient)
    reply["PublicKey"] = pair.public
    reply["KeyId"] = key.arn
    reply["KeyPairSpec"] = request["KeyPairSpec"]
    if key.current_material_id is not None:
        reply["KeyMaterialId"] = key.current_material_id
    return reply


@operation(
    "kms",
    "GenerateDataKeyPairWithoutPlaintext",
    _key_for("kms:GenerateDataKeyPairWithoutPlaintext"),
)
def generate_data_key_pair_without_plaintext(
    call: Call, request: GenerateDataKeyPairWithoutPlaintextRequestTypeDef, key: Key
) -> GenerateDataKeyPairWithoutPlaintextResponseTypeDef:
    """Make a key pair; give its private key encrypted under the key only."""
    pair = _pair(call, request, key)
    reply: GenerateDataKeyPairWithoutPlaintextResponseTypeDef = call.new_reply()
    reply["PrivateKeyCiphertextBlob"] = pair.encrypted
    reply["PublicKey"] = pair.public
    reply["KeyId"] = key.arn
    reply["KeyPairSpec"] = request["KeyPairSpec"]
    if key.current_material_id is not None:
        reply["KeyMaterialId"] = key.current_material_id
    return reply


@dataclass(frozen=True, slots=True)
class _Pair:
    """A new key pair.

    Attributes:
        private: PKCS#8 DER (RFC 5958); of ML-KEM the seed form (RFC 9935).
        encrypted: the private key under the KMS key.
        public: SubjectPublicKeyInfo DER (RFC 5280).
    """

    private: bytes
    encrypted: bytes
    public: bytes


def _pair(
    call: Call,
    request: GenerateDataKeyPairRequestTypeDef | GenerateDataKeyPairWithoutPlaintextRequestTypeDef,
    key: Key,
) -> _Pair:
    spec = request["KeyPairSpec"]
    require_symmetric(call, key)
    if not is_offered(spec, call.region.partition):
        # The rule is the model's; code and text are assumed, as of CreateKey's KeySpec.
        raise UnsupportedOperationException(
            f"KeyPairSpec {spec} is not supported in {call.region.name}."
        )
    call.end_of_dry_run()
    random = call.world.randomness
    private = generate(spec, random)
    context = request.get("EncryptionContext", {})
    encrypted = key.seal("data-key", private, context, random.bytes)
    return _Pair(private, encrypted, public_key(private))
