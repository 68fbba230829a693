"""When and by what a key was used last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kmsmock.controls.ids import id_text


@dataclass(frozen=True, slots=True)
class LastUsage:
    """A key's last successful cryptographic operation.

    Attributes:
        ids: of the event that CloudTrail has of the call, and of the call; 16 bytes each.
    """

    operation: str
    at: datetime
    ids: bytes

    @property
    def event_id(self) -> str:
        """The id of the event."""
        return id_text(self.ids[:16])

    @property
    def request_id(self) -> str:
        """The id of the call."""
        return id_text(self.ids[16:])
