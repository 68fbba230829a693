"""What is asked of a call and a key, for the tables of condition keys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from kmsmock.authorization.caller import Caller
    from kmsmock.call import Call
    from kmsmock.domain.key import Key

Value = str | bool | int | Iterable[str] | None
"""What a key has in a request; None if the request has no such key."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What the values are read from.

    Attributes:
        operation: as the permission names it: `ReEncryptFrom`.
        key: the key that is acted on, if it is one, and there already.
    """

    call: Call
    operation: str
    key: Key | None = None

    def sent(self, member: str, default: Value = None) -> Value:
        """Give a member of the request, or what KMS takes in its place."""
        return cast("Value", self.call.request.get(member, default))

    def of_side(self, member: str, default: Value = None) -> Value:
        """Give a member of the request; of ReEncrypt's that of the key's side."""
        return self.sent(_SIDES.get(self.operation, "") + member, default)


_SIDES = {"ReEncryptFrom": "Source", "ReEncryptTo": "Destination"}
"""What begins the names of ReEncrypt's members."""


def via_service(caller: Caller) -> str | None:
    """Give the AWS service that calls for the caller."""
    return None if caller.credentials is None else caller.credentials.via_service
