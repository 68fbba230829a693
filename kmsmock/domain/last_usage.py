"""When and by what a key was used last."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class LastUsage(NamedTuple):
    """A key's last successful cryptographic operation.

    Attributes:
        ids: of the event that CloudTrail has of the call, and of the call; 16 bytes each.
    """

    operation: str
    at: datetime
    ids: bytes
