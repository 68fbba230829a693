"""`*` and `?` in policies, matched without ever going back.

What stands between two asterisks is taken where it is found first: that leaves the most to what
follows, so no other place need be tried. One regular expression for the whole pattern would try
them all, and `*a*a*a*a*` would cost as many steps as there are ways to choose.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence

Piece = tuple[str, bool]
"""A part of a pattern, and whether its `*` and `?` are plain characters."""


def fits(text: str, pattern: str, *, ignore_case: bool = False) -> bool:
    """Match `*` and `?` as policies do: any characters, and any one character."""
    if len(pattern) - pattern.count("*") > len(text):
        return False
    return _fits(text, _compiled(pattern, ignore_case))


def fits_pieces(text: str, pieces: Iterable[Piece]) -> bool:
    """Match a pattern that consists of pieces."""
    return _fits(text, _segments(pieces))


def _fits(text: str, segments: Sequence[re.Pattern[str]]) -> bool:
    if len(segments) == 1:
        return segments[0].fullmatch(text) is not None
    first, *others = segments
    found = first.match(text)
    for segment in others:
        if found is None:
            return False
        found = segment.search(text, found.end())
    return found is not None


@functools.lru_cache(maxsize=1024)
def _compiled(pattern: str, ignore_case: bool) -> tuple[re.Pattern[str], ...]:
    return _segments([(pattern, False)], re.IGNORECASE if ignore_case else 0)


def _segments(pieces: Iterable[Piece], flags: int = 0) -> tuple[re.Pattern[str], ...]:
    """Give what stands between the asterisks; the first at the text's start, the last at its end.

    Of two asterisks beside each other one is enough.
    """
    segments = [""]
    for piece, is_plain in pieces:
        here, *further = [piece] if is_plain else piece.split("*")
        segments[-1] += _expression(here, is_plain)
        segments += [_expression(part, is_plain) for part in further]
    if len(segments) > 1:
        first, *between, last = segments
        segments = [first, *filter(None, between), last + r"\Z"]
    return tuple(re.compile(segment, re.DOTALL | flags) for segment in segments)


def _expression(text: str, is_plain: bool) -> str:
    escaped = re.escape(text)
    return escaped if is_plain else escaped.replace(r"\?", ".")
