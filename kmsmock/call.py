"""The value that goes from room to room while a call is answered."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kmsmock.controls.ids import id_text
from kmsmock.errors.kms import DryRunOperationException

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from kmsmock.authorization.caller import Caller
    from kmsmock.domain.key import Key
    from kmsmock.domain.region import Region
    from kmsmock.world import World


UNREAD: Mapping[str, object] = MappingProxyType({})
"""In place of a request that is not read yet, or could not be."""


@dataclass(slots=True)
class Call:
    """One API request on its way through.

    Attributes:
        operation: the operation's name, `Encrypt`.
        region: what the caller's account has in the Region of the request.
        now: when the call came; nothing in a call reads the time again.
        ids: of the event that CloudTrail has of it, and its own; 16 bytes each.
        request: the members sent, blobs as bytes and times as datetimes.
        also_about: keys that the call is about although its request does not name them; for the
            record.
    """

    world: World
    service: str
    operation: str
    region: Region
    caller: Caller
    now: datetime
    ids: bytes
    request: Mapping[str, object]
    also_about: tuple[Key, ...] = ()

    @property
    def request_id(self) -> str:
        """Its own id, which the answer tells."""
        return id_text(self.ids[16:])

    def new_reply(self) -> Any:
        """Give an empty reply, for a variable of the answer's own TypedDict.

        The published types say that every member of an answer is there, AWS leaves many out:
        a reply begins empty and is given its members one by one, each checked by its type.
        """
        return {}

    def end_of_dry_run(self) -> None:
        """Mark where the checks of an operation end and its work begins.

        Raises:
            DryRunOperationException: the request only asks whether it would succeed.
        """
        if self.request.get("DryRun"):
            raise DryRunOperationException(
                "The request would have succeeded, but the DryRun option is set."
            )
