"""Key agreement: DeriveSharedSecret."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from kmsmock.crypto.exceptions import InvalidKeyMaterial
from kmsmock.domain.key_state import USABLE
from kmsmock.errors import ValidationException
from kmsmock.kms.algorithms import require_algorithm
from kmsmock.kms.recipients import disclose, read_recipient
from kmsmock.kms.targets import key_used_by
from kmsmock.operation import operation

if TYPE_CHECKING:
    from mypy_boto3_kms.literals import OriginTypeType
    from mypy_boto3_kms.type_defs import (
        DeriveSharedSecretRequestTypeDef,
        DeriveSharedSecretResponseTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.key import Key


@operation(
    "kms",
    "DeriveSharedSecret",
    key_used_by("kms:DeriveSharedSecret", USABLE, "KEY_AGREEMENT"),
)
def derive_shared_secret(
    call: Call, request: DeriveSharedSecretRequestTypeDef, key: Key
) -> DeriveSharedSecretResponseTypeDef:
    """Derive the secret that the holder of the peer's private key derives with this key's public.

    It is ECDH's raw x-coordinate (recorded.md section 3). The peer's key must be
    SubjectPublicKeyInfo DER of the same curve; the refusal of any other has no message.
    """
    algorithm = request["KeyAgreementAlgorithm"]
    require_algorithm(key.spec, key.usage, algorithm)
    recipient = read_recipient(call.request)
    try:
        secret = _shared_secret(key, cast("bytes", request["PublicKey"]))
    except InvalidKeyMaterial:
        raise ValidationException from None
    call.end_of_dry_run()
    reply: DeriveSharedSecretResponseTypeDef = call.new_reply()
    reply["KeyId"] = key.arn
    disclose(call, reply, "SharedSecret", secret, recipient)
    reply["KeyAgreementAlgorithm"] = algorithm
    reply["KeyOrigin"] = cast("OriginTypeType", key.origin)
    return reply


def _shared_secret(key: Key, peer: bytes) -> bytes:
    if key.spec == "SM2":
        from kmsmock.crypto import sm2

        return sm2.shared_secret(key.secret, peer)
    from kmsmock.crypto import elliptic_curve

    return elliptic_curve.shared_secret(key.secret, peer)
