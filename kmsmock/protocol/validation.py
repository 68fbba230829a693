"""A request against its shape: values become Python's, and every broken constraint is told.

One walk does both. It is compiled once per shape from botocore's model into a small function, so
that a call pays for the members that it sends and no others. The texts are AWS's, from
recorded.md section 2 and kms-operations.md section 1.1.
"""

from __future__ import annotations

import base64
import binascii
import re
import sys
from collections.abc import Callable
from datetime import datetime, timezone
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from kmsmock.errors import SerializationException

if TYPE_CHECKING:
    from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

Read = Callable[[object, str, list[str]], object]
"""The wire's value, its path, the violations so far (appended to) -> Python's value."""

Constraint = tuple[Callable[[Any], bool], str]
"""Does the value keep it, and the text for one that does not."""


def read_request(operation: OperationModel, document: dict[str, object]) -> dict[str, object]:
    """Turn a request's document into Python values that keep every constraint of the model.

    Blobs become bytes and timestamps become datetimes in UTC, unless the wire (CBOR) has made
    them so; members that the shape does not have, and members that are null, are left out.

    Raises:
        SerializationException: a member has another type than the shape's.
        ConstraintsViolated: at least one constraint is broken.
    """
    if operation.input_shape is None:
        return {}
    violations: list[str] = []
    request = _reader(operation.input_shape)(document, "", violations)
    if violations:
        raise ConstraintsViolated(violations)
    return cast("dict[str, object]", request)


def read_document(shape: Shape, document: dict[str, object]) -> tuple[dict[str, object], list[str]]:
    """Turn a document of any structure shape into Python values; tell the broken constraints.

    Raises:
        SerializationException: a member has another type than the shape's.
    """
    violations: list[str] = []
    values = _reader(shape)(document, "", violations)
    return cast("dict[str, object]", values), violations


class ConstraintsViolated(Exception):
    """Constraints of the model that a request breaks; the message is AWS's text for them."""

    def __init__(self, violations: list[str]) -> None:
        count = f"{len(violations)} validation error{'s' if len(violations) > 1 else ''} detected: "
        super().__init__(count + "; ".join(violations))


def member_path(parent: str, member: str) -> str:
    """Give a member's path as AWS writes it: `tags.1.member` and `TagKey` -> `...tagKey`."""
    name = member[:1].lower() + member[1:]
    return f"{parent}.{name}" if parent else name


@cache
def _reader(shape: Shape) -> Read:
    return _READERS[shape.type_name](shape)


def _structure_reader(shape: StructureShape) -> Read:
    labels = {name: member_path("", name) for name in shape.members}
    readers: dict[str, Read] = {}

    def read(value: object, path: str, violations: list[str]) -> object:
        if not isinstance(value, dict):
            raise _unexpected(value, "a structure")
        violations += [
            f"Value null at '{member_path(path, name)}' failed to satisfy constraint: "
            "Member must not be null"
            for name in shape.required_members
            if value.get(name) is None
        ]
        values = {}
        for name, member in value.items():
            if member is None or name not in labels:
                continue
            if name not in readers:  # compiled when a request first has the member
                readers[name] = _reader(shape.members[name])
            label = labels[name]
            values[name] = readers[name](member, f"{path}.{label}" if path else label, violations)
        return values

    return read


def _late_reader(shape: Shape) -> Read:
    """Compile an element's reader when a request first has one."""
    return lambda value, path, violations: _reader(shape)(value, path, violations)  # noqa: PLW0108 - late


def _list_reader(shape: ListShape) -> Read:
    element = _late_reader(shape.member)
    nested = shape.member.type_name in ("structure", "list", "map")
    constraints = _length_constraints(shape)

    def read(value: object, path: str, violations: list[str]) -> object:
        if not isinstance(value, list):
            raise _unexpected(value, "a list")
        inner: list[str] = []
        items = [
            element(item, f"{path}.{place}.member" if nested else "", inner)
            for place, item in enumerate(value, start=1)
        ]
        _judge(shape, constraints, items, path, violations)
        if nested:
            violations.extend(inner)
        elif inner:
            # Assumed: violations in all elements of a list of plain values are told in one text, as
            # AWS's other JSON services do.
            violations.append(_told(shape, items, path, _of_each("Member", inner)))
        return items

    return read


def _map_reader(shape: MapShape) -> Read:
    read_key, read_value = _late_reader(shape.key), _late_reader(shape.value)
    constraints = _length_constraints(shape)

    def read(value: object, path: str, violations: list[str]) -> object:
        if not isinstance(value, dict):
            raise _unexpected(value, "a map")
        keys: list[str] = []
        values: list[str] = []
        result = {
            cast("str", read_key(name, "", keys)): read_value(item, "", values)
            for name, item in value.items()
        }
        _judge(shape, constraints, result, path, violations)
        # Assumed: violations in all keys of a map, or in all its values, are told in one text.
        if keys:
            violations.append(_told(shape, result, path, _of_each("Map keys", keys)))
        if values:
            violations.append(_told(shape, result, path, _of_each("Map value", values)))
        return result

    return read


def _string_reader(shape: Shape) -> Read:
    constraints = _length_constraints(shape)
    if "pattern" in shape.metadata:
        constraints.append(_pattern_constraint(shape.metadata["pattern"]))
    if shape.metadata.get("enum"):
        allowed = shape.metadata["enum"]
        text = f"Member must satisfy enum value set: [{', '.join(allowed)}]"
        constraints.append((frozenset(allowed).__contains__, text))
    keeps_all = _all_of(shape, constraints)

    def read(value: object, path: str, violations: list[str]) -> object:
        if not isinstance(value, str):
            raise _unexpected(value, "a String")
        if not keeps_all(value):
            _judge(shape, constraints, value, path, violations)
        return value

    return read


def _blob_reader(shape: Shape) -> Read:
    constraints = _length_constraints(shape)
    keeps_all = _all_of(shape, constraints)

    def read(value: object, path: str, violations: list[str]) -> object:
        if not isinstance(value, (str, bytes)):
            raise _unexpected(value, "a Blob")
        try:
            blob = value if isinstance(value, bytes) else base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError) as error:
            raise SerializationException("A blob is not valid base64.") from error
        if not keeps_all(blob):
            _judge(shape, constraints, blob, path, violations)
        return blob

    return read


def _integer_reader(shape: Shape) -> Read:
    constraints: list[Constraint] = []
    if "min" in shape.metadata:
        least = int(shape.metadata["min"])
        text = f"Member must have value greater than or equal to {least}"
        constraints.append((lambda value: value >= least, text))
    if "max" in shape.metadata:
        most = int(shape.metadata["max"])
        text = f"Member must have value less than or equal to {most}"
        constraints.append((lambda value: value <= most, text))

    def read(value: object, path: str, violations: list[str]) -> object:
        if not isinstance(value, int) or isinstance(value, bool):
            raise _unexpected(value, "an Integer")
        _judge(shape, constraints, value, path, violations)
        return value

    return read


def _boolean_reader(_shape: Shape) -> Read:
    def read(value: object, _path: str, _violations: list[str]) -> object:
        if not isinstance(value, bool):
            raise _unexpected(value, "a Boolean")
        return value

    return read


def _timestamp_reader(_shape: Shape) -> Read:
    def read(value: object, _path: str, _violations: list[str]) -> object:
        if isinstance(value, datetime):
            return value
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            raise _unexpected(value, "a Timestamp")
        try:
            return datetime.fromtimestamp(value, timezone.utc)
        except (ValueError, OverflowError, OSError) as error:
            raise SerializationException("A timestamp is out of range.") from error

    return read


_READERS: dict[str, Callable[..., Read]] = {
    "structure": _structure_reader,
    "list": _list_reader,
    "map": _map_reader,
    "string": _string_reader,
    "blob": _blob_reader,
    "integer": _integer_reader,
    "long": _integer_reader,
    "boolean": _boolean_reader,
    "timestamp": _timestamp_reader,
}


def _all_of(shape: Shape, constraints: list[Constraint]) -> Callable[[Any], object]:
    """Give one question in place of all; which constraint is broken is asked where one is."""
    if len(constraints) == 1:
        return constraints[0][0]
    known = shape.metadata
    if known.keys() & {"pattern", "enum"}:
        return lambda value: all(keeps(value) for keeps, _text in constraints)
    least, most = int(known.get("min", 0)), int(known.get("max", sys.maxsize))
    return lambda value: least <= len(value) <= most


def _length_constraints(shape: Shape) -> list[Constraint]:
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


def _pattern_constraint(pattern: str) -> Constraint:
    """Match as AWS's Java does: the whole value, and word characters in ASCII only."""
    unicode_classes = r"\p{" in pattern
    translated = pattern.replace(r"\p{L}", r"\w").replace(r"\p{N}", "").replace(r"\p{Z}", _SPACES)
    compiled = re.compile(translated, 0 if unicode_classes else re.ASCII)
    return (
        lambda value: compiled.fullmatch(value) is not None,
        f"Member must satisfy regular expression pattern: {pattern}",
    )


_SPACES = " \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""Unicode's separators, general category Z."""


def _judge(
    shape: Shape, constraints: list[Constraint], value: object, path: str, violations: list[str]
) -> None:
    for keeps, text in constraints:
        if not keeps(value):
            violations.append(_told(shape, value, path, text) if path else text)


def _told(shape: Shape, value: object, path: str, text: str) -> str:
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


def _of_each(what: str, texts: list[str]) -> str:
    return f"{what} must satisfy constraint: [{', '.join(dict.fromkeys(texts))}]"


def _unexpected(value: object, wanted: str) -> SerializationException:
    kinds = {bool: "TRUE_VALUE" if value else "FALSE_VALUE", str: "STRING_VALUE"}
    kinds |= {int: "NUMBER_VALUE", float: "NUMBER_VALUE", type(None): "NULL_VALUE"}
    found = kinds.get(type(value), "Start of structure or map")
    return SerializationException(f"{found} can not be converted to {wanted}")
