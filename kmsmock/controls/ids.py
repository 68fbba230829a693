"""Ids of events, requests and keys: UUIDs of version 4 (RFC 9562), as bytes and as text."""

from __future__ import annotations

import uuid

FREE = 0xFFFFFFFF_FFFF_0FFF_3FFF_FFFFFFFFFFFF
FIXED = 0x00000000_0000_4000_8000_000000000000
"""A UUID's random bits, and its version and variant."""
FREE_IN_TWO, FIXED_IN_TWO = FREE << 128 | FREE, FIXED << 128 | FIXED
"""The same of two of them, one after the other."""


def id_text(data: bytes) -> str:
    """Give the text of a UUID's 16 bytes, in lower case."""
    pairs = data.hex("-", 2)
    return f"{pairs[:4]}{pairs[5:29]}{pairs[30:34]}{pairs[35:]}"


def id_in(text: str) -> bytes:
    """Give the 16 bytes of a UUID's text, or raise ValueError."""
    return uuid.UUID(text).bytes


def derived_id(event_id: str, purpose: str) -> str:
    """Give another id that is always the same for an event and a purpose."""
    return str(uuid.uuid5(uuid.UUID(event_id), purpose))
