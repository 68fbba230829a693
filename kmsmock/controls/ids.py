"""Ids of events and requests, as text and as bytes."""

from __future__ import annotations

import uuid


def id_text(data: bytes) -> str:
    """Give the text of 16 bytes of an id."""
    return str(uuid.UUID(bytes=data))


def derived_id(event_id: str, purpose: str) -> str:
    """Give another id that is always the same for an event and a purpose."""
    return str(uuid.uuid5(uuid.UUID(event_id), purpose))
