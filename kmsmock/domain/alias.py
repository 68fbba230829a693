"""An alias: a name for a key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class Alias:
    """A name for a key of its account and Region.

    Attributes:
        name: `alias/...`.
        key_id: the bare id of the key it stands for, or None for a predefined `alias/aws/...`
            whose key nobody has used yet.
        created: None for a predefined alias without a key.
        updated: when it last came to stand for another key.
    """

    name: str
    key_id: str | None
    created: datetime | None
    updated: datetime | None
