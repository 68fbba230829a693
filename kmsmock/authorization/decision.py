"""The decision: allowed, or AWS's words for why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from kmsmock.authorization.key_policy import allows
from kmsmock.authorization.policy import read_document
from kmsmock.domain.key import Key
from kmsmock.errors import AccessDeniedException

if TYPE_CHECKING:
    from kmsmock.authorization.caller import Caller


class Resource(Protocol):
    """What a decision needs to know of the thing that is acted on."""

    @property
    def account_id(self) -> str:
        """The account that owns it."""


def authorize(caller: Caller, action: str, resource: Resource) -> None:
    """Let an account's administrator do everything in the account, and nothing in another.

    An AWS managed key is the exception: its policy lets the account look at it and no more.

    Raises:
        AccessDeniedException: the resource is another account's, or AWS manages it; the texts are
            those of authorization.md section 3.
    """
    if resource.account_id != caller.account_id:
        raise hidden_from(caller, action)
    if (
        isinstance(resource, Key)
        and resource.manager == "AWS"
        and not allows(read_document(resource.policy), caller, action, resource.arn, {})
    ):
        raise AccessDeniedException(
            f"User: {caller.arn} is not authorized to perform: {action} on resource: "
            f"{resource.arn} because no resource-based policy allows the {action} action"
        )


def hidden_from(caller: Caller, action: str) -> AccessDeniedException:
    """Give the denial that does not tell whether another account has the resource."""
    return AccessDeniedException(
        f"User: {caller.arn} is not authorized to perform: {action} on this resource because the "
        "resource does not exist in this Region, no resource-based policies allow access, or a "
        "resource-based policy explicitly denies access"
    )
