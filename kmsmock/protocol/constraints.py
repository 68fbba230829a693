"""The constraints of botocore's models, and AWS's texts for values that break them.

The texts are from recorded.md section 2 and kms-operations.md section 1.1.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.model import Shape

Constraint = tuple[Callable[[Any], object], str]
"""Does the value keep it, and the text for one that does not."""


class ConstraintsViolated(Exception):
    """Constraints of the model that a request breaks; the message is AWS's text for them."""

    def __init__(self, violations: list[str]) -> None:
        count = f"{len(violations)} validation error{'s' if len(violations) > 1 else ''} detected: "
        super().__init__(count + "; ".join(violations))


def member_path(parent: str, member: str) -> str:
    """Give a member's path as AWS writes it: `tags.1.member` and `TagKey` -> `...tagKey`."""
    name = member[:1].lower() + member[1:]
    return f"{parent}.{name}" if parent else name


def all_of(constraints: list[Constraint]) -> Callable[[Any], object] | None:
    """Give one question in place of all; None if there is nothing to ask."""
    if len(constraints) > 1:
        return lambda value: all(keeps(value) for keeps, _text in constraints)
    return constraints[0][0] if constraints else None


def length_limits(shape: Shape) -> tuple[int, int]:
    """Give the least and the greatest length that a text or a blob may have."""
    return int(shape.metadata.get("min", 0)), int(shape.metadata.get("max", sys.maxsize))


def length_constraints(shape: Shape) -> list[Constraint]:
    """Give the constraints on how long a text, a blob, a list or a map may be."""
    constraints: list[Constraint] = []
    if shape.metadata.get("min"):
        least = int(shape.metadata["min"])
        text = f"Member must have length greater than or equal to {least}"
        constraints.append((lambda value: len(value) >= least, text))
    if "max" in shape.metadata:
        most = int(shape.metadata["max"])
        text = f"Member must have length less than or equal to {most}"
        constraints.append((lambda value: len(value) <= most, text))
    return constraints


def pattern_constraint(pattern: str) -> Constraint:
    """Match as AWS's Java does: the whole value, and word characters in ASCII only."""
    unicode_classes = r"\p{" in pattern
    translated = pattern.replace(r"\p{L}", r"\w").replace(r"\p{N}", "").replace(r"\p{Z}", _SPACES)
    compiled = re.compile(translated, 0 if unicode_classes else re.ASCII)
    return (
        compiled.fullmatch,
        f"Member must satisfy regular expression pattern: {pattern}",
    )


_SPACES = " \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""Unicode's separators, general category Z."""


def judge(
    shape: Shape, constraints: list[Constraint], value: object, path: str, violations: list[str]
) -> None:
    """Add the constraints that a value breaks to the violations; without a path the bare texts."""
    for keeps, text in constraints:
        if not keeps(value):
            violations.append(told(shape, value, path, text) if path else text)


def told(shape: Shape, value: object, path: str, text: str) -> str:
    """Give AWS's text for a broken constraint; what is secret is not shown in it."""
    hidden = shape.metadata.get("sensitive") or shape.type_name == "blob"
    shown = "Value" if hidden else f"Value '{_shown(value)}'"
    return f"{shown} at '{path}' failed to satisfy constraint: {text}"


def _shown(value: object) -> str:
    """Write a value as Java prints it: `[a, b]`, `{a=b}`."""
    if isinstance(value, list):
        return f"[{', '.join(_shown(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}={_shown(item)}' for name, item in value.items())}}}"
    return str(value)


def of_each(what: str, texts: list[str]) -> str:
    """Give the constraint that is broken inside a list or a map, by what is broken there."""
    return f"{what} must satisfy constraint: [{', '.join(dict.fromkeys(texts))}]"
