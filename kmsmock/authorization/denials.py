"""Denials in AWS's words: authorization.md section 3."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmsmock.authorization.evaluation import Decision

_ARTICLE = {"identity-based policy": "an"}
_HIDDEN = (
    "because the resource does not exist in this Region, no resource-based policies allow access, "
    "or a resource-based policy explicitly denies access"
)
THIS = "this resource"
IN_CIPHERTEXT = "the resource associated with this ciphertext"
THROUGH_A_SERVICE = (
    "The ciphertext refers to a customer master key that does not exist, does not exist in this "
    "region, or you are not allowed to access."
)
"""The older text for a ciphertext's key, which callers of AWS services still meet."""


def denial(arn: str, action: str, resource: str, decision: Decision) -> str:
    """Say why a caller may not do something to a resource that it may know of.

    Args:
        arn: the caller's.
    """
    kind = decision.by
    if decision.is_explicit:
        why = f"with an explicit deny in {_ARTICLE.get(kind, 'a')} {kind}"
    else:
        why = f"because no {kind} allows the {action} action"
    return f"User: {arn} is not authorized to perform: {action} on resource: {resource} {why}"


def hidden_denial(arn: str, action: str, what: str = THIS) -> str:
    """Say that a caller may not, and not whether another account has the resource."""
    return f"User: {arn} is not authorized to perform: {action} on {what} {_HIDDEN}"


def is_hidden(decision: Decision) -> bool:
    """Tell whether a denial must not tell that the resource exists."""
    return decision.foreign and decision.by in ("resource-based policy", "resource control policy")
