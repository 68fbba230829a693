"""Policy variables: `${aws:username}` in a Resource or in the value of a condition.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

from collections.abc import Iterator

from kmsmock.authorization.wildcards import Piece, fits, fits_pieces
from kmsmock.domain.principal import ContextValues

_CHARACTERS = ("*", "?", "$")
"""`${*}` is an asterisk, and so on."""
_WITH_VARIABLES = "2012-10-17"
"""The version of the policy language that has variables; in 2008-10-17 they are plain text."""


def equals(text: str, wanted: str, context: ContextValues, version: str, *, case: bool) -> bool:
    """Compare a text with one that may have variables; one without a value equals nothing."""
    if _is_plain(wanted, version):
        meant = wanted
    else:
        pieces = list(_pieces(wanted, context))
        if any(piece is None for piece, _literal in pieces):
            return False
        meant = "".join(piece or "" for piece, _literal in pieces)
    return text == meant if case else text.casefold() == meant.casefold()


def matches(text: str, pattern: str, context: ContextValues, version: str) -> bool:
    """Match `*` and `?` as `fits` does; those that come out of a variable are plain characters."""
    if _is_plain(pattern, version):
        return fits(text, pattern)
    known: list[Piece] = []
    for piece, is_plain in _pieces(pattern, context):
        if piece is None:
            return False
        known.append((piece, is_plain))
    return fits_pieces(text, known)


def _is_plain(text: str, version: str) -> bool:
    return "${" not in text or version != _WITH_VARIABLES


def _pieces(text: str, context: ContextValues) -> Iterator[tuple[str | None, bool]]:
    """Give the text's pieces, and whether each came out of a variable; None has no value."""
    end = 0
    while (start := text.find("${", end)) >= 0 and (close := text.find("}", start)) >= 0:
        yield text[end:start], False
        yield _value(text[start + 2 : close], context), True
        end = close + 1
    yield text[end:], False


def _value(variable: str, context: ContextValues) -> str | None:
    if variable in _CHARACTERS:
        return variable
    name, comma, default = (part.strip() for part in variable.partition(","))
    values = context.get(name.lower(), ())
    if len(values) == 1:  # a key with several values cannot be a variable
        return values[0]
    return default.strip("'") if comma else None
