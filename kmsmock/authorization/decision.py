"""The decision: allowed, or AWS's words for why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

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

    Raises:
        AccessDeniedException: the resource is another account's; the text is the one of
            authorization.md section 3, "cross-account".
    """
    if resource.account_id != caller.account_id:
        raise hidden_from(caller, action)


def hidden_from(caller: Caller, action: str) -> AccessDeniedException:
    """Give the denial that does not tell whether another account has the resource."""
    return AccessDeniedException(
        f"User: {caller.arn} is not authorized to perform: {action} on this resource because the "
        "resource does not exist in this Region, no resource-based policies allow access, or a "
        "resource-based policy explicitly denies access"
    )
