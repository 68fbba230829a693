"""A request against its shape: values become Python's, and every broken constraint is told.

One walk does both. It is compiled once per shape from botocore's model into a small function, so
that a call pays for the members that it sends and no others.
"""

from __future__ import annotations

import base64
import binascii
import sys
from collections.abc import Callable
from datetime import datetime, timezone
from functools import cache, partial
from typing import TYPE_CHECKING, cast

from kmsmock.errors import SerializationException
from kmsmock.protocol.constraints import (
    Constraint,
    ConstraintsViolated,
    all_of,
    judge,
    length_constraints,
    length_limits,
    member_path,
    of_each,
    pattern_constraint,
    told,
)

if TYPE_CHECKING:
    from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

_decode_base64: Callable[[str], bytes]
if sys.version_info >= (3, 11):
    _decode_base64 = partial(binascii.a2b_base64, strict_mode=True)
else:
    _decode_base64 = partial(base64.b64decode, validate=True)

Read = Callable[[object, str, list[str]], object]
"""The wire's value, its path, the violations so far (appended to) -> Python's value."""


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
    assert isinstance(request, dict)
    return request


def read_document(shape: Shape, document: dict[str, object]) -> tuple[dict[str, object], list[str]]:
    """Turn a document of any structure shape into Python values; tell the broken constraints.

    Raises:
        SerializationException: a member has another type than the shape's.
    """
    violations: list[str] = []
    values = _reader(shape)(document, "", violations)
    return cast("dict[str, object]", values), violations


@cache
def _reader(shape: Shape) -> Read:
    return _READERS[shape.type_name](shape)


def _structure_reader(shape: StructureShape) -> Read:
    required = frozenset(shape.required_members)
    readers: dict[str, tuple[Read, str]] = {}

    def compiled(name: str) -> tuple[Read, str]:
        """Compile a member's reader when a request first has the member; give also its path."""
        readers[name] = _reader(shape.members[name]), member_path("", name)
        return readers[name]

    def read(value: object, path: str, violations: list[str]) -> object:
        if not isinstance(value, dict):
            raise _unexpected(value, "a structure")
        before = len(violations)
        values = {}
        for name, member in value.items():
            if member is None:
                continue
            known = readers.get(name)
            if known is None:
                if name not in shape.members:
                    continue
                known = compiled(name)
            reader, label = known
            values[name] = reader(member, f"{path}.{label}" if path else label, violations)
        if not values.keys() >= required:
            violations[before:before] = [
                f"Value null at '{member_path(path, name)}' failed to satisfy constraint: "
                "Member must not be null"
                for name in shape.required_members
                if name not in values
            ]
        return values

    return read


def _late_reader(shape: Shape) -> Read:
    """Compile an element's reader when a request first has one."""
    return lambda value, path, violations: _reader(shape)(value, path, violations)  # noqa: PLW0108 - late


def _list_reader(shape: ListShape) -> Read:
    element = _late_reader(shape.member)
    nested = shape.member.type_name in ("structure", "list", "map")
    constraints = length_constraints(shape)

    def read(value: object, path: str, violations: list[str]) -> object:
        if not isinstance(value, list):
            raise _unexpected(value, "a list")
        inner: list[str] = []
        items = [
            element(item, f"{path}.{place}.member" if nested else "", inner)
            for place, item in enumerate(value, start=1)
        ]
        judge(shape, constraints, items, path, violations)
        if nested:
            violations.extend(inner)
        elif inner:
            # Assumed: violations in all elements of a list of plain values are told in one text, as
            # AWS's other JSON services do.
            violations.append(told(shape, items, path, of_each("Member", inner)))
        return items

    return read


def _map_reader(shape: MapShape) -> Read:
    read_key, read_value = _late_reader(shape.key), _late_reader(shape.value)
    constraints = length_constraints(shape)

    def read(value: object, path: str, violations: list[str]) -> object:
        if not isinstance(value, dict):
            raise _unexpected(value, "a map")
        keys: list[str] = []
        values: list[str] = []
        result = {
            cast("str", read_key(name, "", keys)): read_value(item, "", values)
            for name, item in value.items()
        }
        judge(shape, constraints, result, path, violations)
        # Assumed: violations in all keys of a map, or in all its values, are told in one text.
        if keys:
            violations.append(told(shape, result, path, of_each("Map keys", keys)))
        if values:
            violations.append(told(shape, result, path, of_each("Map value", values)))
        return result

    return read


def _string_reader(shape: Shape) -> Read:
    least, most = length_limits(shape)
    contents: list[Constraint] = []
    if "pattern" in shape.metadata:
        contents.append(pattern_constraint(shape.metadata["pattern"]))
    if shape.metadata.get("enum"):
        allowed = shape.metadata["enum"]
        text = f"Member must satisfy enum value set: [{', '.join(allowed)}]"
        contents.append((frozenset(allowed).__contains__, text))
    constraints = length_constraints(shape) + contents
    # One question in place of all; which constraint is broken is asked where one is.
    accepts = all_of(contents)

    def read(value: object, path: str, violations: list[str]) -> object:
        if not isinstance(value, str):
            raise _unexpected(value, "a String")
        if not (least <= len(value) <= most and (accepts is None or accepts(value))):
            judge(shape, constraints, value, path, violations)
        return value

    return read


def _blob_reader(shape: Shape) -> Read:
    constraints = length_constraints(shape)
    least, most = length_limits(shape)

    def read(value: object, path: str, violations: list[str]) -> object:
        if not isinstance(value, (str, bytes)):
            raise _unexpected(value, "a Blob")
        try:
            blob = value if isinstance(value, bytes) else _decode_base64(value)
        except ValueError as error:
            raise SerializationException("A blob is not valid base64.") from error
        if not least <= len(blob) <= most:
            judge(shape, constraints, blob, path, violations)
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
        judge(shape, constraints, value, path, violations)
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


def _unexpected(value: object, wanted: str) -> SerializationException:
    kinds = {bool: "TRUE_VALUE" if value else "FALSE_VALUE", str: "STRING_VALUE"}
    kinds |= {int: "NUMBER_VALUE", float: "NUMBER_VALUE", type(None): "NULL_VALUE"}
    found = kinds.get(type(value), "Start of structure or map")
    return SerializationException(f"{found} can not be converted to {wanted}")
