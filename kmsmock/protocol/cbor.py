"""Smithy RPC v2 CBOR: CBOR bodies, with byte strings as blobs and tag 1 as times.

Source: https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html, and RFC 8949 for CBOR.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kmsmock.crypto import extras
from kmsmock.errors import SerializationException

CONTENT_TYPE = "application/cbor"

SERVICES_WITH_CBOR = ("cloudhsmv2",)
"""The services that speak it, whether or not the installed botocore's model says so yet."""

DEEPEST = 64
"""How deep arrays, maps and tags of a request may be nested; the deepest shape needs five."""

_EPOCH_TIME = 1
_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)
_INDEFINITE = 31
_BREAK = 0xFF
_ENDLESS = float("inf")


def read_body(body: bytes) -> dict[str, object]:
    """Read a request's body into a dictionary.

    Byte strings are bytes and times datetimes already; the rest is as JSON has it.

    Raises:
        SerializationException: it is not one CBOR map of the kinds of values that Smithy has.
            The texts are assumed.
        MissingExtra: the CBOR library is not installed.
    """
    cbor2 = _cbor2()
    if not body:
        return {}
    try:
        # First: what a length claims, and what a tag would do, is not left to the library.
        _survey(body)
        document = cbor2.loads(body)
    except (cbor2.CBORError, ValueError, OverflowError, OSError, TypeError) as error:
        raise SerializationException("The request body is not valid CBOR.") from error
    if not isinstance(document, dict):
        raise SerializationException("Start of structure or map found where not expected.")
    return document


def write_body(document: Mapping[str, object]) -> bytes:
    """Write an answer: bytes stay bytes, times become epoch seconds with milliseconds."""
    body: bytes = _cbor2().dumps(_as_cbor(document))
    return body


def write_texts(texts: Mapping[str, str]) -> bytes:
    """Write a map of texts, without the library: the error that misses it can be told."""
    parts = [_head(_MAP, len(texts))]
    for text in (text for pair in texts.items() for text in pair):
        encoded = text.encode()
        parts += [_head(_TEXT, len(encoded)), encoded]
    return b"".join(parts)


def _head(kind: int, number: int) -> bytes:
    if number < 24:
        return bytes([kind << 5 | number])
    return bytes([kind << 5 | 26]) + number.to_bytes(4, "big")


def _as_cbor(value: object) -> Any:
    if isinstance(value, datetime):
        return _cbor2().CBORTag(_EPOCH_TIME, round(value.timestamp(), 3))
    if isinstance(value, Mapping):
        return {name: _as_cbor(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_as_cbor(item) for item in value]
    return value


def _cbor2() -> Any:
    return extras.load("cbor2", extra="cbor", what="CloudHSM v2's CBOR wire")


def _survey(body: bytes) -> None:
    """Walk over one data item without building anything, in time proportional to its bytes.

    Raises:
        ValueError: it is cut short, goes on after its end, is too deep, or has a tag other than
            a time's.
    """
    at = 0
    open_containers: list[float] = [1]  # how many items each still holds, endless until a break
    while open_containers:
        left = open_containers[-1]
        if left == 0:
            open_containers.pop()
            continue
        if at >= len(body):
            raise ValueError("cut short")
        if body[at] == _BREAK and left == _ENDLESS:
            open_containers.pop()
            at += 1
            continue
        open_containers[-1] -= 1
        holds, at = _enter(body, at)
        if len(open_containers) > DEEPEST:
            raise ValueError("nested too deep")
        open_containers.append(holds)
    if at != len(body):
        raise ValueError("something follows the end")


def _enter(body: bytes, at: int) -> tuple[float, int]:
    """Read an item up to its first inner one: how many those are, and where they begin."""
    kind, number, at = _read_head(body, at)
    if number is None:
        return _ENDLESS, at
    if kind in (_BYTES, _TEXT):
        return 0, at + number
    if kind == _TAG and number != _EPOCH_TIME:
        raise ValueError("an unknown tag")
    return {_ARRAY: number, _MAP: 2 * number, _TAG: 1}.get(kind, 0), at


def _read_head(body: bytes, at: int) -> tuple[int, int | None, int]:
    """Give an item's kind, the number in its head (None: until a break), and where it goes on."""
    kind, short = body[at] >> 5, body[at] & 31
    at += 1
    if short < 24:
        return kind, short, at
    if short <= 27:
        size = 1 << short - 24
        if at + size > len(body):
            raise ValueError("cut short")
        return kind, int.from_bytes(body[at : at + size], "big"), at + size
    if short == _INDEFINITE and kind in (_BYTES, _TEXT, _ARRAY, _MAP):
        return kind, None, at
    raise ValueError("a reserved head")
