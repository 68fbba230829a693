"""Key encapsulation: Encapsulate and Decapsulate, which botocore has from 1.44 on."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from kmsmock.crypto.exceptions import Unreadable
from kmsmock.domain.key_state import USABLE
from kmsmock.errors.kms import InvalidCiphertextException
from kmsmock.kms.algorithms import require_algorithm
from kmsmock.kms.targets import key_used_by
from kmsmock.operation import operation

if TYPE_CHECKING:
    from mypy_boto3_kms.type_defs import (
        DecapsulateRequestTypeDef,
        DecapsulateResponseTypeDef,
        EncapsulateRequestTypeDef,
        EncapsulateResponseTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.key import Key

# The module behind these is imported by the first call: it is large, and most never call it.


@operation("kms", "Encapsulate", key_used_by("kms:Encapsulate", USABLE, "ENCAPSULATE_DECAPSULATE"))
def encapsulate(
    call: Call, request: EncapsulateRequestTypeDef, key: Key
) -> EncapsulateResponseTypeDef:
    """Make a shared secret and its encapsulated form."""
    from kmsmock.crypto import post_quantum

    algorithm = request["EncapsulationAlgorithm"]
    require_algorithm(key.spec, key.usage, algorithm)
    call.end_of_dry_run()
    ciphertext, secret = post_quantum.encapsulate(key.secret)
    reply: EncapsulateResponseTypeDef = call.new_reply()
    reply["KeyId"] = key.arn
    reply["SharedSecret"] = secret
    reply["SharedSecretCiphertextBlob"] = ciphertext
    reply["EncapsulationAlgorithm"] = algorithm
    return reply


@operation("kms", "Decapsulate", key_used_by("kms:Decapsulate", USABLE, "ENCAPSULATE_DECAPSULATE"))
def decapsulate(
    call: Call, request: DecapsulateRequestTypeDef, key: Key
) -> DecapsulateResponseTypeDef:
    """Recover the shared secret; from a blob that is not this key's, a pseudo-random one."""
    from kmsmock.crypto import post_quantum

    algorithm = request["EncapsulationAlgorithm"]
    require_algorithm(key.spec, key.usage, algorithm)
    try:
        secret = post_quantum.decapsulate(
            key.secret, cast("bytes", request["SharedSecretCiphertextBlob"])
        )
    except Unreadable:
        raise InvalidCiphertextException from None
    call.end_of_dry_run()
    reply: DecapsulateResponseTypeDef = call.new_reply()
    reply["KeyId"] = key.arn
    reply["SharedSecret"] = secret
    reply["EncapsulationAlgorithm"] = algorithm
    return reply
