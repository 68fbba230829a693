"""Policy documents: what is in them, and which action, resource and principal a statement names.

The grammar of IAM's policy language, for key policies and for IAM policies:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from typing import Literal

from kmsmock.authorization.wildcards import fits

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None
"""What a JSON text says."""

PrincipalKind = Literal["AWS", "CanonicalUser", "Federated", "Service"]
_PRINCIPAL_KINDS: tuple[PrincipalKind, ...] = ("AWS", "CanonicalUser", "Federated", "Service")
_VERSIONS = ("2008-10-17", "2012-10-17")
_OPERATOR = re.compile(
    r"(?P<set>For(AnyValue|AllValues):)?"
    r"(?P<test>String(Not)?(Equals(IgnoreCase)?|Like)|Arn(Not)?(Equals|Like)|(Not)?IpAddress"
    r"|(Numeric|Date)((Not)?Equals|(Less|Greater)Than(Equals)?)|Bool|BinaryEquals|Null)"
    r"(?P<if_exists>IfExists)?",
    re.IGNORECASE,
)


class PolicyProblem(Exception):
    """A text that is no policy document; the message says why."""


@dataclass(frozen=True, slots=True)
class Principal:
    """One principal of a statement: `{"AWS": "*"}` is AWS and `*`."""

    kind: PrincipalKind
    value: str


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition key of a statement, and what its value is compared with.

    Attributes:
        operator: as written: `StringEquals`, `ForAnyValue:StringLikeIfExists`.
        key: as written; its case does not matter.
        values: one of them must fit; booleans and numbers as text.
    """

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement; of a member and its `Not` form at most one is there.

    Attributes:
        allows: whether its effect is Allow; else it is Deny.
    """

    sid: str | None
    allows: bool
    principals: tuple[Principal, ...] | None
    not_principals: tuple[Principal, ...] | None
    actions: tuple[str, ...] | None
    not_actions: tuple[str, ...] | None
    resources: tuple[str, ...] | None
    not_resources: tuple[str, ...] | None
    conditions: tuple[Condition, ...]

    def names_action(self, action: str) -> bool:
        """Tell whether the statement is about `kms:Name`; never if it has no Action."""
        if self.actions is not None:
            return any(fits(action, wanted, ignore_case=True) for wanted in self.actions)
        if self.not_actions is not None:
            return not any(fits(action, wanted, ignore_case=True) for wanted in self.not_actions)
        return False

    def names_resource(self, arn: str) -> bool:
        """Tell whether the statement is about the resource; never if it has no Resource."""
        if self.resources is not None:
            return any(fits(arn, wanted) for wanted in self.resources)
        if self.not_resources is not None:
            return not any(fits(arn, wanted) for wanted in self.not_resources)
        return False


@dataclass(frozen=True, slots=True)
class Document:
    """A policy document."""

    version: str
    document_id: str | None
    statements: tuple[Statement, ...]


def read_json(text: str) -> Json:
    """Read a document's JSON.

    Raises:
        PolicyProblem: it is not JSON, or an object has a member twice, or a text half a character.
    """
    try:
        document: Json = json.loads(
            text, object_pairs_hook=_unique_members, parse_constant=_no_constant
        )
        if "\\ud" in text.lower():  # an escaped half of a character, which no answer could hold
            json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise PolicyProblem("Syntax errors in policy.") from None
    return document


def _unique_members(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a member is there twice")
    return members


def _no_constant(name: str) -> Json:
    raise ValueError(name)


@functools.lru_cache(maxsize=1024)
def read_document(text: str) -> Document:
    """Read a policy document; the same text is read once.

    Raises:
        PolicyProblem: the text is not JSON, or not what the grammar asks for.
    """
    document = _members(
        read_json(text), "policy", required=("Statement",), optional=("Version", "Id")
    )
    version = document.get("Version", "2008-10-17")
    if version not in _VERSIONS:
        raise PolicyProblem("Policy document must be version 2012-10-17 or 2008-10-17.")
    statements = document["Statement"]
    if not isinstance(statements, list):
        statements = [statements]
    return Document(
        str(version),
        _text(document.get("Id"), "Id"),
        tuple(_statement(statement) for statement in statements),
    )


def _statement(value: Json) -> Statement:
    twins = ("Principal", "Action", "Resource")
    optional = ("Sid", "Condition", *twins, *(f"Not{member}" for member in twins))
    members = _members(value, "statement", required=("Effect",), optional=optional)
    for member in twins:
        if member in members and f"Not{member}" in members:
            raise PolicyProblem(f"A statement has both {member} and Not{member}.")
    if members["Effect"] not in ("Allow", "Deny"):
        raise PolicyProblem(f"Invalid effect: {members['Effect']}")
    actions = _texts(members.get("Action"), "Action")
    not_actions = _texts(members.get("NotAction"), "NotAction")
    for action in (*(actions or ()), *(not_actions or ())):
        if action != "*" and not re.fullmatch(r"[^:]+:[^:]+", action):
            raise PolicyProblem(f"Invalid action: {action}")
    return Statement(
        sid=_text(members.get("Sid"), "Sid"),
        allows=members["Effect"] == "Allow",
        principals=_principals(members.get("Principal"), "Principal"),
        not_principals=_principals(members.get("NotPrincipal"), "NotPrincipal"),
        actions=actions,
        not_actions=not_actions,
        resources=_texts(members.get("Resource"), "Resource"),
        not_resources=_texts(members.get("NotResource"), "NotResource"),
        conditions=_conditions(members.get("Condition", {})),
    )


def _principals(value: Json, what: str) -> tuple[Principal, ...] | None:
    if value is None:
        return None
    if value == "*":
        return (Principal("AWS", "*"),)
    members = _members(value, what, optional=_PRINCIPAL_KINDS)
    return tuple(
        Principal(kind, principal)
        for kind in _PRINCIPAL_KINDS
        for principal in _texts(members.get(kind), kind) or ()
    )


def _conditions(value: Json) -> tuple[Condition, ...]:
    if not isinstance(value, dict):
        raise PolicyProblem("Condition must be an object.")
    conditions = []
    for operator, keys in value.items():
        if not _OPERATOR.fullmatch(operator):
            raise PolicyProblem(f"Invalid Condition type : {operator}.")
        if not isinstance(keys, dict):
            raise PolicyProblem(f"Condition {operator} must be an object.")
        conditions += [
            Condition(operator, key, _condition_values(values, key)) for key, values in keys.items()
        ]
    return tuple(conditions)


def _condition_values(value: Json, key: str) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(item, (str, int, float)) for item in values):
        raise PolicyProblem(f"The values of the condition key {key} must be strings.")
    return tuple(item if isinstance(item, str) else json.dumps(item) for item in values)


def _members(
    value: Json, what: str, *, required: tuple[str, ...] = (), optional: tuple[str, ...]
) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise PolicyProblem(f"A {what} must be an object.")
    for member in value:
        if member not in required and member not in optional:
            raise PolicyProblem(f"Unknown field {member}")
    for member in required:
        if member not in value:
            raise PolicyProblem(f"Missing required field {member}")
    return value


def _texts(value: Json, what: str) -> tuple[str, ...] | None:
    if value is None:
        return None
    values = value if isinstance(value, list) else [value]
    return tuple(_text(item, what) or "" for item in values)


def _text(value: Json, what: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise PolicyProblem(f"{what} must be a string.")
    return value
