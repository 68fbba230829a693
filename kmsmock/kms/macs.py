"""Message authentication codes: GenerateMac and VerifyMac."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from kmsmock.crypto import mac
from kmsmock.crypto.exceptions import InvalidSignature
from kmsmock.domain.key_state import USABLE
from kmsmock.errors.kms import KMSInvalidMacException
from kmsmock.kms.algorithms import require_algorithm
from kmsmock.kms.targets import key_used_by
from kmsmock.operation import operation

if TYPE_CHECKING:
    from mypy_boto3_kms.type_defs import (
        GenerateMacRequestTypeDef,
        GenerateMacResponseTypeDef,
        VerifyMacRequestTypeDef,
        VerifyMacResponseTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.key import Key


@operation("kms", "GenerateMac", key_used_by("kms:GenerateMac", USABLE, "GENERATE_VERIFY_MAC"))
def generate_mac(
    call: Call, request: GenerateMacRequestTypeDef, key: Key
) -> GenerateMacResponseTypeDef:
    """Compute the HMAC of a message."""
    algorithm, message = request["MacAlgorithm"], request["Message"]
    assert isinstance(message, bytes)
    require_algorithm(key.spec, key.usage, algorithm)
    call.end_of_dry_run()
    reply: GenerateMacResponseTypeDef = call.new_reply()
    reply["Mac"] = mac.compute(key.secret, algorithm, message)
    reply["MacAlgorithm"] = algorithm
    reply["KeyId"] = key.arn
    return reply


@operation("kms", "VerifyMac", key_used_by("kms:VerifyMac", USABLE, "GENERATE_VERIFY_MAC"))
def verify_mac(call: Call, request: VerifyMacRequestTypeDef, key: Key) -> VerifyMacResponseTypeDef:
    """Say that an HMAC is the key's and the message's, or fail: false is never answered."""
    algorithm = request["MacAlgorithm"]
    require_algorithm(key.spec, key.usage, algorithm)
    message, claimed = cast("bytes", request["Message"]), cast("bytes", request["Mac"])
    try:
        mac.verify(key.secret, algorithm, message, claimed)
    except InvalidSignature:
        raise KMSInvalidMacException from None
    call.end_of_dry_run()
    reply: VerifyMacResponseTypeDef = call.new_reply()
    reply["KeyId"] = key.arn
    reply["MacValid"] = True
    reply["MacAlgorithm"] = algorithm
    return reply
