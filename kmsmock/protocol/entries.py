"""Entries of lists that never change: each is written once, however often lists tell it."""

from __future__ import annotations


class Entry(dict[str, object]):
    """A structure of an answer that nobody changes.

    Attributes:
        json: what it is in JSON; empty until it was written.
    """

    json = ""


class Entries(list[Entry]):
    """A list of such entries: a member of an answer."""
