"""When and by what a key was used last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LastUsage:
    """A key's last successful cryptographic operation.

    Attributes:
        event_id: the event that CloudTrail has of the call.
    """

    operation: str
    at: datetime
    event_id: str
    request_id: str
