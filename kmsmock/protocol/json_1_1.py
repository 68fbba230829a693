"""AWS JSON 1.1: JSON bodies with base64 blobs and epoch seconds.

Source: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
"""

from __future__ import annotations

import json
from binascii import b2a_base64
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache

from kmsmock.errors import SerializationException
from kmsmock.protocol.entries import Entries, Entry

_WHITE_SPACE = " \t\n\r"  # RFC 8259 section 2

CONTENT_TYPE = "application/x-amz-json-1.1"


def read_body(body: bytes) -> dict[str, object]:
    """Read a request's body into a dictionary, its values still as JSON has them.

    Raises:
        SerializationException: it is not a JSON object. The text is assumed.
    """
    if not body:
        return {}
    try:
        text = body.decode().strip(_WHITE_SPACE)
        document, end = _scan(text, 0)
        if end != len(text):
            raise SerializationException("The request body is not valid JSON.")
        if b"\\u" in body and b"\\ud" in body.lower():
            _refuse_lone_surrogates(document)
    except (ValueError, RecursionError, StopIteration) as error:
        raise SerializationException("The request body is not valid JSON.") from error
    if not isinstance(document, dict):
        raise SerializationException("Start of structure or map found where not expected.")
    return document


def write_body(document: Mapping[str, object]) -> bytes:
    """Write an answer: bytes become base64, times become epoch seconds with milliseconds."""
    # AWS's lists tell whether they are all; asking that first costs other answers next to nothing.
    if "Truncated" in document and Entries in map(type, document.values()):
        return _with_entries(document).encode()
    return "".join(_encode(document, 0)).encode()


def _with_entries(document: Mapping[str, object]) -> str:
    """Write an answer with a list whose entries may be written already."""
    members = []
    for name, value in document.items():
        if type(value) is Entries:
            entries = ",".join([entry.json or _written(entry) for entry in value])
            members.append(f'"{name}":[{entries}]')
        else:
            members.append(f'"{name}":{"".join(_encode(value, 0))}')
    return f"{{{','.join(members)}}}"


def _written(entry: Entry) -> str:
    entry.json = "".join(_encode(entry, 0))
    return entry.json


def _refuse_constant(name: str) -> object:
    """Refuse `NaN` and `Infinity`, which Python reads and JSON does not have."""
    raise ValueError(f"{name} is not JSON")


def _refuse_lone_surrogates(document: object) -> None:
    """Refuse an escaped half of a character, which no UTF-8 string can hold."""
    json.dumps(document, ensure_ascii=False).encode()


def _as_json(value: object) -> object:
    if isinstance(value, bytes):
        return b2a_base64(value, newline=False).decode()
    if isinstance(value, datetime):
        return _epoch_seconds(value)
    raise TypeError(f"an answer holds a {type(value).__name__}, which JSON cannot carry")


@lru_cache(maxsize=1024)  # Lists tell the same times again and again.
def _epoch_seconds(time: datetime) -> float:
    return round(time.timestamp(), 3)


# json.loads and json.dumps make a new one of these in each call that asks for anything special.
_scan: Callable[[str, int], tuple[object, int]] = json.JSONDecoder(
    parse_constant=_refuse_constant
).scan_once  # type: ignore[attr-defined]
# Answers are made here, and none holds itself.
_ENCODER = json.JSONEncoder(default=_as_json, separators=(",", ":"), check_circular=False)


def _encoding(encoder: json.JSONEncoder) -> Callable[[object, int], Iterable[str]]:
    """Give what the encoder itself makes anew for each document."""
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:  # a Python without it, PyPy for one
        return lambda document, _level: encoder.iterencode(document)
    escape = json.encoder.encode_basestring_ascii
    made: Callable[[object, int], Iterable[str]] = make(
        None, encoder.default, escape, None, ":", ",", False, False, encoder.allow_nan
    )
    return made


_encode = _encoding(_ENCODER)
