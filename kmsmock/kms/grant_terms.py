"""What CreateGrant asks for, checked against the key (kms-operations.md section 3.6).

Codes and texts with which CreateGrant refuses its terms are assumed where AWS publishes none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kmsmock.domain.arn import principal_arn
from kmsmock.domain.grant import Constraints, Pairs, Terms, grantable_operations
from kmsmock.errors import ValidationException
from kmsmock.errors.kms import InvalidArnException

if TYPE_CHECKING:
    from mypy_boto3_kms.type_defs import CreateGrantRequestTypeDef, GrantConstraintsUnionTypeDef

    from kmsmock.domain.key import Key

PAIRS_PER_CONSTRAINT = 8
LONGEST_VALUE = 384
"""Characters of a value in an encryption context constraint."""


def read_terms(request: CreateGrantRequestTypeDef, key: Key, partition: str) -> Terms:
    """Give the terms of the grant that a request asks for.

    Raises:
        InvalidArnException: a principal is none.
        ValidationException: the terms do not go together, or not with the key.
    """
    _require_principals(request)
    return Terms(
        name=request.get("Name"),
        grantee=_optional_principal(request.get("GranteePrincipal"), partition),
        grantee_service=request.get("GranteeServicePrincipal"),
        retiring=_optional_principal(request.get("RetiringPrincipal"), partition),
        retiring_service=request.get("RetiringServicePrincipal"),
        operations=_operations(tuple(dict.fromkeys(request["Operations"])), key),
        constraints=_constraints(request.get("Constraints"), key),
    )


def _require_principals(request: CreateGrantRequestTypeDef) -> None:
    for_service = "GranteeServicePrincipal" in request
    if ("GranteePrincipal" in request) == for_service:
        raise ValidationException(
            "You must specify either GranteePrincipal or GranteeServicePrincipal, but not both."
        )
    if "RetiringPrincipal" in request and "RetiringServicePrincipal" in request:
        raise ValidationException(
            "You can specify either RetiringPrincipal or RetiringServicePrincipal, but not both."
        )
    retiring = "RetiringPrincipal" in request or "RetiringServicePrincipal" in request
    if for_service and not ("SourceArn" in request.get("Constraints", {}) and retiring):
        raise ValidationException(
            "When you specify a GranteeServicePrincipal, you must also specify a SourceArn grant "
            "constraint, and either a RetiringPrincipal or a RetiringServicePrincipal."
        )


def _optional_principal(text: str | None, partition: str) -> str | None:
    return None if text is None else read_principal(text, partition)


def read_principal(text: str, partition: str) -> str:
    """Give the ARN of a principal that a request names.

    Raises:
        InvalidArnException: it names no principal.
    """
    arn = principal_arn(text, partition)
    if arn is None:
        raise InvalidArnException(f"ARN does not refer to a valid principal: {text}")
    return arn


def _operations(operations: tuple[str, ...], key: Key) -> tuple[str, ...]:
    if not operations:
        raise ValidationException("Operations must contain at least one grant operation.")
    for operation in operations:
        if operation not in grantable_operations(key.spec, key.usage):
            raise ValidationException(
                f"Grant operation {operation} is not supported for a KMS key with key spec "
                f"{key.spec} and key usage {key.usage}."
            )
    return operations


def _constraints(asked: GrantConstraintsUnionTypeDef | None, key: Key) -> Constraints:
    if asked is None:
        return Constraints()
    equals = _pairs(asked.get("EncryptionContextEquals"))
    subset = _pairs(asked.get("EncryptionContextSubset"))
    if (equals is not None or subset is not None) and not key.is_symmetric:
        raise ValidationException(
            "Encryption context grant constraints are supported only on symmetric encryption KMS "
            "keys."
        )
    return Constraints(equals, subset, asked.get("SourceArn"))


def _pairs(context: Mapping[str, str] | None) -> Pairs | None:
    if context is None:
        return None
    if len(context) > PAIRS_PER_CONSTRAINT:
        raise ValidationException(
            f"A grant constraint can have at most {PAIRS_PER_CONSTRAINT} encryption context pairs."
        )
    if any(len(value) > LONGEST_VALUE for value in context.values()):
        raise ValidationException(
            "The encryption context value in a grant constraint cannot exceed "
            f"{LONGEST_VALUE} characters."
        )
    if len({name.lower() for name in context}) < len(context):
        # Constraints compare the names without their case.
        raise ValidationException(
            "The encryption context keys of a grant constraint must differ in more than case."
        )
    return tuple(sorted(context.items()))
