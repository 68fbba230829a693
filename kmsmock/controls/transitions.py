"""How long AWS's slow changes take here."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

Change = Literal[
    "cluster activation",
    "cluster creation",
    "cluster deletion",
    "cluster initialization",
    "hsm creation",
    "hsm deletion",
    "key store connection",
    "key store disconnection",
]
"""A change that takes AWS seconds to minutes."""

DELAYS: dict[Change, timedelta] = {
    "cluster activation": timedelta(),
    "cluster creation": timedelta(),
    "cluster deletion": timedelta(),
    "cluster initialization": timedelta(),
    "hsm creation": timedelta(),
    "hsm deletion": timedelta(),
    "key store connection": timedelta(),
    "key store disconnection": timedelta(),
}
"""From the call that begins a change to its end; with none, the next call sees the end."""


def delay_of(change: Change) -> timedelta:
    """Give the time that a change takes."""
    return DELAYS[change]
