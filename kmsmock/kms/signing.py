"""Signing: Sign, Verify and GetPublicKey."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, cast

from kmsmock.crypto import signatures
from kmsmock.crypto.exceptions import InvalidSignature
from kmsmock.crypto.keys import public_key
from kmsmock.domain.key_spec import ALGORITHMS_MEMBER, algorithms, key_type
from kmsmock.domain.key_state import USABLE
from kmsmock.errors import ValidationException
from kmsmock.errors.kms import KMSInvalidSignatureException, UnsupportedOperationException
from kmsmock.kms.algorithms import require_algorithm
from kmsmock.kms.targets import key_used_by
from kmsmock.operation import operation

if TYPE_CHECKING:
    from mypy_boto3_kms.type_defs import (
        GetPublicKeyRequestTypeDef,
        GetPublicKeyResponseTypeDef,
        SignRequestTypeDef,
        SignResponseTypeDef,
        VerifyRequestTypeDef,
        VerifyResponseTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.key import Key


@operation("kms", "Sign", key_used_by("kms:Sign", USABLE, "SIGN_VERIFY"))
def sign(call: Call, request: SignRequestTypeDef, key: Key) -> SignResponseTypeDef:
    """Sign a message, its digest, or ML-DSA's representative of it."""
    algorithm = request["SigningAlgorithm"]
    message_type, message = _read_message(request, key)
    call.end_of_dry_run()
    reply: SignResponseTypeDef = call.new_reply()
    reply["KeyId"] = key.arn
    random = call.world.randomness
    reply["Signature"] = signatures.sign(
        key.secret,
        algorithm,
        message_type,
        message,
        random.bytes,
        repeatable=random.seed is not None,
    )
    reply["SigningAlgorithm"] = algorithm
    return reply


@operation("kms", "Verify", key_used_by("kms:Verify", USABLE, "SIGN_VERIFY"))
def verify(call: Call, request: VerifyRequestTypeDef, key: Key) -> VerifyResponseTypeDef:
    """Say that a signature is the key's and the message's, or fail: false is never answered."""
    algorithm = request["SigningAlgorithm"]
    message_type, message = _read_message(request, key)
    signature = cast("bytes", request["Signature"])
    try:
        signatures.verify(key.secret, algorithm, message_type, message, signature)
    except InvalidSignature:
        raise KMSInvalidSignatureException from None
    call.end_of_dry_run()
    reply: VerifyResponseTypeDef = call.new_reply()
    reply["KeyId"] = key.arn
    reply["SignatureValid"] = True
    reply["SigningAlgorithm"] = algorithm
    return reply


@operation("kms", "GetPublicKey", key_used_by("kms:GetPublicKey", USABLE, None))
def get_public_key(
    _call: Call, _request: GetPublicKeyRequestTypeDef, key: Key
) -> GetPublicKeyResponseTypeDef:
    """Give the public half of an asymmetric key, and all that tells how to use it."""
    if key_type(key.spec) != "ASYMMETRIC":
        # Assumed: GetPublicKey of a symmetric key gets an error without a message, as
        # RotateKeyOnDemand on a key that has no rotation does.
        raise UnsupportedOperationException
    reply: dict[str, object] = {
        "KeyId": key.arn,
        "PublicKey": public_key(key.secret),
        "CustomerMasterKeySpec": key.spec,
        "KeySpec": key.spec,
        "KeyUsage": key.usage,
        ALGORITHMS_MEMBER[key.usage]: list(algorithms(key.spec, key.usage)),
    }
    return cast("GetPublicKeyResponseTypeDef", reply)


def _read_message(
    request: SignRequestTypeDef | VerifyRequestTypeDef, key: Key
) -> tuple[str, bytes]:
    """Give the message and its type, once key, algorithm, type and length fit one another.

    Raises:
        InvalidKeyUsageException: the key does not have the algorithm.
        ValidationException: the algorithm does not have the type, or the type another length.
    """
    algorithm = request["SigningAlgorithm"]
    message_type = request.get("MessageType", "RAW")
    message = request["Message"]
    assert isinstance(message, bytes)
    require_algorithm(key.spec, key.usage, algorithm)
    length = _length_of(message_type, algorithm)
    if length is not None and len(message) != length:
        # Recorded for DIGEST. Assumed: an EXTERNAL_MU of a wrong length is refused as a digest.
        raise ValidationException(f"Digest is invalid length for algorithm {algorithm}.")
    return message_type, message


@lru_cache(maxsize=64)
def _length_of(message_type: str, algorithm: str) -> int | None:
    """Give how many bytes a message has that an algorithm signs; None for any number.

    Raises:
        ValidationException: the algorithm does not have the type.
    """
    if message_type not in signatures.message_types(algorithm):
        # Which types an algorithm has is in the text of Sign's MessageType. Code and text of the
        # refusal are assumed.
        raise ValidationException(
            f"Algorithm {algorithm} is incompatible with message type {message_type}."
        )
    return signatures.message_length(algorithm, message_type)
