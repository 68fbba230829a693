"""What CloudTrail does differently for single operations.

Source: authorization.md section 6, and the samples behind
https://docs.aws.amazon.com/kms/latest/developerguide/understanding-kms-entries.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kmsmock.protocol.model import operation_model

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import Shape

_READING = re.compile(
    "(Decapsulate|Decrypt|Derive|Describe|Encapsulate|Encrypt|Generate|Get|List|ReEncrypt|Sign"
    "|Verify)"
)
"""How operations begin that change nothing; cryptography is among them."""

_NEVER_SHOWN = {
    "GrantToken",
    "GrantTokens",
    "Policy",
    "PreCoPassword",
    "ReplicaPolicy",
    "ResourcePolicy",
    "TrustAnchorCertificate",
}
"""Members that the record leaves out beside those that the model calls sensitive, and blobs:
tokens, passwords, policies, and what AWS's sample of CreateCustomKeyStore leaves out."""

_BY_DEFAULT: Mapping[str, Mapping[str, str | bool]] = {
    "CreateKey": {
        "keyUsage": "ENCRYPT_DECRYPT",
        "origin": "AWS_KMS",
        "description": "",
        "bypassPolicyLockoutSafetyCheck": False,
    },
    "Decrypt": {"encryptionAlgorithm": "SYMMETRIC_DEFAULT"},
    "Encrypt": {"encryptionAlgorithm": "SYMMETRIC_DEFAULT"},
    "PutKeyPolicy": {"policyName": "default", "bypassPolicyLockoutSafetyCheck": False},
    "ReEncrypt": {
        "sourceEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "destinationEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
    },
    "ReplicateKey": {"description": "", "bypassPolicyLockoutSafetyCheck": False},
}
"""What a request does not say and its event does."""


def is_read_only(operation: str) -> bool:
    """Tell whether CloudTrail counts an operation among those that only read."""
    return _READING.match(operation) is not None


def left_out(service: str, operation: str) -> frozenset[str]:
    """Give the members of an operation's request and answer that no event shows."""
    model = operation_model(service, operation)
    names = set(_NEVER_SHOWN)
    if model is not None:
        for shape in (model.input_shape, model.output_shape):
            if shape is not None:
                names |= {name for name, it in shape.members.items() if _is_secret(it)}
    return frozenset(names)


def _is_secret(shape: Shape) -> bool:
    """Tell whether a shape is or holds what is sensitive, or a blob."""
    return (
        shape.type_name == "blob"
        or bool(shape.metadata.get("sensitive"))
        or any(_is_secret(member) for member in getattr(shape, "members", {}).values())
    )


def with_defaults(operation: str, parameters: dict[str, object]) -> dict[str, object]:
    """Give request parameters as CloudTrail completes them."""
    parameters = {**_BY_DEFAULT.get(operation, {}), **parameters}
    if operation == "CreateKey":
        spec = parameters.get("keySpec", parameters.get("customerMasterKeySpec"))
        both = spec or "SYMMETRIC_DEFAULT"
        parameters["keySpec"] = parameters["customerMasterKeySpec"] = both
    if operation == "CreateCustomKeyStore" and "cloudHsmClusterId" in parameters:
        parameters["clusterId"] = parameters.pop("cloudHsmClusterId")
    return parameters
