"""Key policies: what KMS asks of one beyond the grammar, and how it gives one back.

Rules and texts: kms-operations.md section 3.5. AWS publishes no text for a policy that breaks the
grammar; those of `policy.py` are like IAM's.
"""

from __future__ import annotations

import json
import re

from kmsmock.authorization.policy import (
    Document,
    Json,
    PolicyProblem,
    Principal,
    Statement,
    read_document,
    read_json,
)
from kmsmock.domain.arn import principal_arn
from kmsmock.errors.kms import LimitExceededException, MalformedPolicyDocumentException

LONGEST = 32_768
"""Bytes of a key policy; the model allows 131,072 characters."""

_HOST = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_PROVIDER = re.compile(r"arn:[a-z-]+:iam::\d{12}:(saml|oidc)-provider/.+", re.ASCII)
_CANONICAL_USER = re.compile(r"[0-9a-f]{64}")
_SINGLE_VALUED = ("kms:encryptioncontext:", "aws:requesttag/")


def read_key_policy(text: str, partition: str) -> Document:
    """Read a key policy that a request brings.

    Args:
        partition: of the key; principals of another one do not exist for it.

    Raises:
        LimitExceededException: it is too long.
        MalformedPolicyDocumentException: it is no policy, or no key policy.
    """
    if len(text.encode()) > LONGEST:
        # The text is assumed.
        raise LimitExceededException(f"The key policy exceeds {LONGEST} bytes.")
    try:
        document = read_document(text)
    except PolicyProblem as problem:
        raise MalformedPolicyDocumentException(str(problem)) from None
    for statement in document.statements:
        _require_principals(statement, partition)
        _require_no_permissive_condition(statement)
    return document


def _require_principals(statement: Statement, partition: str) -> None:
    principals = statement.principals or statement.not_principals
    if not principals:
        raise MalformedPolicyDocumentException("Policy contains a statement with no principal.")
    if not all(_is_principal(principal, partition) for principal in principals):
        raise MalformedPolicyDocumentException(
            "Policy contains a statement with one or more invalid principals."
        )
    if statement.allows and statement.not_principals:
        # IAM no longer supports the two together (authorization.md section 1.1). Text assumed.
        raise MalformedPolicyDocumentException("Allow with NotPrincipal is not allowed.")


def _is_principal(principal: Principal, partition: str) -> bool:
    value = principal.value
    if principal.kind == "AWS":
        return value == "*" or principal_arn(value, partition) is not None
    if principal.kind == "CanonicalUser":
        return _CANONICAL_USER.fullmatch(value) is not None
    if principal.kind == "Federated" and _PROVIDER.fullmatch(value):
        return True
    return _HOST.fullmatch(value) is not None


def _require_no_permissive_condition(statement: Statement) -> None:
    for condition in statement.conditions:
        if condition.operator.lower().startswith(
            "forallvalues:"
        ) and condition.key.lower().startswith(_SINGLE_VALUED):
            raise MalformedPolicyDocumentException(
                "OverlyPermissiveCondition: Using the ForAllValues set operator with a "
                "single-valued condition key matches requests without the specified [encryption "
                "context or tag] or with an unspecified [encryption context or tag]. To fix, "
                "remove ForAllValues."
            )


def as_shown(text: str, partition: str) -> str:
    """Give a valid key policy as GetKeyPolicy shows it.

    The members stay in their order, a principal `"*"` becomes `{"AWS": "*"}`, an account id the
    account's ARN, and the text looks as Java's Jackson prints it.
    """
    document = read_json(text)
    assert isinstance(document, dict)
    statements = document["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        assert isinstance(statement, dict)
        for member in ("Principal", "NotPrincipal"):
            if member in statement:
                statement[member] = _shown_principal(statement[member], partition)
    return _printed(document, "")


def _shown_principal(value: Json, partition: str) -> Json:
    if not isinstance(value, dict):
        return {"AWS": value}
    named = value.get("AWS")
    if isinstance(named, str):
        return {**value, "AWS": principal_arn(named, partition) or named}
    if isinstance(named, list):
        return {**value, "AWS": [principal_arn(str(item), partition) or item for item in named]}
    return value


def _printed(value: Json, indent: str) -> str:
    if isinstance(value, dict):
        deeper = indent + "  "
        lines = ",\n".join(
            f"{deeper}{_printed(name, '')} : {_printed(member, deeper)}"
            for name, member in value.items()
        )
        return f"{{\n{lines}\n{indent}}}" if value else "{ }"
    if isinstance(value, list):
        items = ", ".join(_printed(item, indent) for item in value)
        return f"[ {items} ]" if value else "[ ]"
    # Characters that an answer cannot hold stay escaped.
    latin = isinstance(value, str) and all(character <= "\u00ff" for character in value)
    return json.dumps(value, ensure_ascii=not latin)
